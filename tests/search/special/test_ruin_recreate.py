"""The search that empties floors and fills them anew: whatever it does, its sums stay right."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from allocator.search.case import Case
from allocator.search.kernels.budget import Budget
from allocator.search.special import ruin_recreate
from allocator.search.special.pack import AS_MOVES, LOOK, _floors_given, _found, pack
from allocator.search.special.packing import empty_floors, is_packing, stays_whole, stock_of
from allocator.search.special.ruin_recreate import (
    KEPT,
    NOWHERE,
    OUT,
    OUT_DESKS,
    PAIRS,
    SQUARES,
    Filled,
    Stock,
)
from tests.search.special.test_packing import SMALL, packing, planted

HALVES: dict[str, Any] = {"sharing": {"min_piece_desks": 4, "min_piece_share": "0"}}


def begun(case: Case, at: list[int] | None = None, seed: int = 0) -> tuple[Stock, Filled]:
    """Floors of a case, begun from a start or from none."""
    stock = stock_of(case, np.flatnonzero(case.demand > 0))
    floors = empty_floors(case, stock, np.random.default_rng(seed))
    start = np.full(len(stock.desks), NOWHERE) if at is None else np.array(at, np.int64)
    ruin_recreate.begin(stock, floors, start)
    return stock, floors


def counted(stock: Stock, x: Filled) -> list[float]:
    """Units and desks left out, pairs, and squares, counted anew from where units are."""
    placed = x.at != NOWHERE
    part = np.zeros(x.part.shape, np.int64)
    np.add.at(part, (stock.organisation[placed], x.at[placed]), stock.desks[placed])
    vacant = stock.capacity - part.sum(axis=0)
    squares = (part**2).sum() + (vacant**2).sum()
    out = stock.desks[~placed]
    return [len(out), out.sum(), (part > 0).sum(), squares]


def test_nobody_has_a_floor_at_first() -> None:
    """All units and desks are out, and all vacancies are whole floors: 20² + 20² + 24²."""
    case = packing(**SMALL)
    stock = stock_of(case, np.arange(5))
    x = empty_floors(case, stock, np.random.default_rng(0))
    assert x.sums.tolist() == [5, 12 + 9 + 8 + 11 + 14, 0, 400 + 400 + 576, np.inf]
    assert x.occupants.shape == (3, 2)
    assert x.at.tolist() == [NOWHERE] * 5


def test_a_start_is_taken_as_it_is() -> None:
    """The units of A on two floors, B on three: no floor is filled further."""
    case = packing(rooms=(20, 20, 24), bodies={"A": (12, 9), "B": (8, 11, 10)})
    stock, x = begun(case, [0, 1, 0, 1, 2])
    assert x.at.tolist() == [0, 1, 0, 1, 2]
    assert x.load.tolist() == [20, 20, 10]
    assert (x.sums[PAIRS], x.sums[KEPT]) == (5, 5)
    assert counted(stock, x) == x.sums[:4].tolist()


def test_a_start_that_leaves_somebody_out_is_no_plan() -> None:
    """Nothing is kept, and the unit left out is in hand."""
    _, x = begun(packing(**SMALL), [0, 1, 0, NOWHERE, 2])
    assert x.sums[OUT] == 1
    assert x.sums[OUT_DESKS] == 11
    assert x.sums[KEPT] == np.inf
    assert x.pool[: x.loose[0]].tolist() == [3]


@pytest.mark.parametrize("seed", range(4))
def test_without_a_start_floors_are_filled(seed: int) -> None:
    """No floor is too full, and every sum is what counting comes to."""
    stock, x = begun(planted(seed), seed=seed)
    assert (x.load <= stock.capacity).all()
    assert counted(stock, x) == x.sums[:4].tolist()
    assert x.sums[PAIRS] > 0


@pytest.mark.parametrize("temperature", [1e-4, 0.3, 100.0])
@pytest.mark.parametrize("seed", range(3))
def test_sums_stay_right_over_many_steps(seed: int, temperature: float) -> None:
    """Cold steps are mostly undone, hot ones all stay; no unit is lost and no floor too full."""
    stock, x = begun(planted(seed), seed=seed)
    ruin_recreate.anneal(stock, x, temperature, 300)
    assert counted(stock, x) == x.sums[:4].tolist()
    assert (x.load <= stock.capacity).all()
    there = [sorted(x.occupants[f, : x.count[f]].tolist()) for f in range(len(x.count))]
    assert there == [np.flatnonzero(x.at == f).tolist() for f in range(len(x.count))]


@pytest.mark.parametrize("seed", range(3))
def test_the_plan_that_is_kept_has_the_pairs_that_are_said(seed: int) -> None:
    """Every unit has a floor in it."""
    stock, x = begun(planted(seed), seed=seed)
    ruin_recreate.anneal(stock, x, 0.05, 2000)
    assert np.isfinite(x.sums[KEPT])
    pairs = set(zip(stock.organisation.tolist(), x.kept.tolist(), strict=True))
    assert len(pairs) == x.sums[KEPT]
    assert (x.kept >= 0).all()


def test_the_same_seed_takes_the_same_steps() -> None:
    """And another one others."""
    runs = []
    for seed in (1, 1, 2):
        stock, x = begun(planted(5), seed=seed)
        ruin_recreate.anneal(stock, x, 0.3, 50)
        runs.append(x.at.tolist())
    assert runs[0] == runs[1] != runs[2]


def test_squares_prefer_large_parts() -> None:
    """Both of A together on a floor of 20 weigh 10² + 10² + 20², apart 4 · 5² + 2 · 15²."""
    case = packing(rooms=(20, 20), bodies={"A": (5, 5)})
    assert begun(case, [0, 0])[1].sums[SQUARES] == 10**2 + 10**2 + 20**2
    assert begun(case, [0, 1])[1].sums[SQUARES] == 2 * 5**2 + 2 * 15**2


def test_floors_of_a_start_are_those_with_room_and_whole_units() -> None:
    """Unit 0 is in two pieces and unit 4 finds no room beside unit 2; the others stay."""
    case = packing(**SMALL)
    start = {(0, 0): 6, (0, 1): 6, (1, 1): 9, (2, 0): 8, (3, 2): 11, (4, 0): 14}
    assert _floors_given(case, np.arange(5), start).tolist() == [NOWHERE, 1, 0, 2, NOWHERE]


def test_a_floor_that_is_just_full_is_a_start() -> None:
    """12 and 8 desks on a floor of 20."""
    case = packing(**SMALL)
    assert _floors_given(case, np.arange(5), {(0, 0): 12, (2, 0): 8}).tolist()[::2][:2] == [0, 0]


def test_a_plan_costs_its_extra_towers() -> None:
    """A in two towers, B in three: three extra ones at 3 each."""
    case = packing(**SMALL)
    found = _found(case, np.arange(5), np.array([0, 1, 0, 1, 2]))
    assert found.total == 3 * 3
    assert found.layout == {(0, 0): 12, (1, 1): 9, (2, 0): 8, (3, 1): 11, (4, 2): 14}


@pytest.mark.parametrize("bodies", [{"A": (0, 0)}, {"A": (25, 3)}])
def test_nothing_is_yielded_where_no_plan_can_be(bodies: dict[str, tuple[int, ...]]) -> None:
    """Nobody has desks, or a unit is larger than every floor."""
    case, budget = packing(rooms=(20, 24), bodies=bodies), Budget(moves=10_000)
    assert list(pack(case, {}, rng=np.random.default_rng(0), budget=budget)) == []
    assert budget.spent == 0


def test_each_plan_has_fewer_extra_towers_and_steps_are_spent() -> None:
    """A step counts as so many moves, and looks end with the budget."""
    budget = Budget(moves=20 * LOOK * AS_MOVES)
    plans = pack(planted(3), {}, rng=np.random.default_rng(0), budget=budget)
    totals = [plan.total for plan in plans]
    assert totals == sorted(set(totals), reverse=True)
    assert budget.spent == 20 * LOOK * AS_MOVES


@pytest.mark.parametrize(
    ("more", "whole"),
    [
        ({}, True),
        ({"settings": HALVES}, False),
        ({"settings": HALVES | {"sharing": {"min_piece_desks": 8, "min_piece_share": "0"}}}, True),
        ({"rules": [("max_towers", "A", None, "1")]}, False),
        ({"rules": [("max_floors", "A", None, "1")]}, True),
        ({"rules": [("max_floors", "A", None, "2")]}, True),
        ({"settings": {"options": {"allow_unplaced": True}}}, False),
    ],
)
def test_units_stay_whole_where_nothing_can_part_them(more: dict[str, Any], whole: bool) -> None:
    """Units of 12 to 14 in pieces of 8 are one piece; rules may speak of single units' floors."""
    assert stays_whole(packing(**SMALL, **more)) is whole


def test_a_rule_keeps_a_unit_whole_that_could_be_divided() -> None:
    """Both units may be halved, and only both rules keep both whole."""
    given: dict[str, Any] = {"rooms": (20, 20), "bodies": {"A": (8, 8)}, "settings": HALVES}
    one = [("max_floors", "A0", None, "1")]
    assert not stays_whole(packing(**given, rules=one))
    assert stays_whole(packing(**given, rules=[*one, ("max_floors", "A1", None, "1")]))
    two = [("max_floors", "A", None, "2")]
    assert not stays_whole(packing(**given, rules=two))


def test_a_floor_too_small_for_a_unit_need_not_be_open_to_it() -> None:
    """A unit of 12 may be kept off a floor of 10, and not off one of 24."""
    given: dict[str, Any] = {"rooms": (10, 20, 24), "bodies": {"A": (12, 9), "B": (8,)}}
    assert is_packing(packing(**given, rules=[("never_in", "A0", "T0")]))
    assert not is_packing(packing(**given, rules=[("never_in", "A0", "T2")]))
