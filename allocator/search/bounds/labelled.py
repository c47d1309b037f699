"""Labelled models and the dual bound of them, which holds at any multipliers.

Every node i takes one label k, or is spread over several with shares s_i(k) that sum to 1. It
costs Σ θ_i(k) s_i(k) + Σ_{i<j} θ_ij(k, l) s_i(k) s_j(l) at least, and at every place r the nodes
together weigh at most c(r): Σ_i Σ_{k at r} w_i(k) s_i(k) ≤ c(r). With y_ij(k, l) in place of the
products (RLT-1), rows are dualised:

- Σ_l y_ij(k, l) = s_i(k), with φ_ij(k);
- Σ_{j≠i} Σ_{l at r} w_j(l) y_ij(k, l) ≤ (c(r) − own_i(k) [k at r]) s_i(k), μ_i(k, r) ≥ 0: room as
  it is once i has label k. The node's own weight is taken off as far as it is sure to be there;
- the capacity rows themselves, with λ(r) ≥ 0.

What is left is a minimum for every node and every pair, so that for any multipliers

    Σ_i min_k [θ_i(k) + λ(k) w_i(k) + Σ_j φ_ij(k) − Σ_r μ_i(k, r) c(r) + μ_i(k, k) own_i(k)]
    + Σ_{i<j} min_{k,l} [θ_ij(k, l) − φ_ij(k) − φ_ji(l) + w_j(l) μ_i(k, l) + w_i(k) μ_j(l, k)]
    − Σ_r λ(r) c(r)

is a lower bound (a label stands for its place here). `ascent` raises it. `patterns` add a minimum
over the sets of nodes that one place may hold. A node that is spread may
have parts v, each with a share w_v of it and a cost θ_v(k) of its own: then spread costs it
Σ_v min_k [θ_v(k) + w_v b(k)], b being the bracket of the node.

References
----------
Adams, Sherali (1990), Linearization strategies for a class of zero-one mixed integer programming
problems, Operations Research 38: RLT.
Hahn, Kim, Guignard, Smith, Zhu (2008), An algorithm for the generalized quadratic assignment
problem, Computational Optimization and Applications 40: its dual.
Pessoa, Hahn, Guignard, Zhu (2010), Algorithms for the generalized quadratic assignment problem
combining Lagrangean decomposition and the Reformulation-Linearization Technique, EJOR 206.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypedDict

import numpy as np
from numpy.typing import NDArray

from allocator.search.bounds import ascent
from allocator.search.bounds.ascent import DEAD, FORBIDDEN, TOLERANCE
from allocator.search.bounds.patterns import NO_PATTERNS, Patterns

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]
ROUNDING = 1e-13
"""Part of all that a bound is added up from that is given up for rounding."""


@dataclass(frozen=True)
class Labelled:
    """A labelled model, or what is left of one. N nodes, K labels, R places, P pairs, Q tables.

    Attributes
    ----------
    nodes : (N) int
        What the nodes are in the model that this was made of.
    constant
        Person-minutes a week that are paid whatever happens.
    cost : (N, K) float
        FORBIDDEN where a node may not have a label.
    weight, own : (N, K) float
        What a node weighs at a label's place, if all of it is there, and how much of it is sure
        to be there once it has the label.
    place : (K) int
    capacity : (R) float
    first, second, table : (P) int
        Nodes of each pair, and its row in `pair_cost`.
    pair_cost : (Q, K, K) float
    spread : (K) bool
        Labels that a node with parts is spread over.
    parts : (N, 2) int
        First part of each node, and the end of them; none of those that have one label.
    share : (V) float
    part_cost : (V, K) float
        What a part pays at a label by itself.
    spread_cost : (N) float
        What a node pays besides once it is spread.
    patterns
        Sets of nodes that places may hold.
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
    table: Whole
    pair_cost: Floats
    spread: NDArray[np.bool_]
    parts: Whole
    share: Floats
    part_cost: Floats
    spread_cost: Floats
    patterns: Patterns = NO_PATTERNS

    @property
    def compiled(self) -> ascent.Model:
        """The model as compiled code takes it."""
        return ascent.Model(
            self.cost,
            self.weight,
            self.own,
            self.place,
            self.capacity,
            self.first,
            self.second,
            self.table,
            self.pair_cost,
            self.spread,
            self.parts,
            self.share,
            self.part_cost,
            self.spread_cost,
            self.patterns,
        )

    @property
    def size(self) -> int:
        """How many multipliers there are."""
        (nodes, labels), places = self.cost.shape, len(self.capacity)
        pairs, sets = len(self.first) * 2 * labels, nodes * len(self.patterns.label)
        return int(pairs + sets + (nodes * labels + 1) * places)

    def views(self, flat: Floats) -> ascent.Multipliers:
        """Return multipliers as views of a flat array."""
        (nodes, labels), pairs, places = self.cost.shape, len(self.first), len(self.capacity)
        phi = pairs * 2 * labels
        rho = phi + nodes * len(self.patterns.label)
        return ascent.Multipliers(
            flat[:phi].reshape(pairs, 2, labels),
            flat[phi:rho].reshape(nodes, len(self.patterns.label)),
            flat[rho : len(flat) - places].reshape(nodes, labels, places),
            flat[len(flat) - places :],
            flat,
        )

    def fixed(
        self, node: int, label: int, x: ascent.Multipliers
    ) -> tuple[Labelled, ascent.Multipliers]:
        """Return what is left once a node has a label, with multipliers that bound it no lower.

        The rows seen from that label become the capacity rows of those that are left.

        Raises
        ------
        ValueError
            If the label is one that the node is spread over: it has others, too, then; or if the
            model has patterns.
        """
        if self.spread[label] or len(self.patterns.label):
            # Fixing one of several labels would leave out plans.
            raise ValueError("a node that is spread has several labels, and patterns have others")
        keep = np.arange(len(self.nodes)) != node
        here, there = self.first == node, self.second == node
        left, capacity = ~(here | there), self.capacity.copy()
        capacity[self.place[label]] -= self.weight[node, label]
        cost = self._costs_beside(here, there, label, capacity)
        number = np.cumsum(keep) - 1
        model = replace(
            self,
            nodes=self.nodes[keep],
            constant=self.constant + float(self.cost[node, label]),
            cost=cost[keep],
            weight=self.weight[keep],
            own=self.own[keep],
            capacity=capacity,
            first=number[self.first[left]],
            second=number[self.second[left]],
            table=self.table[left],
            parts=self.parts[keep],
            spread_cost=self.spread_cost[keep],
        )
        # Rows seen from the label become plain ones; the child begins no lower by it.
        lam = x.lam + x.mu[node, label]
        flat = np.concatenate([x.phi[left].ravel(), x.mu[keep].ravel(), lam])
        return model, model.views(flat)

    def _costs_beside(self, here: Flags, there: Flags, label: int, capacity: Floats) -> Floats:
        """Return costs of nodes with what they pay to one at a label, first of some pairs (P)."""
        cost = self.cost.copy()
        cost[self.second[here]] += self.pair_cost[self.table[here], label]
        cost[self.first[there]] += self.pair_cost[self.table[there], :, label]
        # Nodes that no longer fit beside the fixed one are forbidden outright; the dualised rows
        # would only penalise them.
        cost[self.own > capacity[self.place] + TOLERANCE] = FORBIDDEN
        # Sums of forbidden costs must not grow from child to child.
        return np.minimum(cost, FORBIDDEN)


