"""Desks between the floors of some towers: the repair, where sequences do not fit or do not apply.

Some desks of a unit go to another floor, and where that is too full, desks of another unit go
back. It reaches what a sequence cannot: units in two towers, pieces of any size, awkward rules.
It is slower than a search of sequences, which therefore comes first wherever it applies.

References
----------
Ahuja, Orlin, Sharma (2000), Very large-scale neighborhood search, International Transactions in
Operational Research 7: compensated transfers where capacity is tight.
"""

from __future__ import annotations

from allocator.search.floors.evaluation import CHANGED, copy_pieces
from allocator.search.floors.tables import Given, Pieces, State
from allocator.search.kernels.annealing import pick, uniform
from allocator.search.kernels.compiled import compiled, large

CHEAP, SAME_TOWER, OWN_FLOOR = 0.40, 0.65, 0.75
"""Where desks go, as steps of a die: to the cheapest of some floors by walking, within the tower,
to a floor of their own unit, else anywhere."""
LOOKS = 4
"""Floors among which the cheapest is taken."""
ALL_OF_IT, FILL_ROOM, CLEAR_EXCESS = 0.45, 0.70, 0.85
"""How many desks go: the whole piece, what the target has room for, what the source has too many,
else any number."""
SEND_BACK, BACK_THERE = 0.7, 0.75
"""How often an overfull target sends desks back, and how often to where the first came from."""
LEAVE = 0.05
"""How often desks go nowhere, where they may."""
NOWHERE = -1


@compiled
def piece_on(of: Pieces, m: int, f: int) -> int:
    """Return the number of a member's piece on a floor, -1 where it has none."""
    for k in range(of.many[m]):
        if of.row[m, k].floor == f:
            return k
    return NOWHERE


@compiled
def placed(of: Pieces, m: int) -> int:
    """Return the desks of a member that are placed."""
    desks = 0
    for k in range(of.many[m]):
        desks += of.row[m, k].desks
    return desks


@compiled
def cheap_floor(given: Given, state: State, m: int) -> int:
    """Return the cheapest of a few random floors for a member, by walking and by itself."""
    best = pick(state.rng_state, 0, len(given.floors))
    for _ in range(LOOKS - 1):
        f = pick(state.rng_state, 0, len(given.floors))
        if state.marginal[m, f] < state.marginal[m, best]:
            best = f
    return best


@compiled
def floor_of_tower(given: Given, state: State, f: int) -> int:
    """Return a random floor of the tower that a floor is in."""
    first, t = given.first, 0
    while first[t + 1] <= f:
        t += 1
    return pick(state.rng_state, first[t], first[t + 1])


@compiled
def target(given: Given, state: State, m: int, f: int) -> int:
    """Return a floor to send desks of a member to; it may be too full, or not allowed."""
    die = uniform(state.rng_state)
    if die < CHEAP:
        return cheap_floor(given, state, m)
    if die < SAME_TOWER and f != NOWHERE:
        return floor_of_tower(given, state, f)
    if die < OWN_FLOOR and state.pieces.many[m] > 0:
        return state.pieces.row[m, pick(state.rng_state, 0, state.pieces.many[m])].floor
    return pick(state.rng_state, 0, len(given.floors))


