"""Organisations over towers, read anew: whole in a tower, or apart in several.

What organisations pay for themselves inside towers (`contents`) is given. A floor is seen by the
nearest shares of an organisation, at most as large as the floors allow. Of trips between two
organisations κ α_u α_v are in proportion to people; the rest is between single units.

The model is the one of docs/explanation/algorithm.md, written a second time from the formulas.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from allocator.plan.certificate.counting import fewest
from allocator.plan.certificate.dual import Model, Parts, Sets
from allocator.plan.certificate.reading import Flags, Reading
from allocator.plan.certificate.tree import RefusedError
from allocator.plan.certificate.types import Floats, Proof, Whole
from allocator.scenario.rules import RuleKind

IN_ONE_TOWER = (RuleKind.SAME_FLOOR, RuleKind.SAME_TOWER, RuleKind.ADJACENT_FLOORS)
NEGLIGIBLE = 1e-9
MOST_SETS = 100_000
"""Sets of a tower that are looked at; a certificate that asks for more is refused."""


class Organisations:
    """N organisations and T towers in the order of a proof; F floors, V units of one of them.

    Attributes
    ----------
    units, people
        Units of each organisation, and their shares of its people.
    reach : (N, F)
        Floors that any of its units may use.
    most : (N, F)
        Largest share of its people that a floor holds.
    room : (T)
        Desks of each tower.

    Raises
    ------
    RefusedError
        If names, pairs, contents or sets of the proof are not of the scenario.
    """

    def __init__(self, reading: Reading, proof: Proof) -> None:
        self.reading, self.proof = reading, proof
        _refuse_names(reading, proof)
        self.units = [reading.members(name) for name in proof.nodes]
        self.people = [reading.people[us] / reading.people[us].sum() for us in self.units]
        self.desks = [int(reading.demand[us].sum()) for us in self.units]
        self.reach = np.array([reading.allowed[us].any(axis=0) for us in self.units])
        self.tower = np.array([proof.places.index(tower) for tower in reading.tower])
        self.towers = len(proof.places)
        self.floors = [np.flatnonzero(self.tower == t) for t in range(self.towers)]
        self.room = np.array([reading.capacity[fs].sum() for fs in self.floors], float)
        most = [
            # Uses the unit with most people per desk, which no mixture of units exceeds.
            reading.capacity * (alpha / reading.demand[us]).max()
            for us, alpha in zip(self.units, self.people, strict=True)
        ]
        self.most = np.where(self.reach, np.minimum(np.array(most), 1.0), 0.0)

    def rooms(self, i: int) -> Whole:
        """Return the desks that an organisation may use in each tower (T)."""
        usable = self.reading.capacity * self.reach[i]
        return np.array([usable[fs].sum() for fs in self.floors])

    def weight(self, i: int, t: int) -> float:
        """Return the desks that all of an organisation takes in a tower: own floors are whole."""
        for row in self.reading.rows(RuleKind.OWN_FLOOR):
            if set(self.reading.members(row.subject)) >= set(self.units[i]):
                fs = self.floors[t]
                return _least_cover(self.reading.capacity[fs[self.reach[i, fs]]], self.desks[i])
        return float(self.desks[i])

    def model(self, others: float, contents: Floats) -> Model:
        """Return the model.

        `others` are costs of floors in use; `contents` (N, T) what organisations pay inside
        towers.
        """
        count, towers = len(self.units), self.towers
        cost, fits = np.full((count, 2 * towers), np.inf), np.isfinite(contents)
        weight, own = np.zeros((2, count, 2 * towers))
        parts: dict[int, Parts] = {}
        site = self._site()
        for i in range(count):
            cost[i, :towers] = contents[i]
            weight[i, :towers] = [self.weight(i, t) if fits[i, t] else 0 for t in range(towers)]
            # Apart it is there by its share alone: all of it would prove too much.
            own[i, :towers] = weight[i, :towers]
            extra = self._extra_towers(i)
            if np.isfinite(extra):
                parts[i], cost[i, towers:] = self._apart(i, site, extra)
                weight[i, towers:] = self._desks_apart(i)
        seen = [self._seen(i, fits[i]) for i in range(count)]
        tables = [self._pair(i, j, seen, fits) for i, j in self.proof.pairs.tolist()]
        first, second = self.proof.pairs.T
        return Model(
            nodes=np.arange(count),
            constant=others,
            cost=cost,
            weight=weight,
            own=own,
            place=np.tile(np.arange(towers), 2),
            capacity=self.room,
            first=first,
            second=second,
            pair_cost=np.array(tables).reshape(len(first), 2 * towers, 2 * towers),
            spread=np.arange(2 * towers) >= towers,
            parts=parts,
            sets=tuple(self._sets(t, weight[:, t], fits[:, t]) for t in self.proof.patterned),
        )

    def _sets(self, t: int, weight: Floats, fits: Flags) -> Sets:
        """Return all sets of organisations that fit in a tower, with what the proof says they pay.

        Those that it does not name pay nothing extra.
        """
        claimed = {tuple(sorted(o.nodes)): o.extra for o in self.proof.together if o.place == t}
        found: list[tuple[int, ...]] = [()]
        room = [float(self.room[t])]
        for i in np.flatnonzero(fits).tolist():
            more = [k for k, left in enumerate(room) if weight[i] <= left]
            found += [(*found[k], i) for k in more]
            # All sets that fit, and not those that the proof names: one that is left out might be
            # the least.
            room += [room[k] - weight[i] for k in more]
            if len(found) > MOST_SETS:
                raise RefusedError(f"{self.proof.places[t]} may hold more than {MOST_SETS:,} sets")
        return Sets(t, found, np.array([claimed.get(members, 0.0) for members in found]))

    def _desks_apart(self, i: int) -> float:
        """Return the desks that all of an organisation takes at least, spread by people."""
        people = self.reading.people[self.units[i]]
        return float((self.reading.demand[self.units[i]] / people).min() * people.sum())

    def _extra_towers(self, i: int) -> float:
        """Return what towers cost an organisation that is apart; infinite if it cannot be."""
        us, rooms = self.units[i], self.rooms(i)
        least = max(fewest(rooms, self.desks[i]), 2)
        if least > (rooms > 0).sum():
            return np.inf
        if len(us) == 1 and self.reading.demand[us[0]] < 2 * self.reading.smallest[us[0]]:
            return np.inf
        for units, most in self._at_most():
            if units >= set(us) and most < least:
                return np.inf
        return float(self.reading.prices.extra_tower * (least - 1))

    def _at_most(self) -> Iterator[tuple[set[int], int]]:
        """Yield units that together use at most so many towers."""
        reading = self.reading
        for row in reading.rows(*IN_ONE_TOWER):
            yield set(reading.members(row.subject, row.object)), 1
        for row in reading.rows(RuleKind.MAX_TOWERS):
            yield set(reading.members(row.subject)), row.count
        for row in reading.rows(RuleKind.MAX_FLOORS):
            yield from (({u}, row.count) for u in reading.members(row.subject))

    def _site(self) -> Floats:
        """Return extra floors, placement and moves by share (U, F), as if all who can stayed."""
        reading, room = self.reading, np.maximum(self.reading.capacity, 1)
        floors = np.maximum(reading.demand[:, None] / room - 1.0, 0.0)
        for u, desks in enumerate(reading.demand.tolist()):
            if (least := fewest(reading.capacity[reading.allowed[u]], desks)) > 1:
                floors[u] = least - 1
        # As if all who are there today stayed: no plan saves more.
        stays = reading.prices.move * reading.people[:, None] * (reading.stays > 0)
        return reading.prices.extra_floor * floors + reading.placement - stays

    def _apart(self, i: int, site: Floats, extra: float) -> tuple[Parts, Floats]:
        """Return parts of an organisation that is apart, and trips inside it by share (T)."""
        reading, us, alpha = self.reading, self.units[i], self.people[i]
        trips, allowed = reading.trips[np.ix_(us, us)], reading.allowed[us]
        # The largest part proportional to people that leaves no pair of units a negative rest.
        kappa = float((trips / (2 * np.outer(alpha, alpha))).min())
        seen = nearest(reading.minutes, self.most[i])
        inside = kappa * self._least(np.where(self.reach[i], seen, np.inf)) if kappa else 0.0
        left = np.zeros(allowed.shape)
        for k, u in enumerate(us):
            rest = trips[k, k] / 2 - kappa * alpha[k] ** 2
            if rest > NEGLIGIBLE:
                most = np.minimum(reading.capacity / reading.demand[u], 1.0) * allowed[k]
                left[k] = rest * nearest(reading.minutes, most)
        units = self._least(np.where(allowed, site[us] + left, np.inf))
        nobody = ~np.isfinite(units).any(axis=0)
        fixed = extra + float(reading.leaving[us].sum())
        cost = np.hstack([np.full(units.shape, np.inf), units])
        return Parts(alpha, cost, fixed), np.where(nobody, np.inf, inside)

    def _least(self, by_floor: Floats) -> Floats:
        """Return the least over the floors of each tower, along the last axis."""
        return np.stack([by_floor[..., fs].min(axis=-1) for fs in self.floors], axis=-1)

    def _seen(self, i: int, fits: Flags) -> Floats:
        """Return the least mean minutes from every floor to an organisation in a tower (T, F)."""
        found = np.zeros((self.towers, len(self.tower)))
        for t in np.flatnonzero(fits).tolist():
            fs = self.floors[t]
            found[t] = nearest(self.reading.minutes[:, fs], self.most[i, fs])
        return found

    def _pair(self, i: int, j: int, seen: list[Floats], fits: Flags) -> Floats:
        """Return what two organisations walk by their labels (2T, 2T)."""
        of_i, of_j = self.people[i], self.people[j]
        trips = self.reading.trips[np.ix_(self.units[i], self.units[j])]
        kappa = float((trips / np.outer(of_i, of_j)).min())
        rest = trips - kappa * np.outer(of_i, of_j)
        by_i, by_j = (rest.sum(axis=1) / of_i).min(), (rest.sum(axis=0) / of_j).min()
        reached = np.outer(self.reach[i], self.reach[j])
        between = np.where(reached, self.reading.minutes, np.inf)
        least = _finite(self._least(self._least(between).T).T)
        whole = np.maximum(self._from(i, seen[j], fits[i]), self._from(j, seen[i], fits[j]).T)
        to_i = _finite(self._least(np.where(self.reach[j], seen[i], np.inf)))
        to_j = _finite(self._least(np.where(self.reach[i], seen[j], np.inf))).T
        both = kappa * whole + rest.sum() * least
        # Only both whole: rules that bind parts of them say nothing once one is spread.
        both[self._forbidden(i, j)] = np.inf
        one = kappa * to_i + by_j * least, kappa * to_j + by_i * least
        return np.block([[both, one[0]], [one[1], kappa * least]])

    def _from(self, i: int, seen: Floats, fits: Flags) -> Floats:
        """Return the least mean minutes of one in a tower (T) to what is seen of another (T)."""
        found = np.zeros((self.towers, self.towers))
        for t in np.flatnonzero(fits).tolist():
            found[t] = nearest(seen[:, self.floors[t]], self.most[i, self.floors[t]])
        return found

    def _forbidden(self, i: int, j: int) -> Flags:
        """Return the towers (T, T) in which rules do not let both be whole."""
        same = np.eye(self.towers, dtype=bool)
        names = [self.reading.scenario.complex_of[tower] for tower in self.proof.places]
        alike = np.array([[a == b for b in names] for a in names])
        found = np.zeros_like(same)
        for row in self.reading.rows(RuleKind.APART_TOWER):
            ends = [self._owners(row.subject), self._owners(row.object)]
            if (i in ends[0] and j in ends[1]) or (j in ends[0] and i in ends[1]):
                found |= same
        for row in self.reading.rows(*IN_ONE_TOWER, RuleKind.SAME_COMPLEX):
            if {i, j} <= self._owners(row.subject) | self._owners(row.object):
                found |= ~(alike if row.rule is RuleKind.SAME_COMPLEX else same)
        return found

    def _owners(self, body: str | None) -> set[int]:
        """Return the organisations with units that a unit or organisation stands for."""
        members = set(self.reading.members(body))
        return {i for i, us in enumerate(self.units) if members & set(us)}


def nearest(minutes: Floats, most: Floats) -> Floats:
    """Return the least mean minutes (rows) to shares of at most so much on each floor."""
    floors = np.flatnonzero(most > 0)
    near = minutes[:, floors]
    order = np.argsort(near, axis=1, kind="stable")
    upto = np.minimum(np.cumsum(most[floors][order], axis=1), 1.0)
    shares = np.diff(upto, axis=1, prepend=0.0)
    return np.asarray((shares * np.take_along_axis(near, order, axis=1)).sum(axis=1))


def _finite(minutes: Floats) -> Floats:
    """Return minutes with 0 where there are none: those labels are forbidden by cost."""
    return np.where(np.isfinite(minutes), minutes, 0.0)


def _least_cover(rooms: Whole, desks: int) -> float:
    """Return the fewest desks of whole floors that hold so many."""
    sums = {0}
    for room in rooms.tolist():
        sums |= {before + room for before in sums}
    return float(min((total for total in sums if total >= desks), default=np.inf))


def _refuse_names(reading: Reading, proof: Proof) -> None:
    """Refuse a proof whose organisations, towers, pairs or contents are not of the scenario."""
    owners = {unit.organisation_id for unit in reading.housed}
    if sorted(proof.nodes) != sorted(owners):
        raise RefusedError("its organisations are not those of the scenario")
    if sorted(proof.places) != sorted(set(reading.tower)):
        raise RefusedError("its towers are not those of the scenario")
    pairs = proof.pairs
    # A pair that is listed twice would count its trips twice.
    sound = (pairs[:, 0] < pairs[:, 1]).all() and len(np.unique(pairs, axis=0)) == len(pairs)
    if not sound or ((pairs < 0) | (pairs >= len(proof.nodes))).any():
        raise RefusedError("its pairs are not pairs of organisations, each once")
    shape = len(proof.nodes), len(proof.places)
    if proof.contents.shape != shape or not (proof.contents > -np.inf).all():
        raise RefusedError("its contents are not numbers for every organisation and tower")
    towers, nodes = range(len(proof.places)), range(len(proof.nodes))
    named = [*proof.patterned, *(one.place for one in proof.together)]
    members = [i for one in proof.together for i in one.nodes]
    twice = len(set(proof.patterned)) < len(proof.patterned)
    if twice or any(t not in towers for t in named) or any(i not in nodes for i in members):
        raise RefusedError("its sets are not sets of the organisations in towers, each once")
