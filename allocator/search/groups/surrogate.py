"""The case by towers, and what floors will cost: what the choice of towers goes by.

Floors are not laid out: a table tells, by load, which floors a tower opens and how many units lie
across two of them; organisations that keep floors to themselves leave desks stranded.

With this the estimate lies within 1 to 12 % of what floors come to; without it it was 25 % off
(docs/explanation/notes.md).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from allocator.search.cancel import checkpoint
from allocator.search.case import Case
from allocator.search.fields import parent_groups
from allocator.search.rules import Apart, AtMost, Exclusive, Limit, Pinned, PlaceKind

SPLIT = 0.7
"""Part of the borders between full floors that a unit is taken to lie across. About half do; to
take it for more made better plans."""
NEAR_LEVELS = 2
"""Places up or down that partners within a tower are taken to sit apart."""


@dataclass(frozen=True)
class Surrogate:
    """What the search for towers knows of the floors inside them. U units, T towers.

    Attributes
    ----------
    opening : (T)
        For each tower the least cost of 0, 1, … desks: floors opened, and units across them.
    stranded
        Desks that organisations under own_floor leave vacant.
    inside : (U, T)
        Person-minutes a week that a unit costs in a tower beyond minutes between towers: floors
        it must be split over, and walking within its unit, parent and organisation.
    """

    opening: list[NDArray[np.float64]]
    stranded: list[Stranded]
    inside: NDArray[np.float32]


def surrogate(case: Case, towers: Case) -> Surrogate:
    """Return what floors will cost; towers is the case by towers (`tower_case`)."""
    return Surrogate(opening_by_load(case), stranded_of(case), inside_of(case, towers.minutes))


def tower_case(case: Case) -> Case:
    """Return the case with towers in place of floors.

    Minutes are means over floors, within a tower over floors near each other; a placement cost is
    that of the best floor.
    """
    count = len(case.tower_ids)
    total = np.bincount(case.tower, weights=case.capacity, minlength=count).astype(np.int64)
    return replace(
        case,
        floor_ids=case.tower_ids,
        capacity=total,
        desks=total,
        # Towers are filled by loads even where capacity is by chance; what floors could not take
        # is learnt afterwards (`TowerChoice.capacity`).
        spreads=None,
        tower=np.arange(count),
        level=np.zeros(count, np.int64),
        open_cost=np.zeros(count),
        allowed=_any_floor(case),
        minutes=_mean_minutes(case),
        limits=tuple(_tower_limits(case)),
        placement_cost=_best_by_tower(case),
        references=tuple(
            replace(reference, up_to=_sum_by_tower(case, reference.up_to))
            for reference in case.references
        ),
    )


def opening_by_load(case: Case) -> list[NDArray[np.float64]]:
    """Return for each tower the least cost of 0, 1, … desks: floors, and units across them."""
    found = []
    for floors in case.floors_of:
        checkpoint()
        found.append(_opening(case, floors))
    return found


def _opening(case: Case, floors: Sequence[int]) -> NDArray[np.float64]:
    """Return the cost for 0, 1, … desks, of the best number of floors to open for them.

    The fuller floors are the more units lie across two of them: about a third as many with a
    vacant desk on each as where they are full (measured in the large towers of `ikn-wave1`).
    """
    room = (case.capacity[list(floors)] / case.load_per_desk).astype(np.int64)
    cost = case.open_cost[list(floors)]
    # The cheapest desks first, so that the least cost of a load is read off two running sums.
    cheapest_first = np.argsort(cost / np.maximum(room, 1), kind="stable")
    holds, opened = np.cumsum(room[cheapest_first]), np.cumsum(cost[cheapest_first])
    count = np.arange(1, len(floors) + 1)
    vacant = holds[:, None] - np.arange(1, holds[-1] + 1)
    across = SPLIT * (count - 1)[:, None] * np.exp(-np.maximum(vacant, 0) / count[:, None])
    price = case.scenario.settings.prices.extra_floor
    least = np.where(vacant >= 0, opened[:, None] + price * across, np.inf).min(axis=0)
    # A load beyond the tower costs what a full tower costs; the excess has a price of its own.
    return np.concatenate(([0.0], least, least[-1:]))


def inside_of(case: Case, minutes: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return what each unit costs in each tower beyond walking by minutes between towers (U, T).

    Parameters
    ----------
    minutes : (T, T)
        As the case by towers has them; those within a tower are taken off.

    Notes
    -----
    It is as if all of a unit's organisation were there, together on floors that follow one
    another.
    """
    rates, prices = case.scenario.settings.trips, case.scenario.settings.prices
    heads, load = case.people.astype(float), case.demand * case.weight / case.load_per_desk
    trips = [(rates.unit * heads, load)]
    for groups, rate in ((case.units_of, rates.organisation), (parent_groups(case), rates.parent)):
        desks, walkers = np.zeros(len(heads)), np.zeros(len(heads))
        for members in groups:
            if len(members) > 1:
                desks[list(members)] = load[list(members)].sum()
                walkers[list(members)] = rate * heads[list(members)]
        trips.append((walkers, desks))
    found = np.zeros((len(heads), len(case.floors_of)), np.float32)
    for t, floors in enumerate(case.floors_of):
        run = _Runs(case, [f for f in floors if case.capacity[f] > 0])
        for i, (walkers, desks) in enumerate(trips):
            # A unit is laid out as well as can be; where its parent or organisation begins depends
            # on the others there.
            apart = run.compact(desks) if i == 0 else run.anyhow(desks)
            found[:, t] += prices.walking * walkers * (apart - minutes[t, t])
        found[:, t] += prices.extra_floor * run.splits(load)
    return found


