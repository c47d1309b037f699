"""Floors of towers as a line: its units one after the other, laid out anew with fewer splits.

Where floors are nearly full most ways to fill them do not fit, and a search over desks on floors
finds the others by chance. A line fits by itself; which units follow one another is what is
searched (`lining`). Pooled desks are left to the general search.
"""

from __future__ import annotations

from collections.abc import Collection
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from allocator.search.case import Case
from allocator.search.local import lining
from allocator.search.local.board import LINK
from allocator.search.local.budget import Budget
from allocator.search.local.game import Cooling, Game
from allocator.search.local.lining import (
    ALONE,
    APART,
    CROWD,
    FORMS,
    LINE,
    MEMBER,
    PIN,
    SPOT,
    STOREY,
    TOWER,
)
from allocator.search.local.memory import Tables, link

Desks = dict[tuple[int, int], int]

MOST_FLOORS = 60
"""Floors of a tower that bits of a number can tell apart."""
STEP = 20_000
"""Moves between two looks at the budget."""


def fits_a_line(case: Case, towers: Collection[int]) -> bool:
    """Tell whether the floors of some towers can be searched as a line."""
    floors = sum(len(case.floors_of[t]) for t in towers)
    return case.is_plain and case.spreads is None and 1 < floors <= MOST_FLOORS


