"""An exact model of a packing, where the ways to fill a room are few: it plans, and proves.

A room is a floor, or a tower where units stay in one. An organisation's units in one room are a
part of it, and a room is filled by parts, of which only the desks matter: how many parts of so
many desks there are, and how rooms are filled with parts of so many desks. Both have to agree. It
is a mixed-integer programme, solved by HiGHS, which does far better here than CP-SAT.

References
----------
Mehrani, Cardonha, Bergman (2022), Models and algorithms for the bin-packing problem with minimum
color fragmentation, INFORMS Journal on Computing 34: the problem.
Gilmore, Gomory (1961), A linear programming approach to the cutting-stock problem, Operations
Research 9: a variable for each way to fill.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from itertools import islice
from math import ceil
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from ortools.math_opt.python import mathopt

from allocator.search.case import Case

MOST_WAYS, MOST_STEPS = 20_000, 1_000_000
"""Ways to fill rooms, and steps in the search for them, beyond which no model is made."""
MOST_DESKS = 100_000
"""Desks of a room, likewise: they are counted one by one."""
UNCERTAIN = 0.01
"""Part of a floor by which the solver's bound is not believed: it counts with floats."""

Way = TypeVar("Way")
Filling = tuple[tuple[int, int], ...]
"""Sizes that are together, the largest first, and how often each is there."""


@dataclass(frozen=True)
class Packed:
    """What a model has found and proved.

    Attributes
    ----------
    layout
        None where none was found, or where rooms are not floors.
    extra
        Extra towers that any layout has at least.
    is_over
        Whether more time would say no more.
    """

    layout: dict[tuple[int, int], int] | None
    extra: int
    is_over: bool


class TooManyError(Exception):
    """There are more ways than a model could hold."""