class _Runs:
    """Groups of so many desks on floors of one tower that follow one another.

    Minutes are worked out for a few sizes (POINTS), evenly spaced in their logarithm, and read
    between them.
    """

    POINTS = 24

    def __init__(self, case: Case, floors: Sequence[int]) -> None:
        order = sorted(floors, key=lambda f: (case.level[f], f))
        self.room = case.capacity[order] / case.load_per_desk
        self.minutes = case.minutes[np.ix_(order, order)]
        ends = np.cumsum(self.room)
        self.begins, self.whole = ends - self.room, float(ends[-1]) if order else 0.0

    def compact(self, desks: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return mean minutes within organisations that begin with a floor, the best one."""
        return self._read(desks, self._walked(self.begins).min)

    def anyhow(self, desks: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return mean minutes within organisations that begin anywhere."""
        starts = np.concatenate([self.begins, self.begins + self.room / 2])
        return self._read(desks, self._walked(starts).mean)

    def splits(self, desks: NDArray[np.float64]) -> NDArray[np.int64]:
        """Return the floors beyond the first that organisations need at least."""
        largest = np.cumsum(np.sort(self.room)[::-1])
        return np.minimum(np.searchsorted(largest, desks), max(len(largest) - 1, 0))

    @cached_property
    def _points(self) -> NDArray[np.float64]:
        return np.geomspace(1.0, max(self.whole, 2.0), self.POINTS)

    def _walked(self, starts: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return mean minutes within organisations by size (rows) and start (columns)."""
        size = np.minimum(self._points, self.whole)[:, None]
        first = np.minimum(starts[None, :], self.whole - size)
        low = np.maximum(first[..., None], self.begins)
        high = np.minimum((first + size)[..., None], self.begins + self.room)
        share = np.maximum(high - low, 0.0) / size[..., None]
        return np.einsum("gsf,fh,gsh->gs", share, self.minutes, share)

    def _read(
        self, desks: NDArray[np.float64], of_starts: Callable[..., NDArray[np.float64]]
    ) -> NDArray[np.float64]:
        return np.interp(desks, self._points, of_starts(axis=1)) if self.whole else desks * 0.0


@dataclass(frozen=True)
class Stranded:
    """Desks left vacant in a tower where an organisation keeps its floors to itself.

    Attributes
    ----------
    units
        All of the organisation.
    desks : (T, D + 1) int
        Vacant desks where 0, 1, … of its D desks are in a tower: those of the fullest choice of
        its floors, by all sums of them.
    """

    units: tuple[int, ...]
    desks: NDArray[np.int64]


def stranded_of(case: Case) -> list[Stranded]:
    """Return what every organisation under own_floor strands. A unit shares with its own.

    Only where the rule is for all of an organisation. Where desks differ in weight it is left to
    the floors.
    """
    found: list[Stranded] = []
    for limit in case.limits if case.is_plain else ():
        if isinstance(limit, Exclusive):
            organisation = int(case.organisation[limit.units[0]])
            if set(limit.units) == set(case.units_of[organisation]):
                found.append(Stranded(limit.units, _vacant(case, list(limit.units))))
    return found


def _vacant(case: Case, units: list[int]) -> NDArray[np.int64]:
    """Return vacant desks by tower and desks of the units there; see `Stranded.desks`."""
    total = int(case.demand[units].sum())
    usable: NDArray[np.bool_] = np.logical_or.reduce(case.allowed[units], axis=0)
    rows = []
    for floors in case.floors_of:
        rooms = case.capacity[[f for f in floors if usable[f]]]
        sums = np.zeros(max(int(rooms.sum()), total) + 1, bool)
        sums[0] = True
        for room in rooms:
            # All sums of floors, by dynamic programming. The right side is evaluated first, so
            # each floor is used at most once.
            sums[room:] = sums[room:] | sums[: len(sums) - room]
        whole = np.where(sums, np.arange(len(sums)), len(sums))
        least = np.minimum.accumulate(whole[::-1])[::-1][: total + 1]
        rows.append(least - np.arange(total + 1))
    return np.array(rows, np.int64)


def _any_floor(case: Case) -> NDArray[np.bool_]:
    return np.stack([case.allowed[:, list(fs)].any(axis=1) for fs in case.floors_of], axis=1)


def _mean_minutes(case: Case) -> NDArray[np.float64]:
    count = len(case.tower_ids)
    part = np.zeros((count, len(case.floor_ids)))
    for t, floors in enumerate(case.floors_of):
        part[t, list(floors)] = 1 / len(floors)
    minutes: NDArray[np.float64] = part @ case.minutes @ part.T
    for t, levels in enumerate(case.levels_of):
        order = [f for floors in levels for f in floors]
        inside = case.minutes[np.ix_(order, order)]
        at = np.arange(len(order))
        near = np.abs(at[:, None] - at[None, :]) <= NEAR_LEVELS
        # Not the mean of the whole tower: partners within one end up near each other.
        minutes[t, t] = inside[near].mean()
    return minutes


def _tower_limits(case: Case) -> Iterable[Limit]:
    """Yield the limits with towers in place of floors, but for those that say nothing of them."""
    for limit in case.limits:
        if isinstance(limit, Pinned):
            yield replace(limit, floor=int(case.tower[limit.floor]))
        elif isinstance(limit, AtMost) or (
            isinstance(limit, Apart) and limit.place is PlaceKind.TOWER
        ):
            yield limit


def _best_by_tower(case: Case) -> dict[tuple[int, int], float]:
    """Return the least placement cost of each unit in each tower where it has one."""
    found = {}
    for u, t in {(u, int(case.tower[f])) for u, f in case.placement_cost}:
        costs = [
            case.placement_cost.get((u, f), 0.0) for f in case.floors_of[t] if case.allowed[u, f]
        ]
        found[u, t] = min(costs, default=0.0)
    return found


def _sum_by_tower(
    case: Case, shares: Mapping[tuple[int, int], float]
) -> dict[tuple[int, int], float]:
    found: defaultdict[tuple[int, int], float] = defaultdict(float)
    for (u, f), share in shares.items():
        found[u, int(case.tower[f])] += share
    return dict(found)
