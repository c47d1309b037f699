"""A smallest set of rules, needs, demands and floors that cannot hold together.

Rules are narrowed down by QuickXplain (Junker 2004, "QuickXplain: preferred explanations and
relaxations for over-constrained problems"), then every member that is left is dropped once on
trial. Each step is a proof of its own (`proofs`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from allocator.plan.types import Pieces
from allocator.scenario.types import Scenario
from allocator.studies.explain.members import (
    Member,
    MemberKind,
    demand_members,
    desks_members,
    named_units,
    needs_members,
    rule_members,
)
from allocator.studies.explain.plans import Budget
from allocator.studies.explain.proofs import Answer, Part, counted_out, decide

WINDOW = 16
"""Rules looked at together, and desks of nobody but whom they name."""
WINDOW_S = 5.0
"""Seconds for one such look."""
STEP_S = 20.0
"""Seconds for one step of the search for a conflict."""
FIRST_TO_GO = (MemberKind.DESKS, MemberKind.NEEDS, MemberKind.DEMAND, MemberKind.RULE)
"""What is dropped on trial first: a conflict that holds without it is the plainer one."""

Fails = Callable[[Sequence[Member]], bool]
"""Whether these rules and needs are proved to be too much."""


@dataclass(frozen=True)
class Conflict:
    """Members that cannot hold together.

    Attributes
    ----------
    members
        Rules, then needs, demands and floors.
    is_minimal
        Whether it was shown of each member that the others can hold without it.
    witnesses
        Pieces that show it, by the member left out.
    """

    members: tuple[Member, ...]
    is_minimal: bool
    witnesses: dict[Member, Pieces]


def find_conflict(scenario: Scenario, budget: Budget) -> Conflict | None:
    """Return a conflict of the scenario, or None where none is proved in time."""
    search = _Search(scenario, budget)
    chosen = search.by_counting()
    if chosen is None:
        chosen = search.among_neighbours()
    if chosen is None:
        chosen = search.over_all()
    return None if chosen is None else search.reduced(chosen)


def quick_conflict(scenario: Scenario, budget: Budget) -> Conflict | None:
    """Return a conflict of few rules that are close to one another, or None; soon done."""
    search = _Search(scenario, budget)
    chosen = search.among_neighbours()
    return None if chosen is None else search.reduced(chosen)


class _Search:
    def __init__(self, scenario: Scenario, budget: Budget) -> None:
        self.scenario = scenario
        self.budget = budget
        self.part = Part(scenario)
        self.rules = (*rule_members(scenario), *needs_members(scenario))

    def by_counting(self) -> list[Member] | None:
        """A conflict that counting alone proves."""

        def fails(rules: Sequence[Member]) -> bool:
            question = self.part.ask(self._with_all(rules))
            return question is not None and self.budget.left() > 0 and counted_out(question)

        return self._with_all(quickxplain(self.rules, fails)) if fails(self.rules) else None

    def among_neighbours(self) -> list[Member] | None:
        """A conflict of rules close to one another and of the bodies that they name."""
        for window in windows(self.scenario, self.rules):
            if self.budget.left() <= 0:
                return None
            if self._fail_alone(window):
                return self._alone(quickxplain(window, self._fail_alone))
        return None

    def over_all(self) -> list[Member] | None:
        """A conflict of any rules: at first without the units that none names, then with them."""
        if self._fail_alone(self.rules):
            return self._alone(quickxplain(self.rules, self._fail_alone))
        if self._fail_with_all(self.rules):
            return self._with_all(quickxplain(self.rules, self._fail_with_all))
        return None

    def _alone(self, rules: Sequence[Member]) -> list[Member]:
        """Rules with the desks of those that they name only."""
        named = named_units(self.scenario, rules)
        everything = self._with_all(rules)
        return [m for m in everything if m.kind is not MemberKind.DEMAND or named >= set(m.ids)]

    def _with_all(self, rules: Sequence[Member]) -> list[Member]:
        """Rules with everybody's desks."""
        demands = demand_members(self.scenario, rules)
        return [*rules, *demands, *desks_members(self.scenario, rules)]

    def _fail_alone(self, rules: Sequence[Member]) -> bool:
        return self._fails(self._alone(rules), WINDOW_S)

    def _fail_with_all(self, rules: Sequence[Member]) -> bool:
        return self._fails(self._with_all(rules), STEP_S)

    def _fails(self, members: Sequence[Member], seconds: float) -> bool:
        budget = self.budget.part(seconds)
        return decide(self.part.ask(members), budget).answer is Answer.INFEASIBLE

    def reduced(self, members: Sequence[Member]) -> Conflict:
        """Drop every member on trial; keep those without which the others can hold."""
        left = list(members)
        witnesses: dict[Member, Pieces] = {}
        undecided = 0
        for member in self._trial_order(left):
            others = [other for other in left if other is not member]
            found = decide(self.part.ask(others), self.budget.part(STEP_S))
            if found.answer is Answer.INFEASIBLE:
                left = others
            elif found.answer is Answer.FEASIBLE:
                witnesses[member] = found.pieces
            else:
                undecided += 1
        return Conflict(_told_order(left), not undecided, witnesses)

    def _trial_order(self, members: Sequence[Member]) -> list[Member]:
        """Those whom no rule names first, then kinds as said above, the largest first."""
        named = named_units(self.scenario, members)

        def place(member: Member) -> tuple[bool, int, int]:
            nobody = member.kind is MemberKind.DEMAND and not named >= set(member.ids)
            return not nobody, FIRST_TO_GO.index(member.kind), -member.desks

        return sorted(members, key=place)


def _told_order(members: Sequence[Member]) -> tuple[Member, ...]:
    """Rules by their rows, then needs, demands and floors."""
    order = list(MemberKind)
    return tuple(sorted(members, key=lambda member: (order.index(member.kind), member.rows)))


def quickxplain(items: Sequence[Member], fails: Fails) -> list[Member]:
    """Return a smallest part of items that fails, where all of them do.

    What is not proved to fail is taken to hold, so the result fails in any case.
    """
    if not items or fails(()):
        return []
    return _quickxplain([], False, list(items), fails)


def _quickxplain(
    given: list[Member], grown: bool, items: list[Member], fails: Fails
) -> list[Member]:
    if grown and fails(given):
        return []
    if len(items) == 1:
        return items
    first, second = items[: len(items) // 2], items[len(items) // 2 :]
    late = _quickxplain([*given, *first], True, second, fails)
    early = _quickxplain([*given, *late], bool(late), first, fails)
    return early + late


def windows(scenario: Scenario, rules: Sequence[Member]) -> Iterator[Sequence[Member]]:
    """Yield overlapping runs of rules, those that speak of the same units side by side."""
    ordered = by_nearness(scenario, rules)
    for start in range(0, max(1, len(ordered) - WINDOW // 2), WINDOW // 2):
        yield ordered[start : start + WINDOW]


def by_nearness(scenario: Scenario, rules: Sequence[Member]) -> list[Member]:
    """Return the rules so that each has most units in common with one before it (Prim)."""
    units = [named_units(scenario, [rule]) for rule in rules]
    nearness = [-1.0] * len(rules)
    left = set(range(len(rules)))
    ordered: list[Member] = []
    while left:
        nearest = max(left, key=lambda i: (nearness[i], -i))
        left.discard(nearest)
        ordered.append(rules[nearest])
        for i in left:
            union = len(units[i] | units[nearest])
            common = len(units[i] & units[nearest]) / union if union else 0.0
            nearness[i] = max(nearness[i], common)
    return ordered
