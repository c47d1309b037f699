"""The scenario as arrays and index sets: what every part of the search works on.

Made once a solve (`compile`). Units, floors, towers and organisations are numbered from 0.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from allocator.plan.types import Pieces
from allocator.scenario.trips import TripTable
from allocator.scenario.types import Scenario
from allocator.search.pooling.spreads import Spreads
from allocator.search.rules import Limit, PlaceKind
from allocator.search.site_costs import Reference, SiteCost, site_costs

Layout = Mapping[tuple[int, int], int]
"""Desks (people, with capacity by chance) by (unit, floor) index: a plan while searched for."""


@dataclass(frozen=True)
class Case:
    """A scenario, ready to be searched. U units, F floors, T towers, O organisations.

    Of each floor f: Σ_u weight(u) · desks(u, f) + fixed_load · organisations on f ≤ capacity(f).
    Without capacity by chance, weights are 1 and fixed_load is 0. With it, desks stand for people
    all over the search, and the rows are some that every plan obeys (`pooling`).

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
    trips_later
        Works the trips out, once; counting does without them.
    limits
        What the rules ask beyond `allowed`.
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
    trips_later: Callable[[], TripTable]
    limits: tuple[Limit, ...]
    weight: NDArray[np.int64]
    """What a desk of each unit weighs (U)."""
    fixed_load: int = 0
    """What an organisation on a floor weighs besides."""
    load_per_desk: float = 1.0
    """What a desk of a floor counts for in its capacity."""
    spreads: Spreads | None = None
    """with capacity by chance: what the local search goes by on floors in place of the rows."""
    placement_cost: dict[tuple[int, int], float] = field(default_factory=dict)
    references: tuple[Reference, ...] = ()
    """Plans against which people who move are counted: today's first, where there is one."""

    @property
    def trips(self) -> TripTable:
        """All trips, worked out when they are first asked for."""
        return self.trips_later()

    @cached_property
    def site_costs(self) -> dict[tuple[int, int], SiteCost]:
        """What a unit costs on a floor by the share of it there: placement, and moves saved."""
        return site_costs(self.placement_cost, self.references)

    @cached_property
    def leaving_cost(self) -> NDArray[np.float64]:
        """Person-minutes a week if all of a unit's people move (U); `site_costs` save of it."""
        found = np.zeros(len(self.unit_ids))
        for reference in self.references:
            found += reference.price * reference.people
        return found

    def whole_costs(self) -> NDArray[np.float64]:
        """Return what each unit costs by itself with all of it on a floor (U, F)."""
        cost = np.zeros((len(self.unit_ids), len(self.floor_ids)))
        cost += self.leaving_cost[:, None]
        for cell, site in self.site_costs.items():
            cost[cell] += site.at(1.0)
        return cost

    @cached_property
    def most_moved(self) -> float | None:
        """The most people who may move from where they are today; None where any number may."""
        limit = self.scenario.settings.options.max_people_moved
        return limit if self.references and self.scenario.current else None

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
    def cells(self) -> int:
        """Units times floors: what most models grow with."""
        return len(self.unit_ids) * len(self.floor_ids)

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
    def _complexes(self) -> tuple[tuple[int, ...], ...]:
        return tuple(
            tuple(f for t in towers for f in self.floors_of[t]) for towers in self.towers_of
        )

    def places(self, kind: PlaceKind) -> Sequence[tuple[int, ...]]:
        """Return the floors of each place of a kind."""
        if kind is PlaceKind.FLOOR:
            return [(f,) for f in self.floors]
        return self.floors_of if kind is PlaceKind.TOWER else self._complexes

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
        room = int(self.capacity[floor]) - self.fixed_load
        return max(0, room // int(self.weight[unit]))

    @cached_property
    def load(self) -> NDArray[np.int64]:
        """What all of each unit weighs (U)."""
        return self.demand * self.weight

    @property
    def is_plain(self) -> bool:
        """Whether a desk is a desk: all weigh 1."""
        return not self.fixed_load and bool((self.weight == 1).all())

    @cached_property
    def weighed(self) -> Case:
        """The case with desks of units in what floors hold, for whom only shares matter.

        Fixed loads are left out, so its rows are looser.
        """
        if self.is_plain:
            return self
        # Loads are whole numbers as desks are, so bounds that share out desks need not know of
        # weights.
        return replace(
            self,
            demand=self.load,
            least=self.least * self.weight,
            weight=np.ones_like(self.weight),
            fixed_load=0,
        )

    def pieces(self, layout: Layout) -> Pieces:
        """Return a layout with its ids."""
        return {
            (self.unit_ids[u], self.floor_ids[f]): int(desks) for (u, f), desks in layout.items()
        }

    def layout(self, pieces: Pieces) -> dict[tuple[int, int], int]:
        """Return pieces by index; pieces of unknown units or floors are left out.

        A plan of another time may name some that are gone.
        """
        unit = {name: i for i, name in enumerate(self.unit_ids)}
        floor = {name: i for i, name in enumerate(self.floor_ids)}
        return {
            (unit[u], floor[f]): desks
            for (u, f), desks in pieces.items()
            if u in unit and f in floor
        }


def distinct_rows(rows: NDArray[np.bool_]) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
    """Return the rows (N, M) that differ, sorted, and which of them each row (N) is.

    Bits are packed first: numpy alone takes seconds for the floors of all units of a country.
    """
    # Rows without columns are all the same, and cannot be packed.
    if not rows.size:
        return rows[:1], np.zeros(len(rows), np.int64)
    packed = np.ascontiguousarray(np.packbits(rows, axis=1))
    as_one = packed.view(np.dtype((np.void, packed.shape[1]))).ravel()
    _, first, row_of = np.unique(as_one, return_index=True, return_inverse=True)
    return rows[first], row_of.ravel()


def _members(owner: NDArray[np.int64], count: int) -> tuple[tuple[int, ...], ...]:
    """Return the members of each of so many owners, in the order of their numbers."""
    found: list[list[int]] = [[] for _ in range(count)]
    for member, index in enumerate(owner.tolist()):
        found[index].append(member)
    return tuple(tuple(members) for members in found)
