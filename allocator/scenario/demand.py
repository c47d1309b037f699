"""Desks that units need and floors have. Exact: no floats on the way to a whole number."""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor

from allocator.scenario.settings import Sharing
from allocator.scenario.types import Floor, HousedUnit


def demand(unit: HousedUnit) -> int:
    """Return the desks of a unit: those of people who never share, and the shared rounded up.

    ``own_desks + ceil((headcount − own_desks) / people_per_desk)``
    """
    sharers = unit.headcount - unit.own_desks
    return unit.own_desks + ceil(Fraction(sharers) / unit.people_per_desk)


def smallest_piece(desks: int, sharing: Sharing) -> int:
    """Return the fewest desks that a unit of that demand may have on a floor it uses."""
    share = ceil(sharing.min_piece_share * desks)
    return min(desks, max(sharing.min_piece_desks, share))


def desks_on(place: Floor, sharing: Sharing) -> int:
    """Return a floor's desks: as given, else its area divided by m2_per_desk, rounded down."""
    if place.desks is not None:
        return place.desks
    if place.area_m2 is None or sharing.m2_per_desk is None:
        raise ValueError(f"floor {place.floor_id} has neither desks nor an area to count them by")
    return floor(place.area_m2 / sharing.m2_per_desk)


def usable_desks(place: Floor, sharing: Sharing) -> int:
    """Return the desks of a floor that may be placed: less the reserve, at most max_occupants."""
    usable = floor(desks_on(place, sharing) * (1 - sharing.reserve_share))
    return usable if place.max_occupants is None else min(usable, place.max_occupants)
