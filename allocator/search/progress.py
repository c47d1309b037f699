"""What a search reports while it runs, and how moves count as work."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from allocator.plan.types import Pieces

MOVES_PER_S = 400_000
"""Moves of local search that count as a second of work."""


@dataclass(frozen=True)
class Progress:
    """Where a search stands.

    seconds since the time limit began; stage in words; total, unplaced_people, bound and gap as
    in a plan, None while there is none; stage_done, share 0..1 of the stage, where that is known;
    pieces of the best plan, where it is new since the last time.
    """

    seconds: float
    stage: str
    total: float | None
    unplaced_people: float | None
    bound: float | None
    gap: float | None
    stage_done: float | None = None
    pieces: Pieces | None = None


OnProgress = Callable[[Progress], None]
ShouldStop = Callable[[], bool]
