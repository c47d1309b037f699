"""The local search as others call it: from any layout, or none, to better and better valid ones.

Here is what is tried in which order; the trying itself is compiled (`anneal`).

References
----------
Lourenço, Martin, Stützle (2003), Iterated local search, Handbook of Metaheuristics.
Ropke, Pisinger (2006), An adaptive large neighborhood search heuristic for the pickup and
delivery problem with time windows, Transportation Science 40: ruin a part, make it anew.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from allocator.search.case import Case, Layout
from allocator.search.local.budget import Budget
from allocator.search.local.filling import poured
from allocator.search.local.game import Cooling, Game, desk_worth
from allocator.search.local.towers import (
    bands_of,
    by_tower,
    opening_by_load,
    tower_case,
    wanted_in_towers,
)

LEAST_ROOM = 0.9
"""Part of a tower's desks that the search for towers may always count on."""

Desks = dict[tuple[int, int], int]


@dataclass(frozen=True)
class Found:
    """A layout that honours every rule.

    Attributes
    ----------
    layout
        Desks by (unit, floor).
    total
        Person-minutes a week, of the desks placed.
    unplaced_people
        0 unless the case allows unplaced desks.
    """

    layout: Desks
    total: float
    unplaced_people: float


def improve(
    case: Case, start: Layout, *, rng: np.random.Generator, budget: Budget
) -> Iterator[Found]:
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
    """
    yield from _Search(case, rng, budget).run(start)


class _Search:
    """Boards of floors and of towers, the layout at hand and the best so far."""

    def __init__(self, case: Case, rng: np.random.Generator, budget: Budget) -> None:
        self.case, self.rng, self.budget = case, rng, budget
        self.worth = desk_worth(case)
        self.size = self.worth * max(float(case.demand.mean()), 1.0)
        """Person-minutes of an ordinary unit: what temperatures are measured in."""
        self.towers = tower_case(case)
        self.floor_game = Game(case, self.worth, rng)
        self.tower_game = Game(
            self.towers, self.worth, rng, opening_by_load(case), bands_of(case)
        )
        self.units = list(case.units)
        self.best = (np.inf, np.inf)
        self.weight = np.inf
        self.pressure = 1.0
        self.wrong = True

    def run(self, start: Layout) -> Iterator[Found]:
        """Begin, then kick until the budget is over."""
        self.floor_game.put(start)
        yield from self._news()
        if not np.isfinite(self.best[0]):
            self._begin()
            yield from self._news()
        self.weight, self.wrong = self.floor_game.weight, self.floor_game.is_wrong
        self.tower_game.take(self.units)
        self.tower_game.put(by_tower(self.case, self.towers, self.floor_game.layout()))
        while not self.budget.over:
            self._kick()
            self._press()
            yield from self._news()

    def _news(self) -> Iterator[Found]:
        """Yield the best layout of the floors if it beats all before."""
        people, cost = found = self.floor_game.best
        if people < self.best[0] - 1e-6 or (people <= self.best[0] and cost < self.best[1] - 1e-6):
            self.best = found
            yield Found(self.floor_game.best_layout(), cost, max(people, 0.0))

    def _begin(self) -> None:
        """Choose towers for all units, then lay out all floors."""
        count = len(self.units)
        cooling = Cooling(3.0 * self.size, 0.03 * self.size, 4000 * count, 0.4)
        self.tower_game.cool(cooling, self.budget, self.units, self.case.towers)
        wanted = wanted_in_towers(self.case, self.towers, self.tower_game.layout())
        self.floor_game.take(self.units)
        self.floor_game.put(poured(self.case, wanted, {}))
        cooling = Cooling(0.15 * self.size, 0.003 * self.size, 4000 * count)
        self.floor_game.cool(cooling, self.budget, self.units, self.case.floors)
        if np.isfinite(self.floor_game.best[1]):
            self._replace(self.floor_game, self.units, self.floor_game.best_layout())

    def _kick(self) -> None:
        """Reheat some towers, lay out anew those that changed, keep what is no worse."""
        pool = self._near_towers()
        units = self._units_in(self.tower_game, pool)
        before = self.tower_game.layout(units)
        hot = self.size * float(self.rng.choice((0.1, 0.2, 0.4, 0.8)))
        cooling = Cooling(hot, 0.03 * self.size, 300 * len(units), 0.4)
        self.tower_game.cool(cooling, self.budget, units, pool)
        after = self.tower_game.layout(units)
        changed = {t for _, t in dict(before.items() ^ after.items())}
        if not self._lay_out(changed or set(pool), after if changed else None):
            self.tower_game.take(units)
            self.tower_game.put(before)

    def _press(self) -> None:
        """Make what is wrong dearer while something is, and cheaper again afterwards."""
        wrong = self.floor_game.is_wrong
        self.pressure = min(max(self.pressure * (1.05 if wrong else 0.95), 1.0), 20.0)
        self.floor_game.price(self.worth * self.pressure)
        self.weight = self.floor_game.weight

    def _near_towers(self) -> list[int]:
        """Return a random tower and those nearest to it, few more often than many."""
        count = len(self.case.towers)
        wanted = int(np.exp(self.rng.uniform(np.log(2), np.log(max(min(count, 24), 2) + 1))))
        centre = int(self.rng.integers(count))
        nearest = np.argsort(self.towers.minutes[centre], kind="stable")
        return [int(t) for t in nearest[:wanted]]

    def _units_in(self, game: Game, places: Iterable[int]) -> set[int]:
        guests, counts = game.table["guests"], game.table["places"]["guests"]
        return {int(u) for p in places for u in guests[p, : counts[p]]}

    def _lay_out(self, towers: set[int], wanted_towers: Desks | None) -> bool:
        """Lay out some towers anew, by desks wanted in them or as they are; say if it is kept."""
        game, case = self.floor_game, self.case
        floors = [f for t in sorted(towers) for f in case.floors_of[t]]
        units = self._units_in(game, floors) | {
            u for (u, t) in (wanted_towers or {}) if t in towers
        }
        before = game.layout(units)
        game.forget()
        if wanted_towers is not None:
            self._pour(units, towers, wanted_towers, before)
        hot = self.size * float(self.rng.choice((0.03, 0.06, 0.12)))
        cooling = Cooling(hot, 0.002 * self.size, 3000 * len(units))
        game.cool(cooling, self.budget, units, floors)
        best = game.best_layout(units) if np.isfinite(game.best[1]) else game.layout(units)
        self._replace(game, units, best)
        self._learn_room(towers)
        kept = game.weight <= self.weight + 1e-6 and (self.wrong or not game.is_wrong)
        if kept:
            self.weight, self.wrong = game.weight, game.is_wrong
            self._replace(
                self.tower_game, units, by_tower(case, self.towers, game.layout(units))
            )
        else:
            self._replace(game, units, before)
        return kept

    def _learn_room(self, towers: set[int]) -> None:
        """Let the search for towers know of desks that their floors could not take."""
        places, room = self.floor_game.table["places"], self.towers.capacity
        for t in sorted(towers):
            floors = list(self.case.floors_of[t])
            excess = int(np.maximum(places["load"][floors] - places["capacity"][floors], 0).sum())
            known = int(self.tower_game.table["places"]["capacity"][t])
            learnt = known - excess if excess else min(known + 1, int(room[t]))
            self.tower_game.set_capacity(t, max(learnt, int(room[t] * LEAST_ROOM)))

    def _replace(self, game: Game, units: Collection[int], layout: Layout) -> None:
        game.take(units)
        game.put(layout)

    def _pour(self, units: set[int], towers: set[int], wanted: Desks, before: Desks) -> None:
        game, case = self.floor_game, self.case
        game.take(units)
        stay = {key: n for key, n in before.items() if int(case.tower[key[1]]) not in towers}
        game.put(stay)
        desks = wanted_in_towers(case, self.towers, {k: n for k, n in wanted.items() if k[0] in units})
        fresh = {key: n for key, n in desks.items() if key[1] in towers}
        poured_all = poured(case, fresh, game.layout())
        game.put({key: n for key, n in poured_all.items() if key[0] in units and key not in stay})
