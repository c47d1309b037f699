"""Desks from one place to another: what the walking becomes, the counts, and the way back.

A place of −1 is nowhere: desks that are not placed. Which transfers are tried is in `moves`.
"""

from __future__ import annotations

from typing import Any

from allocator.search.local.board import links, minutes, pieces, potential, tally, units
from allocator.search.local.compiled import compiled
from allocator.search.local.counts import COST, give, take


@compiled
def way(b: Any, u: int, p: int) -> float:
    """Return the mean minutes between a place and the desks of a unit."""
    total = 0.0
    for k in range(units(b)[u].pieces):
        piece = pieces(b)[u, k]
        total += piece.desks * minutes(b)[piece.place, p]
    return total / units(b)[u].demand


@compiled
def felt(b: Any, u: int, p: int) -> float:
    """Return the minutes a week that all of a unit would walk from a place, others staying."""
    unit = units(b)[u]
    total = 0.0
    for i in range(unit.feel_from, unit.feel_to):
        total += links(b)[i].weight * potential(b)[links(b)[i].to, p]
    for i in range(unit.tie_from, unit.tie_to):
        if units(b)[links(b)[i].to].pieces > 0:
            total += links(b)[i].weight * way(b, links(b)[i].to, p)
    if unit.pieces > 0:
        total += 2.0 * unit.own * way(b, u, p)
    return total


@compiled
def between(b: Any, p: int, q: int) -> float:
    """Return the minutes between two places, 0 from nowhere."""
    return 0.0 if p < 0 or q < 0 else minutes(b)[p, q]


@compiled
def walking_change(b: Any, u: int, p: int, q: int, desks: int) -> float:
    """Return the change of walking minutes when desks of a unit go from p to q: exact."""
    share = desks / units(b)[u].demand
    there = felt(b, u, q) if q >= 0 else 0.0
    here = felt(b, u, p) if p >= 0 else 0.0
    bend = between(b, p, p) + between(b, q, q) - 2.0 * between(b, p, q)
    return share * (there - here) + units(b)[u].bend * share * share * bend


@compiled
def joint_trips(b: Any, u: int, v: int) -> float:
    """Return the trips by fields between two units, ties aside."""
    i, j = units(b)[u].feel_from, units(b)[v].feed_from
    end_i, end_j = units(b)[u].feel_to, units(b)[v].feed_to
    total = 0.0
    while i < end_i and j < end_j:
        felt_field, fed_field = links(b)[i], links(b)[j]
        if felt_field.to == fed_field.to:
            total += felt_field.weight * fed_field.weight
        i, j = i + (felt_field.to <= fed_field.to), j + (felt_field.to >= fed_field.to)
    return total


@compiled
def joint_change(b: Any, u: int, p: int, q: int, v: int, r: int) -> float:
    """Return the walking that all of u from p to q and all of v from q to r change together.

    It comes on top of what each changes alone; for parts of the units it is that share of it.
    """
    trips = joint_trips(b, u, v)
    if trips == 0.0:
        return 0.0
    return trips * (between(b, q, r) - between(b, q, q) - between(b, p, r) + between(b, p, q))


@compiled
def move_desks(b: Any, u: int, p: int, q: int, desks: int) -> None:
    """Take desks from p to q, counts and cost included; fields stay until `settle`."""
    tally(b)[COST] += b.walking * walking_change(b, u, p, q, desks)
    shift(b, u, p, q, desks)


@compiled
def shift(b: Any, u: int, p: int, q: int, desks: int) -> None:
    """Take desks from p to q, counts included, walking not."""
    if p >= 0:
        take(b, u, p, desks)
    if q >= 0:
        give(b, u, q, desks)


@compiled
def settle(b: Any, u: int, p: int, q: int, desks: int) -> None:
    """Bring the fields of a unit up to date after its desks went from p to q."""
    unit = units(b)[u]
    share = desks / unit.demand
    for i in range(unit.feed_from, unit.feed_to):
        link = links(b)[i]
        if q >= 0:
            add_row(b, link.to, q, share * link.weight)
        if p >= 0:
            add_row(b, link.to, p, -share * link.weight)


@compiled
def add_row(b: Any, field: int, p: int, weight: float) -> None:
    """Add weighted minutes from a place to a field."""
    for q in range(b.n_places):
        potential(b)[field, q] += weight * minutes(b)[p, q]
