"""Compiles the searches over groups and for packings, and the dual; see `kernels.ready`."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from allocator.search.bounds.ready import compile_dual
from allocator.search.groups.alone import improve_alone
from allocator.search.improvement import Improve
from allocator.search.kernels.budget import Budget
from allocator.search.kernels.ready import GROUPS, compile_steps
from allocator.search.kernels.tiny import tiny_case
from allocator.search.special.pack import pack


def compile_all() -> None:
    """Search a tiny case for a moment, so that every part is compiled."""
    steps: list[Callable[[], None]] = [partial(_search, each) for each in (improve_alone, pack)]
    compile_steps(GROUPS, [*steps, compile_dual])


def _search(improve: Improve) -> None:
    for _ in improve(tiny_case(), {}, rng=np.random.default_rng(0), budget=Budget(moves=100)):
        pass
