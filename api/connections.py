"""Connections: the socket that the service listens on, and a guard against those that idle.

The server, uvicorn, waits without end for the head of a request, and takes any number of
connections. Here a connection that sends no whole head in time is closed, and where too many are
open the one that has waited longest for its head makes room. What a request may send after its
head is `api.bodies`'.
"""

from __future__ import annotations

import asyncio
import resource
import socket
from typing import Any, ClassVar

from uvicorn.protocols.http.h11_impl import H11Protocol

from allocator.errors import InputError, Problem

HEAD_S = 15.0
"""Seconds that the head of a request may take, from the connection or the last answer on."""
MOST_CONNECTIONS = 2_000
UNHEARD_S = 60
"""Seconds for which a caller may take in nothing of an answer, where the system can tell."""
SPARE_FILES = 256
"""File descriptors that are kept for anything else than connections."""

_LENGTHS = {b"content-length", b"transfer-encoding"}
"""Headers of which a proxy may go by one, where a request has both."""


class GuardedProtocol(H11Protocol):
    """HTTP on one connection, closed where the head of a request does not come in time."""

    most = MOST_CONNECTIONS
    _waiting: ClassVar[dict[GuardedProtocol, None]] = {}
    """Those that wait for a head, the one that has waited longest first."""
    _overdue: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a head; make room for this connection where too many are open."""
        super().connection_made(transport)
        self._wait()
        if len(self.connections) > self.most:
            oldest = next(iter(self._waiting))
            oldest._wait_no_longer()  # now, as others may come before it has gone
            oldest.transport.abort()

    def data_received(self, data: bytes) -> None:
        """Take in what came; where that completes a head, wait for it no longer."""
        super().data_received(data)
        if self.cycle is not None and not self.cycle.response_complete:
            self._wait_no_longer()

    def on_response_complete(self) -> None:
        """Wait for the head of the next request, unless it is uncertain where that begins."""
        # Both headers at once are how requests are smuggled: a proxy before us may see another end
        # of this one. RFC 9112, section 6.3, has the connection closed after the answer.
        if {name for name, _ in self.scope["headers"]} >= _LENGTHS:
            self.transport.close()
        self._wait()
        super().on_response_complete()
        if not self.cycle.response_complete:  # the next request had come already
            self._wait_no_longer()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._wait_no_longer()
        super().connection_lost(exc)

    def _wait(self) -> None:
        """Begin to wait for a head, behind all that wait already."""
        self._wait_no_longer()
        self._waiting[self] = None
        self._overdue = self.loop.call_later(HEAD_S, self.transport.close)

    def _wait_no_longer(self) -> None:
        """Stop waiting for a head: it is whole, or the connection has gone."""
        self._waiting.pop(self, None)
        if self._overdue is not None:
            self._overdue.cancel()


def guard(**more: Any) -> dict[str, Any]:
    """Return the options of a server whose connections are guarded, with more of its options."""
    # Shells begin with 1,024 open files, which two thousand connections exceed.
    _, most_files = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most_files, most_files))
    GuardedProtocol.most = max(1, min(MOST_CONNECTIONS, most_files - SPARE_FILES))
    options: dict[str, Any] = {
        "http": GuardedProtocol,
        "timeout_keep_alive": HEAD_S,
        "h11_max_incomplete_event_size": 64_000,
        "server_header": False,
    }
    return options | more


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens there.

    Its protocol is named, TCP: asyncio sends small answers without delay only where it is.

    Raises
    ------
    InputError
        If it cannot listen there.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP
        )[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise _refused(host, port, error) from error
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if hasattr(socket, "TCP_USER_TIMEOUT"):  # connections inherit it
            listener.setsockopt(protocol, socket.TCP_USER_TIMEOUT, 1000 * UNHEARD_S)
        listener.bind(address)
        listener.listen(512)
    except OSError as error:
        listener.close()
        raise _refused(host, port, error) from error
    return listener


def _refused(host: str, port: int, error: OSError) -> InputError:
    """Return what is said of an address that cannot be listened on, with the system's reason."""
    reason = (error.strerror or str(error)).lower()
    return InputError([Problem(f"cannot listen there: {reason}", f"{host}:{port}")])


def address_of(listener: socket.socket) -> str:
    """Return the address at which a socket listens, as a URL."""
    address, port = listener.getsockname()[:2]
    return f"http://[{address}]:{port}" if ":" in address else f"http://{address}:{port}"
