"""Turns: several jobs of one thread's worth of time, one of them at work at any moment.

Jobs are threads, as where each has a core of its own; whoever has spent the work of a turn lets
the next one go on. By work, not by the clock: the same jobs take the same turns again.
"""

from __future__ import annotations

from collections.abc import Sequence
from threading import Condition


class Turns:
    """Who of several jobs may go on.

    Parameters
    ----------
    lengths
        Work of a turn of each job, in seconds as `Record.spend` counts them.
    """

    def __init__(self, lengths: Sequence[float]) -> None:
        self._lengths = lengths
        self._waiting = list(range(len(lengths)))
        """Jobs that are not done, the one whose turn it is first."""
        self._spent = 0.0
        self._changed = Condition()

    def enter(self, job: int) -> None:
        """Wait for the first turn of a job."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting[0] == job)

    def leave(self) -> None:
        """Let others go on for good: the job whose turn it is has ended."""
        with self._changed:
            del self._waiting[0]
            self._begin()

    def spend(self, work: float) -> None:
        """Count work of the job whose turn it is, and let the next go on where it was enough."""
        self._spent += work
        if self._spent >= self._lengths[self._waiting[0]]:
            self.pass_on()

    def pass_on(self) -> None:
        """Let the next job go on, and wait for the next turn."""
        with self._changed:
            job = self._waiting.pop(0)
            self._waiting.append(job)
            self._begin()
            self._changed.wait_for(lambda: self._waiting[0] == job)

    @property
    def is_alone(self) -> bool:
        """Whether no other job is left."""
        return len(self._waiting) == 1

    def _begin(self) -> None:
        self._spent = 0.0
        self._changed.notify_all()
