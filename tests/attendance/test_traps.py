"""The known traps of desk sharing, a test each: what goes wrong where they are not minded."""

from __future__ import annotations

from fractions import Fraction
from math import ceil, prod
from statistics import NormalDist

import numpy as np
import pytest

from allocator.attendance import (
    Group,
    desks_needed,
    pool_pmf,
    pooling_gain,
    shortage,
    unit_pmf,
)
from allocator.plan.people import place_people
from allocator.plan.service import service_of_plan
from allocator.scenario.demand import demand
from allocator.scenario.presence import lowest_correlation
from allocator.studies.tightest.ratios import text_up
from tests.attendance.laws import CLASSES, NUMBERS, mean_and_variance
from tests.builders import scenario


@pytest.mark.parametrize("people", [21, 42, 84, 161])
def test_ceil_of_floats(people: int) -> None:
    """In floats people / 1.4 lies above a whole number; a fraction asks for no desk too many."""
    case = scenario(headcounts=[("u", people)], settings={"sharing": {"people_per_desk": 1.4}})
    assert demand(case.housed[0]) == people * 5 // 7 < ceil(people / 1.4)


@pytest.mark.parametrize(("units", "pooled"), [([(1, 0.04)] * 100, 7), ([(10, 0.004)] * 20, 2)])
def test_quantiles_do_not_add_up(units: list[tuple[int, float]], pooled: int) -> None:
    """People who hardly ever come need no desk each alone, and some together."""
    found = pooling_gain([Group(*unit) for unit in units], 0.05)
    assert (found.separate, found.pooled) == (0, pooled)


def test_rare_all_or_nothing() -> None:
    """Ten people who all come on 4 % of days are short on no more days than allowed."""
    assert desks_needed(unit_pmf(10, 0.04, 0.999), 0.05) == 0


def test_more_than_all_come() -> None:
    """A mean and a factor that ask for more than all are cut, and the weekly mean falls."""
    case = scenario(headcounts=[("u", 50)], settings={"attendance": {"mean_share": 0.9}})
    week = case.weekday_shares["u"]
    assert (week[1], sum(week) / 5 < 0.9) == (1.0, True)
    assert [warning.code for warning in case.warnings] == ["attendance_clipped"]


@pytest.mark.parametrize(
    ("attendance", "probability", "desks"),
    [(1.0, 0.05, 20), (0.0, 0.05, 0), (0.6, 0.0, 20), (0.0, 0.0, 0), (0.6, 1.0, 0)],
)
def test_ends_of_the_ranges(attendance: float, probability: float, desks: int) -> None:
    """All come or none; no short day or any number of them is allowed."""
    assert desks_needed(unit_pmf(20, attendance, 0.02), probability) == desks


def test_correlation_too_low() -> None:
    """Twenty people of whom 60 % come: just above the limit is a law, just below is refused."""
    limit = lowest_correlation(20, 0.6)
    assert limit == pytest.approx(-0.02151, abs=1e-5)
    assert desks_needed(unit_pmf(20, 0.6, limit + 1e-9), 0.05) == 15
    assert desks_needed(unit_pmf(20, 0.6), 0.05) == 16
    with pytest.raises(ValueError, match=r"expected a correlation from -0\.02151"):
        unit_pmf(20, 0.6, limit - 1e-4)


@pytest.mark.parametrize(("people", "effect"), [(500, 10.98), (50, 1.98)])
def test_correlation_has_a_meaning_only_with_a_headcount(people: int, effect: float) -> None:
    """A correlation of 0.02 multiplies the variance by 11 for 500 people, by 2 for 50."""
    (_, with_it), (_, without) = (
        mean_and_variance(unit_pmf(people, 0.72, rho)) for rho in (0.02, 0.0)
    )
    assert with_it / without == pytest.approx(effect)


def test_normal_shortcut() -> None:
    """For 2,000 people of whom a tenth come it lacks 75 desks, and counts others too many."""
    n, p, rho = 2000, 0.1, 0.1
    deviation = (n * p * (1 - p) * (1 + (n - 1) * rho)) ** 0.5
    normal = n * p + NormalDist().inv_cdf(0.95) * deviation
    assert 75 <= desks_needed(unit_pmf(n, p, rho), 0.05) - normal < 76


