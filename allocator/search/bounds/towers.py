"""Towers beyond an organisation's first, at the least.

Organisations share the desks of towers; where no unit is divided between towers, units are packed
into them by an exact model, each tower as large as the largest.
"""

from __future__ import annotations

from math import ceil

import numpy as np
from numpy.typing import NDArray
from ortools.sat.python import cp_model

from allocator.search.bounds.needed import Needed
from allocator.search.bounds.scaling import proved
from allocator.search.cancel import checkpoint
from allocator.search.case import Case
from allocator.search.rules import AtMost, PlaceKind
from allocator.search.special.pattern_model import PatternModel, TooManyError

LONGER_S = 5.0
"""Seconds of the exact model where there is time: it cannot be stopped sooner."""
LARGEST_MODEL = 30_000
"""Organisations × towers; beyond it each organisation is counted alone."""


def extra_towers(case: Case, needed: Needed, time_limit_s: float) -> int:
    """Return at most the least number of towers beyond the first, summed over organisations.

    Parameters
    ----------
    time_limit_s
        For each of the two models, which are left out in large cases.
    """
    rooms, desks = tower_rooms(case), organisation_desks(case, needed)
    alone = sum(max(fewest_towers(rooms[o], int(desks[o])) - 1, 0) for o in case.organisations)
    if rooms.size > LARGEST_MODEL or not needed.everyone:
        return alone
    packed = packed_towers(case, time_limit_s)
    return max(alone, packed, _together(case, rooms, desks, time_limit_s))


def packed_towers(case: Case, time_limit_s: float) -> int:
    """Return towers beyond the first that any packing of undivided units has; 0 if some may be."""
    parts = _undivided(case)
    return 0 if parts is None else parts.solve(min(time_limit_s, LONGER_S)).extra


def _undivided(case: Case) -> PatternModel | None:
    """Return the model of units in towers, if each is in one and there are few ways to do so."""
    placed = np.flatnonzero(case.demand).tolist()
    if not placed or not _stays_in_one_tower(case, placed):
        return None
    rooms = np.bincount(case.tower, weights=case.capacity).astype(np.int64)
    try:
        # All towers as large as the largest: larger ones only make packing easier, so the bound
        # holds, and towers that are alike need not be distinguished.
        return PatternModel(case, np.full_like(rooms, rooms.max()))
    except TooManyError:
        return None


def _stays_in_one_tower(case: Case, units: list[int]) -> bool:
    """Return whether each of the units is in one tower, by its size or by a rule."""
    kept: set[int] = set()
    for limit in case.limits:
        if isinstance(limit, AtMost) and limit.most == 1 and limit.place is not PlaceKind.COMPLEX:
            kept.update(limit.units)
    return all(u in kept or case.demand[u] < 2 * case.least[u] for u in units)


def tower_rooms(case: Case) -> NDArray[np.int64]:
    """Return the desks that an organisation may use in a tower (O × T)."""
    rooms = np.zeros((len(case.organisation_ids), len(case.tower_ids)), np.int64)
    for o, units in enumerate(case.units_of):
        usable = case.capacity * np.any(case.allowed[list(units)], axis=0)
        rooms[o] = np.bincount(case.tower, weights=usable, minlength=rooms.shape[1])
    return rooms


def organisation_desks(case: Case, needed: Needed) -> NDArray[np.int64]:
    """Return the fewest desks of each organisation (O)."""
    return np.array([int(needed.by_unit[list(units)].sum()) for units in case.units_of], np.int64)


def fewest_towers(rooms: NDArray[np.int64], desks: int) -> int:
    """Return how many of the largest towers it takes for so many desks; 0 for none."""
    if desks <= 0:
        return 0
    return int(np.searchsorted(np.cumsum(np.sort(rooms)[::-1]), desks)) + 1


def _together(
    case: Case, rooms: NDArray[np.int64], desks: NDArray[np.int64], time_limit_s: float
) -> int:
    """Return what a model proves in which organisations share the desks of the towers.

    Desks y(o, t) ≤ room(o, t) · z(o, t); Σ_t y = desks of o; Σ_o y ≤ desks of t; least Σ z. Of the
    rules it carries what `allowed` knows; any plan gives a solution of it.
    """
    model = cp_model.CpModel()
    capacity = np.bincount(case.tower, weights=case.capacity).astype(np.int64)
    present = [o for o in case.organisations if desks[o] > 0]
    used: list[cp_model.IntVar] = []
    in_tower: list[list[cp_model.IntVar]] = [[] for _ in case.towers]
    for o in present:
        checkpoint()
        most = {t: int(min(rooms[o, t], desks[o])) for t in case.towers if rooms[o, t]}
        here = {t: model.new_bool_var("") for t in most}
        placed = {t: model.new_int_var(0, desks_here, "") for t, desks_here in most.items()}
        for t, desks_here in most.items():
            model.add(placed[t] <= desks_here * here[t])
            in_tower[t].append(placed[t])
        model.add(sum(placed.values()) == int(desks[o]))
        # Implied by the rows above, but not by their relaxation.
        model.add(sum(here.values()) >= fewest_towers(rooms[o], int(desks[o])))
        used += here.values()
    for t in case.towers:
        model.add(sum(in_tower[t]) <= int(capacity[t]))
    model.minimize(sum(used) - len(present))
    bound = proved(model, time_limit_s)
    # Towers are whole, so a bound may be rounded up, but not for what the solver's floats have
    # added.
    return 0 if bound is None else ceil(bound - 1e-6)
