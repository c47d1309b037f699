"""Jobs as the routes and the workers see them: accepted, looked up, told to stop, forgotten.

Carrying them out is `worker`'s. Everything here asks the database and may block.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID, uuid4

import sqlalchemy as sa
from dbos import DBOSClient, EnqueueOptions, WorkflowStatus
from dbos import error as dbos_error

from api.jobs.database import open_client, open_engine
from api.jobs.records import ACTIVE, STATES, JobRecord, Kind, State, record_of

SOLVES, STUDIES = "solves", "studies"
"""Queues: children never wait behind the parents that wait for them."""
EVENTS = "events"
HANDOVER = "handover"
VERSION = "1"
"""Of what jobs hold: to be raised when workers could not carry out older ones."""
DIRECT, CHILD = 1, 2
"""Priorities: who waits for one answer goes before the many of a batch."""
FORGET_AT_ONCE = 500
AGAIN_S = 1.0
"""Seconds after which a database that is away is asked again."""
_GONE = (sa.exc.OperationalError, sa.exc.InterfaceError, sa.exc.TimeoutError)


class DatabaseAwayError(Exception):
    """The database does not answer, or cannot take anything."""


_T = TypeVar("_T")


def patiently(ask: Callable[[], _T], is_over: Callable[[], bool]) -> _T:
    """Return what the database answers, however long it is away, unless all is over.

    Raises
    ------
    DatabaseAwayError
        If all is over before it answers.
    """
    while True:
        try:
            return ask()
        except DatabaseAwayError:
            if is_over():
                raise
            time.sleep(AGAIN_S)


class NoSuchJobError(Exception):
    """There is no such job, or not for this caller."""


class KeyReusedError(Exception):
    """An Idempotency-Key came before, with another request."""


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
    import hashlib  # noqa: PLC0415

    digest = hashlib.sha256(f"{len(owner)} {owner} {again}".encode()).digest()
    return str(UUID(bytes=digest[:16], version=5))


class Store:
    """The jobs in a database.

    Every method raises `DatabaseAwayError` where the database does not answer.
    """

    def __init__(self, url: str) -> None:
        self.engine = open_engine(url)
        self._client: DBOSClient = open_client(url)
        schema = None if url.startswith("sqlite") else "dbos"
        columns = ("workflow_uuid", "status", "name", "authenticated_user", "queue_name")
        self._rows = sa.table(
            "workflow_status", *(sa.column(name) for name in columns), schema=schema
        )

    def close(self) -> None:
        """Let go of the database."""
        self._client.destroy()
        self.engine.dispose()

    @contextmanager
    def _asked(self) -> Iterator[DBOSClient]:
        try:
            yield self._client
        except _GONE as error:
            raise DatabaseAwayError(type(error).__name__) from error

    def ping(self) -> None:
        """Make sure that the database answers."""
        with self._asked() as client:
            client.check_connection()

    def accept(self, job: NewJob) -> str:
        """Keep a job and queue it; return its id.

        Raises
        ------
        KeyReusedError
            If its Idempotency-Key came before, with another request.
        """
        job_id = job.id
        options: EnqueueOptions = {
            "workflow_name": job.kind.value,
            "queue_name": STUDIES if job.kind.is_parent else SOLVES,
            "workflow_id": job_id,
            "app_version": VERSION,
            "authenticated_user": job.owner,
            "queue_partition_key": job.owner,
            "priority": DIRECT if job.parent is None else CHILD,
            "attributes": {
                "sha256": job.sha256,
                "name": job.name,
                "time_limit_s": job.time_limit_s,
                "parent": job.parent,
            },
        }
        with self._asked() as client:
            try:
                client.enqueue(options, job.request)
            except dbos_error.DBOSConflictingWorkflowError as error:  # a job of another kind
                raise KeyReusedError from error
        if job.again is not None:
            self._same(job_id, job.sha256)
        return job_id

    def _same(self, job_id: str, sha256: str) -> None:
        found = self._status(job_id)
        if (found.attributes or {}).get("sha256") != sha256:
            raise KeyReusedError

    def is_known(self, job_id: str) -> bool:
        """Whether there is such a job, whoever's it is."""
        try:
            self._status(job_id)
        except NoSuchJobError:
            return False
        return True

    def active(self, owner: str) -> tuple[int, int]:
        """Return how many jobs wait or run, of this caller and in all, children left out."""
        rows = self._rows.c
        query = (
            sa.select(rows.authenticated_user, sa.func.count())
            .where(rows.status.in_(ACTIVE), sa.not_(rows.workflow_uuid.contains(".")))
            .group_by(rows.authenticated_user)
        )
        with self._asked(), self.engine.begin() as connection:
            found = {row[0]: row[1] for row in connection.execute(query)}
        return found.get(owner, 0), sum(found.values())

    def counts(self) -> Counter[State]:
        """Return how many jobs there are by state."""
        rows = self._rows.c
        query = sa.select(rows.status, sa.func.count()).group_by(rows.status)
        with self._asked(), self.engine.begin() as connection:
            found: Counter[State] = Counter()
            for status, count in connection.execute(query):
                found[STATES[status]] += count
        return found

    def _status(self, job_id: str, *, whole: bool = False) -> WorkflowStatus:
        with self._asked() as client:
            found = client.list_workflows(
                workflow_ids=[job_id], load_input=whole, load_output=whole
            )
        if not found or found[0].name not in set(Kind):
            raise NoSuchJobError
        return found[0]

    def get(self, owner: str, job_id: str) -> JobRecord:
        """Return a caller's job.

        Raises
        ------
        NoSuchJobError
            If the caller has no such job; so do all methods that take one.
        """
        found = self._status(job_id)
        if found.authenticated_user != owner:
            raise NoSuchJobError
        return record_of(found)

    def list(
        self,
        owner: str,
        *,
        kind: Kind | None = None,
        state: State | None = None,
        before: str | None = None,
        limit: int = 50,
    ) -> Sequence[JobRecord]:
        """Return a caller's jobs, newest first, children left out; those before a job of its."""
        last = None if before is None else self.get(owner, before)
        names = [name for name, each in STATES.items() if state in (None, each)]
        if state is State.CANCELLED:
            names.append("SUCCESS")
        found: list[JobRecord] = []
        offset = 0
        while len(found) < limit:
            with self._asked() as client:
                page = client.list_workflows(
                    user=owner,
                    name=kind.value if kind else [each.value for each in Kind],
                    status=names,
                    end_time=None if last is None else last.created_at.isoformat(),
                    limit=2 * limit,
                    offset=offset,
                    sort_desc=True,
                    load_input=False,
                    load_output=False,
                )
            shown = [each for each in page if "." not in each.workflow_id]
            ids = [each.workflow_id for each in shown]
            if not offset and before in ids:
                shown = shown[ids.index(before) + 1 :]
            records = map(record_of, shown)
            found += [record for record in records if state in (None, record.state)]
            offset += len(page)
            if len(page) < 2 * limit:
                break
        return found[:limit]

    def request(self, job_id: str) -> str:
        """Return a job's request as it was accepted, as JSON text."""
        found = self._status(job_id, whole=True)
        text: str = (found.input or {"args": [""]})["args"][0]
        return text

    def scenario(self, job_id: str) -> dict[str, Any]:
        """Return the scenario of a job; of a child, with its changes made."""
        from api.jobs.errands import merged  # noqa: PLC0415

        asked = json.loads(self.request(job_id))
        base = self.request(job_id.split(".", maxsplit=1)[0]) if "changes" in asked else None
        return merged(asked, base)

    def answer(self, job_id: str) -> dict[str, Any] | None:
        """Return a job's answer; None where it has none."""
        found = self._status(job_id, whole=True)
        answer: dict[str, Any] | None = found.output if found.status == "SUCCESS" else None
        return answer

    def answers(self, job_ids: Sequence[str]) -> dict[str, dict[str, Any] | None]:
        """Return the answers of jobs that are over; None where there is none."""
        with self._asked() as client:
            found = client.list_workflows(workflow_ids=list(job_ids), load_input=False)
        return {
            each.workflow_id: each.output if each.status == "SUCCESS" else None for each in found
        }

    def states(self, job_ids: Sequence[str]) -> dict[str, State]:
        """Return the states of jobs, whoever's they are."""
        return {job.workflow_id: STATES[job.status] for job in self.statuses(job_ids)}

    def statuses(self, job_ids: Sequence[str]) -> Sequence[WorkflowStatus]:
        """Return what dbos says of jobs, without what goes in and out."""
        with self._asked() as client:
            return client.list_workflows(
                workflow_ids=list(job_ids), load_input=False, load_output=False
            )

    def children(self, parent: str) -> Sequence[WorkflowStatus]:
        """Return the children of a job."""
        with self._asked() as client:
            return client.list_workflows(
                workflow_id_prefix=f"{parent}.", load_input=False, load_output=False
            )

    def events(self, job_id: str, after: int) -> Sequence[tuple[int, dict[str, Any]]]:
        """Return what a job has told beyond so many events, each with its number from 1."""
        with self._asked() as client:
            found = client.read_stream(job_id, EVENTS, offset=after, timeout_seconds=0)
            told: list[dict[str, Any]] = []
            with suppress(dbos_error.DBOSException):  # nothing more is there now
                told.extend(found)
        return list(enumerate(told, after + 1))

    def stop(self, job_id: str) -> None:
        """Cancel a job that waits; tell one that runs to end with the best plan so far."""
        with self._asked() as client:
            state = STATES[self._status(job_id).status]
            if state is State.QUEUED:
                client.cancel_workflow(job_id)
            elif state is State.RUNNING:
                client.update_workflow_attributes(job_id, {"stop": True}, merge=True)

    def cancel(self, job_id: str) -> None:
        """End a job that has nothing to keep."""
        with self._asked() as client:
            client.cancel_workflow(job_id)

    def note(self, job_id: str, standing: dict[str, Any]) -> None:
        """Keep how far a job is."""
        with self._asked() as client:
            client.update_workflow_attributes(job_id, {"standing": standing}, merge=True)

    def leave(self, job_id: str) -> None:
        """Keep that there is a handover."""
        with self._asked() as client:
            client.update_workflow_attributes(job_id, {"left": True}, merge=True)

    def queue_again(self, job_id: str, queue: str) -> None:
        """Give up a job that runs, for another worker to begin."""
        with self._asked() as client:
            client.resume_workflow(job_id, queue_name=queue)

    def handover(self, job_id: str) -> dict[str, Any] | None:
        """Return what the last worker left of a job for the next one."""
        with self._asked() as client:
            found: dict[str, Any] | None = client.get_event(job_id, HANDOVER, timeout_seconds=0)
        return found

    def running_at(self) -> Sequence[WorkflowStatus]:
        """Return the jobs that run, for who carries each out."""
        with self._asked() as client:
            return client.list_workflows(status="PENDING", load_input=False, load_output=False)

    def forget(self, days: float) -> None:
        """Remove jobs that were over so many days ago."""
        until = (datetime.now(UTC) - timedelta(days=days)).isoformat()
        with self._asked() as client:
            old = client.list_workflows(
                completed_before=until,
                limit=FORGET_AT_ONCE,
                load_input=False,
                load_output=False,
            )
            if old:
                client.delete_workflows([job.workflow_id for job in old])
