"""The search for packings as others call it: from any layout, or none, to better ones.

Whose floor a unit is on matters only to its organisation, so a layout is weighed by pairs of
organisation and floor (`ruin_recreate`).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from allocator.search.case import Case, Layout
from allocator.search.improvement import Improvement, Watcher
from allocator.search.kernels.budget import Budget
from allocator.search.special import ruin_recreate
from allocator.search.special.packing import empty_floors, stock_of

HOT, COLD = 0.1, 1e-4
"""Temperatures of a cooling, in extra towers."""
LOOK = 500
"""Steps between two looks at the budget."""
LOOKS = (20, 60, 200)
"""Looks in a cooling."""
AS_MOVES = 5
"""Moves of the general search that count as a step: about so much slower it is."""


def pack(
    case: Case,
    start: Layout,
    *,
    rng: np.random.Generator,
    budget: Budget,
    watcher: Watcher | None = None,
) -> Iterator[Improvement]:
    """Yield plans, each with fewer extra towers than those before, until the budget ends.

    There are none where nobody has desks, or a unit is larger than the largest floor.

    Parameters
    ----------
    case
        One that is a packing (`packing.is_packing`).
    start
        Any layout; units that are not on one floor there are left out at first.
    rng
        Where all chance comes from. The same with the same budget of moves gives the same plans.
    budget
        Its moves are those of the general search.
    """
    units = np.flatnonzero(case.demand > 0)
    stock = stock_of(case, units)
    if not len(units) or stock.desks.max() > stock.capacity.max():
        return
    floors, reported = empty_floors(case, stock, rng), np.inf
    ruin_recreate.begin(stock, floors, _floors_given(case, units, start))
    while not budget.over:
        looks = int(rng.choice(LOOKS))
        for heats in np.geomspace(HOT, COLD, looks).tolist():
            pairs = float(floors.sums[ruin_recreate.KEPT])
            if pairs < reported:
                reported = pairs
                yield _found(case, units, floors.kept)
            if budget.over:
                return
            ruin_recreate.anneal(stock, floors, heats, LOOK)
            budget.spend(LOOK * AS_MOVES)


def _floors_given(case: Case, units: NDArray[np.int64], start: Layout) -> NDArray[np.int64]:
    """Return the floors of units in a start where they fit, NOWHERE for the others.

    Parameters
    ----------
    units
        Those that have desks; floors are returned in their order.
    """
    # A unit in several pieces is on no floor here: a packing keeps it whole.
    floor = {u: f for (u, f), desks in start.items() if desks == case.demand[u]}
    room, at = case.capacity.copy(), np.full(len(units), ruin_recreate.NOWHERE)
    for i, u in enumerate(units.tolist()):
        f = floor.get(u, ruin_recreate.NOWHERE)
        if f != ruin_recreate.NOWHERE and room[f] >= case.demand[u]:
            at[i], room[f] = f, room[f] - case.demand[u]
    return at


def _found(case: Case, units: NDArray[np.int64], at: NDArray[np.int64]) -> Improvement:
    """Return a plan by the floor of each unit, with its extra towers at their price."""
    cells = zip(units.tolist(), at.tolist(), strict=True)
    layout = dict(zip(cells, case.demand[units].tolist(), strict=True))
    pairs = {(int(case.organisation[u]), f) for u, f in layout}
    extra = len(pairs) - len({o for o, _ in pairs})
    return Improvement(layout, extra * case.scenario.settings.prices.extra_tower, 0.0)
