"""A scenario as arrays, by the checker's own reading: only what certificates are recomputed from.

Units are those with desks to place. Shares are of a unit's desks, money is person-minutes a week.
The search has arrays of its own (`search.case`); that both agree is tested and not assumed.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from math import ceil

import numpy as np
from numpy.typing import NDArray

from allocator.plan.certificate.types import Floats, Whole
from allocator.plan.verify.given_plan import GivenPlan
from allocator.plan.verify.moved import people_today
from allocator.plan.verify.trips import headcounts, trips
from allocator.plan.verify.walked import Minutes
from allocator.scenario.rules import RuleKind
from allocator.scenario.types import Rule, Scenario

Flags = NDArray[np.bool_]


class Reading:
    """U units, F floors, in the order of the scenario.

    Each array is worked out when it is first asked for.
    """

    def __init__(self, scenario: Scenario) -> None:
        self.scenario, self.layout = scenario, GivenPlan(scenario, {})
        self.prices = scenario.settings.prices
        wanted = self.layout.demand
        self.housed = [unit for unit in scenario.housed if wanted[unit.unit_id] > 0]
        self.units = {unit.unit_id: u for u, unit in enumerate(self.housed)}
        self.floors = {floor.floor_id: f for f, floor in enumerate(scenario.floors)}
        self.demand: Whole = np.array([wanted[unit] for unit in self.units], np.int64)
        self.people = np.array([unit.headcount for unit in self.housed], float)
        self.tower = [floor.tower_id for floor in scenario.floors]

    @cached_property
    def capacity(self) -> Whole:
        """Desks that may be placed on each floor (F)."""
        found = []
        for floor in self.scenario.floors:
            usable, most = self.layout.usable(floor.floor_id), floor.max_occupants
            # The reserve does not reduce max_occupants.
            found.append(usable if most is None else min(usable, most))
        return np.array(found, np.int64)

    @cached_property
    def smallest(self) -> Whole:
        """Fewest desks of a piece of each unit (U)."""
        sharing = self.scenario.settings.sharing
        share, least = sharing.min_piece_share, sharing.min_piece_desks
        found = [min(d, max(least, ceil(share * d))) for d in self.demand.tolist()]
        return np.array(found, np.int64)

    @cached_property
    def minutes(self) -> Floats:
        """Minutes between floors (F, F)."""
        between, floors = Minutes(self.scenario).between, list(self.floors)
        found = np.zeros((len(floors), len(floors)))
        for f, here in enumerate(floors):
            for g in range(f, len(floors)):
                found[f, g] = found[g, f] = between({here: 1.0}, {floors[g]: 1.0})
        return found

    @cached_property
    def trips(self) -> Floats:
        """Trips a week between units at the price of a minute, twice those inside (U, U)."""
        people, found = headcounts(self.layout), np.zeros((len(self.units), len(self.units)))
        for a, b, per_week, _ in trips(self.layout):
            for u, of_a in self._shares(a, people):
                for v, of_b in self._shares(b, people):
                    found[u, v] += per_week * of_a * of_b
        # Both orders of a pair add up; inside a unit that makes twice its trips.
        return self.prices.walking * (found + found.T)

    def _shares(self, body: str, people: dict[str, int]) -> Iterator[tuple[int, float]]:
        """Yield the units that a name stands for, each with its part of the people.

        Trips of an organisation are spread over its units by headcount.
        """
        members = self.layout.members(body)
        for unit in members:
            if unit in self.units:
                share = 1.0 if members == (unit,) else people[unit] / people[body]
                yield self.units[unit], share

    @cached_property
    def allowed(self) -> Flags:
        """Where units may have a piece, by room, needs, and rules on one unit and floor (U, F)."""
        found = self.capacity[None, :] >= self.smallest[:, None]
        features = [set(floor.features) for floor in self.scenario.floors]
        for unit, u in self.units.items():
            needs = self.layout.needs_of.get(unit, frozenset())
            found[u] &= [needs <= offered for offered in features]
        for kind, keep in (
            (RuleKind.ONLY_IN, self._only_in),
            (RuleKind.NEVER_IN, self._never_in),
            (RuleKind.KEPT_FOR, self._kept_for),
            (RuleKind.LEVELS, self._levels),
        ):
            keep(found, self.rows(kind))
        return found

    def rows(self, *kinds: RuleKind) -> list[Rule]:
        """Return the rules of some kinds."""
        return [rule for rule in self.scenario.rules if rule.rule in kinds]

    def members(self, *bodies: str | None) -> list[int]:
        """Return the units that names of units or organisations stand for, each once."""
        names = {name for body in bodies for name in self.layout.members(body)}
        return sorted(self.units[name] for name in names if name in self.units)

    def _inside(self, place: str | None) -> Flags:
        """Return the floors that a place is, or holds (F)."""
        return np.array([self.layout.lies_in(floor, place) for floor in self.floors], bool)

    def _only_in(self, found: Flags, rows: list[Rule]) -> None:
        """Keep each subject to the places of all its rows together; changes `found` in place."""
        places: dict[str, Flags] = {}
        for row in rows:
            places[row.subject] = places.get(row.subject, False) | self._inside(row.object)
        for subject, inside in places.items():
            found[self.members(subject)] &= inside

    def _never_in(self, found: Flags, rows: list[Rule]) -> None:
        """Keep each subject out of the place of each row."""
        for row in rows:
            found[self.members(row.subject)] &= ~self._inside(row.object)

    def _kept_for(self, found: Flags, rows: list[Rule]) -> None:
        """Keep others out of places; all rows of a place together say for whom it is kept."""
        for place in {row.object for row in rows}:
            own = self.members(*(row.subject for row in rows if row.object == place))
            others = [u for u in range(len(found)) if u not in own]
            found[others] &= ~self._inside(place)

    def _levels(self, found: Flags, rows: list[Rule]) -> None:
        """Keep each subject to the levels of each row."""
        level = np.array([floor.level for floor in self.scenario.floors])
        for row in rows:
            low, high = row.level_range
            found[self.members(row.subject)] &= (level >= low) & (level <= high)

    @cached_property
    def most_floors(self) -> Whole:
        """How many floors each unit may use (U)."""
        found = np.full(len(self.units), len(self.floors))
        for row in self.rows(RuleKind.MAX_FLOORS):
            us = self.members(row.subject)
            found[us] = np.minimum(found[us], row.count)
        # Both on one floor means each on one.
        for row in self.rows(RuleKind.SAME_FLOOR):
            found[self.members(row.subject, row.object)] = 1
        return found

    @cached_property
    def placement(self) -> Floats:
        """Cost of all of a unit on a floor (U, F)."""
        found = np.zeros((len(self.units), len(self.floors)))
        for row in self.scenario.placement_costs:
            if row.unit_id in self.units:
                found[self.units[row.unit_id], self.floors[row.floor_id]] += row.cost
        return found

    @cached_property
    def leaving(self) -> Floats:
        """What it costs if all of a unit's people move (U)."""
        today, found = people_today(self.scenario), np.zeros(len(self.units))
        for unit, u in self.units.items():
            before = float(sum(today.get(unit, {}).values()))
            found[u] = self.prices.move * min(before, self.people[u])
        return found

    @cached_property
    def stays(self) -> Floats:
        """Share of a unit up to which people on a floor need not move (U, F)."""
        found = np.zeros((len(self.units), len(self.floors)))
        for unit, on in people_today(self.scenario).items():
            for floor, before in on.items():
                if unit in self.units and floor in self.floors and before > 0:
                    u = self.units[unit]
                    found[u, self.floors[floor]] = float(before) / self.people[u]
        return found

    @cached_property
    def open_cost(self) -> Floats:
        """Cost of each floor in use (F)."""
        prices = [floor.open_price for floor in self.scenario.floors]
        desks = [self.layout.desks(floor) for floor in self.floors]
        by_desk = self.prices.open_desk
        found = [by_desk * d if p is None else p for p, d in zip(prices, desks, strict=True)]
        return np.array(found, float)

    @cached_property
    def whole_costs(self) -> Floats:
        """What each unit pays by itself, all of it on a floor; infinite if it cannot (U, F)."""
        rate = self.prices.move * self.people[:, None]
        found = self.placement + self.leaving[:, None] - rate * np.minimum(self.stays, 1.0)
        found += np.outer(np.diag(self.trips) / 2, np.diag(self.minutes))
        found[~self.allowed | (self.demand[:, None] > self.capacity)] = np.inf
        return found
