"""Trips a week between bodies, for the search: the gravity model and `affinities` in one list.

The checker has its own. Bodies are the housed units, then the organisations.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from allocator.scenario.settings import TripKind
from allocator.scenario.types import TRIPS_BY_CLOSENESS, Affinity, Scenario

Pair = tuple[int, int]


@dataclass(frozen=True)
class TripTable:
    """Trips a week between two bodies, each pair once.

    Attributes
    ----------
    a, b
        Indices of bodies (P), a ≤ b: below `units` a housed unit, else an organisation.
    per_week
        Trips a week (P), all above 0.
    units
        How many bodies are units.
    """

    a: NDArray[np.int64]
    b: NDArray[np.int64]
    per_week: NDArray[np.float64]
    units: int


def trip_table(scenario: Scenario, kinds: Iterable[TripKind] = TripKind) -> TripTable:
    """Return trips of a scenario, of some kinds: inside units, between them, and organisations.

    Parameters
    ----------
    kinds
        All by default; fewer where each kind is priced or bounded by itself.
    """
    bodies = _Bodies(scenario)
    trips: defaultdict[Pair, float] = defaultdict(float)
    for kind in kinds:
        for a, b, amount in _SOURCES[kind](scenario, bodies):
            # One entry for each pair: a trip takes as long in either direction.
            trips[min(a, b), max(a, b)] += amount
    rows = [(a, b, amount) for (a, b), amount in sorted(trips.items()) if amount > 0]
    return TripTable(
        a=np.array([row[0] for row in rows], np.int64),
        b=np.array([row[1] for row in rows], np.int64),
        per_week=np.array([row[2] for row in rows], np.float64),
        units=bodies.units,
    )


Trips = Iterator[tuple[int, int, float]]


class _Bodies:
    """Indices and headcounts of units and organisations."""

    def __init__(self, scenario: Scenario) -> None:
        housed = scenario.housed
        self.units = len(housed)
        self.unit = {unit.unit_id: i for i, unit in enumerate(housed)}
        names = dict.fromkeys(unit.organisation_id for unit in housed)
        self.organisation = {name: self.units + i for i, name in enumerate(names)}
        self.people = [unit.headcount for unit in housed] + [0] * len(names)
        for unit in housed:
            self.people[self.organisation[unit.organisation_id]] += unit.headcount

    def find(self, body: str) -> int | None:
        """Return the index of a unit or an organisation, None for one that has no people."""
        return self.unit.get(body, self.organisation.get(body))


def _pairs(members: Sequence[int], people: Sequence[int], rate: float) -> Trips:
    """Yield trips of a group spread in proportion to headcounts: rate · h_a · h_b · (1/…+1/…).

    Each body makes `rate` trips for each of its people to all others of the group; a pair has
    those of both directions (docs/explanation/objective.md).
    """
    # A body without people makes no trips, and one alone has nobody to visit.
    present = [member for member in members if people[member] > 0]
    total = sum(people[member] for member in present)
    for i, a in enumerate(present):
        for b in present[i + 1 :]:
            h_a, h_b = people[a], people[b]
            yield a, b, rate * h_a * h_b * (1 / (total - h_a) + 1 / (total - h_b))


def _inside_units(scenario: Scenario, bodies: _Bodies) -> Trips:
    """Yield the trips inside each unit."""
    rate = scenario.settings.trips.unit
    for i in range(bodies.units):
        yield i, i, rate * bodies.people[i]


def _organisations(scenario: Scenario, bodies: _Bodies) -> Trips:
    """Yield the trips between the units of each organisation."""
    organisations: defaultdict[str, list[int]] = defaultdict(list)
    for i, unit in enumerate(scenario.housed):
        organisations[unit.organisation_id].append(i)
    for members in organisations.values():
        yield from _pairs(members, bodies.people, scenario.settings.trips.organisation)


def _parents(scenario: Scenario, bodies: _Bodies) -> Trips:
    """Yield the trips between the units of each parent.

    Where a unit bears the parent's id it is one of them, though it does not name itself.
    """
    parents: defaultdict[str, list[int]] = defaultdict(list)
    for i, unit in enumerate(scenario.housed):
        if unit.parent_id is not None:
            parents[unit.parent_id].append(i)
    for parent, members in parents.items():
        head = bodies.unit.get(parent)
        if head is not None and head not in members:
            members.append(head)
        yield from _pairs(members, bodies.people, scenario.settings.trips.parent)


def _coordinators(scenario: Scenario, bodies: _Bodies) -> Trips:
    """Yield the trips of each organisation to its coordinator, if that has people."""
    rate = scenario.settings.trips.coordinator
    for organisation, coordinator in scenario.coordinator_of.items():
        a, b = bodies.organisation.get(organisation), bodies.organisation.get(coordinator)
        # A coordinator is a label first: often there is no such organisation to walk to.
        if a is not None and b is not None and a != b and bodies.people[b] > 0:
            yield a, b, rate * bodies.people[a]


def _siblings(scenario: Scenario, bodies: _Bodies) -> Trips:
    """Yield the trips between organisations with the same coordinator."""
    groups: defaultdict[str, list[int]] = defaultdict(list)
    for organisation, coordinator in scenario.coordinator_of.items():
        member = bodies.organisation.get(organisation)
        if member is not None and organisation != coordinator:
            groups[coordinator].append(member)
    for members in groups.values():
        yield from _pairs(members, bodies.people, scenario.settings.trips.siblings)


def _affinities(scenario: Scenario, bodies: _Bodies) -> Trips:
    """Yield the trips of the rows of `affinities`; those of bodies without people do nothing."""
    for row in scenario.affinities:
        a, b = bodies.find(row.a), bodies.find(row.b)
        if a is not None and b is not None:
            yield a, b, _trips_of(row, min(bodies.people[a], bodies.people[b]))


def _trips_of(row: Affinity, smaller_headcount: int) -> float:
    """Return the trips a week of a row; closeness goes by the smaller of the two."""
    if row.closeness is not None:
        return TRIPS_BY_CLOSENESS[row.closeness] * smaller_headcount
    return row.trips_per_week or 0.0


_SOURCES: dict[TripKind, Callable[[Scenario, _Bodies], Trips]] = {
    TripKind.UNIT: _inside_units,
    TripKind.PARENT: _parents,
    TripKind.ORGANISATION: _organisations,
    TripKind.COORDINATOR: _coordinators,
    TripKind.SIBLINGS: _siblings,
    TripKind.AFFINITY: _affinities,
}
