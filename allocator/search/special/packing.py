"""Offices where only extra towers cost, each tower of one floor: packing organisations on floors.

Which cases these are, and the tables of the search for them (`ruin_recreate`), filled from a case.
"""

from __future__ import annotations

from typing import TypeGuard

import numpy as np
from numpy.typing import NDArray

from allocator.search.case import Case
from allocator.search.rules import AtMost, Limit, PlaceKind
from allocator.search.special.ruin_recreate import MOST, Filled, Stock


def is_packing(case: Case) -> bool:
    """Return whether units stay whole and a plan's total is its extra towers alone.

    Nobody walks, moving and places cost nothing, and every tower is one floor.
    """
    prices = case.scenario.settings.prices
    walks = prices.walking > 0 and len(case.trips.a) > 0 and case.minutes.any()
    if walks or case.site_costs or case.open_cost.any() or not prices.extra_tower:
        return False
    one_floor_each = len(case.floor_ids) == len(case.tower_ids)
    return one_floor_each and stays_whole(case) and _anywhere(case)


def stays_whole(case: Case) -> bool:
    """Return whether no unit can be split, and rules speak of the floors of single units alone."""
    # A piece may be left out then, and capacity by chance is no sum of desks.
    if case.allow_unplaced or case.scenario.by_chance:
        return False
    # Two pieces would be too small, or there is nothing to split.
    whole: NDArray[np.bool_] = (case.demand < 2 * case.least) | (case.demand == 0)
    for limit in case.limits:
        if not _is_of_one(limit):
            return False
        if limit.most == 1:
            whole[limit.units[0]] = True
    return bool(whole.all())


def _is_of_one(limit: Limit) -> TypeGuard[AtMost]:
    """Whether a limit is on the floors of one unit."""
    is_of_floors = isinstance(limit, AtMost) and limit.place is PlaceKind.FLOOR
    return is_of_floors and len(limit.units) == 1


def _anywhere(case: Case) -> bool:
    """Whether each unit may be on every floor that has room for it."""
    units = case.demand > 0
    fits = case.capacity[None, :] >= case.demand[units][:, None]
    # A floor that is too small need not be allowed: no plan has the unit there anyway.
    return bool((case.allowed[units] >= fits).all())


def stock_of(case: Case, units: NDArray[np.int64]) -> Stock:
    """Return what is given, of the units that have desks to place."""
    largest = case.capacity.max(keepdims=True)
    return Stock(case.demand[units], case.organisation[units], case.capacity, largest)


def empty_floors(case: Case, stock: Stock, rng: np.random.Generator) -> Filled:
    """Return floors of a stock with nobody on them yet.

    Parameters
    ----------
    stock
        As `stock_of` gives it.
    rng
        Seeds the generator of compiled code.
    """
    units, floors, organisations = (
        len(stock.desks),
        len(stock.capacity),
        len(case.organisation_ids),
    )
    largest, room = int(stock.largest[0]), stock.capacity.astype(float)
    # Units on a floor at most: the smallest ones, as many as the largest floor holds.
    most = int(np.searchsorted(np.cumsum(np.sort(stock.desks)), largest, side="right"))
    return Filled(
        at=np.full(units, -1),
        before=np.full(units, -1),
        kept=np.full(units, -1),
        occupants=np.full((floors, max(most, 1)), -1),
        count=np.zeros(floors, np.int64),
        load=np.zeros(floors, np.int64),
        part=np.zeros((organisations, floors), np.int64),
        pool=np.zeros(units, np.int64),
        loose=np.zeros(1, np.int64),
        organisations=np.unique(stock.organisation),
        floors=np.arange(floors),
        picks=np.zeros(MOST, np.int64),
        keys=np.zeros(MOST),
        reach=np.zeros((MOST + 1, largest + 1), np.bool_),
        # All are out at first, and all desks are vacant: sums of `ruin_recreate` begin there.
        sums=np.array([units, stock.desks.sum(), 0.0, room @ room, np.inf]),
        rng_state=rng.integers(1, 2**62, 1).astype(np.uint64),
    )
