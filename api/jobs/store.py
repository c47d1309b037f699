"""Jobs as the routes and the workers see them: accepted, looked up, cancelled, forgotten.

Carrying them out is `worker`'s. Everything here asks the database and may block.
"""

from __future__ import annotations

import json
import re
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from dbos import DBOS, DBOSClient, WorkflowStatus
from dbos import error as dbos_error

from api.jobs.database import PINGS, Database, at_once, begin_writing
from api.jobs.new_job import NewJob, options_of
from api.jobs.records import (
    ACTIVE,
    LABEL,
    STATES,
    STATUS,
    WAITING,
    JobRecord,
    JobStatus,
    Kind,
    Label,
    State,
    has_kept_plan,
    is_to_stop,
    reason_of,
    record_of,
)

EVENTS = "events"
KEPT = "handover"
"""Under which name the best plan of a job is kept, with the time that is left for it."""
FORGET_AT_ONCE = 500
PING_MS = 3_000
"""Milliseconds within which a database has to take a row to be ready."""
_JOB_ID = re.compile(r"[0-9a-f-]{36}(\.\d+(-2)?)?")
Admits = Callable[[int, int], None]
"""Raises if a caller with so many jobs that wait or run, and so many in all, may have no more."""


class NoSuchJobError(Exception):
    """There is no such job, or not for this caller."""


class KeyReusedError(Exception):
    """An Idempotency-Key came before, with another request."""


@dataclass(frozen=True)
class Ended:
    """How a job ended: its answer, where it has one, and why it failed, where it did."""

    state: State
    answer: dict[str, Any] | None
    reason: str | None


