"""Rules as limits on scopes, prepared for compiled code; `evaluation` counts them.

A scope is a set of units whose whereabouts are counted together: every organisation, and every
set of units, or two of them together, that a rule speaks of. Rules about single units and floors
(only_in, never_in, kept_for, levels, needs) are in `Case.allowed` and are never broken by any
move.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from allocator.search.case import Case
from allocator.search.rules import Apart, AtMost, Contiguous, Exclusive, Limit, Pinned, PlaceKind

NO_LIMIT = 1 << 30


@dataclass
class CountingScope:
    """A set of units that is counted together, and what rules limit it to.

    Attributes
    ----------
    floors_most, towers_most, complexes_most
        same_floor; same_tower, max_towers and adjacent_floors; same_complex.
    gapless
        Levels must follow one another: contiguous, adjacent_floors.
    apart, tower_apart
        Numbers of scopes that it may not share a floor, or a tower, with.

    Notes
    -----
    Rules about the same units share one scope; the tightest limit of each kind holds.
    """

    members: frozenset[int]
    floors_most: int = NO_LIMIT
    towers_most: int = NO_LIMIT
    complexes_most: int = NO_LIMIT
    gapless: bool = False
    apart: list[int] = field(default_factory=list)
    tower_apart: list[int] = field(default_factory=list)


class Scopes:
    """Scopes of a case, organisations first, and the limits that its rules set.

    Attributes
    ----------
    all
        The scopes.
    alone
        own_floor: number of a scope that wants its floors for its organisation, and of that.
    pieces_most : (U)
        max_floors: floors that a unit may use.
    pins
        at_least: units whose desks count, place and desks.
    """

    def __init__(self, case: Case) -> None:
        self.case = case
        self.all = [CountingScope(frozenset(units)) for units in case.units_of]
        self.number = {scope.members: c for c, scope in enumerate(self.all)}
        self.alone: list[tuple[int, int]] = []
        self.pieces_most = np.full(len(case.unit_ids), NO_LIMIT, np.int64)
        self.pins: list[tuple[tuple[int, ...], int, int]] = []

    def scope(self, units: tuple[int, ...]) -> int:
        """Return the number of a set of units, counted from now on.

        The same set always has the same number, so an organisation that a rule names is not
        counted twice.
        """
        wanted = frozenset(units)
        if wanted not in self.number:
            self.number[wanted] = len(self.all)
            self.all.append(CountingScope(wanted))
        return self.number[wanted]

    def of(self, units: tuple[int, ...]) -> CountingScope:
        """Return a set of units as a scope, to which limits can be added."""
        return self.all[self.scope(units)]

    def at_most(self, limit: AtMost) -> None:
        """Limit a set of units to so many places; floors of one unit count as its pieces."""
        # A unit knows its pieces, so max_floors needs no scope. That keeps scopes few where the
        # rule is for everybody.
        if limit.place is PlaceKind.FLOOR and len(limit.units) == 1:
            (u,) = limit.units
            self.pieces_most[u] = min(self.pieces_most[u], limit.most)
            return
        scope, name = self.of(limit.units), MOST[limit.place]
        setattr(scope, name, min(limit.most, getattr(scope, name)))

    def apart_from(self, limit: Apart) -> None:
        """Forbid a floor, or a tower, with pieces of both sets of units."""
        a, b = self.scope(limit.units), self.scope(limit.others)
        name = "apart" if limit.place is PlaceKind.FLOOR else "tower_apart"
        getattr(self.all[a], name).append(b)
        getattr(self.all[b], name).append(a)

    def exclusive(self, limit: Exclusive) -> None:
        """Forbid other organisations on the floors used."""
        # A rule compiled to this limit is about units of one organisation, so the first stands for
        # all.
        organisation = int(self.case.organisation[limit.units[0]])
        self.alone.append((self.scope(limit.units), organisation))

    def contiguous(self, limit: Contiguous) -> None:
        """Ask for levels that follow one another in each tower."""
        self.of(limit.units).gapless = True

    def pinned(self, limit: Pinned) -> None:
        """Ask for so many desks on a floor."""
        self.pins.append((limit.units, limit.floor, limit.desks))


MOST = {
    PlaceKind.FLOOR: "floors_most",
    PlaceKind.TOWER: "towers_most",
    PlaceKind.COMPLEX: "complexes_most",
}


def scopes(case: Case) -> Scopes:
    """Return the limits of a case as limits on scopes.

    Raises
    ------
    KeyError
        For a kind of limit that this search does not know.
    """
    found = Scopes(case)
    for limit in case.limits:
        # No default: a limit that is silently dropped would make plans that break a rule.
        POSTED[type(limit)](found, limit)
    return found


POSTED: dict[type[Limit], Callable[[Scopes, Any], None]] = {
    AtMost: Scopes.at_most,
    Apart: Scopes.apart_from,
    Exclusive: Scopes.exclusive,
    Contiguous: Scopes.contiguous,
    Pinned: Scopes.pinned,
}
