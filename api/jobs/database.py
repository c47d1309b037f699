"""The database that all processes of a service share: how it is reached, and the tables.

Jobs are in the tables of dbos; keys of callers and leases of workers are in ours. Whoever asks the
database does so through a `Database`, dbos itself included: there it is decided what becomes of a
question while the database is away.
"""

from __future__ import annotations

import sqlite3
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

import psycopg
import sqlalchemy as sa
from dbos import DBOS, DBOSClient, DBOSPortableJSONSerializer
from psycopg.pq import TransactionStatus
from sqlalchemy import event
from sqlalchemy.dialects.postgresql import JSONB

from allocator.errors import InputError, Problem

APPLICATION = "allocator"
SERIALIZER = DBOSPortableJSONSerializer()
AGAIN_S = 0.5
"""Seconds after which a database that is away is asked again."""
CONNECT_S = 5
"""Seconds within which a PostgreSQL has to answer a new connection."""
STATEMENT_MS = 10_000
"""Milliseconds after which PostgreSQL gives up a statement."""
ANSWER_S = 12.0
"""Seconds after which a PostgreSQL that does not even give up a statement is away."""
_BUSY_MS = 30_000
_CONNECTIONS = 20
_UNUSABLE = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN)
"""What SQLite says where the disk is full or gone: that passes."""
_GONE = (sa.exc.OperationalError, sa.exc.InterfaceError, sa.exc.TimeoutError)
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
    sa.Column("same_as", sa.Text),
)
LEASES = sa.Table(
    "allocator_leases",
    _tables,
    sa.Column("executor_id", sa.Text, primary_key=True),
    sa.Column("until_s", sa.Float, nullable=False),
    sa.Column("solves", sa.Integer, nullable=False),
)
PINGS = sa.Table(
    "allocator_pings",
    _tables,
    sa.Column("one", sa.Integer, primary_key=True),
    sa.Column("at_s", sa.Float, nullable=False),
)

_JOB_COLUMNS = (
    "workflow_uuid",
    "status",
    "name",
    "authenticated_user",
    "executor_id",
    "created_at",
    "updated_at",
    "completed_at",
    "started_at_epoch_ms",
    "recovery_attempts",
    "owner_xid",
    "queue_name",
)


def jobs_table(engine: sa.Engine) -> sa.TableClause:
    """Return the table of dbos that holds the jobs, as far as it is asked here.

    dbos has no questions such as "how many of a caller wait", so these are asked of its table.
    """
    attributes: sa.ColumnClause[Any] = sa.column(
        "attributes", sa.JSON().with_variant(JSONB(), "postgresql")
    )
    schema = None if engine.dialect.name == "sqlite" else "dbos"
    columns: list[sa.ColumnClause[Any]] = [sa.column(name) for name in _JOB_COLUMNS]
    return sa.table("workflow_status", *columns, attributes, schema=schema)


class DatabaseAwayError(Exception):
    """The database does not answer, or cannot take anything."""


_T = TypeVar("_T")


def at_once() -> bool:
    """Give up at once: what requests do, as their callers can come again."""
    return True


class Database:
    """The one door to the database.

    A question waits until the database answers, however long it is away, unless it is given up.
    Requests give up at once (503, try again). Workers wait, as a solve of theirs may have run for
    minutes.

    Parameters
    ----------
    url
        As `ServiceSettings.database_url`.
    gives_up
        Whether to raise `DatabaseAwayError` rather than to wait; asked each time that the
        database does not answer.
    """

    def __init__(self, url: str, gives_up: Callable[[], bool] = at_once) -> None:
        self.engine = open_engine(url)
        self.jobs = jobs_table(self.engine)
        self._gives_up = gives_up
        if gives_up is not at_once:
            # dbos connects by this engine on its own. Waiting here makes it as patient as we are.
            event.listen(self.engine, "do_connect", self._connect_patiently, insert=True)
        self._client = DBOSClient(
            system_database_engine=self.engine,
            serializer=SERIALIZER,
            application_name=APPLICATION,
            retry_connection_errors=False,
            # Nothing is asked before the first question: the service starts while the database is
            # away.
            lazy=True,
        )

    def ask(self, question: Callable[[DBOSClient], _T]) -> _T:
        """Return what dbos answers.

        Raises
        ------
        DatabaseAwayError
            If the database does not answer and the question is given up.
        """
        while True:
            try:
                return question(self._client)
            except _GONE as error:
                if self._gives_up():
                    raise DatabaseAwayError(type(error).__name__) from error
                time.sleep(AGAIN_S)

    def transact(self, work: Callable[[sa.Connection], _T]) -> _T:
        """Return what comes of work in one transaction, or raise as `ask` does."""

        def once(_client: DBOSClient) -> _T:
            with self.engine.begin() as connection:
                return work(connection)

        return self.ask(once)

    def _connect_patiently(
        self, dialect: sa.Dialect, _record: object, arguments: Any, named: Any
    ) -> Any:
        """Return a connection, once there is one to be had."""
        while True:
            try:
                return _connected(dialect, _record, arguments, named)
            except Exception:
                if self._gives_up():
                    raise
                time.sleep(AGAIN_S)

    def close(self) -> None:
        """Let go of the database."""
        self._client.destroy()
        self.engine.dispose()


