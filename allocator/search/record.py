"""The best plan so far, what is proved, and how much time or work is left; no search here."""

from __future__ import annotations

import time
from functools import cached_property
from threading import Lock

from allocator.plan.assemble import OPTIMAL_GAP
from allocator.plan.types import TermName, TracePoint
from allocator.search.bounds import Bounds, bounds_at_once
from allocator.search.case import Case, Layout
from allocator.search.model.layout_model import Effort
from allocator.search.model.variables import Cell
from allocator.search.pooling.covers import Covers
from allocator.search.pooling.rooms import Rooms
from allocator.search.progress import OnProgress, Progress, ShouldStop, process_start
from allocator.search.score import Score, Scorer

PATIENCE_S = 0.25
"""Seconds without a better plan after which a search gives up, for 12 units and 8 floors.

It grows with the fourth power of the units, so that a local search settles several times over,
and with the root of the floors."""


class Record:
    """What a search has, told to whoever listens.

    Parameters
    ----------
    time_limit_s
        Seconds from now; with `reproducible`, deterministic seconds of work instead.
    """

    def __init__(  # noqa: PLR0913 - a search's surroundings, by name
        self,
        case: Case,
        *,
        time_limit_s: float,
        workers: int,
        seed: int,
        reproducible: bool,
        on_progress: OnProgress | None,
        should_stop: ShouldStop | None,
    ) -> None:
        self.relaxed = case
        """The case whose rows every plan obeys: what proofs rest on."""
        self.rooms = Rooms(case) if case.scenario.by_chance else None
        self.covers = None if self.rooms is None else Covers(self.rooms)
        self.scorer = Scorer(case)
        self.layout: dict[Cell, int] | None = None
        self.score: Score | None = None
        proved = bounds_at_once(case)
        self.term_bounds: dict[TermName, float] = dict(proved.terms)
        self.bound = proved.total
        self.least_unplaced_proved = False
        self.is_infeasible = False
        self.has_good_start = False
        self.trace: list[TracePoint] = []
        self.stage = "reading the case"
        self.began = time.monotonic()
        self.workers = self.threads_of_cp_sat = workers
        self._seed, self._reproducible = seed, reproducible
        self._limit = time_limit_s
        self._zero = process_start()
        self._spent = 0.0
        self._bettered = 0.0
        self._is_under_way = False
        self._on_progress, self._asked_to_stop = on_progress, should_stop
        self._lock = Lock()

    @property
    def case(self) -> Case:
        """The case to search by; with capacity by chance, its floors learn from every layout."""
        return self.relaxed if self.rooms is None else self.rooms.case

    def case_now(self) -> Case:
        """Return the case as its floors are known by now."""
        return self.case

    def elapsed(self) -> float:
        """Seconds, or work, since the search began."""
        return self._spent if self._reproducible else time.monotonic() - self.began

    def left(self) -> float:
        """Seconds, or work, that is left."""
        return self._limit - self.elapsed()

    def spend(self, work: float) -> None:
        """Count work done; it matters only where a budget of work replaces the clock."""
        self._spent += max(work, 1e-3)

    def effort(self, seconds: float) -> Effort:
        """Return an effort for CP-SAT: so many seconds, or what is left."""
        return Effort(
            seconds=max(0.01, min(seconds, self.left())),
            workers=self.threads_of_cp_sat,
            seed=self._seed,
            reproducible=self._reproducible,
        )

    @property
    def is_reproducible(self) -> bool:
        """Whether a budget of work replaces the clock."""
        return self._reproducible

    def stop_asked(self) -> bool:
        """Whether somebody asked to stop, or the clock ran out."""
        asked = self._asked_to_stop is not None and self._asked_to_stop()
        return asked or (not self._reproducible and self.left() <= 0)

    def is_over(self) -> bool:
        """Whether nothing more is to be done: stopped, out of time, or proved."""
        proved = self.is_infeasible or self.is_closed()
        return proved or self.stop_asked() or self.left() <= 0

    def is_stalled(self) -> bool:
        """Whether nothing better has come for a while that grows with the size of the case."""
        return self._is_under_way and self.elapsed() - self._bettered > self.patience

    @cached_property
    def patience(self) -> float:
        """Seconds, or work, without a better plan after which a search gives up."""
        units, floors = len(self.case.unit_ids) / 12, len(self.case.floor_ids) / 8
        return float(max(1.0, units**4 * floors**0.5)) * PATIENCE_S

    def get_under_way(self) -> None:
        """Begin to lose patience: local search has begun to work on a plan."""
        if not self._is_under_way:
            self._is_under_way, self._bettered = True, self.elapsed()

    def is_closed(self) -> bool:
        """Whether the plan at hand is proved optimal."""
        gap = self.gap()
        if self.score is None or gap is None or gap > OPTIMAL_GAP:
            return False
        return self.score.unplaced_people == 0 or self.least_unplaced_proved

    def gap(self) -> float | None:
        """Return (total − bound) / max(total, 1), None while there is no plan."""
        if self.score is None:
            return None
        return max(0.0, self.score.total - self.bound) / max(self.score.total, 1.0)

    def offer(self, layout: Layout) -> bool:
        """Take a feasible layout if it is better than the best so far.

        Where capacity is by chance it is judged exactly first.
        """
        score = self.scorer.score(layout)
        with self._lock:
            if not score.beats(self.score):
                return False
            if self.rooms is not None and not self.rooms.admits(layout):
                return False
            self.layout, self.score = dict(layout), score
            self._bettered = self.elapsed()
            self._note()
        return True

    @property
    def limit(self) -> float:
        """Seconds, or work, in all."""
        return self._limit

    def prove_infeasible(self) -> None:
        """Note a proof that there is no plan."""
        self.is_infeasible = True

    def prove(self, bounds: Bounds) -> None:
        """Raise the bounds."""
        self.raise_bound(bounds.total)
        for name, bound in bounds.terms.items():
            self.term_bounds[name] = max(bound, self.term_bounds[name])

    def raise_bound(self, bound: float | None) -> None:
        """Raise the bound of the total to a proved one."""
        if bound is not None and bound > self.bound:
            with self._lock:
                self.bound = bound
                self._note()

    def enter(self, stage: str) -> None:
        """Say what is done now."""
        self.stage = stage
        self._tell()

    def _note(self) -> None:
        total = None if self.score is None else self.score.total
        self.trace.append(
            TracePoint(seconds=round(self._since_start(), 3), total=total, bound=self.bound)
        )
        self._tell()

    def _tell(self) -> None:
        if self._on_progress is not None:
            self._on_progress(
                Progress(
                    seconds=self._since_start(),
                    stage=self.stage,
                    total=None if self.score is None else self.score.total,
                    unplaced_people=None if self.score is None else self.score.unplaced_people,
                    bound=self.bound,
                    gap=self.gap(),
                )
            )

    def _since_start(self) -> float:
        return time.monotonic() - self._zero
