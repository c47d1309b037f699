"""The fewest desks to add to floors so that a part of a scenario can hold, and where."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from ortools.sat.python import cp_model

from allocator.plan.types import Pieces
from allocator.scenario.demand import usable_desks
from allocator.scenario.types import Scenario
from allocator.search.model.layout_model import LayoutModel
from allocator.studies.explain.members import Member, MemberKind, all_ids
from allocator.studies.explain.proofs import Budget, Part, layout_model


@dataclass(frozen=True)
class Enlargement:
    """Desks added by floor, pieces that fit then, and how few could do at best."""

    added: dict[str, int]
    pieces: Pieces
    least: int

    @property
    def desks(self) -> int:
        """Desks added in all."""
        return sum(self.added.values())


def fewest_desks(
    scenario: Scenario, members: list[Member], budget: Budget, near: Pieces | None = None
) -> Enlargement | None:
    """Return the fewest desks found with which these members can hold; None where none is found.

    Parameters
    ----------
    members
        Of their floors those may grow whose desks are among them; the others have no limit.
    near
        A plan to begin from; it need not fit.
    """
    without = [member for member in members if member.kind is not MemberKind.DESKS]
    question = Part(scenario).ask(without)
    if question is None or budget.left() <= 0:
        return None
    case = question.case
    model = layout_model(question, case.layout(near or {}))
    added = _added_to(scenario, all_ids(members, MemberKind.DESKS), model)
    model.model.minimize(sum(added.values()))
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = budget.left()
    solver.parameters.num_workers = budget.workers
    solver.parameters.random_seed = budget.seed
    if solver.solve(model.model) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return None
    found = {floor: int(solver.value(more)) for floor, more in added.items()}
    return Enlargement(
        added={floor: desks for floor, desks in found.items() if desks},
        pieces=case.pieces(model.read(solver.value)),
        least=max(0, ceil(solver.best_objective_bound - 1e-6)),
    )


def _added_to(
    scenario: Scenario, floors: frozenset[str], model: LayoutModel
) -> dict[str, cp_model.IntVar]:
    """Return the desks by which each floor is fuller than it may be today."""
    found = {}
    for f, place in enumerate(scenario.floors):
        here = list(model.pieces.units_on(f))
        if place.floor_id not in floors or not here:
            continue
        room = usable_desks(place, scenario.settings.sharing)
        more = model.model.new_int_var(0, int(model.case.capacity[f]), f"more_{f}")
        model.model.add(more >= sum(model.pieces.at(u, f) for u in here) - room)
        found[place.floor_id] = more
    return found
