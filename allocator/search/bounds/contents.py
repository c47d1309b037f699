"""Content of a tower: what the units of an organisation pay for themselves inside one, at least.

That is extra floors, trips between them and inside each, placement and moves; floors in use, gaps
and trips to others are left out. Every unit is whole on a floor or divided between floors; of a
divided one its extra floors, its trips inside in the largest possible pieces, and its trips to
units whose floor lacks room for it are counted.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from allocator.search.bounds import packing_search
from allocator.search.bounds.labelled import Floats, Whole
from allocator.search.bounds.packing_search import NEVER
from allocator.search.case import Case
from allocator.search.rules import AtMost, PlaceKind
from allocator.search.site_costs import SiteCost
from allocator.search.walking_time import WalkingTime

MOST_STEPS = 20_000
"""Steps of a search, after which what every unit pays alone is the answer."""


class Contents:
    """What units pay inside towers.

    Attributes
    ----------
    trips : (U, U) float
        Person-minutes a week for each minute between two units; twice those inside a unit.
    """

    def __init__(self, case: Case) -> None:
        self.case = case
        price = case.scenario.settings.prices.walking
        placed = case.demand > 0
        self.trips = price * WalkingTime(case).between(case.units) * np.outer(placed, placed)
        self.most_floors = _most_floors(case)
        self.has_site_costs = bool(case.site_costs) or bool(case.leaving_cost.any())
        self.least_minutes: dict[tuple[int, ...], tuple[float, float]] = {}

    def inside(self, units: Sequence[int], tower: int) -> float:
        """Return the least that units pay, all of them in a tower; infinite if they cannot be.

        Trips between organisations are left out, so units of several may be asked for at once.

        Parameters
        ----------
        units
            With desks, in any order.
        tower
            By its number; others on its floors are not counted.
        """
        floors = np.array(self.case.floors_of[tower])
        # The heaviest first, as `packing_search` expects them.
        order = sorted(units, key=lambda u: (-int(self.case.demand[u]), u))
        whole = np.array([self._whole(u, floors) for u in order])
        divided = np.array([self.divided(u, floors) for u in order])
        if (np.minimum(whole.min(axis=1), divided) >= NEVER).any():
            return np.inf
        trips = self.trips[np.ix_(order, order)].copy()
        np.fill_diagonal(trips, 0.0)
        owner = self.case.organisation[order]
        trips[owner[:, None] != owner] = 0.0
        return self._searched(order, floors, whole, divided, trips)

    def _searched(
        self, order: list[int], floors: Whole, whole: Floats, divided: Floats, trips: Floats
    ) -> float:
        """Return what the compiled search proves, infinite if no way of placing them is left."""
        minutes = self.case.minutes[np.ix_(floors, floors)]
        # On one floor nobody is divided, so that nothing is ever multiplied by it.
        nearest = self._least_minutes(floors)[1] if len(floors) > 1 else 0.0
        given = packing_search.Tower(
            desks=self.case.demand[order].astype(float),
            whole=whole,
            divided=divided,
            trips=trips,
            minutes=minutes,
            nearest=np.array([nearest]),
            capacity=self.case.capacity[floors].astype(float),
        )
        n, f = whole.shape
        state = packing_search.Search(
            option=np.zeros(n, np.int64),
            paid=np.zeros(n + 1),
            room=given.capacity.copy(),
            cost=np.zeros((n + 1, n, f)),
            apart=np.zeros((n + 1, n)),
            numbers=np.array([NEVER, NEVER, 0.0]),
        )
        state.cost[0], state.apart[0] = whole, divided
        packing_search.least_inside(given, state, MOST_STEPS)
        # What was found and what was left open: where steps have run out the latter is a bound,
        # too.
        found = float(state.numbers[:2].min())
        return np.inf if found >= NEVER / 2 else found

    def _whole(self, unit: int, floors: Whole) -> Floats:
        """Return what a unit pays by itself on each floor, all of it there."""
        case = self.case
        inside = self.trips[unit, unit] / 2 * case.minutes[floors, floors]
        found: Floats = inside + case.leaving_cost[unit]
        for k, f in enumerate(floors.tolist()):
            if not case.allowed[unit, f] or case.demand[unit] > case.capacity[f]:
                found[k] = NEVER
            elif (unit, f) in case.site_costs:
                found[k] += case.site_costs[unit, f].at(1.0)
        return found

    def divided(self, unit: int, floors: Whole) -> float:
        """Return what a unit pays by itself at least on several of the floors; NEVER if it cannot.

        Trips inside it are counted with its desks in the largest pieces, the fewest of them apart.
        """
        case, prices = self.case, self.case.scenario.settings.prices
        demand, least = int(case.demand[unit]), int(case.least[unit])
        mine = floors[case.allowed[unit, floors]]
        most = min(len(mine), self.most_floors[unit])
        if most < 2 or demand < 2 * least:
            return NEVER
        left, largest, fewest = demand, 0.0, 0
        for room in sorted(case.capacity[mine].tolist(), reverse=True):
            # Some piece lies elsewhere and is not too small, so none may be larger than what that
            # leaves.
            piece = min(room, demand - least, left)
            largest, left, fewest = largest + (piece / demand) ** 2, left - piece, fewest + 1
            if not left:
                break
        if left or fewest > most:
            return NEVER
        here, away = self._least_minutes(mine)
        # Usually a floor of one's own is nearest, but a table of walking may say otherwise.
        walked = self.trips[unit, unit] / 2 * min(away, largest * here + (1 - largest) * away)
        site = least_site_cost(case, unit, mine) if self.has_site_costs else 0.0
        return float(prices.extra_floor * (max(fewest, 2) - 1) + walked + site)

    def _least_minutes(self, floors: Whole) -> tuple[float, float]:
        """Return the least minutes on one of the floors, and between two of them."""
        key = tuple(floors.tolist())
        if key not in self.least_minutes:
            minutes = self.case.minutes[np.ix_(floors, floors)]
            apart = ~np.eye(len(floors), dtype=bool)
            self.least_minutes[key] = float(np.diag(minutes).min()), float(minutes[apart].min())
        return self.least_minutes[key]


def least_site_cost(case: Case, unit: int, floors: Whole) -> float:
    """Return the least placement and moves of a unit in pieces on the floors.

    The cost of a share is convex, so the cheapest parts of all floors are taken first.
    """
    found = float(case.leaving_cost[unit])
    parts: list[tuple[float, float]] = []
    for f in floors.tolist():
        most = min(1.0, int(case.capacity[f]) / int(case.demand[unit]))
        site = case.site_costs.get((unit, f))
        parts += [(0.0, most)] if site is None else _parts(site, most)
    left = 1.0
    for slope, share in sorted(parts):
        found += slope * min(share, left)
        left -= min(share, left)
    return found


def _parts(site: SiteCost, most: float) -> list[tuple[float, float]]:
    """Return the slopes of a cost, and on how much of the unit each is paid.

    Parameters
    ----------
    most
        Largest share that the floor holds.
    """
    ends = sorted({0.0, most, *(s.up_to for s in site.savings if s.up_to < most)})
    values = [site.at(end) for end in ends]
    return [
        ((b - a) / (y - x), y - x)
        for x, y, a, b in zip(ends, ends[1:], values, values[1:], strict=False)
    ]


def _most_floors(case: Case) -> Whole:
    """Return how many floors each unit may use (U)."""
    found = np.full(len(case.unit_ids), len(case.floor_ids))
    for limit in case.limits:
        if isinstance(limit, AtMost) and limit.place is PlaceKind.FLOOR:
            found[list(limit.units)] = np.minimum(found[list(limit.units)], limit.most)
    return found