class PatternModel:
    """The model of a case: which parts there are, and how rooms are filled with them.

    Units of one organisation and size are alike, and so are rooms of one size; both are counted.

    Parameters
    ----------
    rooms : (R) int
        Desks of each room, where rooms are not the floors: no layout is made then.

    Raises
    ------
    TooManyError
        If there are too many ways to fill rooms.
    """

    def __init__(self, case: Case, rooms: NDArray[np.int64] | None = None) -> None:
        self.case, self.lays_out = case, rooms is None
        rooms = case.capacity if rooms is None else rooms
        if rooms.max(initial=0) > MOST_DESKS:
            raise TooManyError
        self.stock: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
        for u in np.flatnonzero(case.demand).tolist():
            self.stock[int(case.organisation[u]), int(case.demand[u])].append(u)
        self.rooms = Counter(rooms.tolist())
        # Desks that stay vacant in every layout. No room may be emptier than that, which leaves
        # few ways.
        self.spare = int(rooms.sum() - case.demand.sum())
        self.model = mathopt.Model()
        self.parts = [(o, way, self._most(o, way)) for o, way in _few(self._ways())]
        desks: Counter[int] = Counter()
        for _, way, most in self.parts:
            desks[_desks(way)] += most
        self.fillings = _few((r, way) for r in self.rooms for way in self._fillings(r, desks))
        whole = self.model.add_integer_variable
        self.uses = [whole(lb=0, ub=most) for _, _, most in self.parts]
        self.times = [whole(lb=0, ub=self.rooms[room]) for room, _ in self.fillings]
        self._agree()
        self.model.minimize(mathopt.fast_sum(self.uses))

    def _ways(self) -> Iterator[tuple[int, Filling]]:
        """Yield the parts of every organisation that can be on a floor as full as it has to be."""
        sizes: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
        for (o, size), units in self.stock.items():
            sizes[o].append((size, len(units)))
        full = self._could_be_full
        for o, mine in sizes.items():
            for way in fillings(sorted(mine, reverse=True), max(self.rooms)):
                if full[_desks(way)]:
                    yield o, way

    @cached_property
    def _could_be_full(self) -> list[bool]:
        """Whether a floor with a part of so many desks can leave no more vacant than is spare."""
        sums = 1  # bit n tells whether some units have n desks together
        for (_, size), units in self.stock.items():
            for _ in units:
                # All sums at once, as the bits of one whole number.
                sums |= sums << size

        def fits(desks: int, room: int) -> bool:
            least, most = max(room - self.spare - desks, 0), room - desks
            # Fewer desks than are needed leave less than nothing to spare, and no floor fits.
            return most >= least and (sums >> least) & ((1 << (most - least + 1)) - 1) != 0

        return [any(fits(n, room) for room in self.rooms) for n in range(max(self.rooms) + 1)]

    def _most(self, o: int, way: Filling) -> int:
        """Return how often a part can be made of the organisation's units at most."""
        return min(len(self.stock[o, size]) // count for size, count in way)

    def _fillings(self, room: int, desks: Counter[int]) -> Iterator[Filling]:
        """Yield the ways to fill a room with parts of so many desks."""
        for way in fillings(sorted(desks.items(), reverse=True), room):
            if room - _desks(way) <= self.spare:
                yield way

    def _agree(self) -> None:
        """Every unit is in a part, every part on a floor, and floors are not filled twice."""
        placed, balance, floors = _lists(), _lists(), _lists()
        for (o, way, _), use in zip(self.parts, self.uses, strict=True):
            balance[_desks(way)].append(use)
            for size, count in way:
                placed[o, size].append(count * use)
        for (room, way), times in zip(self.fillings, self.times, strict=True):
            floors[room].append(times)
            for size, count in way:
                balance[size].append(-count * times)
        for kind, units in self.stock.items():
            self.model.add_linear_constraint(mathopt.fast_sum(placed[kind]) == len(units))
        # As many parts of a size are made as rooms ask for; whose they are does not matter.
        for parts in balance.values():
            self.model.add_linear_constraint(mathopt.fast_sum(parts) == 0)
        for room, times in floors.items():
            self.model.add_linear_constraint(mathopt.fast_sum(times) <= self.rooms[room])

    def solve(self, seconds: float) -> Packed:
        """Solve for so many seconds at most.

        Raises nothing where time runs out: the bound is then what was proved until there.
        """
        params = mathopt.SolveParameters(
            time_limit=timedelta(seconds=seconds),
            presolve=mathopt.Emphasis.OFF,  # it may take longer than the rest, and knows no limit
        )
        result = mathopt.solve(self.model, mathopt.SolverType.HIGHS, params=params)
        reason = result.termination.reason
        bound = result.termination.objective_bounds.dual_bound
        # Pairs are whole, so a bound may be rounded up, once what floats may have added is off.
        pairs = ceil(bound - UNCERTAIN) if np.isfinite(bound) else 0
        found = self.lays_out and result.has_primal_feasible_solution()
        layout = self._layout(result.variable_values()) if found else None
        over = mathopt.TerminationReason.OPTIMAL, mathopt.TerminationReason.INFEASIBLE
        organisations = len({o for o, _ in self.stock})
        return Packed(layout, max(pairs - organisations, 0), reason in over)

    def _layout(self, values: dict[mathopt.Variable, float]) -> dict[tuple[int, int], int]:
        """Return the layout: parts by their desks, put on floors as these are filled."""
        units = {kind: list(members) for kind, members in self.stock.items()}
        ready: defaultdict[int, list[list[int]]] = defaultdict(list)
        for (o, way, _), use in zip(self.parts, self.uses, strict=True):
            for _ in range(round(values[use])):
                part = [units[o, size].pop() for size, count in way for _ in range(count)]
                ready[_desks(way)].append(part)
        floors = {room: np.flatnonzero(self.case.capacity == room).tolist() for room in self.rooms}
        layout = {}
        for (room, way), times in zip(self.fillings, self.times, strict=True):
            for _ in range(round(values[times])):
                f = floors[room].pop()
                for u in (u for size, n in way for _ in range(n) for u in ready[size].pop()):
                    layout[u, f] = int(self.case.demand[u])
        return layout


def _few(ways: Iterable[Way]) -> list[Way]:
    """Return all of them if they are not too many."""
    found = list(islice(ways, MOST_WAYS + 1))
    if len(found) > MOST_WAYS:
        raise TooManyError
    return found


def _lists() -> defaultdict[object, list[mathopt.LinearTypes]]:
    """Return lists by key, made as they are asked for."""
    return defaultdict(list)


def _desks(way: Filling) -> int:
    """Return the desks of a way."""
    return sum(size * count for size, count in way)


def fillings(sizes: list[tuple[int, int]], room: int) -> Iterator[Filling]:
    """Yield the ways to put something into a room, from sizes (largest first) and their numbers.

    Raises
    ------
    TooManyError
        If there are too many steps to look for them.
    """
    steps = 0

    def further(first: int, left: int, way: Filling) -> Iterator[Filling]:
        nonlocal steps
        steps += 1
        if steps > MOST_STEPS:
            raise TooManyError
        if way:
            yield way
        for i in range(first, len(sizes)):
            size, count = sizes[i]
            # From the largest size on, so that every way comes once.
            for n in range(1, min(count, left // size) + 1):
                yield from further(i + 1, left - n * size, (*way, (size, n)))

    return further(0, room, ())
