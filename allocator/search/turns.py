"""Turns: several jobs on one processor, one of them at work at any moment.

Jobs are threads, as where each has a processor of its own; each gets its share of the time, or of
the work where the same jobs are to take the same turns again (stride scheduling).

References
----------
Waldspurger, Weihl (1995), Stride scheduling: deterministic proportional-share resource management.
"""

from __future__ import annotations

from collections.abc import Sequence
from threading import Condition
from time import thread_time

TURN_S = 0.5
"""Seconds, or work, by which a job of share 1 may be ahead of the others."""


class Turns:
    """Who of several jobs may go on.

    Parameters
    ----------
    shares
        Share of each job.
    by_work
        Whether they are of work, as `Record.spend` counts it, in place of processor time.
    """

    def __init__(self, shares: Sequence[float], *, by_work: bool) -> None:
        self._shares, self._by_work = shares, by_work
        self._used = dict.fromkeys(range(len(shares)), 0.0)
        """Time or work, divided by the share, of each job that has not ended."""
        self._at_work: int | None = 0
        self._began = 0.0
        self._changed = Condition()

    def enter(self, job: int) -> None:
        """Wait for the first turn of a job, by its number."""
        with self._changed:
            self._wait(job)

    def leave(self) -> None:
        """Let others go on for good: the job whose turn it is has ended."""
        with self._changed:
            if self._at_work is not None:
                del self._used[self._at_work]
            self._hand_over()

    def spend(self, work: float) -> None:
        """Count work of the job whose turn it is, and let others go on where it is ahead."""
        # Without the lock: only the job whose turn it is comes here, and only it can hand over.
        job = self._at_work
        if job is None:
            return
        now = thread_time()
        self._used[job] += (work if self._by_work else now - self._began) / self._shares[job]
        self._began = now
        if self._used[job] >= self._least_of_others(job) + TURN_S:
            self._pass_on(job)

    def pass_on(self) -> None:
        """Let others go on at once, by as much as a turn."""
        job = self._at_work
        if job is not None and not self.is_alone:
            # A turn counts as used, or this job would be the next again.
            self._used[job] = max(self._used[job], self._least_of_others(job) + TURN_S)
            self._pass_on(job)

    @property
    def is_alone(self) -> bool:
        """Whether no other job is left."""
        return len(self._used) == 1

    def _least_of_others(self, job: int) -> float:
        """Return what the other job that has used least has used; without one, more than any."""
        return min((used for other, used in self._used.items() if other != job), default=1e300)

    def _pass_on(self, job: int) -> None:
        """Hand over, and wait for the next turn."""
        with self._changed:
            self._hand_over()
            self._wait(job)

    def _hand_over(self) -> None:
        """Give the turn to the job that has used least for its share; the lock is held."""
        # Ties go to the first job, so that turns are the same in every run.
        self._at_work = min(self._used, key=lambda job: self._used[job], default=None)
        self._changed.notify_all()

    def _wait(self, job: int) -> None:
        """Wait for the turn of a job; the lock is held, and let go of meanwhile."""
        self._changed.wait_for(lambda: self._at_work == job)
        self._began = thread_time()
