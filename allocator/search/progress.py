"""What a search says of itself while it runs, and the clock it runs by."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Progress:
    """Where a search stands.

    seconds since the process began; stage in words; total, unplaced_people, bound and gap as in
    a plan, None while there is none.
    """

    seconds: float
    stage: str
    total: float | None
    unplaced_people: float | None
    bound: float | None
    gap: float | None


OnProgress = Callable[[Progress], None]
ShouldStop = Callable[[], bool]


def process_start() -> float:
    """Return when this process began, on the clock of `time.monotonic`.

    From the kernel's count of ticks since boot where there is one, else this module's import.
    """
    try:
        with open("/proc/self/stat") as stat:
            ticks = int(stat.read().rsplit(")", 1)[1].split()[19])
        with open("/proc/uptime") as uptime:
            up = float(uptime.read().split()[0])
    except (OSError, ValueError, IndexError):
        return _IMPORTED
    return time.monotonic() - max(0.0, up - ticks / 100)


_IMPORTED = time.monotonic()
