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


class Group(NamedTuple):
    """Bodies whose people make rate · h trips to the others, spread by headcount.

    All headcounts are above 0. A group with one member makes none.
    """

    people: Headcounts
    rate: float
    kind: TripKind


def trips(layout: Layout) -> Iterator[Trips]:
    """Return all trips: the gravity model's and those of the affinities.

    Between the same two bodies there may be several.
    """
    yield from named_trips(layout)
    for group in groups(layout):
        yield from within(group)


def named_trips(layout: Layout) -> Iterator[Trips]:
    """Return the trips whose ends are named: those that no group makes."""
    rates, people = layout.scenario.settings.trips, headcounts(layout)
    for unit in layout.housed:
        yield Trips(unit, unit, rates.unit * people[unit], TripKind.UNIT)
    yield from to_coordinators(layout)
    yield from of_affinities(layout)


def groups(layout: Layout) -> Iterator[Group]:
    """Return units of one parent, units of one organisation, organisations of one coordinator."""
    rates, people = layout.scenario.settings.trips, headcounts(layout)
    for members in parent_groups(layout):
        yield Group(members, rates.parent, TripKind.PARENT)
    for units in layout.units_by_organisation.values():
        members = {unit: people[unit] for unit in units if people[unit]}
        yield Group(members, rates.organisation, TripKind.ORGANISATION)
    for members in sibling_groups(layout):
        yield Group(members, rates.siblings, TripKind.SIBLINGS)


def headcounts(layout: Layout) -> dict[str, int]:
    """Return the people of every unit and organisation; 0 without a headcount in force."""
    found = dict.fromkeys(layout.organisation_of, 0)
    found |= {unit.unit_id: unit.headcount for unit in layout.scenario.housed}
    return found | {
        organisation: sum(found[unit] for unit in units)
        for organisation, units in layout.units_by_organisation.items()
    }


def within(group: Group) -> Iterator[Trips]:
    """Return the trips of a group: rate · h_a · h_b · (1/(H − h_a) + 1/(H − h_b)) a pair."""
    everybody = sum(group.people.values())
    for (a, people_a), (b, people_b) in combinations(group.people.items(), 2):
        inverse = 1 / (everybody - people_a) + 1 / (everybody - people_b)
        yield Trips(a, b, group.rate * people_a * people_b * inverse, group.kind)


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
