"""What becomes of an order whose client behaves badly."""

from __future__ import annotations

import asyncio
import json

import pytest

from allocator.plan.types import Plan
from allocator.scenario.types import Scenario
from allocator.search.solve import SolveOptions
from api.app import CLIENT_GONE, create_app
from api.deps import Solver
from api.examples import SMALLEST
from tests.api.asgi import Client
from tests.api.conftest import LIMITS, PlantedSolver, opening

ORDER = json.dumps(SMALLEST).encode()


class Patient:
    """Solves until it is cancelled."""

    def __init__(self) -> None:
        self.began = asyncio.Event()
        self.cancelled = False

    async def solve(self, scenario: Scenario, options: SolveOptions) -> Plan:
        self.began.set()
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            self.cancelled = True
            raise
        raise AssertionError("nobody cancelled it")


async def post(client: Client, solver: Solver) -> None:
    app = create_app(LIMITS, opening(solver))
    async with app.router.lifespan_context(app):
        await client.post(app)


def test_client_that_goes_away_cancels_its_solve() -> None:
    """Once the connection is closed the solve is cancelled, and nobody is answered a plan."""

    async def story() -> tuple[bool, int | None]:
        client, solver = Client([ORDER]), Patient()
        request = asyncio.ensure_future(post(client, solver))
        await solver.began.wait()
        client.leaves.set()
        await request
        return solver.cancelled, client.status

    assert asyncio.run(story()) == (True, CLIENT_GONE)


@pytest.mark.parametrize("pieces", [[ORDER[:50], ORDER[50:]], [b" "] * 9 + [ORDER]])
def test_body_may_come_in_pieces(pieces: list[bytes]) -> None:
    """An order is put together from however many pieces it comes in."""

    async def story() -> int | None:
        client = Client(pieces)
        await post(client, PlantedSolver())
        return client.status

    assert asyncio.run(story()) == 200


def test_body_that_is_too_large_is_not_read_to_its_end() -> None:
    """A body of unknown length is refused as soon as it is too large."""

    async def story() -> tuple[int | None, int]:
        client = Client([b" " * 1_000] * 100)
        await post(client, PlantedSolver())
        return client.status, client.taken

    assert asyncio.run(story()) == (413, 21)


def test_client_that_goes_away_while_it_sends_is_not_answered() -> None:
    """Half a body is no order, and no bug of ours."""

    async def story() -> int | None:
        client = Client([])
        client.leaves.set()
        await post(client, PlantedSolver())
        return client.status

    assert asyncio.run(story()) == CLIENT_GONE
