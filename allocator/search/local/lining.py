"""The compiled search over lines: units of some towers one after the other, poured into floors.

Lines are changed, not floors: the desks of each unit go where those of the one before end, so that
floors are full as a matter of course and a unit lies across two of them only where one ends. What
the tables hold is in `line_tables`, how they are filled in `line`.

References
----------
Bozer, Meller, Erlebacher (1994), An improvement-type layout algorithm for single and
multiple-floor facilities, Management Science 40: layouts as a line along the floors.
Connolly (1990), An improved annealing scheme for the QAP, European Journal of Operational
Research 46.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from allocator.search.local.compiled import compiled, entry
from allocator.search.local.counts import above, weighed
from allocator.search.local.line_tables import (
    allowed,
    alone,
    apart,
    at,
    best_climb,
    best_spots,
    changed,
    changes,
    climb,
    counts,
    fresh_climb,
    fresh_pieces,
    fresh_spots,
    links,
    members,
    minutes,
    pieces,
    pins,
    potential,
    pull,
    saved,
    scopes,
    spots,
    storeys,
    touches,
    tower_apart,
    towers,
    trips,
)
from allocator.search.local.moves import pick, uniform
from allocator.search.local.transfer import felt, joint_trips

SWAP, SHIFT, TURN, BREAK = 0.45, 0.75, 0.80, 0.87
"""What is tried, as steps of a die: two units, near each other more often, change places; some
that follow one another go elsewhere; a part of the line is turned round; a unit does or does not
begin a floor; else the order of floors."""
MOST_SHIFTED = 4
"""Units that go elsewhere together at most."""
NEVER = 30.0
"""Times the temperature by which a worse line is never kept."""


@compiled
def copy_spot(source: Any, target: Any) -> None:
    """Copy a place of a line."""
    target.member, target.breaks = source.member, source.breaks
    target.floor, target.room, target.wrong = source.floor, source.room, source.wrong


@compiled
def copy_line(source: Any, order: Any, target: Any, to: Any) -> None:
    """Copy a line and the order of its floors."""
    for i in range(len(source)):
        copy_spot(source[i], target[i])
    for i in range(len(order)):
        to[i] = order[i]


@compiled
def pour(q: Any) -> int:
    """Pour the fresh line into floors, as far as it differs; return the desks that are wrong.

    Wrong are desks too many, which go to the last floor all the same, and those where they may
    not be.
    """
    spot = fresh_spots(q)[q.first]
    floor, room, wrong = spot.floor, spot.room, spot.wrong
    for i in range(q.first, q.n_members):
        spot, was = fresh_spots(q)[i], spots(q)[i]
        if i > q.last and floor == was.floor and room == was.room:
            q.end = i
            return wrong - was.wrong + q.wrong
        spot.floor, spot.room, spot.wrong = floor, room, wrong
        member = members(q)[spot.member]
        left, k = member.desks, 0
        if spot.breaks == 1 and left > room and room < storeys(q)[fresh_climb(q)[floor]].capacity:
            floor, room = next_floor(q, floor, room)
        while left > 0:
            s = fresh_climb(q)[floor]
            part = left if left <= room else min(room, left - member.least)
            if floor == q.n_storeys - 1 and part < left:
                wrong += left - max(room, 0)
                part = left
            if part == left or part >= member.least:
                fresh_pieces(q)[spot.member, k].place = s
                fresh_pieces(q)[spot.member, k].desks = part
                wrong += 0 if allowed(q)[spot.member, s] else part
                k += 1
                left -= part
                room -= part
            if left > 0:
                floor, room = next_floor(q, floor, room)
        member.fresh = k
    q.end = q.n_members
    return wrong


@compiled
def next_floor(q: Any, floor: int, room: int) -> tuple[int, int]:
    """Return the next floor and its room; the last one again if there is none."""
    if floor == q.n_storeys - 1:
        return floor, room
    return floor + 1, storeys(q)[fresh_climb(q)[floor + 1]].capacity


@compiled
def find_changed(q: Any) -> None:
    """Write down which members would change, and by which shares."""
    count = 0
    for i in range(q.first, q.end):
        m = fresh_spots(q)[i].member
        if is_changed(q, m):
            changed(q)[count] = m
            demand, found = members(q)[m].demand, 0
            for k in range(members(q)[m].pieces):
                changes(q)[count, found].storey = pieces(q)[m, k].place
                changes(q)[count, found].share = -pieces(q)[m, k].desks / demand
                found += 1
            for k in range(members(q)[m].fresh):
                changes(q)[count, found].storey = fresh_pieces(q)[m, k].place
                changes(q)[count, found].share = fresh_pieces(q)[m, k].desks / demand
                found += 1
            counts(q)[count] = found
            count += 1
    q.n_changed = count


@compiled
def is_changed(q: Any, m: int) -> bool:
    """Tell whether the pieces of a member would be others."""
    if members(q)[m].pieces != members(q)[m].fresh:
        return True
    for k in range(members(q)[m].pieces):
        old, new = pieces(q)[m, k], fresh_pieces(q)[m, k]
        if old.place != new.place or old.desks != new.desks:
            return True
    return False


@compiled
def walking_change(q: Any) -> float:
    """Return what changes of all that goes by shares: walking, placement cost."""
    found = 0.0
    for i in range(q.n_changed):
        m = changed(q)[i]
        for k in range(counts(q)[i]):
            change = changes(q)[i, k]
            found += change.share * (pull(q)[m, change.storey] + felt_here(q, m, change.storey))
        found += 0.5 * trips(q)[m, m] * changed_way(q, i, i)
        for j in range(i):
            of = trips(q)[m, changed(q)[j]]
            if of != 0.0:
                found += of * changed_way(q, i, j)
    return found


@compiled
def felt_here(q: Any, m: int, s: int) -> float:
    """Return what all of a member would walk from a floor to the others, and within itself."""
    member, total = members(q)[m], 0.0
    for i in range(member.feel_from, member.feel_to):
        total += links(q)[i].weight * potential(q)[links(q)[i].to, s]
    for i in range(member.tie_from, member.tie_to):
        total += links(q)[i].weight * way_here(q, links(q)[i].to, s)
    return total + 2.0 * member.own * way_here(q, m, s)


@compiled
def way_here(q: Any, m: int, s: int) -> float:
    """Return the minutes between a floor and what a member has here, as part of all of it."""
    found = 0.0
    for k in range(members(q)[m].pieces):
        found += pieces(q)[m, k].desks * minutes(q)[pieces(q)[m, k].place, s]
    return found / members(q)[m].demand


@compiled
def changed_way(q: Any, i: int, j: int) -> float:
    """Return the minutes between the changes of two members."""
    found = 0.0
    for k in range(counts(q)[i]):
        one, sums = changes(q)[i, k], 0.0
        for n in range(counts(q)[j]):
            sums += changes(q)[j, n].share * minutes(q)[one.storey, changes(q)[j, n].storey]
        found += one.share * sums
    return found


@compiled
def bring(q: Any, m: int, of: Any, count: int, step: int) -> float:
    """Count pieces of a member on their floors (step 1), or no more (-1); return what opens."""
    member, cost = members(q)[m], 0.0
    for k in range(count):
        s = of[m, k].place
        if storeys(q)[s].occupants == (0 if step > 0 else 1):
            cost += step * storeys(q)[s].opening
        storeys(q)[s].occupants += step
        for i in range(member.pin_from, member.pin_to):
            pin = pins(q)[links(q)[i].to]
            pin.held += step * of[m, k].desks if pin.storey == s else 0
        for i in range(member.scope_from, member.scope_to):
            c = links(q)[i].to
            scope = scopes(q)[c]
            if at(q)[c, s] == (0 if step > 0 else 1):
                scope.floors ^= 1 << s
                if scope.touched == 0:
                    scope.touched = 1
                    touches(q)[q.n_touched] = c
                    q.n_touched += 1
            at(q)[c, s] += step
    return cost


@compiled
def bring_changed(q: Any, step: int) -> float:
    """Count the changed members where they would be (step 1), or where they are (-1) again."""
    cost = 0.0
    q.n_touched = 0
    for i in range(q.n_changed):
        m = changed(q)[i]
        if step > 0:
            cost += bring(q, m, fresh_pieces(q), members(q)[m].fresh, 1)
            cost += bring(q, m, pieces(q), members(q)[m].pieces, -1)
        else:
            bring(q, m, pieces(q), members(q)[m].pieces, 1)
            bring(q, m, fresh_pieces(q), members(q)[m].fresh, -1)
    for i in range(q.n_touched):
        scopes(q)[touches(q)[i]].touched = 0
    return cost


@compiled
def bits(number: int) -> int:
    """Return how many bits are set."""
    found = 0
    while number:
        number &= number - 1
        found += 1
    return found


@compiled
def weigh_scope(q: Any, c: int) -> None:
    """Work out what a scope would weigh and what would be wrong with it."""
    scope = scopes(q)[c]
    count, left_out, complexes = scope.other_towers, 0, scope.other_complexes
    for t in range(q.n_towers):
        tower, last = towers(q)[t], -1
        for s in range(tower.storey_from, tower.storey_to):
            if scope.floors >> s & 1:
                level = storeys(q)[s].level
                left_out += max(level - last - 1, 0) if last >= 0 else 0
                last = level
        if last >= 0:
            count += 1
            complexes |= tower.complex
    wrong = above(count, scope.towers_most) + scope.gapless * left_out
    if scope.places_most <= q.n_storeys:
        wrong += above(bits(scope.floors) + scope.other_places, scope.places_most)
    wrong += above(bits(complexes) + scope.far_complexes, scope.complexes_most)
    scope.fresh_wrong = wrong
    scope.fresh_weight = scope.tower_price * above(count, 1) + scope.gap_price * left_out


@compiled
def tangles(q: Any) -> int:
    """Return the steps away from rules between scopes."""
    found = 0
    for i in range(q.n_apart):
        found += bits(scopes(q)[apart(q)[i].one].floors & scopes(q)[apart(q)[i].other].floors)
    for i in range(q.n_tower_apart):
        one, other = scopes(q)[tower_apart(q)[i].one], scopes(q)[tower_apart(q)[i].other]
        for t in range(q.n_towers):
            tower = towers(q)[t]
            here = ((1 << tower.storey_to) - 1) ^ ((1 << tower.storey_from) - 1)
            found += 1 if one.floors & here and other.floors & here else 0
    for i in range(q.n_alone):
        c, o = alone(q)[i].scope, alone(q)[i].organisation
        for s in range(q.n_storeys):
            if scopes(q)[c].floors >> s & 1:
                found += storeys(q)[s].occupants - at(q)[o, s]
    return found


@compiled
def pinned(q: Any) -> float:
    """Return what desks count for that pins are short of."""
    found = 0.0
    for i in range(q.n_pins):
        found += weighed(float(pins(q)[i].desks - pins(q)[i].held))
    return found


@compiled
def own_weight(q: Any, m: int, count: int, of: Any) -> float:
    """Return what a member weighs by pieces of its own, what its moving costs among it."""
    member = members(q)[m]
    weight = q.extra_floor * above(count + member.elsewhere, 1)
    for k in range(count if member.leaving > 0 else 0):
        piece = of[m, k]
        share, rates = piece.desks / member.demand, saved(q)[m, piece.place]
        weight -= rates[0] * min(share, rates[1]) + rates[2] * min(share, rates[3])
    return weight


@compiled
def weigh(q: Any) -> float:
    """Return by how much the fresh line is heavier."""
    q.fresh_wrong = pour(q)
    find_changed(q)
    q.fresh_singly = q.singly
    more = walking_change(q) + bring_changed(q, 1)
    for i in range(q.n_changed):
        m = changed(q)[i]
        fresh, was, other = members(q)[m].fresh, members(q)[m].pieces, members(q)[m].elsewhere
        more += own_weight(q, m, fresh, fresh_pieces(q)) - own_weight(q, m, was, pieces(q))
        most = members(q)[m].pieces_most
        q.fresh_singly += above(fresh + other, most) - above(was + other, most)
    for i in range(q.n_touched):
        weigh_scope(q, touches(q)[i])
        scope = scopes(q)[touches(q)[i]]
        more += scope.fresh_weight - scope.weight
        q.fresh_singly += scope.fresh_wrong - scope.wrong
    if q.n_apart + q.n_tower_apart + q.n_alone > 0:
        q.fresh_between = tangles(q)
    q.fresh_short = pinned(q)
    broken = q.fresh_singly + q.fresh_between - q.singly - q.between
    over = weighed(q.fresh_wrong) - weighed(q.wrong) + q.fresh_short - q.short
    return more + q.over * over + q.broken * broken


@compiled
def settle(q: Any, worse: float) -> None:
    """Take the fresh line for the line; remember it if it is the best that honours everything."""
    for j in range(q.n_changed):
        follow(q, changed(q)[j], j)
    for i in range(q.n_touched):
        scope = scopes(q)[touches(q)[i]]
        scope.weight, scope.wrong = scope.fresh_weight, scope.fresh_wrong
    for i in range(q.first, q.end):
        copy_spot(fresh_spots(q)[i], spots(q)[i])
    for s in range(q.n_storeys if q.climbed == 1 else 0):
        climb(q)[s] = fresh_climb(q)[s]
    for i in range(q.end, q.n_members):
        fresh_spots(q)[i].wrong += q.fresh_wrong - q.wrong
        spots(q)[i].wrong = fresh_spots(q)[i].wrong
    q.wrong, q.singly, q.between = q.fresh_wrong, q.fresh_singly, q.fresh_between
    q.short = q.fresh_short
    q.weight += worse
    if q.wrong + q.singly + q.between + q.short == 0 and q.weight < q.best_weight - 1e-6:
        q.best_weight = q.weight
        copy_line(spots(q), climb(q), best_spots(q), best_climb(q))


@compiled
def follow(q: Any, m: int, row: int) -> None:
    """Bring pieces of a changed member up to date, and the fields that it is part of."""
    member = members(q)[m]
    for i in range(member.feed_from, member.feed_to):
        link = links(q)[i]
        for k in range(counts(q)[row]):
            change = changes(q)[row, k]
            weight = link.weight * change.share
            for s in range(q.n_storeys):
                potential(q)[link.to, s] += weight * minutes(q)[change.storey, s]
    member.pieces = member.fresh
    for k in range(member.fresh):
        pieces(q)[m, k].place = fresh_pieces(q)[m, k].place
        pieces(q)[m, k].desks = fresh_pieces(q)[m, k].desks


@compiled
def take_back(q: Any) -> None:
    """Make the fresh line what the line is."""
    bring_changed(q, -1)
    for i in range(q.first, q.end):
        copy_spot(spots(q)[i], fresh_spots(q)[i])
    for s in range(q.n_storeys if q.climbed == 1 else 0):
        fresh_climb(q)[s] = climb(q)[s]


@compiled
def exchange(q: Any, i: int, j: int) -> None:
    """Let two places of the fresh line change who is there."""
    one, other = fresh_spots(q)[i], fresh_spots(q)[j]
    member, breaks = one.member, one.breaks
    one.member, one.breaks = other.member, other.breaks
    other.member, other.breaks = member, breaks


@compiled
def turn(q: Any, i: int, j: int) -> None:
    """Turn the fresh line round between two places, both included."""
    while i < j:
        exchange(q, i, j)
        i, j = i + 1, j - 1


@compiled
def propose(q: Any) -> None:
    """Change the fresh line, and say where."""
    die = uniform(q)
    i, reach = pick(q, 0, q.n_members), 2 + int(uniform(q) * uniform(q) * q.n_members)
    j = pick(q, max(i - reach, 0), min(i + reach + 1, q.n_members))
    q.first, q.last, q.climbed = min(i, j), max(i, j), 0
    if die < SWAP:
        exchange(q, i, j)
    elif die < SHIFT:  # the first few, or the last few, go to the other end
        few = min(1 + pick(q, 0, MOST_SHIFTED), q.last - q.first)
        middle = q.first + few if uniform(q) < 0.5 else q.last + 1 - few
        turn(q, q.first, middle - 1)
        turn(q, middle, q.last)
        turn(q, q.first, q.last)
    elif die < TURN:
        turn(q, q.first, q.last)
    elif die < BREAK:
        q.last = q.first
        fresh_spots(q)[q.first].breaks = 1 - fresh_spots(q)[q.first].breaks
    else:
        s, r = pick(q, 0, q.n_storeys), pick(q, 0, q.n_storeys)
        fresh_climb(q)[s], fresh_climb(q)[r] = fresh_climb(q)[r], fresh_climb(q)[s]
        q.first, q.last, q.climbed = 0, q.n_members, 1
        fresh_spots(q)[0].room = storeys(q)[fresh_climb(q)[0]].capacity


@entry
def begin(line: Any) -> None:
    """Pour the line for the first time."""
    q = line[0]
    copy_line(spots(q), climb(q), fresh_spots(q), fresh_climb(q))
    fresh_spots(q)[0].room = storeys(q)[fresh_climb(q)[0]].capacity
    q.first, q.last = 0, q.n_members
    for c in range(q.n_scopes):
        weigh_scope(q, c)
        scopes(q)[c].weight, scopes(q)[c].wrong = scopes(q)[c].fresh_weight, 0
    settle(q, weigh(q))


@entry
def anneal(line: Any, moves: int) -> None:
    """Try so many changes of the line, from hot to cold."""
    q = line[0]
    copy_line(spots(q), climb(q), fresh_spots(q), fresh_climb(q))
    heat, cooler = q.hot, (q.cold / q.hot) ** (1.0 / max(moves, 1))
    for _ in range(moves):
        heat *= cooler
        propose(q)
        worse = weigh(q)
        if worse <= 0 or (worse < NEVER * heat and uniform(q) < np.exp(-worse / heat)):
            settle(q, worse)
        else:
            take_back(q)


@entry
def pour_best(line: Any) -> None:
    """Pour the best line: its pieces are the fresh ones then."""
    q = line[0]
    copy_line(best_spots(q), best_climb(q), fresh_spots(q), fresh_climb(q))
    q.first, q.last = 0, q.n_members
    pour(q)


@entry
def survey(board: Any, line: Any) -> None:
    """Read off a board what members walk to all who are elsewhere, and trips between members."""
    b, q = board[0], line[0]
    for m in range(q.n_members):
        u = members(q)[m].unit
        for n in range(q.n_members):
            trips(q)[m, n] = b.walking * joint_trips(b, u, members(q)[n].unit)
        trips(q)[m, m] += 2.0 * members(q)[m].own
        for i in range(members(q)[m].tie_from, members(q)[m].tie_to):
            trips(q)[m, links(q)[i].to] += links(q)[i].weight
        for s in range(q.n_storeys):
            pull(q)[m, s] += b.walking * felt(b, u, storeys(q)[s].place) - felt_here(q, m, s)
    for m in range(q.n_members):
        members(q)[m].pieces = 0
    for f in range(q.n_fields):
        for s in range(q.n_storeys):
            potential(q)[f, s] = 0.0
