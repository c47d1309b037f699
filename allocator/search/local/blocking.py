"""The compiled search over blocks: units that stay together go from tower to tower as one.

What the tables hold and how they are filled is in `blocks`.

References
----------
Cordeau, Gaudioso, Laporte, Moccia (2006), A memetic heuristic for the generalized quadratic
assignment problem, INFORMS Journal on Computing 18: shifts and swaps.
Connolly (1990), An improved annealing scheme for the QAP, European Journal of Operational
Research 46.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from allocator.search.local.board import LINK, OVER_FIXED, spans
from allocator.search.local.compiled import compiled, entry
from allocator.search.local.memory import Forms, record, table, view
from allocator.search.local.moves import uniform

BLOCK = table("load organisation at " + spans("feel", "feed", "tie", "bind"), "bend")
"""A block. Given: desks as they weigh, its organisation, trips it has at both ends, and where its
links begin and end: fields it walks to, fields it is part of, blocks with trips of their own,
blocks that a rule binds it to. Under way: the tower it is in."""

TOWER = table("capacity complex used active")
"""A tower. Given: what it holds, its complex. Under way: what is in use, whether blocks may go
there now."""

BODY = table("towers_most waste towers " + spans("mate"))
"""An organisation. Given: towers it may use, its row of wasted desks or -1, its blocks (links).
Under way: towers it uses."""

FORMS: Forms = {
    "blocks": (BLOCK, ("n_blocks",)),
    "towers": (TOWER, ("n_towers",)),
    "bodies": (BODY, ("n_bodies",)),
    "links": (LINK, ("n_links",)),
    "opening": ("f8", ("n_towers", "n_desks")),
    "fixed": ("f8", ("n_blocks", "n_towers")),
    "allowed": ("?", ("n_blocks", "n_towers")),
    "minutes": ("f8", ("n_towers", "n_towers")),
    "nearest": ("i8", ("n_towers", "n_towers")),
    "waste_desks": ("i8", ("n_wastes", "n_towers", "n_wasted")),
    "held": ("i8", ("n_bodies", "n_towers")),
    "in_tower": ("i8", ("n_bodies", "n_towers")),
    "potential": ("f8", ("n_fields", "n_towers")),
}
"""Tables of a ground. Given: what a tower costs by desks in use; what a block costs in a tower
whoever else is where; minutes between towers, and towers by minutes; desks that organisations
leave vacant by desks they have in a tower. Under way: desks and blocks of organisations in
towers, and how many weighted minutes the units of a field are away from a tower."""

GROUND = record(FORMS, "rng_state", "grain extra_tower over broken hot cold weight")
"""Addresses and sizes of the tables, and single numbers: state of the rng_state; what a desk of a
tower counts for; prices of an extra tower, of a desk too many and of a step away from a rule;
temperatures, first and last; what all blocks weigh."""


def _view(name: str) -> Callable[[Any], Any]:
    return view(name, *FORMS[name])


blocks, towers, bodies, links = _view("blocks"), _view("towers"), _view("bodies"), _view("links")
opening, fixed, allowed = _view("opening"), _view("fixed"), _view("allowed")
minutes, nearest, waste_desks = _view("minutes"), _view("nearest"), _view("waste_desks")
held, in_tower, potential = _view("held"), _view("in_tower"), _view("potential")

SAME_TOWER, SAME_COMPLEX, APART_TOWER = 0, 1, 2
"""Kinds of rules between two blocks: weights of their links."""
SWAP, NEAR_MATE, NEAR = 0.5, 0.5, 4
"""How often two blocks change places; how often a block goes to where one of its organisation is,
or to one of so many towers nearest to it."""
NEVER = 30.0
"""Times the temperature by which a worse move is never kept."""


@compiled
def tower_weight(g: Any, t: int, used: int) -> float:
    """Return what a tower costs with so much in use: floors opened, and what is too much."""
    desks = int(np.ceil(used / g.grain))
    weight = opening(g)[t, min(desks, g.n_desks - 1)]
    above = used - towers(g)[t].capacity
    return weight + g.over * (above / g.grain + OVER_FIXED) if above > 0 else weight


@compiled
def use(g: Any, k: int, t: int, step: int) -> None:
    """Put a block into a tower (step 1) or take it out (-1), and weigh what is counted."""
    block = blocks(g)[k]
    o = block.organisation
    body = bodies(g)[o]
    more = step * block.load
    before = held(g)[o, t]
    held(g)[o, t] = before + more
    if body.waste >= 0:
        wasted = waste_desks(g)[body.waste, t]
        more += wasted[before + step * block.load] - wasted[before]
    used = towers(g)[t].used
    g.weight += tower_weight(g, t, used + more) - tower_weight(g, t, used)
    towers(g)[t].used = used + more
    if in_tower(g)[o, t] == (0 if step > 0 else 1):
        others = body.towers - (0 if step > 0 else 1)
        g.weight += step * (g.extra_tower if others >= 1 else 0.0)
        g.weight += step * (g.broken if others >= body.towers_most else 0.0)
        body.towers += step
    in_tower(g)[o, t] += step


@compiled
def is_broken(g: Any, kind: float, s: int, t: int) -> bool:
    """Whether a rule does not hold for blocks in two towers."""
    if kind == SAME_TOWER:
        return s != t
    if kind == SAME_COMPLEX:
        return towers(g)[s].complex != towers(g)[t].complex
    return s == t


@compiled
def pull(g: Any, k: int, t: int) -> float:
    """Return what a block would weigh in a tower whose counts are left aside, others staying."""
    block = blocks(g)[k]
    weight = fixed(g)[k, t]
    for i in range(block.feel_from, block.feel_to):
        weight += links(g)[i].weight * potential(g)[links(g)[i].to, t]
    for i in range(block.tie_from, block.tie_to):
        weight += links(g)[i].weight * minutes(g)[blocks(g)[links(g)[i].to].at, t]
    for i in range(block.bind_from, block.bind_to):
        if is_broken(g, links(g)[i].weight, blocks(g)[links(g)[i].to].at, t):
            weight += g.broken
    return weight


@entry
def put_down(ground: Any) -> None:
    """Count every block where it is, and work out what all of them weigh; all was 0 before."""
    g = ground[0]
    g.weight = 0.0
    for k in range(g.n_blocks):
        use(g, k, blocks(g)[k].at, 1)
        for i in range(blocks(g)[k].feed_from, blocks(g)[k].feed_to):
            add_row(g, links(g)[i].to, blocks(g)[k].at, links(g)[i].weight)
    for k in range(g.n_blocks):
        t = blocks(g)[k].at
        g.weight += 0.5 * (pull(g, k, t) + fixed(g)[k, t])


@compiled
def add_row(g: Any, field: int, t: int, weight: float) -> None:
    """Add weighted minutes from a tower to a field."""
    for s in range(g.n_towers):
        potential(g)[field, s] += weight * minutes(g)[t, s]


@compiled
def apart(g: Any, p: int, q: int) -> float:
    """Return what minutes between two towers come to above those within them."""
    return 2.0 * minutes(g)[p, q] - minutes(g)[p, p] - minutes(g)[q, q]


@compiled
def joint(g: Any, u: int, v: int, p: int, q: int) -> float:
    """Return what two blocks that change places do besides what each does alone."""
    one, other = blocks(g)[u], blocks(g)[v]
    trips, twice = 0.0, 0.0
    i, j = one.feel_from, other.feed_from
    while i < one.feel_to and j < other.feed_to:
        felt, fed = links(g)[i], links(g)[j]
        if felt.to == fed.to:
            trips += felt.weight * fed.weight
        i, j = i + (felt.to <= fed.to), j + (felt.to >= fed.to)
    for i in range(one.tie_from, one.tie_to):
        if links(g)[i].to == v:
            trips += links(g)[i].weight
    for i in range(one.bind_from, one.bind_to):
        if links(g)[i].to == v:
            kind = links(g)[i].weight
            same = is_broken(g, kind, p, p) + is_broken(g, kind, q, q)
            twice += g.broken * (2 * is_broken(g, kind, p, q) - same)
    return trips * apart(g, p, q) + twice


@compiled
def settle(g: Any, k: int, q: int) -> None:
    """Bring the fields of a block up to date where it goes to another tower."""
    block = blocks(g)[k]
    for i in range(block.feed_from, block.feed_to):
        add_row(g, links(g)[i].to, q, links(g)[i].weight)
        add_row(g, links(g)[i].to, block.at, -links(g)[i].weight)
    block.at = q


@compiled
def goal(g: Any, k: int, somewhere: Any) -> int:
    """Return a tower to bring a block to."""
    if uniform(g) >= NEAR_MATE:
        return somewhere[int(uniform(g) * len(somewhere))]
    body = bodies(g)[blocks(g)[k].organisation]
    mate = links(g)[body.mate_from + int(uniform(g) * (body.mate_to - body.mate_from))].to
    rank = int(uniform(g) * 2 * NEAR) - NEAR  # that tower itself half the time
    return nearest(g)[blocks(g)[mate].at, max(0, min(rank, g.n_towers - 1))]


@compiled
def is_open(g: Any, k: int, t: int) -> bool:
    """Tell whether a block may go to a tower now."""
    return towers(g)[t].active == 1 and allowed(g)[k, t]


@compiled
def change(g: Any, u: int, p: int, v: int, q: int) -> float:
    """Return how weights of their own change when u goes from p to q, and v, if any, back."""
    found = pull(g, u, q) - pull(g, u, p) - blocks(g)[u].bend * apart(g, p, q)
    if v < 0:
        return found
    found += pull(g, v, p) - pull(g, v, q) - blocks(g)[v].bend * apart(g, p, q)
    return found + joint(g, u, v, p, q)


@compiled
def exchange(g: Any, u: int, p: int, v: int, q: int) -> None:
    """Count u, which was in p, in q, and v, if any, the other way round."""
    use(g, u, p, -1)
    if v >= 0:
        use(g, v, q, -1)
        use(g, v, p, 1)
    use(g, u, q, 1)


@entry
def anneal(ground: Any, who: Any, somewhere: Any, moves: int) -> None:
    """Try so many shifts and swaps of some blocks among some towers, from hot to cold.

    Parameters
    ----------
    ground : (1) of GROUND
    who, somewhere
        Blocks that may move, and towers that they may go to; those are marked as active.
    """
    g = ground[0]
    heat, cooler = g.hot, (g.cold / g.hot) ** (1.0 / max(moves, 1))
    for _ in range(moves):
        heat *= cooler
        u, v = who[int(uniform(g) * len(who))], -1
        p = blocks(g)[u].at
        if uniform(g) < SWAP:
            v = who[int(uniform(g) * len(who))]
            q = blocks(g)[v].at
        else:
            q = goal(g, u, somewhere)
        if p == q or not is_open(g, u, q) or (v >= 0 and not is_open(g, v, p)):
            continue
        before = g.weight
        alone = change(g, u, p, v, q)
        exchange(g, u, p, v, q)
        worse = alone + g.weight - before
        if worse <= 0 or (worse < NEVER * heat and uniform(g) < np.exp(-worse / heat)):
            g.weight += alone
            settle(g, u, q)
            if v >= 0:
                settle(g, v, p)
        else:
            exchange(g, u, q, v, p)
            g.weight = before
