"""Whether a part of what a scenario asks for can hold, proved by counting or by CP-SAT.

Every proof is made anew on a model of its own; CP-SAT's assumption cores are not used. Each
"yes" comes with pieces that the checker has passed. Which part to ask about is decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from math import ceil

from allocator.errors import UncheckedPlanError
from allocator.plan.types import Pieces, Status
from allocator.plan.verify import verify
from allocator.scenario.demand import demand
from allocator.scenario.rules import RuleKind
from allocator.scenario.types import Floor, Headcount, Rule, Scenario, Unit
from allocator.search.case import Case
from allocator.search.compile import compile_case
from allocator.search.counting import shortfalls
from allocator.search.model.layout_model import LayoutModel
from allocator.search.rules import KEPT_BY_PIECES
from allocator.search.solver import Effort, Proof
from allocator.studies.explain.members import (
    Member,
    MemberKind,
    all_ids,
    bodies_of,
    of_kind,
)
from allocator.studies.explain.plans import LARGE, LARGEST_MODEL, Budget, Planner, as_given


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
        """The part as arrays, optional units included.

        Compiled once, as counting and CP-SAT share it.
        """
        return compile_case(self.scenario)


class Part:
    """Makes questions about parts of one scenario.

    Costs do not matter to whether a plan exists, so affinities, walking, placement costs and
    today's plan are left out of every part.
    """

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        # Some rows may be dropped below; a scheme that then has no row would be refused.
        self._rows = tuple(
            row.model_copy(update={"scheme": None})
            for row in scenario.headcounts
            if row.scheme in (None, scenario.scheme)
        )
        self._most = sum(demand(unit) for unit in scenario.housed)
        options = scenario.settings.options.model_copy(
            update={"scheme": None, "allow_unplaced": False, "max_people_moved": None}
        )
        # Who comes changes no demand at a ratio; the tables of weeks are left out, too.
        attendance = type(scenario.settings.attendance)()
        self._settings = scenario.settings.model_copy(
            update={"options": options, "attendance": attendance}
        )

    def ask(self, members: Collection[Member]) -> Question | None:
        """Return the question whether these members can hold; None where nothing is asked.

        Parameters
        ----------
        members
            Rules and needs that are not among them do not apply, units without a demand need not
            be placed, floors without their desks hold any number.
        """
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
            predecessors=(),
            rotas=(),
            patterns=(),
            settings=self._settings,
        )
        return Question(part, required, frozenset(row.unit_id for row in rows) - required)

    def roomy(self) -> Scenario:
        """Return the scenario with room for everybody on every floor."""
        return self.scenario.replace(floors=self._floors(frozenset()))

    def _headcounts(
        self, rules: Sequence[Rule], required: frozenset[str]
    ) -> tuple[Headcount, ...]:
        """Return the rows of units that must be placed, and of those that may help keep a rule."""
        helping = [row for row in rules if row.rule in KEPT_BY_PIECES]
        units_of = self.scenario.units_of
        useful = {u for row in helping for body in bodies_of(row) for u in units_of.get(body, ())}
        rows = tuple(row for row in self._rows if row.unit_id in required | useful)
        if not rows and any(row.rule is RuleKind.AT_LEAST for row in helping):
            return self._rows[:1]  # desks are asked for by a body that has no headcount
        return rows

    def _units(self, needing: frozenset[str]) -> tuple[Unit, ...] | None:
        """Return units, without their needs unless those are asked for."""
        if self.scenario.units is None:
            return None
        return tuple(
            unit if unit.unit_id in needing else unit.model_copy(update={"needs": ()})
            for unit in self.scenario.units
        )

    def _floors(self, limited: frozenset[str]) -> tuple[Floor, ...]:
        """Return floors, with room for everybody unless theirs is a limit."""
        return tuple(
            floor if floor.floor_id in limited else self._without_limit(floor)
            for floor in self.scenario.floors
        )

    def _without_limit(self, floor: Floor) -> Floor:
        """Return a floor with room for all desks of the scenario, whatever the reserve takes."""
        share = 1 - self.scenario.settings.sharing.reserve_share
        changes = {"desks": ceil(self._most / share), "area_m2": None, "max_occupants": None}
        return floor.model_copy(update=changes)


def counted_out(question: Question) -> bool:
    """Say whether counting alone proves that there is no plan.

    Counting knows only units whose desks must all be placed. With optional units it is asked
    twice: about the rules that pieces keep, with nobody required, and about those required,
    without such rules. Each is a part of the question, so each proof holds.
    """
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
        rules=tuple(row for row in scenario.rules if row.rule not in KEPT_BY_PIECES),
    )
    return bool(shortfalls(compile_case(rest)))


def decide(question: Question | None, budget: Budget) -> Decision:
    """Return whether there is a plan: by counting, by CP-SAT, for large parts by the search.

    Parameters
    ----------
    question
        None stands for nothing asked, which always holds.
    """
    if question is None:
        return Decision(Answer.FEASIBLE)
    if counted_out(question):
        return Decision(Answer.INFEASIBLE)
    large = question.case.cells > LARGE
    # The search places every desk, so it cannot answer where some units may stay out.
    searchable = large and not question.optional
    # One model does not find a plan of a large part at once, so the search has most of the time.
    answer = _by_model(question, budget.part(budget.left() / (3 if searchable else 1)))
    if answer.answer is not Answer.UNDECIDED or not searchable:
        return answer
    plan = Planner().plan(question.scenario, budget)
    if plan is None:
        return answer
    if plan.status is Status.INFEASIBLE:
        return Decision(Answer.INFEASIBLE)
    return Decision(Answer.FEASIBLE, plan.pieces)


def _by_model(question: Question, budget: Budget) -> Decision:
    """Ask CP-SAT for any plan at all."""
    case = question.case
    required = [u for u in case.units if case.unit_ids[u] in question.required]
    # A unit that may be nowhere needs no model.
    if not case.allowed[required].any(axis=1).all():
        return Decision(Answer.INFEASIBLE)
    if budget.left() <= 0 or case.cells > LARGEST_MODEL:
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
    """Raise unless the checker finds nothing wrong but optional units that are not placed."""
    for violation in verify(question.scenario, as_given(pieces)).violations:
        if violation.kind != "unplaced" or violation.subject in question.required:
            raise UncheckedPlanError(f"a part's plan breaks it: {violation.message}")
