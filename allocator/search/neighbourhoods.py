"""Large-neighbourhood search: one or two towers laid out anew by CP-SAT, all else fixed.

References
----------
Shaw (1998), Using constraint programming and local search methods to solve vehicle routing
problems, CP 98.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from allocator.search.case import Case, Layout
from allocator.search.model.layout_model import LayoutModel
from allocator.search.model.variables import Cell
from allocator.search.model.walking import WalkingForm
from allocator.search.progress import ShouldStop
from allocator.search.score import Scorer
from allocator.search.solver import Effort
from allocator.search.stacking import cells_in

FORM = WalkingForm(products=3000, exact=False)
LEAST_FLOORS = 6
"""Towers join a neighbourhood until it has so many floors."""
MOST_CELLS = 1500
"""Units times floors in a neighbourhood, at most."""
MOST_SHORT = 10
"""Units without all their desks in a neighbourhood, at most."""
PRECISION = 1.0
"""Person-minutes a week by which a neighbourhood's optimum may be off."""
PRICE_OF_A_PERSON = 1e5
"""Person-minutes a week for a person without a place, far above what one can save."""


@dataclass(frozen=True)
class Step:
    """A layout of a neighbourhood, and CP-SAT's work on it."""

    layout: dict[Cell, int] | None
    work: float


class Neighbourhoods:
    """Proposes layouts near a given one."""

    def __init__(self, case: Case, scorer: Scorer, rng: np.random.Generator) -> None:
        self.case = case
        self.scorer = scorer
        self.rng = rng

    def step(self, layout: Layout, effort: Effort, should_stop: ShouldStop) -> Step:
        """Lay out one neighbourhood anew."""
        short = self._short(layout)
        cells = self._cells(layout, short)
        may_be_short = self.case.allow_unplaced or bool(short)
        model = LayoutModel(self.case, cells, layout, may_be_short=may_be_short)
        price = PRICE_OF_A_PERSON if may_be_short else 0.0
        model.minimise_cost(self.scorer.walking, FORM, precision=PRECISION, short_price=price)
        found = model.solve(effort, should_stop=should_stop)
        return Step(found.layout, found.work)

    def _short(self, layout: Layout) -> list[int]:
        placed = np.zeros(len(self.case.unit_ids), np.int64)
        for (u, _), desks in layout.items():
            placed[u] += desks
        short = np.flatnonzero(placed < self.case.demand)
        return [int(u) for u in self.rng.permutation(short)[:MOST_SHORT]]

    def _cells(self, layout: Layout, short: list[int]) -> list[Cell]:
        """Floors of one tower or two, and as many of their units as the model bears."""
        towers = self._towers(layout)
        cells = cells_in(self.case, layout, towers, short)
        if len(cells) <= MOST_CELLS:
            return cells
        floors = sorted({f for _, f in cells})
        some = len(floors) * MOST_CELLS // len(cells)
        chosen = set(self.rng.choice(floors, size=max(2, some), replace=False).tolist())
        units = {u for u, f in layout if f in chosen} | set(short)
        return [(u, f) for u in sorted(units) for f in sorted(chosen)]

    def _towers(self, layout: Layout) -> list[int]:
        """A tower, half the time a near one as well, and more where they are small."""
        case = self.case
        first = int(self.rng.integers(len(case.tower_ids)))
        near = self._near(first, layout)
        towers = [first]
        wanted = 1 + int(self.rng.integers(2))
        for t in near:
            floors = sum(len(case.floors_of[t]) for t in towers)
            if len(towers) >= wanted and floors >= LEAST_FLOORS:
                break
            towers.append(t)
        return towers

    def _near(self, tower: int, layout: Layout) -> list[int]:
        """Other towers: those with the same bodies first, then close ones, a little shuffled."""
        case = self.case
        bodies: defaultdict[int, set[int]] = defaultdict(set)
        for u, f in layout:
            bodies[int(case.tower[f])].add(int(case.organisation[u]))
        shared = np.array([len(bodies[tower] & bodies[t]) for t in case.towers], float)
        ground = [floors[0] for floors in case.floors_of]
        minutes = case.minutes[ground[tower], ground]
        noise = self.rng.random(len(shared))
        order = np.argsort(-3 * shared * noise + minutes * noise, kind="stable")
        return [int(t) for t in order if t != tower]
