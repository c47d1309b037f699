"""Units parted into groups, and groups where units are: by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from allocator.search.case import Case
from allocator.search.compile import compile_case
from allocator.search.fields import fields_of
from allocator.search.groups.choice import TowerChoice
from allocator.search.groups.partition import Partition, parted_by_tower, partitions
from allocator.search.groups.search import GroupSearch
from allocator.search.groups.surrogate import surrogate, tower_case
from allocator.search.kernels.annealing import Schedule
from allocator.search.kernels.budget import Budget
from allocator.search.parameters import USUAL
from tests.builders import scenario

NO_TRIPS = dict.fromkeys(("unit", "parent", "organisation", "coordinator", "siblings"), 0.0)
FLOORS = [("A1", "A", 1, 50), ("B1", "B", 1, 50), ("C1", "C", 1, 50)]
HEADS = [("u", 20, "P"), ("v", 10, "P"), ("w", 15, "P"), ("x", 8, "Q"), ("y", 0, "Q")]
PARENTS = [("u", "P", "P-1"), ("v", "P", "P-1"), ("w", "P", None), ("x", "Q"), ("y", "Q")]


def case_of(**tables: Any) -> Case:
    """Three towers of 50 desks; P has units of 20, 10 and 15, the first two of one parent."""
    usual = {"floors": FLOORS, "headcounts": HEADS, "units": PARENTS}
    settings = {"trips": NO_TRIPS, "prices": {"open_desk": 0.0}}
    return compile_case(scenario(**(usual | tables), settings=settings))


def parted(**tables: Any) -> list[Partition]:
    """Ways to part the units, each sorted."""
    return [sorted(way) for way in partitions(tower_case(case_of(**tables)))]


def test_organisations_come_first_then_parents_then_units() -> None:
    """45 desks are as many as a group may have in a tower of 50; y has none and is in no group."""
    assert parted() == [
        [(0, 1, 2), (3,)],
        [(0, 1), (2,), (3,)],
        [(0,), (1,), (2,), (3,)],
    ]


def test_an_organisation_that_would_nearly_fill_a_tower_goes_by_parents() -> None:
    """46 desks are more than nine tenths of 50, so its parents are the coarsest groups."""
    heads = [("u", 20, "P"), ("v", 10, "P"), ("w", 16, "P"), ("x", 8, "Q"), ("y", 0, "Q")]
    assert parted(headcounts=heads) == [[(0, 1), (2,), (3,)], [(0,), (1,), (2,), (3,)]]


def test_units_with_no_tower_in_common_are_no_group() -> None:
    """u may be in A alone and v not there; w stays by itself."""
    rules = [("only_in", "u", "A"), ("never_in", "v", "A")]
    assert parted(rules=rules) == [[(0,), (1,), (2,), (3,)]]


def test_where_organisations_are_single_units_there_is_one_way() -> None:
    """None of the others would be finer."""
    assert parted(headcounts=[("u", 20, "P"), ("x", 8, "Q")], units=None) == [[(0,), (1,)]]


def test_nobody_to_place_is_one_empty_way() -> None:
    """Groups are of units with desks."""
    assert parted(headcounts=[("u", 0, "P")], units=None) == [[]]


def test_units_that_are_nowhere_are_a_part_of_their_own() -> None:
    """They are in no tower together."""
    assert parted_by_tower([(0, 1, 2)], np.array([-1, 2, -1])) == [(0, 2), (1,)]


def search_of(partition: Partition, **tables: Any) -> GroupSearch:
    """Groups of that case, not yet put anywhere."""
    case = case_of(**tables)
    towers = tower_case(case)
    known, fields = surrogate(case, towers), fields_of(towers)
    return GroupSearch(towers, known, fields, partition, np.random.default_rng(0))


TOGETHER: Partition = [(0, 1, 2), (3,)]


def test_a_group_is_put_where_most_of_its_desks_are() -> None:
    """20 of 45 desks are in B, and 25 in C; x is in A, and y has no desks."""
    search = search_of(TOGETHER)
    search.put(np.array([1, 2, 2, 0, -1]))
    assert search.at.tolist() == [2, 0]
    assert search.tower_of.tolist() == [2, 2, 2, 0, -1]


def test_desks_that_are_nowhere_do_not_count() -> None:
    """Of 45 desks only those of v are anywhere."""
    search = search_of(TOGETHER)
    search.put(np.array([-1, 1, -1, 2, -1]))
    assert search.at.tolist() == [1, 2]


def test_a_group_is_put_in_the_best_tower_that_is_allowed() -> None:
    """Most of it is in B, where u may not be."""
    search = search_of(TOGETHER, rules=[("never_in", "u", "B")])
    search.put(np.array([1, 1, 2, 0, -1]))
    assert search.at.tolist() == [2, 0]


def test_a_group_that_is_nowhere_gets_the_first_tower_that_is_allowed() -> None:
    """P may not be in A."""
    search = search_of(TOGETHER, rules=[("never_in", "P", "A")])
    search.put(np.full(5, -1))
    assert search.at.tolist() == [1, 0]


def test_groups_are_put_anywhere_that_is_allowed() -> None:
    """P in B or C, in either now and then; x in any."""
    search, rng = search_of(TOGETHER, rules=[("never_in", "P", "A")]), np.random.default_rng(1)
    seen: list[set[int]] = [set(), set()]
    for _ in range(60):
        search.put_anywhere(rng)
        for k, t in enumerate(search.at.tolist()):
            seen[k].add(t)
    assert seen == [{1, 2}, {0, 1, 2}]


def test_noise_is_taken_off_again() -> None:
    """What a group costs by itself is off by it, once, and not by two noises together."""
    search, rng = search_of(TOGETHER, placement_costs=[("u", "A1", 9.0)]), np.random.default_rng(1)
    before = search.given.fixed.copy()
    search.perturb(1000.0, rng)
    assert np.abs(search.given.fixed - before).max() > 100
    search.perturb(1e-9, rng)
    assert search.given.fixed == pytest.approx(before, abs=1e-6)
    search.perturb(0.0, rng)
    assert (search.given.fixed == before).all()


def test_a_group_costs_in_each_tower_what_it_would_walk_there() -> None:
    """x walks 7 trips to u: 5 minutes from B, 9 from C, where u is; placement is added."""
    ways = [("A1", "B1", 4.0), ("A1", "C1", 9.0), ("B1", "C1", 5.0)]
    search = search_of(
        TOGETHER,
        affinities=[("u", "x", 7.0)],
        walking=ways,
        placement_costs=[("x", "B1", 100.0)],
    )
    search.put(np.array([2, 2, 2, 0, -1]))
    search.price(10.0, 10.0)
    assert search.marginal_costs()[1] == pytest.approx([63, 35 + 100, 0])


def test_a_price_weighs_all_anew() -> None:
    """53 desks in a tower of 50 are 3 too many, and a fixed part; a free one costs nothing."""
    search = search_of(TOGETHER)
    search.put(np.array([0, 0, 0, 0, -1]))
    search.price(0.0, 0.0)
    free = search.cost
    search.price(100.0, 0.0)
    assert not search.fits
    assert search.cost > free + 300
    search.put(np.array([0, 0, 0, 1, -1]))
    search.weigh()
    assert search.fits


def test_nothing_is_annealed_without_groups_or_towers() -> None:
    """No move is spent."""
    search, budget = search_of(TOGETHER), Budget(moves=100)
    some, none = np.arange(2), np.arange(0)
    for who, where in ((none, some), (some, none)):
        assert not list(search.steps(Schedule(1.0, 0.1, 50), budget, who, where, (1.0, 1.0)))
    assert budget.spent == 0


def choice_of(**tables: Any) -> TowerChoice:
    """The choice of towers of that case."""
    rng = np.random.default_rng(0)
    return TowerChoice(case_of(**tables), 1.0, rng, Budget(moves=10_000), USUAL.groups)


LINE: dict[str, Any] = {
    "floors": [(f"{t}1", t, 1, 50) for t in "ABCDEF"],
    "towers": [
        {"tower_id": t, "name": t, "x_m": 1000.0 * i, "y_m": 0.0} for i, t in enumerate("ABCDEF")
    ],
}
"""Six towers along a street."""


def test_nearest_towers_are_those_beside_one() -> None:
    """The tower itself comes first; of two as near the first one in order."""
    choice = choice_of(**LINE)
    assert choice.nearest(0, 3) == [0, 1, 2]
    assert choice.nearest(3, 4) == [3, 2, 4, 1]
    assert choice.nearest(5, 1) == [5]


def test_few_near_towers_come_more_often_than_many() -> None:
    """From two to five, and more than half of the time two or three."""
    choice = choice_of(**LINE)
    counts = [len(choice.near(2, 5)) for _ in range(300)]
    assert set(counts) == {2, 3, 4, 5}
    assert sum(n <= 3 for n in counts) > 150


def test_near_towers_are_no_more_than_there_are() -> None:
    """Three towers, whatever is asked for."""
    choice = choice_of()
    assert {len(choice.near(2, 24)) for _ in range(100)} == {2, 3}


@pytest.mark.parametrize(("by", "taken"), [(0.0, True), (0.9, True), (1.2, False)])
def test_towers_that_are_clearly_dearer_are_not_taken(by: float, taken: bool) -> None:
    """Dearer by a part of what an ordinary unit may cost more is taken, dearer by more is not."""
    choice = choice_of()
    home = np.array([0, 0, 0, 1, -1])
    search = choice._search(0, home)
    search.put(np.array([1, 1, 1, 2, -1]))
    cost = search.weigh() - by * choice._tolerance
    found = choice._unless_dear(search, cost, home)
    assert (found.tolist() == [1, 1, 1, 2, -1]) is taken
    assert taken or found is home


def test_groups_of_a_partition_keep_their_tables() -> None:
    """While the same units are together; once they are in two towers others are made."""
    choice = choice_of()
    first = choice._search(0, np.array([0, 0, 0, 1, -1]))
    assert choice._search(0, np.array([2, 2, 2, 0, -1])) is first
    assert choice._search(0, np.array([2, 2, 1, 0, -1])) is not first


def test_what_a_tower_holds_is_as_it_is_known_now() -> None:
    """Tables that are kept hear of it."""
    choice, home = choice_of(), np.array([0, 0, 0, 1, -1])
    search = choice._search(0, home)
    assert search.fits
    choice.capacity[0] = 40
    assert not choice._search(0, home).fits


def test_an_ordinary_unit_costs_what_its_desks_do() -> None:
    """53 desks over five units at 1 a desk; a case without desks counts one."""
    assert choice_of().size == pytest.approx(53 / 5)
    case = case_of()
    empty = replace(case, demand=np.zeros_like(case.demand))
    rng = np.random.default_rng(0)
    assert TowerChoice(empty, 3.0, rng, Budget(moves=1), USUAL.groups).size == 3.0
