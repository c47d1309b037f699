"""Whether the tables of a scenario agree with one another: every contradiction, all at once.

A check yields a problem for each thing that is wrong; its docstring is the rule it checks. What a
single cell may hold is `tables` and `settings`; what a planner should merely know is `notices`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterator
from typing import Any

from allocator.errors import Problem
from allocator.scenario.data import ScenarioData
from allocator.scenario.known import Known, Mention, first_mentions, headcount_wave, mentions
from allocator.scenario.names import Nearest
from allocator.scenario.over_time import (
    a_limit_has_a_plan_to_compare_with,
    every_wave_has_floors,
    nobody_passes_on_more_than_it_has,
    predecessors_are_of_today,
    rows_of_a_unit_agree,
    waves_have_one_weight_each,
)
from allocator.scenario.presence import correlation_limits
from allocator.scenario.relocation_cells import (
    flats_have_a_wave,
    groups_have_staff,
    own_desks_are_of_staff,
    unit_scenarios_are_of_one_body,
    who_moves_has_staff,
)
from allocator.scenario.rule_cells import apart_bodies_overlap, rules_fill_their_columns
from allocator.scenario.rules import Takes
from allocator.scenario.sums import rows_that_sum_up
from allocator.scenario.tables import TABLES
from allocator.scenario.week_cells import (
    common_days_agree,
    patterns_fit_a_unit,
    patterns_have_their_own_names,
    rotas_are_of_one_body,
    rotas_leave_who_comes_daily,
    weeks_bring_somebody,
)
from allocator.words import counted

Check = Callable[["ScenarioData", Known], Iterator[Problem]]


def problems(scenario: ScenarioData, incomplete: Collection[str] = ()) -> list[Problem]:
    """Return every contradiction between the tables, by table and row.

    Parameters
    ----------
    scenario
        Its rows are valid one by one; nothing else is taken for granted.
    incomplete
        Tables (`scenario` for the settings) of which a part could not be read. What would need
        all of them to judge is not judged.
    """
    known = Known(scenario)
    # A check that lacks a table would call ids unknown that are merely unread.
    found = [
        problem
        for check, needed in CHECKS
        if not set(needed) & set(incomplete)
        for problem in check(scenario, known)
    ]
    # By table and row, so that a planner can go through a file from its top.
    order = {table: number for number, table in enumerate(TABLES)}
    return sorted(found, key=lambda problem: (order.get(problem.table, -1), problem.row or 0))


def _pair(a: str, b: str) -> tuple[str, str]:
    """Return two ids in their order, as a pair means the same either way round."""
    return (a, b) if a <= b else (b, a)


KEYS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "floors": ("floor_id", lambda row: row.floor_id),
    "towers": ("tower_id", lambda row: row.tower_id),
    "organisations": ("organisation_id", lambda row: row.organisation_id),
    "units": ("unit_id", lambda row: row.unit_id),
    "headcounts": ("unit_id, scheme, wave", lambda row: (row.unit_id, row.scheme)),
    "affinities": ("a, b", lambda row: _pair(row.a, row.b)),
    "walking": ("from_floor, to_floor", lambda row: _pair(row.from_floor, row.to_floor)),
    "placement_costs": ("unit_id, floor_id", lambda row: (row.unit_id, row.floor_id)),
    "current": ("unit_id, floor_id", lambda row: (row.unit_id, row.floor_id)),
    "predecessors": ("unit_id, predecessor_id", lambda row: (row.unit_id, row.predecessor_id)),
    "rotas": ("organisation_id, unit_id", lambda row: (row.organisation_id, row.unit_id)),
    "patterns": ("pattern", lambda row: row.pattern),
    "staff": ("unit_id, group", lambda row: (row.unit_id, row.group)),
    "unit_scenarios": (
        "unit_scenario, unit_id, organisation_id",
        lambda row: (row.unit_scenario, row.unit_id, row.organisation_id),
    ),
    "staff_scenarios": ("staff_scenario, group", lambda row: (row.staff_scenario, row.group)),
    "family_scenarios": ("family_scenario, group", lambda row: (row.family_scenario, row.group)),
    "housing": ("building_id", lambda row: row.building_id),
}
"""Columns that together may be given once, and the key they make; the wave of headcounts, which
may be the unit's, is added to it."""


def no_key_twice(scenario: ScenarioData, _: Known) -> Iterator[Problem]:
    """Every id, and every pair either way round, is given once; people of a unit once a wave."""
    wave_of = headcount_wave(scenario)
    for table, (columns, key_of) in KEYS.items():
        first: dict[Hashable, int] = {}
        for number, row in enumerate(getattr(scenario, table) or (), 1):
            key = key_of(row) if table != "headcounts" else (*key_of(row), wave_of(row))
            # Each repetition names the first row, as that is the one to compare it with.
            if first.setdefault(key, number) != number:
                earlier = scenario.file_row(table, first[key])
                parts = (getattr(row, column) for column in columns.split(", "))
                value = ", ".join(str(part) for part in parts if part is not None)
                yield Problem(f"given already in row {earlier}", table, number, columns, value)