def begin_writing(connection: sa.Connection) -> None:
    """Let no other transaction that calls this run at the same time; call it first."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")


_LOCK = 0x616C6C6F63
"""Names the lock among those of other programs on the same database."""


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
        _add_missing_columns(engine)
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
    # Made before SQLite does: it would use the umask, and headcounts are nobody else's business.
    Path(path).touch(mode=0o600)
    connection = sqlite3.connect(path, timeout=_BUSY_MS / 1000)
    try:
        # Kept in the file. Without it every reader would wait while a plan is being written.
        connection.execute("PRAGMA journal_mode=WAL")
    finally:
        connection.close()


def _unusable(url: str, error: Exception) -> Problem:
    place = sa.make_url(url).render_as_string(hide_password=True)
    reason = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
    return Problem(f"the database cannot be used: {reason}", place)


def _add_missing_columns(engine: sa.Engine) -> None:
    """Add what a database of an earlier version lacks; another process may be doing the same."""
    have = {column["name"] for column in sa.inspect(engine).get_columns(KEYS.name)}
    for column in KEYS.columns:
        if column.name not in have:
            kind = column.type.compile(engine.dialect)
            with suppress(sa.exc.OperationalError, sa.exc.ProgrammingError), engine.begin() as one:
                one.exec_driver_sql(f"ALTER TABLE {KEYS.name} ADD COLUMN {column.name} {kind}")


def open_engine(url: str) -> sa.Engine:
    """Return an engine, which gives up soon where nothing answers, and tells what passes."""
    if url.startswith("sqlite"):
        engine = sa.create_engine(url, pool_size=_CONNECTIONS, max_overflow=_CONNECTIONS)
        event.listen(engine, "connect", _as_one_of_many)
    else:
        ours = sa.make_url(url).set(drivername="postgresql+psycopg")
        options = (
            f"-c statement_timeout={STATEMENT_MS} -c idle_in_transaction_session_timeout=60000"
        )
        engine = sa.create_engine(
            ours,
            # A connection that the server has closed meanwhile is noticed before a job fails by
            # it.
            pool_pre_ping=True,
            pool_size=_CONNECTIONS,
            max_overflow=_CONNECTIONS,
            pool_timeout=CONNECT_S,
            connect_args={"connect_timeout": CONNECT_S, "options": options},
        )
    event.listen(engine, "do_connect", _connected)
    event.listen(engine, "handle_error", _tell_what_passes)
    return engine


def _connected(dialect: sa.Dialect, _record: object, arguments: Any, named: Any) -> Any:
    """Return a new connection; to PostgreSQL one that waits for no answer without end."""
    if dialect.name == "sqlite":
        return dialect.connect(*arguments, **named)
    return _BoundedConnection.connect(*arguments, **named)


class _BoundedConnection(psycopg.Connection[Any]):
    """A connection that is closed where a statement is not answered in time.

    A server that is frozen, or a network that is cut, says nothing that would end the wait.
    """

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """Wait for an answer; what only listens, and has asked nothing, is not closed."""
        try:
            return super().wait(gen, interval, ANSWER_S if timeout is None else timeout)
        except psycopg.OperationalError:
            # Closed without a farewell: a server that does not answer would not answer that
            # either.
            if self.pgconn.transaction_status == TransactionStatus.ACTIVE:
                self.pgconn.finish()
            raise


def _as_one_of_many(connection: sqlite3.Connection, _record: object) -> None:
    """Make a connection as dbos makes its own."""
    # A transaction that reads first and writes later would fail at once where another one writes;
    # begun as a writer it waits its turn.
    connection.isolation_level = "IMMEDIATE"
    connection.execute(f"PRAGMA busy_timeout={_BUSY_MS}")
    connection.execute("PRAGMA foreign_keys=ON")


def _tell_what_passes(context: sa.engine.ExceptionContext) -> None:
    """Take a full disk for a lost connection, so that dbos waits for it as for one."""
    code = getattr(context.original_exception, "sqlite_errorcode", None)
    if code is not None and code & 0xFF in _UNUSABLE:
        # The pool is kept: the connections themselves are sound.
        context.is_disconnect = True
        context.invalidate_pool_on_disconnect = False
