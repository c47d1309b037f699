"""Walking as sums over groups of units, so that a transfer's change costs a few look-ups.

Every kind of trips is a form ``c · (Σ α(u) s(u)) · minutes · (Σ β(v) s(v))`` between two weighted
sums of units, here called fields. A field's value at a place is how many weighted minutes its
units are away from there. Trips are read from the scenario group by group: the pairs of units
would grow with the square of an organisation.

References
----------
Taillard (1991), Robust taboo search for the quadratic assignment problem, Parallel Computing 17:
changes of a quadratic objective from stored sums.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from allocator.scenario.types import TRIPS_BY_CLOSENESS, Affinity
from allocator.search.case import Case

Weights = dict[int, float]


@dataclass(frozen=True)
class Fields:
    """Who walks to whom. U units, V fields.

    Attributes
    ----------
    linear : (U)
        Fields that a unit's walking depends on, and its trips a week to their weighted units.
    contributions : (U)
        Fields that a unit is part of, with its weight there.
    members : (V)
        Units of each field: the partners to sit near.
    own : (U)
        Trips inside a unit, less what its groups count of it with itself.
    quadratic : (U)
        Trips that depend on a unit at both ends: the part of a change that is quadratic.
    """

    linear: list[Weights]
    contributions: list[Weights]
    members: list[list[int]]
    own: NDArray[np.float64]
    quadratic: NDArray[np.float64]


def fields_of(case: Case) -> Fields:
    """Return all trips of a case, those of the gravity model by group."""
    forms = _Forms(case)
    _units(forms)
    _parents(forms)
    _organisations(forms)
    _coordinators(forms)
    for row in case.scenario.affinities:
        _affinity(forms, row)
    return forms.fields_and_links()


class _Forms:
    """Fields and forms while they are gathered."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.rates = case.scenario.settings.trips
        self.people = case.people.tolist()
        units = len(self.people)
        self.fields: list[dict[int, float]] = []
        self.linear: list[defaultdict[int, float]] = [defaultdict(float) for _ in range(units)]
        self.pairs: list[defaultdict[int, float]] = [defaultdict(float) for _ in range(units)]
        self.own = np.zeros(units)
        self.quadratic = np.zeros(units)
        self.unit = {name: u for u, name in enumerate(case.unit_ids)}
        self.organisation = {name: o for o, name in enumerate(case.organisation_ids)}
        self.scope = [
            self.field({u: float(self.people[u]) for u in members}) for members in case.units_of
        ]
        """Field of each organisation, its units weighted by people."""
        self.alone: dict[int, int] = {}

    def field(self, weights: dict[int, float]) -> int:
        """Add a weighted sum of units and return its number."""
        self.fields.append(weights)
        return len(self.fields) - 1

    def field_of(self, unit: int) -> int:
        """Return the field of one unit."""
        if unit not in self.alone:
            self.alone[unit] = self.field({unit: 1.0})
        return self.alone[unit]

    def form(self, alpha: int, beta: int, trips: float) -> None:
        """Add trips between two fields, a field with itself allowed.

        Parameters
        ----------
        alpha, beta
            Numbers of the fields.
        trips
            A week, for each product of a weight of either.
        """
        for u, weight in self.fields[alpha].items():
            self.linear[u][beta] += trips * weight
            # A unit in both fields walks to itself by this form; the change of a move is quadratic
            # in that part.
            self.quadratic[u] += trips * weight * self.fields[beta].get(u, 0.0)
        for u, weight in self.fields[beta].items():
            self.linear[u][alpha] += trips * weight

    def inside(self, unit: int, trips: float) -> None:
        """Add trips inside a unit; fewer than 0 takes away what a form counts too much."""
        self.own[unit] += trips
        self.quadratic[unit] += trips

    def pair(self, a: int, b: int, trips: float) -> None:
        """Add trips between two units."""
        if a == b:
            self.inside(a, trips)
        else:
            self.pairs[a][b] += trips
            self.pairs[b][a] += trips

    def gravity(self, members: Iterable[int], rate: float) -> None:
        """Add trips within a group of units: rate · h_a · h_b · (1/(H − h_a) + 1/(H − h_b))."""
        heads = {u: float(self.people[u]) for u in members if self.people[u] > 0}
        total = sum(heads.values())
        if len(heads) < 2 or rate == 0:
            return
        # The formula of docs/explanation/objective.md in two factors: h / (H − h) of one end, h of
        # the other. Both orders of a pair give its two summands.
        share = {u: h / (total - h) for u, h in heads.items()}
        self.form(self.field(share), self.field(heads), rate)
        for u, h in heads.items():
            # The form counts each unit with itself, the formula does not.
            self.inside(u, -rate * share[u] * h)

    def fields_and_links(self) -> Fields:
        """Return the links and arrays, fields that nobody walks to left out.

        Partners of a unit in pairs are a field of its own, weighted by their trips.
        """
        for u, partners in enumerate(self.pairs):
            if partners:
                self.linear[u][self.field(dict(partners))] = 1.0
        walked_to = sorted({field for row in self.linear for field, w in row.items() if w})
        number = {field: i for i, field in enumerate(walked_to)}
        contributions: list[Weights] = [{} for _ in self.linear]
        for field in walked_to:
            for u, weight in self.fields[field].items():
                contributions[u][number[field]] = weight
        linear = [{number[v]: w for v, w in row.items() if w} for row in self.linear]
        members = [list(self.fields[field]) for field in walked_to]
        return Fields(linear, contributions, members, self.own, self.quadratic)