def bodies_have_their_own_ids(scenario: ScenarioData, known: Known) -> Iterator[Problem]:
    """A unit bears an organisation's id only where it is the one unit of it.

    An id that meant a unit and several others would leave it open whom a rule speaks of.
    """
    table = "headcounts" if scenario.units is None else "units"
    for mention in first_mentions(scenario, table, "unit_id"):
        alone = known.units_of.get(mention.id) == {mention.id}
        if mention.id in known.organisations and not alone:
            expected = "expected an id that no organisation has, unless it is its only unit"
            yield _problem(mention, expected)


def places_have_their_own_ids(scenario: ScenarioData, known: Known) -> Iterator[Problem]:
    """A floor has no id of a tower or complex; a tower has that of its own complex at most."""
    for floor in mentions(scenario, "floors", "floor_id"):
        if floor.id in known.towers or floor.id in known.towers_of:
            yield _problem(floor, "expected an id that no tower and no complex has")
    table = "floors" if scenario.towers is None else "towers"
    for tower in first_mentions(scenario, table, "tower_id"):
        # A tower without a complex is one of its own, under its own id.
        if known.towers_of.get(tower.id, {tower.id}) != {tower.id}:
            expected = "expected an id that no complex has, unless it is its only tower"
            yield _problem(tower, expected)


FLOOR_COLUMNS = (
    ("walking", "from_floor"),
    ("walking", "to_floor"),
    ("placement_costs", "floor_id"),
)
UNIT_COLUMNS = (
    ("headcounts", "unit_id"),
    ("placement_costs", "unit_id"),
    ("predecessors", "unit_id"),
    ("rotas", "unit_id"),
    ("staff", "unit_id"),
    ("unit_scenarios", "unit_id"),
)
ORGANISATION_COLUMNS = (
    ("units", "organisation_id"),
    ("headcounts", "organisation_id"),
    ("rotas", "organisation_id"),
    ("unit_scenarios", "organisation_id"),
)


def floors_are_known(scenario: ScenarioData, known: Known) -> Iterator[Problem]:
    """Every floor that is named is in `floors`, but those of `current`."""
    named = [m for table, column in FLOOR_COLUMNS for m in mentions(scenario, table, column)]
    yield from _unknown([*named, *known.objects(Takes.FLOOR)], known.floors, "floor_id")


def towers_are_known(scenario: ScenarioData, _: Known) -> Iterator[Problem]:
    """Where there are `towers`, every tower of a floor is one of them."""
    if scenario.towers is not None:
        ids = {tower.tower_id for tower in scenario.towers}
        yield from _unknown(mentions(scenario, "floors", "tower_id"), ids, "tower_id")


def places_are_known(scenario: ScenarioData, known: Known) -> Iterator[Problem]:
    """Where there are `towers`, every place of a rule is a floor, a tower or a complex."""
    if scenario.towers is not None:
        named = known.objects(Takes.PLACE)
        yield from _unknown(named, known.places, "floor, tower or complex")


def units_are_known(scenario: ScenarioData, _: Known) -> Iterator[Problem]:
    """Where there are `units`, every unit that is named is one of them, but those of today."""
    if scenario.units is not None:
        ids = {unit.unit_id for unit in scenario.units}
        named = (m for table, column in UNIT_COLUMNS for m in mentions(scenario, table, column))
        yield from _unknown(named, ids, "unit_id")


def organisations_are_known(scenario: ScenarioData, known: Known) -> Iterator[Problem]:
    """Where there are `organisations`, every one that is named, or that a unit is, is there."""
    if scenario.organisations is None:
        return
    ids = {organisation.organisation_id for organisation in scenario.organisations}
    columns = ORGANISATION_COLUMNS
    named = (m for table, column in columns for m in mentions(scenario, table, column))
    yield from _unknown(named, ids, "organisation_id")
    table = "headcounts" if scenario.units is None else "units"
    for unit in first_mentions(scenario, table, "unit_id"):
        # Without any other, a unit is its own organisation, which the table then has to list.
        if known.organisation_of[unit.id] == unit.id and unit.id not in ids:
            expected = f"expected an organisation of unit {unit.id}: it is none itself"
            yield Problem(expected, table, unit.row, "organisation_id", "")


def bodies_are_known(scenario: ScenarioData, known: Known) -> Iterator[Problem]:
    """Where there are `units` and `organisations`, every body named is one of them."""
    if scenario.units is not None and scenario.organisations is not None:
        yield from _unknown(known.body_mentions(), known.bodies, "unit or organisation")


