"""Walking of a layout, exactly, and its pull on part of it, in numpy.

Walking is Σ trips · s_a′ M s_b over pairs of bodies, s being shares by floor and M the minutes.
An organisation's share is the headcount-weighted mean of its units', so every trip is in the end
one between units: walking = ½ Σ_uv Q_uv s_u′ M s_v with a symmetric Q. It goes by sums over
groups, as their pairs are too many in a country.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from allocator.search.case import Case, Layout
from allocator.search.local.walking import walks

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
ROUNDING = 1e-9
"""Trips a week that are left by rounding where sums over groups cancel."""


class Walking:
    """Trips of a case as sums over groups of units, and by pairs where two units alone make them.

    Q = F G + P: F (units × fields) is what a unit's walking feels of each field, G (fields ×
    units) what it feeds to it, P its trips with single units and, on the diagonal, twice those
    inside it.
    """

    def __init__(self, case: Case) -> None:
        self.case = case
        found = walks(case)
        pairs = [
            {**ties, u: 2 * own} if own else ties
            for u, (ties, own) in enumerate(zip(found.ties, found.own.tolist(), strict=True))
        ]
        self._fields = len(found.members)
        self._feels, self._feeds = _Links(found.feels), _Links(found.feeds)
        self._pairs = _Links(pairs)

    def minutes(self, layout: Layout) -> float:
        """Return the minutes walked a week: half of what all desks feel from where they are."""
        if not layout:
            return 0.0
        unit, floor, share = self._cells(layout)
        used, at = np.unique(floor, return_inverse=True)
        minutes = self.case.minutes[np.ix_(used, used)]
        cell, link = _joined(unit, self._feels.start)
        trips = share[cell] * self._feels.weight[link]
        reach = self._of_fields(unit, at, share, len(used)) @ minutes
        felt = float(trips @ reach[self._feels.to[link], at[cell]])
        first = np.searchsorted(unit, np.arange(len(self.case.unit_ids) + 1))
        cell, link = _joined(unit, self._pairs.start)
        one, other = _joined(self._pairs.to[link], first)
        trips = share[cell[one]] * share[other] * self._pairs.weight[link[one]]
        return 0.5 * (felt + float(trips @ minutes[at[cell[one]], at[other]]))

    def pull(self, units: Sequence[int], floors: Sequence[int], layout: Layout) -> Floats:
        """Return minutes a week (units × floors) of a unit's trips, were all of it on the floor.

        Partners sit as in `layout`; what of the unit itself is in `layout` is a partner too.
        """
        found = np.zeros((len(units), len(floors)))
        if not layout:
            return found
        unit, floor, share = self._cells(layout)
        used, at = np.unique(floor, return_inverse=True)
        minutes = self.case.minutes[np.ix_(used, np.asarray(floors, np.int64))]
        of_fields = self._of_fields(unit, at, share, len(used))
        first = np.searchsorted(unit, np.arange(len(self.case.unit_ids) + 1))
        for i, u in enumerate(units):
            felt = self._feels.of(u)
            partners = self._feels.weight[felt] @ of_fields[self._feels.to[felt]]
            tied = self._pairs.of(u)
            for v, trips in zip(self._pairs.to[tied], self._pairs.weight[tied], strict=True):
                cells = slice(first[v], first[v + 1])
                np.add.at(partners, at[cells], trips * share[cells])
            found[i] = partners @ minutes
        return found

    def between(self, units: Sequence[int]) -> Floats:
        """Return Q (units × units): trips a week, twice those inside a unit on the diagonal."""
        place = np.full(len(self.case.unit_ids), -1)
        place[np.asarray(units, np.int64)] = np.arange(len(units))
        feels, feeds = np.zeros((2, len(units), self._fields))
        table = np.zeros((len(units), len(units)))
        for i, u in enumerate(units):
            felt, fed, tied = self._feels.of(u), self._feeds.of(u), self._pairs.of(u)
            feels[i, self._feels.to[felt]] = self._feels.weight[felt]
            feeds[i, self._feeds.to[fed]] = self._feeds.weight[fed]
            other = place[self._pairs.to[tied]]
            table[i, other[other >= 0]] = self._pairs.weight[tied][other >= 0]
        table += feels @ feeds.T
        table[np.abs(table) < ROUNDING] = 0.0
        return table

    def _cells(self, layout: Layout) -> tuple[Whole, Whole, Floats]:
        """Return unit, floor and share of every piece, by unit."""
        cells = np.array(sorted(layout), np.int64)
        unit, floor = cells[:, 0], cells[:, 1]
        desks = np.array([layout[u, f] for u, f in cells.tolist()])
        return unit, floor, desks / self.case.demand[unit]

    def _of_fields(self, unit: Whole, at: Whole, share: Floats, floors: int) -> Floats:
        """Return the weighted units of each field on each floor (fields × floors)."""
        found = np.zeros((self._fields, floors))
        cell, link = _joined(unit, self._feeds.start)
        np.add.at(found, (self._feeds.to[link], at[cell]), share[cell] * self._feeds.weight[link])
        return found


class _Links:
    """Numbered things that each unit points at, with weights, as three arrays."""

    def __init__(self, rows: Sequence[Mapping[int, float]]) -> None:
        self.start = np.cumsum([0, *map(len, rows)])
        self.to = np.array([to for row in rows for to in row], np.int64)
        self.weight = np.array([weight for row in rows for weight in row.values()], float)

    def of(self, unit: int) -> slice:
        """Return where the links of a unit are."""
        return slice(int(self.start[unit]), int(self.start[unit + 1]))


def _joined(
    rows: NDArray[np.int64], start: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return each row's position and what it points at, once for each that it points at."""
    count = start[rows + 1] - start[rows]
    position = np.repeat(np.arange(len(rows)), count)
    step = np.arange(len(position)) - np.repeat(np.cumsum(count) - count, count)
    return position, start[rows][position] + step
