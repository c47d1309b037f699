"""Layouts that place every desk and keep every rule, on floors that may be too full.

Few desks are beyond what floors hold after one model of all, fewer with two or three towers laid
out anew at a time, all else fixed. None left over is a plan; else it is what must be added.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from math import ceil

import numpy as np
from numpy.typing import NDArray
from ortools.sat.python import cp_model

from allocator.search.case import Case, Layout
from allocator.search.model.layout_model import LayoutModel
from allocator.search.model.rules import load
from allocator.search.model.variables import Cell
from allocator.search.progress import ShouldStop
from allocator.search.solver import Effort, solve_model
from allocator.search.stacking import cells_in

FIRST_PART = 2 / 3
"""Part of the time for the model of all, at most."""
ENOUGH = 0.06
"""Desks beyond, as a part of all, at which the model of all may stop: few towers do better."""
MANY = 6_000
"""Pieces above which the model of all stops so; below, it goes on to the proof."""
STEP_S = 1.0
"""Seconds for a few towers."""
WEIGHT = 20
"""Weight of a desk beyond at first; each failure adds 1, so that the sum still leads."""


@dataclass(frozen=True)
class Overfull:
    """A layout, the desks beyond what each floor holds, and how few there must be at least."""

    layout: dict[Cell, int]
    beyond: NDArray[np.int64]
    least: int

    @property
    def desks(self) -> int:
        """Desks beyond what floors hold, in all."""
        return int(self.beyond.sum())


def fewest_beyond(
    case: Case,
    room: NDArray[np.int64],
    effort: Effort,
    *,
    near: Layout | None = None,
    optional: frozenset[int] = frozenset(),
    should_stop: ShouldStop = lambda: False,
) -> Overfull | None:
    """Return the layout found with the fewest desks beyond what floors hold, None without any.

    Parameters
    ----------
    case
        Its `allowed` says where units may be; its capacity is not looked at.
    room : (F) int
        Desks that each floor holds.
    near
        A part of a layout, which must keep all rules; units that it does not place wholly come
        to it first.
    optional
        Units whose desks need not all be placed.
    """
    required = [u for u in case.units if case.demand[u] and u not in optional]
    if not case.allowed[required].any(axis=1).all():
        return None
    search = _Search(case, room, effort, optional, should_stop)
    found = best = search.begun(near or {})
    while found is not None and best is not None and best.desks > best.least and search.left() > 0:
        found = search.few_towers(found)
        best = min(best, found, key=lambda each: each.desks)
    return best


class _Search:
    def __init__(
        self,
        case: Case,
        room: NDArray[np.int64],
        effort: Effort,
        optional: frozenset[int],
        should_stop: ShouldStop,
    ) -> None:
        bodies = case.entry * len(case.organisation_ids)
        most = int(max(case.load.sum() + bodies, room.max()))
        self.case = replace(case, capacity=np.full_like(case.capacity, most))
        self.room, self.most = room, most
        self.effort, self.optional, self.should_stop = effort, optional, should_stop
        self.weight = np.full(len(room), WEIGHT, np.int64)
        self.rng = np.random.default_rng(effort.seed)
        self.deadline = time.monotonic() + effort.seconds

    def left(self) -> float:
        """Seconds left."""
        return 0.0 if self.should_stop() else self.deadline - time.monotonic()

    def begun(self, near: Layout) -> Overfull | None:
        """Place the units that are missing; more and more others move along until that works."""
        loose = self._missing(near)
        if near and not loose:
            return self._found(dict(near), self._short())
        while near and loose and len(loose) < len(self.case.unit_ids):
            found = self._solve(self._cells(loose), near, self.left() / 4, least=self._short())
            if found is not None:
                return found
            ruled = (set(limit.all_units) for limit in self.case.limits)
            tied = set[int]().union(*(units for units in ruled if loose & units))
            if tied <= loose:
                break
            loose |= tied
        hint = {cell: desks for cell, desks in near.items() if self.case.allowed[cell]}
        return self._solve(self._cells(self.case.units), hint, self.left() * FIRST_PART)

    def _missing(self, near: Layout) -> set[int]:
        placed = np.zeros(len(self.case.unit_ids), np.int64)
        for (u, _), desks in near.items():
            placed[u] += desks
        return set(np.flatnonzero(placed < self.case.demand).tolist()) - self.optional

    def _cells(self, units: Iterable[int]) -> list[Cell]:
        return [(u, f) for u in units for f in self.case.floors]

    def few_towers(self, found: Overfull) -> Overfull:
        """Lay out two or three towers anew, one of them too full, the others rather with room.

        Desks on floors that stay too full weigh more from then on, so that they go elsewhere,
        if not away, and the search does not stand still (Morris 1993, "The breakout method").
        """
        cells = cells_in(self.case, found.layout, self._towers(found))
        before = int(self.weight @ found.beyond)
        other = self._solve(cells, found.layout, min(STEP_S, self.left()), least=found.least)
        if other is not None and int(self.weight @ other.beyond) < before:
            return other
        floors = list({f for _, f in cells})
        self.weight[floors] += found.beyond[floors] > 0
        return found

    def _towers(self, found: Overfull) -> list[int]:
        spare = np.maximum(self.room - _load(self.case, found.layout), 0)
        floors_of = [list(floors) for floors in self.case.floors_of]
        beyond = np.array([found.beyond[floors].sum() for floors in floors_of], float)
        chance = np.array([spare[floors].sum() + 1.0 for floors in floors_of])
        first = int(self.rng.choice(len(floors_of), p=beyond / beyond.sum()))
        chance[first] = 0.0
        count = min(int(self.rng.integers(1, 3)), len(floors_of) - 1)
        if not count:
            return [first]
        more = self.rng.choice(len(floors_of), count, replace=False, p=chance / chance.sum())
        return [first, *more.tolist()]

    def _solve(
        self, cells: list[Cell], layout: Layout, seconds: float, least: int | None = None
    ) -> Overfull | None:
        """Return the best layout with these cells free; `least` is what is known of the whole."""
        model = LayoutModel(self.case, cells, layout, may_be_short=bool(self.optional))
        for u, short in model.pieces.short.items():
            if u not in self.optional:
                model.model.add(short == 0)
        beyond = self._beyond(model, {f for _, f in cells})
        model.model.minimize(sum(int(self.weight[f]) * more for f, more in beyond.items()))
        many = least is None and len(cells) > MANY
        enough = WEIGHT * ENOUGH * int(self.case.demand.sum()) if many else 0.0
        solved = solve_model(
            model.model,
            replace(self.effort, seconds=seconds),
            on_solution=lambda solution: solution.objective_value <= enough,
        )
        if not solved.has_solution:
            return None
        found = model.read(solved.value)
        if least is None:
            bound = ceil(solved.bound / WEIGHT - 1e-6)
            least = max(bound, self._short())
        return self._found(found, least)

    def _found(self, layout: dict[Cell, int], least: int) -> Overfull:
        return Overfull(layout, np.maximum(_load(self.case, layout) - self.room, 0), least)

    def _short(self) -> int:
        """Desks that find no room anywhere."""
        asked = [int(self.case.load[u]) for u in self.case.units if u not in self.optional]
        return max(0, sum(asked) - int(self.room.sum()))

    def _beyond(self, model: LayoutModel, floors: set[int]) -> Mapping[int, cp_model.IntVar]:
        """Return the desks beyond what each floor holds."""
        found = {}
        for f in sorted(floors):
            more = model.model.new_int_var(0, self.most, f"beyond_{f}")
            model.model.add(more >= load(model.pieces, f) - int(self.room[f]))
            found[f] = more
        return found


def _load(case: Case, layout: Layout) -> NDArray[np.int64]:
    """What is in use on each floor (F)."""
    found = np.zeros(len(case.floor_ids), np.int64)
    for (u, f), desks in layout.items():
        found[f] += desks * case.weight[u]
    for _, f in {(int(case.organisation[u]), f) for u, f in layout}:
        found[f] += case.entry
    return found
