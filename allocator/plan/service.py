"""Whether a plan serves: chances of short days and people without a desk, worst floor first.

Whether it fits is the checker's, and neither stands in for the other. Who share desks is
`pools`'s. docs/explanation/attendance.md has the laws.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from allocator.attendance import shortage
from allocator.plan.own_desks import beside_own_desks
from allocator.plan.pools import (
    ByWeekday,
    Pool,
    Seats,
    laws,
    pools,
    present,
    seats_of_plan,
    seats_undivided,
)
from allocator.plan.types import (
    AreaKind,
    AreaService,
    OwnDesks,
    Placement,
    Service,
    ServiceFigures,
)
from allocator.scenario.presence import WEEKDAYS
from allocator.scenario.types import Floor, Scenario

WORKDAYS_A_YEAR = 240
"""Workdays on which short days are counted: 52 weeks less some twenty days of public holidays."""

AREA_OF: dict[AreaKind, Callable[[Seats], str]] = {
    AreaKind.FLOOR: lambda seats: seats.floor_id,
    AreaKind.TOWER: lambda seats: seats.tower_id,
    AreaKind.ORGANISATION: lambda seats: seats.organisation_id,
}


def service_of_plan(scenario: Scenario, placements: Iterable[Placement]) -> Service:
    """Return how a plan serves, also for each floor in use, tower and organisation.

    Parameters
    ----------
    scenario
        Its settings say who shares desks, and how often a day may be short.
    placements
        The plan; who is unplaced finds no desk either, and is not counted here.
    """
    given = scenario.settings.attendance
    # Gone through twice, and it may be an iterator.
    placements = tuple(placements)
    seats = seats_of_plan(scenario, placements)
    shared = pools(scenario, seats)
    areas = [area for kind in AreaKind for area in _areas(scenario, kind, seats, shared)]
    floors = [area for area in areas if area.kind is AreaKind.FLOOR]
    limited = [area.over_occupants for area in floors if area.over_occupants is not None]
    allowed = given.short_day_probability
    return Service(
        **_figures(scenario, seats, shared),
        shared_by=given.shared_by,
        capacity=scenario.settings.sharing.capacity,
        short_day_probability=allowed,
        floors=len(floors),
        floors_short=sum(floor.short_day_peak > allowed for floor in floors),
        floors_limited=len(limited),
        floors_over_limit=sum(chance > allowed for chance in limited),
        worst_floor=floors[0].area_id if floors else "",
        own_desks=_beside(scenario, placements),
        areas=tuple(areas),
    )


def _beside(scenario: Scenario, placements: Sequence[Placement]) -> OwnDesks | None:
    """Return what desks of units' own could do; None where units have them, or by the ratio."""
    if not scenario.by_chance or scenario.settings.attendance.shared_by == "unit":
        return None
    return beside_own_desks(scenario, placements)


def service_undivided(scenario: Scenario) -> ServiceFigures | None:
    """Return how the desks that units need would serve them, were no unit split over floors.

    It needs no plan, so it can be said where none exists; None unless those of a unit share desks
    with one another alone, by a ratio.
    """
    if scenario.by_chance or scenario.settings.attendance.shared_by != "unit":
        return None
    seats = seats_undivided(scenario)
    return ServiceFigures(**_figures(scenario, seats, pools(scenario, seats)))


def _figures(scenario: Scenario, seats: Sequence[Seats], shared: Sequence[Pool]) -> dict[str, Any]:
    """Return the fields of `ServiceFigures`.

    Chances are means over people: what somebody of the plan meets.
    """
    people = max(1, sum(pool.people for pool in shared))
    short = _sum(pool.people * pool.short_day for pool in shared) / people
    without = _sum(pool.without_desk for pool in shared)
    coming = present(scenario, seats)
    # The weekday on which most people find no desk; the chance of a short day only breaks ties.
    peak = _greatest(without, short, coming)
    return {
        "peak_weekday": WEEKDAYS[peak],
        "short_day_average": float(short.mean()),
        "short_day_peak": float(short[peak]),
        "without_desk_average": float(without.mean()),
        "without_desk_peak": float(without[peak]),
        "present_peak": float(coming[peak]),
        "people": sum(seat.people for seat in seats),
        "no_desk_peak": _share(without[peak], coming[peak]),
        "worst_short_day": max((float(pool.short_day.max()) for pool in shared), default=0.0),
    }


