"""One job while a worker carries it out: progress reported, requests to cancel looked up."""

from __future__ import annotations

import logging
import time
from concurrent.futures import wait
from dataclasses import replace
from threading import Event
from typing import TYPE_CHECKING, Any

from dbos import WorkflowStatus, error

from allocator.errors import ProcessDiedError
from api.jobs.handlers import JobHandler
from api.jobs.records import MOST_STARTS, STATES, JobStatus, State, is_to_stop, status_of
from api.jobs.store import Store
from api.jobs.work import Answer

if TYPE_CHECKING:
    from allocator.search.progress import Progress
    from allocator.studies.pool import Job, Pool

_log = logging.getLogger("allocator.jobs")

TELL_S, TELL_PART = 0.2, 0.05
"""How often better plans are reported: seconds, and a part of the time that the solve took."""
LOOK_S = 0.5
"""How often requests to cancel are looked up, and how far the job is, kept."""


class Progressing:
    """What a job reports of itself; noted by the pool's thread, reported by the job's.

    A plan is kept before it is reported, so that no listener hears of a total that a crash could
    lose.
    """

    def __init__(self, store: Store, status: WorkflowStatus, time_limit_s: float) -> None:
        self._store = store
        self._job_id = status.workflow_id
        self._time_limit_s = time_limit_s
        self._began = time.monotonic()
        self._best = status_of(status)
        self._last: Progress | None = None
        self._plan: Progress | None = None
        self._tell_at = self._note_at = self._began
        self._noted: Progress | None = None

    def note(self, progress: Progress) -> None:
        """Take what a solve says of itself."""
        if progress.pieces:
            self._plan = progress
        # Without the pieces: progress comes many times a second, and a country has thousands of
        # them.
        self._last = replace(progress, pieces=None)

    def tell(self) -> None:
        """Tell a better plan, and keep how far the job is, where it is time to."""
        now = time.monotonic()
        if now >= self._tell_at:
            self.tell_plan()
        if now >= self._note_at and self._last is not self._noted:
            self._note_at = now + LOOK_S
            self._noted = self._last
            self._store.note(self._job_id, self._best.model_copy(update=self._stage()))

    def tell_plan(self) -> None:
        """Keep and tell the last plan, if it is better than any that was reported."""
        plan = self._plan
        if (
            plan is None
            or plan.pieces is None
            or not self._is_better(plan.unplaced_people, plan.total)
        ):
            return
        used_s = time.monotonic() - self._began
        # The longer a solve, the rarer: a solve of an hour would else write its plan 18,000 times.
        self._tell_at = self._began + used_s + max(TELL_S, TELL_PART * used_s)
        pieces = [(unit, floor, amount) for (unit, floor), amount in plan.pieces.items()]
        # Kept first. Told first, a listener could hear of a total that a crash then loses.
        self._store.keep_plan({"pieces": pieces, "time_limit_s": self._left_s()})
        figures = ("stage", "total", "unplaced_people", "bound")
        self._say({name: getattr(plan, name) for name in figures})

    def resumed(self, handler: JobHandler) -> JobHandler:
        """Return what is left to do for a process that takes the place of one that died."""
        if self._plan is None or not self._plan.pieces:
            return handler
        start = [(unit, floor, amount) for (unit, floor), amount in self._plan.pieces.items()]
        return replace(handler, start=start, time_limit_s=self._left_s())

    def _left_s(self) -> float:
        # At least a second, so that the plan that was kept is read, checked and returned.
        return max(1.0, self._time_limit_s - (time.monotonic() - self._began))

    def finish(self, answer: Answer) -> None:
        """Report the last plan if that was not done, and keep how the job ended."""
        ended = {"seconds": self._seconds(), **answer.get("job_status", {})}
        if self._is_better(ended.get("unplaced_people"), ended.get("total")):
            self._say(ended)
        status = {"status": answer["status"], "stage": "over"} | ended
        self._store.note(self._job_id, JobStatus.model_validate(status))

    def _is_better(self, unplaced_people: float | None, total: float | None) -> bool:
        """Whether a plan is better than all reported: fewer people without a place, then cost."""
        if total is None:
            return False
        best = self._best
        return best.total is None or (unplaced_people or 0.0, total) < (
            best.unplaced_people or 0.0,
            best.total,
        )

    def _say(self, found: dict[str, Any]) -> None:
        """Tell of a plan; bounds of the same case hold, whoever proved them."""
        # A process that began anew proves its bound anew, and may still be below what was proved.
        # Without any nothing is said: 0 would be above a plan whose placement costs are below it.
        known = [b for b in (found.get("bound"), self._best.bound) if b is not None]
        bound = max(known, default=None)
        total = found["total"]
        gap = None if bound is None else max(0.0, total - bound) / max(total, 1.0)
        figures = {**found, "bound": bound, "gap": gap, "seconds": self._seconds()}
        self._best = self._best.model_copy(update=figures)
        self._store.note(self._job_id, self._best, has_plan=self._plan is not None)
        names = ("seconds", "stage", "total", "unplaced_people", "bound", "gap")
        self._store.tell("plan", {name: figures.get(name) for name in names})

    def _stage(self) -> dict[str, Any]:
        stage = None if self._last is None else self._last.stage
        return {"stage": stage, "seconds": self._seconds()}

    def _seconds(self) -> float:
        return round(time.monotonic() - self._began, 3)


