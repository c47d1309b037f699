"""Compiles the search over floors; see `kernels.ready`."""

from __future__ import annotations

import numpy as np

from allocator.search.floors.part import Part
from allocator.search.floors.plan import FloorPlan
from allocator.search.kernels.ready import FLOORS, compile_steps
from allocator.search.kernels.tiny import tiny_case
from allocator.search.scale import prices_at


def compile_all() -> None:
    """Put pieces on floors, which takes the one function that there is."""
    case = tiny_case()
    rng = np.random.default_rng(0)
    compile_steps(
        FLOORS, [lambda: Part(FloorPlan(case), [0], [0], prices_at(case, 1.0), rng, {0: 20})]
    )
