"""Desks, short days and people without a desk: reference values, and what is refused."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from allocator.attendance import (
    Group,
    desks_needed,
    people_served,
    pool_pmf,
    pooling_gain,
    shortage,
    unit_pmf,
)
from tests.attendance.laws import CLASSES, NUMBERS

TEN_UNITS = [Group(50, 0.72, 0.02)] * 10


@pytest.mark.parametrize("case", NUMBERS["one_unit"])
def test_shortage_of_a_unit_is_exact(case: dict[str, Any]) -> None:
    """Chance of a short day and people without a desk are those of exact fractions."""
    pmf = unit_pmf(case["headcount"], case["attendance"], case["correlation"])
    found = shortage(pmf, case["desks"])
    assert found.short_day == pytest.approx(case["short_day"], abs=1e-10)
    assert found.without_desk == pytest.approx(case["without_desk"], abs=1e-10)


@pytest.mark.parametrize(
    ("desks", "short_day", "without_desk"),
    [
        (382, 0.052865763016, 0.321203405090),
        (383, 0.045277634384, 0.268337642074),
        (391, 0.010759582660, 0.052847946462),
        (392, 0.008760870502, 0.042088363802),
    ],
)
def test_shortage_of_a_pool_is_exact(desks: int, short_day: float, without_desk: float) -> None:
    """Ten units of fifty together."""
    found = shortage(pool_pmf(TEN_UNITS), desks)
    assert found[:2] == pytest.approx((short_day, without_desk), abs=1e-11)


def test_a_published_example_is_met_exactly() -> None:
    """38 people of six classes find 30 desks too few on one day in 455, not in 500."""
    pmf = pool_pmf(CLASSES)
    expected = (0.002195969793773337, 0.002922668067951227)
    assert shortage(pmf, 30)[:2] == pytest.approx(expected, abs=1e-14)
    assert (desks_needed(pmf, 0.05), desks_needed(pmf, 0.01)) == (27, 29)


def test_days_and_people_are_told_apart() -> None:
    """Desks short on 78 % of days still leave but 8 % of those who come without one."""
    found = shortage(unit_pmf(500, 0.72, 0.02), 334)
    assert found.short_day == pytest.approx(0.782, abs=1e-3)
    assert found.no_desk == pytest.approx(found.without_desk / 360)


def test_no_desks_leave_everybody_without() -> None:
    """With no desk all who come find none; with one for everybody nobody ever does."""
    pmf = unit_pmf(10, 0.6, 0.02)
    assert shortage(pmf, 0).without_desk == pytest.approx(6)
    assert shortage(pmf, 10) == (0, 0, 0)
    with pytest.raises(ValueError, match="at least 0"):
        shortage(pmf, -1)


@pytest.mark.parametrize("row", NUMBERS["desks_needed"])
def test_desks_needed_are_exact(row: dict[str, Any]) -> None:
    """Desks at 95 and 99 % for one to a thousand people."""
    pmf = unit_pmf(row["headcount"], row["attendance"], row["correlation"])
    found = desks_needed(pmf, 0.05), desks_needed(pmf, 0.01)
    assert found == (row["at_5_percent"], row["at_1_percent"])


def test_one_more_person_needs_at_most_one_more_desk() -> None:
    """Desks grow by none or one with each person."""
    desks = [desks_needed(unit_pmf(people, 0.72, 0.02), 0.05) for people in range(1, 200)]
    assert {after - before for before, after in pairwise(desks)} == {0, 1}


@pytest.mark.parametrize("row", NUMBERS["people_served"])
def test_people_served_are_exact(row: dict[str, Any]) -> None:
    """The most people whom so many desks serve."""
    law = row["attendance"], row["correlation"], row["probability"]
    found = {desks: people_served(int(desks), *law) for desks in row["by_desks"]}
    assert found == row["by_desks"]


@pytest.mark.parametrize("row", NUMBERS["pooling"])
def test_pooling_gain_is_exact(row: dict[str, Any]) -> None:
    """Ten units of fifty apart and together, in all three meanings."""
    units = [Group(50, 0.72, row["correlation"])] * 10
    found = pooling_gain(units, row["probability"])
    assert found._asdict() == {name: row[name] for name in found._fields}


@pytest.mark.parametrize("row", NUMBERS["day_shock"])
def test_a_common_shock_does_not_pool_away(row: dict[str, Any]) -> None:
    """Desks apart and together under a shock, where few points of a quadrature miss by several."""
    found = pooling_gain(TEN_UNITS, row["probability"], row["day_shock"])
    assert (found.separate, found.pooled) == (row["separate"], row["pooled"])


@pytest.mark.parametrize("probability", [-0.01, 1.01])
def test_a_probability_out_of_range_is_refused(probability: float) -> None:
    """A share of days is from 0 to 1."""
    with pytest.raises(ValueError, match="probability"):
        desks_needed(unit_pmf(5, 0.5), probability)


@pytest.mark.parametrize(
    "asked", [(-1, 0.6, 0, 0.05), (5, 0, 0, 0.05), (5, 0.6, -0.01, 0.05), (5, 0.6, 0, 1)]
)
def test_people_served_refuse_what_has_no_answer(asked: tuple[int, float, float, float]) -> None:
    """Nobody who comes, people who avoid one another, and any number of short days."""
    with pytest.raises(ValueError, match="expected"):
        people_served(*asked)


def test_people_served_by_desks_without_end_are_refused() -> None:
    """Of people who hardly ever come, more than can be counted are served."""
    with pytest.raises(ValueError, match="at most 100,000"):
        people_served(100, 0.0001, 0.0, 0.05)
