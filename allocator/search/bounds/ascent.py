"""Compiled steps that raise the dual of a labelled model; what that is says `labelled`.

One pass over all pairs gives the bound at the multipliers, exactly, and a direction: the gradient
of the dual with every minimum softened by a temperature. Steps follow it (Adam).

References
----------
Kingma, Ba (2015), Adam: a method for stochastic optimization, ICLR.
Hahn, Kim, Guignard, Smith, Zhu (2008), An algorithm for the generalized quadratic assignment
problem, Computational Optimization and Applications 40: the dual.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from allocator.search.kernels.compiled import compiled, summing_entry

FORBIDDEN = 1e15
"""Person-minutes a week that stand for "not allowed"; sums of them stay finite."""
DEAD = FORBIDDEN / 2
"""From here on a cost says "not allowed"."""
TOLERANCE = 1e-6
"""Desks by which a place may be too full, by rounding alone."""
BETA, GAMMA = 0.9, 0.99
"""How much of the direction, and of its square, is kept from step to step."""
TINY = 1e-9
"""Least root of a mean square that a step is divided by."""
LITTLE, COOLER, SLOWER = 1e-4, 0.6, 0.75
"""Part of the bound that counts as progress; what heat and rate are multiplied by without."""
BOUND, SIZE, HEAT, RATE, SCALE, STEPS, WAITED, PATIENCE, BEFORE = range(9)
NUMBERS = 9
"""Numbers of a state: best bound, and the sum of all that it is added up from, without signs;
temperature and step in person-minutes a week, desks of an ordinary node; steps taken since the
last cooling; steps waited, of how many, and the bound before them."""


class Model(NamedTuple):
    """What is given. N nodes, K labels, R places, P pairs, Q tables of pair costs.

    cost (N, K), FORBIDDEN where a label is not allowed; weight (N, K) of a node at a label's
    place; own (N, K), what of the place it is sure to take itself there; place (K); capacity (R);
    first, second, table (P); pair_cost (Q, K, K). A node with parts is at all labels that are
    spread (K) together, or at one other: parts (N, 2) tells the first of a node's
    and the end of them; each is at one of those labels, at its own part_cost (V, K) and its share (V) of
    what the node pays there; spread_cost (N) is paid besides.
    """

    cost: Any
    weight: Any
    own: Any
    place: Any
    capacity: Any
    first: Any
    second: Any
    table: Any
    pair_cost: Any
    spread: Any
    parts: Any
    share: Any
    part_cost: Any
    spread_cost: Any


class Multipliers(NamedTuple):
    """phi (P, 2, K), mu (N, K, R) and lam (R), views of a flat array; mu and lam are never below 0."""

    phi: Any
    mu: Any
    lam: Any
    flat: Any


class State(NamedTuple):
    """The ascent: gradient, and by flat index its mean, its mean square, and best multipliers."""

    gradient: Any
    mean: Any
    square: Any
    best: Any
    numbers: Any


class Workspace(NamedTuple):
    """What is under way.

    unary (N, K); seen and back (N, K, K), mu by label as seen from the node and from its partner;
    to_seen and to_back, likewise of the gradient; entries (K, K); row and column (K); soft (N, K); apart (N);
    numbers (1).
    """

    unary: Any
    seen: Any
    back: Any
    to_seen: Any
    to_back: Any
    entries: Any
    row: Any
    column: Any
    soft: Any
    apart: Any
    numbers: Any


@compiled
def softened(z: float) -> float:
    """Return about exp(z) for z up to 0: no call, so that many are worked out at a time."""
    t = max(1.0 + z * (1.0 / 32.0), 0.0)
    t *= t
    t *= t
    t *= t
    t *= t
    return t * t


@compiled
def copy(to: Any, numbers: Any) -> None:
    """Copy numbers: slices would be allocated."""
    for i in range(len(to)):
        to[i] = numbers[i]


@compiled
def prepare(model: Any, x: Any, w: Any) -> None:
    """Work out what a node pays by itself, and mu by label."""
    nodes, labels = model.cost.shape
    for i in range(nodes):
        for k in range(labels):
            here = model.place[k]
            paid = model.cost[i, k] + x.lam[here] * model.weight[i, k]
            for r in range(len(model.capacity)):
                paid -= x.mu[i, k, r] * model.capacity[r]
            w.unary[i, k] = paid + x.mu[i, k, here] * model.own[i, k]
            for m in range(labels):
                w.seen[i, k, m] = x.mu[i, k, model.place[m]]
                w.back[i, k, m] = x.mu[i, m, here]
    for p in range(len(model.first)):
        for k in range(labels):
            w.unary[model.first[p], k] += x.phi[p, 0, k]
            w.unary[model.second[p], k] += x.phi[p, 1, k]


@compiled
def pair_entries(model: Any, x: Any, w: Any, p: int) -> float:
    """Work out what a pair pays by its labels; return the least."""
    i, j, t = model.first[p], model.second[p], model.table[p]
    labels = model.cost.shape[1]
    least = 4.0 * FORBIDDEN
    for m in range(labels):
        w.column[m] = (FORBIDDEN if model.cost[j, m] > DEAD else 0.0) - x.phi[p, 1, m]
    for k in range(labels):
        mine = (FORBIDDEN if model.cost[i, k] > DEAD else 0.0) - x.phi[p, 0, k]
        heavy = model.weight[i, k]
        low = 4.0 * FORBIDDEN
        kept, taken = w.column[k], model.own[i, k] + model.own[j, k]
        if taken > model.capacity[model.place[k]] + TOLERANCE:
            w.column[k] = FORBIDDEN
        for m in range(labels):
            paid = model.pair_cost[t, k, m] + mine + w.column[m]
            paid += model.weight[j, m] * w.seen[i, k, m] + heavy * w.back[j, k, m]
            w.entries[k, m] = paid
            low = min(low, paid)
        w.column[k] = kept
        w.row[k] = low
        least = min(least, low)
    return least


@compiled
def part_minimum(model: Any, w: Any, i: int, v: int) -> float:
    """Return the least that a part of a node pays, its share of what the node pays with it."""
    least = 4.0 * FORBIDDEN
    for k in range(len(model.place)):
        if model.spread[k] and model.cost[i, k] < DEAD and model.part_cost[v, k] < DEAD:
            least = min(least, model.part_cost[v, k] + model.share[v] * w.unary[i, k])
    return least


@compiled
def node_minimum(model: Any, w: Any, i: int) -> float:
    """Return the least that a node pays; that of being spread is kept in `apart`."""
    parts = model.parts[i, 1] - model.parts[i, 0]
    least = 4.0 * FORBIDDEN
    for k in range(len(model.place)):
        if parts == 0 or not model.spread[k]:
            least = min(least, w.unary[i, k])
    w.apart[i] = 4.0 * FORBIDDEN
    if parts:
        w.apart[i] = model.spread_cost[i]
        for v in range(model.parts[i, 0], model.parts[i, 1]):
            w.apart[i] += part_minimum(model, w, i, v)
    return min(least, w.apart[i])


@compiled
def soften_parts(model: Any, w: Any, i: int, chance: float, heat: float) -> None:
    """Add the soft choice of a node's parts, which happens with some chance."""
    for v in range(model.parts[i, 0], model.parts[i, 1]):
        least, total = part_minimum(model, w, i, v), 0.0
        for turn in range(2):
            for k in range(len(model.place)):
                if model.spread[k] and model.cost[i, k] < DEAD and model.part_cost[v, k] < DEAD:
                    paid = model.part_cost[v, k] + model.share[v] * w.unary[i, k]
                    e = softened((least - paid) / heat)
                    if turn == 0:
                        total += e
                    else:
                        w.soft[i, k] += chance * model.share[v] * e / total


