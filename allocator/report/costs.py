"""What each organisation's place costs, by term: shares of the total that add up to it.

A floor's opening is shared by the desks used there, a trip's walking by its two ends.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from math import fsum

from allocator.plan.types import OrganisationUse, Placement, Plan, TermName
from allocator.plan.verify import Check
from allocator.plan.verify.given_plan import GivenPlan
from allocator.plan.verify.moved import moved_by_unit
from allocator.scenario.demand import demand
from allocator.scenario.types import Scenario

Costs = dict[str, dict[TermName, float]]
"""Person-minutes a week by organisation and term."""
Amounts = Mapping[str, float]
"""Amounts by organisation; 0 for those that have none."""


def costs_by_organisation(plan: Plan, scenario: Scenario, check: Check) -> Costs:
    """Return what the place of every organisation costs, the dearest first.

    Parameters
    ----------
    check
        What the checker found of this plan; minutes walked are taken from it.
    """
    prices = scenario.settings.prices
    mine: dict[str, list[Placement]] = {use.organisation_id: [] for use in plan.organisations}
    for piece in plan.placements:
        mine[piece.organisation_id].append(piece)
    floors = _cost_of_a_desk(plan, scenario)
    placing, moved = _placing(scenario, check.pieces), _moved(scenario, check.pieces)
    found = {
        use.organisation_id: {
            TermName.EXTRA_TOWERS: prices.extra_tower * max(use.towers - 1, 0),
            TermName.EXTRA_FLOORS: prices.extra_floor * _extra_floors(mine[use.organisation_id]),
            TermName.GAPS: prices.extra_gap * use.gaps,
            TermName.OPEN_FLOORS: fsum(
                floors[p.floor_id] * p.desks for p in mine[use.organisation_id]
            ),
            TermName.WALKING: prices.walking * _walked(use, check),
            TermName.PLACEMENT_COST: placing[use.organisation_id],
            TermName.PEOPLE_MOVED: prices.move * moved[use.organisation_id],
        }
        for use in plan.organisations
    }
    # fsum: the shares of many units would otherwise not add up to the total that is printed.
    return dict(sorted(found.items(), key=lambda item: (-fsum(item[1].values()), item[0])))


def _walked(use: OrganisationUse, check: Check) -> float:
    """Return the minutes that an organisation's trips walk, each counted half at either end."""
    return check.walking_by_organisation.get(use.organisation_id, 0.0)


def _extra_floors(pieces: list[Placement]) -> int:
    """Return the floors beyond the first of each unit, added up."""
    return sum(floors - 1 for floors in Counter(piece.unit_id for piece in pieces).values())


def _cost_of_a_desk(plan: Plan, scenario: Scenario) -> dict[str, float]:
    """Return what opening a floor costs by each desk used there."""
    given = {floor.floor_id: floor.open_price for floor in scenario.floors}
    found = {}
    for floor in plan.floors:
        price = given[floor.floor_id]
        whole = scenario.settings.prices.open_desk * floor.desks if price is None else price
        # A floor with nobody has no share, whatever it is divided by.
        found[floor.floor_id] = whole / max(floor.desks_used, 1)
    return found


def _placing(scenario: Scenario, pieces: Mapping[tuple[str, str], int]) -> Amounts:
    """Return the placement costs of each organisation, by the share of a unit on the floor."""
    units = {unit.unit_id: unit for unit in scenario.housed}
    found = defaultdict[str, float](float)
    for row in scenario.placement_costs:
        unit = units.get(row.unit_id)
        if unit and demand(unit):
            share = pieces.get((row.unit_id, row.floor_id), 0) / demand(unit)
            found[unit.organisation_id] += row.cost * share
    return found


def _moved(scenario: Scenario, pieces: Mapping[tuple[str, str], int]) -> Amounts:
    """Return people who move; units without a place today do not count."""
    moved = moved_by_unit(GivenPlan(scenario, pieces))
    found = defaultdict[str, float](float)
    for unit in scenario.housed:
        found[unit.organisation_id] += moved.get(unit.unit_id, 0.0)
    return found
