"""Where every tower is one floor and units stay whole, groups of one unit are the whole layout.

That is the generalised quadratic assignment problem: annealing begins again and again, and learns
at which price of a desk too many plans fit.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from allocator.search.case import Case, Layout
from allocator.search.fields import fields_of
from allocator.search.groups.partition import Partition
from allocator.search.groups.search import GroupSearch
from allocator.search.groups.surrogate import surrogate, tower_case
from allocator.search.improvement import Improvement, Watcher
from allocator.search.kernels.annealing import Schedule, Whole
from allocator.search.kernels.budget import Budget
from allocator.search.parameters import USUAL, Parameters
from allocator.search.scale import BROKEN, OVER
from allocator.search.special.packing import stays_whole


def is_alone(case: Case) -> bool:
    """Whether a plan is a tower for every unit, and nothing else."""
    return len(case.floor_ids) == len(case.tower_ids) and stays_whole(case)


def improve_alone(
    case: Case,
    start: Layout,
    *,
    rng: np.random.Generator,
    budget: Budget,
    watcher: Watcher | None = None,
    parameters: Parameters = USUAL,
) -> Iterator[Improvement]:
    """Yield plans that fit, each better than those before, until the budget ends.

    Parameters
    ----------
    case
        One that is of towers alone (`is_alone`).
    start
        A plan to begin from, or anything else, which is then left aside.
    rng, budget
        As for every local search; its moves are those of the general one.
    watcher
        Not used: floors hold what they hold.
    parameters
        Of which `alone` is used.

    Notes
    -----
    Nothing is yielded where a unit has no tower that may take it, or nobody has desks.
    """
    search = _Restarts(case, rng, budget, parameters)
    if len(search.groups.partition) and search.groups.given.allowed.any(axis=1).all():
        yield from search.run(start)


class _Restarts:
    """Annealings of single units between towers, and what they have taught.

    How often each price of a desk too many led to a plan decides how often it is tried again.
    """

    def __init__(
        self, case: Case, rng: np.random.Generator, budget: Budget, parameters: Parameters
    ) -> None:
        self.case, self.rng, self.budget, self.given = case, rng, budget, parameters.alone
        towers = tower_case(case)
        units: Partition = [(u,) for u in case.units if case.demand[u] > 0]
        known, fields = surrogate(case, towers), fields_of(towers)
        self.groups = GroupSearch(towers, known, fields, units, rng)
        self.everybody, self.everywhere = np.arange(len(units)), np.array(towers.towers)
        self.fits = np.ones(len(self.given.prices))
        """How often annealings at each price end with a plan."""
        self.pressure = 1.0
        """How much dearer desks too many have become while no plan is known."""
        self.reported = np.inf

    def run(self, start: Layout) -> Iterator[Improvement]:
        """Anneal again and again: shortly first, at the highest price, for any plan that fits."""
        given, groups = self.given, self.groups
        self.ordinary = self._ordinary_change()
        groups.price(0.0, BROKEN * self.ordinary)
        home = self._towers_of(start)
        if home is not None:
            groups.put(home)
            groups.weigh()
            yield from self._news()
        groups.put_anywhere(self.rng)
        yield from self._anneal(given.hot[0], len(given.prices) - 1, given.first_moves)
        while not self.budget.over:
            # Prices under which plans fit come more often; see `_learn` for the others.
            arm = int(self.rng.choice(len(self.fits), p=self.fits / self.fits.sum()))
            again = np.isfinite(groups.best) and self.rng.random() < given.reheated
            if again:
                groups.at[:] = groups.state.best
            else:
                groups.put_anywhere(self.rng)
            hot = self.rng.choice(given.reheats if again else given.hot)
            yield from self._anneal(float(hot), arm, int(self.rng.choice(given.moves)))
            self._learn(arm)

    def _anneal(self, hot: float, arm: int, moves: int) -> Iterator[Improvement]:
        """Anneal from where units are, at one of the prices."""
        given, size = self.given, self.groups.given.fixed.size
        schedule = Schedule(
            hot * self.ordinary, given.cold * self.ordinary, min(moves * size, given.most_moves)
        )
        # Prices are per desk and temperatures per unit, so the price is spread over the desks of
        # an ordinary unit.
        desks = float(self.case.demand.sum()) / len(self.everybody)
        price = self.pressure * given.prices[arm] * OVER * self.ordinary / desks
        over = (price, price)
        steps = self.groups.steps(schedule, self.budget, self.everybody, self.everywhere, over)
        for _ in steps:
            yield from self._news()

    def _learn(self, arm: int) -> None:
        """Learn whether a price led to a plan; all rise while nothing fits."""
        self.fits[arm] += self.given.forgets * (self.groups.fits - self.fits[arm])
        # A price that never fitted so far must stay possible.
        self.fits = np.maximum(self.fits, self.given.least_chance)
        self.pressure *= 1.0 if np.isfinite(self.groups.best) else self.given.dearer

    def _news(self) -> Iterator[Improvement]:
        """Yield the best plan if it was not yet."""
        groups = self.groups
        # By more than rounding, else one plan would be reported again and again.
        if groups.best < self.reported - 1e-6:
            self.reported = groups.best
            floors = [self.case.floors_of[t][0] for t in groups.state.best.tolist()]
            layout = {
                (u, f): int(self.case.demand[u])
                for (u, *_), f in zip(groups.partition, floors, strict=True)
            }
            yield Improvement(layout, groups.best, 0.0)

    def _towers_of(self, start: Layout) -> Whole | None:
        """Return the tower of each unit in a start (U), None where one is missing or forbidden."""
        found = np.full(len(self.case.unit_ids), -1, np.int64)
        for u, f in start:
            found[u] = self.case.tower[f] if self.case.allowed[u, f] else -1
        return found if (found[self.case.demand > 0] >= 0).all() else None

    def _ordinary_change(self) -> float:
        """Return what a shift of a unit changes on average, from where all are at random.

        Temperatures are measured in it. Where nothing costs anything it is 1, so that they are not
        0.
        """
        self.groups.put_anywhere(self.rng)
        self.groups.weigh()
        # A random layout that happens to fit is no plan to report: weighing has noted it as the
        # best.
        self.groups.forget_best()
        costs = self.groups.marginal_costs()
        here = costs[self.everybody, self.groups.at]
        return float(np.abs(costs - here[:, None]).mean()) or 1.0
