"""Limits where most of a plan is fixed: what a free piece may still do beside it."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from ortools.sat.python import cp_model

from allocator.search.case import Layout
from allocator.search.compile import compile_case
from allocator.search.model.rules import _and_not, levels_used, load, post_all
from allocator.search.model.variables import Pieces
from tests.builders import scenario

FLOORS = [("a0", "A", 0, 20), ("a1", "A", 1, 20), ("a2", "A", 2, 20), ("b0", "B", 0, 20)]
UNITS = [("u", 4, "P"), ("v", 4, "P"), ("w", 4, "Q")]
U, V, W = range(3)


def pieces_of(free: list[int], fixed: Layout, **tables: Any) -> Pieces:
    """Some units free on all floors, all others fixed; nothing is posted yet."""
    usual = {"floors": FLOORS, "headcounts": UNITS}
    sharing = {"min_piece_desks": 1, "min_piece_share": "0"}
    case = compile_case(scenario(**(usual | tables), settings={"sharing": sharing}))
    cells = product(free, case.floors)
    return Pieces(cp_model.CpModel(), case, cells, fixed, may_be_short=False)


def where(free: int, fixed: Layout, *rules: tuple[Any, ...], **tables: Any) -> set[int]:
    """The floors on which all of a unit may be, everything posted."""
    found = set()
    for f in range(len(FLOORS)):
        pieces = pieces_of([free], fixed, rules=list(rules), **tables)
        post_all(pieces)
        pieces.model.add(pieces.at(free, f) == int(pieces.case.demand[free]))
        if cp_model.CpSolver().solve(pieces.model) == cp_model.OPTIMAL:
            found.add(f)
    return found


BESIDE = {(V, 1): 4, (W, 3): 4}
"""v is on a1, and w on b0."""


@pytest.mark.parametrize(
    ("rule", "floors"),
    [
        (None, {0, 1, 2, 3}),
        (("same_floor", "u", "v"), {1}),
        (("same_tower", "u", "v"), {0, 1, 2}),
        (("apart_floor", "u", "v"), {0, 2, 3}),
        (("apart_tower", "u", "w"), {0, 1, 2}),
        (("own_floor", "u"), {0, 1, 2}),
        (("own_floor", "w"), {0, 1, 2}),
        (("own_floor", "v"), {0, 1, 2, 3}),
        (("contiguous", "P"), {0, 1, 2, 3}),
        (("adjacent_floors", "u", "v"), {0, 1, 2}),
        (("max_towers", "P", None, "1"), {0, 1, 2}),
        (("at_least", "P", "a1", "5"), {1}),
        (("at_least", "P", "a2", "4"), {2}),
    ],
)
def test_a_free_unit_keeps_the_rules_of_fixed_ones(
    rule: tuple[Any, ...] | None, floors: set[int]
) -> None:
    """u alone is free; v is of its organisation on a1, and w of another on b0."""
    assert where(U, BESIDE, *([rule] if rule else [])) == floors


def test_levels_of_fixed_pieces_are_a_part_of_the_run() -> None:
    """v is on the lowest level of A, so that u may be there or on the next; in B it is alone."""
    assert where(U, {(V, 0): 4, (W, 3): 4}, ("contiguous", "P")) == {0, 1, 3}


def test_a_free_unit_closes_no_gap_that_fixed_ones_leave() -> None:
    """v on a0 and a2 leave a1 out: only u there makes one run of them."""
    split = {(V, 0): 2, (V, 2): 2, (W, 3): 4}
    assert where(U, split, ("contiguous", "P")) == {1}


@pytest.mark.parametrize(("desks", "floors"), [(16, {0, 1, 2, 3}), (17, {0, 2, 3})])
def test_fixed_desks_are_counted_on_their_floor(desks: int, floors: set[int]) -> None:
    """On a1 of 20 desks there is room for 4 beside 16."""
    heads = [("u", 4, "P"), ("v", desks, "P"), ("w", 4, "Q")]
    assert where(U, {(V, 1): desks, (W, 3): 4}, headcounts=heads) == floors


def test_rules_of_fixed_units_alone_are_not_posted() -> None:
    """v and w break one already, which is no affair of u."""
    assert where(U, BESIDE, ("same_tower", "v", "w")) == {0, 1, 2, 3}


def test_a_pin_that_nobody_can_keep_is_posted() -> None:
    """v may not be on a0 and must have desks there: no plan has that, wherever u is."""
    assert where(U, BESIDE, ("at_least", "v", "a0", "2"), ("never_in", "v", "a0")) == set()


def test_a_unit_fixed_in_part_places_the_rest() -> None:
    """3 of 4 desks of u are on a1, so the one that is left goes anywhere else."""
    pieces = Pieces(
        cp_model.CpModel(),
        pieces_of([U], {}).case,
        [(U, 0), (U, 2)],
        {(U, 1): 3, (V, 1): 4, (W, 3): 4},
        may_be_short=False,
    )
    post_all(pieces)
    assert pieces.target == {U: 1}
    solver = cp_model.CpSolver()
    assert solver.solve(pieces.model) == cp_model.OPTIMAL
    assert solver.value(pieces.at(U, 0) + pieces.at(U, 2)) == 1


def test_the_load_of_fixed_pieces_is_a_number() -> None:
    """8 desks of u and v on a1 are known."""
    assert load(pieces_of([], {(U, 1): 4, (V, 1): 4}), 1) == 8


def test_levels_used_are_the_lowest_first() -> None:
    """Units that are fixed on a2 and a0 use those for certain, and a1 not."""
    pieces = pieces_of([], {(U, 2): 4, (V, 0): 4})
    assert levels_used(pieces, (U, V), 0) == [True, False, True]
    assert levels_used(pieces, (U,), 1) == [False]


@pytest.mark.parametrize(
    ("now", "before", "start"),
    [(False, False, False), (False, True, False), (True, True, False), (True, False, True)],
)
def test_a_run_that_is_known_begins_where_the_level_below_is_not_used(
    now: bool, before: bool, start: bool
) -> None:
    """No variable is made for it."""
    assert _and_not(pieces_of([], {}), now, before) is start


def test_a_run_begins_for_certain_only_where_that_is_open() -> None:
    """After an open level one that is used begins a run unless the one before is used."""
    pieces = pieces_of([U], {})
    open_one, other = pieces.free_used[U, 0], pieces.free_used[U, 1]
    assert _and_not(pieces, open_one, False) is open_one
    start = _and_not(pieces, other, open_one)
    pieces.model.add(other == 1)
    pieces.model.add(open_one == 0)
    pieces.model.add(start == 0)
    assert cp_model.CpSolver().solve(pieces.model) == cp_model.INFEASIBLE
