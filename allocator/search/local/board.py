"""The board that compiled code plays on: what is given, and the layout under way, as tables.

A place is a floor, or a whole tower where the search is for towers: the compiled code is the
same. Filling a board from a case is in `setup`; counting on it in `counts`.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from typing import Any

from numpy.typing import NDArray

from allocator.search.local.memory import Forms, Tables, record, table, view


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


def spans(*names: str) -> str:
    """Return the columns that say where the links of a row begin and end."""
    return " ".join(f"{name}_from {name}_to" for name in names)


UNIT = table(
    "demand least weight heft pool linear square "
    "slots pieces_most pieces placed kept touched "
    + spans("feel", "feed", "tie", "scope", "pin", "waste", "site", "band"),
    "people own bend leaving",
)
"""A unit. Given: desks to place, fewest desks of a piece, what a desk weighs, and about how much
with its spread; with whom it shares desks and how its people spread (`Spreads`); most pieces
kept, floors it may use at most (max_floors); people, trips inside it, trips it has at both ends,
what it costs if all of it moves; where its links begin and end. Under way: pieces, desks placed,
pieces of the layout kept, whether it changed since."""

PLACE = table("capacity tower complex step rank opening_from opening_to load occupants active")
"""A place. Given: what it holds, tower, complex, its level numbered over all towers, its rank in
the tower, its row of opening costs. Under way: what is used, pieces, whether desks may go there
now."""

TOWER = table(spans("place", "step"))
"""A tower: its places from the lowest up (links), its levels (numbers)."""

SCOPE = table(
    "places_most towers_most complexes_most gapless entry places towers complexes "
    + spans("apart", "tower_apart"),
    "tower_price gap_price",
)
"""Units counted together (`scopes.CountingScope`); entry is what it weighs at a place by
being there. Under way: places, towers and complexes it uses."""

GROUP = table(spans("member"))
"""A field's units, or a band's, as links."""

PIN = table("place desks held")
"""Rule at_least. Under way: desks that count for it."""

ALONE = table("scope organisation")
"""Rule own_floor."""

WASTE = table("first length")
"""Desks an organisation wastes at places (`towers.Waste`): where its row begins, how long it is
for each place."""

SITE = table("place", "cost rate up_to next_rate next_up_to")
"""A unit at a place (`site_costs.SiteCost`): placement cost of all of it; what is saved by those
who need not move, for all of it and up to which share, once by today's plan, once by the next."""

LINK = table("to", "weight")
"""A numbered thing that a row points at, with a weight where it has one."""

PIECE = table("place desks")
TRANSFER = table("unit origin target desks")

TABLES: Forms = {
    "units": (UNIT, ("n_units",)),
    "places": (PLACE, ("n_places",)),
    "towers": (TOWER, ("n_towers",)),
    "scopes": (SCOPE, ("n_scopes",)),
    "fields": (GROUP, ("n_fields",)),
    "bands": (GROUP, ("n_bands",)),
    "pins": (PIN, ("n_pins",)),
    "alone": (ALONE, ("n_alone",)),
    "wastes": (WASTE, ("n_wastes",)),
    "waste_desks": ("i8", ("n_waste_desks",)),
    "waste_held": ("i8", ("n_wastes", "n_places")),
    "variance": ("i8", ("n_pools", "n_places")),
    "sites": (SITE, ("n_sites",)),
    "links": (LINK, ("n_links",)),
    "opening": ("f8", ("n_opening",)),
    "minutes": ("f8", ("n_places", "n_places")),
    "inside": ("f4", ("n_inside", "n_places")),
    "allowed": ("?", ("n_units", "n_places")),
    "pieces": (PIECE, ("n_units", "n_slots")),
    "kept_pieces": (PIECE, ("n_units", "n_slots")),
    "occupants": ("i8", ("n_places", "n_guests")),
    "at_place": ("i2", ("n_scopes", "n_places")),
    "at_tower": ("i2", ("n_scopes", "n_towers")),
    "at_complex": ("i2", ("n_scopes", "n_complexes")),
    "at_step": ("i2", ("n_scopes", "n_steps")),
    "gaps": ("i2", ("n_scopes", "n_towers")),
    "potential": ("f8", ("n_fields", "n_places")),
    "swell": ("f8", ("n_fields",)),
    "tally": ("f8", ("n_tally",)),
    "tally_before": ("f8", ("n_tally",)),
    "touches": ("i8", ("n_units",)),
    "log": (TRANSFER, ("n_log",)),
}
"""Tables of a board with the type of a row and what they are as long and as wide as."""

BOARD = record(
    TABLES,
    "touched logged settled may_leave rng_state",
    "grain reach walking extra_floor jump_allowance over broken unplaced temperature "
    "kept_unplaced kept_cost",
)
"""Addresses of the tables, their sizes, and single numbers: units touched, transfers logged,
whether fields have followed them, whether desks may stay unplaced, state of the rng_state; what a
place's desk counts for, and the root of a variance; prices of the terms, of what a band's move may
save at one stroke, and of the other sums of the tally; temperature; the best layout kept."""


class Board(Tables):
    """The tables of a board, and the record through which compiled code reaches them."""

    def __init__(self, sizes: dict[str, int], **given: NDArray[Any]) -> None:
        super().__init__(BOARD, TABLES, sizes, given)


def _view(table: str) -> Callable[[Any], Any]:
    return view(table, *TABLES[table])


units = _view("units")
places = _view("places")
towers = _view("towers")
scopes = _view("scopes")
fields = _view("fields")
bands = _view("bands")
pins = _view("pins")
alone = _view("alone")
wastes = _view("wastes")
waste_desks = _view("waste_desks")
waste_held = _view("waste_held")
variance = _view("variance")
sites = _view("sites")
links = _view("links")
opening = _view("opening")
minutes = _view("minutes")
inside = _view("inside")
allowed = _view("allowed")
pieces = _view("pieces")
kept_pieces = _view("kept_pieces")
occupants = _view("occupants")
at_place = _view("at_place")
at_tower = _view("at_tower")
at_complex = _view("at_complex")
at_step = _view("at_step")
gaps = _view("gaps")
potential = _view("potential")
swell = _view("swell")
tally = _view("tally")
tally_before = _view("tally_before")
touches = _view("touches")
log = _view("log")
