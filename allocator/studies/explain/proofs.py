"""Whether a part of what a scenario asks for can hold, proved by counting or by CP-SAT.

Every proof is made anew on a model of its own; CP-SAT's assumption cores are not used. Each
"yes" comes with pieces that the checker has passed. Which part to ask about is decided elsewhere.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from math import ceil

from allocator.errors import UncheckedPlanError
from allocator.plan.types import Pieces, Plan, Status
from allocator.plan.verify import GivenPlacement, verify
from allocator.scenario.demand import demand
from allocator.scenario.rules import RuleKind
from allocator.scenario.types import Floor, Headcount, Rule, Scenario, Unit
from allocator.search.case import Case, compile_case
from allocator.search.counting import shortfalls
from allocator.search.model.layout_model import Effort, LayoutModel, Proof
from allocator.search.overfull import fewest_beyond
from allocator.search.progress import OnProgress, Progress, ShouldStop, process_start
from allocator.search.solve import SolveOptions, solve
from allocator.studies.explain.members import (
    Member,
    MemberKind,
    all_ids,
    bodies_of,
    of_kind,
)

ASK_FOR_DESKS = frozenset(
    {RuleKind.AT_LEAST, RuleKind.CONTIGUOUS, RuleKind.ADJACENT_FLOORS},
)
"""Rules that pieces of a unit can help to keep; all others are only ever broken by them."""
LARGE = 6_000
"""Units times floors above which the staged search finds plans that one model does not."""

LARGEST_MODEL = 60_000
"""Units times floors up to which one model of all finds a plan that overfills few floors."""

TOLERATED = frozenset({"unplaced", "over_capacity", "max_occupants"})
"""Violations of a plan to begin from that leave it as it is."""


class Answer(StrEnum):
    """Whether there is a plan."""

    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"
    UNDECIDED = "undecided"


@dataclass(frozen=True)
class Decision:
    """An answer; a feasible one with its pieces, checked."""

    answer: Answer
    pieces: Pieces = field(default_factory=dict)


@dataclass(frozen=True)
class Budget:
    """Seconds until a deadline, threads, whom to ask whether to stop, and whom to tell."""

    deadline: float
    workers: int
    seed: int = 0
    should_stop: ShouldStop = lambda: False
    on_progress: OnProgress | None = None

    @classmethod
    def of(cls, options: SolveOptions, should_stop: ShouldStop | None = None) -> Budget:
        """Return the budget of a call that begins now."""
        deadline = time.monotonic() + options.time_limit_s
        return cls(deadline, options.workers, options.seed, should_stop or (lambda: False))

    def left(self) -> float:
        """Seconds left, at least 0."""
        return 0.0 if self.should_stop() else max(0.0, self.deadline - time.monotonic())

    def part(self, seconds: float) -> Budget:
        """Return a budget of so many seconds at most."""
        deadline = min(self.deadline, time.monotonic() + seconds)
        return replace(self, deadline=deadline)

    def enter(self, stage: str) -> None:
        """Say what is done now."""
        if self.on_progress is not None:
            seconds = time.monotonic() - process_start()
            self.on_progress(Progress(seconds, stage, None, None, None, None))


@dataclass(frozen=True)
class Question:
    """A scenario with less in it, and the units whose desks must all be placed.

    Dropping units, rules, needs or limits of floors never makes a plan harder, so a part that
    cannot hold proves that the whole cannot. Units of which nothing is asked are left out,
    except where their pieces could help to keep a rule: then they may be placed in part.
    """

    scenario: Scenario
    required: frozenset[str]
    optional: frozenset[str]

    @cached_property
    def case(self) -> Case:
        """The part as arrays, optional units included."""
        return compile_case(self.scenario)


class Part:
    """Makes questions about parts of one scenario."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self._rows = tuple(
            row.model_copy(update={"scheme": None})
            for row in scenario.headcounts
            if row.scheme in (None, scenario.scheme)
        )
        self._most = sum(demand(unit) for unit in scenario.housed)
        options = scenario.settings.options.model_copy(
            update={"scheme": None, "allow_unplaced": False}
        )
        self._settings = scenario.settings.model_copy(update={"options": options})

    def ask(self, members: Collection[Member]) -> Question | None:
        """Return the question whether these members can hold; None where nothing is asked."""
        kept = {i for member in of_kind(members, MemberKind.RULE) for i in member.rows}
        rules = tuple(row for i, row in enumerate(self.scenario.rules) if i in kept)
        required = all_ids(members, MemberKind.DEMAND)
        rows = self._headcounts(rules, required)
        if not rows:
            return None
        part = self.scenario.replace(
            rules=rules,
            headcounts=rows,
            units=self._units(all_ids(members, MemberKind.NEEDS)),
            floors=self._floors(all_ids(members, MemberKind.DESKS)),
            affinities=(),
            walking=(),
            placement_costs=(),
            current=(),
            settings=self._settings,
        )
        return Question(part, required, frozenset(row.unit_id for row in rows) - required)

    def _headcounts(
        self, rules: Sequence[Rule], required: frozenset[str]
    ) -> tuple[Headcount, ...]:
        """Units that must be placed, and those whose pieces could help to keep a rule."""
        helping = [row for row in rules if row.rule in ASK_FOR_DESKS]
        units_of = self.scenario.units_of
        useful = {u for row in helping for body in bodies_of(row) for u in units_of.get(body, ())}
        rows = tuple(row for row in self._rows if row.unit_id in required | useful)
        if not rows and any(row.rule is RuleKind.AT_LEAST for row in helping):
            return self._rows[:1]  # desks are asked for by a body that has no headcount
        return rows

    def _units(self, needing: frozenset[str]) -> tuple[Unit, ...] | None:
        """Units, without their needs unless those are asked for."""
        if self.scenario.units is None:
            return None
        return tuple(
            unit if unit.unit_id in needing else unit.model_copy(update={"needs": ()})
            for unit in self.scenario.units
        )

    def _floors(self, limited: frozenset[str]) -> tuple[Floor, ...]:
        """Floors, with room for everybody unless theirs is a limit."""
        return tuple(
            floor if floor.floor_id in limited else self._without_limit(floor)
            for floor in self.scenario.floors
        )

    def _without_limit(self, floor: Floor) -> Floor:
        share = 1 - self.scenario.settings.sharing.reserve_share
        changes = {"desks": ceil(self._most / share), "area_m2": None, "max_occupants": None}
        return floor.model_copy(update=changes)


