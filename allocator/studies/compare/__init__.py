"""Sharing ratios, schemes and scenarios side by side, each solved from its neighbour's plan."""

from __future__ import annotations

from allocator.studies.compare.cases import Case, cases, ratios
from allocator.studies.compare.files import FILES, document, write_comparison
from allocator.studies.compare.run import Row, Standing, compare, row_of

__all__ = [
    "FILES",
    "Case",
    "Row",
    "Standing",
    "cases",
    "compare",
    "document",
    "ratios",
    "row_of",
    "write_comparison",
]
