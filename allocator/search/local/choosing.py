"""The choice of towers: which units go to which, by blocks and by single desks in turn.

Blocks are fast and find where bodies belong; the game by desks knows every rule, and that a unit
may be in two towers. It judges what blocks propose. Floors are not laid out here.

References
----------
Lourenço, Martin, Stützle (2003), Iterated local search, Handbook of Metaheuristics.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from allocator.search.case import Case
from allocator.search.local.blocks import Blocking, blocks_by_size, parted_by_tower
from allocator.search.local.budget import Budget
from allocator.search.local.game import BROKEN_WORTH, OVER_WORTH, Cooling, Game
from allocator.search.local.towers import outlook, tower_case
from allocator.search.local.walking import walks

Desks = dict[tuple[int, int], int]

BEGIN_HOT, BEGIN_WARM, REFINE_HOT, COLD = 8.0, 0.2, 0.5, 0.02
"""Temperatures of the coarsest blocks, first and last, and of finer ones then, in ordinary units;
and where every other cooling ends."""
PRESSURE = 4.0
"""How much dearer what is wrong is in towers than on floors."""
BEGIN_MOVES, MOST_BEGIN_MOVES, BEGINNINGS = 500, 5_000_000, 10
"""Moves a block and tower of each beginning, of all beginnings at most, and how many there are at
most."""
HOT = (0.25, 0.5, 1.0)
"""Temperatures of a reheat."""
BLOCK_MOVES, DESK_MOVES, BANDS = 500, 150, 0.9
"""Moves a block of a reheat, moves a unit of one by desks, the part of those that are bands."""
BY_DESKS = 0.2
"""How often reheats are by desks."""
MOST_TOWERS = 24
"""Towers reheated together at most."""
PROMISING = 1.0
"""How much worse towers may be, in ordinary units, for floors to be tried."""


@dataclass(frozen=True)
class Patience:
    """Reheats in vain before towers are given up, and once they have become better."""

    at_first: int
    then: int


BLOCK_PATIENCE, DESK_PATIENCE = Patience(60, 30), Patience(12, 4)
BEGIN_PATIENCE, BEGIN_REHEATS = Patience(100, 100), 400
"""The same of the first choice of towers, and the most reheats of it."""


class TowerChoice:
    """Who is in which tower: the game by desks, and blocks beside it.

    Attributes
    ----------
    towers
        The case by towers.
    game
        Its board, with desks of units in towers.
    """

    def __init__(
        self, case: Case, worth: float, size: float, rng: np.random.Generator, budget: Budget
    ) -> None:
        self.towers = tower_case(case)
        self.rng, self.budget, self.worth, self.size = rng, budget, worth, size
        self.known = outlook(case, self.towers)
        self.game = Game(self.towers, worth, rng, self.known)
        self.game.price(PRESSURE * worth)
        self.trips = walks(self.towers)
        self.ways = blocks_by_size(self.towers)
        self._last: dict[int, Blocking] = {}

    def begin(self) -> None:
        """Choose towers for all units: large blocks first, then smaller ones."""
        home = self._best_beginning()
        blocks = self._blocking(0, home)
        for number in range(1, len(self.ways) - 1):
            blocks = self._blocking(number, home)
            self._cool_all(blocks, REFINE_HOT, COLD)
            home = blocks.tower_of
        self._reheat_blocks(blocks, BEGIN_PATIENCE, BEGIN_REHEATS, sideways=0.0)
        self.game.take(self.towers.units)
        self.game.put(blocks.layout())

    def _best_beginning(self) -> NDArray[np.int64]:
        """Return the tower of every unit (U) after the best of some annealings of large blocks."""
        blocks = self._blocking(0, np.full(len(self.towers.unit_ids), -1))
        moves = self._begin_moves(blocks)
        best, home = np.inf, blocks.tower_of
        for _ in range(max(min(MOST_BEGIN_MOVES // moves, BEGINNINGS), 1)):
            blocks.put_anywhere(self.rng)
            self._cool_all(blocks, BEGIN_HOT, BEGIN_WARM)
            if blocks.weight < best:
                best, home = blocks.weight, blocks.tower_of
        return home

    def _cool_all(self, blocks: Blocking, hot: float, cold: float) -> None:
        blocks.weigh()
        cooling = Cooling(hot * self.size, cold * self.size, self._begin_moves(blocks))
        everything = np.arange(len(blocks.blocks))
        blocks.cool(cooling, self.budget, everything, np.array(self.towers.towers))

    def _begin_moves(self, blocks: Blocking) -> int:
        cells = len(blocks.blocks) * len(self.towers.tower_ids)
        return max(min(BEGIN_MOVES * cells, MOST_BEGIN_MOVES), 1)

    def _blocking(self, number: int, home: NDArray[np.int64]) -> Blocking:
        """Return blocks where units are, parted where they are in several towers."""
        wanted = parted_by_tower(self.ways[number], home)
        last = self._last.get(number)
        if last is None or last.blocks != wanted:
            last = Blocking(self.towers, self.known, self.trips, wanted, self.rng)
            last.price(PRESSURE * self.worth * OVER_WORTH, PRESSURE * self.worth * BROKEN_WORTH)
            self._last[number] = last
        last.ground.tables["towers"]["capacity"] = self.game.table["places"]["capacity"]
        last.put(home)
        return last

    def reheat(self) -> None:
        """Reheat while towers become better; where they do not, until they are about as good."""
        if self.rng.random() < BY_DESKS:
            self._reheat_desks(DESK_PATIENCE)
        else:
            self._by_blocks()

    def _by_blocks(self) -> None:
        """Reheat blocks of some size, and take it over if the game by desks finds it as good."""
        before, begun = self.game.layout(), self.game.weight
        home = self._home(before)
        blocks = self._blocking(int(self.rng.integers(len(self.ways))), home)
        most = PROMISING * self.size
        self._reheat_blocks(blocks, BLOCK_PATIENCE, BEGIN_REHEATS, sideways=most)
        moved = set(np.flatnonzero(blocks.tower_of != home).tolist())
        after = blocks.layout()
        self.game.replace(moved, {key: n for key, n in after.items() if key[0] in moved})
        if self.game.weight > begun + most:
            self.game.replace(moved, {key: n for key, n in before.items() if key[0] in moved})

    def _home(self, layout: Desks) -> NDArray[np.int64]:
        """Return the tower where a unit has most desks (U), -1 where it has none."""
        home, most = np.full(len(self.towers.unit_ids), -1), np.zeros(len(self.towers.unit_ids))
        for (u, t), desks in layout.items():
            if desks > most[u]:
                home[u], most[u] = t, desks
        return home

    def _reheat_blocks(
        self, blocks: Blocking, patience: Patience, tries: int, *, sideways: float
    ) -> None:
        """Anneal blocks of some towers near each other, again and again; keep what is as good.

        What is worse by no more than sideways is kept too if all was in vain so far, and ends it.
        """
        weight = blocks.weigh()
        in_vain, left = 0, patience.at_first
        while in_vain < left and tries > 0 and not self.budget.over:
            pool = np.array(sorted(self.near(2, MOST_TOWERS)))
            who = np.flatnonzero(np.isin(blocks.at, pool))
            before, tries = blocks.at.copy(), tries - 1
            cooling = Cooling(
                float(self.rng.choice(HOT)) * self.size, COLD * self.size, BLOCK_MOVES * len(who)
            )
            blocks.cool(cooling, self.budget, who, pool)
            self.budget.spend(1)
            in_vain += 1
            if blocks.weight < weight - 1e-6:
                weight, in_vain, left = blocks.weight, 0, patience.then
            elif left == patience.at_first and weight + 1e-6 < blocks.weight < weight + sideways:
                return
            elif blocks.weight > weight + 1e-6:
                blocks.at[:] = before
                blocks.weigh()

    def _reheat_desks(self, patience: Patience) -> None:
        """Do the same with single desks and whole bands, by all rules."""
        begun = self.game.weight
        in_vain, left = 0, patience.at_first
        while in_vain < left and not self.budget.over:
            weight = self.game.weight
            sideways = weight + (PROMISING * self.size if weight >= begun - 1e-6 else 0.0)
            changed = self._cool_desks(sideways)
            if self.game.weight < weight - 1e-6:
                in_vain, left = 0, patience.then
            elif changed and left == patience.at_first:
                return
            else:
                in_vain += 1

    def _cool_desks(self, most: float) -> bool:
        """Anneal some towers near each other anew; take it back if they weigh more than most.

        Return whether units are placed otherwise now.
        """
        pool = self.near(2, MOST_TOWERS)
        units = self.game.units_in(pool)
        before = self.game.layout(units)
        hot, cold = self.rng.choice(HOT) * self.size, COLD * self.size
        cooling = Cooling(hot, cold, DESK_MOVES * len(units), BANDS)
        self.game.cool(cooling, self.budget, units, pool)
        if self.game.weight > most + 1e-6:
            self.game.replace(units, before)
            return False
        return self.game.layout(units) != before

    def near(self, least: int, most: int) -> list[int]:
        """Return a random tower and those nearest to it, few more often than many."""
        count = len(self.towers.tower_ids)
        most = max(min(count, most), least)
        wanted = int(np.exp(self.rng.uniform(np.log(least), np.log(most + 1))))
        centre = int(self.rng.integers(count))
        nearest = np.argsort(self.towers.minutes[centre], kind="stable")
        return [int(t) for t in nearest[:wanted]]
