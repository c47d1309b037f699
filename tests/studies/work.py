"""Work without an answer, for processes to be ended; imports little, so that they start soon."""

from __future__ import annotations

import os
import time


def slow() -> None:
    time.sleep(60)


def large() -> int:
    held = bytearray(500_000_000)
    time.sleep(60)
    return len(held)


def wrong() -> None:
    raise ValueError("planted")


def dead() -> None:
    os._exit(7)
