"""Floors that must be in use, and floors beyond a unit's first, at the least."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from ortools.sat.python import cp_model

from allocator.search.bounds.needed import Needed
from allocator.search.bounds.scaling import proved, scale_for
from allocator.search.case import Case, distinct_rows


def open_floors(case: Case, needed: Needed, time_limit_s: float) -> float:
    """Return at most the least cost of floors in use, in person-minutes a week.

    A covering knapsack: Σ price_f x_f is least subject to Σ_{f ∈ N} capacity_f x_f ≥ desks that
    must lie in N, for N all floors and for every set of floors that some unit is confined to
    (then with all units whose floors lie in N). Floors alike are counted together.
    """
    covers = _covers(case, needed)
    scale = scale_for(case.open_cost.tolist())
    kinds = Counter(
        (scale.down(case.open_cost[f]), int(case.capacity[f]), tuple(c[f] for c, _ in covers))
        for f in case.floors
    )
    model = cp_model.CpModel()
    opened = {kind: model.new_int_var(0, count, "") for kind, count in kinds.items()}
    for i, (_, desks) in enumerate(covers):
        model.add(sum(kind[1] * n for kind, n in opened.items() if kind[2][i]) >= desks)
    model.minimize(sum(kind[0] * n for kind, n in opened.items()))
    # Prices are from 0 up, so 0 is always proved.
    bound = proved(model, time_limit_s)
    return 0.0 if bound is None else max(scale.back(bound), 0.0)


def _covers(case: Case, needed: Needed) -> list[tuple[list[bool], int]]:
    """Return sets of floors (F), each with the desks that must lie in it, none of them 0."""
    everywhere = np.ones(len(case.floor_ids), bool)
    confined, _ = distinct_rows(case.allowed[needed.by_unit > 0])
    found = [
        # Units confined to different floors may together need more than either: each set counts
        # all units inside it.
        (floors.tolist(), needed.of(case, _inside(case, floors)))
        for floors in (everywhere, *confined)
    ]
    return [(floors, desks) for floors, desks in found if desks > 0]


def _inside(case: Case, floors: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the units (U) whose floors all lie in the set."""
    outside: NDArray[np.bool_] = np.any(case.allowed & ~floors, axis=1)
    return ~outside


def extra_floors(case: Case, needed: Needed) -> int:
    """Return at most the least number of floors beyond the first, summed over units.

    Alone, a unit uses the fewest floors when it takes the largest that it may use.
    """
    # Other units on the floors are ignored, which only lowers the bound.
    return sum(fewest_floors(case, u, int(needed.by_unit[u])) - 1 for u in _present(needed))


def _present(needed: Needed) -> list[int]:
    return [int(u) for u in np.flatnonzero(needed.by_unit > 0)]


def fewest_floors(case: Case, unit: int, desks: int) -> int:
    """Return how many of the largest floors it may use a unit needs for so many desks."""
    rooms = np.sort(case.capacity[case.allowed[unit]])[::-1]
    return int(np.searchsorted(np.cumsum(rooms), desks)) + 1


def cheapest_floors(case: Case, floors: Sequence[int]) -> NDArray[np.float64]:
    """Return the least cost of floors in use by the desks that these must hold, 0 to all."""
    least = np.full(int(case.capacity[list(floors)].sum()) + 1, np.inf)
    least[0] = 0.0
    for f in floors:
        room = int(case.capacity[f])
        # A floor may hold more than is asked for, hence the maximum with 0. The right side is
        # evaluated first, so each floor is used at most once.
        taken = least[np.maximum(np.arange(len(least)) - room, 0)] + case.open_cost[f]
        least = np.minimum(least, taken)
    return least
