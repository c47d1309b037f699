"""Waits for jobs to be over, and for the database: one question to it for all who wait."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import suppress

from starlette.concurrency import run_in_threadpool

from api.jobs.database import DatabaseAwayError
from api.jobs.store import PING_MS, Store

LOOK_S = 0.05
READY_S = PING_MS / 1000 + 1
"""Seconds after which a database that has not taken a row is away."""


class Watch:
    """Tells when jobs are over, and whether the database is ready, to any number of tasks."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiting: Counter[str] = Counter()
        self._over: dict[str, asyncio.Event] = {}
        self._looking: asyncio.Task[None] | None = None
        self._pinging: asyncio.Task[None] | None = None

    async def ready(self) -> None:
        """Make sure that the database takes a row, and does so soon.

        Raises
        ------
        DatabaseAwayError
            If it does not.
        """
        if self._pinging is None or self._pinging.done():
            # One ping at a time: while the database hangs, questions about readiness must not fill
            # the threads.
            self._pinging = asyncio.create_task(run_in_threadpool(self._store.ping))
        try:
            # Shielded: the ping is of others as well, whose caller has not gone.
            await asyncio.wait_for(asyncio.shield(self._pinging), READY_S)
        except TimeoutError as error:
            raise DatabaseAwayError("it takes too long") from error

    async def is_over_within(self, job_id: str, seconds: float) -> bool:
        """Wait so long at most; return whether the job is over."""
        over = self._over.setdefault(job_id, asyncio.Event())
        self._waiting[job_id] += 1
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look())
        try:
            with suppress(TimeoutError):
                await asyncio.wait_for(over.wait(), seconds)
        finally:
            self._waiting[job_id] -= 1
            # Several requests may wait for one job: retries, and a page in two windows.
            if not self._waiting[job_id]:
                del self._waiting[job_id], self._over[job_id]
        return over.is_set()

    async def _look(self) -> None:
        """Ask for the states of all jobs that somebody waits for, until nobody does."""
        while self._over:
            with suppress(DatabaseAwayError):
                states = await run_in_threadpool(self._store.states, list(self._over))
                for job_id, state in states.items():
                    if state.is_over and job_id in self._over:
                        self._over[job_id].set()
            await asyncio.sleep(LOOK_S)

    async def close(self) -> None:
        """Stop looking."""
        tasks = [task for task in (self._looking, self._pinging) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
