"""What a benchmark speaks of: cases, peers' answers, and one attempt at a case as a row.

Nothing is run or worked out here.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from allocator.plan.types import Pieces, Record, TracePoint
from allocator.scenario.types import Scenario


class BenchStatus(StrEnum):
    """What came of an attempt: a plan's status, or why there is none to show."""

    OPTIMAL = "optimal"
    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"
    UNKNOWN = "unknown"
    INVALID = "invalid"
    """The checker found a violation in every plan that a peer gave."""
    TOO_LARGE = "too_large"
    """The peer's model would not fit into memory, so it was not built."""
    FAILED = "failed"
    """The process died, hung, took too much memory, or ended in an error."""


@dataclass(frozen=True)
class BenchCase:
    """A scenario to be tried by all.

    Attributes
    ----------
    family
        Name of the folder that the scenario's folder is in.
    best_known
        Total that others reached, in person-minutes a week.
    is_proved
        Whether no plan can be below it, by the literature.
    size
        Countries that a generated one is as large as; None for a given scenario.
    """

    name: str
    family: str
    scenario: Scenario
    best_known: float | None = None
    is_proved: bool = False
    size: float | None = None


@dataclass(frozen=True)
class Allowance:
    """What everybody may use: seconds > 0 from the call, threads ≥ 1, and a seed ≥ 0."""

    seconds: float
    workers: int
    seed: int


@dataclass(frozen=True)
class Claim:
    """What a peer says when it ends; bound is of the total, None where its model has another."""

    status: BenchStatus
    bound: float | None = None
    message: str = ""


class Notes:
    """Plans of a peer as it finds them, with the seconds since it began.

    The clock starts with the object. Plans are kept as they are, and only judged when the peer has
    ended, so that judging takes none of its time.
    """

    def __init__(self, allowance: Allowance) -> None:
        # Monotonic, as the clock of the machine may be set while a peer runs.
        self._began = time.monotonic()
        self._allowed_s = allowance.seconds
        self._plans: list[tuple[float, Pieces]] = []

    def add(self, pieces: Pieces) -> None:
        """Note a plan that was found now."""
        self._plans.append((self.elapsed(), pieces))

    def elapsed(self) -> float:
        """Seconds since the peer began."""
        return time.monotonic() - self._began

    def left(self) -> float:
        """Seconds that are left, at least 0."""
        return max(0.0, self._allowed_s - self.elapsed())

    def __iter__(self) -> Iterator[tuple[float, Pieces]]:
        """Yield seconds and pieces of every plan, in the order in which they were found."""
        return iter(self._plans)


class Answer(Record):
    """What came of one attempt; None where there is none.

    total and bound in person-minutes a week; seconds and first_plan_s from the beginning of the
    solve, as are those of the trace; memory_mb, the most that its process held (10⁶ bytes).
    """

    status: BenchStatus
    total: float | None = None
    unplaced_people: float | None = None
    bound: float | None = None
    gap: float | None = None
    first_plan_s: float | None = None
    seconds: float | None = None
    memory_mb: float | None = None
    message: str = ""
    trace: tuple[TracePoint, ...] = ()


class Attempt(Record):
    """One peer, one seed, one case. above_best is (total − best known) / max(best known, 1)."""

    family: str
    case: str
    units: int
    floors: int
    size: float | None
    peer: str
    seed: int
    best_known: float | None
    is_proved: bool
    answer: Answer

    @property
    def above_best(self) -> float | None:
        """How far the total lies above the best known, as a fraction; below 0 is news."""
        if self.answer.total is None or self.best_known is None:
            return None
        return (self.answer.total - self.best_known) / max(self.best_known, 1.0)
