"""A limit of people who move: what prices prove of it, and the answer without a search."""

from __future__ import annotations

from functools import cache
from math import inf
from time import monotonic
from typing import Any

import pytest

from allocator.plan.types import Plan
from allocator.plan.verify import given_pieces, verify
from allocator.scenario.types import Scenario
from allocator.search import limited
from allocator.search.compile import compile_case
from allocator.search.kernels.budget import never
from allocator.search.least_change import (
    _bound_by_dropped,
    _Budget,
    _cells,
    _not_placed,
    _placed,
    least_change,
)
from allocator.search.limited import (
    _Limited,
    at_price,
    bound_within,
    moved_in,
    moves_alone,
    too_few,
    total_without_moves,
)
from allocator.search.options import SolveOptions
from allocator.search.solve import solve
from tests.builders import scenario

FLOORS = [
    {"floor_id": "A-1", "tower_id": "A", "level": 1, "desks": 10, "open_price": 4.0},
    {"floor_id": "B-1", "tower_id": "B", "level": 1, "desks": 20, "open_price": 7.0},
]
WHOLE = {"sharing": {"min_piece_share": "1"}}
TODAY = [("u", "A-1", 6, 6), ("v", "A-1", 6, 6)]


def office(limit: float | None = None, **tables: Any) -> Scenario:
    """Two whole units of 6 on a floor of 10 today, so that one of them moves."""
    usual = {"floors": FLOORS, "headcounts": [("u", 6, "P"), ("v", 6, "Q")], "current": TODAY}
    settings = WHOLE | {"options": {"max_people_moved": limit}} | tables.pop("settings", {})
    return scenario(**(usual | tables), settings=settings)


@cache
def plan_of(*closed: str) -> Plan:
    """The best plan, some units being kept off the floor of today: 6 people move, or 12."""
    given = office(rules=[("never_in", unit, "A") for unit in closed])
    return solve(given, SolveOptions(time_limit_s=5, workers=1))


@pytest.mark.parametrize(
    ("price", "true_price", "moved", "bound"),
    [
        (2.0, 2.0, 30.0, 100.0),
        (5.0, 2.0, 30.0, 10.0),
        (5.0, 2.0, 0.0, 100.0),
        (1.9, 2.0, 0.0, -inf),
    ],
)
def test_a_bound_at_a_price_is_one_of_the_limit(
    price: float, true_price: float, moved: float, bound: float
) -> None:
    """100 at 5 a person is 100 − 3 · 30 at 2; a price below the true one says nothing."""
    assert bound_within(100.0, price, true_price, moved) == bound


def test_where_only_moves_cost_all_other_prices_are_gone() -> None:
    """Placement costs and prices of floors as well; a person who moves is a minute."""
    given = moves_alone(office(5.0, placement_costs=[("u", "B-1", 9.0)]))
    case = compile_case(given)
    assert not case.open_cost.any()
    assert case.placement_cost == {}
    assert given.settings.options.max_people_moved is None
    plan = verify(given, given_pieces(given, {("u", "A-1"): 6, ("v", "B-1"): 6}))
    assert plan.total == 6


def test_at_another_price_all_else_stays() -> None:
    """The limit is gone, and floors cost what they did."""
    given = at_price(office(5.0), 50.0)
    assert given.settings.prices.move == 50
    assert given.settings.options.max_people_moved is None
    assert compile_case(given).open_cost.tolist() == compile_case(office()).open_cost.tolist()


def test_what_a_plan_costs_without_moves_is_the_rest() -> None:
    """6 people move at the price of each."""
    plan, price = plan_of(), office().settings.prices.move
    assert moved_in(plan) == 6
    assert plan.objective.total is not None
    assert total_without_moves(plan) == pytest.approx(plan.objective.total - 6 * price)


def test_the_reason_names_both_numbers() -> None:
    """Those who move at least, and those who may."""
    reason = too_few(1234.5, 20.0)
    assert reason.kind == "max_people_moved"
    assert "at least 1,234.5 people move" in reason.message
    assert reason.message.endswith("allows 20")


def run_of(limit: float, *, reproducible: bool = False) -> _Limited:
    """A search within a limit that has not begun, with ten seconds."""
    options = SolveOptions(time_limit_s=10, workers=1, reproducible=reproducible)
    return _Limited(office(limit), options, solve, None, None, monotonic())


