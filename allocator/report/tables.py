"""The tables of a report: towers, organisations, pieces, shortage risks, costs and inputs.

What is in them; how a page or a sheet shows them is decided in `pdf` and `book`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from allocator.plan.types import AreaKind, AreaService, FloorUse, Plan, TermName
from allocator.plan.verify import Check
from allocator.report.costs import Costs, costs_by_organisation
from allocator.scenario.settings import decimal_text
from allocator.scenario.types import Scenario
from allocator.texts import Texts

Cell = str | int | float | None
Head = str | tuple[str, str] | tuple[str, str, float]
"""Key of a column, with its kind and weight where they are not the usual."""


@dataclass(frozen=True)
class Column:
    """A column: its title, how its cells are written, and how wide it is beside the others.

    kind is ``text``, ``number``, ``decimal`` (one decimal), ``ratio`` (two) or ``percent``.
    """

    title: str
    kind: str = "number"
    weight: float = 1.0


@dataclass(frozen=True)
class Table:
    """A table of a report.

    Attributes
    ----------
    name
        Key of its texts, which also names its sheet.
    note
        A sentence that says what its columns mean.
    """

    name: str
    title: str
    note: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True)
class Reported:
    """A checked plan with its scenario, and the words of a language.

    Attributes
    ----------
    title
        Of the report, in the place of the scenario's own.
    provenance
        Sentences on where the plan comes from, beyond what the plan says itself.
    """

    plan: Plan
    scenario: Scenario
    check: Check
    say: Texts
    title: str = ""
    provenance: tuple[str, ...] = ()

    @cached_property
    def organisation_names(self) -> dict[str, str]:
        """Name of every organisation, or its id."""
        rows = self.scenario.organisations or ()
        return {row.organisation_id: row.name or row.organisation_id for row in rows}

    @cached_property
    def tower_names(self) -> dict[str, str]:
        """Name of every tower, or its id."""
        named = {row.tower_id: row.name or row.tower_id for row in self.scenario.towers or ()}
        # Towers need no table: those without a row go by their ids.
        return {floor.tower_id: floor.tower_id for floor in self.scenario.floors} | named

    @cached_property
    def floors(self) -> dict[str, FloorUse]:
        """Every floor's use by its id."""
        return {floor.floor_id: floor for floor in self.plan.floors}

    @cached_property
    def costs(self) -> Costs:
        """What each organisation's place costs, by term."""
        return costs_by_organisation(self.plan, self.scenario, self.check)

    def areas(self, kind: AreaKind) -> list[AreaService]:
        """Return how areas of a kind serve, the worst first."""
        areas = self.plan.attendance.areas if self.plan.attendance else ()
        return [area for area in areas if area.kind is kind]

    def levels(self, organisation_id: str) -> str:
        """Return where an organisation sits: each tower with its levels, most desks first."""
        desks: dict[str, int] = {}
        levels: dict[str, set[int]] = {}
        for piece in self.plan.placements:
            if piece.organisation_id == organisation_id:
                desks[piece.tower_id] = desks.get(piece.tower_id, 0) + piece.desks
                levels.setdefault(piece.tower_id, set()).add(piece.level)
        # By id where desks are equal, so that the same plan always reads alike.
        order = sorted(desks, key=lambda tower: (-desks[tower], tower))
        return "; ".join(
            self.say("report.levels", tower=self.tower_names[t], levels=_runs(levels[t]))
            for t in order
        )


def tables(given: Reported) -> tuple[Table, ...]:
    """Return every table of a report."""
    return (
        towers(given),
        organisations(given),
        risks(given),
        costs(given),
        pieces(given),
        inputs(given),
    )


