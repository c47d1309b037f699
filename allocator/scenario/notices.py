"""What a planner should know about a scenario that is not wrong. Errors are `consistency`'s.

A warning is for what is allowed and yet seldom meant. Each has a code, by which callers may tell
them apart, and names no more than `MOST_NAMED` ids.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from allocator.scenario.data import ScenarioData
from allocator.scenario.known import (
    Known,
    Mention,
    first_mentions,
    last_wave,
    mentions,
    opening_wave,
)
from allocator.scenario.names import as_seen
from allocator.scenario.predecessors import parts_of_today
from allocator.scenario.presence import clipped_units
from allocator.scenario.rules import Takes
from allocator.scenario.sums import rows_that_sum_up
from allocator.scenario.tables import Floor, ScenarioWarning
from allocator.words import counted, verb

MOST_NAMED = 20
"""Units or towers named in one warning; the rest are counted."""


def warnings(scenario: ScenarioData) -> tuple[ScenarioWarning, ...]:
    """Return every warning: of units left out, bodies and places nobody knows, idle settings.

    Codes: file_not_read, unit_without_headcount, body_without_headcount, unit_vacates,
    unknown_place, no_coordinates, row_equals_sum, ids_alike, never_opens, overfull_today,
    free_moves, idle_ratio, attendance_clipped.
    """
    notices = (
        _files_not_read,
        _units_left_out,
        _bodies_without_people,
        _units_that_vacate,
        _unknown_places,
        _towers_without_coordinates,
        _rows_that_sum_up,
        _ids_alike,
        _floors_that_never_open,
        _floors_overfull_today,
        _free_moves,
        _idle_ratio,
        _clipped_attendance,
    )
    return tuple(warning for notice in notices for warning in notice(scenario))


def _warning(scenario: ScenarioData, code: str, mention: Mention, message: str) -> ScenarioWarning:
    """Return a warning about a row, placed in the file that it was read from."""
    row = scenario.file_row(mention.table, mention.row)
    return ScenarioWarning(code=code, table=mention.table, row=row, message=message)


def _units_left_out(scenario: ScenarioData) -> Iterator[ScenarioWarning]:
    """Units of `units` that have no headcount are not placed."""
    housed = {unit.unit_id for unit in scenario.housed}
    where = f" in scheme {scenario.scheme}" if scenario.scheme else ""
    for mention in mentions(scenario, "units", "unit_id"):
        if mention.id not in housed:
            message = f"unit {mention.id} has no headcount{where} and is not placed"
            yield _warning(scenario, "unit_without_headcount", mention, message)


def _bodies_without_people(scenario: ScenarioData) -> Iterator[ScenarioWarning]:
    """What names a unit or organisation without people does nothing, which may be a slip."""
    named = [*Known(scenario).body_mentions()]
    for table in ("placement_costs", "predecessors"):
        named += mentions(scenario, table, "unit_id")
    named += mentions(scenario, "rotas", "organisation_id")
    named += mentions(scenario, "rotas", "unit_id")
    # Reversed, so that the first row that names one is kept, and one warning for each table.
    first = {(m.table, m.id): m for m in reversed(named) if m.id not in scenario.units_of}
    for mention in reversed(first.values()):
        message = f"{mention.id} has no headcount, so {mention.table} does not act on it"
        yield _warning(scenario, "body_without_headcount", mention, message)


def _units_that_vacate(scenario: ScenarioData) -> Iterator[ScenarioWarning]:
    """A unit of today that nothing else names has left: nobody is moved from its desks."""
    # Without today's plan nobody can have left it.
    heirs = parts_of_today(scenario) if scenario.current else {}
    named = {unit for unit, parts in heirs.items() if parts} | Known(scenario).units
    for mention in first_mentions(scenario, "current", "unit_id"):
        if mention.id not in named:
            message = (
                f"{mention.id} has no headcount and no successor: its desks of today count as "
                "vacated"
            )
            yield _warning(scenario, "unit_vacates", mention, message)


def _unknown_places(scenario: ScenarioData) -> Iterator[ScenarioWarning]:
    """Without a table `towers` a place of a rule may be any name.

    One that no floor has is suspicious.
    """
    known = Known(scenario)
    for mention in known.objects(Takes.PLACE):
        if mention.id not in known.places:
            message = f"no floor and no tower is called {mention.id}"
            yield _warning(scenario, "unknown_place", mention, message)


def _files_not_read(scenario: ScenarioData) -> Iterator[ScenarioWarning]:
    """Files that look like tables and are no CSV are not read from a folder."""
    for name in scenario.unread_files:
        message = "this file is not read: in a folder, tables are CSV files such as headcounts.csv"
        yield ScenarioWarning(code="file_not_read", table=name, message=message)


def _towers_without_coordinates(scenario: ScenarioData) -> Iterator[ScenarioWarning]:
    """Between such towers and others nobody walks any distance, which no planner means."""
    placed = {t.tower_id for t in scenario.towers or () if None not in (t.x_m, t.y_m)}
    towers = dict.fromkeys(floor.tower_id for floor in scenario.floors)
    without = [tower for tower in towers if tower not in placed]
    # In a single tower nobody walks to another.
    if without and len(towers) > 1:
        noun = "tower" if len(without) == 1 else "towers"
        message = (
            f"{noun} {_named(without)} {verb(len(without), 'have')} "
            "no x_m and y_m, so the way to other towers counts as 0 m: fill in where each tower "
            "stands, in metres from any one point"
        )
        yield ScenarioWarning(code="no_coordinates", table="towers", message=message)


def _named(ids: Sequence[str]) -> str:
    """Return ids in a row, the rest counted."""
    more = len(ids) - MOST_NAMED
    return ", ".join(ids[:MOST_NAMED]) + (f" and {more:,} more" if more > 0 else "")


def _rows_that_sum_up(scenario: ScenarioData) -> Iterator[ScenarioWarning]:
    """A total that became a unit doubles the people; one that is honest is a coincidence."""
    in_force = (None, scenario.scheme)
    # Rows of other schemes are not planned, so they double nobody.
    rows = [
        number
        for number, _ in rows_that_sum_up(scenario)
        if scenario.headcounts[number - 1].scheme in in_force
    ]
    if rows:
        first = scenario.file_row("headcounts", rows[0])
        numbers = _named([str(scenario.file_row("headcounts", row)) for row in rows])
        message = (
            f"the headcount of {counted(len(rows), 'row')} is the sum of the rows above: if any "
            f"is a total, delete it (rows {numbers})"
        )
        yield ScenarioWarning(
            code="row_equals_sum", table="headcounts", row=first, message=message
        )


def _ids_alike(scenario: ScenarioData) -> Iterator[ScenarioWarning]:
    """Ids that look alike and differ in characters nobody sees are two things to the program."""
    known = Known(scenario)
    # Units and places are never taken for one another, so they are compared apart.
    for ids in (known.bodies, known.places):
        alike: dict[str, list[str]] = defaultdict(list)
        for each in sorted(ids):
            alike[as_seen(each)].append(each)
        for group in alike.values():
            if len(group) > 1:
                shown = " and ".join(ascii(each) for each in group[:MOST_NAMED])
                message = f"these ids look alike and are not the same: {shown}"
                yield ScenarioWarning(code="ids_alike", table="scenario", message=message)


def _floors_that_never_open(scenario: ScenarioData) -> Iterator[ScenarioWarning]:
    """A floor that opens after the last wave stays closed."""
    opens, last = opening_wave(scenario), last_wave(scenario)
    closed = [floor.floor_id for floor in scenario.floors if opens(floor) > last]
    if closed:
        noun, verb_ = ("floor", "stays") if len(closed) == 1 else ("floors", "stay")
        message = f"{noun} {_named(closed)} {verb_} closed: nobody comes with a wave after {last}"
        yield ScenarioWarning(code="never_opens", table="floors", message=message)


def _floors_overfull_today(scenario: ScenarioData) -> Iterator[ScenarioWarning]:
    """Today's plan may be over what floors have; moves then begin from it."""
    today = Counter[str]()
    for row in scenario.current:
        today[row.floor_id] += row.desks
    has = {floor.floor_id: _desks(floor, scenario) for floor in scenario.floors}
    overfull = [floor for floor, desks in today.items() if desks > has.get(floor, desks)]
    if overfull:
        floor = overfull[0]
        more = f" and {counted(len(overfull) - 1, 'more floor')}" if len(overfull) > 1 else ""
        message = (
            f"today floor {floor}{more} holds more desks than it has "
            f"({today[floor]:,} and {has[floor]:,} on {floor})"
        )
        yield ScenarioWarning(code="overfull_today", table="current", message=message)


