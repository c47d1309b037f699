"""Which rules and needs to do without so that a plan exists, never more of them than needed.

What is to be given up besides, such as desks, is decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from allocator.plan.types import Plan, Status
from allocator.plan.verify import verify
from allocator.scenario.types import Scenario
from allocator.studies.explain.changes import without_needs, without_rules
from allocator.studies.explain.conflict import Conflict, find_conflict, quick_conflict
from allocator.studies.explain.members import (
    Member,
    MemberKind,
    all_ids,
    everything,
    needs_members,
    of_kind,
    rule_members,
)
from allocator.studies.explain.plans import LARGE, Budget, Planner, as_given
from allocator.studies.explain.proofs import Answer, Part, decide

QUICK_PART = 0.25
"""Part of the time for looking whether another conflict is left, before a plan is sought."""


@dataclass(frozen=True)
class Dropped:
    """Rules and needs dropped, the scenario without them, and a plan of it.

    Without a plan the desks are too few for what is left.
    """

    members: tuple[Member, ...]
    scenario: Scenario
    plan: Plan | None


def droppable(members: Collection[Member]) -> tuple[Member, ...]:
    """Return the rules and needs among members.

    What can be done without, unlike desks or people.
    """
    return (*of_kind(members, MemberKind.RULE), *of_kind(members, MemberKind.NEEDS))


def without(scenario: Scenario, members: Collection[Member]) -> Scenario:
    """Return the scenario without these rules and needs."""
    rows = {i for member in members for i in member.rows}
    changed = without_rules(scenario, rows) if rows else scenario
    units = all_ids(members, MemberKind.NEEDS)
    return without_needs(changed, units) if units else changed


def drop(
    scenario: Scenario, first: Member, planner: Planner, budget: Budget, *, look_first: bool
) -> Dropped | None:
    """Do without a member, and without one more of every conflict that is left.

    Parameters
    ----------
    first
        The member to do without.
    look_first
        Whether to look for a conflict that is left before a plan is sought. In a large case that
        is quicker if there is one.

    Returns
    -------
    Dropped or None
        As few members as are needed, and a plan; None if time runs out.
    """
    look_first = look_first and len(scenario.housed) * len(scenario.floors) > LARGE
    dropped = [first]
    while budget.left() > 0:
        changed = without(scenario, dropped)
        found = _plan_or_conflict(changed, planner, budget, look_first=look_first)
        if isinstance(found, Plan):
            return _restored(scenario, dropped, found, planner, budget)
        if found is None:
            return None
        more = droppable(found.members)
        if not more:
            return enough_for_any_desks(scenario, dropped, budget)
        dropped.append(_in_the_whole(scenario, dropped, more[-1]))
    return None


def _plan_or_conflict(
    scenario: Scenario, planner: Planner, budget: Budget, *, look_first: bool
) -> Plan | Conflict | None:
    """Return a plan, or a conflict that keeps one from existing; None where time ran out."""
    if look_first:
        conflict = quick_conflict(scenario, budget.part(budget.left() * QUICK_PART))
        if conflict is not None:
            return conflict
    plan = planner.plan(scenario, budget)
    if plan is not None and plan.status is Status.INFEASIBLE:
        return find_conflict(scenario, budget)
    return plan


def _restored(
    scenario: Scenario, dropped: Sequence[Member], plan: Plan, planner: Planner, budget: Budget
) -> Dropped:
    """Take back what need not be dropped: a plan keeps it, or another plan does.

    Of each conflict one member was dropped as it came; later ones may have made earlier ones
    unnecessary.
    """
    best = plan

    def holds(left: Sequence[Member]) -> bool:
        """Say whether a plan exists with only these dropped, and keep that plan."""
        nonlocal best
        changed = without(scenario, left)
        # Checking is quick, and the plan at hand may keep already what was given up.
        if not verify(changed, as_given(best.pieces)).violations:
            return True
        other = planner.plan(changed, budget.part(budget.left() / 2))
        if other is None or other.status is Status.INFEASIBLE:
            return False
        best = other
        return True

    kept = _fewest(dropped, holds)
    return Dropped(kept, without(scenario, kept), best)


def _fewest(
    dropped: Sequence[Member], holds: Callable[[Sequence[Member]], bool]
) -> tuple[Member, ...]:
    """Return what is left of dropped members once all that need not be dropped are back.

    Each is tried once; none of those left can come back by itself.
    """
    kept = list(dropped)
    for member in dropped if len(dropped) > 1 else ():
        others = [other for other in kept if other is not member]
        if others and holds(others):
            kept = others
    return tuple(kept)


def enough_for_any_desks(
    scenario: Scenario, first: Sequence[Member], budget: Budget
) -> Dropped | None:
    """Drop what keeps a plan from existing however many desks there are; None if time runs out.

    Parameters
    ----------
    first
        Members dropped already; those that need not be come back.
    """

    def answer(dropped: Sequence[Member]) -> Answer:
        """Decide whether all but the room of floors can hold with these dropped."""
        changed = without(scenario, dropped)
        asked = [m for m in everything(changed) if m.kind is not MemberKind.DESKS]
        return decide(Part(changed).ask(asked), budget).answer

    dropped = list(first)
    while (found := answer(dropped)) is Answer.INFEASIBLE:
        # In floors with room for everybody a conflict is of rules and needs alone.
        conflict = find_conflict(Part(without(scenario, dropped)).roomy(), budget)
        more = () if conflict is None else droppable(conflict.members)
        if not more:
            return None
        dropped.append(_in_the_whole(scenario, dropped, more[-1]))
    if found is not Answer.FEASIBLE:
        return None
    kept = _fewest(dropped, lambda left: answer(left) is Answer.FEASIBLE)
    return Dropped(kept, without(scenario, kept), None)


def _in_the_whole(scenario: Scenario, dropped: Sequence[Member], found: Member) -> Member:
    """Return the member of the whole scenario that one of what is left of it belongs to."""
    if found.kind is MemberKind.NEEDS:
        return next(m for m in needs_members(scenario) if set(found.ids) <= set(m.ids))
    gone = {i for other in dropped for i in other.rows}
    kept = [i for i in range(len(scenario.rules)) if i not in gone]
    row = kept[found.rows[0]]
    return next(member for member in rule_members(scenario) if row in member.rows)
