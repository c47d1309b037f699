"""Transfers: desks of a unit between floors, and back."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
import pytest

from allocator.search.compile import compile_case
from allocator.search.floors import transfers
from allocator.search.floors.setup import _pieces
from tests.search.hot import heated, office


@numba.njit  # type: ignore[untyped-decorator]
def transfer(of: Any, f: int, g: int, desks: int) -> None:
    """Transfer desks of the first member, as only compiled code can."""
    transfers.transfer(of, 0, f, g, desks)


def pieces(*rows: tuple[int, int]) -> Any:
    found = _pieces(1, 4)
    found.many[0] = len(rows)
    for k, row in enumerate(rows):
        found.row[0, k] = row
    return found


def read(of: Any) -> set[tuple[int, int]]:
    return {tuple(row) for row in of.row[0, : of.many[0]].tolist()}


@pytest.mark.parametrize(
    ("f", "g", "desks", "after"),
    [
        (0, 1, 5, {(1, 5), (2, 7)}),
        (0, 1, 2, {(0, 3), (1, 2), (2, 7)}),
        (0, 2, 5, {(2, 12)}),
        (2, 0, 3, {(0, 8), (2, 4)}),
        (0, -1, 5, {(2, 7)}),
        (-1, 3, 4, {(0, 5), (2, 7), (3, 4)}),
    ],
)
def test_transfer_is_undone_by_the_transfer_back(
    f: int, g: int, desks: int, after: set[tuple[int, int]]
) -> None:
    """A piece goes whole or in part, joins another, leaves or comes; the way back undoes it."""
    of = pieces((0, 5), (2, 7))
    transfer(of, f, g, desks)
    assert read(of) == after
    transfer(of, g, f, desks)
    assert read(of) == {(0, 5), (2, 7)}


@pytest.mark.parametrize("seed", range(5))
def test_no_piece_is_too_small_or_where_it_may_not_be(seed: int) -> None:
    """However hot it is, pieces are as large as they must be, and where units are allowed."""
    case = compile_case(office(rules=[("never_in", "O1", "B")]))
    layout = heated(case, seed).layout()
    assert layout
    assert all(n >= case.least[u] for (u, _), n in layout.items())
    assert all(case.allowed[cell] for cell in layout)
    placed = np.zeros(len(case.unit_ids), np.int64)
    for (u, _), n in layout.items():
        placed[u] += n
    assert (placed <= case.demand).all()
