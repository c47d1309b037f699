"""The scenario as arrays and index sets: what every part of the search works on.

Compiled once a solve. Units, floors, towers and organisations are numbered from 0 here, in an
order of their own, so that shuffled rows make the same case.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from allocator.plan.types import Pieces
from allocator.scenario.demand import desks_on, smallest_piece, to_place, usable_desks
from allocator.scenario.minutes import walking_minutes
from allocator.scenario.rules import RuleKind
from allocator.scenario.settings import Sharing
from allocator.scenario.trips import TripTable, trip_table
from allocator.scenario.types import Rule, Scenario
from allocator.search.pooling.rows import Rows, relaxed_rows
from allocator.search.pooling.spreads import Spreads

Layout = Mapping[tuple[int, int], int]
"""Desks (people, where desks are pooled) by (unit, floor) index: a plan while searched for."""


@dataclass(frozen=True)
class CaseRule:
    """A rule with its bodies and places resolved to indices.

    Attributes
    ----------
    row
        The rule as it was written.
    units, others
        Units of the subject, and of the object where that is a body.
    floors
        Floors of the object where that is a place or a floor.
    """

    row: Rule
    units: tuple[int, ...]
    others: tuple[int, ...] = ()
    floors: tuple[int, ...] = ()

    @property
    def kind(self) -> RuleKind:
        """Name of the rule."""
        return self.row.rule

    @property
    def both(self) -> tuple[int, ...]:
        """Units of subject and object together."""
        return tuple(sorted({*self.units, *self.others}))


@dataclass(frozen=True)
class Case:
    """A scenario, ready to be searched. U units, F floors, T towers, O organisations.

    Σ_u weight(u) · desks(u, f) + entry · organisations on f ≤ capacity(f) is the row of a floor.
    Weights are 1 and entry 0 but where desks are pooled: there desks stand for people all over the
    search, and the rows are some that every plan obeys (`pooling`).

    Attributes
    ----------
    demand, least, people : (U) int
        Desks to place, fewest desks of a piece, headcount.
    organisation : (U) int
    capacity, desks : (F) int
        Desks that may be placed, and desks the floor has.
    tower, level : (F) int
    complex : (T) int
    open_cost : (F) float
        Person-minutes a week for a floor in use.
    allowed : (U, F) bool
        Where a unit may have a piece, by needs, only_in, never_in, kept_for and levels, and by
        the floor's room for its smallest piece.
    minutes : (F, F) float
    rules
        The rules that are not yet spent on `allowed`.
    """

    scenario: Scenario
    unit_ids: tuple[str, ...]
    floor_ids: tuple[str, ...]
    tower_ids: tuple[str, ...]
    organisation_ids: tuple[str, ...]
    demand: NDArray[np.int64]
    least: NDArray[np.int64]
    people: NDArray[np.int64]
    organisation: NDArray[np.int64]
    capacity: NDArray[np.int64]
    desks: NDArray[np.int64]
    tower: NDArray[np.int64]
    level: NDArray[np.int64]
    complex: NDArray[np.int64]
    open_cost: NDArray[np.float64]
    allowed: NDArray[np.bool_]
    minutes: NDArray[np.float64]
    trips: TripTable
    rules: tuple[CaseRule, ...]
    weight: NDArray[np.int64]
    """What a desk of each unit weighs (U)."""
    entry: int = 0
    """What an organisation on a floor weighs besides."""
    grain: float = 1.0
    """What a desk of a floor counts for in its capacity."""
    spreads: Spreads | None = None
    """Where desks are pooled: what the local search goes by on floors in place of the rows."""
    placement_cost: dict[tuple[int, int], float] = field(default_factory=dict)
    current_share: dict[tuple[int, int], float] = field(default_factory=dict)
    """Share of a unit's current desks by floor; a unit with current desks has at least one row."""
    moving: frozenset[int] = frozenset()
    """Units with current desks: those that people_moved counts."""

    @property
    def units(self) -> range:
        """Indices of the units."""
        return range(len(self.unit_ids))

    @property
    def floors(self) -> range:
        """Indices of the floors."""
        return range(len(self.floor_ids))

    @property
    def towers(self) -> range:
        """Indices of the towers."""
        return range(len(self.tower_ids))

    @property
    def organisations(self) -> range:
        """Indices of the organisations."""
        return range(len(self.organisation_ids))

    @property
    def allow_unplaced(self) -> bool:
        """Whether desks may stay unplaced."""
        return self.scenario.settings.options.allow_unplaced

    @cached_property
    def units_of(self) -> tuple[tuple[int, ...], ...]:
        """Units of each organisation."""
        return _members(self.organisation, len(self.organisation_ids))

    @cached_property
    def floors_of(self) -> tuple[tuple[int, ...], ...]:
        """Floors of each tower."""
        return _members(self.tower, len(self.tower_ids))

    @cached_property
    def towers_of(self) -> tuple[tuple[int, ...], ...]:
        """Towers of each complex."""
        return _members(self.complex, int(self.complex.max()) + 1)

    @cached_property
    def levels_of(self) -> tuple[tuple[tuple[int, ...], ...], ...]:
        """Floors of each level of each tower, lowest level first."""
        found = []
        for floors in self.floors_of:
            levels: defaultdict[int, list[int]] = defaultdict(list)
            for f in floors:
                levels[int(self.level[f])].append(f)
            found.append(tuple(tuple(levels[level]) for level in sorted(levels)))
        return tuple(found)

    @cached_property
    def rank(self) -> tuple[int, ...]:
        """Height of each floor as the number of its level among those of its tower."""
        found = [0] * len(self.floor_ids)
        for levels in self.levels_of:
            for rank, floors in enumerate(levels):
                for f in floors:
                    found[f] = rank
        return tuple(found)

    @cached_property
    def headcount_of(self) -> NDArray[np.int64]:
        """People of each organisation."""
        return np.bincount(
            self.organisation, weights=self.people, minlength=len(self.organisation_ids)
        ).astype(np.int64)

    def holds(self, unit: int, floor: int) -> int:
        """Return the most desks of a unit that a floor holds."""
        room = int(self.capacity[floor]) - self.entry
        return max(0, room // int(self.weight[unit]))

    @cached_property
    def load(self) -> NDArray[np.int64]:
        """What all of each unit weighs (U)."""
        return self.demand * self.weight

    @property
    def is_plain(self) -> bool:
        """Whether a desk is a desk: all weigh 1."""
        return not self.entry and bool((self.weight == 1).all())

    @cached_property
    def weighed(self) -> Case:
        """The case with desks of units in what floors hold, for whom only shares matter.

        Entries are left out, so its rows are looser.
        """
        if self.is_plain:
            return self
        return replace(
            self,
            demand=self.load,
            least=self.least * self.weight,
            weight=np.ones_like(self.weight),
            entry=0,
        )

    def pieces(self, layout: Layout) -> Pieces:
        """Return a layout with its ids."""
        return {
            (self.unit_ids[u], self.floor_ids[f]): int(desks) for (u, f), desks in layout.items()
        }

    def layout(self, pieces: Pieces) -> dict[tuple[int, int], int]:
        """Return pieces by index; pieces of unknown units or floors are left out."""
        unit = {name: i for i, name in enumerate(self.unit_ids)}
        floor = {name: i for i, name in enumerate(self.floor_ids)}
        return {
            (unit[u], floor[f]): desks
            for (u, f), desks in pieces.items()
            if u in unit and f in floor
        }


def _members(owner: NDArray[np.int64], count: int) -> tuple[tuple[int, ...], ...]:
    found: list[list[int]] = [[] for _ in range(count)]
    for member, index in enumerate(owner.tolist()):
        found[index].append(member)
    return tuple(tuple(members) for members in found)


def compile_case(scenario: Scenario) -> Case:
    """Return the scenario as arrays, the same whatever the order of its rows."""
    return _Compiler(in_order(scenario)).case()


def in_order(scenario: Scenario) -> Scenario:
    """Return a valid scenario with the rows of every table in an order of their own."""
    rows = {name: getattr(scenario, name) for name in type(scenario).model_fields}
    for name, key in ORDER.items():
        if rows[name]:
            rows[name] = tuple(sorted(rows[name], key=key))
    return Scenario.model_construct(**rows)


ORDER: dict[str, Callable[[Any], tuple[Any, ...]]] = {
    "floors": lambda row: (row.tower_id, row.level, row.floor_id),
    "headcounts": lambda row: (row.unit_id, row.scheme or ""),
    "towers": lambda row: (row.tower_id,),
    "organisations": lambda row: (row.organisation_id,),
    "units": lambda row: (row.unit_id,),
    "affinities": lambda row: (row.a, row.b),
    "rules": lambda row: (row.rule, row.subject, row.object or "", row.value or ""),
    "walking": lambda row: (row.from_floor, row.to_floor),
    "placement_costs": lambda row: (row.unit_id, row.floor_id),
    "current": lambda row: (row.unit_id, row.floor_id),
}
"""What the rows of each table are sorted by."""


class _Compiler:
    """Indices while a case is made."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.housed = scenario.housed
        self.unit = {unit.unit_id: i for i, unit in enumerate(self.housed)}
        self.floor = {floor.floor_id: i for i, floor in enumerate(scenario.floors)}
        self.towers = tuple(dict.fromkeys(floor.tower_id for floor in scenario.floors))
        self.organisations = tuple(dict.fromkeys(unit.organisation_id for unit in self.housed))
        sharing = scenario.settings.sharing
        self.demand = _whole(to_place(unit, pooled=scenario.is_pooled) for unit in self.housed)
        self.rows = relaxed_rows(scenario) if scenario.is_pooled else self._plain(sharing)
        self.capacity = self.rows.capacity
        self.least = _whole(smallest_piece(d, sharing) for d in self.demand.tolist())

    def _plain(self, sharing: Sharing) -> Rows:
        """Desks of units on desks of floors."""
        usable = _whole(usable_desks(floor, sharing) for floor in self.scenario.floors)
        return Rows(np.ones(len(self.housed), np.int64), 0, usable, 1.0)

    def case(self) -> Case:
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
            trips=trip_table(scenario),
            rules=tuple(self._rules()),
            weight=self.rows.weight,
            entry=self.rows.entry,
            grain=self.rows.grain,
            placement_cost=self._placement_cost(),
            current_share=self._current_share(),
            moving=frozenset(u for u, desks in self._current_desks().items() if desks),
        )

    def _open_cost(self, desks: NDArray[np.int64]) -> NDArray[np.float64]:
        per_desk = self.scenario.settings.prices.open_desk
        prices = (floor.open_price for floor in self.scenario.floors)
        return np.array(
            [per_desk * d if p is None else p for p, d in zip(prices, desks, strict=True)], float
        )

    def _placement_cost(self) -> dict[tuple[int, int], float]:
        return {
            (self.unit[row.unit_id], self.floor[row.floor_id]): row.cost
            for row in self.scenario.placement_costs
            if row.unit_id in self.unit
        }

    def _current_desks(self) -> dict[int, int]:
        """Desks that each unit has today, those elsewhere included."""
        total: defaultdict[int, int] = defaultdict(int)
        for row in self.scenario.current:
            if row.unit_id in self.unit:
                total[self.unit[row.unit_id]] += row.desks
        return total

    def _current_share(self) -> dict[tuple[int, int], float]:
        total = self._current_desks()
        return {
            (self.unit[row.unit_id], self.floor[row.floor_id]): row.desks
            / total[self.unit[row.unit_id]]
            for row in self.scenario.current
            if row.desks and row.unit_id in self.unit and row.floor_id in self.floor
        }

    def _units(self, body: str) -> tuple[int, ...]:
        return tuple(self.unit[name] for name in self.scenario.units_of.get(body, ()))

    def _floors(self, place: str) -> tuple[int, ...]:
        complex_of = self.scenario.complex_of
        return tuple(
            i
            for i, floor in enumerate(self.scenario.floors)
            if place in (floor.floor_id, floor.tower_id, complex_of[floor.tower_id])
        )

    def _at(self, place: str) -> NDArray[np.bool_]:
        inside = np.zeros(len(self.floor), bool)
        inside[list(self._floors(place))] = True
        return inside

    def _allowed(self) -> NDArray[np.bool_]:
        """Where units may be, by everything that speaks of one unit and one floor."""
        smallest = self.least * self.rows.weight + self.rows.entry
        allowed = (self.capacity[None, :] >= smallest[:, None]) & (self.demand[:, None] > 0)
        self._keep_to_needs(allowed)
        for rows, narrow in self._by_kind().items():
            narrow(allowed, rows)
        return allowed

    def _keep_to_needs(self, allowed: NDArray[np.bool_]) -> None:
        features = [frozenset(floor.features) for floor in self.scenario.floors]
        by_needs: defaultdict[frozenset[str], list[int]] = defaultdict(list)
        for u, unit in enumerate(self.housed):
            by_needs[unit.needs].append(u)
        for needs, units in by_needs.items():
            has_all = np.array([needs <= offered for offered in features], bool)
            allowed[units] &= has_all

    def _by_kind(
        self,
    ) -> dict[tuple[Rule, ...], Callable[[NDArray[np.bool_], tuple[Rule, ...]], None]]:
        narrowing = {
            RuleKind.ONLY_IN: self._only_in,
            RuleKind.NEVER_IN: self._never_in,
            RuleKind.KEPT_FOR: self._kept_for,
            RuleKind.LEVELS: self._levels,
        }
        rows = {
            kind: tuple(row for row in self.scenario.rules if row.rule is kind)
            for kind in narrowing
        }
        return {rows[kind]: narrow for kind, narrow in narrowing.items() if rows[kind]}

    def _only_in(self, allowed: NDArray[np.bool_], rows: tuple[Rule, ...]) -> None:
        for subject in dict.fromkeys(row.subject for row in rows):
            inside = np.zeros(len(self.floor), bool)
            for row in rows:
                if row.subject == subject:
                    inside |= self._at(row.object or "")
            allowed[list(self._units(subject))] &= inside

    def _never_in(self, allowed: NDArray[np.bool_], rows: tuple[Rule, ...]) -> None:
        for row in rows:
            units = list(self._units(row.subject))
            allowed[units] &= ~self._at(row.object or "")

    def _kept_for(self, allowed: NDArray[np.bool_], rows: tuple[Rule, ...]) -> None:
        for place in dict.fromkeys(row.object for row in rows):
            welcome = np.zeros(len(self.unit), bool)
            for row in rows:
                if row.object == place:
                    welcome[list(self._units(row.subject))] = True
            allowed[np.ix_(~welcome, self._at(place or ""))] = False

    def _levels(self, allowed: NDArray[np.bool_], rows: tuple[Rule, ...]) -> None:
        level = np.array([floor.level for floor in self.scenario.floors])
        for row in rows:
            low, high = row.level_range
            allowed[list(self._units(row.subject))] &= (level >= low) & (level <= high)

    def _rules(self) -> Iterable[CaseRule]:
        """Rules that `allowed` does not settle."""
        bodies = {
            RuleKind.SAME_FLOOR,
            RuleKind.SAME_TOWER,
            RuleKind.SAME_COMPLEX,
            RuleKind.ADJACENT_FLOORS,
            RuleKind.APART_FLOOR,
            RuleKind.APART_TOWER,
        }
        alone = {RuleKind.OWN_FLOOR, RuleKind.CONTIGUOUS, RuleKind.MAX_FLOORS, RuleKind.MAX_TOWERS}
        for row in self.scenario.rules:
            units = self._units(row.subject)
            if row.rule in bodies:
                yield CaseRule(row, units, others=self._units(row.object or ""))
            elif row.rule in alone:
                yield CaseRule(row, units)
            elif row.rule is RuleKind.AT_LEAST:
                yield CaseRule(row, units, floors=self._floors(row.object or ""))


def _whole(values: Iterable[int]) -> NDArray[np.int64]:
    return np.array(list(values), dtype=np.int64)
