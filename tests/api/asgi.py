"""A client that can do what a proper one does not: send a body in pieces, and go away."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, MutableMapping
from typing import Any

from fastapi import FastAPI

SCOPE = {
    "type": "http",
    "asgi": {"version": "3.0"},
    "http_version": "1.1",
    "method": "POST",
    "scheme": "http",
    "path": "/allocate",
    "raw_path": b"/allocate",
    "query_string": b"",
    "root_path": "",
    "headers": [(b"content-type", b"application/json")],
    "client": ("127.0.0.1", 1),
    "server": ("127.0.0.1", 80),
}


class Client:
    """Sends pieces of a body as they are asked for, and then leaves once told to.

    Attributes
    ----------
    taken
        Pieces that the app has taken.
    status
        Of the answer; None where there is none.
    leaves
        Set it to go away.
    """

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = list(pieces)
        self.taken = 0
        self.status: int | None = None
        self.leaves = asyncio.Event()

    async def post(self, app: FastAPI) -> None:
        """Send the request; the app's lifespan is not entered."""
        await app(dict(SCOPE), self._receive, self._send)

    async def _receive(self) -> dict[str, Any]:
        if self.taken == len(self._pieces):
            await self.leaves.wait()
            return {"type": "http.disconnect"}
        self.taken += 1
        more = self.taken < len(self._pieces)
        return {"type": "http.request", "body": self._pieces[self.taken - 1], "more_body": more}

    async def _send(self, message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
