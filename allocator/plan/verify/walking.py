"""Minutes walked a week: minutes between floors, and between bodies spread over floors."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import fsum, hypot

from allocator.plan.verify.layout import Layout, Spread
from allocator.plan.verify.trips import headcounts, trips
from allocator.scenario.settings import TripKind
from allocator.scenario.types import Floor, Scenario


class Minutes:
    """Minutes between two floors, either way; worked out once for each pair that is asked."""

    def __init__(self, scenario: Scenario) -> None:
        self._scenario = scenario
        self._floors = {floor.floor_id: floor for floor in scenario.floors}
        towers = scenario.towers or ()
        self._points = {
            t.tower_id: (t.x_m, t.y_m) for t in towers if t.x_m is not None and t.y_m is not None
        }
        self._known: dict[str, dict[str, float]] = {floor: {} for floor in self._floors}
        for row in scenario.walking:
            self._known[row.from_floor][row.to_floor] = row.minutes
            self._known[row.to_floor][row.from_floor] = row.minutes

    def between(self, a: Spread, b: Spread) -> float:
        """Return Σ_f Σ_g a(f) · b(g) · minutes(f, g)."""
        total = 0.0
        for f, share_a in a.items():
            known = self._known[f]
            for g, share_b in b.items():
                minutes = known.get(g)
                if minutes is None:
                    minutes = known[g] = self._by_formula(self._floors[f], self._floors[g])
                total += share_a * share_b * minutes
        return total

    def _by_formula(self, f: Floor, g: Floor) -> float:
        settings = self._scenario.settings.walking
        if f.floor_id == g.floor_id:
            return 0.0
        if f.tower_id == g.tower_id:
            levels = abs(f.level - g.level)
            return settings.lift_wait_min + settings.lift_min_per_level * levels
        levels = abs(f.level) + abs(g.level)
        lifts = 2 * settings.lift_wait_min + settings.lift_min_per_level * levels
        metres = self._distance_m(f.tower_id, g.tower_id)
        return lifts + settings.detour_factor * metres / settings.walk_m_per_min

    def _distance_m(self, a: str, b: str) -> float:
        if a not in self._points or b not in self._points:
            return 0.0
        (x_a, y_a), (x_b, y_b) = self._points[a], self._points[b]
        return hypot(x_a - x_b, y_a - y_b)


def spreads(layout: Layout) -> dict[str, Spread]:
    """Return the share by floor of every unit and organisation.

    s(u, f) = y(u, f) / d(u), nothing where d = 0; an organisation's is the mean of its units',
    weighted by headcount.
    """
    people = headcounts(layout)
    found: dict[str, Spread] = {}
    for unit, needed in layout.demand.items():
        places = layout.desks_by_floor.get(unit, {}) if needed else {}
        found[unit] = {floor: desks / needed for floor, desks in places.items()}
    for organisation, units in layout.units_by_organisation.items():
        if units == (organisation,):
            continue
        whole: Spread = {}
        for unit in units:
            weight = people[unit] / people[organisation] if people[unit] else 0.0
            for floor, share in found[unit].items():
                whole[floor] = whole.get(floor, 0.0) + weight * share
        found[organisation] = whole
    return found


@dataclass(frozen=True)
class Walked:
    """Minutes walked a week.

    Attributes
    ----------
    by_pair
        Between two organisations, inside one where both are the same.
    by_kind
        By kind of trips.
    """

    by_pair: dict[tuple[str, str], float]
    by_kind: dict[TripKind, float]

    @cached_property
    def minutes(self) -> float:
        """All of them."""
        return fsum(self.by_pair.values())

    @cached_property
    def by_organisation(self) -> dict[str, float]:
        """Minutes inside each organisation and half of those to others."""
        found = dict.fromkeys((a for a, _ in self.by_pair), 0.0)
        for (a, b), minutes in self.by_pair.items():
            found[a] += minutes / 2
            found[b] = found.get(b, 0.0) + minutes / 2
        return found


def walk(layout: Layout) -> Walked:
    """Return trips · mean minutes between their ends, by organisations."""
    minutes, where = Minutes(layout.scenario), spreads(layout)
    owner = layout.organisation_of | {o: o for o in layout.units_by_organisation}
    found = {(organisation, organisation): 0.0 for organisation in layout.units_by_organisation}
    kinds = dict.fromkeys(TripKind, 0.0)
    for a, b, per_week, kind in trips(layout):
        walked = per_week * minutes.between(where.get(a, {}), where.get(b, {}))
        if walked:
            pair = owner[a], owner[b]
            found[pair] = found.get(pair, 0.0) + walked
            kinds[kind] += walked
    return Walked(found, kinds)
