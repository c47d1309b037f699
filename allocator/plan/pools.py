"""Who share desks with one another in a plan, and how often their desks are too few.

Telling it for floors, towers and organisations is `service`'s; the laws are `attendance`'s.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from allocator.attendance import Group, Pmf, pool_pmf, shortage
from allocator.plan.data import Placement
from allocator.plan.people import share_people
from allocator.scenario.demand import demand, desks_to_share, to_place
from allocator.scenario.presence import WEEKDAYS, Week
from allocator.scenario.types import HousedUnit, Scenario

ByWeekday = NDArray[np.float64]
"""A figure for each weekday, Monday to Friday."""
People = tuple[tuple[int, Week], ...]
"""Numbers of people of units, with the share that comes on each weekday."""
_REMEMBERED = 4096


@dataclass(frozen=True)
class Seats:
    """People of one unit in one place, and their desks; own of both are never shared."""

    unit_id: str
    organisation_id: str
    tower_id: str
    floor_id: str
    people: int
    desks: int
    own: int

    @property
    def sharers(self) -> int:
        """People who share their desks."""
        return self.people - self.own


@dataclass(frozen=True)
class Pool:
    """People who share desks, and how often these are too few.

    Attributes
    ----------
    name
        The unit, organisation or floor whose pool it is.
    short_day, without_desk
        Chance that more sharers come than there are desks, and people expected to find none, on
        each weekday.
    """

    name: str
    seats: tuple[Seats, ...]
    short_day: ByWeekday
    without_desk: ByWeekday

    @property
    def people(self) -> int:
        """All its people, with those who have desks of their own."""
        return sum(seats.people for seats in self.seats)


def seats_of_plan(scenario: Scenario, placements: Iterable[Placement]) -> tuple[Seats, ...]:
    """Return who sits where, with desks of their own shared out over a unit's floors.

    Ties go to the earlier row of floors; with capacity by chance, so that chances do not depend on
    the order of rows, to the first by tower, level and id.

    Parameters
    ----------
    placements
        Of units with a headcount, in any order.
    """
    rank = {floor.floor_id: row for row, floor in enumerate(scenario.floors)}

    def order(placed: Placement) -> tuple[str, int, str] | int:
        by_place = (placed.tower_id, placed.level, placed.floor_id)
        return by_place if scenario.by_chance else rank[placed.floor_id]

    by_unit: dict[str, list[Placement]] = {unit.unit_id: [] for unit in scenario.housed}
    for placement in placements:
        by_unit[placement.unit_id].append(placement)
    return tuple(
        seats
        for unit in scenario.housed
        for seats in _seats(
            unit, sorted(by_unit[unit.unit_id], key=order), by_chance=scenario.by_chance
        )
    )


def seats_undivided(scenario: Scenario) -> tuple[Seats, ...]:
    """Return every unit as if it sat in one place, which has no floor."""
    return tuple(
        Seats(u.unit_id, u.organisation_id, "", "", u.headcount, demand(u), u.own_desks)
        for u in scenario.housed
    )


def _seats(unit: HousedUnit, pieces: Sequence[Placement], *, by_chance: bool) -> Iterable[Seats]:
    """Yield a unit's people on each of its floors."""
    amounts = {p.floor_id: p.people if by_chance else p.desks for p in pieces}
    own = share_people(unit.own_desks, to_place(unit, by_chance=by_chance), amounts)
    for piece in pieces:
        yield Seats(
            unit_id=unit.unit_id,
            organisation_id=unit.organisation_id,
            tower_id=piece.tower_id,
            floor_id=piece.floor_id,
            people=piece.people,
            desks=piece.desks,
            # Own desks and people are rounded apart, so a floor may get one own desk more than it
            # has people.
            own=min(own[piece.floor_id], piece.people),
        )


def pools(scenario: Scenario, seats: Iterable[Seats]) -> tuple[Pool, ...]:
    """Return who share desks as the setting `shared_by` says, never beyond a floor."""
    return tuple(
        _pool(scenario, name, sat, desks) for name, sat, desks in pool_members(scenario, seats)
    )


def pool_members(
    scenario: Scenario, seats: Iterable[Seats]
) -> Iterator[tuple[str, tuple[Seats, ...], int]]:
    """Yield the name of each pool, who is in it, and the desks that its sharers have.

    A unit or an organisation has the desks placed for it on the floor; all on a floor have its
    desks less the reserve, vacant ones included. Own desks are nobody else's.
    """
    members: dict[tuple[str, str], list[Seats]] = {}
    for seat in seats:
        members.setdefault((pool_name(scenario, seat), seat.floor_id), []).append(seat)
    # Only where all on a floor share: then vacant desks serve them, too.
    whole: dict[str, int] = {}
    if scenario.settings.attendance.shared_by == "floor":
        sharing = scenario.settings.sharing
        whole = {floor.floor_id: desks_to_share(floor, sharing) for floor in scenario.floors}
    for (name, floor), sat in members.items():
        desks = whole.get(floor, sum(s.desks for s in sat))
        own = sum(seat.own for seat in sat)
        yield name, tuple(sat), max(0, desks - own)  # below 0 where it is overfull


def pool_name(scenario: Scenario, seat: Seats) -> str:
    """Return the floor, organisation or unit whose people share desks with these."""
    names = {"unit": seat.unit_id, "organisation": seat.organisation_id}
    return names.get(scenario.settings.attendance.shared_by, seat.floor_id)


def _pool(scenario: Scenario, name: str, seats: Sequence[Seats], desks: int) -> Pool:
    """Return a pool with its figures."""
    given = scenario.settings.attendance
    sharers = tuple((seat.sharers, scenario.weekday_shares[seat.unit_id]) for seat in seats)
    short_day, without_desk = _shortages(sharers, desks, given.correlation, given.day_shock)
    return Pool(name, tuple(seats), short_day, without_desk)


@lru_cache(_REMEMBERED)
def _shortages(
    people: People, desks: int, correlation: float, day_shock: float
) -> tuple[ByWeekday, ByWeekday]:
    """Return chance of a short day and people without a desk; many pools are alike."""
    days = [shortage(pmf, desks) for pmf in laws(people, correlation, day_shock)]
    figures = np.array([(day.short_day, day.without_desk) for day in days]).T
    # The same arrays are handed to all that ask, so nobody may change them.
    figures.flags.writeable = False
    return figures[0], figures[1]


def laws(people: People, correlation: float, day_shock: float) -> Iterator[Pmf]:
    """Yield the law of how many of these people come on each weekday.

    Part of a unit comes by the same law as the whole, with the same correlation.
    """
    for day in range(len(WEEKDAYS)):
        groups = [Group(number, shares[day], correlation) for number, shares in people]
        yield pool_pmf(groups, day_shock)


def present(scenario: Scenario, seats: Iterable[Seats]) -> ByWeekday:
    """Return the people expected to come on each weekday, with those who have their own desks."""
    found = np.zeros(len(WEEKDAYS))
    for seat in seats:
        found += seat.people * np.array(scenario.weekday_shares[seat.unit_id])
    return found
