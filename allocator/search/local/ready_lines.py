"""Compiles the searches for blocks in towers and for lines of units; see `ready`."""

from __future__ import annotations

from functools import partial

import numba
import numpy as np
from numba import types

from allocator.search.local import blocking, lining
from allocator.search.local.board import BOARD
from allocator.search.local.line_tables import LINE
from allocator.search.local.ready import LINES, compile_steps


def compile_all() -> None:
    """Compile all that Python calls, for what it calls it with."""
    board, line, ground = (
        numba.typeof(np.zeros(1, record)) for record in (BOARD, LINE, blocking.GROUND)
    )
    numbers = types.int64[::1]
    called = {
        blocking.put_down: (ground,),
        blocking.anneal: (ground, numbers, numbers, types.int64),
        lining.survey: (board, line),
        lining.begin: (line,),
        lining.anneal: (line, types.int64),
        lining.pour_best: (line,),
    }
    compile_steps(LINES, [partial(f.compile, kinds) for f, kinds in called.items()])  # type: ignore[attr-defined]
