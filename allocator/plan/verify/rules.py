"""The rules of the table: for each kind one function, found by its name. Desks are not counted.

The table `RULES` at the end says which function checks which kind. Rules speak of the pieces
placed: a unit or organisation without any breaks no rule but at_least. The amount of a violation
is by how many pieces, floors, towers, levels or desks the rule is broken.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from allocator.plan.data import Violation
from allocator.plan.verify.given_plan import GivenPlan
from allocator.scenario.rules import RULE_FORMS, RuleKind
from allocator.scenario.types import Rule, Scenario
from allocator.words import counted, listed

RowCheck = Callable[[GivenPlan, Rule], Iterator[Violation]]
RowsCheck = Callable[[GivenPlan, Sequence[Rule]], Iterator[Violation]]


def only_in(plan: GivenPlan, rows: Sequence[Rule]) -> Iterator[Violation]:
    """Every piece of the subject lies in one of the places that its rows name."""
    # All rows of a subject together: it may be in any of their places.
    by_subject: dict[str, list[Rule]] = {}
    for row in rows:
        by_subject.setdefault(row.subject, []).append(row)
    for subject, own in by_subject.items():
        outside = [
            (unit, floor)
            for unit, floor in plan.pieces_of(subject)
            if not any(plan.lies_in(floor, row.object) for row in own)
        ]
        places = ";".join(row.object or "" for row in own)
        yield from _broken(own[0].model_copy(update={"object": places}), *_elsewhere(outside))


def never_in(plan: GivenPlan, rule: Rule) -> Iterator[Violation]:
    """No piece of the subject lies in the place."""
    pieces = plan.pieces_of(rule.subject)
    inside = [piece for piece in pieces if plan.lies_in(piece[1], rule.object)]
    found = f"it has {counted(len(inside), 'piece')} there: {_named(inside)}"
    yield from _broken(rule, len(inside), found)


def kept_for(plan: GivenPlan, rows: Sequence[Rule]) -> Iterator[Violation]:
    """In the place only the subjects of its own rows have pieces; each place by itself."""
    # All rows of a place together: it is kept for all of their subjects.
    kept_for_whom: dict[str, set[str]] = {}
    for row in rows:
        kept_for_whom.setdefault(row.object or "", set()).update(plan.members(row.subject))
    for place, allowed in kept_for_whom.items():
        for unit, floors in plan.desks_by_floor.items():
            inside = [floor for floor in floors if plan.lies_in(floor, place)]
            if inside and unit not in allowed:
                message = f"{place} is kept for others, but unit {unit} is on {listed(inside)}"
                yield Violation(
                    kind=RuleKind.KEPT_FOR.value,
                    subject=unit,
                    object=place,
                    amount=len(inside),
                    message=message,
                )


def same_floor(plan: GivenPlan, rule: Rule) -> Iterator[Violation]:
    """All pieces of both are on one floor."""
    used = plan.floors_of(rule.subject, rule.object)
    yield from _broken(rule, len(used) - 1, _spread(used, "floor"))


def same_tower(plan: GivenPlan, rule: Rule) -> Iterator[Violation]:
    """All pieces of both are in one tower."""
    used = _towers(plan, rule.subject, rule.object)
    yield from _broken(rule, len(used) - 1, _spread(used, "tower"))


def same_complex(plan: GivenPlan, rule: Rule) -> Iterator[Violation]:
    """All pieces of both are in one complex."""
    floors = plan.floors_of(rule.subject, rule.object)
    used = _once(plan.complex(floor) for floor in floors)
    yield from _broken(rule, len(used) - 1, _spread(used, "complex"))


def adjacent_floors(plan: GivenPlan, rule: Rule) -> Iterator[Violation]:
    """All pieces of both are in one tower, on levels that follow one another without a gap."""
    towers = _towers(plan, rule.subject, rule.object)
    # In several towers there are no levels in between to speak of.
    if len(towers) > 1:
        yield from _broken(rule, len(towers) - 1, _spread(towers, "tower"))
        return
    skipped = plan.skipped(plan.floors_of(rule.subject, rule.object))
    yield from _broken(rule, len(skipped), _left_out(skipped))


def apart_floor(plan: GivenPlan, rule: Rule) -> Iterator[Violation]:
    """No floor holds pieces of both."""
    others = set(plan.floors_of(rule.object))
    shared = [floor for floor in plan.floors_of(rule.subject) if floor in others]
    found = f"they share {counted(len(shared), 'floor')}: {listed(shared)}"
    yield from _broken(rule, len(shared), found)


def apart_tower(plan: GivenPlan, rule: Rule) -> Iterator[Violation]:
    """No tower holds pieces of both."""
    others = set(_towers(plan, rule.object))
    shared = [tower for tower in _towers(plan, rule.subject) if tower in others]
    found = f"they share {counted(len(shared), 'tower')}: {listed(shared)}"
    yield from _broken(rule, len(shared), found)


def own_floor(plan: GivenPlan, rule: Rule) -> Iterator[Violation]:
    """No organisation but the subject's own is on any floor that the subject uses."""
    # Other units of the subject's organisation may share its floors.
    own = {plan.organisation_of[unit] for unit in plan.members(rule.subject)}
    shared = [
        floor
        for floor in plan.floors_of(rule.subject)
        if any(plan.organisation_of[unit] not in own for unit in plan.units_on[floor])
    ]
    found = f"it shares {counted(len(shared), 'floor')}: {listed(shared)}"
    yield from _broken(rule, len(shared), found)


