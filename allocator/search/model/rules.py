"""Every limit that rules set as CP-SAT constraints; the table `POST` is the list of them.

What speaks of one unit and one floor decides which pieces exist at all (`Case.allowed`). Where
part of a plan is fixed, a limit is posted only if a free piece can break it; a pin that nobody can
keep is posted in any case.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ortools.sat.python import cp_model

from allocator.search.cancel import checkpoint
from allocator.search.case import Case
from allocator.search.model.variables import Literal, Pieces
from allocator.search.rules import Apart, AtMost, Contiguous, Exclusive, Limit, Pinned, PlaceKind


def post_all(pieces: Pieces) -> None:
    """Post everything that a plan must satisfy (docs/explanation/objective.md)."""
    for u in pieces.units:
        checkpoint()
        every_desk_placed(pieces, u)
    for f in {f for u in pieces.units for f in pieces.floors_of(u)}:
        checkpoint()
        capacity(pieces, f)
    for limit in pieces.case.limits:
        checkpoint()
        if (
            # A limit on fixed pieces alone holds already. An exclusive one can be broken by other
            # units, and a hopeless pin cannot be kept by any.
            pieces.touches(limit.all_units)
            or isinstance(limit, Exclusive)
            or _is_hopeless(pieces, limit)
        ):
            POST[type(limit)](pieces, limit)


def _is_hopeless(pieces: Pieces, limit: Limit) -> bool:
    """Whether desks are pinned to a floor that none of the units may use."""
    return isinstance(limit, Pinned) and not any(
        pieces.case.allowed[u, limit.floor] for u in limit.units
    )


def every_desk_placed(pieces: Pieces, unit: int) -> None:
    """Post that every desk of a unit is placed, never more.

    What is short is a variable of its own where that is allowed.
    """
    free = [f for f in pieces.floors_of(unit) if pieces.is_free((unit, f))]
    placed = sum(pieces.at(unit, f) for f in free)
    pieces.model.add(placed + pieces.short.get(unit, 0) == pieces.target[unit])


def capacity(pieces: Pieces, floor: int) -> None:
    """Post that the desks on a floor are at most those that may be placed there."""
    pieces.model.add(load(pieces, floor) <= int(pieces.case.capacity[floor]))


def load(pieces: Pieces, floor: int) -> cp_model.LinearExprT:
    """Return what the pieces on a floor weigh: desks, and a fixed load for each organisation.

    In the unit of `Case.capacity`, which is desks unless capacity is by chance.
    """
    case, here = pieces.case, pieces.units_on(floor)
    desks = sum(int(case.weight[u]) * pieces.at(u, floor) for u in here)
    if not case.fixed_load:
        return desks
    organisations = {int(case.organisation[u]) for u in here}
    place = frozenset({floor})
    return desks + sum(
        case.fixed_load * pieces.any_used(case.units_of[o], place) for o in organisations
    )


def at_most(pieces: Pieces, limit: AtMost) -> None:
    """Post that the units are in so many places at most: Σ_p used(units, p) ≤ most."""
    # One unit has a literal for each floor already; no new ones are needed.
    if limit.place is PlaceKind.FLOOR and len(limit.units) == 1:
        used = list(pieces.floors_of(limit.units[0]).values())
    else:
        used = [pieces.any_used(limit.units, place) for place in places(pieces.case, limit.place)]
    pieces.at_most(used, limit.most)


def apart(pieces: Pieces, limit: Apart) -> None:
    """Post that no place holds pieces of both: used(units, p) + used(others, p) ≤ 1."""
    for place in places(pieces.case, limit.place):
        ours, theirs = pieces.any_used(limit.units, place), pieces.any_used(limit.others, place)
        pieces.forbid_both(ours, theirs)


def exclusive(pieces: Pieces, limit: Exclusive) -> None:
    """Post that no other organisation is on any floor that the units use."""
    of = pieces.case.organisation
    subject, own = set(limit.units), int(of[limit.units[0]])
    # Free pieces may come to floors of fixed hosts, and free hosts to floors of fixed pieces: both
    # are looked at.
    for f in {f for u in (*pieces.units, *limit.units) for f in pieces.floors_of(u)}:
        checkpoint()
        here = pieces.units_on(f)
        others = [here[u] for u in here if int(of[u]) != own]
        hosts = [here[u] for u in here if u in subject]
        if hosts and others:
            pieces.forbid_both(pieces.either(hosts), pieces.either(others))


def contiguous(pieces: Pieces, limit: Contiguous) -> None:
    """Post that a run of levels that the units use starts at most once a tower.

    Gaps between runs are so excluded without saying which level lies between which.
    """
    for tower in pieces.case.towers:
        used = levels_used(pieces, limit.units, tower)
        # All is fixed here, so the model decides nothing about it.
        if all(isinstance(literal, bool) for literal in used):
            continue
        below = [False, *used[:-1]]
        starts = [_and_not(pieces, now, before) for now, before in zip(used, below, strict=True)]
        pieces.at_most(starts, 1)


def pinned(pieces: Pieces, limit: Pinned) -> None:
    """Post that the units have at least that many desks on the floor: Σ_u desks(u, f) ≥ pinned."""
    desks = sum(pieces.at(u, limit.floor) for u in limit.units)
    if isinstance(desks, int):
        if desks < limit.desks:
            # An empty clause cannot hold: the pieces are fixed and too few, so there is no
            # solution.
            pieces.model.add_bool_or([])
        return
    pieces.model.add(desks >= limit.desks)


POST: dict[type[Limit], Callable[[Pieces, Any], None]] = {
    AtMost: at_most,
    Apart: apart,
    Exclusive: exclusive,
    Contiguous: contiguous,
    Pinned: pinned,
}


def places(case: Case, kind: PlaceKind) -> list[frozenset[int]]:
    """Return the floors of each place of a kind."""
    return [frozenset(floors) for floors in case.places(kind)]


def levels_used(pieces: Pieces, units: tuple[int, ...], tower: int) -> list[Literal]:
    """Return whether the units use each level of a tower, lowest first."""
    return [pieces.any_used(units, frozenset(level)) for level in pieces.case.levels_of[tower]]


def _and_not(pieces: Pieces, now: Literal, before: Literal) -> Literal:
    """Return a literal that must hold where `now` does and `before` does not."""
    if now is False or before is True:
        return False
    if before is False:
        return now
    start = pieces.model.new_bool_var("")
    if now is True:
        pieces.model.add_bool_or([start, before])
    else:
        pieces.model.add_bool_or([start, before, ~now])
    return start
