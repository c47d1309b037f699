"""Finds any plan of a scenario, as fast as can be; how good it is does not matter here."""

from __future__ import annotations

import time
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import partial

from allocator.plan.adapt import adapted
from allocator.plan.types import Pieces, Plan, Status
from allocator.plan.verify import GivenPlacement, given_pieces, verify
from allocator.scenario.today import pieces_today
from allocator.scenario.types import Scenario
from allocator.search.cancel import until
from allocator.search.compile import compile_case
from allocator.search.counting import shortfalls
from allocator.search.kernels.ready import COMPILING, compile_search
from allocator.search.neighbourhoods import Overfull, fewest_beyond
from allocator.search.progress import OnProgress, Progress, ShouldStop
from allocator.search.solve import SolveOptions, solve
from allocator.search.solver import Effort

LARGE = 6_000
"""Units times floors above which one model does not find a plan at once."""
LARGEST_MODEL = 60_000
"""Units times floors up to which one model of all is made, for its time and memory."""
KEPT, MOST_KEPT_S = 0.1, 1.0
"""Part of a time limit kept for what comes after the search, and seconds at most."""
SHORTEST_S = 0.5
"""Seconds that the search has at least, to take over pieces that are a plan already."""
TOLERATED = frozenset({"unplaced", "over_capacity", "max_occupants"})
"""Violations of a plan to begin from that leave it as it is."""


@dataclass(frozen=True)
class Budget:
    """Seconds until a deadline, threads, whom to ask whether to stop, and whom to tell.

    Times are those of `time.monotonic`. A budget is passed on in parts, each with a deadline no
    later than the whole, so no step can take what a later one was promised.
    """

    began: float
    deadline: float
    workers: int
    seed: int = 0
    should_stop: ShouldStop = lambda: False
    on_progress: OnProgress | None = None

    @classmethod
    def of(
        cls,
        options: SolveOptions,
        on_progress: OnProgress | None = None,
        should_stop: ShouldStop | None = None,
        began: float | None = None,
    ) -> Budget:
        """Return the budget of a call that begins now, or began then.

        The search is compiled first, if that was not done yet, while the clock stands still.
        """
        now = time.monotonic()
        began, stop = now if began is None else began, should_stop or (lambda: False)
        budget = cls(began, began, options.workers, options.seed, stop, on_progress)
        compile_search(partial(budget.enter, COMPILING), stop)
        began += time.monotonic() - now
        # Plans still have to be checked and written when the search is over.
        kept_s = min(KEPT * options.time_limit_s, MOST_KEPT_S)
        return replace(budget, began=began, deadline=began + options.time_limit_s - kept_s)

    def left(self) -> float:
        """Return the seconds left, at least 0; 0 at once where it is to stop."""
        return 0.0 if self.should_stop() else max(0.0, self.deadline - time.monotonic())

    def part(self, seconds: float) -> Budget:
        """Return a budget of so many seconds at most, with the same threads and listeners."""
        deadline = min(self.deadline, time.monotonic() + seconds)
        return replace(self, deadline=deadline)

    def scope(self) -> AbstractContextManager[None]:
        """Return a scope that ends what is inside soon after the deadline, wherever it is.

        Counting and compiling a case have no time limit of their own; inside the scope they end,
        too.
        """
        end = self.deadline + SHORTEST_S
        return until(lambda: self.should_stop() or time.monotonic() > end)

    def enter(self, stage: str, done: float | None = None) -> None:
        """Say what is done now, and which share of it where that is known."""
        if self.on_progress is not None:
            seconds = time.monotonic() - self.began
            self.on_progress(Progress(seconds, stage, None, None, None, None, done))


