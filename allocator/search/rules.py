"""What each kind of rule means, in the few words that all of the search reads.

A rule narrows where units may be (`narrow`), or becomes limits (`limits_of`): so many places at
most, apart, exclusive, contiguous, pinned. A new kind of rule is added to one of the two tables
at the end; models, counting and local search read the limits and need not know it. How a rule is
checked in a finished plan is `plan.verify`'s.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from allocator.scenario.rules import RuleKind
from allocator.scenario.types import Rule, Scenario

Units = tuple[int, ...]


class PlaceKind(StrEnum):
    """What a limit counts."""

    FLOOR = "floor"
    TOWER = "tower"
    COMPLEX = "complex"


@dataclass(frozen=True)
class Limit:
    """What a row of the rules asks of some units.

    Attributes
    ----------
    row
        The rule as it was written: for sentences.
    units
        Indices of the units of whose pieces it speaks, ascending; never empty but in a pin.
    """

    row: Rule
    units: Units

    @property
    def all_units(self) -> Units:
        """Units whose pieces can break it."""
        return self.units


@dataclass(frozen=True)
class AtMost(Limit):
    """All pieces of the units together are in at most `most` floors, towers or complexes."""

    place: PlaceKind
    most: int

    @property
    def binds(self) -> bool:
        """Whether it keeps several units together in one place."""
        return self.most == 1 and len(self.units) > 1


@dataclass(frozen=True)
class Apart(Limit):
    """No floor, or tower, holds pieces of both the units and the others."""

    others: Units
    place: PlaceKind

    @property
    def all_units(self) -> Units:
        """Units whose pieces can break it."""
        return tuple(sorted({*self.units, *self.others}))


@dataclass(frozen=True)
class Exclusive(Limit):
    """No floor that the units use holds a piece of another organisation; they are of one."""


@dataclass(frozen=True)
class Contiguous(Limit):
    """In each tower the levels that the units use, taken together, follow one another."""


@dataclass(frozen=True)
class Pinned(Limit):
    """The units together have at least `desks` desks (or people) on a floor; units may be none."""

    floor: int
    desks: int


@dataclass(frozen=True)
class Numbers:
    """Numbers of units and floors: what names in rules are looked up in.

    Attributes
    ----------
    unit
        Index of each housed unit.
    """

    scenario: Scenario
    unit: Mapping[str, int]
    _floors: dict[str, list[int]] = field(default_factory=dict)

    def units(self, body: str | None) -> list[int]:
        """Return the units of a unit or organisation, ascending."""
        return sorted(self.unit[name] for name in self.scenario.units_of.get(body or "", ()))

    def floors(self, place: str | None) -> list[int]:
        """Return the floors of a floor, tower or complex, ascending."""
        # Made once: rules of a large scenario name thousands of places.
        if not self._floors:
            complex_of = self.scenario.complex_of
            for i, floor in enumerate(self.scenario.floors):
                for name in {floor.floor_id, floor.tower_id, complex_of[floor.tower_id]}:
                    self._floors.setdefault(name, []).append(i)
        return self._floors.get(place or "", [])

    def inside(self, place: str | None) -> NDArray[np.bool_]:
        """Return whether each floor (F) is the place or in it."""
        found = np.zeros(len(self.scenario.floors), bool)
        found[self.floors(place)] = True
        return found


Allowed = NDArray[np.bool_]


def narrow(numbers: Numbers, allowed: Allowed) -> None:
    """Rule out where units may not be; allowed is (U, F) and changed in place."""
    # All rows of a kind at once: several only_in of a unit allow either place.
    rows: dict[RuleKind, list[Rule]] = {}
    for row in numbers.scenario.rules:
        rows.setdefault(row.rule, []).append(row)
    for kind, narrow in NARROWS.items():
        if kind in rows:
            narrow(numbers, allowed, rows[kind])


def limits_of(numbers: Numbers) -> Iterator[Limit]:
    """Yield the limits that the rules set, in the order of the rules.

    Raises
    ------
    NotImplementedError
        If there is a kind of rule that neither table knows: our bug.
    """
    for row in numbers.scenario.rules:
        if row.rule in LIMITS:
            yield from LIMITS[row.rule](numbers, row)
        elif row.rule not in NARROWS:
            raise NotImplementedError(f"the search does not know the rule {row.rule}")


def only_in(numbers: Numbers, allowed: Allowed, rows: Sequence[Rule]) -> None:
    """Pieces of the subject are in one of the objects of its rows."""
    for subject in dict.fromkeys(row.subject for row in rows):
        inside = np.zeros(allowed.shape[1], bool)
        for row in rows:
            if row.subject == subject:
                inside |= numbers.inside(row.object)
        allowed[numbers.units(subject)] &= inside


def never_in(numbers: Numbers, allowed: Allowed, rows: Sequence[Rule]) -> None:
    """No piece of the subject is in the object."""
    for row in rows:
        allowed[numbers.units(row.subject)] &= ~numbers.inside(row.object)


def kept_for(numbers: Numbers, allowed: Allowed, rows: Sequence[Rule]) -> None:
    """Only the subjects of the rows of a place have pieces there."""
    for place in dict.fromkeys(row.object for row in rows):
        others = np.ones(len(allowed), bool)
        for row in rows:
            if row.object == place:
                others[numbers.units(row.subject)] = False
        allowed &= ~(others[:, None] & numbers.inside(place))


def levels(numbers: Numbers, allowed: Allowed, rows: Sequence[Rule]) -> None:
    """Pieces of the subject are on the levels of the value."""
    level = np.array([floor.level for floor in numbers.scenario.floors])
    for row in rows:
        low, high = row.level_range
        allowed[numbers.units(row.subject)] &= (level >= low) & (level <= high)


def _together(place: PlaceKind) -> Callable[[Numbers, Rule], Iterator[Limit]]:
    """All pieces of subject and object are in one floor, tower or complex."""

    def together(numbers: Numbers, row: Rule) -> Iterator[Limit]:
        both = _both(numbers, row)
        if both:
            yield AtMost(row, both, place, 1)

    return together


def adjacent_floors(numbers: Numbers, row: Rule) -> Iterator[Limit]:
    """All pieces of both are in one tower, on levels that follow one another."""
    both = _both(numbers, row)
    if both:
        yield AtMost(row, both, PlaceKind.TOWER, 1)
        yield Contiguous(row, both)


def _apart(place: PlaceKind) -> Callable[[Numbers, Rule], Iterator[Limit]]:
    """No floor, or tower, holds pieces of both subject and object."""

    def apart(numbers: Numbers, row: Rule) -> Iterator[Limit]:
        units, others = numbers.units(row.subject), numbers.units(row.object)
        if units and others:
            yield Apart(row, tuple(units), tuple(others), place)

    return apart


def own_floor(numbers: Numbers, row: Rule) -> Iterator[Limit]:
    """No other organisation is on any floor that the subject uses."""
    units = numbers.units(row.subject)
    if units:
        yield Exclusive(row, tuple(units))


def contiguous(numbers: Numbers, row: Rule) -> Iterator[Limit]:
    """In each tower the levels that the subject uses follow one another."""
    units = numbers.units(row.subject)
    if units:
        yield Contiguous(row, tuple(units))


def max_floors(numbers: Numbers, row: Rule) -> Iterator[Limit]:
    """Each unit of the subject uses at most that many floors."""
    for unit in numbers.units(row.subject):
        yield AtMost(row, (unit,), PlaceKind.FLOOR, row.count)


def max_towers(numbers: Numbers, row: Rule) -> Iterator[Limit]:
    """The subject as a whole uses at most that many towers."""
    units = numbers.units(row.subject)
    if units:
        yield AtMost(row, tuple(units), PlaceKind.TOWER, row.count)


def at_least(numbers: Numbers, row: Rule) -> Iterator[Limit]:
    """The subject has at least that many desks on the floor."""
    (floor,) = numbers.floors(row.object)
    yield Pinned(row, tuple(numbers.units(row.subject)), floor, row.count)


def _both(numbers: Numbers, row: Rule) -> Units:
    """Return the units of subject and object together, ascending."""
    return tuple(sorted({*numbers.units(row.subject), *numbers.units(row.object)}))


NARROWS: dict[RuleKind, Callable[[Numbers, Allowed, Sequence[Rule]], None]] = {
    RuleKind.ONLY_IN: only_in,
    RuleKind.NEVER_IN: never_in,
    RuleKind.KEPT_FOR: kept_for,
    RuleKind.LEVELS: levels,
}
"""Kinds that speak of one unit and one floor."""

LIMITS: dict[RuleKind, Callable[[Numbers, Rule], Iterator[Limit]]] = {
    RuleKind.SAME_FLOOR: _together(PlaceKind.FLOOR),
    RuleKind.SAME_TOWER: _together(PlaceKind.TOWER),
    RuleKind.SAME_COMPLEX: _together(PlaceKind.COMPLEX),
    RuleKind.ADJACENT_FLOORS: adjacent_floors,
    RuleKind.APART_FLOOR: _apart(PlaceKind.FLOOR),
    RuleKind.APART_TOWER: _apart(PlaceKind.TOWER),
    RuleKind.OWN_FLOOR: own_floor,
    RuleKind.CONTIGUOUS: contiguous,
    RuleKind.MAX_FLOORS: max_floors,
    RuleKind.MAX_TOWERS: max_towers,
    RuleKind.AT_LEAST: at_least,
}
"""Kinds that speak of several pieces at once."""

KEPT_BY_PIECES = frozenset({RuleKind.AT_LEAST, RuleKind.CONTIGUOUS, RuleKind.ADJACENT_FLOORS})
"""Kinds that more pieces of a unit can help to keep; all others are only ever broken by them."""
