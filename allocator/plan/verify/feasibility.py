"""Desks, floors and needs: what every plan must satisfy. The rules of the table are not here.

Whether desks suffice on enough days where capacity is by chance is `chances`'s.

Kinds of violation found here: over_demand, unplaced, over_capacity, max_occupants, small_piece,
needs, max_people_moved.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from math import ceil

from allocator.plan.data import Violation
from allocator.plan.verify.chances import short_desks, too_many_present
from allocator.plan.verify.given_plan import GivenPlan
from allocator.plan.verify.moved import too_many_moved
from allocator.words import counted, listed


def over_demand(plan: GivenPlan) -> Iterator[Violation]:
    """Yield units that have more desks than they need; one without a headcount needs none."""
    for unit, places in plan.desks_by_floor.items():
        placed, needed = sum(places.values()), plan.demand[unit]
        if placed > needed:
            message = (
                f"unit {unit} has {counted(placed, plan.noun)} and needs {needed:,}: "
                f"{placed - needed:,} too many"
            )
            yield _violation("over_demand", unit, "", placed - needed, message)


def unplaced(plan: GivenPlan) -> Iterator[Violation]:
    """Yield units with desks that are not placed, unless allow_unplaced."""
    if plan.scenario.settings.options.allow_unplaced:
        return
    for unit in plan.housed:
        placed, needed = _placed(plan, unit), plan.demand[unit]
        if placed < needed:
            message = (
                f"unit {unit} has {counted(placed, plan.noun)} and needs {needed:,}: "
                f"{needed - placed:,} missing"
            )
            yield _violation("unplaced", unit, "", needed - placed, message)


def over_capacity(plan: GivenPlan) -> Iterator[Violation]:
    """Yield floors that hold more desks than they have, less the reserve; or are often short."""
    if plan.scenario.by_chance:
        yield from short_desks(plan)
        return
    for floor, units in plan.units_on.items():
        placed, usable = sum(units.values()), plan.usable(floor)
        if placed > usable:
            message = (
                f"floor {floor} holds {counted(placed, 'desk')} and may hold {usable:,} "
                f"of its {plan.desks(floor):,}: {placed - usable:,} too many"
            )
            yield _violation("over_capacity", floor, "", placed - usable, message)


def max_occupants(plan: GivenPlan) -> Iterator[Violation]:
    """Yield floors that hold more desks than max_occupants, which the reserve does not reduce.

    With capacity by chance it is the people present who rarely exceed it.
    """
    if plan.scenario.by_chance:
        yield from too_many_present(plan)
        return
    for floor, units in plan.units_on.items():
        placed, most = sum(units.values()), plan.floors[floor].max_occupants
        if most is not None and placed > most:
            message = (
                f"floor {floor} holds {counted(placed, 'desk')} and at most "
                f"{counted(most, 'occupant')} may be there: {placed - most:,} too many"
            )
            yield _violation("max_occupants", floor, "", placed - most, message)


def small_piece(plan: GivenPlan) -> Iterator[Violation]:
    """Yield pieces below min(d, max(min_piece_desks, ceil(min_piece_share · d))) desks.

    With capacity by chance d is people, and so is the piece.
    """
    sharing = plan.scenario.settings.sharing
    for (unit, floor), desks in plan.pieces.items():
        needed = plan.demand[unit]
        share = ceil(sharing.min_piece_share * needed)
        # Never more than the unit needs: a small unit is one piece.
        least = min(needed, max(sharing.min_piece_desks, share))
        if desks < least:
            message = (
                f"unit {unit} has {counted(desks, plan.noun)} on floor {floor}, "
                f"and a piece of it has at least {least:,}: {least - desks:,} missing"
            )
            yield _violation("small_piece", unit, floor, least - desks, message)


def needs(plan: GivenPlan) -> Iterator[Violation]:
    """Yield pieces on floors that lack something that their unit needs."""
    for unit, floor in plan.pieces:
        lacking = plan.needs_of.get(unit, frozenset()) - set(plan.floors[floor].features)
        if lacking:
            message = f"unit {unit} is on floor {floor}, which lacks {listed(sorted(lacking))}"
            yield _violation("needs", unit, floor, len(lacking), message)


CHECKS: tuple[Callable[[GivenPlan], Iterable[Violation]], ...] = (
    over_demand,
    unplaced,
    over_capacity,
    max_occupants,
    small_piece,
    needs,
    too_many_moved,
)
"""What every plan must satisfy, in the order of the contract."""


def violations(plan: GivenPlan) -> Iterator[Violation]:
    """Yield every way in which the pieces break what holds for every plan."""
    for check in CHECKS:
        yield from check(plan)


def unplaced_people(plan: GivenPlan) -> float:
    """Return the sum of h · (1 − desks placed / d) over units that lack desks, in people.

    Who has too many desks does not make up for who has too few.
    """
    lacking = 0.0
    for unit in plan.scenario.housed:
        placed, needed = _placed(plan, unit.unit_id), plan.demand[unit.unit_id]
        if placed < needed:
            lacking += unit.headcount * (needed - placed) / needed
    return lacking


def _placed(plan: GivenPlan, unit: str) -> int:
    """Return the desks of a unit that are placed, on whatever floors."""
    return sum(plan.desks_by_floor.get(unit, {}).values())


def _violation(kind: str, subject: str, target: str, amount: int, message: str) -> Violation:
    return Violation(kind=kind, subject=subject, object=target, amount=amount, message=message)
