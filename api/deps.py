"""What routes depend on, as named types: settings, the solver, and the order in a request."""

from __future__ import annotations

from typing import Annotated, Protocol

from fastapi import Depends, Request
from starlette.concurrency import run_in_threadpool

from allocator.plan.types import Plan
from allocator.scenario.types import Scenario
from allocator.search.solve import SolveOptions
from api.models import Order, read_order
from api.problems import ContentTooLarge, UnsupportedMediaType
from api.settings import ServiceSettings


class Solver(Protocol):
    """Whatever solves for the routes."""

    async def solve(self, scenario: Scenario, options: SolveOptions) -> Plan:
        """Return the plan; a cancelled call ends the solve.

        Raises
        ------
        Busy
            If no more requests may wait.
        OutOfMemory
            If the solve took more memory than it may.
        """


def settings_of(request: Request) -> ServiceSettings:
    """Return the settings that the app was made with."""
    settings: ServiceSettings = request.app.state.settings
    return settings


def solver_of(request: Request) -> Solver:
    """Return the solver that the app opened at start-up."""
    solver: Solver = request.app.state.solver
    return solver


Settings = Annotated[ServiceSettings, Depends(settings_of)]
SolverInUse = Annotated[Solver, Depends(solver_of)]


async def order_of(request: Request, settings: Settings) -> Order:
    """Return what the body of a request asks for."""
    media_type = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if media_type != "application/json":
        raise UnsupportedMediaType(f"expected application/json, got {media_type or 'nothing'}")
    body = await _body(request, settings.max_body_bytes)
    return await run_in_threadpool(read_order, body, settings)


async def _body(request: Request, most: int) -> bytes:
    """Return the body, of which no more is taken in than may be."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            raise ContentTooLarge(f"at most {most:,} bytes")
    return bytes(body)


OrderGiven = Annotated[Order, Depends(order_of)]
