"""Some members on some floors, taken out of a plan to be searched, and put back as the best found.

References
----------
Ropke, Pisinger (2006), An adaptive large neighborhood search heuristic for the pickup and
delivery problem with time windows, Transportation Science 40: ruin a part, make it anew.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np

from allocator.search.floors import anneal
from allocator.search.floors.anneal import Kind
from allocator.search.floors.evaluation import CHANGED, KEPT, NOW, WRONG
from allocator.search.floors.plan import FloorDesks, FloorPlan
from allocator.search.floors.sequence import NO_SEQUENCE, sequence_of
from allocator.search.floors.setup import NOTHING_KEPT, Setup
from allocator.search.floors.tables import Prices, Tally
from allocator.search.kernels.annealing import Schedule, Steps
from allocator.search.kernels.budget import Budget

STEP, STEPS = 20_000, 60
"""Moves between two looks at the budget at least, and looks at most."""
ONE = Steps(1.0, 1.0, 1)
"""One move, which is kept."""


class Part:
    """Members on the floors of some towers, out of the plan there until `put_back`.

    Parameters
    ----------
    plan
        The layout of all floors. Between beginning and `put_back` it lacks these pieces.
    towers
        Searched with all their floors, in this order.
    units
        The members: their pieces on these floors may move, those elsewhere stay.
    prices
        What a layout is weighed by besides its cost.
    rng
        Of whom a generator for compiled code is made.
    arriving
        Desks of units that are to come besides, more than they have here.

    Attributes
    ----------
    before
        Pieces that the members had here, by unit and floor.
    floors
        Floors searched, the lowest of each tower first.
    """

    def __init__(
        self,
        plan: FloorPlan,
        towers: Sequence[int],
        units: Collection[int],
        prices: Prices,
        rng: np.random.Generator,
        arriving: Mapping[int, int] | None = None,
    ) -> None:
        self.plan, self.prices = plan, prices
        self.floors = [f for t in towers for level in plan.case.levels_of[t] for f in level]
        self.units = sorted({*units, *(arriving or {})})
        self.before = plan.take(self.units, self.floors)
        desks = np.zeros(len(self.units), np.int64)
        row = {u: m for m, u in enumerate(self.units)}
        for (u, _), n in self.before.items():
            desks[row[u]] += n
        for u, n in (arriving or {}).items():
            desks[row[u]] += n
        setup = Setup(plan, list(towers), self.floors, self.units, desks)
        self.given = setup.given()
        self.state = setup.state(self.given, rng)
        self.sequence = NO_SEQUENCE
        self._write(self.before, Kind.LOAD)
        # Costs here begin at 0 without the members, so only differences from what was loaded mean
        # anything to the plan.
        self._tally = self.state.tally[NOW].copy()

    def place(self, desks: FloorDesks) -> None:
        """Put pieces on the floors in place of those that members had, whatever it costs."""
        # Otherwise the layout before would stay the best wherever it was cheaper, and what was
        # placed would be lost.
        self.state.best[:] = NOTHING_KEPT
        self._write(desks, Kind.PLACE)

    def _write(self, desks: FloorDesks, kind: Kind) -> None:
        """Let pieces be one move of all members, which is kept.

        Pieces are written into the fresh rows, so that loading and searching count in the same
        way.
        """
        column = {f: s for s, f in enumerate(self.floors)}
        fresh, row = self.state.fresh, {u: m for m, u in enumerate(self.units)}
        fresh.many[:] = 0
        for (u, f), n in desks.items():
            m = row[u]
            fresh.row[m, fresh.many[m]] = column[f], n
            fresh.many[m] += 1
        self.state.changes["member"] = np.arange(len(self.units))
        self.state.number[CHANGED] = len(self.units)
        self._anneal(kind, ONE)

    @property
    def is_wrong(self) -> bool:
        """Whether anything is wrong here in the best found."""
        return bool(self.state.best[WRONG])

    def _anneal(self, kind: Kind, steps: Steps) -> None:
        anneal.anneal(self.given, self.state, self.sequence, self.prices, int(kind), steps)

    def search_sequence(self, schedule: Schedule, budget: Budget) -> None:
        """Anneal the floors of one tower as a sequence, begun as they are, arriving units last."""
        self.sequence = sequence_of(self.given, self.state)
        self._anneal(Kind.BEGIN, ONE)
        self._search(Kind.SEQUENCE, schedule, STEP, budget)

    def search_transfers(self, schedule: Schedule, budget: Budget) -> None:
        """Anneal desks between all the floors.

        These moves are the slow ones, so the budget is looked at even in short schedules.
        """
        self._search(Kind.TRANSFERS, schedule, 1, budget)

    def _search(self, kind: Kind, schedule: Schedule, least: int, budget: Budget) -> None:
        for steps in schedule.steps(least, STEPS):
            if budget.over:
                return
            self._anneal(kind, steps)
            budget.spend(steps.moves)

    def put_back(self) -> None:
        """Put the best found into the plan, and what it changes into the plan's tally."""
        kept = self.state.kept
        counts, rows = kept.many.tolist(), kept.row.tolist()
        self.plan.put(
            {
                (u, self.floors[rows[m][k][0]]): rows[m][k][1]
                for m, u in enumerate(self.units)
                for k in range(counts[m])
            }
        )
        # The last columns, sums of what is counted as a whole, belong to the part alone.
        self.plan.tally += (self.state.tally[KEPT] - self._tally)[: len(Tally)]
