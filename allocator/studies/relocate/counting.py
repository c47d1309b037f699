"""Counts a relocation exactly: people, desks, floors and flats by combination and wave.

Shares are fractions throughout and whole people come by largest remainder, so that parts sum to
their whole and a count is the same on every machine.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from math import floor

from allocator.errors import InputError, Problem
from allocator.scenario.data import added_up
from allocator.scenario.demand import demand, usable_desks
from allocator.scenario.known import opening_wave
from allocator.scenario.names import Nearest
from allocator.scenario.tables import FamilyScenario, Headcount
from allocator.scenario.types import Scenario

UNNAMED = ""
"""Name of the family scenario where there is no such table: then flats are not counted."""


class Binds(StrEnum):
    """What keeps people from coming with a wave."""

    NONE = "none"
    DESKS = "desks"
    FLATS = "flats"
    BOTH = "both"
    PLACEMENT = "placement"
    """Desks and flats suffice, and it is proved that there is no plan."""


@dataclass(frozen=True)
class Names:
    """Names of the scenarios that are asked for, each in the order of its table."""

    units: tuple[str, ...]
    staff: tuple[str, ...]
    families: tuple[str, ...]

    @classmethod
    def of(
        cls,
        scenario: Scenario,
        units: Sequence[str] | None = None,
        staff: Sequence[str] | None = None,
        families: Sequence[str] | None = None,
    ) -> Names:
        """Return the names asked for, each once; without, all there are.

        Raises
        ------
        InputError
            If there is no staff, no scenario of a kind that is needed, or none of a name.
        """
        tables = (
            ("unit_scenarios", "unit_scenario", units),
            ("staff_scenarios", "staff_scenario", staff),
            ("family_scenarios", "family_scenario", families),
        )
        problems, chosen = list[Problem](), list[tuple[str, ...]]()
        for table in ("staff", "unit_scenarios", "staff_scenarios"):
            if not getattr(scenario, table):
                problems.append(Problem("expected this table, with at least one row", table))
        for table, column, asked in tables:
            there = dict.fromkeys(getattr(row, column) for row in getattr(scenario, table))
            nearest = Nearest(there)
            for name in asked or ():
                if name not in there:
                    message = f"expected a scenario of this table{nearest.hint(name)}"
                    problems.append(Problem(message, table, None, column, name))
            # In the order in which they are asked for, since rows of the result come in that
            # order.
            chosen.append(tuple(dict.fromkeys(asked)) if asked else tuple(there))
        if problems:
            raise InputError(problems)
        return cls(chosen[0], chosen[1], chosen[2] or (UNNAMED,))


@dataclass(frozen=True)
class Counted:
    """One wave of a combination, for everyone who has come by then.

    Attributes
    ----------
    demand
        Desks needed; None with capacity by chance.
    desks, floors
        Desks that may be used, and floors, open by then.
    flats_needed, flats, residents
        None where there is no family scenario.
    people_possible
        The most people, as far as desks and flats go.
    headcounts
        People of the units that have come.
    """

    wave: int
    people: int
    demand: int | None
    desks: int
    floors: int
    flats_needed: int | None
    flats: int | None
    residents: Fraction | None
    people_possible: int
    binds: Binds
    headcounts: tuple[Headcount, ...]


@dataclass(frozen=True)
class Combination:
    """A unit, a staff and a family scenario, counted wave by wave.

    groups: people who move, by group.
    """

    unit_scenario: str
    staff_scenario: str
    family_scenario: str
    waves: tuple[Counted, ...]
    groups: Mapping[str, int]

    @property
    def name(self) -> str:
        """Its names, joined."""
        parts = (self.unit_scenario, self.staff_scenario, self.family_scenario)
        return " + ".join(part for part in parts if part)

    @property
    def binds(self) -> Binds:
        """What binds in the first wave that counting rules out; `none` leaves it to a solve."""
        return next((w.binds for w in self.waves if w.binds is not Binds.NONE), Binds.NONE)


def combinations(scenario: Scenario, names: Names) -> tuple[Combination, ...]:
    """Return every combination of the scenarios named, counted.

    Parameters
    ----------
    scenario
        With staff and the tables of scenarios; its headcounts only give ratios and attendance.
    names
        As `Names.of` returns them. Without family scenarios flats are not counted.

    Raises
    ------
    InputError
        If a group of staff is missing in a scenario that is used.
    """
    problems = [
        *_missing(scenario, "staff_scenarios", "staff_scenario", names.staff),
        *_missing(scenario, "family_scenarios", "family_scenario", names.families),
    ]
    if problems:
        raise InputError(scenario.placed(problem) for problem in problems)
    found = []
    for unit_scenario in names.units:
        # Each part is worked out where it changes: waves by unit scenario, people by staff
        # scenario.
        wave_of = _waves(scenario, unit_scenario)
        for staff_scenario in names.staff:
            # Families do not change who comes, so this is counted once for all of them.
            moved = moves(scenario, staff_scenario)
            for family_scenario in names.families:
                counted, groups = _counted(scenario, wave_of, moved, family_scenario)
                found.append(
                    Combination(unit_scenario, staff_scenario, family_scenario, counted, groups)
                )
    return tuple(found)


def _missing(
    scenario: Scenario, table: str, column: str, names: Iterable[str]
) -> Iterable[Problem]:
    """Yield a problem for each group of staff that a scenario says nothing of."""
    first: dict[str, int] = {}
    for number, row in enumerate(scenario.staff, 1):
        # One problem for a group, at the first row that has it.
        first.setdefault(row.group, number)
    for name in names:
        given = {r.group for r in getattr(scenario, table) if getattr(r, column) == name}
        for group, number in first.items():
            if name != UNNAMED and group not in given:
                message = f"expected a group that {table} has for {name}"
                yield Problem(message, "staff", number, "group", group)


def largest_remainder(parts: Sequence[Fraction], whole: int) -> list[int]:
    """Return whole numbers that sum to a whole, near the parts: ties to the earlier.

    Parameters
    ----------
    parts
        They sum to less than 1 more or less than the whole, or to half more or less.
    whole
        What the numbers sum to.
    """
    found = [floor(part) for part in parts]
    largest = sorted(range(len(parts)), key=lambda i: (found[i] - parts[i], i))
    for i in largest[: whole - sum(found)]:
        found[i] += 1
    return found


def moves(scenario: Scenario, staff_scenario: str) -> list[int]:
    """Return how many people of each row of staff move, whatever the unit scenario.

    Rounded from the whole down: first everybody, then units, then the groups within a unit. So all
    unit scenarios move the same people of a unit, and sums agree at each level.

    Returns
    -------
    list of int
        In the order of the rows of staff.
    """
    share = {
        r.group: r.share for r in scenario.staff_scenarios if r.staff_scenario == staff_scenario
    }
    rows_of: dict[str, list[int]] = {}
    for number, row in enumerate(scenario.staff):
        rows_of.setdefault(row.unit_id, []).append(number)
    exact = [row.people * share[row.group] for row in scenario.staff]
    of_unit = [sum((exact[i] for i in rows), Fraction(0)) for rows in rows_of.values()]
    everybody = floor(sum(of_unit, Fraction(0)) + Fraction(1, 2))
    found = [0] * len(exact)
    whole = largest_remainder(of_unit, everybody)
    for rows, people in zip(rows_of.values(), whole, strict=True):
        for i, part in zip(rows, largest_remainder([exact[i] for i in rows], people), strict=True):
            found[i] = part
    return found


def _waves(scenario: Scenario, unit_scenario: str) -> dict[str, int]:
    """Return the wave of each unit that moves."""
    rows = [r for r in scenario.unit_scenarios if r.unit_scenario == unit_scenario]
    of_unit = {r.unit_id: r.wave for r in rows if r.unit_id}
    of_organisation = {r.organisation_id: r.wave for r in rows if r.organisation_id}
    owner = organisations(scenario)
    found = {}
    for unit in dict.fromkeys(row.unit_id for row in scenario.staff):
        wave = of_unit[unit] if unit in of_unit else of_organisation.get(owner[unit])
        if wave is not None:
            found[unit] = wave
    return found


def organisations(scenario: Scenario) -> dict[str, str]:
    """Return the organisation of each unit of staff.

    By `units`, else `headcounts`, else itself.
    """
    found = {row.unit_id: row.unit_id for row in scenario.staff}
    found |= {r.unit_id: r.organisation_id for r in scenario.headcounts if r.organisation_id}
    return found | {
        u.unit_id: u.organisation_id for u in scenario.units or () if u.organisation_id
    }


def _counted(
    scenario: Scenario, wave_of: Mapping[str, int], moved: Sequence[int], family_scenario: str
) -> tuple[tuple[Counted, ...], dict[str, int]]:
    """Return the counts of a combination by wave, and people who move by group."""
    groups = _groups(scenario, wave_of, moved)
    # A unit of which nobody moves makes no wave, though its row may name one.
    with_people = [
        wave_of[row.unit_id]
        for row, people in zip(scenario.staff, moved, strict=True)
        if people and row.unit_id in wave_of
    ]
    # A wave in which nobody comes any more is none of this combination.
    last = max(with_people, default=1)
    counted = (_wave(scenario, wave_of, moved, family_scenario, w) for w in range(1, last + 1))
    return tuple(counted), groups


def _groups(scenario: Scenario, come: Collection[str], moved: Sequence[int]) -> dict[str, int]:
    """Return the people of some units who move, by group."""
    found: dict[str, int] = defaultdict(int)
    for row, people in zip(scenario.staff, moved, strict=True):
        if row.unit_id in come:
            found[row.group] += people
    return dict(found)


def _wave(
    scenario: Scenario,
    wave_of: Mapping[str, int],
    moved: Sequence[int],
    family_scenario: str,
    wave: int,
) -> Counted:
    """Return the counts of one wave: everyone come by then, all that is open by then."""
    come = {unit for unit, at in wave_of.items() if at <= wave}
    headcounts = _headcounts(scenario, come, moved)
    opens = opening_wave(scenario)
    open_floors = [f for f in scenario.floors if opens(f) <= wave]
    desks = sum(usable_desks(f, scenario.settings.sharing) for f in open_floors)
    people = sum(row.headcount for row in headcounts)
    needed = _demand(scenario, headcounts)
    flats_needed = flats = residents = None
    if family_scenario != UNNAMED:
        flats_needed, residents = _homes(scenario, family_scenario, _groups(scenario, come, moved))
        flats = sum(row.flats for row in scenario.housing if (row.opens_wave or 1) <= wave)
    # People possible scale with the scarcer of desks and flats, never above those who want to
    # come.
    limits = [Fraction(1)]
    limits += [Fraction(desks, needed)] if needed else []
    limits += [Fraction(flats, flats_needed)] if flats_needed and flats is not None else []
    is_short = (
        needed is not None and needed > desks,
        flats_needed is not None and flats is not None and flats_needed > flats,
    )
    return Counted(
        wave=wave,
        people=people,
        demand=needed,
        desks=desks,
        floors=len(open_floors),
        flats_needed=flats_needed,
        flats=flats,
        residents=residents,
        people_possible=floor(people * min(limits)),
        binds=_BINDS[is_short],
        headcounts=headcounts,
    )


_BINDS = {
    (False, False): Binds.NONE,
    (True, False): Binds.DESKS,
    (False, True): Binds.FLATS,
    (True, True): Binds.BOTH,
}


def _headcounts(scenario: Scenario, come: set[str], moved: Sequence[int]) -> tuple[Headcount, ...]:
    """Return the headcounts of units that have come; ratio and attendance are their own rows'."""
    given: dict[str, Headcount] = {}
    for row in scenario.headcounts:
        if row.scheme in (None, scenario.scheme):
            known = given.get(row.unit_id)
            # Of a unit that comes with several waves any row may have the ratio.
            given[row.unit_id] = row if known is None else added_up(known, row)
    owner = organisations(scenario)
    people: dict[str, list[int]] = {}
    for here, going in zip(scenario.staff, moved, strict=True):
        if here.unit_id in come:
            each = people.setdefault(here.unit_id, [0, 0])
            each[0] += going
            # Own desks go with people who move, and there cannot be more of them than people.
            each[1] += min(here.own_desks, going)
    return tuple(
        Headcount(
            unit_id=unit,
            headcount=all_of_it,
            organisation_id=owner[unit],
            own_desks=own,
            people_per_desk=given[unit].people_per_desk if unit in given else None,
            attendance_share=given[unit].attendance_share if unit in given else None,
        )
        for unit, (all_of_it, own) in people.items()
    )


