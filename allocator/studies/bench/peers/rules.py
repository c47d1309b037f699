"""Every rule as rows of a linear model; the table at the end is the list of them.

only_in, never_in, kept_for, levels and needs decide which cells there are (`Case.allowed`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from allocator.scenario.rules import RuleKind
from allocator.search.case import CaseRule
from allocator.studies.bench.peers.used import Cell, Used

Desks = Mapping[Cell, tuple[int, float]]
"""The column, and its multiple, that are the desks of a cell."""


def post_rules(used: Used, desks: Desks) -> None:
    """Add every rule of the case."""
    for rule in used.case.rules:
        if rule.kind is RuleKind.AT_LEAST:
            at_least(used, desks, rule)
        else:
            POST[rule.kind](used, rule)


def at_least(used: Used, desks: Desks, rule: CaseRule) -> None:
    """The subject has at least that many desks on the floor."""
    cells = [(u, f) for u in rule.units for f in rule.floors]
    terms = [desks[cell] for cell in cells if cell in desks]
    used.rows.row(terms, least=rule.row.count)


def same_floor(used: Used, rule: CaseRule) -> None:
    """All pieces of both are on one floor."""
    _in_one(used, rule, [(floor,) for floor in used.case.floors])


def same_tower(used: Used, rule: CaseRule) -> None:
    """All pieces of both are in one tower."""
    _in_one(used, rule, used.case.floors_of)


def same_complex(used: Used, rule: CaseRule) -> None:
    """All pieces of both are in one complex."""
    floors_of = used.case.floors_of
    complexes = [tuple(f for t in towers for f in floors_of[t]) for towers in used.case.towers_of]
    _in_one(used, rule, complexes)


def adjacent_floors(used: Used, rule: CaseRule) -> None:
    """All pieces of both are in one tower, on levels that follow one another."""
    same_tower(used, rule)
    _no_gaps(used, rule.both)


def apart_floor(used: Used, rule: CaseRule) -> None:
    """No floor holds pieces of both."""
    _apart(used, rule, [(floor,) for floor in used.case.floors])


def apart_tower(used: Used, rule: CaseRule) -> None:
    """No tower holds pieces of both."""
    _apart(used, rule, used.case.floors_of)


def own_floor(used: Used, rule: CaseRule) -> None:
    """No other organisation is on a floor that the subject uses."""
    owner = used.case.organisation
    for subject in rule.units:
        others = tuple(u for u in used.of_unit if owner[u] != owner[subject])
        for _, floor in used.of_unit.get(subject, ()):
            other = used.by_any(others, (floor,))
            if other is not None:
                used.rows.at_most([used.cells[subject, floor], other], 1)


def contiguous(used: Used, rule: CaseRule) -> None:
    """The subject leaves out no level in any tower."""
    _no_gaps(used, rule.units)


def max_floors(used: Used, rule: CaseRule) -> None:
    """Each unit uses at most that many floors."""
    for unit in rule.units:
        cells = used.of_unit.get(unit, ())
        used.rows.at_most([used.cells[cell] for cell in cells], rule.row.count)


def max_towers(used: Used, rule: CaseRule) -> None:
    """The subject uses at most that many towers."""
    used.rows.at_most(used.in_towers(rule.units).values(), rule.row.count)


POST: dict[RuleKind, Callable[[Used, CaseRule], None]] = {
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
}


def _in_one(used: Used, rule: CaseRule, places: Sequence[tuple[int, ...]]) -> None:
    used.rows.at_most(used.in_places(rule.both, places).values(), 1)


def _apart(used: Used, rule: CaseRule, places: Sequence[tuple[int, ...]]) -> None:
    ours, theirs = used.in_places(rule.units, places), used.in_places(rule.others, places)
    for place in ours.keys() & theirs.keys():
        used.rows.at_most([ours[place], theirs[place]], 1)


def _no_gaps(used: Used, units: tuple[int, ...]) -> None:
    for gap in used.gaps(units):
        used.rows.most[gap] = 0
