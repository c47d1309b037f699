"""Moves that the annealing tries: which desks, where to, how many, and who goes back for them.

A move changes the board and writes its transfers into the log; `anneal` keeps it or undoes it.
Fields stay as they are until a move is kept.

References
----------
Ahuja, Orlin, Sharma (2000), Very large-scale neighborhood search, International Transactions in
Operational Research 7: compensated transfers where capacity is tight.
Vigna (2016), An experimental exploration of Marsaglia's xorshift generators, ACM Transactions on
Mathematical Software 42: the rng_state.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from allocator.search.local import board as on
from allocator.search.local.compiled import compiled
from allocator.search.local.counts import COST, piece_at, places, tally, units
from allocator.search.local.transfer import add_row, joint_change, move_desks, walking_change

links, pieces, occupants, allowed = on.links, on.pieces, on.occupants, on.allowed
towers, fields, bands, log = on.towers, on.fields, on.bands, on.log
minutes, swell = on.minutes, on.swell

NEAR_PARTNER, SAME_TOWER, OWN_PLACE = 0.40, 0.65, 0.75
"""Where desks go, as steps of a die: near a partner, within the tower, to a piece of their own
unit, else anywhere."""
ALL_OF_IT, FILL_ROOM, CLEAR_EXCESS = 0.45, 0.70, 0.85
"""How many desks go: the whole piece, what the target has room for, what the source has too many,
else any number."""
SEND_BACK = 0.7
"""How often an overfull target sends desks back."""
MOST_BACK, BACK_THERE = 4, 0.7
"""How many bands may make room for one at most, and how often they go where that came from."""
LEAVE = 0.05
"""How often desks go nowhere, where they may."""
HOPELESS = 12.0
"""Whole bands are not even tried where walking alone costs so many temperatures more than extra
towers saved."""


@compiled
def uniform(b: Any) -> float:
    """Return a random number from 0 to below 1 (xorshift64*), from the rng_state of any record."""
    x = np.uint64(b.rng_state)
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    b.rng_state = np.int64(x)
    return np.float64((x * np.uint64(2685821657736338717)) >> np.uint64(11)) * 2.0**-53


@compiled
def pick(b: Any, first: int, end: int) -> int:
    """Return a random whole number from first to below end."""
    return first + int(uniform(b) * (end - first))


@compiled
def neighbour_place(b: Any, p: int, reach: int) -> int:
    """Return a place of the same tower at most so many places up or down."""
    tower = towers(b)[places(b)[p].tower]
    at = tower.place_from + places(b)[p].rank + pick(b, -reach, reach + 1)
    return links(b)[min(max(at, tower.place_from), tower.place_to - 1)].to


@compiled
def partner(b: Any, u: int) -> int:
    """Return a random unit that this one walks to, -1 if there is none."""
    unit = units(b)[u]
    fields_felt = unit.feel_to - unit.feel_from
    i = pick(b, 0, fields_felt + unit.tie_to - unit.tie_from)
    if i < fields_felt:
        field = fields(b)[links(b)[unit.feel_from + i].to]
        return links(b)[pick(b, field.member_from, field.member_to)].to
    if unit.tie_from < unit.tie_to:
        return links(b)[unit.tie_from + i - fields_felt].to
    return -1


@compiled
def partner_place(b: Any, u: int) -> int:
    """Return a place where, or near where, a partner of a unit sits; -1 if there is none."""
    v = partner(b, u)
    if v < 0 or units(b)[v].pieces == 0:
        return -1
    p = pieces(b)[v, pick(b, 0, units(b)[v].pieces)].place
    return p if uniform(b) < 0.5 else neighbour_place(b, p, 2)


@compiled
def target(b: Any, u: int, p: int, somewhere: Any) -> int:
    """Return a place to send desks of a unit to; -1 if none was found."""
    die = uniform(b)
    if die < NEAR_PARTNER:
        return partner_place(b, u)
    if die < SAME_TOWER and p >= 0:
        tower = towers(b)[places(b)[p].tower]
        return links(b)[pick(b, tower.place_from, tower.place_to)].to
    if die < OWN_PLACE and units(b)[u].pieces > 0:
        return pieces(b)[u, pick(b, 0, units(b)[u].pieces)].place
    return somewhere[pick(b, 0, len(somewhere))]


@compiled
def fitted(b: Any, u: int, p: int, q: int, desks: int) -> int:
    """Return about so many desks that leave no piece too small, 0 if that cannot be."""
    unit = units(b)[u]
    have = pieces(b)[u, piece_at(b, u, p)].desks if p >= 0 else unit.demand - unit.placed
    k = piece_at(b, u, q)
    there = pieces(b)[u, k].desks if k >= 0 else 0
    desks = desks if q < 0 else max(desks, unit.least - there)
    if desks >= have or (p >= 0 and have - desks < unit.least):
        desks = have
    if q < 0:
        return desks
    if there + desks < unit.least:
        return 0
    after = unit.pieces + (k < 0) - (p >= 0 and desks == have)
    full = k < 0 and places(b)[q].occupants >= b.n_guests
    return 0 if full or after > max(unit.slots, unit.pieces) else desks


@compiled
def amount(b: Any, u: int, p: int, q: int, have: int) -> int:
    """Return how many of the desks at p should go to q."""
    die = uniform(b)
    room = -desks_above(b, u, q) if q >= 0 else 0
    if die < ALL_OF_IT:
        return have
    if die < FILL_ROOM and 0 < room < have:
        return room
    if die < CLEAR_EXCESS and p >= 0 and 0 < desks_above(b, u, p) < have:
        return desks_above(b, u, p)
    return 1 + pick(b, 0, have)


@compiled
def desks_above(b: Any, u: int, p: int) -> int:
    """Return the desks of a unit that are beyond what a place holds, below 0 where there is room.

    Rounded so that what is left fits.
    """
    return -((places(b)[p].capacity - places(b)[p].load) // units(b)[u].heft)


@compiled
def note(b: Any, u: int, p: int, q: int, desks: int) -> None:
    """Write a transfer into the log."""
    entry = log(b)[b.logged]
    entry.unit, entry.origin, entry.target, entry.desks = u, p, q, desks
    b.logged += 1


@compiled
def is_open(b: Any, u: int, q: int) -> bool:
    """Tell whether desks of a unit may go to a place now; nowhere is not open."""
    return q >= 0 and places(b)[q].active == 1 and allowed(b)[u, q]


@compiled
def transfer(b: Any, who: Any, somewhere: Any) -> None:
    """Try some desks of a random unit elsewhere, desks of another going back where it is full."""
    u = who[pick(b, 0, len(who))]
    unit = units(b)[u]
    p, have = -1, unit.demand - unit.placed
    if unit.pieces > 0 and (have == 0 or uniform(b) < 0.5):
        piece = pieces(b)[u, pick(b, 0, unit.pieces)]
        p, have = piece.place, piece.desks
    if have == 0 or (p >= 0 and not places(b)[p].active):
        return
    leaves = b.may_leave == 1 and p >= 0 and uniform(b) < LEAVE
    q = -1 if leaves else target(b, u, p, somewhere)
    if q == p or not (leaves or is_open(b, u, q)):
        return
    desks = fitted(b, u, p, q, amount(b, u, p, q, have))
    if desks == 0:
        return
    move_desks(b, u, p, q, desks)
    note(b, u, p, q, desks)
    if q >= 0 and places(b)[q].load > places(b)[q].capacity and uniform(b) < SEND_BACK:
        send_back(b)


@compiled
def send_back(b: Any) -> None:
    """Send desks of another unit from the overfull target to where the first came from.

    Where desks may stay unplaced that may be nowhere.
    """
    first = log(b)[0]
    u, p, q = first.unit, first.origin, first.target
    v = occupants(b)[q, pick(b, 0, places(b)[q].occupants)]
    leaves = p < 0 and b.may_leave == 1
    back_there = (p >= 0 or leaves) and uniform(b) < 0.75
    r = p if back_there else neighbour_place(b, q, 3)
    if v == u or r == q or not ((leaves and back_there) or is_open(b, v, r)):
        return
    have = pieces(b)[v, piece_at(b, v, q)].desks
    excess = desks_above(b, v, q)
    back = fitted(b, v, q, r, have if uniform(b) < 0.5 else min(excess, have))
    if back == 0:
        return
    shares = first.desks / units(b)[u].demand * back / units(b)[v].demand
    tally(b)[COST] += b.walking * shares * joint_change(b, u, p, q, v, r)
    move_desks(b, v, q, r, back)
    note(b, v, q, r, back)


@compiled
def gather(b: Any, band: int, p: int, q: int) -> None:
    """Take the pieces that a band has at p to q, as far as allowed; fields follow at once.

    What units moved together mean to each other is told by `swell`: the shares that each field
    has sent along.
    """
    first = b.logged
    there_and_back = minutes(b)[p, p] + minutes(b)[q, q] - 2.0 * minutes(b)[p, q]
    for i in range(bands(b)[band].member_from, bands(b)[band].member_to):
        u = links(b)[i].to
        k = piece_at(b, u, p)
        if k < 0 or not allowed(b)[u, q]:
            continue
        desks = fitted(b, u, p, q, pieces(b)[u, k].desks)
        if desks > 0:
            share = desks / units(b)[u].demand
            tally(b)[COST] += b.walking * share * felt_along(b, u) * there_and_back
            send_along(b, u, share)
            move_desks(b, u, p, q, desks)
            note(b, u, p, q, desks)
    bring_along(b, first, b.logged)


@compiled
def bring_along(b: Any, first: int, end: int) -> None:
    """Bring fields up to date with transfers of the log that share origin and target."""
    for i in range(first, end):
        unit, p, q = units(b)[log(b)[i].unit], log(b)[i].origin, log(b)[i].target
        for k in range(unit.feed_from, unit.feed_to):
            field = links(b)[k].to
            if swell(b)[field] != 0.0:
                add_row(b, field, q, swell(b)[field])
                add_row(b, field, p, -swell(b)[field])
                swell(b)[field] = 0.0


@compiled
def take_along_back(b: Any) -> None:
    """Bring fields back to where they were before the transfers of the log."""
    first = 0
    for i in range(b.logged):
        entry = log(b)[i]
        send_along(b, entry.unit, -entry.desks / units(b)[entry.unit].demand)
        last = i + 1 == b.logged
        if last or entry.origin != log(b)[i + 1].origin or entry.target != log(b)[i + 1].target:
            bring_along(b, first, i + 1)
            first = i + 1


@compiled
def walk_of_band(b: Any, band: int, p: int, q: int) -> float:
    """Return the change of walking minutes if a band went from p to q, ties within it aside.

    What its units mean to each other is told by `swell`: the shares that each field has sent
    along.
    """
    there_and_back = minutes(b)[p, p] + minutes(b)[q, q] - 2.0 * minutes(b)[p, q]
    total = 0.0
    for i in range(bands(b)[band].member_from, bands(b)[band].member_to):
        u = links(b)[i].to
        k = piece_at(b, u, p)
        if k >= 0:
            share = pieces(b)[u, k].desks / units(b)[u].demand
            total += share * felt_along(b, u) * there_and_back
            total += walking_change(b, u, p, q, pieces(b)[u, k].desks)
            send_along(b, u, share)
    return total


@compiled
def calm_band(b: Any, band: int) -> None:
    """Forget what the units of a band have sent along."""
    for i in range(bands(b)[band].member_from, bands(b)[band].member_to):
        calm(b, links(b)[i].to)


@compiled
def felt_along(b: Any, u: int) -> float:
    """Return the trips of a unit to the shares of its fields that have moved with it."""
    total = 0.0
    for i in range(units(b)[u].feel_from, units(b)[u].feel_to):
        total += links(b)[i].weight * swell(b)[links(b)[i].to]
    return total


@compiled
def send_along(b: Any, u: int, share: float) -> None:
    """Add a moved share of a unit to its fields."""
    for i in range(units(b)[u].feed_from, units(b)[u].feed_to):
        swell(b)[links(b)[i].to] += share * links(b)[i].weight


@compiled
def calm(b: Any, u: int) -> None:
    """Forget what a unit has sent along."""
    for i in range(units(b)[u].feed_from, units(b)[u].feed_to):
        swell(b)[links(b)[i].to] = 0.0


@compiled
def band_of(b: Any, u: int) -> int:
    """Return a random band that a unit is in, -1 if there is none."""
    unit = units(b)[u]
    if unit.band_from == unit.band_to:
        return -1
    return links(b)[pick(b, unit.band_from, unit.band_to)].to


@compiled
def move_band(b: Any, crews: Any, somewhere: Any) -> None:
    """Try a whole organisation or parent in another place, others making room in a chain."""
    band = crews[pick(b, 0, len(crews))]
    u = links(b)[pick(b, bands(b)[band].member_from, bands(b)[band].member_to)].to
    if units(b)[u].pieces == 0:
        return
    p = pieces(b)[u, pick(b, 0, units(b)[u].pieces)].place
    near = uniform(b) < 0.5
    q = partner_place(b, u) if near else somewhere[pick(b, 0, len(somewhere))]
    if q < 0 or q == p or not places(b)[q].active or not places(b)[p].active:
        return
    if hopeless(b, band, p, q):
        return
    gather(b, band, p, q)
    b.settled = 1
    at = q
    for _ in range(MOST_BACK):
        if places(b)[at].load <= places(b)[at].capacity or uniform(b) > SEND_BACK:
            break
        other = band_of(b, occupants(b)[at, pick(b, 0, places(b)[at].occupants)])
        back_there = uniform(b) < BACK_THERE
        to = p if back_there else somewhere[pick(b, 0, len(somewhere))]
        if other < 0 or to == at or not places(b)[to].active or has_moved(b, other):
            continue
        gather(b, other, at, to)
        at = at if back_there else to


@compiled
def has_moved(b: Any, band: int) -> bool:
    """Tell whether a unit of a band has moved in the move under way."""
    for i in range(b.logged):
        unit = units(b)[log(b)[i].unit]
        for k in range(unit.band_from, unit.band_to):
            if links(b)[k].to == band:
                return True
    return False


@compiled
def hopeless(b: Any, band: int, p: int, q: int) -> bool:
    """Tell whether walking alone forbids that a band goes from p to q."""
    walking = walk_of_band(b, band, p, q)
    calm_band(b, band)
    return b.walking * walking > HOPELESS * b.temperature + b.jump_allowance
