"""What organisations pay for themselves inside a tower at least, by a plain depth-first search.

Every unit is whole on a floor, or divided: then only its extra floors, its trips inside in the
largest possible pieces, its placement and moves are counted, and trips to whole units whose floor
lacks room for it.

The search of the solver is compiled; this one is slow, and takes nothing from it.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from allocator.plan.certificate.organisations import Organisations
from allocator.plan.certificate.reading import Reading
from allocator.plan.certificate.types import Floats, Together, Whole
from allocator.scenario.rules import RuleKind

MOST_STEPS, DEEPEST = 40_000, 500
"""Steps and units of a search, beyond which what every unit pays alone is the answer."""


def contents(made: Organisations) -> Floats:
    """Return what each organisation pays in each tower (N, T), infinite if it cannot be there.

    Parameters
    ----------
    made
        Organisations and towers in the order of a proof.
    """
    found = np.full((len(made.units), made.towers), np.inf)
    for i, t in np.ndindex(found.shape):
        if made.rooms(i)[t] >= made.desks[i] and made.weight(i, t) <= made.room[t]:
            found[i, t] = _inside(made.reading, made.units[i], made.floors[t])
    for row in made.reading.rows(RuleKind.AT_LEAST):
        floor = made.reading.floors[row.object or ""]
        for i, us in enumerate(made.units):
            # A pin of any of its units decides in which tower all of it can be.
            if row.count and set(made.reading.members(row.subject)) & set(us):
                found[i, np.arange(made.towers) != made.tower[floor]] = np.inf
    return found


def extras(made: Organisations, alone: Floats) -> list[Together]:
    """Return what sets of organisations pay in their towers above what each pays alone (N, T).

    Trips between organisations are left out.
    """
    found = []
    for one in made.proof.together:
        units = [u for i in one.nodes for u in made.units[i]]
        inside = _inside(made.reading, units, made.floors[one.place])
        more = inside - float(alone[list(one.nodes), one.place].sum())
        found.append(replace(one, extra=max(more, 0.0)))
    return found


def _inside(reading: Reading, units: list[int], floors: Whole) -> float:
    """Return the least that units pay in a tower; the root's bound where steps run out."""
    order = np.array(sorted(units, key=lambda u: -int(reading.demand[u])), np.int64)
    trips = reading.trips[np.ix_(order, order)].copy()
    np.fill_diagonal(trips, 0.0)
    owner = np.array([reading.housed[u].organisation_id for u in order.tolist()])
    # Between organisations trips are pairs of the model, and would count twice.
    trips[owner[:, None] != owner] = 0.0
    search = _Search(
        desks=reading.demand[order].astype(float),
        trips=trips,
        minutes=reading.minutes[np.ix_(floors, floors)],
    )
    whole = reading.whole_costs[np.ix_(order, floors)]
    divided = np.array([_divided(reading, u, floors) for u in order.tolist()])
    room = reading.capacity[floors].astype(float)
    root = search.remaining_bound(0, room, whole, divided)
    # Deeper than Python's recursion limit allows.
    if len(order) > DEEPEST:
        return root
    search.go_on(0, 0.0, room, whole, divided)
    return search.least if search.steps <= MOST_STEPS else min(search.least, root)


class _Search:
    """Depth first, the heaviest unit first.

    Attributes
    ----------
    least
        Least cost found so far; infinite while there is none.
    steps
        Taken so far; beyond `MOST_STEPS` nothing more is tried.
    """

    def __init__(self, desks: Floats, trips: Floats, minutes: Floats) -> None:
        self.desks, self.trips, self.minutes = desks, trips, minutes
        apart = ~np.eye(len(minutes), dtype=bool)
        self.nearest = float(minutes[apart].min()) if apart.any() else 0.0
        self.least, self.steps = np.inf, 0

    def remaining_bound(self, depth: int, room: Floats, cost: Floats, apart: Floats) -> float:
        """Return what all open units pay at the least, each by itself."""
        fits = self.desks[depth:, None] <= room
        whole = np.where(fits, cost[depth:], np.inf).min(axis=1, initial=np.inf)
        return float(np.minimum(whole, apart[depth:]).sum())

    def go_on(self, depth: int, paid: float, room: Floats, cost: Floats, apart: Floats) -> None:
        """Try every place of the unit at a depth that may be part of the least.

        Parameters
        ----------
        paid
            By the units before.
        room : (F)
            Desks that are left on each floor.
        cost, apart : (N, F), (N)
            What each unit pays on a floor, or divided, with those before it where they are.
        """
        self.steps += 1
        if self.steps > MOST_STEPS:
            return
        if depth == len(self.desks):
            self.least = min(self.least, paid)
            return
        trips, desks = self.trips[depth][:, None], self.desks[:, None]
        for f in (None, *range(len(room))):
            more = apart[depth] if f is None else cost[depth, f]
            if not np.isfinite(more) or (f is not None and self.desks[depth] > room[f]):
                continue
            left = room.copy()
            if f is None:
                out = self._out(1.0 - (room - desks) / self.desks[depth])
                then, divided = cost + trips * out, apart
            else:
                left[f] -= self.desks[depth]
                then = cost + trips * self.minutes[f]
                divided = apart + self.trips[depth] * self._out(1.0 - left[f] / self.desks)
            # Each open unit by itself pays at least so much, so nothing better is cut off.
            if paid + more + self.remaining_bound(depth + 1, left, then, divided) < self.least:
                self.go_on(depth + 1, paid + more, left, then, divided)

    def _out(self, share: Floats) -> Floats:
        """Return the minutes to what is not on the same floor, at least."""
        return np.clip(share, 0.0, 1.0) * self.nearest


def _divided(reading: Reading, unit: int, floors: Whole) -> float:
    """Return what a unit pays by itself at least on several of the floors."""
    demand, smallest = int(reading.demand[unit]), int(reading.smallest[unit])
    mine = floors[reading.allowed[unit, floors]]
    most = min(len(mine), int(reading.most_floors[unit]))
    if most < 2 or demand < 2 * smallest:
        return np.inf
    left, together, used = demand, 0.0, 0
    for room in sorted(reading.capacity[mine].tolist(), reverse=True):
        # The largest possible pieces: none so large that the rest would be too small.
        piece = min(room, demand - smallest, left)
        left, together, used = left - piece, together + (piece / demand) ** 2, used + 1
        if not left:
            break
    if left or used > most:
        return np.inf
    minutes = reading.minutes[np.ix_(mine, mine)]
    here = float(np.diag(minutes).min())
    away = float(minutes[~np.eye(len(mine), dtype=bool)].min())
    walked = reading.trips[unit, unit] / 2 * min(away, together * here + (1 - together) * away)
    extra = reading.prices.extra_floor * (max(used, 2) - 1)
    return float(extra + walked + _site_cost(reading, unit, mine))


def _site_cost(reading: Reading, unit: int, floors: Whole) -> float:
    """Return the least placement and moves of a unit in pieces: the cheapest shares first."""
    saved = reading.prices.move * float(reading.people[unit])
    shares: list[tuple[float, float]] = []
    for f in floors.tolist():
        most = min(1.0, int(reading.capacity[f]) / int(reading.demand[unit]))
        stays, cost = min(float(reading.stays[unit, f]), most), float(reading.placement[unit, f])
        shares += [(cost - saved, stays), (cost, most - stays)]
    found, left = float(reading.leaving[unit]), 1.0
    for cost, share in sorted(shares):
        found += cost * min(share, left)
        left -= min(share, left)
    return found
