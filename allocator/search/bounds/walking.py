"""Minutes walked, at the least, seen from a unit on a floor: what its partners can have at best.

Each pair of units is shared between its two ends. Seen from a unit a on floor f, the desks of its
partners b each carry ρ_b = trips / desks of b trips a week, and lie at some minutes from f. All
partners together can have at most the desks that floors have: the sum of ρ · minutes is least
when the heaviest desks take the nearest places (rearrangement; exact for this relaxation, a
transport problem with product costs). This is the inner problem of the bound of Gilmore and
Lawler. A unit on several floors is a mixture, Σ_f s(a, f) g(a, f): the quadratic term is at least
this linear one. The minutes may be any matrix: only their order from each floor is used.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from allocator.search.case import Case

BAND = 0.999
"""Partners whose trips a desk differ by less than this factor count as the lightest of them."""
TABLE = 4_000_000
"""Entries of a table of minutes by desks and floor, at most."""
CONFINED = 0.5
"""Part of all desks: units that may use less are seen on their own floors only."""

Floats = NDArray[np.float64]


def least_minutes(case: Case) -> Floats:
    """Return minutes a week (U × F) such that Σ_u Σ_f s(u, f) · minutes(u, f) ≤ minutes walked.

    It holds for every plan in which all desks are placed.
    """
    partners = _Partners(case)
    views = [_View(case, units, floors) for units, floors in _classes(case)]
    found = np.zeros(case.allowed.shape)
    for u in case.units:
        if case.demand[u]:
            density = partners.trips_a_desk(u)
            for view in views:
                found[u] += view.least(density)
    return found


def _classes(case: Case) -> Iterator[tuple[NDArray[np.int64], NDArray[np.bool_]]]:
    """Yield units in classes, each with the floors (F) that its units may use.

    Units confined to the same small part of all desks are a class; the others are one together.
    """
    placed = np.flatnonzero(case.demand > 0)
    confined = case.allowed @ case.capacity <= CONFINED * case.capacity.sum()
    free = placed[~confined[placed]]
    if free.size:
        yield free, np.ones(len(case.floor_ids), bool)
    kept = placed[confined[placed]]
    if kept.size:
        rows, class_of = np.unique(case.allowed[kept], axis=0, return_inverse=True)
        for i, row in enumerate(rows):
            yield kept[class_of.ravel() == i], row


class _Partners:
    """Trips of each unit to every unit, by the trip table with organisations spread over units."""

    def __init__(self, case: Case) -> None:
        self.case = case
        trips, bodies = case.trips, case.trips.units + len(case.organisation_ids)
        ends = np.concatenate([trips.a, trips.b]), np.concatenate([trips.b, trips.a])
        order = np.argsort(ends[0], kind="stable")
        self.other = ends[1][order]
        self.per_week = np.tile(trips.per_week, 2)[order]
        self.start = np.searchsorted(ends[0][order], np.arange(bodies + 1))
        heads = case.headcount_of[case.organisation]
        self.weight = np.divide(
            case.people, heads, out=np.zeros(len(case.demand)), where=heads > 0
        )
        desks = np.maximum(case.demand, 1)
        self.a_desk = 1.0 / desks

    def trips_a_desk(self, unit: int) -> Floats:
        """Return the trips a week (U) that a desk of each unit carries, half of each pair's.

        Trips inside the unit count twice here, once from either end.
        """
        units = self.case.trips.units
        owner = int(self.case.organisation[unit])
        bodies = np.zeros(len(self.start) - 1)
        for body, weight in ((unit, 1.0), (units + owner, float(self.weight[unit]))):
            rows = slice(self.start[body], self.start[body + 1])
            np.add.at(bodies, self.other[rows], weight * self.per_week[rows])
        spread = bodies[:units] + self.weight * bodies[units:][self.case.organisation]
        return spread * self.a_desk / 2


class _View:
    """Minutes from every floor to the nearest desks of a class of units.

    The minutes of the first x desks are convex in x, so on a grid of x value and slope give a
    lower bound between.
    """

    def __init__(self, case: Case, units: NDArray[np.int64], floors: NDArray[np.bool_]) -> None:
        self.units = units
        self.desks = case.demand[units]
        most = int(self.desks.sum())
        self.step = 1 + most * len(case.floor_ids) // TABLE
        self.value, self.slope = _nearest(
            case.minutes[:, floors], case.capacity[floors], np.arange(0, most + 1, self.step)
        )

    def least(self, density: Floats) -> Floats:
        """Return the least minutes (F) of partners that carry so many trips a desk (U)."""
        rho = density[self.units]
        heavy = np.flatnonzero(rho > 0)
        if not heavy.size:
            return np.zeros(self.value.shape[1])
        order = heavy[np.argsort(-rho[heavy], kind="stable")]
        rho, upto = _banded(rho[order], np.cumsum(self.desks[order]))
        fall = rho - np.append(rho[1:], 0.0)
        at, beyond = np.divmod(upto, self.step)
        found: Floats = fall @ self.value[at] + (fall * beyond) @ self.slope[at]
        return found


def _banded(rho: Floats, upto: NDArray[np.int64]) -> tuple[Floats, NDArray[np.int64]]:
    """Return trips a desk, heaviest first, and desks up to there, alike ones taken as one."""
    band = np.floor(np.log(rho / rho[0]) / np.log(BAND))
    last = np.append(np.flatnonzero(np.diff(band)), len(rho) - 1)
    return rho[last], upto[last]


def _nearest(
    minutes: Floats, capacity: NDArray[np.int64], grid: NDArray[np.int64]
) -> tuple[Floats, Floats]:
    """Return minutes to the nearest desks (grid × F) and minutes to the next one beyond."""
    order = np.argsort(minutes, axis=1, kind="stable")
    sorted_minutes = np.take_along_axis(minutes, order, axis=1)
    upto = np.cumsum(capacity[order], axis=1)
    value, slope = (np.empty((len(grid), len(minutes))) for _ in range(2))
    for f, (near, desks) in enumerate(zip(sorted_minutes, upto, strict=True)):
        k = np.minimum(np.searchsorted(desks, grid, side="right"), len(near) - 1)
        spent = np.append(0.0, np.cumsum(near * np.diff(desks, prepend=0)))
        value[:, f] = spent[k] + near[k] * (grid - np.append(0, desks)[k])
        slope[:, f] = near[k]
    return value, slope
