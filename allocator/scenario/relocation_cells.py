"""Whether the tables of a relocation agree: staff, who moves, who brings a family, flats.

That a group of staff lacks a row in a scenario is reported only where that scenario is used
(`studies.relocate.counting`).
"""

from __future__ import annotations

from collections.abc import Iterator

from allocator.errors import Problem
from allocator.scenario.data import ScenarioData
from allocator.scenario.known import Known, mentions
from allocator.scenario.names import Nearest


def own_desks_are_of_staff(scenario: ScenarioData, _: Known) -> Iterator[Problem]:
    """There are at most as many own desks as people in a row of staff."""
    for number, row in enumerate(scenario.staff, 1):
        if row.own_desks > row.people:
            expected = f"expected at most {row.people}, the people"
            yield Problem(expected, "staff", number, "own_desks", str(row.own_desks))


def unit_scenarios_are_of_one_body(scenario: ScenarioData, _: Known) -> Iterator[Problem]:
    """A row of a unit scenario is of a unit or of an organisation."""
    for number, row in enumerate(scenario.unit_scenarios, 1):
        if (row.unit_id is None) == (row.organisation_id is None):
            expected = "expected exactly one of unit_id and organisation_id"
            yield Problem(expected, "unit_scenarios", number, "unit_id", row.unit_id or "")


def who_moves_has_staff(scenario: ScenarioData, known: Known) -> Iterator[Problem]:
    """Units and organisations that move are those of `staff`."""
    units = {row.unit_id for row in scenario.staff}
    owners = {known.organisation_of.get(unit, unit) for unit in units}
    for column, ids in (("unit_id", units), ("organisation_id", owners)):
        nearest = Nearest(ids)
        for mention in mentions(scenario, "unit_scenarios", column):
            # Without staff there is one problem, reported elsewhere, and not one for each row.
            if units and mention.id not in ids:
                expected = f"expected one that has staff{nearest.hint(mention.id)}"
                yield Problem(expected, "unit_scenarios", mention.row, column, mention.id)


def groups_have_staff(scenario: ScenarioData, _: Known) -> Iterator[Problem]:
    """Groups of staff and family scenarios are those of `staff`."""
    groups = {row.group for row in scenario.staff}
    nearest = Nearest(groups)
    for table in ("staff_scenarios", "family_scenarios"):
        for mention in mentions(scenario, table, "group"):
            if mention.id not in groups:
                expected = f"expected a group of staff{nearest.hint(mention.id)}"
                yield Problem(expected, table, mention.row, "group", mention.id)


def flats_have_a_wave(scenario: ScenarioData, _: Known) -> Iterator[Problem]:
    """Where some buildings open with a wave, all do."""
    if any(row.opens_wave for row in scenario.housing):
        for number, row in enumerate(scenario.housing, 1):
            if row.opens_wave is None:
                expected = "expected a wave, as other buildings have one"
                yield Problem(expected, "housing", number, "opens_wave", "")
