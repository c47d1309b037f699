"""Laws of attendance: hand cases, moments, admissible correlations, tails, order."""

from __future__ import annotations

from fractions import Fraction
from math import comb, fsum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocator.attendance import Group, pool_pmf, unit_pmf
from allocator.scenario.presence import lowest_correlation
from tests.attendance.laws import CLASSES, mean_and_variance


@pytest.mark.parametrize(
    ("people", "expected"),
    [
        ((2, 0.6, 0.25), [0.22, 0.36, 0.42]),
        ((4, 0.5, 1 / 3), [0.2] * 5),
        ((0, 0.6, 0.3), [1.0]),
        ((1, 0.6, 0.9), [0.4, 0.6]),
        ((3, 1.0, 0.02), [0, 0, 0, 1]),
        ((3, 0.0, 0.02), [1, 0, 0, 0]),
    ],
)
def test_small_laws_are_those_worked_out_by_hand(
    people: tuple[int, float, float], expected: list[float]
) -> None:
    """Two people, the uniform law, nobody, one person, all and none."""
    assert unit_pmf(*people) == pytest.approx(expected, abs=1e-15)


def test_a_law_agrees_with_exact_fractions() -> None:
    """The ratios added up as logarithms differ from fractions by rounding alone."""
    n, p, rho = 40, Fraction(18, 25), Fraction(1, 50)
    weights = [Fraction(1)]
    for k in range(n):
        come, stay = p * (1 - rho) + k * rho, (1 - p) * (1 - rho) + (n - 1 - k) * rho
        weights.append(weights[-1] * Fraction(n - k, k + 1) * come / stay)
    exact = [float(weight / sum(weights)) for weight in weights]
    assert unit_pmf(n, 0.72, 0.02) == pytest.approx(exact, rel=1e-12)


@given(st.integers(1, 300), st.floats(0.01, 0.99), st.floats(0, 0.9))
def test_mean_and_variance_are_those_of_the_law(n: int, p: float, rho: float) -> None:
    """Mean n·p, variance n·p·q·(1 + (n − 1)·correlation), and all adds up to 1."""
    pmf = unit_pmf(n, p, rho)
    spread = n * p * (1 - p) * (1 + (n - 1) * rho)
    assert float(pmf.sum()) == pytest.approx(1, abs=1e-12)
    assert mean_and_variance(pmf) == pytest.approx((n * p, spread), rel=1e-7)


def test_moments_of_published_laws() -> None:
    """A unit of 500 on its peak day, and 38 people of six classes, to the last digit."""
    assert mean_and_variance(unit_pmf(500, 0.72, 0.02))[1] == pytest.approx(1106.784, abs=1e-9)
    assert mean_and_variance(pool_pmf(CLASSES)) == pytest.approx((22.8, 7.92), abs=1e-12)


def test_a_tiny_correlation_is_as_good_as_none() -> None:
    """The law goes over into the binomial without a break."""
    binomial = [comb(500, k) * 0.72**k * 0.28 ** (500 - k) for k in range(300, 420)]
    assert unit_pmf(500, 0.72, 1e-12)[300:420] == pytest.approx(binomial, rel=1e-8)


@pytest.mark.parametrize("attendance", [0.3, 0.6])
def test_the_limit_itself_is_a_law(attendance: float) -> None:
    """At the lowest correlation one end has no chance at all, and the mean stays."""
    pmf = unit_pmf(20, attendance, lowest_correlation(20, attendance))
    assert mean_and_variance(pmf)[0] == pytest.approx(20 * attendance)
    assert min(pmf[0], pmf[-1]) < 1e-15


@pytest.mark.parametrize("people", [(-1, 0.5, 0), (5, 1.01, 0), (5, -0.1, 0), (5, 0.5, 1.0)])
def test_arguments_out_of_range_are_refused(people: tuple[int, float, float]) -> None:
    """Fewer people than none, shares beyond 0..1 and full correlation make no law."""
    with pytest.raises(ValueError, match="expected"):
        unit_pmf(*people)


def test_people_who_come_differently_are_classes() -> None:
    """The Poisson-binomial law by hand: three people who come on 10, 20 and 20 % of days."""
    pool = pool_pmf([Group(1, 0.1), Group(2, 0.2)])
    assert pool == pytest.approx([0.576, 0.352, 0.068, 0.004], abs=1e-15)


def test_a_pool_of_nobody_is_empty() -> None:
    """Without units nobody comes."""
    assert pool_pmf([], day_shock=0.05).tolist() == pytest.approx([1.0])


def test_a_day_that_draws_everybody_widens_the_pool() -> None:
    """A shock leaves the mean and adds its square times that of the mean to the variance."""
    groups = [Group(50, 0.6, 0.02)] * 10
    (mean, calm), (shaken_mean, shaken) = (
        mean_and_variance(pool_pmf(groups, shock)) for shock in (0.0, 0.05)
    )
    assert shaken_mean == pytest.approx(mean, rel=1e-9)
    assert shaken - calm == pytest.approx(0.05**2 * (mean**2 - fsum([50 * 0.36] * 10)), rel=0.02)


def test_laws_are_shared_and_cannot_be_changed() -> None:
    """A law is remembered, so it is read-only."""
    with pytest.raises(ValueError, match="read-only"):
        unit_pmf(5, 0.5)[0] = 1


@pytest.mark.parametrize("shock", [-0.1, 1.0])
def test_a_shock_out_of_range_is_refused(shock: float) -> None:
    """The deviation of a day's factor is at least 0 and below 1."""
    with pytest.raises(ValueError, match="day_shock"):
        pool_pmf([Group(5, 0.5)], shock)
