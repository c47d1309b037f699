"""From a scenario to a case: arrays, and where units may be by all that speaks of one unit.

Units, floors, towers and organisations are numbered in an order of their own, so that shuffled
rows make the same case.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import cache, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from allocator.scenario.demand import desks_on, smallest_piece, to_place, usable_desks
from allocator.scenario.minutes import walking_minutes
from allocator.scenario.settings import Sharing
from allocator.scenario.today import whereabouts_today
from allocator.scenario.trips import trip_table
from allocator.scenario.types import Scenario
from allocator.search.cancel import checkpoint
from allocator.search.case import Case
from allocator.search.pooling.rows import Rows, relaxed_rows
from allocator.search.rules import Numbers, limits_of, narrow
from allocator.search.site_costs import Neighbour, Reference, references_of


def compile_case(scenario: Scenario, next_plan: Neighbour | None = None) -> Case:
    """Return the scenario as arrays, the same whatever the order of its rows.

    Trips are worked out when they are first asked for: counting does without.

    Parameters
    ----------
    scenario
        A valid one.
    next_plan
        A plan of a later time to which people should not have to move.

    Raises
    ------
    CancelledWorkError
        If the work of this thread is over.
    NotImplementedError
        If there is a kind of rule that the search does not know.
    """
    checkpoint()
    return _Compiler(in_order(scenario), next_plan).case()


def in_order(scenario: Scenario) -> Scenario:
    """Return a valid scenario with the rows of every table in an order of their own."""
    rows = {name: getattr(scenario, name) for name in type(scenario).model_fields}
    for name, key in ORDER.items():
        if rows[name]:
            rows[name] = tuple(sorted(rows[name], key=key))
    # Valid already: the rows are the same, in another order.
    return Scenario.model_construct(**rows)


ORDER: dict[str, Callable[[Any], tuple[Any, ...]]] = {
    "floors": lambda row: (row.tower_id, row.level, row.floor_id),
    "headcounts": lambda row: (row.unit_id, row.scheme or "", row.wave or 0),
    "towers": lambda row: (row.tower_id,),
    "organisations": lambda row: (row.organisation_id,),
    "units": lambda row: (row.unit_id,),
    "affinities": lambda row: (row.a, row.b),
    "rules": lambda row: (row.rule, row.subject, row.object or "", row.value or ""),
    "walking": lambda row: (row.from_floor, row.to_floor),
    "placement_costs": lambda row: (row.unit_id, row.floor_id),
    "current": lambda row: (row.unit_id, row.floor_id),
    "predecessors": lambda row: (row.unit_id, row.predecessor_id),
}
"""What the rows of each table are sorted by."""


class _Compiler:
    """Indices while a case is made."""

    def __init__(self, scenario: Scenario, next_plan: Neighbour | None) -> None:
        self.scenario, self.next_plan = scenario, next_plan
        self.housed = scenario.housed
        self.unit = {unit.unit_id: i for i, unit in enumerate(self.housed)}
        self.floor = {floor.floor_id: i for i, floor in enumerate(scenario.floors)}
        self.numbers = Numbers(scenario, self.unit)
        self.towers = tuple(dict.fromkeys(floor.tower_id for floor in scenario.floors))
        self.organisations = tuple(dict.fromkeys(unit.organisation_id for unit in self.housed))
        sharing = scenario.settings.sharing
        self.demand = _whole(to_place(unit, by_chance=scenario.by_chance) for unit in self.housed)
        self.rows = relaxed_rows(scenario) if scenario.by_chance else self._plain(sharing)
        self.capacity = self.rows.capacity
        self.least = _whole(smallest_piece(d, sharing) for d in self.demand.tolist())

    def _plain(self, sharing: Sharing) -> Rows:
        """Desks of units on desks of floors."""
        usable = _whole(usable_desks(floor, sharing) for floor in self.scenario.floors)
        return Rows(np.ones(len(self.housed), np.int64), 0, usable, 1.0)

    def case(self) -> Case:
        """Return the case."""
        scenario = self.scenario
        tower = {name: i for i, name in enumerate(self.towers)}
        organisation = {name: i for i, name in enumerate(self.organisations)}
        complexes = list(dict.fromkeys(scenario.complex_of[t] for t in self.towers))
        desks = _whole(desks_on(floor, scenario.settings.sharing) for floor in scenario.floors)
        return Case(
            scenario=scenario,
            unit_ids=tuple(self.unit),
            floor_ids=tuple(self.floor),
            tower_ids=self.towers,
            organisation_ids=self.organisations,
            demand=self.demand,
            least=self.least,
            people=_whole(unit.headcount for unit in self.housed),
            organisation=_whole(organisation[unit.organisation_id] for unit in self.housed),
            capacity=self.capacity,
            desks=desks,
            tower=_whole(tower[floor.tower_id] for floor in scenario.floors),
            level=_whole(floor.level for floor in scenario.floors),
            complex=_whole(complexes.index(scenario.complex_of[t]) for t in self.towers),
            open_cost=self._open_cost(desks),
            allowed=self._allowed(),
            minutes=walking_minutes(scenario),
            trips_later=cache(partial(trip_table, scenario)),
            limits=tuple(limits_of(self.numbers)),
            weight=self.rows.weight,
            fixed_load=self.rows.fixed_load,
            load_per_desk=self.rows.load_per_desk,
            placement_cost=self._placement_cost(),
            references=self._references(),
        )

    def _open_cost(self, desks: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the price of each floor in use (F): its own, or by its desks."""
        per_desk = self.scenario.settings.prices.open_desk
        prices = (floor.open_price for floor in self.scenario.floors)
        return np.array(
            [per_desk * d if p is None else p for p, d in zip(prices, desks, strict=True)], float
        )

    def _placement_cost(self) -> dict[tuple[int, int], float]:
        """Return placement costs by unit and floor; others than housed units are left out."""
        return {
            (self.unit[row.unit_id], self.floor[row.floor_id]): row.cost
            for row in self.scenario.placement_costs
            if row.unit_id in self.unit
        }

    def _references(self) -> tuple[Reference, ...]:
        """Return today's plan and the one that follows, as far as there are any."""
        today = Neighbour(whereabouts_today(self.scenario), self.scenario.settings.prices.move)
        neighbours = [today] if self.next_plan is None else [today, self.next_plan]
        people = _whole(unit.headcount for unit in self.housed)
        return references_of(self.unit, self.floor, people, neighbours)

    def _allowed(self) -> NDArray[np.bool_]:
        """Where units may be, by everything that speaks of one unit and one floor."""
        # A floor without room for the smallest piece holds nothing of the unit, so no search need
        # try it.
        smallest = self.least * self.rows.weight + self.rows.fixed_load
        allowed = (self.capacity[None, :] >= smallest[:, None]) & (self.demand[:, None] > 0)
        self._keep_to_needs(allowed)
        narrow(self.numbers, allowed)
        return allowed

    def _keep_to_needs(self, allowed: NDArray[np.bool_]) -> None:
        """Rule out floors that lack a feature that a unit needs; `allowed` is changed in place."""
        features = [frozenset(floor.features) for floor in self.scenario.floors]
        # Few kinds of needs, many units: each kind is compared with the floors once.
        by_needs: defaultdict[frozenset[str], list[int]] = defaultdict(list)
        for u, unit in enumerate(self.housed):
            by_needs[unit.needs].append(u)
        for needs, units in by_needs.items():
            has_all = np.array([needs <= offered for offered in features], bool)
            allowed[units] &= has_all


def _whole(values: Iterable[int]) -> NDArray[np.int64]:
    """Return whole numbers as an array."""
    return np.array(list(values), dtype=np.int64)
