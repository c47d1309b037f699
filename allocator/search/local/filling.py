"""First layouts: units poured into towers group by group, and into the floors of their towers.

What does not fit is left to the annealing. Next-fit along the levels, after Coffman, Garey,
Johnson (1996), Approximation algorithms for bin packing: a survey.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import numpy as np

from allocator.search.case import Case, Layout

Desks = dict[tuple[int, int], int]


def poured(case: Case, wanted: Layout, kept: Layout) -> Desks:
    """Return pieces for the desks wanted by unit and tower, beside the pieces that stay.

    Parameters
    ----------
    wanted
        Desks by (unit, tower).
    kept
        Pieces that stay where they are.
    """
    pouring = _Pouring(case, kept)
    for (u, t), desks in sorted(wanted.items(), key=lambda item: _order(case, *item[0])):
        pouring.pour(u, t, desks)
    return pouring.layout


def _order(case: Case, u: int, t: int) -> tuple[int, int, str, int]:
    parent = case.scenario.housed[u].parent_id or case.unit_ids[u]
    return t, int(case.organisation[u]), parent, u


class _Pouring:
    """Room left on floors while they are filled."""

    def __init__(self, case: Case, kept: Layout) -> None:
        self.case = case
        self.layout: Desks = dict(kept)
        self.room = case.capacity.tolist()
        self.weight = case.weight.tolist()
        for (u, f), desks in kept.items():
            self.room[f] -= desks * self.weight[u]
        self.least = case.least.tolist()

    def pour(self, u: int, t: int, desks: int) -> None:
        """Place desks of a unit in a tower: where all fit, else in parts from the bottom up."""
        floors = [f for f in self.case.floors_of[t] if self.case.allowed[u, f]]
        whole = next((f for f in floors if self.room[f] >= desks * self.weight[u]), None)
        if whole is not None:
            self._place(u, whole, desks)
            return
        for f in self._by_room(floors):
            part = self._part(u, f, desks)
            if part > 0:
                self._place(u, f, part)
                desks -= part
        if desks > 0 and floors:
            self._overfill(u, floors, desks)

    def _by_room(self, floors: Iterable[int]) -> list[int]:
        return sorted(floors, key=lambda f: -self.room[f])

    def _part(self, u: int, f: int, desks: int) -> int:
        part = min(int(self.room[f]) // self.weight[u], desks)
        if 0 < desks - part < self.least[u]:
            part = desks - self.least[u]
        return part if part >= self.least[u] or ((u, f) in self.layout and part > 0) else 0

    def _overfill(self, u: int, floors: list[int], desks: int) -> None:
        """Put what is left where the unit already is, else where most room is."""
        used = [f for f in floors if (u, f) in self.layout]
        self._place(u, self._by_room(used or floors)[0], desks)

    def _place(self, u: int, f: int, desks: int) -> None:
        self.layout[u, f] = self.layout.get((u, f), 0) + desks
        self.room[f] -= desks * self.weight[u]


def poured_into_towers(towers: Case, rng: np.random.Generator) -> Desks:
    """Return a layout of towers: organisations, those of one coordinator in a row, along a walk.

    The walk goes from a random tower always to the nearest one not yet seen; a unit goes to the
    first tower from where the walk has come to that has room for all of it, else to the first
    with room at all, else nowhere.
    """
    walk = _walk(towers, int(rng.integers(len(towers.tower_ids))))
    room = towers.capacity.tolist()
    layout: Desks = {}
    reached = 0
    for u in _by_group(towers, rng):
        desks, weight = int(towers.demand[u]), int(towers.load[u])
        ahead = (*range(reached, len(walk)), *range(reached))
        fits = (i for i in ahead if room[walk[i]] >= weight and towers.allowed[u, walk[i]])
        place = next(fits, None)
        if place is not None and desks > 0:
            layout[u, walk[place]] = desks
            room[walk[place]] -= weight
            reached = max(reached, place - 1)
    return layout


def _walk(towers: Case, first: int) -> list[int]:
    walk, left = [first], set(towers.towers) - {first}
    while left:
        minutes = towers.minutes[walk[-1]]
        walk.append(min(left, key=lambda t: (minutes[t], t)))
        left.discard(walk[-1])
    return walk


def _by_group(case: Case, rng: np.random.Generator) -> list[int]:
    """Return all units: coordinating groups in random order, in each its organisations."""
    coordinator_of = case.scenario.coordinator_of
    groups: defaultdict[str, list[int]] = defaultdict(list)
    for o, name in enumerate(case.organisation_ids):
        groups[coordinator_of.get(name, name)].append(o)
    order = list(groups.values())
    found = []
    for i in rng.permutation(len(order)):
        for j in rng.permutation(len(order[i])):
            members = case.units_of[order[i][j]]
            found += sorted(members, key=lambda u: _order(case, u, 0))
    return found