class Planner:
    """Finds plans of scenarios that differ little, each from the one before.

    Attributes
    ----------
    near
        Pieces to begin from, at first today's if there are any. They may break rules or overfill
        floors: what fits is kept and the rest repaired.
    """

    def __init__(self) -> None:
        self.near: Pieces | None = None

    def plan(self, scenario: Scenario, budget: Budget) -> Plan | None:
        """Return the first plan found that places every desk, or a proof that none exists.

        None where time ran out. With allow_unplaced any plan will do.
        """
        if budget.left() <= 0:
            return None
        # Today's plan is the first beginning; later a plan of a scenario that differs little is
        # nearer.
        self.near = self.near or _today(scenario)
        if self.near and _is_repairable(scenario):
            # First all rules with floors too full, then ever fewer desks beyond: on a large case
            # this comes to a plan where the search from the same start takes longer.
            found = _repaired(scenario, self.near, budget)
            if found is None:
                return None
            self.near = compile_case(scenario).pieces(found.layout)
            # Some floors are still too full, so there is no plan yet; the layout is kept to go on
            # from.
            if found.desks:
                return None
        plan = _first(scenario, self.near, budget)
        if plan is not None and plan.status is not Status.INFEASIBLE:
            self.near = plan.pieces
        return plan


def _is_repairable(scenario: Scenario) -> bool:
    """Say whether overfilling floors first is quicker than the search from the same start."""
    size = len(scenario.housed) * len(scenario.floors)
    if scenario.settings.options.allow_unplaced or not LARGE < size <= LARGEST_MODEL:
        return False
    # What counting rules out no repair can reach.
    return not shortfalls(compile_case(scenario))


def _today(scenario: Scenario) -> Pieces | None:
    """Return where units are today; None rather than nothing."""
    return pieces_today(scenario) or None


def _repaired(scenario: Scenario, near: Pieces, budget: Budget) -> Overfull | None:
    """Return a layout that keeps all rules, with the fewest desks beyond what floors hold."""
    case = compile_case(scenario)
    return fewest_beyond(
        case,
        case.capacity,
        Effort(budget.left(), budget.workers, budget.seed),
        near=case.layout(sound_part(scenario, adapted(near, scenario))),
        should_stop=budget.should_stop,
    )


def _first(scenario: Scenario, start: Pieces | None, budget: Budget) -> Plan | None:
    """Return the first plan of the search that will do, or its proof that there is none."""
    enough = _Enough(any_will_do=scenario.settings.options.allow_unplaced)
    seconds = max(budget.left(), SHORTEST_S)
    options = SolveOptions(time_limit_s=seconds, workers=budget.workers, seed=budget.seed)
    plan = solve(
        scenario,
        options,
        start=start,
        on_progress=enough.look,
        should_stop=lambda: enough.is_reached or budget.should_stop(),
    )
    return None if plan.status is Status.UNKNOWN else plan


def sound_part(scenario: Scenario, pieces: Pieces) -> Pieces:
    """Return pieces without the units that break something there, full floors aside.

    What remains keeps every rule, so it can be a beginning; the units left out are placed anew.
    """
    named = {
        name
        for violation in verify(scenario, given_pieces(scenario, pieces)).violations
        if violation.kind not in TOLERATED
        for name in (violation.subject, *violation.object.split(";"))
    }
    # An organisation that breaks a rule is loosened as a whole, as any of its units may be the
    # cause.
    loose = {u for name in named for u in scenario.units_of.get(name, ())}
    floors = {floor.floor_id for floor in scenario.floors}
    return {
        (u, f): desks
        for (u, f), desks in pieces.items()
        if desks and u not in loose and f in floors and u in scenario.units_of
    }


def as_given(pieces: Pieces) -> list[GivenPlacement]:
    """Return desks as the checker takes them, one row for each piece."""
    return [GivenPlacement(unit_id=u, floor_id=f, desks=d) for (u, f), d in pieces.items()]


class _Enough:
    """Notices the first plan that will do, so that the search need not go on to a better one."""

    def __init__(self, *, any_will_do: bool) -> None:
        self.is_reached = False
        self._any_will_do = any_will_do

    def look(self, progress: Progress) -> None:
        """Look at a better plan; called from any thread of the search."""
        if progress.total is not None:
            # Never taken back: reports of two threads may come in either order.
            self.is_reached = self.is_reached or self._any_will_do or not progress.unplaced_people