def counted_out(question: Question) -> bool:
    """Whether counting alone proves that there is no plan."""
    if not question.optional:
        return bool(shortfalls(question.case))
    scenario = question.scenario
    pins_only = scenario.settings.options.model_copy(update={"allow_unplaced": True})
    settings = scenario.settings.model_copy(update={"options": pins_only})
    if shortfalls(compile_case(scenario.replace(settings=settings))):
        return True
    if not question.required:
        return False
    rest = scenario.replace(
        headcounts=tuple(r for r in scenario.headcounts if r.unit_id in question.required),
        rules=tuple(row for row in scenario.rules if row.rule not in ASK_FOR_DESKS),
    )
    return bool(shortfalls(compile_case(rest)))


def decide(question: Question | None, budget: Budget) -> Decision:
    """Return whether there is a plan: by counting, by CP-SAT, for large parts by the search."""
    if question is None:
        return Decision(Answer.FEASIBLE)
    if counted_out(question):
        return Decision(Answer.INFEASIBLE)
    large = len(question.case.unit_ids) * len(question.case.floor_ids) > LARGE
    searchable = large and not question.optional
    answer = _by_model(question, budget.part(budget.left() / (3 if searchable else 1)))
    if answer.answer is not Answer.UNDECIDED or not searchable:
        return answer
    plan = find_plan(question.scenario, budget)
    if plan is None:
        return answer
    if plan.status is Status.INFEASIBLE:
        return Decision(Answer.INFEASIBLE)
    return Decision(Answer.FEASIBLE, plan.pieces)