def _demand(scenario: Scenario, headcounts: tuple[Headcount, ...]) -> int | None:
    """Return the desks that headcounts need; None with capacity by chance."""
    if scenario.by_chance:
        return None
    return sum(demand(unit) for unit in moved_scenario(scenario, headcounts).housed)


def moved_scenario(scenario: Scenario, headcounts: tuple[Headcount, ...]) -> Scenario:
    """Return the scenario of those who have come; its headcounts bear no scheme."""
    options = scenario.settings.options.model_copy(update={"scheme": None})
    settings = scenario.settings.model_copy(update={"options": options})
    kept = {
        name: getattr(scenario, name) for name in ("floors", "towers", "units", "organisations")
    }
    # Not validated: only demand is worked out from it, and other tables may name who has not come.
    return scenario.model_construct(**kept, headcounts=headcounts, settings=settings)


def _homes(
    scenario: Scenario, family_scenario: str, groups: Mapping[str, int]
) -> tuple[int, Fraction]:
    """Return the flats that people need, and those who live in them."""
    rows: dict[str, FamilyScenario] = {
        r.group: r for r in scenario.family_scenarios if r.family_scenario == family_scenario
    }
    flats, residents = 0, Fraction(0)
    singles: dict[int, int] = defaultdict(int)
    for group, people in groups.items():
        row = rows[group]
        # Rounded half up, for each group by itself.
        families = floor(people * row.with_family + Fraction(1, 2))
        flats += families
        singles[row.singles_per_flat] += people - families
        residents += families * row.household_size + people - families
    # Singles share flats only with singles of groups that share alike; the last flat may have
    # room.
    flats += sum(-(-people // sharing) for sharing, people in singles.items())
    return flats, residents
