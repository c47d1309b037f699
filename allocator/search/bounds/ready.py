"""Compiles what bounds need, as steps of the other two parts: they take about as long then."""

from __future__ import annotations

from allocator.search.bounds.assignment import assignment_model
from allocator.search.bounds.contents import Contents
from allocator.search.bounds.dual import Dual
from allocator.search.kernels.tiny import tiny_case


def compile_dual() -> None:
    """Raise the dual of a tiny case."""
    Dual(assignment_model(tiny_case())).ascend(1)


def compile_contents() -> None:
    """Search what a unit pays in a tower."""
    Contents(tiny_case()).inside([0], 0)
