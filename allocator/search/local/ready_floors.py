"""Compiles the search for desks on floors and in towers when it is run; see `ready`."""

from __future__ import annotations

import numba
import numpy as np
from numba import types

from allocator.search.local import anneal
from allocator.search.local.board import BOARD
from allocator.search.local.ready import note_ready

FLOORS = "allocator.search.local.ready_floors"
"""This module by its name."""


def compile_all() -> None:
    """Compile all that Python calls, for what it calls it with, and say so."""
    board, numbers = numba.typeof(np.zeros(1, BOARD)), types.int64[::1]
    anneal.load.compile((board, types.int64[:, ::1]))  # type: ignore[attr-defined]
    anneal.remove.compile((board, numbers))  # type: ignore[attr-defined]
    anneal.anneal.compile(  # type: ignore[attr-defined]
        (board, numbers, numbers, numbers, types.float64, types.int64)
    )
    note_ready(FLOORS)


if __name__ == "__main__":
    compile_all()
