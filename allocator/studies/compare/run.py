"""Solves what is compared: which case when, and from whose plan it begins.

A plan of a neighbouring ratio is nearly a plan already, so most cases begin warm and need a part
of the time. Every plan found is tried on the other cases as well: a case with fewer demands then
never shows the dearer plan.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, wait
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import ceil, inf
from pathlib import PurePath
from typing import TYPE_CHECKING

from allocator.errors import SolveFailedError
from allocator.plan.adapt import adapted
from allocator.plan.assemble import no_plan, run_record
from allocator.plan.types import Plan, Status, StoppedBecause
from allocator.scenario.settings import decimal_text
from allocator.studies.compare.cases import Case
from allocator.studies.compare.serving import ComparisonRow, Serving, Verdict
from allocator.studies.outcome import Outcome
from allocator.studies.pool import Job, SolvesTasks, Task

if TYPE_CHECKING:
    from allocator.search.progress import OnProgress
    from allocator.search.solve import SolveOptions
    from allocator.studies.offers import Offers

TICK_S = 0.1
WARM_PART = 2.5
"""Times the limit of one solve that all ratios of a scenario and scheme may take but the first."""
LEAST_S = 0.5
"""Seconds left below which no case is begun."""


@dataclass(frozen=True)
class ComparisonProgress:
    """How far a comparison is: cases done, all, and being solved, and the rows so far."""

    done: int
    cases: int
    running: int
    rows: tuple[ComparisonRow, ...] = ()


def compare(  # noqa: PLR0913 - what a comparison is made of, by name
    cases: Sequence[Case],
    *,
    pool: SolvesTasks,
    options: SolveOptions,
    on_step: Callable[[ComparisonProgress], None] = lambda _: None,
    on_progress: OnProgress | None = None,
    should_stop: Callable[[], bool] = lambda: False,
    exchanges: bool = True,
    time_s: float = inf,
) -> tuple[ComparisonRow, ...]:
    """Solve every case and return a row for each, in their order.

    A case that is short of desks is not solved. Of the cases that differ by the ratio alone one
    begins from nothing, and each other from the plan of the nearest ratio that is solved. Where
    time runs out on the one with no plan, the next begins from nothing, and it is tried again
    from the nearest plan.

    The first has every process's thread where no other scenario needs one. Those that begin from
    a plan need less time: where they are many, each gets so much that all of them together take
    `WARM_PART` times the time limit, side by side.

    Parameters
    ----------
    on_step
        Called some times a second.
    on_progress
        Called from any thread with what each solve says of itself.
    should_stop
        Asked as often; once true, no more cases are begun, those being solved end with the best
        plan so far, and the others get no row.
    exchanges
        Whether every plan found is tried on every other case. Where each row is a job with a plan
        of its own, it is not.
    time_s
        Seconds for all cases, `at_most_s` for example: a case whose turn comes when they are over
        has no plan in time.
    """
    run = _Comparison(cases, pool, options, exchanges=exchanges)
    run.until = time.monotonic() + time_s
    run.on_progress = on_progress
    while run.running or (run.is_unfinished and not should_stop()):
        run.step(stopping=should_stop())
        on_step(run.progress())
    return tuple(run.rows[case] for case in range(len(cases)) if case in run.rows)


def at_most_s(cases: Sequence[Case], processes: int, time_limit_s: float) -> float:
    """Return the seconds that a comparison may take, side by side in so many processes.

    One time limit for the first case of every group, which begins from nothing, and at most
    `WARM_PART` more for the others of it. It is shown before the comparison starts, and `compare`
    keeps to it when it is given as `time_s`.
    """
    like = Counter(case.group for case in cases if not case.is_short)
    first = ceil(len(like) / processes) if processes else 0
    return time_limit_s * (first + sum(_warm_rounds(n, processes) for n in like.values()))


def _warm_rounds(cases: int, processes: int) -> float:
    """Return how many time limits all cases of a group but the first may take."""
    return min(ceil((cases - 1) / processes), WARM_PART)


def row_of(
    case: Case, outcome: Outcome, start: Case | None = None, plan: Plan | None = None
) -> ComparisonRow:
    """Return a case's row.

    Parameters
    ----------
    start
        The case from whose plan the search began; None if from nothing.
    plan
        The plan that the outcome tells of, where there is one; how it serves is worked out from
        it.
    """
    people, needed, desks = outcome.people or 0, outcome.demand or 0, outcome.desks or 0
    serving = Serving.of(case.scenario, plan)
    return ComparisonRow(
        scenario=case.name,
        scheme=case.scenario.scheme,
        variant=case.variant,
        people_per_desk=decimal_text(case.people_per_desk),
        reached=people / needed if needed else None,
        spare=desks - needed,
        start=None if start is None else decimal_text(start.people_per_desk),
        verdict=Verdict.of(outcome, serving),
        outcome=outcome,
        serving=serving,
    )


def groups(rows: Sequence[ComparisonRow]) -> dict[str, list[ComparisonRow]]:
    """Return the rows that differ by the ratio alone, by the shortest name that is only theirs."""
    found: dict[str, list[ComparisonRow]] = {}
    for row in rows:
        found.setdefault(_name(row, rows), []).append(row)
    return found


def _name(row: ComparisonRow, rows: Sequence[ComparisonRow]) -> str:
    """Return a row's scenario, scheme and variant, each only where rows differ in it."""
    scenarios = {other.scenario for other in rows}
    schemes = len({other.scheme for other in rows}) > 1
    # Folders of one name in two places are named by their whole path.
    distinct = len({PurePath(scenario).name for scenario in scenarios}) == len(scenarios)
    name = PurePath(row.scenario).name if distinct else row.scenario
    columns = [row.scheme if schemes else None, row.variant]
    parts = [name] if len(scenarios) > 1 or not any(columns) else []
    return " ".join([*parts, *(part for part in columns if part)])


