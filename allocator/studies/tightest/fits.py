"""The smallest ratio that fits: plans from above, proofs from below, halving what lies between.

No monotony is taken for granted: what is proved of one ratio alone is kept for it alone.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from allocator.plan.adapt import adapted
from allocator.plan.assemble import checked_plan, run_record
from allocator.plan.types import Pieces, Plan, Reason, Status
from allocator.plan.verify import verify
from allocator.scenario.rules import RuleKind
from allocator.scenario.types import Scenario
from allocator.search.bounds import bounds_at_once
from allocator.search.case import Case
from allocator.search.compile import compile_case
from allocator.search.counting import shortfalls
from allocator.search.counting.pins import pins
from allocator.search.counting.rooms import total_desks
from allocator.search.model.layout_model import LayoutModel, LayoutSolution
from allocator.search.solve import NO_LAYOUT
from allocator.search.solver import Effort, Proof
from allocator.studies.explain.plans import LARGE, LARGEST_MODEL, Budget, Planner, as_given
from allocator.studies.tightest.ratios import Ratios, text_up
from allocator.studies.tightest.relaxed import bare, relaxer

FIRST_SPARE = 0.04
"""Desks to spare, as a share, at the first ratio tried on a large case; then twice as many."""
SHARE = 1 / 6
"""Part of the time left for one ratio in the first round; each round takes as much again."""
LARGEST_SHARE = 1 / 2
FIRST_PLAN_SHARE = 1 / 3
"""The same while there is no plan at all: the first is the hardest."""

BY_SEARCH = Reason(kind="search", message=NO_LAYOUT)


@dataclass(frozen=True)
class Fit:
    """Which ratios fit.

    Attributes
    ----------
    status
        ``optimal`` where the smallest is proved, ``feasible`` where it lies between two ratios,
        ``infeasible`` where it is proved that none fits, ``unknown`` where no plan was found.
    at_least
        No smaller ratio fits, which is proved; None where none fits at all.
    people_per_desk
        The smallest ratio with a plan.
    scenario, plan
        The scenario at that ratio, and a plan of it that the checker has passed.
    ruled_out
        The ratio just below `at_least`, or the last of those that might have fitted; None where
        there is none.
    reasons
        Why that one has no plan; where none fits, also why larger ones have none.
    desks, usable
        Desks needed at `people_per_desk`, and those that may be used.
    """

    status: Status
    at_least: Fraction | None
    people_per_desk: Fraction | None
    scenario: Scenario | None
    plan: Plan | None
    ruled_out: Fraction | None
    reasons: tuple[Reason, ...]
    desks: int | None
    usable: int


class FitSearch:
    """What is known of each ratio while the smallest that fits is looked for.

    Ratios go by their place: a larger place is a larger ratio and needs fewer desks.

    Attributes
    ----------
    low
        No ratio before this place has a plan.
    high
        The place of the smallest ratio that has a plan. While none has, the number of ratios that
        may have one.
    plan
        A checked plan at `high`.
    reasons
        Why a ratio has no plan, by place. The ratio just below the smallest open one always has
        some.
    """

    def __init__(self, ratios: Ratios, budget: Budget) -> None:
        self.ratios = ratios
        self.budget = budget
        self.reasons: dict[int, tuple[Reason, ...]] = {}
        self.plan: Plan | None = None
        self.low, self.high = 0, len(ratios)
        self._alone: set[int] = set()
        self._tried: set[int] = set()
        self._rounds = 1
        # One for all ratios, as each plan is the beginning of the next.
        self._planner = Planner()
        self._limit_s = budget.left()
        one = ratios.at(0)
        size = len(one.housed) * len(one.floors)
        self._is_large, self._is_too_large = size > LARGE, size > LARGEST_MODEL

    def run(self) -> None:
        """Search until it is settled or time is up.

        Counting first; then one ratio after another, by one model each in a small case and by the
        search in a large one.
        """
        with self.budget.scope():
            self.budget.enter("counting")
            self._count()
            while self.open and self.budget.left() > 0:
                place = self._next()
                if place is None:
                    self._end_round()
                elif self._is_large:
                    self._ask_planner(place)
                else:
                    self._ask_model(place)

    @property
    def open(self) -> list[int]:
        """Places of ratios that may have a plan and are smaller than any that is known to."""
        return [place for place in range(self.low, self.high) if place not in self._alone]

    @property
    def is_hopeless(self) -> bool:
        """Say whether it is proved that no ratio has a plan."""
        return self.plan is None and not self.open

    def result(self) -> Fit:
        """Return what is known at this moment; it may be asked at any time."""
        values, left = self.ratios.values, self.open
        at_least = left[0] if left else self.high
        # Reasons are those of the ratio just below: why not a little less.
        reasons = self.reasons.get(at_least - 1, ())
        if self.is_hopeless:
            reasons += self.reasons.get(self.high, ())
        return Fit(
            status=self._status(),
            at_least=None if self.is_hopeless else values[at_least],
            people_per_desk=None if self.plan is None else values[self.high],
            scenario=None if self.plan is None else self.ratios.at(self.high),
            plan=self.plan,
            ruled_out=values[at_least - 1] if at_least else None,
            reasons=reasons,
            desks=None if self.plan is None else self.ratios.demand(self.high),
            usable=self.ratios.usable,
        )

    def _status(self) -> Status:
        """Return the status of what is known."""
        if self.plan is None:
            return Status.INFEASIBLE if self.is_hopeless else Status.UNKNOWN
        return Status.FEASIBLE if self.open else Status.OPTIMAL

    def _count(self) -> None:
        """Rule out by counting alone, from below and, where desks are pinned, from above."""
        self._count_pins()
        self.low = min(self._loosest, self.high)
        self.low = bisect_left(
            range(self.high), True, lo=self.low, key=lambda i: not self._counted(i)
        )
        if self.low:
            self.reasons[self.low - 1] = self._counted(self.low - 1)

    def _count_pins(self) -> None:
        """Leave out the ratios at which bodies need fewer desks than are pinned for them."""
        if not any(row.rule is RuleKind.AT_LEAST for row in self.ratios.at(0).rules):
            return
        # Larger ratios need fewer desks, so once pins ask for more than a unit has they always do.
        failed = bisect_left(
            range(len(self.ratios)), True, key=lambda place: bool(self._pins(place))
        )
        if failed < len(self.ratios):
            self.reasons[failed] = self._pins(failed)
        self.high = failed

    def _pins(self, place: int) -> tuple[Reason, ...]:
        """Return what pins say against a ratio and all larger ones, pieces being of any size."""
        return tuple(pins(compile_case(bare(self.ratios.at(place)))))

    @cached_property
    def _loosest(self) -> int:
        """Place before which there are too few desks in all."""
        return self.ratios.first_within(self.ratios.usable)

    def _relaxed(self, place: int) -> Case:
        """Return the case of a ratio with less asked.

        So that a proof holds for smaller ratios, too.
        """
        return self._relax(self.ratios.at(place))

    @cached_property
    def _relax(self) -> Callable[[Scenario], Case]:
        """What relaxes a case, made for the smallest ratio that has desks enough."""
        return relaxer(self.ratios.at(min(self._loosest, len(self.ratios) - 1)))

    def _counted(self, place: int) -> tuple[Reason, ...]:
        """Return what counting says against a ratio and all smaller ones."""
        if place < self._loosest:
            return tuple(total_desks(compile_case(self.ratios.at(place))))
        return shortfalls(self._relaxed(place))

    def _next(self) -> int | None:
        """Return the place of the ratio to try next; None where all was tried this round."""
        if self.plan is None:
            return next((place for place in self._loosening() if place not in self._tried), None)
        # Those before the last one tried were left open for want of time: halve what lies above.
        beyond = max(self._tried, default=-1)
        left = [place for place in self.open if place > beyond]
        return left[len(left) // 2] if left else None

    def _loosening(self) -> Iterator[int]:
        """Yield places of open ratios, with ever more desks to spare; the last at last."""
        left = self.open
        if not self._is_large:
            yield left[0]
        spare, desks = FIRST_SPARE, self.ratios.demand(left[0])
        while spare < 1:
            place = self.ratios.first_within(int(desks * (1 - spare)))
            yield from (i for i in left[bisect_left(left, place) :][:1])
            spare *= 2
        yield left[-1]

    def _end_round(self) -> None:
        """Try to rule out the smallest open ratio, then try all again, for longer."""
        self._rounds += 1
        self._tried.clear()
        if self._is_large and not self._is_too_large:
            self._ask_model(self.open[0])
            self._tried.clear()

    def _part(self) -> Budget:
        """Return the time for one ratio: a share of what is left that grows with the rounds."""
        share = min(SHARE * self._rounds, LARGEST_SHARE)
        if self.plan is None:
            share = max(share, FIRST_PLAN_SHARE)
        return self.budget.part(self.budget.left() * share)

    def _enter(self, place: int) -> None:
        """Say which ratio is tried."""
        self.budget.enter(f"trying {text_up(self.ratios.values[place])} people per desk")

    def _ask_planner(self, place: int) -> None:
        """Look for a plan from the one before, for a large case."""
        self._enter(place)
        plan = self._planner.plan(self.ratios.at(place), self._part())
        if plan is None:
            self._tried.add(place)
        elif plan.status is Status.INFEASIBLE:
            # A proof of the search is of this ratio alone, as a smaller one may allow other
            # pieces.
            self._rule_out(place, plan.reasons, smaller_too=False)
        else:
            self._take(place, plan)

    def _ask_model(self, place: int) -> None:
        """Ask one model for any plan, first with less asked: a proof against that holds for more.

        Only where the plan it finds breaks what was not asked is the whole asked for.
        """
        self._enter(place)
        part, scenario = self._part(), self.ratios.at(place)
        # A proof of the relaxed case rules out all smaller ratios at once, and its plan may be one
        # of the whole.
        for case, is_relaxed in ((self._relaxed(place), True), (compile_case(scenario), False)):
            found = self._layout(case, part)
            if found.proof is Proof.INFEASIBLE:
                self._rule_out(place, (BY_SEARCH,), smaller_too=is_relaxed)
                return
            if found.layout is None:
                break
            pieces = case.pieces(found.layout)
            if not is_relaxed or not verify(scenario, as_given(pieces)).violations:
                self._take(place, self._checked(scenario, pieces))
                return
        self._tried.add(place)

    def _layout(self, case: Case, budget: Budget) -> LayoutSolution:
        """Ask CP-SAT for any layout of a case, from the plan at hand."""
        if not case.allowed[case.demand > 0].any(axis=1).all():
            return LayoutSolution(Proof.INFEASIBLE, layout=None, bound=None, work=0.0)
        cells = [(u, f) for u in case.units for f in case.floors]
        near = adapted(self.plan.pieces, case.scenario) if self.plan else {}
        model = LayoutModel(case, cells, case.layout(near), may_be_short=False)
        effort = Effort(budget.left(), budget.workers, budget.seed)
        return model.solve(effort, should_stop=self.budget.should_stop)

    def _checked(self, scenario: Scenario, pieces: Pieces) -> Plan:
        """Return pieces as a checked plan."""
        at_once = bounds_at_once(compile_case(scenario))
        run = run_record(
            scenario,
            seed=self.budget.seed,
            workers=self.budget.workers,
            time_limit_s=self._limit_s,
            wall_s=round(self._limit_s - self.budget.left(), 3),
        )
        return checked_plan(
            scenario, pieces, term_bounds=at_once.terms, bound=at_once.total, run=run
        )

    def _take(self, place: int, plan: Plan) -> None:
        """Keep a plan of a ratio that is smaller than all with a plan before."""
        self.high, self.plan = place, plan

    def _rule_out(self, place: int, reasons: tuple[Reason, ...], *, smaller_too: bool) -> None:
        """Note that a ratio has no plan, and where that follows that no smaller one has."""
        self.reasons[place] = reasons
        self._alone.add(place)
        if smaller_too:
            self.low = place + 1
