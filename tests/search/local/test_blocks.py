"""Units that go between towers as blocks."""

from __future__ import annotations

import numpy as np
import pytest
from allocator.search.local.blocks import Blocking, blocks_by_size, parted_by_tower
from allocator.search.local.game import Cooling, Game
from allocator.search.local.walking import walks
from hypothesis import given, settings
from hypothesis import strategies as st

from allocator.scenario.types import Scenario
from allocator.search.compile import compile_case
from allocator.search.groups.surrogate import outlook, tower_case
from allocator.search.kernels.budget import Budget
from tests.builders import scenario as build
from tests.search.local.boards import office

RULES = [
    ("same_tower", "u0", "u1"),
    ("apart_tower", "u2", "u3"),
    ("same_complex", "u4", "u5"),
    ("own_floor", "O1"),
]


def _both(scenario: Scenario, number: int, seed: int) -> tuple[Blocking, Game]:
    """Return blocks of a case and the game by desks, which knows the same of its towers."""
    case = compile_case(scenario)
    towers = tower_case(case)
    known, rng = outlook(case, towers), np.random.default_rng(seed)
    ways = blocks_by_size(towers)
    blocks = Blocking(towers, known, walks(towers), ways[number % len(ways)], rng)
    game = Game(towers, 1.0, rng, known)
    blocks.price(float(game.record["over"][0]), float(game.record["broken"][0]))
    blocks.put_anywhere(rng)
    blocks.weigh()
    return blocks, game


def _weight_by_desks(game: Game, blocks: Blocking) -> float:
    game.take(blocks.towers.units)
    game.put(blocks.layout())
    return game.weight


@settings(deadline=None, max_examples=25)
@given(seed=st.integers(0, 1000), number=st.integers(0, 2), ruled=st.booleans())
def test_blocks_weigh_what_their_desks_weigh(seed: int, number: int, ruled: bool) -> None:
    """The game by desks, which counts each unit, comes to the same sum, rules included."""
    blocks, game = _both(office(rules=RULES if ruled else []), number, seed)
    assert blocks.weight == pytest.approx(_weight_by_desks(game, blocks))


@settings(deadline=None, max_examples=25)
@given(seed=st.integers(0, 1000), number=st.integers(0, 2), ruled=st.booleans())
def test_sums_stay_right_over_many_moves(seed: int, number: int, ruled: bool) -> None:
    """What shifts and swaps have added up to is what counting all anew comes to."""
    blocks, game = _both(office(rules=RULES if ruled else []), number, seed)
    everything, towers = np.arange(len(blocks.blocks)), np.array(blocks.towers.towers)
    over = float(game.record["over"][0])
    prices = (over / 10, over)
    blocks.cool(Cooling(1e4, 1.0, 5000), Budget(moves=10_000), everything, towers, prices)
    added_up = blocks.weight
    assert added_up == pytest.approx(blocks.weigh())
    assert added_up == pytest.approx(_weight_by_desks(game, blocks))


def test_annealed_blocks_are_as_good_as_the_best_of_all_ways() -> None:
    """Three bodies in two towers: every way is tried by hand, and none is better."""
    floors = [("A1", "A", 1, 50), ("A2", "A", 2, 50), ("B1", "B", 1, 60), ("B2", "B", 2, 30)]
    heads = [("u", 40, "P"), ("v", 35, "P"), ("w", 50, "Q"), ("x", 45, "R")]
    blocks, _ = _both(build(floors=floors, headcounts=heads), 0, 0)
    best = np.inf
    for ways in np.ndindex(*(2 for _ in blocks.blocks)):
        blocks.at[:] = ways
        best = min(best, blocks.weigh())
    blocks.cool(
        Cooling(1e4, 1.0, 100_000), Budget(moves=10_000), np.arange(3), np.arange(2), (10.0, 1e3)
    )
    assert blocks.weight == pytest.approx(best)


def test_no_block_is_larger_than_a_tower() -> None:
    """An organisation that fits no tower goes in its units; a smaller one as a whole."""
    floors = [("A1", "A", 1, 60), ("B1", "B", 1, 60)]
    heads = [("u", 40, "P"), ("v", 40, "P"), ("w", 10, "Q"), ("x", 10, "Q")]
    case = compile_case(build(floors=floors, headcounts=heads))
    names = [{case.unit_ids[u] for u in units} for units in blocks_by_size(tower_case(case))[0]]
    assert sorted(names, key=sorted) == [{"u"}, {"v"}, {"w", "x"}]


def test_a_block_with_units_in_two_towers_is_parted() -> None:
    """Each part stays where it is."""
    assert parted_by_tower([(0, 1, 2), (3,)], np.array([1, 0, 1, 0])) == [(0, 2), (1,), (3,)]
