"""Each term of the model: what a layout costs by it, and that rounding only lowers it."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from ortools.sat.python import cp_model

from allocator.plan.types import TermName
from allocator.search.case import Layout
from allocator.search.compile import compile_case
from allocator.search.model.objective import TERMS, Cost, fitting_scale
from allocator.search.model.variables import Pieces
from tests.builders import scenario

FINE = 1000.0
"""Parts of a person-minute."""
FLOORS = [("a0", "A", 0, 20), ("a1", "A", 1, 20), ("a2", "A", 2, 20), ("b0", "B", 0, 20)]


def cost_of(name: TermName, layout: Layout, **tables: Any) -> float:
    """Return what a term is at the least, with the desks of all pieces as in a layout."""
    prices = {"open_desk": 2.0, "extra_gap": 50.0, "move": 2.0}
    given = {"headcounts": [("u", 16, "P"), ("v", 4, "P"), ("w", 4, "Q")]} | tables
    sharing = {"min_piece_desks": 1, "min_piece_share": "0"}
    settings = {"prices": prices, "sharing": sharing}
    case = compile_case(scenario(floors=FLOORS, settings=settings, **given))
    model = cp_model.CpModel()
    pieces = Pieces(model, case, list(product(case.units, case.floors)), {}, may_be_short=False)
    for cell in product(case.units, case.floors):
        model.add(pieces.at(*cell) == layout.get(cell, 0))
    model.minimize(TERMS[name](pieces).scaled(FINE))
    solver = cp_model.CpSolver()
    assert solver.solve(model) == cp_model.OPTIMAL
    return solver.objective_value / FINE


@pytest.mark.parametrize(
    ("layout", "cost"),
    [
        ({(0, 0): 16, (1, 0): 4, (2, 1): 4}, 0),
        ({(0, 0): 16, (1, 1): 4, (2, 1): 4}, 0),
        ({(0, 0): 16, (1, 3): 4, (2, 1): 4}, 2000),
    ],
)
def test_a_tower_beyond_the_first_has_its_price(layout: Layout, cost: float) -> None:
    """An organisation in one tower costs nothing, in two towers one price."""
    assert cost_of(TermName.EXTRA_TOWERS, layout) == pytest.approx(cost)


@pytest.mark.parametrize(
    ("layout", "cost"),
    [
        ({(0, 0): 16, (1, 0): 4, (2, 1): 4}, 0),
        ({(0, 0): 8, (0, 1): 8, (1, 0): 4, (2, 1): 4}, 200),
        ({(0, 0): 8, (0, 1): 7, (0, 3): 1, (1, 0): 4, (2, 1): 4}, 400),
    ],
)
def test_a_floor_beyond_the_first_has_its_price(layout: Layout, cost: float) -> None:
    """A unit on one floor costs nothing, on three floors two prices."""
    assert cost_of(TermName.EXTRA_FLOORS, layout) == pytest.approx(cost)


@pytest.mark.parametrize(
    ("layout", "cost"),
    [
        ({(0, 0): 16, (1, 1): 4, (2, 2): 4}, 0),
        ({(0, 0): 16, (1, 2): 4, (2, 1): 4}, 50),
        ({(0, 0): 16, (1, 3): 4, (2, 1): 4}, 0),
    ],
)
def test_a_level_left_out_has_its_price(layout: Layout, cost: float) -> None:
    """Levels between two of one organisation are gaps, whoever is there; towers have their own."""
    assert cost_of(TermName.GAPS, layout) == pytest.approx(cost)


def test_each_floor_in_use_is_opened_once() -> None:
    """Two floors of 20 desks are in use, by three units: two minutes a desk for each."""
    layout = {(0, 0): 16, (1, 0): 4, (2, 1): 4}
    assert cost_of(TermName.OPEN_FLOORS, layout) == pytest.approx(2 * 2 * 20)


def test_placement_costs_go_by_the_share_there() -> None:
    """A quarter of the unit costs a quarter; what is not placed there costs nothing."""
    layout = {(0, 0): 12, (0, 1): 4, (1, 0): 4, (2, 1): 4}
    rows = [("u", "a1", 100.0), ("v", "a1", 900.0)]
    found = cost_of(TermName.PLACEMENT_COST, layout, placement_costs=rows)
    assert found == pytest.approx(25, abs=0.1)


def test_who_stays_where_he_is_does_not_move() -> None:
    """Of 16 people 10 were here and 12 are: 6 move, at 2 minutes each."""
    layout = {(0, 0): 12, (0, 1): 4, (1, 0): 4, (2, 1): 4}
    rows = [("u", "a0", 10), ("u", "b0", 6)]
    found = cost_of(TermName.PEOPLE_MOVED, layout, current=rows)
    assert found == pytest.approx(2 * 6, abs=0.1)


def test_scaling_rounds_every_coefficient_down() -> None:
    """A sum in whole numbers is never above the sum that it stands for."""
    model = cp_model.CpModel()
    x = model.new_int_var(3, 3, "x")
    cost = Cost(0.77)
    cost.add(0.59, x)
    model.minimize(cost.scaled(10.0))
    solver = cp_model.CpSolver()
    solver.solve(model)
    assert solver.objective_value == 3 * 5 + 7


def test_a_scale_is_as_fine_as_no_sum_overflows() -> None:
    """A small sum is scaled as wanted; one of 10¹⁸ person-minutes has a coarser scale."""
    case = compile_case(scenario())
    pieces = Pieces(cp_model.CpModel(), case, [(0, 0)], {}, may_be_short=False)
    assert fitting_scale(pieces, [Cost(5.0)], 1e6) == 1e6
    assert 1e18 * fitting_scale(pieces, [Cost(1e18)], 1e6) <= 2.0**60