class CancellationRequests:
    """What others ask of a job that runs: looked up now and then.

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
        self.stop = is_to_stop(status)
        self.lost = False

    def look(self) -> bool:
        """Look whether somebody asked to cancel the job, or it is somebody else's by now.

        Return whether it was time to look.
        """
        # Looked up by every running job: not as often as progress is reported.
        if time.monotonic() < self._look_at:
            return False
        found = next(iter(self._store.statuses([self._job_id])), None)
        self._look_at = time.monotonic() + LOOK_S
        running = found is not None and STATES[found.status] is State.RUNNING
        if found is None or not running or found.executor_id != self._executor_id:
            # Taken over while this worker was silent for a lease: whoever has the job now records
            # its outcome.
            self.lost = True
        else:
            self.stop = is_to_stop(found)
        return True


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
        self.status = status
        self.job_id = status.workflow_id
        self.store = store
        self.pool = pool
        self.left = max(1, MOST_STARTS + 1 - (status.recovery_attempts or 1))
        self.closing = closing
        self.requests = CancellationRequests(store, status, executor_id)
        self.handed_over = False

    def carry_out(self, handler: JobHandler) -> Answer:
        """Return the answer of a handler; begin anew where its process dies.

        Raises
        ------
        DBOSWorkflowCancelledError
            If the job goes on elsewhere.
        SolveFailedError
            If it gave no answer.
        """
        progress = Progressing(self.store, self.status, handler.time_limit_s)
        while True:
            self.left -= 1
            try:
                answer = self._once(handler, progress)
                break
            except ProcessDiedError:
                # A case that kills its process each time must not go on for ever.
                if not self.left:
                    raise
                _log.warning("process died, begun anew", extra={"job": self.job_id})
                handler = progress.resumed(handler)
        if self.closing.is_set() and not self.requests.stop and self.handed_over:
            # Whoever begins it next goes on from this plan.
            progress.tell_plan()
            raise given_up(self.job_id)
        progress.finish(answer)
        return answer

    def _once(self, handler: JobHandler, progress: Progressing) -> Answer:
        """Return the answer of one process; tell progress and hear requests meanwhile."""
        job = self.pool.submit(handler, progress.note)
        has_asked = False
        while not wait([job.future], timeout=TELL_S / 4).done:
            self._look(job, progress)
            # one of which a plan is kept is let begin first, as it ends with that plan at least
            may_stop = handler.start is None or job.future.running()
            if not has_asked and (self.closing.is_set() or (self.requests.stop and may_stop)):
                has_asked, self.handed_over = True, not self.requests.stop
                job.stop()
        if job.future.cancelled():  # it waited for a process, and never began
            if self.requests.stop:
                self.store.cancel(self.job_id)
            raise given_up(self.job_id)
        answer: Answer = job.future.result()
        return answer

    def _look(self, job: Job, progress: Progressing) -> None:
        """Hear requests and tell progress; end the process of a job that others have now."""
        try:
            self.requests.look()
            if self.requests.lost:
                raise given_up(self.job_id)
            progress.tell()
        except BaseException:  # nobody would hear the answer
            job.abandon()
            raise
