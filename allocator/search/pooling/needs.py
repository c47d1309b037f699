"""Desks that people on a floor need who share them, exactly, and people present there.

By convolution on every weekday that another does not outdo; remembered, as layouts differ little.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from allocator.attendance import Group, desks_needed, pool_pmf
from allocator.plan.people import share_people
from allocator.scenario.presence import Week
from allocator.scenario.types import HousedUnit, Scenario

Cell = tuple[int, int]
Piece = tuple[int, int, int]
"""A unit, its people on a floor, and those of them with desks of their own."""
REMEMBERED = 100_000
"""Floors as they were laid out, at most; then all are forgotten."""


@dataclass(frozen=True)
class Need:
    """What people on a floor need: desks, and room for so many to be present."""

    desks: int
    present: int


def pool_of(scenario: Scenario, unit: HousedUnit) -> str:
    """Return with whom a unit shares desks on a floor: "" with all there."""
    names = {"unit": unit.unit_id, "organisation": unit.organisation_id}
    return names.get(scenario.settings.attendance.shared_by, "")


class Needs:
    """Exact needs of the people on floors of one scenario, units and floors by index."""

    def __init__(self, scenario: Scenario) -> None:
        given = scenario.settings.attendance
        self.allowed, self.correlation = given.short_day_probability, given.correlation
        self.day_shock = given.day_shock
        units = scenario.housed
        self.people = [unit.headcount for unit in units]
        self.own = [unit.own_desks for unit in units]
        self.pool = [pool_of(scenario, unit) for unit in units]
        self.is_apart = given.shared_by != "floor"
        self.weeks = [scenario.weekday_shares[unit.unit_id] for unit in units]
        # With a correlation below 0 more people are not always harder, so every weekday is worked
        # out.
        self.days = _hard_days(self.weeks) if self.correlation >= 0 else range(5)
        self.limited = any(floor.max_occupants is not None for floor in scenario.floors)
        self._known: dict[tuple[Piece, ...], Need] = {}

    def by_floor(self, layout: Mapping[Cell, int]) -> dict[int, tuple[Piece, ...]]:
        """Return the pieces on every floor in use.

        Desks of their own are shared out as the checker does it: floors are in its order.
        """
        floors_of: defaultdict[int, dict[int, int]] = defaultdict(dict)
        for (u, f), people in sorted(layout.items()):
            floors_of[u][f] = people
        found: defaultdict[int, list[Piece]] = defaultdict(list)
        for u, places in floors_of.items():
            own = self._own(u, places)
            for f, people in places.items():
                found[f].append((u, people, own.get(f, 0)))
        return {f: tuple(sorted(pieces)) for f, pieces in found.items()}

    def _own(self, u: int, places: Mapping[int, int]) -> dict[int, int]:
        if not self.own[u]:
            return {}
        # The checker rounds by largest remainder over named floors; the same function keeps both
        # alike.
        named = {str(f): people for f, people in places.items()}
        own = share_people(self.own[u], self.people[u], named)
        return {f: min(own[str(f)], people) for f, people in places.items()}

    def of(self, pieces: tuple[Piece, ...]) -> Need:
        """Return the needs of the people on one floor."""
        if pieces not in self._known:
            # All at once, as which of them are still of use is not known.
            if len(self._known) > REMEMBERED:
                self._known.clear()
            self._known[pieces] = self._worked_out(pieces)
        return self._known[pieces]

    def _worked_out(self, pieces: tuple[Piece, ...]) -> Need:
        desks = sum(self._desks(pool) for pool in self._pools(pieces))
        everybody = ((u, people) for u, people, _ in pieces)
        return Need(desks, self._most(everybody) if self.limited else 0)

    def _pools(self, pieces: tuple[Piece, ...]) -> Iterable[Iterable[Piece]]:
        """Return the pieces of each pool: of those who share desks with one another."""
        pools: defaultdict[str, list[Piece]] = defaultdict(list)
        for piece in pieces:
            pools[self.pool[piece[0]]].append(piece)
        return pools.values()

    def _desks(self, pool: Iterable[Piece]) -> int:
        """Return the desks that one pool needs: own ones, and those that the others share."""
        pool = tuple(pool)
        shared = self._most((u, people - own) for u, people, own in pool)
        return sum(own for _, _, own in pool) + shared

    def _most(self, people: Iterable[tuple[int, int]]) -> int:
        """Return how many come at most, but for the allowed share of days, on any weekday."""
        people = tuple(people)
        laws = (
            pool_pmf(
                [Group(n, self.weeks[u][day], self.correlation) for u, n in people],
                self.day_shock,
            )
            for day in self.days
        )
        return max(desks_needed(law, self.allowed) for law in laws)


def _hard_days(weeks: Iterable[Week]) -> list[int]:
    """Return the weekdays on which not everybody comes at most as much as on another one."""
    columns = list(zip(*set(weeks), strict=True)) or [(0.0,)]
    return [
        day
        for day, shares in enumerate(columns)
        if not any(
            all(a <= b for a, b in zip(shares, others, strict=True))
            and (other < day or shares != others)
            for other, others in enumerate(columns)
            if other != day
        )
    ]
