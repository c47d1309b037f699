"""From checked pieces to placements: people at desks of their unit, or desks that people share.

Where capacity is by chance people are given, and the desks in use are shared out for information.
Whether desks are enough is the checker's.
"""

from __future__ import annotations

from collections.abc import Sequence

from allocator.attendance import desks_needed
from allocator.plan.people import place_people, share_people
from allocator.plan.pools import Seats, laws, pool_name, seats_of_plan
from allocator.plan.types import Pieces, Placement
from allocator.scenario.types import Scenario


def seated(scenario: Scenario, pieces: Pieces) -> tuple[Placement, ...]:
    """Return the placements of pieces, in the order of tower, level, floor and unit.

    Parameters
    ----------
    pieces
        Desks by (unit_id, floor_id), or people with capacity by chance. The desks of a placement
        are then its part, by people and largest remainder, of the fewest desks that serve all who
        share them.
    """
    if not scenario.by_chance:
        return place_people(scenario, pieces)
    # Desks depend on who shares them, and pools are made of placements.
    people = _people_alone(scenario, pieces)
    desks: dict[tuple[str, str], int] = {}
    for (_, floor), members in pools_of(scenario, seats_of_plan(scenario, people)).items():
        needed = desks_of_pool(scenario, members)
        everybody = {seat.unit_id: seat.people for seat in members}
        shared = share_people(needed, sum(everybody.values()), everybody)
        desks |= {(unit, floor): part for unit, part in shared.items()}
    return tuple(
        place.model_copy(update={"desks": desks[place.unit_id, place.floor_id]})
        for place in people
    )


def pools_of(
    scenario: Scenario, seats: Sequence[Seats]
) -> dict[tuple[str, str], tuple[Seats, ...]]:
    """Return who share desks on a floor, by whose pool it is and floor."""
    found: dict[tuple[str, str], tuple[Seats, ...]] = {}
    # By id, so that ties of rounding do not depend on the order of rows.
    for seat in sorted(seats, key=lambda seat: seat.unit_id):
        key = (pool_name(scenario, seat), seat.floor_id)
        found[key] = (*found.get(key, ()), seat)
    return found


def desks_of_pool(scenario: Scenario, members: Sequence[Seats]) -> int:
    """Return the fewest desks that serve people who share them, own desks included."""
    given = scenario.settings.attendance
    sharers = tuple((seat.sharers, scenario.weekday_shares[seat.unit_id]) for seat in members)
    weekdays = laws(sharers, given.correlation, given.day_shock)
    shared = max(desks_needed(law, given.short_day_probability) for law in weekdays)
    return sum(seat.own for seat in members) + shared


def _people_alone(scenario: Scenario, pieces: Pieces) -> tuple[Placement, ...]:
    """Return the placements with no desks yet, of units with a headcount."""
    floors = {floor.floor_id: floor for floor in scenario.floors}
    organisation = {unit.unit_id: unit.organisation_id for unit in scenario.housed}
    found = [
        Placement(
            unit_id=unit_id,
            organisation_id=organisation[unit_id],
            tower_id=floors[floor_id].tower_id,
            floor_id=floor_id,
            level=floors[floor_id].level,
            desks=0,
            people=people,
        )
        for (unit_id, floor_id), people in pieces.items()
        # A plan made by hand may place a unit that has nobody; the checker says so.
        if unit_id in organisation
    ]
    return tuple(sorted(found, key=lambda p: (p.tower_id, p.level, p.floor_id, p.unit_id)))
