"""Compiles the search for desks on floors and in towers; see `ready`."""

from __future__ import annotations

from functools import partial

import numba
import numpy as np
from numba import types

from allocator.search.local import anneal
from allocator.search.local.board import BOARD
from allocator.search.local.ready import FLOORS, compile_steps


def compile_all() -> None:
    """Compile all that Python calls, for what it calls it with."""
    board, numbers = numba.typeof(np.zeros(1, BOARD)), types.int64[::1]
    called = {
        anneal.load: (board, types.int64[:, ::1]),
        anneal.remove: (board, numbers),
        anneal.anneal: (board, numbers, numbers, numbers, types.float64, types.int64),
    }
    compile_steps(FLOORS, [partial(f.compile, kinds) for f, kinds in called.items()])  # type: ignore[attr-defined]