def towers(given: Reported) -> Table:
    """Return a row for each tower, in the order of `floors`."""
    floors: dict[str, list[FloorUse]] = {}
    for floor in given.plan.floors:
        floors.setdefault(floor.tower_id, []).append(floor)
    serving = {area.area_id: area for area in given.areas(AreaKind.TOWER)}
    organisations: dict[str, set[str]] = {}
    for piece in given.plan.placements:
        organisations.setdefault(piece.tower_id, set()).add(piece.organisation_id)
    rows = (
        (
            given.tower_names[tower],
            given.scenario.complex_of[tower],
            sum(1 for f in mine if f.desks_used),
            len(mine),
            desks := sum(f.desks for f in mine),
            used := sum(f.desks_used for f in mine),
            desks - used,
            used / desks if desks else None,
            sum(f.people for f in mine),
            len(organisations.get(tower, ())),
            *_serving(serving.get(tower)),
        )
        for tower, mine in floors.items()
    )
    columns = (
        *(("tower", "text", 2.2), ("complex", "text", 1.6), "floors_used", "floors", "desks"),
        *("desks_used", "desks_vacant"),
        *(("fill", "percent"), "people", ("organisations", "number", 1.5)),
        *(("without_desk", "decimal", 1.3), ("short_day", "percent", 1.6)),
    )
    return _table(given, "towers", columns, rows)


def organisations(given: Reported) -> Table:
    """Return a row for each organisation, by name."""
    serving = {area.area_id: area for area in given.areas(AreaKind.ORGANISATION)}
    rows = (
        (
            given.organisation_names.get(use.organisation_id, use.organisation_id),
            given.scenario.coordinator_of.get(use.organisation_id, ""),
            use.people,
            use.desks,
            use.people / use.desks if use.desks else None,
            given.levels(use.organisation_id),
            use.towers,
            use.floors,
            use.walking_min_per_person,
            *_serving(serving.get(use.organisation_id)),
        )
        for use in given.plan.organisations
    )
    columns = (
        *(("organisation", "text", 4), ("coordinator", "text", 2.7), ("people", "number", 1.2)),
        "desks",
        *(("people_per_desk", "ratio"), ("place", "text", 3.2), "towers", "floors_used"),
        *(("walking", "decimal", 1.2), ("without_desk", "decimal", 1.3)),
        ("short_day", "percent", 1.6),
    )
    return _table(given, "organisations", columns, sorted(rows, key=lambda row: str(row[0])))


def risks(given: Reported) -> Table:
    """Return a row for each floor in use, the worst first."""
    rows = (
        (
            given.tower_names[given.floors[area.area_id].tower_id],
            area.area_id,
            area.people,
            given.floors[area.area_id].desks_used,
            given.say(f"weekday.{area.peak_weekday}"),
            area.present_peak,
            area.without_desk_peak,
            area.short_day_peak,
            area.short_days_a_year,
            area.worst_pool,
        )
        for area in given.areas(AreaKind.FLOOR)
    )
    columns = (
        *(("tower", "text", 1.8), ("floor", "text", 2), "people", "desks_used"),
        *(("weekday", "text", 1.1), ("present", "decimal"), ("without_desk", "decimal", 1.2)),
        *(("short_day", "percent", 1.6), ("days_a_year", "number", 1.2)),
        ("worst_pool", "text", 2.4),
    )
    return _table(given, "risks", columns, rows)


def costs(given: Reported) -> Table:
    """Return what each organisation's place costs by term, the dearest first, and the total."""
    terms = [term.name for term in given.plan.objective.terms or () if _matters(given, term.name)]
    lines = [
        (given.organisation_names.get(body, body), *(by[term] for term in terms), sum(by.values()))
        for body, by in given.costs.items()
    ]
    whole = [sum(by[term] for by in given.costs.values()) for term in terms]
    # The last line shows that the shares add up to the total of the plan.
    lines.append((given.say("report.total"), *whole, sum(whole)))
    charged = (f"term_{name}" for name in terms)
    columns: tuple[Head, ...] = (("organisation", "text", 4.0), *charged, "total")
    return _table(given, "costs", columns, lines)


