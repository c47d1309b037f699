"""The compiled search over groups: units that stay together go from tower to tower as one.

What the tables hold is said here, how they are filled in `tables`. A group in another tower
changes what is counted (`count`: loads, opened floors, organisations in towers) and what it costs
by itself and with its partners (`marginal_cost`).

References
----------
Cordeau, Gaudioso, Laporte, Moccia (2006), A memetic heuristic for the generalized quadratic
assignment problem, INFORMS Journal on Computing 18: shifts and swaps.
Connolly (1990), An improved annealing scheme for the QAP, European Journal of Operational
Research 46.
Taillard (1991), Robust taboo search for the quadratic assignment problem, Parallel Computing 17:
changes of a quadratic objective from stored sums.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from allocator.search.kernels.annealing import (
    Flags,
    Reals,
    RngState,
    Steps,
    Whole,
    accepts,
    uniform,
)
from allocator.search.kernels.compiled import compiled, entry
from allocator.search.kernels.links import Links


class Given(NamedTuple):
    """What is given. K groups, T towers, O organisations, V fields, D desks, S stranded rows.

    load, organisation (K): desks as they weigh, and whose. fixed, allowed (K, T): what a group
    costs in a tower whoever else is where, and whether it may be there. linear, contributions:
    fields that a group walks to, at their price, and that it is part of. quadratic (K): trips that
    a group has at both ends. bound: groups that a rule binds it to, by the kind of rule. members:
    groups of an organisation.

    minutes (T, T); nearest (T, T): towers by minutes. capacity, complex (T). opening (T, D): what
    a tower costs by desks in use. towers_most, stranded_row (O): towers that an organisation may
    use; its row of stranded desks, or -1. stranded (S, T, D): desks that it leaves vacant, by
    those it has in a tower. load_per_desk: what a desk of a tower counts
    for. extra_tower: its price.
    """

    load: Whole
    organisation: Whole
    fixed: Reals
    allowed: Flags
    linear: Links
    contributions: Links
    quadratic: Reals
    bound: Links
    members: Links
    minutes: Reals
    nearest: Whole
    capacity: Whole
    complex: Whole
    opening: Reals
    towers_most: Whole
    stranded_row: Whole
    stranded: Whole
    load_per_desk: float
    extra_tower: float


class State(NamedTuple):
    """What is under way.

    at (K): tower of each group. active (T): whether groups may go there now. load (T); held and
    groups (O, T): desks and groups of an organisation in a tower; towers (O): those it uses.
    potential (V, T): weighted minutes from a tower to the groups of a field. sums (3): what all of
    it costs, what is wrong at its price; desks too many, and what the best that fits costs; best
    (K) is where groups are then. rng_state (1).
    """

    at: Whole
    active: Flags
    load: Whole
    held: Whole
    groups: Whole
    towers: Whole
    potential: Reals
    sums: Reals
    best: Whole
    rng_state: RngState


class Prices(NamedTuple):
    """Person-minutes a week for a desk too many, and for a step away from a rule."""

    over: float
    broken: float


class Pair(NamedTuple):
    """A move: group u goes from tower p to q, and group v, if there is one, from q to p.

    Without a second group v is NOBODY, and the move is a shift.
    """

    u: int
    p: int
    v: int
    q: int


SAME_TOWER, SAME_COMPLEX, APART_TOWER = 0, 1, 2
"""Kinds of rules between two groups: weights of their links."""
OVER_FIXED = 4.0
"""Desks that an overfull tower counts for beyond those above its capacity: without a fixed part
annealing ends one to four desks over."""
SWAP, NEAR_MEMBER, NEAR = 0.5, 0.5, 4
"""How often two groups change places; how often a group goes to where one of its organisation is,
or to one of so many towers nearest to it."""
NOBODY = -1
# Places in `State.sums`.
COST, EXCESS, BEST = 0, 1, 2


@compiled
def tower_cost(given: Given, prices: Prices, t: int, load: int) -> float:
    """Return what a tower costs with a load: floors opened, and what is too much."""
    # Loads may be finer than desks; a part of a desk takes a whole one.
    desks = int(np.ceil(load / given.load_per_desk))
    cost = given.opening[t, min(desks, given.opening.shape[1] - 1)]
    excess = load - given.capacity[t]
    return cost + prices.over * (excess / given.load_per_desk + OVER_FIXED) if excess > 0 else cost


@compiled
def count(given: Given, state: State, prices: Prices, k: int, t: int, step: int) -> float:
    """Put a group into a tower (step 1) or take it out (-1); return what is counted then.

    Loads, desks left stranded, floors opened, extra towers and limits of towers are counted, in
    person-minutes a week. Walking is not: that is `marginal_cost`.
    """
    o = given.organisation[k]
    before = state.held[o, t]
    after = before + step * given.load[k]
    state.held[o, t] = after
    more, row = after - before, given.stranded_row[o]
    if row >= 0:
        # Stranded desks depend on all that the organisation has in the tower, so the group changes
        # them by a difference.
        more += given.stranded[row, t, after] - given.stranded[row, t, before]
    load, capacity = state.load[t], given.capacity[t]
    state.load[t] = load + more
    state.sums[EXCESS] += max(load + more - capacity, 0) - max(load - capacity, 0)
    cost = tower_cost(given, prices, t, load + more) - tower_cost(given, prices, t, load)
    # Only the first group of an organisation in a tower, or the last, changes how many towers it
    # uses.
    if state.groups[o, t] == (0 if step > 0 else 1):
        others = state.towers[o] - (0 if step > 0 else 1)
        cost += step * (given.extra_tower if others >= 1 else 0.0)
        cost += step * (prices.broken if others >= given.towers_most[o] else 0.0)
        state.towers[o] += step
    state.groups[o, t] += step
    return cost


@compiled
def is_broken(given: Given, kind: float, s: int, t: int) -> bool:
    """Tell whether a rule does not hold for groups in two towers."""
    if kind == SAME_TOWER:
        return s != t
    if kind == SAME_COMPLEX:
        return given.complex[s] != given.complex[t]
    return s == t


@compiled
def marginal_cost(given: Given, state: State, prices: Prices, k: int, t: int) -> float:
    """Return what a group costs in a tower, others staying, without what `count` counts.

    In person-minutes a week: its fixed cost, walking to all fields, and rules that bind it.
    """
    cost, linear = given.fixed[k, t], given.linear
    for i in range(linear.start[k], linear.start[k + 1]):
        cost += linear.weight[i] * state.potential[linear.to[i], t]
    for i in range(given.bound.start[k], given.bound.start[k + 1]):
        if is_broken(given, given.bound.weight[i], state.at[given.bound.to[i]], t):
            cost += prices.broken
    return cost


@compiled
def apart(given: Given, p: int, q: int) -> float:
    """Return what minutes between two towers come to above those within them."""
    return 2.0 * given.minutes[p, q] - given.minutes[p, p] - given.minutes[q, q]


@compiled
def joint_change(given: Given, prices: Prices, pair: Pair) -> float:
    """Return what two groups that change places do besides what each does alone.

    Each marginal cost takes the other group to stay. Trips between the two, and rules that bind
    them to each other, are therefore put right here.
    """
    linear, fed, trips, broken = given.linear, given.contributions, 0.0, 0
    u, v, p, q = pair.u, pair.v, pair.p, pair.q
    i, j = linear.start[u], fed.start[v]
    end_i, end_j = linear.start[u + 1], fed.start[v + 1]
    # Links are sorted by field (`kernels.links`), so one pass over both finds the fields in
    # common.
    while i < end_i and j < end_j:
        if linear.to[i] == fed.to[j]:
            trips += linear.weight[i] * fed.weight[j]
        i, j = i + (linear.to[i] <= fed.to[j]), j + (linear.to[i] >= fed.to[j])
    for i in range(given.bound.start[u], given.bound.start[u + 1]):
        if given.bound.to[i] == v:
            kind = given.bound.weight[i]
            broken += 2 * is_broken(given, kind, p, q)
            broken -= is_broken(given, kind, p, p) + is_broken(given, kind, q, q)
    return trips * apart(given, p, q) + prices.broken * broken


@compiled
def change(given: Given, state: State, prices: Prices, pair: Pair) -> float:
    """Return how marginal costs change when a pair moves."""
    found = 0.0
    for turn in range(1 if pair.v == NOBODY else 2):
        k, here, there = (pair.u, pair.p, pair.q) if turn == 0 else (pair.v, pair.q, pair.p)
        found += marginal_cost(given, state, prices, k, there)
        found -= marginal_cost(given, state, prices, k, here)
        # Potentials hold the group itself where it was, so what it walks to itself would count as
        # a trip between the towers.
        found -= given.quadratic[k] * apart(given, pair.p, pair.q)
    return found if pair.v == NOBODY else found + joint_change(given, prices, pair)


@compiled
def recount(given: Given, state: State, prices: Prices, pair: Pair, there: int) -> float:
    """Count a pair in each other's towers (there 1), or back (0); return what changes.

    Back is its exact inverse: counts are whole numbers and a refused move leaves no trace.
    """
    found = 0.0
    # Both are taken out before either is put in; otherwise the two would fill a tower together for
    # a moment.
    for step in range(-1, 2, 2):
        for turn in range(1 if pair.v == NOBODY else 2):
            at_p = (turn == 0) == ((step < 0) == (there == 1))
            k, t = pair.v if turn else pair.u, pair.p if at_p else pair.q
            found += count(given, state, prices, k, t, step)
    return found


@compiled
def contribute(given: Given, state: State, k: int, t: int, step: float) -> None:
    """Add the weighted minutes of a group in a tower to its fields (step 1), or take them away."""
    fed = given.contributions
    for i in range(fed.start[k], fed.start[k + 1]):
        weight, field = step * fed.weight[i], fed.to[i]
        for s in range(len(given.capacity)):
            state.potential[field, s] += weight * given.minutes[t, s]


@compiled
def settle(given: Given, state: State, k: int, q: int) -> None:
    """Bring a group to another tower, with the fields that it is part of."""
    # Only for moves that are kept: it touches every tower.
    contribute(given, state, k, q, 1.0)
    contribute(given, state, k, state.at[k], -1.0)
    state.at[k] = q


@compiled
def keep_if_best(state: State) -> None:
    """Remember where groups are if they fit and cost less than ever."""
    if state.sums[EXCESS] < 0.5 and state.sums[COST] < state.sums[BEST] - 1e-6:
        state.sums[BEST] = state.sums[COST]
        for k in range(len(state.at)):
            state.best[k] = state.at[k]


@entry
def weigh(given: Given, state: State, prices: Prices) -> None:
    """Count every group where it is, and work out what all of them cost; all was 0 before."""
    cost = 0.0
    for k in range(len(state.at)):
        cost += count(given, state, prices, k, state.at[k], 1)
        contribute(given, state, k, state.at[k], 1.0)
    for k in range(len(state.at)):
        t = state.at[k]
        # Marginal costs see walking and rules from both ends, hence half of them; fixed costs are
        # seen once.
        cost += 0.5 * (marginal_cost(given, state, prices, k, t) + given.fixed[k, t])
    state.sums[COST] = cost
    keep_if_best(state)


@compiled
def goal(given: Given, state: State, k: int, somewhere: Whole) -> int:
    """Return a tower to bring a group to: near one of its organisation, or any of the pool.

    It may be closed or not allowed; `anneal` looks at that.
    """
    if uniform(state.rng_state) >= NEAR_MEMBER:
        return somewhere[int(uniform(state.rng_state) * len(somewhere))]
    o = given.organisation[k]
    first, end = given.members.start[o], given.members.start[o + 1]
    member = given.members.to[first + int(uniform(state.rng_state) * (end - first))]
    rank = int(uniform(state.rng_state) * 2 * NEAR) - NEAR  # that tower itself half the time
    return given.nearest[state.at[member], max(0, min(rank, len(given.capacity) - 1))]


@entry
def anneal(
    given: Given,
    state: State,
    prices: Prices,
    who: Whole,
    somewhere: Whole,
    steps: Steps,
) -> None:
    """Try shifts and swaps of some groups among some towers, from hot to cold.

    Parameters
    ----------
    who, somewhere
        Groups that may move, and towers that they may go to; those are marked as active.
    """
    temperature = steps.hot
    for _ in range(steps.moves):
        temperature *= steps.cooling
        u, v = who[int(uniform(state.rng_state) * len(who))], NOBODY
        p = state.at[u]
        if uniform(state.rng_state) < SWAP:
            v = who[int(uniform(state.rng_state) * len(who))]
            q = state.at[v]
        else:
            q = goal(given, state, u, somewhere)
        # A proposal that is not allowed still cools.
        if p == q or not (state.active[q] and given.allowed[u, q]):
            continue
        if v != NOBODY and not (state.active[p] and given.allowed[v, p]):
            continue
        pair = Pair(u, p, v, q)
        worse = change(given, state, prices, pair) + recount(given, state, prices, pair, 1)
        if accepts(state.rng_state, worse, temperature):
            state.sums[COST] += worse
            settle(given, state, u, q)
            if v != NOBODY:
                settle(given, state, v, p)
            keep_if_best(state)
        else:
            recount(given, state, prices, pair, 0)