class Line:
    """The units of some towers in a line, begun as they are on a board.

    Parameters
    ----------
    game
        Floors with all units on them, those of other towers, too.
    """

    def __init__(
        self, case: Case, game: Game, towers: Collection[int], rng: np.random.Generator
    ) -> None:
        self.game, self.towers = game, sorted(towers)
        steps = [floors for t in self.towers for floors in case.levels_of[t]]
        levels = [n for n, floors in enumerate(steps) for _ in floors]
        self.floors = np.array([f for floors in steps for f in floors])
        self.units = sorted(_units_on(game, self.floors.tolist()))
        self.links: list[tuple[int, float]] = []
        self._crowds: dict[int, int] = {}
        on_floors = np.isin(game.table["pins"]["place"], self.floors)
        self._pins: list[int] = np.flatnonzero(on_floors).tolist()
        given = self._given(case, np.array(levels))
        sizes = {f"n_{name}": len(given[name]) for name in _COUNTED}
        sizes["n_fields"] = self.fields
        sizes["n_changes"] = 2 * len(self.floors)
        self.tables = Tables(LINE, FORMS, sizes, given)
        record = self.tables.record
        record["dice"] = int(rng.integers(1, 2**62))
        record["best_weight"] = np.inf
        for name in ("extra_floor", "over", "broken"):
            record[name] = game._record[name]
        self._note_pieces()
        lining.survey(game._record, record)
        lining.begin(record)

    def _given(self, case: Case, levels: NDArray[np.int64]) -> dict[str, NDArray[Any]]:
        units, floors = np.array(self.units), self.floors
        here, mover = self._here(), self.game.table["units"]["mover"][units]
        now = np.zeros((len(units), len(floors)))
        cost = np.zeros((len(units), len(floors)))
        for m, u in enumerate(self.units):
            for s, f in enumerate(floors.tolist()):
                now[m, s] = case.current_share.get((u, f), 0.0) if mover[m] else 0.0
                cost[m, s] = case.placement_cost.get((u, f), 0.0)
        storeys = np.zeros(len(floors), STOREY)
        storeys["place"], storeys["level"] = floors, levels
        storeys["capacity"] = self.game.table["places"]["capacity"][floors]
        storeys["opening"] = case.open_cost[floors]
        spots = np.zeros(len(units), SPOT)
        spots["member"] = _in_line(here)
        members = self._members(case, here)
        crowds = self._crowd_rows(case)
        return {
            "members": members,
            "storeys": storeys,
            "spots": spots,
            "climb": np.arange(len(floors)),
            "crowds": crowds,
            "towers": _tower_rows(case, self.towers),
            "apart": self._apart("apart"),
            "tower_apart": self._apart("tower_apart"),
            "pins": self._pin_rows(),
            "alone": self._alone(),
            "links": np.array(self.links, LINK),
            "minutes": case.minutes[np.ix_(floors, floors)],
            "pull": cost,
            "now": now,
            "allowed": case.allowed[np.ix_(units, floors)],
        }

    def _here(self) -> NDArray[np.int64]:
        """Return desks of units on the floors."""
        found = np.zeros((len(self.units), len(self.floors)), np.int64)
        row = {u: m for m, u in enumerate(self.units)}
        column = {f: s for s, f in enumerate(self.floors.tolist())}
        for (u, f), desks in self.game.layout(self.units).items():
            if f in column:
                found[row[u], column[f]] = desks
        return found

    def _note_pieces(self) -> None:
        """Note the pieces and fields as they are on the board."""
        tables, here = self.tables.tables, self._here()
        for m, desks in enumerate(here):
            for k, s in enumerate(np.flatnonzero(desks)):
                tables["pieces"][m, k] = s, desks[s]
        tables["members"]["pieces"] = (here > 0).sum(axis=1)
        share = here / tables["members"]["demand"][:, None]
        minutes, potential = share @ tables["minutes"], tables["potential"]
        for m, row in enumerate(tables["members"]):
            for to, weight in tables["links"][row["feed_from"] : row["feed_to"]]:
                potential[to] += weight * minutes[m]

    def _members(self, case: Case, here: NDArray[np.int64]) -> NDArray[Any]:
        table = self.game.table["units"][self.units]
        rows = np.zeros(len(self.units), MEMBER)
        rows["unit"], rows["desks"] = self.units, here.sum(axis=1)
        for name in ("demand", "least", "pieces_most", "mover"):
            rows[name] = table[name]
        walking = float(self.game._record["walking"][0])
        rows["own"] = walking * table["own"]
        rows["elsewhere"] = table["pieces"] - (here > 0).sum(axis=1)
        at, felt = {u: m for m, u in enumerate(self.units)}, {}
        crowds, feels = self._links_of("crowd"), self._links_of("feel")
        ties = [[(at[v], walking * w) for v, w in row if v in at] for row in self._links_of("tie")]
        for row in feels:
            for v, _ in row:
                felt.setdefault(v, len(felt))
        self.fields = len(felt)
        feeds = [[(felt[v], w) for v, w in row if v in felt] for row in self._links_of("feed")]
        number = self._crowds.setdefault
        link(
            self.links,
            rows,
            "crowd",
            [[(number(c, len(self._crowds)), w) for c, w in row] for row in crowds],
        )
        link(self.links, rows, "pin", self._pinned())
        link(self.links, rows, "feel", [[(felt[v], walking * w) for v, w in row] for row in feels])
        link(self.links, rows, "feed", feeds)
        link(self.links, rows, "tie", ties)
        return rows

    def _pinned(self) -> list[list[tuple[int, float]]]:
        """Return for every unit the pins on these floors that its desks count for."""
        return [
            [(self._pins.index(pin), 1.0) for pin, _ in row if pin in self._pins]
            for row in self._links_of("pin")
        ]

    def _pin_rows(self) -> NDArray[Any]:
        rows = np.zeros(len(self._pins), PIN)
        table = self.game.table["pins"][self._pins]
        at = {f: s for s, f in enumerate(self.floors.tolist())}
        rows["storey"], rows["desks"] = [at[f] for f in table["place"].tolist()], table["desks"]
        return rows

    def _links_of(self, name: str) -> list[list[tuple[int, float]]]:
        """Return the links of every unit on the board."""
        table, links = self.game.table["units"][self.units], self.game.table["links"]
        spans = zip(table[f"{name}_from"].tolist(), table[f"{name}_to"].tolist(), strict=True)
        return [links[i:j].tolist() for i, j in spans]

    def _crowd_rows(self, case: Case) -> NDArray[Any]:
        rows = np.zeros(len(self._crowds), CROWD)
        crowds = list(self._crowds)
        table = self.game.table["crowds"][crowds]
        for name in ("places_most", "towers_most", "complexes_most", "gapless"):
            rows[name] = table[name]
        rows["tower_price"], rows["gap_price"] = table["tower_price"], table["gap_price"]
        at_place = self.game.table["at_place"][crowds] > 0
        at_tower = self.game.table["at_tower"][crowds] > 0
        rows["other_places"] = table["places"] - at_place[:, self.floors].sum(axis=1)
        rows["other_towers"] = table["towers"] - at_tower[:, self.towers].sum(axis=1)
        at_tower[:, self.towers] = False
        bits = np.where(at_tower, 1 << case.complex, 0)
        rows["other_complexes"] = np.bitwise_or.reduce(bits, axis=1)
        return rows

    def _apart(self, name: str) -> NDArray[Any]:
        """Return pairs of crowds that may not share a floor, or a tower."""
        table, links = self.game.table["crowds"], self.game.table["links"]["to"]
        pairs = [
            (self._crowds[c], self._crowds[other])
            for c in self._crowds
            for other in links[table[c][f"{name}_from"] : table[c][f"{name}_to"]].tolist()
            if c < other and other in self._crowds
        ]
        return np.array(pairs, APART)

    def _alone(self) -> NDArray[Any]:
        rows = [
            (self._crowds[row["crowd"]], self._crowds[row["organisation"]])
            for row in self.game.table["alone"]
            if row["crowd"] in self._crowds
        ]
        return np.array(rows, ALONE)

    def cool(self, cooling: Cooling, budget: Budget) -> Desks | None:
        """Anneal the line; return the pieces of the best that honours everything, if one does."""
        record = self.tables.record
        steps = max(cooling.moves // STEP, 1)
        heats = np.geomspace(cooling.hot, cooling.cold, steps + 1).tolist()
        for hot, cold in pairwise(heats):
            if budget.over:
                break
            record["hot"], record["cold"] = hot, cold
            lining.anneal(record, cooling.moves // steps)
            budget.spend(cooling.moves // steps)
        return self.best() if np.isfinite(self.weight) else None

    @property
    def weight(self) -> float:
        """Person-minutes a week of the best line, but for what is the same in all lines."""
        return float(self.tables.record["best_weight"][0])

    def best(self) -> Desks:
        """Return the pieces of the best line."""
        lining.pour_best(self.tables.record)
        tables, floors = self.tables.tables, self.floors.tolist()
        counts, found = tables["members"]["fresh"].tolist(), tables["fresh_pieces"]
        return {
            (u, floors[found[m, k]["place"]]): int(found[m, k]["desks"])
            for m, u in enumerate(self.units)
            for k in range(counts[m])
        }


def _tower_rows(case: Case, towers: list[int]) -> NDArray[Any]:
    rows = np.zeros(len(towers), TOWER)
    ends = np.cumsum([len(case.floors_of[t]) for t in towers])
    rows["storey_from"][1:], rows["storey_to"] = ends[:-1], ends
    rows["complex"] = 1 << case.complex[towers]
    return rows


_COUNTED = (
    "members",
    "storeys",
    "crowds",
    "apart",
    "tower_apart",
    "pins",
    "alone",
    "links",
    "towers",
)


def _units_on(game: Game, floors: list[int]) -> set[int]:
    guests, counts = game.table["guests"], game.table["places"]["guests"]
    return {int(u) for f in floors for u in guests[f, : counts[f]]}


def _in_line(here: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return units in a line from the lowest floor up; those that go on to the next come last."""
    low, high = (here > 0).argmax(axis=1), here.shape[1] - 1 - (here[:, ::-1] > 0).argmax(axis=1)
    return np.lexsort((high, low))