def contiguous(plan: GivenPlan, rule: Rule) -> Iterator[Violation]:
    """In each tower the levels that the subject uses follow one another."""
    skipped = plan.skipped(plan.floors_of(rule.subject))
    yield from _broken(rule, len(skipped), _left_out(skipped))


def max_floors(plan: GivenPlan, rule: Rule) -> Iterator[Violation]:
    """Each unit of the subject uses at most that many floors."""
    # Unit by unit, also of an organisation; max_towers counts it as a whole.
    used = {unit: len(plan.floors_of(unit)) for unit in plan.members(rule.subject)}
    many = {unit: number for unit, number in used.items() if number > rule.count}
    excess = sum(many.values()) - rule.count * len(many)
    found = listed(f"{unit} uses {number}" for unit, number in many.items())
    yield from _broken(rule, excess, found)


def max_towers(plan: GivenPlan, rule: Rule) -> Iterator[Violation]:
    """The subject as a whole uses at most that many towers."""
    used = _towers(plan, rule.subject)
    found = f"it uses {len(used)}: {listed(used)}"
    yield from _broken(rule, len(used) - rule.count, found)


def levels(plan: GivenPlan, rule: Rule) -> Iterator[Violation]:
    """Pieces of the subject are only on these levels, both included."""
    low, high = rule.level_range
    pieces = plan.pieces_of(rule.subject)
    outside = [piece for piece in pieces if not low <= plan.floors[piece[1]].level <= high]
    yield from _broken(rule, *_elsewhere(outside))


def at_least(plan: GivenPlan, rule: Rule) -> Iterator[Violation]:
    """The subject has at least that many desks on the floor."""
    there = plan.units_on.get(rule.object or "", {})
    desks = sum(there.get(unit, 0) for unit in plan.members(rule.subject))
    missing = rule.count - desks
    yield from _broken(rule, missing, f"it has {desks:,}: {missing:,} missing")


def _broken(rule: Rule, amount: int, found: str) -> Iterator[Violation]:
    """Yield one violation of the row where the amount is above 0."""
    if amount <= 0:
        return
    said = RULE_FORMS[rule.rule].says(subject=rule.subject, object=rule.object, value=rule.value)
    yield Violation(
        kind=rule.rule.value,
        subject=rule.subject,
        object=rule.object or "",
        amount=amount,
        message=f"the rule says that {said}, but {found}",
    )


def _once(things: Iterable[str]) -> list[str]:
    """Return things in their order, each once."""
    return list(dict.fromkeys(things))


def _towers(plan: GivenPlan, *bodies: str | None) -> list[str]:
    """Return every tower in which any of the bodies has a piece, each once."""
    return _once(plan.tower(floor) for floor in plan.floors_of(*bodies))


def _named(pieces: Iterable[tuple[str, str]]) -> str:
    """Return pieces as a list for a sentence."""
    return listed(f"{unit} on {floor}" for unit, floor in pieces)


def _elsewhere(pieces: Sequence[tuple[str, str]]) -> tuple[int, str]:
    """Return how many pieces lie where they may not, and that as a clause."""
    return len(pieces), f"it has {counted(len(pieces), 'piece')} elsewhere: {_named(pieces)}"


def _spread(used: Sequence[str], noun: str) -> str:
    """Return where somebody is who should be in one place, as a clause."""
    where = "on" if noun == "floor" else "in"
    return f"they are {where} {counted(len(used), noun)}: {listed(used)}"


def _left_out(skipped: Sequence[tuple[str, int]]) -> str:
    """Return the levels that are left out, as a clause."""
    named = listed(f"level {level} of {tower}" for tower, level in skipped)
    return f"with {counted(len(skipped), 'level')} left out between: {named}"


def each(check: RowCheck) -> RowsCheck:
    """Return the check of every row by itself."""

    def check_rows(plan: GivenPlan, rows: Sequence[Rule]) -> Iterator[Violation]:
        for row in rows:
            yield from check(plan, row)

    return check_rows


RULES: dict[RuleKind, RowsCheck] = {
    RuleKind.ONLY_IN: only_in,
    RuleKind.NEVER_IN: each(never_in),
    RuleKind.KEPT_FOR: kept_for,
    RuleKind.SAME_FLOOR: each(same_floor),
    RuleKind.SAME_TOWER: each(same_tower),
    RuleKind.SAME_COMPLEX: each(same_complex),
    RuleKind.ADJACENT_FLOORS: each(adjacent_floors),
    RuleKind.APART_FLOOR: each(apart_floor),
    RuleKind.APART_TOWER: each(apart_tower),
    RuleKind.OWN_FLOOR: each(own_floor),
    RuleKind.CONTIGUOUS: each(contiguous),
    RuleKind.MAX_FLOORS: each(max_floors),
    RuleKind.MAX_TOWERS: each(max_towers),
    RuleKind.LEVELS: each(levels),
    RuleKind.AT_LEAST: each(at_least),
}
"""Which function checks which kind of rule."""


def violations(plan: GivenPlan) -> Iterator[Violation]:
    """Yield every way in which the pieces break the rules, by kind and then by row."""
    for kind, check in RULES.items():
        yield from check(plan, _rows(plan.scenario, kind))


def _rows(scenario: Scenario, kind: RuleKind) -> list[Rule]:
    """Return the rules of a kind, in the order of the table."""
    return [rule for rule in scenario.rules if rule.rule is kind]
