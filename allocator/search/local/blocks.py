"""Blocks between towers: groups of units that go as one, larger ones first, then smaller ones.

A country's bodies are many and its towers are far apart, so which bodies are near each other
decides, and single units find it out slowly. Here blocks stay whole; units that should be in two
towers, and rules that do not speak of two bodies, are left to the search that follows. What is
tried is compiled (`blocking`).

References
----------
Walshaw (2004), Multilevel refinement for combinatorial optimisation problems, Annals of Operations
Research 131.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from allocator.search.case import Case
from allocator.search.local import blocking
from allocator.search.local.blocking import BLOCK, BODY, FORMS, GROUND, TOWER
from allocator.search.local.board import LINK
from allocator.search.local.budget import Budget
from allocator.search.local.game import Cooling
from allocator.search.local.memory import Tables, link
from allocator.search.local.scopes import NO_LIMIT
from allocator.search.local.towers import Outlook
from allocator.search.local.walking import Walks, Weights, parent_groups
from allocator.search.rules import Apart, AtMost, Pinned, PlaceKind
from allocator.search.site_costs import whole_costs

LARGEST = 0.9
"""Part of the largest tower that a block may fill."""
STEPS, STEP = 60, 20_000
"""Looks at the budget in a cooling at most, and moves between two of them at least."""
MOVES_AS_ONE = 10
"""Moves that count as one of the general search: about so much faster they are."""

Blocks = list[tuple[int, ...]]


def blocks_by_size(towers: Case) -> list[Blocks]:
    """Return ways to part the units that have desks into blocks, the coarsest first.

    Organisations where they fit a tower, else their parents, else units; then parents of all
    and units; then units.
    """
    most = LARGEST * int(towers.capacity.max(initial=0))
    placed = [u for u in towers.units if towers.demand[u] > 0]
    parents = [tuple(sorted(group)) for group in parent_groups(towers)]
    coarse = _parted(towers, placed, [*towers.units_of, *parents], most)
    middle = _parted(towers, placed, parents, most)
    fine: Blocks = [(u,) for u in placed]
    found: list[Blocks] = []
    for way in (coarse, middle, fine):
        if not found or len(way) > len(found[-1]):
            found.append(way)
    return found


def parted_by_tower(blocks: Blocks, tower_of: NDArray[np.int64]) -> Blocks:
    """Return the blocks, those with units in several towers (U) in parts."""
    found: Blocks = []
    for units in blocks:
        parts: defaultdict[int, list[int]] = defaultdict(list)
        for u in units:
            parts[int(tower_of[u])].append(u)
        found.extend(tuple(part) for part in parts.values())
    return found


def _parted(
    towers: Case, placed: list[int], groups: Iterable[Sequence[int]], most: float
) -> Blocks:
    """Return the groups that may be a block, those before others first, and what is left over."""
    left = dict.fromkeys(placed)
    found: Blocks = []
    for group in groups:
        members = tuple(u for u in group if u in left)
        fits = towers.load[list(members)].sum() <= most
        if len(members) > 1 and fits and towers.allowed[list(members)].all(axis=0).any():
            found.append(members)
            for u in members:
                del left[u]
    return [*found, *((u,) for u in left)]


class Blocking:
    """The units of a case by towers in blocks, and where they stand.

    Parameters
    ----------
    towers, known
        The case by towers and what is known of their floors.
    trips
        Those of the case by towers.
    blocks
        A partition of the units that have desks.
    """

    def __init__(
        self,
        towers: Case,
        known: Outlook,
        trips: Walks,
        blocks: Blocks,
        rng: np.random.Generator,
    ) -> None:
        self.towers, self.blocks = towers, blocks
        self.block_of = np.full(len(towers.unit_ids), -1, np.int64)
        for k, units in enumerate(blocks):
            self.block_of[list(units)] = k
        self.ground = Tables(GROUND, FORMS, *_Laying(towers, known, trips, self).tables())
        self._fixed = self.ground.tables["fixed"].copy()
        self.ground.record["rng_state"] = int(rng.integers(1, 2**62))
        self.ground.record["grain"] = towers.grain
        self.ground.record["extra_tower"] = towers.scenario.settings.prices.extra_tower

    def price(self, over: float, broken: float) -> None:
        """Set what a desk too many costs, and a step away from a rule; weigh all by it."""
        self.ground.record["over"], self.ground.record["broken"] = over, broken
        self.weigh()

    def disturb(self, noise: float, rng: np.random.Generator) -> None:
        """Let what a block costs in a tower be off by a normal noise, in person-minutes."""
        self.ground.tables["fixed"][:] = (
            self._fixed + rng.normal(0.0, 1.0, self._fixed.shape) * noise
        )

    def put_anywhere(self, rng: np.random.Generator) -> None:
        """Put every block into a random tower that is allowed."""
        chance = rng.random(self._allowed.shape)
        self.at[:] = np.argmax(np.where(self._allowed, chance, -1.0), axis=1)

    def put(self, tower_of: NDArray[np.int64]) -> None:
        """Put every block where most desks of its units are (U), -1 for nowhere, if allowed."""
        desks = np.zeros(self._allowed.shape)
        known = np.flatnonzero((tower_of >= 0) & (self.block_of >= 0))
        np.add.at(desks, (self.block_of[known], tower_of[known]), self.towers.demand[known])
        self.at[:] = np.argmax(np.where(self._allowed, desks, -1.0), axis=1)

    @property
    def _allowed(self) -> NDArray[np.bool_]:
        found: NDArray[np.bool_] = self.ground.tables["allowed"]
        return found

    @property
    def at(self) -> NDArray[np.int64]:
        """Tower of every block (K)."""
        found: NDArray[np.int64] = self.ground.tables["blocks"]["at"]
        return found

    @property
    def tower_of(self) -> NDArray[np.int64]:
        """Tower of every unit (U), -1 where it has no desks."""
        return np.where(self.block_of >= 0, self.at[self.block_of], -1)

    def layout(self) -> dict[tuple[int, int], int]:
        """Return desks by (unit, tower)."""
        at, demand = self.at.tolist(), self.towers.demand.tolist()
        return {(u, at[k]): demand[u] for k, units in enumerate(self.blocks) for u in units}

    def weigh(self) -> float:
        """Work out all sums anew; return what all weighs."""
        tables = self.ground.tables
        for counted in ("held", "in_tower", "potential"):
            tables[counted][...] = 0
        tables["towers"]["used"] = tables["bodies"]["towers"] = 0
        blocking.put_down(self.ground.record)
        return self.weight

    @property
    def weight(self) -> float:
        """Person-minutes a week of what is known of towers, and all that is wrong at its price."""
        return float(self.ground.record["weight"][0])

    @property
    def fits(self) -> bool:
        """Whether no tower holds more than it can."""
        rows = self.ground.tables["towers"]
        return bool((rows["used"] <= rows["capacity"]).all())

    def cool(
        self,
        cooling: Cooling,
        budget: Budget,
        who: NDArray[np.int64],
        somewhere: NDArray[np.int64],
        over: tuple[float, float],
    ) -> None:
        """Anneal some blocks among some towers until it is cold or the budget is over.

        Parameters
        ----------
        over
            What a desk too many costs at first, and at last.
        """
        record, active = self.ground.record, self.ground.tables["towers"]["active"]
        active[:] = 0
        active[somewhere] = 1
        steps = max(min(cooling.moves // STEP, STEPS), 1)
        heats = np.geomspace(cooling.hot, cooling.cold, steps + 1).tolist()
        prices = np.geomspace(over[1], over[0], steps)[::-1].tolist()  # of one step, the last
        for price, (hot, cold) in zip(prices, pairwise(heats), strict=True):
            if budget.over or not len(who) or not len(somewhere):
                return
            record["hot"], record["cold"], record["over"] = hot, cold, price
            self.weigh()
            blocking.anneal(record, who, somewhere, cooling.moves // steps)
            budget.spend(max(cooling.moves // steps // MOVES_AS_ONE, 1))


class _Laying:
    """The tables of a ground while they are laid."""

    def __init__(self, towers: Case, known: Outlook, trips: Walks, blocking: Blocking) -> None:
        self.towers, self.known, self.walks = towers, known, trips
        self.blocks, self.block_of = blocking.blocks, blocking.block_of
        self.price = towers.scenario.settings.prices.walking
        self.links: list[tuple[int, float]] = []

    def tables(self) -> tuple[dict[str, int], dict[str, NDArray[Any]]]:
        """Return how many of everything there are, and the tables that are given."""
        towers, known = self.towers, self.known
        blocks, inside = self._blocks()
        places, bodies = np.zeros(len(towers.tower_ids), TOWER), self._bodies()
        places["capacity"], places["complex"] = towers.capacity, towers.complex
        given = {
            "blocks": blocks,
            "towers": places,
            "bodies": bodies,
            "links": np.array(self.links, LINK),
            "opening": _square(known.opening),
            "fixed": self._fixed() + self.price * np.outer(inside, np.diag(towers.minutes)),
            "allowed": self._allowed(),
            "minutes": towers.minutes,
            "nearest": np.argsort(towers.minutes, axis=1, kind="stable"),
            "waste_desks": self._wasted(),
        }
        sizes = {f"n_{name}": len(given[name]) for name in ("blocks", "towers", "bodies", "links")}
        sizes["n_desks"] = given["opening"].shape[1]
        sizes["n_wastes"], _, sizes["n_wasted"] = given["waste_desks"].shape
        sizes["n_fields"] = len(self.walks.members)
        return sizes, given

    def _allowed(self) -> NDArray[np.bool_]:
        """Return where all of a block may be (K, T): if it is bound to a floor, in its tower."""
        towers = self.towers
        allowed = np.array([towers.allowed[list(us)].all(axis=0) for us in self.blocks])
        for limit in towers.limits:
            bound = self._of(limit.units) if isinstance(limit, Pinned) else []
            if isinstance(limit, Pinned) and len(bound) == 1 and allowed[bound[0], limit.floor]:
                allowed[bound[0]] &= np.isin(towers.towers, limit.floor)
        return allowed

    def _blocks(self) -> tuple[NDArray[Any], NDArray[np.float64]]:
        """Return the blocks with their links, and trips that stay within each (K)."""
        feels, feeds = self._summed(self.walks.feels), self._summed(self.walks.feeds)
        ties, inside = self._ties()
        rows = np.zeros(len(self.blocks), BLOCK)
        for k, units in enumerate(self.blocks):
            rows[k]["load"] = self.towers.load[list(units)].sum()
            rows[k]["organisation"] = self.towers.organisation[units[0]]
            inside[k] += self.walks.own[list(units)].sum()
            for field in [v for v in feels[k] if self._home[v] == k]:
                inside[k] += 0.5 * feels[k].pop(field) * feeds[k][field]
            bend = sum(w * feeds[k].get(v, 0.0) for v, w in feels[k].items())
            rows[k]["bend"] = 0.5 * self.price * bend
        felt = {v for row in feels for v in row}
        fed = [{v: w for v, w in row.items() if v in felt} for row in feeds]
        self._link(rows, "feel", feels, self.price)
        self._link(rows, "feed", fed)
        self._link(rows, "tie", ties, self.price)
        self._link(rows, "bind", self._binds())
        return rows, inside

    def _link(
        self,
        rows: NDArray[Any],
        name: str,
        links: Sequence[Mapping[int, float]],
        price: float = 1.0,
    ) -> None:
        """Add the links of every row, their weights at a price."""
        priced = ([(to, price * w) for to, w in sorted(found.items())] for found in links)
        link(self.links, rows, name, priced)

    def _summed(self, rows: list[Weights]) -> list[defaultdict[int, float]]:
        found: list[defaultdict[int, float]] = [defaultdict(float) for _ in self.blocks]
        for u, k in enumerate(self.block_of.tolist()):
            if k >= 0:
                for field, weight in rows[u].items():
                    found[k][field] += weight
        return found

    @cached_property
    def _home(self) -> list[int]:
        """The block that holds all units of a field, -1 where there is none."""
        found = []
        for members in self.walks.members:
            homes = {int(self.block_of[u]) for u in members if self.block_of[u] >= 0}
            found.append(homes.pop() if len(homes) == 1 else -1)
        return found

    def _ties(self) -> tuple[list[defaultdict[int, float]], NDArray[np.float64]]:
        """Return trips between blocks, and those within a block (K)."""
        found: list[defaultdict[int, float]] = [defaultdict(float) for _ in self.blocks]
        inside = np.zeros(len(self.blocks))
        for u, row in enumerate(self.walks.ties):
            k = int(self.block_of[u])
            for v, trips in row.items():
                other = int(self.block_of[v])
                if k == other and k >= 0:
                    inside[k] += 0.5 * trips
                elif k >= 0 and other >= 0:
                    found[k][other] += trips
        return found, inside

    def _fixed(self) -> NDArray[np.float64]:
        """Return what each block costs in a tower by itself, walking at minutes within aside."""
        cost = self.known.inside + whole_costs(self.towers)
        return np.array([cost[list(us)].sum(axis=0) for us in self.blocks])

    def _binds(self) -> list[dict[int, float]]:
        """Rules between two bodies, as far as two blocks are concerned."""
        rows: list[dict[int, float]] = [{} for _ in self.blocks]
        for limit in self.towers.limits:
            pairs: list[tuple[int, int]] = []
            bind = blocking.APART_TOWER
            if isinstance(limit, Apart):
                pairs = [(a, b) for a in self._of(limit.units) for b in self._of(limit.others)]
            elif isinstance(limit, AtMost) and limit.binds:
                first, *others = self._of(limit.units) or [-1]
                pairs = [(first, b) for b in others]
                in_complex = limit.place is PlaceKind.COMPLEX
                bind = blocking.SAME_COMPLEX if in_complex else blocking.SAME_TOWER
            for a, b in pairs:
                if a != b:
                    rows[a][b] = rows[b][a] = bind
        return rows

    def _of(self, units: Iterable[int]) -> list[int]:
        """Return the blocks of some units."""
        return sorted({int(self.block_of[u]) for u in units} - {-1})

    def _bodies(self) -> NDArray[Any]:
        """Return the organisations, with towers that they may use and their blocks."""
        rows = np.zeros(len(self.towers.units_of), BODY)
        rows["towers_most"], rows["waste"] = NO_LIMIT, -1
        for limit in self.towers.limits:
            if isinstance(limit, AtMost) and limit.place is PlaceKind.TOWER:
                o = int(self.towers.organisation[limit.units[0]])
                if set(limit.units) == set(self.towers.units_of[o]):
                    rows[o]["towers_most"] = min(rows[o]["towers_most"], limit.most)
        for number, waste in enumerate(self.known.wastes):
            rows[int(self.towers.organisation[waste.units[0]])]["waste"] = number
        mates: list[dict[int, float]] = [{} for _ in rows]
        for k, units in enumerate(self.blocks):
            mates[int(self.towers.organisation[units[0]])][k] = 1.0
        self._link(rows, "mate", mates)
        return rows

    def _wasted(self) -> NDArray[np.int64]:
        """Return desks that organisations under own_floor leave vacant (W, T, D)."""
        wastes = self.known.wastes
        width = max((waste.desks.shape[1] for waste in wastes), default=1)
        found = np.zeros((len(wastes), len(self.towers.tower_ids), width), np.int64)
        for number, waste in enumerate(wastes):
            found[number, :, : waste.desks.shape[1]] = waste.desks
        return found


def _square(curves: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Return curves as rows of one table, each going on as it ends."""
    width = max(len(curve) for curve in curves)
    return np.array([np.pad(curve, (0, width - len(curve)), mode="edge") for curve in curves])
