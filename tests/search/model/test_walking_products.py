"""Walking in the model: exact where that is asked for, and never too high where it is not."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from ortools.sat.python import cp_model

from allocator.search.case import Case, Layout
from allocator.search.compile import compile_case
from allocator.search.model.variables import Pieces
from allocator.search.model.walking_products import WalkingForm, products_in, walking_cost
from allocator.search.walking_time import WalkingTime
from tests.builders import scenario

FINE = 1000.0
"""Parts of a person-minute."""
WHOLE = {(0, 0): 8, (1, 1): 4, (2, 2): 4}
SPLIT = {(0, 0): 6, (0, 1): 2, (1, 1): 4, (2, 2): 4}
BOTH_SPLIT = {(0, 0): 6, (0, 1): 2, (1, 1): 2, (1, 2): 2, (2, 3): 4}


def office() -> Case:
    """Three units that visit one another, on four floors of two towers."""
    floors = [("a0", "A", 0, 9), ("a1", "A", 1, 9), ("a4", "A", 4, 9), ("b0", "B", 0, 9)]
    given = scenario(
        floors=floors,
        headcounts=[("u", 8, "P"), ("v", 4, "P"), ("w", 4, "Q")],
        affinities=[("u", "v", 9.0), ("u", "w", 5.0)],
        settings={"sharing": {"min_piece_desks": 1, "min_piece_share": "0"}},
    )
    return compile_case(given)


def walked(case: Case, layout: Layout, *, exact: bool, products: int = 1000) -> float:
    """Return what the model says of walking, at the least, with all pieces as in a layout."""
    model = cp_model.CpModel()
    pieces = Pieces(model, case, list(product(case.units, case.floors)), {}, may_be_short=False)
    form = WalkingForm(products, exact=exact)
    cost = walking_cost(pieces, WalkingTime(case), layout, form)
    for cell in product(case.units, case.floors):
        model.add(pieces.at(*cell) == layout.get(cell, 0))
    model.minimize(cost.scaled(FINE))
    solver = cp_model.CpSolver()
    assert solver.solve(model) == cp_model.OPTIMAL
    return solver.objective_value / FINE


@pytest.mark.parametrize("layout", [WHOLE, SPLIT])
@pytest.mark.parametrize("exact", [True, False])
def test_it_is_exact_as_soon_as_one_of_two_is_on_one_floor(layout: Layout, exact: bool) -> None:
    """The minutes of the model are those of the layout, but for rounding down."""
    case = office()
    found, right = walked(case, layout, exact=exact), WalkingTime(case).minutes(layout)
    assert right - 0.5 <= found <= right + 1e-6


def test_of_two_split_units_only_the_exact_form_knows_all() -> None:
    """A transport between the parts of two units is never more than what they walk."""
    case = office()
    right = WalkingTime(case).minutes(BOTH_SPLIT)
    assert walked(case, BOTH_SPLIT, exact=True) == pytest.approx(right, abs=0.5)
    assert walked(case, BOTH_SPLIT, exact=False) <= right + 1e-6


def test_products_are_counted_by_floors_of_pairs() -> None:
    """Two pairs of units with trips, of two and three and of two and one floors: 8 products.

    The units of one organisation and those with an affinity walk to one another; v and w do not.
    """
    assert products_in(WalkingTime(office()), np.array([2, 3, 1])) == 2 * 3 + 2 * 1
