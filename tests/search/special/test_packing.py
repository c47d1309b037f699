"""Packing organisations on floors: which cases, the search, the exact model, and its proofs."""

from __future__ import annotations

from random import Random
from typing import Any

import numpy as np
import pytest

from allocator.search.case import Case
from allocator.search.compile import compile_case
from allocator.search.kernels.budget import Budget
from allocator.search.restarts import search_for
from allocator.search.score import Scorer
from allocator.search.solve import SolveOptions, solve
from allocator.search.special.pack import pack
from allocator.search.special.packing import is_packing
from allocator.search.special.pattern_model import PatternModel, TooManyError
from tests.builders import scenario as build
from tests.search.enumeration import check

ONLY_TOWERS = {
    "sharing": {"min_piece_share": "1"},
    "walking": {"lift_wait_min": 0, "detour_factor": 0},
    "prices": {"walking": 0, "open_desk": 0, "extra_tower": 3},
}


def packing(*, rooms: tuple[int, ...], bodies: dict[str, tuple[int, ...]], **more: Any) -> Case:
    """Return towers of one floor each, and the desks of each body's units."""
    floors = [(f"{i}-1", f"T{i}", 1, desks) for i, desks in enumerate(rooms)]
    units = [(f"{o}{i}", n, o) for o, sizes in bodies.items() for i, n in enumerate(sizes)]
    return compile_case(
        build(**{"floors": floors, "headcounts": units, "settings": ONLY_TOWERS} | more)
    )


def planted(seed: int) -> Case:
    """Return eight floors of 40 desks that units drawn at random fill to the last desk."""
    rng, sizes = Random(seed), []
    for _ in range(8):
        cuts = sorted(rng.sample(range(3, 38), 3))
        sizes += [b - a for a, b in zip([0, *cuts], [*cuts, 40], strict=True)]
    bodies: dict[str, list[int]] = {"A": [], "B": [], "C": []}
    for size in sizes:
        bodies[rng.choice("ABC")].append(size)
    return packing(rooms=(40,) * 8, bodies={o: tuple(n) for o, n in bodies.items()})


def found(case: Case, moves: int = 50_000) -> list[dict[tuple[int, int], int]]:
    budget = Budget(moves=moves)
    plans = pack(case, {}, rng=np.random.default_rng(0), budget=budget)
    layouts = [
        plan.layout for plan in plans if plan.total == Scorer(case).score(plan.layout).total
    ]
    assert layouts
    return layouts


SMALL: dict[str, Any] = {"rooms": (20, 20, 24), "bodies": {"A": (12, 9), "B": (8, 11, 14)}}


@pytest.mark.parametrize(
    ("more", "is_one"),
    [
        ({}, True),
        ({"placement_costs": [("A0", "0-1", 5.0)]}, False),
        ({"rules": [("never_in", "A", "T0", None)]}, False),
        ({"settings": ONLY_TOWERS | {"prices": {"extra_tower": 3}}}, False),
        ({"floors": [("0-1", "T", 1, 20), ("0-2", "T", 2, 20), ("1-1", "S", 1, 24)]}, False),
    ],
)
def test_is_for_cases_where_only_extra_towers_cost(more: dict[str, Any], is_one: bool) -> None:
    """Anything else that costs or binds, or a tower of two floors, goes to other searches."""
    case = packing(**SMALL, **more)
    assert is_packing(case) is is_one
    assert (search_for(case) is pack) is is_one


@pytest.mark.parametrize("seed", [1, 2])
def test_finds_what_the_exact_model_proves_best(seed: int) -> None:
    """Where no desk is to spare both find plans, and the search has no more extra towers."""
    case = planted(seed)
    exact = PatternModel(case).solve(10)
    assert exact.layout is not None
    assert exact.is_over
    best = found(case)[-1]
    assert all(check(case.scenario, dict(case.pieces(p))).feasible for p in (best, exact.layout))
    assert Scorer(case).score(best).total == 3 * exact.extra


def test_rooms_of_several_sizes_are_filled() -> None:
    """Floors need not be alike, for neither."""
    case = packing(**SMALL)
    exact = PatternModel(case).solve(10)
    assert exact.layout is not None
    assert Scorer(case).score(exact.layout) == Scorer(case).score(found(case)[-1])


def test_many_ways_to_fill_floors_are_refused() -> None:
    """No model is made that could not be held."""
    sizes = tuple(range(1, 40))
    with pytest.raises(TooManyError):
        PatternModel(packing(rooms=(200,) * 5, bodies={"A": sizes}))


def test_a_packing_is_solved_to_optimality() -> None:
    """Solving closes it, with the plan checked."""
    plan = solve(planted(9).scenario, SolveOptions(time_limit_s=20, workers=2))
    assert plan.status == "optimal"
