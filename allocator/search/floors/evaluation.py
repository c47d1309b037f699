"""What a move on floors changes, exactly: every term, every rule; keeping it or taking it back.

A move says which members it changes and what their fresh pieces are. `evaluate` counts them and
returns the change of weight; then comes `settle` or `revert`. Nothing else changes a layout.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from allocator.search.floors.scopes import NO_LIMIT
from allocator.search.floors.tables import (
    OVER_FIXED,
    Between,
    Given,
    Pieces,
    Prices,
    State,
    Tally,
)
from allocator.search.kernels.compiled import compiled, large

COST, OVER = int(Tally.COST), int(Tally.OVER)
BROKEN, UNPLACED = int(Tally.BROKEN), int(Tally.UNPLACED)
OVERFULL, TANGLED = 4, 5
"""Parts of what is over and broken that are worked out anew for every move."""
NOW, THEN, KEPT = 0, 1, 2
"""Rows of the tally."""
WRONG, PEOPLE, WEIGHT = 0, 1, 2
"""What is known of the best layout."""
CHANGED, TOUCHED = 0, 1
APART_FLOOR, APART_TOWER = int(Between.APART_FLOOR), int(Between.APART_TOWER)
FORTH: Any = np.int64(1)
BACK: Any = np.int64(-1)
"""Steps as numpy numbers: numba would compile all once more for each plain constant."""


@compiled
def above(count: int, most: int) -> int:
    """Return by how much a count is above its limit."""
    return count - most if count > most else 0


@compiled
def excess(desks: float) -> float:
    """Return what desks above capacity, or short of a pin, count for."""
    return desks + OVER_FIXED if desks > 0 else 0.0


@compiled
def weight(state: State, prices: Prices, row: int) -> float:
    """Return cost and everything that is wrong, at its price."""
    tally = state.tally
    wrong = prices.over * tally[row, OVER] + prices.broken * tally[row, BROKEN]
    return tally[row, COST] + wrong + prices.unplaced * tally[row, UNPLACED]


@compiled
def add_deltas(state: State, i: int, demand: int, of: Pieces, step: int) -> None:
    """Write down pieces of a changed member as shares that come (step 1) or go (-1)."""
    change = state.changes[i]
    for k in range(of.many[change.member]):
        piece, delta = of.row[change.member, k], state.deltas[i, change.deltas]
        delta.floor, delta.share = piece.floor, step * piece.desks / demand
        change.deltas += 1


@compiled
def find_deltas(given: Given, state: State) -> None:
    """Write down by which shares the changed members come to floors, and leave floors."""
    for i in range(state.number[CHANGED]):
        demand = given.members[state.changes[i].member].demand
        state.changes[i].deltas = 0
        add_deltas(state, i, demand, state.pieces, BACK)
        add_deltas(state, i, demand, state.fresh, FORTH)


@compiled
def walked(given: Given, state: State, i: int, j: int) -> float:
    """Return the minutes between what two changed members change."""
    found = 0.0
    for k in range(state.changes[i].deltas):
        one, sums = state.deltas[i, k], 0.0
        for n in range(state.changes[j].deltas):
            other = state.deltas[j, n]
            sums += other.share * given.minutes[one.floor, other.floor]
        found += one.share * sums
    return found


@compiled
def walking_change(given: Given, state: State) -> float:
    """Return what changes by shares: walking, placement cost. It is quadratic, and exact."""
    found = 0.0
    for i in range(state.number[CHANGED]):
        m = state.changes[i].member
        for k in range(state.changes[i].deltas):
            delta = state.deltas[i, k]
            found += delta.share * state.marginal[m, delta.floor]
        for j in range(i + 1):
            trips = given.trips[m, state.changes[j].member]
            if trips != 0.0:
                found += (0.5 if j == i else 1.0) * trips * walked(given, state, i, j)
    return found


@compiled
def reached(given: Given, variance: int) -> int:
    """Return what a floor must hold beyond the mean."""
    return int(given.z_factor * np.sqrt(max(variance, 0)))


@compiled
def change_load(given: Given, state: State, m: int, f: int, desks: int, step: int) -> None:
    """Count a piece in what is in use on a floor, with the spread of who shares desks there."""
    member = given.members[m]
    more = step * desks * member.weight
    if len(state.variance) > 0:
        old = state.variance[member.pool, f]
        new = old + step * desks * (member.linear + member.square * desks)
        state.variance[member.pool, f] = new
        more += reached(given, new) - reached(given, old)
    state.use[f].load += more


@compiled
def count_pieces(given: Given, state: State, m: int, of: Pieces, step: int) -> None:
    """Count the pieces of a member on their floors (step 1), or no more (-1)."""
    member, end, tally = given.members[m], given.members[m + 1], state.tally
    edge = 0 if step > 0 else 1
    for k in range(of.many[m]):
        f, desks = of.row[m, k].floor, of.row[m, k].desks
        if state.use[f].occupants == edge:
            tally[THEN, COST] += step * given.floors[f].opening
        if not given.allowed[m, f]:
            tally[THEN, OVER] += step * desks
        state.use[f].occupants += step
        change_load(given, state, m, f, desks, step)
        for i in range(member.pin_from, end.pin_from):
            if given.pins[given.pin_links[i]].floor == f:
                state.held[given.pin_links[i]] += step * desks
        for i in range(member.scope_from, end.scope_from):
            c = given.scope_links[i]
            if state.at[c, f] == edge and state.scope_state[c].is_touched == 0:
                state.scope_state[c].is_touched = 1
                state.touched[state.number[TOUCHED]] = c
                state.number[TOUCHED] += 1
            state.at[c, f] += step


@compiled
def count_alone(given: Given, state: State, m: int, of: Pieces, step: int) -> None:
    """Count what goes by a member's own pieces: extra floors, max_floors, moves, people."""
    member, tally, desks = given.members[m], state.tally, 0
    count = of.many[m] + member.elsewhere
    tally[THEN, COST] += step * given.extra_floor * above(count, 1)
    tally[THEN, BROKEN] += step * above(count, member.pieces_most)
    for k in range(of.many[m]):
        piece = of.row[m, k]
        desks += piece.desks
        for r in range(len(given.saving_rate)):
            share = min(piece.desks / member.demand, given.saving_up_to[r, m, piece.floor])
            tally[THEN, COST] -= step * given.saving_rate[r, m, piece.floor] * share
    tally[THEN, UNPLACED] -= step * member.people * desks / member.demand


