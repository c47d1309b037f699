"""First layouts: units poured into the floors of their towers.

What does not fit is left to the annealing. Next-fit along the levels, after Coffman, Garey,
Johnson (1996), Approximation algorithms for bin packing: a survey.
"""

from __future__ import annotations

from collections.abc import Iterable

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
