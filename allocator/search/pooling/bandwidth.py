"""Effective bandwidths: desks that a person counts for in a linear row for a chance.

With ψ(θ) = ln E exp(θ A) for the people A who come of n alike, ψ(θ) / (θ n) is a person's
bandwidth. For θ > 0, Σ bandwidth · people ≤ C + 1 − ln(1/ε)/θ implies P(A > C) ≤ ε, by Chernoff's
bound; and P(A > C) ≤ ε implies Σ bandwidth(−θ) · people ≤ C + ln(1/(1 − ε))/θ, by the same bound
on the other tail. ψ is convex in n for people who come alike or are drawn to one another, so part
of a unit is no harder than its share of the whole; where they avoid one another, a single person
is the hardest part.

References
----------
Kelly, F. P. (1991). Effective bandwidths at multi-class queues. Queueing Systems 9.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from allocator.attendance import unit_pmf
from allocator.attendance.distributions import kinds_of_day

Floats = NDArray[np.float64]

THETAS = tuple(np.geomspace(0.01, 3.0, 40).tolist())
"""Where rows are looked for."""
MOST_DAYS = 12
"""Kinds of day that a row is looked for, where a day has a factor for everybody."""


@dataclass(frozen=True)
class HardDay:
    """A day that stands for all: attendance times `factor`, short on at most `allowed` of such.

    Where days have no factor in common it is any day.
    """

    factor: float
    allowed: float


def bandwidths(people: int, attendance: float, correlation: float, sign: int) -> Floats:
    """Return the bandwidth of a person at each of `THETAS`, or at each −θ with sign −1."""
    # A correlation below 0 makes a single person the hardest part, so the law is taken of one,
    # uncorrelated.
    return _bandwidths(people if correlation >= 0 else 1, attendance, max(correlation, 0.0), sign)


@lru_cache(4096)
def _bandwidths(people: int, attendance: float, correlation: float, sign: int) -> Floats:
    law = unit_pmf(people, attendance, correlation)
    some = np.flatnonzero(law)
    exponents = np.log(law[some]) + sign * np.outer(THETAS, some)
    # The largest exponent is taken out first: exponentials of hundreds of people would overflow.
    most = exponents.max(axis=1)
    psi = most + np.log(np.exp(exponents - most[:, None]).sum(axis=1))
    return np.asarray(sign * psi / (np.array(THETAS) * people))


def sufficient_days(allowed: float, day_shock: float) -> Iterator[HardDay]:
    """Yield days such that serving any one of them serves: worse ones are all taken to be short.

    P(short) ≤ P(factor > f) + P(short | factor = f), as more people come the higher the factor.
    """
    kinds = sorted(kinds_of_day(day_shock), key=lambda kind: kind[1])
    beyond = 1 - np.cumsum([weight for weight, _ in kinds])
    left = [
        HardDay(1 + day_shock * deviations, allowed - max(0.0, worse))
        for (_, deviations), worse in zip(kinds, beyond.tolist(), strict=True)
    ]
    # Days on which hardly anything is allowed make rows that no floor obeys.
    yield from [day for day in left if day.allowed > allowed / 100][:MOST_DAYS]


def necessary_days(allowed: float, day_shock: float) -> Iterator[HardDay]:
    """Yield days each of which is served by whatever serves.

    P(short) ≥ P(factor ≥ f) · P(short | factor = f).
    """
    kinds = sorted(kinds_of_day(day_shock), key=lambda kind: kind[1])
    from_here = np.cumsum([weight for weight, _ in kinds][::-1])[::-1]
    found = [
        HardDay(1 + day_shock * deviations, allowed / at_least)
        for (_, deviations), at_least in zip(kinds, from_here.tolist(), strict=True)
        if allowed / at_least < 1
    ]
    # The busiest ones: they say most.
    yield from found[-MOST_DAYS:]


def on(day: HardDay, attendances: Iterable[float]) -> tuple[float, ...]:
    """Return attendances on such a day: 0..1, whatever the factor."""
    return tuple(min(1.0, max(0.0, share * day.factor)) for share in attendances)
