"""A linear cost of every unit on every floor, at the least, with the floors' desks shared out.

Least Σ_u Σ_f cost(u, f) s(u, f) + price · extra towers, with Σ_f s(u, f) = 1 and
Σ_u d(u) s(u, f) ≤ capacity(f), is bounded by its Lagrangian: for any prices of desks λ ≥ 0,
Σ_o least(o, λ) − Σ_f capacity(f) λ(f). An organisation pays the least of two: to be in one tower
that has room for it, each unit on its cheapest floor there; or to be in several, and pay for them.
The prices are sought by subgradient steps (Held, Wolfe and Crowder 1974); each is a proof.
"""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic

import numpy as np
from numpy.typing import NDArray

from allocator.search.bounds.towers import fewest_towers, tower_rooms
from allocator.search.cancel import checkpoint
from allocator.search.case import Case

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
STEPS = 120
SAMPLE = 400
"""Units that are enough to find prices to begin with."""
PATIENCE = 10
"""Steps without gain before steps are halved."""
SMALLEST = 2.0**-9
"""Steps are not halved beyond this part of the first."""
MOMENTUM = 0.5
"""How much of the last direction is kept."""
HOPE = 0.1
"""What the first steps hope to gain, as a part of the bound or of what is at stake."""
HOPELESS = 1e18
"""Person-minutes a week that no plan costs: there is none, and the bound would grow for ever."""
ROUNDING = 1e-13
"""Part of the sums that is given up for their rounding, which may exceed that of the result."""


@dataclass(frozen=True)
class Share:
    """The Lagrangian at some prices.

    Attributes
    ----------
    bound
        Person-minutes a week.
    price : (F) float
        Person-minutes a week that a desk is worth.
    floor : (U) int
        Cheapest floor of each unit there; 0 for units without desks.
    excess : (F) float
        By how many desks each floor is then overbooked.
    """

    bound: float
    price: Floats
    floor: Whole
    excess: Floats


class Transport:
    """Bounds for one linear cost after another; each search begins where the last one ended.

    Attributes
    ----------
    price : (F) float
        Best prices so far.
    """

    def __init__(self, case: Case, price_of_tower: float, every: int = 1) -> None:
        """Take every so manieth unit, with its part of the floors; fewer prove nothing."""
        self.count = len(case.demand)
        self.floors = np.argsort(case.tower, kind="stable")
        self.tower_ends = np.searchsorted(
            case.tower[self.floors], np.arange(len(case.tower_ids) + 1)
        )
        placed = _placed(case)
        self.units = placed[::every]
        self.closed = ~case.allowed.T[np.ix_(self.floors, self.units)]
        self.demand = case.demand[self.units].astype(np.float64)
        # A sample of the units gets its part of every floor, so that prices come out alike.
        self.capacity = case.capacity * (self.demand.sum() / max(case.demand[placed].sum(), 1))
        present, self.first, self.owner = np.unique(
            case.organisation[self.units], return_index=True, return_inverse=True
        )
        self.several = _Several(case, present, self.units, price_of_tower)
        self.price, self.ease = np.zeros(len(self.capacity)), 1.0
        self.reduced = np.empty(self.closed.shape)

    def share(self, cost: Floats, until: float) -> Share:
        """Return the best bound found.

        Parameters
        ----------
        cost : (U, F) float
            Of the whole unit on the floor, towers aside; counted only where the unit may be.
        until
            Time of `time.monotonic` at which to stop.
        """
        mine = np.ascontiguousarray(cost.T[np.ix_(self.floors, self.units)])
        mine[self.closed] = np.inf
        best = self._at(mine, self.price)
        price, direction, ease, idle = best.price, best.excess, self.ease, 0
        stake = _stake(mine)
        for _ in range(STEPS):
            checkpoint()
            # Prices stay from 0 up, so there is no way down from 0.
            direction = np.where(price > 0, direction, np.maximum(direction, 0.0))
            norm = float(direction @ direction)
            # Where no plan exists the bound grows without limit, and steps would go on in vain.
            if norm == 0 or ease < SMALLEST or best.bound > HOPELESS or monotonic() > until:
                break
            step = ease * HOPE * max(abs(best.bound), stake) / norm
            here = self._at(mine, np.maximum(price + step * direction, 0.0))
            price, direction, idle = here.price, here.excess + MOMENTUM * direction, idle + 1
            if here.bound > best.bound:
                best, idle = here, 0
            if idle >= PATIENCE:
                price, direction, ease, idle = best.price, best.excess, ease / 2, 0
        # The next cost differs little, so it begins where this one ended, with longer steps again.
        self.price, self.ease = best.price, min(4 * ease, 1.0)
        return best

    def _at(self, cost: Floats, price: Floats) -> Share:
        """Return the Lagrangian at some prices of desks.

        Parameters
        ----------
        cost : (F, U)
            Floors by towers and units by organisations; infinite where a unit may not be.
        price : (F)
            From 0 up, floors in the order of the case.
        """
        reduced = np.multiply(price[self.floors, None], self.demand, out=self.reduced)
        reduced += cost
        # Floors are sorted by tower and units by organisation, so both sums are over rows side by
        # side.
        in_tower = np.minimum.reduceat(reduced, self.tower_ends[:-1], axis=0)
        together = np.add.reduceat(in_tower, self.first, axis=1)
        together[self.several.too_small] = np.inf
        home = np.argmin(together, axis=0)
        alone = together[home, np.arange(len(home))]
        apart, towers = self.several.least(in_tower, self.first, self.owner)
        tower = np.where((alone <= apart)[self.owner], home[self.owner], towers)
        chosen = self._floors_in(reduced, tower)
        least = np.minimum(alone, apart)
        load = np.bincount(chosen, weights=self.demand, minlength=len(price))
        floor = np.zeros(self.count, np.int64)
        floor[self.units] = chosen
        worth = float(self.capacity @ price)
        # Large sums cancel here, so rounding is in proportion to them and not to the result.
        slack = ROUNDING * (float(np.abs(least).sum()) + worth)
        return Share(float(least.sum()) - worth - slack, price, floor, load - self.capacity)

    def _floors_in(self, reduced: Floats, tower: Whole) -> Whole:
        """Return each unit's cheapest floor in its tower."""
        found = np.zeros(len(tower), np.int64)
        for t in np.unique(tower):
            here = np.flatnonzero(tower == t)
            first, last = self.tower_ends[t], self.tower_ends[t + 1]
            found[here] = self.floors[first + np.argmin(reduced[first:last, here], axis=0)]
        return found


