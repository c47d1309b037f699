"""Request workers: processes that read bodies, check plans and draw, as `request_tasks` has it.

A body that hangs or fills a process costs that process, and its request, alone. Each caller has
only some of the processes at a time, so that nobody waits behind all that another one sends.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, NoReturn

from allocator.errors import InputError, OutOfMemoryError, SolveFailedError
from allocator.studies.pool import Limits, Pool, Work
from api.bodies import Body
from api.limits import Turns
from api.problems import ContentTooLarge, MalformedJson, listed
from api.request_tasks import Malformed, Reading
from api.requests import CHECK, Content, ParsedRequest
from api.settings import ServiceSettings

PROCESSES = 3
PROCESSES_A_CALLER = 2
"""Processes that work for one caller at a time; fewer than there are."""
BODIES_A_CALLER = 6
"""Bodies of one caller that come, wait or are read at a time."""
GONE_S = 1.0
"""Seconds that a process may go on with what nobody waits for any more."""
MEMORY_MB = 1500.0


def no_solver(*_: object, **__: object) -> NoReturn:
    """Refuse to solve."""
    raise NotImplementedError("a request worker does not solve")


class RequestWorkers:
    """The request workers of one service; started when they are first needed, unless before."""

    def __init__(self, settings: ServiceSettings) -> None:
        self._settings = settings
        self._all: list[Pool] = []
        self._idle: list[Pool] = []
        """Processes with nothing to do, the last one to finish at the end: it is asked first, as
        it has at hand what was asked about just now."""
        self._any_idle = asyncio.Semaphore(PROCESSES)
        self._bodies = Turns(BODIES_A_CALLER)
        self._processes = Turns(PROCESSES_A_CALLER)

    def start(self) -> list[Pool]:
        """Start the processes, if they have not been."""
        if not self._all:
            memory_mb = min(MEMORY_MB, self._settings.memory_limit_mb)
            limits = Limits(grace_s=1.0, memory_mb=memory_mb)
            self._all = [Pool(1, limits, no_solver) for _ in range(PROCESSES)]
            self._idle = list(self._all)
        return self._all

    async def read(self, kind: str, body: Body) -> ParsedRequest:
        """Return what a body asks for.

        Raises
        ------
        MalformedJson, InputError, ContentTooLarge
            If it cannot be read.
        """
        parsed: ParsedRequest = await self._read(kind, body)
        return parsed

    async def check(self, body: Body) -> dict[str, Any]:
        """Return the verdict on the placements in a body, or raise as `read` does."""
        found: dict[str, Any] = await self._read(CHECK, body)
        return found

    async def _read(self, kind: str, body: Body) -> Any:
        """Return what is read of a body in a process, or raise as `read` does."""
        found = await self.do_with(body, lambda content: Reading(kind, content, self._settings))
        if isinstance(found, Malformed):
            raise MalformedJson(str(InputError(found.problems)), errors=listed(found.problems))
        return found

    async def do_with(self, body: Body, work: Callable[[Content], Work]) -> Any:
        """Return what a request worker makes of a body, which is taken in now."""
        await self._bodies.take(body.caller)
        try:
            return await self.do(work(await body.content()), body.caller)
        finally:
            self._bodies.give_back(body.caller)

    async def warm_up(self, work: Work) -> None:
        """Let every process do some work, whatever comes of it, before anybody asks for any."""
        jobs = [process.submit(work) for process in self.start()]
        await asyncio.gather(
            *(asyncio.wrap_future(job.future) for job in jobs), return_exceptions=True
        )

    async def do(self, work: Work, caller: str) -> Any:
        """Return what a request worker makes of some work.

        Raises
        ------
        TooMany
            If the caller has had too much under way for too long.
        ContentTooLarge
            If it needs too much memory or time.
        """
        await self._processes.take(caller)
        try:
            await self._any_idle.acquire()
        except BaseException:
            self._processes.give_back(caller)
            raise
        self.start()
        # An idle process is taken only after the semaphore: then there is one, whoever waits
        # beside.
        loop, process = asyncio.get_running_loop(), self._idle.pop()
        job = process.submit(work)
        job.future.add_done_callback(
            lambda done: loop.call_soon_threadsafe(self._give_back, process, caller, done)
        )
        try:
            return await asyncio.wrap_future(job.future)
        except asyncio.CancelledError:  # what is nearly done may end: a process costs more
            loop.call_later(GONE_S, job.abandon)
            raise
        except OutOfMemoryError as error:
            raise ContentTooLarge("it needs too much memory to read") from error
        except SolveFailedError as error:
            if "should have stopped" in str(error):
                raise ContentTooLarge("it takes too long to read") from error
            raise

    def _give_back(self, process: Pool, caller: str, done: Future[Any]) -> None:
        """Let others have a process that is done, in the event loop's thread."""
        # A process that died or was ended is begun anew and has nothing at hand, so it goes to the
        # back.
        starts_anew = not done.cancelled() and isinstance(done.exception(), SolveFailedError)
        self._idle.insert(0 if starts_anew else len(self._idle), process)
        self._any_idle.release()
        self._processes.give_back(caller)

    def close(self) -> None:
        """End the processes."""
        for process in self._all:
            process.close()
