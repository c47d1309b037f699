"""How much a caller may ask: requests a minute, streams at a time, jobs that wait or run."""

from __future__ import annotations

import asyncio
import time
from collections import Counter

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

from allocator.words import counted
from api.jobs.store import Admits
from api.problems import Busy, TooMany, later
from api.settings import ServiceSettings

RETRY_S = 5
TURN_S = 30.0
"""Seconds that a caller's requests wait for each other before they are sent away."""


class RequestRate:
    """Requests a minute of each caller, counted in this process.

    The window slides, so that no burst passes where two minutes meet.
    """

    def __init__(self, settings: ServiceSettings) -> None:
        self._most = RateLimitItemPerMinute(settings.requests_a_minute)
        self._counter = SlidingWindowCounterRateLimiter(MemoryStorage())

    def count(self, caller: str) -> None:
        """Count a request.

        Raises
        ------
        TooMany
            If there were as many in the last minute as may be.
        """
        if self._counter.hit(self._most, caller):
            return
        again_s = self._counter.get_window_stats(self._most, caller).reset_time - time.time()
        raise later(TooMany, f"at most {self._most.amount} requests a minute", again_s)


class Turns:
    """So many things of each caller at a time; what more it asks for waits its turn.

    A turn that does not come within `TURN_S` seconds is refused with 429.

    Parameters
    ----------
    most
        How many turns each caller has at a time.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._turns: dict[str, asyncio.Semaphore] = {}
        self._asking: Counter[str] = Counter()

    async def take(self, caller: str) -> None:
        """Wait for a turn, which is to be given back.

        Raises
        ------
        TooMany
            If none comes.
        """
        # A semaphore is made with a caller's first request and removed with its last. Callers come
        # and go for months, and a dictionary that only grows would be a leak.
        turns = self._turns.setdefault(caller, asyncio.Semaphore(self._most))
        self._asking[caller] += 1
        try:
            async with asyncio.timeout(TURN_S):
                await turns.acquire()
        except BaseException as error:
            self._forget(caller)
            if isinstance(error, TimeoutError):
                raise later(TooMany, "wait for the answers to others", RETRY_S) from error
            raise

    def give_back(self, caller: str) -> None:
        """Let the caller's next one begin."""
        self._turns[caller].release()
        self._forget(caller)

    def _forget(self, caller: str) -> None:
        """Count one fewer that waits or has a turn; forget a caller who has none."""
        self._asking[caller] -= 1
        if not self._asking[caller]:
            del self._asking[caller], self._turns[caller]


class Streams:
    """Streams of events that each caller has open at this process."""

    def __init__(self, settings: ServiceSettings) -> None:
        self._most = settings.streams_a_key
        self._open: Counter[str] = Counter()

    def open(self, caller: str) -> None:
        """Count a stream.

        Raises
        ------
        TooMany
            If as many are open as may be.
        """
        if self._open[caller] >= self._most:
            raise later(TooMany, f"at most {self._most} streams at a time", RETRY_S)
        self._open[caller] += 1

    def close(self, caller: str) -> None:
        """Count a stream that is over."""
        self._open[caller] -= 1
        if not self._open[caller]:
            del self._open[caller]


def room_for_a_job(settings: ServiceSettings) -> Admits:
    """Return what makes sure that a caller may hand in another job, children counted.

    It raises `TooMany` if the caller has as many as one may have, `Busy` if there are as many in
    all as there may be.
    """

    def admits(mine: int, all_jobs: int) -> None:
        # The caller's own limit comes first: it is the one that the caller can do something about.
        if mine >= settings.jobs_a_key:
            most = f"at most {counted(settings.jobs_a_key, 'job')} at a time"
            raise later(TooMany, most, RETRY_S)
        if all_jobs >= settings.queued_jobs:
            raise later(Busy, "try again later", RETRY_S)

    return admits
