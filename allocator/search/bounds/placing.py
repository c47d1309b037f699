"""Placement costs, and people moved from their present desks, at the least."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import numpy as np

from allocator.search.bounds.needed import Needed
from allocator.search.case import Case


def placement_cost(case: Case, needed: Needed) -> float:
    """Return at most the least Σ cost · share: each unit on its cheapest floors.

    A unit's shares on floors sum to one, or to anything between the least that must be placed
    and one; on a floor it is at most the floor's desks over the unit's.
    """
    rows: defaultdict[int, dict[int, float]] = defaultdict(dict)
    for (unit, floor), cost in case.placement_cost.items():
        rows[unit][floor] = cost
    return sum(_cheapest(case, unit, costs, needed) for unit, costs in rows.items())


def _cheapest(case: Case, unit: int, costs: dict[int, float], needed: Needed) -> float:
    """Fill the cheapest floors first; go on above a price of 0 only where desks must be placed."""
    demand, must = int(case.demand[unit]), int(needed.by_unit[unit])
    found, placed = 0.0, 0
    floors = np.flatnonzero(case.allowed[unit]).tolist()
    for floor in sorted(floors, key=lambda f: costs.get(f, 0.0)):
        cost = costs.get(floor, 0.0)
        most = demand if cost < 0 else must
        desks = min(int(case.capacity[floor]), most - placed)
        if desks <= 0:
            break
        found += cost * desks / demand
        placed += desks
    return found


def people_moved(case: Case, needed: Needed) -> float:
    """Return at most the least number of people moved.

    On a floor a unit keeps at most its present share there, and at most the share that finds
    desks; in all at most everyone. People without a desk count as moved, so nothing is given up
    where desks may stay unplaced.
    """
    return sum(
        float(case.people[u]) * (1 - min(_kept(case, u, rows), 1.0))
        for u, rows in _present_floors(case).items()
        if case.demand[u] > 0
    )


def _present_floors(case: Case) -> dict[int, list[tuple[int, float]]]:
    found: dict[int, list[tuple[int, float]]] = {u: [] for u in case.moving}
    for (unit, floor), share in case.current_share.items():
        found[unit].append((floor, share))
    return found


def _kept(case: Case, unit: int, rows: Iterable[tuple[int, float]]) -> float:
    """Return the share of a unit that can stay, its floors taken one by one."""
    demand = int(case.demand[unit])
    return sum(
        min(share, min(int(case.capacity[floor]), demand) / demand)
        for floor, share in rows
        if case.allowed[unit, floor]
    )
