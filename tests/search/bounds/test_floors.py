"""Floors and towers that must be in use, at the least, by hand."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import pytest

from allocator.search.bounds import towers
from allocator.search.bounds.floors import (
    cheapest_floors,
    extra_floors,
    fewest_floors,
    open_floors,
)
from allocator.search.bounds.needed import needed_desks
from allocator.search.bounds.towers import (
    extra_towers,
    fewest_towers,
    organisation_desks,
    tower_rooms,
)
from allocator.search.case import Case
from allocator.search.compile import compile_case
from tests.builders import scenario

FLOORS = [("A-1", "A", 1, 10), ("A-2", "A", 2, 8), ("B-1", "B", 1, 6)]
PIECES = {"sharing": {"min_piece_desks": 1, "min_piece_share": "0"}}
LONG = 60.0


def case_of(**tables: Any) -> Case:
    """Two towers with floors of 10 and 8, and of 6 desks; one unit of 20 people."""
    usual = {"floors": FLOORS, "headcounts": [("P", 20)], "settings": PIECES}
    return compile_case(scenario(**(usual | tables)))


@pytest.mark.parametrize(("desks", "floors"), [(1, 1), (10, 1), (11, 2), (18, 2), (19, 3)])
def test_a_unit_takes_the_largest_floors_first(desks: int, floors: int) -> None:
    """Floors of 10, 8 and 6 hold so many desks."""
    assert fewest_floors(case_of(), 0, desks) == floors


def test_floors_that_a_unit_may_not_use_hold_nothing_of_it() -> None:
    """Without the largest floor 9 desks take two."""
    assert fewest_floors(case_of(rules=[("never_in", "P", "A-1")]), 0, 9) == 2


def test_extra_floors_add_up_over_units() -> None:
    """20 desks take three floors and 11 take two, each counted as if alone."""
    case = case_of(headcounts=[("P", 20), ("Q", 11), ("R", 3), ("S", 0)])
    assert extra_floors(case, needed_desks(case, 0.0)) == 2 + 1


def test_a_unit_that_is_nowhere_has_no_extra_floor() -> None:
    """With everybody allowed to stay unplaced nothing must be in use."""
    options = {"options": {"allow_unplaced": True}}
    case = case_of(settings=PIECES | options)
    assert extra_floors(case, needed_desks(case, 20.0)) == 0
    assert open_floors(case, needed_desks(case, 20.0), LONG) == 0


def test_open_floors_of_a_case_are_those_of_its_desks() -> None:
    """20 desks need all three floors, 24 desks at the price of a desk."""
    settings = PIECES | {"prices": {"open_desk": 2.0}}
    case = case_of(settings=settings)
    assert open_floors(case, needed_desks(case, 0.0), LONG) == pytest.approx(48, abs=0.01)


def test_cheapest_floors_are_the_least_of_all_sets() -> None:
    """For any number of desks, what no set of floors undercuts."""
    case = case_of(settings=PIECES | {"prices": {"open_desk": 1.5}})
    found = cheapest_floors(case, range(3))
    sets = [s for n in range(4) for s in combinations(range(3), n)]
    for desks in range(25):
        paid = [
            case.open_cost[list(s)].sum() for s in sets if case.capacity[list(s)].sum() >= desks
        ]
        assert found[desks] == pytest.approx(min(paid))


def test_cheapest_floors_of_nothing_cost_nothing() -> None:
    """No desks need no floor, and without floors there are no desks."""
    assert cheapest_floors(case_of(), [0])[0] == 0
    assert cheapest_floors(case_of(), []).tolist() == [0]


@pytest.mark.parametrize(("desks", "count"), [(0, 0), (1, 1), (9, 1), (10, 2), (13, 2), (14, 3)])
def test_an_organisation_takes_the_largest_towers_first(desks: int, count: int) -> None:
    """Towers of 4, 9 and 4 desks hold so many."""
    assert fewest_towers(np.array([4, 9, 4]), desks) == count


def test_a_tower_offers_an_organisation_the_floors_that_any_unit_may_use() -> None:
    """One of two units may be on every floor, so that all of them count for both."""
    case = case_of(
        headcounts=[("u", 5, "P"), ("v", 5, "P"), ("w", 5, "Q")],
        rules=[("never_in", "u", "A-1"), ("never_in", "Q", "A-1")],
    )
    assert tower_rooms(case).tolist() == [[18, 6], [8, 6]]
    assert organisation_desks(case, needed_desks(case, 0.0)).tolist() == [10, 5]


def test_organisations_share_towers() -> None:
    """Two of 12 desks: one is in the tower of 18, the other in both."""
    case = case_of(headcounts=[("P", 12), ("Q", 12)])
    assert extra_towers(case, needed_desks(case, 0.0), LONG) == 1


def test_more_desks_than_there_are_have_no_packing() -> None:
    """Nothing is proved of plans that do not exist, and nothing fails: two of 12 in 20 desks."""
    floors = [("A-1", "A", 1, 10), ("B-1", "B", 1, 10)]
    heads = [("P", 12), ("Q", 12)]
    rules = [("max_floors", unit, None, "1") for unit in "PQ"]
    assert towers.packed_towers(case_of(floors=floors, headcounts=heads, rules=rules), LONG) == 0


def test_too_many_organisations_are_counted_each_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the model nobody is in the other's way: less is proved, and nothing too much."""
    monkeypatch.setattr(towers, "LARGEST_MODEL", 1)
    case = case_of(headcounts=[("P", 12), ("Q", 12)])
    assert extra_towers(case, needed_desks(case, 0.0), LONG) == 0
    larger = case_of(headcounts=[("P", 20), ("Q", 4)])
    assert extra_towers(larger, needed_desks(larger, 0.0), LONG) == 1
