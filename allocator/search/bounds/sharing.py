"""Which organisations share which tower, at the least: for cases of few organisations and towers.

Branch and bound, best first. Organisation by organisation is put whole into a tower, or into
several; what those that are alone in a tower pay there comes from an exact model of that tower,
asked only where it decides, as in logic-based Benders decomposition (Hooker and Ottosson 2003).
The least bound of all that is open is proved at any time. It knows who is alone in a tower, and
wins where few organisations share few towers, such as `ikn-kemenko4`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from heapq import heappop, heappush
from itertools import combinations
from time import monotonic

import numpy as np
from numpy.typing import NDArray

from allocator.search.bounds.alone import Alone, Least
from allocator.search.bounds.floors import cheapest_floors
from allocator.search.bounds.towers import tower_rooms
from allocator.search.case import Case
from allocator.search.progress import ShouldStop
from allocator.search.rules import Pinned
from allocator.search.solver import Effort

MOST_CELLS = 100
"""Organisations × towers; beyond it too many ways of sharing are open to close any."""
MOST_UNITS, MOST_DESKS = 120, 20_000
"""Units, and desks that all floors hold; costs are worked out for pieces of every size."""
FIRST, LONGER = 0.2, 3
"""Work that a model gets at first, in CP-SAT's deterministic seconds, and how many times as much
when it is asked again."""
APART, OWN = -1, -2
"""In place of a tower: the organisation is in several; it shares its tower with whoever."""

Floats = NDArray[np.float64]
Look = tuple[object, ...]
"""All that a cost depends on."""
Sharing = tuple[int, frozenset[int]]
"""A tower, and organisations that are in it with all their desks, and with nobody else."""


def is_small(case: Case) -> bool:
    """Return whether the case is small enough to decide who shares a tower."""
    cells = len(case.organisation_ids) * len(case.tower_ids)
    desks = int(case.capacity.sum())
    return cells <= MOST_CELLS and len(case.unit_ids) <= MOST_UNITS and desks <= MOST_DESKS


def sharing_bounds(
    case: Case, open_floors: float, until: float, should_stop: ShouldStop
) -> Iterator[float]:
    """Yield rising bounds of the total over all plans that place every desk, a moment each.

    Parameters
    ----------
    open_floors
        A bound of the cost of floors in use.
    until
        Time of `time.monotonic` at which to stop.
    """
    tree = _Tree(case, open_floors, _Costs(case, _Clock(until, should_stop)))
    heap: list[tuple[float, tuple[int, ...]]] = [(tree.bound(()), ())]
    while heap and not tree.costs.clock.is_over():
        bound, places = heappop(heap)
        further = [(*places, p) for p in tree.choices(places)]
        if len(places) == len(tree.order):
            # All have their places: the same entry comes back with a higher bound, or is settled.
            further = [places]
            # A model may have said more of one of its towers since; then there is no need to ask.
            if tree.bound(places) <= bound:
                yield bound
                if not tree.look_closer(places):
                    return
        for child in further:
            here = max(bound, tree.bound(child))
            if here < np.inf:
                heappush(heap, (here, child))


@dataclass(frozen=True)
class _Clock:
    """When to stop."""

    until: float
    should_stop: ShouldStop

    def is_over(self) -> bool:
        """Whether nothing more is to be asked."""
        return self.should_stop() or monotonic() > self.until


class _Tree:
    """Bounds of the total once the first organisations, largest first, have their places."""

    def __init__(self, case: Case, open_floors: float, costs: _Costs) -> None:
        self.case, self.open_floors, self.costs = case, open_floors, costs
        self.price_of_a_minute = case.scenario.settings.prices.walking
        member = case.organisation[:, None] == np.arange(len(case.organisation_ids))
        self.trips = member.T @ costs.model.trips @ member
        self.desks = case.demand @ member
        self.order = sorted(np.flatnonzero(self.desks).tolist(), key=lambda o: -self.desks[o])
        self.rooms = tower_rooms(case)
        self.capacity = np.bincount(case.tower, weights=case.capacity)
        self.opened = [cheapest_floors(case, floors) for floors in case.floors_of]
        self.least = {
            o: min((self.costs.own(o, p) for p in self._places(o)), default=np.inf)
            for o in self.order
        }

    def _places(self, o: int) -> list[int]:
        fits = np.flatnonzero(self.rooms[o] >= self.desks[o]).tolist()
        return [p for p in (*fits, APART) if self.costs.own(o, p) < np.inf]

    def choices(self, places: tuple[int, ...]) -> list[int]:
        """Return where the next organisation may be."""
        load = self._load(places)
        return [
            p
            for o in self.order[len(places) : len(places) + 1]
            for p in self._places(o)
            if p == APART or load[p] + self.desks[o] <= self.capacity[p]
        ]

    def _load(self, places: tuple[int, ...]) -> list[int]:
        """Return the desks that each tower holds so far; those apart are nowhere."""
        load = [0] * len(self.case.tower_ids)
        for o, p in zip(self.order, places, strict=False):
            if p != APART:
                load[p] += int(self.desks[o])
        return load

    def bound(self, places: tuple[int, ...]) -> float:
        """Return a bound of the total of all plans in which the organisations are there."""
        placed = list(zip(self.order, places, strict=False))
        towers = [float(self.opened[t][load]) for t, load in enumerate(self._load(places))]
        own = [0.0] * len(towers)
        apart = sum(self.least[o] for o in self.order[len(places) :])
        for o, p in placed:
            if p == APART:
                apart += self.costs.own(o, p)
            else:
                own[p] += self.costs.own(o, p)
        # The sum by tower uses who is where; the bound of all floors uses who is confined to
        # which. Both hold.
        floors = max(sum(towers), self.open_floors)
        found = floors + sum(own)
        if self._is_complete(places):
            found = max(found, self._shared(places, towers, own))
        return found + apart + self._ways(placed)

    def _is_complete(self, places: tuple[int, ...]) -> bool:
        return len(places) == len(self.order) and APART not in places

    def _shared(self, places: tuple[int, ...], towers: list[float], own: list[float]) -> float:
        """Return a bound of what towers cost, with what models say of those that share each."""
        found = [a + b for a, b in zip(towers, own, strict=True)]
        for t, organisations in self._sharing(places):
            found[t] = max(found[t], self.costs.known(t, organisations).bound)
        return sum(found)

    def _sharing(self, places: tuple[int, ...]) -> list[Sharing]:
        here: defaultdict[int, set[int]] = defaultdict(set)
        for o, p in zip(self.order, places, strict=True):
            here[p].add(o)
        return [(t, frozenset(organisations)) for t, organisations in here.items()]

    def _ways(self, placed: list[tuple[int, int]]) -> float:
        """Return what organisations that are whole in two towers walk between them."""
        minutes = sum(
            float(self.trips[a, b] * self.costs.between[s, t])
            for (a, s), (b, t) in combinations(placed, 2)
            if APART not in (s, t)
        )
        return self.price_of_a_minute * minutes

    def look_closer(self, places: tuple[int, ...]) -> bool:
        """Ask the models of towers for more; return whether there was more to ask."""
        if not self._is_complete(places):
            return self._look_at_those_apart(places)
        open_ones = [s for s in self._sharing(places) if not self.costs.known(*s).exact]
        for shared in open_ones:
            self.costs.ask(*shared)
        return bool(open_ones)

    def _look_at_those_apart(self, places: tuple[int, ...]) -> bool:
        apart = [o for o, p in zip(self.order, places, strict=True) if p == APART]
        open_ones = [o for o in apart if not self.costs.known_apart(o).exact]
        for o in open_ones:
            self.costs.ask_apart(o)
        return bool(open_ones)


class _Costs:
    """Least costs of organisations in places, asked for once in towers alike."""

    def __init__(self, case: Case, clock: _Clock) -> None:
        self.case, self.clock = case, clock
        self.outwards, self.between = ways_out(case)
        self.model = Alone(case, self.outwards, clock.is_over)
        self.found: dict[Look, Least] = {}
        self.effort: defaultdict[Look, float] = defaultdict(lambda: FIRST)
        self.look = cache(self._look)

    def known(self, tower: int, organisations: frozenset[int]) -> Least:
        """Return what is known of organisations that have a tower to themselves."""
        look = self.look(tower, organisations)
        return self.found.get(look, Least(-np.inf, exact=False))

    def ask(self, tower: int, organisations: frozenset[int]) -> None:
        """Ask for their cost, longer than the last time."""
        units = self._units(organisations)
        look = self.look(tower, organisations)
        self._ask(look, lambda effort: self.model.sharing(units, tower, effort))

    def known_apart(self, organisation: int) -> Least:
        """Return what is known of an organisation that is in several towers, for itself."""
        return self.found.get((APART, organisation), self._simply(organisation, APART))

    def ask_apart(self, organisation: int) -> None:
        """Ask for its cost, longer than the last time."""
        units = self._units(frozenset({organisation}))
        self._ask((APART, organisation), lambda effort: self.model.apart(units, effort))

    def _ask(self, look: Look, model: Callable[[Effort], Least]) -> None:
        found = model(Effort(seconds=self.effort[look], reproducible=True))
        self.effort[look] *= LONGER
        known = self.found.get(look, found)
        self.found[look] = Least(max(known.bound, found.bound), exact=found.exact)

    def own(self, organisation: int, place: int) -> float:
        """Return what an organisation pays in a place for itself, whoever else is there."""
        simply = self._simply(organisation, place).bound
        if place == APART:
            return max(simply, self.known_apart(organisation).bound)
        only = frozenset({organisation})
        look = (OWN, self.look(place, only))
        if look not in self.found:
            effort = Effort(seconds=FIRST, reproducible=True)
            self.found[look] = self.model.within(self._units(only), place, effort)
        return max(simply, self.found[look].bound)

    @cache  # noqa: B019 - lives as long as the search
    def _simply(self, organisation: int, place: int) -> Least:
        """Return what is seen at once: extra towers, and placement costs below 0."""
        least: defaultdict[int, float] = defaultdict(float)
        for (u, f), cost in self.case.placement_cost.items():
            if self.case.organisation[u] == organisation and self.case.allowed[u, f]:
                least[u] = min(least[u], cost)
        extra = self.case.scenario.settings.prices.extra_tower if place == APART else 0.0
        return Least(extra + sum(least.values()), exact=False)

    def _units(self, organisations: frozenset[int]) -> list[int]:
        found = [u for o in sorted(organisations) for u in self.case.units_of[o]]
        return [u for u in found if self.case.demand[u]]

    def _look(self, tower: int, organisations: frozenset[int]) -> Look:
        """Return all that the cost of these organisations in a tower depends on."""
        case, floors, units = self.case, self.case.floors_of[tower], self._units(organisations)
        place, inside = {f: k for k, f in enumerate(floors)}, list(floors)
        arrays = (
            case.capacity[inside],
            case.open_cost[inside],
            case.level[inside],
            case.allowed[np.ix_(units, inside)],
            case.minutes[np.ix_(inside, inside)],
            self.outwards[inside],
        )
        rows = tuple(
            (u, place[f], site)
            for (u, f), site in case.site_costs.items()
            if u in units and f in place
        )
        pins = tuple(place.get(p.floor, -1) for p in case.limits if isinstance(p, Pinned))
        return (tuple(a.tobytes() for a in arrays), rows, pins, organisations)


def ways_out(case: Case) -> tuple[Floats, Floats]:
    """Return minutes from floors (F) and between towers (T × T), so that no way is shorter.

    minutes(f, g) ≥ out(f) + out(g) + between(t, t') for f in t, g in another tower t'.
    """
    out = np.zeros(len(case.floor_ids))
    for floors in map(list, case.floors_of):
        elsewhere = np.delete(case.minutes[floors], floors, axis=1)
        if elsewhere.size:
            nearest = elsewhere.min(axis=1)
            out[floors] = nearest - nearest.min()
    between = _between(case, out)
    # A table of walking may bring towers nearer than the ways out of their floors; then these are
    # left out.
    if between.min() < 0:
        return np.zeros(len(out)), _between(case, np.zeros(len(out)))
    return out, between


def _between(case: Case, out: Floats) -> Floats:
    left = case.minutes - out[:, None] - out
    between = np.zeros((len(case.tower_ids),) * 2)
    for s, t in combinations(case.towers, 2):
        least = left[np.ix_(case.floors_of[s], case.floors_of[t])].min()
        between[s, t] = between[t, s] = least
    return between
