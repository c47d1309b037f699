"""From today's plan to the curve: least change, lowest cost, and plans between them.

A plan at a price of a person moved is a point of the curve's lower hull, and what is proved at
that price bounds every point: T + λ·moved ≥ B(λ) for all plans, so T ≥ B(λ) − λ·m where at most m
people move.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from math import inf

from allocator.errors import InputError, Problem
from allocator.plan.adapt import adapted
from allocator.plan.assemble import checked_plan, run_record
from allocator.plan.frames import Table
from allocator.plan.types import Pieces, Plan, Reason, Record, Status
from allocator.plan.verify.given_plan import GivenPlan
from allocator.plan.verify.moved import moved_by_unit
from allocator.scenario.today import pieces_today
from allocator.scenario.types import Scenario
from allocator.search.bounds import bounds_at_once
from allocator.search.compile import compile_case
from allocator.search.least_change import LeastChange, least_change
from allocator.search.limited import (
    at_price,
    moved_in,
    moves_alone,
    too_few,
    total_without_moves,
)
from allocator.search.options import SolveOptions
from allocator.search.progress import OnProgress, Progress, ShouldStop
from allocator.search.score import Scorer
from allocator.search.solve import solve
from allocator.studies.moves import Moves, plan_moves, rows_of_plan
from allocator.studies.restack.curve import (
    CurvePoint,
    filled_up,
    knee,
    slope,
    undominated,
    widest,
)

SOLVES = 8
"""Solves of a curve: the least change, its best plan, the lowest cost, and between them."""
POINTS = 8
"""Points that a curve has at least, where so many plans are known."""
MOVES_S, SHORT_MOVES_S = 20.0, 3.0
"""Seconds for the order of moves to the knee, and to each other point."""
FINISH_S = 10.0
"""Seconds in which the points are checked, drawn and written."""
LEAST_PART = 0.7
"""Part of a solve's time limit in which the fewest people who move are proved first."""
MOVED = 1e-6
"""People moved above which a unit counts as moved."""


class Point(Record):
    """A row of restack.csv.

    Attributes
    ----------
    bound
        Proved, of total_without_moves over the plans with at most this people_moved.
    least_moved_bound
        Proved, of the fewest people moved.
    knee
        1 for the point farthest below the chord between the ends.
    """

    point: int
    people_moved: float
    units_moved: int
    total_without_moves: float
    bound: float
    least_moved_bound: float
    knee: int
    folder: str


@dataclass(frozen=True)
class Restack:
    """The curve, a plan for each point, and the moves to each; or why there is none.

    Attributes
    ----------
    status
        ``feasible``, or ``infeasible`` and ``unknown`` without points.
    moves
        None where they are not ordered: with capacity by chance.
    """

    status: Status
    points: Table[Point] = field(default_factory=lambda: Table((), Point))
    plans: tuple[Plan, ...] = ()
    moves: tuple[Moves | None, ...] = ()
    reasons: tuple[Reason, ...] = ()
    least_moved_bound: float = 0.0

    @property
    def knee(self) -> Point | None:
        """The point at which the curve bends; None where it does not."""
        return next((point for point in self.points if point.knee), None)


@dataclass(frozen=True)
class RestackProgress:
    """How far it is: solves done, all, and what is being done."""

    done: int
    solves: int
    doing: str


def at_most_s(options: SolveOptions) -> float:
    """Return the seconds that a restack takes at most: solves, moves, and finishing."""
    moves = MOVES_S + (POINTS + SOLVES) * SHORT_MOVES_S
    return SOLVES * options.time_limit_s + min(moves, 2 * options.time_limit_s) + FINISH_S


