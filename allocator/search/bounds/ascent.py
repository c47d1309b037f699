"""Compiled steps that raise the dual of a labelled model; what that is says `labelled`.

One pass over all pairs gives the bound at the multipliers, exactly, and a direction: the gradient
of the dual with every minimum softened by a temperature. Steps follow it (Adam).

The bound is concave in the multipliers, but has kinks; that is why minima are softened. Nothing is
infinite here: the entry lets the compiler add in any order, and infinities would spoil that.

References
----------
Kingma, Ba (2015), Adam: a method for stochastic optimization, ICLR.
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
"""Part of the bound, or of the temperature, that counts as progress; what temperature and step are
multiplied by without."""
NUMBERS = 9
BOUND, SIZE, HEAT, RATE, SCALE, STEPS, WAITED, PATIENCE, BEFORE = range(NUMBERS)
"""Numbers of a state: best bound, and the sum of all that it is added up from, without signs;
temperature and step in person-minutes a week, desks of an ordinary node; steps taken since the
last cooling; steps waited, of how many, and the bound before them."""


class Model(NamedTuple):
    """What is given. N nodes, K labels, R places, P pairs, Q tables of pair costs.

    cost (N, K), FORBIDDEN where a label is not allowed; weight (N, K) of a node at a label's
    place; own (N, K), what of the place it is sure to take itself there; place (K); capacity (R);
    first, second, table (P); pair_cost (Q, K, K). A node with parts is at all labels that are
    spread (K) together, or at one other: parts (N, 2) tells its first part and the end of them;
    each is at one of those labels, at its own part_cost (V, K) and its share (V) of what the node
    pays there; spread_cost (N) is paid besides. Patterns are as `patterns` has them.
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
    patterns: Any


