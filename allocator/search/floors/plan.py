"""A layout of all floors while it is searched: pieces, and sums that parts of it are searched by.

Part of it is taken out, searched (`part`), and put back. What is wrong with it and what it costs
is never counted anew: parts report by how much they change it, and the plan adds that up.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

import numpy as np

from allocator.search.case import Case, Layout
from allocator.search.floors.scopes import scopes
from allocator.search.floors.tables import OVER_FIXED, Prices, Tally
from allocator.search.kernels.annealing import Reals, Whole
from allocator.search.walking_time import WalkingTime

FloorDesks = dict[tuple[int, int], int]


@dataclass(frozen=True)
class Snapshot:
    """Pieces of some units by floor, and the tally of the whole plan."""

    pieces: dict[int, dict[int, int]]
    tally: Reals


class FloorPlan:
    """Desks of units on floors. U units, F floors, C counting scopes.

    Attributes
    ----------
    pieces : (U)
        Desks of each unit by floor.
    tally : (4)
        See `tables.Tally`.
    at : (C, F)
        Pieces of each scope.
    capacity, load, occupants : (F)
        What floors hold and what is in use, but for spreads; pieces.
    variance : (pools, F)
        Spread of who comes, by pool; no rows without pooling.
    held
        Desks of each pin.
    placed : (U)
        Desks of each unit that are placed anywhere.
    loads : (V, F)
        What fields have on floors.
    """

    def __init__(self, case: Case) -> None:
        self.case = case
        self.walking = WalkingTime(case)
        self.scopes = scopes(case)
        units, floors = len(case.unit_ids), len(case.floor_ids)
        self.scopes_of: list[list[int]] = [[] for _ in range(units)]
        for c, scope in enumerate(self.scopes.all):
            for u in scope.members:
                self.scopes_of[u].append(c)
        self.pins_of: list[list[int]] = [[] for _ in range(units)]
        for number, (members, _, _) in enumerate(self.scopes.pins):
            for u in members:
                self.pins_of[u].append(number)
        spreads = case.spreads
        self.weight = case.weight if spreads is None else spreads.mean
        self.capacity = (case.capacity if spreads is None else spreads.capacity).copy()
        self.pieces: list[dict[int, int]] = [{} for _ in range(units)]
        self.units_on: list[dict[int, None]] = [{} for _ in range(floors)]
        self.at = np.zeros((len(self.scopes.all), floors), np.int64)
        self.load, self.occupants = np.zeros((2, floors), np.int64)
        self.variance = np.zeros((0 if spreads is None else spreads.pools, floors), np.int64)
        self.held = np.zeros(len(self.scopes.pins), np.int64)
        self.loads = np.zeros((self.walking.fields, floors))
        self.placed = np.zeros(units, np.int64)
        self.tally = np.zeros(len(Tally))
        # The tally of an empty plan. From here on it only ever changes by what parts report.
        self.tally[Tally.COST] = case.leaving_cost.sum()
        self.tally[Tally.OVER] = sum(desks + OVER_FIXED for _, _, desks in self.scopes.pins)
        self.tally[Tally.UNPLACED] = case.people[case.demand > 0].sum()

    @property
    def has_unplaced(self) -> bool:
        """Whether there are people whose desks are not placed."""
        return bool(self.tally[Tally.UNPLACED] > 1e-6)

    @property
    def is_wrong(self) -> bool:
        """Whether anything is over, broken, or (where that is not allowed) unplaced."""
        left_out = self.has_unplaced and not self.case.allow_unplaced
        return bool(self.tally[Tally.OVER] > 0.5 or self.tally[Tally.BROKEN] > 0.5 or left_out)

    def weight_at(self, prices: Prices) -> float:
        """Return cost and everything that is wrong, at its price, in person-minutes a week."""
        cost, over, broken, unplaced = self.tally.tolist()
        wrong = prices.over * over + prices.broken * broken + prices.unplaced * unplaced
        return float(cost + wrong)

    def layout(self) -> FloorDesks:
        """Return all pieces: desks by unit and floor."""
        return {(u, f): n for u, pieces in enumerate(self.pieces) for f, n in pieces.items()}

    def units_in(self, floors: Iterable[int]) -> set[int]:
        """Return the units on some floors, and those with desks that are nowhere.

        The latter belong to every part: any floor may be the one that has room for them.
        """
        lost = np.flatnonzero(self.placed < self.case.demand).tolist()
        return {u for f in floors for u in self.units_on[f]} | set(lost)

    def overload(self) -> Whole:
        """Return what is in use beyond what floors hold (F), spreads included."""
        return np.maximum(self.used() - self.capacity, 0)

    def used(self) -> Whole:
        """Return what is in use on floors (F), spreads included."""
        if not len(self.variance):
            return self.load
        z_factor = self.case.spreads.z_factor if self.case.spreads else 0.0
        # Truncated pool by pool as in `evaluation.reached`, else a part and the plan would differ.
        spread = (z_factor * np.sqrt(np.maximum(self.variance, 0))).astype(np.int64)
        return np.asarray(self.load + spread.sum(axis=0))

    def take(self, units: Collection[int], floors: Collection[int]) -> FloorDesks:
        """Take the pieces of some units off some floors; return them.

        The tally is not changed: `Part.put_back` settles it for taking and putting together.
        """
        here = set(floors)
        taken = {(u, f): n for u in units for f, n in self.pieces[u].items() if f in here}
        self._change(taken, -1)
        return taken

    def put(self, desks: Layout) -> None:
        """Put pieces where their units have none."""
        self._change(desks, 1)

    def _change(self, desks: Layout, step: int) -> None:
        """Count pieces in (step 1) or out (-1) of all sums but the tally."""
        if not desks:
            return
        cells = np.array(list(desks), np.int64)
        unit, floor = cells[:, 0], cells[:, 1]
        number = np.array(list(desks.values()), np.int64)
        # Floors and units repeat among the cells; plain indexing would count each once.
        np.add.at(self.load, floor, step * number * self.weight[unit])
        np.add.at(self.occupants, floor, step)
        np.add.at(self.placed, unit, step * number)
        self.walking.add(self.loads, unit, floor, step * number / self.case.demand[unit])
        spreads = self.case.spreads
        if spreads is not None:
            spread = number * (spreads.linear[unit] + spreads.square[unit] * number)
            np.add.at(self.variance, (spreads.pool[unit], floor), step * spread)
        for (u, f), n in desks.items():
            if step > 0:
                self.pieces[u][f] = n
                self.units_on[f][u] = None
            else:
                del self.pieces[u][f], self.units_on[f][u]
            for c in self.scopes_of[u]:
                self.at[c, f] += step
            for pin in self.pins_of[u]:
                self.held[pin] += step * n if self.scopes.pins[pin][1] == f else 0

    def snapshot(self, units: Collection[int]) -> Snapshot:
        """Return the pieces of some units, to be restored if what follows is no good."""
        return Snapshot({u: dict(self.pieces[u]) for u in units}, self.tally.copy())

    def restore(self, snapshot: Snapshot) -> None:
        """Put back the pieces of units, and the tally; others must be where they were."""
        self._change({(u, f): n for u in snapshot.pieces for f, n in self.pieces[u].items()}, -1)
        self._change({(u, f): n for u, of in snapshot.pieces.items() for f, n in of.items()}, 1)
        self.tally = snapshot.tally.copy()

    def set_capacity(self, capacity: Whole) -> None:
        """Let floors hold so much from now on (F), in load, and bring the tally up to date."""
        load_per_desk = self.load_per_desk
        # Desks over are counted out at the old capacity and in at the new one, with the fixed part
        # of each floor.
        for sign, held in ((-1, self.capacity), (1, capacity)):
            above = (self.used() - held) / load_per_desk
            self.tally[Tally.OVER] += sign * (above + OVER_FIXED)[above > 0].sum()
        self.capacity = capacity.copy()

    @property
    def load_per_desk(self) -> float:
        """What a desk counts for in what floors hold: 1, or finer where desks differ in weight."""
        return (
            self.case.load_per_desk
            if self.case.spreads is None
            else self.case.spreads.load_per_desk
        )
