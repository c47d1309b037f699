"""Who moves when: units, staff and families, and what desks and flats allow.

Counting is exact and takes no time (`counting`); plans are found for what counting leaves open
(`run`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allocator.studies.relocate.counting import (
    Binds,
    Combination,
    Counted,
    Names,
    combinations,
    largest_remainder,
)

if TYPE_CHECKING:
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


def __getattr__(name: str) -> Any:
    """Import what solves when it is asked for: the search is slow to import.

    So commands that only read or print start at once.
    """
    if name in __all__:
        from allocator.studies.relocate import run  # noqa: PLC0415

        return getattr(run, name)
    raise AttributeError(name)
