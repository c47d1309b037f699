"""How many desks a ratio lacks to fit, and where they would go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from allocator.plan.adapt import adapted
from allocator.plan.types import Pieces
from allocator.plan.verify import verify
from allocator.search.compile import compile_case
from allocator.search.neighbourhoods import fewest_beyond
from allocator.search.solver import Effort
from allocator.studies.explain.changes import with_desks
from allocator.studies.explain.plans import LARGEST_MODEL, Budget, as_given, sound_part
from allocator.studies.tightest.ratios import Ratios


@dataclass(frozen=True)
class Missing:
    """Desks that a ratio lacks.

    Attributes
    ----------
    least
        Fewer do not do: counted.
    enough
        So many do: a plan with them was found and checked; None where none was found in time.
    added
        Where those are, by floor.
    """

    least: int
    enough: int | None = None
    added: Mapping[str, int] = field(default_factory=dict)


def missing_desks(ratios: Ratios, place: int, near: Pieces, budget: Budget) -> Missing:
    """Return the desks that a ratio that has no plan lacks.

    Parameters
    ----------
    near
        A plan of another ratio to begin from; empty for none.
    """
    budget.enter("counting the desks that are missing")
    scenario = ratios.at(place)
    # Without a plan at least one desk is missing, whatever the sums say.
    least = max(1, ratios.demand(place) - ratios.usable)
    case = compile_case(scenario)
    if case.cells > LARGEST_MODEL or budget.left() <= 0:
        return Missing(least)
    found = fewest_beyond(
        case,
        case.capacity,
        Effort(budget.left(), budget.workers, budget.seed),
        near=case.layout(sound_part(scenario, adapted(near, scenario))),
        should_stop=budget.should_stop,
    )
    if found is None:
        return Missing(least)
    beyond = dict(zip(case.floor_ids, found.beyond.tolist(), strict=True))
    added = {floor: desks for floor, desks in beyond.items() if desks}
    pieces = case.pieces(found.layout)
    # Without a checked plan nothing is claimed to be enough.
    if verify(with_desks(scenario, added), as_given(pieces)).violations:
        return Missing(least)
    return Missing(least, found.desks, added)
