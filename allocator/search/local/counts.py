"""Counts that a layout is judged by, kept up to date piece by piece. Walking is in `transfer`.

`give` and `take` change desks at a place and add what changes to the tally: loads and opened
places, extra floors, extra towers, gaps, placement cost, people moved, and every rule by its name.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from allocator.search.local import board as on
from allocator.search.local.board import OVER_FIXED, Tally
from allocator.search.local.compiled import compiled

ENTERS: Any
LEAVES: Any
NOWHERE: Any
ENTERS, LEAVES, NOWHERE = np.int64(1), np.int64(-1), np.int64(-1)
"""As numpy numbers: numba would compile everything once more for each plain constant."""
COST, OVER = int(Tally.COST), int(Tally.OVER)
BROKEN, UNPLACED = int(Tally.BROKEN), int(Tally.UNPLACED)

places, units, scopes, pieces, tally = on.places, on.units, on.scopes, on.pieces, on.tally
links, at_place, at_tower, at_step = on.links, on.at_place, on.at_tower, on.at_step
at_complex, gaps, occupants, opening = on.at_complex, on.gaps, on.occupants, on.opening
sites, pins, alone, towers = on.sites, on.pins, on.alone, on.towers
wastes, waste_desks, waste_held = on.wastes, on.waste_desks, on.waste_held
variance = on.variance


@compiled
def above(count: int, most: int) -> int:
    """Return by how much a count is above its limit."""
    return count - most if count > most else 0


@compiled
def weighed(desks: float) -> float:
    """Return what desks above capacity, or short of a pin, count for."""
    return desks + OVER_FIXED if desks > 0 else 0.0


@compiled
def piece_at(b: Any, u: int, p: int) -> int:
    """Return the number of the unit's piece at a place, -1 where it has none."""
    for k in range(units(b)[u].pieces):
        if pieces(b)[u, k].place == p:
            return k
    return -1


@compiled
def change_load(b: Any, p: int, weight: int) -> None:
    """Capacity, and the cost of an opened place."""
    place = places(b)[p]
    before, after = place.load, place.load + weight
    place.load = after
    tally(b)[COST] += cost_of_opening(b, p, after) - cost_of_opening(b, p, before)
    tally(b)[OVER] += weighed((after - place.capacity) / b.grain)
    tally(b)[OVER] -= weighed((before - place.capacity) / b.grain)


@compiled
def heavier(b: Any, u: int, p: int, before: int, after: int) -> int:
    """Return what a place's load changes by, with the spread of who share its desks if any do."""
    unit = units(b)[u]
    more = (after - before) * unit.weight
    if b.n_pools == 0:
        return more
    old = variance(b)[unit.pool, p]
    new = old + (after - before) * (unit.linear + unit.square * (after + before))
    variance(b)[unit.pool, p] = new
    return more + reached(b, new) - reached(b, old)


@compiled
def reached(b: Any, of: int) -> int:
    """Return what is needed beyond the mean for a variance."""
    return int(b.reach * np.sqrt(max(of, 0)))


@compiled
def cost_of_opening(b: Any, p: int, load: int) -> float:
    """Return what a place costs with so much in use."""
    place = places(b)[p]
    return opening(b)[min(place.opening_from + int(np.ceil(load / b.grain)), place.opening_to - 1)]


@compiled
def site_value(b: Any, u: int, p: int, share: float) -> float:
    """Return placement cost less what is saved by the share that need not move."""
    unit = units(b)[u]
    low, high = unit.site_from, unit.site_to
    while low < high:
        middle = (low + high) // 2
        if sites(b)[middle].place < p:
            low = middle + 1
        else:
            high = middle
    if low == unit.site_to or sites(b)[low].place != p:
        return 0.0
    site = sites(b)[low]
    saved = site.rate * min(share, site.up_to) + site.next_rate * min(share, site.next_up_to)
    return site.cost * share - saved


