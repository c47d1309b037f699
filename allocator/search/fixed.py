"""What a unit costs where it is, whoever else is where. No search lives here."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from allocator.search.case import Case


def fixed_costs(case: Case) -> NDArray[np.float64]:
    """Return placement costs, and people moved at their price, of a whole unit by floor (U, F)."""
    cost = np.zeros((len(case.unit_ids), len(case.floor_ids)))
    for cell, price in case.placement_cost.items():
        cost[cell] += price
    price = case.scenario.settings.prices.move
    moving = list(case.moving)
    cost[moving] += price * case.people[moving][:, None]
    for (u, f), share in case.current_share.items():
        cost[u, f] -= price * case.people[u] * min(share, 1.0)
    return cost
