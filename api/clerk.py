"""Clerks: processes that read bodies, check plans and draw, so that none of it can hurt the rest.

A body that hangs or fills a process costs that process, and its request, alone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

from allocator.errors import InputError, OutOfMemoryError, Problem, SolveFailedError
from allocator.studies.pool import Limits, Pool
from api import orders
from api.orders import Order, Part
from api.problems import ContentTooLarge, MalformedJson, listed
from api.settings import ServiceSettings

if TYPE_CHECKING:
    from allocator.search.progress import OnProgress, ShouldStop
    from allocator.studies.pool import Solver

CLERKS = 2
READING_S = 20.0
"""Seconds that a clerk has for one thing."""
MEMORY_MB = 1500.0


@dataclass(frozen=True)
class Malformed:
    """The answer to a body that is no JSON."""

    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class Reading:
    """A body to be read.

    Attributes
    ----------
    body
        JSON text, or the parts of a form.
    check
        Whether to check the placements that it holds, too.
    """

    kind: str
    body: bytes | tuple[Part, ...]
    limits: ServiceSettings
    time_limit_s: float = READING_S

    def run(
        self, _solver: Solver, _on_progress: OnProgress, _should_stop: ShouldStop
    ) -> Order | Malformed | dict[str, Any]:
        """Return the order, or of a plan to be checked the verdict."""
        read: Any = orders.read_json if isinstance(self.body, bytes) else orders.read_form
        try:
            order, scenario = read(self.kind, self.body, self.limits)
        except orders.MalformedError as error:
            return Malformed(error.problems)
        if self.kind != orders.CHECK:
            found: Order = order
            return found
        from api.verdict import verdict  # noqa: PLC0415 - in a process

        return verdict(order, scenario)


@dataclass(frozen=True)
class Drawing:
    """A plan to be put into a form: its scenario and itself as JSON texts."""

    form: str
    scenario: Mapping[str, Any]
    plan: str
    time_limit_s: float = READING_S

    def run(self, _solver: Solver, _on_progress: OnProgress, _should_stop: ShouldStop) -> bytes:
        """Return the content of the file."""
        from api.forms import formed  # noqa: PLC0415 - slow, and for processes only

        return formed(self.form, self.scenario, self.plan)


def nobody(*_: object, **__: object) -> NoReturn:
    """Refuse to solve: clerks do not."""
    raise NotImplementedError("a clerk does not solve")


class Clerks:
    """The clerks of one service; hired when they are first needed, unless before."""

    def __init__(self, settings: ServiceSettings) -> None:
        self._settings = settings
        self._hired: Pool | None = None

    def hire(self) -> Pool:
        """Start the processes, if they have not been."""
        if self._hired is None:
            memory_mb = min(MEMORY_MB, self._settings.memory_limit_mb)
            self._hired = Pool(CLERKS, Limits(grace_s=1.0, memory_mb=memory_mb), nobody)
        return self._hired

    async def read(self, kind: str, body: bytes | tuple[Part, ...]) -> Order:
        """Return what a body asks for.

        Raises
        ------
        MalformedJson, InputError, ContentTooLarge
            If it cannot be read.
        """
        order: Order = await self._read(kind, body)
        return order

    async def check(self, body: bytes | tuple[Part, ...]) -> dict[str, Any]:
        """Return the verdict on the placements in a body, or raise as `read` does."""
        found: dict[str, Any] = await self._read(orders.CHECK, body)
        return found

    async def _read(self, kind: str, body: bytes | tuple[Part, ...]) -> Any:
        found = await self._done(Reading(kind, body, self._settings))
        if isinstance(found, Malformed):
            raise MalformedJson(str(InputError(found.problems)), errors=listed(found.problems))
        return found

    async def draw(self, form: str, scenario: Mapping[str, Any], plan: str) -> bytes:
        """Return a plan in some form."""
        content: bytes = await self._done(Drawing(form, scenario, plan))
        return content

    async def do(self, work: Any) -> Any:
        """Return what a clerk makes of other work, such as the page's: any task of the pool."""
        return await self._done(work)

    async def _done(self, work: Reading | Drawing) -> Any:
        job = self.hire().submit(work)
        try:
            return await asyncio.wrap_future(job.future)
        except asyncio.CancelledError:
            job.abandon()
            raise
        except OutOfMemoryError as error:
            raise ContentTooLarge("it needs too much memory to read") from error
        except SolveFailedError as error:
            if "should have stopped" in str(error):
                raise ContentTooLarge("it takes too long to read") from error
            raise

    def close(self) -> None:
        """Let all clerks go."""
        if self._hired is not None:
            self._hired.close()
