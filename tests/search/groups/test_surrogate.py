"""What the choice of towers is told about floors."""

from __future__ import annotations

import numpy as np
import pytest

from allocator.search.compile import compile_case
from allocator.search.domains import narrowed
from allocator.search.groups.surrogate import (
    inside_of,
    opening_by_load,
    stranded_of,
    tower_case,
)
from tests.builders import scenario as build
from tests.search.hot import office

TWO_TOWERS = [("A1", "A", 1, 50), ("A2", "A", 2, 30), ("B1", "B", 1, 40), ("B2", "B", 2, 40)]


def test_an_organisation_that_keeps_its_floors_wastes_what_whole_floors_have_left() -> None:
    """Of 45 desks 5 are stranded on a floor of 50, and 35 on two floors of 40."""
    scenario = build(
        floors=TWO_TOWERS, headcounts=[("P", 45), ("Q", 60)], rules=[("own_floor", "P")]
    )
    (stranded,) = stranded_of(compile_case(scenario))
    assert stranded.desks[:, 45].tolist() == [5, 35]
    assert stranded.desks[:, 0].tolist() == [0, 0]


def test_a_unit_under_own_floor_shares_with_its_organisation() -> None:
    """No stranded desks are counted for a unit whose organisation has others to fill the floor."""
    scenario = build(
        floors=TWO_TOWERS,
        headcounts=[("u", 45, "P"), ("v", 60, "P")],
        rules=[("own_floor", "u")],
    )
    assert stranded_of(compile_case(scenario)) == []


def test_a_unit_larger_than_any_floor_of_a_tower_is_told_of_its_split() -> None:
    """45 desks fit on the floor of 50, which is free of lifts, but need both floors of 40."""
    case = compile_case(build(floors=TWO_TOWERS, headcounts=[("P", 45)]))
    ((whole, split),) = inside_of(case, np.zeros((2, 2)))
    prices = case.scenario.settings.prices
    assert whole == 0
    assert split > prices.extra_floor


def test_walking_within_an_organisation_is_told_by_the_size_of_floors() -> None:
    """Units of an organisation meet on one large floor, and by lift on small ones."""
    floors = [("A1", "A", 1, 100), ("B1", "B", 1, 25), ("B2", "B", 2, 25), ("B3", "B", 3, 25)]
    case = compile_case(build(floors=floors, headcounts=[("u", 24, "P"), ("v", 24, "P")]))
    inside = inside_of(case, np.zeros((2, 2)))
    assert (inside[:, 0] == 0).all()
    assert (inside[:, 1] > 0).all()


def test_floors_are_opened_cheapest_first() -> None:
    """A desk costs one floor, all desks both, at 1 a desk of the floor, and a unit across them."""
    (opening, _) = opening_by_load(compile_case(build(floors=TWO_TOWERS)))
    assert opening[[0, 1]].tolist() in ([0, 50], [0, 30])
    assert 80 < opening[80] < 80 + 200
    assert (np.diff(opening) >= 0).all()


def test_a_tower_case_has_towers_for_floors() -> None:
    """Capacities add up, minutes between towers are means, and rules of floors are gone."""
    case = compile_case(office(rules=[("apart_floor", "u0", "u1"), ("same_tower", "u0", "u1")]))
    towers = tower_case(case)
    between = case.minutes[np.ix_(case.floors_of[0], case.floors_of[1])]
    assert towers.capacity.sum() == case.capacity.sum()
    assert towers.minutes[0, 1] == pytest.approx(between.mean())
    assert [limit.row.rule for limit in towers.limits] == ["same_tower"]


def test_units_bound_to_one_floor_need_room_for_all_of_them() -> None:
    """Two units of 20 desks on one floor may only be where 40 fit."""
    scenario = build(
        floors=[("A1", "A", 1, 39), ("A2", "A", 2, 40)],
        headcounts=[("u", 20), ("v", 20)],
        rules=[("same_floor", "u", "v")],
    )
    assert narrowed(compile_case(scenario)).allowed.tolist() == [[False, True], [False, True]]
