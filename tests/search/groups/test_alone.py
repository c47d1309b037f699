"""Whole units in towers of one floor: which cases that is, sums, and what is found."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from allocator.search.case import Case
from allocator.search.compile import compile_case
from allocator.search.groups.alone import improve_alone
from allocator.search.improvement import Improvement
from allocator.search.kernels.budget import Budget
from allocator.search.restarts import search_for
from allocator.search.score import Scorer
from allocator.search.solve import SolveOptions, solve
from tests.builders import scenario as build
from tests.search.enumeration import check

WHOLE = {"sharing": {"min_piece_share": "1"}}
MAY_SPLIT = {"sharing": {"min_piece_desks": 1}}
AT = {"A": 0, "B": 10, "C": 20, "D": 90, "E": 100, "F": 800}
PEOPLE = (12, 9, 14, 8, 10, 11, 7, 13)


def office(*, settings: dict[str, Any] = WHOLE, **tables: Any) -> Case:
    """Return six towers of a floor with 25 desks, and eight units of three bodies."""
    return compile_case(
        build(
            floors=[(f"{t}0", t, 0, 25) for t in AT],
            towers=[(t, t, "X", x, 0) for t, x in AT.items()],
            headcounts=[(f"u{i}", n, f"O{i % 3}") for i, n in enumerate(PEOPLE)],
            settings=settings,
            **tables,
        )
    )


def found(case: Case, moves: int = 10_000, seed: int = 0) -> list[Improvement]:
    budget = Budget(moves=moves)
    return list(improve_alone(case, {}, rng=np.random.default_rng(seed), budget=budget))


@pytest.mark.parametrize(
    ("case", "whole"),
    [
        (office(), True),
        (office(rules=[("max_floors", f"O{o}", None, "1") for o in range(3)]), True),
        (
            office(settings=MAY_SPLIT, rules=[("max_floors", f"O{o}", None, "1") for o in (0, 1)]),
            False,
        ),
        (office(rules=[("same_floor", "u1", "u2")]), False),
        (office(settings=WHOLE | {"options": {"allow_unplaced": True}}), False),
    ],
)
def test_is_for_cases_without_splits_and_without_rules_on_several_units(
    case: Case, whole: bool
) -> None:
    """Units that can be split, desks left over and rules on pairs go to the general search."""
    assert (search_for(case) is improve_alone) is whole


def test_every_total_is_the_scorers() -> None:
    """Sums kept over all moves end at the total that the plan has, every term in it."""
    floors = [("u0", "C0", 40.0), ("u1", "A0", -25.0)]
    today = [("u2", "B0", 10), ("u3", "D0", 4), ("u3", "E0", 4)]
    case = office(placement_costs=floors, current=today, affinities=[("u0", "u7", 90.0)])
    plans = found(case)
    totals = [Scorer(case).score(plan.layout).total for plan in plans]
    assert totals == pytest.approx([plan.total for plan in plans])


def test_finds_what_one_exact_model_proves_best() -> None:
    """The best total of a small office is the one that CP-SAT proves optimal."""
    case = office()
    exact = solve(case.scenario, SolveOptions(time_limit_s=20, workers=1, exact=True))
    assert exact.status == "optimal"
    assert found(case)[-1].total == pytest.approx(exact.objective.total)


def test_fills_floors_to_the_last_desk() -> None:
    """Where no desk is to spare the price of a desk too many leads to a plan all the same."""
    floors = [(f"{t}0", t, 0, 21) for t in "ABCD"]
    people = [(f"u{i}", n, "O") for i, n in enumerate(PEOPLE)]
    case = compile_case(build(floors=floors, headcounts=people, settings=WHOLE))
    assert check(case.scenario, dict(case.pieces(found(case, moves=100_000)[-1].layout))).feasible


def test_the_same_seed_and_moves_give_the_same_plans() -> None:
    """A budget of moves makes the search repeatable."""
    case = office()
    assert found(case, moves=3_000, seed=5) == found(case, moves=3_000, seed=5)
