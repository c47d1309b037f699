"""Places ruled out for a unit by what its company needs: what a rule implies before any search."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from allocator.scenario.rules import RuleKind
from allocator.search.case import Case

IN_ONE_TOWER = {RuleKind.SAME_FLOOR, RuleKind.SAME_TOWER, RuleKind.ADJACENT_FLOORS}


def narrowed(case: Case) -> Case:
    """Return the case with fewer allowed places, and the same plans.

    Units bound to one floor need one with room for all of them, units bound to one tower a tower;
    nothing follows where desks may stay unplaced, or capacities are learnt on the way.
    """
    if case.allow_unplaced or case.scenario.by_chance:
        return case
    allowed = case.allowed.copy()
    per_tower = np.bincount(case.tower, weights=case.capacity, minlength=len(case.tower_ids))
    in_tower = per_tower[case.tower]
    for rule in case.rules:
        if rule.kind is RuleKind.SAME_FLOOR:
            _need(allowed, case, rule.both, case.capacity)
        if rule.kind in IN_ONE_TOWER:
            _need(allowed, case, rule.both, in_tower)
        if rule.kind is RuleKind.MAX_FLOORS and rule.row.count == 1:
            for u in rule.units:
                _need(allowed, case, (u,), case.capacity)
    return replace(case, allowed=allowed)


def _need(
    allowed: NDArray[np.bool_], case: Case, units: tuple[int, ...], room: NDArray[np.generic]
) -> None:
    """Allow the units only where there is room for all of them."""
    members = list(units)
    allowed[members] &= room >= case.demand[members].sum()
