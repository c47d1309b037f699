"""A search over groups as Python sees it: where they are, what they cost, and annealing them.

Compiled code and its tables are in `kernel`; filling them is in `tables`.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from allocator.search.case import Case
from allocator.search.fields import Fields
from allocator.search.groups import kernel
from allocator.search.groups.partition import Partition
from allocator.search.groups.surrogate import Surrogate
from allocator.search.groups.tables import empty_state, given_of, group_of
from allocator.search.kernels.annealing import Flags, Reals, Schedule, Whole
from allocator.search.kernels.budget import Budget

STEPS, STEP = 60, 20_000
"""Looks at the budget in an annealing at most, and moves between two of them at least."""
COUNTED = ("load", "held", "groups", "towers", "potential")
"""What is counted from where groups are."""
MOVES_AS_ONE = 10
"""Moves that count as one of those by desks: about so much faster they are."""


class GroupSearch:
    """The units of a case by towers in groups, and where they are.

    Attributes
    ----------
    towers, known
        The case by towers, and what is known of their floors.
    partition
        Of the units that have desks, into groups.
    group_of : (U)
        Group of each unit, -1 where it has no desks.
    prices
        What is wrong costs so much.
    """

    def __init__(
        self,
        towers: Case,
        known: Surrogate,
        fields: Fields,
        partition: Partition,
        rng: np.random.Generator,
    ) -> None:
        self.towers, self.known, self.partition = towers, known, partition
        self.group_of = group_of(towers, partition)
        self.given = given_of(towers, known, fields, partition)
        self.state = empty_state(self.given, fields, rng)
        self.prices = kernel.Prices(0.0, 0.0)
        self._fixed = self.given.fixed.copy()

    def price(self, over: float, broken: float) -> None:
        """Set what a desk too many costs, and a step away from a rule; weigh all by it."""
        self.prices = kernel.Prices(over, broken)
        self.weigh()

    def perturb(self, noise: float, rng: np.random.Generator) -> None:
        """Let what a group costs in a tower be off by a normal noise, in person-minutes."""
        self.given.fixed[:] = self._fixed
        if noise:
            self.given.fixed[:] += rng.normal(0.0, noise, self._fixed.shape)

    def put_anywhere(self, rng: np.random.Generator) -> None:
        """Put every group into a random tower that is allowed; sums stay until `weigh`."""
        chance = rng.random(self._allowed.shape)
        self.at[:] = np.argmax(np.where(self._allowed, chance, -1.0), axis=1)

    def put(self, tower_of: Whole) -> None:
        """Put every group where most desks of its units are (U), -1 for nowhere, if allowed.

        A group without a tower so far gets the first one that is allowed. Sums are as before until
        `weigh`.
        """
        desks = np.zeros(self._allowed.shape)
        known = np.flatnonzero((tower_of >= 0) & (self.group_of >= 0))
        np.add.at(desks, (self.group_of[known], tower_of[known]), self.towers.demand[known])
        self.at[:] = np.argmax(np.where(self._allowed, desks, -1.0), axis=1)

    @property
    def _allowed(self) -> Flags:
        return self.given.allowed

    @property
    def at(self) -> Whole:
        """Tower of every group (K)."""
        return self.state.at

    @property
    def tower_of(self) -> Whole:
        """Tower of every unit (U), -1 where it has no desks."""
        return np.append(self.at, -1)[self.group_of]

    def weigh(self) -> float:
        """Work out all sums anew; return what all groups cost.

        It also takes away what rounding has added to sums over many moves.
        """
        for counted in COUNTED:
            getattr(self.state, counted)[...] = 0
        self.state.sums[kernel.EXCESS] = 0.0
        kernel.weigh(self.given, self.state, self.prices)
        return self.cost

    @property
    def cost(self) -> float:
        """Person-minutes a week of what is known of towers, and all that is wrong at its price."""
        return float(self.state.sums[kernel.COST])

    @property
    def best(self) -> float:
        """Cost of the best that ever fitted, infinite where none did."""
        return float(self.state.sums[kernel.BEST])

    def forget_best(self) -> None:
        """Begin to look for the best anew."""
        self.state.sums[kernel.BEST] = np.inf

    def marginal_costs(self) -> Reals:
        """Return what each group would cost in each tower, others staying, rules aside (K, T)."""
        linear = self.given.linear
        found = self.given.fixed.copy()
        group = np.repeat(np.arange(len(self.partition)), np.diff(linear.start))
        np.add.at(found, group, linear.weight[:, None] * self.state.potential[linear.to])
        return found

    @property
    def fits(self) -> bool:
        """Whether no tower holds more than it can."""
        return bool((self.state.load <= self.given.capacity).all())

    def anneal(
        self,
        schedule: Schedule,
        budget: Budget,
        who: Whole,
        somewhere: Whole,
        over: tuple[float, float],
    ) -> None:
        """Anneal some groups among some towers until it is cold or the budget is over."""
        for _ in self.steps(schedule, budget, who, somewhere, over):
            pass

    def steps(
        self,
        schedule: Schedule,
        budget: Budget,
        who: Whole,
        somewhere: Whole,
        over: tuple[float, float],
    ) -> Iterator[None]:
        """Anneal, and yield now and then.

        Parameters
        ----------
        who, somewhere
            Groups that may move, and towers between which they may.
        over
            What a desk too many costs at first, and at last.

        Notes
        -----
        Nothing happens if there are no groups or no towers. When the budget ends it stops between
        two steps, groups being where they are then.
        """
        if not len(who) or not len(somewhere):
            return
        self.state.active[:] = False
        self.state.active[somewhere] = True
        steps = list(schedule.steps(STEP, STEPS))
        prices = np.geomspace(over[1], over[0], len(steps))[::-1].tolist()  # of one, the last
        for price, step in zip(prices, steps, strict=True):
            if budget.over:
                return
            # All is weighed anew at the new price; sums at the old one would make every later
            # change wrong.
            self.price(price, self.prices.broken)
            kernel.anneal(self.given, self.state, self.prices, who, somewhere, step)
            budget.spend(max(step.moves // MOVES_AS_ONE, 1))
            yield
