"""The local search as others call it: from any layout, or none, to better and better valid ones.

Here is what is tried in which order; the trying itself is compiled (`anneal`).

References
----------
Lourenço, Martin, Stützle (2003), Iterated local search, Handbook of Metaheuristics.
Ropke, Pisinger (2006), An adaptive large neighborhood search heuristic for the pickup and
delivery problem with time windows, Transportation Science 40: ruin a part, make it anew.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.typing import NDArray

from allocator.search.case import Case, Layout
from allocator.search.local.budget import Budget
from allocator.search.local.choosing import TowerChoice
from allocator.search.local.filling import poured
from allocator.search.local.game import Cooling, Game, desk_worth
from allocator.search.local.line import Line, fits_a_line
from allocator.search.local.narrowing import narrowed
from allocator.search.local.towers import by_tower

FLOOR_HOT, FLOOR_COLD = (0.03, 0.06, 0.12, 0.25), 0.002
"""Temperatures of floors, in the same measure."""
MOST_FLOOR_MOVES = 4_000_000
"""Moves of the floors of several towers together at most."""
FLOOR_MOVES, FIRST_POLISH = 2000, 1000
"""Moves a unit: of the floors of several towers together, and of those of each of them then."""
HOPEFUL = 0.2
"""How much worse floors of several towers may be, in ordinary units, for each of them to be
polished by itself."""
LINE_HOT, SHORT_LINE, LONG_LINE = (0.05, 0.1, 0.2), 300, 1000
"""Temperatures of a line in ordinary units, and moves a unit: at first, and where hopeful."""
TOGETHER = 0.3
"""How often floors of several towers are annealed together by desks besides."""
NUDGED = 0.9
"""How often a kick of towers is a nudge."""
BEGUN_ANEW = 3
"""Times that all towers are chosen anew at first."""
FLOORS_ONLY = 0.4
"""Part of the moves that leave the choice of towers as it is."""
MOST_POLISHED = 4
"""Towers whose floors are annealed together at most, their choice left as it is."""
LEAST_ROOM = 0.9
"""Part of a tower's desks that the search for towers may always count on."""
MOST_TOGETHER = 300
"""Units up to which floors of several towers are annealed together, units going between them."""
NEAR_OVERFULL = 6
"""Towers near an overfull one, itself among them, that take from it."""
MOST_PRESSURE = 20.0
"""How much dearer what is wrong may become on floors."""

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
    case: Case,
    start: Layout,
    *,
    rng: np.random.Generator,
    budget: Budget,
    now: Callable[[], Case] | None = None,
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
    now
        Asked for the case, which differs only in what floors hold, after every layout and every
        kick; where a floor holds less than before, layouts are better than nothing again.
    """
    yield from Search(case, rng, budget, now).run(start)


class Search:
    """Boards of floors and of towers, the layout at hand and the best so far."""

    def __init__(
        self,
        case: Case,
        rng: np.random.Generator,
        budget: Budget,
        now: Callable[[], Case] | None = None,
    ) -> None:
        self.now, self.known = now or (lambda: case), case
        case = narrowed(case)
        self.case, self.rng, self.budget = case, rng, budget
        self.worth = desk_worth(case)
        self.size = self.worth * max(float(case.demand.mean()), 1.0)
        """Person-minutes of an ordinary unit: what temperatures are measured in."""
        self.pressure = 1.0
        """How much dearer what is wrong has become."""
        self.floor_game = Game(case, self.worth, rng)
        self.choice = TowerChoice(case, self.worth, self.size, rng, budget)
        self.tower_game = self.choice.game
        self.room = self.choice.towers.capacity.copy()
        """Desks that each tower holds (T)."""
        self.units = [u for u in case.units if case.demand[u] > 0]
        self.best = (np.inf, np.inf)
        self.on_floors = self.in_kicks = 0
        """Moves of kicks so far: those that left the choice of towers, and all."""

    def run(self, start: Layout) -> Iterator[Found]:
        """Begin, then kick until the budget is over."""
        self.floor_game.put(start)
        yield from self._news()
        begun = 0 if start and np.isfinite(self.best[0]) else BEGUN_ANEW
        if begun and not self.budget.over:
            self._begin()
            yield from self._news()
        self.tower_game.replace(self.units, self._as_towers(self.units))
        while self.units and not self.budget.over:
            if begun > 0:
                self._kick_towers(self.choice.begin_again)
            else:
                self._kick()
            begun -= 1
            self.budget.spend(1)  # a kick of towers that are empty costs nothing else
            self._press()
            yield from self._news()
            self._heed()

    def _heed(self) -> None:
        """Hear what floors hold now."""
        before, self.known = self.known, self.now()
        if before is self.known:
            return
        held = _held(self.known)
        if (held < _held(before)).any():
            self.floor_game.forget()
            self.best = (np.inf, np.inf)
        for f in np.flatnonzero(held != _held(before)).tolist():
            self.floor_game.set_capacity(f, int(held[f]))
        more = np.zeros(len(self.case.towers), np.int64)
        np.add.at(more, self.case.tower, self.known.capacity - before.capacity)
        self.room += more
        for t in np.flatnonzero(more).tolist():
            known = int(self.tower_game.table["places"]["capacity"][t])
            self.tower_game.set_capacity(t, max(known + int(more[t]), 0))

    def _news(self) -> Iterator[Found]:
        """Yield the best layout of the floors if it beats all before."""
        people, cost = self.floor_game.best
        fewer, as_few = people < self.best[0] - 1e-6, people < self.best[0] + 1e-6
        if fewer or (as_few and cost < self.best[1] - 1e-6):
            self.best = people, cost
            yield Found(self.floor_game.best_layout(), cost, max(people, 0.0))
            self._heed()

    def _as_towers(self, units: Collection[int]) -> Desks:
        return by_tower(self.case, self.floor_game.layout(units))

    def _begin(self) -> None:
        """Choose towers for all units, then floors."""
        self.choice.begin()
        self._lay_out(set(self.case.towers), self.tower_game.layout())

    def _kick(self) -> None:
        """Reheat some floors, or some towers and lay out those that change; keep the better."""
        begun = self.budget.spent
        if self.on_floors <= FLOORS_ONLY * self.in_kicks:
            self._lay_out(set(self.choice.near(1, MOST_POLISHED)), None)
            self.on_floors += self.budget.spent - begun
        elif self.rng.random() < NUDGED:
            self._kick_towers(self.choice.nudge)
        else:
            self._kick_towers(self.choice.reheat)
        self.in_kicks += self.budget.spent - begun

    def _kick_towers(self, reheat: Callable[[], None]) -> None:
        """Reheat some towers and lay out those that change; keep the better."""
        before = self.tower_game.layout()
        reheat()
        after = self.tower_game.layout()
        differing = {key for key, _ in before.items() ^ after.items()}
        changed, moved = {t for _, t in differing}, {u for u, _ in differing}
        if changed and not self._lay_out(changed, after):
            self.tower_game.replace(moved, {k: n for k, n in before.items() if k[0] in moved})
        self._learn_room(changed)

    def _lay_out(self, towers: set[int], wanted: Desks | None) -> bool:
        """Lay out some towers anew, by desks wanted in them or as they are; say if it is kept."""
        game, weight, was_wrong = self.floor_game, self.floor_game.weight, self.floor_game.is_wrong
        units = self._units_on_floors(towers) | {u for u, t in wanted or {} if t in towers}
        before = game.layout(units)
        game.forget()
        if wanted is not None:
            self._pour(units, towers, wanted, before)
        self._anneal(towers, weight)
        self._learn_room(towers)
        kept = game.weight <= weight + 1e-6 and (was_wrong or not game.is_wrong)
        if kept:
            self.tower_game.replace(units, self._as_towers(units))
        else:
            game.replace(units, before)
        return kept

    def _anneal(self, towers: set[int], weight: float) -> None:
        """Lay out floors of some towers: each as a line, and by desks where that is not enough.

        For longer only where that may lead below a weight, and once there is a plan.
        """
        lined = {tower for tower in sorted(towers) if self._line_up(tower, SHORT_LINE)}
        if self.floor_game.is_wrong or self.floor_game.has_unplaced:
            self._cool(self._overfull(towers), FLOOR_MOVES)
        hopeful = self.floor_game.weight < weight + HOPEFUL * self.size * len(towers)
        is_first = not np.isfinite(self.best[0]) and not self.floor_game.is_wrong
        if is_first or not hopeful:
            return
        for tower in sorted(towers):
            if tower in lined:
                self._line_up(tower, LONG_LINE)
            else:
                self._cool({tower}, FIRST_POLISH)
        few = len(towers) > 1 and len(self._units_on_floors(towers)) <= MOST_TOGETHER
        if few and self.rng.random() < TOGETHER:
            self._cool(towers, FLOOR_MOVES)

    def _line_up(self, tower: int, moves: int) -> bool:
        """Lay out a tower as a line, unless that is worse; say if it is one at all."""
        game, case = self.floor_game, self.case
        if not fits_a_line(case, [tower]):
            return False
        if self.budget.over:
            return True
        if not game.table["places"]["occupants"][list(case.floors_of[tower])].any():
            return True
        line = Line(case, game, [tower], self.rng)
        hot, cold = self.rng.choice(LINE_HOT) * self.size, FLOOR_COLD * self.size
        found = line.cool(Cooling(hot, cold, moves * len(line.units)), self.budget)
        if found is not None:
            weight, before = game.weight, game.layout(line.units)
            here = set(line.floors)
            game.replace(line.units, {k: n for k, n in before.items() if k[1] not in here} | found)
            if game.weight > weight + 1e-6:
                game.replace(line.units, before)
        return True

    def _cool(self, towers: set[int], moves: int) -> None:
        """Anneal the floors of some towers and take up the best layout, if one has been seen."""
        units = self._units_on_floors(towers)
        moves = min(moves * len(units), MOST_FLOOR_MOVES)
        hot, cold = self.rng.choice(FLOOR_HOT) * self.size, FLOOR_COLD * self.size
        floors = [f for t in sorted(towers) for f in self.case.floors_of[t]]
        self.floor_game.cool(Cooling(hot, cold, moves), self.budget, units, floors)
        if np.isfinite(self.floor_game.best[1]):
            self.floor_game.replace(units, self.floor_game.best_layout(units))

    def _overfull(self, towers: set[int]) -> set[int]:
        """Return the towers with floors that are too full, and for each some near; else all."""
        places = self.floor_game.table["places"]
        full = set(self.case.tower[places["load"] > places["capacity"]].tolist()) & towers
        near = {t for tower in full for t in self.choice.nearest(tower, NEAR_OVERFULL)}
        return (near & towers) or towers

    def _units_on_floors(self, towers: set[int]) -> set[int]:
        """Return the units on floors of some towers, and those with desks that are nowhere."""
        floors = [f for t in sorted(towers) for f in self.case.floors_of[t]]
        return self.floor_game.units_in(floors)

    def _pour(self, units: set[int], towers: set[int], wanted: Desks, before: Desks) -> None:
        """Put desks where they are wanted in some towers, first as they fit; the rest stays."""
        stay = {key: n for key, n in before.items() if int(self.case.tower[key[1]]) not in towers}
        self.floor_game.replace(units, stay)
        fresh = {(u, t): n for (u, t), n in wanted.items() if u in units and t in towers}
        layout = poured(self.case, fresh, self.floor_game.layout())
        self.floor_game.put({k: n for k, n in layout.items() if k[0] in units and k not in stay})

    def _learn_room(self, towers: set[int]) -> None:
        """Let the search for towers know of desks that their floors could not take, or could."""
        places, room = self.floor_game.table["places"], self.room
        step, part = ceil(self.case.grain), self.case.grain / self.floor_game.grain
        for t in sorted(towers):
            floors = list(self.case.floors_of[t])
            above = np.maximum(places["load"][floors] - places["capacity"][floors], 0).sum()
            excess = ceil(above * part)
            known = int(self.tower_game.table["places"]["capacity"][t])
            held = int(self.tower_game.table["places"]["load"][t])
            learnt = known - excess if excess else min(max(known + step, held), int(room[t]))
            self.tower_game.set_capacity(t, max(learnt, int(room[t] * LEAST_ROOM)))

    def _press(self) -> None:
        """Make what is wrong or unplaced dearer while something is, and cheaper afterwards."""
        step = 1.05 if self.floor_game.is_wrong or self.floor_game.has_unplaced else 0.95
        self.pressure = min(max(self.pressure * step, 1.0), MOST_PRESSURE)
        self.floor_game.price(self.worth * self.pressure)


def _held(case: Case) -> NDArray[np.int64]:
    """Return what floors hold in the search for floors (F)."""
    return case.capacity if case.spreads is None else case.spreads.capacity
