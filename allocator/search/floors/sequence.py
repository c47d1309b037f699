"""The floors of one tower as a sequence: units one after the other, decoded into floors.

The sequence is changed, not floors: the desks of each unit go where those of the one before end,
so that floors are full as a matter of course and a unit lies across two of them only where one
ends. That is how a vehicle-routing decoder splits a tour.

Two sequences are kept, the one that holds and the one that a move proposes. They are equal between
moves, so a move decodes only from its first changed position on.

References
----------
Bozer, Meller, Erlebacher (1994), An improvement-type layout algorithm for single and
multiple-floor facilities, Management Science 40: layouts as a curve along the floors.
Prins (2004), A simple and effective evolutionary algorithm for the vehicle routing problem,
Computers & Operations Research 31: a sequence decoded by splitting it.
"""

from __future__ import annotations

import numpy as np

from allocator.search.floors.evaluation import CHANGED
from allocator.search.floors.tables import POSITION, Given, Order, Sequence, State
from allocator.search.kernels.annealing import RngState, pick, uniform
from allocator.search.kernels.compiled import compiled

SWAP, SHIFT, REVERSE, BREAK = 0.45, 0.75, 0.80, 0.87
"""What is tried, as steps of a die: two units, near each other more often, change places; some
that follow one another go elsewhere; a part of the sequence is reversed; a unit does or does not
begin a floor; else two floors change places in the order in which they are filled."""
MOST_SHIFTED = 4
"""Units that go elsewhere together at most."""


# Columns of `Sequence.span`.
FIRST, LAST, END, REORDERED = 0, 1, 2, 3


@compiled
def copy_changed(sequence: Sequence, source: Order, target: Order) -> None:
    """Copy what a move has changed: the positions that were decoded, and the order of floors."""
    for i in range(sequence.span[FIRST], sequence.span[END]):
        one, other = source.positions[i], target.positions[i]
        other.member, other.breaks = one.member, one.breaks
        other.floor, other.room = one.floor, one.room
    if sequence.span[REORDERED]:
        for s in range(len(source.floors)):
            target.floors[s] = source.floors[s]