@compiled
def soften_node(model: Any, w: Any, i: int, least: float, heat: float) -> None:
    """Work out the soft choice of a node."""
    parts = model.parts[i, 1] - model.parts[i, 0]
    apart = softened((least - w.apart[i]) / heat)
    total = apart
    for k in range(len(model.place)):
        w.soft[i, k] = 0.0
        if parts == 0 or not model.spread[k]:
            w.soft[i, k] = softened((least - w.unary[i, k]) / heat)
            total += w.soft[i, k]
    for k in range(len(model.place)):
        w.soft[i, k] /= total
    if parts:
        soften_parts(model, w, i, apart / total, heat)


@compiled
def nodes_and_places(model: Any, x: Any, w: Any, heat: float) -> float:
    """Return what nodes and places add to the bound; work out the soft choice of each node."""
    bound, size = 0.0, 0.0
    for i in range(len(model.cost)):
        least = node_minimum(model, w, i)
        soften_node(model, w, i, least, heat)
        bound += least
        size += abs(least)
    for r in range(len(model.capacity)):
        bound -= x.lam[r] * model.capacity[r]
        size += x.lam[r] * model.capacity[r]
    w.numbers[0] = size
    return bound


@compiled
def soften_pair(model: Any, w: Any, g: Any, p: int, least: float, heat: float) -> None:
    """Add a pair's part of the gradient."""
    i, j = model.first[p], model.second[p]
    labels = model.cost.shape[1]
    total = 0.0
    for m in range(labels):
        w.column[m] = 0.0
    for k in range(labels):
        mine = 0.0
        for m in range(labels):
            e = softened((least - w.entries[k, m]) / heat)
            w.entries[k, m] = e
            w.column[m] += e
            mine += e
        w.row[k] = mine
        total += mine
    part = 1.0 / total
    for k in range(labels):
        g.phi[p, 0, k] = w.soft[i, k] - w.row[k] * part
        g.phi[p, 1, k] = w.soft[j, k] - w.column[k] * part
        heavy = model.weight[i, k] * part
        for m in range(labels):
            e = w.entries[k, m]
            w.to_seen[i, k, m] += model.weight[j, m] * part * e
            w.to_back[j, k, m] += heavy * e


