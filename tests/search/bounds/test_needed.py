"""Desks that must be placed where some people may stay unplaced, by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from allocator.search.bounds.needed import needed_desks
from allocator.search.case import Case
from allocator.search.compile import compile_case
from tests.builders import scenario

MAY_LEAVE = {"options": {"allow_unplaced": True}}
HEADS: list[dict[str, Any]] = [
    {"unit_id": "P", "headcount": 20},
    {"unit_id": "Q", "headcount": 20, "people_per_desk": "2"},
]


def case_of(**tables: Any) -> Case:
    """20 people with a desk each and 20 who share by two; anybody may stay unplaced."""
    usual = {"headcounts": HEADS, "settings": MAY_LEAVE}
    return compile_case(scenario(**(usual | tables)))


def test_everybody_is_placed_where_nobody_may_be_left_out() -> None:
    """However many people are named, all 30 desks are needed."""
    found = needed_desks(case_of(settings={}), 25.0)
    assert found.by_unit.tolist() == [20, 10]
    assert (found.everyone, found.unplaced) == (True, 0)


def test_nobody_unplaced_is_everybody_placed() -> None:
    """The option alone takes nothing off."""
    found = needed_desks(case_of(), 0.0)
    assert found.by_unit.tolist() == [20, 10]
    assert (found.everyone, found.unplaced) == (True, 0)


@pytest.mark.parametrize(("people", "first", "second"), [(1, 19, 10), (2, 18, 9), (19.9, 1, 1)])
def test_any_one_unit_may_lack_all_of_them(people: float, first: int, second: int) -> None:
    """A desk of the second stands for two people, so one person alone leaves it whole."""
    assert needed_desks(case_of(), people).by_unit.tolist() == [first, second]


@pytest.mark.parametrize(("people", "desks"), [(5, 5), (20, 20), (25, 22), (40, 30), (99, 30)])
def test_together_they_lack_the_desks_that_stand_for_fewest_people(
    people: float, desks: int
) -> None:
    """The first 20 people stand for a desk each, the others for half of one, and no more."""
    assert needed_desks(case_of(), people).unplaced == desks


def test_of_some_units_what_either_count_leaves_is_needed() -> None:
    """25 people: each unit may be left out alone, of both at least 8 desks remain."""
    case = case_of()
    found = needed_desks(case, 25.0)
    assert found.of(case, np.array([True, True])) == 30 - 22
    assert found.of(case, np.array([True, False])) == 0
    assert not found.everyone


def test_people_who_have_no_floor_are_unplaced_in_every_plan() -> None:
    """20 of 23 people have nowhere to be, so that only 3 are left to the other unit."""
    case = case_of(rules=[("never_in", "Q", "A")])
    found = needed_desks(case, 23.0)
    assert found.by_unit.tolist() == [17, 0]
    assert found.unplaced == 3 + 10


def test_people_without_a_floor_take_nothing_from_others() -> None:
    """More of them than may stay unplaced leave the others all their desks."""
    found = needed_desks(case_of(rules=[("never_in", "Q", "A")]), 5.0)
    assert found.by_unit.tolist() == [20, 0]
