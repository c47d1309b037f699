"""Desks that people who share them need, by mean and spread: what the local search goes by.

Needed are about mean + z · deviation, and of independent pieces the variances add up:
v(n) = n p q (1 + (n − 1) ρ). Nothing is proved by it: layouts are judged exactly (`needs`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from math import isqrt, sqrt
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from allocator.scenario.types import HousedUnit, Scenario
from allocator.search.pooling.needs import Piece

Whole = NDArray[np.int64]
LOAD_PER_DESK = 1000
"""What a desk counts for."""
SQUARE = 10**6
"""What a desk squared counts for."""


@dataclass(frozen=True)
class Spreads:
    """Whole numbers, so that what is added can be taken away. U units, F floors.

    Attributes
    ----------
    mean : (U) int
        Desks that a person needs on the busiest weekday.
    linear, square : (U) int
        Variance of n people: linear · n + square · n².
    pool : (U) int
        With whom a unit shares desks on a floor: its organisation, itself, or all (0).
    z_factor : float
        What the root of a variance counts for.
    capacity : (F) int
    """

    mean: Whole
    linear: Whole
    square: Whole
    pool: Whole
    z_factor: float
    capacity: Whole

    @property
    def load_per_desk(self) -> int:
        """What a desk counts for."""
        return LOAD_PER_DESK

    @property
    def pools(self) -> int:
        """How many pools there may be on a floor."""
        return int(self.pool.max(initial=0)) + 1

    def load(self, pieces: Iterable[Piece]) -> int:
        """Return what people on a floor need."""
        mean, variances = 0, defaultdict[int, int](int)
        for u, people, _ in pieces:
            mean += int(self.mean[u]) * people
            spread = int(self.linear[u]) * people + int(self.square[u]) * people**2
            variances[int(self.pool[u])] += spread
        # Truncated pool by pool, as in the search over floors. Rounded parts may add up to less
        # than 0.
        return mean + sum(int(self.z_factor * sqrt(max(v, 0))) for v in variances.values())


def spreads_of(scenario: Scenario, organisation: Whole) -> Spreads:
    """Return spreads, with floors that hold nothing yet; organisation is that of each unit (U)."""
    given = scenario.settings.attendance
    rows = np.array([_row(unit, scenario) for unit in scenario.housed]).reshape(-1, 3)
    pools = {"organisation": organisation, "unit": np.arange(len(organisation))}
    z = NormalDist().inv_cdf(1 - given.short_day_probability)
    return Spreads(
        # At least 1, since the search divides by what a desk weighs.
        mean=np.maximum(np.rint(rows[:, 0] * LOAD_PER_DESK), 1).astype(np.int64),
        linear=np.rint(rows[:, 1] * SQUARE).astype(np.int64),
        square=np.rint(rows[:, 2] * SQUARE).astype(np.int64),
        pool=pools.get(given.shared_by, np.zeros_like(organisation)),
        z_factor=z * LOAD_PER_DESK / isqrt(SQUARE),
        capacity=np.zeros(len(scenario.floors), np.int64),
    )


def _row(unit: HousedUnit, scenario: Scenario) -> tuple[float, float, float]:
    """Return mean, linear and square part of the variance of a person on the busiest weekday.

    Of the people a part has desks of their own. A factor that days have for all is a spread of
    the unit's own here, which is too little; floors learn the rest.
    """
    given = scenario.settings.attendance
    share = max(scenario.weekday_shares[unit.unit_id])
    own = unit.own_desks / max(unit.headcount, 1)
    both = share * (1 - share)
    square = both * given.correlation + (given.day_shock * share) ** 2
    return (
        own + (1 - own) * share,
        (1 - own) * both * (1 - given.correlation),
        (1 - own) ** 2 * square,
    )
