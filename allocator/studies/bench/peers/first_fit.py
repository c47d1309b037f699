"""The peer with a spreadsheet: organisations by size, floor by floor, split where a floor ends.

It looks at desks, needs and places, at who is to be alone or apart, and at how many floors a unit
may use. If it breaks another rule, the checker reports that.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product

import numpy as np

from allocator.search.case import Case
from allocator.search.rules import Apart, AtMost, Exclusive, PlaceKind
from allocator.studies.bench.types import Allowance, BenchStatus, Claim, Notes


def first_fit(case: Case, _allowance: Allowance, notes: Notes) -> Claim:
    """Fill four sheets and note those that place everybody.

    Organisations with floors of their own come first, then those with the fewest floors to choose
    from, then the largest. An organisation goes floor by floor into the first tower that has room
    for all of it, or all of them straight through the towers; its units by size, or as they are
    listed. These are the four ways.

    Nothing is random, so one seed is enough. Nothing is proved either: where no sheet holds
    everybody, the answer is `unknown`.
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
    """Desks left on every floor, and who sits where so far.

    Attributes
    ----------
    left
        Desks of each floor that are still free.
    layout
        Desks placed, by unit and floor.
    needed
        Desks that each organisation needs in all.
    """

    def __init__(self, case: Case) -> None:
        self.case = case
        self.left = case.capacity.tolist()
        self.layout: dict[tuple[int, int], int] = {}
        self.needed = np.bincount(
            case.organisation, weights=case.demand, minlength=len(case.organisation_ids)
        )
        self._most_floors = most_floors(case)
        self._alone = {
            unit for limit in case.limits if isinstance(limit, Exclusive) for unit in limit.units
        }
        self._owner = case.organisation.tolist()
        self._owners: list[set[int]] = [set() for _ in case.floors]
        self._taken: list[int | None] = [None for _ in case.floors]
        self._occupants: list[set[int]] = [set() for _ in case.floors]
        self._avoided = [
            (set(limit.units), set(limit.others), limit.place is PlaceKind.TOWER)
            for limit in case.limits
            if isinstance(limit, Apart)
        ]

    def fill(self, *, tower_first: bool, by_size: bool) -> int | None:
        """Place every unit; return one that finds no room, and stop there.

        Parameters
        ----------
        tower_first
            Whether an organisation looks for a tower that has room for all of it before it
            spreads.
        by_size
            Whether its units go by size, largest first, in place of the order of the table.
        """
        for body in sorted(self.case.organisations, key=self._turn):
            units = self.case.units_of[body]
            if by_size:
                units = tuple(sorted(units, key=lambda u: (-self.case.demand[u], u)))
            first = self._tower_for(body) if tower_first else ()
            # A unit that its tower has no room for goes wherever there is some, after the others:
            # first they all get their chance of the tower.
            for unit in [u for u in units if not self._place(u, first)]:
                if not self._place(unit, self.case.floors):
                    return unit
        return None

    def _turn(self, body: int) -> tuple[bool, int, float, int]:
        """Return the key that organisations are sorted by: hardest to place first."""
        units = self.case.units_of[body]
        choice = min(int(self.case.allowed[unit].sum()) for unit in units)
        # Whoever needs whole floors finds none once others have spread over them. The number comes
        # last, so that ties do not depend on the sort.
        return not self._alone.intersection(units), choice, -float(self.needed[body]), body

    def _tower_for(self, body: int) -> tuple[int, ...]:
        """Return the floors of the first tower with room for all of a body; none if none has."""
        for floors in self.case.floors_of:
            if sum(self.left[f] for f in floors) >= self.needed[body]:
                return floors
        return ()

    def _place(self, unit: int, floors: Iterable[int]) -> bool:
        """Place a unit on the first of these floors that take it; say whether they do.

        Nothing changes unless the whole unit finds room.
        """
        pieces: dict[int, int] = {}
        desks, least = int(self.case.demand[unit]), int(self.case.least[unit])
        for floor in floors:
            if self.left[floor] >= least and desks and self._is_admitted(unit, floor):
                # On the last floor that a rule leaves the unit, all that remains must fit.
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
            self._occupants[floor].add(unit)
            self._owners[floor].add(self._owner[unit])
            if unit in self._alone:
                self._taken[floor] = self._owner[unit]
        return True

    def _is_admitted(self, unit: int, floor: int) -> bool:
        """Say whether a unit may be there, and all who are may be with it."""
        owner = self._owner[unit]
        is_free = self._taken[floor] in (None, owner)
        if unit in self._alone:
            is_free = self._owners[floor] <= {owner}
        return is_free and bool(self.case.allowed[unit, floor]) and self._is_apart(unit, floor)

    def _is_apart(self, unit: int, floor: int) -> bool:
        """Say whether nobody is near from whom the unit is to be apart."""
        for ones, others, by_tower in self._avoided:
            foes = others if unit in ones else ones if unit in others else set()
            near = self.case.floors_of[self.case.tower[floor]] if by_tower else (floor,)
            if foes and any(foes & self._occupants[f] for f in near):
                return False
        return True

    def _piece(self, unit: int, floor: int, desks: int, *, whole: bool) -> int:
        """Return how many of the desks go on a floor, so that no piece is too small."""
        least = int(self.case.least[unit])
        piece = min(desks, self.left[floor])
        if 0 < desks - piece < least:
            # The remainder would be too small a piece of its own, so it is made just large enough.
            piece = desks - least
        return piece if piece >= least and (piece == desks or not whole) else 0


def most_floors(case: Case) -> list[int]:
    """Return how many floors each unit may use, by the rule max_floors and its smallest piece.

    Returns
    -------
    list of int
        By unit; 0 for one without desks, 1 for one that has to stay whole.
    """
    # Pieces below the smallest allowed size do not exist, so that size bounds their number, too.
    most: list[int] = (case.demand // np.maximum(case.least, 1)).tolist()
    for limit in case.limits:
        if isinstance(limit, AtMost) and limit.place is PlaceKind.FLOOR and len(limit.units) == 1:
            most[limit.units[0]] = min(most[limit.units[0]], limit.most)
    return most
