"""One job while a worker carries it out: progress told, wishes to stop heard, starts counted."""

from __future__ import annotations

import logging
import time
from concurrent.futures import wait
from threading import Event
from typing import TYPE_CHECKING, Any

from dbos import DBOS, WorkflowStatus, error

from allocator.errors import ProcessDiedError
from api.jobs.errands import Answer, Errand
from api.jobs.records import MOST_STARTS, STATES, Standing, State
from api.jobs.store import EVENTS, HANDOVER, DatabaseAwayError, Store, patiently

if TYPE_CHECKING:
    from allocator.search.progress import Progress
    from allocator.studies.pool import Job, Pool

_log = logging.getLogger("allocator.jobs")

TELL_S = 0.2
"""How often better plans are told."""
LOOK_S = 0.5
"""How often it is looked whether somebody wants the job to stop, and how far it is, kept."""


class Progressing:
    """What a job tells of itself; noted by the pool's thread, told by the job's."""

    def __init__(self, store: Store, job_id: str) -> None:
        self._store = store
        self._job_id = job_id
        self._began = time.monotonic()
        self._last: Progress | None = None
        self._told: tuple[float | None, float | None] = (None, None)
        self._kept: Progress | None = None
        self._tell_at = self._keep_at = self._began

    def note(self, progress: Progress) -> None:
        """Take what a solve says of itself."""
        self._last = progress

    def tell(self) -> None:
        """Tell a better plan, and keep how far the job is, where it is time to."""
        now, last = time.monotonic(), self._last
        if last is None:
            return
        if now >= self._tell_at and self._is_better(last):
            self._tell_at = now + TELL_S
            self._say(self._seen(last))
        if now >= self._keep_at and last is not self._kept:
            self._keep_at = now + LOOK_S
            self._kept = last
            self._store.note(self._job_id, self._seen(last))

    def finish(self, answer: Answer) -> None:
        """Tell the last plan if it was not told, and keep how the job ended."""
        standing = {"status": answer["status"], "stage": "over"} | answer.get("standing", {})
        standing.setdefault("seconds", round(time.monotonic() - self._began, 3))
        self._store.note(self._job_id, Standing.model_validate(standing).model_dump(mode="json"))
        if standing.get("total") is not None and self._told[1] != standing["total"]:
            self._say({k: v for k, v in standing.items() if k != "status"})

    def _is_better(self, last: Progress) -> bool:
        return last.total is not None and (last.unplaced_people, last.total) != self._told

    def _say(self, seen: dict[str, Any]) -> None:
        self._told = seen["unplaced_people"], seen["total"]
        DBOS.write_stream(EVENTS, {"event": "plan", "data": seen})

    def _seen(self, last: Progress) -> dict[str, Any]:
        figures = ("stage", "total", "unplaced_people", "bound", "gap")
        seconds = round(time.monotonic() - self._began, 3)
        return {"seconds": seconds, **{name: getattr(last, name) for name in figures}}


class Wishes:
    """What others want of a job that runs: looked up now and then.

    Parameters
    ----------
    status
        Of the job, as it was when it was begun.
    executor_id
        The worker that carries it out.
    """

    def __init__(self, store: Store, status: WorkflowStatus, executor_id: str) -> None:
        self._store = store
        self._job_id = status.workflow_id
        self._executor_id = executor_id
        self._look_at = time.monotonic() + LOOK_S
        self.stop = bool((status.attributes or {}).get("stop"))
        self.lost = False

    def look(self) -> None:
        """Look whether the job was told to stop, or is somebody else's by now."""
        if time.monotonic() < self._look_at:
            return
        self._look_at = time.monotonic() + LOOK_S
        try:
            found = next(iter(self._store.statuses([self._job_id])), None)
        except DatabaseAwayError:  # a solve outlives that; its answer waits for the database
            return
        running = found is not None and STATES[found.status] is State.RUNNING
        if found is None or not running or found.executor_id != self._executor_id:
            self.lost = True
        else:
            self.stop = bool((found.attributes or {}).get("stop"))


def given_up(job_id: str) -> error.DBOSWorkflowCancelledError:
    """Return what ends a job here without an outcome, as others have it or will take it."""
    return error.DBOSWorkflowCancelledError(f"job {job_id} goes on elsewhere")


class Running:
    """One solve of a job, in the thread that dbos gave it.

    Parameters
    ----------
    closing
        Set when the worker stops; the job is then handed over.
    """

    def __init__(
        self,
        status: WorkflowStatus,
        store: Store,
        pool: Pool,
        executor_id: str,
        closing: Event,
    ) -> None:
        self.job_id = status.workflow_id
        self.store = store
        self.pool = pool
        self.left = max(1, MOST_STARTS + 1 - (status.recovery_attempts or 1))
        self.closing = closing
        self.wishes = Wishes(store, status, executor_id)
        self.progress = Progressing(store, self.job_id)
        self.handed_over = False

    def carry_out(self, errand: Errand) -> Answer:
        """Return the answer to an errand; begin anew where its process dies.

        Raises
        ------
        DBOSWorkflowCancelledError
            If the job goes on elsewhere.
        SolveFailedError
            If it gave no answer.
        """
        began = time.monotonic()
        while True:
            self.left -= 1
            try:
                answer = self._once(errand)
                break
            except ProcessDiedError:
                if not self.left:
                    raise
                _log.warning("process died, begun anew", extra={"job": self.job_id})
        if self.closing.is_set() and not self.wishes.stop and self.handed_over:
            self._leave(answer, errand, time.monotonic() - began)
            raise given_up(self.job_id)
        patiently(lambda: self.progress.finish(answer), self.closing.is_set)
        return answer

    def _once(self, errand: Errand) -> Answer:
        job = self.pool.submit(errand, self.progress.note)
        told = False
        while not wait([job.future], timeout=TELL_S / 4).done:
            self._look(job)
            if not told and (self.wishes.stop or self.closing.is_set()):
                told, self.handed_over = True, not self.wishes.stop
                job.stop()
        if job.future.cancelled():  # it waited for a process, and never began
            if self.wishes.stop:
                self.store.cancel(self.job_id)
            raise given_up(self.job_id)
        answer: Answer = job.future.result()
        return answer

    def _look(self, job: Job) -> None:
        self.wishes.look()
        if self.wishes.lost:
            job.abandon()
            raise given_up(self.job_id)
        try:
            self.progress.tell()
        except DatabaseAwayError:
            return

    def _leave(self, answer: Answer, errand: Errand, used_s: float) -> None:
        """Leave the best plan so far, and the time that is left, for another worker."""
        left_s = max(1.0, errand.time_limit_s - used_s)
        DBOS.set_event(HANDOVER, {"plan": answer.get("plan"), "time_limit_s": left_s})
        self.store.leave(self.job_id)
