"""The tables of the search over whole units, filled from a case; and which cases it is for."""

from __future__ import annotations

from typing import TypeGuard

import numpy as np
from numpy.typing import NDArray

from allocator.search.case import Case
from allocator.search.rules import AtMost, Limit, PlaceKind
from allocator.search.site_costs import whole_costs
from allocator.search.walking import Walking
from allocator.search.whole.seating import Office, Seats

MOST_PAIRS = 4_000_000
"""Pairs of units up to which their trips are kept as one table."""


def stays_whole(case: Case) -> bool:
    """Whether no unit can be split, and no rule speaks of more than one unit and one floor."""
    if case.allow_unplaced or case.scenario.by_chance or len(case.unit_ids) ** 2 > MOST_PAIRS:
        return False
    return all(_is_of_one(limit) for limit in case.limits) and bool(np.all(_is_whole(case)))


def _is_whole(case: Case) -> NDArray[np.bool_]:
    """Whether a unit cannot be split (U): two pieces would be too small, or too many."""
    whole: NDArray[np.bool_] = case.demand < 2 * case.least
    for limit in case.limits:
        if _is_of_one(limit) and limit.most == 1:
            whole[limit.units[0]] = True
    return whole | (case.demand == 0)


def _is_of_one(limit: Limit) -> TypeGuard[AtMost]:
    """Whether a limit is on the floors of one unit."""
    is_of_floors = isinstance(limit, AtMost) and limit.place is PlaceKind.FLOOR
    return is_of_floors and len(limit.units) == 1


def office_of(case: Case, units: NDArray[np.int64]) -> Office:
    """Return what is given to the search, of the units that have desks to place."""
    prices = case.scenario.settings.prices
    trips = prices.walking * Walking(case).between(units.tolist())
    inside = np.diag(trips) / 2
    np.fill_diagonal(trips, 0.0)
    levels = np.cumsum([0, *(len(levels) for levels in case.levels_of)])
    counts = prices.extra_tower or prices.extra_gap or case.open_cost.any()
    return Office(
        trips=trips,
        minutes=np.ascontiguousarray(case.minutes),
        fixed=np.outer(inside, np.diag(case.minutes)) + whole_costs(case)[units],
        allowed=case.allowed[units] & (case.capacity >= case.demand[units][:, None]),
        desks=case.demand[units],
        organisation=case.organisation[units],
        capacity=case.capacity,
        opening=case.open_cost,
        tower=case.tower,
        level=levels[case.tower] + np.array(case.rank),
        levels_from=levels,
        prices=np.array([prices.extra_tower, prices.extra_gap], float),
        counts=np.array([bool(counts)]),
    )


def seats_in(case: Case, office: Office, rng: np.random.Generator) -> Seats:
    """Return seats for the units of an office, all still to be taken."""
    units, floors = office.fixed.shape
    return Seats(
        at=np.zeros(units, np.int64),
        kept=np.zeros(units, np.int64),
        load=np.zeros(floors, np.int64),
        guests=np.zeros(floors, np.int64),
        pull=np.zeros((units, floors)),
        in_tower=np.zeros((len(case.organisation_ids), len(case.tower_ids)), np.int64),
        on_level=np.zeros((len(case.organisation_ids), int(office.levels_from[-1])), np.int64),
        sums=np.array([0.0, 0.0, np.inf]),
        rng_state=rng.integers(1, 2**62, 1).astype(np.uint64),
    )
