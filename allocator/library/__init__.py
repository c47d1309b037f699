"""The functions of ``import allocator``: a thin face over the checker, the search and the studies.

They settle the last wave, take plans as tables of any kind, and turn what was given wrongly into
`InputError`. Nothing is worked out here, and nothing heavy imported before it is needed.
"""

from __future__ import annotations

from allocator.library.changes import moves, relocate, restack, rotas, sensitivity, waves
from allocator.library.plans import check, compare, explain, read, solve, tightest

__all__ = [
    "check",
    "compare",
    "explain",
    "moves",
    "read",
    "relocate",
    "restack",
    "rotas",
    "sensitivity",
    "solve",
    "tightest",
    "waves",
]