@dataclass
class _Run:
    """A restack while it goes on."""

    scenario: Scenario
    options: SolveOptions
    on_step: Callable[[RestackProgress], None]
    on_progress: OnProgress | None
    should_stop: ShouldStop
    until: float
    points: list[CurvePoint] = field(default_factory=list)
    proved: list[tuple[float, float]] = field(default_factory=list)
    done: int = 0
    unplaced: float = inf
    last: Plan | None = None

    def __post_init__(self) -> None:
        self.case = compile_case(self.scenario)
        self.scorer = Scorer(self.case)
        floor = bounds_at_once(self.case).total
        # A bound at price 0 holds for the total without moves at every point.
        self.proved.append((0.0, floor))

    def is_over(self) -> bool:
        """Say whether no more solves are begun."""
        return self.should_stop() or self.done >= SOLVES or time.monotonic() >= self.until

    def solve(self, doing: str, scenario: Scenario, start: Pieces) -> Plan:
        """Solve one of the scenarios and take note of every plan on the way."""
        self.on_step(RestackProgress(self.done, SOLVES, doing))
        left = max(self.until - time.monotonic(), 0.1)
        # What a solve leaves over is shared by those to come.
        seconds = min(self.options.time_limit_s, left / max(SOLVES - self.done, 1))
        options = self.options.model_copy(update={"time_limit_s": seconds})
        seen: list[Pieces] = []

        def tell(progress: Progress) -> None:
            """Keep the pieces of a plan, and pass progress on without them."""
            if progress.pieces:
                seen.append(progress.pieces)
            if self.on_progress is not None:
                self.on_progress(replace(progress, pieces=None))

        plan = solve(
            scenario, options, start=start, on_progress=tell, should_stop=self.should_stop
        )
        self.done += 1
        self.last = plan
        if plan.objective.total is not None:
            self.note(plan.pieces)
            # Plans on the way move more or fewer people than the last: each may be a point of the
            # curve.
            for pieces in seen:
                self.note(pieces, is_final=False)
        return plan

    def least_change(self) -> LeastChange:
        """Return what is proved of the fewest people who move, and a plan that moves so few."""
        self.on_step(RestackProgress(self.done, SOLVES, "the fewest people who move"))
        return least_change(
            moves_alone(self.scenario),
            seconds=LEAST_PART * self.options.time_limit_s,
            workers=self.options.workers,
            seed=self.options.seed,
            should_stop=self.should_stop,
        )

    def note(self, pieces: Pieces, *, is_final: bool = True) -> None:
        """Take a plan for the curve, if it leaves no more people unplaced than the others."""
        layout = self.case.layout(pieces)
        score = self.scorer.score(layout)
        if score.unplaced_people > self.unplaced + MOVED:
            return
        # Fewer unplaced come first, so all plans so far are of another curve.
        if score.unplaced_people < self.unplaced - MOVED:
            self.points, self.unplaced = [], score.unplaced_people
        moved = self.scorer.moved(layout) if self.case.references else 0.0
        price = self.scenario.settings.prices.move
        self.points.append(CurvePoint(moved, score.total - price * moved, dict(pieces), is_final))
        finals = [point for point in self.points if point.is_final]
        self.points = [
            *finals,
            *(s for s in undominated(self.points) if not s.is_final),
        ]

    def cost_of(self, pieces: Pieces) -> float:
        """Return what pieces cost in the scenario itself but for moves."""
        layout = self.case.layout(pieces)
        moved = self.scorer.moved(layout) if self.case.references else 0.0
        return self.scorer.score(layout).total - self.scenario.settings.prices.move * moved

    def at(self, price: float, doing: str, start: Pieces) -> Plan:
        """Solve at a price of a person moved, and keep what is proved there."""
        plan = self.solve(doing, at_price(self.scenario, price), start)
        if plan.bound is not None and plan.objective.total is not None:
            self.proved.append((price, plan.bound))
        return plan

    def bound(self, moved: float) -> float:
        """Return what is proved of plans that move at most so many people.

        T ≥ B(λ) − λ·m, the best λ.
        """
        return max(bound - price * moved for price, bound in self.proved)

    def curve(self) -> list[CurvePoint]:
        """Return the plans so far that none dominates, within the limit if there is one."""
        most = self.scenario.settings.options.max_people_moved
        return [s for s in undominated(self.points) if most is None or s.moved <= most + MOVED]

    def bracket(self) -> list[CurvePoint]:
        """Return the plans that solves ended with, up to the first beyond the limit.

        That one is needed: a plan between it and the last within the limit may be within it, too.
        """
        finals = [point for point in undominated(self.points) if point.is_final]
        most = self.scenario.settings.options.max_people_moved
        within = [s for s in finals if most is None or s.moved <= most + MOVED]
        return finals[: len(within) + 1]


def restack(
    scenario: Scenario,
    options: SolveOptions | None = None,
    *,
    on_step: Callable[[RestackProgress], None] = lambda _: None,
    on_progress: OnProgress | None = None,
    should_stop: ShouldStop = lambda: False,
) -> Restack:
    """Return the curve from the least change to the lowest cost, every point a checked plan.

    Parameters
    ----------
    options
        The time limit is for each solve; `at_most_s` says how long all take at most.
    on_step
        Called before each solve.
    should_stop
        Asked often; once true, the curve known by then is returned.

    Raises
    ------
    InputError
        If there is no plan of today to begin from.
    """
    if not scenario.current:
        raise InputError([Problem("expected this table, to begin from", "current")])
    options = options or SolveOptions()
    began = time.monotonic()
    until = began + SOLVES * options.time_limit_s
    run = _Run(scenario, options, on_step, on_progress, should_stop, until)
    least, answer = _ends(run)
    if answer is not None:
        return answer
    _between(run)
    points = filled_up(run.curve(), POINTS)
    if not points:
        return Restack(Status.UNKNOWN, least_moved_bound=least)
    return _answered(run, points, least, began + at_most_s(options) - FINISH_S)


