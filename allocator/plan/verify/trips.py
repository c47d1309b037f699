"""How often people go where: trips a week between bodies. How far they walk is not here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import NamedTuple

from allocator.plan.verify.layout import Layout
from allocator.scenario.settings import TripKind
from allocator.scenario.types import TRIPS_BY_CLOSENESS, Affinity

Headcounts = Mapping[str, int]


class Trips(NamedTuple):
    """Trips a week, one way each, between two bodies; inside the body where a = b."""

    a: str
    b: str
    per_week: float
    kind: TripKind


def trips(layout: Layout) -> Iterator[Trips]:
    """Return all trips: the gravity model's and those of the affinities.

    Between the same two bodies there may be several.
    """
    rates = layout.scenario.settings.trips
    people = headcounts(layout)
    for unit in layout.housed:
        yield Trips(unit, unit, rates.unit * people[unit], TripKind.UNIT)
    for group in parent_groups(layout):
        yield from within(group, rates.parent, TripKind.PARENT)
    for units in layout.units_by_organisation.values():
        group = {unit: people[unit] for unit in units if people[unit]}
        yield from within(group, rates.organisation, TripKind.ORGANISATION)
    yield from to_coordinators(layout)
    for group in sibling_groups(layout):
        yield from within(group, rates.siblings, TripKind.SIBLINGS)
    yield from of_affinities(layout)


def headcounts(layout: Layout) -> dict[str, int]:
    """Return the people of every unit and organisation; 0 without a headcount in force."""
    found = dict.fromkeys(layout.organisation_of, 0)
    found |= {unit.unit_id: unit.headcount for unit in layout.scenario.housed}
    return found | {
        organisation: sum(found[unit] for unit in units)
        for organisation, units in layout.units_by_organisation.items()
    }


def within(group: Headcounts, rate: float, kind: TripKind) -> Iterator[Trips]:
    """Return the trips of a group whose members each make rate · h trips to the others.

    They are spread by headcount: rate · h_a · h_b · (1/(H − h_a) + 1/(H − h_b)) for each pair.
    All headcounts are above 0. A group with one member makes none.
    """
    everybody = sum(group.values())
    for (a, people_a), (b, people_b) in combinations(group.items(), 2):
        inverse = 1 / (everybody - people_a) + 1 / (everybody - people_b)
        yield Trips(a, b, rate * people_a * people_b * inverse, kind)


def parent_groups(layout: Layout) -> Iterator[dict[str, int]]:
    """Return for every parent_id its units and the unit of that id, with their headcounts."""
    labels: dict[str, dict[str, int]] = {}
    for unit in layout.scenario.housed:
        if unit.parent_id is not None and unit.headcount:
            labels.setdefault(unit.parent_id, {})[unit.unit_id] = unit.headcount
    for label, group in labels.items():
        parent = layout.housed.get(label)
        yield group | {label: parent.headcount} if parent and parent.headcount else group


def to_coordinators(layout: Layout) -> Iterator[Trips]:
    """Return coordinator · h trips of each organisation to another that coordinates it."""
    rate, people = layout.scenario.settings.trips.coordinator, headcounts(layout)
    for organisation in layout.units_by_organisation:
        coordinator = layout.scenario.coordinator_of.get(organisation, organisation)
        coordinates = coordinator in layout.units_by_organisation and people[coordinator] > 0
        if coordinates and coordinator != organisation:
            per_week = rate * people[organisation]
            yield Trips(organisation, coordinator, per_week, TripKind.COORDINATOR)


def sibling_groups(layout: Layout) -> Iterator[dict[str, int]]:
    """Return for every coordinator_id the organisations that bear it, but not that one itself."""
    people = headcounts(layout)
    labels: dict[str, dict[str, int]] = {}
    for organisation in layout.units_by_organisation:
        label = layout.scenario.coordinator_of.get(organisation, organisation)
        if label != organisation and people[organisation]:
            labels.setdefault(label, {})[organisation] = people[organisation]
    yield from labels.values()


def of_affinities(layout: Layout) -> Iterator[Trips]:
    """Return the trips of the affinities; closeness counts per head of the smaller body."""
    people = headcounts(layout)
    for row in layout.scenario.affinities:
        yield Trips(row.a, row.b, _per_week(row, people), TripKind.AFFINITY)


def _per_week(row: Affinity, people: Headcounts) -> float:
    if row.closeness is None:
        return row.trips_per_week or 0.0
    smaller = min(people.get(row.a, 0), people.get(row.b, 0))
    return TRIPS_BY_CLOSENESS[row.closeness] * smaller
