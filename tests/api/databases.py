"""Empty databases for tests of the service: a file, or a PostgreSQL where SQLite is too old."""

from __future__ import annotations

import atexit
import sqlite3
from contextlib import ExitStack
from functools import cache
from itertools import count
from pathlib import Path

import pytest

from api.jobs.database import OLDEST_SQLITE
from tests.api.postgres import Postgres, postgres, programs

_numbers = count(1)


def empty_database(folder: Path) -> str:
    """Return the address of an empty database, in a folder where SQLite will do."""
    if sqlite3.sqlite_version_info >= OLDEST_SQLITE:
        return f"sqlite:///{folder / 'jobs.sqlite'}"
    if programs() is None:
        pytest.skip("SQLite is too old for the service on this Python; there is no PostgreSQL")
    return _server().database(f"jobs_{next(_numbers)}")


@cache
def _server() -> Postgres:
    """Return a server that all tests of this process share; it ends with the process."""
    open_until_exit = ExitStack()
    atexit.register(open_until_exit.close)
    return open_until_exit.enter_context(postgres())