def pieces(given: Reported) -> Table:
    """Return a row for each piece: who sits where."""
    units = {row.unit_id: row.name or row.unit_id for row in given.scenario.units or ()}
    rows = (
        (
            given.organisation_names.get(p.organisation_id, p.organisation_id),
            units.get(p.unit_id, p.unit_id),
            given.tower_names[p.tower_id],
            p.floor_id,
            p.level,
            p.desks,
            p.people,
        )
        for p in given.plan.placements
    )
    columns = (
        *(("organisation", "text", 4), ("unit", "text", 3), ("tower", "text", 1.8)),
        *(("floor", "text", 1.8), "level", "desks", "people"),
    )
    order = sorted(rows, key=lambda row: (row[0], row[1], row[2], row[4]))
    return _table(given, "pieces", columns, order)


def inputs(given: Reported) -> Table:
    """Return what the plan came from: fingerprints, versions, settings and effort."""
    run, sharing, say = given.plan.run, given.scenario.settings.sharing, given.say
    inputs: list[tuple[str, str]] = [
        (say("report.people_per_desk"), decimal_text(sharing.people_per_desk)),
        (say("report.scheme"), given.scenario.scheme or "–"),
        (say("report.seed"), str(run.seed)),
        (say("report.workers"), str(run.workers)),
        (say("report.time_limit"), f"{run.time_limit_s:g} s"),
        (say("report.wall"), f"{run.wall_s:g} s"),
    ]
    inputs += [(say("report.version", of=name), version) for name, version in run.versions.items()]
    inputs += [(say("report.price", of=say(f"term.{k}")), f"{v:g}") for k, v in _prices(given)]
    inputs += [(say("report.sha256", of=name), digest) for name, digest in run.inputs.items()]
    columns = (("input", "text", 1.4), ("value", "text", 3))
    return _table(given, "inputs", columns, inputs)


def _prices(given: Reported) -> Iterator[tuple[str, float]]:
    """Yield the prices that the plan was made by, under the names of their terms."""
    prices = given.scenario.settings.prices
    yield TermName.WALKING.value, prices.walking
    yield TermName.EXTRA_TOWERS.value, prices.extra_tower
    yield TermName.EXTRA_FLOORS.value, prices.extra_floor
    yield TermName.GAPS.value, prices.extra_gap
    yield TermName.OPEN_FLOORS.value, prices.open_desk
    yield TermName.PEOPLE_MOVED.value, prices.move


def _matters(given: Reported, name: TermName) -> bool:
    """Whether a term costs anything: columns of zeros tell nobody anything."""
    return any(term.name is name and term.cost for term in given.plan.objective.terms or ())


def _serving(area: AreaService | None) -> tuple[float | None, float | None]:
    """Return people without a desk and the chance of a short day; nothing where nobody is."""
    return (None, None) if area is None else (area.without_desk_peak, area.short_day_peak)


def _runs(levels: set[int]) -> str:
    """Return levels as runs: ``0–3, 5``."""
    runs: list[list[int]] = []
    for level in sorted(levels):
        if runs and level == runs[-1][-1] + 1:
            runs[-1].append(level)
        else:
            runs.append([level])
    return ", ".join(f"{r[0]}–{r[-1]}" if len(r) > 1 else f"{r[0]}" for r in runs)


def _table(
    given: Reported,
    name: str,
    columns: Iterable[Head],
    rows: Iterable[tuple[Cell, ...]],
) -> Table:
    """Return a table with its title, its note and its heads in the language."""
    say = given.say
    heads = [(column,) if isinstance(column, str) else column for column in columns]
    return Table(
        name=name,
        title=say(f"report.{name}"),
        note=say(f"report.{name}_note"),
        columns=tuple(Column(say(f"column.{head[0]}"), *head[1:]) for head in heads),
        rows=tuple(rows),
    )
