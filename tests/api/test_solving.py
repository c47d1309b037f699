"""Solves in processes: who may wait, what ends them, and what is said then."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from allocator.errors import SolveFailedError
from allocator.plan.types import Plan, Status
from allocator.search.solve import SolveOptions
from allocator.studies import pool
from allocator.studies.pool import Limits, Pool
from api.problems import Busy, OutOfMemory
from api.solving import PoolSolver
from tests.api import planted
from tests.builders import scenario

OFFICE = scenario()
AT_ONCE, NEVER = SolveOptions(seed=0, time_limit_s=5), SolveOptions(seed=1, time_limit_s=5)
Story = Callable[[PoolSolver], Awaitable[object]]


def told(
    solver: pool.Solver, story: Story, *, most: int = 1, limits: Limits | None = None
) -> None:
    """Let a story happen to a solver with one process."""

    async def begin() -> None:
        await story(PoolSolver(processes, most))

    with Pool(1, limits, solver) as processes:
        asyncio.run(begin())


async def until_free(solver: PoolSolver) -> Plan:
    """Return the plan of an order that is given again and again until it is taken."""
    while True:
        try:
            return await solver.solve(OFFICE, AT_ONCE)
        except Busy:
            await asyncio.sleep(0.01)


def test_solve_that_is_cancelled_ends_with_its_process() -> None:
    """A search that does not even listen is ended, and another process takes its place."""

    async def story(solver: PoolSolver) -> None:
        first = await solver.solve(OFFICE, AT_ONCE)
        endless = asyncio.ensure_future(solver.solve(OFFICE, NEVER))
        await asyncio.sleep(0.3)
        endless.cancel()
        last = await until_free(solver)
        assert endless.cancelled()
        assert first.run.seed != last.run.seed

    told(planted.endless, story)


def test_more_than_may_wait_are_sent_away_with_a_time_to_return() -> None:
    """With one process and one that may wait, the third is told to try again later."""

    async def story(solver: PoolSolver) -> None:
        two = [asyncio.ensure_future(solver.solve(OFFICE, NEVER)) for _ in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(Busy) as refused:
            await solver.solve(OFFICE, AT_ONCE)
        assert int((refused.value.headers or {})["Retry-After"]) > 0
        for each in two:
            each.cancel()

    told(planted.endless, story, most=2)


def test_one_who_waits_and_leaves_makes_room() -> None:
    """A solve that is cancelled before it began frees its place at once."""

    async def story(solver: PoolSolver) -> None:
        running, waiting = (asyncio.ensure_future(solver.solve(OFFICE, NEVER)) for _ in "ab")
        await asyncio.sleep(0.3)
        waiting.cancel()
        await asyncio.sleep(0.1)
        last = asyncio.ensure_future(solver.solve(OFFICE, AT_ONCE))
        running.cancel()
        assert (await last).status is Status.UNKNOWN

    told(planted.endless, story, most=2)


def test_solve_that_takes_too_much_memory_is_ended() -> None:
    """Too much memory is a problem of its own that says how much is allowed."""

    async def story(solver: PoolSolver) -> None:
        with pytest.raises(OutOfMemory) as refused:
            await solver.solve(OFFICE, AT_ONCE)
        assert "400 MB are allowed" in str(refused.value.detail)

    told(planted.hungry, story, limits=Limits(memory_mb=400))


def test_solve_that_will_not_end_fails_after_a_grace() -> None:
    """A search that overruns its time limit is ended: a bug of ours, and told as one."""

    async def story(solver: PoolSolver) -> None:
        with pytest.raises(SolveFailedError, match="after it should have stopped"):
            await solver.solve(OFFICE, SolveOptions(seed=1, time_limit_s=0.1))

    told(planted.endless, story, limits=Limits(grace_s=0.2))
