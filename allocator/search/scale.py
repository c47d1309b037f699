"""What a desk of an ordinary plan costs: the measure of temperatures and of what is wrong."""

from __future__ import annotations

import numpy as np

from allocator.search.case import Case
from allocator.search.floors.tables import Prices

OVER, BROKEN, UNPLACED = 5.0, 100.0, 10.0
"""Prices of what is wrong, as multiples of what a desk is worth."""
FIRST_OF_ALL, LEFT_OUT = 8.0, 2.5
"""Where desks may stay unplaced people count before the total, and no desk is placed at the price
of an overload: all prices are so many times higher, and that of unplaced is the lower one."""


def desk_worth(case: Case) -> float:
    """Return about what a desk of an ordinary plan costs, in person-minutes a week.

    All prices of what is wrong and all temperatures are in proportion to it, so that a case with
    other prices is searched alike.
    """
    prices = case.scenario.settings.prices
    desks = max(int(case.demand.sum()), 1)
    costs = [abs(cost) for cost in case.placement_cost.values()]
    found = (
        case.open_cost.sum() / max(int(case.capacity.sum()), 1) * case.load.sum() / desks
        + prices.extra_floor * len(case.unit_ids) / desks
        + prices.extra_tower * len(case.organisation_ids) / desks
        + prices.walking * _trips_apart(case) * np.quantile(case.minutes, 0.25) / desks
        + (np.mean(costs) * len(case.unit_ids) / desks if costs else 0.0)
    )
    # Where nothing costs anything temperatures and penalties must still be above 0.
    return float(found) or 1.0


def _trips_apart(case: Case) -> float:
    """Return about how many trips a week are made from unit to unit."""
    rates = case.scenario.settings.trips
    a_head = rates.parent + rates.organisation + rates.coordinator + rates.siblings
    spoken_for = sum(row.trips_per_week or 0.0 for row in case.scenario.affinities)
    return a_head * float(case.people.sum()) + spoken_for


def prices_at(case: Case, worth: float) -> Prices:
    """Return what is wrong at its price, where a desk is worth so much.

    Parameters
    ----------
    worth
        Person-minutes a week, as `desk_worth` returns it or a multiple.
    """
    people, desks = max(int(case.people.sum()), 1), int(case.demand.sum())
    worth *= FIRST_OF_ALL if case.allow_unplaced else 1.0
    unplaced = LEFT_OUT if case.allow_unplaced else UNPLACED
    return Prices(OVER * worth, BROKEN * worth, unplaced * worth * desks / people)
