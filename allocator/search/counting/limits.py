"""Rules that keep units together or to few places, against the largest places there are.

same_floor, same_tower, same_complex, adjacent_floors, max_floors, max_towers. Each reason compares
desks needed with the room of the best places, as if nobody else were there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from allocator.plan.types import Reason
from allocator.scenario.rules import RuleKind
from allocator.search.case import Case
from allocator.search.counting.words import needed, open_to_any, short
from allocator.search.rules import AtMost, Contiguous, PlaceKind
from allocator.words import counted

WIDER = (PlaceKind.FLOOR, PlaceKind.TOWER, PlaceKind.COMPLEX)
"""Kinds of places: who is in one of a kind is in one of each kind after it."""
SAME = (RuleKind.SAME_FLOOR, RuleKind.SAME_TOWER, RuleKind.SAME_COMPLEX)
"""Rules whose sentence is of the room of places; others have a sentence of their own."""


def together(case: Case) -> Iterator[Reason]:
    """Yield units that must share a floor, tower or complex and need more than the largest has.

    A place counts only where each of the units may be somewhere in it.
    """
    for kind, rule in zip(WIDER, SAME, strict=True):
        places = case.places(kind)
        for limit, units in _joined(case, kind, rule):
            demand = int(case.demand[units].sum())
            room = max(_room_for_all(case, units, floors) for floors in places)
            if demand > room:
                clause = (
                    f"{limit.row.subject} and {limit.row.object} must be in one {kind}"
                    f"{_others(limit, units)}: {needed(demand)}, and the {kind} with most room "
                    f"for all of them offers {room:,}"
                )
                yield short(limit, demand - room, clause)


def adjacent(case: Case) -> Iterator[Reason]:
    """Yield units on adjacent floors that need more than the largest run of levels has.

    A run ends at a level that none of them may use.
    """
    for limit in case.limits:
        if not isinstance(limit, Contiguous) or limit.row.rule is not RuleKind.ADJACENT_FLOORS:
            continue
        units = _placed(case, limit.units)
        demand = int(case.demand[units].sum())
        room = max((_room_for_all(case, units, run) for run in _runs(case, units)), default=0)
        if demand > room:
            clause = (
                f"{limit.row.subject} and {limit.row.object} must be on adjacent floors: "
                f"{needed(demand)}, and the largest run of levels offers {room:,}"
            )
            yield short(limit, demand - room, clause)


def few_places(case: Case) -> Iterator[Reason]:
    """Yield units that may use so many floors, or towers, and need more than the largest have.

    Parts of a unit may be anywhere among them, so the rooms of the largest places are added up.
    """
    for limit in case.limits:
        if not isinstance(limit, AtMost) or limit.row.rule not in (
            RuleKind.MAX_FLOORS,
            RuleKind.MAX_TOWERS,
        ):
            continue
        units = _placed(case, limit.units)
        demand = int(case.demand[units].sum())
        rooms = [_room(case, units, floors) for floors in case.places(limit.place)]
        room = sum(sorted(rooms, reverse=True)[: limit.most])
        if demand > room:
            # A rule max_floors may name an organisation and is then compiled for each unit: the
            # sentence is of that one.
            is_unit = limit.place is PlaceKind.FLOOR
            who = case.unit_ids[limit.units[0]] if is_unit else limit.row.subject
            clause = (
                f"{who} may use {counted(limit.most, limit.place.value)}: {needed(demand)}, "
                f"and the largest offer {room:,}"
            )
            yield short(limit, demand - room, clause)


def _placed(case: Case, units: Iterable[int]) -> list[int]:
    """Return the units that must have desks somewhere; the others break no rule of place."""
    return [u for u in units if case.demand[u] > 0]


def _joined(case: Case, place: PlaceKind, rule: RuleKind) -> Iterator[tuple[AtMost, list[int]]]:
    """Yield a limit of the rule, and all units that limits tie to it; each set once.

    Who must share a floor shares a tower as well, and units of two rules with one in common are
    all together. The sets are the components of that relation.
    """
    # Rules of narrower places bind here, too; those of wider ones do not.
    inside = WIDER[: WIDER.index(place) + 1]
    binding = [limit for limit in case.limits if isinstance(limit, AtMost) and limit.binds]
    sets: list[set[int]] = []
    for limit in binding:
        if limit.place in inside:
            joined, others = set(_placed(case, limit.units)), []
            for known in sets:
                if known & joined:
                    joined |= known
                else:
                    others.append(known)
            sets = [*others, joined]
    for units in sets:
        rows = (limit for limit in binding if limit.row.rule is rule)
        first = next((limit for limit in rows if units & set(limit.units)), None)
        if first is not None:
            yield first, sorted(units)


def _room(case: Case, units: Sequence[int], floors: Sequence[int]) -> int:
    """Return the desks of those floors that any of the units may use."""
    return int((case.capacity * open_to_any(case, units))[list(floors)].sum())


def _room_for_all(case: Case, units: Sequence[int], floors: Sequence[int]) -> int:
    """Return the same, and 0 where one of the units may use none of the floors."""
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
                # Floors of one level count together: a run is of levels, not of floors.
                run += level
            elif run:
                yield run
                run = []
        if run:
            yield run


def _others(limit: AtMost, units: Sequence[int]) -> str:
    """Return how many units are tied to those of a rule, in words; nothing if none are."""
    more = len(set(units) - set(limit.units))
    return f" with {counted(more, 'unit')} tied to them" if more else ""
