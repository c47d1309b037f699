"""Floors of towers as a line: its units one after the other, laid out anew with fewer splits.

Where floors are nearly full most ways to fill them do not fit, and a search over desks on floors
finds the others by chance. A line fits by itself; which units follow one another is what is
searched (`lining`). Pooled desks are left to the general search.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from allocator.search.case import Case
from allocator.search.local import lining
from allocator.search.local.board import LINK, PIECE
from allocator.search.local.budget import Budget
from allocator.search.local.game import Cooling, Game
from allocator.search.local.line_tables import (
    ALONE,
    APART,
    FORMS,
    LINE,
    MEMBER,
    PIN,
    SCOPE,
    SPOT,
    STOREY,
    TOWER,
)
from allocator.search.local.memory import Tables, link
from allocator.search.local.setup import savings_of
from allocator.search.site_costs import MOST_REFERENCES

Desks = dict[tuple[int, int], int]
Links = list[list[tuple[int, float]]]

MOST_FLOORS = 60
"""Floors of a line that bits of a number can tell apart."""
STEP = 20_000
"""Moves between two looks at the budget."""


def fits_a_line(case: Case, towers: Collection[int]) -> bool:
    """Tell whether the floors of some towers can be searched as a line."""
    floors = sum(len(case.floors_of[t]) for t in towers)
    return case.is_plain and case.spreads is None and 1 < floors <= MOST_FLOORS


class Line:
    """The units of some towers in a line, begun as they are on a board.

    Attributes
    ----------
    units, floors
        Those that are in it.

    Parameters
    ----------
    game
        Floors with all units on them, those of other towers, too.
    """

    def __init__(
        self, case: Case, game: Game, towers: Collection[int], rng: np.random.Generator
    ) -> None:
        laying = _Laying(case, game, sorted(towers))
        self.units, self.floors = laying.units, laying.floors
        self._tables = Tables(LINE, FORMS, *laying.tables())
        self._record = self._tables.record
        self._record["rng_state"] = int(rng.integers(1, 2**62))
        self._record["best_weight"] = np.inf
        for name in ("extra_floor", "over", "broken"):
            self._record[name] = game.record[name]
        lining.survey(game.record, self._record)
        lining.begin(self._record)

    def cool(self, cooling: Cooling, budget: Budget) -> Desks | None:
        """Anneal the line; return the pieces of the best that honours everything, if one does."""
        steps = max(cooling.moves // STEP, 1)
        heats = np.geomspace(cooling.hot, cooling.cold, steps + 1).tolist()
        for hot, cold in pairwise(heats):
            if budget.over:
                break
            self._record["hot"], self._record["cold"] = hot, cold
            lining.anneal(self._record, cooling.moves // steps)
            budget.spend(cooling.moves // steps)
        return self._best() if np.isfinite(self.weight) else None

    @property
    def weight(self) -> float:
        """Person-minutes a week of the best line, but for what is the same in all lines."""
        return float(self._record["best_weight"][0])

    def _best(self) -> Desks:
        lining.pour_best(self._record)
        tables = self._tables.tables
        counts, found = tables["members"]["fresh"].tolist(), tables["fresh_pieces"]
        return {
            (u, self.floors[found[m, k]["place"]]): int(found[m, k]["desks"])
            for m, u in enumerate(self.units)
            for k in range(counts[m])
        }


class _Laying:
    """The tables of a line while they are laid."""

    def __init__(self, case: Case, game: Game, towers: list[int]) -> None:
        self.case, self.board, self.towers = case, game.table, towers
        self.walking = float(game.record["walking"][0])
        self.floors = [f for t in towers for floors in case.levels_of[t] for f in floors]
        self.units = sorted(_units_on(game, self.floors))
        if not self.units:
            raise ValueError("a line of nobody")
        self.rows = self.board["units"][self.units]
        self.here = self._here(game)
        self.links: list[tuple[int, float]] = []
        self.pins = np.flatnonzero(np.isin(self.board["pins"]["place"], self.floors)).tolist()

    def tables(self) -> tuple[dict[str, int], dict[str, NDArray[Any]]]:
        """Return how many of everything there are, and the tables that are given."""
        case, cells = self.case, np.ix_(self.units, self.floors)
        members = self._members()
        given = {
            "members": members,
            "storeys": self._storeys(),
            "spots": self._spots(),
            "climb": np.arange(len(self.floors)),
            "pieces": self._pieces(),
            "scopes": self._scope_rows(),
            "towers": self._tower_rows(),
            "apart": self._apart("apart"),
            "tower_apart": self._apart("tower_apart"),
            "pins": self._pin_rows(),
            "alone": self._alone(),
            "minutes": case.minutes[np.ix_(self.floors, self.floors)],
            "pull": self._by_place(case.placement_cost),
            "saved": self._saved(),
            "allowed": case.allowed[cells],
            "potential": self._potential(),
            "links": np.array(self.links, LINK),
        }
        sizes = {f"n_{name}": len(given[name]) for name in _COUNTED}
        more = {"n_fields": len(self.fields), "n_changes": 2 * len(self.floors)}
        return sizes | more | {"n_savings": given["saved"].shape[2]}, given

    def _here(self, game: Game) -> NDArray[np.int64]:
        """Return desks of units on the floors."""
        found = np.zeros((len(self.units), len(self.floors)), np.int64)
        row = {u: m for m, u in enumerate(self.units)}
        column = {f: s for s, f in enumerate(self.floors)}
        for (u, f), desks in game.layout(self.units).items():
            if f in column:
                found[row[u], column[f]] = desks
        return found

    def _links_of(self, name: str) -> Links:
        """Return the links of every unit on the board."""
        links = self.board["links"]
        spans = zip(self.rows[f"{name}_from"], self.rows[f"{name}_to"], strict=True)
        return [links[i:j].tolist() for i, j in spans]

    @cached_property
    def scopes(self) -> dict[int, int]:
        """Scopes of the units by their number on the board."""
        found = dict.fromkeys(c for row in self._links_of("scope") for c, _ in row)
        return {c: number for number, c in enumerate(found)}

    @cached_property
    def fields(self) -> dict[int, int]:
        """Fields that the units walk to by their number on the board."""
        found = dict.fromkeys(v for row in self._links_of("feel") for v, _ in row)
        return {v: number for number, v in enumerate(found)}

    def _members(self) -> NDArray[Any]:
        """Return the units with all their links."""
        rows = np.zeros(len(self.units), MEMBER)
        rows["unit"], rows["desks"] = self.units, self.here.sum(axis=1)
        for name in ("demand", "least", "pieces_most", "leaving"):
            rows[name] = self.rows[name]
        rows["own"] = self.walking * self.rows["own"]
        rows["pieces"] = (self.here > 0).sum(axis=1)
        rows["elsewhere"] = self.rows["pieces"] - rows["pieces"]
        mates = {u: m for m, u in enumerate(self.units)}
        pins = {pin: number for number, pin in enumerate(self.pins)}
        for name, number, price in (
            ("scope", self.scopes, 1.0),
            ("pin", pins, 1.0),
            ("feel", self.fields, self.walking),
            ("feed", self.fields, 1.0),
            ("tie", mates, self.walking),
        ):
            found = self._links_of(name)
            known = [[(number[to], price * w) for to, w in row if to in number] for row in found]
            link(self.links, rows, name, known)
        return rows

    def _storeys(self) -> NDArray[Any]:
        rows = np.zeros(len(self.floors), STOREY)
        steps = [floors for t in self.towers for floors in self.case.levels_of[t]]
        rows["level"] = [n for n, floors in enumerate(steps) for _ in floors]
        rows["place"], rows["opening"] = self.floors, self.case.open_cost[self.floors]
        rows["capacity"] = self.board["places"]["capacity"][self.floors]
        return rows

    def _spots(self) -> NDArray[Any]:
        """Return units in a line from the lowest floor up, those that go on to the next last."""
        rows, used = np.zeros(len(self.units), SPOT), self.here > 0
        lowest = used.argmax(axis=1)
        highest = used.shape[1] - used[:, ::-1].argmax(axis=1)
        rows["member"] = np.lexsort((highest, lowest))
        return rows

    def _pieces(self) -> NDArray[Any]:
        """Return the pieces as they are on the board."""
        rows = np.zeros(self.here.shape, PIECE)
        for m, desks in enumerate(self.here):
            storeys = np.flatnonzero(desks)
            rows[m]["place"][: len(storeys)] = storeys
            rows[m]["desks"][: len(storeys)] = desks[storeys]
        return rows

    def _potential(self) -> NDArray[np.float64]:
        """Return the weighted minutes from each floor to what fields have here, on the board."""
        found = np.zeros((len(self.fields), len(self.floors)))
        minutes = self.case.minutes[np.ix_(self.floors, self.floors)]
        away = (self.here / self.rows["demand"][:, None]) @ minutes
        for m, row in enumerate(self._links_of("feed")):
            for field, weight in row:
                if field in self.fields:
                    found[self.fields[field]] += weight * away[m]
        return found

    def _saved(self) -> NDArray[np.float64]:
        """Return what members save on floors by not moving: rate and share of each saving."""
        found = np.zeros((*self.here.shape, 2 * MOST_REFERENCES))
        for m, u in enumerate(self.units if self.rows["leaving"].any() else ()):
            for s, f in enumerate(self.floors):
                site = self.case.site_costs.get((u, f))
                if site is not None:
                    found[m, s] = savings_of(site)
        return found

    def _by_place(self, values: dict[tuple[int, int], float]) -> NDArray[np.float64]:
        """Return what is known of units on floors, 0 where nothing is."""
        found = np.zeros(self.here.shape)
        for m, u in enumerate(self.units if values else ()):
            found[m] = [values.get((u, f), 0.0) for f in self.floors]
        return found

    def _scope_rows(self) -> NDArray[Any]:
        """Return the scopes with their limits, and what they use elsewhere."""
        rows, numbers = np.zeros(len(self.scopes), SCOPE), list(self.scopes)
        table = self.board["scopes"][numbers]
        for name in ("places_most", "towers_most", "complexes_most", "gapless"):
            rows[name] = table[name]
        rows["tower_price"], rows["gap_price"] = table["tower_price"], table["gap_price"]
        places, towers = (self.board[f"at_{name}"][numbers] > 0 for name in ("place", "tower"))
        rows["other_places"] = table["places"] - places[:, self.floors].sum(axis=1)
        rows["other_towers"] = table["towers"] - towers[:, self.towers].sum(axis=1)
        towers[:, self.towers] = False
        for k, row in enumerate(rows):
            elsewhere = set(self.case.complex[towers[k]].tolist())
            row["other_complexes"] = sum(
                1 << self.complexes[c] for c in elsewhere & set(self.complexes)
            )
            row["far_complexes"] = len(elsewhere - set(self.complexes))
        return rows

    @cached_property
    def complexes(self) -> dict[int, int]:
        """Complexes of the towers by their number in the case."""
        found = dict.fromkeys(self.case.complex[self.towers].tolist())
        return {c: number for number, c in enumerate(found)}

    def _tower_rows(self) -> NDArray[Any]:
        rows = np.zeros(len(self.towers), TOWER)
        ends = np.cumsum([len(self.case.floors_of[t]) for t in self.towers])
        rows["storey_from"][1:], rows["storey_to"] = ends[:-1], ends
        rows["complex"] = [1 << self.complexes[c] for c in self.case.complex[self.towers].tolist()]
        return rows

    def _pin_rows(self) -> NDArray[Any]:
        rows, table = np.zeros(len(self.pins), PIN), self.board["pins"][self.pins]
        rows["storey"] = [self.floors.index(f) for f in table["place"].tolist()]
        rows["desks"] = table["desks"]
        return rows

    def _apart(self, name: str) -> NDArray[Any]:
        """Return pairs of scopes that may not share a floor, or a tower."""
        table, links = self.board["scopes"], self.board["links"]["to"]
        pairs = [
            (number, self.scopes[other])
            for c, number in self.scopes.items()
            for other in links[table[c][f"{name}_from"] : table[c][f"{name}_to"]].tolist()
            if c < other and other in self.scopes
        ]
        return np.array(pairs, APART)

    def _alone(self) -> NDArray[Any]:
        rows = self.board["alone"].tolist()
        here = [(self.scopes[c], self.scopes[o]) for c, o in rows if c in self.scopes]
        return np.array(here, ALONE)


_COUNTED = (
    "members",
    "storeys",
    "towers",
    "scopes",
    "apart",
    "tower_apart",
    "pins",
    "alone",
    "links",
)


def _units_on(game: Game, floors: list[int]) -> set[int]:
    occupants, counts = game.table["occupants"], game.table["places"]["occupants"]
    return {int(u) for f in floors for u in occupants[f, : counts[f]]}
