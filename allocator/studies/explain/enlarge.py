"""The fewest desks to add to floors so that a part of a scenario can hold, and where.

Desks are added in a model in which every floor may be too full: what lies beyond its room is what
has to be added, and that is minimised.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from allocator.plan.adapt import adapted
from allocator.plan.types import Pieces
from allocator.scenario.demand import usable_desks
from allocator.scenario.types import Scenario
from allocator.search.neighbourhoods import fewest_beyond
from allocator.search.solver import Effort
from allocator.studies.explain.members import Member, MemberKind, all_ids
from allocator.studies.explain.plans import LARGE, LARGEST_MODEL, Budget, sound_part
from allocator.studies.explain.proofs import Part


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
    scenario: Scenario, members: Collection[Member], budget: Budget, near: Pieces | None = None
) -> Enlargement | None:
    """Return the fewest desks found with which these members can hold; None where none is found.

    Parameters
    ----------
    members
        Floors whose desks are not among them have no limit and need none added.
    near
        A plan to begin from; it need not fit.
    """
    question = Part(scenario).ask([m for m in members if m.kind is not MemberKind.DESKS])
    if question is None or budget.left() <= 0:
        return None
    case, limited = question.case, all_ids(members, MemberKind.DESKS)
    if case.cells > LARGEST_MODEL:
        return None
    sharing = scenario.settings.sharing
    # By id: the case has its floors sorted, while the table may have them in any order.
    usable = {floor.floor_id: usable_desks(floor, sharing) for floor in scenario.floors}
    most = int(case.demand.sum())
    room = [usable[floor] if floor in limited else most for floor in case.floor_ids]
    # A small model is solved at once from nothing.
    found = fewest_beyond(
        case,
        np.array(room, np.int64),
        Effort(budget.left(), budget.workers, budget.seed),
        near=case.layout(_begin(question.scenario, near or {})) if case.cells > LARGE else None,
        optional=frozenset(u for u in case.units if case.unit_ids[u] in question.optional),
        should_stop=budget.should_stop,
    )
    if found is None:
        return None
    added = dict(zip(case.floor_ids, found.beyond.tolist(), strict=True))
    return Enlargement(
        added={floor: desks for floor, desks in added.items() if desks},
        pieces=case.pieces(found.layout),
        least=found.least,
    )


def _begin(scenario: Scenario, near: Pieces) -> Pieces:
    """Return what of a plan may stay where floors have no limit."""
    return sound_part(scenario, adapted(near, scenario))
