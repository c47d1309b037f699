"""Organisations over towers as a labelled model: each is whole in a tower, or apart in several.

Whole, it pays what its content costs there (`contents`). Apart, it pays its extra towers, is
spread over the towers with the shares of its people, and each of its units pays by share what it
costs there at least. Two organisations walk between the floors of their towers. The shares of a
whole one on a floor are limited by the floor, and are seen from the floors of the other one
(Gilmore and Lawler); of one that is apart only the nearest floors are counted.

Trips between two organisations are a part in proportion to the people of their units, κ α_u α_v,
and a rest between single units; where one is apart, only what every unit of it has of that counts.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from allocator.plan.certificate.types import Kind, Proof
from allocator.plan.types import TermName
from allocator.search.bounds.apart import Branches
from allocator.search.bounds.ascent import DEAD, FORBIDDEN
from allocator.search.bounds.certified import Proved
from allocator.search.bounds.contents import Contents
from allocator.search.bounds.dual import Dual
from allocator.search.bounds.joint import extra_floor_shares
from allocator.search.bounds.labelled import Floats, Labelled, Whole
from allocator.search.bounds.patterns import patterns_of
from allocator.search.bounds.towers import fewest_towers, tower_rooms
from allocator.search.cancel import checkpoint
from allocator.search.case import Case
from allocator.search.progress import ShouldStop
from allocator.search.rules import Apart, AtMost, Exclusive, Pinned, PlaceKind

MOST_CELLS = 2_500
"""Organisations times towers; beyond it walking as seen from floors proves more, and sooner."""
MOST_ORGANISATIONS, MOST_UNITS = 100, 2_000
"""Of whom every two may be partners, and who may all walk to each other."""
NEGLIGIBLE = 1e-9


def has_towers_to_choose(case: Case) -> bool:
    """Return whether organisations and towers are few enough, and more than one tower is there.

    Beyond these sizes walking as seen from floors proves more (`walking`, `joint`).
    """
    towers, organisations = len(case.tower_ids), len(case.organisation_ids)
    few = organisations <= MOST_ORGANISATIONS and len(case.unit_ids) <= MOST_UNITS
    return few and towers > 1 and towers * organisations <= MOST_CELLS


def organisation_bounds(
    case: Case, others: float, is_over: ShouldStop, *, keeps: bool = False
) -> Iterator[Proved]:
    """Yield rising bounds of the total.

    Parameters
    ----------
    case
        One that `has_towers_to_choose`.
    others
        A bound of floors in use.
    is_over
        Asked every moment.
    keeps
        Whether a proof of the best bound is wanted, or one of what the whole model proves will do.
    """
    made = Organisations(case)
    if not made.nodes:
        return
    root = Dual(made.model(others))
    about = Proof(
        kind=Kind.ORGANISATIONS,
        trusted={TermName.OPEN_FLOORS.value: others},
        nodes=tuple(case.organisation_ids[o] for o in made.nodes),
        places=case.tower_ids,
        pairs=np.column_stack([root.model.first, root.model.second]),
        contents=made.own,
    )
    branches = Branches(root, about, keeps=keeps)
    for _ in branches.rise(root.model.patterns.searching(made.extra), is_over):
        yield Proved(branches.bound, branches.proof)


class _Apart(NamedTuple):
    """What an organisation pays in several towers.

    By share in each tower (T), trips inside it; desks that all of it weighs at least; what it
    pays in any case; by share, what each of its units pays in each tower (V, T).
    """

    inside: Floats
    weight: float
    fixed: float
    units: Floats


class Organisations:
    """The model while it is made. N organisations with desks, T towers, V units of one of them.

    Attributes
    ----------
    nodes : (N)
        Organisations, by their numbers in the case.
    rooms : (N, T)
        Desks that each may use in a tower.
    reach : (N, F)
        Floors that any of its units may use.
    most : (N, F)
        Largest share of its people that a floor holds.
    own : (N, T)
        What it pays for itself, all of it in a tower; infinite where it cannot be.
    """

    def __init__(self, case: Case) -> None:
        self.case, self.contents = case, Contents(case)
        self.trips = self.contents.trips
        placed = case.demand > 0
        self.units = [[u for u in units if placed[u]] for units in case.units_of]
        self.nodes = [o for o in case.organisations if self.units[o]]
        self.units = [self.units[o] for o in self.nodes]
        self.desks = np.array([case.demand[us].sum() for us in self.units])
        self.people = [case.people[us] / case.people[us].sum() for us in self.units]
        self.rooms = tower_rooms(case)[self.nodes]
        self.towers = len(case.tower_ids)
        self.tower_room: Floats = np.bincount(case.tower, weights=case.capacity).astype(float)
        self.by_tower = np.argsort(case.tower, kind="stable")
        self.tower_start = np.searchsorted(case.tower[self.by_tower], np.arange(self.towers))
        self.reach = np.array([case.allowed[us].any(axis=0) for us in self.units])
        self.most = np.array([self._most_shares(i) for i in range(len(self.nodes))])
        self.own = np.array([self._contents_of(i) for i in range(len(self.nodes))])

    def _most_shares(self, i: int) -> Floats:
        """Return the most of an organisation's people that a floor holds (F)."""
        us = self.units[i]
        # Uses the unit with most people per desk: no mixture of units brings more people onto a
        # floor.
        a_desk = (self.people[i] / self.case.demand[us]).max()
        return np.where(self.reach[i], np.minimum(self.case.capacity * a_desk, 1.0), 0.0)

    def _contents_of(self, i: int) -> Floats:
        """Return what an organisation pays for itself in each tower (T), infinite if not there."""
        found = np.full(self.towers, np.inf)
        for t in self.case.towers:
            checkpoint()
            if self.rooms[i, t] >= self.desks[i] and self._weight(i, t) <= self.tower_room[t]:
                found[t] = self.contents.inside(self.units[i], t)
        for limit in self.case.limits:
            if isinstance(limit, Pinned) and limit.desks and set(limit.units) & set(self.units[i]):
                # All of it is in one tower, so a pin of any of its units decides which.
                found[np.arange(self.towers) != self.case.tower[limit.floor]] = np.inf
        return found

    def _weight(self, i: int, t: int) -> float:
        """Return the desks that an organisation takes, all of it in a tower.

        One that keeps its floors to itself takes whole floors: the fewest desks that they add up
        to.
        """
        for limit in self.case.limits:
            if isinstance(limit, Exclusive) and set(limit.units) >= set(self.units[i]):
                floors = [f for f in self.case.floors_of[t] if self.reach[i, f]]
                return _least_cover(self.case.capacity[floors], int(self.desks[i]))
        return float(self.desks[i])

    def extra(self, nodes: list[int], tower: int) -> float:
        """Return what organisations pay in a tower together, above what each does by itself."""
        if len(nodes) < 2:
            return 0.0
        units = [u for i in nodes for u in self.units[i]]
        together = min(self.contents.inside(units, tower), FORBIDDEN)
        return max(together - float(self.own[nodes, tower].sum()), 0.0)

    def model(self, others: float) -> Labelled:
        """Return the model; `others` is a bound of floors in use."""
        count, towers = len(self.nodes), self.towers
        cost = np.full((count, 2 * towers), FORBIDDEN)
        weight, own = np.zeros((2, count, 2 * towers))
        parts = np.zeros((count, 2), np.int64)
        share, part_cost = list[float](), list[Floats]()
        spread_cost, site = np.zeros(count), self._by_share()
        for i, us in enumerate(self.units):
            fits = np.isfinite(self.own[i])
            cost[i, :towers] = np.where(fits, self.own[i], FORBIDDEN)
            weight[i, :towers] = [self._weight(i, t) if fits[t] else 0.0 for t in range(towers)]
            # Apart, its own desks are there only by share: all of them would prove too much.
            own[i, :towers] = weight[i, :towers]
            if (apart := self._apart(i, site)) is not None:
                cost[i, towers:], weight[i, towers:] = apart.inside, apart.weight
                spread_cost[i] = apart.fixed
                parts[i] = len(share), len(share) + len(us)
                share += self.people[i].tolist()
                part_cost += [np.append(np.full(towers, FORBIDDEN), row) for row in apart.units]
        first, second, tables = self._pairs()
        return Labelled(
            nodes=np.arange(count),
            constant=others,
            cost=cost,
            weight=weight,
            own=own,
            place=np.tile(np.arange(towers), 2),
            capacity=self.tower_room,
            first=first,
            second=second,
            table=np.arange(len(first)),
            pair_cost=tables,
            spread=np.arange(2 * towers) >= towers,
            parts=parts,
            share=np.array(share),
            part_cost=np.array(part_cost).reshape(len(share), 2 * towers),
            spread_cost=spread_cost,
            patterns=patterns_of(weight[:, :towers], np.isfinite(self.own), self.tower_room),
        )

    def _apart(self, i: int, site: Floats) -> _Apart | None:
        """Return what an organisation pays apart, if it can be; `site` is by share (U, F)."""
        us, extra = self.units[i], self._extra_towers(i)
        if not np.isfinite(extra):
            return None
        inside, left = self._inside(i)
        people = self.case.people[us]
        allowed = self.case.allowed[us]
        units = self._towers_least(np.where(allowed, site[us] + left, FORBIDDEN))
        return _Apart(
            inside=np.where(units.min(axis=0) > DEAD, FORBIDDEN, inside),
            # Uses the unit with fewest desks per person, since shares are of people.
            weight=float((self.case.demand[us] / people).min() * people.sum()),
            fixed=extra + float(self.case.leaving_cost[us].sum()),
            units=units,
        )

    def _extra_towers(self, i: int) -> float:
        """Return what towers cost an organisation that is apart; infinite if it cannot be."""
        case, us = self.case, self.units[i]
        fewest = max(fewest_towers(self.rooms[i], int(self.desks[i])), 2)
        # A single unit that may not be divided, or a rule of fewer towers than it needs, leaves no
        # way apart.
        alone = len(us) == 1 and case.demand[us[0]] < 2 * case.least[us[0]]
        for limit in case.limits:
            if isinstance(limit, AtMost) and set(limit.units) >= set(us):
                one = limit.place is not PlaceKind.COMPLEX and limit.most < fewest
                alone = alone or one
        if alone or fewest > (self.rooms[i] > 0).sum():
            return np.inf
        return case.scenario.settings.prices.extra_tower * (fewest - 1)

    def _by_share(self) -> Floats:
        """Return extra floors and placement by share (U, F), moves saved as if all stayed."""
        case = self.case
        found = case.scenario.settings.prices.extra_floor * extra_floor_shares(case)
        for cell, site in case.site_costs.items():
            # The cost of a share is convex: with all that staying could save taken off it is
            # linear, and below.
            found[cell] += site.linear - sum(saving.rate for saving in site.savings)
        return found

    def _inside(self, i: int) -> tuple[Floats, Floats]:
        """Return trips inside an organisation by share: as seen from each tower, and in units.

        κ α_u α_v of all its trips are those of the organisation to itself (T); of what is left
        those inside units are seen from their floors (V, F).
        """
        case, us, alpha = self.case, self.units[i], self.people[i]
        trips = self.trips[np.ix_(us, us)]
        # The largest part proportional to people that leaves no pair of units a negative rest.
        kappa = float((trips / (2 * np.outer(alpha, alpha))).min())
        seen = self._nearest(case.minutes, self.most[i])
        organisation = kappa * self._towers_least(np.where(self.reach[i], seen, FORBIDDEN))
        left = np.zeros((len(us), len(case.floor_ids)))
        for k, u in enumerate(us):
            inside = trips[k, k] / 2 - kappa * alpha[k] ** 2
            if inside > NEGLIGIBLE:
                most = np.minimum(case.capacity / case.demand[u], 1.0) * case.allowed[u]
                left[k] = inside * self._nearest(case.minutes, most)
        return np.minimum(organisation, FORBIDDEN), left

    def _nearest(self, minutes: Floats, most: Floats) -> Floats:
        """Return the least mean minutes (rows) to shares of at most so much on each floor."""
        floors = np.flatnonzero(most > 0)
        near = minutes[:, floors]
        order = np.argsort(near, axis=1, kind="stable")
        upto = np.minimum(np.cumsum(most[floors][order], axis=1), 1.0)
        shares = np.diff(upto, axis=1, prepend=0.0)
        return np.asarray((shares * np.take_along_axis(near, order, axis=1)).sum(axis=1))

    def _towers_least(self, by_floor: Floats) -> Floats:
        """Return the least over the floors of each tower, along the last axis."""
        return np.minimum.reduceat(by_floor[..., self.by_tower], self.tower_start, axis=-1)

    def _pairs(self) -> tuple[Whole, Whole, Floats]:
        """Return pairs of partners, and what they walk by their labels."""
        seen = [self._seen(i) for i in range(len(self.nodes))]
        forbidden = dict(self._forbidden())
        first, second, tables = [], [], []
        for i, j in combinations(range(len(self.nodes)), 2):
            trips = self.trips[np.ix_(self.units[i], self.units[j])]
            # Pairs that neither walk nor exclude each other add nothing. All pairs were twenty
            # times dearer and proved no more.
            if trips.sum() > NEGLIGIBLE or (i, j) in forbidden:
                checkpoint()
                table = self._walked(i, j, trips, seen)
                if (i, j) in forbidden:
                    table[: self.towers, : self.towers][forbidden[i, j]] = FORBIDDEN
                first.append(i)
                second.append(j)
                tables.append(np.minimum(table, FORBIDDEN))
        labels = 2 * self.towers
        return (
            np.array(first, np.int64),
            np.array(second, np.int64),
            np.array(tables).reshape(len(first), labels, labels),
        )

    def _seen(self, i: int) -> Floats:
        """Return the least mean minutes from every floor (F) to an organisation in a tower (T)."""
        found = np.zeros((self.towers, len(self.case.floor_ids)))
        for t in np.flatnonzero(np.isfinite(self.own[i])).tolist():
            floors = list(self.case.floors_of[t])
            found[t] = self._nearest(self.case.minutes[:, floors], self.most[i, floors])
        return found

    def _walked(self, i: int, j: int, trips: Floats, seen: list[Floats]) -> Floats:
        """Return what two organisations walk by their labels (2T, 2T)."""
        kappa = float((trips / np.outer(self.people[i], self.people[j])).min())
        rest = trips - kappa * np.outer(self.people[i], self.people[j])
        by_i = float((rest.sum(axis=1) / self.people[i]).min())
        by_j = float((rest.sum(axis=0) / self.people[j]).min())
        between = np.where(np.outer(self.reach[i], self.reach[j]), self.case.minutes, FORBIDDEN)
        nearest = self._towers_least(self._towers_least(between).T).T
        # Labels that one of them cannot have are forbidden by its own cost; here they only have to
        # be finite.
        nearest = np.where(nearest > DEAD, 0.0, nearest)
        # Both views are bounds, so the larger one is.
        whole = np.maximum(self._from(i, seen[j]), self._from(j, seen[i]).T)
        to_i = self._towers_least(np.where(self.reach[j], seen[i], FORBIDDEN))
        to_j = self._towers_least(np.where(self.reach[i], seen[j], FORBIDDEN)).T
        to_i, to_j = (np.where(to > DEAD, 0.0, to) for to in (to_i, to_j))
        return np.block(
            [
                [kappa * whole + float(rest.sum()) * nearest, kappa * to_i + by_j * nearest],
                [kappa * to_j + by_i * nearest, kappa * nearest],
            ]
        )

    def _from(self, i: int, seen: Floats) -> Floats:
        """Return the least mean minutes of an organisation in a tower (T) to what is seen (T)."""
        found = np.zeros((self.towers, self.towers))
        for t in np.flatnonzero(np.isfinite(self.own[i])).tolist():
            floors = list(self.case.floors_of[t])
            found[t] = self._nearest(seen[:, floors], self.most[i, floors])
        return found

    def _forbidden(self) -> Iterator[tuple[tuple[int, int], NDArray[np.bool_]]]:
        """Yield pairs of organisations with towers (T, T) where both may not be whole."""
        owner = {u: i for i, us in enumerate(self.units) for u in us}
        same = np.eye(self.towers, dtype=bool)
        alike = self.case.complex[:, None] == self.case.complex
        found: dict[tuple[int, int], NDArray[np.bool_]] = {}
        for limit in self.case.limits:
            ends = limit.units, limit.units
            if isinstance(limit, Apart) and limit.place is PlaceKind.TOWER:
                bad, ends = same, (limit.units, limit.others)
            # One floor is one tower, too. Rules for more than one place say nothing of a pair.
            elif isinstance(limit, AtMost) and limit.most == 1:
                bad = ~alike if limit.place is PlaceKind.COMPLEX else ~same
            else:
                continue
            here, there = ({owner[u] for u in units if u in owner} for units in ends)
            for key in {(min(a, b), max(a, b)) for a in here for b in there if a != b}:
                found[key] = found.get(key, np.zeros_like(same)) | bad
        yield from found.items()


def _least_cover(rooms: Whole, desks: int) -> float:
    """Return the fewest desks of whole floors that hold so many."""
    reachable = np.zeros(int(rooms.sum()) + 1, bool)
    reachable[0] = True
    for room in rooms.tolist():
        # A copy of the right side: each floor may be used once only.
        reachable[room:] |= reachable[: len(reachable) - room].copy()
    enough = np.flatnonzero(reachable[desks:])
    return float(enough[0] + desks) if enough.size else np.inf
