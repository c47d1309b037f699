"""The choice of towers: which units go to which, by blocks and by single desks in turn.

Blocks are fast and find where bodies belong; the game by desks knows every rule, and that a unit
may be in two towers. It judges what blocks propose. Floors are not laid out here.

References
----------
Lourenço, Martin, Stützle (2003), Iterated local search, Handbook of Metaheuristics.
Charon, Hudry (1993), The noising method: a new method for combinatorial optimization, Operations
Research Letters 14.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from allocator.search.case import Case
from allocator.search.local.blocks import Blocking, blocks_by_size, parted_by_tower
from allocator.search.local.budget import Budget
from allocator.search.local.game import BROKEN_WORTH, OVER_WORTH, Cooling, Game
from allocator.search.local.towers import outlook, tower_case
from allocator.search.local.walking import walks

Desks = dict[tuple[int, int], int]

BEGIN_HOT, MEND_HOT, COLD = 4.0, 0.25, 0.02
"""Temperatures of the coarsest blocks at first, and of what does not fit then, in ordinary units;
and where every cooling ends."""
PRESSURE = 4.0
"""How much dearer what is wrong is in towers than on floors."""
FIRST_EASE, EASE, LEAST_EASE = 0.0125, 0.05, 0.02
"""Part of that price at which annealings of all blocks begin, from where it rises; at which
reheats begin to learn it; and what it is at least."""
CHEAPER, DEARER = 0.7, 1.4
"""By what the last price is multiplied where all has fitted, and where it has not."""
MENDING = 4
"""Moves to mend what does not fit, as a part of those before."""
BEGIN_MOVES, MOST_BEGIN_MOVES, BEGINNINGS = 500, 5_000_000, 10
"""Moves a block and tower of each beginning, of all beginnings at most, and how many there are at
most."""
MOST_TRIES = 4
"""How many times as many moves are made at first where nothing has fitted."""
REHEATED = 0.02
"""Part of a weight that reheats save at best."""
HOT = (0.25, 0.5, 1.0, 2.0)
"""Temperatures of a reheat."""
BLOCK_MOVES, DESK_MOVES, BANDS = 500, 150, 0.9
"""Moves a block of a reheat, moves a unit of one by desks, the part of those that are bands."""
NOISE = (0.0, 0.3, 0.6, 1.0, 1.5, 2.0)
"""What a block in a tower is taken to cost more or less, at random, in ordinary units: more and
more until a choice of towers comes that was not tried yet."""
BY_DESKS, BY_DESKS_TOWERS = 0.5, 10.0
"""How often reheats are by desks at most, and towers over those there are, as moves by desks cost
more the more there are."""
NUDGES, NUDGE_HOT, NUDGE_MOVES, MOST_NUDGED = (0.1, 0.3, 1.0), (0.1, 0.3, 1.0), 200, 4
"""Noise and temperature of a nudge, in ordinary units, moves a block, and towers at most."""
MOST_TOWERS = 24
"""Towers reheated together at most."""
PROMISING = 1.0
"""How much worse towers may be, in ordinary units, for floors to be tried."""
BLOCK_PATIENCE, BEGIN_PATIENCE = 40, 100
"""Reheats of blocks in vain before they are left as they are: usually, and at first."""
BEGIN_REHEATS = 400
"""Reheats of blocks at most."""
DESK_PATIENCE, DESK_PATIENCE_THEN = 12, 4
"""Reheats by desks in vain before towers are given up, and once they have become better."""


class Ease:
    """The part of the price of a desk too many at which blocks are annealed first.

    A high price keeps blocks from going through full towers; at a low one they end there.
    """

    def __init__(self, part: float) -> None:
        self.part = part

    def learn(self, fits: bool) -> None:
        """Make it cheaper where all has fitted, dearer where it has not."""
        self.part = min(max(self.part * (CHEAPER if fits else DEARER), LEAST_EASE), 1.0)


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
        self.coarse = max(len(self.ways) - 1, 1)
        """Ways to part units into blocks before single units; those are left to the game."""
        self._at_first, self._later = Ease(1.0), Ease(EASE)
        """Prices of a desk too many when all is begun, and in reheats."""
        self._tried: set[bytes] = set()
        """Towers of all units, as they were proposed or taken before."""
        self._last: dict[int, Blocking] = {}

    def begin(self) -> None:
        """Choose towers for all units, by large blocks."""
        blocks = self._begun(np.inf)
        self.game.take(self.towers.units)
        self.game.put(blocks.layout())

    def begin_again(self) -> None:
        """Choose towers for all units anew, and take them if they are about as good."""
        before, begun = self.game.layout(), self.game.weight
        blocks = self._begun(begun)
        if blocks.weight < begun + PROMISING * self.size:
            self.game.replace(self.towers.units, blocks.layout())
            if self.game.weight > begun + PROMISING * self.size:
                self.game.replace(self.towers.units, before)

    def _begun(self, known: float) -> Blocking:
        """Return large blocks after the best of some annealings.

        It is made a little better if that may bring it below a known weight.
        """
        blocks = self._blocking(0, np.full(len(self.towers.unit_ids), -1))
        everybody, everywhere = np.arange(len(blocks.blocks)), np.array(self.towers.towers)
        cooling = Cooling(BEGIN_HOT, COLD, self._begin_moves(blocks))
        best, home, done, fits = np.inf, blocks.at.copy(), 0, False
        enough = min(BEGINNINGS * cooling.moves, MOST_BEGIN_MOVES)
        while not self.budget.over and (
            done < enough or (not fits and done < MOST_TRIES * enough)
        ):
            blocks.put_anywhere(self.rng)
            self._cool(blocks, cooling, everybody, everywhere, self._at_first, FIRST_EASE)
            done, fits = done + cooling.moves, fits or blocks.fits
            if blocks.weight < best:
                best, home = blocks.weight, blocks.at.copy()
        blocks.at[:] = home
        if blocks.weigh() < known * (1 + REHEATED):
            self._reheat_blocks(blocks, BEGIN_PATIENCE, BEGIN_REHEATS)
        return blocks

    def _cool(
        self,
        blocks: Blocking,
        cooling: Cooling,
        who: NDArray[np.int64],
        somewhere: NDArray[np.int64],
        ease: Ease,
        first: float | None = None,
    ) -> None:
        """Anneal blocks while a desk too many is cheap, and mend what does not fit.

        Temperatures are in ordinary units, `first` the part of the price to begin with.
        """
        full = PRESSURE * self.worth * OVER_WORTH
        last = ease.part * full
        prices = (last if first is None else min(first * full, last), last)
        blocks.cool(self._heated(cooling), self.budget, who, somewhere, prices)
        ease.learn(blocks.fits)
        if not blocks.fits:
            mending = Cooling(MEND_HOT, COLD, cooling.moves // MENDING)
            blocks.cool(self._heated(mending), self.budget, who, somewhere, (full, full))
        self._price(blocks)

    def _heated(self, cooling: Cooling) -> Cooling:
        """Return a cooling with temperatures in person-minutes, told in ordinary units."""
        return Cooling(cooling.hot * self.size, cooling.cold * self.size, cooling.moves)

    def _price(self, blocks: Blocking) -> None:
        worth = PRESSURE * self.worth
        blocks.price(worth * OVER_WORTH, worth * BROKEN_WORTH)

    def _begin_moves(self, blocks: Blocking) -> int:
        cells = len(blocks.blocks) * len(self.towers.tower_ids)
        return max(min(BEGIN_MOVES * cells, MOST_BEGIN_MOVES), 1)

    def _blocking(self, number: int, home: NDArray[np.int64]) -> Blocking:
        """Return blocks where units are, parted where they are in several towers."""
        wanted = parted_by_tower(self.ways[number], home)
        last = self._last.get(number)
        if last is None or last.blocks != wanted:
            last = Blocking(self.towers, self.known, self.trips, wanted, self.rng)
            self._price(last)
            self._last[number] = last
        last.ground.tables["towers"]["capacity"] = self.game.table["places"]["capacity"]
        last.put(home)
        return last

    def reheat(self) -> None:
        """Reheat while towers become better; where they do not, until they are about as good."""
        if self.rng.random() < min(BY_DESKS, BY_DESKS_TOWERS / len(self.towers.tower_ids)):
            self._reheat_desks()
        else:
            self._by_blocks()

    def _by_blocks(self) -> None:
        """Reheat blocks of some size, and take it over if the game by desks finds it as good.

        Costs that are off lead to other towers that are about as good.
        """
        before, begun = self.game.layout(), self.game.weight
        home = self._home(before)
        blocks = self._blocking(int(self.rng.integers(self.coarse)), home)
        self._tried.add(blocks.tower_of.tobytes())
        for noise in NOISE:
            blocks.put(home)
            blocks.disturb(noise * self.size, self.rng)
            self._reheat_blocks(blocks, BLOCK_PATIENCE, BEGIN_REHEATS)
            if blocks.tower_of.tobytes() not in self._tried or self.budget.over:
                break
        self._tried.add(blocks.tower_of.tobytes())
        moved = set(np.flatnonzero(blocks.tower_of != home).tolist())
        after = blocks.layout()
        self.game.replace(moved, {key: n for key, n in after.items() if key[0] in moved})
        if self.game.weight > begun + PROMISING * self.size:
            self.game.replace(moved, {key: n for key, n in before.items() if key[0] in moved})

    def nudge(self) -> None:
        """Let a few blocks of some size change places in a few towers, better or a little worse.

        What floors make of it is for others to see.
        """
        before, begun = self.game.layout(), self.game.weight
        home = self._home(before)
        blocks = self._blocking(int(self.rng.integers(len(self.ways))), home)
        blocks.put(home)
        blocks.disturb(float(self.rng.choice(NUDGES)) * self.size, self.rng)
        pool = np.array(sorted(self.near(2, MOST_NUDGED)))
        who = np.flatnonzero(np.isin(blocks.at, pool))
        nudge = Cooling(float(self.rng.choice(NUDGE_HOT)), COLD, NUDGE_MOVES * len(who))
        full = PRESSURE * self.worth * OVER_WORTH
        blocks.cool(self._heated(nudge), self.budget, who, pool, (full, full))
        moved = set(np.flatnonzero(blocks.tower_of != home).tolist())
        after = blocks.layout()
        self.game.replace(moved, {key: n for key, n in after.items() if key[0] in moved})
        if self.game.weight > begun + PROMISING * self.size:
            self.game.replace(moved, {key: n for key, n in before.items() if key[0] in moved})

    def _home(self, layout: Desks) -> NDArray[np.int64]:
        """Return the tower where a unit has most desks (U), -1 where it has none."""
        home, most = np.full(len(self.towers.unit_ids), -1), np.zeros(len(self.towers.unit_ids))
        for (u, t), desks in layout.items():
            if desks > most[u]:
                home[u], most[u] = t, desks
        return home

    def _reheat_blocks(self, blocks: Blocking, patience: int, tries: int) -> None:
        """Anneal blocks of some towers near each other, again and again; keep what is as good."""
        weight, in_vain = blocks.weigh(), 0
        while in_vain < patience and tries > 0 and not self.budget.over:
            before, tries = blocks.at.copy(), tries - 1
            self._cool_blocks(blocks)
            self.budget.spend(1)
            in_vain = 0 if blocks.weight < weight - 1e-6 else in_vain + 1
            if blocks.weight > weight + 1e-6:
                blocks.at[:] = before
                blocks.weigh()
            weight = blocks.weight

    def _cool_blocks(self, blocks: Blocking) -> None:
        """Anneal the blocks of some towers near each other anew."""
        pool = np.array(sorted(self.near(2, MOST_TOWERS)))
        who = np.flatnonzero(np.isin(blocks.at, pool))
        cooling = Cooling(float(self.rng.choice(HOT)), COLD, BLOCK_MOVES * len(who))
        self._cool(blocks, cooling, who, pool, self._later)

    def _reheat_desks(self) -> None:
        """Anneal desks and whole bands, by all rules, until towers are better or about as good."""
        begun = self.game.weight
        in_vain, left = 0, DESK_PATIENCE
        while in_vain < left and not self.budget.over:
            weight = self.game.weight
            sideways = weight + (PROMISING * self.size if weight >= begun - 1e-6 else 0.0)
            changed = self._cool_desks(sideways)
            if self.game.weight < weight - 1e-6:
                in_vain, left = 0, DESK_PATIENCE_THEN
            elif changed and left == DESK_PATIENCE:
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
        return self.nearest(int(self.rng.integers(count)), wanted)

    def nearest(self, tower: int, count: int) -> list[int]:
        """Return a tower and those nearest to it, so many in all."""
        order = np.argsort(self.towers.minutes[tower], kind="stable")
        return [int(t) for t in order[:count]]
