"""The best plan so far, what is proved, and how much time or work is left; no search here."""

from __future__ import annotations

import time
from functools import cached_property
from threading import Lock

from allocator.plan.assemble import OPTIMAL_GAP
from allocator.plan.types import StoppedBecause, TermName, TracePoint
from allocator.scenario.settings import TripKind
from allocator.search.bounds import Bounds, bounds_at_once
from allocator.search.bounds.certified import MakeProof
from allocator.search.case import Case, Layout
from allocator.search.model.variables import Cell
from allocator.search.pooling.covers import Covers
from allocator.search.pooling.rooms import Rooms
from allocator.search.progress import MOVES_PER_S, OnProgress, Progress, ShouldStop
from allocator.search.score import Score, Scorer
from allocator.search.solver import Effort
from allocator.search.turns import Turns

PATIENCE = 2.5
"""Work without a better plan after which a search gives up, for 12 units and 8 floors.

It grows with the square of the units, so that a local search settles several times over, and
with the root of the floors."""
PROGRESS = 0.002
"""Part of the gap by which a bound must have risen for the search to go on for it."""
LEAST_WORK = 0.02
"""Work that a step of CP-SAT counts as at least: so many seconds build its model."""
MOVED_ROUNDING = 1e-7
"""People by which a layout may exceed a limit of moves, by rounding alone."""
MOST_RESERVED = 0.25
"""Part of the time limit kept, at most, for what comes after the search."""


