"""Which units go to which tower, by CP-SAT: the first stage of a large case.

Floors are counted, not filled: what a tower may hold is bounded by its floors, the rules by what
they say of towers. In a country blocks of units are placed first (all of a body, then those of
one parent, then single units, each only where its block went), so that the model stays small.
Stacking decides on floors afterwards, and who walks where is left to the local search.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from ortools.sat.python import cp_model

from allocator.plan.people import share_people
from allocator.scenario.types import Rule
from allocator.search.cancel import checkpoint
from allocator.search.case import Case
from allocator.search.progress import ShouldStop
from allocator.search.rules import Apart, AtMost, Exclusive, Limit, Pinned, PlaceKind
from allocator.search.solver import Effort, solve_model

LARGEST_MODEL = 30_000
"""Blocks times towers in one model; beyond it blocks are coarser first."""

CLOSE_ENOUGH = 0.005
"""Gap at which an assignment is good enough: what follows changes it anyway."""
PRICE_OF_A_PERSON = 1e5
"""Person-minutes a week for a person without a place, far above what one can save."""

Desks = dict[tuple[int, int], int]
"""Desks by (unit, tower)."""
LinearSum = cp_model.LinearExpr | int


@dataclass(frozen=True)
class Block:
    """Units that are placed as one: of one organisation, with the same floors and rules."""

    units: tuple[int, ...]
    organisation: int
    demand: int
    least: int
    floors: frozenset[int]

    @property
    def is_whole(self) -> bool:
        """Whether it is one unit too small to be split."""
        return len(self.units) == 1 and self.demand < 2 * self.least


def assign_towers(
    case: Case, effort: Effort, should_stop: ShouldStop | None = None
) -> Desks | None:
    """Return desks by unit and tower, or None where no assignment was found in time.

    Where desks of units differ in weight, weights are assigned, and made into desks at the end.
    """
    found = _assigned(case.weighed, effort, should_stop)
    return found if found is None or case.is_plain else _as_desks(case, found)


def _as_desks(case: Case, weights: Desks) -> Desks:
    """Return whole desks in the proportions of weights, by largest remainder."""
    towers_of: defaultdict[int, dict[str, int]] = defaultdict(dict)
    for (u, t), weight in weights.items():
        towers_of[u][str(t)] = weight
    return {
        (u, int(t)): desks
        for u, by_tower in towers_of.items()
        for t, desks in share_people(int(case.demand[u]), sum(by_tower.values()), by_tower).items()
    }


def _assigned(case: Case, effort: Effort, should_stop: ShouldStop | None) -> Desks | None:
    grains = _grains(case)
    within: dict[int, frozenset[int]] | None = None
    assigned: Desks = {}
    part = Effort(effort.seconds / len(grains), effort.workers, effort.seed, effort.reproducible)
    for grain in grains:
        blocks = make_blocks(case, grain)
        found = TowerModel(case, blocks, within).solve(part, should_stop)
        if found is None:
            return None
        within = {
            u: frozenset(t for t in case.towers if found.get((b, t)))
            for b, block in enumerate(blocks)
            for u in block.units
        }
        assigned = {(blocks[b].units[0], t): desks for (b, t), desks in found.items() if desks}
    return assigned


def _grains(case: Case) -> list[str]:
    """Single units, in a large case after whole organisations and parents."""
    size = len(case.tower_ids) * len(case.unit_ids)
    return ["organisation", "parent", "unit"] if size > LARGEST_MODEL else ["unit"]


def make_blocks(case: Case, grain: str) -> list[Block]:
    """Return the blocks of a grain: ``organisation``, ``parent`` or ``unit``."""
    rows_of: defaultdict[int, list[Rule]] = defaultdict(list)
    for limit in case.limits:
        for u in limit.all_units:
            rows_of[u].append(limit.row)
    groups: defaultdict[tuple[object, ...], list[int]] = defaultdict(list)
    for u in case.units:
        if case.demand[u]:
            own: object = u if grain == "unit" else None
            parent = case.scenario.housed[u].parent_id if grain == "parent" else None
            signature = (case.allowed[u].tobytes(), tuple(rows_of[u]))
            groups[int(case.organisation[u]), parent, own, signature].append(u)
    return [_block(case, units) for units in groups.values()]


def _block(case: Case, units: Sequence[int]) -> Block:
    return Block(
        units=tuple(units),
        organisation=int(case.organisation[units[0]]),
        demand=int(case.demand[list(units)].sum()),
        least=int(case.least[list(units)].min()),
        floors=frozenset(np.flatnonzero(case.allowed[units[0]]).tolist()),
    )


class TowerModel:
    """Desks of blocks in towers."""

    def __init__(
        self, case: Case, blocks: list[Block], within: dict[int, frozenset[int]] | None
    ) -> None:
        self.case = case
        self.blocks = blocks
        self.may_be_short = case.allow_unplaced or within is not None
        self.model = cp_model.CpModel()
        self.desks: dict[tuple[int, int], LinearSum] = {}
        self.used: dict[tuple[int, int], cp_model.IntVar] = {}
        self.costs: list[tuple[float, cp_model.LinearExprT]] = []
        self._presence: dict[tuple[tuple[int, ...], int], cp_model.IntVar | None] = {}
        self._apart: defaultdict[int, dict[int, cp_model.IntVar]] = defaultdict(dict)
        for b, block in enumerate(blocks):
            checkpoint()
            for t in case.towers:
                if within is None or t in within[block.units[0]]:
                    self._add_block(b, t)
        self._post()
        self._price()

    def _add_block(self, b: int, tower: int) -> None:
        block = self.blocks[b]
        room = sum(int(self.case.capacity[f]) for f in self._floors(b, tower))
        if room < block.least:
            return
        used = self.model.new_bool_var("")
        self.used[b, tower] = used
        if block.is_whole:
            self.desks[b, tower] = block.demand * used
            return
        desks = self.model.new_int_var(0, min(block.demand, room), "")
        self.model.add(desks >= block.least).only_enforce_if(used)
        self.model.add(desks == 0).only_enforce_if(~used)
        self.desks[b, tower] = desks

    def _floors(self, b: int, tower: int) -> frozenset[int]:
        return self.blocks[b].floors.intersection(self.case.floors_of[tower])

    @cached_property
    def block_of(self) -> dict[int, int]:
        """Block of each unit."""
        return {u: b for b, block in enumerate(self.blocks) for u in block.units}

    def blocks_of(self, units: Iterable[int]) -> tuple[int, ...]:
        """Blocks that the units are in."""
        return tuple(sorted({self.block_of[u] for u in units if u in self.block_of}))

    def present(self, blocks: tuple[int, ...], tower: int) -> cp_model.IntVar | None:
        """Whether any of the blocks is in the tower; None where none can be."""
        if (blocks, tower) not in self._presence:
            used = [self.used[b, tower] for b in blocks if (b, tower) in self.used]
            self._presence[blocks, tower] = self._either(used)
        return self._presence[blocks, tower]

    def _either(self, used: list[cp_model.IntVar]) -> cp_model.IntVar | None:
        if len(used) < 2:
            return used[0] if used else None
        result = self.model.new_bool_var("")
        self.model.add_max_equality(result, used)
        return result

    def presences(self, blocks: tuple[int, ...]) -> list[cp_model.IntVar]:
        """Presence of blocks in every tower where any may be."""
        found = (self.present(blocks, t) for t in self.case.towers)
        return [literal for literal in found if literal is not None]

    def in_tower(self, blocks: Iterable[int], tower: int) -> LinearSum:
        """Desks of blocks in a tower."""
        return sum(self.desks.get((b, tower), 0) for b in blocks)

    def _post(self) -> None:
        for b, block in enumerate(self.blocks):
            placed = sum(self.desks.get((b, t), 0) for t in self.case.towers)
            self.model.add(placed + self._short(b) == block.demand)
        for t in self.case.towers:
            checkpoint()
            self._capacity(t)
        for limit in self.case.limits:
            checkpoint()
            post = POST.get(type(limit))
            if post is not None:
                post(self, limit)
        self._share_the_rest()

    def _short(self, b: int) -> LinearSum:
        """Desks of a block that find no place, where that is allowed."""
        if not self.may_be_short:
            return 0
        block = self.blocks[b]
        short = self.model.new_int_var(0, block.demand, "")
        people = int(self.case.people[list(block.units)].sum())
        self.costs.append((PRICE_OF_A_PERSON * people / block.demand, short))
        return short

    def _capacity(self, tower: int) -> None:
        """Blocks that share a set of floors fit on it, for every such set and for the tower."""
        here = [b for b in range(len(self.blocks)) if (b, tower) in self.used]
        sets = {self._floors(b, tower) for b in here} | {frozenset(self.case.floors_of[tower])}
        for floors in sets:
            inside = [b for b in here if self._floors(b, tower) <= floors]
            room = sum(int(self.case.capacity[f]) for f in floors)
            self.model.add(self.in_tower(inside, tower) <= room)

    def set_apart(self, organisation: int, tower: int) -> LinearSum:
        """Room on the floors of a tower that are an organisation's own."""
        for f in self.case.floors_of[tower]:
            if organisation not in self._apart[f]:
                self._apart[f][organisation] = self.model.new_bool_var("")
        return sum(
            int(self.case.capacity[f]) * self._apart[f][organisation]
            for f in self.case.floors_of[tower]
        )

    def _share_the_rest(self) -> None:
        """A floor is set apart once, and bodies without own floors share what is left."""
        owners = {o for taken in self._apart.values() for o in taken}
        guests = [b for b, block in enumerate(self.blocks) if block.organisation not in owners]
        for t in self.case.towers if owners else ():
            left: LinearSum = 0
            for f in self.case.floors_of[t]:
                taken = list(self._apart[f].values())
                self.model.add_at_most_one(taken)
                left += int(self.case.capacity[f]) * (1 - sum(taken))
            self.model.add(self.in_tower(guests, t) <= left)

    def _price(self) -> None:
        prices = self.case.scenario.settings.prices
        for o in range(len(self.case.organisation_ids)):
            checkpoint()
            for literal in self.presences(self.blocks_of(self.case.units_of[o])):
                self.costs.append((prices.extra_tower, literal))
        for (b, _), literal in self.used.items():
            if len(self.blocks[b].units) == 1:
                self.costs.append((prices.extra_floor, literal))
        self._open_floors()

    def _open_floors(self) -> None:
        """As many floors of a tower are opened as its load needs."""
        everybody = range(len(self.blocks))
        for tower in self.case.towers:
            room = []
            for f in self.case.floors_of[tower]:
                is_open = self.model.new_bool_var("")
                room.append(int(self.case.capacity[f]) * is_open)
                self.costs.append((float(self.case.open_cost[f]), is_open))
            self.model.add(self.in_tower(everybody, tower) <= sum(room))

    def _hint(self) -> None:
        """Begin from best fit: the largest body first, into the tower that it fills best."""
        room = [sum(int(self.case.capacity[f]) for f in floors) for floors in self.case.floors_of]
        members: defaultdict[int, list[int]] = defaultdict(list)
        for b, block in enumerate(self.blocks):
            members[block.organisation].append(b)
        desks: defaultdict[tuple[int, int], int] = defaultdict(int)
        size = {o: sum(self.blocks[b].demand for b in blocks) for o, blocks in members.items()}
        for o in sorted(members, key=lambda o: -size[o]):
            left = size[o]
            for b in members[o]:
                checkpoint()
                self._fit(b, left, room, desks)
                left -= self.blocks[b].demand
        self._hint_at(desks)

    def _hint_at(self, desks: Mapping[tuple[int, int], int]) -> None:
        for cell, used in self.used.items():
            self.model.add_hint(used, desks.get(cell, 0) > 0)
            amount = self.desks[cell]
            if isinstance(amount, cp_model.IntVar) and amount.index != used.index:
                self.model.add_hint(amount, desks.get(cell, 0))

    def _fit(self, b: int, wish: int, room: list[int], desks: dict[tuple[int, int], int]) -> None:
        """Put a block where its body already is, else where all that is left of it fits."""
        block, left = self.blocks[b], self.blocks[b].demand
        of = self.blocks[b].organisation
        mine = {t for (c, t), d in desks.items() if d and self.blocks[c].organisation == of}
        towers = [t for t in self.case.towers if (b, t) in self.used]

        def misfit(t: int) -> tuple[bool, bool, int]:
            return (t not in mine or room[t] < left, room[t] < wish, abs(room[t] - wish))

        for t in sorted(towers, key=misfit):
            put = left if room[t] >= left else min(room[t], left - block.least)
            if left and put >= block.least:
                desks[b, t] += put
                room[t] -= put
                left -= put

    def solve(
        self, effort: Effort, should_stop: ShouldStop | None = None
    ) -> dict[tuple[int, int], int] | None:
        """Return desks by (block, tower), or None where none was found.

        Any assignment comes first, which is quick, then a cheaper one in half as long at most.
        """
        self._hint()
        found = self._run(effort, should_stop) if not self.may_be_short else None
        if found is None and not self.may_be_short:
            return None
        self.model.minimize(sum(round(price) * amount for price, amount in self.costs))
        if found is not None:
            self.model.clear_hints()  # type: ignore[no-untyped-call]
            self._hint_at(found)
        cheaper = effort if found is None else replace(effort, seconds=effort.seconds / 2)
        return self._run(cheaper, should_stop) or found

    def _run(
        self, effort: Effort, should_stop: ShouldStop | None
    ) -> dict[tuple[int, int], int] | None:
        solved = solve_model(
            self.model, effort, should_stop=should_stop, relative_gap_limit=CLOSE_ENOUGH
        )
        if not solved.has_solution:
            return None
        return {cell: int(solved.value(desks)) for cell, desks in self.desks.items()}


