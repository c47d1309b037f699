"""Rules as limits on crowds, prepared for compiled code. Counting them is in `counts`.

A crowd is a set of units whose whereabouts are counted together: every organisation, and every
body or pair of bodies that a rule speaks of. Rules about single units and floors (only_in,
never_in, kept_for, levels, needs) are in `Case.allowed` and are never broken by any move.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from allocator.scenario.rules import RuleKind
from allocator.search.case import Case, CaseRule

NO_LIMIT = 1 << 30


@dataclass
class Crowd:
    """A set of units that is counted together, and what rules limit it to.

    Attributes
    ----------
    places_most, towers_most, complexes_most
        same_floor; same_tower, max_towers and adjacent_floors; same_complex.
    gapless
        Levels must follow one another: contiguous, adjacent_floors.
    apart, tower_apart
        Numbers of crowds that it may not share a floor, or a tower, with.
    """

    members: frozenset[int]
    places_most: int = NO_LIMIT
    towers_most: int = NO_LIMIT
    complexes_most: int = NO_LIMIT
    gapless: bool = False
    apart: list[int] = field(default_factory=list)
    tower_apart: list[int] = field(default_factory=list)


class Crowds:
    """Crowds of a case, organisations first, and the limits that its rules set.

    Attributes
    ----------
    all
        The crowds.
    alone
        own_floor: number of a crowd that wants its floors for its organisation, and of that.
    pieces_most : (U)
        max_floors: floors that a unit may use.
    pins
        at_least: units whose desks count, place and desks.
    """

    def __init__(self, case: Case) -> None:
        self.case = case
        self.all = [Crowd(frozenset(units)) for units in case.units_of]
        self.number = {crowd.members: c for c, crowd in enumerate(self.all)}
        self.alone: list[tuple[int, int]] = []
        self.pieces_most = np.full(len(case.unit_ids), NO_LIMIT, np.int64)
        self.pins: list[tuple[tuple[int, ...], int, int]] = []

    def crowd(self, units: tuple[int, ...]) -> int:
        """Return the number of a set of units, counted from now on."""
        wanted = frozenset(units)
        if wanted not in self.number:
            self.number[wanted] = len(self.all)
            self.all.append(Crowd(wanted))
        return self.number[wanted]

    def of(self, units: tuple[int, ...]) -> Crowd:
        """Return a set of units as a crowd."""
        return self.all[self.crowd(units)]

    def same_floor(self, rule: CaseRule) -> None:
        """All pieces of both on one floor."""
        self.of(rule.both).places_most = 1

    def same_tower(self, rule: CaseRule) -> None:
        """All pieces of both in one tower."""
        self._towers(rule.both, 1)

    def same_complex(self, rule: CaseRule) -> None:
        """All pieces of both in one complex."""
        self.of(rule.both).complexes_most = 1

    def adjacent_floors(self, rule: CaseRule) -> None:
        """All pieces of both in one tower, on levels that follow one another."""
        self._towers(rule.both, 1)
        self.of(rule.both).gapless = True

    def apart_floor(self, rule: CaseRule) -> None:
        """No floor holds pieces of both."""
        a, b = self.crowd(rule.units), self.crowd(rule.others)
        self.all[a].apart.append(b)
        self.all[b].apart.append(a)

    def apart_tower(self, rule: CaseRule) -> None:
        """No tower holds pieces of both."""
        a, b = self.crowd(rule.units), self.crowd(rule.others)
        self.all[a].tower_apart.append(b)
        self.all[b].tower_apart.append(a)

    def own_floor(self, rule: CaseRule) -> None:
        """No other organisation on any floor that the subject uses."""
        if rule.units:
            organisation = int(self.case.organisation[rule.units[0]])
            self.alone.append((self.crowd(rule.units), organisation))

    def contiguous(self, rule: CaseRule) -> None:
        """In each tower the levels that the subject uses follow one another."""
        self.of(rule.units).gapless = True

    def max_floors(self, rule: CaseRule) -> None:
        """Each unit of the subject uses at most so many floors."""
        for u in rule.units:
            self.pieces_most[u] = min(self.pieces_most[u], rule.row.count)

    def max_towers(self, rule: CaseRule) -> None:
        """The subject as a whole uses at most so many towers."""
        self._towers(rule.units, rule.row.count)

    def at_least(self, rule: CaseRule) -> None:
        """The subject has at least so many desks on the floor."""
        self.pins.extend((rule.units, place, rule.row.count) for place in rule.floors)

    def _towers(self, units: tuple[int, ...], most: int) -> None:
        crowd = self.of(units)
        crowd.towers_most = min(most, crowd.towers_most)


def crowds(case: Case) -> Crowds:
    """Return the rules of a case as limits on crowds."""
    found = Crowds(case)
    for rule in case.rules:
        POSTED[rule.kind](found, rule)
    return found


POSTED: dict[RuleKind, Callable[[Crowds, CaseRule], None]] = {
    RuleKind.SAME_FLOOR: Crowds.same_floor,
    RuleKind.SAME_TOWER: Crowds.same_tower,
    RuleKind.SAME_COMPLEX: Crowds.same_complex,
    RuleKind.ADJACENT_FLOORS: Crowds.adjacent_floors,
    RuleKind.APART_FLOOR: Crowds.apart_floor,
    RuleKind.APART_TOWER: Crowds.apart_tower,
    RuleKind.OWN_FLOOR: Crowds.own_floor,
    RuleKind.CONTIGUOUS: Crowds.contiguous,
    RuleKind.MAX_FLOORS: Crowds.max_floors,
    RuleKind.MAX_TOWERS: Crowds.max_towers,
    RuleKind.AT_LEAST: Crowds.at_least,
}
