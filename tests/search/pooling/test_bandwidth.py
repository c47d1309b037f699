"""Linear rows for a chance: who obeys sufficient ones serves, who serves obeys necessary ones."""

from __future__ import annotations

from math import ceil, log

import numpy as np
import pytest

from allocator.attendance import Group, desks_needed, pool_pmf
from allocator.search.pooling.bandwidth import (
    THETAS,
    HardDay,
    bandwidths,
    necessary_days,
    on,
    sufficient_days,
)

ALLOWED = 0.05
GROUPS = [
    [(30, 0.6)],
    [(30, 0.6), (12, 0.3)],
    [(5, 0.9), (50, 0.4), (8, 0.1)],
    [(1, 0.5)],
]


def row(groups: list[tuple[int, float]], correlation: float, sign: int) -> np.ndarray:
    """Return what the people count for in the row of each theta."""
    return np.sum([n * bandwidths(n, a, correlation, sign) for n, a in groups], axis=0)


def needed(groups: list[tuple[int, float]], correlation: float) -> int:
    """Return the desks that serve on all but the allowed share of days, by convolution."""
    return desks_needed(pool_pmf([Group(n, a, correlation) for n, a in groups]), ALLOWED)


@pytest.mark.parametrize("groups", GROUPS)
@pytest.mark.parametrize("correlation", [0.0, 0.03, 0.2])
def test_desks_that_obey_a_sufficient_row_serve(
    groups: list[tuple[int, float]], correlation: float
) -> None:
    """No theta promises that fewer desks serve than convolution says."""
    enough = row(groups, correlation, 1) - 1 + log(1 / ALLOWED) / np.array(THETAS)
    assert ceil(enough.min() - 1e-9) >= needed(groups, correlation)


@pytest.mark.parametrize("groups", GROUPS)
@pytest.mark.parametrize("correlation", [0.0, 0.03, 0.2])
def test_desks_that_serve_obey_every_necessary_row(
    groups: list[tuple[int, float]], correlation: float
) -> None:
    """No theta asks for more desks than convolution does."""
    asked = row(groups, correlation, -1) - log(1 / (1 - ALLOWED)) / np.array(THETAS)
    assert asked.max() <= needed(groups, correlation) + 1e-9


@pytest.mark.parametrize("correlation", [0.0, 0.05, 0.3])
@pytest.mark.parametrize("part", [1, 7, 19])
def test_part_of_a_unit_is_no_harder_than_its_share(correlation: float, part: int) -> None:
    """People who come alike count for most where all of their unit are together."""
    whole = bandwidths(20, 0.6, correlation, 1)
    assert np.all(bandwidths(part, 0.6, correlation, 1) <= whole + 1e-12)


def test_people_who_avoid_one_another_count_as_single_persons() -> None:
    """Where they do, the hardest part of a unit is one person."""
    assert np.array_equal(bandwidths(20, 0.6, -0.1, 1), bandwidths(1, 0.6, 0.0, 1))


def test_bandwidth_lies_between_the_mean_and_everybody() -> None:
    """A person counts for more than the attendance share, and for one desk at most."""
    counted = bandwidths(15, 0.55, 0.02, 1)
    assert np.all((counted >= 0.55 - 1e-12) & (counted <= 1.0 + 1e-12))
    assert np.all(np.diff(counted) >= -1e-12)


def test_days_without_a_common_factor_are_one_day() -> None:
    """Any day stands for all then, and both rows allow what is allowed."""
    for days in (sufficient_days(ALLOWED, 0.0), necessary_days(ALLOWED, 0.0)):
        (day,) = days
        assert day.factor == 1
        assert day.allowed == pytest.approx(ALLOWED)


def test_days_with_a_common_factor_trade_it_for_chance() -> None:
    """Sufficient ones leave less for a high factor, necessary ones allow more for it."""
    enough = list(sufficient_days(ALLOWED, 0.06))
    asked = list(necessary_days(ALLOWED, 0.06))
    assert all(0 < day.allowed <= ALLOWED + 1e-12 for day in enough)
    assert all(ALLOWED - 1e-12 <= day.allowed < 1 for day in asked)
    assert max(day.factor for day in enough) > 1
    by_factor = sorted(asked, key=lambda day: day.factor)
    assert [day.allowed for day in by_factor] == sorted(day.allowed for day in asked)


def test_attendance_on_a_day_stays_a_share() -> None:
    """A factor lifts attendance to one at most."""
    day = HardDay(factor=1.25, allowed=ALLOWED)
    assert on(day, (0.9, 0.5)) == (1.0, 0.625)