def _ends(run: _Run) -> tuple[float, Restack | None]:
    """Find both ends; return the fewest who can move, proved, and the answer if there is none."""
    given = run.scenario
    known = run.least_change()
    today = known.pieces or adapted(pieces_today(given), given)
    least, begin = known.bound, today
    # What looking at units where they are did not settle, a solve with moves alone may.
    if not known.is_proved:
        fewest = run.solve("the fewest people who move", moves_alone(given), today)
        if fewest.status is Status.INFEASIBLE:
            return least, Restack(Status.INFEASIBLE, reasons=fewest.reasons)
        least = max(fewest.bound or 0.0, known.bound)
        begin = fewest.pieces or today
    elif known.pieces is not None:
        run.note(known.pieces)
    most = given.settings.options.max_people_moved
    if most is not None and least > most + MOVED:
        reasons = (too_few(least, most),)
        return least, Restack(Status.INFEASIBLE, reasons=reasons, least_moved_bound=least)
    if not run.is_over():
        # At this price one person outweighs the whole plan, so moves come first and the total
        # second.
        run.at(max(run.cost_of(begin), 1.0), "the least change", begin)
    if not run.is_over():
        run.at(0.0, "the lowest cost", begin)
    return least, None


def _between(run: _Run) -> None:
    """Solve in the widest gaps at the price at which both of its ends cost the same."""
    closed: list[tuple[float, float]] = []
    while not run.is_over():
        points = run.bracket()
        at = widest(points, closed)
        if at is None:
            return
        few, many = points[at], points[at + 1]
        # Noted before the solve: a plan that comes of it parts the gap into two others.
        closed.append((few.moved, many.moved))
        run.at(slope(few, many), "between the two", few.pieces)


def _answered(run: _Run, points: Sequence[CurvePoint], least: float, until: float) -> Restack:
    """Return the curve as rows, plans and moves."""
    at = knee(points)
    # The checker's figures are those that count: rows are made from its plans.
    plans = [_plan(run, point) for point in points]
    rows = tuple(
        Point(
            point=number,
            people_moved=moved_in(plan),
            units_moved=_units_moved(run.scenario, plan.pieces),
            total_without_moves=total_without_moves(plan),
            bound=min(run.bound(moved_in(plan)), total_without_moves(plan)),
            least_moved_bound=least,
            knee=int(number - 1 == at),
            folder=f"point-{number:02d}",
        )
        for number, plan in enumerate(plans, 1)
    )
    return Restack(
        Status.FEASIBLE,
        Table(rows, Point),
        tuple(plans),
        _moves(run, plans, at, until),
        (),
        least,
    )


def _plan(run: _Run, point: CurvePoint) -> Plan:
    """Return the checked plan of a point; its bound is that of the scenario at its own price."""
    price = run.scenario.settings.prices.move
    # A bound at a lower price holds at the scenario's own, as moves cost no less there.
    at_or_below = [bound for asked, bound in run.proved if asked <= price]
    last = run.last
    record = run_record(
        run.scenario,
        seed=run.options.seed,
        workers=run.options.workers,
        time_limit_s=run.options.time_limit_s,
        wall_s=0.0 if last is None else last.run.wall_s,
        stopped_because=None if last is None else last.run.stopped_because,
    )
    return checked_plan(
        _unlimited(run.scenario),
        point.pieces,
        term_bounds=bounds_at_once(run.case).terms,
        bound=max(at_or_below),
        run=record,
    )


def _unlimited(scenario: Scenario) -> Scenario:
    """Return the scenario without its limit of moves, at its own price."""
    return at_price(scenario, scenario.settings.prices.move)


def _units_moved(scenario: Scenario, pieces: Pieces) -> int:
    """Return how many units have people who move."""
    moved = moved_by_unit(GivenPlan(scenario, pieces))
    return sum(1 for people in moved.values() if people > MOVED)


def _moves(
    run: _Run, plans: Sequence[Plan], at: int | None, until: float
) -> tuple[Moves | None, ...]:
    """Order the moves from today to every point, longest for the knee."""
    if run.scenario.by_chance:
        return tuple(None for _ in plans)
    found = []
    for number, plan in enumerate(plans):
        run.on_step(RestackProgress(run.done, SOLVES, "moves in order"))
        wanted = MOVES_S if number == (at or 0) else SHORT_MOVES_S
        seconds = max(min(wanted, until - time.monotonic()), 0.1)
        found.append(
            plan_moves(
                run.scenario,
                run.scenario.current,
                rows_of_plan(plan.placements),
                time_limit_s=seconds,
                workers=run.options.workers,
                seed=run.options.seed,
                should_stop=run.should_stop,
            )
        )
    return tuple(found)
