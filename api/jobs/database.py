"""The database that all processes of a service share: its engine, and the tables that are ours.

Jobs are in the tables of dbos; keys of callers and leases of workers are in ours.
"""

from __future__ import annotations

import sqlite3
import sys
from pathlib import Path

import sqlalchemy as sa
from dbos import DBOS, DBOSClient, DBOSPortableJSONSerializer
from sqlalchemy import event

from allocator.errors import InputError, Problem

APPLICATION = "allocator"
SERIALIZER = DBOSPortableJSONSerializer()
_BUSY_MS = 30_000
OLDEST_SQLITE = (3, 42) if sys.version_info >= (3, 12) else (3, 35)
"""The oldest SQLite with which dbos can make its tables; it asks more of newer Pythons."""

_tables = sa.MetaData()

KEYS = sa.Table(
    "allocator_keys",
    _tables,
    sa.Column("key_id", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("secret_sha256", sa.Text, nullable=False),
    sa.Column("created_s", sa.Float, nullable=False),
    sa.Column("revoked_s", sa.Float),
)
LEASES = sa.Table(
    "allocator_leases",
    _tables,
    sa.Column("executor_id", sa.Text, primary_key=True),
    sa.Column("until_s", sa.Float, nullable=False),
    sa.Column("solves", sa.Integer, nullable=False),
)


def prepare_database(url: str) -> None:
    """Make the database ready for use: the file, dbos's tables, and ours.

    Raises
    ------
    InputError
        If it cannot be reached or written to.
    """
    try:
        if url.startswith("sqlite"):
            _prepare_file(sa.make_url(url).database or "")
        DBOS.migrate(url)
        engine = open_engine(url)
        with engine.begin() as connection:
            _tables.create_all(connection)
        engine.dispose()
    except (sa.exc.SQLAlchemyError, sqlite3.Error, OSError) as error:
        raise InputError([_unusable(url, error)]) from error


def _prepare_file(path: str) -> None:
    """Make the file, for its owner alone; readers and the writer do not wait for one another.

    Raises
    ------
    InputError
        If the SQLite of this Python is too old.
    """
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        oldest = ".".join(map(str, OLDEST_SQLITE))
        message = f"expected SQLite {oldest} or later with this Python; PostgreSQL will do as well"
        raise InputError([Problem(message, "SQLite", value=sqlite3.sqlite_version)])
    Path(path).touch(mode=0o600)
    connection = sqlite3.connect(path, timeout=_BUSY_MS / 1000)
    try:
        connection.execute("PRAGMA journal_mode=WAL")
    finally:
        connection.close()


def _unusable(url: str, error: Exception) -> Problem:
    place = sa.make_url(url).render_as_string(hide_password=True)
    reason = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
    return Problem(f"the database cannot be used: {reason}", place)


def open_engine(url: str) -> sa.Engine:
    """Return an engine for our tables, which gives up soon where nothing answers."""
    if url.startswith("sqlite"):
        engine = sa.create_engine(url)
        event.listen(engine, "connect", _as_one_of_many)
        return engine
    ours = sa.make_url(url).set(drivername="postgresql+psycopg")
    return sa.create_engine(
        ours, pool_pre_ping=True, pool_timeout=5, connect_args={"connect_timeout": 5}
    )


def _as_one_of_many(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute(f"PRAGMA busy_timeout={_BUSY_MS}")


def open_client(url: str) -> DBOSClient:
    """Return a client of the jobs; what it cannot do at once it says, and does not wait."""
    return DBOSClient(
        system_database_url=url,
        serializer=SERIALIZER,
        application_name=APPLICATION,
        retry_connection_errors=False,
        lazy=True,
        system_database_pool_size=10,
    )
