"""Minutes walked, at the least, by what the partners of each body can have at best.

Each pair of bodies is counted half from either end. Seen from a body a on floor f, the desks of
its partners b each carry ρ_b = trips / desks of b trips a week, and lie at some minutes from f.
All partners together can have at most the desks that floors have: the sum of ρ · minutes is least
when the heaviest desks take the nearest places (rearrangement; exact for this relaxation, a
transport problem with product costs). A body on several floors is a mixture, Σ_f s(a, f) g(a, f),
which is at least the least g(a, f). The minutes may be any matrix: only their order from each
floor is used.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from allocator.search.bounds.needed import Needed
from allocator.search.case import Case

Items = Sequence[tuple[float, int]]
"""Trips a desk, and desks, of each partner."""


def walking_minutes_at_least(case: Case, needed: Needed) -> float:
    """Return at most the least minutes walked a week; 0 where units may stay without desks."""
    if not needed.everyone:
        return 0.0
    return Nearest(case).minutes(range(len(case.trips.a)))


class Nearest:
    """Least minutes of trips, by the nearest desks of each floor."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.reach = _Reach(case)

    def minutes(self, rows: Iterable[int]) -> float:
        """Return at most the least minutes a week of those rows of the trip table."""
        trips = self.case.trips
        partners: defaultdict[int, list[tuple[int, float]]] = defaultdict(list)
        for row in rows:
            a, b, amount = int(trips.a[row]), int(trips.b[row]), float(trips.per_week[row])
            partners[a].append((b, amount))
            partners[b].append((a, amount))
        return sum(self._seen_from(a, others) for a, others in partners.items()) / 2

    def _seen_from(self, body: int, others: Sequence[tuple[int, float]]) -> float:
        """Return at most the least minutes of a body's trips. Trips inside it count twice here."""
        case = self.case
        members = [u for u, _ in case.weight_in(body)]
        if not members:
            return 0.0
        items: defaultdict[int, float] = defaultdict(float)
        for other, amount in others:
            for u, weight in case.weight_in(other):
                items[u] += amount * weight / max(int(case.demand[u]), 1)
        heaviest = sorted(((rho, int(case.demand[u])) for u, rho in items.items()), reverse=True)
        open_to = np.any(case.allowed[members], axis=0)
        return self.reach.least(heaviest, open_to)


class _Reach:
    """Desks by nearness, for every floor.

    Attributes
    ----------
    desks, minutes : (F, F + 1) float
        Desks within the first k floors by nearness, and the minutes to all of them together.
    """

    def __init__(self, case: Case) -> None:
        order = np.argsort(case.minutes, axis=1, kind="stable")
        desks = case.capacity[order].astype(np.float64)
        minutes = np.take_along_axis(case.minutes, order, axis=1)
        self.desks = np.pad(np.cumsum(desks, axis=1), ((0, 0), (1, 0)))
        self.minutes = np.pad(np.cumsum(desks * minutes, axis=1), ((0, 0), (1, 0)))

    def least(self, heaviest: Items, open_to: NDArray[np.bool_]) -> float:
        """Return the least minutes of partners, heaviest first, over the floors (F) to be on."""
        rho = np.array([r for r, _ in heaviest])
        upto = np.cumsum([0, *(desks for _, desks in heaviest)])
        found = [
            float(rho @ np.diff(np.interp(upto, self.desks[f], self.minutes[f])))
            for f in np.flatnonzero(open_to)
        ]
        return min(found, default=0.0)