class _Comparison:
    """A comparison while it runs; cases go by their number.

    Attributes
    ----------
    plans
        Plans found, by case, as they were found by its own solve: what others begin from.
    answers
        Best plan of each case so far, and the case from whose plan its search began.
    again
        Cases that found no plan from nothing and wait for a neighbour's.
    """

    def __init__(
        self, cases: Sequence[Case], pool: SolvesTasks, options: SolveOptions, *, exchanges: bool
    ) -> None:
        self.exchanges = exchanges
        self.until = inf
        self.cases = cases
        self.pool = pool
        self.options = options
        self.on_progress: OnProgress | None = None
        self.plans: dict[int, Plan] = {}
        self.answers: dict[int, tuple[Plan, Case | None]] = {}
        self.running: dict[Job, tuple[int, Case | None]] = {}
        self.again: list[int] = []
        self.waiting = [number for number, case in enumerate(cases) if not case.is_short]
        self.rows = {
            number: row_of(case, case.counted)
            for number, case in enumerate(cases)
            if case.is_short
        }

    @property
    def is_unfinished(self) -> bool:
        """Whether any case can still be begun."""
        return bool(self.waiting) or any(self._nearest(n) is not None for n in self.again)

    def progress(self) -> ComparisonProgress:
        """Return how far it is."""
        left = len(self.waiting) + len(self.again) + len(self.running)
        rows = tuple(self.rows.values())
        return ComparisonProgress(len(self.cases) - left, len(self.cases), len(self.running), rows)

    def step(self, *, stopping: bool) -> None:
        """Begin what may begin, and take what has been solved."""
        if stopping:
            for job in self.running:
                # They end with the best plan so far, so what was solved until now is not lost.
                job.stop()
        elif len(self.running) < self.pool.processes:
            self._begin_next()
        futures = {job.future: job for job in self.running}
        over, _ = wait(futures, timeout=TICK_S, return_when=FIRST_COMPLETED)
        for future in over:
            self._finish(futures[future], stopping=stopping)

    def _begin_next(self) -> None:
        """Begin the case nearest to a plan; from nothing only where its like have none to come."""
        starts = [(number, self._nearest(number)) for number in (*self.waiting, *self.again)]
        warm = [(self._distance(n, start), n, start) for n, start in starts if start is not None]
        if warm:
            _, number, start = min(warm)
            self._begin(number, start)
            return
        # A group that is being solved will have a plan to begin from: its other cases wait for it.
        busy = {self.cases[number].group for number, _ in self.running.values()}
        cold = (n for n in self.waiting if self.cases[n].group not in busy)
        # The smallest ratio needs most desks, so its plan is a beginning for all larger ones.
        first = min(cold, key=lambda n: self.cases[n].people_per_desk, default=None)
        if first is not None:
            self._begin(first, None)

    def _nearest(self, number: int) -> int | None:
        """Return the solved case nearest in ratio; of two, the smaller ratio, whose plan fits."""
        like = (n for n in self.plans if self.cases[n].group == self.cases[number].group)
        # Sorted, since `min` takes the first of equals.
        by_ratio = sorted(like, key=lambda n: self.cases[n].people_per_desk)
        return min(by_ratio, key=lambda n: self._distance(number, n), default=None)

    def _distance(self, one: int, other: int) -> Fraction:
        """Return how far two cases lie apart in ratio."""
        return abs(self.cases[one].people_per_desk - self.cases[other].people_per_desk)

    def _begin(self, number: int, start: int | None) -> None:
        """Hand a case to the pool, from another's plan or from nothing, in the time left."""
        (self.waiting if number in self.waiting else self.again).remove(number)
        scenario = self.cases[number].scenario
        pieces = None if start is None else adapted(self.plans[start].pieces, scenario)
        options = self._from_nothing() if start is None else self._from_plan(number)
        left = self.until - time.monotonic()
        # A solve of less than that would be over before it had a plan.
        if left < LEAST_S:
            self._answer(number, self._too_late(number), None)
            return
        options = options.model_copy(update={"time_limit_s": min(options.time_limit_s, left)})
        job = self.pool.submit(Task(scenario, options, pieces), self.on_progress)
        self.running[job] = number, None if start is None else self.cases[start]

    def _too_late(self, number: int) -> Plan:
        """Return the answer that time ran out before the case was begun."""
        scenario, given = self.cases[number].scenario, self.options
        run = run_record(
            scenario,
            seed=given.seed,
            workers=given.workers,
            time_limit_s=given.time_limit_s,
            wall_s=0.0,
            stopped_because=StoppedBecause.TIME_LIMIT,
        )
        return no_plan(scenario, Status.UNKNOWN, (), run)

    def _from_nothing(self) -> SolveOptions:
        """Return the options of a solve that others wait for."""
        groups = {self.cases[number].group for number in self.waiting}
        # Everybody else waits for this one, so the threads of the idle processes are free for it.
        alone = len(groups) <= 1 and not self.running
        return self.options.model_copy(
            update={"workers": self.pool.processes if alone else self.options.workers}
        )

    def _from_plan(self, number: int) -> SolveOptions:
        """Return the options of a solve that begins from a plan: all of a group share the time."""
        group = self.cases[number].group
        like = sum(case.group == group and not case.is_short for case in self.cases)
        # Side by side they go round so many times; `part` is what each then gets of the time
        # limit.
        rounds = ceil((like - 1) / self.pool.processes)
        part = _warm_rounds(like, self.pool.processes) / rounds
        return self.options.model_copy(update={"time_limit_s": self.options.time_limit_s * part})

    def _finish(self, job: Job, *, stopping: bool) -> None:
        """Take what has been solved, and let others begin from it."""
        number, start = self.running.pop(job)
        case = self.cases[number]
        try:
            plan = job.future.result()
        except CancelledError:
            return
        except SolveFailedError as error:
            self.rows[number] = row_of(case, Outcome.of_failure(case.scenario, error), start)
            return
        self._answer(number, plan, start)
        if plan.objective.total is not None:
            self.plans[number] = plan
        # Only once: a case that began from a plan and found none would find none again.
        elif plan.status is Status.UNKNOWN and start is None:
            self.again.append(number)
        if self.exchanges and not stopping:
            self._exchange(number)

    def _answer(self, number: int, plan: Plan, start: Case | None) -> None:
        """Take the answer of a case."""
        case = self.cases[number]
        self.answers[number] = plan, start
        self.rows[number] = row_of(case, Outcome.of_plan(case.scenario, plan), start, plan)

    def _exchange(self, new: int) -> None:
        """Try the plan of a new answer on the other cases, and their plans on this one."""
        for number, (own, start) in self.answers.items():
            others = [p for n, p in self.plans.items() if n != number and new in (number, n)]
            # A proved optimum cannot be bettered, and no plan fits where none exists.
            if others and own.status not in (Status.OPTIMAL, Status.INFEASIBLE):
                scenario = self.cases[number].scenario
                better = self._offers.best(number, scenario, own, others)
                if better is not None:
                    self._answer(number, better, start)

    @cached_property
    def _offers(self) -> Offers:
        from allocator.studies.offers import Offers  # noqa: PLC0415 - slow to import

        return Offers()
