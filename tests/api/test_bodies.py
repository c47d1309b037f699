"""Bodies that are too large or too slow, callers that go away, and callers that flood."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.types import Message, Receive, Scope, Send

from allocator.search.progress import OnProgress
from allocator.studies.pool import Job, PoolHere, Work
from api import limits as api_limits
from api import request_workers
from api.bodies import BoundedBodies
from api.limits import Turns
from api.problems import ContentTooLarge, TooMany, TooSlow
from api.request_workers import RequestWorkers
from tests.api.conftest import limits

MOST = 10
Answer = Callable[[Request], Awaitable[Response]]


class Caller:
    """A caller that sends some pieces, and goes away or stays."""

    def __init__(self, *pieces: bytes, goes: bool = False) -> None:
        self._pieces = list(pieces)
        self._goes = goes
        self.heard: list[Message] = []

    async def receive(self) -> Message:
        """Return the next piece."""
        if self._pieces:
            piece = self._pieces.pop(0)
            return {"type": "http.request", "body": piece, "more_body": bool(self._pieces)}
        if not self._goes:
            await asyncio.sleep(30)
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        """Hear a piece of the answer."""
        self.heard.append(message)

    async def ask(self, answer: Answer) -> None:
        """Send a request to a route."""

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            await (await answer(Request(scope, receive)))(scope, receive, send)

        scope = {"type": "http", "method": "POST", "headers": [], "asgi": {"spec_version": "2.3"}}
        bounded = BoundedBodies(app, MOST)
        await asyncio.wait_for(bounded(scope, self.receive, self.send), timeout=10)


async def echo(request: Request) -> Response:
    """Answer with the body."""
    return PlainTextResponse(await request.body())


def test_body_of_the_most_bytes_is_handed_on() -> None:
    """A body just inside the limit arrives whole, in whatever pieces it comes."""
    caller = Caller(b"12345", b"67890")
    asyncio.run(caller.ask(echo))
    assert caller.heard[1]["body"] == b"1234567890"


def test_byte_beyond_is_refused() -> None:
    """A body just outside the limit is refused where it is read."""
    with pytest.raises(ContentTooLarge):
        asyncio.run(Caller(b"12345", b"678901").ask(echo))


def test_body_that_does_not_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A body of which a piece is awaited too long is refused."""
    monkeypatch.setattr("api.bodies.SENDING_S", 0.1)
    unfinished = Caller(b"1", b"")
    unfinished._pieces = [b"1", b"2", b"3"]

    async def ends_never() -> Message:
        await asyncio.sleep(0.06)
        return {"type": "http.request", "body": b"", "more_body": True}

    unfinished.receive = ends_never  # type: ignore[method-assign]
    with pytest.raises(TooSlow):
        asyncio.run(unfinished.ask(echo))


def test_request_ends_when_its_caller_has_gone() -> None:
    """What waits for something is cancelled, and nobody is answered."""
    ended: list[str] = []

    async def waits(request: Request) -> Response:
        try:
            await request.body()
            await asyncio.sleep(30)
        except asyncio.CancelledError:
            ended.append("cancelled")
            raise
        raise AssertionError

    caller = Caller(b"1", goes=True)
    asyncio.run(caller.ask(waits))
    assert (ended, caller.heard) == (["cancelled"], [])


def test_stream_ends_when_its_caller_has_gone() -> None:
    """A stream is let go of, also where a body that nobody reads had been announced."""

    async def events() -> Any:
        while True:
            yield "tick"
            await asyncio.sleep(0.01)

    async def stream(_request: Request) -> Response:
        return StreamingResponse(events())

    asyncio.run(Caller(b"1", b"2", b"3", b"4", goes=True).ask(stream))


@dataclass(frozen=True)
class Nap:
    """Work that takes its time."""

    seconds: float
    time_limit_s: float = 20.0

    def run(self, *_: object) -> float:
        """Return for how long it slept."""
        time.sleep(self.seconds)
        return self.seconds


def test_stranger_does_not_wait_for_a_flood(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While one caller's work fills all the processes it may have, another's is done at once."""
    monkeypatch.setattr(request_workers, "PROCESSES_A_CALLER", 1)
    monkeypatch.setattr(request_workers, "PROCESSES", 2)
    workers = RequestWorkers(limits(tmp_path))

    async def flood() -> float:
        await workers.warm_up(Nap(0))
        many = [asyncio.create_task(workers.do(Nap(10), "flood")) for _ in range(4)]
        await asyncio.sleep(0.2)
        began = time.monotonic()
        await workers.do(Nap(0), "stranger")
        took = time.monotonic() - began
        for one in many:
            one.cancel()
        await asyncio.gather(*many, return_exceptions=True)
        return took

    try:
        assert asyncio.run(flood()) < 8
    finally:
        workers.close()


class Counted(PoolHere):
    """A process that counts what it was asked."""

    asked = 0

    def submit(self, task: Work, on_progress: OnProgress | None = None) -> Job:
        """Do a task at once."""
        self.asked += 1
        return super().submit(task, on_progress)


def test_what_a_process_has_at_hand_is_asked_of_it_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Requests one after another are all done by one process, though others are idle."""
    processes = [Counted() for _ in range(request_workers.PROCESSES_A_CALLER)]
    monkeypatch.setattr(request_workers, "PROCESSES", len(processes))
    monkeypatch.setattr(request_workers, "Pool", lambda *_: processes.pop())
    workers = RequestWorkers(limits(tmp_path))
    started = [*processes]

    async def several() -> None:
        for _ in range(4):
            await workers.do(Nap(0), "caller")

    asyncio.run(several())
    assert sorted(each.asked for each in started) == [0, 4]


def test_turn_that_does_not_come_is_429(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who waits for its own requests too long is sent away, and leaves no trace."""
    monkeypatch.setattr(api_limits, "TURN_S", 0.05)

    async def ask() -> Turns:
        turns = Turns(1)
        await turns.take("one")
        with pytest.raises(TooMany):
            await turns.take("one")
        await turns.take("other")
        turns.give_back("other")
        turns.give_back("one")
        return turns

    assert not asyncio.run(ask())._turns


def test_key_of_any_size_is_refused(idle: TestClient) -> None:
    """A form with a key, which anybody may send, is short; what follows is not taken in."""
    form = {"content-type": "application/x-www-form-urlencoded"}
    answer = idle.post("/page/key", content=b"key=" + b"x" * 2_000, headers=form)
    assert answer.status_code == 413