class Record:
    """What a search has, reported to whoever listens.

    Parameters
    ----------
    time_limit_s
        Seconds from `began`; with `reproducible`, seconds of work instead.
    began
        When the time limit began, on the clock of `time.monotonic`; now if left out.

    Attributes
    ----------
    work
        Work done so far by all threads: moves of local search, `MOVES_PER_S` of them a second,
        and CP-SAT's deterministic seconds. It depends on nothing else that the machine does.
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
        began: float | None = None,
    ) -> None:
        self.relaxed = case
        """The case whose rows every plan obeys: what proofs rest on."""
        self.rooms = Rooms(case) if case.scenario.by_chance else None
        self.covers = None if self.rooms is None else Covers(self.rooms)
        self.scorer = Scorer(case)
        # Written under the lock; read without it, for a plan is replaced as a whole and never
        # changed.
        self.layout: dict[Cell, int] | None = None
        self.nearly: Layout | None = None
        """While there is no plan, a layout that keeps every rule on floors that are too full."""
        self.score: Score | None = None
        proved = bounds_at_once(case)
        self.term_bounds: dict[TermName, float] = dict(proved.terms)
        self.trip_bounds: dict[TripKind, float] = {}
        self.bound = self._counted_bound = proved.total
        self.keeps_proofs = False
        """Whether somebody wants a certificate: then trees keep their multipliers."""
        self.make_proof: MakeProof | None = None
        """Makes the proof of the highest bound that a dual raised the total's to."""
        self.least_unplaced_proved = False
        self.is_infeasible = False
        self.has_good_start = False
        self.trace: list[TracePoint] = []
        self.stage = "reading the case"
        self._stage_done: float | None = None
        self.began = time.monotonic() if began is None else began
        self.workers = self.threads_of_cp_sat = workers
        self._seed, self._reproducible = seed, reproducible
        self._limit = time_limit_s
        self.work = 0.0
        self._bettered_at_work = 0.0
        self._is_under_way = False
        self._on_progress, self._asked_to_stop = on_progress, should_stop
        self._reported: dict[Cell, int] | None = None
        self._lock = Lock()
        self.turns: Turns | None = None
        """Where jobs take turns, whose turn it is."""

    @property
    def case(self) -> Case:
        """The case to search by; with capacity by chance, its floors learn from every layout."""
        return self.relaxed if self.rooms is None else self.rooms.case

    def case_now(self) -> Case:
        """Return the case as its floors are known by now."""
        return self.case

    def elapsed(self) -> float:
        """Seconds, or work, since the time limit began."""
        return self.work if self._reproducible else time.monotonic() - self.began

    def left(self) -> float:
        """Seconds, or work, that is left for the search."""
        return self._limit - self.elapsed()

    def pause(self, seconds: float) -> None:
        """Leave out so many seconds, in which the clock should have stood still."""
        self.began += seconds

    def reserve(self, seconds: float) -> None:
        """Keep seconds of the time limit for what comes after the search, a part at most."""
        # With a budget of work the clock does not matter.
        if not self._reproducible:
            self._limit -= min(max(seconds, 0.0), MOST_RESERVED * self._limit)

    def spend(self, work: float) -> None:
        """Count work done."""
        with self._lock:
            self.work += work
        if self.turns is not None:
            self.turns.spend(work)

    def spend_moves(self, moves: int) -> None:
        """Count moves of a local search as work."""
        self.spend(moves / MOVES_PER_S)

    def spend_step(self, work: float) -> None:
        """Count a step of CP-SAT by its deterministic seconds."""
        self.spend(max(work, LEAST_WORK))

    def effort(self, seconds: float, work: float | None = None) -> Effort:
        """Return an effort for CP-SAT: so many seconds, or what is left, and so much work."""
        return Effort(
            seconds=max(0.01, min(seconds, self.left())),
            work=work,
            workers=self.threads_of_cp_sat,
            seed=self._seed,
            reproducible=self._reproducible,
        )

    @property
    def is_sequential(self) -> bool:
        """Whether jobs take turns: with one worker, and where work replaces the clock."""
        return self.workers == 1 or self._reproducible

    @property
    def is_reproducible(self) -> bool:
        """Whether a budget of work replaces the clock."""
        return self._reproducible

    def stop_asked(self) -> bool:
        """Whether somebody asked to stop, or the clock ran out.

        Unlike `is_over` it does not look at what is proved: a model that runs is asked this.
        """
        return self.was_asked_to_stop() or (not self._reproducible and self.left() <= 0)

    def was_asked_to_stop(self) -> bool:
        """Whether somebody asked to stop."""
        return self._asked_to_stop is not None and self._asked_to_stop()

    def is_over(self) -> bool:
        """Whether nothing more is to be done: stopped, out of time, or proved."""
        proved = self.is_infeasible or self.is_closed()
        return proved or self.stop_asked() or self.left() <= 0

    def is_stalled(self) -> bool:
        """Whether nothing better has come for work that grows with the size of the case."""
        # By work and not by time: a machine that is busy with other things does not make a search
        # settle sooner.
        return self._is_under_way and self.work - self._bettered_at_work > self.patience

    def is_finished(self) -> bool:
        """Whether the search is over, or nothing better has come for long."""
        return self.is_over() or self.is_stalled()

    @cached_property
    def patience(self) -> float:
        """Work without a better plan after which a search gives up.

        See `PATIENCE`; a tiny case has as much as one of 12 units on 8 floors.
        """
        units, floors = len(self.case.unit_ids) / 12, len(self.case.floor_ids) / 8
        return float(max(1.0, units**2 * floors**0.5)) * PATIENCE

    def get_under_way(self) -> None:
        """Begin to lose patience: local search has begun to work on a plan."""
        if not self._is_under_way:
            self._is_under_way, self._bettered_at_work = True, self.work

    def stopped_because(self) -> StoppedBecause | None:
        """Return why the search ended; None where it is proved that no plan exists."""
        if self.is_infeasible:
            return None
        if self.is_closed():
            return StoppedBecause.GAP_CLOSED
        if self.was_asked_to_stop():
            return StoppedBecause.ASKED
        return StoppedBecause.TIME_LIMIT if self.left() <= 0 else StoppedBecause.NO_BETTER_PLAN

    def is_closed(self) -> bool:
        """Whether the plan at hand is proved optimal."""
        gap = self.gap()
        if self.score is None or gap is None or gap > OPTIMAL_GAP:
            return False
        return self.score.unplaced_people == 0 or self.least_unplaced_proved

    @property
    def unplaced_people(self) -> float:
        """People whom the best plan leaves unplaced; 0 while there is none."""
        return 0.0 if self.score is None else self.score.unplaced_people

    def gap(self) -> float | None:
        """Return (total − bound) / max(total, 1), None while there is no plan."""
        if self.score is None:
            return None
        return max(0.0, self.score.total - self.bound) / max(self.score.total, 1.0)

    def offer(self, layout: Layout) -> bool:
        """Take a feasible layout if it is better than the best so far; return whether it is.

        Where capacity is by chance it is judged exactly first, and so is a limit of moves. Any
        thread may call it.
        """
        # Outside the lock: scoring a country takes tens of milliseconds.
        score = self.scorer.score(layout)
        with self._lock:
            if not score.beats(self.score):
                return False
            # After the comparison: judging exactly takes convolutions.
            if self.rooms is not None and not self.rooms.admits(layout):
                return False
            if self._moves_too_many(layout):
                return False
            self.layout, self.score = dict(layout), score
            self._bettered_at_work = self.work
            self._note()
        return True

    def _moves_too_many(self, layout: Layout) -> bool:
        """Return whether more people move in a layout than may."""
        most = self.case.most_moved
        return most is not None and self.scorer.moved(layout) > most + MOVED_ROUNDING

    def note_nearly(self, layout: Layout) -> None:
        """Note a layout that keeps every rule, on floors too full or with desks missing."""
        self.nearly = dict(layout)

    @property
    def limit(self) -> float:
        """Seconds, or work, in all."""
        return self._limit

    def prove_infeasible(self) -> None:
        """Note a proof that there is no plan."""
        self.is_infeasible = True

    def prove(self, bounds: Bounds) -> None:
        """Raise the bounds: of the total, of terms and of kinds of trips, each for itself."""
        # Before the bound is raised, or the comparison would be with itself.
        if bounds.proof is not None and bounds.total > self.bound:
            self.make_proof = bounds.proof
        self.raise_bound(bounds.total)
        self.trip_bounds |= bounds.trips
        for name, bound in bounds.terms.items():
            self.term_bounds[name] = max(bound, self.term_bounds[name])

    def raise_bound(self, bound: float | None) -> None:
        """Raise the bound of the total to a proved one; a lower one, or None, changes nothing."""
        if bound is not None and bound > self.bound:
            with self._lock:
                self.bound = bound
                if self.score is not None:
                    self._count_progress(bound, self.score.total)
                self._note()

    def _count_progress(self, bound: float, total: float) -> None:
        """Have patience with proofs as long as they close the gap."""
        # A bound that creeps must not keep a search going for ever: it counts once it has closed a
        # part of the gap.
        if bound - self._counted_bound > PROGRESS * (total - self._counted_bound):
            self._counted_bound, self._bettered_at_work = bound, self.work

    def enter(self, stage: str, done: float | None = None) -> None:
        """Say what is done now, and which share of it where that is known."""
        self.stage, self._stage_done = stage, done
        self._tell()

    def _note(self) -> None:
        """Add a point to the trace, and report."""
        total = None if self.score is None else self.score.total
        self.trace.append(
            TracePoint(seconds=round(self._seconds(), 3), total=total, bound=self.bound)
        )
        self._tell()

    def _tell(self) -> None:
        """Report where the search stands, if anybody listens."""
        if self._on_progress is not None:
            layout, reported = self.layout, self._reported
            self._reported = layout
            self._on_progress(
                Progress(
                    seconds=self._seconds(),
                    stage=self.stage,
                    total=None if self.score is None else self.score.total,
                    unplaced_people=None if self.score is None else self.score.unplaced_people,
                    bound=self.bound,
                    gap=self.gap(),
                    stage_done=self._stage_done,
                    # Pieces of a country are many; they are sent only with a plan that is new.
                    pieces=self.case.pieces(layout) if layout and layout is not reported else None,
                )
            )

    def _seconds(self) -> float:
        """Return seconds by the clock since the time limit began."""
        return time.monotonic() - self.began
