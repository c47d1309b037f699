"""A labelled model, and the bound of it at any multipliers, in plain numpy.

Written down from the formula, and apart from the search, whose bounds are recomputed here:

    Σ_i min_k [θ_i(k) + λ(k) w_i(k) + Σ_j φ_ij(k) − Σ_r μ_i(k, r) c(r) + μ_i(k, k) own_i(k)]
    + Σ_{i<j} min_{k,l} [θ_ij(k, l) − φ_ij(k) − φ_ji(l) + w_j(l) μ_i(k, l) + w_i(k) μ_j(l, k)]
    − Σ_r λ(r) c(r) + Σ_r min_S [extra_r(S) − Σ_{i in S} ρ_i(r)]

The last sum is over places of which all sets S are looked at that fit; a node pays ρ more there. A
label stands for its place. Negative μ and λ count as 0. Of a node with parts, spread costs
Σ_v min_k [θ_v(k) + w_v b(k)], b being its bracket.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from allocator.plan.certificate.types import Floats, Whole

TOLERANCE = 1e-6
"""Desks by which a place may be too full, by rounding alone."""
LARGEST = 1e15
"""Multipliers beyond it are no proof: their sums could overflow, and pass for a model that has no
solution."""
ROUNDING = 1e-13
"""Part of all that a bound is added up from that is given up for rounding."""


@dataclass(frozen=True)
class Parts:
    """Parts of a node that may be spread. V parts, K labels.

    share (V) of the node; cost (V, K) by itself; what being spread costs besides.
    """

    share: Floats
    cost: Floats
    fixed: float


@dataclass(frozen=True)
class Sets:
    """All sets of nodes that fit at the place of a label, and what each pays extra (S)."""

    label: int
    members: list[tuple[int, ...]]
    extra: Floats

    def least(self, rho: Floats) -> float:
        """Return the least that a set adds; rho (N).

        The empty set is one of them, so it is never above 0 where nothing is extra.
        """
        paid = [sum(rho[i] for i in members) for members in self.members]
        return float((self.extra - np.array(paid)).min())


@dataclass(frozen=True)
class Model:
    """N nodes, K labels, R places, P pairs. What is not allowed costs infinity.

    nodes (N), numbers in the whole model; constant; cost, weight, own (N, K); place (K); capacity
    (R); first, second (P); pair_cost (P, K, K); spread (K), labels of parts; parts by node; sets
    by place, of those whose sets are all looked at.
    """

    nodes: Whole
    constant: float
    cost: Floats
    weight: Floats
    own: Floats
    place: Whole
    capacity: Floats
    first: Whole
    second: Whole
    pair_cost: Floats
    spread: NDArray[np.bool_]
    parts: Mapping[int, Parts] = field(default_factory=dict)
    sets: tuple[Sets, ...] = ()

    @property
    def size(self) -> int:
        """How many multipliers it takes: φ, ρ, μ and λ, in this order."""
        (nodes, labels), places = self.cost.shape, len(self.capacity)
        of_pairs, of_sets = len(self.first) * 2 * int(labels), int(nodes) * len(self.sets)
        return of_pairs + of_sets + int(nodes * labels + 1) * places

    def all_whole(self, nodes: Sequence[int]) -> Model:
        """Return the model in which some nodes, by their positions, are not spread."""
        cost = self.cost.copy()
        cost[np.ix_(np.array(nodes, np.int64), np.flatnonzero(self.spread))] = np.inf
        parts = {i: parts for i, parts in self.parts.items() if i not in nodes}
        return replace(self, cost=cost, parts=parts)

    def spread_out(self, node: int) -> Model:
        """Return the model in which a node, by its position, is spread."""
        cost = self.cost.copy()
        cost[node, ~self.spread] = np.inf
        return replace(self, cost=cost)

    def fixed(self, node: int, label: int) -> Model:
        """Return what is left once a node, by its position, has a label."""
        keep = np.arange(len(self.nodes)) != node
        capacity, cost = self.capacity.copy(), self.cost.copy()
        capacity[self.place[label]] -= self.weight[node, label]
        here, there = self.first == node, self.second == node
        cost[self.second[here]] += self.pair_cost[here, label]
        cost[self.first[there]] += self.pair_cost[there, :, label]
        # What no longer fits beside the node has no label there. Multipliers see that only on
        # average.
        cost[self.own > capacity[self.place] + TOLERANCE] = np.inf
        left, number = ~(here | there), np.cumsum(keep) - 1
        return replace(
            self,
            nodes=self.nodes[keep],
            constant=self.constant + float(self.cost[node, label]),
            cost=cost[keep],
            weight=self.weight[keep],
            own=self.own[keep],
            capacity=capacity,
            first=number[self.first[left]],
            second=number[self.second[left]],
            pair_cost=self.pair_cost[left],
        )


@dataclass(frozen=True)
class Evaluated:
    """The bound, and at least what the model costs with each node at each label (N, K)."""

    bound: float
    with_label: Floats


def evaluate(model: Model, flat: Floats) -> Evaluated:
    """Return the bound at multipliers, less what rounding may have added.

    Parameters
    ----------
    flat
        φ (pairs, 2, labels), ρ (nodes, sets), μ (nodes, labels, places) and λ (places), one after
        the other. Any numbers up to `LARGEST` are a proof; negative μ and λ count as 0.

    Returns
    -------
    Evaluated
        Infinite where the model has no solution, and below everything where the multipliers are
        no proof.
    """
    if not (np.abs(flat) <= LARGEST).all():
        return Evaluated(-np.inf, np.full(model.cost.shape, -np.inf))
    (nodes, labels), places, pairs = model.cost.shape, len(model.capacity), len(model.first)
    upto = pairs * 2 * labels
    end = upto + nodes * len(model.sets)
    phi = flat[:upto].reshape(pairs, 2, labels)
    rho = flat[upto:end].reshape(nodes, len(model.sets))
    mu = np.maximum(flat[end : len(flat) - places], 0.0).reshape(nodes, labels, places)
    lam = np.maximum(flat[len(flat) - places :], 0.0)
    paid = model.cost + lam[model.place] * model.weight - mu @ model.capacity
    paid += mu[:, np.arange(labels), model.place] * model.own
    paid[:, [sets.label for sets in model.sets]] += rho
    np.add.at(paid, model.first, phi[:, 0])
    np.add.at(paid, model.second, phi[:, 1])
    by_node = _by_label(model, paid)
    least = by_node.min(axis=1, initial=np.inf)
    entries = _pair_entries(model, phi, mu)
    pair_least = entries.min(axis=(1, 2), initial=np.inf)
    of_sets = [sets.least(rho[:, g]) for g, sets in enumerate(model.sets)]
    added = np.array([model.constant, *(-lam * model.capacity), *of_sets, *least, *pair_least])
    if not np.isfinite(added).all():
        return Evaluated(np.inf, np.full(model.cost.shape, np.inf))
    bound = float(added.sum() - ROUNDING * np.abs(added).sum())
    # A node held at a label pays so much more itself, and so do its pairs; other minima stay.
    more = by_node - least[:, None]
    np.add.at(more, model.first, entries.min(axis=2) - pair_least[:, None])
    np.add.at(more, model.second, entries.min(axis=1) - pair_least[:, None])
    return Evaluated(bound, bound + more)


def _by_label(model: Model, paid: Floats) -> Floats:
    """Return what each node pays at each label; if it is spread, the same at all of those."""
    found = paid.copy()
    for i, parts in model.parts.items():
        # Infinite costs times a share of 0 would be no number, so these labels are left out.
        spread = model.spread & np.isfinite(model.cost[i])
        apart = np.inf
        if spread.any():
            each = parts.cost[:, spread] + parts.share[:, None] * paid[i, spread]
            apart = parts.fixed + float(each.min(axis=1).sum())
        found[i, model.spread] = apart
    return found


def _pair_entries(model: Model, phi: Floats, mu: Floats) -> Floats:
    """Return what each pair pays by its labels (P, K, K)."""
    i, j, place = model.first, model.second, model.place
    found = model.pair_cost - phi[:, 0, :, None] - phi[:, 1, None, :]
    found += model.weight[j][:, None, :] * mu[i][:, :, place]
    found += model.weight[i][:, :, None] * mu[j][:, :, place].transpose(0, 2, 1)
    dead = ~np.isfinite(model.cost)
    found[dead[i][:, :, None] | dead[j][:, None, :]] = np.inf
    # Two that are too large for a place together are forbidden there as a pair.
    full = model.own[i] + model.own[j] > model.capacity[place] + TOLERANCE
    labels = np.arange(len(place))
    found[:, labels, labels] = np.where(full, np.inf, found[:, labels, labels])
    return found