@pytest.mark.parametrize(("limit", "kept"), [(5.9, False), (6.0, True), (20.0, True)])
def test_only_plans_within_the_limit_are_kept(limit: float, kept: bool) -> None:
    """6 people move in the plan that is offered."""
    run, plan = run_of(limit), plan_of()
    run._offer(plan)
    assert (run.best is plan) is kept


@pytest.mark.parametrize("order", [("cheap", "dear"), ("dear", "cheap")])
def test_of_two_plans_within_the_limit_the_cheaper_stays(order: tuple[str, ...]) -> None:
    """Whichever comes first: 12 people who move cost more than a second floor in use."""
    plans, run = {"cheap": plan_of(), "dear": plan_of("u", "v")}, run_of(20.0)
    for name in order:
        run._offer(plans[name])
    assert run.best is plans["cheap"]
    assert moved_in(plans["dear"]) == 12


@pytest.mark.parametrize(
    ("unplaced", "price", "bound"), [(0.0, 2.0, 100.0), (0.0, 3.0, 94.0), (1.0, 2.0, -inf)]
)
def test_what_is_proved_at_a_price_is_learnt(unplaced: float, price: float, bound: float) -> None:
    """A limit of 6 takes 6 off for a price that is 1 higher; people left out prove nothing."""
    run, plan = run_of(6.0), plan_of()
    objective = plan.objective.model_copy(update={"unplaced_people": unplaced})
    offered = plan.model_copy(update={"bound": 100.0, "objective": objective})
    limited._learn(run, offered, price)
    assert run.bound == bound
    assert (run.term_bounds is not None) is (price == run.price)


def test_a_budget_of_work_counts_what_solves_were_given() -> None:
    """The clock does not matter then, and nothing is left once somebody asks to stop."""
    run = run_of(6.0, reproducible=True)
    run.spent, run.began = 4.0, monotonic() - 1000
    assert run.left() == 6.0
    run.should_stop = lambda: True
    assert run.left() == 0.0


def test_units_are_looked_at_where_they_are_today() -> None:
    """One that is looked at everywhere is on every floor it may be on."""
    case = compile_case(moves_alone(office(rules=[("never_in", "v", "B")])))
    assert _cells(case, frozenset()) == [(0, 0), (1, 0)]
    assert _cells(case, frozenset({0})) == [(0, 0), (0, 1), (1, 0)]


def test_who_has_desks_left_is_not_placed() -> None:
    """v lacks one of six."""
    case = compile_case(office())
    assert _not_placed(case, {(0, 0): 6, (1, 1): 5}) == {1}
    assert _not_placed(case, {(0, 0): 6, (1, 1): 6}) == frozenset()


def test_units_of_rules_that_were_left_out_are_looked_at_last() -> None:
    """Pieces can help to keep floors adjacent; one of the two units is still to come."""
    case = compile_case(moves_alone(office(rules=[("adjacent_floors", "u", "v")])))
    assert _bound_by_dropped(case, frozenset({0})) == {1}
    assert _bound_by_dropped(compile_case(moves_alone(office())), frozenset()) == frozenset()


def test_who_leaves_is_placed_beside_those_who_stay() -> None:
    """v finds room in B; without time it is not looked for."""
    case = compile_case(moves_alone(office()))
    budget = _Budget(monotonic() + 10, 1, 0, never)
    assert _placed(case, {(0, 0): 6}, budget) == {(0, 0): 6, (1, 1): 6}
    assert _placed(case, {(0, 0): 6}, _Budget(monotonic() - 1, 1, 0, never)) is None


def test_without_a_plan_of_today_nobody_moves() -> None:
    """The bound is 0, and no plan is made."""
    found = least_change(moves_alone(office(current=None)), seconds=5.0, workers=1, seed=0)
    assert (found.bound, found.pieces, found.is_proved) == (0.0, None, False)


def test_the_fewest_who_move_are_proved_with_a_plan() -> None:
    """One of two units of 6 leaves the floor of 10."""
    found = least_change(moves_alone(office()), seconds=5.0, workers=1, seed=0)
    assert found.is_proved
    assert found.bound == pytest.approx(6)
    assert found.pieces is not None
    assert sorted(found.pieces.values()) == [6, 6]


def test_without_time_only_nothing_is_proved() -> None:
    """At least 0 people move in any case."""
    found = least_change(moves_alone(office()), seconds=0.0, workers=1, seed=0)
    assert (found.bound, found.pieces) == (0.0, None)
