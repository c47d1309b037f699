"""What compiled code knows of some floors: what is given, and the layout under way.

A member is a unit whose desks may move; others on the same floors are counted and stay. Filling
the tables from a plan is in `setup`. Rows with several columns are records, so that few arrays go
from function to function: the compiler's time grows with their number.

M, S, T, C, P, R and X stand for members, floors, towers, scopes, pins, references and complexes.
All are numbered within the part that is searched, not within the case.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from allocator.search.kernels.annealing import Flags, Reals, RngState, Whole

Records = NDArray[Any]

OVER_FIXED = 4.0
"""Desks that an overfull floor, or a pin that is short, counts for beyond those that are wrong:
without a fixed part annealing ends one to four desks over."""


class Tally(IntEnum):
    """What a layout is weighed by; the columns of every tally."""

    COST = 0
    """Person-minutes a week: the total (docs/explanation/objective.md), of the desks placed."""
    OVER = 1
    """Desks above capacity, short of a pin, or where they may not be, and `OVER_FIXED` for each
    such floor or pin."""
    BROKEN = 2
    """Steps away from honouring the rules."""
    UNPLACED = 3
    """People whose desks are not placed."""


def _record(whole: str, real: str = "") -> np.dtype[Any]:
    """Return a row type with the named whole and real numbers, 64 bits each."""
    return np.dtype([(n, "i8") for n in whole.split()] + [(n, "f8") for n in real.split()])


MEMBER = _record(
    "demand least desks elsewhere pieces_most weight pool linear square load scope_from pin_from",
    "people",
)
"""A unit. demand, least: desks of all of it, fewest desks of a piece. desks: those to be placed
here. elsewhere, pieces_most: pieces on other floors, and how many it may have in all. weight,
pool, linear, square: what a desk weighs, with whom it is shared, how its people's coming varies
(`pooling.Spreads`); load: about what a desk weighs with that. scope_from, pin_from: where its
links begin; those of the next member begin where they end, and a last row closes the table."""
FLOOR = _record("capacity level", "opening")
"""A floor; its level is numbered within the tower."""
SCOPE = _record(
    "floors_most towers_most complexes_most gapless other_floors other_towers far_complexes",
    "tower_price gap_price",
)
"""Units that are counted together, an organisation or those that a rule names: limits, what it
uses elsewhere, prices."""
PIN = _record("floor desks")
"""Rule at_least: desks that must be on a floor."""
PAIR = _record("kind one other")
"""A rule between two scopes; see `Between`."""
PIECE = _record("floor desks")
USE = _record("load occupants")
"""What is in use on a floor, and pieces there."""
SCOPE_STATE = _record("broken fresh_broken is_touched", "cost fresh_cost")
"""What a scope costs and how far it is from its limits, as it is and as a move would make it;
whether a move has it on other floors."""
DELTA = _record("floor", "share")
"""A share of a member that comes to a floor, below 0 where it goes."""
CHANGE = _record("member deltas")
"""A member that a move changes, and how many deltas that makes."""
POSITION = _record("member breaks floor room")
"""A position of a sequence: who is there, and whether it begins another floor where not all of it
fits; how many floors are begun before it, and what is left of the last."""


class Between(IntEnum):
    """Rules between two scopes."""

    APART_FLOOR = 0
    APART_TOWER = 1
    OWN_FLOOR = 2
    """The first wants its floors for the second, its organisation."""


class Given(NamedTuple):
    """What is given: M members, S floors of T towers, C scopes, P pins, R references, X complexes.

    members (M + 1), links: scopes and pins that members count for, by their numbers. trips (M, M):
    a week at their price, the diagonal twice those inside. saving_rate, saving_up_to (R, M, S):
    what is saved by people who need not move, for all of a member, and up to which share of it
    (`site_costs`). allowed (M, S).

    floors (S): each tower's from the lowest up. first (T + 1): where those of a tower begin.
    complex (T), numbered here. minutes (S, S). scopes (C), other_complexes (C, X): whether it uses
    one of them elsewhere. pins (P), pairs.

    load_per_desk, z_factor: what a desk counts for in capacity and the root of a variance in load.
    extra_floor: price. may_leave: whether desks may stay unplaced.
    """

    members: Records
    scope_links: Whole
    pin_links: Whole
    trips: Reals
    saving_rate: Reals
    saving_up_to: Reals
    allowed: Flags
    floors: Records
    first: Whole
    complex: Whole
    minutes: Reals
    scopes: Records
    other_complexes: Flags
    pins: Records
    pairs: Records
    load_per_desk: float
    z_factor: float
    extra_floor: float
    may_leave: bool


class Pieces(NamedTuple):
    """Pieces of members: how many (M), and each one's floor and desks (M, S)."""

    many: Whole
    row: Records


class State(NamedTuple):
    """What is under way.

    pieces, fresh, kept: as they are, as a move would make them, and the best. marginal (M, S):
    what all of a member would cost on a floor by walking and by itself. use (S); variance (pools,
    S); at (C, S), held (P): pieces of a scope on a floor, desks of a pin. scope_state (C).
    tally (3, 6): now, then and of the best; see `Tally`, and two sums that belong to it: what is
    overfull, and broken rules between scopes. best (3): whether it is wrong, unplaced people,
    weight. changes (M), deltas (M, 2 S), touched (C): of a move. number (2): of changes, and of
    touched.
    """

    pieces: Pieces
    fresh: Pieces
    kept: Pieces
    marginal: Reals
    use: Records
    variance: Whole
    at: Whole
    held: Whole
    scope_state: Records
    tally: Reals
    best: Reals
    changes: Records
    deltas: Records
    touched: Whole
    number: Whole
    rng_state: RngState


class Order(NamedTuple):
    """Positions (N), and the order in which S floors are filled.

    Floors of positions are numbers in that order, not floors of `Given`.
    """

    positions: Records
    floors: Whole


class Sequence(NamedTuple):
    """The sequence as it is, and as a move would have it.

    span (4): first and last changed position, first one after that is decoded as before, whether
    the order of floors is changed.
    """

    now: Order
    fresh: Order
    span: Whole


class Prices(NamedTuple):
    """Person-minutes a week for what a layout is weighed by besides its cost.

    over: of a desk; broken: of a step; unplaced: of a person. See `Tally`.
    """

    over: float
    broken: float
    unplaced: float
