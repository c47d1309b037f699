"""Parts of a layout made anew by CP-SAT, all else fixed: the cheapest, or fewest desks beyond.

Floors may be too full where a plan is still to be found: every desk has a place and every rule is
kept, and neighbourhoods get rid of what is beyond the floors' room. None left is a plan; else it
is what must be added. Where a plan is at hand, they make it cheaper.

References
----------
Shaw (1998), Using constraint programming and local search methods to solve vehicle routing
problems, CP 98.
Morris (1993), The breakout method for escaping from local minima, AAAI 93.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from math import ceil

import numpy as np
from ortools.sat.python import cp_model

from allocator.search.case import Case, Layout
from allocator.search.kernels.annealing import Reals, Whole
from allocator.search.model.layout_model import LayoutModel
from allocator.search.model.rules import load
from allocator.search.model.variables import Cell
from allocator.search.model.walking_products import WalkingForm
from allocator.search.progress import ShouldStop
from allocator.search.score import Scorer
from allocator.search.solver import Effort, solve_model

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
FIRST_PART = 2 / 3
"""Part of the time for one model of all, at most."""
ENOUGH = 0.06
"""Desks beyond, as a part of all, at which the model of all may stop: few towers do better."""
MANY = 6_000
"""Pieces above which the model of all stops so; below, it goes on to the proof."""
STEP_S = 1.0
"""Seconds for a few towers."""
WEIGHT = 20
"""Weight of a desk beyond at first; each failure adds 1, so that the sum still leads."""


def cells_in(
    case: Case, layout: Layout, towers: Iterable[int], more: Iterable[int] = ()
) -> list[Cell]:
    """Return all floors of some towers for every unit there, and for some more units."""
    floors = [f for t in towers for f in case.floors_of[t]]
    inside = set(floors)
    units = {u for u, f in layout if f in inside} | set(more)
    return [(u, f) for u in sorted(units) for f in floors]


def units_short(case: Case, layout: Layout) -> list[int]:
    """Return the units with desks that have no place."""
    left = case.demand.copy()
    for (u, _), desks in layout.items():
        left[u] -= desks
    return [int(u) for u in np.flatnonzero(left > 0)]


@dataclass(frozen=True)
class Step:
    """A layout of a neighbourhood, and CP-SAT's work on it."""

    layout: dict[Cell, int] | None
    work: float


class Neighbourhoods:
    """Proposes cheaper layouts near a given one.

    Attributes
    ----------
    case
        May be replaced between two steps: with capacity by chance floors learn.
    scorer
        Knows the trips.
    rng
        Chooses towers, and units where there are too many.
    """

    def __init__(self, case: Case, scorer: Scorer, rng: np.random.Generator) -> None:
        self.case = case
        self.scorer = scorer
        self.rng = rng

    def step(self, layout: Layout, effort: Effort, should_stop: ShouldStop) -> Step:
        """Lay out one neighbourhood anew.

        Parameters
        ----------
        layout
            The plan at hand, also one with units unplaced. It is not changed.
        effort
            Of one model.
        """
        # Units without a place are in every neighbourhood, but not so many that the model is all
        # theirs.
        short = self.rng.permutation(units_short(self.case, layout))[:MOST_SHORT].tolist()
        cells = self._cells(layout, short)
        may_be_short = self.case.allow_unplaced or bool(short)
        model = LayoutModel(self.case, cells, layout, may_be_short=may_be_short)
        price = PRICE_OF_A_PERSON if may_be_short else 0.0
        model.minimise_cost(self.scorer.walking, FORM, precision=PRECISION, short_price=price)
        found = model.solve(effort, should_stop=should_stop)
        return Step(found.layout, found.work)

    def _cells(self, layout: Layout, short: list[int]) -> list[Cell]:
        """Return floors of one tower or two, and as many of their units as the model bears."""
        towers = self._towers(layout)
        cells = cells_in(self.case, layout, towers, short)
        if len(cells) <= MOST_CELLS:
            return cells
        floors = sorted({f for _, f in cells})
        # Some floors of the towers in place of all: fewer units are on them, too.
        some = len(floors) * MOST_CELLS // len(cells)
        chosen = set(self.rng.choice(floors, size=max(2, some), replace=False).tolist())
        units = {u for u, f in layout if f in chosen} | set(short)
        return [(u, f) for u in sorted(units) for f in sorted(chosen)]

    def _towers(self, layout: Layout) -> list[int]:
        """Return a tower, half the time a near one as well, and more where they are small."""
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
        """Return other towers: those with the same organisations first, then close ones.

        Both with some chance.
        """
        case = self.case
        here: defaultdict[int, set[int]] = defaultdict(set)
        for u, f in layout:
            here[int(case.tower[f])].add(int(case.organisation[u]))
        shared = np.array([len(here[tower] & here[t]) for t in case.towers], float)
        ground = [floors[0] for floors in case.floors_of]
        minutes = case.minutes[ground[tower], ground]
        noise = self.rng.random(len(shared))
        # A bit of chance in both, so that the same towers are not always together.
        order = np.argsort(-3 * shared * noise + minutes * noise, kind="stable")
        return [int(t) for t in order if t != tower]


