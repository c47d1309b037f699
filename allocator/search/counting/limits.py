"""Rules that keep a body together or to few places, against the largest places there are.

same_floor, same_tower, same_complex, adjacent_floors, max_floors, max_towers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from allocator.plan.types import Reason
from allocator.scenario.rules import RuleKind
from allocator.search.case import Case, CaseRule
from allocator.search.counting.words import needed, open_to_any, short
from allocator.words import counted

SCOPES = {
    RuleKind.SAME_FLOOR: (RuleKind.SAME_FLOOR,),
    RuleKind.SAME_TOWER: (RuleKind.SAME_TOWER, RuleKind.SAME_FLOOR, RuleKind.ADJACENT_FLOORS),
    RuleKind.SAME_COMPLEX: (
        RuleKind.SAME_COMPLEX,
        RuleKind.SAME_TOWER,
        RuleKind.SAME_FLOOR,
        RuleKind.ADJACENT_FLOORS,
    ),
}
"""Kinds of rule whose rows, joined by a common unit, keep all their units in one such place."""


def together(case: Case) -> Iterator[Reason]:
    """Bodies that must share a floor, tower or complex and need more than the largest has."""
    for kind, kinds in SCOPES.items():
        places = _places(case, kind)
        for rule, units in _joined(case, kind, kinds):
            demand = int(case.demand[units].sum())
            room = max(_room_for_all(case, units, floors) for floors in places)
            if demand > room:
                noun = kind.value.removeprefix("same_")
                clause = (
                    f"{rule.row.subject} and {rule.row.object} must be in one {noun}"
                    f"{_others(rule, units)}: {needed(demand)}, and the {noun} with most room for "
                    f"all of them offers {room:,}"
                )
                yield short(rule, demand - room, clause)


def adjacent(case: Case) -> Iterator[Reason]:
    """Bodies on adjacent floors that need more than the largest run of levels they may use."""
    for rule in _rows(case, RuleKind.ADJACENT_FLOORS):
        units = _placed(case, rule.both)
        demand = int(case.demand[units].sum())
        room = max((_room_for_all(case, units, run) for run in _runs(case, units)), default=0)
        if demand > room:
            clause = (
                f"{rule.row.subject} and {rule.row.object} must be on adjacent floors: "
                f"{needed(demand)}, and the largest run of levels offers {room:,}"
            )
            yield short(rule, demand - room, clause)


def max_floors(case: Case) -> Iterator[Reason]:
    """Units that may use only so many floors and need more than the largest of them have."""
    for rule in _rows(case, RuleKind.MAX_FLOORS):
        for u in _placed(case, rule.units):
            demand, most = int(case.demand[u]), rule.row.count
            room = _largest(case.capacity[case.allowed[u]].tolist(), most)
            if demand > room:
                clause = (
                    f"{case.unit_ids[u]} may use {counted(most, 'floor')}: {needed(demand)}, "
                    f"and the largest offer {room:,}"
                )
                yield short(rule, demand - room, clause)


def max_towers(case: Case) -> Iterator[Reason]:
    """Bodies that may use only so many towers and need more than the largest of them have."""
    for rule in _rows(case, RuleKind.MAX_TOWERS):
        units = _placed(case, rule.units)
        demand, most = int(case.demand[units].sum()), rule.row.count
        room = _largest([_room(case, units, floors) for floors in case.floors_of], most)
        if demand > room:
            clause = (
                f"{rule.row.subject} may use {counted(most, 'tower')}: {needed(demand)}, "
                f"and the largest offer {room:,}"
            )
            yield short(rule, demand - room, clause)


def _rows(case: Case, kind: RuleKind) -> list[CaseRule]:
    return [rule for rule in case.rules if rule.kind is kind]


def _placed(case: Case, units: Iterable[int]) -> list[int]:
    """Units that must have desks somewhere; the others break no rule of place."""
    return [u for u in units if case.demand[u] > 0]


def _joined(
    case: Case, kind: RuleKind, kinds: Sequence[RuleKind]
) -> Iterator[tuple[CaseRule, list[int]]]:
    """Yield a row of the kind, and all units that rows of these kinds tie to it; each set once."""
    sets: list[set[int]] = []
    for rule in (rule for rule in case.rules if rule.kind in kinds):
        joined, others = set(_placed(case, rule.both)), []
        for known in sets:
            if known & joined:
                joined |= known
            else:
                others.append(known)
        sets = [*others, joined]
    for units in sets:
        first = next((r for r in _rows(case, kind) if units & set(r.both)), None)
        if first is not None:
            yield first, sorted(units)


def _places(case: Case, kind: RuleKind) -> list[list[int]]:
    """Return the floors of each floor, tower or complex."""
    if kind is RuleKind.SAME_FLOOR:
        return [[f] for f in case.floors]
    if kind is RuleKind.SAME_TOWER:
        return [list(floors) for floors in case.floors_of]
    return [[f for t in towers for f in case.floors_of[t]] for towers in case.towers_of]


def _room(case: Case, units: Sequence[int], floors: Sequence[int]) -> int:
    """Desks of those floors that any of the units may use."""
    return int((case.capacity * open_to_any(case, units))[list(floors)].sum())


def _room_for_all(case: Case, units: Sequence[int], floors: Sequence[int]) -> int:
    """The same, and 0 where one of the units may use none of the floors."""
    if not case.allowed[np.ix_(units, floors)].any(axis=1).all():
        return 0
    return _room(case, units, floors)


def _runs(case: Case, units: Sequence[int]) -> Iterator[list[int]]:
    """Yield the floors of each run of levels on which any of the units may be."""
    usable = open_to_any(case, units)
    for levels in case.levels_of:
        run: list[int] = []
        for level in levels:
            if usable[list(level)].any():
                run += level
            elif run:
                yield run
                run = []
        if run:
            yield run


def _largest(rooms: Iterable[int], count: int) -> int:
    return sum(sorted(rooms, reverse=True)[:count])


def _others(rule: CaseRule, units: Sequence[int]) -> str:
    more = len(set(units) - set(rule.both))
    return f" with {counted(more, 'unit')} tied to them" if more else ""
