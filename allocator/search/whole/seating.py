"""The compiled search over floors of whole units: shifts and swaps, changes from stored sums.

What the tables hold and how they are filled is in `office`. All of it is in this one module, as
numba looks at the module of a function alone to see whether its machine code is still good.

References
----------
Cordeau, Gaudioso, Laporte, Moccia (2006), A memetic heuristic for the generalized quadratic
assignment problem, INFORMS Journal on Computing 18: the problem, shifts and swaps.
Connolly (1990), An improved annealing scheme for the QAP, European Journal of Operational
Research 46.
Taillard (1991), Robust taboo search for the quadratic assignment problem, Parallel Computing 17:
changes of a quadratic objective from stored sums.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from allocator.search.local.compiled import compiled, entry


class Office(NamedTuple):
    """What is given. U units, F floors, T towers, O organisations, L levels of all towers.

    trips (U, U) a week at their price, none of a unit with itself; minutes (F, F); fixed (U, F),
    what a unit costs on a floor whoever else is where; allowed (U, F); desks and organisation
    (U); capacity, opening cost, tower and level (F); levels_from (T + 1), where the levels of each
    tower begin; prices of an extra tower and of a gap; whether anything is counted (1).
    """

    trips: Any
    minutes: Any
    fixed: Any
    allowed: Any
    desks: Any
    organisation: Any
    capacity: Any
    opening: Any
    tower: Any
    level: Any
    levels_from: Any
    prices: Any
    counts: Any


class Seats(NamedTuple):
    """What is under way: who sits where, and what follows from it.

    at (U), floor of each unit; kept (U), those of the best plan; load and guests (F), desks and
    units; pull (U, F), what a unit would cost on a floor; in_tower (O, T) and on_level (O, L),
    units of an organisation; sums (3), the cost, the desks too many, the cost of the best plan;
    rng_state (1).
    """

    at: Any
    kept: Any
    load: Any
    guests: Any
    pull: Any
    in_tower: Any
    on_level: Any
    sums: Any
    rng_state: Any


COST, BEYOND, KEPT = 0, 1, 2
EXTRA_TOWER, GAP = 0, 1
NOBODY = -1
NEVER = 30.0
"""Times the temperature by which a worse move is never kept."""


@compiled
def turned(rng_state: Any) -> Any:
    """Return the rng_state after a throw (xorshift64)."""
    rng_state ^= rng_state >> np.uint64(12)
    rng_state ^= rng_state << np.uint64(25)
    return rng_state ^ (rng_state >> np.uint64(27))


@compiled
def shown(rng_state: Any) -> float:
    """Return what the rng_state show, from 0 to below 1 (xorshift64*)."""
    return np.float64((rng_state * np.uint64(2685821657736338717)) >> np.uint64(11)) * 2.0**-53


@compiled
def beyond(room: int, more: int) -> int:
    """Return by how many desks a floor gets fuller than it may be when so many come."""
    return max(0, more - room) - max(0, -room)


@compiled
def gaps(office: Any, seats: Any, o: int, t: int) -> int:
    """Return the unused levels between the lowest and the highest of a body in a tower."""
    low, high, used = -1, -1, 0
    for level in range(office.levels_from[t], office.levels_from[t + 1]):
        if seats.on_level[o, level] > 0:
            low = level if low < 0 else low
            high, used = level, used + 1
    return high - low + 1 - used if used else 0


@compiled
def count(office: Any, seats: Any, u: int, f: int, g: int) -> None:
    """Count a unit on another floor."""
    o = office.organisation[u]
    seats.guests[f] -= 1
    seats.guests[g] += 1
    seats.in_tower[o, office.tower[f]] -= 1
    seats.in_tower[o, office.tower[g]] += 1
    seats.on_level[o, office.level[f]] -= 1
    seats.on_level[o, office.level[g]] += 1


@compiled
def counted(office: Any, seats: Any, u: int, f: int, g: int) -> float:
    """Return the change of what is counted when a unit goes to another floor, and count it."""
    o, s, t = office.organisation[u], office.tower[f], office.tower[g]
    change = 0.0
    if seats.guests[f] == 1:
        change -= office.opening[f]
    if seats.guests[g] == 0:
        change += office.opening[g]
    if s != t and seats.in_tower[o, s] == 1:
        change -= office.prices[EXTRA_TOWER]
    if s != t and seats.in_tower[o, t] == 0:
        change += office.prices[EXTRA_TOWER]
    if office.prices[GAP] == 0:
        count(office, seats, u, f, g)
        return change
    before = gaps(office, seats, o, s) + (gaps(office, seats, o, t) if s != t else 0)
    count(office, seats, u, f, g)
    after = gaps(office, seats, o, s) + (gaps(office, seats, o, t) if s != t else 0)
    return change + office.prices[GAP] * (after - before)


@compiled
def move(office: Any, seats: Any, u: int, g: int) -> None:
    """Bring a unit to another floor; what is counted is counted already."""
    f = seats.at[u]
    units, floors = seats.pull.shape
    for v in range(units):
        trips = office.trips[u, v]
        if trips != 0:
            for k in range(floors):
                seats.pull[v, k] += trips * (office.minutes[g, k] - office.minutes[f, k])
    seats.at[u] = g
    seats.load[f] -= office.desks[u]
    seats.load[g] += office.desks[u]


def begin(office: Office, seats: Seats, at: NDArray[np.int64]) -> None:
    """Seat every unit, and work out all sums anew."""
    seats.at[:] = at
    seats.pull[:] = office.fixed + office.trips @ office.minutes[at]
    for counts, where in (
        (seats.guests, at),
        (seats.in_tower, (office.organisation, office.tower[at])),
        (seats.on_level, (office.organisation, office.level[at])),
    ):
        counts[:] = 0
        np.add.at(counts, where, 1)
    seats.load[:] = 0
    np.add.at(seats.load, at, office.desks)
    seats.sums[COST] = total(office, seats)
    seats.sums[BEYOND] = np.maximum(seats.load - office.capacity, 0).sum()
    keep(seats)


@entry
def total(office: Any, seats: Any) -> float:
    """Return the cost of the plan: every pair of units once, and all that is counted."""
    cost = 0.0
    for u in range(len(seats.at)):
        cost += 0.5 * (seats.pull[u, seats.at[u]] + office.fixed[u, seats.at[u]])
    for f in range(len(seats.load)):
        cost += office.opening[f] if seats.guests[f] > 0 else 0.0
    for o in range(seats.in_tower.shape[0]):
        towers = 0
        for t in range(seats.in_tower.shape[1]):
            if seats.in_tower[o, t] > 0:
                towers += 1
                cost += office.prices[GAP] * gaps(office, seats, o, t)
        cost += office.prices[EXTRA_TOWER] * max(0, towers - 1)
    return cost


@entry
def keep(seats: Any) -> None:
    """Remember the plan if it fits and is the best."""
    if seats.sums[BEYOND] < 0.5 and seats.sums[COST] < seats.sums[KEPT] - 1e-6:
        seats.sums[KEPT] = seats.sums[COST]
        for u in range(len(seats.at)):
            seats.kept[u] = seats.at[u]


@entry
def anneal(office: Any, seats: Any, price: float, hot: float, cold: float, moves: int) -> None:
    """Try so many moves from hot to cold; a desk too many on a floor costs the price."""
    pull, at, load, minutes = seats.pull, seats.at, seats.load, office.minutes
    capacity, allowed, desks = office.capacity, office.allowed, office.desks
    units, floors, counts = len(at), len(load), office.counts[0]
    rng_state, heat, cooler = seats.rng_state[0], hot, (cold / hot) ** (1.0 / max(moves, 1))
    for _ in range(moves):
        heat *= cooler
        rng_state = turned(rng_state)
        u = int(shown(rng_state) * units)
        rng_state = turned(rng_state)
        where = shown(rng_state) * 2
        v = int((where - 1) * units) if where >= 1 else NOBODY
        f, g = at[u], at[v] if v != NOBODY else int(where * floors)
        if f == g or not allowed[u, g] or (v != NOBODY and not allowed[v, f]):
            continue
        change, come = pull[u, g] - pull[u, f], desks[u]
        if v != NOBODY:
            apart = 2 * minutes[f, g] - minutes[f, f] - minutes[g, g]
            change += pull[v, f] - pull[v, g] + office.trips[u, v] * apart
            come -= desks[v]
        more = beyond(capacity[f] - load[f], -come) + beyond(capacity[g] - load[g], come)
        if counts:
            change += counted(office, seats, u, f, g)
            change += counted(office, seats, v, g, f) if v != NOBODY else 0.0
        worse = change + price * more
        rng_state = turned(rng_state)
        if worse <= 0 or (worse < NEVER * heat and shown(rng_state) < np.exp(-worse / heat)):
            seats.sums[COST] += change
            seats.sums[BEYOND] += more
            settle(office, seats, u, v, g)
        elif counts:
            count(office, seats, u, g, f)
            if v != NOBODY:
                count(office, seats, v, f, g)
    seats.rng_state[0] = rng_state


@compiled
def settle(office: Any, seats: Any, u: int, v: int, g: int) -> None:
    """Bring a unit to a floor, another one from there to where it was, and keep the best."""
    f = seats.at[u]
    move(office, seats, u, g)
    if v != NOBODY:
        move(office, seats, v, f)
    keep(seats)


@entry
def ordinary_change(office: Any, seats: Any, moves: int) -> float:
    """Return what a shift of a random unit to a random floor changes, on average of so many."""
    units, floors = seats.pull.shape
    change, rng_state = 0.0, seats.rng_state[0]
    for _ in range(moves):
        rng_state = turned(rng_state)
        u = int(shown(rng_state) * units)
        rng_state = turned(rng_state)
        f, g = seats.at[u], int(shown(rng_state) * floors)
        if f != g:
            apart = seats.pull[u, g] - seats.pull[u, f]
            change += abs(apart + counted(office, seats, u, f, g))
            count(office, seats, u, g, f)
    seats.rng_state[0] = rng_state
    return change / moves
