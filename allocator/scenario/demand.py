"""Desks that units need and floors have. Exact: no floats on the way to a whole number.

What is placed of a unit are its desks, or its people where capacity is by chance.
"""

from __future__ import annotations

from math import ceil, floor

from allocator.scenario.settings import Sharing
from allocator.scenario.types import Floor, HousedUnit


def demand(unit: HousedUnit) -> int:
    """Return the desks of a unit: those of people who never share, and the shared rounded up.

    ``own_desks + ceil((headcount − own_desks) / people_per_desk)``, in exact fractions: 21 people
    at 1.4 need 15 desks, where floating point gives 16 (docs/explanation/objective.md).
    """
    sharers, ratio = unit.headcount - unit.own_desks, unit.people_per_desk
    # Minus twice: Python rounds a quotient of whole numbers down, and a ceiling is wanted.
    return unit.own_desks - (-sharers * ratio.denominator // ratio.numerator)


def to_place(unit: HousedUnit, *, by_chance: bool) -> int:
    """Return how much of a unit is to be placed.

    Returns
    -------
    int
        Desks; people where capacity is by chance. The rest of the search does not ask which.
    """
    return unit.headcount if by_chance else demand(unit)


def smallest_piece(amount: int, sharing: Sharing) -> int:
    """Return the least of a unit that may be on a floor, never more than the unit itself.

    Parameters
    ----------
    amount
        What is placed of the unit: desks, or people where capacity is by chance.
    sharing
        Its limits; the larger of the two holds.
    """
    share = ceil(sharing.min_piece_share * amount)
    return min(amount, max(sharing.min_piece_desks, share))


def desks_on(place: Floor, sharing: Sharing) -> int:
    """Return a floor's desks: as given, else its area divided by m2_per_desk, rounded down.

    Raises
    ------
    ValueError
        If the floor has neither, which `consistency` refuses beforehand.
    """
    if place.desks is not None:
        return place.desks
    if place.area_m2 is None or sharing.m2_per_desk is None:
        raise ValueError(f"floor {place.floor_id} has neither desks nor an area to count them by")
    return floor(place.area_m2 / sharing.m2_per_desk)


def desks_to_share(place: Floor, sharing: Sharing) -> int:
    """Return the desks of a floor less the reserve, rounded down.

    max_occupants limits people and not desks, so it does not count here: these are what people
    share who come, while `usable_desks` are what may be placed.
    """
    return floor(desks_on(place, sharing) * (1 - sharing.reserve_share))


def usable_desks(place: Floor, sharing: Sharing) -> int:
    """Return the desks of a floor that may be placed: less the reserve, at most max_occupants.

    The reserve does not reduce max_occupants.
    """
    usable = desks_to_share(place, sharing)
    return usable if place.max_occupants is None else min(usable, place.max_occupants)
