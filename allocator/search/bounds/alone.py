"""What some organisations pay at the least where they may be, by an exact model of them alone.

The model carries every rule and term; walking enters as what a unit walks at the least from the
floor where it, or a part of it of some size, is. Seen from there its partners take the nearest
desks that it leaves, the heaviest first, as in `walking`; each pair is seen half from either end.
With `sharing` it wins where few organisations share few towers, such as `ikn-kemenko4`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from ortools.sat.python import cp_model

from allocator.plan.types import TermName
from allocator.search.bounds.scaling import Scale
from allocator.search.case import Case
from allocator.search.model.objective import Cost, all_terms, fitting_scale
from allocator.search.model.rules import places, post_all
from allocator.search.model.variables import Literal, Pieces
from allocator.search.progress import ShouldStop
from allocator.search.rules import PlaceKind
from allocator.search.solver import Effort, Proof, solve_model
from allocator.search.walking_time import WalkingTime

FINE = Scale(2.0**10)
"""Whole units of the model; prices may be a desk's, so a fraction of a minute is lost in all."""

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]


@dataclass(frozen=True)
class Least:
    """A proved least cost.

    Attributes
    ----------
    bound
        Person-minutes a week; infinite where there is no plan.
    exact
        Whether more time would not raise it.
    """

    bound: float
    exact: bool


class Alone:
    """Models of some organisations of a case.

    Parameters
    ----------
    outwards : (F) float
        Minutes of every trip from the floor to another tower that are counted here.
    """

    def __init__(self, case: Case, outwards: Floats, should_stop: ShouldStop) -> None:
        self.case, self.outwards, self.should_stop = case, outwards, should_stop
        placed = case.demand > 0
        self.trips = WalkingTime(case).between(case.units) * np.outer(placed, placed)

    def sharing(self, units: Sequence[int], tower: int, effort: Effort) -> Least:
        """Return the least cost of units that have a tower to themselves, all of them there."""
        pieces = self._pieces(units, self.case.floors_of[tower])
        if pieces is None:
            return Least(np.inf, exact=True)
        walked = _Walked(self, pieces, self.outwards).cost()
        return self._solved(pieces, [*all_terms(pieces).values(), walked], effort)

    def within(self, units: Sequence[int], tower: int, effort: Effort) -> Least:
        """Return what units in a tower pay for themselves, whoever else is there.

        That is all but floors in use and walking to others.
        """
        pieces = self._pieces(units, self.case.floors_of[tower])
        return Least(np.inf, exact=True) if pieces is None else self._own(pieces, effort)

    def apart(self, units: Sequence[int], effort: Effort) -> Least:
        """Return what the units of an organisation in several towers pay for themselves."""
        pieces = self._pieces(units, self.case.floors)
        if pieces is None:
            return Least(np.inf, exact=True)
        towers = places(self.case, PlaceKind.TOWER)
        used = [pieces.any_used(tuple(units), tower) for tower in towers]
        # Otherwise the model would put it into one tower, which is another branch.
        pieces.model.add(sum(used) >= 2)
        return self._own(pieces, effort)

    def _pieces(self, units: Sequence[int], floors: Sequence[int]) -> Pieces | None:
        """Return the pieces of a model with its rules; None if a unit has no floor among these."""
        cells = [(u, f) for u in units for f in floors if self.case.allowed[u, f]]
        if len({u for u, _ in cells}) < len(units):
            return None
        pieces = Pieces(cp_model.CpModel(), self.case, cells, {}, may_be_short=False)
        post_all(pieces)
        return pieces

    def _own(self, pieces: Pieces, effort: Effort) -> Least:
        """Return the least of all terms but floors in use, with trips among these units alone."""
        terms = all_terms(pieces)
        del terms[TermName.OPEN_FLOORS]
        walked = _Walked(self, pieces, np.zeros(len(self.outwards))).cost()
        return self._solved(pieces, [*terms.values(), walked], effort)

    def _solved(self, pieces: Pieces, terms: Sequence[Cost], effort: Effort) -> Least:
        model, scale = pieces.model, Scale(fitting_scale(pieces, terms, FINE.factor))
        model.minimize(sum(term.scaled(scale.factor) for term in terms))
        solved = solve_model(model, effort, should_stop=self.should_stop)
        if solved.proof is Proof.INFEASIBLE:
            return Least(np.inf, exact=True)
        # Costs are rounded down as they are scaled, so the solver's bound is one of the case.
        return Least(scale.back(solved.bound), exact=solved.proof is Proof.OPTIMAL)


