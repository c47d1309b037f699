"""Which rules to drop so that a plan exists: one of a conflict, and one of each that is left."""

from __future__ import annotations

from dataclasses import dataclass

from allocator.plan.types import Plan, Status
from allocator.scenario.types import Scenario
from allocator.studies.explain.changes import without_rules
from allocator.studies.explain.conflict import Conflict, find_conflict, quick_conflict
from allocator.studies.explain.members import Member, MemberKind, of_kind, rule_members
from allocator.studies.explain.plans import LARGE, Budget, Planner

QUICK_PART = 0.25
"""Part of the time for looking whether another conflict is left, before a plan is sought."""


@dataclass(frozen=True)
class Dropped:
    """Rules dropped, the scenario without them, and a plan of it."""

    rules: tuple[Member, ...]
    scenario: Scenario
    plan: Plan


def drop_rules(
    scenario: Scenario, first: Member, planner: Planner, budget: Budget, *, look_first: bool
) -> Dropped | None:
    """Return a plan without this rule and, of every conflict that is left, without the last.

    Parameters
    ----------
    look_first
        Whether to look for a conflict that is left before a plan is sought; in a large case that
        is quicker where there is one.
    """
    look_first = look_first and len(scenario.housed) * len(scenario.floors) > LARGE
    dropped = [first]
    while budget.left() > 0:
        changed = without_rules(scenario, {i for rule in dropped for i in rule.rows})
        found = _plan_or_conflict(changed, planner, budget, look_first=look_first)
        if isinstance(found, Plan):
            return Dropped(tuple(dropped), changed, found)
        more = of_kind(found.members, MemberKind.RULE) if found is not None else ()
        if not more:
            return None
        dropped.append(_in_the_whole(scenario, dropped, more[-1]))
    return None


def _plan_or_conflict(
    scenario: Scenario, planner: Planner, budget: Budget, *, look_first: bool
) -> Plan | Conflict | None:
    if look_first:
        conflict = quick_conflict(scenario, budget.part(budget.left() * QUICK_PART))
        if conflict is not None:
            return conflict
    plan = planner.plan(scenario, budget)
    if plan is not None and plan.status is Status.INFEASIBLE:
        return find_conflict(scenario, budget)
    return plan


def _in_the_whole(scenario: Scenario, dropped: list[Member], rule: Member) -> Member:
    """Return the member of the whole scenario that a rule of what is left of it belongs to."""
    gone = {i for other in dropped for i in other.rows}
    kept = [i for i in range(len(scenario.rules)) if i not in gone]
    row = kept[rule.rows[0]]
    return next(member for member in rule_members(scenario) if row in member.rows)
