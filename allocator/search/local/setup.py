"""Boards made from a case: its figures put into tables. The tables themselves are in `board`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from allocator.search.case import Case
from allocator.search.local import board as tables
from allocator.search.local.board import OVER_FIXED, Board, Tally
from allocator.search.local.memory import link
from allocator.search.local.scopes import Scopes, scopes
from allocator.search.local.towers import Outlook, Waste
from allocator.search.local.walking import Walks, walks
from allocator.search.pooling.spreads import GRAIN, Spreads
from allocator.search.site_costs import MOST_REFERENCES, SiteCost

MOST_PIECES = 12
"""Pieces of a unit that the search keeps, unless it has more pins; splits beyond never pay."""

Links = Sequence[Iterable[tuple[int, float]]]


def board_of(
    case: Case,
    outlook: Outlook | None = None,
) -> Board:
    """Return a board with nothing on it.

    Parameters
    ----------
    outlook
        Where places are towers: what is known of their floors. Without it a place costs its
        open_cost from the first desk on.
    """
    setup = _Setup(case)
    outlook = outlook or of_floors(case)
    curves, bands, wastes = outlook.opening, outlook.bands, outlook.wastes
    given = {
        "units": setup.units(bands, wastes),
        "places": setup.places(curves),
        "towers": setup.towers(),
        "scopes": setup.scopes(),
        "fields": setup.group(setup.walks.members),
        "bands": setup.group(bands),
        "pins": setup.pins(),
        "alone": np.array(setup.limits.alone, tables.ALONE),
        "wastes": _waste_rows(wastes),
        "waste_desks": np.concatenate([[0], *(waste.desks.ravel() for waste in wastes)]),
        "sites": np.array(setup.sites, tables.SITE),
        "opening": np.concatenate(curves),
        "minutes": case.minutes,
        "inside": outlook.inside,
        "allowed": case.allowed,
    }
    given["links"] = np.array(setup.links, tables.LINK)
    board = Board(setup.sizes(given, bands), **given)
    prices = case.scenario.settings.prices
    board.record["walking"], board.record["extra_floor"] = prices.walking, prices.extra_floor
    board.record["jump_allowance"] = 2 * prices.extra_tower
    board.record["grain"] = case.grain if case.spreads is None else GRAIN
    board.record["reach"] = 0.0 if case.spreads is None else case.spreads.reach
    board.record["may_leave"] = case.allow_unplaced
    clear(board)
    return board


def clear(board: Board) -> None:
    """Take everything off a board and forget the best layout."""
    for name, columns in _UNDER_WAY.items():
        for column in columns:
            board.tables[name][column] = 0
    for name in (
        "at_place",
        "at_tower",
        "at_complex",
        "at_step",
        "gaps",
        "potential",
        "waste_held",
        "variance",
    ):
        board.tables[name][...] = 0
    units, pins = board.tables["units"], board.tables["pins"]
    board.tables["tally"][Tally.COST] = units["leaving"].sum()
    board.tables["tally"][Tally.BROKEN] = 0.0
    board.tables["tally"][Tally.OVER] = (pins["desks"] + OVER_FIXED).sum()
    board.tables["tally"][Tally.UNPLACED] = units["people"][units["demand"] > 0].sum()
    board.tables["touches"][:] = np.arange(len(units))
    units["touched"] = 1
    board.record["touched"] = len(units)
    board.record["kept_unplaced"] = board.record["kept_cost"] = np.inf


_UNDER_WAY = {
    "units": ("pieces", "placed", "kept", "touched"),
    "places": ("load", "occupants"),
    "scopes": ("places", "towers", "complexes"),
    "pins": ("held",),
}


class _Setup:
    """Tables while they are filled; links gather behind one another."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.limits: Scopes = scopes(case)
        self.walks: Walks = walks(case)
        self.links: list[tuple[int, float]] = []
        self.sites: list[tuple[float, ...]] = []
        self.steps = 0

    def link(self, rows: NDArray[Any], name: str, links: Links) -> None:
        """Add the links of every row and write where they begin and end."""
        link(self.links, rows, name, links)

    def units(self, bands: Sequence[Sequence[int]], wastes: Sequence[Waste]) -> NDArray[Any]:
        """Return the units with all their links."""
        case, walked, count = self.case, self.walks, len(self.case.unit_ids)
        rows = np.zeros(count, tables.UNIT)
        rows["demand"], rows["least"], rows["people"] = case.demand, case.least, case.people
        rows["weight"] = rows["heft"] = case.weight
        if case.spreads is not None:
            self._spread(rows, case.spreads)
        rows["pieces_most"] = self.limits.pieces_most
        rows["own"], rows["bend"] = walked.own, walked.bend
        rows["leaving"] = case.leaving_cost
        for name, weights in (
            ("feel", walked.feels),
            ("feed", walked.feeds),
            ("tie", walked.ties),
        ):
            self.link(rows, name, [sorted(row.items()) for row in weights])
        self.link(rows, "scope", _owners((c.members for c in self.limits.all), count))
        self.link(rows, "pin", _owners((units for units, _, _ in self.limits.pins), count))
        self.link(rows, "waste", _owners((waste.units for waste in wastes), count))
        self.link(rows, "band", _owners(bands, count))
        self._place_sites(rows)
        self._set_slots(rows)
        return rows

    def _spread(self, rows: NDArray[Any], spreads: Spreads) -> None:
        """Set how people of units spread, in place of what desks weigh."""
        rows["weight"], rows["pool"] = spreads.mean, spreads.pool
        rows["linear"], rows["square"] = spreads.linear, spreads.square
        rows["heft"] = np.maximum(np.rint(self.case.weight * (GRAIN / self.case.grain)), 1)

    def _set_slots(self, rows: NDArray[Any]) -> None:
        """Set the most pieces of each unit: what its smallest piece and max_floors permit."""
        fit = rows["demand"] // np.maximum(rows["least"], 1)
        kept = np.maximum(MOST_PIECES, rows["pin_to"] - rows["pin_from"])
        rows["slots"] = np.maximum(np.minimum(np.minimum(fit, kept), rows["pieces_most"]), 1)

    def _place_sites(self, rows: NDArray[Any]) -> None:
        by_unit: list[list[tuple[float, ...]]] = [[] for _ in rows]
        for (u, f), site in self.case.site_costs.items():
            by_unit[u].append((f, site.linear, *savings_of(site)))
        for u, sites in enumerate(by_unit):
            rows[u]["site_from"] = len(self.sites)
            self.sites.extend(sites)
            rows[u]["site_to"] = len(self.sites)

    def places(self, curves: Sequence[NDArray[np.float64]]) -> NDArray[Any]:
        """Return the places, their levels numbered over all towers."""
        case = self.case
        rows = np.zeros(len(case.floor_ids), tables.PLACE)
        rows["capacity"], rows["tower"] = case.capacity, case.tower
        if case.spreads is not None:
            rows["capacity"] = case.spreads.capacity
        rows["complex"] = case.complex[case.tower]
        ends = np.cumsum([len(curve) for curve in curves])
        rows["opening_from"][1:], rows["opening_to"] = ends[:-1], ends
        for levels in case.levels_of:
            rank = 0
            for floors in levels:
                for f in floors:
                    rows[f]["step"], rows[f]["rank"] = self.steps, rank
                    rank += 1
                self.steps += 1
        return rows

    def towers(self) -> NDArray[Any]:
        """Return the towers with their places and levels."""
        rows = np.zeros(len(self.case.tower_ids), tables.TOWER)
        heights = np.cumsum([0] + [len(levels) for levels in self.case.levels_of])
        rows["step_from"], rows["step_to"] = heights[:-1], heights[1:]
        by_height = [[f for floors in levels for f in floors] for levels in self.case.levels_of]
        self.link(rows, "place", _plain(by_height))
        return rows

    def scopes(self) -> NDArray[Any]:
        """Return the scopes with their limits; organisations bear prices."""
        found, prices = self.limits.all, self.case.scenario.settings.prices
        rows = np.zeros(len(found), tables.SCOPE)
        for name in ("places_most", "towers_most", "complexes_most", "gapless"):
            rows[name] = [getattr(scope, name) for scope in found]
        organisations = slice(len(self.case.organisation_ids))
        rows["tower_price"][organisations] = prices.extra_tower
        rows["gap_price"][organisations] = prices.extra_gap
        rows["entry"][organisations] = 0 if self.case.spreads else self.case.entry
        self.link(rows, "apart", _plain([scope.apart for scope in found]))
        self.link(rows, "tower_apart", _plain([scope.tower_apart for scope in found]))
        return rows

    def group(self, groups: Sequence[Sequence[int]]) -> NDArray[Any]:
        """Return groups of units."""
        rows = np.zeros(len(groups), tables.GROUP)
        self.link(rows, "member", _plain(groups))
        return rows

    def pins(self) -> NDArray[Any]:
        """Return the rows of at_least."""
        return np.array([(p, desks, 0) for _, p, desks in self.limits.pins], tables.PIN)

    def sizes(
        self, given: dict[str, NDArray[Any]], bands: Sequence[Sequence[int]]
    ) -> dict[str, int]:
        """Return how many of everything there are."""
        case = self.case
        named = ("units", "places", "towers", "scopes", "fields", "bands", "pins", "alone")
        sizes = {
            f"n_{name}": len(given[name])
            for name in (*named, "wastes", "waste_desks", "sites", "links", "opening", "inside")
        }
        slots = int(given["units"]["slots"].max(initial=1))
        band = max((len(band) for band in bands), default=0)
        return sizes | {
            "n_slots": slots,
            "n_guests": min(len(case.unit_ids), 3 * int(case.capacity.max(initial=0)) + 8),
            "n_pools": 0 if case.spreads is None else case.spreads.pools,
            "n_complexes": int(case.complex.max()) + 1,
            "n_steps": self.steps,
            "n_tally": len(Tally),
            "n_log": 5 * band * slots + 4,
        }


