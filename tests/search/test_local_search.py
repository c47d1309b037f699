"""What others may rely on: clean layouts, exact totals, better each time, from any start."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from allocator.scenario.read import read_scenario
from allocator.search.compile import compile_case
from allocator.search.kernels.budget import Budget
from allocator.search.local_search import LocalSearch, improve
from tests.more import ALL, TIMES
from tests.search.enumeration import tiny
from tests.search.hot import heated, judged, office, searched

DATA = Path(__file__).parents[2] / "data"
MOVES = 60_000


def test_each_layout_is_better_than_the_last() -> None:
    """Totals fall from one layout to the next, and there are several."""
    case = compile_case(read_scenario(DATA / "ikn-kemenko4"))
    rng, budget = np.random.default_rng(1), Budget(moves=300_000)
    totals = [found.total for found in improve(case, {}, rng=rng, budget=budget)]
    assert len(totals) > 1
    assert totals == sorted(totals, reverse=True)


def test_nothing_better_is_kept_back() -> None:
    """What comes last is as good as what the search ends with, rounding of people aside."""
    case = compile_case(read_scenario(DATA / "ikn-kemenko4"))
    search = LocalSearch(case, np.random.default_rng(0), Budget(moves=300_000))
    *_, last = search.run({})
    assert last.total == pytest.approx(search.plan.weight_at(search.prices), rel=1e-9)


def test_totals_are_the_checkers() -> None:
    """The total that comes with a layout is what the checker makes of it."""
    scenario = office()
    last = list(searched(scenario, moves=MOVES))[-1]
    check = judged(scenario, compile_case(scenario), last.layout)
    assert check.feasible
    assert last.total == pytest.approx(check.total, rel=1e-9)


def test_the_same_numbers_give_the_same_layouts() -> None:
    """Twice the same seed and moves, twice the same layouts."""
    first, second = ([f.layout for f in searched(office(), moves=MOVES)] for _ in range(2))
    assert first == second


def test_other_numbers_give_other_layouts() -> None:
    """The seed matters."""
    case = compile_case(read_scenario(DATA / "ikn-kemenko4"))
    runs = [
        next(
            improve(case, {}, rng=np.random.default_rng(seed), budget=Budget(moves=2_000_000))
        ).layout
        for seed in (1, 2)
    ]
    assert runs[0] != runs[1]


def test_a_valid_start_is_yielded_first() -> None:
    """A start that honours everything is the first to be yielded, and is only improved on."""
    scenario = office()
    start = list(searched(scenario, moves=MOVES))[-1]
    again = next(searched(scenario, moves=1, start=start.layout))
    assert again.layout == start.layout
    assert again.total == pytest.approx(start.total)


@pytest.mark.parametrize("seed", range(5))
def test_a_start_may_be_partial_or_overfull(seed: int) -> None:
    """From a start with desks missing or too many on a floor, clean layouts are found."""
    scenario = office()
    case = compile_case(scenario)
    start = heated(case, seed).layout()
    for piece in list(start)[::4]:
        del start[piece]
    last = list(searched(scenario, moves=MOVES, start=start))[-1]
    assert judged(scenario, case, last.layout).feasible


def test_a_start_with_impossible_pieces_is_put_right() -> None:
    """Pieces that are forbidden, too small or too large are left out, not kept."""
    scenario = office(rules=[("never_in", "u0", "A")])
    case = compile_case(scenario)
    last = list(searched(scenario, moves=MOVES, start={(0, 0): 9, (1, 1): 1, (2, 2): 400}))[-1]
    assert judged(scenario, case, last.layout).feasible


def test_nothing_is_yielded_where_there_is_no_plan() -> None:
    """Too few desks: no layout honours everything, so none is shown."""
    scenario = office(floors=[("A1", "A", 1, 50)])
    assert list(searched(scenario, moves=50_000)) == []


def test_a_spent_budget_yields_nothing() -> None:
    """With no moves left nothing is tried."""
    assert list(searched(office(), moves=0)) == []


def test_a_request_to_stop_is_heard() -> None:
    """The search ends when it is asked to."""
    budget = Budget(seconds=60, should_stop=lambda: True)
    rng = np.random.default_rng(0)
    assert list(improve(compile_case(office()), {}, rng=rng, budget=budget)) == []


def test_as_many_as_possible_are_placed_where_some_may_stay_out() -> None:
    """With unplaced desks allowed and 60 desks for 120 people, 60 of them stay out."""
    options = {"options": {"allow_unplaced": True}, "sharing": {"min_piece_desks": 3}}
    scenario = office(floors=[("A1", "A", 1, 30), ("B1", "B", 1, 30)], settings=options)
    last = list(searched(scenario, moves=4 * MOVES))[-1]
    assert last.unplaced_people == pytest.approx(60)
    assert judged(scenario, compile_case(scenario), last.layout).feasible


@pytest.mark.parametrize("seed", range(6 * TIMES))
def test_tiny_scenarios_end_at_the_best_of_all_plans(seed: int) -> None:
    """On tiny scenarios the search finds what trying every plan finds."""
    scenario, plans = tiny(seed)
    moves = 1_000_000 if ALL else 100_000  # of eighteen seeds one needs more than the six
    found = [(f.unplaced_people, f.total) for f in searched(scenario, moves=moves)]
    best = [(plan.unplaced_people, plan.total) for plan in plans]
    assert bool(found) == bool(best)
    if best:
        assert found[-1] == pytest.approx(min(best), abs=1e-6)
