"""Who shares a tower with whom: ways out of towers, costs seen at once, and bounds of places."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from allocator.search.bounds import sharing
from allocator.search.bounds.sharing import (
    APART,
    _Clock,
    _Costs,
    _Tree,
    is_small,
    sharing_bounds,
    ways_out,
)
from allocator.search.case import Case
from allocator.search.compile import compile_case
from tests.builders import scenario
from tests.search.enumeration import feasible_plans

NO_TRIPS = dict.fromkeys(("unit", "parent", "organisation", "coordinator", "siblings"), 0.0)
FLOORS = [("A-1", "A", 1, 10), ("A-2", "A", 2, 10), ("B-1", "B", 1, 10)]
WAYS = [("A-1", "B-1", 5.0), ("A-2", "B-1", 7.0)]
PRICES = {"extra_tower": 100.0, "extra_floor": 0.0, "extra_gap": 0.0, "open_desk": 1.0}
LONG = 1e18


def case_of(**tables: Any) -> Case:
    """Towers of two floors and of one, of 10 desks each; P needs 8 of them, and Q 6."""
    usual = {"floors": FLOORS, "walking": WAYS, "headcounts": [("P", 8), ("Q", 6)]}
    sections = {
        "trips": NO_TRIPS,
        "sharing": {"min_piece_desks": 1, "min_piece_share": "0"},
        "prices": PRICES,
    } | tables.pop("settings", {})
    return compile_case(scenario(**(usual | tables), settings=sections))


def never() -> bool:
    return False


def tree_of(open_floors: float = 0.0, **tables: Any) -> _Tree:
    """The tree of that case."""
    case = case_of(**tables)
    return _Tree(case, open_floors, _Costs(case, _Clock(LONG, never)))


@pytest.mark.parametrize(
    ("limit", "most"), [("MOST_CELLS", 4), ("MOST_UNITS", 2), ("MOST_DESKS", 30)]
)
def test_small_cases_are_those_within_all_limits(
    limit: str, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two organisations in two towers, two units, 30 desks."""
    monkeypatch.setattr(sharing, limit, most)
    assert is_small(case_of())
    monkeypatch.setattr(sharing, limit, most - 1)
    assert not is_small(case_of())


def test_ways_out_are_longer_from_floors_farther_in() -> None:
    """From A-2 it is 2 minutes more to the other tower than from A-1; 5 are between them."""
    out, between = ways_out(case_of())
    assert out.tolist() == [0, 2, 0]
    assert between.tolist() == [[0, 5], [5, 0]]


def test_no_way_between_towers_is_shorter_than_its_parts() -> None:
    """Out of either floor, and between the towers: at random minutes, too."""
    floors = [(f"{t}-{i}", t, i, 9) for t in "ABC" for i in range(3)]
    rng = np.random.default_rng(3)
    rows = [
        (a, b, float(rng.uniform(1, 30)))
        for i, (a, *_) in enumerate(floors)
        for b, *_ in floors[i + 1 :]
    ]
    case = case_of(floors=floors, walking=rows)
    out, between = ways_out(case)
    least = out[:, None] + out + between[np.ix_(case.tower, case.tower)]
    apart = case.tower[:, None] != case.tower
    assert (least <= case.minutes + 1e-9)[apart].all()


def test_ways_that_shorten_others_leave_the_ways_out_aside() -> None:
    """A-2 is 1 minute from B-2 and all else is far: out of A-1 and B-1 would be more than 9."""
    floors = [("A-1", "A", 1, 9), ("A-2", "A", 2, 9), ("B-1", "B", 1, 9), ("B-2", "B", 2, 9)]
    ways = [("A-1", "B-1", 9.0), ("A-1", "B-2", 9.0), ("A-2", "B-1", 9.0), ("A-2", "B-2", 1.0)]
    out, between = ways_out(case_of(floors=floors, walking=ways))
    assert out.tolist() == [0, 0, 0, 0]
    assert between[0, 1] == 1


def test_a_single_tower_has_no_way_out() -> None:
    """There is nowhere to go."""
    out, between = ways_out(case_of(floors=FLOORS[:2], walking=None))
    assert out.tolist() == [0, 0]
    assert between.tolist() == [[0]]


def test_the_largest_organisation_comes_first() -> None:
    """Its place decides most."""
    assert tree_of(headcounts=[("P", 6), ("Q", 8), ("R", 0)]).order == [1, 0]


def test_an_organisation_may_be_in_a_tower_with_room_or_apart() -> None:
    """8 desks fit either tower; 12 fit A alone."""
    assert tree_of().choices(()) == [0, 1, APART]
    assert tree_of(headcounts=[("P", 12), ("Q", 6)]).choices(()) == [0, APART]


