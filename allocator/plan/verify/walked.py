"""Minutes walked a week: minutes between floors, and between bodies spread over floors.

docs/explanation/objective.md has the formula of both.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from math import fsum, hypot

from allocator.plan.verify.given_plan import GivenPlan, Spread
from allocator.plan.verify.trips import Group, groups, headcounts, named_trips
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
        self._ways: dict[tuple[str, str], float] = {}
        """Minutes of the ways between two towers, lifts apart."""
        self._known: dict[str, dict[str, float]] = {floor: {} for floor in self._floors}
        for row in scenario.walking:
            self._known[row.from_floor][row.to_floor] = row.minutes
            # Rows of `walking` hold either way, and take the place of the formula.
            self._known[row.to_floor][row.from_floor] = row.minutes

    def between(self, a: Spread, b: Spread) -> float:
        """Return Σ_f Σ_g a(f) · b(g) · minutes(f, g)."""
        return sum(share * self.to(f, b) for f, share in a.items())

    def to(self, f: str, b: Spread) -> float:
        """Return Σ_g b(g) · minutes(f, g), from one floor to a body."""
        total, known = 0.0, self._known[f]
        for g, share in b.items():
            minutes = known.get(g)
            if minutes is None:
                minutes = known[g] = self._by_formula(self._floors[f], self._floors[g])
                # Either way takes as long, so it is worked out once.
                self._known[g][f] = minutes
            total += share * minutes
        return total

    def _by_formula(self, f: Floor, g: Floor) -> float:
        """Return the minutes between two floors where `walking` has no row for them."""
        settings = self._scenario.settings.walking
        if f.floor_id == g.floor_id:
            return 0.0
        if f.tower_id == g.tower_id:
            levels = abs(f.level - g.level)
            return settings.lift_wait_min + settings.lift_min_per_level * levels
        levels = abs(f.level) + abs(g.level)
        lifts = 2 * settings.lift_wait_min + settings.lift_min_per_level * levels
        pair = f.tower_id, g.tower_id
        if pair not in self._ways:
            metres = self._distance_m(*pair)
            self._ways[pair] = settings.detour_factor * metres / settings.walk_m_per_min
        return lifts + self._ways[pair]

    def _distance_m(self, a: str, b: str) -> float:
        """Return metres between two towers in a straight line, 0 where one has no coordinates."""
        if a not in self._points or b not in self._points:
            return 0.0
        (x_a, y_a), (x_b, y_b) = self._points[a], self._points[b]
        return hypot(x_a - x_b, y_a - y_b)


def spreads(plan: GivenPlan) -> dict[str, Spread]:
    """Return the share by floor of every unit and organisation.

    s(u, f) = y(u, f) / d(u), nothing where d = 0; an organisation's is the mean of its units',
    weighted by headcount.
    """
    people = headcounts(plan)
    found: dict[str, Spread] = {}
    for unit, needed in plan.demand.items():
        places = plan.desks_by_floor.get(unit, {}) if needed else {}
        found[unit] = {floor: desks / needed for floor, desks in places.items()}
    for organisation, units in plan.units_by_organisation.items():
        # One unit of the same name: its spread is there already, and not to be overwritten by its
        # mean.
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
    by_organisation
        Minutes inside each organisation and half of those to others.
    by_kind
        By kind of trips.
    """

    by_organisation: dict[str, float]
    by_kind: dict[TripKind, float]

    @cached_property
    def minutes(self) -> float:
        """All of them."""
        return fsum(self.by_organisation.values())


def walk(plan: GivenPlan) -> Walked:
    """Return trips · mean minutes between their ends, by organisations."""
    minutes, where = Minutes(plan.scenario), spreads(plan)
    owner = plan.organisation_of | {o: o for o in plan.units_by_organisation}
    organisations = dict.fromkeys(plan.units_by_organisation, 0.0)
    kinds = dict.fromkeys(TripKind, 0.0)
    for a, b, per_week, kind in named_trips(plan):
        # A body without pieces walks nowhere, and is walked to by nobody.
        walked = per_week * minutes.between(where.get(a, {}), where.get(b, {}))
        if walked:
            organisations[owner[a]] += walked / 2
            organisations[owner[b]] += walked / 2
            kinds[kind] += walked
    for group in groups(plan):
        for member, walked in walked_within(group, minutes, where):
            organisations[owner[member]] += walked
            kinds[group.kind] += walked
    return Walked(organisations, kinds)


def walked_within(
    group: Group, minutes: Minutes, where: dict[str, Spread]
) -> Iterator[tuple[str, float]]:
    """Return each member of a group with half of the minutes of the trips it makes or receives.

    D(a, b) are the mean minutes between two bodies. With v_b = 1/(H − h_b), a and all others b
    make Σ rate · h_a · h_b · (v_a + v_b) · D(a, b). D is linear in b, so all bodies b are added
    up first, a among them, and what a would walk to itself, 2 · rate · h_a² · v_a · D(a, a), is
    taken off. That is exact, and spares a look at each pair of a large organisation.
    """
    # A group with one member makes no trips, and would divide by 0.
    if len(group.people) < 2:
        return
    everybody = sum(group.people.values())
    people: Spread = {}
    inverse: Spread = {}
    for member, count in group.people.items():
        for floor, share in where[member].items():
            people[floor] = people.get(floor, 0.0) + count * share
            inverse[floor] = inverse.get(floor, 0.0) + count * share / (everybody - count)
    to_people = {floor: minutes.to(floor, people) for floor in people}
    to_inverse = {floor: minutes.to(floor, inverse) for floor in people}
    for member, count in group.people.items():
        spread, own = where[member], 1 / (everybody - count)
        both = sum(s * (own * to_people[f] + to_inverse[f]) for f, s in spread.items())
        alone = 2 * count * own * minutes.between(spread, spread)
        # The difference of two sums may end just below 0.
        yield member, max(group.rate * count * (both - alone) / 2, 0.0)
