"""Solves in processes of their own, for as many requests at a time as may.

The pool of processes is `allocator.studies.pool`'s; who may wait, and what is said to those who
may not, is decided here.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.concurrency import run_in_threadpool

from allocator.errors import OutOfMemoryError
from allocator.plan.types import Plan
from allocator.scenario.types import Scenario
from allocator.search.solve import SolveOptions
from allocator.studies.pool import Job, Limits, Pool, Task
from api.deps import Solver
from api.problems import Busy, OutOfMemory
from api.settings import ServiceSettings

RETRY_AFTER_S = 5


@asynccontextmanager
async def pool_solver(settings: ServiceSettings) -> AsyncIterator[Solver]:
    """Yield a solver with a warm pool of processes, which end with it."""
    limits = Limits(memory_mb=settings.memory_limit_mb)
    pool = Pool(settings.concurrent_solves, limits)
    try:
        yield PoolSolver(pool, settings.concurrent_solves + settings.waiting_requests)
    finally:
        await run_in_threadpool(pool.close)


class PoolSolver:
    """A `Solver` that hands every solve to a pool.

    Parameters
    ----------
    most
        Solves that may run or wait at a time.
    """

    def __init__(self, pool: Pool, most: int) -> None:
        self._pool = pool
        self._most = most
        self._taken = 0

    async def solve(self, scenario: Scenario, options: SolveOptions) -> Plan:
        """Return the plan, as a `Solver` does."""
        if self._taken >= self._most:
            raise Busy("try again later", headers={"Retry-After": str(RETRY_AFTER_S)})
        job = self._pool.submit(Task(scenario, options))
        self._take_place(job)
        try:
            return await asyncio.wrap_future(job.future)
        except asyncio.CancelledError:
            job.abandon()
            raise
        except OutOfMemoryError as error:
            raise OutOfMemory(str(error)) from error

    def _take_place(self, job: Job) -> None:
        """Count a job until its process is free again, which may be after its client is gone."""
        loop = asyncio.get_running_loop()
        self._taken += 1
        job.future.add_done_callback(lambda _: loop.call_soon_threadsafe(self._leave))

    def _leave(self) -> None:
        self._taken -= 1
