"""Iterated local search: towers by groups, floors by sequences, repair by transfers, and kicks.

A kick proposes towers for some units, or leaves towers as they are; the floors of what changes are
laid out anew; the better layout stays.

References
----------
Lourenço, Martin, Stützle (2003), Iterated local search, Handbook of Metaheuristics.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from math import ceil

import numpy as np

from allocator.search.case import Case, Layout
from allocator.search.domains import narrowed
from allocator.search.floors.part import Part
from allocator.search.floors.plan import FloorDesks, FloorPlan
from allocator.search.floors.tables import Tally
from allocator.search.groups.choice import TowerChoice
from allocator.search.improvement import Improvement, Watcher
from allocator.search.kernels.annealing import Schedule, Whole
from allocator.search.kernels.budget import Budget
from allocator.search.parameters import USUAL, Parameters
from allocator.search.scale import desk_worth, prices_at


def improve(
    case: Case,
    start: Layout,
    *,
    rng: np.random.Generator,
    budget: Budget,
    watcher: Watcher | None = None,
    parameters: Parameters = USUAL,
) -> Iterator[Improvement]:
    """Yield layouts that honour every rule, each better than those before, until the budget ends.

    Parameters
    ----------
    start
        Any layout, also one with nothing in it, with desks unplaced or too many on a floor.
        Pieces where a unit may not be, or that are too small, are left out. If it honours every
        rule it is the first to be yielded.
    rng
        Where all chance comes from. The same with the same budget of moves gives the same layouts.
    budget
        When to stop.
    watcher
        Asked for the case after every layout and every kick; where a floor holds less than
        before, layouts are better than nothing again. Told of layouts that are nearly right while
        there is no plan.
    """
    yield from LocalSearch(case, rng, budget, watcher, parameters).run(start)


class LocalSearch:
    """The layout at hand, the towers that its units are in, and the best so far.

    Attributes
    ----------
    plan
        The layout at hand; it may be wrong while it is searched.
    choice
        Proposes towers.
    home : (U)
        Tower with most desks of each unit.
    prices
        What is wrong at its price by now, which grows while something is.
    best
        People unplaced and cost of the best that was yielded.
    """

    def __init__(
        self,
        case: Case,
        rng: np.random.Generator,
        budget: Budget,
        watcher: Watcher | None = None,
        parameters: Parameters = USUAL,
    ) -> None:
        self.watcher, self.known = watcher, case
        self.case, self.rng, self.budget = narrowed(case), rng, budget
        self.parameters = parameters
        self.worth = desk_worth(case)
        self.size = self.worth * max(float(case.demand.mean()), 1.0)
        """Person-minutes of an ordinary unit: what temperatures are measured in."""
        self.pressure = 1.0
        """How much dearer what is wrong has become."""
        self.prices = prices_at(case, self.worth)
        self.plan = FloorPlan(self.case)
        self.choice = TowerChoice(self.case, self.worth, rng, budget, parameters.groups)
        self.home = np.full(len(case.unit_ids), -1, np.int64)
        """Tower with most desks of each unit (U), -1 for nowhere."""
        self.room = self.choice.capacity.copy()
        """Desks that each tower holds (T)."""
        self.broken: set[int] = set()
        """Towers where a rule was broken when they were last looked at."""
        self.refused: set[int] = set()
        """Towers of all units whose floors were no better, as hashes: a country has many units."""
        self.reported = np.inf
        """Weight of the last layout that was reported as nearly right."""
        self.best = (np.inf, np.inf)
        self.on_floors = self.in_kicks = 0
        """Moves of kicks so far: those that left the choice of towers, and all."""

    def run(self, start: Layout) -> Iterator[Improvement]:
        """Begin, then kick until the budget is over.

        Yields
        ------
        Improvement
            Each better than those before. What floors hold may change between two of them.
        """
        self._place(start)
        yield from self._news()
        # A good start is kept: choosing all towers anew would throw it away.
        anew = 0 if start and np.isfinite(self.best[0]) else self.parameters.kicks.begun_anew
        if anew and self.case.demand.any() and not self.budget.over:
            self._lay_out(set(self.case.towers), self.choice.begin())
            yield from self._news()
        while self.case.demand.any() and not self.budget.over:
            if anew > 0:
                self._propose(self.choice.begin_again)
            else:
                self._kick()
            anew -= 1
            self.budget.spend(1)  # a kick of towers that are empty costs nothing else
            self._press()
            yield from self._news()
            self._heed()

    def _place(self, start: Layout) -> None:
        """Put pieces where they are allowed, as far as they are large enough."""
        by_tower: defaultdict[int, FloorDesks] = defaultdict(dict)
        left = self.case.demand.copy()
        for (u, f), desks in start.items():
            fits = min(desks, int(left[u]))
            if self.case.allowed[u, f] and fits >= self.case.least[u]:
                by_tower[int(self.case.tower[f])][u, f] = fits
                left[u] -= fits
        for t, pieces in by_tower.items():
            arriving: defaultdict[int, int] = defaultdict(int)
            for (u, _), desks in pieces.items():
                arriving[u] += desks
            part = Part(self.plan, [t], (), self.prices, self.rng, arriving)
            # Through a `Part`, so that costs and broken rules are counted.
            part.place(pieces)
            part.put_back()
        self._find_home(self.case.units)

    def _heed(self) -> None:
        """Take over what floors hold now, in the plan and in the choice of towers."""
        before = self.known
        self.known = before if self.watcher is None else self.watcher.case_now()
        if before is self.known:
            return
        held, held_before = _held(self.known), _held(before)
        # The best so far may no longer fit, so what is reported next need not be better.
        if (held < held_before).any():
            self.best = (np.inf, np.inf)
        self.plan.set_capacity(held)
        more = np.zeros(len(self.case.towers), np.int64)
        np.add.at(more, self.case.tower, self.known.capacity - before.capacity)
        self.room += more
        self.choice.capacity[:] = np.maximum(self.choice.capacity + more, 0)

    def _news(self) -> Iterator[Improvement]:
        """Yield the layout if it honours every rule and beats all before.

        Towers and prices are as before; with it the watcher is asked what floors hold.
        """
        if self.plan.is_wrong:
            self._tell_wrong()
            return
        people, cost = float(self.plan.tally[Tally.UNPLACED]), float(self.plan.tally[Tally.COST])
        people = people if self.case.allow_unplaced else 0.0
        fewer, as_few = people < self.best[0] - 1e-6, people < self.best[0] + 1e-6
        if fewer or (as_few and cost < self.best[1] - 1e-6):
            self.best = people, cost
            yield Improvement(self.plan.layout(), cost, max(people, 0.0))
            self._heed()

    def _tell_wrong(self) -> None:
        """Report a layout in which floors are too full, if that is all, and none is right yet.

        Models may make a plan of it (`first`).
        """
        weight, is_broken = self.plan.weight_at(self.prices), self.plan.tally[Tally.BROKEN] > 0.5
        if self.watcher is None or is_broken or weight >= self.reported or self.best[1] < np.inf:
            return
        self.reported = weight
        self.watcher.note_nearly(self.plan.layout())

    def _kick(self) -> None:
        """Search some floors anew, or some towers and the floors that change; keep the better."""
        begun, given = self.budget.spent, self.parameters.kicks
        # By moves and not by kicks, which differ in length.
        if self.on_floors <= given.floors_only * self.in_kicks:
            self._lay_out(set(self.choice.near(1, given.most_polished)), self.home)
            self.on_floors += self.budget.spent - begun
        elif self.rng.random() < given.nudged:
            self._propose(self.choice.nudge)
        else:
            self._propose(self.choice.reheat)
        self.in_kicks += self.budget.spent - begun

    def _propose(self, proposal: Callable[[Whole], Whole]) -> None:
        """Let towers be proposed, and lay out those that change."""
        wanted = proposal(self.home)
        moved = np.flatnonzero(wanted != self.home).tolist()
        towers = {int(wanted[u]) for u in moved} | {t for u in moved for t in self._towers_of(u)}
        # Floors are laid out with chance, so a refusal is not for ever, but seldom tried again.
        key = hash(wanted.tobytes())
        was_refused = key in self.refused
        if not towers or (was_refused and self.rng.random() > self.parameters.kicks.tried_again):
            return
        if not self._lay_out(towers, wanted):
            self.refused.add(key)

    def _towers_of(self, u: int) -> set[int]:
        """Return the towers that a unit is in."""
        return {int(self.case.tower[f]) for f in self.plan.pieces[u]}

    def _floors_of(self, towers: Iterable[int]) -> list[int]:
        """Return the floors of some towers."""
        return [f for t in towers for f in self.case.floors_of[t]]

    def _lay_out(self, towers: set[int], wanted: Whole) -> bool:
        """Lay out some towers anew, with the units that are wanted there; say if that is kept.

        Parameters
        ----------
        towers
            Those that units leave or come to, or whose floors are to be polished.
        wanted : (U)
            Tower of each unit; where it is the tower at hand the unit stays.
        """
        plan, moved = self.plan, np.flatnonzero(wanted != self.home).tolist()
        weight, was_wrong = plan.weight_at(self.prices), plan.is_wrong
        units = plan.units_in(self._floors_of(towers)) | set(moved)
        # All that may change: units on these floors, and those that come.
        before = plan.snapshot(units)
        self._remove(moved)
        arriving: defaultdict[int, dict[int, int]] = defaultdict(dict)
        for u in moved:
            arriving[int(wanted[u])][u] = int(self.case.demand[u])
        self._search(towers, arriving, weight)
        self._learn_room(towers)
        kept = plan.weight_at(self.prices) <= weight + 1e-6
        # A plan is never given up for something cheaper that is none.
        kept = kept and (was_wrong or not plan.is_wrong)
        if kept:
            self._find_home(units)
        else:
            plan.restore(before)
        return kept

    def _remove(self, units: Collection[int]) -> None:
        """Take all pieces of some units off their floors, tower by tower."""
        on: defaultdict[int, list[int]] = defaultdict(list)
        for u in units:
            for t in self._towers_of(u):
                on[t].append(u)
        for t, here in sorted(on.items()):
            part = Part(self.plan, [t], here, self.prices, self.rng)
            part.place({})
            part.put_back()

    def _find_home(self, units: Iterable[int]) -> None:
        """Find the tower with most desks of units, −1 for those without any."""
        tower = self.case.tower
        for u in units:
            desks: defaultdict[int, int] = defaultdict(int)
            for f, n in self.plan.pieces[u].items():
                desks[int(tower[f])] += n
            self.home[u] = max(desks, key=lambda t: desks[t]) if desks else -1

    def _search(
        self, towers: set[int], arriving: Mapping[int, dict[int, int]], weight: float
    ) -> None:
        """Search the floors of some towers, as sequences, and by transfers where that is wrong.

        For longer only where that may lead below a weight, and once there is a plan.
        """
        given, plan = self.parameters.floors, self.plan
        for t in sorted(towers):
            self._search_sequence(t, arriving.get(t, {}), given.short)
        if plan.is_wrong or plan.has_unplaced:
            self._repair(towers)
        allowance = given.hopeful * self.size * len(towers)
        is_first = not np.isfinite(self.best[0]) and not plan.is_wrong
        if is_first or plan.weight_at(self.prices) >= weight + allowance:
            return
        for t in sorted(towers):
            self._search_sequence(t, {}, given.long)
        units = plan.units_in(self._floors_of(towers))
        few = len(towers) > 1 and len(units) <= given.most_together
        if few and self.rng.random() < given.together:
            self._transfer(towers, units, given.most_transfer_moves)

    def _search_sequence(self, tower: int, arriving: dict[int, int], moves: int) -> None:
        """Search the floors of a tower as a sequence."""
        units = {u for f in self.case.floors_of[tower] for u in self.plan.units_on[f]}
        if self.budget.over or not (units or arriving):
            return
        part = Part(self.plan, [tower], units, self.prices, self.rng, arriving)
        given = self.parameters.floors
        part.search_sequence(
            self._schedule(given.sequence_hot, moves * len(part.units)), self.budget
        )
        part.put_back()
        self.broken = self.broken | {tower} if part.is_wrong else self.broken - {tower}

    def _schedule(self, hot: tuple[float, ...], moves: int) -> Schedule:
        """Return a schedule in person-minutes, its first temperature one of several at random."""
        cold = self.parameters.floors.cold
        return Schedule(float(self.rng.choice(hot)) * self.size, cold * self.size, moves)

    def _repair(self, towers: set[int]) -> None:
        """Transfer desks between each tower where something is wrong and those near it."""
        given = self.parameters.floors
        wrong = self._wrong(towers) or [int(self.rng.choice(sorted(towers)))]
        for tower in wrong:
            # Repairing another tower has mended it.
            if tower not in self._wrong(towers) and self.plan.is_wrong:
                continue
            near = {t for t in self.choice.nearest(tower, given.near_overfull) if t in towers}
            units = self.plan.units_in(self._floors_of(near))
            self._transfer(near, units, given.most_transfer_moves // len(wrong))

    def _wrong(self, towers: set[int]) -> list[int]:
        """Return the towers among some where floors are too full, or a rule was broken."""
        full = set(self.case.tower[self.plan.overload() > 0].tolist())
        return sorted((full | self.broken) & towers)

    def _transfer(self, towers: set[int], units: Collection[int], most: int) -> None:
        """Transfer desks between the floors of some towers, those that are nowhere among them.

        Parameters
        ----------
        most
            Moves, whatever the number of units.
        """
        if self.budget.over or not units:
            return
        missing = self.case.demand - self.plan.placed
        arriving = {u: int(missing[u]) for u in units if missing[u] > 0}
        part = Part(self.plan, sorted(towers), units, self.prices, self.rng, arriving)
        given = self.parameters.floors
        moves = min(given.transfer_moves * len(part.units), most)
        part.search_transfers(self._schedule(given.transfer_hot, moves), self.budget)
        part.put_back()
        if not part.is_wrong:
            self.broken -= towers

    def _learn_room(self, towers: set[int]) -> None:
        """Let the choice of towers know of desks that their floors could not take, or could."""
        least, over = self.parameters.floors.least_room, self.plan.overload()
        step, part = (
            ceil(self.case.load_per_desk),
            self.case.load_per_desk / self.plan.load_per_desk,
        )
        for t in sorted(towers):
            excess = ceil(over[list(self.case.floors_of[t])].sum() * part)
            known, most = int(self.choice.capacity[t]), int(self.room[t])
            # Trust comes back a desk at a time: the next choice of units may fit where this one
            # did not.
            learnt = known - excess if excess else min(known + step, most)
            self.choice.capacity[t] = max(learnt, int(most * least))

    def _press(self) -> None:
        """Make what is wrong or unplaced dearer while something is, and cheaper afterwards."""
        step = 1.05 if self.plan.is_wrong or self.plan.has_unplaced else 0.95
        most = self.parameters.floors.most_pressure
        self.pressure = min(max(self.pressure * step, 1.0), most)
        self.prices = prices_at(self.case, self.worth * self.pressure)


def _held(case: Case) -> Whole:
    """Return what floors hold in the search for floors (F)."""
    return case.capacity if case.spreads is None else case.spreads.capacity
