"""Pieces as variables: none, all of a unit, or enough to leave enough; known ones are numbers."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from ortools.sat.python import cp_model

from allocator.search.case import Case, Layout
from allocator.search.compile import compile_case
from allocator.search.model.variables import Pieces
from tests.builders import scenario


def case_of(*people: int, floors: int = 3, desks: int = 40, **sharing: Any) -> Case:
    """Return units of one organisation on floors that are alike."""
    given = {"min_piece_desks": 4, "min_piece_share": "0"} | sharing
    return compile_case(
        scenario(
            floors=[(f"f{i}", "T", i, desks) for i in range(floors)],
            headcounts=[(f"u{i}", n, "P") for i, n in enumerate(people)],
            settings={"sharing": given},
        )
    )


def pieces(
    case: Case, *, fixed: Layout | None = None, short: bool = False, **target: Any
) -> Pieces:
    """Return the pieces of all units on all floors but those that are fixed."""
    known = fixed or {}
    free = [cell for cell in product(case.units, case.floors) if cell not in known]
    return Pieces(cp_model.CpModel(), case, free, known, may_be_short=short, **target)


def values(found: Pieces, cell: tuple[int, int]) -> set[int]:
    """Return every number of desks that a piece may have."""
    desks, seen = found.at(*cell), set()

    class Listener(cp_model.CpSolverSolutionCallback):
        def on_solution_callback(self) -> None:
            seen.add(self.value(desks))

    solver = cp_model.CpSolver()
    solver.parameters.enumerate_all_solutions = True
    solver.solve(found.model, Listener())
    return seen


def test_small_units_are_whole_or_not_there() -> None:
    """Who is too small for two pieces needs no variable for desks."""
    found = pieces(case_of(7, floors=1))
    assert found.is_whole(0)
    assert values(found, (0, 0)) == {0, 7}
    assert not found.sizes


def test_pieces_leave_enough_for_another() -> None:
    """Of ten desks with pieces of four at least, a floor has none, 4, 5, 6 or all of them."""
    assert values(pieces(case_of(10, floors=1)), (0, 0)) == {0, 4, 5, 6, 10}


def test_pieces_may_leave_any_desks_out_where_those_stay_unplaced() -> None:
    """What is short of the unit is a variable of its own then."""
    found = pieces(case_of(10, floors=1), short=True)
    assert values(found, (0, 0)) == {0, *range(4, 11)}
    assert list(found.short) == [0]


def test_pieces_are_no_larger_than_their_floor() -> None:
    """A unit that no floor holds can be on several, in part."""
    assert values(pieces(case_of(30, floors=1, desks=12)), (0, 0)) == {0, *range(4, 13)}


def test_floors_too_small_for_the_least_piece_have_none() -> None:
    """There is no variable for them."""
    found = pieces(case_of(30, floors=1, desks=3))
    assert not found.free_used
    assert found.at(0, 0) == 0


def test_known_pieces_are_numbers() -> None:
    """What is fixed is taken off the unit's demand, and is used for certain."""
    found = pieces(case_of(30), fixed={(0, 1): 12})
    assert found.at(0, 1) == 12
    assert found.floors_of(0)[1] is True
    assert not found.is_free((0, 1))
    assert (found.fixed_desks[0], found.target[0]) == (12, 18)


def test_target_may_be_given() -> None:
    """Neighbourhoods may place less than all that is left."""
    assert pieces(case_of(30), target={0: 5}).target == {0: 5}


def test_only_units_with_free_pieces_are_touched() -> None:
    """Rules about others need not be posted."""
    case = case_of(10, 10)
    found = Pieces(cp_model.CpModel(), case, [(0, 0)], {(1, 1): 10}, may_be_short=False)
    assert found.touches([0, 1])
    assert not found.touches([1])
    assert found.units_on(1) == {1: True}


@pytest.mark.parametrize(
    ("known", "expected"), [((True, False), True), ((False, False), False), ((), False)]
)
def test_what_is_known_is_folded(known: tuple[bool, ...], expected: bool) -> None:
    """No variable is made for what is certain."""
    assert pieces(case_of(10)).either(known) is expected


def test_one_open_literal_stands_for_itself() -> None:
    """Nor for one of them."""
    found = pieces(case_of(10))
    literal = found.free_used[0, 0]
    assert found.either([False, literal]) is literal


@pytest.mark.parametrize("count", [0, 1, 2])
@pytest.mark.parametrize("known", [0, 1])
def test_at_most_counts_what_is_known(count: int, known: int) -> None:
    """Open ones may make up what the known ones leave; too many known ones allow nothing."""
    found = pieces(case_of(10, floors=3, desks=10))
    open_ones = [found.free_used[0, f] for f in range(3)]
    found.at_most([*open_ones, *[True] * known], count)
    found.model.maximize(sum(open_ones))
    solver = cp_model.CpSolver()
    status = solver.solve(found.model)
    if count < known:
        assert status == cp_model.INFEASIBLE
    else:
        assert solver.objective_value == min(count - known, 3)


def test_any_used_is_asked_for_once() -> None:
    """The same units on the same floors are one variable."""
    found = pieces(case_of(10, 10))
    asked = ((0, 1), frozenset({0, 2}))
    assert found.any_used(*asked) is found.any_used(*asked)
