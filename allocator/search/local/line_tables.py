"""The tables of a line that compiled code lays: what is given, and the line under way.

How they are filled from a board is in `line`; the search over them is in `lining`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allocator.search.local.board import LINK, PIECE, spans
from allocator.search.local.memory import Forms, record, table, view

MEMBER = table(
    "unit desks demand least pieces_most elsewhere pieces fresh "
    + spans("scope", "pin", "feel", "feed", "tie"),
    "leaving own",
)
"""A unit with desks on the floors. Given: its number on the board, desks here and in all, fewest
desks of a piece, most pieces, pieces elsewhere, links to scopes that it is in, pins that its desks
count for, fields that it walks to and that it is part of, members with trips of their own; what
it costs if all of it moves, trips inside it. Under way: pieces it has, and those it would have."""

STOREY = table("place capacity level occupants", "opening")
"""A floor, each tower's from the lowest up. Given: its number on the board, what it holds, its
level, what it costs to open. Under way: pieces."""

TOWER = table("complex " + spans("storey"))
"""A tower: its storeys, and its complex as a bit."""

SPOT = table("member breaks floor room wrong")
"""A place in the line: who is there, and whether it begins another floor where not all of it fits.
Under way: how many floors are begun before it and what is left of the last, and the desks up to
there that are too many or where they may not be."""

SCOPE = table(
    "places_most towers_most complexes_most gapless other_places other_towers other_complexes "
    "far_complexes "
    "floors touched wrong fresh_wrong",
    "tower_price gap_price weight fresh_weight",
)
"""Units counted together. Given: limits and prices; floors and towers that they use elsewhere, and
complexes, as bits those of towers here. Under way: floors they use here, as bits; steps away from
their limits and what they weigh, and both as they would be."""

APART = table("one other")
"""Scopes that may not share a floor, or a tower."""

PIN = table("storey desks held")
"""Rule at_least. Under way: desks that count for it."""

ALONE = table("scope organisation")
"""A scope that wants its floors for its organisation, which is a scope as well."""

CHANGE = table("storey", "share")
"""The share of a member that would come to a floor, below 0 if it goes."""

FORMS: Forms = {
    "members": (MEMBER, ("n_members",)),
    "storeys": (STOREY, ("n_storeys",)),
    "towers": (TOWER, ("n_towers",)),
    "spots": (SPOT, ("n_members",)),
    "fresh_spots": (SPOT, ("n_members",)),
    "best_spots": (SPOT, ("n_members",)),
    "climb": ("i8", ("n_storeys",)),
    "fresh_climb": ("i8", ("n_storeys",)),
    "best_climb": ("i8", ("n_storeys",)),
    "pieces": (PIECE, ("n_members", "n_storeys")),
    "fresh_pieces": (PIECE, ("n_members", "n_storeys")),
    "scopes": (SCOPE, ("n_scopes",)),
    "at": ("i8", ("n_scopes", "n_storeys")),
    "touches": ("i8", ("n_scopes",)),
    "apart": (APART, ("n_apart",)),
    "tower_apart": (APART, ("n_tower_apart",)),
    "pins": (PIN, ("n_pins",)),
    "alone": (ALONE, ("n_alone",)),
    "links": (LINK, ("n_links",)),
    "trips": ("f8", ("n_members", "n_members")),
    "minutes": ("f8", ("n_storeys", "n_storeys")),
    "pull": ("f8", ("n_members", "n_storeys")),
    "potential": ("f8", ("n_fields", "n_storeys")),
    "saved": ("f8", ("n_members", "n_storeys", "n_savings")),
    "allowed": ("?", ("n_members", "n_storeys")),
    "changed": ("i8", ("n_members",)),
    "changes": (CHANGE, ("n_members", "n_changes")),
    "counts": ("i8", ("n_members",)),
}
"""Tables of a line. Given: trips between members at their price; minutes between floors; what all
of a member costs on a floor by itself and by who is elsewhere; what is saved there by those who
need not move, rate and share of each saving; where it may be. Under way: the line, the order in
which floors are filled, pieces on them; the same as they would be; the best so far; pieces of
scopes on floors, scopes that would change; how many weighted minutes the units of a field are away
from a floor; members that would change, how and how much."""

LINE = record(
    FORMS,
    "rng_state first last end climbed n_touched n_changed "
    "wrong singly between fresh_wrong fresh_singly fresh_between",
    "extra_floor over broken hot cold short fresh_short weight best_weight",
)
"""Addresses and sizes of the tables, and single numbers: the random state; places in the line
from which and up to which it is changed, and where all is as before again, whether the order of
floors is another; how many scopes and members would change; desks that are wrong, and steps away
from rules, of members and scopes by themselves and between scopes, all as they would be, too;
prices of a floor more, of a desk too many and of a step away from a rule; temperatures, first and
last; desks that pins are short of, as they count; what all weighs, and the best line that honours
everything."""


def _view(name: str) -> Callable[[Any], Any]:
    return view(name, *FORMS[name])


members, storeys, towers, scopes = (
    _view("members"),
    _view("storeys"),
    _view("towers"),
    _view("scopes"),
)
spots, fresh_spots, best_spots = _view("spots"), _view("fresh_spots"), _view("best_spots")
climb, fresh_climb, best_climb = _view("climb"), _view("fresh_climb"), _view("best_climb")
pieces, fresh_pieces, allowed = _view("pieces"), _view("fresh_pieces"), _view("allowed")
at, touches, links, alone = _view("at"), _view("touches"), _view("links"), _view("alone")
apart, tower_apart, pins = _view("apart"), _view("tower_apart"), _view("pins")
trips, minutes, pull, potential = (
    _view("trips"),
    _view("minutes"),
    _view("pull"),
    _view("potential"),
)
saved, changed, changes, counts = (
    _view("saved"),
    _view("changed"),
    _view("changes"),
    _view("counts"),
)