def test_the_next_one_finds_the_room_that_is_left() -> None:
    """B with 8 of its 10 desks taken has no room for 6; those apart take none."""
    tree = tree_of()
    assert tree.choices((1,)) == [0, APART]
    assert tree.choices((0,)) == [0, 1, APART]
    assert tree.choices((APART,)) == [0, 1, APART]
    assert tree.choices((0, 0)) == []


@pytest.mark.parametrize(
    ("places", "bound"), [((), 0), ((0,), 10), ((0, 0), 20), ((0, 1), 20), ((APART, APART), 200)]
)
def test_a_bound_has_floors_in_use_and_extra_towers(places: tuple[int, ...], bound: float) -> None:
    """A floor of 10 desks at 1; 14 desks in A open both; apart each pays an extra tower of 100."""
    assert tree_of().bound(places) == pytest.approx(bound, abs=0.5)


def test_a_bound_of_all_floors_counts_where_it_is_more() -> None:
    """30 for floors are known, where the towers themselves ask for 20."""
    assert tree_of(30.0).bound((0, 1)) == pytest.approx(30, abs=0.5)


def test_two_that_are_in_two_towers_walk_between_them() -> None:
    """12 trips at 5 minutes; in one tower, or apart, none is counted."""
    tree = tree_of(affinities=[("P", "Q", 12.0)])
    assert tree._ways([(0, 0), (1, 1)]) == pytest.approx(60)
    assert tree._ways([(0, 0), (1, 0)]) == 0
    assert tree._ways([(0, 0), (1, APART)]) == 0


def test_who_shares_a_tower_is_asked_for_together() -> None:
    """Each tower in use with all that are whole in it."""
    tree = tree_of()
    assert tree._sharing((0, 0)) == [(0, frozenset({0, 1}))]
    assert sorted(tree._sharing((0, 1))) == [(0, frozenset({0})), (1, frozenset({1}))]


def test_placement_that_pays_is_seen_at_once() -> None:
    """Each unit at its cheapest floor where that is below 0; apart with an extra tower."""
    costs = [("u", "A-1", -5.0), ("u", "A-2", -9.0), ("v", "B-1", 4.0)]
    case = case_of(headcounts=[("u", 3, "P"), ("v", 3, "P")], placement_costs=costs)
    seen = _Costs(case, _Clock(LONG, never))
    assert seen._simply(0, 0).bound == -9
    assert seen._simply(0, APART).bound == -9 + 100


def test_a_closed_floor_pays_nobody() -> None:
    """What a unit would gain where it may not be does not count."""
    case = case_of(placement_costs=[("P", "A-1", -5.0)], rules=[("never_in", "P", "A-1")])
    assert _Costs(case, _Clock(LONG, never))._simply(0, 0).bound == 0


def test_a_model_is_asked_longer_each_time() -> None:
    """And what it once proved is not forgotten."""
    costs = tree_of().costs
    for times in range(3):
        look = costs.look(0, frozenset({0, 1}))
        assert costs.effort[look] == pytest.approx(sharing.FIRST * sharing.LONGER**times)
        costs.ask(0, frozenset({0, 1}))
    assert costs.known(0, frozenset({0, 1})).exact


def test_towers_that_are_alike_are_asked_once() -> None:
    """A third tower like B has the same floor, the same rules and the same ways out."""
    ways = [("A-1", "B-1", 5.0), ("A-1", "C-1", 5.0), ("B-1", "C-1", 5.0)]
    floors = [("A-1", "A", 1, 12), ("B-1", "B", 1, 10), ("C-1", "C", 1, 10)]
    costs = tree_of(floors=floors, walking=ways).costs
    assert costs.look(1, frozenset({0})) == costs.look(2, frozenset({0}))
    assert costs.look(0, frozenset({0})) != costs.look(1, frozenset({0}))
    assert costs.look(1, frozenset({0})) != costs.look(1, frozenset({1}))


def test_bounds_rise_to_the_best_plan() -> None:
    """Every plan of two organisations that fill a floor each is tried by hand."""
    pieces = {"sharing": {"min_piece_share": "1"}}
    heads, trips = [("P", 10), ("Q", 10)], [("P", "Q", 12.0)]
    case = case_of(headcounts=heads, affinities=trips, settings=pieces)
    found = list(sharing_bounds(case, 0.0, LONG, never))
    assert found == sorted(found)
    best = min(plan.total for plan in feasible_plans(case.scenario))
    assert found[-1] == pytest.approx(best, abs=0.1)


def test_without_time_nothing_is_yielded() -> None:
    """Nor once somebody asks to stop."""
    assert list(sharing_bounds(case_of(), 0.0, 0.0, never)) == []
    assert list(sharing_bounds(case_of(), 0.0, LONG, lambda: True)) == []
