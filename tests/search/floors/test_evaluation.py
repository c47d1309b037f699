"""The sums that moves keep up to date are those of the checker, whatever the scenario."""

from __future__ import annotations

import numpy as np
import pytest

from allocator.scenario.types import Scenario
from allocator.search.case import Case
from allocator.search.compile import compile_case
from allocator.search.floors.plan import FloorPlan
from allocator.search.floors.tables import Tally
from allocator.search.kernels.annealing import Schedule
from allocator.search.kernels.budget import Budget
from allocator.search.scale import prices_at
from tests.search.enumeration import random_scenario
from tests.search.hot import (
    HOT,
    heated,
    judged,
    office,
    part_of,
    put_back_as_is,
    with_trips_of_every_sort,
)

SEEDS = range(60)


def agrees(scenario: Scenario, case: Case, plan: FloorPlan) -> None:
    """Compare cost, people and whether anything is wrong with what the checker says."""
    check = judged(scenario, case, plan.layout())
    assert plan.tally[Tally.COST] == pytest.approx(check.total, abs=1e-6)
    assert plan.tally[Tally.UNPLACED] == pytest.approx(check.unplaced_people, abs=1e-6)
    assert plan.is_wrong != check.feasible


@pytest.mark.parametrize("seed", SEEDS)
def test_transfers_add_up_to_what_the_checker_says(seed: int) -> None:
    """After thousands of random transfers cost, people and what is wrong are the checker's."""
    scenario = random_scenario(seed)
    case = compile_case(scenario)
    agrees(scenario, case, heated(case, seed))


@pytest.mark.parametrize("seed", SEEDS)
def test_sequences_add_up_to_what_the_checker_says(seed: int) -> None:
    """One tower searched as a sequence, others staying, the sums are the checker's."""
    scenario = random_scenario(seed)
    case = compile_case(scenario)
    plan = heated(case, seed)
    for tower in case.towers:
        if plan.units_in(case.floors_of[tower]):
            part = part_of(plan, [tower], seed)
            part.search_sequence(Schedule(HOT.hot, HOT.cold, 200), Budget(moves=200))
            put_back_as_is(part)
            agrees(scenario, case, plan)


def test_every_sort_of_trips_is_counted() -> None:
    """Trips inside units, to parents, organisations, coordinators, siblings, and affinities."""
    scenario = with_trips_of_every_sort()
    case = compile_case(scenario)
    plan = heated(case)
    walking = next(t for t in judged(scenario, case, plan.layout()).terms if t.name == "walking")
    assert plan.walking.minutes(plan.layout()) == pytest.approx(walking.amount, rel=1e-9)
    assert walking.amount > 0
    agrees(scenario, case, plan)


@pytest.mark.parametrize("seed", range(3))
def test_move_that_is_taken_back_leaves_nothing(seed: int) -> None:
    """At no temperature hardly any move is kept, and all counts are those of the layout."""
    case = compile_case(with_trips_of_every_sort())
    part = part_of(heated(case, seed), list(case.towers))
    part.search_transfers(Schedule(1e-9, 1e-9, 2000), Budget(moves=2000))
    state = part.state
    used = np.zeros(len(state.use), np.int64)
    for m, many in enumerate(state.pieces.many):
        for k in range(many):
            used[state.pieces.row[m, k]["floor"]] += state.pieces.row[m, k]["desks"]
    assert (state.use["load"] == used).all()
    assert state.at.sum() > 0
    assert not state.scope_state["is_touched"].any()


def test_best_layout_is_put_back() -> None:
    """However hot the search was, a part never puts back what is worse than it took out."""
    case = compile_case(office())
    plan = heated(case)
    prices = prices_at(case, 1.0)
    before = plan.weight_at(prices)
    part = part_of(plan, list(case.towers), 3)
    part.search_transfers(HOT, Budget(moves=HOT.moves))
    part.put_back()
    assert plan.weight_at(prices) <= before + 1e-6
