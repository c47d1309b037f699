"""Pieces that no floor of a size holds together, as constraints: what makes a relaxed model exact.

What is short stays short with more people, so a set of pieces that makes a floor short is ruled
out there, on every floor with no more desks, and with any piece replaced by a larger one of people
who come at least as often.

References
----------
Song, Luedtke, Küçükyavuz (2014). Chance-constrained binary packing problems. INFORMS Journal on
Computing 26: probabilistic covers.
"""

from __future__ import annotations

from dataclasses import dataclass

from ortools.sat.python import cp_model

from allocator.search.case import Layout
from allocator.search.model.variables import Literal, Pieces
from allocator.search.pooling.needs import Piece
from allocator.search.pooling.rooms import Rooms


@dataclass(frozen=True)
class Cover:
    """Not all of `at_least` together, where no more desks and occupants are than these.

    Attributes
    ----------
    at_least
        People by unit; of all these units fewer than `count` may have so many on one floor.
    """

    at_least: tuple[tuple[int, int], ...]
    count: int
    desks: int
    most: int


class Covers:
    """Covers learnt from layouts that turned out to be short."""

    def __init__(self, rooms: Rooms) -> None:
        self.rooms = rooms
        self.needs = rooms.needs
        self.demand = rooms.case.demand.tolist()
        self.covers: list[Cover] = []

    def learn(self, layout: Layout) -> bool:
        """Rule out the short floors of a layout; False where there is none or nothing is proved.

        Nothing is proved where rounding of own desks of divided units plays a part, or people
        avoid one another: a floor might then be short with these people, and not with more.
        """
        new = [
            self._cover(f, pieces)
            for f, pieces in self.needs.by_floor(layout).items()
            if self.rooms.is_short(f, pieces) and self._is_monotone(pieces)
        ]
        self.covers += new
        return bool(new)

    def passes(self, layout: Layout) -> bool:
        """Whether no floor is short."""
        on_floors = self.needs.by_floor(layout)
        return not any(self.rooms.is_short(f, pieces) for f, pieces in on_floors.items())

    def _is_monotone(self, pieces: tuple[Piece, ...]) -> bool:
        """Return whether more people on the floor never make it less short."""
        whole = all(people == self.demand[u] or not self.needs.own[u] for u, people, _ in pieces)
        return whole and self.needs.correlation >= 0

    def _cover(self, floor: int, pieces: tuple[Piece, ...]) -> Cover:
        """Leave out pieces, and people, as long as the floor stays short."""
        kept = pieces
        # Small pieces first: a cover of few large ones rules out more.
        for piece in sorted(pieces, key=lambda piece: piece[1]):
            rest = tuple(other for other in kept if other != piece)
            if rest and self.rooms.is_short(floor, rest):
                kept = rest
        kept = tuple(self._fewest(floor, kept, piece) for piece in kept)
        others = self._as_hard(kept)
        return Cover(
            at_least=(*((u, people) for u, people, _ in kept), *others),
            count=len(kept),
            # What is short here is short on every floor with no more desks and no more occupants.
            desks=self.rooms.desks[floor],
            most=self.rooms.most[floor],
        )

    def _fewest(self, floor: int, pieces: tuple[Piece, ...], piece: Piece) -> Piece:
        """Return the piece as it is; a unit without own desks may shrink to what is still short.

        Only alone: shrunk together they might be short no more.
        """
        u, people, own = piece
        if len(pieces) > 1 or self.needs.own[u]:
            return piece
        few, many = 0, people
        while many - few > 1:
            middle = (few + many) // 2
            short = self.rooms.is_short(floor, ((u, middle, own),))
            few, many = (few, middle) if short else (middle, many)
        return (u, many, own)

    def _as_hard(self, pieces: tuple[Piece, ...]) -> list[tuple[int, int]]:
        """Return other units, with people of each that may stand for any of the pieces."""
        units = {u for u, _, _ in pieces}
        if self.needs.is_apart or any(self.needs.own[u] for u in units):
            return []
        most = max(people for _, people, _ in pieces)
        # Whoever comes at least as often on every weekday may take the place of any of them.
        week = [max(shares) for shares in zip(*(self.needs.weeks[u] for u in units), strict=True)]
        return [
            (v, most)
            for v in range(len(self.demand))
            if v not in units
            and self.demand[v] >= most
            and not self.needs.own[v]
            and all(a >= b for a, b in zip(self.needs.weeks[v], week, strict=True))
        ]

    def post(self, pieces: Pieces) -> None:
        """Add all covers to a model."""
        for cover in self.covers:
            for f, desks in enumerate(self.rooms.desks):
                if desks <= cover.desks and self.rooms.most[f] <= cover.most:
                    has = [_has(pieces, u, f, people) for u, people in cover.at_least]
                    pieces.at_most(
                        [literal for literal in has if literal is not False], cover.count - 1
                    )


def _has(pieces: Pieces, unit: int, floor: int, people: int) -> Literal:
    """Return whether a unit has at least so many people on a floor."""
    used = pieces.floors_of(unit).get(floor, False)
    size = pieces.sizes.get((unit, floor))
    # A piece is never smaller than the least, so being there says it already.
    if size is None or people <= int(pieces.case.least[unit]):
        return used
    has: cp_model.IntVar = pieces.model.new_bool_var("")
    pieces.model.add(size <= people - 1).only_enforce_if(~has)
    return has
