"""Sequences: how they are decoded, and that moves of them can be undone."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
import pytest

from allocator.scenario.types import Scenario
from allocator.search.compile import compile_case
from allocator.search.floors import sequence
from allocator.search.floors.part import Part
from allocator.search.floors.plan import FloorPlan
from allocator.search.kernels.annealing import Schedule
from allocator.search.kernels.budget import Budget
from allocator.search.scale import prices_at
from tests.builders import scenario as build
from tests.search.hot import judged, office, part_of, searched, with_trips_of_every_sort


@numba.njit  # type: ignore[untyped-decorator]
def move(name: int, order: Any, i: int, middle: int, j: int) -> None:
    """Do one of the moves of an order, as only compiled code can call them."""
    if name == 0:
        sequence.swap(order, i, j)
    elif name == 1:
        sequence.reverse(order, i, j)
    else:
        sequence.shift(order, i, middle, j)


def order_of(count: int) -> Any:
    order = sequence._order(count, 1)
    order.positions["member"] = np.arange(count)
    order.positions["breaks"] = np.arange(count) % 2
    return order


@pytest.mark.parametrize("name", [0, 1])
def test_swap_and_reverse_undo_themselves(name: int) -> None:
    """Done twice, they leave the order as it was; done once, they do not."""
    order, before = order_of(9), order_of(9).positions
    move(name, order, 2, 0, 7)
    assert (order.positions != before).any()
    move(name, order, 2, 0, 7)
    assert (order.positions == before).all()


@pytest.mark.parametrize("middle", [3, 5, 7])
def test_shift_is_undone_by_the_shift_back(middle: int) -> None:
    """What came behind goes in front again; a shift keeps both parts in their order."""
    order, before = order_of(9), order_of(9).positions
    move(2, order, 2, middle, 7)
    expected = [0, 1, *range(middle, 8), *range(2, middle), 8]
    assert order.positions["member"].tolist() == expected
    move(2, order, 2, 2 + 8 - middle, 7)
    assert (order.positions == before).all()


def laid_out(heads: list[int], floors: list[int], least: int) -> list[dict[int, int]]:
    """Return desks by floor of units that are decoded as they come, in one tower."""
    case = compile_case(
        build(
            floors=[(f"A{i}", "A", i, desks) for i, desks in enumerate(floors)],
            headcounts=[(f"u{i}", desks, "O") for i, desks in enumerate(heads)],
            settings={"sharing": {"min_piece_desks": least}},
        )
    )
    plan = FloorPlan(case)
    arriving = {u: int(case.demand[u]) for u in case.units}
    part = Part(plan, [0], (), prices_at(case, 1.0), np.random.default_rng(0), arriving)
    part.search_sequence(Schedule(1.0, 1.0, 1), Budget(moves=0))
    part.put_back()
    return plan.pieces


def test_unit_is_split_where_a_floor_ends() -> None:
    """Of 8 desks 4 fill the first floor, 4 go to the next."""
    assert laid_out([6, 8], [10, 10], 2) == [{0: 6}, {0: 4, 1: 4}]


def test_no_piece_is_too_small() -> None:
    """Two desks are left of the first floor; pieces are 3 at least, so the unit goes on."""
    assert laid_out([8, 8], [10, 10], 3) == [{0: 8}, {1: 8}]


def test_what_is_left_of_a_unit_is_not_too_small_either() -> None:
    """Of 8 desks 6 would fit; 5 go there, so that 3 are left for the next floor."""
    assert laid_out([4, 8], [10, 10], 3) == [{0: 4}, {0: 5, 1: 3}]


def test_large_unit_takes_as_many_floors_as_it_needs() -> None:
    """25 desks go over three floors of 10."""
    assert laid_out([25], [10, 10, 10], 2) == [{0: 10, 1: 10, 2: 5}]


@pytest.mark.parametrize(
    "scenario",
    [office(), with_trips_of_every_sort(), office(rules=[("own_floor", "O0")])],
    ids=["plain", "trips", "own floor"],
)
def test_sequence_of_a_plan_is_a_plan(scenario: Scenario) -> None:
    """From a plan, any tower searched as a sequence makes another one, not worse."""
    case = compile_case(scenario)
    start = next(searched(scenario, moves=200_000))
    plan = FloorPlan(case)
    part = part_of(plan, list(case.towers))
    part.place(start.layout)
    part.put_back()
    for tower in case.towers:
        part = part_of(plan, [tower])
        part.search_sequence(Schedule(500.0, 5.0, 3000), Budget(moves=3000))
        part.put_back()
    check = judged(scenario, case, plan.layout())
    assert check.feasible
    assert check.total <= start.total + 1e-6