def at_most(model: TowerModel, limit: AtMost) -> None:
    """The units are in so many towers or complexes at most; on floors, in towers with the room."""
    blocks = model.blocks_of(limit.units)
    if limit.place is PlaceKind.COMPLEX:
        _some_of(model, _complexes(model, blocks), limit.most)
    elif limit.place is PlaceKind.TOWER:
        _some_of(model, model.presences(blocks), limit.most)
    elif all(len(model.blocks[b].units) == 1 for b in blocks) or limit.binds:
        _on_floors(model, blocks, limit.most)


def _on_floors(model: TowerModel, blocks: tuple[int, ...], most: int) -> None:
    """Desks of the blocks in a tower fit on so many of its floors, in so many towers at most."""
    _some_of(model, model.presences(blocks), most)
    for t in model.case.towers:
        floors = frozenset[int]().union(*(model._floors(b, t) for b in blocks))
        rooms = sorted((int(model.case.capacity[f]) for f in floors), reverse=True)
        model.model.add(model.in_tower(blocks, t) <= sum(rooms[:most]))


def _some_of(model: TowerModel, literals: Sequence[cp_model.IntVar], most: int) -> None:
    if most == 1:
        model.model.add_at_most_one(literals)
    else:
        model.model.add(sum(literals) <= most)


