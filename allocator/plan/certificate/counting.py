"""Bounds of single terms by plain counting, for what a certificate takes on trust.

Each looks at one cause alone, so it may come to less than what models prove of all together.
That part stays on trust (docs/explanation/proof.md).
"""

from __future__ import annotations

import numpy as np

from allocator.plan.certificate.reading import Reading
from allocator.plan.certificate.types import Floats, Whole


def counted(reading: Reading) -> dict[str, float]:
    """Return bounds of the terms that are counted, in person-minutes a week."""
    return {
        "extra_towers": reading.prices.extra_tower * _extra_towers(reading),
        "extra_floors": reading.prices.extra_floor * _extra_floors(reading),
        "gaps": 0.0,
        "open_floors": _open_floors(reading),
    }


def _open_floors(reading: Reading) -> float:
    """Return the cost of the cheapest floors that hold all desks that must lie on some of them.

    Once for all floors, and once for every set of floors that some unit is confined to.
    """
    everywhere = np.ones((1, len(reading.floors)), bool)
    least = 0.0
    for floors in np.unique(np.concatenate([everywhere, reading.allowed]), axis=0):
        # Of each set all units that may be nowhere else.
        confined = ~(reading.allowed & ~floors).any(axis=1)
        desks = int(reading.demand[confined].sum())
        least = max(least, _cheapest(reading.open_cost[floors], reading.capacity[floors], desks))
    return least


def _cheapest(cost: Floats, rooms: Whole, desks: int) -> float:
    """Return the least cost of floors with room for so many desks."""
    least = np.full(desks + 1, np.inf)
    least[0] = 0.0
    for price, room in zip(cost.tolist(), rooms.tolist(), strict=True):
        before = np.maximum(np.arange(desks + 1) - room, 0)
        # `least[before]` is of the floors before this one, so each is used once.
        least = np.minimum(least, least[before] + price)
    return float(least[desks])


def _extra_floors(reading: Reading) -> int:
    """Return floors beyond the first of every unit, on the largest that it may use."""
    return sum(
        fewest(reading.capacity[may], int(desks)) - 1
        for may, desks in zip(reading.allowed, reading.demand, strict=True)
    )


def _extra_towers(reading: Reading) -> int:
    """Return towers beyond the first of every organisation, in the largest that it may use."""
    found = 0
    for organisation in reading.layout.units_by_organisation:
        us = reading.members(organisation)
        rooms: dict[str, int] = {}
        # As if each organisation had the towers to itself: less than what is needed when they
        # share.
        may = reading.allowed[us].any(axis=0)
        for tower, room in zip(reading.tower, (reading.capacity * may).tolist(), strict=True):
            rooms[tower] = rooms.get(tower, 0) + room
        if us:
            found += fewest(np.array(list(rooms.values())), int(reading.demand[us].sum())) - 1
    return found


def fewest(rooms: Whole, desks: int) -> int:
    """Return how many of the largest rooms it takes for so many desks, more than 0."""
    return int(np.searchsorted(np.cumsum(np.sort(rooms)[::-1]), desks)) + 1