def test_two_sided_quantile_for_a_one_sided_level() -> None:
    """For 180 people of whom 60 % come 119 desks are enough at 95 %; 121 are for 97.5 %."""
    pmf = unit_pmf(180, 0.6)
    assert [desks_needed(pmf, chance) for chance in (0.05, 0.025, 0.01)] == [119, 121, 123]


def test_average_day_for_the_peak_day() -> None:
    """With 400 desks for 500 people 4 % of days are short, and 14 % of Tuesdays."""
    week = NUMBERS["week"]
    days = [unit_pmf(500, 0.6 * factor, 0.02) for factor in week["factors"]]
    assert [desks_needed(day, 0.05) for day in days] == week["desks_95"]
    for row in week["with_desks"]:
        chances = [shortage(day, row["desks"]).short_day for day in days]
        assert chances == pytest.approx(row["short_days"], abs=1e-10)
        assert sum(chances) / 5 == pytest.approx(row["mean"], abs=1e-10)


def test_peak_day_of_a_pool_is_not_that_of_its_units() -> None:
    """One body comes most on Mondays, another on Fridays, and their floor is fullest midweek."""
    weeks = (0.7, 0.4, 0.6, 0.4, 0.1), (0.1, 0.4, 0.6, 0.4, 0.7)
    apart = [[desks_needed(unit_pmf(50, p, 0.02), 0.05) for p in week] for week in weeks]
    together = [
        desks_needed(pool_pmf([Group(50, p, 0.02), Group(50, q, 0.02)]), 0.05)
        for p, q in zip(*weeks, strict=True)
    ]
    assert [int(np.argmax(desks)) for desks in (*apart, together)] == [0, 4, 2]


def test_equal_people_are_safe_above_the_mean_alone() -> None:
    """From the mean on, equal people are short at least as often; below it, less often."""
    classes, alike = pool_pmf(CLASSES), unit_pmf(38, 22.8 / 38)
    more = [shortage(alike, d).short_day - shortage(classes, d).short_day for d in range(38)]
    assert min(more[23:]) >= 0
    assert min(more[:23]) < -0.01


def test_tails_lost_by_fourier_transforms() -> None:
    """The chance that all come, far below what Fourier transforms see, is the product."""
    groups = [Group(20 + i, 0.5 + i / 100) for i in range(8)]
    assert pool_pmf(groups)[-1] == pytest.approx(
        prod(g.attendance**g.headcount for g in groups), rel=1e-12
    )


def test_order_of_units() -> None:
    """Units in any order give the same bytes."""
    groups = [Group(10 + 7 * i % 40, 0.4 + i / 50, 0.01) for i in range(12)]
    assert pool_pmf(groups).tobytes() == pool_pmf(groups[::-1]).tobytes()


def test_ratio_rounded_to_nearest() -> None:
    """50/43 as 1.16 would ask for a 44th desk; rounded up it does not."""
    assert -(-50 * 100 // 116) == 44
    shown = text_up(Fraction(50, 43)).split("(")[1].rstrip(")")
    assert ceil(50 / Fraction(shown)) == 43


@pytest.mark.parametrize("shared_by", ["unit", "organisation", "floor"])
def test_desks_of_a_floor_of_its_own_are_never_lent(shared_by: str) -> None:
    """Half a floor of the ministry's own stays empty, and the full floor beside is short."""
    case = scenario(
        floors=[("A-1", "A", 1, 60), ("A-2", "A", 2, 20)],
        headcounts=[("Army", 30, "Defence"), ("Tax", 40, "Treasury")],
        rules=[("own_floor", "Defence")],
        settings={"sharing": {"people_per_desk": "2"}, "attendance": {"shared_by": shared_by}},
    )
    seated = place_people(case, {("Army", "A-1"): 15, ("Tax", "A-2"): 20})
    (tax,) = (area for area in service_of_plan(case, seated).areas if area.area_id == "A-2")
    assert tax.short_day_peak == shortage(unit_pmf(40, case.weekday_shares["Tax"][1], 0.02), 20)[0]