class Undivided(TypedDict):
    """Fields of a model whose nodes have one label each."""

    spread: NDArray[np.bool_]
    parts: Whole
    share: Floats
    part_cost: Floats
    spread_cost: Floats


def undivided(nodes: int, labels: int) -> Undivided:
    """Return what a model says of parts where no node has any: empty arrays."""
    return {
        "spread": np.zeros(labels, bool),
        "parts": np.zeros((nodes, 2), np.int64),
        "share": np.zeros(0),
        "part_cost": np.zeros((0, labels)),
        "spread_cost": np.zeros(nodes),
    }


def bound_at(model: Labelled, x: ascent.Multipliers) -> float:
    """Return the bound at any multipliers by the formula, less what rounding may have added.

    Negative multipliers of inequalities count as 0. This is the plain form of what `ascent` works
    out in compiled code, to compare it with.
    """
    mu, lam, sets = np.maximum(x.mu, 0.0), np.maximum(x.lam, 0.0), model.patterns
    room = np.arange(len(model.nodes))[:, None], np.arange(len(model.place)), model.place
    unary = model.cost + lam[model.place] * model.weight - mu @ model.capacity
    unary += mu[room] * model.own
    unary[:, sets.label] += x.rho
    np.add.at(unary, model.first, x.phi[:, 0])
    np.add.at(unary, model.second, x.phi[:, 1])
    added = [model.constant, *(-lam * model.capacity), *_node_minima(model, unary)]
    added += [sets.paid(g, x.rho).min() for g in range(len(sets.label))]
    dead = np.where(model.cost > DEAD, FORBIDDEN, 0.0)
    for p, (i, j) in enumerate(zip(model.first.tolist(), model.second.tolist(), strict=True)):
        pair = model.pair_cost[model.table[p]] + (dead[i] - x.phi[p, 0])[:, None]
        pair = pair + (dead[j] - x.phi[p, 1]) + model.weight[j] * mu[i][:, model.place]
        pair += model.weight[i][:, None] * mu[j][:, model.place].T
        # Two that are too large for a place together are forbidden there as a pair. The rows
        # cannot tell.
        together = model.own[i] + model.own[j] > model.capacity[model.place] + TOLERANCE
        added.append((pair + np.diag(np.where(together, FORBIDDEN, 0.0))).min())
    return float(np.sum(added) - ROUNDING * np.abs(added).sum())


def _node_minima(model: Labelled, unary: Floats) -> list[float]:
    """Return what each node pays at least (N).

    Parameters
    ----------
    unary : (N, K)
        What each node pays at each label by itself, the bracket of the formula.
    """
    found = []
    for i, paid in enumerate(unary):
        parts = range(*model.parts[i])
        if not parts:
            found.append(float(paid.min()))
            continue
        spread = model.spread & (model.cost[i] < DEAD)
        mine = model.part_cost[parts] + model.share[parts, None] * np.where(spread, paid, 0.0)
        mine[:, ~spread] = FORBIDDEN
        apart = float(model.spread_cost[i] + np.minimum(mine, FORBIDDEN).min(axis=1).sum())
        found.append(min(float(paid[~model.spread].min()), apart))
    return found
