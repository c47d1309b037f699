"""One allocation for many headcount tables: floors and desks of each unit that hold for all.

Every unit gets the desks that it needs in the table in which it needs most, so the allocation is
large enough for each table. Solving is the pool's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from allocator.plan.adapt import adapted
from allocator.plan.tables import write_plan
from allocator.plan.types import Pieces, Plan, Record, Status
from allocator.plan.verify import given_pieces, verify
from allocator.scenario.demand import to_place, usable_desks
from allocator.scenario.tables import Headcount
from allocator.scenario.types import HousedUnit, Scenario
from allocator.scenario.write import csv_text
from allocator.studies.files import write_whole
from allocator.studies.pool import SolvesTasks, Task

if TYPE_CHECKING:
    from allocator.search.solve import SolveOptions

MOST_TRIES = 4
"""Solves at most; after each that gives no plan one more table is left out."""
FOLDER, HEADROOM = "one-plan", "headroom.csv"
COLUMNS = (
    "one_plan_total",
    "over_own_best",
    "headroom_desks",
    "tightest_organisation",
    "tightest_headroom",
    "breaks_first",
    "growth_left",
)
"""Columns of the summary that tell of the one allocation."""


class InOnePlan(Record):
    """What the one allocation means for one table.

    Attributes
    ----------
    one_plan_total
        What it costs there, in person-minutes a week; None where the table is not held.
    over_own_best
        By how much that is more than the best plan of the table alone.
    headroom_desks, tightest_organisation, tightest_headroom
        Desks allotted beyond what is needed there; the organisation with the least of them by its
        need, and how many.
    breaks_first, growth_left
        The floor that is full first if everybody grows alike, and by which part until then.
    """

    one_plan_total: float | None = None
    over_own_best: float | None = None
    headroom_desks: int | None = None
    tightest_organisation: str | None = None
    tightest_headroom: int | None = None
    breaks_first: str | None = None
    growth_left: float | None = None


@dataclass(frozen=True)
class OnePlan:
    """The allocation, if there is one, and what it means for each table.

    Attributes
    ----------
    scenario, plan
        The scenario in which every unit needs its most, and its plan; or why there is none.
    prevented_by
        Names of tables that were left out, each of which is proved to have no allocation together
        with those that are held.
    not_found_with
        Names of tables left out besides: with them none was found in time, or was looked for.
    by_table, headroom
        By name of each table that is held; headroom by table and organisation, in desks.
    """

    scenario: Scenario
    plan: Plan
    prevented_by: tuple[str, ...]
    not_found_with: tuple[str, ...]
    by_table: Mapping[str, InOnePlan]
    headroom: Mapping[str, Mapping[str, int]]


def one_plan(
    tables: Mapping[str, Scenario],
    own_totals: Mapping[str, float],
    *,
    pool: SolvesTasks,
    options: SolveOptions,
) -> OnePlan:
    """Return one allocation that holds for all tables, or for as many as one can be found for.

    Tables are left out one after another, always the one without which fewest desks are allotted.

    Parameters
    ----------
    tables
        The scenario with each headcount table, by name; at least one.
    own_totals
        The total of each table's own best plan, where it has one.
    """
    held, out = _countable(tables)
    late: list[str] = []
    # One solve at a time, each of which the next depends on: it may have every process's thread.
    more = options.model_copy(update={"workers": pool.processes})
    for tries in range(MOST_TRIES, 0, -1):
        most = envelope([tables[name] for name in held])
        plan: Plan = pool.submit(Task(most, more)).future.result()
        if plan.objective.total is not None or len(held) == 1 or tries == 1:
            break
        # Once a table was left out for want of time, what is proved afterwards is proved without
        # it only.
        left_out = out if plan.status is Status.INFEASIBLE and not late else late
        left_out.append(held.pop(_costliest(tables, held)))
    proved, open_ones = _still_proved(tables, held, out, is_last=not late)
    if plan.objective.total is None:
        return OnePlan(most, plan, proved, (*open_ones, *late), {}, {})
    headroom = {name: _headroom(most, tables[name]) for name in held}
    by_table = {
        name: _told(tables[name], plan, own_totals.get(name), headroom[name]) for name in held
    }
    return OnePlan(most, plan, proved, (*open_ones, *late), by_table, headroom)


def _still_proved(
    tables: Mapping[str, Scenario], held: Sequence[str], out: Sequence[str], *, is_last: bool
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return which tables are proved to prevent an allocation for those held, and the others.

    What was left out while others were held that went later may well go with what is left.
    """
    needs = _needs(tables)
    first = tables[held[0]]
    usable = sum(usable_desks(place, first.settings.sharing) for place in first.floors)
    free = first.by_chance or first.settings.options.allow_unplaced
    proved = {n for n in out if not free and _total(needs, [*held, n]) > usable}
    # The last to go was too many for just those that are held now.
    proved |= set(out[-1:]) if is_last else set()
    return tuple(n for n in out if n in proved), tuple(n for n in out if n not in proved)


