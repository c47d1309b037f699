"""A smallest set of rules, needs, demands and floors that cannot hold together.

Rules are reduced by QuickXplain (Junker 2004, "QuickXplain: preferred explanations and relaxations
for over-constrained problems"), then every member that is left is dropped once on trial. Each step
is a proof of its own (`proofs`).
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
    """Return a conflict of the scenario, or None where none is proved in time.

    Three ways, the cheapest proof first: by counting alone; among rules that speak of the same
    units; among all rules.
    """
    search = _Search(scenario, budget)
    # Counting costs no solver, and small models of neighbouring rules little; all rules come last.
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
    """Looks for the members of a conflict of one scenario.

    Demands and floors are not searched like rules: they follow from the rules at hand, those that
    the rules name apart and the rest together.
    """

    def __init__(self, scenario: Scenario, budget: Budget) -> None:
        self.scenario = scenario
        self.budget = budget
        self.part = Part(scenario)
        self.rules = (*rule_members(scenario), *needs_members(scenario))

    def by_counting(self) -> list[Member] | None:
        """Return a conflict that counting alone proves, if there is one. It takes no solver."""

        def fails(rules: Sequence[Member]) -> bool:
            """Say whether counting rules these out.

            Once time is over nothing is called a conflict.
            """
            question = self.part.ask(self._with_all(rules))
            return question is not None and self.budget.left() > 0 and counted_out(question)

        return self._with_all(quickxplain(self.rules, fails)) if fails(self.rules) else None

    def among_neighbours(self) -> list[Member] | None:
        """Return a conflict of rules close to one another and of the units that they name.

        A model of some rules and of those units alone is small whatever the size of the scenario.
        """
        for window in windows(self.scenario, self.rules):
            if self.budget.left() <= 0:
                return None
            if self._fail_alone(window):
                return self._alone(quickxplain(window, self._fail_alone))
        return None

    def over_all(self) -> list[Member] | None:
        """Return a conflict of any rules.

        At first without the units that none names, then with them.
        """
        if self._fail_alone(self.rules):
            return self._alone(quickxplain(self.rules, self._fail_alone))
        if self._fail_with_all(self.rules):
            return self._with_all(quickxplain(self.rules, self._fail_with_all))
        return None

    def _alone(self, rules: Sequence[Member]) -> list[Member]:
        """Return rules with the desks of those that they name only."""
        named = named_units(self.scenario, rules)
        everything = self._with_all(rules)
        return [m for m in everything if m.kind is not MemberKind.DEMAND or named >= set(m.ids)]

    def _with_all(self, rules: Sequence[Member]) -> list[Member]:
        """Return rules with everybody's desks and the room of all floors."""
        demands = demand_members(self.scenario, rules)
        return [*rules, *demands, *desks_members(self.scenario, rules)]

    def _fail_alone(self, rules: Sequence[Member]) -> bool:
        """Say whether the rules and those that they name are proved to be too much."""
        return self._fails(self._alone(rules), WINDOW_S)

    def _fail_with_all(self, rules: Sequence[Member]) -> bool:
        """Say whether the rules are proved to be too much together with everybody's desks."""
        return self._fails(self._with_all(rules), STEP_S)

    def _fails(self, members: Sequence[Member], seconds: float) -> bool:
        """Say whether members are proved to be too much.

        What is not decided in time counts as no.
        """
        budget = self.budget.part(seconds)
        return decide(self.part.ask(members), budget).answer is Answer.INFEASIBLE

    def reduced(self, members: Sequence[Member]) -> Conflict:
        """Drop every member on trial; keep those without which the others can hold.

        QuickXplain leaves no rule too many, but demands and floors came along with the rules. Only
        after this step may a conflict be called minimal.
        """
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
                # Kept, as dropping it might leave members that can hold; then nothing minimal is
                # claimed.
                undecided += 1
        return Conflict(_told_order(left), not undecided, witnesses)

    def _trial_order(self, members: Sequence[Member]) -> list[Member]:
        """Return those whom no rule names first, then kinds as said above, the largest first.

        What is tried early is likelier to go, and a conflict that holds without it is the plainer
        one.
        """
        named = named_units(self.scenario, members)

        def place(member: Member) -> tuple[bool, int, int]:
            """Return the key of a member: false sorts before true."""
            nobody = member.kind is MemberKind.DEMAND and not named >= set(member.ids)
            return not nobody, FIRST_TO_GO.index(member.kind), -member.desks

        return sorted(members, key=place)


def _told_order(members: Sequence[Member]) -> tuple[Member, ...]:
    """Rules by their rows, then needs, demands and floors."""
    order = list(MemberKind)
    return tuple(sorted(members, key=lambda member: (order.index(member.kind), member.rows)))


def quickxplain(items: Sequence[Member], fails: Fails) -> list[Member]:
    """Return a smallest part of items that fails, where all of them do.

    What is not proved to fail is taken to hold, so the result fails in any case. Halving keeps the
    number of proofs near k log n, where k of n items are found.

    Parameters
    ----------
    items
        Must fail together.
    fails
        Whether a part is proved to fail. A larger part of one that fails must fail as well.
    """
    if not items or fails(()):
        return []
    return _quickxplain([], False, list(items), fails)


def _quickxplain(
    given: list[Member], grown: bool, items: list[Member], fails: Fails
) -> list[Member]:
    """Return a smallest part of items that fails together with what is given.

    `grown` says whether something was added to `given` since it was last asked about; without it
    the same question would be asked twice.
    """
    if grown and fails(given):
        return []
    if len(items) == 1:
        return items
    first, second = items[: len(items) // 2], items[len(items) // 2 :]
    # What the second half contributes with all of the first, then what the first does with that.
    late = _quickxplain([*given, *first], True, second, fails)
    early = _quickxplain([*given, *late], bool(late), first, fails)
    return early + late


def windows(scenario: Scenario, rules: Sequence[Member]) -> Iterator[Sequence[Member]]:
    """Yield overlapping runs of rules, those that speak of the same units side by side.

    They overlap by half, so that two rules next to one another are always in some run together.
    """
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
        # Ties go to the earlier row, so that the same scenario gives the same runs.
        nearest = max(left, key=lambda i: (nearness[i], -i))
        left.discard(nearest)
        ordered.append(rules[nearest])
        for i in left:
            union = len(units[i] | units[nearest])
            common = len(units[i] & units[nearest]) / union if union else 0.0
            nearness[i] = max(nearness[i], common)
    return ordered
