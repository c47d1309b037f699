"""What a planner should know about a scenario that is not wrong. Errors are `consistency`'s."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from allocator.scenario.known import Known, Mention, mentions
from allocator.scenario.names import as_seen
from allocator.scenario.presence import clipped_units
from allocator.scenario.rules import Takes
from allocator.scenario.sums import rows_that_sum_up
from allocator.scenario.tables import ScenarioWarning
from allocator.words import counted, verb

if TYPE_CHECKING:
    from allocator.scenario.types import Scenario

NOT_ENFORCED = (
    ("floors", "opens_wave"),
    ("towers", "opens_wave"),
    ("units", "wave"),
    ("current", "people"),
)
"""Columns that may be filled and that nothing obeys yet."""
MOST_NAMED = 20
"""Units or towers named in one warning; the rest are counted."""


def warnings(scenario: Scenario) -> tuple[ScenarioWarning, ...]:
    """Return every warning: of units left out, bodies and places nobody knows, idle columns.

    Codes: file_not_read, unit_without_headcount, body_without_headcount, unknown_place,
    no_coordinates, row_equals_sum, ids_alike, not_enforced, idle_ratio, attendance_clipped.
    """
    notices = (
        _files_not_read,
        _units_left_out,
        _bodies_without_people,
        _unknown_places,
        _towers_without_coordinates,
        _rows_that_sum_up,
        _ids_alike,
        _idle_columns,
        _idle_ratio,
        _clipped_attendance,
    )
    return tuple(warning for notice in notices for warning in notice(scenario))


def _warning(scenario: Scenario, code: str, mention: Mention, message: str) -> ScenarioWarning:
    row = scenario.file_row(mention.table, mention.row)
    return ScenarioWarning(code=code, table=mention.table, row=row, message=message)


def _units_left_out(scenario: Scenario) -> Iterator[ScenarioWarning]:
    housed = {unit.unit_id for unit in scenario.housed}
    where = f" in scheme {scenario.scheme}" if scenario.scheme else ""
    for mention in mentions(scenario, "units", "unit_id"):
        if mention.id not in housed:
            message = f"unit {mention.id} has no headcount{where} and is not placed"
            yield _warning(scenario, "unit_without_headcount", mention, message)


def _bodies_without_people(scenario: Scenario) -> Iterator[ScenarioWarning]:
    named = [*Known(scenario).body_mentions()]
    for table in ("placement_costs", "current"):
        named += mentions(scenario, table, "unit_id")
    named += mentions(scenario, "rotas", "organisation_id")
    named += mentions(scenario, "rotas", "unit_id")
    first = {(m.table, m.id): m for m in reversed(named) if m.id not in scenario.units_of}
    for mention in reversed(first.values()):
        message = f"{mention.id} has no headcount, so {mention.table} does not act on it"
        yield _warning(scenario, "body_without_headcount", mention, message)


def _unknown_places(scenario: Scenario) -> Iterator[ScenarioWarning]:
    known = Known(scenario)
    for mention in known.objects(Takes.PLACE):
        if mention.id not in known.places:
            message = f"no floor and no tower is called {mention.id}"
            yield _warning(scenario, "unknown_place", mention, message)


def _files_not_read(scenario: Scenario) -> Iterator[ScenarioWarning]:
    for name in scenario.unread_files:
        message = "this file is not read: in a folder, tables are CSV files such as headcounts.csv"
        yield ScenarioWarning(code="file_not_read", table=name, message=message)


def _towers_without_coordinates(scenario: Scenario) -> Iterator[ScenarioWarning]:
    """Between such towers and others nobody walks any distance, which no planner means."""
    placed = {t.tower_id for t in scenario.towers or () if None not in (t.x_m, t.y_m)}
    towers = dict.fromkeys(floor.tower_id for floor in scenario.floors)
    without = [tower for tower in towers if tower not in placed]
    if without and len(towers) > 1:
        noun = "tower" if len(without) == 1 else "towers"
        message = (
            f"{noun} {_named(without)} {verb(len(without), 'have')} "
            "no x_m and y_m, so the way to other towers counts as 0 m: fill in where each tower "
            "stands, in metres from any one point"
        )
        yield ScenarioWarning(code="no_coordinates", table="towers", message=message)


def _named(ids: Sequence[str]) -> str:
    more = len(ids) - MOST_NAMED
    return ", ".join(ids[:MOST_NAMED]) + (f" and {more:,} more" if more > 0 else "")


def _rows_that_sum_up(scenario: Scenario) -> Iterator[ScenarioWarning]:
    """A total that became a unit doubles the people; one that is honest is a coincidence."""
    in_force = (None, scenario.scheme)
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


def _ids_alike(scenario: Scenario) -> Iterator[ScenarioWarning]:
    """Ids that look alike and differ in characters nobody sees are two things to the program."""
    known = Known(scenario)
    for ids in (known.bodies, known.places):
        alike: dict[str, list[str]] = defaultdict(list)
        for each in sorted(ids):
            alike[as_seen(each)].append(each)
        for group in alike.values():
            if len(group) > 1:
                shown = " and ".join(ascii(each) for each in group[:MOST_NAMED])
                message = f"these ids look alike and are not the same: {shown}"
                yield ScenarioWarning(code="ids_alike", table="scenario", message=message)


def _idle_columns(scenario: Scenario) -> Iterator[ScenarioWarning]:
    for table, column in NOT_ENFORCED:
        first = next(mentions(scenario, table, column), None)
        if first is not None:
            message = f"column {column} of {table} is filled and not enforced yet"
            yield _warning(scenario, "not_enforced", first, message)


def _idle_ratio(scenario: Scenario) -> Iterator[ScenarioWarning]:
    """With capacity by chance, how many people share a desk follows from who comes."""
    given = scenario.settings.sharing.people_per_desk != 1
    if scenario.by_chance and (given or any(row.people_per_desk for row in scenario.headcounts)):
        message = (
            'people_per_desk does nothing where sharing.capacity is "chance": how many people '
            "desks serve follows from attendance and short_day_probability"
        )
        yield ScenarioWarning(code="idle_ratio", table="scenario", message=message)


def _clipped_attendance(scenario: Scenario) -> Iterator[ScenarioWarning]:
    clipped = [unit.unit_id for unit in clipped_units(scenario)]
    if clipped:
        message = (
            f"attendance would exceed the headcount on some weekday in {_named(clipped)}: "
            "all of them come then, and their weekly mean falls"
        )
        yield ScenarioWarning(code="attendance_clipped", table="headcounts", message=message)
