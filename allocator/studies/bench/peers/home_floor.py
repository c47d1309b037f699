"""One linear model of everything, as a competent engineer would write it in a day.

Exact but for walking, which is counted between home floors: the floor where a unit has its home,
and for a ministry the home of its largest unit. That is linearised after Kaufman and Broeckx, An
algorithm for the quadratic assignment problem using Benders' decomposition, EJOR 2 (1978).
Its rules are in `rules`; who solves it is elsewhere.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from allocator.plan.types import Pieces
from allocator.search.case import Case
from allocator.studies.bench.peers.first_fit import most_floors
from allocator.studies.bench.peers.rows import Rows
from allocator.studies.bench.peers.rules import post_rules
from allocator.studies.bench.peers.used import Used
from allocator.studies.bench.types import BenchStatus, Claim

MOST_ENTRIES = 6_000_000
"""Coefficients of walking beyond which the model is not built."""
INFINITE = 1e19
"""Bounds from here on stand for none, as SCIP has it."""
MINUTES_STEP, WALKED_STEP = 0.01, 0.001


class HomeFloorModel:
    """All pieces of a case in one model.

    Attributes
    ----------
    rows
        The model.
    used
        Its columns that say which unit uses which floor.
    is_exact
        Whether its cost is the total of docs/explanation/objective.md: no unit can be split, all
        trips are between units or organisations of one unit (or nobody walks), and nobody moves,
        as shares that stay may be rounded. Only then is a bound of the model a bound of the total.
    """

    def __init__(self, case: Case) -> None:
        self.case = case
        self.rows = Rows()
        self._most_floors = most_floors(case)
        self.used = Used(case, self.rows)
        self._desks = {cell: self._piece(*cell) for cell in self.used.cells}
        for unit in self.used.of_unit:
            self._place(unit)
        for floor, cells in self.used.of_floor.items():
            terms = [self._desks[cell] for cell in cells]
            self.rows.row(terms, most=int(case.capacity[floor]))
        post_rules(self.used, self._desks)
        self._costs()
        moving = bool(case.leaving_cost.any())
        # Walking is posted here and says itself whether homes describe it fully.
        self.is_exact = self._walking() and not case.allow_unplaced and not moving

    @staticmethod
    def entries(case: Case) -> int:
        """Return how many coefficients walking needs, before anything is built.

        They outnumber all others, so this says whether the model is small enough to be tried.
        """
        if not case.scenario.settings.prices.walking:
            return 0
        # One column of minutes per floor and walked-to unit, each a row over all of its home's
        # floors.
        return len({b for _, b in trips_between_homes(case)}) * len(case.floor_ids) ** 2

    def pieces(self, values: Sequence[float]) -> Pieces:
        """Return the plan of a solution, given the value of every column."""
        # Solvers of linear models return whole numbers only to within a tolerance.
        layout = {
            cell: round(values[column] * desks) for cell, (column, desks) in self._desks.items()
        }
        return self.case.pieces({cell: desks for cell, desks in layout.items() if desks})

    def claim(self, status: BenchStatus, bound: float) -> Claim:
        """Return what a solver may say of the case.

        It has proved this status and bound of the model.
        """
        if status is BenchStatus.INFEASIBLE:
            # The model places every desk; a plan that leaves some unplaced may still exist.
            short = self.case.allow_unplaced
            return Claim(BenchStatus.UNKNOWN if short else BenchStatus.INFEASIBLE)
        if self.is_exact:
            return Claim(status, self._meaningful(bound))
        found = BenchStatus.FEASIBLE if status is BenchStatus.OPTIMAL else status
        return Claim(found, message="optimal by home floors" if found is not status else "")

    def _meaningful(self, bound: float) -> float | None:
        """Return a bound, at least 0 where nothing costs less; None if the solver has none."""
        if abs(bound) >= INFINITE:
            return None
        is_above_0 = min(self.case.placement_cost.values(), default=0.0) >= 0
        return max(bound, 0.0) if is_above_0 else bound

    def _is_whole(self, unit: int) -> bool:
        """Say whether a unit can use one floor only, by its rules or by its smallest piece."""
        return self._most_floors[unit] < 2

    def _piece(self, unit: int, floor: int) -> tuple[int, float]:
        """Return the column whose multiple is the desks of a piece."""
        used = self.used.cells[unit, floor]
        demand, least = int(self.case.demand[unit]), int(self.case.least[unit])
        # A whole unit needs no column of desks: all of them are there, or none.
        if self._is_whole(unit):
            return used, demand
        most = min(demand, int(self.case.capacity[floor]))
        desks = self.rows.column(most)
        # Together: no piece below the smallest size, and no desks on a floor that is not used.
        self.rows.row([(desks, 1), (used, -least)], least=0)
        self.rows.row([(desks, 1), (used, -most)], most=0)
        return desks, 1

    def _place(self, unit: int) -> None:
        """Post that every desk of a unit is placed."""
        terms = [self._desks[cell] for cell in self.used.of_unit[unit]]
        demand = int(self.case.demand[unit])
        self.rows.row(terms, least=demand, most=demand)

    def _costs(self) -> None:
        """Price every term of the total but walking."""
        case, rows, prices = self.case, self.rows, self.case.scenario.settings.prices
        for unit, cells in self.used.of_unit.items():
            # The first floor of a unit is not an extra one, nor is the first tower of an
            # organisation below.
            rows.constant -= prices.extra_floor
            for cell in cells:
                rows.cost[self.used.cells[cell]] += prices.extra_floor
                column, desks = self._desks[cell]
                cost = case.placement_cost.get(cell, 0.0)
                rows.cost[column] += cost * desks / int(case.demand[unit])
        for floor in self.used.of_floor:
            rows.cost[self.used.on_floor(floor)] += float(case.open_cost[floor])
        for body in case.organisations if prices.extra_tower else ():
            towers = self.used.in_towers(case.units_of[body])
            rows.constant -= prices.extra_tower if towers else 0.0
            for column in towers.values():
                rows.cost[column] += prices.extra_tower
        if prices.extra_gap:
            for body in case.organisations:
                self.used.price_gaps(case.units_of[body], prices.extra_gap)
        self._people_moved()

    def _people_moved(self) -> None:
        """Price people moved.

        All of a unit's but for the part of its desks that stays where it is today.
        """
        case = self.case
        self.rows.constant += float(case.leaving_cost.sum())
        for cell, site in case.site_costs.items():
            for saving in site.savings if cell in self._desks else ():
                column, desks = self._desks[cell]
                # The part that stays is at most what was there and at most what is placed there
                # now; saving money, it rises to the lower of the two by itself.
                stays = self.rows.column(saving.up_to, cost=-saving.rate, step=WALKED_STEP)
                demand = int(case.demand[cell[0]])
                terms = [(column, desks), (stays, -demand)]
                self.rows.row(terms, least=0, step=WALKED_STEP)

    def _walking(self) -> bool:
        """Post minutes walked between homes; return whether they are all that are walked."""
        case, price = self.case, self.case.scenario.settings.prices.walking
        if not price or not len(case.trips.a):
            return True
        trips = trips_between_homes(case)
        home = {unit: self._home(unit) for pair in trips for unit in pair}
        minutes = {unit: self._minutes_to(home[unit]) for _, unit in trips}
        partners: defaultdict[int, list[tuple[int, float]]] = defaultdict(list)
        for (a, b), amount in trips.items():
            partners[a].append((b, amount * price))
        for unit, others in partners.items():
            self._walked(home[unit], [(minutes[b], amount) for b, amount in others])
        # A split unit also walks inside itself, and a ministry of several units from each of them.
        return all(map(self._is_whole, case.units)) and _is_between_units(case)

    def _home(self, unit: int) -> dict[int, int]:
        """Return a column by floor, of which one is 1: the unit's home, a floor that it uses."""
        used = {floor: self.used.cells[unit, floor] for _, floor in self.used.of_unit[unit]}
        if self._is_whole(unit):
            return used
        home = {floor: self.rows.column() for floor in used}
        self.rows.row([(column, 1) for column in home.values()], least=1, most=1)
        for floor, column in home.items():
            self.rows.implies(column, used[floor])
        return home

    def _minutes_to(self, home: dict[int, int]) -> list[int]:
        """Return a column by floor: minutes from there to a home.

        Made once for a home and used by every partner, which keeps the model at units times floors
        columns rather than pairs of units.
        """
        floors = list(home)
        found = []
        for floor in self.case.floors:
            away = self.case.minutes[floor, floors]
            column = self.rows.column(float(away.max()), step=MINUTES_STEP)
            terms = [(column, 1.0), *zip(home.values(), (-away).tolist(), strict=True)]
            self.rows.row(terms, least=0, most=0, step=MINUTES_STEP)
            found.append(column)
        return found

    def _walked(self, home: dict[int, int], partners: list[tuple[list[int], float]]) -> None:
        """Price the minutes from a home to all its partners': those of the floor it is on.

        This is the row of Kaufman and Broeckx: one continuous column takes the place of all
        products of two choices, and binds only for the floor that is chosen.
        """
        # The range of the column is also its big M, so the least that holds everywhere is taken.
        most = max(
            sum(amount * self.rows.most[minutes[floor]] for minutes, amount in partners)
            for floor in home
        )
        walked = self.rows.column(most, cost=1.0, step=WALKED_STEP)
        for floor, column in home.items():
            terms = [(minutes[floor], -amount) for minutes, amount in partners]
            self.rows.row([(walked, 1), *terms], least=0, only_if=column, step=WALKED_STEP)


def _is_between_units(case: Case) -> bool:
    """Whether no trips are to a ministry of several units."""
    ends = np.unique(np.concatenate([case.trips.a, case.trips.b]))
    bodies = ends[ends >= case.trips.units] - case.trips.units
    return all(len(case.units_of[body]) == 1 for body in bodies)


def trips_between_homes(case: Case) -> dict[tuple[int, int], float]:
    """Return trips a week between units, those of a ministry being its largest unit's.

    Pairs are unordered, the lower number first. A unit without desks has no home and no trips.
    """
    largest = [max(units, key=lambda u: (case.people[u], -u)) for units in case.units_of]
    home = [*case.units, *largest]
    found: defaultdict[tuple[int, int], float] = defaultdict(float)
    for a, b, amount in zip(case.trips.a, case.trips.b, case.trips.per_week, strict=True):
        one, other = sorted((home[a], home[b]))
        if one != other and case.demand[one] and case.demand[other]:
            found[one, other] += float(amount)
    return found
