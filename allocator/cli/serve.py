"""`allocator serve`: the service on an address of this machine, until it is asked to stop.

The service stands above the command line and is found by its name; nothing of it is here.
"""

from __future__ import annotations

import os
import pkgutil
from typing import Annotated

import typer

from allocator.cli.common import Workers, say

EXAMPLE = "allocator serve --port 8000"
SERVE = "api.run:serve"


def serve(
    host: Annotated[str, typer.Option(metavar="ADDRESS", help="Address to listen on.")] = (
        "127.0.0.1"
    ),
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 takes a free one.")] = 8000,
    workers: Workers = None,
) -> None:
    """Answer over HTTP, and carry out the jobs.

    Listens on this machine only, unless keys were made. --workers are the threads of one solve;
    the database and limits are set by variables such as ALLOCATOR_DATABASE_URL. Ctrl-C stops it:
    what runs goes on at the next start, or with another worker.
    """
    if workers is not None:
        os.environ["ALLOCATOR_WORKERS"] = str(workers)
    pkgutil.resolve_name(SERVE)(host, port, say)
