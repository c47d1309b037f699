"""Compiles what bounds need; a step of `groups.ready`, so that it takes no process of its own."""

from __future__ import annotations

from allocator.search.bounds.assignment import assignment_model
from allocator.search.bounds.contents import Contents
from allocator.search.bounds.dual import Dual
from allocator.search.kernels.tiny import tiny_case


def compile_bounds() -> None:
    """Bound a tiny case, so that every entry is compiled."""
    case = tiny_case()
    dual = Dual(assignment_model(case))
    dual.sweep(1)
    dual.climb(1)
    dual.marginals()
    Contents(case).inside([0], 0)
