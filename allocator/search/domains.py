"""Places ruled out for a unit by what its company needs: what a rule implies before any search."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from allocator.search.case import Case
from allocator.search.rules import AtMost, PlaceKind


def narrowed(case: Case) -> Case:
    """Return the case with fewer allowed places, and the same plans.

    Units bound to one floor need one with room for all of them, units bound to one tower a tower;
    nothing follows where desks may stay unplaced, or capacities are learnt on the way.
    """
    # A unit that is left out needs no room beside the others.
    if case.allow_unplaced or case.scenario.by_chance:
        return case
    allowed = case.allowed.copy()
    per_tower = np.bincount(case.tower, weights=case.capacity, minlength=len(case.tower_ids))
    in_tower = per_tower[case.tower]
    for limit in case.limits:
        if isinstance(limit, AtMost) and limit.most == 1 and limit.place is not PlaceKind.COMPLEX:
            _need(allowed, case, limit.units, in_tower)
            if limit.place is PlaceKind.FLOOR:
                _need(allowed, case, limit.units, case.capacity)
    return replace(case, allowed=allowed)


def _need(
    allowed: NDArray[np.bool_], case: Case, units: tuple[int, ...], room: NDArray[np.generic]
) -> None:
    """Allow the units only where there is room for all of them."""
    members = list(units)
    allowed[members] &= room >= case.demand[members].sum()