class _Walked:
    """Minutes walked by a model's units, at the least, as a linear cost of its pieces."""

    def __init__(self, alone: Alone, pieces: Pieces, outwards: Floats) -> None:
        self.case, self.pieces = alone.case, pieces
        self.floors = np.unique([f for _, f in pieces.free_used])
        self.rooms = alone.case.capacity[self.floors]
        self.units = np.array(pieces.units)
        self.trips = alone.trips[np.ix_(self.units, self.units)]
        outside = alone.trips[self.units].sum(axis=1) - self.trips.sum(axis=1)
        self.outwards = outside[:, None] * outwards[self.floors]
        self.price = alone.case.scenario.settings.prices.walking

    def cost(self) -> Cost:
        """Return the cost of all pieces; none where walking has no price."""
        found = Cost()
        for i in range(len(self.units)) if self.price else ():
            for k in range(len(self.floors)):
                if self.pieces.is_free((int(self.units[i]), int(self.floors[k]))):
                    self._piece(i, k, found)
        return found

    def _piece(self, i: int, k: int, cost: Cost) -> None:
        """Add what the unit pays on the floor, all of it or in part."""
        unit, floor = int(self.units[i]), int(self.floors[k])
        demand, least = int(self.case.demand[unit]), int(self.case.least[unit])
        model, used = self.pieces.model, self.pieces.floors_of(unit)[floor]
        if self.pieces.is_whole(unit):
            cost.add(self.price * self._seen(i, k, demand), used)
            return
        desks = self.pieces.at(unit, floor)
        part: cp_model.LinearExprT | Literal = used
        # All of a unit on one floor walks less than its line would say at that size.
        if demand <= self.rooms[k]:
            whole = model.new_bool_var("")
            model.add(desks == demand).only_enforce_if(whole)
            model.add(desks < demand).only_enforce_if(~whole)
            cost.add(self.price * self._seen(i, k, demand), whole)
            part, desks = used - whole, desks - demand * whole
        sizes = np.arange(least, min(int(self.rooms[k]), demand - least) + 1)
        if sizes.size:
            # What is walked depends on the size of a piece; a line below it keeps the model
            # linear.
            fixed, slope = _line_below(sizes, [self._seen(i, k, int(s)) for s in sizes])
            cost.add(self.price * slope, desks)
            cost.add(self.price * fixed, part)

    def _seen(self, i: int, k: int, desks: int) -> float:
        """Return what a piece walks at the least to the rest of its unit and to its partners."""
        demand = self.case.demand[self.units]
        share = desks / int(demand[i])
        near = self.case.minutes[self.floors[k], self.floors]
        left, elsewhere = self.rooms.copy(), self.rooms.copy()
        left[k] -= desks
        elsewhere[k] = 0
        elsewhere[~self.case.allowed[self.units[i], self.floors]] = 0
        others = np.flatnonzero(self.trips[i])
        others = others[others != i]
        rest = _nearest(np.ones(1), demand[i : i + 1] - desks, near, elsewhere) / demand[i]
        inside = self.trips[i, i] / 2 * (rest + share * near[k])
        # Each pair is seen half from either end, so that no trip counts twice.
        weight = self.trips[i, others] / 2 / demand[others]
        partners = _nearest(weight, demand[others], near, left)
        return float(share * (inside + partners + self.outwards[i, k]))


def _nearest(weight: Floats, desks: Whole, minutes: Floats, rooms: Whole) -> float:
    """Return Σ weight · desks · minutes at the least, the heaviest desks taking the nearest."""
    heaviest, nearest = np.argsort(-weight, kind="stable"), np.argsort(minutes, kind="stable")
    upto = np.append(0, np.cumsum(rooms[nearest]))
    spent = np.append(0.0, np.cumsum(minutes[nearest] * rooms[nearest]))
    taken = np.append(0, np.cumsum(desks[heaviest]))
    return float(weight[heaviest] @ np.diff(np.interp(taken, upto, spent)))


def _line_below(sizes: Whole, values: Sequence[float]) -> tuple[float, float]:
    """Return a line, as its value at 0 and its slope, that no value lies below."""
    slope = (values[-1] - values[0]) / max(int(sizes[-1] - sizes[0]), 1)
    return float(np.min(np.asarray(values) - slope * sizes)), slope
