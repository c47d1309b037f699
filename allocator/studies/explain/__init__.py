"""Why no plan exists, and the cheapest ways out. Each step has a module of its own.

Conflicts and ways out speak of desks of units' own; with capacity by chance counting and
the search say all there is to say.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from enum import StrEnum

from allocator.plan.types import Plan, Reason, Status
from allocator.scenario.types import Scenario
from allocator.search.compile import compile_case
from allocator.search.counting import shortfalls
from allocator.search.progress import OnProgress, ShouldStop
from allocator.search.solve import SolveOptions
from allocator.studies.explain.conflict import Conflict, find_conflict, quick_conflict
from allocator.studies.explain.members import Member, demand_members, desks_members
from allocator.studies.explain.moving import has_limit, plan_or_limit, with_limit
from allocator.studies.explain.plans import LARGE, Budget, Planner
from allocator.studies.explain.ways_out import WayKind, WayOut, ways_out

__all__ = [
    "Conflict",
    "Ended",
    "Explanation",
    "WayKind",
    "WayOut",
    "counted",
    "explain",
    "with_conflict",
]


class Ended(StrEnum):
    """Why the search for ways out ended."""

    ALL_TRIED = "all_tried"
    TIME_LIMIT = "time_limit"
    NOT_ASKED = "not_asked"
    """A plan exists, or nothing is proved, or desks are pooled: then none are looked for."""


@dataclass(frozen=True)
class Explanation:
    """Why a scenario has no plan, or the plan that it has.

    Attributes
    ----------
    status
        ``infeasible`` where that is proved, ``feasible`` with a plan, ``unknown`` else.
    reasons
        What counting found, else the members of the conflict.
    conflict
        None where none was found in time.
    ways_out
        Cheapest first.
    ended
        Why no more ways out are named.
    plan
        A checked plan, where there is one.
    """

    status: Status
    seconds: float
    reasons: tuple[Reason, ...] = ()
    conflict: Conflict | None = None
    ways_out: tuple[WayOut, ...] = ()
    ended: Ended = Ended.NOT_ASKED
    plan: Plan | None = None


def counted(scenario: Scenario) -> tuple[Reason, ...]:
    """Return what counting alone proves, at once.

    An empty answer proves nothing: the scenario may or may not have a plan.
    """
    return shortfalls(compile_case(scenario))


def explain(
    scenario: Scenario,
    options: SolveOptions | None = None,
    *,
    on_progress: OnProgress | None = None,
    should_stop: ShouldStop | None = None,
    began: float | None = None,
) -> Explanation:
    """Return why no plan exists and what to give up, or a plan where one exists.

    Counting comes first, then a minimal conflict, then ways out, as far as the time goes.

    Parameters
    ----------
    options
        Time limit, workers and seed; the rest does not matter here.
    on_progress
        Called with the stage, and the plans found on the way.
    should_stop
        Asked often; once true, what is known by then is returned.
    began
        When the time limit began, on the clock of `time.monotonic`; now if left out.
    """
    options = options or SolveOptions(time_limit_s=60.0)
    budget = Budget.of(options, on_progress, should_stop, began)
    found = _with_limit(scenario, budget) if has_limit(scenario) else _explain(scenario, budget)
    return replace(found, seconds=round(time.monotonic() - budget.began, 3))


def _explain(scenario: Scenario, budget: Budget) -> Explanation:
    """Explain a scenario that has no limit of moves."""
    budget.enter("counting")
    reasons = counted(scenario)
    conflict: Conflict | None = None
    if not reasons:
        budget.enter("looking for a plan")
        found: Plan | Conflict | None = None
        with budget.scope():
            found = _plan_or_conflict(scenario, budget)
        if isinstance(found, Plan):
            return Explanation(Status.FEASIBLE, 0.0, plan=found)
        conflict = found
    if conflict is None and not scenario.by_chance:
        budget.enter("looking for a conflict")
        with budget.scope():
            # Half of what is left, so that ways out have the other half even where no conflict is
            # found.
            conflict = find_conflict(scenario, budget.part(budget.left() / 2))
    if conflict is None and not reasons:
        return Explanation(Status.UNKNOWN, 0.0)
    # Ways out speak of desks of units' own, which capacity by chance does not have.
    if scenario.by_chance:
        return Explanation(Status.INFEASIBLE, 0.0, reasons)
    budget.enter("looking for ways out")
    ways = ways_out(scenario, _members(scenario, conflict), budget)
    # Counted reasons are plainer than a conflict: they say how many desks are missing.
    reasons = reasons or _as_reasons(conflict)
    ended = Ended.ALL_TRIED if budget.left() > 0 else Ended.TIME_LIMIT
    return Explanation(Status.INFEASIBLE, 0.0, reasons, conflict, ways, ended)


def _with_limit(scenario: Scenario, budget: Budget) -> Explanation:
    """Explain the scenario without its limit of moves; where that has a plan, the limit."""
    # If even without the limit no plan exists, the limit is not what is wrong.
    found = _explain(with_limit(scenario, None), budget.part(budget.left() / 2))
    if found.status is not Status.FEASIBLE:
        return found
    budget.enter("the fewest people who move")
    near = None if found.plan is None else found.plan.pieces
    answer = plan_or_limit(scenario, budget, near)
    if isinstance(answer, Plan):
        return Explanation(answer.status, 0.0, answer.reasons, plan=_if_any(answer))
    if answer is None:
        return Explanation(Status.UNKNOWN, 0.0)
    reason, way = answer
    reasons = (Reason(kind="max_people_moved", message=reason),)
    ways = () if way is None else (way,)
    ended = Ended.TIME_LIMIT if way is None else Ended.ALL_TRIED
    return Explanation(Status.INFEASIBLE, 0.0, reasons, None, ways, ended)


def _if_any(plan: Plan) -> Plan | None:
    """Return a plan, or None for an answer that has none."""
    return None if plan.objective.total is None else plan


def _members(scenario: Scenario, conflict: Conflict | None) -> tuple[Member, ...]:
    """Return the members of a conflict; where none was found in time, all desks asked for."""
    if conflict is not None:
        return conflict.members
    return (*demand_members(scenario, ()), *desks_members(scenario, ()))


def _plan_or_conflict(scenario: Scenario, budget: Budget) -> Plan | Conflict | None:
    """Return a plan, or a conflict that is soon found, whichever comes first."""
    # In a large case a conflict of a few rules, where there is one, is found sooner than a plan.
    if len(scenario.housed) * len(scenario.floors) > LARGE and not scenario.by_chance:
        conflict = quick_conflict(scenario, budget.part(budget.left() / 2))
        if conflict is not None:
            return conflict
    plan = Planner().plan(scenario, budget.part(budget.left() / 2))
    # That it is infeasible says not why; the conflict is still to be found.
    return None if plan is None or plan.status is Status.INFEASIBLE else plan


def with_conflict(plan: Plan, scenario: Scenario, seconds: float) -> Plan:
    """Return an infeasible answer with the members of a conflict among its reasons.

    Any other plan, one whose reasons were counted and one with capacity by chance is returned as
    it is; so is one for which no conflict is found in so many seconds.
    """
    # What was counted says more than a conflict would.
    counted_already = any(reason.kind != "search" for reason in plan.reasons)
    if plan.status is not Status.INFEASIBLE or counted_already or scenario.by_chance:
        return plan
    now = time.monotonic()
    budget = Budget(now, now + seconds, plan.run.workers, plan.run.seed)
    conflict: Conflict | None = None
    with budget.scope():
        conflict = find_conflict(scenario, budget)
    more = _as_reasons(conflict)
    return plan.model_copy(update={"reasons": (*plan.reasons, *more)}).of(scenario)


def _as_reasons(conflict: Conflict | None) -> tuple[Reason, ...]:
    """Return the members of a conflict as reasons; none without a conflict."""
    return tuple(member.as_reason() for member in conflict.members) if conflict else ()