@compiled
def change_desks(b: Any, u: int, p: int, before: int, after: int) -> None:
    """Terms and rules that go by desks: placement cost, moves, at_least, unplaced people."""
    unit = units(b)[u]
    d = unit.demand
    if unit.site_from < unit.site_to:
        tally(b)[COST] += site_value(b, u, p, after / d) - site_value(b, u, p, before / d)
    if b.n_inside > 0:
        tally(b)[COST] += on.inside(b)[u, p] * (after - before) / d
    tally(b)[UNPLACED] -= unit.people * (after - before) / d
    unit.placed += after - before
    for i in range(unit.pin_from, unit.pin_to):
        at_least(b, links(b)[i].to, p, after - before)
    for i in range(unit.waste_from, unit.waste_to):
        change_waste(b, links(b)[i].to, p, after - before)


@compiled
def change_waste(b: Any, waste: int, p: int, desks: int) -> None:
    """Count desks that an organisation keeps vacant in a tower as used (own_floor in towers)."""
    row = wastes(b)[waste]
    first = row.first + p * row.length
    before = waste_held(b)[waste, p]
    waste_held(b)[waste, p] = before + desks
    change_load(b, p, waste_desks(b)[first + before + desks] - waste_desks(b)[first + before])


@compiled
def at_least(b: Any, pin: int, p: int, desks: int) -> None:
    """Rule at_least: the subject has at least so many desks on the floor."""
    row = pins(b)[pin]
    if row.place == p:
        tally(b)[OVER] -= weighed(float(row.desks - row.held))
        row.held += desks
        tally(b)[OVER] += weighed(float(row.desks - row.held))


@compiled
def own_floor(b: Any, p: int) -> int:
    """Rule own_floor: pieces of other organisations where a scope wants none."""
    found = 0
    for r in range(b.n_alone):
        row = alone(b)[r]
        if at_place(b)[row.scope, p] > 0:
            found += places(b)[p].occupants - at_place(b)[row.organisation, p]
    return found


@compiled
def max_floors(b: Any, u: int, step: int) -> None:
    """Rule max_floors, and the price of extra floors; step is 1 for a new piece, -1 for a gone."""
    unit = units(b)[u]
    before, after = unit.pieces, unit.pieces + step
    unit.pieces = after
    tally(b)[BROKEN] += above(after, unit.pieces_most) - above(before, unit.pieces_most)
    tally(b)[COST] += b.extra_floor * (above(after, 1) - above(before, 1))


@compiled
def gaps_in(b: Any, c: int, t: int) -> int:
    """Return the levels of a tower that a scope leaves out between its lowest and highest."""
    found, pending, begun = 0, 0, False
    for level in range(towers(b)[t].step_from, towers(b)[t].step_to):
        if at_step(b)[c, level] > 0:
            found += pending
            pending = 0
            begun = True
        elif begun:
            pending += 1
    return found


@compiled
def contiguous(b: Any, c: int, t: int) -> None:
    """Rules contiguous and adjacent_floors, and the price of gaps."""
    after = gaps_in(b, c, t)
    more = after - gaps(b)[c, t]
    gaps(b)[c, t] = after
    tally(b)[COST] += scopes(b)[c].gap_price * more
    tally(b)[BROKEN] += scopes(b)[c].gapless * more


@compiled
def apart_floor(b: Any, c: int, p: int) -> int:
    """Rule apart_floor: scopes that a scope may not meet at a place, and does."""
    found = 0
    for i in range(scopes(b)[c].apart_from, scopes(b)[c].apart_to):
        if at_place(b)[links(b)[i].to, p] > 0:
            found += 1
    return found


@compiled
def apart_tower(b: Any, c: int, t: int) -> int:
    """Rule apart_tower: scopes that a scope may not meet in a tower, and does."""
    found = 0
    for i in range(scopes(b)[c].tower_apart_from, scopes(b)[c].tower_apart_to):
        if at_tower(b)[links(b)[i].to, t] > 0:
            found += 1
    return found


