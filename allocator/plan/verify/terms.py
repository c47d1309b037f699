"""The terms of the total, worked out from the pieces. Whether the plan is allowed is not asked.

docs/explanation/objective.md says what each of them is.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import fsum

from allocator.plan.data import Term, TermName
from allocator.plan.verify.given_plan import GivenPlan
from allocator.plan.verify.moved import people_moved


def terms(plan: GivenPlan, walked_min: float) -> tuple[Term, ...]:
    """Return every term without its bound, in the order of `TermName`.

    Parameters
    ----------
    plan
        Pieces and the scenario they belong to.
    walked_min
        Minutes walked a week.
    """
    prices = plan.scenario.settings.prices
    return (
        _term(TermName.EXTRA_TOWERS, extra_towers(plan), prices.extra_tower),
        _term(TermName.EXTRA_FLOORS, extra_floors(plan), prices.extra_floor),
        _term(TermName.GAPS, gaps(plan), prices.extra_gap),
        open_floors(plan),
        _term(TermName.WALKING, walked_min, prices.walking),
        _term(TermName.PLACEMENT_COST, placement_cost(plan), 1.0),
        _term(TermName.PEOPLE_MOVED, people_moved(plan), prices.move),
    )


def extra_towers(plan: GivenPlan) -> int:
    """Return the towers beyond the first, summed over organisations."""
    return sum(
        _beyond_first(plan.tower(floor) for floor in plan.floors_of(organisation))
        for organisation in plan.units_by_organisation
    )


def extra_floors(plan: GivenPlan) -> int:
    """Return the floors beyond the first, summed over units."""
    return sum(_beyond_first(floors) for floors in plan.desks_by_floor.values())


def gaps(plan: GivenPlan) -> int:
    """Return the levels left out between lowest and highest, over organisations and towers."""
    return sum(
        len(plan.skipped(plan.floors_of(organisation)))
        for organisation in plan.units_by_organisation
    )


def open_floors(plan: GivenPlan) -> Term:
    """Return the floors in use; the price is None where it is not the same for all floors."""
    prices = {floor: _open_price(plan, floor) for floor in plan.floors}
    cost = fsum(prices[floor] for floor in plan.units_on)
    # A price that is shown should explain the cost; where floors have several none does.
    one = next(iter(prices.values())) if len(set(prices.values())) == 1 else None
    return Term(name=TermName.OPEN_FLOORS, amount=len(plan.units_on), price=one, cost=cost)


def placement_cost(plan: GivenPlan) -> float:
    """Return Σ cost · y / d over the rows of placement_costs, in person-minutes a week."""
    # By share of what the unit needs, so desks that are left out cost nothing.
    return fsum(
        row.cost * plan.desks_by_floor.get(row.unit_id, {}).get(row.floor_id, 0) / needed
        for row in plan.scenario.placement_costs
        if (needed := plan.demand.get(row.unit_id, 0))
    )


def _open_price(plan: GivenPlan, floor: str) -> float:
    """Return what a floor in use costs: its own price, or open_desk for each of its desks."""
    given = plan.floors[floor].open_price
    return plan.scenario.settings.prices.open_desk * plan.desks(floor) if given is None else given


def _beyond_first(things: Iterable[str]) -> int:
    """Return how many different things there are beyond the first; 0 for none."""
    return max(len(set(things)) - 1, 0)


def _term(name: TermName, amount: float, price: float) -> Term:
    """Return a term that has one price."""
    return Term(name=name, amount=amount, price=price, cost=amount * price)
