"""The service: without a worker, with planted solves (one of them a process), or as it is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from fastapi.testclient import TestClient

from allocator.studies.pool import Solver, default_solver
from api import request_workers
from api.app import create_app
from api.settings import ServiceSettings
from tests.api import planted as solves
from tests.api.databases import empty_database
from tests.api.live import Live, live

request_workers.PROCESSES = 1
"""A service under test reads one body at a time: more processes take long to start."""
HERE = "http://127.0.0.1"
"""Where a client takes the service to be: on this machine."""


def limits(folder: Path, **changes: Any) -> ServiceSettings:
    """Return narrow limits, and a database in a folder."""
    narrow = {
        "database_url": empty_database(folder),
        "max_body_bytes": 20_000,
        "max_units": 20,
        "max_floors": 10,
        "max_tables": 20,
        "max_time_limit_s": 20,
        "requests_a_minute": 100_000,
        "workers": 1,
        "lease_s": 4,
    }
    return ServiceSettings(**(narrow | changes))


@contextmanager
def client(solver: Solver = default_solver, **changes: Any) -> Iterator[TestClient]:
    """Yield a client of a service of its own; only one at a time may have a worker."""
    with TemporaryDirectory() as folder:
        app = create_app(limits(Path(folder), **changes), solver)
        one = TestClient(app, HERE, raise_server_exceptions=False, client=("127.0.0.1", 50_000))
        with one:
            yield one


@pytest.fixture(scope="session")
def idle() -> Iterator[TestClient]:
    """A client of a service that only answers: nobody carries out its jobs."""
    with client(concurrent_solves=0) as one:
        yield one


@pytest.fixture(scope="session")
def steady() -> Iterator[TestClient]:
    """A client of a service whose solves tell a better total until their time is up."""
    with client(solves.steady) as one:
        yield one


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """The service as it is, in a process of its own."""
    url = empty_database(tmp_path_factory.mktemp("service"))
    with live("serve", url, "real") as one:
        yield one
