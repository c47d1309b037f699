"""Signs of life: workers renew a lease, and jobs of those who do not are given to others."""

from __future__ import annotations

import sqlalchemy as sa

from api.jobs.database import LEASES

FORGET_S = 3600.0
"""Seconds after which a lease that ran out is forgotten."""
_NOW = {
    "sqlite": "(julianday('now') - 2440587.5) * 86400.0",
    "postgresql": "EXTRACT(epoch FROM clock_timestamp())::float8",
}
"""The database's clock, as workers on many machines have many."""


class Leases:
    """The leases of the workers of one service.

    Parameters
    ----------
    seconds
        How long a lease lasts.
    """

    def __init__(self, engine: sa.Engine, seconds: float) -> None:
        self._engine = engine
        self._seconds = seconds
        self._now = sa.literal_column(_NOW[engine.dialect.name], sa.Float)

    def renew(self, executor_id: str, solves: int) -> None:
        """Show that a worker lives, and how many solves it does at a time."""
        values = {"until_s": self._now + self._seconds, "solves": solves}
        mine = LEASES.c.executor_id == executor_id
        with self._engine.begin() as connection:
            if not connection.execute(sa.update(LEASES).where(mine).values(values)).rowcount:
                row = {"executor_id": executor_id, **values}
                connection.execute(sa.insert(LEASES).values(row))

    def end(self, executor_id: str) -> None:
        """Give up a lease: what its worker holds may be taken at once."""
        with self._engine.begin() as connection:
            connection.execute(sa.delete(LEASES).where(LEASES.c.executor_id == executor_id))

    def live(self) -> dict[str, int]:
        """Return the workers that live, and how many solves each does at a time."""
        query = sa.select(LEASES.c.executor_id, LEASES.c.solves)
        with self._engine.begin() as connection:
            rows = connection.execute(query.where(LEASES.c.until_s > self._now)).all()
        return {row.executor_id: row.solves for row in rows}

    def forget(self) -> None:
        """Remove leases that ran out long ago."""
        old = LEASES.c.until_s < self._now - FORGET_S
        with self._engine.begin() as connection:
            connection.execute(sa.delete(LEASES).where(old))
