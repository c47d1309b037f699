"""Desks against demand: of all floors, and of the floors that sets of units may use.

Rules that bind several units or floors to one another are counted elsewhere.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from ortools.graph.python import max_flow

from allocator.plan.types import Reason
from allocator.scenario.rules import RuleKind
from allocator.search.case import Case, distinct_rows
from allocator.search.compile import compile_case
from allocator.search.counting.words import names, needed, open_to_any
from allocator.words import counted, listed, verb

CAUSES = (RuleKind.ONLY_IN, RuleKind.KEPT_FOR, RuleKind.NEVER_IN, RuleKind.LEVELS)
"""Rules that speak of one unit and one floor, in the order in which they are blamed."""
Where = tuple[tuple[int, ...], NDArray[np.bool_]]
"""Units, and the floors (F) that any of them may use."""


@dataclass(frozen=True)
class ShortSet:
    """Units whose floors, all of them together, have too few desks.

    Attributes
    ----------
    units
    floors
        Every floor that any of the units may use.
    desks
        By how many desks the floors fall short.
    """

    units: tuple[int, ...]
    floors: tuple[int, ...]
    desks: int


def total_desks(case: Case) -> Iterator[Reason]:
    """Yield a reason if all desks that may be placed are fewer than all that are needed."""
    demand, room = int(case.demand.sum()), int(case.capacity.sum())
    if demand > room:
        message = (
            f"{needed(demand)} and {room:,} may be used: short of {counted(demand - room, 'desk')}"
        )
        yield Reason(kind="desks", desks=demand - room, message=message)


def rooms(case: Case) -> Iterator[Reason]:
    """Yield units whose floors, by needs and rules, have too few desks for all of them (Hall)."""
    for short_set in short_sets(case):
        # Sets that may use every floor are the business of `total_desks`.
        if len(short_set.floors) < len(case.floor_ids):
            yield _explained(case, short_set)


def short_sets(case: Case) -> list[ShortSet]:
    """Return sets of units that prove that `allowed` leaves too little room; empty if none does.

    The sets come from a least cut of the flow of desks from units to floors, units with the same
    floors taken as one; sets that share no floor are proofs of their own.

    Notes
    -----
    Desks may be divided at will in the flow. So a set that is short stays short in every plan, but
    finding none does not mean that whole pieces fit.
    """
    placed = np.flatnonzero(case.demand > 0)
    if not placed.size:
        return []
    rows, group_of = distinct_rows(case.allowed[placed])
    demand = np.bincount(group_of, weights=case.demand[placed]).astype(np.int64)
    cut = _least_cut(rows, demand, case.capacity)
    found: list[Where] = [
        (tuple(placed[np.isin(group_of, groups)].tolist()), np.any(rows[groups], axis=0))
        for groups in _apart(rows, cut)
    ]
    return [
        ShortSet(units, tuple(np.flatnonzero(floors).tolist()), desks)
        for units, floors in _by_needs(case, found)
        # The cut is short as a whole; of its parts some may have room to spare.
        if (desks := int(case.demand[list(units)].sum() - case.capacity[floors].sum())) > 0
    ]


def _least_cut(
    rows: NDArray[np.bool_], demand: NDArray[np.int64], capacity: NDArray[np.int64]
) -> list[int]:
    """Return the groups on the source's side of a least cut; none where all desks find room."""
    # Floors open to the same groups are one node. A country then has a graph of few nodes.
    columns, class_of = distinct_rows(rows.T)
    room = np.bincount(class_of, weights=capacity).astype(np.int64)
    classes, groups = columns.shape
    flow = max_flow.SimpleMaxFlow()
    source, sink = groups + classes, groups + classes + 1
    for g, desks in enumerate(demand.tolist()):
        flow.add_arc_with_capacity(source, g, desks)
    for g, c in np.argwhere(columns.T).tolist():
        # As good as unlimited, since no more than this enters the group.
        flow.add_arc_with_capacity(g, groups + c, int(demand[g]))
    for c, desks in enumerate(room.tolist()):
        flow.add_arc_with_capacity(groups + c, sink, desks)
    if flow.solve(source, sink) != flow.OPTIMAL or flow.optimal_flow() == demand.sum():
        return []
    return sorted(node for node in flow.get_source_side_min_cut() if node < groups)


def _apart(rows: NDArray[np.bool_], groups: list[int]) -> list[list[int]]:
    """Return the groups in sets that share no floor with one another."""
    sets: list[tuple[list[int], NDArray[np.bool_]]] = []
    for group in groups:
        members, floors, others = [group], rows[group], []
        for known, where in sets:
            if (where & floors).any():
                members, floors = known + members, where | floors
            else:
                others.append((known, where))
        sets = [*others, (members, floors)]
    return [members for members, _ in sets]