def _complexes(model: TowerModel, blocks: tuple[int, ...]) -> list[cp_model.IntVar]:
    found = []
    for towers in model.case.towers_of:
        used = [model.present(blocks, t) for t in towers]
        literal = model._either([u for u in used if u is not None])
        found += [literal] if literal is not None else []
    return found


def apart(model: TowerModel, limit: Apart) -> None:
    """No tower holds both; floors are left to the stages after this."""
    if limit.place is not PlaceKind.TOWER:
        return
    first, second = model.blocks_of(limit.units), model.blocks_of(limit.others)
    for t in model.case.towers:
        pair = [model.present(first, t), model.present(second, t)]
        model.model.add_at_most_one([literal for literal in pair if literal is not None])


def exclusive(model: TowerModel, limit: Exclusive) -> None:
    """Whole floors are set apart for the units; other organisations share the rest."""
    own = model.blocks_of(limit.units)
    organisation = int(model.case.organisation[limit.units[0]])
    for t in model.case.towers:
        if model.present(own, t) is not None:
            model.model.add(model.in_tower(own, t) <= model.set_apart(organisation, t))


def pinned(model: TowerModel, limit: Pinned) -> None:
    """The tower of the floor holds at least the desks that are pinned there."""
    tower = int(model.case.tower[limit.floor])
    model.model.add(model.in_tower(model.blocks_of(limit.units), tower) >= limit.desks)


POST: dict[type[Limit], Callable[[TowerModel, Any], None]] = {
    AtMost: at_most,
    Apart: apart,
    Exclusive: exclusive,
    Pinned: pinned,
}
"""Limits that say something of towers; contiguous ones speak of floors alone."""