def envelope(scenarios: Sequence[Scenario]) -> Scenario:
    """Return the scenario in which each unit has the row of the table in which it needs most.

    A plan of it gives every unit enough desks in each of the tables. Needs are compared in what is
    placed, not in people, as tables may differ in ratio, too.
    """
    found: dict[str, tuple[int, Headcount]] = {}
    for scenario in scenarios:
        rows = {r.unit_id: r for r in scenario.headcounts if r.scheme in (None, scenario.scheme)}
        for unit in scenario.housed:
            amount = _need(scenario, unit)
            if unit.unit_id not in found or amount > found[unit.unit_id][0]:
                # Rows may come from different schemes, of which a scenario can have only one.
                row = rows[unit.unit_id].model_copy(update={"scheme": None})
                found[unit.unit_id] = amount, row
    first = scenarios[0]
    options = first.settings.options.model_copy(update={"scheme": None})
    settings = first.settings.model_copy(update={"options": options})
    return first.replace(headcounts=tuple(row for _, row in found.values()), settings=settings)


def _need(scenario: Scenario, unit: HousedUnit) -> int:
    """Return what a unit is allotted: desks, or people where capacity is by chance."""
    return to_place(unit, by_chance=scenario.by_chance)


def _countable(tables: Mapping[str, Scenario]) -> tuple[list[str], list[str]]:
    """Return tables that counting holds together, and those left out: always the most costly."""
    needs = _needs(tables)
    first = next(iter(tables.values()))
    sharing = first.settings.sharing
    usable = sum(usable_desks(place, sharing) for place in first.floors)
    # Then too many desks rule nothing out, and only a solve tells.
    free = first.by_chance or first.settings.options.allow_unplaced
    held, out = list(tables), list[str]()
    while len(held) > 1 and not free and _total(needs, held) > usable:
        out.append(held.pop(_costliest(tables, held)))
    for name in reversed(out):  # each that is left out is one too many for those that are held
        if _total(needs, [*held, name]) <= usable:
            held.append(name)
    return [n for n in tables if n in held], [n for n in tables if n not in held]


def _needs(tables: Mapping[str, Scenario]) -> dict[str, dict[str, int]]:
    """Return what every unit needs, by table."""
    return {
        name: {unit.unit_id: _need(scenario, unit) for unit in scenario.housed}
        for name, scenario in tables.items()
    }


def _total(needs: Mapping[str, Mapping[str, int]], held: Sequence[str]) -> int:
    """Return what the tables held need together: the most of each unit."""
    most: dict[str, int] = {}
    for name in held:
        most |= {u: max(need, most.get(u, 0)) for u, need in needs[name].items()}
    return sum(most.values())


