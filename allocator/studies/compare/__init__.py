"""Sharing ratios, schemes and scenarios side by side, each solved from its neighbour's plan."""

from __future__ import annotations

from allocator.studies.compare.cases import Case, at_ratios, cases, ratios
from allocator.studies.compare.files import FILES, document, write_comparison
from allocator.studies.compare.run import (
    ComparisonProgress,
    at_most_s,
    compare,
    groups,
    row_of,
)
from allocator.studies.compare.serving import ComparisonRow, Serving, Verdict, Window, window

__all__ = [
    "FILES",
    "Case",
    "ComparisonProgress",
    "ComparisonRow",
    "Serving",
    "Verdict",
    "Window",
    "at_most_s",
    "at_ratios",
    "cases",
    "compare",
    "document",
    "groups",
    "ratios",
    "row_of",
    "window",
    "write_comparison",
]
