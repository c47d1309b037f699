"""Waits for jobs to be over: one question to the database for all who wait."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import suppress

from starlette.concurrency import run_in_threadpool

from api.jobs.store import DatabaseAwayError, Store

LOOK_S = 0.05


class Watch:
    """Tells when jobs are over, to any number of tasks of one event loop."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiting: Counter[str] = Counter()
        self._over: dict[str, asyncio.Event] = {}
        self._looking: asyncio.Task[None] | None = None

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
            if not self._waiting[job_id]:
                del self._waiting[job_id], self._over[job_id]
        return over.is_set()

    async def _look(self) -> None:
        while self._over:
            with suppress(DatabaseAwayError):
                states = await run_in_threadpool(self._store.states, list(self._over))
                for job_id, state in states.items():
                    if state.is_over and job_id in self._over:
                        self._over[job_id].set()
            await asyncio.sleep(LOOK_S)

    async def close(self) -> None:
        """Stop looking."""
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)
