"""`allocator serve`: the service on an address of this machine, until it is told to stop.

The service stands above the command line and is found by its name; nothing of it is here.
"""

from __future__ import annotations

import copy
import ipaddress
import os
import pkgutil
import socket
from contextlib import suppress
from typing import Annotated, Any

import typer

from allocator.cli.common import Workers, say
from allocator.errors import InputError, Problem

EXAMPLE = "allocator serve --port 8000"
SERVICE = "api.app:create_app"
PATIENCE_S = 5
"""Seconds that running requests are given to end once the service is told to stop."""


def serve(
    host: Annotated[str, typer.Option(metavar="ADDRESS", help="Address to listen on.")] = (
        "127.0.0.1"
    ),
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 takes a free one.")] = 8000,
    workers: Workers = None,
) -> None:
    """Answer POST /allocate over HTTP.

    Listens on this machine only unless told otherwise. --workers are the threads of one solve;
    limits are set by variables such as ALLOCATOR_MAX_UNITS. Ctrl-C stops it.
    """
    import uvicorn

    if workers is not None:
        os.environ["ALLOCATOR_WORKERS"] = str(workers)
    if not _is_loopback(host):
        say(f"WARNING: whoever reaches {host} may use the service: it asks for no password")
    listener = _listen(host, port)
    app = pkgutil.resolve_name(SERVICE)()
    config = uvicorn.Config(
        app, log_config=_log_config(), timeout_graceful_shutdown=PATIENCE_S, server_header=False
    )
    server = uvicorn.Server(config)
    say(f"listening on {_url(listener)} (documentation at /docs); Ctrl-C stops")
    with suppress(KeyboardInterrupt):  # uvicorn hands Ctrl-C on once all has ended
        server.run(sockets=[listener])


def _listen(host: str, port: int) -> socket.socket:
    try:
        family, *_ = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        return socket.create_server((host, port), family=family)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError([Problem(f"cannot listen there: {reason}", f"{host}:{port}")]) from error


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _url(listener: socket.socket) -> str:
    address, port = listener.getsockname()[:2]
    return f"http://[{address}]:{port}" if ":" in address else f"http://{address}:{port}"


def _log_config() -> dict[str, Any]:
    """Return uvicorn's, with a line a request on stderr; of itself it tells only what is wrong."""
    from uvicorn.config import LOGGING_CONFIG

    config = copy.deepcopy(LOGGING_CONFIG)
    config["handlers"]["access"]["stream"] = "ext://sys.stderr"
    config["loggers"]["uvicorn.error"]["level"] = "WARNING"
    return config
