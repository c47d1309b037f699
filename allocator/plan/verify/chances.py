"""Capacity by chance: whether they suffice, and people present stay few enough, on enough days.

Exact chances by convolution, floor by floor and weekday by weekday, with nothing remembered.
"""

from __future__ import annotations

from collections.abc import Iterator

from allocator.attendance import Group, Pmf, desks_needed, pool_pmf, shortage
from allocator.plan.data import Violation
from allocator.plan.verify.layout import Layout
from allocator.scenario.presence import WEEKDAYS
from allocator.scenario.types import HousedUnit
from allocator.words import counted

People = dict[str, int]
"""People by unit."""


def short_desks(layout: Layout) -> Iterator[Violation]:
    """On every weekday more people come than there are desks on at most the allowed share of days.

    Those with desks of their own take one each and share none. Where organisations or
    units share apart, each has the fewest desks that serve it, and all of them fit on the floor.
    """
    for floor, units in layout.units_on.items():
        usable = layout.usable(floor)
        needed = sum(_desks_of(layout, floor, pool) for pool in _pools(layout, units))
        if needed > usable:
            people = f"{counted(sum(units.values()), 'person')}{_who(layout, units)}"
            message = (
                f"floor {floor} holds {people}, who need {counted(needed, 'desk')} to be short on "
                f"at most {_percent(_allowed(layout))} of any weekday: it has {usable:,} to use"
                f"{_told(layout, floor, units)}, {needed - usable:,} too few"
            )
            yield _violation("over_capacity", floor, needed - usable, message)


def too_many_present(layout: Layout) -> Iterator[Violation]:
    """On every weekday at most the allowed share of days has more than max_occupants present."""
    for floor, units in layout.units_on.items():
        most = layout.floors[floor].max_occupants
        if most is None:
            continue
        present = max(desks_needed(law, _allowed(layout)) for law in _laws(layout, units))
        if present > most:
            chance = max(shortage(law, most).short_day for law in _laws(layout, units))
            message = (
                f"floor {floor} holds {counted(sum(units.values()), 'person')} and at most "
                f"{counted(most, 'occupant')} may be there: more are present on "
                f"{_percent(chance)} of the busiest weekday, {_percent(_allowed(layout))} allowed"
            )
            yield _violation("max_occupants", floor, present - most, message)


def own_desks_on(layout: Layout, unit: HousedUnit) -> dict[str, int]:
    """Return the people with desks of their own by floor, by largest remainder of the people.

    Those who are not placed are one more share, last in ties; else ties go by tower, level, id.
    """
    places = layout.desks_by_floor.get(unit.unit_id, {})
    if not places or not unit.headcount:
        return dict.fromkeys(places, 0)
    order = sorted(places, key=lambda f: (layout.floors[f].tower_id, layout.floors[f].level, f))
    shares = {floor: places[floor] for floor in order}
    shares[""] = unit.headcount - sum(places.values())
    whole = {f: unit.own_desks * share // unit.headcount for f, share in shares.items()}
    left = {f: unit.own_desks * share % unit.headcount for f, share in shares.items()}
    by_remainder = sorted(shares, key=lambda f: -left[f])
    for floor in by_remainder[: unit.own_desks - sum(whole.values())]:
        whole[floor] += 1
    return {floor: min(whole[floor], places[floor]) for floor in order}


def _pools(layout: Layout, units: People) -> list[People]:
    """Return those on a floor who share desks with one another."""
    shared_by = layout.scenario.settings.attendance.shared_by
    if shared_by == "floor":
        return [units]
    if shared_by == "unit":
        return [{unit: people} for unit, people in units.items()]
    found: dict[str, People] = {}
    for unit, people in units.items():
        found.setdefault(layout.organisation_of[unit], {})[unit] = people
    return list(found.values())


def _desks_of(layout: Layout, floor: str, pool: People) -> int:
    """Return the fewest desks that serve a pool: its own, and what the worst weekday asks for."""
    own, sharers = _own_and_sharers(layout, floor, pool)
    return own + max(desks_needed(law, _allowed(layout)) for law in _laws(layout, sharers))


def _own_and_sharers(layout: Layout, floor: str, pool: People) -> tuple[int, People]:
    own = {
        unit: own_desks_on(layout, layout.housed[unit])[floor] if unit in layout.housed else 0
        for unit in pool
    }
    return sum(own.values()), {unit: people - own[unit] for unit, people in pool.items()}


def _laws(layout: Layout, people: People) -> Iterator[Pmf]:
    """Yield the law of how many of these people come on each weekday.

    A unit without a headcount has no attendance; that it is there at all is told elsewhere.
    """
    given, shares = layout.scenario.settings.attendance, layout.scenario.weekday_shares
    for day in range(len(WEEKDAYS)):
        groups = [
            Group(count, shares[unit][day], given.correlation)
            for unit, count in people.items()
            if unit in shares and count <= layout.demand[unit]
        ]
        yield pool_pmf(groups, given.day_shock)


def _told(layout: Layout, floor: str, units: People) -> str:
    """Return the chance of a short day of those who share all desks of a floor, as a clause."""
    if layout.scenario.settings.attendance.shared_by != "floor":
        return ""
    own, sharers = _own_and_sharers(layout, floor, units)
    shared = layout.usable(floor) - own
    if shared < 0:
        return f", fewer than the {own:,} that are not shared"
    chances = [shortage(law, shared).short_day for law in _laws(layout, sharers)]
    worst = max(range(len(WEEKDAYS)), key=chances.__getitem__)
    return f" and is short on {_percent(chances[worst])} of {WEEKDAYS[worst]}"


def _who(layout: Layout, units: People) -> str:
    shared_by = layout.scenario.settings.attendance.shared_by
    if shared_by == "floor":
        return ""
    return f" of {counted(len(_pools(layout, units)), shared_by)}"


def _allowed(layout: Layout) -> float:
    return layout.scenario.settings.attendance.short_day_probability


def _percent(share: float) -> str:
    return f"{100 * share:.3g} %"


def _violation(kind: str, floor: str, amount: int, message: str) -> Violation:
    return Violation(kind=kind, subject=floor, object="", amount=amount, message=message)
