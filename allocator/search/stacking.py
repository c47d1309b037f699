"""Pieces to floors, one tower at a time, by CP-SAT: the second stage of a large case.

A tower that cannot be stacked as it was given leaves desks out; `repair` finds them a place by
laying out two towers anew.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import numpy as np

from allocator.search.case import Case, Layout
from allocator.search.model.layout_model import LayoutModel
from allocator.search.model.objective import extra_floors
from allocator.search.model.variables import Cell
from allocator.search.progress import ShouldStop
from allocator.search.record import Record
from allocator.search.solver import Effort
from allocator.search.towers import Desks

REPAIR_S = 2.0
MOST_SHORT = 10
"""Units without all their desks that are looked at together."""


def stack(
    case: Case, assigned: Desks, effort: Effort, should_stop: ShouldStop | None = None
) -> dict[Cell, int]:
    """Return a layout of desks assigned to towers; what fits on no floor is left out.

    effort is for one tower. A plan for a tower without an objective takes milliseconds, so that
    comes first, and fewer extra floors after.
    """
    amounts: defaultdict[int, dict[int, int]] = defaultdict(dict)
    for (u, t), desks in assigned.items():
        amounts[t][u] = desks
    layout: dict[Cell, int] = {}
    for t in sorted(amounts):
        layout = _stack_tower(case, t, amounts[t], layout, effort, should_stop)
    return layout


def _stack_tower(
    case: Case,
    tower: int,
    amounts: dict[int, int],
    layout: dict[Cell, int],
    effort: Effort,
    should_stop: ShouldStop | None,
) -> dict[Cell, int]:
    free = [(u, f) for u in amounts for f in case.floors_of[tower]]
    model = LayoutModel(case, free, layout, may_be_short=False, target=amounts)
    found = model.solve(effort, should_stop=should_stop).layout
    if found is None:
        return _stack_most(case, free, amounts, layout, effort)
    model = LayoutModel(case, free, found, may_be_short=False, target=amounts)
    model.minimise(extra_floors(model.pieces))
    return model.solve(effort, should_stop=should_stop).layout or found


def _stack_most(
    case: Case,
    free: list[Cell],
    amounts: dict[int, int],
    layout: dict[Cell, int],
    effort: Effort,
) -> dict[Cell, int]:
    """As many people as find a place."""
    model = LayoutModel(case, free, layout, may_be_short=True, target=amounts)
    model.minimise_short()
    return model.solve(effort).layout or layout


def desks_short(case: Case, layout: Layout) -> dict[int, int]:
    """Return desks of units that have no place, by unit."""
    left = case.demand.copy()
    for (u, _), desks in layout.items():
        left[u] -= desks
    return {int(u): int(left[u]) for u in np.flatnonzero(left > 0)}


def repair(
    record: Record, layout: Layout, rng: np.random.Generator, should_stop: ShouldStop
) -> dict[Cell, int]:
    """Lay out two towers or three anew until every desk has a place, or the stop.

    Every unit in them and every unit that is short may move; layouts with as many people short
    are taken, too, so that the search does not stand still.
    """
    case, best = record.case, dict(layout)
    while not should_stop():
        short = desks_short(case, best)
        if not short:
            break
        some = rng.permutation(list(short))[:MOST_SHORT].tolist()
        towers = _towers_to_open(case, best, some[0], rng)
        model = LayoutModel(case, cells_in(case, best, towers, some), best, may_be_short=True)
        model.minimise_short()
        found = model.solve(record.effort(REPAIR_S), should_stop=should_stop)
        record.spend_step(found.work)
        if found.layout and people_short(case, found.layout) <= people_short(case, best):
            best = found.layout
    return best


def people_short(case: Case, layout: Layout) -> float:
    """Return people without a place."""
    short = desks_short(case, layout)
    return float(sum(desks * case.people[u] / case.demand[u] for u, desks in short.items()))


def cells_in(
    case: Case, layout: Layout, towers: Iterable[int], more: Iterable[int] = ()
) -> list[Cell]:
    """Return all floors of some towers for every unit there, and for some more units."""
    floors = [f for t in towers for f in case.floors_of[t]]
    inside = set(floors)
    units = {u for u, f in layout if f in inside} | set(more)
    return [(u, f) for u in sorted(units) for f in floors]


def _towers_to_open(case: Case, layout: Layout, unit: int, rng: np.random.Generator) -> list[int]:
    """Two or three towers, one of them open to a unit: those with more room more often."""
    free = case.capacity.copy()
    for (u, f), desks in layout.items():
        free[f] -= desks * case.weight[u]
    room = np.array([free[list(floors)].sum() for floors in case.floors_of], float)
    open_to = np.array([case.allowed[unit, list(floors)].any() for floors in case.floors_of])
    chance = (room + 1.0) / (room + 1.0).sum()
    mine = chance * open_to
    if not mine.any():
        mine = chance
    first = int(rng.choice(len(room), p=mine / mine.sum()))
    count = min(len(room), int(rng.integers(2, 4)))
    others = rng.choice(len(room), size=count, replace=False, p=chance)
    return list(dict.fromkeys([first, *others.tolist()]))[:count]
