"""The compiled loop: try a move, keep it or undo it, remember the best layout that honours all.

References
----------
Kirkpatrick, Gelatt, Vecchi (1983), Optimization by simulated annealing, Science 220.
Connolly (1990), An improved annealing scheme for the QAP, European Journal of Operational
Research 46.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from allocator.search.local import board as on
from allocator.search.local.compiled import compiled, entry
from allocator.search.local.counts import BROKEN, COST, NOWHERE, OVER, UNPLACED, piece_at
from allocator.search.local.moves import move_band, take_along_back, transfer, uniform
from allocator.search.local.transfer import felt, move_desks, settle, shift

units, pieces, kept_pieces, places = on.units, on.pieces, on.kept_pieces, on.places
tally, tally_before, touches, log, allowed = (
    on.tally,
    on.tally_before,
    on.touches,
    on.log,
    on.allowed,
)


@compiled
def weight(b: Any) -> float:
    """Return cost and everything that is wrong, at the prices of the moment."""
    sums = tally(b)
    return sums[COST] + b.over * sums[OVER] + b.broken * sums[BROKEN] + b.unplaced * sums[UNPLACED]


@compiled
def undo(b: Any) -> None:
    """Take the transfers of the log back, the last first."""
    for i in range(b.logged - 1, -1, -1):
        entry = log(b)[i]
        shift(b, entry.unit, entry.target, entry.origin, entry.desks)
    if b.settled == 1:
        take_along_back(b)
    copy_tally(tally_before(b), tally(b))


@compiled
def copy_tally(source: Any, target: Any) -> None:
    """Copy the sums."""
    for i in range(len(source)):
        target[i] = source[i]


@compiled
def is_best(b: Any) -> bool:
    """Tell whether the layout honours everything and beats the one that is kept."""
    sums = tally(b)
    whole = b.may_leave == 1 or sums[UNPLACED] < 1e-6
    if not whole or sums[OVER] > 0.5 or sums[BROKEN] > 0.5:
        return False
    if sums[UNPLACED] < b.kept_unplaced - 1e-6:
        return True
    return sums[UNPLACED] < b.kept_unplaced + 1e-6 and sums[COST] < b.kept_cost - 1e-6


@compiled
def keep(b: Any) -> None:
    """Remember the layout as it is; only units touched since the last time are copied."""
    for i in range(b.touched):
        u = touches(b)[i]
        units(b)[u].touched = 0
        units(b)[u].kept = units(b)[u].pieces
        for k in range(units(b)[u].pieces):
            kept_pieces(b)[u, k].place = pieces(b)[u, k].place
            kept_pieces(b)[u, k].desks = pieces(b)[u, k].desks
    b.touched = 0
    b.kept_unplaced = tally(b)[UNPLACED]
    b.kept_cost = tally(b)[COST]


@compiled
def touch(b: Any, u: int) -> None:
    """Mark a unit as changed since the best was kept."""
    if units(b)[u].touched == 0:
        units(b)[u].touched = 1
        touches(b)[b.touched] = u
        b.touched += 1


@compiled
def accept(b: Any) -> None:
    """Make the move in the log final."""
    for i in range(b.logged):
        entry = log(b)[i]
        touch(b, entry.unit)
        if b.settled == 0:
            settle(b, entry.unit, entry.origin, entry.target, entry.desks)
    copy_tally(tally(b), tally_before(b))
    if is_best(b):
        keep(b)


@entry
def anneal(board: Any, who: Any, crews: Any, somewhere: Any, band_share: float, moves: int) -> int:
    """Try so many moves at the board's temperature and return how many were kept.

    Parameters
    ----------
    board : (1) of BOARD
    who, crews
        Units and bands that may move.
    somewhere
        Places that they may go to; those places are marked as active.
    band_share
        Part of the moves that are whole bands.
    """
    b = board[0]
    kept = 0
    copy_tally(tally(b), tally_before(b))
    before = weight(b)
    for _ in range(moves):
        b.logged = b.settled = 0
        if len(crews) > 0 and uniform(b) < band_share:
            move_band(b, crews, somewhere)
        else:
            transfer(b, who, somewhere)
        if b.logged == 0:
            continue
        after = weight(b)
        if after - before > -b.temperature * np.log(1.0 - uniform(b)):
            undo(b)
        else:
            before = after
            accept(b)
            kept += 1
    return kept


@entry
def load(board: Any, layout: Any) -> None:
    """Put pieces (rows of unit, place, desks) on the board; those that cannot be stay out."""
    b = board[0]
    for i in range(len(layout)):
        u, p = layout[i, 0], layout[i, 1]
        unit = units(b)[u]
        desks = min(layout[i, 2], unit.demand - unit.placed)
        new = piece_at(b, u, p) < 0
        room = not new or (unit.pieces < unit.slots and places(b)[p].occupants < b.n_guests)
        if room and allowed(b)[u, p] and desks > 0 and (not new or desks >= unit.least):
            move_desks(b, u, NOWHERE, p, desks)
            settle(b, u, NOWHERE, p, desks)
            touch(b, u)
    if is_best(b):
        keep(b)


@entry
def remove(board: Any, who: Any) -> None:
    """Take all desks of some units off the board."""
    b = board[0]
    for u in who:
        while units(b)[u].pieces > 0:
            p, desks = pieces(b)[u, 0].place, pieces(b)[u, 0].desks
            move_desks(b, u, p, NOWHERE, desks)
            settle(b, u, p, NOWHERE, desks)
        touch(b, u)


@entry
def walked(board: Any) -> float:
    """Return the walking minutes of a layout: half of what every unit feels where it is."""
    b = board[0]
    total = 0.0
    for u in range(b.n_units):
        for k in range(units(b)[u].pieces):
            piece = pieces(b)[u, k]
            total += piece.desks / units(b)[u].demand * felt(b, u, piece.place)
    return 0.5 * total
