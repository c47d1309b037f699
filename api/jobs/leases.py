"""Signs of life: workers renew a lease, and the jobs of those who do not are given to others."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa

from api.jobs.database import LEASES, Database

FORGET_S = 3600.0
"""Seconds after which a lease that ran out is forgotten."""
_NOW = {
    "sqlite": "(julianday('now') - 2440587.5) * 86400.0",
    "postgresql": "EXTRACT(epoch FROM clock_timestamp())::float8",
}
"""The database's clock, as workers on many machines have many."""


@dataclass(frozen=True)
class Held:
    """A job that runs, and the worker that has it."""

    job_id: str
    executor_id: str


class Leases:
    """The leases of the workers of one service, and the jobs they hold.

    Parameters
    ----------
    seconds
        How long a lease lasts.
    """

    def __init__(self, database: Database, seconds: float) -> None:
        self._database = database
        self._seconds = seconds
        self._now = sa.literal_column(_NOW[database.engine.dialect.name], sa.Float)

    def renew(self, executor_id: str, solves: int) -> None:
        """Show that a worker lives, and how many solves it does at a time."""
        values = {"until_s": self._now + self._seconds, "solves": solves}
        mine = LEASES.c.executor_id == executor_id

        def renewed(connection: sa.Connection) -> None:
            # Not only inserted at the start: a lease may have run out and been forgotten
            # meanwhile.
            if not connection.execute(sa.update(LEASES).where(mine).values(values)).rowcount:
                row = {"executor_id": executor_id, **values}
                connection.execute(sa.insert(LEASES).values(row))

        self._database.transact(renewed)

    def live(self) -> dict[str, int]:
        """Return the workers that live, and how many solves each does at a time."""
        query = sa.select(LEASES.c.executor_id, LEASES.c.solves)
        rows = self._database.transact(
            lambda connection: connection.execute(query.where(LEASES.c.until_s > self._now)).all()
        )
        return {row.executor_id: row.solves for row in rows}

    def held(self) -> list[Held]:
        """Return the jobs that run, for who has each."""
        jobs = self._database.jobs.c
        query = sa.select(jobs.workflow_uuid, jobs.executor_id).where(jobs.status == "PENDING")
        rows = self._database.transact(lambda connection: connection.execute(query).all())
        return [Held(*row) for row in rows]

    def take_from(self, executors: Collection[str]) -> int:
        """Queue what dead workers held, for others to begin; return how many jobs that were."""
        return self._queue_again(self._database.jobs.c.executor_id.in_(executors))

    def take_back(self, executor_id: str, job_ids: Collection[str]) -> int:
        """Queue jobs that a worker holds and does not carry out; return how many."""
        jobs = self._database.jobs.c
        return self._queue_again(
            jobs.executor_id == executor_id, jobs.workflow_uuid.in_(list(job_ids))
        )

    def end(self, executor_id: str) -> None:
        """Give up a lease and all that its worker holds, which counts as never begun."""
        # A worker that stops in good order does not use up one of the starts that a job may have.
        self._queue_again(self._database.jobs.c.executor_id == executor_id, recovery_attempts=0)
        mine = LEASES.c.executor_id == executor_id
        self._database.transact(
            lambda connection: connection.execute(sa.delete(LEASES).where(mine))
        )

    def _queue_again(self, *which: sa.ColumnElement[bool], **more: object) -> int:
        """Queue jobs that run; whoever carries one out is refused its outcome from now on."""
        jobs = self._database.jobs
        # dbos compares owner_xid before it records an outcome: without it the old worker's is
        # refused.
        again = {"status": "ENQUEUED", "owner_xid": None, "started_at_epoch_ms": None, **more}
        query = sa.update(jobs).where(jobs.c.status == "PENDING", *which).values(again)
        return self._database.transact(lambda connection: connection.execute(query).rowcount)

    def forget(self) -> None:
        """Remove leases that ran out long ago."""
        old = LEASES.c.until_s < self._now - FORGET_S
        self._database.transact(
            lambda connection: connection.execute(sa.delete(LEASES).where(old))
        )