def _desks(floor: Floor, scenario: ScenarioData) -> int:
    """Return the desks of a floor as far as they are known."""
    if floor.desks is not None:
        return floor.desks
    # Not `demand.desks_on`, which refuses what has neither: a warning should never fail.
    return int((floor.area_m2 or 0) / (scenario.settings.sharing.m2_per_desk or 1))


def _free_moves(scenario: ScenarioData) -> Iterator[ScenarioWarning]:
    """A limit says that moves matter, a price of 0 that they do not: the limit alone holds."""
    settings = scenario.settings
    if settings.options.max_people_moved is not None and not settings.prices.move:
        message = (
            "options.max_people_moved limits how many people move and prices.move is 0: moves "
            "within the limit cost nothing"
        )
        yield ScenarioWarning(code="free_moves", table="scenario", message=message)


def _idle_ratio(scenario: ScenarioData) -> Iterator[ScenarioWarning]:
    """With capacity by chance, how many people share a desk follows from who comes."""
    given = scenario.settings.sharing.people_per_desk != 1
    if scenario.by_chance and (given or any(row.people_per_desk for row in scenario.headcounts)):
        message = (
            'people_per_desk does nothing where sharing.capacity is "chance": how many people '
            "desks serve follows from attendance and short_day_probability"
        )
        yield ScenarioWarning(code="idle_ratio", table="scenario", message=message)


def _clipped_attendance(scenario: ScenarioData) -> Iterator[ScenarioWarning]:
    """Where a day's factor asks for more than all people, all come, and the mean is not kept."""
    clipped = [unit.unit_id for unit in clipped_units(scenario.housed, scenario.weekday_shares)]
    if clipped:
        message = (
            f"attendance would exceed the headcount on some weekday in {_named(clipped)}: "
            "all of them come then, and their weekly mean falls"
        )
        yield ScenarioWarning(code="attendance_clipped", table="headcounts", message=message)
