"""The search over whole units as others call it: restarts and reheats, better and better plans."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from allocator.search.case import Case, Layout
from allocator.search.local.budget import Budget
from allocator.search.local.improve import Found
from allocator.search.whole import seating
from allocator.search.whole.office import office_of, seats_in

HOT, REHEAT, COLD = (1.0, 2.0), (0.1, 0.2, 0.4), 0.05
"""Temperatures at the beginning, of a reheat and at the end, in ordinary changes of the cost."""
PRICES = (3.0, 6.0, 12.0, 24.0)
"""Prices of an ordinary unit's desks beyond a floor's room, in the same measure: where it is tight
a high one is needed, where there is room a low one gets past full floors."""
FORGET, LEAST_CHANCE = 0.3, 0.02
"""How fast it is learnt at which prices plans fit, and the least chance of a price."""
MOVES = (400, 4_000, 16_000)
"""Moves for each unit and floor: of the first try, and of those that follow."""
MOST_MOVES = 50_000_000
STEP = 100_000
"""Moves between two looks at the budget."""
MOVES_AS_ONE = 50
"""Moves that count as one of the general search: about so much faster they are."""
REHEATS = 0.15
"""Part of the tries that begin from the best plan."""
DEARER = 1.3
"""How much dearer desks beyond the room get with each try that ends without a plan."""
SAMPLE = 2_000
"""Moves by which an ordinary change is measured."""


@dataclass(frozen=True)
class Try:
    """How one annealing goes: where it begins, temperatures and price in ordinary changes."""

    begin: NDArray[np.int64]
    hot: float
    price: float
    moves: int


def improve_whole(
    case: Case,
    start: Layout,
    *,
    rng: np.random.Generator,
    budget: Budget,
    now: Callable[[], Case] | None = None,
) -> Iterator[Found]:
    """Yield plans of whole units that fit, each better than those before, until the budget ends.

    Parameters
    ----------
    case
        One that stays whole (`office.stays_whole`).
    start
        A plan to begin from, or anything else, which is then left aside.
    rng
        Where all chance comes from. The same with the same budget of moves gives the same plans.
    budget
        When to stop; its moves are those of the general search.
    now
        Not asked: desks are not pooled here, and floors hold what they hold.
    """
    yield from _Seating(case, rng, budget).run(start)


class _Seating:
    """An office and its seats."""

    def __init__(self, case: Case, rng: np.random.Generator, budget: Budget) -> None:
        self.rng, self.budget = rng, budget
        self.units = np.flatnonzero(case.demand > 0)
        self.office = office_of(case, self.units)
        self.seats = seats_in(case, self.office, rng)
        self.ordinary = 1.0
        self.told = np.inf
        self.pressure = 1.0
        """How much dearer desks beyond a floor's room have become."""
        self.fits = np.ones(len(PRICES))
        """How often tries at each price end with a plan that fits."""

    def run(self, start: Layout) -> Iterator[Found]:
        """Anneal again and again."""
        if not len(self.units) or not self.office.allowed.any(axis=1).all():
            return
        self._measure()
        given = self._seats_of(start)
        if given is not None:
            seating.begin(self.office, self.seats, given)
            yield from self._news()
        yield from self._anneal(self._short())
        while not self.budget.over:
            arm = self.rng.choice(len(PRICES), p=self.fits / self.fits.sum())
            yield from self._anneal(self._next(PRICES[arm]))
            self._learn(arm)

    def _measure(self) -> None:
        seating.begin(self.office, self.seats, self._anywhere())
        self.seats.sums[seating.KEPT] = np.inf
        self.ordinary = seating.ordinary_change(self.office, self.seats, SAMPLE) or 1.0

    def _seats_of(self, start: Layout) -> NDArray[np.int64] | None:
        """Return the floor of every unit, None where a start does not tell it or forbids it."""
        floor = {u: f for (u, f), _ in start.items()}
        if any(int(u) not in floor for u in self.units):
            return None
        at = np.array([floor[int(u)] for u in self.units], np.int64)
        return at if self.office.allowed[np.arange(len(at)), at].all() else None

    def _anywhere(self) -> NDArray[np.int64]:
        """Return a random allowed floor of every unit."""
        chance = self.rng.random(self.office.allowed.shape)
        return np.argmax(np.where(self.office.allowed, chance, -1.0), axis=1)

    @property
    def _has_plan(self) -> bool:
        return bool(np.isfinite(self.seats.sums[seating.KEPT]))

    def _short(self) -> Try:
        """Return a short try at a high price: for any plan that fits."""
        return Try(self._anywhere(), HOT[0], PRICES[-1], self._moves(MOVES[0]))

    def _learn(self, arm: int) -> None:
        """Learn whether a price led to a plan; all rise while nothing fits."""
        fitted = self.seats.sums[seating.BEYOND] < 1
        self.fits[arm] += FORGET * (fitted - self.fits[arm])
        self.fits = np.maximum(self.fits, LEAST_CHANCE)
        self.pressure *= 1.0 if self._has_plan else DEARER

    def _next(self, price: float) -> Try:
        """Return any try at a price."""
        again = self._has_plan and self.rng.random() < REHEATS
        return Try(
            begin=self.seats.kept.copy() if again else self._anywhere(),
            hot=float(self.rng.choice(REHEAT if again else HOT)),
            price=self.pressure * price,
            moves=self._moves(int(self.rng.choice(MOVES[1:]))),
        )

    def _moves(self, each: int) -> int:
        return min(each * self.office.fixed.size, MOST_MOVES)

    def _anneal(self, go: Try) -> Iterator[Found]:
        """Anneal in steps; after each say what is better."""
        seating.begin(self.office, self.seats, go.begin)
        steps = max(go.moves // STEP, 1)
        price = go.price * self.ordinary / max(float(self.office.desks.mean()), 1.0)
        heats = self.ordinary * np.geomspace(go.hot, COLD, steps + 1)
        for hot, cold in pairwise(heats.tolist()):
            seating.anneal(self.office, self.seats, price, hot, cold, go.moves // steps)
            self.budget.spend(max(go.moves // steps // MOVES_AS_ONE, 1))
            yield from self._news()
            if self.budget.over:
                return

    def _news(self) -> Iterator[Found]:
        """Yield the best plan if it was not yet."""
        cost = float(self.seats.sums[seating.KEPT])
        if cost < self.told - 1e-6:
            self.told = cost
            where = zip(self.units.tolist(), self.seats.kept.tolist(), strict=True)
            desks = self.office.desks.tolist()
            layout = dict(zip(where, desks, strict=True))
            yield Found(layout, cost, 0.0)