@compiled
def decode(given: Given, state: State, sequence: Sequence) -> None:
    """Decode the fresh sequence into fresh pieces, and write down which members that changes.

    A unit too large for what is left of a floor is split there, or goes to the next, so that no
    piece is too small. What fits no more goes to the last floor, which may so be too full; that is
    left to penalties. Decoding ends after the last changed position as soon as a position finds
    the floor and the room that it had before: all that follows is decoded as it was.
    """
    fresh, span = sequence.fresh, sequence.span
    floor, room = fresh.positions[span[FIRST]].floor, fresh.positions[span[FIRST]].room
    state.number[CHANGED], span[END] = 0, len(fresh.positions)
    for i in range(span[FIRST], len(fresh.positions)):
        position, was = fresh.positions[i], sequence.now.positions[i]
        if i > span[LAST] and floor == was.floor and room == was.room:
            span[END] = i
            break
        position.floor, position.room = floor, room
        m, k = position.member, 0
        member = given.members[m]
        left, fits = member.desks, room // member.load
        # A break does not send on a unit that fits, nor leave an empty floor behind.
        if position.breaks and left > fits and room < capacity_of(given, fresh, floor):
            floor, room = next_floor(given, fresh, floor, room)
        while left > 0:
            # Below 0 on the last floor, which takes what is left over.
            fits = max(room // member.load, 0)
            part = left if left <= fits else min(fits, left - member.least)
            if floor == len(fresh.floors) - 1:
                part = left
            if part == left or part >= member.least:
                piece = state.fresh.row[m, k]
                piece.floor, piece.desks = fresh.floors[floor], part
                k, left, room = k + 1, left - part, room - part * member.load
            if left > 0:
                floor, room = next_floor(given, fresh, floor, room)
        state.fresh.many[m] = k
        # Positions that moved often decode to the same pieces. Only real changes are evaluated.
        if is_changed(state, m):
            state.changes[state.number[CHANGED]].member = m
            state.number[CHANGED] += 1


@compiled
def capacity_of(given: Given, order: Order, floor: int) -> int:
    """Return what a floor holds, by its number in the order in which they are filled."""
    return given.floors[order.floors[floor]].capacity


@compiled
def next_floor(given: Given, order: Order, floor: int, room: int) -> tuple[int, int]:
    """Return the next floor and its room; the last one again if there is none."""
    # The last floor takes whatever follows, so its room goes on falling, below 0 if need be.
    if floor == len(order.floors) - 1:
        return floor, room
    return floor + 1, capacity_of(given, order, floor + 1)


@compiled
def is_changed(state: State, m: int) -> bool:
    """Tell whether the pieces of a member would be others."""
    if state.pieces.many[m] != state.fresh.many[m]:
        return True
    for k in range(state.pieces.many[m]):
        old, new = state.pieces.row[m, k], state.fresh.row[m, k]
        if old.floor != new.floor or old.desks != new.desks:
            return True
    return False


@compiled
def swap(order: Order, i: int, j: int) -> None:
    """Let two positions change who is there, breaks included. It is its own inverse."""
    one, other = order.positions[i], order.positions[j]
    member, breaks = one.member, one.breaks
    one.member, one.breaks = other.member, other.breaks
    other.member, other.breaks = member, breaks


@compiled
def reverse(order: Order, i: int, j: int) -> None:
    """Turn the sequence round between two positions, both included. It is its own inverse."""
    while i < j:
        swap(order, i, j)
        i, j = i + 1, j - 1


@compiled
def shift(order: Order, i: int, middle: int, j: int) -> None:
    """Bring positions i to below middle behind those from middle to j.

    Its inverse is a shift of i to below i + j + 1 - middle. Three reversals need no room of their
    own, and compiled code allocates nothing.
    """
    reverse(order, i, middle - 1)
    reverse(order, middle, j)
    reverse(order, i, j)


@compiled
def all_of_it(given: Given, sequence: Sequence) -> None:
    """Let a move be all of the fresh sequence, as if nothing had been decoded before.

    The last changed position lies behind the end, so that decoding never stops early.
    """
    sequence.fresh.positions[0].room = capacity_of(given, sequence.fresh, 0)
    sequence.span[FIRST], sequence.span[LAST] = 0, len(sequence.fresh.positions)
    sequence.span[REORDERED] = 1


@compiled
def propose(given: Given, sequence: Sequence, rng_state: RngState) -> None:
    """Change the fresh sequence, and say in its span where."""
    fresh, span, count = sequence.fresh, sequence.span, len(sequence.fresh.positions)
    die = uniform(rng_state)
    i = pick(rng_state, 0, count)
    # The product of two uniform numbers is small more often than not: near units change places
    # more.
    reach = 2 + int(uniform(rng_state) * uniform(rng_state) * count)
    j = pick(rng_state, max(i - reach, 0), min(i + reach + 1, count))
    i, j = min(i, j), max(i, j)
    span[FIRST], span[LAST], span[REORDERED] = i, j, 0
    if die < SWAP:
        swap(fresh, i, j)
    elif die < SHIFT:  # the first few, or the last few, go to the other end
        few = min(1 + pick(rng_state, 0, MOST_SHIFTED), j - i)
        shift(fresh, i, i + few if uniform(rng_state) < 0.5 else j + 1 - few, j)
    elif die < REVERSE:
        reverse(fresh, i, j)
    elif die < BREAK or len(fresh.floors) < 2:
        span[LAST] = i
        fresh.positions[i].breaks = 1 - fresh.positions[i].breaks
    else:
        s, r = pick(rng_state, 0, len(fresh.floors)), pick(rng_state, 0, len(fresh.floors))
        fresh.floors[s], fresh.floors[r] = fresh.floors[r], fresh.floors[s]
        # Another order of floors gives every position another room, so all is decoded anew.
        all_of_it(given, sequence)


def sequence_of(given: Given, state: State) -> Sequence:
    """Return members in the order of their floors, those that go on to the next last.

    Arriving members, without a piece yet, come behind members of their first scope, which is
    their organisation, or last. Floors are filled from the lowest up at first.
    """
    pieces, count, floors = state.pieces, len(state.pieces.many), len(given.floors)
    low, high = np.full((2, count), floors)
    for m in range(count):
        here = pieces.row["floor"][m, : pieces.many[m]]
        if len(here):
            low[m], high[m] = here.min(), here.max()
    home = given.scope_links[given.members["scope_from"][:-1]]
    for m in np.flatnonzero(pieces.many == 0).tolist():
        mates = high[(home == home[m]) & (pieces.many > 0)]
        low[m] = high[m] = mates.max() if len(mates) else floors
    now, fresh = _order(count, floors), _order(count, floors)
    # The last key is the first to be sorted by: lowest floor, then highest, then organisation.
    now.positions["member"] = fresh.positions["member"] = np.lexsort((home, high, low))
    return Sequence(now, fresh, np.zeros(4, np.int64))


def _order(members: int, floors: int) -> Order:
    """Return a sequence of so many members, not yet decoded."""
    return Order(np.zeros(members, POSITION), np.arange(floors))


NO_SEQUENCE = Sequence(_order(0, 0), _order(0, 0), np.zeros(4, np.int64))
"""Where floors are not searched as one."""
