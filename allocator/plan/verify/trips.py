"""How often people go where: trips a week between bodies. How far they walk is not here.

A body is a unit or an organisation. docs/explanation/objective.md has the formulas.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import NamedTuple

from allocator.plan.verify.given_plan import GivenPlan
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


def trips(plan: GivenPlan) -> Iterator[Trips]:
    """Yield all trips: the gravity model's and those of the affinities.

    Between the same two bodies there may be several. For a large organisation these are many:
    `groups` keeps them together where sums will do.
    """
    yield from named_trips(plan)
    for group in groups(plan):
        yield from within(group)


def named_trips(plan: GivenPlan) -> Iterator[Trips]:
    """Return the trips whose ends are named: those that no group makes."""
    rates, people = plan.scenario.settings.trips, headcounts(plan)
    for unit in plan.housed:
        yield Trips(unit, unit, rates.unit * people[unit], TripKind.UNIT)
    yield from to_coordinators(plan)
    yield from of_affinities(plan)


def groups(plan: GivenPlan) -> Iterator[Group]:
    """Return units of one parent, units of one organisation, organisations of one coordinator."""
    rates, people = plan.scenario.settings.trips, headcounts(plan)
    for members in parent_groups(plan):
        yield Group(members, rates.parent, TripKind.PARENT)
    for units in plan.units_by_organisation.values():
        members = {unit: people[unit] for unit in units if people[unit]}
        yield Group(members, rates.organisation, TripKind.ORGANISATION)
    for members in sibling_groups(plan):
        yield Group(members, rates.siblings, TripKind.SIBLINGS)


def headcounts(plan: GivenPlan) -> dict[str, int]:
    """Return the people of every unit and organisation; 0 without a headcount in force.

    A unit may bear the id of its organisation; then both have the same people.
    """
    # Units without people may be named in affinities, so they need an entry.
    found = dict.fromkeys(plan.organisation_of, 0)
    found |= {unit.unit_id: unit.headcount for unit in plan.scenario.housed}
    return found | {
        organisation: sum(found[unit] for unit in units)
        for organisation, units in plan.units_by_organisation.items()
    }


def within(group: Group) -> Iterator[Trips]:
    """Return the trips of a group: rate · h_a · h_b · (1/(H − h_a) + 1/(H − h_b)) a pair."""
    everybody = sum(group.people.values())
    for (a, people_a), (b, people_b) in combinations(group.people.items(), 2):
        inverse = 1 / (everybody - people_a) + 1 / (everybody - people_b)
        yield Trips(a, b, group.rate * people_a * people_b * inverse, group.kind)


def parent_groups(plan: GivenPlan) -> Iterator[dict[str, int]]:
    """Return for every parent_id its units and the unit of that id, with their headcounts."""
    labels: dict[str, dict[str, int]] = {}
    for unit in plan.scenario.housed:
        if unit.parent_id is not None and unit.headcount:
            labels.setdefault(unit.parent_id, {})[unit.unit_id] = unit.headcount
    for label, group in labels.items():
        parent = plan.housed.get(label)
        # The unit of that id heads the group, though its own parent is another.
        yield group | {label: parent.headcount} if parent and parent.headcount else group


def to_coordinators(plan: GivenPlan) -> Iterator[Trips]:
    """Return coordinator · h trips of each organisation to another that coordinates it."""
    rate, people = plan.scenario.settings.trips.coordinator, headcounts(plan)
    for organisation in plan.units_by_organisation:
        coordinator = plan.scenario.coordinator_of.get(organisation, organisation)
        # A coordinator that is not in this scenario, or has no people, is walked to by nobody.
        coordinates = coordinator in plan.units_by_organisation and people[coordinator] > 0
        if coordinates and coordinator != organisation:
            per_week = rate * people[organisation]
            yield Trips(organisation, coordinator, per_week, TripKind.COORDINATOR)


def sibling_groups(plan: GivenPlan) -> Iterator[dict[str, int]]:
    """Return for every coordinator_id the organisations that bear it, but not that one itself."""
    people = headcounts(plan)
    labels: dict[str, dict[str, int]] = {}
    for organisation in plan.units_by_organisation:
        label = plan.scenario.coordinator_of.get(organisation, organisation)
        if label != organisation and people[organisation]:
            labels.setdefault(label, {})[organisation] = people[organisation]
    yield from labels.values()


def of_affinities(plan: GivenPlan) -> Iterator[Trips]:
    """Yield the trips of the affinities; closeness counts per head of the smaller body."""
    people = headcounts(plan)
    for row in plan.scenario.affinities:
        yield Trips(row.a, row.b, _per_week(row, people), TripKind.AFFINITY)


def _per_week(row: Affinity, people: Headcounts) -> float:
    """Return the trips a week of a row of affinities."""
    if row.closeness is None:
        return row.trips_per_week or 0.0
    smaller = min(people.get(row.a, 0), people.get(row.b, 0))
    return TRIPS_BY_CLOSENESS[row.closeness] * smaller
