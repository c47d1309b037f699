"""Kicks: a change of towers or floors is kept or taken back whole, and what was learnt stays."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from allocator.search.local.board import Tally
from allocator.search.local.improve import LEAST_ROOM, MOST_PRESSURE, Search

from allocator.search.compile import compile_case
from allocator.search.kernels.budget import Budget
from tests.search.local.boards import judged, office

RULED = office(rules=[("own_floor", "O0"), ("apart_tower", "u1", "u2")])
MOVES = 30_000


def begun(seed: int = 0, scenario: object = RULED) -> Search:
    """Return a search that has a plan on its floors."""
    case = compile_case(scenario)  # type: ignore[arg-type]
    search = Search(case, np.random.default_rng(seed), Budget(moves=200_000))
    for _ in search.run({}):
        pass
    search.budget = search.choice.budget = Budget(moves=10 * MOVES)
    return search


def weighed_anew(search: Search) -> float:
    """Return what the layout on the floors costs on a fresh board."""
    other = Search(search.case, np.random.default_rng(9), Budget(moves=1))
    other.floor_game.put(search.floor_game.layout())
    return float(other.floor_game.table["tally"][Tally.COST])


@pytest.mark.parametrize("seed", range(2))
def test_kick_never_leaves_floors_worse(seed: int) -> None:
    """Whatever a kick tried, floors weigh at most what they did, and hold a plan as before."""
    search = begun(seed)
    for _ in range(6):
        before = search.floor_game.weight
        search._kick()
        assert search.floor_game.weight <= before + 1e-6
    assert judged(RULED, search.case, search.floor_game.layout()).feasible


@pytest.mark.parametrize("seed", range(2))
def test_both_boards_tell_of_the_same_towers(seed: int) -> None:
    """After every kick units are in the towers where their floors are."""
    search = begun(seed)
    for _ in range(6):
        search._kick()
        assert search.tower_game.layout() == search._as_towers(search.units)


def test_running_costs_are_those_of_the_layout() -> None:
    """Thousands of changes and returns later, the board still weighs what a fresh one does."""
    search = begun()
    for _ in range(10):
        search._kick()
    assert float(search.floor_game.table["tally"][Tally.COST]) == pytest.approx(
        weighed_anew(search), rel=1e-9
    )


def test_layout_that_is_worse_is_taken_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where new floors are worse than those before, all pieces are where they were."""
    search = begun()
    before = search.floor_game.layout()
    here = search._units_on_floors({0})
    monkeypatch.setattr(search, "_anneal", lambda *_: search.floor_game.take(here))
    assert not search._lay_out({0}, None)
    assert search.floor_game.layout() == before


def test_wrong_floors_press_and_right_ones_relax() -> None:
    """What is wrong gets dearer up to a limit while it is, and cheaper down to 1 afterwards."""
    search = begun()
    search.floor_game.replace(search.units, {})
    for _ in range(200):
        search._press()
    assert search.pressure == MOST_PRESSURE
    other = begun()
    other.pressure = 1.04
    other._press()
    assert other.pressure == 1.0


def test_tower_whose_floors_could_not_take_all_is_known_to_hold_less() -> None:
    """Desks beyond a floor's room lower what its tower is taken to hold, never below a part."""
    search = begun()
    floor, tower = 0, int(search.case.tower[0])
    known = int(search.tower_game.table["places"]["capacity"][tower])
    search.floor_game.table["places"]["load"][floor] += 3
    over = max(
        int(search.floor_game.table["places"]["load"][floor] - search.case.capacity[floor]), 0
    )
    search._learn_room({tower})
    learnt = int(search.tower_game.table["places"]["capacity"][tower])
    assert learnt == max(known - over, int(search.room[tower] * LEAST_ROOM))


def test_tower_is_trusted_again_desk_by_desk() -> None:
    """While floors take all, a tower that was known to hold less holds more each time."""
    search = begun()
    search.tower_game.set_capacity(0, int(search.room[0] * LEAST_ROOM))
    for _ in range(int(search.room[0])):
        search._learn_room({0})
    assert int(search.tower_game.table["places"]["capacity"][0]) == int(search.room[0])


def test_floors_that_hold_less_from_now_on_begin_a_new_best() -> None:
    """Where capacities are learnt on the way, plans for the old ones count no more."""
    search = begun()
    smaller = replace(search.known, capacity=search.known.capacity - 1)
    search.now = lambda: smaller
    search._heed()
    assert search.best == (np.inf, np.inf)
    assert (search.floor_game.table["places"]["capacity"] == smaller.capacity).all()