def _units(forms: _Forms) -> None:
    """Trips inside units."""
    for u, h in enumerate(forms.people):
        forms.inside(u, forms.rates.unit * h)


def _parents(forms: _Forms) -> None:
    """Trips to the other units of a parent."""
    for members in parent_groups(forms.case):
        forms.gravity(members, forms.rates.parent)


def parent_groups(case: Case) -> list[list[int]]:
    """Return the units of each parent, the unit that bears the parent's id among them."""
    unit = {name: u for u, name in enumerate(case.unit_ids)}
    groups: defaultdict[str, list[int]] = defaultdict(list)
    for u, row in enumerate(case.scenario.housed):
        if row.parent_id is not None:
            groups[row.parent_id].append(u)
    for parent, members in groups.items():
        head = unit.get(parent)
        if head is not None and head not in members:
            members.append(head)
    return list(groups.values())


def _organisations(forms: _Forms) -> None:
    """Trips to the other units of an organisation."""
    for members in forms.case.units_of:
        forms.gravity(members, forms.rates.organisation)


def _coordinators(forms: _Forms) -> None:
    """Trips of organisations to their coordinating ministry, and to those it also coordinates."""
    groups: defaultdict[str, list[int]] = defaultdict(list)
    for name, coordinator in forms.case.scenario.coordinator_of.items():
        o = forms.organisation.get(name)
        if o is not None and name != coordinator and forms.case.headcount_of[o] > 0:
            groups[coordinator].append(o)
    for coordinator, members in groups.items():
        heads = forms.field(
            {u: float(forms.people[u]) for o in members for u in forms.case.units_of[o]}
        )
        _to_coordinator(forms, heads, forms.organisation.get(coordinator))
        _between_siblings(forms, heads, members)


def _to_coordinator(forms: _Forms, heads: int, coordinator: int | None) -> None:
    """Add trips of organisations to their coordinator, if it has people here."""
    people = 0 if coordinator is None else int(forms.case.headcount_of[coordinator])
    if coordinator is not None and people > 0:
        forms.form(heads, forms.scope[coordinator], forms.rates.coordinator / people)


def _between_siblings(forms: _Forms, heads: int, members: Sequence[int]) -> None:
    """Add trips among organisations with one coordinator."""
    people = {o: float(forms.case.headcount_of[o]) for o in members}
    total = sum(people.values())
    rate = forms.rates.siblings
    if len(members) < 2 or rate == 0:
        return
    share = {o: 1 / (total - people[o]) for o in members}
    weights = {u: share[o] * forms.people[u] for o in members for u in forms.case.units_of[o]}
    forms.form(forms.field(weights), heads, rate)
    for o in members:
        # Likewise of each organisation with itself.
        forms.form(forms.scope[o], forms.scope[o], -rate * share[o])


def _affinity(forms: _Forms, row: Affinity) -> None:
    """Trips of a row of affinities."""
    a, people_a = _body(forms, row.a)
    b, people_b = _body(forms, row.b)
    if not people_a or not people_b:
        return
    if row.closeness is not None:
        trips = TRIPS_BY_CLOSENESS[row.closeness] * min(people_a, people_b)
    else:
        trips = row.trips_per_week or 0.0
    if row.a in forms.unit and row.b in forms.unit:
        forms.pair(a, b, trips)
        return
    # Fields of organisations are weighted by people, those of units by 1: trips are for the whole
    # of either.
    people = (1 if row.a in forms.unit else people_a) * (1 if row.b in forms.unit else people_b)
    forms.form(_field(forms, row.a, a), _field(forms, row.b, b), trips / people)


def _body(forms: _Forms, name: str) -> tuple[int, int]:
    """Return number and people of a unit or organisation; of one name the unit comes first."""
    if name in forms.unit:
        return forms.unit[name], forms.people[forms.unit[name]]
    o = forms.organisation.get(name)
    return (-1, 0) if o is None else (o, int(forms.case.headcount_of[o]))


def _field(forms: _Forms, name: str, body: int) -> int:
    """Return the field of a unit or organisation that has a name."""
    return forms.field_of(body) if name in forms.unit else forms.scope[body]
