"""The compiled search that empties a few floors and fills them anew, one organisation at a time.

A floor is filled by the largest unit of an organisation, or any, and those others of it that leave
the least room. What the tables hold and how they are filled is in `packing`. All of it is in this
one module, as numba looks at the module of a function alone to see whether its code is still good.

References
----------
Gupta, Ho (1999), A new heuristic algorithm for the one-dimensional bin-packing problem, Production
Planning & Control 10: fill a bin as fully as can be, then the next.
Falkenauer (1996), A hybrid grouping genetic algorithm for bin packing, Journal of Heuristics 2:
squares of what is in a bin tell which of two packings is nearer to a better one.
Schrimpf, Schneider, Stamm-Wilbrandt, Dueck (2000), Record breaking optimization results using the
ruin and recreate principle, Journal of Computational Physics 159.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from allocator.search.kernels.compiled import compiled, entry


class Stock(NamedTuple):
    """What is given: desks and organisation of units (U), desks of floors (F), the most (1)."""

    desks: Any
    organisation: Any
    capacity: Any
    largest: Any


class Filled(NamedTuple):
    """What is under way.

    at (U), floor of each unit or NOWHERE; before (U), the same before a step; kept (U), the best
    plan; occupants (F, most) and count (F), units on floors; load (F); part (O, F), desks of
    organisations on floors; pool (U) and loose (1), units in hand and how many; organisations (O)
    and floors (F), numbers to be shuffled; picks and keys (MOST), units to choose from and what
    they are ordered by; reach (MOST + 1, largest floor + 1), desks that they can add up to; sums
    (5); rng_state.
    """

    at: Any
    before: Any
    kept: Any
    occupants: Any
    count: Any
    load: Any
    part: Any
    pool: Any
    loose: Any
    organisations: Any
    floors: Any
    picks: Any
    keys: Any
    reach: Any
    sums: Any
    rng_state: Any


NOWHERE = ANYBODY = np.int64(-1)
OUT, OUT_DESKS, PAIRS, SQUARES, KEPT = range(5)
"""Units and desks without a floor, pairs of organisation and floor, squares of what is together
and of what is vacant, pairs of the best plan."""
MOST = 256
"""Units to choose from for a floor, at most."""
LOOKS = 12
"""Floors looked at for one that hurts, or one with organisations in common."""
MOST_FLOORS = 10
"""Floors filled anew together, at most."""
LARGEST_FIRST = 0.7
"""How often a floor begins with the largest unit."""
STOP = 0.1
"""How often organisations are mixed where one could fill a floor alone."""
LEAVE = 0.5
"""How often room is left on a floor when another organisation could come, if room is to spare."""
MIXES = (0.0, 0.1, 0.3, 1.0)
"""How much the order by size is mixed up, as parts of the largest floor."""
OUT_WORTH, EACH_OUT = 40.0, 5.0
"""What desks of a floor that are left out weigh, and each unit, in pairs (see `PAIRS`)."""


@compiled
def uniform(x: Any) -> float:
    """Return a random number from 0 to below 1 (xorshift64*)."""
    # The same generator as in `kernels.annealing`; why it stands here too is said above.
    rng_state = x.rng_state[0]
    rng_state ^= rng_state >> np.uint64(12)
    rng_state ^= rng_state << np.uint64(25)
    rng_state ^= rng_state >> np.uint64(27)
    x.rng_state[0] = rng_state
    return np.float64((rng_state * np.uint64(2685821657736338717)) >> np.uint64(11)) * 2.0**-53


@compiled
def shuffle(x: Any, numbers: Any, count: int) -> None:
    """Shuffle the first numbers of a row."""
    for i in range(count - 1, 0, -1):
        j = int(uniform(x) * (i + 1))
        numbers[i], numbers[j] = numbers[j], numbers[i]


@compiled
def weigh(stock: Any, x: Any, u: int, f: int, desks: int) -> None:
    """Count a unit's desks on a floor, or fewer than 0 of them when it goes.

    All sums but the best are changed by differences, so that a move costs the same in any case.
    """
    o = stock.organisation[u]
    part, vacant = x.part[o, f], stock.capacity[f] - x.load[f]
    after, left = part + desks, vacant - desks
    x.sums[PAIRS] += (after > 0) - (part > 0)
    # Squares tell which of two packings with as many pairs is nearer to one with fewer: large
    # parts and large vacancies are good.
    x.sums[SQUARES] += after * after - part * part + left * left - vacant * vacant
    x.sums[OUT] -= 1 if desks > 0 else -1
    x.sums[OUT_DESKS] -= desks
    x.part[o, f] = after
    x.load[f] += desks


@compiled
def put(stock: Any, x: Any, u: int, f: int) -> None:
    """Put a unit that has no floor on one."""
    weigh(stock, x, u, f, stock.desks[u])
    x.occupants[f, x.count[f]] = u
    x.count[f] += 1
    x.at[u] = f


@compiled
def empty(stock: Any, x: Any, f: int) -> None:
    """Take all units off a floor, into the hand; where they were is remembered."""
    for i in range(x.count[f]):
        u = x.occupants[f, i]
        weigh(stock, x, u, f, -stock.desks[u])
        x.before[u], x.at[u] = f, NOWHERE
        x.pool[x.loose[0]] = u
        x.loose[0] += 1
    x.count[f] = 0


@compiled
def choose(stock: Any, x: Any, o: Any, room: int, mix: float) -> int:
    """Order the units in hand of an organisation that fit, large ones first; return how many.

    Parameters
    ----------
    o
        The organisation, or ANYBODY.
    room
        Desks that are vacant.
    mix
        Desks by which the order may be off.
    """
    count = 0
    for i in range(x.loose[0]):
        u = x.pool[i]
        fits = x.at[u] == NOWHERE and stock.desks[u] <= room
        if fits and count < MOST and (o == ANYBODY or stock.organisation[u] == o):
            line_up(x, u, count, stock.desks[u] + mix * uniform(x))
            count += 1
    # The first in order is placed in any case, so another one must come first now and then.
    if count > 1 and uniform(x) > LARGEST_FIRST:
        j = int(uniform(x) * count)
        x.picks[0], x.picks[j] = x.picks[j], x.picks[0]
    return count


@compiled
def line_up(x: Any, u: int, count: int, key: float) -> None:
    """Put a unit where it belongs among so many, the largest key first."""
    i = count
    while i > 0 and x.keys[i - 1] < key:
        x.picks[i], x.keys[i] = x.picks[i - 1], x.keys[i - 1]
        i -= 1
    x.picks[i], x.keys[i] = u, key


@compiled
def fill(stock: Any, x: Any, f: int, o: Any, mix: float) -> None:
    """Put units of an organisation on a floor: the first in order, and what leaves least room.

    What leaves least room is found exactly, as a subset sum over the units to choose from.
    """
    room = stock.capacity[f] - x.load[f]
    count = choose(stock, x, o, room, mix)
    if count == 0:
        return
    put(stock, x, x.picks[0], f)
    room -= stock.desks[x.picks[0]]
    reach = x.reach
    for k in range(room + 1):
        reach[1, k] = k == 0
    for i in range(1, count):
        desks = stock.desks[x.picks[i]]
        for k in range(room + 1):
            reach[i + 1, k] = reach[i, k] or (k >= desks and reach[i, k - desks])
    # The most desks that the others add up to; going back through the table gives the units.
    while room > 0 and not reach[count, room]:
        room -= 1
    for i in range(count - 1, 0, -1):
        # Without this unit so many desks could not be reached, so it is one of them.
        if not reach[i, room]:
            put(stock, x, x.picks[i], f)
            room -= stock.desks[x.picks[i]]


@compiled
def refill(stock: Any, x: Any, floors: int) -> None:
    """Fill the first shuffled floors from the hand: with one organisation, then with more.

    Parameters
    ----------
    floors
        How many of `x.floors` are empty, the first ones.
    """
    mix = MIXES[int(uniform(x) * len(MIXES))] * stock.largest[0]
    organisations, done, spare = len(x.organisations), 0, np.int64(0)
    for i in range(floors):
        spare += stock.capacity[x.floors[i]]
    for i in range(x.loose[0]):
        spare -= stock.desks[x.pool[i]]
    shuffle(x, x.organisations, organisations)
    for o in x.organisations:
        mine = in_hand(stock, x, o)
        while done < floors and mine >= stock.capacity[x.floors[done]] and uniform(x) > STOP:
            fill(stock, x, x.floors[done], o, mix)
            mine -= x.load[x.floors[done]]
            spare -= stock.capacity[x.floors[done]] - x.load[x.floors[done]]
            done += 1
    for i in range(done, floors):
        shuffle(x, x.organisations, organisations)
        spare -= fill_mixed(stock, x, x.floors[i], spare, mix)


@compiled
def in_hand(stock: Any, x: Any, o: int) -> int:
    """Return the desks of an organisation that are in hand."""
    desks = 0
    for i in range(x.loose[0]):
        desks += stock.desks[x.pool[i]] if stock.organisation[x.pool[i]] == o else 0
    return desks


@compiled
def fill_mixed(stock: Any, x: Any, f: int, spare: Any, mix: float) -> Any:
    """Fill a floor with organisations, or leave what is to spare; return how much."""
    if uniform(x) < STOP:
        fill(stock, x, f, ANYBODY, mix)
    for o in x.organisations:
        vacant = stock.capacity[f] - x.load[f]
        # Room that must stay vacant somewhere may as well keep another organisation off this
        # floor.
        if vacant == 0 or (x.count[f] > 0 and vacant <= spare and uniform(x) < LEAVE):
            break
        fill(stock, x, f, o, mix)
    return stock.capacity[f] - x.load[f]


@compiled
def hurts(stock: Any, x: Any, f: int) -> bool:
    """Whether there is room on a floor for units left out, or several organisations are on it."""
    if x.sums[OUT] > 0 and x.load[f] < stock.capacity[f]:
        return True
    o = stock.organisation[x.occupants[f, 0]] if x.count[f] else 0
    return x.part[o, f] < x.load[f]


@compiled
def shares(stock: Any, x: Any, f: int, g: int) -> bool:
    """Whether an organisation of one floor is on another."""
    found = False
    for i in range(x.count[f]):
        found = found or x.part[stock.organisation[x.occupants[f, i]], g] > 0
    return found


@compiled
def draw(stock: Any, x: Any, floors: int) -> None:
    """Bring floors to the front: one that hurts, others that hurt, share one, or any."""
    count = len(x.floors)
    for i in range(floors):
        choice = uniform(x)
        for _ in range(LOOKS):
            j = i + int(uniform(x) * (count - i))
            x.floors[i], x.floors[j] = x.floors[j], x.floors[i]
            f = x.floors[i]
            if i == 0 or choice < 0.3:
                if hurts(stock, x, f):
                    break
            elif choice > 0.7 or shares(stock, x, x.floors[0], f):
                break


@compiled
def energy(stock: Any, x: Any) -> float:
    """Return what a layout is weighed by, in pairs of organisation and floor.

    Units without a floor weigh more than any pair that they could spare. Squares are of desks over
    the largest floor, so that they decide between layouts with about as many pairs.
    """
    room = float(stock.largest[0])
    out = EACH_OUT * x.sums[OUT] + OUT_WORTH * x.sums[OUT_DESKS] / room
    return x.sums[PAIRS] + out - x.sums[SQUARES] / (room * room)


@compiled
def keep(x: Any) -> None:
    """Remember the plan if it leaves nobody out and is the best."""
    # Counts held as floats: a half tells one number from the next.
    if x.sums[OUT] < 0.5 and x.sums[PAIRS] < x.sums[KEPT] - 0.5:
        x.sums[KEPT] = x.sums[PAIRS]
        for u in range(len(x.at)):
            x.kept[u] = x.at[u]


@entry
def begin(stock: Any, x: Any, at: Any) -> None:
    """Put units on the empty floors as a start has them, and fill all floors where it has none.

    Parameters
    ----------
    at : (U)
        Floor of each unit, NOWHERE for those without one.
    """
    for u in range(len(at)):
        if at[u] != NOWHERE:
            put(stock, x, u, at[u])
        else:
            x.pool[x.loose[0]] = u
            x.loose[0] += 1
    if x.loose[0] == len(at):
        shuffle(x, x.floors, len(x.floors))
        refill(stock, x, len(x.floors))
    keep(x)


@compiled
def step(stock: Any, x: Any, heat: float) -> None:
    """Empty some floors, fill them anew, and go back if that is worse by more than the heat."""
    most = min(MOST_FLOORS, len(x.floors))
    floors = min(2 + int(uniform(x) * (most - 1)), most)
    draw(stock, x, floors)
    before = energy(stock, x)
    x.loose[0] = 0
    # Units without a floor are in hand in every step, since any floor may turn out to have room.
    if x.sums[OUT] > 0:
        for u in range(len(x.at)):
            if x.at[u] == NOWHERE:
                x.before[u] = NOWHERE
                x.pool[x.loose[0]] = u
                x.loose[0] += 1
    for i in range(floors):
        empty(stock, x, x.floors[i])
    refill(stock, x, floors)
    # Heat is drawn from the exponential law, so this is the rule of Metropolis.
    if energy(stock, x) <= before + heat:
        keep(x)
        return
    undo(stock, x, floors)


@compiled
def undo(stock: Any, x: Any, floors: int) -> None:
    """Put the units in hand where they were before.

    Others were not touched, so all sums are as they were.
    """
    for i in range(x.loose[0]):
        u = x.pool[i]
        if x.at[u] != NOWHERE:
            weigh(stock, x, u, x.at[u], -stock.desks[u])
            x.at[u] = NOWHERE
    # Occupants are written anew from the start; who was there is known by unit.
    for i in range(floors):
        x.count[x.floors[i]] = 0
    for i in range(x.loose[0]):
        if x.before[x.pool[i]] != NOWHERE:
            put(stock, x, x.pool[i], x.before[x.pool[i]])


@entry
def anneal(stock: Any, x: Any, temperature: float, steps: int) -> None:
    """Take so many steps at a temperature, in pairs of organisation and floor."""
    for _ in range(steps):
        step(stock, x, -temperature * np.log(1.0 - uniform(x)))
