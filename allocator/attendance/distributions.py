"""The law of how many people come on a day: one unit's, and that of several together.

What a law means for desks is `service`'s.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from heapq import heapify, heappop, heappush
from itertools import count
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from allocator.scenario.presence import lowest_correlation
from allocator.words import counted

Pmf = NDArray[np.float64]
"""Probability that 0, 1, … people come. Those of this module are shared and read-only."""

SHOCK_NODES = 63
"""Points that stand for a day's common factor: chances of a pool of 2,000 are then right to 1e-3
for a day_shock up to 0.1, where 7 points would be wrong by dozens of desks."""
SMALLEST_WEIGHT = 1e-15
"""Of a point that is taken along."""
_REMEMBERED = 1024
_TINY = 1e-300  # at the lowest correlation a ratio is 0 or its reciprocal is


class Group(NamedTuple):
    """People of one unit who come alike.

    headcount ≥ 0 people; attendance, the share of them who come, 0..1; correlation between two of
    them, from `lowest_correlation` to below 1.
    """

    headcount: int
    attendance: float
    correlation: float = 0.0


@lru_cache(_REMEMBERED)
def unit_pmf(headcount: int, attendance: float, correlation: float = 0.0) -> Pmf:
    """Return the law of how many people of a unit come: the (extended) beta-binomial.

    By the ratios of neighbouring probabilities, which hold without correlation, too, and a little
    below 0, as where days are divided up. Mean n·p, variance n·p·q·(1 + (n − 1)·correlation).

    Parameters
    ----------
    headcount
        People, n ≥ 0.
    attendance
        Share who come, p in 0..1.
    correlation
        Between two of them; 0 gives the binomial. Only meaningful with the headcount at which it
        was estimated.

    Returns
    -------
    array of headcount + 1
        Probability that 0..n people come; read-only.

    Raises
    ------
    ValueError
        If an argument is out of its range, or the correlation too low for so many people.

    References
    ----------
    Prentice, R. L. (1986). Binary regression using an extended beta-binomial distribution.
    """
    _check(headcount, attendance, correlation)
    return np.asarray(_laws(headcount, np.array([attendance], dtype=np.float64), correlation)[0])


def _check(headcount: int, attendance: float, correlation: float) -> None:
    if headcount < 0:
        raise ValueError(f"expected a headcount of at least 0, not {headcount}")
    if not 0 <= attendance <= 1:
        raise ValueError(f"expected an attendance from 0 to 1, not {attendance}")
    lowest = lowest_correlation(headcount, attendance)
    if not lowest <= correlation < 1:
        people = f"{counted(headcount, 'person')} of whom {attendance:g} come"
        raise ValueError(
            f"expected a correlation from {lowest:.5f} to below 1 for {people}, not {correlation}"
        )


def _laws(n: int, attendances: NDArray[np.float64], rho: float) -> NDArray[np.float64]:
    """Return a law in each row, for the same people at several attendances; read-only.

    Logarithms of f(k+1)/f(k) are added up, which overflow at no size.
    """
    p = attendances[:, np.newaxis]
    k = np.arange(n, dtype=np.float64)
    # At the lowest correlation a factor is 0, or below it by rounding, and has no logarithm.
    come = np.maximum(p * (1 - rho) + k * rho, _TINY)
    stay = np.maximum((1 - p) * (1 - rho) + (n - 1 - k) * rho, _TINY)
    steps = np.log((n - k) / (k + 1)) + np.log(come) - np.log(stay)
    logs = np.concatenate([np.zeros_like(p), np.cumsum(steps, axis=1)], axis=1)
    # Less the largest, so that no exponential overflows; the sum then makes them probabilities.
    weights = np.exp(logs - logs.max(axis=1, keepdims=True))
    laws = weights / weights.sum(axis=1, keepdims=True)
    for share, came in ((0, 0), (1, n)):
        # With nobody or everybody coming, all ratios are 0 or infinite: the law is one point.
        laws[attendances == share] = np.arange(n + 1) == came
    # Laws are cached and shared: whoever changed one would change it for all.
    laws.flags.writeable = False
    return np.asarray(laws)


def pool_pmf(units: Iterable[Group], day_shock: float = 0.0) -> Pmf:
    """Return the law of how many people of several units come, independent given the day.

    By direct convolution, smallest first: tails stay right to the last digit, where Fourier
    transforms lose all below 1e-16; and the order of the units does not matter.

    Parameters
    ----------
    units
        Groups of people; tuples (headcount, attendance, correlation) will do.
    day_shock
        Standard deviation, 0 to below 1, of a factor of mean 1 that the day has for everybody's
        attendance (which stays in 0..1). It does not pool away.

    Returns
    -------
    array
        Probability that 0, 1, … people come; read-only.

    Raises
    ------
    ValueError
        As `unit_pmf` does.
    """
    if not 0 <= day_shock < 1:
        raise ValueError(f"expected a day_shock from 0 to below 1, not {day_shock}")
    laws = [_on_days(group, day_shock) for group in sorted(Group(*unit) for unit in units)]
    pmf = np.zeros(1 + sum(law.shape[1] - 1 for law in laws))
    # Independent given the day: convolved within each kind of day, and only then mixed.
    for day, (weight, _) in enumerate(kinds_of_day(day_shock)):
        pmf += weight * _convolved([law[day] for law in laws])
    pmf.flags.writeable = False
    return pmf


@lru_cache(_REMEMBERED)
def _on_days(group: Group, day_shock: float) -> NDArray[np.float64]:
    """Return the law of a group on each kind of day."""
    unit = unit_pmf(*group)
    if day_shock == 0:
        return unit[np.newaxis]
    factors = np.array([factor for _, factor in kinds_of_day(day_shock)])
    # On a day that draws many, a share cannot rise above 1, which lowers the mean a little.
    attendances = np.clip(group.attendance * (1 + day_shock * factors), 0, 1)
    return _laws(group.headcount, attendances, group.correlation)


def kinds_of_day(day_shock: float) -> tuple[tuple[float, float], ...]:
    """Return kinds of day: the weight of each, and its standard deviations from the mean."""
    return _shock_nodes() if day_shock else ((1.0, 0.0),)


@lru_cache(1)
def _shock_nodes() -> tuple[tuple[float, float], ...]:
    """Return weights and points of the standard normal law, by Gauss and Hermite."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(SHOCK_NODES)
    weights = weights / weights.sum()
    # Points far out have no weight that counts, and each costs a convolution of the whole pool.
    kept = weights >= SMALLEST_WEIGHT
    whole = weights[kept].sum()
    return tuple(zip((weights[kept] / whole).tolist(), nodes[kept].tolist(), strict=True))


def _convolved(laws: list[Pmf]) -> Pmf:
    """Convolve the two shortest laws until one is left; of equally long ones the first."""
    waiting = [(len(law), number, law) for number, law in enumerate(laws)]
    heapify(waiting)
    made = count(len(laws))
    while len(waiting) > 1:
        (_, _, one), (_, _, other) = heappop(waiting), heappop(waiting)
        # Direct, not by Fourier transforms: a tail of 1e-20 stays right (see `pool_pmf`).
        law = np.convolve(one, other)
        heappush(waiting, (len(law), next(made), law))
    return waiting[0][2] if waiting else np.ones(1)