def _by_needs(case: Case, found: list[Where]) -> Iterator[Where]:
    """Yield the sets; units that have no floor at all apart by what they need."""
    for units, floors in found:
        # Units without any floor share none, so one set would hold all of them, whatever their
        # causes.
        if floors.any():
            yield units, floors
            continue
        apart: defaultdict[frozenset[str], list[int]] = defaultdict(list)
        for u in units:
            apart[case.scenario.housed[u].needs].append(u)
        for same in apart.values():
            yield tuple(same), floors


def _explained(case: Case, short_set: ShortSet) -> Reason:
    """Return the reason with the first cause that leaves too little room by itself.

    Causes are tried one after the other: the size of pieces, needs, each kind of rule. Only if
    none is enough are needs and rules blamed together.
    """
    demand = int(case.demand[list(short_set.units)].sum())
    if _room(_thinned(case), short_set) < demand:
        clause = f"{verb(len(short_set.units), 'have')} pieces too large for other floors"
        return _reason(case, short_set, "small_piece", "", clause)
    if _room(_thinned(case, needs=True), short_set) < demand:
        return _unmet_needs(case, short_set)
    for kind in CAUSES:
        if _room(_thinned(case, kind=kind), short_set) < demand:
            places = _places(case, short_set, kind)
            clause = f"may not be elsewhere, by {kind.value} {listed(places)}".rstrip()
            return _reason(case, short_set, kind.value, ";".join(places), clause)
    return _reason(
        case, short_set, "places", "", "may not be elsewhere, by needs and rules together"
    )


def _thinned(case: Case, *, needs: bool = False, kind: RuleKind | None = None) -> Case:
    """Return the case with nothing but the needs, or but one kind of rule.

    With neither, what is left is the size of floors and pieces.
    """
    scenario = case.scenario
    rules = tuple(row for row in scenario.rules if row.rule is kind)
    units = scenario.units
    if not needs and units is not None:
        units = tuple(unit.model_copy(update={"needs": ()}) for unit in units)
    return compile_case(scenario.replace(rules=rules, units=units))


def _room(case: Case, short_set: ShortSet) -> int:
    """Return the desks of all floors that any unit of the set may use in a case."""
    return int(case.capacity[open_to_any(case, short_set.units)].sum())


def _places(case: Case, short_set: ShortSet, kind: RuleKind) -> list[str]:
    """Return the places, or levels, of the rows that keep the short_set to its floors."""
    members = {case.unit_ids[u] for u in short_set.units}
    rows = [row for row in case.scenario.rules if row.rule is kind]
    if kind is not RuleKind.KEPT_FOR:
        units_of = case.scenario.units_of
        rows = [row for row in rows if members & set(units_of.get(row.subject, ()))]
    return list(dict.fromkeys(row.object or row.value or "" for row in rows))


def _unmet_needs(case: Case, short_set: ShortSet) -> Reason:
    """Return the reason of units that need what too few floors have.

    Features that no floor has at all are named alone.
    """
    needs = frozenset[str]().union(*(case.scenario.housed[u].needs for u in short_set.units))
    offered = frozenset[str]().union(*(floor.features for floor in case.scenario.floors))
    missing = sorted(needs - offered)
    if missing:
        clause = f"{verb(len(short_set.units), 'need')} {listed(missing)}, which no floor has"
        return _reason(case, short_set, "needs", ";".join(missing), clause)
    clause = f"{verb(len(short_set.units), 'need')} {listed(sorted(needs))}"
    return _reason(case, short_set, "needs", ";".join(sorted(needs)), clause)


def _reason(case: Case, short_set: ShortSet, kind: str, cause: str, clause: str) -> Reason:
    """Return a reason in words.

    Parameters
    ----------
    kind, cause
        What is blamed: a kind of rule, or needs, and its places or features.
    clause
        What the units have or may not, to stand behind their names.
    """
    demand = int(case.demand[list(short_set.units)].sum())
    room = int(case.capacity[list(short_set.floors)].sum())
    where = f"their {counted(len(short_set.floors), 'floor')} offer {room:,}"
    message = (
        f"{names(case, short_set.units)} {clause}: {needed(demand)}, "
        f"{where if short_set.floors else 'there is no floor for them'}: "
        f"short of {counted(short_set.desks, 'desk')}"
    )
    subject = case.unit_ids[short_set.units[0]] if len(short_set.units) == 1 else ""
    return Reason(kind=kind, subject=subject, object=cause, desks=short_set.desks, message=message)
