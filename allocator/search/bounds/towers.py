"""Towers beyond an organisation's first, at the least: whole towers, desks by organisation."""

from __future__ import annotations

from math import ceil

import numpy as np
from numpy.typing import NDArray
from ortools.sat.python import cp_model

from allocator.search.bounds.needed import Needed
from allocator.search.bounds.scaling import proved
from allocator.search.bounds.undivided import Undivided
from allocator.search.cancel import checkpoint
from allocator.search.case import Case

LARGEST_MODEL = 30_000
"""Organisations × towers; beyond it each organisation is counted alone."""


def extra_towers(case: Case, needed: Needed, time_limit_s: float) -> int:
    """Return at most the least number of towers beyond the first, summed over organisations."""
    rooms, desks = tower_rooms(case), organisation_desks(case, needed)
    alone = sum(max(fewest_towers(rooms[o], int(desks[o])) - 1, 0) for o in case.organisations)
    if rooms.size > LARGEST_MODEL or not needed.everyone:
        return alone
    undivided, _ = Undivided(case).least(time_limit_s, lambda: False)
    return max(alone, undivided, _together(case, rooms, desks, time_limit_s))


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
        model.add(sum(here.values()) >= fewest_towers(rooms[o], int(desks[o])))
        used += here.values()
    for t in case.towers:
        model.add(sum(in_tower[t]) <= int(capacity[t]))
    model.minimize(sum(used) - len(present))
    bound = proved(model, time_limit_s)
    return 0 if bound is None else ceil(bound - 1e-6)
