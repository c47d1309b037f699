"""Databases for the tests of faults: a file, and a PostgreSQL that is started for them."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from tests.api.postgres import Postgres, postgres
from tests.more import DATABASES


@pytest.fixture(scope="session")
def server() -> Iterator[Postgres]:
    """A PostgreSQL."""
    with postgres() as one:
        yield one


@pytest.fixture
def own_server() -> Iterator[Postgres]:
    """A PostgreSQL that no other test uses."""
    with postgres() as one:
        yield one


@pytest.fixture(params=DATABASES)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database, of each kind that is tried."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'jobs.sqlite'}"
    server: Postgres = request.getfixturevalue("server")
    return server.database(f"jobs_{uuid4().hex[:8]}")


@pytest.fixture
def file_url(tmp_path: Path) -> str:
    """The address of a database in a file."""
    return f"sqlite:///{tmp_path / 'jobs.sqlite'}"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder on a disk of six megabytes."""
    if os.geteuid() != 0:
        pytest.skip("only root may make a disk")
    folder = tmp_path / "disk"
    folder.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", folder], check=False)
    if made.returncode:
        pytest.skip("this machine lets nobody make a disk")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)