@dataclass(frozen=True)
class Overfull:
    """A layout, the desks beyond what each floor holds, and how few there must be at least.

    work is CP-SAT's deterministic seconds.
    """

    layout: dict[Cell, int]
    beyond: Whole
    least: int
    work: float = 0.0

    @property
    def desks(self) -> int:
        """Desks beyond what floors hold, in all."""
        return int(self.beyond.sum())


def fewest_beyond(
    case: Case,
    room: Whole,
    effort: Effort,
    *,
    near: Layout | None = None,
    optional: frozenset[int] = frozenset(),
    should_stop: ShouldStop = lambda: False,
) -> Overfull | None:
    """Return the layout found with the fewest desks beyond what floors hold, None without any.

    Its `least` is proved: so many desks must be added at least. None beyond is a plan.

    Parameters
    ----------
    case
        Its `allowed` says where units may be; its capacity is not looked at.
    room : (F) int
        Desks that each floor holds.
    effort
        Of all models together.
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
    return best if best is None else replace(best, work=search.work)


class _Search:
    """Models with soft capacities; time is measured by the clock, or by CP-SAT's work.

    Attributes
    ----------
    case
        With capacities that nothing exceeds.
    room : (F)
        Desks that floors hold in fact.
    weight : (F)
        What a desk beyond costs on each floor; it grows where nothing helps.
    work
        Deterministic seconds of CP-SAT so far.
    """

    def __init__(
        self,
        case: Case,
        room: Whole,
        effort: Effort,
        optional: frozenset[int],
        should_stop: ShouldStop,
    ) -> None:
        entries = case.fixed_load * len(case.organisation_ids)
        # Capacity that nothing exceeds: how full floors are is counted apart, and is no rule here.
        most = int(max(case.load.sum() + entries, room.max()))
        self.case = replace(case, capacity=np.full_like(case.capacity, most))
        self.room, self.most = room, most
        self.effort, self.optional, self.should_stop = effort, optional, should_stop
        self.weight = np.full(len(room), WEIGHT, np.int64)
        self.rng = np.random.default_rng(effort.seed)
        self.began, self.work = time.monotonic(), 0.0

    def left(self) -> float:
        """Seconds left."""
        if self.should_stop():
            return 0.0
        spent = self.work if self.effort.reproducible else time.monotonic() - self.began
        return self.effort.seconds - spent

    def begun(self, near: Layout) -> Overfull | None:
        """Place the units that are missing; more and more others move along until that works."""
        loose = set(units_short(self.case, near)) - self.optional
        if near and not loose:
            return self._found(dict(near), self._short())
        while near and loose and len(loose) < len(self.case.unit_ids):
            found = self._solve(self._cells(loose), near, self.left() / 4, least=self._short())
            if found is not None:
                return found
            ruled = (set(limit.all_units) for limit in self.case.limits)
            # Those whom rules tie to them may be what keeps them out.
            tied = set[int]().union(*(units for units in ruled if loose & units))
            if tied <= loose:
                break
            loose |= tied
        hint = {cell: desks for cell, desks in near.items() if self.case.allowed[cell]}
        return self._solve(self._cells(self.case.units), hint, self.left() * FIRST_PART)

    def _cells(self, units: Iterable[int]) -> list[Cell]:
        """Return the units on every floor, as cells of a model."""
        return [(u, f) for u in units for f in self.case.floors]

    def few_towers(self, found: Overfull) -> Overfull:
        """Lay out two or three towers anew, one of them too full, the others rather with room.

        Desks on floors that stay too full weigh more from then on, so that they go elsewhere,
        if not away, and the search does not stand still.
        """
        cells = cells_in(self.case, found.layout, self._towers(found))
        before = int(self.weight @ found.beyond)
        other = self._solve(cells, found.layout, min(STEP_S, self.left()), least=found.least)
        if other is not None and int(self.weight @ other.beyond) < before:
            return other
        floors = list({f for _, f in cells})
        # The breakout method: what stays wrong gets dearer until something else gives way.
        self.weight[floors] += found.beyond[floors] > 0
        return found

    def _towers(self, found: Overfull) -> list[int]:
        """Return a tower that is too full, and one or two others: rather those with room."""
        spare = np.maximum(self.room - _load(self.case, found.layout), 0)
        floors_of = [list(floors) for floors in self.case.floors_of]
        beyond: Reals = np.array([found.beyond[floors].sum() for floors in floors_of], float)
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
            should_stop=self.should_stop,
            on_solution=lambda solution: solution.objective_value <= enough,
        )
        self.work += solved.work
        if not solved.has_solution:
            return None
        found = model.read(solved.value)
        if least is None:
            bound = ceil(solved.bound / WEIGHT - 1e-6)
            # Weights are still as at first where all is free, so the bound divides by them.
            least = max(bound, self._short())
        return self._found(found, least)

    def _found(self, layout: dict[Cell, int], least: int) -> Overfull:
        """Return a layout with the desks beyond each floor, and how few there must be."""
        return Overfull(layout, np.maximum(_load(self.case, layout) - self.room, 0), least)

    def _short(self) -> int:
        """Return the desks that find no room anywhere, whoever they are."""
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


def _load(case: Case, layout: Layout) -> Whole:
    """Return what is in use on each floor (F), with the fixed load of organisations."""
    found = np.zeros(len(case.floor_ids), np.int64)
    for (u, f), desks in layout.items():
        found[f] += desks * case.weight[u]
    for _, f in {(int(case.organisation[u]), f) for u, f in layout}:
        found[f] += case.fixed_load
    return found
