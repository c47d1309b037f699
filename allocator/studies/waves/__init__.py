"""Waves: who comes when and where they sit, planned together."""

from __future__ import annotations

from allocator.studies.waves.files import document, plans_of, rows, write_waves
from allocator.studies.waves.run import WavesFound, WavesProgress, at_most_s, plan_waves

__all__ = [
    "WavesFound",
    "WavesProgress",
    "at_most_s",
    "document",
    "plan_waves",
    "plans_of",
    "rows",
    "write_waves",
]
