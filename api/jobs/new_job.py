"""A job to be accepted, and how dbos is asked to queue it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from uuid import UUID, uuid4

from dbos import EnqueueOptions

from api.jobs.records import Kind

SOLVES, STUDIES = "solves", "studies"
"""Queues: children never wait behind the parents that wait for them."""
VERSION = "1"
"""Of what jobs hold: to be raised when workers could not carry out older ones."""
DIRECT, CHILD = 1, 2
"""Priorities: who waits for one answer goes before the many of a batch."""


@dataclass(frozen=True)
class NewJob:
    """A job to be accepted.

    Attributes
    ----------
    request
        JSON text, kept as it is.
    again
        Idempotency-Key of the caller, if any.
    """

    kind: Kind
    owner: str
    request: str
    sha256: str
    name: str
    time_limit_s: float
    again: str | None = None
    parent: str | None = None
    number: str | None = None

    @property
    def id(self) -> str:
        """Id of the job: the same for the same child, and for a retry of the same caller."""
        if self.parent is not None:
            return f"{self.parent}.{self.number}"
        if self.again is None:
            return str(uuid4())
        return retry_id(self.owner, self.again)


def retry_id(owner: str, again: str) -> str:
    """Return the id of the job that a caller's Idempotency-Key names."""
    # The length comes first: "a" with "b c" and "a b" with "c" must not name the same job.
    digest = hashlib.sha256(f"{len(owner)} {owner} {again}".encode()).digest()
    return str(UUID(bytes=digest[:16], version=5))


def options_of(job: NewJob, job_id: str) -> EnqueueOptions:
    """Return what dbos is given of a job."""
    return {
        "workflow_name": job.kind.value,
        "queue_name": STUDIES if job.kind.is_parent else SOLVES,
        "workflow_id": job_id,
        # Workers of another version leave such a job in the queue.
        "app_version": VERSION,
        "authenticated_user": job.owner,
        # Each caller has a part of the queue of its own, so that nobody waits behind another's
        # batch.
        "queue_partition_key": job.owner,
        "priority": DIRECT if job.parent is None else CHILD,
        "attributes": {
            "sha256": job.sha256,
            "name": job.name,
            "time_limit_s": job.time_limit_s,
            "parent": job.parent,
        },
    }
