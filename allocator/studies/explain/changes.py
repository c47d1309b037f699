"""Scenarios with one thing given up, and what that costs in desks. Plans are found elsewhere.

Nothing here changes a scenario in place: each function returns another one, so that a way out can
be tried while the scenario as given stays what is explained.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction
from math import ceil
from typing import Any

from allocator.scenario.demand import demand, desks_on, usable_desks
from allocator.scenario.settings import decimal_text
from allocator.scenario.types import Floor, Scenario


def total_demand(scenario: Scenario) -> int:
    """Return the desks that all units need, at the ratios in force."""
    return sum(demand(unit) for unit in scenario.housed)


def demand_at(scenario: Scenario, people_per_desk: Fraction) -> int:
    """Return the desks that all units need at a ratio; units with a ratio of their own keep it."""
    kept, asked = own_ratios(scenario), {"people_per_desk": people_per_desk}
    return sum(
        demand(unit if unit.unit_id in kept else unit.model_copy(update=asked))
        for unit in scenario.housed
    )


def usable_total(scenario: Scenario) -> int:
    """Return the desks that may be placed: those of all floors less the reserve of each."""
    sharing = scenario.settings.sharing
    return sum(usable_desks(place, sharing) for place in scenario.floors)


def without_rules(scenario: Scenario, rows: Collection[int]) -> Scenario:
    """Return the scenario without these rows of its rules, which count from 0.

    Rows that only mean something together must go together; `members` sees to that.
    """
    kept = (row for i, row in enumerate(scenario.rules) if i not in rows)
    return scenario.replace(rules=tuple(kept))


def without_needs(scenario: Scenario, units: Collection[str]) -> Scenario:
    """Return the scenario with these units content with any floor. Their rules stay in force."""
    return scenario.replace(
        units=tuple(
            unit.model_copy(update={"needs": ()}) if unit.unit_id in units else unit
            for unit in scenario.units or ()
        )
    )


def without_units(scenario: Scenario, units: Collection[str]) -> Scenario:
    """Return the scenario with these units elsewhere: they have no headcount.

    The headcounts that are left bear no scheme, as those of one scheme may all be gone.
    """
    kept = tuple(
        row.model_copy(update={"scheme": None})
        for row in scenario.headcounts
        if row.scheme in (None, scenario.scheme) and row.unit_id not in units
    )
    # A row about somebody who is gone would name an id that nothing else knows.
    owners = {unit.organisation_id for unit in scenario.housed if unit.unit_id not in units}
    rotas = tuple(
        row
        for row in scenario.rotas
        if (row.unit_id or row.organisation_id) in owners | {r.unit_id for r in kept}
    )
    options = scenario.settings.options.model_copy(update={"scheme": None})
    settings = scenario.settings.model_copy(update={"options": options})
    return scenario.replace(headcounts=kept, rotas=rotas, patterns=(), settings=settings)


def with_desks(scenario: Scenario, added: Mapping[str, int]) -> Scenario:
    """Return the scenario with so many more usable desks on these floors.

    Desks that the reserve takes away again are added on top, so that what is usable grows by just
    the number given.
    """
    return scenario.replace(
        floors=tuple(
            _larger(scenario, place, added.get(place.floor_id, 0)) for place in scenario.floors
        )
    )


def _larger(scenario: Scenario, place: Floor, added: int) -> Floor:
    """Return a floor with so many more usable desks, and the occupants that they need."""
    if not added:
        return place
    sharing = scenario.settings.sharing
    usable = usable_desks(place, sharing) + added
    # Rounded up, then at least what is there: the reserve rounds down, so fewer may already do.
    desks = max(desks_on(place, sharing), ceil(usable / (1 - sharing.reserve_share)))
    most = place.max_occupants
    return place.model_copy(
        update={
            "desks": desks,
            "area_m2": None,
            "max_occupants": None if most is None else max(most, usable),
        }
    )


def changed(scenario: Scenario, change: Mapping[str, Any]) -> Scenario:
    """Return the scenario with what a way out changes of it.

    Parameters
    ----------
    change
        As in `WayOut.change`; rows of rules count from 1, as people count them.
    """
    if ratio := change.get("people_per_desk"):
        scenario = scenario.with_sharing(people_per_desk=Fraction(ratio))
    if rows := change.get("rules"):
        scenario = without_rules(scenario, {row - 1 for row in rows})
    if units := change.get("needs"):
        scenario = without_needs(scenario, units)
    if units := change.get("units"):
        scenario = without_units(scenario, units)
    if (most := change.get("max_people_moved")) is not None:
        options = scenario.settings.options.model_copy(update={"max_people_moved": float(most)})
        settings = scenario.settings.model_copy(update={"options": options})
        scenario = scenario.replace(settings=settings)
    return with_desks(scenario, change.get("desks", {}))


def breakpoints(scenario: Scenario) -> list[Fraction]:
    """Return the ratios above today's at which some unit needs a desk less, rising, as fractions.

    Units with a ratio of their own keep it. The last is where each needs one desk for all who
    share.
    """
    now = scenario.settings.sharing.people_per_desk
    kept = own_ratios(scenario)
    sharers = {
        unit.headcount - unit.own_desks for unit in scenario.housed if unit.unit_id not in kept
    }
    # Demand is a step function: only where people / desks is reached exactly does a unit save one.
    return sorted(
        {
            Fraction(people, desks)
            for people in sharers
            for desks in range(1, ceil(Fraction(people) / now))
        }
    )


def own_ratios(scenario: Scenario) -> frozenset[str]:
    """Return the units that have a ratio of their own, in the scheme in force.

    No ratio asked for on the command line changes what they need.
    """
    return frozenset(
        row.unit_id
        for row in scenario.headcounts
        if row.people_per_desk is not None and row.scheme in (None, scenario.scheme)
    )


def ratio_for(scenario: Scenario, ratios: Sequence[Fraction], desks: int) -> int | None:
    """Return the place of the first of the ratios at which at most so many desks are needed.

    Parameters
    ----------
    ratios
        Rising; demand falls as they rise, so halving finds the place.
    """
    place = bisect_left(
        range(len(ratios)),
        True,
        key=lambda i: demand_at(scenario, ratios[i]) <= desks,
    )
    return place if place < len(ratios) else None


def ratio_text(ratio: Fraction) -> str:
    """Return a ratio as it can be given again, with its value where that is no short decimal."""
    text = decimal_text(ratio)
    return text if "/" not in text and len(text) < 8 else f"{text} ({float(ratio):.4f})"
