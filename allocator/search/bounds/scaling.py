"""Prices as whole numbers for exact models, rounded down so that bounds stay bounds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor, frexp

from ortools.sat.python import cp_model

from allocator.search.solver import Effort, Proof, solve_model

LARGEST = 2.0**40
"""Sum of all whole prices of a model, at most: far from overflow, fine enough for a bound."""
FINEST = 2.0**12


@dataclass(frozen=True)
class Scale:
    """A power of two, so that scaling itself is exact."""

    factor: float

    def down(self, price: float) -> int:
        """Return the price in whole units, rounded down."""
        return floor(price * self.factor)

    def back(self, bound: float) -> float:
        """Return a bound of whole units as a price."""
        return bound / self.factor


def scale_for(prices: Sequence[float]) -> Scale:
    """Return the finest scale that keeps the sum of these prices small enough."""
    total = sum(abs(price) for price in prices)
    # The next power of two, so that prices are only shifted and the bound comes back exactly.
    _, exponent = frexp(total / LARGEST)
    return Scale(min(FINEST, 2.0**-exponent))


def proved(model: cp_model.CpModel, time_limit_s: float) -> float | None:
    """Return the proved lower bound of a model's whole-numbered objective.

    None if it has no solution or nothing was proved; then no plan follows the model either, or
    the bound must come from elsewhere. "No solution" is no proof here that no plan exists.
    """
    solved = solve_model(model, Effort(time_limit_s))
    return None if solved.proof is Proof.INFEASIBLE else solved.bound
