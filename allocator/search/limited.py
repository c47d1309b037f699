"""The best plan in which at most so many people move.

A limit on all units together is no rule that a local search can keep step by step. So moves are
priced until few enough people move: plans at one price after another close in on the limit from
both sides. What is proved at a price is proved of the limit, too: where all plans cost at least B
at a price λ above the true p, those that move at most M people cost at least B − (λ − p) · M.
Small cases keep the limit in one exact model besides.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from math import inf

from allocator.plan.adapt import adapted
from allocator.plan.assemble import checked_plan, no_plan, run_record
from allocator.plan.types import Pieces, Plan, Reason, Run, Status, TermName
from allocator.plan.verify import given_pieces, verify
from allocator.scenario.settings import Prices
from allocator.scenario.today import pieces_today
from allocator.scenario.types import Scenario
from allocator.search.bounds import bounds_at_once
from allocator.search.compile import compile_case
from allocator.search.least_change import LeastChange, least_change
from allocator.search.options import SolveOptions
from allocator.search.progress import OnProgress, Progress, ShouldStop

ROUNDING = 1e-6
"""People by which a plan may exceed the limit, by rounding alone."""
FEWEST_PART, FIRST_PART = 0.25, 0.4
"""Parts of the time for the fewest people who can move, and of the rest for the true price."""
EACH_PART, MOST_PRICES = 0.4, 6
"""Part of the time that is left for each further price, and how many are tried."""
LEAST_S, CONFIRM_S = 0.2, 1.0
"""Seconds that a solve gets at least, and where it only looks at a plan that is proved."""

Solve = Callable[..., Plan]
"""`solve` without a limit."""


def moves_alone(scenario: Scenario) -> Scenario:
    """Return the scenario in which nothing costs but people who move, one minute each."""
    free = Prices(
        walking=0.0, extra_tower=0.0, extra_floor=0.0, extra_gap=0.0, open_desk=0.0, move=1.0
    )
    floors = tuple(floor.model_copy(update={"open_price": None}) for floor in scenario.floors)
    return _unlimited(scenario, free).model_copy(update={"floors": floors, "placement_costs": ()})


def at_price(scenario: Scenario, price: float) -> Scenario:
    """Return the scenario with another price for each person who moves, and without a limit."""
    return _unlimited(scenario, scenario.settings.prices.model_copy(update={"move": price}))


def _unlimited(scenario: Scenario, prices: Prices) -> Scenario:
    """Return the scenario with other prices and without the limit."""
    options = scenario.settings.options.model_copy(update={"max_people_moved": None})
    settings = scenario.settings.model_copy(update={"prices": prices, "options": options})
    return scenario.model_copy(update={"settings": settings})


def moved_in(plan: Plan) -> float:
    """Return the people moved in a plan."""
    return _amount(plan, TermName.PEOPLE_MOVED)


def total_without_moves(plan: Plan) -> float:
    """Return what a plan costs but for people who move."""
    terms = plan.objective.terms or ()
    return sum(term.cost for term in terms if term.name is not TermName.PEOPLE_MOVED)


def _amount(plan: Plan, name: TermName) -> float:
    """Return how much of a term a plan has."""
    return sum(term.amount for term in plan.objective.terms or () if term.name is name)


def bound_within(bound: float, price: float, true_price: float, moved: float) -> float:
    """Return what is proved of plans that move at most so many, from a bound at a price.

    Parameters
    ----------
    bound
        Of all plans, at `price` for each person who moves.
    true_price
        The price of the scenario. Nothing follows from a price below it.
    moved
        The limit, in people.
    """
    return bound - max(price - true_price, 0.0) * moved if price >= true_price else -inf


@dataclass
class _Limited:
    """The search for a plan within the limit, while it runs.

    Attributes
    ----------
    spent
        Seconds that solves were given, which stand for the clock with `reproducible`.
    bound
        Proved of all plans within the limit, at the true price.
    term_bounds
        As proved at the true price.
    best
        Best plan within the limit.
    last
        The last plan of all, whatever it moves.
    """

    scenario: Scenario
    options: SolveOptions
    once: Solve
    on_progress: OnProgress | None
    should_stop: ShouldStop | None
    began: float
    spent: float = 0.0
    bound: float = -inf
    term_bounds: dict[TermName, float] | None = None
    best: Plan | None = None
    last: Plan | None = None

    @property
    def limit(self) -> float:
        """The most people who may move."""
        return self.scenario.settings.options.max_people_moved or 0.0

    @property
    def price(self) -> float:
        """The true price of a person who moves."""
        return self.scenario.settings.prices.move

    def left(self) -> float:
        """Seconds left; with `reproducible` those that no solve was given."""
        if self.should_stop is not None and self.should_stop():
            return 0.0
        used = self.spent if self.options.reproducible else time.monotonic() - self.began
        return max(self.options.time_limit_s - used, 0.0)

    def least_change(self) -> LeastChange:
        """Return what is proved of the fewest people who move; by the clock alone."""
        if self.options.reproducible:
            return LeastChange(0.0)
        return least_change(
            moves_alone(self.scenario),
            seconds=FEWEST_PART * self.left(),
            workers=self.options.workers,
            seed=self.options.seed,
            should_stop=self.should_stop or (lambda: False),
        )

    def solve(self, scenario: Scenario, seconds: float, start: Pieces | None) -> Plan:
        """Solve one of the scenarios, and keep the plan if it is within the limit and better."""
        seconds = max(min(seconds, self.left()), LEAST_S)
        self.spent += seconds
        options = self.options.model_copy(update={"time_limit_s": seconds, "exact": False})
        plan = self.once(
            scenario, options, start=start, on_progress=self._tell, should_stop=self.should_stop
        )
        self.last = plan
        if plan.objective.total is not None:
            self._offer(plan)
        return plan

    def _offer(self, plan: Plan) -> None:
        """Keep a plan that moves few enough, if it is the best so far."""
        if moved_in(plan) > self.limit + ROUNDING:
            return
        if self.best is None or self._score(plan) < self._score(self.best):
            self.best = plan

    def _score(self, plan: Plan) -> tuple[float, float]:
        """Return people unplaced and the total of a plan, by the checker."""
        unplaced = round(plan.objective.unplaced_people or 0.0, 6)
        # Its own total is at another price; plans are compared at the true one.
        check = verify(self.scenario, given_pieces(self.scenario, plan.pieces))
        return unplaced, check.total

    def _tell(self, progress: Progress) -> None:
        """Pass on what is going on; totals at other prices are none of this case."""
        if self.on_progress is not None:
            seconds = time.monotonic() - self.began
            passed = replace(progress, seconds=seconds, total=None, bound=None, gap=None)
            self.on_progress(replace(passed, pieces=None))


def solve_limited(  # noqa: PLR0913 - as `solve` takes it
    scenario: Scenario,
    options: SolveOptions,
    once: Solve,
    *,
    start: Pieces | None,
    on_progress: OnProgress | None,
    should_stop: ShouldStop | None,
    began: float,
) -> Plan:
    """Return the best plan found in which few enough people move, or why there is none.

    Parameters
    ----------
    once
        `solve` for a scenario without a limit, and for one with it from a plan within it.
    """
    run = _Limited(scenario, options, once, on_progress, should_stop, began)
    known = run.least_change()
    # The nearest to a plan within the limit that is known.
    begin = known.pieces or start or adapted(pieces_today(scenario), scenario)
    seconds = CONFIRM_S if known.is_proved else FEWEST_PART * run.left()
    fewest = run.solve(moves_alone(scenario), seconds, begin)
    if fewest.status is Status.INFEASIBLE:
        return fewest.model_copy(update={"warnings": scenario.warnings}).of(scenario)
    least = max(fewest.bound or 0.0, known.bound)
    if least > run.limit + ROUNDING:
        return _answer_none(run, Status.INFEASIBLE, (too_few(least, run.limit),))
    if run.best is None and fewest.objective.total is not None:
        # Fewer people may be able to move: nothing is proved yet, and without such a plan there is
        # no answer.
        run.solve(moves_alone(scenario), run.left() / 2, fewest.pieces)
    if run.best is None:
        return _answer_none(run, Status.UNKNOWN, ())
    _at_the_true_price(run)
    _polish(run)
    return _answer(run)


def too_few(least: float, limit: float) -> Reason:
    """Return the reason why no plan moves so few."""
    message = (
        f"in every plan at least {least:,.6g} people move, and options.max_people_moved allows "
        f"{limit:,.6g}"
    )
    return Reason(kind="max_people_moved", message=message)


def _at_the_true_price(run: _Limited) -> None:
    """Solve without a limit; if that moves too many, raise the price of a move."""
    begin = run.best.pieces if run.best else None
    first = run.solve(at_price(run.scenario, run.price), FIRST_PART * run.left(), begin)
    _learn(run, first, run.price)
    if first.objective.total is not None and moved_in(first) > run.limit + ROUNDING:
        _close_in(run, first)


def _close_in(run: _Limited, many: Plan) -> None:
    """Try prices between a plan that moves too many and the best that does not.

    At the price at which both cost the same a better plan of either kind comes, if there is one.
    """
    for _ in range(MOST_PRICES):
        few = run.best
        if few is None or run.left() <= LEAST_S:
            return
        fewer = moved_in(many) - moved_in(few)
        # Where both plans cost the same. A plan that is better at this price lies between them, or
        # replaces one.
        price = (total_without_moves(few) - total_without_moves(many)) / max(fewer, ROUNDING)
        if price <= run.price:
            return
        plan = run.solve(at_price(run.scenario, price), EACH_PART * run.left(), few.pieces)
        _learn(run, plan, price)
        if plan.objective.total is None:
            return
        cost = total_without_moves(plan) + price * moved_in(plan)
        # As far as this solve has found, nothing lies below the line through both: no other price
        # would find more.
        if cost >= (total_without_moves(few) + price * moved_in(few)) * (1 - ROUNDING):
            return
        if moved_in(plan) > run.limit + ROUNDING:
            many = plan


def _learn(run: _Limited, plan: Plan, price: float) -> None:
    """Take what is proved at a price for the limit."""
    # A bound with people left out says nothing of plans that place all.
    if plan.bound is not None and not plan.objective.unplaced_people:
        run.bound = max(run.bound, bound_within(plan.bound, price, run.price, run.limit))
    if price == run.price and plan.objective.terms:
        bounds = {term.name: term.bound for term in plan.objective.terms}
        run.term_bounds = {name: bound for name, bound in bounds.items() if bound is not None}


def _polish(run: _Limited) -> None:
    """Go on from the best plan with the limit as it is, which closes small cases."""
    if run.best is None or run.left() <= LEAST_S:
        return
    plan = run.solve(run.scenario, run.left(), run.best.pieces)
    if plan.bound is not None:
        run.bound = max(run.bound, plan.bound)


def _answer(run: _Limited) -> Plan:
    """Return the best plan, checked, with what is proved of the limit."""
    best = run.best
    if best is None:
        return _answer_none(run, Status.UNKNOWN, ())
    known = bounds_at_once(compile_case(run.scenario))
    return checked_plan(
        run.scenario,
        best.pieces,
        term_bounds=run.term_bounds or known.terms,
        bound=max(run.bound, known.total),
        run=_record(run),
        least_unplaced_proved=not best.objective.unplaced_people,
    )


def _answer_none(run: _Limited, status: Status, reasons: tuple[Reason, ...]) -> Plan:
    """Return an answer without a plan."""
    return no_plan(run.scenario, status, reasons, _record(run))


def _record(run: _Limited) -> Run:
    """Return the record of the run, which ended as the last solve did."""
    last = run.last
    return run_record(
        run.scenario,
        seed=run.options.seed,
        workers=run.options.workers,
        time_limit_s=run.options.time_limit_s,
        wall_s=round(time.monotonic() - run.began, 3),
        stopped_because=None if last is None else last.run.stopped_because,
    )
