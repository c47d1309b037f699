"""Why no plan moves so few people, and the smallest limit that one does not exceed.

The limit of people moved is no member of a conflict. It is explained by itself, once a plan exists
without it.
"""

from __future__ import annotations

from math import ceil

from allocator.plan.types import Pieces, Plan, Status
from allocator.scenario.types import Scenario
from allocator.search.least_change import least_change
from allocator.search.limited import moved_in, moves_alone, too_few
from allocator.search.options import SolveOptions
from allocator.search.solve import solve
from allocator.studies.explain.plans import Budget
from allocator.studies.explain.ways_out import WayKind, WayOut

PARTS_OF_A_PERSON = 10_000
LEAST_S = 0.5


def has_limit(scenario: Scenario) -> bool:
    """Say whether a limit of people moved is at work: without a plan of today nobody moves."""
    return scenario.settings.options.max_people_moved is not None and bool(scenario.current)


def with_limit(scenario: Scenario, limit: float | None) -> Scenario:
    """Return the scenario with another limit of people moved, or none."""
    options = scenario.settings.options.model_copy(update={"max_people_moved": limit})
    settings = scenario.settings.model_copy(update={"options": options})
    return scenario.model_copy(update={"settings": settings})


def plan_or_limit(
    scenario: Scenario, budget: Budget, near: Pieces | None
) -> Plan | tuple[str, WayOut | None] | None:
    """Return a plan within the limit; or why there is none, and the way out; None if not known.

    Parameters
    ----------
    near
        A plan without the limit.
    """
    limit = scenario.settings.options.max_people_moved or 0.0
    known = least_change(
        moves_alone(scenario),
        seconds=budget.left() / 2,
        workers=budget.workers,
        seed=budget.seed,
        should_stop=budget.should_stop,
    )
    # Not ruled out. The plan that moves the fewest is the best beginning within a tight limit.
    if known.bound <= limit:
        plan = _solved(scenario, budget, known.pieces or near)
        return None if plan.status is Status.UNKNOWN else plan
    reason = too_few(known.bound, limit).message
    if known.pieces is None:
        return reason, None
    # A moment is enough: only what this plan moves is wanted, as the checker counts it.
    alone = _solved(with_limit(scenario, None), budget.part(LEAST_S), known.pieces)
    # Rounded up to a number that can be typed; without the small allowance a whole number that
    # floating point left a trace above would become the next one.
    moved = ceil(moved_in(alone) * PARTS_OF_A_PERSON - 1e-3) / PARTS_OF_A_PERSON
    raised = with_limit(scenario, moved)
    plan = _solved(raised, budget, known.pieces)
    if plan.objective.total is None:
        return reason, None
    message = f"let {moved:,.15g} people move"
    change = {"max_people_moved": moved}
    way = WayOut(WayKind.MORE_MOVES, message, 0, known.is_proved, change, raised, plan)
    return reason, way


def _solved(scenario: Scenario, budget: Budget, start: Pieces | None) -> Plan:
    """Solve within the budget, from a plan if there is one."""
    options = SolveOptions(
        time_limit_s=max(budget.left(), LEAST_S), workers=budget.workers, seed=budget.seed
    )
    return solve(scenario, options, start=start, should_stop=budget.should_stop)
