"""What desks of units' own could do at the same service level, beside a plan that pools desks.

Counted, not planned: at most so many people housed, on at least so many floors. So what a plan
gains by sharing is no less than what is said.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from allocator.plan.pools import seats_undivided
from allocator.plan.seating import desks_of_pool
from allocator.plan.types import OwnDesks, Placement
from allocator.scenario.demand import smallest_piece, usable_desks
from allocator.scenario.types import Scenario


@dataclass(frozen=True)
class _Unit:
    """A unit that has desks of its own: its people, and the fewest desks that serve them."""

    people: int
    desks: int
    is_whole: bool


def beside_own_desks(scenario: Scenario, placements: Iterable[Placement]) -> OwnDesks:
    """Return what desks of their own could do for the units of a plan with capacity by chance.

    As with a ratio a unit's desks are counted for all of it, and its parts have parts of them.
    """
    placed: dict[str, int] = {}
    floors: set[str] = set()
    for piece in placements:
        placed[piece.unit_id] = placed.get(piece.unit_id, 0) + piece.people
        floors.add(piece.floor_id)
    units = _units(scenario)
    rooms = [usable_desks(floor, scenario.settings.sharing) for floor in scenario.floors]
    people = _most_people(list(units.values()), rooms)
    needed = sum(
        # Rounded up in whole numbers; a unit without people has no desks to divide.
        -(-units[name].desks * count // max(units[name].people, 1))
        for name, count in placed.items()
    )
    fewest = _fewest_floors(needed, rooms)
    return OwnDesks(
        desks=sum(unit.desks for unit in units.values()),
        desks_of_placed=needed,
        people=people,
        floors=fewest,
        people_more=max(0, sum(placed.values()) - people),
        floors_fewer=max(0, fewest - len(floors)),
    )


def _units(scenario: Scenario) -> dict[str, _Unit]:
    """Return each unit with the fewest desks that serve it when nobody else shares them."""
    sharing = scenario.settings.sharing
    found = {}
    for seats in seats_undivided(scenario):
        desks = desks_of_pool(scenario, [seats])
        is_whole = desks < 2 * smallest_piece(desks, sharing)
        found[seats.unit_id] = _Unit(seats.people, desks, is_whole)
    return found


def _most_people(units: Sequence[_Unit], rooms: Sequence[int]) -> int:
    """Return at most how many people find desks of their own.

    By all desks together, those who need fewest a head first; where no unit can be divided also
    floor by floor, each with whoever fills it best.
    """
    bound = _by_desks(units, sum(rooms))
    # One unit that may be divided can fill up what whole ones leave, so nothing follows floor by
    # floor.
    if all(unit.is_whole for unit in units):
        best = _knapsack(units, max(rooms, default=0))
        bound = min(bound, sum(int(best[room]) for room in rooms))
    return bound


def _by_desks(units: Sequence[_Unit], desks: int) -> int:
    """Return at most how many people find desks among so many, the last unit in part."""
    people = 0
    # Fewest desks a head first, and any part of a unit: an upper bound, as it should be.
    for unit in sorted(units, key=lambda unit: unit.desks / max(unit.people, 1)):
        if unit.desks > desks:
            return people + unit.people * desks // unit.desks
        people, desks = people + unit.people, desks - unit.desks
    return people


def _knapsack(units: Sequence[_Unit], most: int) -> NDArray[np.int64]:
    """Return the most people of whole units on 0, 1, … desks."""
    best = np.zeros(most + 1, np.int64)
    for unit in units:
        if unit.desks <= most:
            # The right side is evaluated first, so each unit is counted at most once.
            with_it = best[: most + 1 - unit.desks] + unit.people
            best[unit.desks :] = np.maximum(best[unit.desks :], with_it)
    return best


def _fewest_floors(desks: int, rooms: Sequence[int]) -> int:
    """Return how many of the largest floors have so many desks; all where all are too few."""
    upto = np.cumsum(sorted(rooms, reverse=True))
    return min(int(np.searchsorted(upto, desks)) + 1, len(rooms)) if desks else 0