def of_floors(case: Case) -> Outlook:
    """Return the outlook where places are floors: each opens at its first desk."""
    opening = [np.array([0.0, cost]) for cost in case.open_cost]
    return Outlook(opening, [], [], np.zeros((0, len(case.floor_ids)), np.float32))


def savings_of(site: SiteCost) -> tuple[float, ...]:
    """Return rate and share of each saving, of so many as there may be."""
    found = [figure for saving in site.savings for figure in (saving.rate, saving.up_to)]
    return tuple(found + [0.0] * (2 * MOST_REFERENCES - len(found)))


def _waste_rows(wastes: Sequence[Waste]) -> NDArray[Any]:
    first = np.cumsum([1, *(waste.desks.size for waste in wastes)])
    return np.array(
        [(i, waste.desks.shape[1]) for i, waste in zip(first, wastes, strict=False)], tables.WASTE
    )


def _plain(rows: Iterable[Iterable[int]]) -> list[list[tuple[int, float]]]:
    return [[(member, 1.0) for member in row] for row in rows]


def _owners(groups: Iterable[Collection[int]], members: int) -> list[list[tuple[int, float]]]:
    """Return for each member the numbers of the groups it is in."""
    found: list[list[tuple[int, float]]] = [[] for _ in range(members)]
    for number, group in enumerate(groups):
        for member in sorted(group):
            found[member].append((number, 1.0))
    return found