@large
def weigh_scope(given: Given, state: State, c: int) -> None:
    """Work out what a scope would cost, extra towers and gaps, and its steps away from limits.

    Rules same_floor, same_tower, same_complex, max_towers, adjacent_floors, contiguous.
    """
    scope, scope_state, first = given.scopes[c], state.scope_state[c], given.first
    floors, towers, gaps = scope.other_floors, scope.other_towers, 0
    for t in range(len(first) - 1):
        last = -1
        for f in range(first[t], first[t + 1]):
            if state.at[c, f] > 0:
                level = given.floors[f].level
                gaps += max(level - last - 1, 0) if last >= 0 else 0
                floors, last = floors + 1, level
        towers += last >= 0
    broken = above(floors, scope.floors_most) + above(towers, scope.towers_most)
    if scope.complexes_most < NO_LIMIT:
        broken += above(complexes_used(given, state, c), scope.complexes_most)
    scope_state.fresh_broken = broken + scope.gapless * gaps
    scope_state.fresh_cost = scope.tower_price * above(towers, 1) + scope.gap_price * gaps


@compiled
def complexes_used(given: Given, state: State, c: int) -> int:
    """Return how many complexes a scope uses."""
    found = given.scopes[c].far_complexes
    for x in range(given.other_complexes.shape[1]):
        uses = given.other_complexes[c, x]
        for t in range(len(given.complex)):
            if given.complex[t] == x:
                uses = uses or in_tower(given, state, c, t)
        found += uses
    return found


@compiled
def in_tower(given: Given, state: State, c: int, t: int) -> bool:
    """Tell whether a scope has a piece in a tower."""
    for f in range(given.first[t], given.first[t + 1]):
        if state.at[c, f] > 0:
            return True
    return False


@large
def tangled(given: Given, state: State) -> int:
    """Return the steps away from rules between scopes: apart_floor, apart_tower, own_floor."""
    found = 0
    for i in range(len(given.pairs)):
        kind, one, other = given.pairs[i].kind, given.pairs[i].one, given.pairs[i].other
        if kind == APART_TOWER:
            for t in range(len(given.complex)):
                found += in_tower(given, state, one, t) and in_tower(given, state, other, t)
        else:
            for f in range(len(given.floors)):
                if state.at[one, f] > 0 and kind == APART_FLOOR:
                    found += state.at[other, f] > 0
                elif state.at[one, f] > 0:
                    found += state.use[f].occupants - state.at[other, f]
    return found


@compiled
def overfull(given: Given, state: State) -> float:
    """Return what desks above capacity and short of pins count for."""
    found = 0.0
    for f in range(len(given.floors)):
        found += excess((state.use[f].load - given.floors[f].capacity) / given.load_per_desk)
    for p in range(len(given.pins)):
        found += excess(float(given.pins[p].desks - state.held[p]))
    return found


