"""What a move on floors changes, exactly: every term, every rule; keeping it or taking it back.

A move says which members it changes and what their fresh pieces are. `evaluate` counts them and
returns the change of weight; then comes `settle` or `revert`. Nothing else changes a layout.

Between two moves the tables of `State` agree with `State.pieces`. After `evaluate` they agree with
the fresh pieces instead, which is why every move has to end in one of the other two. Tests compare
cost, people and broken rules with the checker after thousands of moves.
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
    """Return by how much a count is above its limit, 0 if it is within."""
    return count - most if count > most else 0


@compiled
def excess(desks: float) -> float:
    """Return what desks above capacity, or short of a pin, count for.

    Includes the fixed part `OVER_FIXED`; 0 if there are none.
    """
    return desks + OVER_FIXED if desks > 0 else 0.0


@compiled
def weight(state: State, prices: Prices, row: int) -> float:
    """Return cost and everything that is wrong, at its price.

    Parameters
    ----------
    row
        Of the tally: NOW, THEN or KEPT.
    """
    tally = state.tally
    wrong = prices.over * tally[row, OVER] + prices.broken * tally[row, BROKEN]
    return tally[row, COST] + wrong + prices.unplaced * tally[row, UNPLACED]


@compiled
def add_deltas(state: State, i: int, demand: int, of: Pieces, step: int) -> None:
    """Write down pieces of a changed member as shares that come (step 1) or go (-1).

    Parameters
    ----------
    i
        Number of the change, not of the member.
    demand
        Desks of all of the member: shares are of these, not of the desks placed here.
    """
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
        # A floor that is both left and come to has two deltas. Their sum is what counts, so they
        # need not be merged.
        state.changes[i].deltas = 0
        add_deltas(state, i, demand, state.pieces, BACK)
        add_deltas(state, i, demand, state.fresh, FORTH)


@compiled
def walked(given: Given, state: State, i: int, j: int) -> float:
    """Return the minutes between what two changed members change.

    The sum over both members' deltas of share · share · minutes. It may be negative.
    """
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
    """Return what changes by shares: walking, placement cost. It is quadratic, and exact.

    The linear part comes from marginal costs with everybody where they are now; the rest is what
    changed members do to each other, which those cannot know.
    """
    found = 0.0
    for i in range(state.number[CHANGED]):
        m = state.changes[i].member
        for k in range(state.changes[i].deltas):
            delta = state.deltas[i, k]
            found += delta.share * state.marginal[m, delta.floor]
        # Each pair of changed members once. The diagonal of `trips` is twice the trips inside a
        # member, hence half of it.
        for j in range(i + 1):
            trips = given.trips[m, state.changes[j].member]
            if trips != 0.0:
                found += (0.5 if j == i else 1.0) * trips * walked(given, state, i, j)
    return found


@compiled
def reached(given: Given, variance: int) -> int:
    """Return what a floor must hold beyond the mean, in load.

    Parameters
    ----------
    variance
        Of the people who come, in one pool of the floor.
    """
    # Truncated to whole load as in `FloorPlan.used`: both must see the same floors as full.
    return int(given.z_factor * np.sqrt(max(variance, 0)))


@compiled
def change_load(given: Given, state: State, m: int, f: int, desks: int, step: int) -> None:
    """Count a piece in what is in use on a floor, with the spread of who shares desks there.

    The load is weight by desks, plus the z-factor times the root of each pool's variance. Without
    pooling there is no table of variances and the load is exact.
    """
    member = given.members[m]
    more = step * desks * member.weight
    if len(state.variance) > 0:
        # The root is of the pool's whole variance on the floor, so the piece changes it by a
        # difference and not by a term of its own.
        old = state.variance[member.pool, f]
        new = old + step * desks * (member.linear + member.square * desks)
        state.variance[member.pool, f] = new
        more += reached(given, new) - reached(given, old)
    state.use[f].load += more


@compiled
def count_pieces(given: Given, state: State, m: int, of: Pieces, step: int) -> None:
    """Count the pieces of a member on their floors (step 1), or no more (-1).

    Changes use of floors, desks of pins, pieces of scopes, and the THEN row of the tally. Scopes
    that come to a floor or leave it are noted in `State.touched`, each once.
    """
    member, end, tally = given.members[m], given.members[m + 1], state.tally
    # Pieces on a floor before the step that opens it, or that empties it.
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
            # Limits are on places and not on pieces. So a scope is weighed anew only where it gets
            # its first piece on a floor, or loses its last.
            if state.at[c, f] == edge and state.scope_state[c].is_touched == 0:
                state.scope_state[c].is_touched = 1
                state.touched[state.number[TOUCHED]] = c
                state.number[TOUCHED] += 1
            state.at[c, f] += step


@compiled
def count_alone(given: Given, state: State, m: int, of: Pieces, step: int) -> None:
    """Count what goes by a member's own pieces: extra floors, max_floors, moves, people.

    Pieces outside the floors searched (`elsewhere`) count among its floors.
    """
    member, tally, desks = given.members[m], state.tally, 0
    count = of.many[m] + member.elsewhere
    tally[THEN, COST] += step * given.extra_floor * above(count, 1)
    tally[THEN, BROKEN] += step * above(count, member.pieces_most)
    for k in range(of.many[m]):
        piece = of.row[m, k]
        desks += piece.desks
        for r in range(len(given.saving_rate)):
            # Moving is priced as a saving up to a share: whoever is on a floor beyond those who
            # were there saves nothing more.
            share = min(piece.desks / member.demand, given.saving_up_to[r, m, piece.floor])
            tally[THEN, COST] -= step * given.saving_rate[r, m, piece.floor] * share
    tally[THEN, UNPLACED] -= step * member.people * desks / member.demand


@large
def weigh_scope(given: Given, state: State, c: int) -> None:
    """Work out what a scope would cost, extra towers and gaps, and its steps away from limits.

    Rules same_floor, same_tower, same_complex, max_towers, adjacent_floors, contiguous. What the
    scope has outside the floors searched counts among its floors and towers. Gaps are counted for
    towers that are searched as a whole, which `Part` sees to. Writes the fresh values of its
    state.
    """
    scope, scope_state, first = given.scopes[c], state.scope_state[c], given.first
    floors, towers, gaps = scope.other_floors, scope.other_towers, 0
    for t in range(len(first) - 1):
        # Floors of a tower are numbered from the lowest up, so one pass sees both gaps and whether
        # the tower is used.
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
    """Return how many complexes a scope uses, here and elsewhere."""
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
    """Return the steps away from rules between scopes: apart_floor, apart_tower, own_floor.

    Steps are floors or towers that both are in; for own_floor, pieces of other organisations.
    """
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
                    # The second scope is the organisation of the first, so what is left are pieces
                    # of other organisations.
                    found += state.use[f].occupants - state.at[other, f]
    return found


@compiled
def overfull(given: Given, state: State) -> float:
    """Return what desks above capacity and short of pins count for."""
    found = 0.0
    # Worked out for all floors at every move: the fixed part is not additive, and a part has few
    # floors.
    for f in range(len(given.floors)):
        found += excess((state.use[f].load - given.floors[f].capacity) / given.load_per_desk)
    for p in range(len(given.pins)):
        found += excess(float(given.pins[p].desks - state.held[p]))
    return found


@large
def count_changed(given: Given, state: State, forth: int) -> None:
    """Count the changed members where they would be (1), or where they are again (-1).

    It is its own inverse with the other sign, so `revert` restores every table exactly.
    """
    state.number[TOUCHED] = 0
    for i in range(state.number[CHANGED]):
        count_pieces(given, state, state.changes[i].member, state.fresh, forth)
        count_pieces(given, state, state.changes[i].member, state.pieces, -forth)
    for i in range(state.number[TOUCHED]):
        state.scope_state[state.touched[i]].is_touched = 0


@compiled
def evaluate(given: Given, state: State, prices: Prices) -> float:
    """Count the changed members as a move would have them; return what is heavier then.

    The members are the first `number[CHANGED]` of `State.changes`, their new pieces in
    `State.fresh`.

    Returns
    -------
    float
        Change of weight in person-minutes a week, below 0 for a better layout. `settle` or
        `revert` must follow before the next move.
    """
    tally = state.tally
    for i in range(tally.shape[1]):
        tally[THEN, i] = tally[NOW, i]
    # Walking first: it needs the shares of both layouts, and marginal costs of the one before.
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
    # These two are counted as a whole and enter the tally by their difference; everything else is
    # counted by changes.
    tally[THEN, OVERFULL] = overfull(given, state)
    tally[THEN, OVER] += tally[THEN, OVERFULL] - tally[NOW, OVERFULL]
    if len(given.pairs) > 0:
        tally[THEN, TANGLED] = tangled(given, state)
        tally[THEN, BROKEN] += tally[THEN, TANGLED] - tally[NOW, TANGLED]
    return weight(state, prices, THEN) - weight(state, prices, NOW)


@compiled
def revert(given: Given, state: State) -> None:
    """Take back what `evaluate` has counted.

    The THEN row of the tally is left as it is: the next move begins with a copy of NOW.
    """
    count_changed(given, state, BACK)


@large
def settle(given: Given, state: State, prices: Prices) -> None:
    """Make a move final that `evaluate` has counted; keep the layout if it is the best.

    Only here are marginal costs brought up to date: most moves are refused, and need no update.
    """
    for i in range(state.tally.shape[1]):
        state.tally[NOW, i] = state.tally[THEN, i]
    for i in range(state.number[TOUCHED]):
        scope_state = state.scope_state[state.touched[i]]
        scope_state.cost, scope_state.broken = scope_state.fresh_cost, scope_state.fresh_broken
    for i in range(state.number[CHANGED]):
        # Deltas are those of `evaluate`; pieces are copied after it, as nothing else remembers the
        # old ones.
        follow(given, state, i)
        copy_pieces(state.fresh, state.pieces, state.changes[i].member)
    keep_if_best(given, state, prices)


@compiled
def follow(given: Given, state: State, i: int) -> None:
    """Bring marginal costs up to date with a changed member.

    Takes time proportional to members it has trips with, its deltas, and floors.
    """
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
    """Copy the pieces of a member; what lies behind them in the row is not looked at."""
    target.many[m] = source.many[m]
    for k in range(source.many[m]):
        target.row[m, k].floor = source.row[m, k].floor
        target.row[m, k].desks = source.row[m, k].desks


@compiled
def keep_if_best(given: Given, state: State, prices: Prices) -> None:
    """Remember the layout if it beats the best.

    Nothing wrong comes first, then people where they may stay unplaced, then weight. Among layouts
    that are wrong, weight alone decides.
    """
    tally, best = state.tally, state.best
    people = tally[NOW, UNPLACED] if given.may_leave else 0.0
    unplaced = tally[NOW, UNPLACED] > 1e-6 and not given.may_leave
    # Counted in steps and desks, with `OVER_FIXED` besides, so that 0.5 tells wrong from rounding.
    wrong = 1.0 if tally[NOW, OVER] > 0.5 or tally[NOW, BROKEN] > 0.5 or unplaced else 0.0
    now = weight(state, prices, NOW)
    if wrong != best[WRONG]:
        is_better = wrong < best[WRONG]
    # Sums of shares differ in their last digits. Compared exactly, a layout that was better by
    # rounding alone once kept all better ones from being reported.
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
