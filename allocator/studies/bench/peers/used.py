"""Which units use which floors and towers, as columns of a linear model, each made once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import cache

from allocator.search.case import Case
from allocator.studies.bench.peers.rows import Rows

Cell = tuple[int, int]
"""A unit and a floor."""


class Used:
    """Columns that say what is used.

    Attributes
    ----------
    cells
        Whether a unit uses a floor, for every floor that it may use.
    of_unit, of_floor
        These cells by unit and by floor.
    """

    def __init__(self, case: Case, rows: Rows) -> None:
        self.case = case
        self.rows = rows
        self.cells: dict[Cell, int] = {}
        self.of_unit: dict[int, list[Cell]] = {u: [] for u in case.units if case.demand[u]}
        self.of_floor: defaultdict[int, list[Cell]] = defaultdict(list)
        for unit, own in self.of_unit.items():
            for floor in case.floors:
                if case.allowed[unit, floor]:
                    own.append((unit, floor))
                    self.of_floor[floor].append((unit, floor))
                    self.cells[unit, floor] = rows.column()
        # Rules and prices ask for the same sets again and again; each set shall be one column.
        self.by_any = cache(self._by_any)

    def _by_any(self, units: tuple[int, ...], floors: tuple[int, ...]) -> int | None:
        """Return whether any of the units uses any of the floors; None if none may."""
        found = [self.cells[u, f] for u in units for f in floors if (u, f) in self.cells]
        return self.rows.any_of(found) if found else None

    def on_floor(self, floor: int) -> int:
        """Return a column that is 1 if a floor is in use; some unit must be allowed there."""
        return self.rows.any_of([self.cells[cell] for cell in self.of_floor[floor]])

    def in_towers(self, units: tuple[int, ...]) -> dict[int, int]:
        """Return a column for every tower that the units may use: 1 if they do."""
        return self.in_places(units, self.case.floors_of)

    def in_places(
        self, units: tuple[int, ...], places: Sequence[tuple[int, ...]]
    ) -> dict[int, int]:
        """Return a column for every place that the units may use: 1 if they do.

        Parameters
        ----------
        places
            Floors of each place; the numbers of the result are positions in this sequence. Places
            where none of the units may be have no column.
        """
        columns = ((i, self.by_any(units, floors)) for i, floors in enumerate(places))
        return {i: column for i, column in columns if column is not None}

    def price_gaps(self, units: tuple[int, ...], price: float) -> None:
        """Price every level that the units leave out between used ones of a tower.

        The price must be above 0: nothing but the cost keeps a gap's column down.
        """
        for gap in self.gaps(units):
            self.rows.cost[gap] += price

    def gaps(self, units: tuple[int, ...]) -> list[int]:
        """Return a column for each level between others.

        1 if it is left out, free to be 1 if not.
        """
        return [gap for levels in self.case.levels_of for gap in self._gaps_in(units, levels)]

    def _gaps_in(self, units: tuple[int, ...], levels: Sequence[tuple[int, ...]]) -> list[int]:
        """Gap at a level ≥ used below + used above − 1 − used there."""
        used = [self.by_any(units, floors) for floors in levels]
        ends = [i for i, column in enumerate(used) if column is not None]
        if not ends:
            return []
        # The lowest and the highest level that may be used cannot be gaps, so they need no
        # columns.
        first, last = ends[0], ends[-1]
        below, above = self._so_far(used[first:last]), self._so_far(used[last:first:-1])
        found = []
        for level in range(first + 1, last):
            gap = self.rows.column()
            there = used[level]
            terms = [(below[level - first - 1], 1), (above[last - level - 1], 1), (gap, -1)]
            terms += [] if there is None else [(there, -1)]
            self.rows.row(terms, most=1)
            found.append(gap)
        return found

    def _so_far(self, used: Sequence[int | None]) -> list[int]:
        """Return columns that are 1 from the first used level on, the first level being known."""
        found: list[int] = []
        for column in used:
            if not found and column is not None:
                found.append(column)
                continue
            so_far = self.rows.column()
            self.rows.implies(found[-1], so_far)
            if column is not None:
                self.rows.implies(column, so_far)
            found.append(so_far)
        return found