def warm_transport(case: Case, price_of_tower: float, cost: Floats, until: float) -> Transport:
    """Return a transport that begins with prices which suit a sample of the units at this cost."""
    whole = Transport(case, price_of_tower)
    every = len(whole.units) // SAMPLE
    if every > 1:
        sample = Transport(case, price_of_tower, every)
        sample.share(cost, until)
        whole.price, whole.ease = sample.price, sample.ease
    return whole


def _placed(case: Case) -> Whole:
    """Return the units with desks and somewhere to be, by organisation."""
    units = np.flatnonzero((case.demand > 0) & np.any(case.allowed, axis=1))
    return units[np.argsort(case.organisation[units], kind="stable")]


def _stake(cost: Floats) -> float:
    """Return by how much the units' floors (F × U) differ in cost, on average, over all units."""
    known = np.isfinite(cost)
    mean = np.where(known, cost, 0.0).sum(axis=0) / known.sum(axis=0)
    return float((mean - cost.min(axis=0)).sum())


class _Several:
    """What organisations in more than one tower pay, at the least.

    Their extra towers number at least one, and what their size asks for; and, if shares in tower
    t are at most room(t) / desks, at least Σ_t share(t) · desks / room(t) − 1.
    """

    def __init__(self, case: Case, organisations: Whole, units: Whole, price: float) -> None:
        rooms = tower_rooms(case)[organisations]
        demand = np.bincount(case.organisation, weights=case.demand)[organisations]
        fewest = [fewest_towers(r, int(d)) for r, d in zip(rooms, demand, strict=True)]
        self.too_small = (rooms < demand[:, None]).T
        self.fixed = price * (np.maximum(fewest, 2) - 1)
        extra = np.maximum(demand[:, None] / np.maximum(rooms, 1) - 1, 0.0)
        owner = np.searchsorted(organisations, case.organisation[units])
        self.by_share = price * (case.demand[units] / demand[owner]) * extra[owner].T

    def least(self, in_tower: Floats, first: Whole, owner: Whole) -> tuple[Floats, Whole]:
        """Return the cost of each organisation, and the tower of each unit in it."""
        columns, dearer = np.arange(len(owner)), in_tower + self.by_share
        free, dear = np.argmin(in_tower, axis=0), np.argmin(dearer, axis=0)
        fixed = np.add.reduceat(in_tower[free, columns], first) + self.fixed
        shared = np.add.reduceat(dearer[dear, columns], first)
        return np.maximum(fixed, shared), np.where((fixed >= shared)[owner], free, dear)
