"""The variables of the model: which unit has how many desks on which floor.

A model may be of the whole plan or of a part of it: pieces that are not free keep the desks they
have and enter every rule and term as numbers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache

from ortools.sat.python import cp_model

from allocator.search.cancel import checkpoint
from allocator.search.case import Case, Layout

Cell = tuple[int, int]
"""A unit and a floor."""
Literal = cp_model.BoolVarT | bool
"""Whether something is used: a variable, or known."""
DeskCount = cp_model.LinearExpr | int
"""Desks: a variable, a multiple of one, or a number."""


class Pieces:
    """Desks of every unit on every floor it may use.

    Parameters
    ----------
    free
        Units and floors to decide on.
    fixed
        Desks of all other pieces.
    may_be_short
        Whether desks may stay unplaced.
    target
        See the attribute; what is not fixed if left out.

    Attributes
    ----------
    units
        Units with at least one free piece.
    target
        Desks of each of these units to be placed on its free floors.
    free_used
        Whether each free piece is there.
    sizes
        Desks of each free piece of a unit that may be split.
    short
        Desks of a unit that find no place; empty where every desk must be placed.
    """

    def __init__(
        self,
        model: cp_model.CpModel,
        case: Case,
        free: Iterable[Cell],
        fixed: Layout,
        *,
        may_be_short: bool,
        target: Mapping[int, int] | None = None,
    ) -> None:
        self.model = model
        self.case = case
        self.desks: dict[Cell, DeskCount] = {}
        self.short: dict[int, cp_model.IntVar] = {}
        self.free_used: dict[Cell, cp_model.IntVar] = {}
        self._whole: set[int] = set()
        self.sizes: dict[Cell, cp_model.IntVar] = {}
        self._of_unit: defaultdict[int, dict[int, Literal]] = defaultdict(dict)
        self._on_floor: defaultdict[int, dict[int, Literal]] = defaultdict(dict)
        # Rules and terms ask for the same literals; each is made once. The cache dies with the
        # model.
        self.any_used = cache(self._any_used)
        for cell, desks in fixed.items():
            self._know(cell, desks, True)
        free = tuple(free)
        self.units = tuple(dict.fromkeys(u for u, _ in free))
        self.fixed_desks = {u: self.placed_as_known(u) for u in self.units}
        self.target = {
            u: int(case.demand[u]) - self.fixed_desks[u] if target is None else target[u]
            for u in self.units
        }
        for cell in free:
            checkpoint()
            self._free(cell, may_be_short)
        if may_be_short:
            for u in self.units:
                self.short[u] = model.new_int_var(0, self.target[u], f"short_{u}")

    def _know(self, cell: Cell, desks: DeskCount, used: Literal) -> None:
        """Note what is known of a piece: its desks, and whether it is there."""
        self.desks[cell] = desks
        self._of_unit[cell[0]][cell[1]] = used
        self._on_floor[cell[1]][cell[0]] = used

    def placed_as_known(self, unit: int) -> int:
        """Desks of a unit on floors where it is not free."""
        return sum(
            desks for f in self._of_unit[unit] if isinstance(desks := self.desks[unit, f], int)
        )

    def _free(self, cell: Cell, may_be_short: bool) -> None:
        """Make the variables of a piece: none, all of the unit, or enough left for another piece.

        A unit too small for two pieces needs one literal alone, which stands for all of its desks.
        """
        unit, floor = cell
        demand, least = self.target[unit], int(self.case.least[unit])
        most = min(demand, self.case.holds(unit, floor))
        if most < least:
            return
        used = self.model.new_bool_var(f"used_{unit}_{floor}")
        self.free_used[cell] = used
        # Where desks may be left out even a small unit may be there in part.
        if not may_be_short and demand < 2 * least:
            if demand == int(self.case.demand[unit]):
                self._whole.add(unit)
            self._know(cell, demand * used, used)
            return
        sizes = [[0, 0], [least, most]]
        if not may_be_short:
            # What is left over goes elsewhere and must not be too small there. In the domain, as
            # propagation then knows it from the start.
            sizes = [[0, 0], [least, min(most, demand - least)]]
            sizes += [[demand, demand]] if most == demand else []
        domain = cp_model.Domain.from_intervals([pair for pair in sizes if pair[0] <= pair[1]])
        desks = self.model.new_int_var_from_domain(domain, f"desks_{unit}_{floor}")
        self.sizes[cell] = desks
        self.model.add(desks >= least).only_enforce_if(used)
        self.model.add(desks <= most).only_enforce_if(used)
        self.model.add(desks == 0).only_enforce_if(~used)
        self._know(cell, desks, used)

    def is_free(self, cell: Cell) -> bool:
        """Whether the model decides on this piece."""
        return cell in self.free_used

    def is_whole(self, unit: int) -> bool:
        """Whether the unit is too small to be split: all of it is on one floor."""
        return unit in self._whole

    def floors_of(self, unit: int) -> dict[int, Literal]:
        """Return the floors a unit uses or may use."""
        return self._of_unit[unit]

    def units_on(self, floor: int) -> dict[int, Literal]:
        """Return the units that are or may be on a floor."""
        return self._on_floor[floor]

    def at(self, unit: int, floor: int) -> DeskCount:
        """Return the desks of a unit on a floor."""
        return self.desks.get((unit, floor), 0)

    def touches(self, units: Iterable[int]) -> bool:
        """Whether any of the units has a free piece."""
        free = set(self.units)
        return any(u in free for u in units)

    def _any_used(self, units: tuple[int, ...], floors: frozenset[int]) -> Literal:
        """Whether any of the units has a piece on any of the floors."""
        return self.either(
            [used for u in units for f, used in self._of_unit[u].items() if f in floors]
        )

    def either(self, literals: Sequence[Literal]) -> Literal:
        """Return whether at least one holds, folding what is known.

        A variable is made only where two or more are open.
        """
        open_ones = [literal for literal in literals if not isinstance(literal, bool)]
        if len(open_ones) < len(literals) and any(
            literal for literal in literals if isinstance(literal, bool)
        ):
            return True
        if not open_ones:
            return False
        if len(open_ones) == 1:
            return open_ones[0]
        result = self.model.new_bool_var("")
        self.model.add_max_equality(result, open_ones)
        return result

    def forbid_both(self, first: Literal, second: Literal) -> None:
        """At most one of two may hold."""
        self.at_most([first, second], 1)

    def at_most(self, literals: Iterable[Literal], count: int) -> None:
        """Post that at most so many of them may hold, those that are known counted."""
        known = 0
        open_ones: list[cp_model.BoolVarT] = []
        for literal in literals:
            if isinstance(literal, bool):
                known += literal
            else:
                open_ones.append(literal)
        # The most usual case has a constraint of its own in CP-SAT.
        if count - known == 1:
            self.model.add_at_most_one(open_ones)
        # If fewer are open than may hold the row says nothing; if more are known than may hold it
        # is infeasible, as it should be.
        elif len(open_ones) > count - known:
            self.model.add(sum(open_ones) <= count - known)