@compiled
def use_place(b: Any, c: int, p: int, step: int) -> None:
    """A scope begins (step 1) or ends (-1) to use a place: rule same_floor, and what follows."""
    scope, place = scopes(b)[c], places(b)[p]
    edge = 1 if step > 0 else 0
    before, after = scope.places, scope.places + step
    scope.places = after
    tally(b)[BROKEN] += above(after, scope.places_most) - above(before, scope.places_most)
    tally(b)[BROKEN] += step * apart_floor(b, c, p)
    if scope.entry:
        change_load(b, p, step * scope.entry)
    at_step(b)[c, place.step] += step
    if at_step(b)[c, place.step] == edge:
        contiguous(b, c, place.tower)
    at_tower(b)[c, place.tower] += step
    if at_tower(b)[c, place.tower] == edge:
        use_tower(b, c, place.tower, step)
        at_complex(b)[c, place.complex] += step
        if at_complex(b)[c, place.complex] == edge:
            same_complex(b, c, step)


@compiled
def use_tower(b: Any, c: int, t: int, step: int) -> None:
    """Rules same_tower, adjacent_floors, max_towers, and the price of extra towers."""
    scope = scopes(b)[c]
    before, after = scope.towers, scope.towers + step
    scope.towers = after
    tally(b)[BROKEN] += above(after, scope.towers_most) - above(before, scope.towers_most)
    tally(b)[BROKEN] += step * apart_tower(b, c, t)
    tally(b)[COST] += scope.tower_price * (above(after, 1) - above(before, 1))


@compiled
def same_complex(b: Any, c: int, step: int) -> None:
    """Rule same_complex: all pieces in one complex."""
    scope = scopes(b)[c]
    before, after = scope.complexes, scope.complexes + step
    scope.complexes = after
    tally(b)[BROKEN] += above(after, scope.complexes_most) - above(before, scope.complexes_most)


@compiled
def use(b: Any, u: int, p: int, step: int) -> None:
    """A unit begins (step 1) or ends (-1) to use a place."""
    tally(b)[BROKEN] -= own_floor(b, p)
    places(b)[p].occupants += step
    max_floors(b, u, step)
    for i in range(units(b)[u].scope_from, units(b)[u].scope_to):
        c = links(b)[i].to
        at_place(b)[c, p] += step
        if at_place(b)[c, p] == (1 if step > 0 else 0):
            use_place(b, c, p, step)
    tally(b)[BROKEN] += own_floor(b, p)


@compiled
def give(b: Any, u: int, p: int, desks: int) -> None:
    """Add desks of a unit at a place. A new piece needs a free slot, and room for an occupant."""
    k = piece_at(b, u, p)
    if k < 0:
        k = units(b)[u].pieces
        pieces(b)[u, k].place = p
        pieces(b)[u, k].desks = 0
        occupants(b)[p, places(b)[p].occupants] = u
        use(b, u, p, ENTERS)
    piece = pieces(b)[u, k]
    change_desks(b, u, p, piece.desks, piece.desks + desks)
    piece.desks += desks
    change_load(b, p, heavier(b, u, p, piece.desks - desks, piece.desks))


@compiled
def take(b: Any, u: int, p: int, desks: int) -> None:
    """Take away desks that a unit has at a place."""
    piece = pieces(b)[u, piece_at(b, u, p)]
    change_desks(b, u, p, piece.desks, piece.desks - desks)
    piece.desks -= desks
    change_load(b, p, heavier(b, u, p, piece.desks + desks, piece.desks))
    if piece.desks == 0:
        forget_occupant(b, u, p)
        use(b, u, p, LEAVES)
        last = pieces(b)[u, units(b)[u].pieces]
        piece.place = last.place
        piece.desks = last.desks


@compiled
def forget_occupant(b: Any, u: int, p: int) -> None:
    """Strike a unit from the occupants of a place."""
    last = places(b)[p].occupants - 1
    for i in range(last + 1):
        if occupants(b)[p, i] == u:
            occupants(b)[p, i] = occupants(b)[p, last]
            return
