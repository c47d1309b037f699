"""Towers beyond an organisation's first, at the least, where no unit is divided between towers.

This is bin packing with minimum colour fragmentation (Mehrani, Cardonha and Bergman 2022) in two
exact models: of the parts an organisation is divided into, where organisations have few units;
and of the ways to fill a tower, where few units fill one. Towers count as all of the largest
desks; everything else is relaxed. It wins for packings with few colour fragments, where towers of
different sizes or many units keep the model with floors (`special.parts`) from being made.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from math import ceil
from operator import neg
from time import monotonic

import numpy as np
from ortools.sat.python import cp_model

from allocator.search.case import Case
from allocator.search.progress import ShouldStop
from allocator.search.rules import AtMost, PlaceKind
from allocator.search.solver import Effort, Proof, solve_model

MOST_WAYS = 20_000
"""Ways to divide an organisation, or to fill a tower, beyond which a model is not made."""
FIRST_S, LONGER = 2.0, 3.0
"""Seconds that a model gets at first, and how many times as many when it is asked again."""
MOST_STEPS = 200_000
"""Steps in the search for ways to fill a tower, likewise."""
MOST_TOGETHER = 60
"""Units or parts in a tower, likewise."""

Filling = tuple[int, ...]
"""What is together, as sorted indices or desks; the same as often as it is there."""


def rising_towers(case: Case, until: float, should_stop: ShouldStop) -> Iterator[int]:
    """Yield numbers of extra towers that every plan with all desks placed has, each longer sought.

    Parameters
    ----------
    until
        Time of `time.monotonic` at which to stop.
    """
    model, seconds, is_exact = Undivided(case), FIRST_S, False
    while not is_exact and model.model is not None and monotonic() < until:
        found, is_exact = model.least(min(seconds, until - monotonic()), should_stop)
        yield found
        seconds *= LONGER


class TooManyError(Exception):
    """There are more ways than a model could hold."""


class Undivided:
    """An exact model of the towers that organisations use, if the case has one."""

    def __init__(self, case: Case) -> None:
        self.case = case
        rooms = np.bincount(case.tower, weights=case.capacity)
        self.towers = len(rooms)
        self.room = int(rooms.max(initial=0.0))
        placed = np.flatnonzero(case.demand).tolist()
        self.vacant = self.room * self.towers - int(case.demand.sum())
        self.units = Counter((int(case.demand[u]), int(case.organisation[u])) for u in placed)
        self.organisations = len({o for _, o in self.units})
        self.model = self._model() if are_undivided(case, placed) else None

    def _model(self) -> cp_model.CpModel | None:
        for build in (self._by_parts, self._by_fillings):
            try:
                return build()
            except TooManyError:
                continue
        return None

    def least(self, seconds: float, should_stop: ShouldStop) -> tuple[int, bool]:
        """Return a number of extra towers that is proved, and whether it is the least there is."""
        if self.model is None:
            return 0, True
        solved = solve_model(
            self.model,
            Effort(seconds),
            should_stop=should_stop,
            linearization_level=2,
            optimize_with_lb_tree_search=True,
        )
        if solved.proof is Proof.INFEASIBLE:
            return 0, True
        used = ceil(solved.bound - 1e-6)
        return max(used - self.organisations, 0), solved.proof is Proof.OPTIMAL

    def _by_parts(self) -> cp_model.CpModel:
        """Each organisation is divided in one way; the parts of all fill the towers."""
        model, parts = cp_model.CpModel(), []
        supply: defaultdict[int, list[cp_model.LinearExprT]] = defaultdict(list)
        units: defaultdict[int, list[int]] = defaultdict(list)
        for (desks, o), count in self.units.items():
            units[o] += [desks] * count
        for mine in units.values():
            ways = [(model.new_bool_var(""), way) for way in divisions(mine, self.room)]
            model.add_exactly_one(chosen for chosen, _ in ways)
            for chosen, way in ways:
                parts.append(len(way) * chosen)
                for desks, count in Counter(way).items():
                    supply[desks].append(count * chosen)
        sizes = sorted(supply, reverse=True)
        most = [self.towers * (self.room // size) for size in sizes]
        towers = _Towers(self, model, sizes, most)
        for size, held in zip(sizes, towers.held, strict=True):
            model.add(sum(supply[size]) == sum(held))
        model.minimize(sum(parts))
        return model

    def _by_fillings(self) -> cp_model.CpModel:
        """Towers are filled so that every unit is somewhere."""
        model, kinds = cp_model.CpModel(), sorted(self.units, reverse=True)
        counts = [self.units[kind] for kind in kinds]
        towers = _Towers(self, model, [desks for desks, _ in kinds], counts)
        for count, held in zip(counts, towers.held, strict=True):
            model.add(sum(held) == count)
        bodies = [len({kinds[i][1] for i in way}) * times for way, times in towers.ways]
        model.minimize(sum(bodies))
        return model


class _Towers:
    """Towers in a model, by the way they are filled.

    Attributes
    ----------
    ways
        Every way, with how many towers are filled in it.
    held
        Of everything that fills, how much the towers hold.
    """

    def __init__(
        self, case: Undivided, model: cp_model.CpModel, sizes: Sequence[int], counts: Sequence[int]
    ) -> None:
        self.ways: list[tuple[Filling, cp_model.IntVar]] = []
        self.held: list[list[cp_model.LinearExprT]] = [[] for _ in sizes]
        for way in fillings(sizes, counts, case.room, case.vacant):
            if len(self.ways) == MOST_WAYS:
                raise TooManyError
            inside = Counter(way)
            most = min(case.towers, *(counts[i] // count for i, count in inside.items()))
            times = model.new_int_var(0, max(most, 1), "")
            self.ways.append((way, times))
            for i, count in inside.items():
                self.held[i].append(count * times)
        model.add(sum(times for _, times in self.ways) <= case.towers)


def are_undivided(case: Case, units: Sequence[int]) -> bool:
    """Return whether each of the units is in one tower, by its size or by a rule."""
    kept: set[int] = set()
    for limit in case.limits:
        if isinstance(limit, AtMost) and limit.most == 1 and limit.place is not PlaceKind.COMPLEX:
            kept.update(limit.units)
    return all(u in kept or case.demand[u] < 2 * case.least[u] for u in units)


def divisions(units: Sequence[int], room: int) -> set[Filling]:
    """Return the ways to divide units into parts of at most so many desks, by desks of the parts.

    Raises
    ------
    TooManyError
        If there are too many.
    """
    found: set[Filling] = {()}
    for desks in sorted(units, reverse=True):
        wider = {tuple(sorted((*way, desks))) for way in found}
        for way in found:
            for i, part in enumerate(way):
                if part + desks <= room:
                    wider.add(tuple(sorted((*way[:i], part + desks, *way[i + 1 :]))))
        found = wider
        if len(found) > MOST_WAYS:
            raise TooManyError
    return found


def fillings(
    sizes: Sequence[int], counts: Sequence[int], room: int, vacant: int
) -> Iterator[Filling]:
    """Yield the ways to fill a room that leave at most so much vacant, by indices of sizes.

    Parameters
    ----------
    sizes, counts
        What there is, largest first, and how often.

    Raises
    ------
    TooManyError
        If there are too many steps to look for them.
    """
    steps = 0

    def further(first: int, left: int, way: Filling) -> Iterator[Filling]:
        nonlocal steps
        steps += 1
        if steps > MOST_STEPS or len(way) > MOST_TOGETHER:
            raise TooManyError
        if way and left <= vacant:
            yield way
        for i in range(max(first, bisect_left(sizes, -left, key=neg)), len(sizes)):
            rest = left - sizes[i]
            if (rest <= vacant or rest >= sizes[-1]) and way.count(i) < counts[i]:
                yield from further(i, rest, (*way, i))

    return further(0, room, ())
