"""The joint bound: everything a unit pays on a floor as one linear cost, improved with time.

Each part is a linear function of the shares that no plan undercuts, so their sum is one, too. It
is the answer of the first moment everywhere. In countries it also proves most: there a unit sees
its parent, organisation and siblings at once, which is worth more than organisations over towers.
"""

from __future__ import annotations

from time import monotonic

import numpy as np
from numpy.typing import NDArray

from allocator.search.bounds.floors import fewest_floors
from allocator.search.bounds.transport import Share, warm_transport
from allocator.search.bounds.walking import Views
from allocator.search.cancel import checkpoint
from allocator.search.case import Case

Floats = NDArray[np.float64]


FIRST_PACE, LAST_PACE = 0.5, 0.02
"""How far pairs are shifted between their ends, in parts of a pair."""


def joint_bound(case: Case, views: Views, until: float) -> float:
    """Return a bound of all terms but people moved, over all plans that place every desk.

    Any sharing of pairs between their two ends gives a bound; the bound is concave in it, and the
    end that sees its partner farther away is where it grows. Steps that lose are taken back.
    Afterwards `views` are those of the best bound.
    """
    prices = case.scenario.settings.prices
    others, begun = share_costs(case), monotonic()
    shares = warm_transport(
        case, prices.extra_tower, others + prices.walking * views.minutes, until
    )

    def share() -> Share:
        return shares.share(others + prices.walking * views.minutes, until)

    best, part, pace = share(), views.part, FIRST_PACE
    lean, took = views.lean(best.floor), monotonic() - begun
    # A step takes about as long as the one before; one that would end too late is not begun.
    while pace > LAST_PACE and monotonic() + took < until:
        begun = monotonic()
        views.part = part + pace * lean
        here = share()
        if here.bound > best.bound:
            best, part = here, views.part
            # Half of the old direction stays in, against steps to and fro.
            lean, pace = views.lean(here.floor) + lean / 2, pace * 1.1
        else:
            lean, pace = (views.lean(here.floor) + lean) / 2, pace * 0.7
        took = monotonic() - begun
    views.part = part
    return best.bound


def share_costs(case: Case) -> Floats:
    """Return person-minutes a week (U × F) for a whole unit on a floor, of most terms.

    Walking, extra towers, people moved and gaps are left out.
    """
    prices = case.scenario.settings.prices
    return (
        prices.extra_floor * extra_floor_shares(case) + open_shares(case) + placement_shares(case)
    )


def extra_floor_shares(case: Case) -> Floats:
    """Return extra floors by share: d / min(d, capacity) − 1, or what the size asks for.

    A share is at most capacity / d, so a unit's floors number at least
    Σ_f s(f) · d / min(d, capacity(f)), and Σ_f s(f) = 1 is taken off for the first. A unit that
    fits on no floor uses at least a known number of them, wherever it is.
    """
    demand = case.demand[:, None].astype(np.float64)
    found = np.maximum(demand / np.maximum(case.capacity, 1) - 1, 0.0)
    for u in np.flatnonzero(case.demand).tolist():
        checkpoint()
        extra = fewest_floors(case, u, int(case.demand[u])) - 1
        if extra:
            found[u] = extra
    return found


def open_shares(case: Case) -> Floats:
    """Return the price of the unit's desks, a floor's being shared by all it may hold."""
    a_desk: Floats = case.open_cost / np.maximum(case.capacity, 1)
    return case.demand[:, None] * a_desk


def placement_shares(case: Case) -> Floats:
    """Return the placement costs as they stand."""
    found = np.zeros(case.allowed.shape)
    for (unit, floor), cost in case.placement_cost.items():
        found[unit, floor] = cost
    return found
