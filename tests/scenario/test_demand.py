"""Desks that units need and floors have, exact to the last desk."""

from __future__ import annotations

from fractions import Fraction
from math import ceil
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocator.scenario.demand import demand, desks_on, smallest_piece, usable_desks
from allocator.scenario.settings import Sharing
from allocator.scenario.tables import Floor
from tests.builders import scenario


def demand_of(headcount: int, own_desks: int, ratio: Any) -> int:
    case = scenario(headcounts=[("u", headcount, None, own_desks, ratio)])
    return demand(case.housed[0])


@pytest.mark.parametrize(
    ("headcount", "own_desks", "ratio", "desks"),
    [
        (21, 0, "1.4", 15),
        (21, 0, 1.4, 15),
        (22, 0, "1.4", 16),
        (70, 0, "1.3", 54),
        (10, 10, "2", 10),
        (11, 10, "2", 11),
        (30, 4, "1.3", 24),
        (0, 0, "1.3", 0),
        (7, 0, "1", 7),
        (4, 0, "4/3", 3),
    ],
)
def test_demand_is_exact(headcount: int, own_desks: int, ratio: Any, desks: int) -> None:
    """Those who never share have a desk each, and the others' desks are rounded up exactly."""
    assert demand_of(headcount, own_desks, ratio) == desks


@given(st.integers(0, 10_000), st.integers(1, 400))
def test_demand_rounds_up_once(headcount: int, hundredths: int) -> None:
    """Demand is the smallest whole number of desks that the sharers need."""
    ratio = 1 + Fraction(hundredths, 100)
    desks = demand_of(headcount, 0, ratio)
    assert desks * ratio >= headcount > (desks - 1) * ratio or headcount == desks == 0
    assert desks == ceil(headcount / ratio)


@pytest.mark.parametrize(
    ("desks", "least"),
    [(0, 0), (5, 5), (8, 8), (39, 8), (40, 8), (41, 9), (100, 20)],
)
def test_a_piece_has_a_least_size(desks: int, least: int) -> None:
    """Eight desks, or a fifth of the demand rounded up, or all where there are fewer."""
    assert smallest_piece(desks, Sharing()) == least


def place(**columns: Any) -> Floor:
    return Floor(floor_id="A-1", tower_id="A", level=1, **columns)


@pytest.mark.parametrize(
    ("columns", "desks"),
    [
        ({"desks": 60}, 60),
        ({"desks": 60, "area_m2": "100"}, 60),
        ({"area_m2": "100"}, 10),
        ({"area_m2": "99.9"}, 9),
    ],
)
def test_desks_are_given_or_counted_by_area(columns: dict[str, Any], desks: int) -> None:
    """Given desks count; an area is divided and rounded down."""
    assert desks_on(place(**columns), Sharing(m2_per_desk=10)) == desks


def test_an_area_is_divided_exactly() -> None:
    """2.1 / 0.7 is 3 desks, which floats make 2."""
    assert desks_on(place(area_m2="2.1"), Sharing(m2_per_desk="0.7")) == 3


@pytest.mark.parametrize(
    ("reserve", "ceiling", "usable"),
    [("0", None, 60), ("0.1", None, 54), ("0.11", None, 53), ("0.1", 50, 50), ("0.1", 58, 54)],
)
def test_usable_desks_keep_the_reserve(reserve: str, ceiling: int | None, usable: int) -> None:
    """The reserve is taken off the desks and not off the ceiling of occupants."""
    floor = place(desks=60, max_occupants=ceiling)
    assert usable_desks(floor, Sharing(reserve_share=reserve)) == usable
