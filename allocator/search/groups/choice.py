"""The choice of towers: proposals of a tower for every unit, for floors to be laid out by.

What a proposal costs is an estimate (`surrogate`). So it may be a little dearer than the towers at
hand, and is judged by the floors that are laid out for it.

References
----------
Lourenço, Martin, Stützle (2003), Iterated local search, Handbook of Metaheuristics.
Charon, Hudry (1993), The noising method: a new method for combinatorial optimization, Operations
Research Letters 14.
"""

from __future__ import annotations

import numpy as np

from allocator.search import scale
from allocator.search.case import Case
from allocator.search.fields import fields_of
from allocator.search.groups.partition import parted_by_tower, partitions
from allocator.search.groups.search import GroupSearch
from allocator.search.groups.surrogate import surrogate, tower_case
from allocator.search.kernels.annealing import AdaptivePenalty, Schedule, Whole
from allocator.search.kernels.budget import Budget
from allocator.search.parameters import GroupParameters


class TowerChoice:
    """Proposes a tower for every unit (U), -1 for those without desks.

    Attributes
    ----------
    towers
        The case by towers.
    capacity : (T)
        Desks that each tower is taken to hold.

    Parameters
    ----------
    case
        With its floors; the case by towers is made of it.
    worth
        What a desk is worth, in person-minutes a week.
    rng, budget
        Of the local search that asks for proposals; reheats spend from its budget.
    parameters
        Schedules, noise and patience.
    """

    def __init__(
        self,
        case: Case,
        worth: float,
        rng: np.random.Generator,
        budget: Budget,
        parameters: GroupParameters,
    ) -> None:
        self.towers = tower_case(case)
        self.rng, self.budget, self.parameters = rng, budget, parameters
        self.size = worth * max(float(case.demand.mean()), 1.0)
        self.capacity = self.towers.capacity.copy()
        self._over = scale.OVER * parameters.pressure * worth
        self._broken = scale.BROKEN * parameters.pressure * worth
        self._known, self._fields = surrogate(case, self.towers), fields_of(self.towers)
        self._partitions = partitions(self.towers)
        self._coarse = max(len(self._partitions) - 1, 1)
        """Partitions into more than single units; those are left to nudges."""
        self._at_first = AdaptivePenalty(1.0, parameters.least_ease)
        self._later = AdaptivePenalty(parameters.ease, parameters.least_ease)
        self._tried: set[bytes] = set()
        """Towers of all units, as they were proposed or taken before."""
        self._last: dict[int, GroupSearch] = {}
        self._tolerance = parameters.tolerance * self.size

    def begin(self) -> Whole:
        """Choose towers for all units, by large groups; return them (U)."""
        return self._begun(np.inf).tower_of

    def begin_again(self, home: Whole) -> Whole:
        """Choose towers for all units anew, unless they are dearer than those at hand.

        Parameters
        ----------
        home : (U)
            Towers at hand, −1 for nowhere. They are returned if nothing as good comes.
        """
        cost = self._search(0, home).weigh()
        search = self._begun(cost)
        return search.tower_of if search.cost < cost + self._tolerance else home

    def _begun(self, known: float) -> GroupSearch:
        """Return large groups after the best of some annealings.

        They are reheated if that may bring them below a known cost.
        """
        given = self.parameters
        search = self._search(0, np.full(len(self.towers.unit_ids), -1))
        everybody, everywhere = np.arange(len(search.partition)), np.array(self.towers.towers)
        cells = len(everybody) * len(everywhere)
        moves = max(min(given.begin_moves * cells, given.most_begin_moves), 1)
        schedule = Schedule(given.begin_hot, given.cold, moves)
        enough = min(given.beginnings * moves, given.most_begin_moves)
        best, home, done, fits = np.inf, search.at.copy(), 0, False
        # With prices that rise some six beginnings in ten fit (docs/explanation/notes.md), so
        # there are several, and more of them while none has.
        while not self.budget.over and (
            done < enough or (not fits and done < given.most_tries * enough)
        ):
            search.put_anywhere(self.rng)
            self._anneal(search, schedule, everybody, everywhere, self._at_first, given.first_ease)
            done, fits = done + moves, fits or search.fits
            if search.cost < best:
                best, home = search.cost, search.at.copy()
        search.at[:] = home
        # No reheats for a beginning that even they would hardly bring down to the known cost.
        if search.weigh() < known * (1 + given.promise):
            self._reheat(search, given.begin_patience)
        return search

    def _anneal(
        self,
        search: GroupSearch,
        schedule: Schedule,
        who: Whole,
        somewhere: Whole,
        ease: AdaptivePenalty,
        first: float | None = None,
    ) -> None:
        """Anneal groups while a desk too many is cheap, and mend what does not fit.

        Temperatures are in ordinary units, `first` the part of the price to begin with.
        """
        # While desks too many are cheap, groups pass through full towers; the last price decides
        # where they end.
        last = ease.part * self._over
        prices = (last if first is None else min(first * self._over, last), last)
        search.anneal(self._heated(schedule), self.budget, who, somewhere, prices)
        ease.learn(search.fits)
        if not search.fits:
            given = self.parameters
            mending = Schedule(given.mend_hot, given.cold, max(schedule.moves // MENDING, 1))
            full = (self._over, self._over)
            search.anneal(self._heated(mending), self.budget, who, somewhere, full)
        # Costs are compared between annealings, so all are weighed at the full price in the end.
        search.price(self._over, self._broken)

    def _heated(self, schedule: Schedule) -> Schedule:
        """Return a schedule with temperatures in person-minutes, made of one in ordinary units."""
        return Schedule(schedule.hot * self.size, schedule.cold * self.size, schedule.moves)

    def _search(self, number: int, home: Whole) -> GroupSearch:
        """Return groups where units are, parted where they are in several towers.

        Parameters
        ----------
        number
            Of the partition, 0 for the coarsest.
        home : (U)
            Tower of each unit, −1 for nowhere.
        """
        wanted = parted_by_tower(self._partitions[number], home)
        last = self._last.get(number)
        # Its tables are kept for each partition while its groups stay the same.
        if last is None or last.partition != wanted:
            last = GroupSearch(self.towers, self._known, self._fields, wanted, self.rng)
            self._last[number] = last
        # In place: compiled code holds this array. What floors could not take has changed since.
        last.given.capacity[:] = self.capacity
        # Noise of the last use must not be in the costs by which home is weighed.
        last.perturb(0.0, self.rng)
        last.put(home)
        last.price(self._over, self._broken)
        return last

    def reheat(self, home: Whole) -> Whole:
        """Reheat large groups until towers come that were not tried and are about as good.

        Costs that are off lead to other towers: without noise every search ended in the same ones,
        whose floors need not be the best.
        """
        search = self._search(int(self.rng.integers(self._coarse)), home)
        cost = search.cost
        self._tried.add(search.tower_of.tobytes())
        # The noise grows from try to try, so that costs are no further off than it takes.
        for noise in self.parameters.noise:
            search.put(home)
            search.perturb(noise * self.size, self.rng)
            self._reheat(search, self.parameters.patience)
            if search.tower_of.tobytes() not in self._tried or self.budget.over:
                break
        self._tried.add(search.tower_of.tobytes())
        return self._unless_dear(search, cost, home)

    def nudge(self, home: Whole) -> Whole:
        """Let a few groups change places in a few towers, cheaper or a little dearer.

        Floors decide afterwards whether that was good. Unlike a reheat it works at the full price,
        from where groups are.
        """
        given = self.parameters
        search = self._search(int(self.rng.integers(len(self._partitions))), home)
        cost = search.cost
        search.perturb(float(self.rng.choice(given.nudge_noise)) * self.size, self.rng)
        pool = np.array(sorted(self.near(2, given.nudge_towers)))
        who = np.flatnonzero(np.isin(search.at, pool))
        hot = float(self.rng.choice(given.nudge_hot))
        schedule = Schedule(hot, given.cold, max(given.nudge_moves * len(who), 1))
        full = (self._over, self._over)
        search.anneal(self._heated(schedule), self.budget, who, pool, full)
        return self._unless_dear(search, cost, home)

    def _unless_dear(self, search: GroupSearch, cost: float, home: Whole) -> Whole:
        """Return the towers of a search, or those at hand if they are clearly dearer.

        Without noise: it led the search, and has no part in the judgement.
        """
        search.perturb(0.0, self.rng)
        return search.tower_of if search.weigh() <= cost + self._tolerance else home

    def _reheat(self, search: GroupSearch, patience: int) -> None:
        """Anneal groups of some towers near each other, again and again; keep what is as good.

        Ends after so many tries in vain one after the other, or when the budget is over.
        """
        cost, in_vain, tries = search.weigh(), 0, self.parameters.most_reheats
        while in_vain < patience and tries > 0 and not self.budget.over:
            before, tries = search.at.copy(), tries - 1
            self._reheat_some(search)
            # Where the pool holds no groups nothing is annealed, and the try counts all the same.
            self.budget.spend(1)
            in_vain = 0 if search.cost < cost - 1e-6 else in_vain + 1
            if search.cost > cost + 1e-6:
                search.at[:] = before
                search.weigh()
            cost = search.cost

    def _reheat_some(self, search: GroupSearch) -> None:
        """Anneal the groups of some towers near each other anew."""
        given = self.parameters
        pool = np.array(sorted(self.near(2, given.most_towers)))
        who = np.flatnonzero(np.isin(search.at, pool))
        hot = float(self.rng.choice(given.reheats))
        schedule = Schedule(hot, given.cold, max(given.reheat_moves * len(who), 1))
        self._anneal(search, schedule, who, pool, self._later)

    def near(self, least: int, most: int) -> list[int]:
        """Return a random tower and those nearest to it, few more often than many."""
        count = len(self.towers.tower_ids)
        most = max(min(count, most), least)
        wanted = int(np.exp(self.rng.uniform(np.log(least), np.log(most + 1))))
        return self.nearest(int(self.rng.integers(count)), wanted)

    def nearest(self, tower: int, count: int) -> list[int]:
        """Return a tower and those nearest to it, so many in all."""
        order = np.argsort(self.towers.minutes[tower], kind="stable")
        return [int(t) for t in order[:count]]


MENDING = 4
"""Moves to mend what does not fit, as a part of those before."""
