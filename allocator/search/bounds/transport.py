"""A linear cost of every unit on every floor, at the least, with the floors' desks shared out.

Least Σ_u Σ_f cost(u, f) s(u, f) with Σ_f s(u, f) = 1 and Σ_u d(u) s(u, f) ≤ capacity(f) is bounded
by its Lagrangian: for any prices of desks λ ≥ 0,
Σ_u min_f (cost(u, f) + d(u) λ(f)) − Σ_f capacity(f) λ(f).
The prices are sought by subgradient steps (Held, Wolfe and Crowder 1974); each is a proof.
"""

from __future__ import annotations

from time import monotonic

import numpy as np
from numpy.typing import NDArray

from allocator.search.case import Case

Floats = NDArray[np.float64]
STEPS = 400
PATIENCE = 10
"""Steps without gain before steps are halved."""


def transport_bound(case: Case, cost: Floats, time_limit_s: float) -> float:
    """Return at most the least Σ cost(u, f) · s(u, f) over all plans that place every desk.

    Parameters
    ----------
    cost : (U, F) float
        Of the whole unit on the floor; counted only where the unit may be.
    """
    placed = (case.demand > 0) & np.any(case.allowed, axis=1)
    dual = _Dual(
        np.where(case.allowed[placed], cost[placed], np.inf),
        case.demand[placed].astype(np.float64),
        case.capacity.astype(np.float64),
    )
    return dual.climb(monotonic() + time_limit_s) if placed.any() else 0.0


class _Dual:
    """The Lagrangian as a function of the prices of desks on floors."""

    def __init__(self, cost: Floats, demand: Floats, capacity: Floats) -> None:
        self.cost, self.demand, self.capacity = cost, demand, capacity
        self.rows = np.arange(len(demand))

    def at(self, price: Floats) -> tuple[float, Floats]:
        """Return the bound at these prices, and by how much each floor is overbooked there."""
        reduced = self.cost + self.demand[:, None] * price
        best = np.argmin(reduced, axis=1)
        value = float(reduced[self.rows, best].sum() - self.capacity @ price)
        load = np.bincount(best, weights=self.demand, minlength=len(price))
        return value, load - self.capacity

    def climb(self, until: float) -> float:
        """Return the best bound found by steps uphill."""
        price = np.zeros(len(self.capacity))
        best, slope = self.at(price)
        best_price, ease, idle = price, 1.0, 0
        direction = slope
        for _ in range(STEPS):
            norm = float(direction @ direction)
            if norm == 0 or monotonic() > until:
                break
            price = np.maximum(price + ease * self._target(best) / norm * direction, 0.0)
            value, slope = self.at(price)
            direction = slope + 0.5 * direction
            idle += 1
            if value > best:
                best, best_price, idle = value, price, 0
            if idle >= PATIENCE:
                price, ease, idle = best_price, ease / 2, 0
        return best

    def _target(self, best: float) -> float:
        """Return what one step hopes to gain."""
        return 0.05 * abs(best) + 1.0
