"""The peer with a spreadsheet: bodies by size, floor by floor, split where a floor ends.

It looks at desks, needs and places, at floors of one's own, and at how many floors a unit may
use; what other rules it breaks, the checker tells.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product

import numpy as np

from allocator.scenario.rules import RuleKind
from allocator.search.case import Case
from allocator.studies.bench.types import Allowance, BenchStatus, Claim, Notes


def first_fit(case: Case, _allowance: Allowance, notes: Notes) -> Claim:
    """Fill four sheets and note those that place everybody.

    Bodies with floors of their own come first, then those with the fewest floors to choose from,
    then the largest. A body goes floor by floor into the first tower that has room for all of it,
    or all bodies straight through the towers; its units by size, or as they are listed.
    """
    lacking = ""
    for tower_first, by_size in product((True, False), repeat=2):
        sheet = _Sheet(case)
        left_over = sheet.fill(tower_first=tower_first, by_size=by_size)
        if left_over is None:
            notes.add(case.pieces(sheet.layout))
        else:
            lacking = lacking or f"no room for {case.unit_ids[left_over]}"
    if not any(True for _ in notes):
        return Claim(BenchStatus.UNKNOWN, message=lacking)
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
        self._alone = {
            unit for rule in case.rules if rule.kind is RuleKind.OWN_FLOOR for unit in rule.units
        }
        self._guests: list[set[int]] = [set() for _ in case.floors]

    def fill(self, *, tower_first: bool, by_size: bool) -> int | None:
        """Place every unit; return one that finds no room, and stop there."""
        for body in sorted(self.case.organisations, key=self._turn):
            units = self.case.units_of[body]
            if by_size:
                units = tuple(sorted(units, key=lambda u: (-self.case.demand[u], u)))
            first = self._tower_for(body) if tower_first else ()
            for unit in [u for u in units if not self._place(u, first)]:
                if not self._place(unit, self.case.floors):
                    return unit
        return None

    def _turn(self, body: int) -> tuple[bool, int, float, int]:
        """Return what bodies are sorted by."""
        units = self.case.units_of[body]
        choice = min(int(self.case.allowed[unit].sum()) for unit in units)
        return not self._alone.intersection(units), choice, -float(self.needed[body]), body

    def _tower_for(self, body: int) -> tuple[int, ...]:
        """Return the floors of the first tower with room for all of a body; none if none has."""
        for floors in self.case.floors_of:
            if sum(self.left[f] for f in floors) >= self.needed[body]:
                return floors
        return ()

    def _place(self, unit: int, floors: Iterable[int]) -> bool:
        """Place a unit on the first of these floors that take it; say whether they do."""
        pieces: dict[int, int] = {}
        desks = int(self.case.demand[unit])
        for floor in floors:
            if desks and self._is_welcome(unit, floor):
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
            self._guests[floor].add(unit)
        return True

    def _is_welcome(self, unit: int, floor: int) -> bool:
        """Say whether a unit may be there, and nobody who is wants it for their body alone."""
        owner = self.case.organisation
        others = [u for u in self._guests[floor] if owner[u] != owner[unit]]
        alone = unit in self._alone or not self._alone.isdisjoint(others)
        return bool(self.case.allowed[unit, floor]) and not (alone and others)

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