def _unknown(
    named: Collection[Mention] | Iterator[Mention], ids: set[str], what: str
) -> Iterator[Problem]:
    """Yield a problem for each id that is not among those known, with the nearest that is."""
    nearest = Nearest(ids)
    for mention in named:
        if mention.id not in ids:
            yield _problem(mention, f"expected a known {what}{nearest.hint(mention.id)}")


def _problem(mention: Mention, message: str) -> Problem:
    """Return a problem at the place where an id is mentioned."""
    return Problem(message, mention.table, mention.row, mention.column, mention.id)


def organisations_agree(scenario: ScenarioData, _: Known) -> Iterator[Problem]:
    """A unit's organisation is the same in `units` and in `headcounts`."""
    by_unit = {unit.unit_id: unit.organisation_id for unit in scenario.units or ()}
    for mention in mentions(scenario, "headcounts", "organisation_id"):
        unit = scenario.headcounts[mention.row - 1].unit_id
        # A blank in `units` leaves it to headcounts.
        settled = by_unit.get(unit) or mention.id
        if settled != mention.id:
            yield _problem(mention, f"expected {settled!r}, the organisation of {unit} in units")


def one_scheme_is_chosen(scenario: ScenarioData, _: Known) -> Iterator[Problem]:
    """Rows with schemes leave no doubt which are meant.

    A single scheme is taken without asking; of several one has to be chosen.
    """
    chosen = scenario.settings.options.scheme
    borne = sorted({row.scheme for row in scenario.headcounts if row.scheme})
    if chosen is None and len(borne) > 1:
        listed = ", ".join(borne)
        yield Problem(
            f"expected a choice of scheme, as headcounts has several: {listed}",
            table="scenario",
            column="options.scheme",
        )
    if chosen is not None and chosen not in borne:
        listed = f"one of {', '.join(borne)}" if borne else "none, as no row of headcounts has one"
        yield Problem(
            f"expected a scheme of headcounts: {listed}",
            "scenario",
            None,
            "options.scheme",
            chosen,
        )


def schemes_are_not_mixed(scenario: ScenarioData, _: Known) -> Iterator[Problem]:
    """A unit has rows with schemes or one without, not both.

    Both would hold at once, and its people count twice.
    """
    free = {row.unit_id for row in scenario.headcounts if row.scheme is None}
    for mention in mentions(scenario, "headcounts", "scheme"):
        if scenario.headcounts[mention.row - 1].unit_id in free:
            yield _problem(mention, "expected no scheme, as the unit also has a row without one")


def parents_are_of_one_organisation(scenario: ScenarioData, known: Known) -> Iterator[Problem]:
    """Units of one parent are of one organisation; so is the parent, or it is that itself.

    A parent is a group inside an organisation, whose units make trips to one another.
    """
    first: dict[str, str] = {}
    for mention in mentions(scenario, "units", "parent_id"):
        unit = (scenario.units or ())[mention.row - 1].unit_id
        own, parent = known.organisation_of[unit], mention.id
        settled = known.organisation_of.get(parent)
        # A parent need be no unit: its organisation is then that of the first unit which names it.
        if settled is None:
            settled = parent if parent in known.organisations else first.setdefault(parent, own)
        if settled != own:
            expected = f"expected a parent in {own}, the unit's organisation, not in {settled}"
            yield _problem(mention, expected)


def own_desks_are_of_people(scenario: ScenarioData, _: Known) -> Iterator[Problem]:
    """There are at most as many own desks as people, since each is somebody's."""
    for number, row in enumerate(scenario.headcounts, 1):
        if row.own_desks > row.headcount:
            expected = f"expected at most {row.headcount}, the headcount"
            yield Problem(expected, "headcounts", number, "own_desks", str(row.own_desks))


def totals_are_no_units(scenario: ScenarioData, _: Known) -> Iterator[Problem]:
    """No row that is called a total is the sum of the rows above it.

    Its people would be counted twice. One that is only the sum is a warning, as it may be chance.
    """
    for number, is_called_total in rows_that_sum_up(scenario):
        if is_called_total:
            row = scenario.headcounts[number - 1]
            expected = (
                "expected a unit, not a total: it is the sum of the rows above; delete the row, "
                "or let `allocator import` read the table"
            )
            yield Problem(expected, "headcounts", number, "unit_id", row.unit_id)


def floors_have_a_size(scenario: ScenarioData, _: Known) -> Iterator[Problem]:
    """Every floor has desks or an area.

    The type leaves both empty, as either will do.
    """
    for number, floor in enumerate(scenario.floors, 1):
        if floor.desks is None and floor.area_m2 is None:
            yield Problem("expected desks or area_m2", "floors", number, "desks", "")