def _by_model(question: Question, budget: Budget) -> Decision:
    """Ask CP-SAT for any plan at all."""
    case = question.case
    required = [u for u in case.units if case.unit_ids[u] in question.required]
    if not case.allowed[required].any(axis=1).all():
        return Decision(Answer.INFEASIBLE)
    if budget.left() <= 0:
        return Decision(Answer.UNDECIDED)
    cells = [(u, f) for u in case.units for f in case.floors]
    model = LayoutModel(case, cells, {}, may_be_short=bool(question.optional))
    for u in required:
        if u in model.pieces.short:
            model.model.add(model.pieces.short[u] == 0)
    effort = Effort(budget.left(), budget.workers, budget.seed)
    found = model.solve(effort, should_stop=budget.should_stop)
    if found.proof is Proof.INFEASIBLE:
        return Decision(Answer.INFEASIBLE)
    if found.layout is None:
        return Decision(Answer.UNDECIDED)
    pieces = case.pieces(found.layout)
    _refuse_unless_clean(question, pieces)
    return Decision(Answer.FEASIBLE, pieces)


def _refuse_unless_clean(question: Question, pieces: Pieces) -> None:
    for violation in verify(question.scenario, _given(pieces)).violations:
        if violation.kind != "unplaced" or violation.subject in question.required:
            raise UncheckedPlanError(f"a part's plan breaks it: {violation.message}")


def _given(pieces: Pieces) -> list[GivenPlacement]:
    return [GivenPlacement(unit_id=u, floor_id=f, desks=d) for (u, f), d in pieces.items()]


def find_plan(scenario: Scenario, budget: Budget, start: Pieces | None = None) -> Plan | None:
    """Return the first plan found that places every desk, or a proof that none exists.

    None where time ran out. With allow_unplaced any plan will do.

    Parameters
    ----------
    start
        A plan to begin from; it may break what it likes.
    """
    if LARGE < len(scenario.housed) * len(scenario.floors) <= LARGEST_MODEL:
        start = _nearly(scenario, budget.part(budget.left() * 3 / 4), start) or start
    if budget.left() <= 0:
        return None
    enough = _Enough(any_will_do=scenario.settings.options.allow_unplaced)
    options = SolveOptions(time_limit_s=budget.left(), workers=budget.workers, seed=budget.seed)
    plan = solve(
        scenario,
        options,
        start=start,
        on_progress=enough.look,
        should_stop=lambda: enough.found or budget.should_stop(),
    )
    return None if plan.status is Status.UNKNOWN else plan


def _nearly(scenario: Scenario, budget: Budget, near: Pieces | None) -> Pieces | None:
    """Return pieces that keep all rules and overfill floors as little as can be found in time."""
    if budget.left() <= 0:
        return None
    case = compile_case(scenario)
    if shortfalls(case):
        return None
    found = fewest_beyond(
        case,
        case.capacity,
        Effort(budget.left(), budget.workers, budget.seed),
        near=case.layout(sound_part(scenario, near or {})),
        should_stop=budget.should_stop,
    )
    return None if found is None else case.pieces(found.layout)


def sound_part(scenario: Scenario, pieces: Pieces) -> Pieces:
    """Return pieces without the units that break something there, full floors aside."""
    named = {
        name
        for violation in verify(scenario, _given(pieces)).violations
        if violation.kind not in TOLERATED
        for name in (violation.subject, *violation.object.split(";"))
    }
    loose = {u for name in named for u in scenario.units_of.get(name, ())}
    floors = {floor.floor_id for floor in scenario.floors}
    return {
        (u, f): desks
        for (u, f), desks in pieces.items()
        if u not in loose and f in floors and u in scenario.units_of
    }


class _Enough:
    """Notices the first plan that will do."""

    def __init__(self, *, any_will_do: bool) -> None:
        self.found = False
        self._any_will_do = any_will_do

    def look(self, progress: Progress) -> None:
        if progress.total is not None:
            self.found = self.found or self._any_will_do or not progress.unplaced_people
