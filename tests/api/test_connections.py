"""Connections that idle, that are very many, or that are kept alive."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress

import httpx2 as httpx
import pytest
from fastapi import FastAPI

from api import connections
from api.connections import GuardedProtocol
from api.routes.health import healthz
from tests.api.live import served

HEALTH = b"GET /healthz HTTP/1.1\r\nHost: x\r\n"


@pytest.fixture
def url() -> Iterator[str]:
    """The address of a server that answers one route."""
    app = FastAPI()
    app.get("/healthz")(healthz)
    with served(app) as address:
        yield address


def connected(url: str) -> socket.socket:
    """Return a connection to a server."""
    host, port = url.removeprefix("http://").split(":")
    return socket.create_connection((host, int(port)), timeout=10)


@pytest.mark.parametrize("sent", [b"", HEALTH, HEALTH + b"\r\n"])
def test_connection_without_a_head_is_closed(
    url: str, monkeypatch: pytest.MonkeyPatch, sent: bytes
) -> None:
    """Nothing sent, half a head, or silence after an answer: the connection is closed in time."""
    monkeypatch.setattr(connections, "HEAD_S", 0.3)
    with connected(url) as idle:
        idle.sendall(sent)
        heard = b""
        while piece := idle.recv(4096):
            heard += piece
    assert heard.startswith(b"HTTP/1.1 200") == (b"\r\n\r\n" in sent)


def test_body_of_two_lengths_ends_the_connection(url: str) -> None:
    """What follows it may be what a proxy took for its body, and is not answered."""
    both = b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    with connected(url) as sender:
        sender.sendall(HEALTH + both + HEALTH + b"\r\n")
        heard = b""
        while piece := sender.recv(4096):
            heard += piece
    assert heard.count(b"HTTP/1.1 200") == 1


def test_head_that_trickles_does_not_keep_the_connection(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A byte now and then is no head: time counts from the connection on."""
    monkeypatch.setattr(connections, "HEAD_S", 0.5)
    sent = 0
    with connected(url) as slow, suppress(OSError):
        for byte in HEALTH * 100:
            slow.sendall(bytes((byte,)))
            sent += 1
            time.sleep(0.05)
    assert sent < 200


def test_answer_that_takes_long_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once its head came, a connection is left alone until it is answered."""
    monkeypatch.setattr(connections, "HEAD_S", 0.2)
    app = FastAPI()

    @app.get("/slow")
    async def slow() -> str:
        await asyncio.sleep(0.6)
        return "done"

    with served(app) as url:
        assert httpx.get(f"{url}/slow").json() == "done"


def test_half_open_connections_make_room(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where too many connections wait for a head, the oldest goes, and others are served."""
    monkeypatch.setattr(GuardedProtocol, "most", 40)
    with ExitStack() as all_open:
        half_open = [all_open.enter_context(connected(url)) for _ in range(90)]
        assert httpx.get(f"{url}/healthz").status_code == 200
        assert [one.recv(1) for one in half_open[:40]] == [b""] * 40
        half_open[-1].sendall(HEALTH + b"\r\n")
        assert half_open[-1].recv(4096).startswith(b"HTTP/1.1 200")


def test_kept_alive_connections_answer_without_delay(url: str) -> None:
    """The kernel holds no small answer back: the accepted socket says so."""
    delays = []
    made = GuardedProtocol.connection_made

    def noting(self: GuardedProtocol, transport: asyncio.Transport) -> None:
        made(self, transport)
        of_server = transport.get_extra_info("socket")
        delays.append(of_server.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(GuardedProtocol, "connection_made", noting)
        assert httpx.get(f"{url}/healthz").status_code == 200
    assert delays == [1]
