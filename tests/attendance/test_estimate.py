"""Estimates from badge data: by hand, unbiased, and with intervals that hold the truth."""

from __future__ import annotations

from dataclasses import replace

import pytest

from allocator.attendance.badges import BadgeDay
from allocator.attendance.estimate import estimate
from allocator.errors import InputError
from tests.attendance.badge_days import FACTORS, drawn


def counted(*presents: int, people: int = 10) -> list[BadgeDay]:
    """Return three weeks in which these come on every weekday of the first, second and third."""
    days = drawn([people], 3, seed=0)
    return [replace(row, present=presents[number // 5]) for number, row in enumerate(days)]


def test_estimates_by_hand() -> None:
    """Of ten people 4, 6 and 8 come: mean 0.6, and the moment estimator on each weekday."""
    found = estimate(counted(4, 6, 8))
    variance = 0.04
    product = 0.6 * 0.4 + variance / 3
    assert found.mean_share.value == pytest.approx(0.6)
    assert found.correlation.value == pytest.approx((10 * variance / product - 1) / 9)
    assert [factor.value for factor in found.weekday_factors] == pytest.approx([1] * 5)


def test_an_interval_by_hand() -> None:
    """Leaving out one of three weeks gives means of 0.7, 0.6 and 0.5; Student's 4.3 reaches on."""
    found = estimate(counted(4, 6, 8)).mean_share
    deviation = (2 / 3 * (0.01 + 0 + 0.01)) ** 0.5
    assert found.high - found.value == pytest.approx(4.303 * deviation, rel=0.04)
    assert found.value - found.low == pytest.approx(found.high - found.value)


def test_nobody_who_varies_has_no_correlation() -> None:
    """Where as many come every time, less than chance would have it, correlation is below 0."""
    assert estimate(counted(6, 6, 6)).correlation.value == pytest.approx(-1 / 9)


def test_the_truth_is_found_in_many_data() -> None:
    """From 200 units over 20 weeks mean, factors and correlation come out close."""
    found = estimate(drawn([20, 60, 100, 140] * 50, 20, seed=3))
    assert found.mean_share.value == pytest.approx(0.55, abs=0.003)
    assert [f.value for f in found.weekday_factors] == pytest.approx(FACTORS, abs=0.01)
    assert found.correlation.value == pytest.approx(0.02, abs=0.001)


@pytest.mark.parametrize(("mean", "correlation"), [(0.3, 0.0), (0.55, 0.02), (0.7, 0.1)])
def test_intervals_mostly_hold_the_truth(mean: float, correlation: float) -> None:
    """Of thirty intervals for the correlation at most five miss it."""
    law = {"mean": mean, "correlation": correlation}
    tables = (drawn([30, 60, 90], 12, seed=seed, **law) for seed in range(30))
    found = [estimate(rows).correlation for rows in tables]
    assert sum(not each.low <= correlation <= each.high for each in found) <= 5


def test_how_much_was_looked_at_is_told() -> None:
    """Units, days and weeks are counted."""
    found = estimate(drawn([5, 6], 4, seed=0))
    assert (found.units, found.days, found.weeks) == (2, 20, 4)


@pytest.mark.parametrize(
    ("presents", "people"), [((0, 0, 0), 10), ((10, 10, 10), 10), ((0, 1, 1), 1)]
)
def test_data_that_say_nothing_are_refused(presents: tuple[int, int, int], people: int) -> None:
    """Nobody, everybody and a unit of one person leave nothing to correlate."""
    with pytest.raises(InputError, match="expected people who come on some days"):
        estimate(counted(*presents, people=people))
