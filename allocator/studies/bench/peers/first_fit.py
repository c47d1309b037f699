"""The peer with a spreadsheet: bodies by size, floor by floor, split where a floor ends.

It looks at desks, needs and places, and at how many floors a unit may use; what other rules it
breaks, the checker tells.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from allocator.scenario.rules import RuleKind
from allocator.search.case import Case
from allocator.studies.bench.types import Allowance, BenchStatus, Claim, Notes


def first_fit(case: Case, _allowance: Allowance, notes: Notes) -> Claim:
    """Place every body, largest first: in the first tower that has room for all of it.

    A body that no tower has room for, and a unit that finds none in its body's tower, go floor
    by floor through all towers.
    """
    sheet = _Sheet(case)
    for body in sorted(case.organisations, key=lambda o: (-sheet.needed[o], o)):
        towers = [t for t in case.towers if sheet.room_in(t) >= sheet.needed[body]]
        first = case.floors_of[towers[0]] if towers else ()
        for unit in sorted(case.units_of[body], key=lambda u: (-case.demand[u], u)):
            if not sheet.place(unit, first) and not sheet.place(unit, case.floors):
                return Claim(BenchStatus.UNKNOWN, message=f"no room for {case.unit_ids[unit]}")
    notes.add(case.pieces(sheet.layout))
    return Claim(BenchStatus.FEASIBLE)


class _Sheet:
    """Desks left on every floor, and who sits where so far."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.left = case.capacity.tolist()
        self.layout: dict[tuple[int, int], int] = {}
        self.needed = np.bincount(
            case.organisation, weights=case.demand, minlength=len(case.organisation_ids)
        )
        self._most_floors = most_floors(case)

    def room_in(self, tower: int) -> int:
        """Return the desks that are left in a tower."""
        return sum(self.left[f] for f in self.case.floors_of[tower])

    def place(self, unit: int, floors: Iterable[int]) -> bool:
        """Place a unit on the first of these floors that take it; say whether they do."""
        pieces: dict[int, int] = {}
        desks = int(self.case.demand[unit])
        for floor in floors:
            if desks and self.case.allowed[unit, floor]:
                last = len(pieces) + 1 == self._most_floors[unit]
                piece = self._piece(unit, floor, desks, whole=last)
                if piece:
                    pieces[floor] = piece
                    desks -= piece
        if desks:
            return False
        for floor, piece in pieces.items():
            self.left[floor] -= piece
            self.layout[unit, floor] = piece
        return True

    def _piece(self, unit: int, floor: int, desks: int, *, whole: bool) -> int:
        """Return how many of the desks go on a floor, so that no piece is too small."""
        least = int(self.case.least[unit])
        piece = min(desks, self.left[floor])
        if 0 < desks - piece < least:
            piece = desks - least
        return piece if piece >= least and (piece == desks or not whole) else 0


def most_floors(case: Case) -> list[int]:
    """Return how many floors each unit may use, by the rule max_floors and its smallest piece."""
    most: list[int] = (case.demand // np.maximum(case.least, 1)).tolist()
    for rule in case.rules:
        if rule.kind is RuleKind.MAX_FLOORS:
            for unit in rule.units:
                most[unit] = min(most[unit], rule.row.count)
    return most