class Multipliers(NamedTuple):
    """phi (P, 2, K), rho (N, G), mu (N, K, R) and lam (R), views of a flat array.

    The last two are from 0 up.
    """

    phi: Any
    rho: Any
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
    to_seen and to_back, likewise of the gradient; entries (K, K); row, column and shift (K); soft
    (N, K); added (N, K), what each node and its pairs pay more at a label than at least; paid (S)
    by each set of nodes, and chosen (N), how often a node is in the soft choice of a set; numbers
    (2), the sum of all that the bound is added up from, without signs, and the bound.
    """

    unary: Any
    seen: Any
    back: Any
    to_seen: Any
    to_back: Any
    entries: Any
    row: Any
    column: Any
    shift: Any
    soft: Any
    added: Any
    paid: Any
    chosen: Any
    numbers: Any


@compiled
def softened(z: float) -> float:
    """Return about exp(z) for z up to 0: no call, so that many are worked out at a time.

    It is (1 + z / 32) to the power of 32, and 0 from −32 down. The bound itself does not depend on
    it, only the direction does.
    """
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
    """Work out what a node pays by itself, and mu by label.

    Writes `unary`, `seen` and `back`. Labels stand in for their places there, so that the loops
    over pairs read rows that lie side by side.
    """
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
        for g in range(len(model.patterns.label)):
            w.unary[i, model.patterns.label[g]] += x.rho[i, g]
    for p in range(len(model.first)):
        for k in range(labels):
            w.unary[model.first[p], k] += x.phi[p, 0, k]
            w.unary[model.second[p], k] += x.phi[p, 1, k]


@compiled
def look_at_pair(model: Any, x: Any, w: Any, p: int) -> float:
    """Work out what a pair pays by its labels, and at least by each of them; return the least."""
    i, j, t = model.first[p], model.second[p], model.table[p]
    labels = len(model.place)
    # Higher than what two forbidden labels and a forbidden pair add up to.
    least = 4.0 * FORBIDDEN
    for m in range(labels):
        w.shift[m] = (FORBIDDEN if model.cost[j, m] > DEAD else 0.0) - x.phi[p, 1, m]
        w.column[m] = 4.0 * FORBIDDEN
    for k in range(labels):
        mine = (FORBIDDEN if model.cost[i, k] > DEAD else 0.0) - x.phi[p, 0, k]
        heavy = model.weight[i, k]
        # Two units too large together for a floor are forbidden there as a pair, since the rows
        # cannot tell: for 20-15-75 the gap falls from 11.4 % to 9.1 % (docs/explanation/notes.md).
        kept, taken = w.shift[k], model.own[i, k] + model.own[j, k]
        if taken > model.capacity[model.place[k]] + TOLERANCE:
            w.shift[k] = FORBIDDEN
        low = 4.0 * FORBIDDEN
        for m in range(labels):
            paid = model.pair_cost[t, k, m] + mine + w.shift[m]
            paid += model.weight[j, m] * w.seen[i, k, m] + heavy * w.back[j, k, m]
            w.entries[k, m] = paid
            w.column[m] = min(w.column[m], paid)
            low = min(low, paid)
        # Only this label of the first node sees it so; the shift is used again for the next one.
        w.shift[k] = kept
        w.row[k] = low
        least = min(least, low)
    for k in range(labels):
        w.added[i, k] += w.row[k] - least
        w.added[j, k] += w.column[k] - least
    return least


@compiled
def part_minimum(model: Any, w: Any, i: int, v: int) -> float:
    """Return the least that a part of a node pays, its share of what the node pays with it.

    Labels at which the node or the part cannot be are left out.
    """
    least = 4.0 * FORBIDDEN
    for k in range(len(model.place)):
        if model.spread[k] and model.cost[i, k] < DEAD and model.part_cost[v, k] < DEAD:
            least = min(least, model.part_cost[v, k] + model.share[v] * w.unary[i, k])
    return least


@compiled
def apart_minimum(model: Any, w: Any, i: int) -> float:
    """Return the least that a node pays once it is spread; beyond FORBIDDEN without parts."""
    if model.parts[i, 0] == model.parts[i, 1]:
        return 4.0 * FORBIDDEN
    least: float = model.spread_cost[i]
    for v in range(model.parts[i, 0], model.parts[i, 1]):
        least += part_minimum(model, w, i, v)
    return least


@compiled
def soften_parts(model: Any, w: Any, i: int, chance: float, heat: float) -> None:
    """Add the soft choice of a node's parts, which happens with some chance.

    Parameters
    ----------
    chance
        Part of the soft choice that falls on being spread at all.
    """
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
def look_at_nodes(model: Any, x: Any, w: Any, heat: float) -> float:
    """Return what nodes and places add to the bound; work out the soft choice of each node.

    Also what each node pays more at each label than at least (`added`). Labels that it can only be
    spread over all have the same there, for it is at all of them or at none.
    """
    labels, bound = len(model.place), 0.0
    w.numbers[0] = 0.0
    for r in range(len(model.capacity)):
        bound -= x.lam[r] * model.capacity[r]
    for i in range(len(model.cost)):
        apart = apart_minimum(model, w, i)
        least, whole = apart, model.parts[i, 0] == model.parts[i, 1]
        for k in range(labels):
            w.added[i, k] = w.unary[i, k] if whole or not model.spread[k] else apart
            least = min(least, w.added[i, k])
        chance = softened((least - apart) / heat)
        total = chance
        for k in range(labels):
            w.soft[i, k] = 0.0
            w.added[i, k] -= least
            if whole or not model.spread[k]:
                w.soft[i, k] = softened(-w.added[i, k] / heat)
                total += w.soft[i, k]
        for k in range(labels):
            w.soft[i, k] /= total
        soften_parts(model, w, i, chance / total, heat)
        bound += least
        w.numbers[0] += abs(least)
    w.numbers[0] += abs(bound)
    return bound


@compiled
def look_at_sets(sets: Any, x: Any, w: Any, gradient: Any, g: int, heat: float) -> float:
    """Return what the sets of a place add to the bound; gather the gradient of rho."""
    least, total = 4.0 * FORBIDDEN, 0.0
    for s in range(sets.start[g], sets.start[g + 1]):
        paid = sets.extra[s]
        for m in range(sets.first[s], sets.first[s + 1]):
            paid -= x.rho[sets.member[m], g]
        w.paid[s] = paid
        least = min(least, paid)
    w.chosen[:] = 0.0
    for s in range(sets.start[g], sets.start[g + 1]):
        e = softened((least - w.paid[s]) / heat)
        total += e
        for m in range(sets.first[s], sets.first[s + 1]):
            w.chosen[sets.member[m]] += e
    for i in range(len(w.chosen)):
        gradient.rho[i, g] = w.soft[i, sets.label[g]] - w.chosen[i] / total
    return least


@compiled
def soften_pair(model: Any, w: Any, g: Any, p: int, least: float, heat: float) -> None:
    """Add a pair's part of the gradient.

    Parameters
    ----------
    w
        With the entries of this very pair, as `look_at_pair` has left them; they are overwritten.
    least
        The least of them.
    """
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
def look_at_places(model: Any, w: Any, g: Any) -> None:
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
def advance(x: Any, state: Any, first: int, end: int, rate: float, least: float) -> None:
    """Step along a part of the gradient (Adam); nothing goes below the least value.

    Parameters
    ----------
    first, end
        Which multipliers, by flat index.
    rate
        Length of a step, in the unit of these multipliers.
    """
    g, mean, square = state.gradient.flat, state.mean, state.square
    rises, squares = 1.0 - BETA ** state.numbers[STEPS], 1.0 - GAMMA ** state.numbers[STEPS]
    for i in range(first, end):
        mean[i] = BETA * mean[i] + (1.0 - BETA) * g[i]
        square[i] = GAMMA * square[i] + (1.0 - GAMMA) * g[i] * g[i]
        step = rate * (mean[i] / rises) / (np.sqrt(square[i] / squares) + TINY)
        x.flat[i] = max(x.flat[i] + step, least)


@compiled
def lower_temperature(x: Any, state: Any) -> None:
    """Where steps have brought little for long, go on from the best, cooler and more slowly."""
    n = state.numbers
    n[WAITED] += 1.0
    if n[WAITED] < n[PATIENCE]:
        return
    # The temperature counts as well: where the bound stays near 0, a part of it would never be
    # little.
    if n[BOUND] - n[BEFORE] <= LITTLE * max(abs(n[BOUND]), n[HEAT]):
        n[HEAT] *= COOLER
        n[RATE] *= SLOWER
        # Means of the old steps point from where they were taken, not from the best multipliers.
        n[STEPS] = 0.0
        copy(x.flat, state.best)
        state.mean[:] = 0.0
        state.square[:] = 0.0
    n[WAITED], n[BEFORE] = 0.0, n[BOUND]


@summing_entry
def ascend(model: Any, x: Any, w: Any, state: Any, steps: int) -> None:
    """Take so many steps; keep the best multipliers, and what each node adds at each label.

    Parameters
    ----------
    x
        Multipliers; afterwards those of the last step, which need not be the best.
    w
        A workspace of the model's size. Its contents are those of the last step's beginning.
    state
        Best bound and multipliers so far; see `BOUND` and the other numbers.
    """
    n = state.numbers
    free = x.phi.size + x.rho.size
    for _ in range(steps):
        prepare(model, x, w)
        # The bound is exact whatever the temperature: softening only enters the gradient.
        bound = look_at_nodes(model, x, w, n[HEAT])
        for g in range(len(model.patterns.label)):
            least = look_at_sets(model.patterns, x, w, state.gradient, g, n[HEAT])
            bound += least
            w.numbers[0] += abs(least)
        w.to_seen[:] = 0.0
        w.to_back[:] = 0.0
        for p in range(len(model.first)):
            least = look_at_pair(model, x, w, p)
            bound += least
            w.numbers[0] += abs(least)
            soften_pair(model, w, state.gradient, p, least, n[HEAT])
        look_at_places(model, w, state.gradient)
        w.numbers[1] = bound
        if bound > n[BOUND]:
            n[BOUND], n[SIZE] = bound, w.numbers[0]
            copy(state.best, x.flat)
        lower_temperature(x, state)
        n[STEPS] += 1.0
        # phi and rho are free in sign and in person-minutes; mu and lam are prices of a desk, from
        # 0 up.
        advance(x, state, 0, free, n[RATE], -FORBIDDEN)
        advance(x, state, free, len(x.flat), n[RATE] / n[SCALE], 0.0)
