"""Walking of a layout, exactly, and its gradient, in numpy.

Walking is Σ trips · s_a′ M s_b over pairs of units or organisations, s being shares by floor and M
the minutes. An organisation's share is the headcount-weighted mean of its units', so every trip is
in the end one between units: W = ½ Σ_uv Q_uv s_u′ M s_v with a symmetric Q. Pairs are too many in
a country, so that Q = L C + 2 D is kept by `fields`: L (units × fields) are trips to a weighted
sum of units, C (fields × units) what each unit counts for in it, D trips inside units.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from allocator.search.case import Case, Layout
from allocator.search.fields import fields_of
from allocator.search.kernels.annealing import Reals, Whole
from allocator.search.kernels.links import Links, links

ROUNDING = 1e-9
"""Trips a week that are left by rounding where sums over groups cancel."""
Shares = Sequence[Mapping[int, float]]
"""Shares by floor of each unit."""


class WalkingTime:
    """Trips of a case. U units, F floors, V fields."""

    def __init__(self, case: Case) -> None:
        self.case = case
        found = fields_of(case)
        self.fields = len(found.members)
        self._linear, self._contributions = links(found.linear), links(found.contributions)
        self._inside = 2 * found.own

    def minutes(self, layout: Layout) -> float:
        """Return the minutes walked a week: half of what the gradient comes to where desks are.

        Exact for units on several floors; desks without a place walk nowhere.
        """
        if not layout:
            return 0.0
        unit, floor, share = self._cells(layout)
        used, at = np.unique(floor, return_inverse=True)
        minutes = self.case.minutes[np.ix_(used, used)]
        # Over floors in use alone, piece by piece: pairs of units would take a second in a
        # country.
        cell, link = _joined(unit, self._linear.start)
        trips = share[cell] * self._linear.weight[link]
        loads = np.zeros((self.fields, len(used)))
        self.add(loads, unit, at, share)
        to_fields = float(trips @ (loads @ minutes)[self._linear.to[link], at[cell]])
        first = np.searchsorted(unit, np.arange(len(self.case.unit_ids) + 1))
        one, other = _joined(unit, first)
        trips = share[one] * share[other] * self._inside[unit[one]]
        return 0.5 * (to_fields + float(trips @ minutes[at[one], at[other]]))

    def add(self, loads: Reals, unit: Whole, floor: Whole, share: Reals) -> None:
        """Add shares of units on floors to what fields have there (V, F)."""
        cell, link = _joined(unit, self._contributions.start)
        weight = share[cell] * self._contributions.weight[link]
        np.add.at(loads, (self._contributions.to[link], floor[cell]), weight)

    def loads(self, layout: Layout) -> Reals:
        """Return what fields have on each floor (V, F)."""
        found = np.zeros((self.fields, len(self.case.floor_ids)))
        if layout:
            self.add(found, *self._cells(layout))
        return found

    def gradient(
        self, units: Sequence[int], floors: Sequence[int], loads: Reals, shares: Shares
    ) -> Reals:
        """Return minutes a week (units × floors) of a unit's trips, were all of it on the floor.

        Parameters
        ----------
        loads : (V, F)
            Where partners sit, as `loads` returns it.
        shares
            Where each of the units sits itself.
        """
        minutes = self.case.minutes[:, np.asarray(floors, np.int64)]
        linear, used = _table(self._linear, units)
        found = linear @ (loads[used] @ minutes)
        for i, (u, own) in enumerate(zip(units, shares, strict=True)):
            for f, share in own.items():
                found[i] += self._inside[u] * share * minutes[f]
        return found

    def between(self, units: Sequence[int]) -> Reals:
        """Return Q (units × units): trips a week, twice those inside a unit on the diagonal."""
        linear, used = _table(self._linear, units)
        counted, of = _table(self._contributions, units)
        _, here, there = np.intersect1d(used, of, assume_unique=True, return_indices=True)
        table: Reals = linear[:, here] @ counted[:, there].T
        table[np.diag_indices(len(units))] += self._inside[np.asarray(units, np.int64)]
        # Forms count a unit with itself and take that away again; what is left of it would look
        # like trips.
        table[np.abs(table) < ROUNDING] = 0.0
        return table

    def _cells(self, layout: Layout) -> tuple[Whole, Whole, Reals]:
        """Return unit, floor and share of every piece, by unit."""
        cells = np.array(sorted(layout), np.int64)
        unit, floor = cells[:, 0], cells[:, 1]
        desks = np.array([layout[u, f] for u, f in cells.tolist()])
        return unit, floor, desks / self.case.demand[unit]


def _table(rows: Links, units: Sequence[int]) -> tuple[Reals, Whole]:
    """Return the weights of some rows (units × things they point at), and those things."""
    row, link = _joined(np.asarray(units, np.int64), rows.start)
    used, column = np.unique(rows.to[link], return_inverse=True)
    found = np.zeros((len(units), len(used)))
    found[row, column] = rows.weight[link]
    return found, used


def _joined(rows: Whole, start: Whole) -> tuple[Whole, Whole]:
    """Return each row's position and what it points at, once for each that it points at.

    Parameters
    ----------
    rows
        Numbers of rows, which may repeat.
    start
        Where the links of every row begin; see `kernels.links`.
    """
    count = start[rows + 1] - start[rows]
    position = np.repeat(np.arange(len(rows)), count)
    step = np.arange(len(position)) - np.repeat(np.cumsum(count) - count, count)
    return position, start[rows][position] + step