@compiled
def places_gradient(model: Any, w: Any, g: Any) -> None:
    """Gather the gradient of mu and lam."""
    nodes, labels = model.cost.shape
    for r in range(len(model.capacity)):
        g.lam[r] = -model.capacity[r]
    for i in range(nodes):
        for k in range(labels):
            soft, here = w.soft[i, k], model.place[k]
            g.lam[here] += model.weight[i, k] * soft
            for r in range(len(model.capacity)):
                g.mu[i, k, r] = -model.capacity[r] * soft
            g.mu[i, k, here] += model.own[i, k] * soft
    for i in range(nodes):
        for k in range(labels):
            for m in range(labels):
                g.mu[i, k, model.place[m]] += w.to_seen[i, k, m]
                g.mu[i, m, model.place[k]] += w.to_back[i, k, m]


@compiled
def look(model: Any, x: Any, w: Any, g: Any, heat: float) -> float:
    """Return the bound at the multipliers; work out the gradient at a temperature."""
    prepare(model, x, w)
    bound = nodes_and_places(model, x, w, heat)
    w.to_seen[:] = 0.0
    w.to_back[:] = 0.0
    for p in range(len(model.first)):
        least = pair_entries(model, x, w, p)
        bound += least
        w.numbers[0] += abs(least)
        soften_pair(model, w, g, p, least, heat)
    places_gradient(model, w, g)
    return bound


@compiled
def advance(x: Any, state: Any, first: int, end: int, rate: float, least: float) -> None:
    """Step along a part of the gradient (Adam); nothing goes below the least value."""
    g, mean, square = state.gradient.flat, state.mean, state.square
    rises, squares = 1.0 - BETA ** state.numbers[STEPS], 1.0 - GAMMA ** state.numbers[STEPS]
    for i in range(first, end):
        mean[i] = BETA * mean[i] + (1.0 - BETA) * g[i]
        square[i] = GAMMA * square[i] + (1.0 - GAMMA) * g[i] * g[i]
        step = rate * (mean[i] / rises) / (np.sqrt(square[i] / squares) + TINY)
        x.flat[i] = max(x.flat[i] + step, least)


