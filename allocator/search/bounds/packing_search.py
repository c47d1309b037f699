"""Compiled search for what units pay at the least inside one tower; `contents` fills its tables.

Depth first, the heaviest unit first. A unit is whole on a floor, or divided, of which only what
it pays in any case is counted. What is open is bounded by every unit's cheapest continuation.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from allocator.search.kernels.compiled import compiled, entry

NEVER = 1e15
"""Cost of what is not allowed."""
DIVIDED = -1
LEAST, OPEN, STEPS = range(3)
"""Numbers: the least cost found, the least of what was not searched, steps taken."""


class Tower(NamedTuple):
    """What is given. N units, heaviest first, F floors of the tower.

    desks (N); whole (N, F) and divided (N), cost of a unit by itself, NEVER if not allowed; trips
    (N, N) between units at their price; minutes (F, F); nearest (1), the least minutes between
    two floors; capacity (F).
    """

    desks: Any
    whole: Any
    divided: Any
    trips: Any
    minutes: Any
    nearest: Any
    capacity: Any


class Search(NamedTuple):
    """What is under way, by depth.

    option (N), floor of each unit, DIVIDED, or what is tried next; paid (N + 1); room (F); cost
    (N + 1, N, F) of every unit on every floor with those before it where they are; apart
    (N + 1, N) of every unit divided; numbers (3).
    """

    option: Any
    paid: Any
    room: Any
    cost: Any
    apart: Any
    numbers: Any


@compiled
def remaining_bound(t: Any, s: Any, depth: int) -> float:
    """Return what all open units pay at the least, each by itself."""
    total = 0.0
    for u in range(depth, len(t.desks)):
        least = s.apart[depth, u]
        for f in range(len(t.capacity)):
            if t.desks[u] <= s.room[f]:
                least = min(least, s.cost[depth, u, f])
        total += least
    return total


@compiled
def place(t: Any, s: Any, depth: int, f: int) -> None:
    """Work out what later units pay once a unit is on a floor, or divided.

    Trips to a unit whose floor lacks room for all of this one are counted at the least minutes for
    the part that is left over.
    """
    for u in range(depth + 1, len(t.desks)):
        trips = t.trips[depth, u]
        if f == DIVIDED:
            for g in range(len(t.capacity)):
                left = s.room[g] - t.desks[u]
                out = min(max(1.0 - left / t.desks[depth], 0.0), 1.0) * t.nearest[0]
                s.cost[depth + 1, u, g] = s.cost[depth, u, g] + trips * out
            s.apart[depth + 1, u] = s.apart[depth, u]
            continue
        for g in range(len(t.capacity)):
            s.cost[depth + 1, u, g] = s.cost[depth, u, g] + trips * t.minutes[f, g]
        out = min(max(1.0 - s.room[f] / t.desks[u], 0.0), 1.0) * t.nearest[0]
        s.apart[depth + 1, u] = s.apart[depth, u] + trips * out


@compiled
def advance(t: Any, s: Any, depth: int) -> bool:
    """Take the next option of the unit at a depth that may be the least; return whether.

    Being divided comes first, then the floors in turn. Room is taken as an option is taken, and
    given back where it leads nowhere; `least_inside` gives it back on the way up.
    """
    u = depth
    while s.option[u] < len(t.capacity):
        f = s.option[u]
        s.option[u] += 1
        if f == DIVIDED:
            paid = s.apart[depth, u]
        elif t.desks[u] > s.room[f]:
            continue
        else:
            paid = s.cost[depth, u, f]
            s.room[f] -= t.desks[u]
        s.paid[depth + 1] = s.paid[depth] + paid
        place(t, s, depth, f)
        bound = s.paid[depth + 1] + remaining_bound(t, s, depth + 1)
        # Costs may be negative. What is open counts each unit's own least, so the bound holds all
        # the same.
        if paid < NEVER / 2 and bound < s.numbers[LEAST]:
            return True
        if f != DIVIDED:
            s.room[f] += t.desks[u]
    return False


@entry
def least_inside(t: Any, s: Any, most_steps: int) -> None:
    """Search; if steps run out, note the bound of the root for what is left open.

    Parameters
    ----------
    t, s
        Tables of the tower and of the search, the latter filled for depth 0.
    most_steps
        Steps after which it ends.
    """
    units = len(t.desks)
    s.paid[0] = 0.0
    s.option[0] = DIVIDED
    depth, steps = 0, 0
    root = remaining_bound(t, s, 0)
    while depth >= 0:
        steps += 1
        if steps > most_steps:
            # The open options alone have a higher bound, but it is not kept by depth.
            s.numbers[OPEN] = root
            break
        if depth == units:
            s.numbers[LEAST] = min(s.numbers[LEAST], s.paid[units])
        elif advance(t, s, depth):
            depth += 1
            if depth < units:
                s.option[depth] = DIVIDED
            continue
        depth -= 1
        # The option taken is the one before the next. A divided unit has taken no room.
        if depth >= 0 and s.option[depth] - 1 != DIVIDED:
            s.room[s.option[depth] - 1] += t.desks[depth]
    s.numbers[STEPS] = steps