class Store:
    """The jobs in a database.

    Every method raises `DatabaseAwayError` where the database does not answer and it is given up.

    Parameters
    ----------
    gives_up
        As a `Database` takes it.
    """

    def __init__(self, url: str, gives_up: Callable[[], bool] = at_once) -> None:
        self.database = Database(url, gives_up)
        self.engine = self.database.engine
        self._jobs = self.database.jobs
        self._ask = self.database.ask
        self._transact = self.database.transact

    def close(self) -> None:
        """Let go of the database."""
        self.database.close()

    def ping(self) -> None:
        """Make sure that the database takes a row, and does so soon."""

        def written(connection: sa.Connection) -> None:
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql(f"SET LOCAL statement_timeout={PING_MS}")
            # A row is really written: a database on a full disk still answers questions.
            at_s = {"at_s": time.time()}
            if not connection.execute(sa.update(PINGS).values(at_s)).rowcount:
                connection.execute(sa.insert(PINGS).values(one=1, **at_s))

        self._transact(written)

    def accept(self, job: NewJob, admits: Admits | None = None) -> str:
        """Keep a job and queue it; return its id.

        Parameters
        ----------
        admits
            Asked unless the job is known, while nobody else can hand in a job.

        Raises
        ------
        KeyReusedError
            If its Idempotency-Key came before, with another request.
        """
        job_id = job.id
        options = options_of(job, job_id)

        def accepted(client: DBOSClient) -> None:
            with self.engine.begin() as connection:
                # Nobody else hands in a job between the counting and the queueing, so no limit is
                # ever exceeded.
                begin_writing(connection)
                is_new = not self._is_there(connection, job_id)
                if is_new and admits is not None:
                    # A retry is not counted: its job is there already and takes up no further
                    # room.
                    admits(*self._active(connection, job.owner))
                client.enqueue_in_transaction(connection, options, job.request)
                if is_new and connection.dialect.name == "sqlite":
                    self._note_moment(connection, job_id)

        try:
            self._ask(accepted)
        except dbos_error.DBOSConflictingWorkflowError as error:  # a job of another kind
            raise KeyReusedError from error
        if job.again is not None:
            # Only now: of two retries at the same moment, the one that came second sees the first
            # one's.
            self._same(job_id, job.sha256)
        return job_id

    def _same(self, job_id: str, sha256: str) -> None:
        """Refuse a retry whose request is not the one of the job."""
        found = self._status(job_id)
        if (found.attributes or {}).get("sha256") != sha256:
            raise KeyReusedError

    def _note_moment(self, connection: sa.Connection, job_id: str) -> None:
        """Keep when a job was accepted, which dbos keeps to the second in SQLite."""
        jobs = self._jobs
        mine = sa.update(jobs).where(jobs.c.workflow_uuid == job_id)
        connection.execute(mine.values(created_at=int(time.time() * 1000)))

    def _is_there(self, connection: sa.Connection, job_id: str) -> bool:
        query = sa.select(self._jobs.c.status).where(self._jobs.c.workflow_uuid == job_id)
        return connection.execute(query).first() is not None

    def _active(self, connection: sa.Connection, owner: str) -> tuple[int, int]:
        """Return how many jobs of a caller wait or run, and of all callers, children left out.

        One caller's many children are no reason to send others away.
        """
        jobs = self._jobs.c
        is_own, is_child = jobs.authenticated_user == owner, jobs.workflow_uuid.contains(".")
        query = (
            sa.select(is_own, is_child, sa.func.count())
            .where(jobs.status.in_(ACTIVE))
            .group_by(is_own, is_child)
        )
        rows = connection.execute(query).all()
        mine = sum(count for own, _, count in rows if own)
        return mine, sum(count for _, child, count in rows if not child)

    def counts(self) -> Counter[State]:
        """Return how many jobs there are by state."""
        status = self._jobs.c.status
        query = sa.select(status, sa.func.count()).group_by(status)
        found: Counter[State] = Counter()
        for name, count in self._transact(lambda one: one.execute(query).all()):
            found[STATES[name]] += count
        return found

    def _found(self, job_ids: Collection[str], **more: bool) -> list[WorkflowStatus]:
        """Return what dbos has of jobs, without input and output unless `more` asks for them."""
        load = {"load_input": False, "load_output": False} | more
        # Outputs are whole plans, megabytes of a country, so they are loaded only where they are
        # needed.
        if not job_ids:  # dbos would take that for all
            return []
        return self._ask(lambda one: one.list_workflows(workflow_ids=list(job_ids), **load))  # type: ignore[arg-type]

    def _status(self, job_id: str, *, whole: bool = False) -> WorkflowStatus:
        """Return what dbos has of one job, `whole` with input and output; raise as `get` does."""
        is_one = _JOB_ID.fullmatch(job_id)
        # What cannot be an id is never asked for: NUL bytes and the like make PostgreSQL fail.
        found = self._found([job_id] if is_one else [], load_input=whole, load_output=whole)
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
        # Somebody else's job is answered as none at all: who asks does not learn that it is there.
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
        """Return a caller's jobs, newest first, children left out; those before a job of its.

        Of jobs accepted at the same moment the order is that of their ids.
        """
        jobs = self._jobs.c
        order = sa.tuple_(jobs.created_at, jobs.workflow_uuid)
        query = (
            sa.select(jobs.workflow_uuid)
            .where(jobs.authenticated_user == owner, sa.not_(jobs.workflow_uuid.contains(".")))
            .where(jobs.name.in_([kind.value] if kind else list(Kind)))
            .order_by(jobs.created_at.desc(), jobs.workflow_uuid.desc())
            .limit(limit)
        )
        if state is not None:
            query = query.where(self._is_in(state))
        if before is not None:
            self.get(owner, before)
            last = sa.select(jobs.created_at).where(jobs.workflow_uuid == before)
            # Compared as a pair: jobs accepted in the same millisecond are neither skipped nor
            # shown twice.
            query = query.where(order < sa.tuple_(last.scalar_subquery(), sa.literal(before)))
        ids = self._transact(lambda one: one.execute(query).scalars().all())
        # dbos gives them in an order of its own.
        record = {each.workflow_id: record_of(each) for each in self._found(ids)}
        return [record[job_id] for job_id in ids if job_id in record]

    def _is_in(self, state: State) -> sa.ColumnElement[bool]:
        """Return the condition for a state: one that was asked to stop ends as cancelled."""
        jobs = self._jobs.c
        named = jobs.status.in_([name for name, each in STATES.items() if each is state])
        stopped = sa.func.coalesce(jobs.attributes["stop"].as_boolean(), sa.false())
        if state is State.DONE:
            return named & sa.not_(stopped)
        if state is State.CANCELLED:
            return named | ((jobs.status == "SUCCESS") & stopped)
        return named

    def request(self, job_id: str) -> str:
        """Return a job's request as it was accepted, as JSON text."""
        found = self._status(job_id, whole=True)
        text: str = (found.input or {"args": [""]})["args"][0]
        return text

    def scenario(self, job_id: str) -> dict[str, Any]:
        """Return the scenario of a job; of a child, with its changes made."""
        from api.jobs.handlers import merged  # noqa: PLC0415

        asked = json.loads(self.request(job_id))
        base = self.request(job_id.split(".", maxsplit=1)[0]) if "changes" in asked else None
        return merged(asked, base)

    def answer(self, job_id: str) -> dict[str, Any] | None:
        """Return a job's answer; None where it has none."""
        return _ended(self._status(job_id, whole=True)).answer

    def ended(self, job_ids: Collection[str]) -> dict[str, Ended]:
        """Return those of some jobs that are over."""
        over = [job_id for job_id, state in self.states(job_ids).items() if state.is_over]
        found = self._found(over, load_output=True)
        return {each.workflow_id: _ended(each) for each in found}

    def states(self, job_ids: Collection[str]) -> dict[str, State]:
        """Return the states of jobs, whoever's they are."""
        return {job.workflow_id: STATES[job.status] for job in self._found(job_ids)}

    def statuses(self, job_ids: Collection[str]) -> Sequence[WorkflowStatus]:
        """Return what dbos says of jobs, without what goes in and out."""
        return self._found(job_ids)

    def children(self, parent: str) -> Sequence[WorkflowStatus]:
        """Return the children of a job."""
        return self._ask(
            lambda client: client.list_workflows(
                workflow_id_prefix=f"{parent}.", load_input=False, load_output=False
            )
        )

    def orphans(self) -> Sequence[str]:
        """Return the parents that are over or gone while a child of theirs waits or runs."""
        child, parent = self._jobs.alias("child"), self._jobs.alias("parent")
        whose = sa.func.substr(child.c.workflow_uuid, 1, 36)
        query = (
            sa.select(whose)
            .select_from(child.outerjoin(parent, parent.c.workflow_uuid == whose))
            .where(child.c.status.in_(ACTIVE), child.c.workflow_uuid.contains("."))
            .where(sa.func.coalesce(parent.c.status, "").not_in(ACTIVE))
            .distinct()
        )
        return self._transact(lambda one: one.execute(query).scalars().all())

    def events(self, job_id: str, after: int) -> Sequence[tuple[int, dict[str, Any]]]:
        """Return what a job has reported beyond so many events, each with its number from 1."""

        def read(client: DBOSClient) -> list[dict[str, Any]]:
            found: list[dict[str, Any]] = []
            with suppress(dbos_error.DBOSException):  # nothing more is there now
                found.extend(client.read_stream(job_id, EVENTS, offset=after, timeout_seconds=0))
            return found

        return list(enumerate(self._ask(read), after + 1))

    def rows(self, job_id: str) -> Sequence[dict[str, Any]]:
        """Return the rows that a job of children has reported, each once, as it was last."""
        batches = (
            event["data"]["rows"] for _, event in self.events(job_id, 0) if "rows" in event["data"]
        )
        found: dict[object, dict[str, Any]] = {}
        for row in (row for rows in batches for row in rows):
            name = row.get("job") or (row.get("scheme"), row.get("people_per_desk"))
            # A parent that is begun again reports rows once more; the last report counts.
            found[name] = row
        return list(found.values())

    def tell(self, event: str, data: dict[str, Any]) -> None:
        """Tell whoever listens to the job that this thread carries out."""
        self._ask(lambda _: DBOS.write_stream(EVENTS, {"event": event, "data": data}))

    def stop(self, job_id: str) -> None:
        """Cancel a job with its children.

        Those that wait are cancelled at once; those that run, or of which a plan is kept, end with
        their best plan so far.
        """
        self._stop([self._status(job_id), *self.children(job_id)])

    def stop_children(self, parent: str) -> None:
        """Cancel the children of a job, as `stop` does."""
        self._stop(self.children(parent))

    def _stop(self, jobs: Iterable[WorkflowStatus]) -> None:
        """Cancel those that wait and have no plan; ask the others to end with their best one."""
        active = [each for each in jobs if each.status in ACTIVE and not is_to_stop(each)]
        self._cancel(each.workflow_id for each in active if not has_kept_plan(each))
        for job_id, state in self.states([each.workflow_id for each in active]).items():
            # Looked up once more: some ran to their end while the others were being cancelled.
            if not state.is_over:
                self._keep(job_id, {"stop": True})

    def _cancel(self, job_ids: Iterable[str]) -> None:
        """Cancel those jobs that wait."""
        jobs, now_ms = self._jobs, int(time.time() * 1000)
        # The condition is in the statement itself: a worker may begin one of them at this moment.
        waiting = jobs.c.workflow_uuid.in_(list(job_ids)) & jobs.c.status.in_(WAITING)
        over = {"status": "CANCELLED", "queue_name": None, "completed_at": now_ms}
        query = sa.update(jobs).where(waiting).values(over | {"updated_at": now_ms})
        self._transact(lambda one: one.execute(query))

    def cancel(self, job_id: str) -> None:
        """End a job that has nothing to keep."""
        self._ask(lambda client: client.cancel_workflow(job_id))

    def note(self, job_id: str, status: JobStatus, *, has_plan: bool = False) -> None:
        """Keep how far a job is, and whether a plan of it is kept."""
        attributes: dict[str, Any] = {STATUS: status.model_dump(mode="json")}
        self._keep(job_id, attributes | ({"left": True} if has_plan else {}))

    def describe(self, owner: str, job_id: str, label: Label) -> JobRecord:
        """Keep what a caller says of a job of its own, and return the job."""
        self.get(owner, job_id)
        self._keep(job_id, {LABEL: label.model_dump(mode="json")})
        return self.get(owner, job_id)

    def keep_plan(self, kept: dict[str, Any]) -> None:
        """Keep a plan of the job that this thread carries out, for whoever begins it next."""
        self._ask(lambda _: DBOS.set_event(KEPT, kept))

    def kept_plan(self, job_id: str) -> dict[str, Any] | None:
        """Return the plan that was kept last."""
        found: dict[str, Any] | None = self._ask(
            lambda client: client.get_event(job_id, KEPT, timeout_seconds=0)
        )
        return found

    def _keep(self, job_id: str, attributes: dict[str, Any]) -> None:
        """Keep attributes of a job beside those that it has."""
        self._ask(lambda client: client.update_workflow_attributes(job_id, attributes, merge=True))

    def forget(self, days: float) -> None:
        """Remove jobs that were over so many days ago."""
        until = (datetime.now(UTC) - timedelta(days=days)).isoformat()

        def forgotten(client: DBOSClient) -> None:
            old = client.list_workflows(
                completed_before=until,
                limit=FORGET_AT_ONCE,
                load_input=False,
                load_output=False,
            )
            # Not all at once: deleting thousands of plans would hold the lock for seconds.
            if old:
                client.delete_workflows([job.workflow_id for job in old])

        self._ask(forgotten)


def _ended(found: WorkflowStatus) -> Ended:
    """Return how a job ended; the output of one that failed is no answer."""
    answer = found.output if found.status == "SUCCESS" else None
    return Ended(STATES[found.status], answer, reason_of(found))