@compiled
def excess_of(given: Given, state: State, m: int, f: int) -> int:
    """Return the desks of a member beyond what a floor holds, below 0 where there is room.

    Rounded so that what is left fits.
    """
    # Floor division rounds down, so its negative rounds up: rather one desk too many goes than one
    # too few.
    return -((given.floors[f].capacity - state.use[f].load) // given.members[m].load)


@compiled
def amount(given: Given, state: State, m: int, f: int, g: int, have: int) -> int:
    """Return how many of the desks on a floor should go to another.

    Parameters
    ----------
    f, g
        From and to, each a floor or NOWHERE.
    have
        Desks that may go.
    """
    die = uniform(state.rng_state)
    room = -excess_of(given, state, m, g) if g != NOWHERE else 0
    if die < ALL_OF_IT:
        return have
    if die < FILL_ROOM and 0 < room < have:
        return room
    if die < CLEAR_EXCESS and f != NOWHERE and 0 < excess_of(given, state, m, f) < have:
        return excess_of(given, state, m, f)
    return 1 + pick(state.rng_state, 0, have)


@compiled
def desks_on(of: Pieces, m: int, f: int) -> int:
    """Return the desks of a member on a floor."""
    k = piece_on(of, m, f)
    return 0 if k == NOWHERE else of.row[m, k].desks


@compiled
def fitted(given: Given, of: Pieces, m: int, f: int, g: int, desks: int) -> int:
    """Return about so many desks that leave no piece too small, 0 if that cannot be.

    More may go than wanted: all of a piece where too little of it would stay.
    """
    least, there = given.members[m].least, 0
    have = given.members[m].desks - placed(of, m) if f == NOWHERE else desks_on(of, m, f)
    if g != NOWHERE:
        there = desks_on(of, m, g)
        desks = max(desks, least - there)
    if desks >= have or (f != NOWHERE and have - desks < least):
        desks = have
    if g == NOWHERE:
        return desks
    # Rows have as many cells as there are floors, and no cell may be written beyond.
    after = of.many[m] + (there == 0) - (f != NOWHERE and desks == have)
    return 0 if there + desks < least or after > of.row.shape[1] else desks


@compiled
def transfer(of: Pieces, m: int, f: int, g: int, desks: int) -> None:
    """Bring desks of a member from a floor to another, from or to nowhere too.

    Its inverse brings as many back.
    """
    if f != NOWHERE:
        piece, last = of.row[m, piece_on(of, m, f)], of.row[m, of.many[m] - 1]
        piece.desks -= desks
        # The last piece takes the place of the empty one: pieces stay together at the front of the
        # row.
        if piece.desks == 0:
            piece.floor, piece.desks = last.floor, last.desks
            of.many[m] -= 1
    if g != NOWHERE:
        k = piece_on(of, m, g)
        if k == NOWHERE:
            k = of.many[m]
            of.row[m, k].floor, of.row[m, k].desks, of.many[m] = g, 0, k + 1
        of.row[m, k].desks += desks


@compiled
def change(given: Given, state: State, m: int, f: int, g: int, desks: int) -> None:
    """Let a move bring desks of a member from a floor to another."""
    copy_pieces(state.pieces, state.fresh, m)
    transfer(state.fresh, m, f, g, desks)
    state.changes[state.number[CHANGED]].member = m
    state.number[CHANGED] += 1


@large
def propose(given: Given, state: State) -> None:
    """Send some desks of a random member elsewhere, others back where it is full; or nothing.

    Nothing is proposed, with no member changed, where the dice end at no legal move.
    """
    rng_state, members, pieces = state.rng_state, given.members, state.pieces
    state.number[CHANGED] = 0
    m, f = pick(rng_state, 0, len(pieces.many)), NOWHERE
    have = members[m].desks - placed(pieces, m)
    # Desks that are nowhere and desks that are placed have even chances; else the missing ones
    # would wait for long.
    if pieces.many[m] > 0 and (have == 0 or uniform(rng_state) < 0.5):
        k = pick(rng_state, 0, pieces.many[m])
        f, have = pieces.row[m, k].floor, pieces.row[m, k].desks
    if have == 0:
        return
    leaves = given.may_leave and f != NOWHERE and uniform(rng_state) < LEAVE
    g = NOWHERE if leaves else target(given, state, m, f)
    if g == f or (g != NOWHERE and not given.allowed[m, g]):
        return
    desks = fitted(given, pieces, m, f, g, amount(given, state, m, f, g, have))
    if desks == 0:
        return
    change(given, state, m, f, g, desks)
    # An estimate, by what a desk weighs on average: it only decides what is tried, not what is
    # counted.
    is_full = g != NOWHERE and (
        state.use[g].load + desks * members[m].load > given.floors[g].capacity
    )
    if is_full and uniform(rng_state) < SEND_BACK:
        send_back(given, state, m, f, g, desks)


@compiled
def send_back(given: Given, state: State, m: int, f: int, g: int, desks: int) -> None:
    """Send desks of another member from a floor that is too full to where the first came from."""
    rng_state, members, pieces = state.rng_state, given.members, state.pieces
    n, k = occupant(state, g)
    back_there = uniform(rng_state) < BACK_THERE
    if n in (NOWHERE, m) or (back_there and f == NOWHERE and not given.may_leave):
        return
    to = f if back_there else floor_of_tower(given, state, g)
    if to == g or (to != NOWHERE and not given.allowed[n, to]):
        return
    have = pieces.row[n, k].desks
    excess = excess_of(given, state, n, g) + (desks * members[m].load) // members[n].load
    wanted = have if uniform(rng_state) < 0.5 else min(max(excess, 1), have)
    back = fitted(given, pieces, n, g, to, wanted)
    if back > 0:
        change(given, state, n, g, to, back)


@compiled
def occupant(state: State, f: int) -> tuple[int, int]:
    """Return a random member with a piece on a floor, and the number of the piece; else -1."""
    members, found = len(state.pieces.many), NOWHERE
    # The next one behind a random start, so that no list of occupants has to be kept or made.
    first, piece = pick(state.rng_state, 0, members), NOWHERE
    for i in range(members):
        m = (first + i) % members
        piece = piece_on(state.pieces, m, f)
        if piece != NOWHERE:
            found = m
            break
    return found, piece
