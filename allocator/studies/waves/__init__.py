"""Waves: who comes when and where they sit, planned together."""

from __future__ import annotations

from allocator.studies.waves.files import document, plans_of, write_waves
from allocator.studies.waves.run import WaveRow, WavesFound, WavesProgress, at_most_s, plan_waves

__all__ = [
    "WaveRow",
    "WavesFound",
    "WavesProgress",
    "at_most_s",
    "document",
    "plan_waves",
    "plans_of",
    "write_waves",
]
