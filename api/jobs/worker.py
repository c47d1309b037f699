"""A worker: takes jobs from the queues, carries them out in processes, and takes over the dead's.

dbos keeps the jobs and hands each to one worker; what one job does while it runs is `running`'s.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable
from threading import Event, Thread
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import uuid4

from dbos import DBOS, WorkflowStatus, error

from allocator.errors import SolveFailedError
from allocator.studies.pool import Limits, Pool, default_solver
from api.jobs.database import APPLICATION, SERIALIZER
from api.jobs.errands import Answer, Errand
from api.jobs.leases import Leases
from api.jobs.parents import Parent, conduct_batch, conduct_comparison
from api.jobs.records import MOST_STARTS, Kind, is_left
from api.jobs.running import Running, Wishes, given_up
from api.jobs.store import SOLVES, STUDIES, VERSION, DatabaseAwayError, Store, patiently
from api.metrics import Metrics
from api.settings import ServiceSettings

if TYPE_CHECKING:
    from allocator.studies.pool import Solver

_T = TypeVar("_T")
_log = logging.getLogger("allocator.jobs")

POLL_S, EAGER_S = 0.1, 0.02
"""How often the queue of solves is looked at, and while short children are carried out."""
SHORT_S = 1.0
"""Seconds up to which a child is short: it is then worth while to have the next one at hand."""
POLL_STUDIES_S = 0.5
PARENTS = 4
"""Comparisons and batches that one worker conducts at a time."""
GRACE_S = 20.0
"""Seconds beyond its time limit after which a solve is ended from outside."""
HANDOVER_S = 8.0
"""Seconds that running solves are given to leave their best plans when the worker stops."""
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
        self.store = Store(settings.database_url)
        self.leases = Leases(self.store.engine, settings.lease_s)
        limits = Limits(grace_s=GRACE_S, memory_mb=settings.memory_limit_mb)
        self.pool = Pool(settings.concurrent_solves, limits, solver)
        self._closing = Event()
        self._closed = Event()
        self._carrying: dict[str, str] = {}
        self._given_up: dict[str, str] = {}
        self._is_eager = self._had_children = False
        self._last_parent = "", ""
        self._keeper = Thread(target=self._keep, name="allocator-keeper", daemon=True)

    def open(self) -> None:
        """Begin to take jobs."""
        self.leases.renew(self.executor_id, self.settings.concurrent_solves)
        DBOS(
            config={
                "name": APPLICATION,
                "system_database_url": self.settings.database_url,
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
        until = time.monotonic() + HANDOVER_S
        while self._carrying and time.monotonic() < until:
            time.sleep(0.05)
        DBOS.destroy(destroy_registry=True)
        self._closed.set()
        self._keeper.join(timeout=5)
        self.pool.close()
        left = self._given_up | self._carrying
        try:
            for job_id, queue in left.items():
                self.store.queue_again(job_id, queue)
            self.leases.end(self.executor_id)
        except DatabaseAwayError:
            _log.warning("the database is away; others take over when the lease has run out")
        self.store.close()

    def _be_eager(self, eager: bool) -> None:
        """Look at the queue more often, and take one more, while short children are in it."""
        self._had_children = self._had_children or eager
        if self._is_eager is eager:
            return
        self._is_eager = eager
        queue = DBOS.retrieve_queue(SOLVES)
        if queue is not None:
            queue.set_polling_interval_sec(EAGER_S if eager else POLL_S)
            queue.set_worker_concurrency(self.settings.concurrent_solves + eager)

    def _register(self, kind: Kind) -> None:
        def workflow(request: str) -> Any:
            return DBOS.run_step({"name": "carry out"}, self._carry_out, kind, request)

        decorate = DBOS.workflow(name=kind.value, max_recovery_attempts=MOST_STARTS - 1)
        decorate(workflow)

    def _carry_out(self, kind: Kind, request: str) -> Answer:
        job_id = DBOS.workflow_id or ""
        self._carrying[job_id] = STUDIES if kind.is_parent else SOLVES
        began = time.monotonic()
        _log.info("started", extra={"job": job_id, "kind": kind.value})
        try:
            answer = self._answered(job_id, kind, request)
        finally:
            del self._carrying[job_id]
        seconds = time.monotonic() - began
        self.metrics.ended(kind.value, seconds, answer.get("standing", {}).get("gap"))
        if "." in job_id and seconds < SHORT_S:
            self._safely(lambda: self._be_eager(True))
        told = {"job": job_id, "status": answer["status"], "seconds": round(seconds, 3)}
        _log.info("ended", extra=told)
        return answer

    def _answered(self, job_id: str, kind: Kind, request: str) -> Answer:
        """Return the answer; note why there is none, or that the job goes on elsewhere."""
        try:
            return self._answer(job_id, kind, request)
        except (error.DBOSWorkflowCancelledError, DatabaseAwayError) as gone:
            if self._closing.is_set():
                self._given_up[job_id] = self._carrying[job_id]
            _log.info("left", extra={"job": job_id})
            raise given_up(job_id) from gone
        except SolveFailedError as failed:
            reason = {"reason": str(failed)}
            self._patiently(lambda: self.store.note(job_id, reason))
            _log.warning("failed", extra={"job": job_id, "why": type(failed).__name__})
            raise
        except Exception:
            _log.exception("a bug of ours", extra={"job": job_id})
            raise

    def _answer(self, job_id: str, kind: Kind, request: str) -> Answer:
        if self._closing.is_set():
            raise given_up(job_id)
        [status] = self._patiently(lambda: self.store.statuses([job_id]))
        self.metrics.waited(kind.value, status.created_at, status.dequeued_at)
        if kind.is_parent:
            return self._conduct(status, kind, request)
        running = Running(status, self.store, self.pool, self.executor_id, self._closing)
        errand = self._patiently(lambda: self._errand(status, kind, request))
        return running.carry_out(errand)

    def _conduct(self, status: WorkflowStatus, kind: Kind, request: str) -> Answer:
        """Conduct a parent; from where its children are, each time that the database was away."""
        conduct = conduct_batch if kind is Kind.BATCH else conduct_comparison
        asked = json.loads(request)

        def begin() -> Answer:
            wishes = Wishes(self.store, status, self.executor_id)
            given = (status, asked, self.store, wishes, self._closing, self._solves)
            return conduct(Parent(*given))

        return self._patiently(begin)

    def _patiently(self, ask: Callable[[], _T]) -> _T:
        return patiently(ask, self._closing.is_set)

    def _solves(self) -> int:
        """Return how many solves all live workers do at a time."""
        return sum(self.leases.live().values())

    def _errand(self, status: WorkflowStatus, kind: Kind, request: str) -> Errand:
        """Return what a process is to do; where another worker left off, from there on."""
        job_id = status.workflow_id
        parent = job_id.split(".")[0]
        left = (self.store.handover(job_id) if is_left(status) else None) or {}
        options = json.loads(request)["options"]
        plan = left.get("plan")
        return Errand(
            kind=kind.value,
            request=request,
            time_limit_s=left.get("time_limit_s") or options["time_limit_s"],
            workers=self.settings.workers,
            base=self._request_of(parent) if parent != job_id else None,
            start=json.loads(plan)["placements"] if plan else None,
        )

    def _request_of(self, parent: str) -> str:
        """Return the request of a parent, asked for once for its many children."""
        known, request = self._last_parent
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
        """Do what is done again soon, whatever happens."""
        try:
            work()
        except Exception as failed:
            _log.warning("will be tried again", extra={"error": type(failed).__name__})

    def _sweep(self) -> None:
        self.leases.renew(self.executor_id, self.settings.concurrent_solves)
        live = self.leases.live()
        holders = {job.executor_id for job in self.store.running_at()}
        dead = sorted(holder for holder in holders if holder and holder not in live)
        if dead:
            _log.warning("taking over from the dead", extra={"workers": len(dead)})
            DBOS._recover_pending_workflows(dead)
