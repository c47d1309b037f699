"""Starts what the command line asks for: the service, a worker, and the keys of callers.

The command line finds this module by its name, as it stands below the service.
"""

from __future__ import annotations

import logging.config
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from threading import Event

import uvicorn
from prometheus_client import start_http_server

from allocator.errors import InputError, Problem
from allocator.search.kernels.ready import announcement, compile_search
from allocator.studies.pool import Solver, default_solver
from api.access import is_loopback
from api.app import create_app
from api.connections import address_of, guard, listen
from api.jobs.database import open_engine, prepare_database
from api.jobs.worker import Worker
from api.keys import Keys
from api.logs import log_config
from api.metrics import Metrics
from api.settings import ServiceSettings

PATIENCE_S = 5
"""Seconds that running requests are given to end once the service is told to stop."""
OPEN = (
    "WARNING: no key was ever made: everybody on this machine may use the service and sees all "
    "jobs. Make one with: allocator keys make NAME"
)


def serve(
    host: str, port: int, say: Callable[[str], None], solver: Solver = default_solver
) -> None:
    """Serve until told to stop; does not return.

    Raises
    ------
    InputError
        If the address cannot be listened on, or may not without keys; if the database cannot be
        used.
    """
    settings = _ready()
    if _is_open(settings):
        if not is_loopback(host):
            wanted = (
                "expected a key first (allocator keys make NAME), or an address of this machine"
            )
            raise InputError([Problem(wanted, "--host", value=host)])
        say(OPEN)
    # Compiled before it listens: else the first job would take half a minute longer than it says.
    if settings.concurrent_solves and solver is default_solver:
        _compile(say)
    listener = listen(host, port)
    app = create_app(settings, solver)
    config = uvicorn.Config(
        app,
        **guard(log_config=log_config(), timeout_graceful_shutdown=PATIENCE_S),
    )
    say(f"listening on {address_of(listener)} (documentation at /docs); Ctrl-C stops")
    with suppress(KeyboardInterrupt):  # uvicorn hands Ctrl-C on once all has ended
        uvicorn.Server(config).run(sockets=[listener])
    end_process()


def work(say: Callable[[str], None], solver: Solver = default_solver) -> None:
    """Carry out jobs until told to stop; does not return.

    Raises
    ------
    InputError
        If the database cannot be used.
    """
    settings = _ready()
    if settings.concurrent_solves == 0:
        wanted = "expected at least 1 for a worker"
        raise InputError([Problem(wanted, "ALLOCATOR_CONCURRENT_SOLVES", value="0")])
    if solver is default_solver:
        _compile(say)
    metrics = Metrics()
    if settings.metrics_port is not None:
        start_http_server(settings.metrics_port, settings.metrics_host, metrics.registry)
    stopped = Event()
    # SIGTERM is what containers send. Both let the worker hand over what runs.
    for kind in (signal.SIGINT, signal.SIGTERM):
        signal.signal(kind, lambda *_: stopped.set())
    worker = Worker(settings, metrics, solver)
    worker.open()
    say("working; Ctrl-C stops")
    stopped.wait()
    worker.close()
    end_process()


def end_process() -> None:
    """End this process, with whatever threads wait in it for jobs that go on elsewhere."""
    sys.stdout.flush()
    sys.stderr.flush()
    # An ordinary exit would join threads of dbos that wait for jobs which others carry out by now.
    os._exit(0)


def keys() -> Keys:
    """Return the keys of callers, in the database of the settings.

    Raises
    ------
    InputError
        If the database cannot be used.
    """
    return Keys(open_engine(_ready().database_url))


def _ready() -> ServiceSettings:
    """Return the settings, once logs and database are ready."""
    settings = ServiceSettings.from_environment()
    logging.config.dictConfig(log_config())
    prepare_database(settings.database_url)
    return settings


def _compile(say: Callable[[str], None]) -> None:
    """Compile the search, once an installation, before any job can come; say how far that is."""
    compile_search(lambda done: say(f"{announcement()}: {done:.0%}"))


def _is_open(settings: ServiceSettings) -> bool:
    """Return whether nobody is asked who they are; as `Access.is_open`, before it is there."""
    engine = open_engine(settings.database_url)
    try:
        return not settings.oidc_issuer and not Keys(engine).any()
    finally:
        engine.dispose()