@compiled
def cool(x: Any, state: Any) -> None:
    """Where steps have brought little for long, go on from the best, cooler and more slowly."""
    n = state.numbers
    n[WAITED] += 1.0
    if n[WAITED] < n[PATIENCE]:
        return
    if n[BOUND] - n[BEFORE] < LITTLE * abs(n[BOUND]):
        n[HEAT] *= COOLER
        n[RATE] *= SLOWER
        n[STEPS] = 0.0
        copy(x.flat, state.best)
        state.mean[:] = 0.0
        state.square[:] = 0.0
    n[WAITED], n[BEFORE] = 0.0, n[BOUND]


@summing_entry
def climb(model: Any, x: Any, w: Any, state: Any, steps: int) -> None:
    """Take so many steps; keep the best multipliers."""
    n = state.numbers
    phi, mu = x.phi.size, x.phi.size + x.mu.size
    for _ in range(steps):
        bound = look(model, x, w, state.gradient, n[HEAT])
        if bound > n[BOUND]:
            n[BOUND], n[SIZE] = bound, w.numbers[0]
            copy(state.best, x.flat)
        cool(x, state)
        n[STEPS] += 1.0
        advance(x, state, 0, phi, n[RATE], -FORBIDDEN)
        advance(x, state, phi, len(x.flat), n[RATE] / n[SCALE], 0.0)


@compiled
def row_minima(model: Any, x: Any, w: Any, p: int) -> float:
    """Work out the least that a pair pays by the label of either end; return the least."""
    least = pair_entries(model, x, w, p)
    for m in range(len(w.column)):
        w.column[m] = 4.0 * FORBIDDEN
    for k in range(len(w.row)):
        for m in range(len(w.column)):
            w.column[m] = min(w.column[m], w.entries[k, m])
    return least


@compiled
def hand_back(model: Any, x: Any, w: Any, i: int) -> None:
    """Gather what a node and its pairs pay by its label; hand it back in equal parts."""
    labels = model.cost.shape[1]
    parts = 1.0
    for p in range(len(model.first)):
        parts += 1.0 if i == model.first[p] or i == model.second[p] else 0.0
    for turn in range(2):
        for p in range(len(model.first)):
            end = 0 if i == model.first[p] else 1
            if end == 1 and i != model.second[p]:
                continue
            if turn == 0:
                row_minima(model, x, w, p)
            for k in range(labels):
                if model.cost[i, k] > DEAD:
                    continue
                if turn == 0:
                    low = w.row[k] if end == 0 else w.column[k]
                    if low > DEAD:
                        model.cost[i, k] = FORBIDDEN
                        continue
                    x.phi[p, end, k] += low
                    w.unary[i, k] += low
                else:
                    x.phi[p, end, k] -= w.unary[i, k] / parts


@summing_entry
def sweep(model: Any, x: Any, w: Any, sweeps: int) -> None:
    """Raise phi node by node, each as high as it goes with the others fixed."""
    nodes = len(model.cost)
    for s in range(sweeps):
        prepare(model, x, w)
        for n in range(nodes):
            hand_back(model, x, w, n if s % 2 == 0 else nodes - 1 - n)


@summing_entry
def marginals(model: Any, x: Any, w: Any, found: Any) -> None:
    """Work out the bound with each node at each label (N, K)."""
    prepare(model, x, w)
    labels = len(model.place)
    bound = nodes_and_places(model, x, w, 1.0)
    for i in range(len(model.cost)):
        least, parts = node_minimum(model, w, i), model.parts[i, 1] - model.parts[i, 0]
        for k in range(labels):
            is_part = parts > 0 and model.spread[k]
            found[i, k] = (w.apart[i] if is_part else w.unary[i, k]) - least
    for p in range(len(model.first)):
        i, j = model.first[p], model.second[p]
        least = row_minima(model, x, w, p)
        bound += least
        w.numbers[0] += abs(least)
        for k in range(labels):
            found[i, k] += w.row[k] - least
            found[j, k] += w.column[k] - least
    for i in range(len(model.cost)):
        for k in range(labels):
            found[i, k] += bound
