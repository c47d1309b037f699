"""Walking of a layout, exactly, and its pull on part of it, in numpy.

Walking is Σ trips · s_a′ M s_b over pairs of bodies, s being shares by floor and M the minutes.
An organisation's share is the headcount-weighted mean of its units', so every trip is in the end
one between units: walking = ½ Σ_uv Q_uv s_u′ M s_v with a symmetric Q.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from allocator.search.case import Case, Layout

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
        """Return the minutes walked a week."""
        if not len(self.case.trips.a):
            return 0.0
        share = self._shares(layout)
        used = np.flatnonzero(share.any(axis=0))
        share = share[:, used]
        trips = self.case.trips
        reach = share @ self.case.minutes[np.ix_(used, used)]
        return float(
            sum(
                trips.per_week[part]
                @ np.einsum("pf,pf->p", reach[trips.a[part]], share[trips.b[part]])
                for part in _parts(len(trips.a))
            )
        )

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


def _parts(count: int, size: int = 20_000) -> list[slice]:
    return [slice(start, start + size) for start in range(0, count, size)]
