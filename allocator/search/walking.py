"""Walking of a layout, exactly, and its pull on part of it, in numpy.

Walking is Σ trips · s_a′ M s_b over pairs of bodies, s being shares by floor and M the minutes.
An organisation's share is the headcount-weighted mean of its units', so every trip is in the end
one between units: walking = ½ Σ_uv Q_uv s_u′ M s_v with a symmetric Q. All of it goes by sums over
groups, as their pairs are too many in a country; parts of it by pairs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from allocator.search.case import Case, Layout
from allocator.search.local.walking import walks

Floats = NDArray[np.float64]


class Walking:
    """Trips of a case, by body, ready to be evaluated."""

    def __init__(self, case: Case) -> None:
        self.case = case
        trips = case.trips
        self.bodies = trips.units + len(case.organisation_ids)
        both_ways = trips.a != trips.b
        ends = np.concatenate([trips.a, trips.b[both_ways]])
        self._other = np.concatenate([trips.b, trips.a[both_ways]])
        weight = np.where(both_ways, trips.per_week, 2 * trips.per_week)
        self._trips = np.concatenate([weight, trips.per_week[both_ways]])
        order = np.argsort(ends, kind="stable")
        self._other, self._trips = self._other[order], self._trips[order]
        self._start = np.searchsorted(ends[order], np.arange(self.bodies + 1))
        people = case.headcount_of[case.organisation]
        self._weight = np.divide(
            case.people, people, out=np.zeros(len(case.people)), where=people > 0
        )

    def minutes(self, layout: Layout) -> float:
        """Return the minutes walked a week: half of what all desks feel from where they are."""
        if not len(self.case.trips.a) or not layout:
            return 0.0
        cells = np.array(sorted(layout), np.int64)
        unit, floor = cells[:, 0], cells[:, 1]
        share = np.array([layout[u, f] for u, f in cells.tolist()]) / self.case.demand[unit]
        used, at = np.unique(floor, return_inverse=True)
        minutes = self.case.minutes[np.ix_(used, used)]
        felt = 0.0
        if self._sums.fields:
            of_field = np.zeros((self._sums.fields, len(used)))
            cell, link = _joined(unit, self._sums.feeds.start)
            field = self._sums.feeds.to[link], at[cell]
            np.add.at(of_field, field, share[cell] * self._sums.feeds.weight[link])
            reach = of_field @ minutes
            cell, link = _joined(unit, self._sums.feels.start)
            trips = share[cell] * self._sums.feels.weight[link]
            felt += float(trips @ reach[self._sums.feels.to[link], at[cell]])
        first = np.searchsorted(unit, np.arange(len(self.case.unit_ids) + 1))
        cell, link = _joined(unit, self._sums.pairs.start)
        one, other = _joined(self._sums.pairs.to[link], first)
        trips = share[cell[one]] * share[other] * self._sums.pairs.weight[link[one]]
        return 0.5 * (felt + float(trips @ minutes[at[cell[one]], at[other]]))

    @cached_property
    def _sums(self) -> _Sums:
        """Trips as sums over groups, and by pairs where they are of two units alone."""
        found = walks(self.case)
        pairs = [
            {**ties, u: 2 * own} if own else ties
            for u, (ties, own) in enumerate(zip(found.ties, found.own.tolist(), strict=True))
        ]
        return _Sums(len(found.members), _Links(found.feels), _Links(found.feeds), _Links(pairs))

    def pull(self, units: Sequence[int], floors: Sequence[int], layout: Layout) -> Floats:
        """Return minutes a week (units × floors) of a unit's trips, were all of it on the floor.

        Partners sit as in `layout`; what of the unit itself is in `layout` is a partner too.
        """
        bodies, member = self._bodies_of(units)
        near = [self._other[self._start[b] : self._start[b + 1]] for b in bodies]
        others = np.unique(np.concatenate(near)) if near else np.zeros(0, np.int64)
        share = self._shares(layout, others)
        used = np.flatnonzero(share.any(axis=0))
        reach = share[:, used] @ self.case.minutes[np.ix_(used, np.asarray(floors, np.int64))]
        of_body = np.zeros((len(bodies), len(floors)))
        for i, b in enumerate(bodies):
            rows = np.searchsorted(others, near[i])
            of_body[i] = self._trips[self._start[b] : self._start[b + 1]] @ reach[rows]
        return member @ of_body

    def between(self, units: Sequence[int]) -> Floats:
        """Return Q (units × units): trips a week, twice those inside a unit on the diagonal."""
        bodies, member = self._bodies_of(units)
        place = {int(b): i for i, b in enumerate(bodies)}
        table = np.zeros((len(bodies), len(bodies)))
        for i, b in enumerate(bodies):
            span = slice(self._start[b], self._start[b + 1])
            for other, trips in zip(self._other[span], self._trips[span], strict=True):
                j = place.get(int(other))
                if j is not None:
                    table[i, j] += trips
        return member @ table @ member.T

    def _bodies_of(self, units: Sequence[int]) -> tuple[NDArray[np.int64], Floats]:
        """Bodies that the units are or belong to, and each unit's part in them."""
        unit = np.asarray(units, np.int64)
        owner = self.case.trips.units + self.case.organisation[unit]
        bodies = np.unique(np.concatenate([unit, owner]))
        member = np.zeros((len(unit), len(bodies)))
        rows = np.arange(len(unit))
        member[rows, np.searchsorted(bodies, unit)] = 1.0
        member[rows, np.searchsorted(bodies, owner)] += self._weight[unit]
        return bodies, member

    def _shares(self, layout: Layout, bodies: NDArray[np.int64] | None = None) -> Floats:
        """Shares by floor of all bodies, or of some."""
        case = self.case
        count = self.bodies if bodies is None else len(bodies)
        row = np.full(self.bodies, -1)
        row[np.arange(self.bodies) if bodies is None else bodies] = np.arange(count)
        share = np.zeros((count, len(case.floor_ids)))
        if not layout:
            return share
        cells = np.array(list(layout.keys()), np.int64)
        unit, floor = cells[:, 0], cells[:, 1]
        part = np.fromiter(layout.values(), float, len(layout)) / case.demand[unit]
        for owner, value in (
            (row[unit], part),
            (row[case.trips.units + case.organisation[unit]], part * self._weight[unit]),
        ):
            known = owner >= 0
            np.add.at(share, (owner[known], floor[known]), value[known])
        return share


class _Links:
    """Numbered things that each unit points at, with weights, as three arrays."""

    def __init__(self, rows: Sequence[Mapping[int, float]]) -> None:
        self.start = np.cumsum([0, *map(len, rows)])
        self.to = np.array([to for row in rows for to in row], np.int64)
        self.weight = np.array([weight for row in rows for weight in row.values()], float)


@dataclass(frozen=True)
class _Sums:
    """How many fields there are, what units feel of them and feed them, and pairs of units."""

    fields: int
    feels: _Links
    feeds: _Links
    pairs: _Links


def _joined(
    rows: NDArray[np.int64], start: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return each row's position and what it points at, once for each that it points at."""
    count = start[rows + 1] - start[rows]
    position = np.repeat(np.arange(len(rows)), count)
    step = np.arange(len(position)) - np.repeat(np.cumsum(count) - count, count)
    return position, start[rows][position] + step
