"""A board with what Python does to it: putting layouts on, taking them off, cooling it down."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from allocator.search.case import Case, Layout
from allocator.search.local import anneal
from allocator.search.local.board import OVER_FIXED, Board, Tally
from allocator.search.local.budget import Budget
from allocator.search.local.setup import board_of
from allocator.search.local.towers import Outlook

STEPS = 60
"""Temperatures of a cooling."""
OVER_WORTH, BROKEN_WORTH, UNPLACED_WORTH = 5.0, 100.0, 10.0
"""Prices of what is wrong, as multiples of what a desk is worth (`desk_worth`)."""
FIRST_OF_ALL, LEFT_OUT_WORTH = 8.0, 2.5
"""Where desks may stay unplaced people count before the total, and no desk is placed at the price
of an overload: all prices are so many times higher, and that of unplaced is the lower one."""


@dataclass(frozen=True)
class Cooling:
    """Temperatures from hot to cold in person-minutes, how many moves, and how many of bands."""

    hot: float
    cold: float
    moves: int
    band_share: float = 0.0


class Game:
    """A board that is played on.

    Attributes
    ----------
    table
        The board's tables by name.
    record
        Through which compiled code reaches them.
    """

    def __init__(
        self,
        case: Case,
        worth: float,
        rng: np.random.Generator,
        outlook: Outlook | None = None,
    ) -> None:
        self._board: Board = board_of(case, outlook)
        self.table = self._board.tables
        self.record = self._board.record
        self.record["rng_state"] = int(rng.integers(1, 2**62))
        self.price(worth)

    def price(self, worth: float) -> None:
        """Set the prices of what is wrong; worth in person-minutes a desk."""
        people = self.table["units"]["people"].sum()
        desks = self.table["units"]["demand"].sum()
        may_leave = bool(self.record["may_leave"][0])
        worth *= FIRST_OF_ALL if may_leave else 1.0
        unplaced = LEFT_OUT_WORTH if may_leave else UNPLACED_WORTH
        self.record["over"] = OVER_WORTH * worth
        self.record["broken"] = BROKEN_WORTH * worth
        self.record["unplaced"] = unplaced * worth * desks / max(people, 1)

    @property
    def weight(self) -> float:
        """Cost and everything that is wrong."""
        sums, record = self.table["tally"], self.record[0]
        return float(
            sums[Tally.COST]
            + record["over"] * sums[Tally.OVER]
            + record["broken"] * sums[Tally.BROKEN]
            + record["unplaced"] * sums[Tally.UNPLACED]
        )

    @property
    def grain(self) -> float:
        """What a desk counts for in what places hold."""
        return float(self.record["grain"][0])

    @property
    def has_unplaced(self) -> bool:
        """Whether there are people whose desks are not placed."""
        return bool(self.table["tally"][Tally.UNPLACED] > 1e-6)

    @property
    def is_wrong(self) -> bool:
        """Whether anything is over, broken, or (where that is not allowed) unplaced."""
        sums = self.table["tally"]
        left_out = self.has_unplaced and not self.record["may_leave"][0]
        return bool(sums[Tally.OVER] > 0.5 or sums[Tally.BROKEN] > 0.5 or left_out)

    def set_capacity(self, place: int, held: int) -> None:
        """Change what a place holds."""
        row, grain = self.table["places"][place], self.grain
        for sign, capacity in ((-1, int(row["capacity"])), (1, held)):
            excess = (int(row["load"]) - capacity) / grain
            self.table["tally"][Tally.OVER] += sign * (excess + OVER_FIXED if excess > 0 else 0)
        row["capacity"] = held

    @property
    def best(self) -> tuple[float, float]:
        """Unplaced people and cost of the best layout that honours everything; else infinite."""
        return float(self.record["kept_unplaced"][0]), float(self.record["kept_cost"][0])

    def forget(self) -> None:
        """Begin to look for a best layout anew."""
        self.record["kept_unplaced"] = self.record["kept_cost"] = np.inf

    def put(self, layout: Layout) -> None:
        """Add the pieces of a layout, as far as they are allowed."""
        rows = [(u, p, desks) for (u, p), desks in layout.items()]
        anneal.load(self.record, np.array(rows, np.int64).reshape(-1, 3))

    def units_in(self, places: Iterable[int]) -> set[int]:
        """Return the units in some places, and those with desks that are nowhere."""
        occupants, counts = self.table["occupants"], self.table["places"]["occupants"]
        rows = self.table["units"]
        lost = np.flatnonzero(rows["placed"] < rows["demand"]).tolist()
        return {int(u) for p in places for u in occupants[p, : counts[p]]} | set(lost)

    def take(self, units: Collection[int]) -> None:
        """Take units off the board."""
        anneal.remove(self.record, np.array(sorted(units), np.int64))

    def replace(self, units: Collection[int], layout: Layout) -> None:
        """Take units off the board and put other pieces on it."""
        self.take(units)
        self.put(layout)

    def layout(self, units: Collection[int] | None = None) -> dict[tuple[int, int], int]:
        """Return the pieces on the board, of some units or of all."""
        return self._read("pieces", "pieces", units)

    def best_layout(self, units: Collection[int] | None = None) -> dict[tuple[int, int], int]:
        """Return the pieces of the best layout, of some units or of all."""
        return self._read("kept_pieces", "kept", units)

    def _read(
        self, name: str, count: str, units: Collection[int] | None
    ) -> dict[tuple[int, int], int]:
        rows = self.table["units"]
        chosen = np.arange(len(rows)) if units is None else np.array(sorted(units), np.int64)
        pieces, counts = self.table[name][chosen], rows[count][chosen].tolist()
        place, desks = pieces["place"].tolist(), pieces["desks"].tolist()
        return {
            (u, place[i][k]): desks[i][k]
            for i, u in enumerate(chosen.tolist())
            for k in range(counts[i])
        }

    def cool(
        self, cooling: Cooling, budget: Budget, units: Collection[int], places: Collection[int]
    ) -> None:
        """Anneal some units over some places until it is cold or the budget is over."""
        if not units or not places:
            return
        who, somewhere = np.array(sorted(units), np.int64), np.array(sorted(places), np.int64)
        self.table["places"]["active"] = 0
        self.table["places"]["active"][somewhere] = 1
        crews = np.array(sorted(self._bands_within(who)), np.int64)
        for temperature in np.geomspace(cooling.hot, cooling.cold, STEPS):
            if budget.over:
                return
            self.record["temperature"] = temperature
            moves = max(cooling.moves // STEPS, 1)
            anneal.anneal(self.record, who, crews, somewhere, cooling.band_share, moves)
            budget.spend(moves)

    def _bands_within(self, units: NDArray[np.int64]) -> set[int]:
        """Return the bands that some of the units are in."""
        first, end = (self.table["units"][f"band_{edge}"][units] for edge in ("from", "to"))
        links = self.table["links"]["to"]
        spans = zip(first.tolist(), end.tolist(), strict=True)
        return {int(band) for i, j in spans for band in links[i:j]}


def desk_worth(case: Case) -> float:
    """Return about what a desk of an ordinary plan costs, in person-minutes a week.

    All prices of what is wrong and all temperatures are in proportion to it, so that a case with
    other prices is searched alike.
    """
    prices = case.scenario.settings.prices
    desks = max(int(case.demand.sum()), 1)
    costs = [abs(cost) for cost in case.placement_cost.values()]
    found = (
        case.open_cost.sum() / max(int(case.capacity.sum()), 1) * case.load.sum() / desks
        + prices.extra_floor * len(case.unit_ids) / desks
        + prices.extra_tower * len(case.organisation_ids) / desks
        + prices.walking * _trips_apart(case) * np.quantile(case.minutes, 0.25) / desks
        + (np.mean(costs) * len(case.unit_ids) / desks if costs else 0.0)
    )
    return float(found) or 1.0


def _trips_apart(case: Case) -> float:
    """Return about how many trips a week are made from unit to unit."""
    rates = case.scenario.settings.trips
    a_head = rates.parent + rates.organisation + rates.coordinator + rates.siblings
    spoken_for = sum(row.trips_per_week or 0.0 for row in case.scenario.affinities)
    return a_head * float(case.people.sum()) + spoken_for
