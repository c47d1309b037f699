"""A worker: takes jobs from the queues, carries them out in processes, and takes over the dead's.

dbos keeps the jobs and hands each to one worker; what one job does while it runs is `running`'s.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable
from threading import Event, Thread
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from dbos import DBOS, WorkflowStatus, error
from dbos._dbos import _get_dbos_instance

from allocator.errors import SolveFailedError
from allocator.studies.pool import Limits, Pool, default_solver
from api.jobs.database import APPLICATION, SERIALIZER, DatabaseAwayError
from api.jobs.handlers import JobHandler
from api.jobs.leases import Leases
from api.jobs.new_job import SOLVES, STUDIES, VERSION
from api.jobs.parents import Parent, conduct_batch, conduct_comparison
from api.jobs.records import MOST_STARTS, Kind, has_kept_plan, status_of
from api.jobs.running import CancellationRequests, Running, given_up
from api.jobs.store import Store
from api.jobs.work import Answer
from api.metrics import Metrics
from api.settings import ServiceSettings

if TYPE_CHECKING:
    from allocator.studies.pool import Solver

_log = logging.getLogger("allocator.jobs")

POLL_S, EAGER_S = 0.1, 0.02
"""How often the queue of solves is looked at, and while short children are carried out."""
SHORT_S = 1.0
"""Seconds up to which a child is short: it is then worth while to have the next one at hand."""
POLL_STUDIES_S = 0.5
PARENTS = 4
"""Comparisons and batches that one worker conducts at a time."""
_ELSEWHERE = (
    error.DBOSWorkflowCancelledError,
    error.DBOSWorkflowConflictIDError,
    DatabaseAwayError,
)
"""What is raised where a job goes on elsewhere."""
GRACE_S = 20.0
"""Seconds beyond its time limit after which a solve is ended from outside."""
HANDOVER_S = 8.0
"""Seconds that running solves are given to leave their best plans when the worker stops."""
DBOS_STOP_S = 5.0
"""Seconds that dbos is given to stop its threads before the worker goes without it."""
SWEEPS_A_LEASE = 4
FORGET_EVERY_S = 600.0


class Worker:
    """Carries out jobs until it is closed; one a process, as dbos has one.

    Parameters
    ----------
    solver
        What solves in the processes.
    """

    def __init__(
        self, settings: ServiceSettings, metrics: Metrics, solver: Solver = default_solver
    ) -> None:
        self.settings = settings
        self.metrics = metrics
        self.executor_id = str(uuid4())
        self._closing = Event()
        self._closed = Event()
        self.store = Store(settings.database_url, self._closing.is_set)
        self.leases = Leases(self.store.database, settings.lease_s)
        limits = Limits(grace_s=GRACE_S, memory_mb=settings.memory_limit_mb)
        self.pool = Pool(settings.concurrent_solves, limits, solver)
        self._idle: dict[str, float] = {}
        self._renewed = self._certain_from = time.monotonic()
        self._is_eager = self._had_children = False
        self._last_parent = "", ""
        self._keeper = Thread(target=self._keep, name="allocator-keeper", daemon=True)

    def open(self) -> None:
        """Begin to take jobs."""
        self.leases.renew(self.executor_id, self.settings.concurrent_solves)
        DBOS(
            config={
                "name": APPLICATION,
                "system_database_engine": self.store.engine,
                "application_version": VERSION,
                "executor_id": self.executor_id,
                "serializer": SERIALIZER,
                "enable_otlp": False,
                "log_level": "CRITICAL",  # it would tell what is in a request
                "run_migrations": False,
            }
        )
        for kind in Kind:
            self._register(kind)
        DBOS.launch()
        solves = self.settings.concurrent_solves
        DBOS.register_queue(
            SOLVES,
            worker_concurrency=solves,
            partition_concurrency=self.settings.running_a_key,
            polling_interval_sec=POLL_S,
            on_conflict="always_update",
        )
        DBOS.register_queue(
            STUDIES,
            worker_concurrency=PARENTS,
            partition_concurrency=PARENTS,
            polling_interval_sec=POLL_STUDIES_S,
            on_conflict="always_update",
        )
        self._keeper.start()

    def close(self) -> None:
        """Hand over what runs, and stop; a thread whose job goes on elsewhere ends at exit."""
        self._closing.set()
        # Containers are killed ten seconds after they are asked to stop.
        until = time.monotonic() + HANDOVER_S
        while self._carried_out() and time.monotonic() < until:
            time.sleep(0.05)
        # Only now: recording an outcome still needs dbos. Beside this thread: after an outage
        # those of dbos may sleep for a minute before they look whether to stop.
        stopping = Thread(target=DBOS.destroy, kwargs={"destroy_registry": True}, daemon=True)
        stopping.start()
        stopping.join(DBOS_STOP_S)
        self._closed.set()
        self._keeper.join(timeout=5)
        self.pool.close()
        try:
            self.leases.end(self.executor_id)
        except DatabaseAwayError:
            _log.warning("the database is away; others take over when the lease has run out")
        self.store.close()

    def _be_eager(self, eager: bool) -> None:
        """Look at the queue more often, and take one more, while short children are in it."""
        self._had_children = self._had_children or eager
        # Changing a queue is a write to the database.
        if self._is_eager is eager:
            return
        self._is_eager = eager
        queue = DBOS.retrieve_queue(SOLVES)
        if queue is not None:
            queue.set_polling_interval_sec(EAGER_S if eager else POLL_S)
            queue.set_worker_concurrency(self.settings.concurrent_solves + eager)

    def _register(self, kind: Kind) -> None:
        """Make a kind of job known to dbos, as a workflow of one step.

        One step: when a worker dies, it is repeated from its beginning, from the best plan kept.
        """

        def workflow(request: str) -> Any:
            return DBOS.run_step({"name": "carry out"}, self._carry_out, kind, request)

        decorate = DBOS.workflow(name=kind.value, max_recovery_attempts=MOST_STARTS - 1)
        decorate(workflow)

    def _carry_out(self, kind: Kind, request: str) -> Answer:
        """Carry out a job in the thread that dbos gave it, and return its answer."""
        job_id = DBOS.workflow_id or ""
        began = time.monotonic()
        _log.info("started", extra={"job": job_id, "kind": kind.value})
        answer = self._answered(job_id, kind, request)
        seconds = time.monotonic() - began
        self.metrics.ended(kind.value, seconds, answer.get("job_status", {}).get("gap"))
        if "." in job_id and seconds < SHORT_S:
            self._safely(lambda: self._be_eager(True))
        facts = {"job": job_id, "status": answer["status"], "seconds": round(seconds, 3)}
        _log.info("ended", extra=facts)
        return answer

    def _answered(self, job_id: str, kind: Kind, request: str) -> Answer:
        """Return the answer; note why there is none, or that the job goes on elsewhere."""
        try:
            try:
                return self._answer(job_id, kind, request)
            except SolveFailedError as failed:
                self._note_failure(job_id, str(failed))
                _log.warning("failed", extra={"job": job_id, "why": type(failed).__name__})
                raise
        except _ELSEWHERE as gone:
            # An outcome recorded by two workers would be whoever's came last, so this one records
            # none.
            _log.info("left", extra={"job": job_id})
            raise given_up(job_id) from gone
        except SolveFailedError:
            raise
        except Exception:
            _log.exception("a bug of ours", extra={"job": job_id})
            # Nobody would collect what its children find.
            self._safely(lambda: self.store.stop_children(job_id))
            raise

    def _note_failure(self, job_id: str, reason: str) -> None:
        """Keep why a job failed, beside how far it had come."""
        for status in self.store.statuses([job_id]):
            self.store.note(job_id, status_of(status).model_copy(update={"reason": reason}))

    def _answer(self, job_id: str, kind: Kind, request: str) -> Answer:
        """Return the answer of a job: a parent's from its children, others from a process."""
        statuses = self.store.statuses([job_id])
        if self._closing.is_set() or not statuses:
            raise given_up(job_id)
        [status] = statuses
        self.metrics.waited(kind.value, status.created_at, status.dequeued_at)
        # A parent only waits, so it takes no place of a solve: with one place it would wait for
        # ever.
        if kind.is_parent:
            return self._conduct(status, kind, request)
        running = Running(status, self.store, self.pool, self.executor_id, self._closing)
        return running.carry_out(self._handler(status, kind, request))

    def _conduct(self, status: WorkflowStatus, kind: Kind, request: str) -> Answer:
        """Conduct a parent, from where its children are."""
        conduct = conduct_batch if kind is Kind.BATCH else conduct_comparison
        requests = CancellationRequests(self.store, status, self.executor_id)
        asked = json.loads(request)
        return conduct(Parent(status, asked, self.store, requests, self._closing, self._solves))

    def _solves(self) -> int:
        """Return how many solves all live workers do at a time."""
        return sum(self.leases.live().values())

    def _handler(self, status: WorkflowStatus, kind: Kind, request: str) -> JobHandler:
        """Return what a process is to do: from the best plan that is kept, where there is one."""
        job_id = status.workflow_id
        parent = job_id.split(".")[0]
        kept = (self.store.kept_plan(job_id) if has_kept_plan(status) else None) or {}
        options = json.loads(request)["options"]
        return JobHandler(
            kind=kind.value,
            request=request,
            time_limit_s=kept.get("time_limit_s") or options["time_limit_s"],
            workers=self.settings.workers,
            base=self._request_of(parent) if parent != job_id else None,
            start=kept.get("pieces"),
        )

    def _request_of(self, parent: str) -> str:
        """Return the request of a parent, asked for once for its many children."""
        known, request = self._last_parent
        # A batch has a thousand children with one request, which may have megabytes.
        if known != parent:
            request = self.store.request(parent)
            self._last_parent = parent, request
        return request

    def _keep(self) -> None:
        """Show signs of life, take over from the dead, forget the old; until closed."""
        tick_s = self.settings.lease_s / SWEEPS_A_LEASE
        forget_at = time.monotonic()
        while not self._closed.wait(tick_s):
            forget = time.monotonic() >= forget_at
            if forget:
                forget_at += FORGET_EVERY_S
            self._safely(self._sweep)
            self._safely(lambda: self._be_eager(False) if not self._had_children else None)
            self._had_children = False
            if forget:
                self._safely(lambda: self.store.forget(self.settings.keep_days))
                self._safely(self.leases.forget)

    def _safely(self, work: Callable[[], None]) -> None:
        """Do what is done again soon; a failure is logged and does not end the keeper's thread."""
        try:
            work()
        except Exception as failed:
            _log.warning("will be tried again", extra={"error": type(failed).__name__})

    def _sweep(self) -> None:
        """Show a sign of life, and see to it that every job that runs is carried out."""
        self._renew()
        self._take_over()
        self._take_back()
        for parent in self.store.orphans():
            self.store.stop_children(parent)

    def _renew(self) -> None:
        """Renew the lease; after a time without the database, give others time to do so, too."""
        self.leases.renew(self.executor_id, self.settings.concurrent_solves)
        now = time.monotonic()
        # All leases ran out while the database was away. Whoever is back first must not take
        # everything.
        if now - self._renewed > self.settings.lease_s:
            self._certain_from = now + self.settings.lease_s
        self._renewed = now

    def _take_over(self) -> None:
        """Queue what dead workers held."""
        live = self.leases.live()
        holders = {held.executor_id for held in self.leases.held()}
        dead = sorted(holder for holder in holders if holder and holder not in live)
        # Every live worker does this, and the statement's condition lets each job be queued only
        # once.
        if dead and time.monotonic() >= self._certain_from:
            _log.warning("taking over from the dead", extra={"workers": len(dead)})
            self.leases.take_from(dead)

    def _take_back(self) -> None:
        """Queue what this worker holds but has not carried out for a lease: the thread died."""
        mine = {held.job_id for held in self.leases.held() if held.executor_id == self.executor_id}
        idle, now = mine - self._carried_out(), time.monotonic()
        self._idle = {job_id: self._idle.get(job_id, now) for job_id in idle}
        stuck = [job for job, since in self._idle.items() if now - since >= self.settings.lease_s]
        if stuck:
            _log.warning("beginning anew what nobody carries out", extra={"jobs": len(stuck)})
            self.leases.take_back(self.executor_id, stuck)

    def _carried_out(self) -> set[str]:
        """Return the jobs that threads of this process carry out, or record the end of."""
        return set(_get_dbos_instance()._active_workflows_set.activeList())
