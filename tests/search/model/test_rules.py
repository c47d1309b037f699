"""Each limit in the model: layouts just inside it can be, layouts just outside it cannot."""

from __future__ import annotations

from itertools import product

import pytest
from ortools.sat.python import cp_model

from allocator.search.case import Layout
from allocator.search.compile import compile_case
from allocator.search.model.rules import POST
from allocator.search.model.variables import Pieces
from tests.builders import scenario

FLOORS = [("a0", "A", 0, 20), ("a1", "A", 1, 20), ("a2", "A", 2, 20), ("b0", "B", 0, 20)]
UNITS = [("u", 4, "P"), ("v", 4, "P"), ("w", 4, "Q")]


def can_be(rule: tuple[str, ...], layout: Layout) -> bool:
    """Whether a layout can be where nothing but the limits of one rule is posted."""
    sharing = {"min_piece_desks": 1, "min_piece_share": "0"}
    case = compile_case(
        scenario(floors=FLOORS, headcounts=UNITS, rules=[rule], settings={"sharing": sharing})
    )
    model = cp_model.CpModel()
    pieces = Pieces(model, case, list(product(case.units, case.floors)), {}, may_be_short=False)
    for limit in case.limits:
        POST[type(limit)](pieces, limit)
    for cell in product(case.units, case.floors):
        model.add(pieces.at(*cell) == layout.get(cell, 0))
    return cp_model.CpSolver().solve(model) == cp_model.OPTIMAL


def whole(*floors: int) -> Layout:
    """Every unit with all its desks on one floor."""
    return dict.fromkeys(enumerate(floors), 4)


@pytest.mark.parametrize(
    ("rule", "inside", "outside"),
    [
        (("same_floor", "u", "w"), whole(0, 1, 0), whole(0, 1, 1)),
        (("same_tower", "u", "w"), whole(0, 3, 1), whole(0, 1, 3)),
        (("apart_floor", "P", "w"), whole(0, 1, 2), whole(0, 1, 1)),
        (("apart_tower", "P", "w"), whole(0, 1, 3), whole(0, 1, 2)),
        (("own_floor", "u"), whole(0, 0, 1), whole(0, 1, 0)),
        (("contiguous", "P"), whole(0, 1, 2), whole(0, 2, 1)),
        (("contiguous", "P"), whole(0, 3, 1), whole(2, 0, 3)),
        (("max_towers", "P", None, "1"), whole(0, 2, 3), whole(0, 3, 3)),
        (("max_floors", "u", None, "1"), whole(0, 1, 2), {**whole(0, 1, 2), (0, 0): 2, (0, 1): 2}),
        (("at_least", "P", "a0", "6"), whole(0, 0, 1), whole(0, 1, 0)),
    ],
)
def test_a_limit_lets_in_what_keeps_it_and_nothing_else(
    rule: tuple[str, ...], inside: Layout, outside: Layout
) -> None:
    """Everything else is free, so that what is refused is refused for this rule."""
    assert can_be(rule, inside)
    assert not can_be(rule, outside)
