"""Solves a scenario without each of its demands, each from the best plan that there is.

A price is the difference of two searches, so it is only as good as the plan it is measured from.
Every plan found is therefore tried on the whole scenario, and prices are worked out at the end.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, wait
from dataclasses import dataclass
from functools import partial
from math import ceil, inf
from typing import TYPE_CHECKING, Any

from allocator.errors import SolveFailedError
from allocator.plan.assemble import checked_plan, least_of_all
from allocator.plan.frames import Table
from allocator.plan.types import Pieces, Plan, Status
from allocator.plan.verify import given_pieces, verify
from allocator.scenario.demand import to_place
from allocator.scenario.types import Scenario
from allocator.studies.pool import Job, SolvesTasks, Task
from allocator.studies.sensitivity.demands import Demand, DemandKind, demands

if TYPE_CHECKING:
    from allocator.search.progress import OnProgress
    from allocator.search.solve import SolveOptions

ROUNDS = 3
"""Solves with all demands, one after another: prices are measured from the best plan there is."""
FIRST_PART = 0.1
"""Part of the time limit that each demand has at first; the dearest then have all of it."""
DEAREST = 10
NONE_FOUND = 0.0005
"""Part of the total up to which a price is no finding."""
TICK_S = 0.1
EACH_S = 0.4
"""Seconds beyond its time limit that a solve may take, to be handed over and checked."""


@dataclass(frozen=True)
class Price:
    """What a demand costs, in person-minutes a week.

    Attributes
    ----------
    price
        The best plan with all demands, priced without this one, less the best found without it.
    lowest, highest
        What the price can be at least and at most, as far as bounds go.
    people_moved
        People who sit elsewhere in that plan.
    """

    demand: Demand
    price: float
    lowest: float
    highest: float | None
    people_moved: float

    @property
    def cells(self) -> dict[str, Any]:
        """The row of sensitivity.csv."""
        return {
            "demand": self.demand.name,
            "row": ";".join(map(str, self.demand.file_rows)),
            "subject": self.demand.subject,
            "object": self.demand.object,
            "price": self.price,
            "lowest": self.lowest,
            "highest": self.highest,
            "people_moved": self.people_moved,
        }

    def is_found(self, total: float) -> bool:
        """Say whether the price is more than what searches differ by."""
        return self.price > NONE_FOUND * total


@dataclass(frozen=True)
class Sensitivity:
    """The prices of all demands, dearest first, and the best plan with all of them.

    plan has no total where none was found, and prices are then empty.
    """

    scenario: Scenario
    plan: Plan
    prices: Table[Price]
    seconds: float


@dataclass
class _Without:
    """A demand, the scenario without it, and the best that was found there.

    Attributes
    ----------
    best
        None until a plan is found that leaves no more people unplaced than the one with all.
    bound
        The highest proved of the scenario without the demand.
    """

    demand: Demand
    scenario: Scenario
    bound: float
    best: Plan | None = None


def most_s(count: int, processes: int, time_limit_s: float) -> float:
    """Return the seconds that so many demands may take, side by side in so many processes.

    A plan with all demands comes first, then a short solve without each, then a long one without
    each of the dearest.
    """
    # Side by side, so the demands go round in so many turns.
    first = ceil(count / processes) * (FIRST_PART * time_limit_s + EACH_S)
    then = ceil(min(count, DEAREST) / processes) * (time_limit_s + EACH_S)
    return begin_s(time_limit_s) + first + then


def limit_within(seconds: float, count: int, processes: int) -> float:
    """Return the time limit of each solve with which so many demands take so long together."""
    # `most_s` is linear in the time limit.
    per_second = most_s(count, processes, 1.0) - most_s(count, processes, 0.0)
    return max(0.1, (seconds - most_s(count, processes, 0.0)) / per_second)


def begin_s(time_limit_s: float) -> float:
    """Return the seconds that a plan with all demands may take.

    Several solves, one after another.
    """
    return ROUNDS * (time_limit_s + EACH_S)


def sensitivity(  # noqa: PLR0913 - what a study is made of, by name
    scenario: Scenario,
    *,
    pool: SolvesTasks,
    options: SolveOptions,
    start: Pieces | None = None,
    on_count: Callable[[int], None] = lambda _: None,
    on_step: Callable[[int, int], None] = lambda _done, _of: None,
    on_progress: OnProgress | None = None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Sensitivity:
    """Return what every demand costs.

    Each demand is dropped in turn, and the rest is solved from the best plan with all of them. If
    a plan found that way keeps the demand after all, it becomes the plan that all prices are
    measured from.

    Parameters
    ----------
    options
        The time limit is for each solve: the first, with all demands, and those of the dearest.
    start
        A plan to begin from.
    on_count, on_step
        Called with how many demands there are, and how many are done.
    should_stop
        Asked often; once true, no more demands are dropped.
    """
    run = _Run(scenario, pool, options, on_progress, should_stop)
    if not run.begin(start):
        return Sensitivity(scenario, run.plan, Table((), Price), run.seconds())
    on_count(len(run.without))
    first = options.model_copy(update={"time_limit_s": options.time_limit_s * FIRST_PART})
    run.solve(run.without, first, on_step)
    dearest = sorted(run.without, key=run.promise, reverse=True)[:DEAREST]
    run.solve(dearest, options, on_step)
    prices = sorted((run.result(each) for each in run.without), key=lambda p: -p.price)
    return Sensitivity(scenario, run.plan, Table(prices, Price), run.seconds())


class _Run:
    """A study while it runs."""

    plan: Plan

    def __init__(
        self,
        scenario: Scenario,
        pool: SolvesTasks,
        options: SolveOptions,
        on_progress: OnProgress | None,
        should_stop: Callable[[], bool],
    ) -> None:
        self.scenario, self.pool, self.options = scenario, pool, options
        self.on_progress, self.should_stop = on_progress, should_stop
        self.began = time.monotonic()
        self.without: list[_Without] = []
        self.bound = least_of_all(scenario)
        self._walked: dict[int, float] = {}

    def seconds(self) -> float:
        """Return the seconds since the study began."""
        return round(time.monotonic() - self.began, 3)

    def begin(self, start: Pieces | None) -> bool:
        """Find a plan with all demands; return whether there is one.

        Several solves with different seeds, each from the plan before: a better plan here changes
        every price.
        """
        for number in range(ROUNDS):
            update = {"workers": self.pool.processes, "seed": self.options.seed + number}
            task = Task(self.scenario, self.options.model_copy(update=update), start)
            found = next(self._solved(1, partial(_same, task), may_fail=False), None)
            if found is None:
                break
            plan = found[1]
            if number == 0 or plan.objective.total is not None:
                self.plan = plan
            self.bound = max(self.bound, _bound(plan))
            if plan.objective.total is None or plan.status is Status.OPTIMAL or self.should_stop():
                break
            start = plan.pieces
        self.bound = max(self.bound, _bound(self.plan))
        if self.plan.objective.total is None:
            return False
        # Which towers are full depends on the plan, so demands are known only now.
        self.without = [
            _Without(each, given, least_of_all(given))
            for each in demands(self.scenario, self.plan.pieces)
            for given in [each.dropped(self.scenario)]
        ]
        return True

    def solve(
        self,
        without: Sequence[_Without],
        options: SolveOptions,
        on_step: Callable[[int, int], None],
    ) -> None:
        """Solve without each of some demands, from the best plan at hand, side by side."""

        def task(number: int) -> Task:
            """Return the task of a demand when its turn comes."""
            each = without[number]
            # A plan with all demands is one without any of them as well.
            near = min((each.best or self.plan, self.plan), key=_key)
            return Task(each.scenario, options, near.pieces)

        # Plans are taken as they come, so that a demand whose turn is later begins from the best
        # by then.
        for done, (number, plan) in enumerate(self._solved(len(without), task), 1):
            self._take(without[number], plan)
            on_step(done, len(without))

    def _solved(
        self, count: int, task_of: Callable[[int], Task], *, may_fail: bool = True
    ) -> Iterator[tuple[int, Plan]]:
        """Yield number and plan of each task that gave one, as they come.

        A task is made when its turn comes, so that it begins from the best plan by then.
        """
        waiting = list(range(count))
        running: dict[Job, int] = {}
        while running or (waiting and not self.should_stop()):
            while waiting and len(running) < self.pool.processes and not self.should_stop():
                number = waiting.pop(0)
                running[self.pool.submit(task_of(number), self.on_progress)] = number
            if self.should_stop():
                for job in running:
                    job.stop()
            futures = {job.future: job for job in running}
            over, _ = wait(futures, timeout=TICK_S, return_when=FIRST_COMPLETED)
            for future in over:
                number = running.pop(futures[future])
                try:
                    yield number, future.result()
                except (CancelledError, SolveFailedError):
                    # Without the plan with all demands there is nothing to measure. A demand may
                    # fail.
                    if not may_fail:
                        raise

    def _take(self, without: _Without, plan: Plan) -> None:
        """Keep a plan where it is the best without its demand; or with it, where it keeps it."""
        # Without an affinity the total counts fewer trips, so such a bound is of another total.
        if plan.bound is not None:
            without.bound = max(without.bound, plan.bound)
            if without.demand.kind is not DemandKind.AFFINITY and not _unplaced(self.plan):
                self.bound = max(self.bound, plan.bound)  # what asks less can cost no more
        if plan.objective.total is None or _unplaced(plan) > _unplaced(self.plan) + 1e-6:
            return
        if without.best is None or _key(plan) < _key(without.best):
            without.best = plan
        # A plan that was found without a demand may keep it all the same.
        check = verify(self.scenario, given_pieces(self.scenario, plan.pieces))
        found = check.unplaced_people, check.total
        if check.feasible and found < _key(self.plan):
            terms = self.plan.objective.terms or ()
            self.plan = checked_plan(
                self.scenario,
                plan.pieces,
                term_bounds={t.name: t.bound for t in terms if t.bound is not None},
                bound=self.bound,
                run=self.plan.run,
            )
            # What an affinity walks is of the plan before.
            self._walked.clear()

    def _priced_without(self, without: _Without) -> float:
        """Return the best plan with all demands, priced without this one."""
        total = self.plan.objective.total or 0.0
        if without.demand.kind is not DemandKind.AFFINITY:
            return total
        row = without.demand.rows[0]
        if row not in self._walked:
            given = given_pieces(without.scenario, self.plan.pieces)
            self._walked[row] = total - verify(without.scenario, given).total
        return total - self._walked[row]

    def price(self, without: _Without) -> float:
        """Return the price as it is known by now, at least 0."""
        best = without.best
        if best is None:
            return 0.0
        return max(0.0, self._priced_without(without) - (best.objective.total or 0.0))

    def promise(self, without: _Without) -> tuple[float, int]:
        """Return the price as it is known by now, and how many people the demand is about.

        Sorted by this, the second round goes to the dearest, then to those that concern most
        people.
        """
        bodies = (*without.demand.subject.split(";"), *without.demand.object.split(";"))
        units = {u for body in bodies for u in self.scenario.units_of.get(body, ())}
        people = (unit.headcount for unit in self.scenario.housed if unit.unit_id in units)
        return self.price(without), sum(people)

    def result(self, without: _Without) -> Price:
        """Return what is known of a demand in the end."""
        here = self._priced_without(without)
        total = self.plan.objective.total or 0.0
        price = self.price(without)
        best = here - price
        # Every plan with all demands costs at least the bound; what it walks for an affinity is
        # taken off.
        lowest = max(0.0, self.bound - (total - here) - best)
        pieces = without.best.pieces if without.best and price else self.plan.pieces
        return Price(
            demand=without.demand,
            price=price,
            lowest=min(lowest, price),
            highest=max(price, here - without.bound),
            people_moved=people_moved(self.scenario, self.plan.pieces, pieces),
        )


def _same(task: Task, _number: int) -> Task:
    """Return a task whatever its number, for a single one."""
    return task


def _bound(plan: Plan) -> float:
    """Return what a plan proves; nothing where it proves nothing."""
    return -inf if plan.bound is None else plan.bound


def _unplaced(plan: Plan) -> float:
    """Return the people without a place."""
    return plan.objective.unplaced_people or 0.0


def _key(plan: Plan) -> tuple[float, float]:
    """Return what plans are compared by: people unplaced, then the total."""
    return _unplaced(plan), plan.objective.total or 0.0


def people_moved(scenario: Scenario, before: Pieces, after: Pieces) -> float:
    """Return the people who sit elsewhere in a plan than in another, in parts of units.

    Parameters
    ----------
    before, after
        Plans of the scenario, or of one with less asked for.
    """
    shares: dict[str, list[dict[str, float]]] = {}
    amounts = {
        u.unit_id: max(1, to_place(u, by_chance=scenario.by_chance)) for u in scenario.housed
    }
    for which, pieces in enumerate((before, after)):
        for (unit, floor), amount in pieces.items():
            shares.setdefault(unit, [{}, {}])[which][floor] = amount / amounts[unit]
    people = {u.unit_id: u.headcount for u in scenario.housed}
    return sum(
        people[unit] * max(0.0, 1 - sum(min(x, b.get(f, 0.0)) for f, x in a.items()))
        for unit, (a, b) in shares.items()
    )


def found_rows(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the rows of sensitivity.json whose price is more than what searches differ by."""
    least = NONE_FOUND * (document["total"] or 0.0)
    return [row for row in document["rows"] if row["price"] > least]
