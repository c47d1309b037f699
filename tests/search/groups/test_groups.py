"""Units that go between towers as groups: how they are parted, what they cost, what is found."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allocator.scenario.types import Scenario
from allocator.search.compile import compile_case
from allocator.search.fields import fields_of
from allocator.search.groups.kernel import OVER_FIXED
from allocator.search.groups.partition import parted_by_tower, partitions
from allocator.search.groups.search import GroupSearch
from allocator.search.groups.surrogate import surrogate, tower_case
from allocator.search.kernels.annealing import Schedule
from allocator.search.kernels.budget import Budget
from allocator.search.walking_time import WalkingTime
from tests.builders import scenario as build
from tests.search.enumeration import random_scenario
from tests.search.hot import office, with_trips_of_every_sort

OVER, BROKEN = 50.0, 10_000.0
RULES = [
    ("same_tower", "u0", "u1"),
    ("apart_tower", "u2", "u3"),
    ("same_complex", "u4", "u5"),
]


def groups_of(scenario: Scenario, number: int, seed: int) -> GroupSearch:
    """Return groups of some size anywhere in the towers."""
    case = compile_case(scenario)
    towers = tower_case(case)
    ways, rng = partitions(towers), np.random.default_rng(seed)
    found = GroupSearch(
        towers, surrogate(case, towers), fields_of(towers), ways[number % len(ways)], rng
    )
    found.put_anywhere(rng)
    found.price(OVER, BROKEN)
    return found


def cost_by_units(search: GroupSearch) -> float:
    """Return what the units cost where they are, unit by unit and tower by tower, rules aside."""
    towers, prices = search.towers, search.towers.scenario.settings.prices
    tower_of = search.tower_of.tolist()
    layout = {(u, t): int(towers.demand[u]) for u, t in enumerate(tower_of) if t >= 0}
    cost = prices.walking * WalkingTime(towers).minutes(layout)
    by_itself = towers.whole_costs() + search.known.inside
    cost += sum(by_itself[cell] for cell in layout)
    for t, curve in enumerate(search.known.opening):
        load = sum(n for (_, s), n in layout.items() if s == t)
        cost += curve[min(load, len(curve) - 1)]
        above = load - int(towers.capacity[t])
        cost += OVER * (above + OVER_FIXED) if above > 0 else 0.0
    used = {(int(towers.organisation[u]), t) for u, t in layout}
    return float(cost + prices.extra_tower * (len(used) - len({o for o, _ in used})))


@settings(deadline=None, max_examples=25)
@given(seed=st.integers(0, 1000), number=st.integers(0, 2))
def test_groups_cost_what_their_units_cost(seed: int, number: int) -> None:
    """Whatever scenario and size of groups, all sums come to those of the units."""
    scenario = random_scenario(seed).replace(rules=())
    if seed % 2:
        scenario = with_trips_of_every_sort()
    search = groups_of(scenario, number, seed)
    assert search.cost == pytest.approx(cost_by_units(search))


def test_case_without_desks_to_place_has_no_groups() -> None:
    """Nobody needs a desk: there is nothing to cost, and nothing to move."""
    search = groups_of(build(floors=[("A1", "A", 1, 9)], headcounts=[("u", 0)]), 0, 0)
    assert search.partition == []
    assert search.weigh() == 0.0


@pytest.mark.parametrize("number", range(3))
def test_broken_rules_are_dear(number: int) -> None:
    """Groups with rules cost what they do without, and a step at its price for each broken one."""
    for seed in range(10):
        search = groups_of(office(rules=RULES), number, seed)
        t = search.tower_of.tolist()
        u = {name: i for i, name in enumerate(search.towers.unit_ids)}
        broken = (t[u["u0"]] != t[u["u1"]]) + (t[u["u2"]] == t[u["u3"]])
        broken += search.towers.complex[t[u["u4"]]] != search.towers.complex[t[u["u5"]]]
        more = search.cost - cost_by_units(search)
        assert (more == pytest.approx(0)) == (not broken)
        assert more / BROKEN == pytest.approx(round(more / BROKEN))


@settings(deadline=None, max_examples=25)
@given(seed=st.integers(0, 1000), number=st.integers(0, 2), ruled=st.booleans())
def test_sums_stay_right_over_many_moves(seed: int, number: int, ruled: bool) -> None:
    """What shifts and swaps have added up to is what counting all anew comes to."""
    rules = [*RULES, ("own_floor", "O1"), ("max_towers", "O2", None, "1")]
    search = groups_of(office(rules=rules if ruled else []), number, seed)
    everything, towers = np.arange(len(search.partition)), np.array(search.towers.towers)
    prices = (OVER / 10, OVER)
    search.anneal(Schedule(1e4, 1.0, 5000), Budget(moves=10_000), everything, towers, prices)
    added_up, excess = search.cost, search.state.sums[1]
    assert added_up == pytest.approx(search.weigh())
    assert excess == search.state.sums[1]


def test_annealed_groups_are_as_good_as_the_best_of_all_ways() -> None:
    """Three bodies in two towers: every way is tried by hand, and none is better."""
    floors = [("A1", "A", 1, 50), ("A2", "A", 2, 50), ("B1", "B", 1, 60), ("B2", "B", 2, 30)]
    heads = [("u", 40, "P"), ("v", 35, "P"), ("w", 50, "Q"), ("x", 45, "R")]
    search = groups_of(build(floors=floors, headcounts=heads), 0, 0)
    search.price(1e3, BROKEN)
    best = np.inf
    for ways in np.ndindex(*(2 for _ in search.partition)):
        search.at[:] = ways
        best = min(best, search.weigh())
    search.anneal(
        Schedule(1e4, 1.0, 100_000),
        Budget(moves=10_000),
        np.arange(3),
        np.arange(2),
        (10.0, 1e3),
    )
    assert search.cost == pytest.approx(best)


def test_no_group_is_larger_than_a_tower() -> None:
    """An organisation that fits no tower goes in its units; a smaller one as a whole."""
    floors = [("A1", "A", 1, 60), ("B1", "B", 1, 60)]
    heads = [("u", 40, "P"), ("v", 40, "P"), ("w", 10, "Q"), ("x", 10, "Q")]
    case = compile_case(build(floors=floors, headcounts=heads))
    names = [{case.unit_ids[u] for u in units} for units in partitions(tower_case(case))[0]]
    assert sorted(names, key=sorted) == [{"u"}, {"v"}, {"w", "x"}]


def test_a_group_with_units_in_two_towers_is_parted() -> None:
    """Each part stays where it is."""
    assert parted_by_tower([(0, 1, 2), (3,)], np.array([1, 0, 1, 0])) == [(0, 2), (1,), (3,)]