def areas_can_be_counted(scenario: ScenarioData, _: Known) -> Iterator[Problem]:
    """Where a floor has an area only, m2_per_desk is given."""
    if scenario.settings.sharing.m2_per_desk is not None:
        return
    by_area = (floor for floor in scenario.floors if floor.desks is None and floor.area_m2)
    for floor in by_area:
        expected = f"expected a value, as floor {floor.floor_id} has an area and no desks"
        # One floor is enough: the setting is missing for all of them.
        yield Problem(expected, "scenario", None, "sharing.m2_per_desk")
        return


def affinities_have_one_weight(scenario: ScenarioData, _: Known) -> Iterator[Problem]:
    """At most one of trips_per_week and closeness is filled; inside a body only trips.

    Without either, the row asks for common days.
    """
    for number, row in enumerate(scenario.affinities, 1):
        weights = (row.trips_per_week is not None) + (row.closeness is not None)
        if weights == 2 or (weights == 0 and row.common_days is None):
            expected = "expected exactly one of trips_per_week and closeness"
            more = "" if weights == 2 else ", or common_days"
            yield Problem(expected + more, "affinities", number, "trips_per_week")
        # Closeness goes by the smaller of two bodies; inside one there is none.
        elif row.a == row.b and row.closeness is not None:
            expected = "expected trips_per_week, as a and b are the same"
            yield Problem(expected, "affinities", number, "closeness", row.closeness)


def correlation_is_possible(scenario: ScenarioData, _: Known) -> Iterator[Problem]:
    """A correlation below 0 is one that every unit can have.

    So many people cannot all avoid one another; and a day that draws everybody allows none.
    """
    given = scenario.settings.attendance
    # Weeks with nobody in them have a problem of their own, and no shares to work with.
    if given.correlation >= 0 or not all(any(row.week) for row in scenario.rotas):
        return
    place = ("scenario", None, "attendance.correlation", f"{given.correlation:g}")
    lowest, unit = max(
        correlation_limits(scenario.housed, scenario.weekday_shares),
        key=lambda limit: limit[0],
        default=(-1.0, None),
    )
    if given.day_shock > 0:
        yield Problem("expected at least 0, as day_shock is above 0", *place)
    elif unit is not None and given.correlation < lowest:
        people = f"unit {unit.unit_id} of {counted(unit.headcount, 'person')}"
        yield Problem(f"expected at least {lowest:.4f}, the lowest that {people} can have", *place)


CHECKS: tuple[tuple[Check, tuple[str, ...]], ...] = (
    (one_scheme_is_chosen, ("headcounts", "scenario")),
    (areas_can_be_counted, ("scenario",)),
    (no_key_twice, ()),
    (bodies_have_their_own_ids, ("units", "headcounts", "organisations")),
    (places_have_their_own_ids, ("floors", "towers")),
    (floors_are_known, ("floors",)),
    (towers_are_known, ("towers",)),
    (places_are_known, ("floors", "towers")),
    (units_are_known, ("units",)),
    (organisations_are_known, ("units", "headcounts", "organisations")),
    (bodies_are_known, ("units", "headcounts", "organisations")),
    (organisations_agree, ()),
    (schemes_are_not_mixed, ()),
    (parents_are_of_one_organisation, ("units", "headcounts", "organisations")),
    (own_desks_are_of_people, ()),
    (totals_are_no_units, ("headcounts",)),
    (floors_have_a_size, ()),
    (affinities_have_one_weight, ()),
    (rules_fill_their_columns, ()),
    (apart_bodies_overlap, ("units", "headcounts")),
    (rotas_are_of_one_body, ("units", "headcounts", "organisations")),
    (weeks_bring_somebody, ()),
    (rotas_leave_who_comes_daily, ("headcounts", "scenario")),
    (patterns_have_their_own_names, ()),
    (patterns_fit_a_unit, ("headcounts", "scenario")),
    (common_days_agree, ("units", "headcounts")),
    (own_desks_are_of_staff, ()),
    (unit_scenarios_are_of_one_body, ()),
    (who_moves_has_staff, ("staff", "units", "headcounts")),
    (groups_have_staff, ("staff",)),
    (flats_have_a_wave, ("housing",)),
    (correlation_is_possible, ("units", "headcounts", "rotas", "scenario")),
    (rows_of_a_unit_agree, ("units", "scenario")),
    (every_wave_has_floors, ("floors", "towers", "units", "headcounts", "scenario")),
    (waves_have_one_weight_each, ("units", "headcounts", "scenario")),
    (predecessors_are_of_today, ("current",)),
    (nobody_passes_on_more_than_it_has, ("current",)),
    (a_limit_has_a_plan_to_compare_with, ("current", "units", "headcounts", "scenario")),
)
"""Every check, and the tables that it needs whole."""
