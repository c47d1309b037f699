"""Kicks: a change of towers or floors is kept or taken back whole, and what was learnt stays."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from allocator.scenario.types import Scenario
from allocator.search.case import Case, Layout
from allocator.search.compile import compile_case
from allocator.search.floors.tables import Tally
from allocator.search.kernels.budget import Budget
from allocator.search.local_search import LocalSearch
from allocator.search.parameters import USUAL
from tests.search.hot import judged, office

RULED = office(rules=[("own_floor", "O0"), ("apart_tower", "u1", "u2")])
MOVES = 30_000
GIVEN = USUAL.floors


def begun(seed: int = 0, scenario: Scenario = RULED) -> LocalSearch:
    """Return a search that has a plan on its floors."""
    search = LocalSearch(
        compile_case(scenario), np.random.default_rng(seed), Budget(moves=200_000)
    )
    for _ in search.run({}):
        pass
    search.budget = search.choice.budget = Budget(moves=10 * MOVES)
    return search


class Watching:
    """Knows what floors hold now, and hears of layouts that are nearly right."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.nearly: list[Layout] = []

    def case_now(self) -> Case:
        return self.case

    def note_nearly(self, layout: Layout) -> None:
        self.nearly.append(layout)


def test_layout_with_too_few_desks_is_told_as_nearly_right() -> None:
    """Where floors hold too little for all, layouts that keep every rule are told of."""
    case = compile_case(office(floors=[("A1", "A", 1, 50), ("A2", "A", 2, 50)]))
    watching = Watching(case)
    search = LocalSearch(case, np.random.default_rng(0), Budget(moves=20_000), watching)
    assert list(search.run({})) == []
    assert watching.nearly
    kinds = {v.kind for v in judged(case.scenario, case, watching.nearly[-1]).violations}
    assert kinds <= {"over_capacity", "unplaced"}


@pytest.mark.parametrize("seed", range(2))
def test_kick_never_leaves_floors_worse(seed: int) -> None:
    """Whatever a kick tried, floors weigh at most what they did, and hold a plan as before."""
    search = begun(seed)
    for _ in range(6):
        before = search.plan.weight_at(search.prices)
        search._kick()
        assert search.plan.weight_at(search.prices) <= before + 1e-6
    assert judged(RULED, search.case, search.plan.layout()).feasible


@pytest.mark.parametrize("seed", range(2))
def test_home_of_a_unit_is_where_its_floors_are(seed: int) -> None:
    """After every kick units are told to be in the tower where most of their desks are."""
    search = begun(seed)
    for _ in range(6):
        search._kick()
        told = search.home.copy()
        search._find_home(search.case.units)
        assert (search.home == told).all()


def test_running_costs_are_those_of_the_layout() -> None:
    """Thousands of changes and returns later, the plan still costs what the checker says."""
    search = begun()
    for _ in range(10):
        search._kick()
    check = judged(RULED, search.case, search.plan.layout())
    assert float(search.plan.tally[Tally.COST]) == pytest.approx(check.total, rel=1e-9)


def test_layout_that_is_worse_is_taken_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where new floors are worse than those before, all pieces are where they were."""
    search = begun()
    before = search.plan.layout()
    here = search.plan.units_in(search.case.floors_of[0])
    monkeypatch.setattr(search, "_search", lambda *_: search._remove(here))
    assert not search._lay_out({0}, search.home)
    assert search.plan.layout() == before


def test_wrong_floors_press_and_right_ones_relax() -> None:
    """What is wrong gets dearer up to a limit while it is, and cheaper down to 1 afterwards."""
    search = begun()
    search._remove(search.case.units)
    for _ in range(200):
        search._press()
    assert search.pressure == GIVEN.most_pressure
    other = begun()
    other.pressure = 1.04
    other._press()
    assert other.pressure == 1.0


def test_tower_whose_floors_could_not_take_all_is_known_to_hold_less() -> None:
    """Desks beyond a floor's room lower what its tower is taken to hold, never below a part."""
    search = begun()
    floor, tower = 0, int(search.case.tower[0])
    known = int(search.choice.capacity[tower])
    search.plan.load[floor] = search.plan.capacity[floor] + 3
    search._learn_room({tower})
    least = int(search.room[tower] * GIVEN.least_room)
    assert int(search.choice.capacity[tower]) == max(known - 3, least)


def test_tower_is_trusted_again_desk_by_desk() -> None:
    """While floors take all, a tower that was known to hold less holds more each time."""
    search = begun()
    search.choice.capacity[0] = int(search.room[0] * GIVEN.least_room)
    for _ in range(int(search.room[0])):
        search._learn_room({0})
    assert int(search.choice.capacity[0]) == int(search.room[0])


def test_floors_that_hold_less_from_now_on_begin_a_new_best() -> None:
    """Where capacities are learnt on the way, plans for the old ones count no more."""
    search = begun()
    smaller = replace(search.known, capacity=search.known.capacity - 1)
    search.watcher = Watching(smaller)
    search._heed()
    assert search.best == (np.inf, np.inf)
    assert (search.plan.capacity == smaller.capacity).all()
