"""The board that compiled code plays on: what is given, and the layout under way, as tables.

A place is a floor, or a whole tower where the search is for towers: the compiled code is the
same. Filling a board from a case is in `setup`; counting on it in `counts`.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Any

import numpy as np
from numba import carray
from numpy.typing import NDArray

from allocator.search.local.compiled import compiled
from allocator.search.local.memory import pointer_to


class Tally(IntEnum):
    """What a layout is weighed by."""

    COST = 0
    """Person-minutes a week: the total of the contract, of the desks placed."""
    OVER = 1
    """Desks above capacity or short of a pin, and a fixed part for each such place or pin."""
    BROKEN = 2
    """Steps away from honouring the rules."""
    UNPLACED = 3
    """People whose desks are not placed."""


OVER_FIXED = 4.0
"""Desks that an overloaded place counts for beyond those above its capacity: without a fixed part
runs end one to four desks over."""


def table(whole: str, real: str = "") -> np.dtype[Any]:
    """Return a row type with the named whole and real numbers, 8 bytes each."""
    return np.dtype([(n, "i8") for n in whole.split()] + [(n, "f8") for n in real.split()])


def spans(*names: str) -> str:
    """Return the columns that say where the links of a row begin and end."""
    return " ".join(f"{name}_from {name}_to" for name in names)


UNIT = table(
    "demand least slots pieces_most pieces placed kept touched "
    + spans("feel", "feed", "tie", "crowd", "pin", "site", "band"),
    "people own bend mover",
)
"""A unit. Given: desks to place, fewest desks of a piece, most pieces kept, floors it may use at
most (max_floors); people, trips inside it, trips it has at both ends, what moving all of it costs;
where its links begin and end. Under way: pieces, desks placed, pieces of the layout kept, whether
it changed since."""

PLACE = table("capacity tower complex step rank opening_from opening_to load guests")
"""A place. Given: desks, tower, complex, its level numbered over all towers, its rank in the tower,
its row of opening costs. Under way: desks used, pieces."""

TOWER = table(spans("place", "step"))
"""A tower: its places from the lowest up (links), its levels (numbers)."""

CROWD = table(
    "places_most towers_most complexes_most gapless places towers complexes "
    + spans("apart", "tower_apart"),
    "tower_price gap_price",
)
"""Units counted together (`crowds.Crowd`). Under way: places, towers and complexes it uses."""

GROUP = table(spans("member"))
"""A field's units, or a band's, as links."""

PIN = table("place desks held")
"""Rule at_least. Under way: desks that count for it."""

ALONE = table("crowd organisation")
"""Rule own_floor."""

SITE = table("place", "cost now")
"""A unit at a place: placement cost of all of it, share of it that is there today."""

LINK = table("to", "weight")
"""A numbered thing that a row points at, with a weight where it has one."""

PIECE = table("place desks")
TRANSFER = table("unit origin target desks")

TABLES: dict[str, tuple[Any, tuple[str, ...]]] = {
    "units": (UNIT, ("n_units",)),
    "places": (PLACE, ("n_places",)),
    "towers": (TOWER, ("n_towers",)),
    "crowds": (CROWD, ("n_crowds",)),
    "fields": (GROUP, ("n_fields",)),
    "bands": (GROUP, ("n_bands",)),
    "pins": (PIN, ("n_pins",)),
    "alone": (ALONE, ("n_alone",)),
    "sites": (SITE, ("n_sites",)),
    "links": (LINK, ("n_links",)),
    "opening": ("f8", ("n_opening",)),
    "minutes": ("f8", ("n_places", "n_places")),
    "allowed": ("?", ("n_units", "n_places")),
    "pieces": (PIECE, ("n_units", "n_slots")),
    "kept_pieces": (PIECE, ("n_units", "n_slots")),
    "guests": ("i4", ("n_places", "n_guests")),
    "at_place": ("i2", ("n_crowds", "n_places")),
    "at_tower": ("i2", ("n_crowds", "n_towers")),
    "at_complex": ("i2", ("n_crowds", "n_complexes")),
    "at_step": ("i2", ("n_crowds", "n_steps")),
    "gaps": ("i2", ("n_crowds", "n_towers")),
    "potential": ("f8", ("n_fields", "n_places")),
    "tally": ("f8", ("n_tally",)),
    "tally_before": ("f8", ("n_tally",)),
    "touches": ("i8", ("n_units",)),
    "log": (TRANSFER, ("n_log",)),
}
"""Tables of a board with the type of a row and what they are as long and as wide as."""

_SIZES = sorted({size for _, shape in TABLES.values() for size in shape})

BOARD = table(
    " ".join([*TABLES, *_SIZES, "touched logged may_leave dice"]),
    "walking extra_floor over broken unplaced temperature kept_unplaced kept_cost",
)
"""Addresses of the tables, their sizes, and single numbers: units touched and transfers logged,
whether desks may stay unplaced, state of the dice; prices of the terms and of the other sums of
the tally, the temperature, the best layout kept."""


class Board:
    """The tables of a board, and the record through which compiled code reaches them.

    Attributes
    ----------
    record : (1) of BOARD
    tables
        By name; they must live as long as the record is used.
    """

    def __init__(self, sizes: dict[str, int], **given: NDArray[Any]) -> None:
        self.tables: dict[str, NDArray[Any]] = {}
        self.record = np.zeros(1, BOARD)
        for name, (dtype, shape) in TABLES.items():
            wanted = tuple(sizes[size] for size in shape)
            rows = given.get(name)
            rows = np.zeros(wanted, dtype) if rows is None else np.ascontiguousarray(rows, dtype)
            if rows.shape != wanted:
                raise ValueError(f"table {name} has shape {rows.shape}, expected {wanted}")
            self.tables[name] = rows
            self.record[name] = rows.ctypes.data
        for size in _SIZES:
            self.record[size] = sizes[size]


_UNIT, _PLACE, _TOWER, _CROWD = (pointer_to(t) for t in (UNIT, PLACE, TOWER, CROWD))
_GROUP, _PIN, _ALONE, _SITE, _LINK = (pointer_to(t) for t in (GROUP, PIN, ALONE, SITE, LINK))
_PIECE, _TRANSFER = pointer_to(PIECE), pointer_to(TRANSFER)
_REAL, _WHOLE, _SHORT = pointer_to("f8"), pointer_to("i8"), pointer_to("i2")
_GUEST, _FLAG = pointer_to("i4"), pointer_to("?")


@compiled
def units(b: Any) -> Any:
    """Return the units."""
    return carray(_UNIT(b.units), (b.n_units,))


@compiled
def places(b: Any) -> Any:
    """Return the places."""
    return carray(_PLACE(b.places), (b.n_places,))


@compiled
def towers(b: Any) -> Any:
    """Return the towers."""
    return carray(_TOWER(b.towers), (b.n_towers,))


@compiled
def crowds(b: Any) -> Any:
    """Return the crowds."""
    return carray(_CROWD(b.crowds), (b.n_crowds,))


@compiled
def fields(b: Any) -> Any:
    """Return the weighted sums of units."""
    return carray(_GROUP(b.fields), (b.n_fields,))


@compiled
def bands(b: Any) -> Any:
    """Return the groups of units that move together."""
    return carray(_GROUP(b.bands), (b.n_bands,))


@compiled
def pins(b: Any) -> Any:
    """Return the rows of at_least."""
    return carray(_PIN(b.pins), (b.n_pins,))


@compiled
def alone(b: Any) -> Any:
    """Return the rows of own_floor."""
    return carray(_ALONE(b.alone), (b.n_alone,))


@compiled
def sites(b: Any) -> Any:
    """Return the placement costs and desks of today."""
    return carray(_SITE(b.sites), (b.n_sites,))


@compiled
def links(b: Any) -> Any:
    """Return the what rows point at."""
    return carray(_LINK(b.links), (b.n_links,))


@compiled
def opening(b: Any) -> Any:
    """Return the costs of places by the desks they hold."""
    return carray(_REAL(b.opening), (b.n_opening,))


@compiled
def minutes(b: Any) -> Any:
    """Return the walking minutes between places."""
    return carray(_REAL(b.minutes), (b.n_places, b.n_places))


@compiled
def allowed(b: Any) -> Any:
    """Return the where units may be (by unit and place)."""
    return carray(_FLAG(b.allowed), (b.n_units, b.n_places))


@compiled
def pieces(b: Any) -> Any:
    """Return the pieces (by unit and number)."""
    return carray(_PIECE(b.pieces), (b.n_units, b.n_slots))


@compiled
def kept_pieces(b: Any) -> Any:
    """Return the pieces of the best layout (by unit and number)."""
    return carray(_PIECE(b.kept_pieces), (b.n_units, b.n_slots))


@compiled
def guests(b: Any) -> Any:
    """Return the units at a place (by place and number)."""
    return carray(_GUEST(b.guests), (b.n_places, b.n_guests))


@compiled
def at_place(b: Any) -> Any:
    """Return the pieces of a crowd at a place."""
    return carray(_SHORT(b.at_place), (b.n_crowds, b.n_places))


@compiled
def at_tower(b: Any) -> Any:
    """Return the places of a crowd in a tower."""
    return carray(_SHORT(b.at_tower), (b.n_crowds, b.n_towers))


@compiled
def at_complex(b: Any) -> Any:
    """Return the towers of a crowd in a complex."""
    return carray(_SHORT(b.at_complex), (b.n_crowds, b.n_complexes))


@compiled
def at_step(b: Any) -> Any:
    """Return the places of a crowd on a level."""
    return carray(_SHORT(b.at_step), (b.n_crowds, b.n_steps))


@compiled
def gaps(b: Any) -> Any:
    """Return the gaps of a crowd in a tower."""
    return carray(_SHORT(b.gaps), (b.n_crowds, b.n_towers))


@compiled
def potential(b: Any) -> Any:
    """Return the minutes of a field's units from a place (by field and place)."""
    return carray(_REAL(b.potential), (b.n_fields, b.n_places))


@compiled
def tally(b: Any) -> Any:
    """Return the sums that a layout is weighed by."""
    return carray(_REAL(b.tally), (b.n_tally,))


@compiled
def tally_before(b: Any) -> Any:
    """Return the same sums before the move under way."""
    return carray(_REAL(b.tally_before), (b.n_tally,))


@compiled
def touches(b: Any) -> Any:
    """Return the units changed since the best was kept."""
    return carray(_WHOLE(b.touches), (b.n_units,))


@compiled
def log(b: Any) -> Any:
    """Return the transfers of the move under way."""
    return carray(_TRANSFER(b.log), (b.n_log,))
