"""Every rule as CP-SAT constraints; the tables at the end are the list of them.

only_in, never_in, kept_for, levels and needs speak of one unit and one floor: they decide which
pieces exist at all (`Case.allowed`). Where part of a plan is fixed, a rule is posted only if a
free piece can break it; a pin that nobody can keep is posted in any case.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ortools.sat.python import cp_model

from allocator.scenario.rules import RuleKind
from allocator.search.cancel import checkpoint
from allocator.search.case import Case, CaseRule
from allocator.search.model.variables import Literal, Pieces


def post_all(pieces: Pieces) -> None:
    """Post everything that a plan must satisfy (sections 3 and 4 of the contract)."""
    for u in pieces.units:
        checkpoint()
        every_desk_placed(pieces, u)
    for f in {f for u in pieces.units for f in pieces.floors_of(u)}:
        checkpoint()
        capacity(pieces, f)
    for rule in pieces.case.rules:
        checkpoint()
        if (
            pieces.touches(rule.both)
            or rule.kind is RuleKind.OWN_FLOOR
            or _is_hopeless(pieces, rule)
        ):
            POST[rule.kind](pieces, rule)


def _is_hopeless(pieces: Pieces, rule: CaseRule) -> bool:
    """Whether desks are pinned to a floor that none of the subject's units may use."""
    return rule.kind is RuleKind.AT_LEAST and not any(
        pieces.case.allowed[u, f] for u in rule.units for f in rule.floors
    )


def every_desk_placed(pieces: Pieces, unit: int) -> None:
    """Every desk is placed, never more; what is short is counted where that is allowed."""
    free = [f for f in pieces.floors_of(unit) if pieces.is_free((unit, f))]
    placed = sum(pieces.at(unit, f) for f in free)
    pieces.model.add(placed + pieces.short.get(unit, 0) == pieces.target[unit])


def capacity(pieces: Pieces, floor: int) -> None:
    """The desks on a floor are at most those that may be placed there."""
    pieces.model.add(load(pieces, floor) <= int(pieces.case.capacity[floor]))


def load(pieces: Pieces, floor: int) -> cp_model.LinearExprT:
    """Return what the pieces on a floor weigh: their desks, with an entry for each body there."""
    case, here = pieces.case, pieces.units_on(floor)
    desks = sum(int(case.weight[u]) * pieces.at(u, floor) for u in here)
    if not case.entry:
        return desks
    bodies = {int(case.organisation[u]) for u in here}
    place = frozenset({floor})
    return desks + sum(case.entry * pieces.any_used(case.units_of[o], place) for o in bodies)


def same_floor(pieces: Pieces, rule: CaseRule) -> None:
    """All pieces of both are on one floor: Σ_f used(both, f) ≤ 1."""
    _within_one(pieces, rule.both, [frozenset({f}) for f in pieces.case.floors])


def same_tower(pieces: Pieces, rule: CaseRule) -> None:
    """All pieces of both are in one tower: Σ_t used(both, t) ≤ 1."""
    _within_one(pieces, rule.both, towers(pieces.case))


def same_complex(pieces: Pieces, rule: CaseRule) -> None:
    """All pieces of both are in one complex: Σ_c used(both, c) ≤ 1."""
    _within_one(pieces, rule.both, complexes(pieces.case))


def adjacent_floors(pieces: Pieces, rule: CaseRule) -> None:
    """All pieces of both are in one tower, on levels that follow one another."""
    same_tower(pieces, rule)
    _contiguous(pieces, rule.both)


def apart_floor(pieces: Pieces, rule: CaseRule) -> None:
    """No floor holds pieces of both."""
    for f in pieces.case.floors:
        place = frozenset({f})
        pieces.forbid_both(pieces.any_used(rule.units, place), pieces.any_used(rule.others, place))


def apart_tower(pieces: Pieces, rule: CaseRule) -> None:
    """No tower holds pieces of both."""
    for place in towers(pieces.case):
        pieces.forbid_both(pieces.any_used(rule.units, place), pieces.any_used(rule.others, place))


def own_floor(pieces: Pieces, rule: CaseRule) -> None:
    """No other organisation is on any floor that the subject uses."""
    of = pieces.case.organisation
    subject = set(rule.units)
    own = {int(of[u]) for u in rule.units}
    for f in {f for u in (*pieces.units, *rule.units) for f in pieces.floors_of(u)}:
        checkpoint()
        here = pieces.units_on(f)
        guests = [here[u] for u in here if int(of[u]) not in own]
        hosts = [here[u] for u in here if u in subject]
        if hosts and guests:
            pieces.forbid_both(pieces.either(hosts), pieces.either(guests))


def contiguous(pieces: Pieces, rule: CaseRule) -> None:
    """In each tower the levels that the subject uses follow one another."""
    _contiguous(pieces, rule.units)


def max_floors(pieces: Pieces, rule: CaseRule) -> None:
    """Each unit of the subject uses at most that many floors."""
    for u in rule.units:
        pieces.at_most(pieces.floors_of(u).values(), rule.row.count)


def max_towers(pieces: Pieces, rule: CaseRule) -> None:
    """The subject as a whole uses at most that many towers."""
    used = [pieces.any_used(rule.units, place) for place in towers(pieces.case)]
    pieces.at_most(used, rule.row.count)


def at_least(pieces: Pieces, rule: CaseRule) -> None:
    """The subject has at least that many desks on the floor."""
    (floor,) = rule.floors
    desks = sum(pieces.at(u, floor) for u in rule.units)
    if isinstance(desks, int):
        if desks < rule.row.count:
            pieces.model.add_bool_or([])
        return
    pieces.model.add(desks >= rule.row.count)


POST: dict[RuleKind, Callable[[Pieces, CaseRule], None]] = {
    RuleKind.SAME_FLOOR: same_floor,
    RuleKind.SAME_TOWER: same_tower,
    RuleKind.SAME_COMPLEX: same_complex,
    RuleKind.ADJACENT_FLOORS: adjacent_floors,
    RuleKind.APART_FLOOR: apart_floor,
    RuleKind.APART_TOWER: apart_tower,
    RuleKind.OWN_FLOOR: own_floor,
    RuleKind.CONTIGUOUS: contiguous,
    RuleKind.MAX_FLOORS: max_floors,
    RuleKind.MAX_TOWERS: max_towers,
    RuleKind.AT_LEAST: at_least,
}


def towers(case: Case) -> list[frozenset[int]]:
    """Floors of each tower."""
    return [frozenset(floors) for floors in case.floors_of]


def complexes(case: Case) -> list[frozenset[int]]:
    """Floors of each complex."""
    return [frozenset(f for t in members for f in case.floors_of[t]) for members in case.towers_of]


def levels_used(pieces: Pieces, units: tuple[int, ...], tower: int) -> list[Literal]:
    """Whether the units use each level of a tower, lowest first."""
    return [pieces.any_used(units, frozenset(level)) for level in pieces.case.levels_of[tower]]


def _within_one(pieces: Pieces, units: tuple[int, ...], places: Sequence[frozenset[int]]) -> None:
    pieces.at_most([pieces.any_used(units, place) for place in places], 1)


def _contiguous(pieces: Pieces, units: tuple[int, ...]) -> None:
    """A run of used levels starts at most once a tower."""
    for tower in pieces.case.towers:
        used = levels_used(pieces, units, tower)
        if all(isinstance(literal, bool) for literal in used):
            continue
        below = [False, *used[:-1]]
        starts = [_and_not(pieces, now, before) for now, before in zip(used, below, strict=True)]
        pieces.at_most(starts, 1)


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
