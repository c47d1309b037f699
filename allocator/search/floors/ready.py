"""Compiles the search over floors, and contents of towers; see `kernels.ready`."""

from __future__ import annotations

from functools import partial

import numpy as np

from allocator.search.bounds.ready import compile_contents
from allocator.search.floors.part import Part
from allocator.search.floors.plan import FloorPlan
from allocator.search.kernels.ready import FLOORS, compile_steps
from allocator.search.kernels.tiny import tiny_case
from allocator.search.scale import prices_at


def compile_all() -> None:
    """Compile everything that floors need, by putting pieces on the floors of a tiny case once.

    Searching needs no second pass: placing and annealing are the same compiled function.
    """
    case = tiny_case()
    rng = np.random.default_rng(0)
    place = partial(Part, FloorPlan(case), [0], [0], prices_at(case, 1.0), rng, {0: 20})
    compile_steps(FLOORS, [place, compile_contents])
