"""Capacity by chance: whether they suffice, and people present stay few enough, on enough days.

Exact chances by convolution, floor by floor and weekday by weekday, with nothing remembered.
"""

from __future__ import annotations

from collections.abc import Iterator

from allocator.attendance import Group, Pmf, desks_needed, pool_pmf, shortage
from allocator.plan.data import Violation
from allocator.plan.verify.given_plan import GivenPlan
from allocator.scenario.presence import WEEKDAYS
from allocator.scenario.types import HousedUnit
from allocator.words import counted

People = dict[str, int]
"""People by unit."""


def short_desks(plan: GivenPlan) -> Iterator[Violation]:
    """Yield floors with fewer desks than serve the people there on every weekday.

    At most the allowed share of days may be short. Those with desks of their own take one each and
    share none. Where organisations or units share apart, each has the fewest desks that serve it,
    and all of them fit on the floor.
    """
    for floor, units in plan.units_on.items():
        usable = plan.usable(floor)
        needed = sum(_desks_of(plan, floor, pool) for pool in _pools(plan, units))
        if needed > usable:
            people = f"{counted(sum(units.values()), 'person')}{_who(plan, units)}"
            message = (
                f"floor {floor} holds {people}, who need {counted(needed, 'desk')} to be short on "
                f"at most {_percent(_allowed(plan))} of any weekday: it has {usable:,} to use"
                f"{_told(plan, floor, units)}, {needed - usable:,} too few"
            )
            yield _violation("over_capacity", floor, needed - usable, message)


def too_many_present(plan: GivenPlan) -> Iterator[Violation]:
    """Yield floors with more present than max_occupants on too many days of some weekday."""
    for floor, units in plan.units_on.items():
        most = plan.floors[floor].max_occupants
        if most is None:
            continue
        # Everybody who comes is present, those with desks of their own as well.
        present = max(desks_needed(law, _allowed(plan)) for law in _laws(plan, units))
        if present > most:
            chance = max(shortage(law, most).short_day for law in _laws(plan, units))
            message = (
                f"floor {floor} holds {counted(sum(units.values()), 'person')} and at most "
                f"{counted(most, 'occupant')} may be there: more are present on "
                f"{_percent(chance)} of the busiest weekday, {_percent(_allowed(plan))} allowed"
            )
            yield _violation("max_occupants", floor, present - most, message)


def own_desks_on(plan: GivenPlan, unit: HousedUnit) -> dict[str, int]:
    """Return the people with desks of their own by floor, by largest remainder of the people.

    Those who are not placed are one more share, last in ties; else ties go by tower, level, id.
    """
    places = plan.desks_by_floor.get(unit.unit_id, {})
    if not places or not unit.headcount:
        return dict.fromkeys(places, 0)
    # Ordered by tower, level and id: ties must not depend on the order of rows.
    order = sorted(places, key=lambda f: (plan.floors[f].tower_id, plan.floors[f].level, f))
    shares = {floor: places[floor] for floor in order}
    # People who are left out keep their part of the own desks: others may not share these.
    shares[""] = unit.headcount - sum(places.values())
    whole = {f: unit.own_desks * share // unit.headcount for f, share in shares.items()}
    left = {f: unit.own_desks * share % unit.headcount for f, share in shares.items()}
    by_remainder = sorted(shares, key=lambda f: -left[f])
    for floor in by_remainder[: unit.own_desks - sum(whole.values())]:
        whole[floor] += 1
    return {floor: min(whole[floor], places[floor]) for floor in order}


def _pools(plan: GivenPlan, units: People) -> list[People]:
    """Return those on a floor who share desks with one another."""
    shared_by = plan.scenario.settings.attendance.shared_by
    if shared_by == "floor":
        return [units]
    if shared_by == "unit":
        return [{unit: people} for unit, people in units.items()]
    found: dict[str, People] = {}
    for unit, people in units.items():
        found.setdefault(plan.organisation_of[unit], {})[unit] = people
    return list(found.values())


def _desks_of(plan: GivenPlan, floor: str, pool: People) -> int:
    """Return the fewest desks that serve a pool: its own, and what the worst weekday asks for."""
    own, sharers = _own_and_sharers(plan, floor, pool)
    return own + max(desks_needed(law, _allowed(plan)) for law in _laws(plan, sharers))


def _own_and_sharers(plan: GivenPlan, floor: str, pool: People) -> tuple[int, People]:
    """Return the own desks of a pool on a floor, and those of its people who share the others."""
    own = {
        unit: own_desks_on(plan, plan.housed[unit])[floor] if unit in plan.housed else 0
        for unit in pool
    }
    return sum(own.values()), {unit: people - own[unit] for unit, people in pool.items()}


def _laws(plan: GivenPlan, people: People) -> Iterator[Pmf]:
    """Yield the law of how many of these people come on each weekday.

    A unit without a headcount has no attendance; that it is there at all is for others to say.
    """
    given, shares = plan.scenario.settings.attendance, plan.scenario.weekday_shares
    # Every weekday anew and nothing remembered: slow, and plain.
    for day in range(len(WEEKDAYS)):
        groups = [
            Group(count, shares[unit][day], given.correlation)
            for unit, count in people.items()
            # More people than the unit has is a violation of its own, and has no law.
            if unit in shares and count <= plan.demand[unit]
        ]
        yield pool_pmf(groups, given.day_shock)


def _told(plan: GivenPlan, floor: str, units: People) -> str:
    """Return the chance of a short day of those who share all desks of a floor, as a clause."""
    if plan.scenario.settings.attendance.shared_by != "floor":
        return ""
    own, sharers = _own_and_sharers(plan, floor, units)
    shared = plan.usable(floor) - own
    if shared < 0:
        return f", fewer than the {own:,} that are not shared"
    chances = [shortage(law, shared).short_day for law in _laws(plan, sharers)]
    worst = max(range(len(WEEKDAYS)), key=chances.__getitem__)
    return f" and is short on {_percent(chances[worst])} of {WEEKDAYS[worst]}"


def _who(plan: GivenPlan, units: People) -> str:
    """Return among how many people share on a floor, as a clause; nothing where all do."""
    shared_by = plan.scenario.settings.attendance.shared_by
    if shared_by == "floor":
        return ""
    return f" of {counted(len(_pools(plan, units)), shared_by)}"


def _allowed(plan: GivenPlan) -> float:
    """Return the share of days that may be short."""
    return plan.scenario.settings.attendance.short_day_probability


def _percent(share: float) -> str:
    return f"{100 * share:.3g} %"


def _violation(kind: str, floor: str, amount: int, message: str) -> Violation:
    return Violation(kind=kind, subject=floor, object="", amount=amount, message=message)
