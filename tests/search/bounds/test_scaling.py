"""Prices as whole numbers: rounded down, small enough, and back without loss."""

from __future__ import annotations

import pytest
from ortools.sat.python import cp_model

from allocator.search.bounds.scaling import FINEST, LARGEST, Scale, proved, scale_for


def model_of(least: int, most: int) -> cp_model.CpModel:
    """A whole number from `least` up, which is also at most `most`, as small as can be."""
    model = cp_model.CpModel()
    number = model.new_int_var(0, 100, "")
    model.add(number >= least)
    model.add(number <= most)
    model.minimize(number)
    return model


@pytest.mark.parametrize(("price", "units"), [(0.3, 1228), (-0.3, -1229), (2.0, 8192), (0.0, 0)])
def test_prices_are_rounded_down_whatever_their_sign(price: float, units: int) -> None:
    """0.3 is 1228.8 parts of 4096."""
    assert Scale(4096.0).down(price) == units


def test_small_prices_have_the_finest_scale() -> None:
    """More would slow a model for nothing."""
    assert scale_for([1.0, 2.5]).factor == FINEST


@pytest.mark.parametrize("prices", [[1e9], [1e12, 1e12], [-1e15, 3.0], [2.0**40], [2.0**41 - 1]])
def test_large_prices_are_scaled_until_their_sum_is_small_enough(prices: list[float]) -> None:
    """The sum of their sizes is at most the largest, and more than a quarter of it."""
    scale = scale_for(prices)
    total = sum(abs(price) for price in prices)
    assert total * scale.factor <= LARGEST
    assert total * scale.factor > LARGEST / 4 or scale.factor == FINEST


def test_a_scale_is_a_power_of_two() -> None:
    """So a whole bound comes back without rounding."""
    scale = scale_for([1e13, 7.7])
    mantissa = scale.factor.as_integer_ratio()
    assert 1 in mantissa
    assert all(n & (n - 1) == 0 for n in mantissa)
    assert scale.back(scale.down(12_345_678_901.0)) <= 12_345_678_901.0


def test_a_scale_of_no_prices_is_one() -> None:
    """Where nothing costs anything a bound is as it stands."""
    assert scale_for([]) == Scale(1.0)


def test_the_bound_of_a_solved_model_is_its_least() -> None:
    """The smallest whole number from 3 up."""
    assert proved(model_of(3, 9), 10.0) == 3


def test_a_model_without_a_solution_proves_nothing() -> None:
    """No number is at least 3 and at most 2."""
    assert proved(model_of(3, 2), 10.0) is None