def _areas(
    scenario: Scenario, kind: AreaKind, seats: Sequence[Seats], shared: Sequence[Pool]
) -> list[AreaService]:
    """Return the areas of a kind, worst first."""
    area_of = AREA_OF[kind]
    sitting: dict[str, list[Seats]] = {}
    for seat in seats:
        sitting.setdefault(area_of(seat), []).append(seat)
    using: dict[str, list[Pool]] = {name: [] for name in sitting}
    for pool in shared:
        # A pool may lie in several organisations, and counts once in each.
        for name in dict.fromkeys(area_of(seat) for seat in pool.seats):
            using[name].append(pool)
    floors = {floor.floor_id: floor for floor in scenario.floors}
    found = [_area(scenario, kind, name, sitting[name], using[name], floors) for name in sitting]
    return sorted(found, key=lambda a: (-a.short_day_peak, -a.without_desk_peak, a.area_id))


def _area(
    scenario: Scenario,
    kind: AreaKind,
    name: str,
    seats: Sequence[Seats],
    shared: Sequence[Pool],
    floors: dict[str, Floor],
) -> AreaService:
    """Return the figures of one area.

    A short day of an area is one of its worst pool; people without a desk are added up over pools.
    """
    short = np.array([pool.short_day for pool in shared])
    # Of a pool that reaches beyond the area only its own people count.
    mine = frozenset(seats)
    without = _sum(_part(scenario, pool, mine) * pool.without_desk for pool in shared)
    coming = present(scenario, seats)
    peak = _greatest(short.max(axis=0), without, coming)
    average = float(short.mean(axis=1).max())
    return AreaService(
        kind=kind,
        area_id=name,
        people=sum(seat.people for seat in seats),
        peak_weekday=WEEKDAYS[peak],
        present_average=float(coming.mean()),
        present_peak=float(coming[peak]),
        short_day_average=average,
        short_day_peak=float(short[:, peak].max()),
        without_desk_average=float(without.mean()),
        without_desk_peak=float(without[peak]),
        no_desk_peak=_share(without[peak], coming[peak]),
        short_days_a_year=average * WORKDAYS_A_YEAR,
        worst_pool=shared[int(short[:, peak].argmax())].name,
        over_occupants=_over(scenario, floors[name], seats) if kind is AreaKind.FLOOR else None,
    )


def _part(scenario: Scenario, pool: Pool, mine: frozenset[Seats]) -> ByWeekday:
    """Return the part of a pool's people without a desk that are these, by who is expected."""
    if mine.issuperset(pool.seats):
        return np.ones(len(WEEKDAYS))
    weeks = {
        seat: seat.sharers * np.array(scenario.weekday_shares[seat.unit_id]) for seat in pool.seats
    }
    # By who is expected, as nobody knows who of those that come finds no desk.
    whole = _sum(weeks.values())
    part = _sum(week for seat, week in weeks.items() if seat in mine)
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)


def _over(scenario: Scenario, floor: Floor, seats: Sequence[Seats]) -> float | None:
    """Return the chance that more people are present than may be, on the busiest weekday."""
    if floor.max_occupants is None:
        return None
    given = scenario.settings.attendance
    people = tuple((seat.people, scenario.weekday_shares[seat.unit_id]) for seat in seats)
    weekdays = laws(people, given.correlation, given.day_shock)
    return max(shortage(pmf, floor.max_occupants).short_day for pmf in weekdays)


def _greatest(*by: ByWeekday) -> int:
    """Return the weekday with the greatest figure; the next figures break ties."""
    return max(range(len(WEEKDAYS)), key=lambda day: tuple(figures[day] for figures in by))


def _share(part: float, whole: float) -> float:
    """Return a part of a whole, 0 of nothing."""
    return float(part / whole) if whole else 0.0


def _sum(weeks: Iterable[ByWeekday]) -> ByWeekday:
    """Return the sum of figures by weekday, zeros for none."""
    return sum(weeks, start=np.zeros(len(WEEKDAYS)))
