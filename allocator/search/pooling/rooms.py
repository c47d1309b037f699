"""What floors hold while they are searched: rows that learn from exact needs of layouts.

A floor begins with what a mixture of the scenario's people needs of it, which proves nothing.
Every layout offered is judged exactly; a floor that is short holds less from then on, one with
desks to spare holds more, never less than the safe row promises unless its own people disprove it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import ceil, floor

import numpy as np
from numpy.typing import NDArray

from allocator.scenario.demand import desks_to_share
from allocator.search.case import Case, Layout
from allocator.search.pooling.needs import Needs, Piece
from allocator.search.pooling.rows import safe_rows
from allocator.search.pooling.spreads import LOAD_PER_DESK, spreads_of

MIXTURES = 3
"""Random fillings of a floor that tell what it holds at first."""
SIZES = 4
"""Sizes of floor that are filled; those between take the figure of the next ones."""
FULL = 0.7
"""Part of a floor's capacity above which its people tell what it holds."""
STEP = 0.25
"""Part of a desk by which a floor that was short holds less, at least."""

Whole = NDArray[np.int64]


class Rooms:
    """Floors of a case with capacity by chance, and what is learnt of them.

    Attributes
    ----------
    case
        The case to search by: its rows are between the safe ones and those that every plan obeys.
    """

    def __init__(self, relaxed: Case) -> None:
        scenario, sharing = relaxed.scenario, relaxed.scenario.settings.sharing
        rows = safe_rows(scenario)
        self.needs = Needs(scenario)
        self.desks = [desks_to_share(place, sharing) for place in scenario.floors]
        self.most = [
            # No limit: far above anybody, and still a whole number that sums do not overflow.
            self.desks[f] + 10**9 if place.max_occupants is None else place.max_occupants
            for f, place in enumerate(scenario.floors)
        ]
        self.load_per_desk, self.failures = rows.load_per_desk, np.zeros(len(self.desks), np.int64)
        self.spreads = spreads_of(scenario, relaxed.organisation)
        self.case = replace(
            relaxed,
            weight=rows.weight,
            fixed_load=rows.fixed_load,
            capacity=rows.capacity,
            load_per_desk=rows.load_per_desk,
        )
        rows_hold, spreads_hold = self._mixed()
        # What the safe row promises holds by proof, so a floor never begins lower.
        self._set(np.maximum(rows.capacity, rows_hold), spreads_hold)

    def _set(self, by_rows: Whole, by_spreads: Whole) -> None:
        """Change what floors hold (F)."""
        self.spreads = replace(self.spreads, capacity=np.maximum(by_spreads, 0))
        capacity = np.maximum(by_rows, 0)
        self.case = replace(self.case, capacity=capacity, spreads=self.spreads)

    def admits(self, layout: Layout) -> bool:
        """Judge a layout exactly, and learn from it: return whether no floor is short.

        Changes `case`: floors hold less or more from then on.
        """
        on_floors = self.needs.by_floor(layout)
        spare = {f: self.spare(f, pieces) for f, pieces in on_floors.items()}
        by_rows, by_spreads = self.case.capacity.copy(), self.spreads.capacity.copy()
        for f, desks in spare.items():
            self.failures[f] += desks < 0
            pieces, failed = on_floors[f], int(self.failures[f])
            by_rows[f] = _learnt(
                int(by_rows[f]), self.load(pieces), desks, self.load_per_desk, failed
            )
            load = self.spreads.load(pieces)
            by_spreads[f] = _learnt(int(by_spreads[f]), load, desks, LOAD_PER_DESK, failed)
        self._set(by_rows, by_spreads)
        return min(spare.values(), default=0) >= 0

    def is_short(self, floor_: int, pieces: tuple[Piece, ...]) -> bool:
        """Whether a floor is short too often with these people."""
        return self.spare(floor_, pieces) < 0

    def spare(self, floor_: int, pieces: tuple[Piece, ...]) -> int:
        """Return the desks, or people who may be present, that a floor has to spare."""
        need = self.needs.of(pieces)
        return min(self.desks[floor_] - need.desks, self.most[floor_] - need.present)

    def load(self, pieces: Sequence[Piece]) -> int:
        """Return what people on a floor weigh."""
        organisations = {int(self.case.organisation[u]) for u, _, _ in pieces}
        weights = sum(int(self.case.weight[u]) * people for u, people, _ in pieces)
        return weights + self.case.fixed_load * len(organisations)

    def _mixed(self) -> tuple[Whole, Whole]:
        """Return what floors hold of a mixture of all people, by rows and by spreads."""
        rooms = np.array([min(d, m) for d, m in zip(self.desks, self.most, strict=True)])
        sizes = np.unique(np.quantile(rooms, np.linspace(0, 1, SIZES), method="nearest"))
        # A seed of its own: what floors hold at first must not depend on the search.
        rng = np.random.default_rng(0)
        held = np.array(
            [
                np.median([self._filled(int(size), rng) for _ in range(MIXTURES)], axis=0)
                for size in sizes
            ]
        )
        by_rows, by_spreads = (
            (
                # What is read between sizes is by how much a floor holds less than its desks,
                # which varies slowly.
                rooms * load_per_desk - np.interp(rooms, sizes, sizes * load_per_desk - held[:, i])
            ).astype(np.int64)
            for i, load_per_desk in enumerate((self.load_per_desk, LOAD_PER_DESK))
        )
        return by_rows, by_spreads

    def _filled(self, desks: int, rng: np.random.Generator) -> tuple[float, float]:
        """Return what a floor with so many desks holds of units in a random order."""
        units = [
            u for u in rng.permutation(len(self.case.unit_ids)).tolist() if self.case.demand[u]
        ]
        weights = np.cumsum(self.case.load[units])
        few = 0
        many = int(np.searchsorted(weights, 2 * desks * self.load_per_desk)) + 1
        while many - few > 1:
            middle = (few + many) // 2
            fits = self._need(units[:middle]) <= desks
            few, many = (middle, many) if fits else (few, middle)
        filled = units[:few]
        spare, pieces = desks - self._need(filled), self._whole(filled)
        return (
            self.load(pieces) + spare * self.load_per_desk,
            self.spreads.load(pieces) + spare * LOAD_PER_DESK,
        )

    def _whole(self, units: Sequence[int]) -> tuple[Piece, ...]:
        """Return units as pieces with all their people, as for a floor that holds all of them."""
        own = self.needs.own
        return tuple(sorted((u, int(self.case.demand[u]), own[u]) for u in units))

    def _need(self, units: Sequence[int]) -> int:
        """Return the desks that units need together on one floor."""
        return self.needs.of(self._whole(units)).desks if units else 0


def _learnt(capacity: int, load: int, spare: int, load_per_desk: float, failures: int) -> int:
    """Return what a floor holds, after a load that has desks to spare or, below 0, is short.

    The more often it was short, the less of what is to spare is believed.
    """
    if spare < 0:
        return min(capacity, load - ceil((-spare - 1 + STEP) * load_per_desk))
    # A floor that is far from full says nothing of how much fits.
    if load <= FULL * capacity:
        return capacity
    return max(capacity, load + floor(spare * load_per_desk / 2.0**failures))
