"""Everything that a unit pays on a floor, as one linear cost; the assembly of the joint bound.

Each part is a linear function of the shares that no plan undercuts, so their sum is one, too.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from allocator.search.bounds.towers import tower_rooms
from allocator.search.case import Case

Floats = NDArray[np.float64]


def share_costs(case: Case, minutes: Floats) -> Floats:
    """Return person-minutes a week (U × F) for a whole unit on a floor, all terms but two.

    People moved and gaps are left out. minutes: what the unit walks there at the least (U × F).
    """
    prices = case.scenario.settings.prices
    return (
        prices.walking * minutes
        + prices.extra_floor * extra_floor_shares(case)
        + prices.extra_tower * extra_tower_shares(case)
        + open_shares(case)
        + placement_shares(case)
    )


def extra_floor_shares(case: Case) -> Floats:
    """Return d / min(d, capacity) − 1.

    A share is at most capacity / d, so a unit's floors number at least
    Σ_f s(f) · d / min(d, capacity(f)), and Σ_f s(f) = 1 is taken off for the first.
    """
    demand = case.demand[:, None].astype(np.float64)
    return np.maximum(demand / np.maximum(case.capacity, 1) - 1, 0.0)


def extra_tower_shares(case: Case) -> Floats:
    """Return the same for organisations and towers, by the unit's part of its organisation."""
    rooms = np.maximum(tower_rooms(case), 1).astype(np.float64)
    whole = np.bincount(case.organisation, weights=case.demand, minlength=len(rooms))[:, None]
    extra = np.maximum(whole / rooms - 1, 0.0)
    part = case.demand / np.maximum(whole[case.organisation, 0], 1)
    found: Floats = part[:, None] * extra[case.organisation][:, case.tower]
    return found


def open_shares(case: Case) -> Floats:
    """Return the price of the unit's desks, a floor's being shared by all it may hold."""
    a_desk: Floats = case.open_cost / np.maximum(case.capacity, 1)
    return case.demand[:, None] * a_desk


def placement_shares(case: Case) -> Floats:
    """Return the placement costs as they stand."""
    found = np.zeros(case.allowed.shape)
    for (unit, floor), cost in case.placement_cost.items():
        found[unit, floor] = cost
    return found
