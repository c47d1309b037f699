"""Who moves when: units, staff and families, and what desks and flats allow.

Counting is exact and takes no time (`counting`); plans are found for what counting leaves open
(`run`).
"""

from __future__ import annotations

from allocator.studies.relocate.counting import (
    Binds,
    Combination,
    Counted,
    Names,
    combinations,
    largest_remainder,
)
from allocator.studies.relocate.run import Fitted, WaveAnswer, most_s, relocate

__all__ = [
    "Binds",
    "Combination",
    "Counted",
    "Fitted",
    "Names",
    "WaveAnswer",
    "combinations",
    "largest_remainder",
    "most_s",
    "relocate",
]
