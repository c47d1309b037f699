"""The tables of a search over groups, filled from a case by towers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cached_property

import numpy as np

from allocator.search.case import Case
from allocator.search.fields import Fields, Weights
from allocator.search.groups import kernel
from allocator.search.groups.partition import Partition
from allocator.search.groups.surrogate import Surrogate
from allocator.search.kernels.annealing import Flags, Reals, Whole, rng_state
from allocator.search.kernels.links import links, plain_links
from allocator.search.rules import Apart, AtMost, Pinned, PlaceKind

NO_LIMIT = 1 << 30


def group_of(towers: Case, partition: Partition) -> Whole:
    """Return the group of each unit (U), -1 where it has no desks."""
    found = np.full(len(towers.unit_ids), -1, np.int64)
    for k, units in enumerate(partition):
        found[list(units)] = k
    return found


def given_of(towers: Case, known: Surrogate, fields: Fields, partition: Partition) -> kernel.Given:
    """Return what is given to the search.

    Parameters
    ----------
    towers, known, fields
        The case by towers, what is known of their floors, and all trips.
    partition
        Of the units that have desks.
    """
    return _Filling(towers, known, fields, partition).given()


class _Filling:
    """Sums over the units of each group, while tables are filled.

    Attributes
    ----------
    group : (U)
        Group of each unit, −1 without desks.
    organisation : (K)
        Of each group: that of its first unit, for no group has units of two.
    """

    def __init__(
        self, towers: Case, known: Surrogate, fields: Fields, partition: Partition
    ) -> None:
        self.towers, self.known, self.fields, self.partition = towers, known, fields, partition
        self.group = group_of(towers, partition)
        self.organisation = towers.organisation[np.array([us[0] for us in partition], int)]
        self.price = towers.scenario.settings.prices.walking

    def given(self) -> kernel.Given:
        towers, known = self.towers, self.known
        linear, fed = self._summed(self.fields.linear), self._summed(self.fields.contributions)
        inside = self._take_inside(linear, fed)
        quadratic = [
            sum(w * fed[k].get(v, 0.0) for v, w in row.items()) for k, row in enumerate(linear)
        ]
        # Potentials of fields that nobody walks to would be kept up to date for nothing, move
        # after move.
        walked_to = {v for row in linear for v in row}
        fed = [{v: w for v, w in row.items() if v in walked_to} for row in fed]
        members: list[list[int]] = [[] for _ in towers.organisations]
        for k, o in enumerate(self.organisation.tolist()):
            members[o].append(k)
        return kernel.Given(
            load=np.array([towers.load[list(us)].sum() for us in self.partition], np.int64),
            organisation=self.organisation,
            fixed=self._fixed() + self.price * np.outer(inside, np.diag(towers.minutes)),
            allowed=self._allowed(),
            linear=links(linear, self.price),
            contributions=links(fed),
            quadratic=0.5 * self.price * np.array(quadratic),
            bound=links(self._bound()),
            members=plain_links(members),
            minutes=np.ascontiguousarray(towers.minutes),
            nearest=np.argsort(towers.minutes, axis=1, kind="stable"),
            capacity=towers.capacity.copy(),
            complex=towers.complex,
            opening=_square(known.opening),
            towers_most=self._towers_most(),
            stranded_row=self._stranded_row(),
            stranded=self._stranded(),
            load_per_desk=float(towers.load_per_desk),
            extra_tower=float(towers.scenario.settings.prices.extra_tower),
        )

    def _summed(self, rows: Sequence[Weights]) -> list[dict[int, float]]:
        """Return weights of units in fields, summed over the units of each group (K)."""
        found: list[defaultdict[int, float]] = [defaultdict(float) for _ in self.partition]
        for u, k in enumerate(self.group.tolist()):
            if k >= 0:
                for field, weight in rows[u].items():
                    found[k][field] += weight
        return [dict(row) for row in found]

    def _take_inside(self, linear: list[dict[int, float]], fed: list[dict[int, float]]) -> Reals:
        """Take walking within groups out of their links, and return it: trips of each group (K).

        These are fields whose units are all in it, and trips inside units.
        """
        inside = np.zeros(len(self.partition))
        np.add.at(inside, self.group[self.group >= 0], self.fields.own[self.group >= 0])
        for k, row in enumerate(linear):
            # Whichever tower the group is in, these trips stay inside it. They are a fixed cost,
            # and no field to follow.
            for field in [v for v in row if self._home[v] == k]:
                inside[k] += 0.5 * row.pop(field) * fed[k].get(field, 0.0)
        return inside

    @cached_property
    def _home(self) -> list[int]:
        """The group that holds all units of a field, -1 where there is none (V)."""
        found = []
        for members in self.fields.members:
            homes = {int(self.group[u]) for u in members if self.group[u] >= 0}
            found.append(homes.pop() if len(homes) == 1 else -1)
        return found

    def _allowed(self) -> Flags:
        """Return where all of a group may be (K, T); if it is bound to a floor, in its tower."""
        towers = self.towers
        allowed = np.zeros((len(self.partition), len(towers.tower_ids)), bool)
        for k, units in enumerate(self.partition):
            allowed[k] = towers.allowed[list(units)].all(axis=0)
        for limit in towers.limits:
            bound = self._groups(limit.units) if isinstance(limit, Pinned) else []
            if isinstance(limit, Pinned) and len(bound) == 1 and allowed[bound[0], limit.floor]:
                allowed[bound[0]] &= np.isin(towers.towers, limit.floor)
        return allowed

    def _fixed(self) -> Reals:
        """Return what each group costs in a tower by itself, walking at minutes within aside."""
        cost = self.known.inside + self.towers.whole_costs()
        found = np.zeros((len(self.partition), cost.shape[1]))
        for k, units in enumerate(self.partition):
            found[k] = cost[list(units)].sum(axis=0)
        return found

    def _bound(self) -> list[dict[int, float]]:
        """Return, for each group, the groups that a rule binds it to and the kind of rule."""
        rows: list[dict[int, float]] = [{} for _ in self.partition]
        for limit in self.towers.limits:
            pairs: list[tuple[int, int]] = []
            kind = kernel.APART_TOWER
            if isinstance(limit, Apart):
                others = self._groups(limit.others)
                pairs = [(a, b) for a in self._groups(limit.units) for b in others]
            elif isinstance(limit, AtMost) and limit.binds:
                first, *others = self._groups(limit.units) or [-1]
                # A star and not all pairs: with all pairs one group elsewhere would count many
                # times.
                pairs = [(first, b) for b in others]
                in_complex = limit.place is PlaceKind.COMPLEX
                kind = kernel.SAME_COMPLEX if in_complex else kernel.SAME_TOWER
            for a, b in pairs:
                if a != b:
                    rows[a][b] = rows[b][a] = kind
        return rows

    def _groups(self, units: Iterable[int]) -> list[int]:
        """Return the groups of some units."""
        return sorted({int(self.group[u]) for u in units} - {-1})

    def _towers_most(self) -> Whole:
        """Return how many towers each organisation may use (O)."""
        found = np.full(len(self.towers.units_of), NO_LIMIT, np.int64)
        for limit in self.towers.limits:
            if isinstance(limit, AtMost) and limit.place is PlaceKind.TOWER:
                o = int(self.towers.organisation[limit.units[0]])
                if set(limit.units) == set(self.towers.units_of[o]):
                    found[o] = min(found[o], limit.most)
        return found

    def _stranded_row(self) -> Whole:
        """Return the row of stranded desks of each organisation, −1 without one (O)."""
        found = np.full(len(self.towers.units_of), -1, np.int64)
        for row, of in enumerate(self.known.stranded):
            found[int(self.towers.organisation[of.units[0]])] = row
        return found

    def _stranded(self) -> Whole:
        """Return desks that organisations under own_floor leave vacant (S, T, D)."""
        rows = self.known.stranded
        width = max((of.desks.shape[1] for of in rows), default=1)
        found = np.zeros((len(rows), len(self.towers.tower_ids), width), np.int64)
        for number, of in enumerate(rows):
            found[number, :, : of.desks.shape[1]] = of.desks
        return found


def empty_state(given: kernel.Given, fields: Fields, rng: np.random.Generator) -> kernel.State:
    """Return a state to be weighed: all groups in the first tower, nothing counted yet."""
    groups, towers = given.fixed.shape
    organisations = len(given.towers_most)
    return kernel.State(
        at=np.zeros(groups, np.int64),
        active=np.ones(towers, np.bool_),
        load=np.zeros(towers, np.int64),
        held=np.zeros((organisations, towers), np.int64),
        groups=np.zeros((organisations, towers), np.int64),
        towers=np.zeros(organisations, np.int64),
        potential=np.zeros((len(fields.members), towers)),
        sums=np.array([0.0, 0.0, np.inf]),
        best=np.zeros(groups, np.int64),
        rng_state=rng_state(rng),
    )


def _square(curves: Sequence[Reals]) -> Reals:
    """Return curves as rows of one table, each going on as it ends."""
    width = max(len(curve) for curve in curves)
    return np.array([np.pad(curve, (0, width - len(curve)), mode="edge") for curve in curves])