@large
def count_changed(given: Given, state: State, forth: int) -> None:
    """Count the changed members where they would be (1), or where they are again (-1)."""
    state.number[TOUCHED] = 0
    for i in range(state.number[CHANGED]):
        count_pieces(given, state, state.changes[i].member, state.fresh, forth)
        count_pieces(given, state, state.changes[i].member, state.pieces, -forth)
    for i in range(state.number[TOUCHED]):
        state.scope_state[state.touched[i]].is_touched = 0


@compiled
def evaluate(given: Given, state: State, prices: Prices) -> float:
    """Count the changed members as a move would have them; return what is heavier then."""
    tally = state.tally
    for i in range(tally.shape[1]):
        tally[THEN, i] = tally[NOW, i]
    find_deltas(given, state)
    tally[THEN, COST] += walking_change(given, state)
    count_changed(given, state, FORTH)
    for i in range(state.number[CHANGED]):
        count_alone(given, state, state.changes[i].member, state.fresh, FORTH)
        count_alone(given, state, state.changes[i].member, state.pieces, BACK)
    for i in range(state.number[TOUCHED]):
        weigh_scope(given, state, state.touched[i])
        scope_state = state.scope_state[state.touched[i]]
        tally[THEN, COST] += scope_state.fresh_cost - scope_state.cost
        tally[THEN, BROKEN] += scope_state.fresh_broken - scope_state.broken
    tally[THEN, OVERFULL] = overfull(given, state)
    tally[THEN, OVER] += tally[THEN, OVERFULL] - tally[NOW, OVERFULL]
    if len(given.pairs) > 0:
        tally[THEN, TANGLED] = tangled(given, state)
        tally[THEN, BROKEN] += tally[THEN, TANGLED] - tally[NOW, TANGLED]
    return weight(state, prices, THEN) - weight(state, prices, NOW)


@compiled
def revert(given: Given, state: State) -> None:
    """Take back what `evaluate` has counted."""
    count_changed(given, state, BACK)


@large
def settle(given: Given, state: State, prices: Prices) -> None:
    """Make a move final that `evaluate` has counted; keep the layout if it is the best."""
    for i in range(state.tally.shape[1]):
        state.tally[NOW, i] = state.tally[THEN, i]
    for i in range(state.number[TOUCHED]):
        scope_state = state.scope_state[state.touched[i]]
        scope_state.cost, scope_state.broken = scope_state.fresh_cost, scope_state.fresh_broken
    for i in range(state.number[CHANGED]):
        follow(given, state, i)
        copy_pieces(state.fresh, state.pieces, state.changes[i].member)
    keep_if_best(given, state, prices)


@compiled
def follow(given: Given, state: State, i: int) -> None:
    """Bring marginal costs up to date with a changed member."""
    m = state.changes[i].member
    for n in range(len(given.trips)):
        trips = given.trips[m, n]
        if trips != 0.0:
            for k in range(state.changes[i].deltas):
                share, g = trips * state.deltas[i, k].share, state.deltas[i, k].floor
                for f in range(len(given.floors)):
                    state.marginal[n, f] += share * given.minutes[g, f]


@compiled
def copy_pieces(source: Pieces, target: Pieces, m: int) -> None:
    """Copy the pieces of a member."""
    target.many[m] = source.many[m]
    for k in range(source.many[m]):
        target.row[m, k].floor = source.row[m, k].floor
        target.row[m, k].desks = source.row[m, k].desks


@compiled
def keep_if_best(given: Given, state: State, prices: Prices) -> None:
    """Remember the layout if it beats the best.

    Nothing wrong comes first, then people where they may stay unplaced, then weight.
    """
    tally, best = state.tally, state.best
    people = tally[NOW, UNPLACED] if given.may_leave else 0.0
    unplaced = tally[NOW, UNPLACED] > 1e-6 and not given.may_leave
    wrong = 1.0 if tally[NOW, OVER] > 0.5 or tally[NOW, BROKEN] > 0.5 or unplaced else 0.0
    now = weight(state, prices, NOW)
    if wrong != best[WRONG]:
        is_better = wrong < best[WRONG]
    elif abs(people - best[PEOPLE]) > 1e-6 and wrong == 0.0:
        is_better = people < best[PEOPLE]
    else:
        is_better = now < best[WEIGHT] - 1e-6
    if is_better:
        best[WRONG], best[PEOPLE], best[WEIGHT] = wrong, people, now
        for i in range(tally.shape[1]):
            tally[KEPT, i] = tally[NOW, i]
        for m in range(len(state.kept.many)):
            copy_pieces(state.pieces, state.kept, m)
