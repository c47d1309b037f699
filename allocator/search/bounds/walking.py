"""Minutes walked, at the least, seen from a unit on a floor: what its partners can have at best.

Each pair of units is shared between its two ends. Seen from a unit a on floor f, the desks of its
partners b each carry ρ_b = trips / desks of b trips a week, and lie at some minutes from f. All
partners together can have at most the desks that floors have: the sum of ρ · minutes is least
when the heaviest desks take the nearest places (rearrangement; exact for this relaxation, a
transport problem with product costs). This is the inner problem of the bound of Gilmore and
Lawler. A unit on several floors is a mixture, Σ_f s(a, f) g(a, f): the quadratic term is at least
this linear one. The minutes may be any matrix: only their order from each floor is used.
It bounds the term of walking alone, and is part of the joint bound, which wins for countries.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from allocator.search.cancel import checkpoint
from allocator.search.case import Case, distinct_rows

SAME_DENSITY = 0.999
"""Partners whose trips a desk differ by less than this factor count as the lightest of them."""
LEAST_PART = 0.01
"""Least part of a pair that either end keeps, so that it still sees its partner."""
TABLE = 4_000_000
"""Entries of a table of minutes by desks and floor, at most."""
CONFINED = 0.5
"""Part of all desks: units that may use less are seen on their own floors only."""

Floats = NDArray[np.float64]


class Views:
    """What every unit walks at the least on every floor, and how pairs are shared between ends.

    Attributes
    ----------
    minutes : (U, F) float
        Σ_u Σ_f s(u, f) · minutes(u, f) ≤ minutes walked a week, in every plan in which all desks
        are placed, however the pairs are shared.
    """

    def __init__(self, case: Case) -> None:
        self.case = case
        self.partners = _Partners(case)
        self.views = [_View(case, units, floors) for units, floors in _classes(case)]
        self.minutes = self._minutes()

    @property
    def part(self) -> Floats:
        """Part of each pair (P) that its first end sees, 0..1; the second sees the rest."""
        return self.partners.part

    @part.setter
    def part(self, part: Floats) -> None:
        # An end that keeps nothing of a pair would not see it, nor ever lean towards it again.
        self.partners.part = np.clip(part, LEAST_PART, 1 - LEAST_PART)
        self.minutes = self._minutes()

    def lean(self, floor: NDArray[np.int64]) -> Floats:
        """Return towards which end each pair (P) leans, −1..1, the units being on these floors.

        Above 0 where the first end sees the second farther away than it is seen from there.
        """
        first, second = self.partners.from_either_end(self._mean_minutes, floor)
        both = first + second
        return np.divide(first - second, both, out=np.zeros(len(both)), where=both > 0)

    def _minutes(self) -> Floats:
        found = np.zeros(self.case.allowed.shape)
        for u in np.flatnonzero(self.case.demand).tolist():
            checkpoint()
            density = self.partners.trips_a_desk(u)
            for view in self.views:
                found[u] += view.least(density)
        return found

    def _mean_minutes(self, unit: int, floor: int) -> Floats:
        """Return the minutes (U) at which a unit on a floor would have each of its partners."""
        density = self.partners.trips_a_desk(unit)
        found = np.zeros(len(density))
        for view in self.views:
            view.place(density, floor, found)
        return found


def _classes(case: Case) -> Iterator[tuple[NDArray[np.int64], NDArray[np.bool_]]]:
    """Yield units in classes, each with the floors (F) that its units may use.

    Units confined to the same small part of all desks are a class; the others are one together.
    """
    placed = np.flatnonzero(case.demand > 0)
    # Each class has a table of its own, so only units with really few floors get one.
    confined = case.allowed @ case.capacity <= CONFINED * case.capacity.sum()
    free = placed[~confined[placed]]
    if free.size:
        yield free, np.ones(len(case.floor_ids), bool)
    kept = placed[confined[placed]]
    if kept.size:
        rows, class_of = distinct_rows(case.allowed[kept])
        for i, row in enumerate(rows):
            if row.any():
                yield kept[class_of == i], row


class _Partners:
    """Trips of each unit to every unit, by the trip table with organisations spread over units."""

    def __init__(self, case: Case) -> None:
        self.case = case
        trips, bodies = case.trips, case.trips.units + len(case.organisation_ids)
        ends = np.concatenate([trips.a, trips.b]), np.concatenate([trips.b, trips.a])
        order = np.argsort(ends[0], kind="stable")
        self.other = ends[1][order]
        self.row = np.tile(np.arange(len(trips.a)), 2)[order]
        self.first = (np.arange(2 * len(trips.a)) < len(trips.a))[order]
        self.part = np.full(len(trips.a), 0.5)
        self.start = np.searchsorted(ends[0][order], np.arange(bodies + 1))
        heads = case.headcount_of[case.organisation]
        self.weight = np.divide(
            case.people, heads, out=np.zeros(len(case.demand)), where=heads > 0
        )
        desks = np.maximum(case.demand, 1)
        self.a_desk = 1.0 / desks

    def trips_a_desk(self, unit: int) -> Floats:
        """Return the trips a week (U) that a desk of each unit carries, its part of each pair's.

        Trips inside the unit count once for either end, so in full.
        """
        units = self.case.trips.units
        bodies = np.zeros(len(self.start) - 1)
        for rows, weight in self._rows(unit):
            np.add.at(bodies, self.other[rows], weight * self._seen(rows))
        spread = bodies[:units] + self.weight * bodies[units:][self.case.organisation]
        return spread * self.a_desk

    def from_either_end(
        self, mean_minutes: Callable[[int, int], Floats], floor: NDArray[np.int64]
    ) -> tuple[Floats, Floats]:
        """Return the minutes (P, P) of each pair as seen from its first and from its second."""
        units, found = self.case.trips.units, np.zeros((2, len(self.part)))
        for u in np.flatnonzero(self.case.demand).tolist():
            checkpoint()
            seen = mean_minutes(u, int(floor[u]))
            whole = np.bincount(
                self.case.organisation,
                weights=self.weight * seen,
                minlength=len(self.start) - 1 - units,
            )
            bodies = np.concatenate([seen, whole])
            for rows, weight in self._rows(u):
                end = np.where(self.first[rows], 0, 1)
                np.add.at(found, (end, self.row[rows]), weight * bodies[self.other[rows]])
        return found[0], found[1]

    def _seen(self, rows: slice) -> Floats:
        """Return the trips a week of these rows that are seen from their end."""
        part = self.part[self.row[rows]]
        seen: Floats = np.where(self.first[rows], part, 1 - part)
        return seen * self.case.trips.per_week[self.row[rows]]

    def _rows(self, unit: int) -> Iterator[tuple[slice, float]]:
        """Yield the rows of the unit and those of its organisation, with its weight in them."""
        whole = self.case.trips.units + int(self.case.organisation[unit])
        for body, weight in ((unit, 1.0), (whole, float(self.weight[unit]))):
            yield slice(self.start[body], self.start[body + 1]), weight


class _View:
    """Minutes from every floor to the nearest desks of a class of units.

    The minutes of the first x desks are convex in x, so on a grid of x value and slope give a
    lower bound between.
    """

    def __init__(self, case: Case, units: NDArray[np.int64], floors: NDArray[np.bool_]) -> None:
        self.units = units
        self.desks = case.demand[units]
        most = int(self.desks.sum())
        # A grid of desks in a country: the table would not fit memory otherwise, and between two
        # points convexity gives a bound.
        self.step = 1 + most * len(case.floor_ids) // TABLE
        self.value, self.slope = _nearest(
            case.minutes[:, floors], case.capacity[floors], np.arange(0, most + 1, self.step)
        )

    def least(self, density: Floats) -> Floats:
        """Return the least minutes (F) of partners that carry so many trips a desk (U)."""
        units, rho, upto = self._heaviest(density)
        if not len(units):
            return np.zeros(self.value.shape[1])
        # Partners nearly alike count as the lightest of them. That loses little and spares most
        # rows.
        last = _density_classes(rho)
        rho, upto = rho[last], upto[last]
        fall = rho - np.append(rho[1:], 0.0)
        at, beyond = np.divmod(upto, self.step)
        found: Floats = fall @ self.value[at] + (fall * beyond) @ self.slope[at]
        return found

    def place(self, density: Floats, floor: int, minutes: Floats) -> None:
        """Fill in the mean minutes (U) from the floor to each partner, alike ones together."""
        units, rho, upto = self._heaviest(density)
        if len(units):
            last = _density_classes(rho)
            at, beyond = np.divmod(upto[last], self.step)
            spent = self.value[at, floor] + beyond * self.slope[at, floor]
            mean = np.diff(spent, prepend=0.0) / np.diff(upto[last], prepend=0)
            minutes[units] = np.repeat(mean, np.diff(last, prepend=-1))

    def _heaviest(self, density: Floats) -> tuple[NDArray[np.int64], Floats, NDArray[np.int64]]:
        """Return partners, heaviest first, their trips a desk, and desks up to and with each.

        Units without trips to the one that looks are left out.
        """
        rho = density[self.units]
        order = np.argsort(-rho, kind="stable")[: np.count_nonzero(rho)]
        return self.units[order], rho[order], np.cumsum(self.desks[order])


def _density_classes(rho: Floats) -> NDArray[np.int64]:
    """Return the last of each class of partners that carry nearly the same, heaviest first."""
    density_class = np.floor(np.log(rho / rho[0]) / np.log(SAME_DENSITY))
    return np.append(np.flatnonzero(np.diff(density_class)), len(rho) - 1)


def _nearest(
    minutes: Floats, capacity: NDArray[np.int64], grid: NDArray[np.int64]
) -> tuple[Floats, Floats]:
    """Return minutes to the nearest desks (grid × F) and minutes to the next one beyond."""
    order = np.argsort(minutes, axis=1, kind="stable")
    sorted_minutes = np.take_along_axis(minutes, order, axis=1)
    upto = np.cumsum(capacity[order], axis=1)
    value, slope = (np.empty((len(grid), len(minutes))) for _ in range(2))
    for f, (near, desks) in enumerate(zip(sorted_minutes, upto, strict=True)):
        checkpoint()
        # Desks beyond all floors count as on the farthest; no plan has any there.
        k = np.minimum(np.searchsorted(desks, grid, side="right"), len(near) - 1)
        spent = np.append(0.0, np.cumsum(near * np.diff(desks, prepend=0)))
        value[:, f] = spent[k] + near[k] * (grid - np.append(0, desks)[k])
        slope[:, f] = near[k]
    return value, slope
