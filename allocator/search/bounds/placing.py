"""Placement costs, and people moved from where they are today, at the least."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import numpy as np

from allocator.search.bounds.needed import Needed
from allocator.search.case import Case
from allocator.search.site_costs import Reference


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
        # Desks that may stay unplaced are placed where that gains something, and only there.
        most = demand if cost < 0 else must
        desks = min(int(case.capacity[floor]), most - placed)
        if desks <= 0:
            break
        found += cost * desks / demand
        placed += desks
    return found


def people_moved(case: Case) -> float:
    """Return at most the least cost of people who move, against every plan compared with.

    People without a desk count as moved, so nothing is given up where desks may stay unplaced.
    """
    return sum(
        reference.price * least_moved(case, reference)
        for reference in case.references
        if reference.price
    )


def least_moved(case: Case, reference: Reference) -> float:
    """Return at most the fewest people who move against one plan.

    Who stays is bounded twice: unit by unit, each on its floors as if alone there and at most
    everyone; and floor by floor, those with most people to a desk first.
    """
    most = min(_stay_by_unit(case, reference), _stay_by_floor(case, reference))
    return max(0.0, float(reference.people.sum()) - most)


def _stay_by_unit(case: Case, reference: Reference) -> float:
    """Return at most how many people stay, each unit for itself and with no more than it has."""
    stay: defaultdict[int, float] = defaultdict(float)
    for (unit, _), share in _shares_that_stay(case, reference):
        stay[unit] += float(reference.headcount[unit]) * share
    return sum(min(people, float(reference.people[unit])) for unit, people in stay.items())


def _stay_by_floor(case: Case, reference: Reference) -> float:
    """Fill each floor with parts of units, most people to a desk first; parts may be of a desk."""
    on: defaultdict[int, list[tuple[float, float]]] = defaultdict(list)
    for (unit, floor), share in _shares_that_stay(case, reference):
        demand = int(case.demand[unit])
        on[floor].append((float(reference.headcount[unit]) / demand, share * demand))
    stay = 0.0
    for floor, parts in on.items():
        room = float(case.capacity[floor])
        for people_per_desk, desks in sorted(parts, reverse=True):
            used = min(desks, room)
            stay += people_per_desk * used
            room -= used
    return stay


def _shares_that_stay(case: Case, reference: Reference) -> Iterator[tuple[tuple[int, int], float]]:
    """Yield the largest share of each unit that can stay on a floor, as if alone there."""
    for (unit, floor), up_to in reference.up_to.items():
        demand = int(case.demand[unit])
        # Who is on a floor that is no longer allowed moves in every plan.
        if demand and case.allowed[unit, floor]:
            yield (unit, floor), min(up_to, min(int(case.capacity[floor]), demand) / demand)
