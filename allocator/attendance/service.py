"""What a law of attendance means for desks: short days, people without a desk, desks needed.

The chance of a short day and the chance that somebody who comes finds no desk are two things; one
is never given for the other. The laws are `distributions`'.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from allocator.attendance.distributions import Group, Pmf, pool_pmf, unit_pmf

LARGEST_POOL = 100_000
"""People that `people_served` counts up to: a law of more takes long and answers nothing."""


class Shortage(NamedTuple):
    """How often desks are too few, and for how many.

    Attributes
    ----------
    short_day
        Probability that more people come than there are desks.
    without_desk
        Expected people who come and find none, on any day.
    no_desk
        Probability that somebody who comes finds none, whoever comes first; 0 if nobody comes.
    """

    short_day: float
    without_desk: float
    no_desk: float


class PoolingGain(NamedTuple):
    """Desks for units apart and together, at the same service in three meanings.

    Attributes
    ----------
    separate, pooled
        Each unit, or all together, short on at most the allowed share of days.
    separate_equal_any
        Units apart, such that on at most that share of days any of them is short.
    pooled_equal_unserved
        All together, with no more people without a desk than `separate` leaves.
    """

    separate: int
    pooled: int
    separate_equal_any: int
    pooled_equal_unserved: int


def shortage(pmf: Pmf, desks: int) -> Shortage:
    """Return how often so many desks are too few for a law of attendance, and for how many.

    Raises
    ------
    ValueError
        If desks are below 0.
    """
    if desks < 0:
        raise ValueError(f"expected desks of at least 0, not {desks}")
    more = _more_than(pmf)
    if desks >= len(more):
        return Shortage(0.0, 0.0, 0.0)
    # Σ over d ≥ desks of P(A > d) is E[max(A − desks, 0)]: one more sum instead of a product.
    without, mean = float(_added_from_end(more[desks:])[0]), float(_expected(pmf))
    return Shortage(min(1.0, float(more[desks])), without, without / mean if mean else 0.0)


def desks_needed(pmf: Pmf, short_day_probability: float) -> int:
    """Return the fewest desks with which at most that share of days, 0..1, is short.

    Raises
    ------
    ValueError
        If the probability is below 0 or above 1.
    """
    if not 0 <= short_day_probability <= 1:
        raise ValueError(f"expected a probability from 0 to 1, not {short_day_probability}")
    return _first_at_most(_more_than(pmf), short_day_probability)


def people_served(
    desks: int, attendance: float, correlation: float, short_day_probability: float
) -> int:
    """Return the most people of one unit whom so many desks serve.

    Parameters
    ----------
    desks
        Desks that they share.
    attendance, correlation
        Share of them who come, above 0, and correlation between two, 0 to below 1: people who
        avoid one another do so in one number only.
    short_day_probability
        Allowed share of days on which more come than there are desks, 0 to below 1.

    Raises
    ------
    ValueError
        If an argument is out of its range, or more than `LARGEST_POOL` people would be served.
    """
    if desks < 0 or not 0 < attendance <= 1 or not 0 <= correlation < 1:
        raise ValueError("expected desks ≥ 0, attendance above 0 to 1, correlation 0 to below 1")
    if not 0 <= short_day_probability < 1:
        raise ValueError(f"expected a probability from 0 to below 1, not {short_day_probability}")

    def served(people: int) -> bool:
        """Say whether so many people are short on no more days than allowed."""
        pmf = unit_pmf(people, attendance, correlation)
        return desks_needed(pmf, short_day_probability) <= desks

    # As many people as desks are always served; from there the range is doubled until it is not.
    few, many = desks, 2 * desks + 1
    while served(many):
        few, many = many, 2 * many
        # People who hardly ever come could be added without end.
        if many > LARGEST_POOL:
            raise ValueError(f"expected a case in which at most {LARGEST_POOL:,} are served")
    while many - few > 1:
        middle = (few + many) // 2
        few, many = (middle, many) if served(middle) else (few, middle)
    return few


def pooling_gain(
    units: Iterable[Group], short_day_probability: float = 0.05, day_shock: float = 0.0
) -> PoolingGain:
    """Return the desks that units need apart and together.

    Together need not be fewer: of people who hardly ever come, each alone needs none.

    Parameters
    ----------
    units
        Groups of people; tuples (headcount, attendance, correlation) will do.
    short_day_probability
        Allowed share of short days, 0..1.
    day_shock
        As in `pool_pmf`.
    """
    groups = [Group(*unit) for unit in units]
    laws = [pool_pmf([group], day_shock) for group in groups]
    together = pool_pmf(groups, day_shock)
    apart = [desks_needed(law, short_day_probability) for law in laws]
    # Units are independent, so all are served on a day with the product of their chances.
    each = 1 - (1 - short_day_probability) ** (1 / max(1, len(groups)))
    without = sum(
        shortage(law, desks).without_desk for law, desks in zip(laws, apart, strict=True)
    )
    return PoolingGain(
        separate=sum(apart),
        pooled=desks_needed(together, short_day_probability),
        separate_equal_any=sum(desks_needed(law, each) for law in laws),
        pooled_equal_unserved=_first_at_most(_added_from_end(_more_than(together)), without),
    )


def _more_than(pmf: Pmf) -> NDArray[np.float64]:
    """Return P(more than d people come) for d from 0; the last is exactly 0."""
    # The last is exactly 0, where a sum from the front would leave a rounding error: desks for
    # everybody are then never short.
    return np.concatenate([_added_from_end(pmf)[1:], [0.0]])


def _added_from_end(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return for each place the sum of the values from there on, which keeps small tails exact."""
    return np.asarray(values[::-1].cumsum()[::-1])


def _first_at_most(falling: NDArray[np.float64], limit: float) -> int:
    """Return the first place at which a falling sequence is at most a limit."""
    # `argmax` gives the first True; the last value is 0, so there is one.
    return int(np.argmax(falling <= limit))


def _expected(pmf: Pmf) -> float:
    """Return the mean of a law."""
    return float(pmf @ np.arange(len(pmf)))
