"""Bodies of requests: one limit of size and of time for every route, before anything reads them.

A request whose caller has gone ends, whatever it waits for. Who may call, and what a body holds,
is decided elsewhere.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from allocator.errors import InputError, Problem
from api.problems import ContentTooLarge, TooSlow
from api.requests import Content, Part

JSON, FORM = "application/json", "multipart/form-data"
MOST_PARTS = 2_000
SENDING_S = 30.0
"""Seconds that a body may take to come."""


class BoundedBodies:
    """Hands requests on with a body that ends in time and is not too large.

    Parameters
    ----------
    app
        What reads the body and answers. It gets `ContentTooLarge` or `TooSlow` where it reads
        on, and is cancelled once its caller has gone.
    most_bytes
        That a body may have.
    """

    def __init__(self, app: ASGIApp, most_bytes: int) -> None:
        self._app = app
        self._most_bytes = most_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answering = asyncio.current_task()
        assert answering is not None
        request = _Request(receive, send, answering, self._most_bytes)
        # What the caller sends is taken in beside the answering, as only so is it noticed that the
        # caller has gone while nobody reads.
        taking = asyncio.create_task(request.take())
        try:
            await self._app(scope, request.receive, request.send)
        except asyncio.CancelledError:
            # A cancellation of ours ends here, quietly. One from outside, as when the server
            # stops, goes on.
            if not request.is_gone or answering.uncancel():
                raise
        finally:
            taking.cancel()


@dataclass
class _Request:
    """A request while it is answered.

    One task takes in what the caller sends (`take`), another answers. They meet in a queue of one
    message, so that a body is taken in no faster than it is read.
    """

    _receive: Receive
    _send: Send
    _answering: asyncio.Task[None]
    _most_bytes: int
    _came: asyncio.Queue[Message] = field(default_factory=lambda: asyncio.Queue(maxsize=1))
    _ends_s: float | None = None
    _bytes: int = 0
    _is_whole: bool = False
    _has_begun: bool = False
    _is_answered: bool = False
    is_gone: bool = False

    async def take(self) -> None:
        """Take in what the caller sends; end the request once the caller has gone."""
        while (message := await self._receive())["type"] != "http.disconnect":
            # Once the answer has begun nobody reads the body, and a full queue would hide the
            # disconnection.
            if not self._has_begun:
                await self._came.put(message)
        if not self._is_answered:
            self.is_gone = True
            self._answering.cancel()

    async def receive(self) -> Message:
        """Return the next piece of the body.

        Raises
        ------
        ContentTooLarge, TooSlow
            If it makes the body too large, or does not come in time.
        """
        if self._is_whole or self._has_begun:  # all that may come is the end, which cancels
            await asyncio.get_running_loop().create_future()
        message = await self._next()
        # Counted as it comes: Content-Length is the caller's word, and chunked bodies have none.
        self._bytes += len(message.get("body", b""))
        if self._bytes > self._most_bytes:
            raise ContentTooLarge(f"at most {self._most_bytes:,} bytes", headers=_LAST)
        self._is_whole = not message.get("more_body", False)
        return message

    async def _next(self) -> Message:
        """Return the next message, at most `SENDING_S` seconds after the first was asked for."""
        if self._ends_s is None:
            self._ends_s = asyncio.get_running_loop().time() + SENDING_S
        try:
            async with asyncio.timeout_at(self._ends_s):
                return await self._came.get()
        except TimeoutError as error:
            raise TooSlow(f"within {SENDING_S:g} seconds", headers=_LAST) from error

    async def send(self, message: Message) -> None:
        """Send a piece of the answer; what still comes of the body is thrown away."""
        if message["type"] == "http.response.start":
            self._has_begun = True
            # A piece in the queue of one would block `take` for good.
            if not self._came.empty():
                self._came.get_nowait()
        ends = message["type"] == "http.response.body" and not message.get("more_body", False)
        self._is_answered = self._is_answered or ends
        await self._send(message)


_LAST = {"Connection": "close"}
"""Of an answer to a body that is not read to its end."""


@dataclass(frozen=True)
class Body:
    """The body of a request that is yet to come, and whose it is."""

    request: Request
    caller: str

    async def content(self) -> Content:
        """Take it in: JSON as it came, or the parts of a form.

        Raises
        ------
        UnsupportedMediaType
            If it is said to be neither.
        InputError
            If it is no well-formed form.
        """
        if media_type_of(self.request) == JSON:
            return await self.request.body()
        return await _parts(self.request)


def media_type_of(request: Request) -> str:
    """Return what a body is said to be, without parameters."""
    return request.headers.get("content-type", "").split(";")[0].strip().lower()


async def _parts(request: Request) -> tuple[Part, ...]:
    """Return the parts of a form, taken in whole before they are taken apart."""
    body = await request.body()

    async def again() -> AsyncGenerator[bytes, None]:
        yield body

    parser = MultiPartParser(
        request.headers,
        again(),
        max_files=MOST_PARTS,
        max_fields=MOST_PARTS,
        # The body as a whole is bounded already; the parser's own limit is lower and would name no
        # reason.
        max_part_size=len(body) + 1,
    )
    try:
        form = await parser.parse()
    except (MultiPartException, KeyError, ValueError) as error:
        problem = Problem(f"expected a well-formed form: {error}", "request")
        raise InputError([problem]) from error
    parts: list[Part] = []
    for name, value in form.multi_items():
        if isinstance(value, UploadFile):
            # Read now: the parser's temporary files end with the form.
            parts.append((name, value.filename or name, await value.read()))
        else:
            parts.append((name, None, value.encode()))
    await form.close()
    return tuple(parts)