def _costliest(tables: Mapping[str, Scenario], held: Sequence[str]) -> int:
    """Return the place of the table without which the fewest desks are allotted."""
    needs = _needs({name: tables[name] for name in held})
    rest = {name: _total(needs, [n for n in held if n != name]) for name in held}
    worst = min(held, key=lambda name: (rest[name], -sum(needs[name].values())))
    return held.index(worst)


def _headroom(most: Scenario, scenario: Scenario) -> dict[str, int]:
    """Return the desks allotted beyond the need of a table, by organisation."""
    allotted = {unit.unit_id: _need(most, unit) for unit in most.housed}
    found: dict[str, int] = {}
    for unit in scenario.housed:
        spare = allotted[unit.unit_id] - _need(scenario, unit)
        found[unit.organisation_id] = found.get(unit.organisation_id, 0) + spare
    return found


def _told(
    scenario: Scenario, plan: Plan, own: float | None, headroom: Mapping[str, int]
) -> InOnePlan:
    """Return what the allocation means for one table."""
    # As the table needs them: desks beyond that would be paid for in it.
    pieces = adapted(plan.pieces, scenario)
    # The allocation may break a rule in a table all the same: then it has no total there.
    check = verify(scenario, given_pieces(scenario, pieces))
    needs: dict[str, int] = {}
    for unit in scenario.housed:
        organisation = unit.organisation_id
        needs[organisation] = needs.get(organisation, 0) + _need(scenario, unit)
    tightest = min(headroom, key=lambda o: (headroom[o] / max(1, needs[o]), o), default=None)
    floor, growth = _breaks_first(scenario, pieces)
    total = check.total if check.feasible else None
    return InOnePlan(
        one_plan_total=total,
        over_own_best=None if own is None or total is None else total - own,
        headroom_desks=sum(headroom.values()),
        tightest_organisation=tightest,
        tightest_headroom=None if tightest is None else headroom[tightest],
        breaks_first=floor,
        growth_left=growth,
    )


def _breaks_first(scenario: Scenario, pieces: Pieces) -> tuple[str | None, float | None]:
    """Return the floor that is full first where all pieces grow alike, and by which part.

    With capacity by chance desks are no sum of units' own, so none is named.
    """
    if scenario.by_chance:
        return None, None
    sharing = scenario.settings.sharing
    usable = {place.floor_id: usable_desks(place, sharing) for place in scenario.floors}
    used: dict[str, int] = {}
    for (_, floor), desks in pieces.items():
        used[floor] = used.get(floor, 0) + desks
    growth = {floor: usable[floor] / desks - 1 for floor, desks in used.items() if desks}
    first = min(growth, key=lambda floor: (growth[floor], floor), default=None)
    return first, None if first is None else growth[first]


def write_one_plan(found: OnePlan, folder: Path) -> None:
    """Write the allocation's own folder: its plan, and the headroom by table and organisation.

    Raises
    ------
    InputError
        If it cannot be written.
    """
    write_plan(found.plan, folder / FOLDER, found.scenario)
    rows = (
        (name, organisation, desks)
        for name, by_organisation in found.headroom.items()
        for organisation, desks in by_organisation.items()
    )
    text = csv_text(("file", "organisation_id", "headroom_desks"), rows)
    write_whole(folder / FOLDER / HEADROOM, text)


def text(found: OnePlan) -> str:
    """Return what became of the one allocation, for people to read.

    It keeps apart what is proved and what was merely not found in time.
    """
    held, left_out = len(found.by_table), len(found.prevented_by) + len(found.not_found_with)
    lines = [f"one allocation holds for {held:,} of {held + left_out:,} tables"]
    if found.plan.objective.total is None:
        unknown = found.plan.status is Status.UNKNOWN
        lines = ["time ran out with no allocation" if unknown else "no allocation exists"]
    if found.prevented_by:
        lines.append("proved to prevent it for the others: " + ", ".join(found.prevented_by))
    if found.not_found_with:
        lines.append("not found, and not ruled out, with: " + ", ".join(found.not_found_with))
    return "\n".join(lines) + "\n"
