"""The service in this process, with a planted solver or with a real pool of one process."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest
from fastapi.testclient import TestClient

from allocator.plan.types import Plan
from allocator.scenario.types import Scenario
from allocator.search.solve import SolveOptions
from api.app import create_app
from api.deps import Solver
from api.settings import ServiceSettings
from tests.api.planted import out_of_time

LIMITS = ServiceSettings(
    max_body_bytes=20_000, max_units=20, max_floors=10, max_time_limit_s=20, workers=1
)
"""Of the service under test."""


class PlantedSolver:
    """Answers at once, as if time had run out; raises what it is told to raise."""

    def __init__(self, failure: Exception | None = None) -> None:
        self._failure = failure

    async def solve(self, scenario: Scenario, options: SolveOptions) -> Plan:
        if self._failure is not None:
            raise self._failure
        return out_of_time(scenario, options)


def opening(solver: Solver) -> Callable[[ServiceSettings], AbstractAsyncContextManager[Solver]]:
    """Return what opens this solver, for `create_app`."""

    @asynccontextmanager
    async def opened(_settings: ServiceSettings) -> AsyncIterator[Solver]:
        yield solver

    return opened


def planted_client(failure: Exception | None = None) -> TestClient:
    """Return a client of a service whose solver is planted; to be entered."""
    app = create_app(LIMITS, opening(PlantedSolver(failure)))
    return TestClient(app, raise_server_exceptions=False)


@pytest.fixture(scope="session")
def planted() -> Iterator[TestClient]:
    """A client of a service that answers every order with `unknown`."""
    with planted_client() as client:
        yield client


@pytest.fixture(scope="session")
def service() -> Iterator[TestClient]:
    """A client of the service as it is, with one process that solves."""
    with TestClient(create_app(LIMITS), raise_server_exceptions=False) as client:
        yield client
