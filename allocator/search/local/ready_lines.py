"""Compiles the searches for blocks in towers and for lines of units when run; see `ready`."""

from __future__ import annotations

import numba
import numpy as np
from numba import types

from allocator.search.local import blocking, lining
from allocator.search.local.board import BOARD
from allocator.search.local.line_tables import LINE
from allocator.search.local.ready import note_ready

LINES = "allocator.search.local.ready_lines"
"""This module by its name."""


def compile_all() -> None:
    """Compile all that Python calls, for what it calls it with, and say so."""
    board, line, ground = (
        numba.typeof(np.zeros(1, record)) for record in (BOARD, LINE, blocking.GROUND)
    )
    numbers = types.int64[::1]
    blocking.put_down.compile((ground,))  # type: ignore[attr-defined]
    blocking.anneal.compile((ground, numbers, numbers, types.int64))  # type: ignore[attr-defined]
    lining.survey.compile((board, line))  # type: ignore[attr-defined]
    lining.begin.compile((line,))  # type: ignore[attr-defined]
    lining.anneal.compile((line, types.int64))  # type: ignore[attr-defined]
    lining.pour_best.compile((line,))  # type: ignore[attr-defined]
    note_ready(LINES)


if __name__ == "__main__":
    compile_all()
