"""The checker on rules: each kind just inside and just outside, for a unit and an organisation."""

from __future__ import annotations

from typing import Any

import pytest

from allocator.plan.verify.rules import RULES
from allocator.scenario.rules import RuleKind
from allocator.scenario.types import Scenario
from tests.builders import scenario
from tests.plan.offices import check, kinds

FLOORS = {
    "A1": 1,
    "A2": 2,
    "A2x": 2,
    "A3": 3,
    "A4": 4,
    "B1": 1,
    "B2": 2,
    "B4": 4,
    "D0": -1,
    "D1": 1,
}
"""Levels; the tower is the first letter. Tower B has no floor on level 3, D none on level 0."""


def ruled(*rules: tuple[Any, ...], **tables: Any) -> Scenario:
    """Return units u1 and u2 of Org, v1 of Other, w1 of Third, 40 desks each, none compulsory."""
    bodies = {"u1": "Org", "u2": "Org", "v1": "Other", "w1": "Third"}
    usual: dict[str, Any] = {
        "floors": [(name, name[0], level, 100) for name, level in FLOORS.items()],
        "towers": [("A", "", "C"), ("B", "", "C"), ("D",)],
        "headcounts": [(unit, 40, organisation) for unit, organisation in bodies.items()],
        "settings": {"options": {"allow_unplaced": True}},
    }
    return scenario(**(usual | tables), rules=rules)


CASES: list[tuple[tuple[str, ...], str, str, int]] = [
    (("only_in", "u1", "A2"), "u1 A2 20, u2 A2x 20", "u1 A2x 20", 1),
    (("only_in", "u1", "A"), "u1 A1 20, u1 A4 20", "u1 A1 20, u1 B1 20", 1),
    (("only_in", "Org", "C"), "u1 A1 20, u2 B1 20, v1 D1 20", "u1 D1 20, u2 D0 20", 2),
    (("only_in", "Org", "D"), "u1 D0 20, u2 D1 20", "u1 D0 20, u2 A1 20", 1),
    (("never_in", "u1", "A2"), "u1 A1 20, u1 A2x 20, u2 A2 20", "u1 A1 20, u1 A2 20", 1),
    (("never_in", "Org", "A"), "u1 B1 20, u2 D1 20, v1 A1 20", "u1 A1 20, u2 A1 20", 2),
    (("never_in", "Org", "C"), "u1 D1 20, v1 B1 20", "u1 D1 20, u2 B1 20", 1),
    (("same_floor", "u1", "v1"), "u1 A2 20, v1 A2 20", "u1 A2 20, v1 A2x 20", 1),
    (
        ("same_floor", "Org", "Other"),
        "u1 A1 20, u2 A1 20, v1 A1 20, w1 A2 20",
        "u1 A1 20, u2 A2 20, v1 A3 20",
        2,
    ),
    (("same_tower", "u1", "v1"), "u1 A1 20, v1 A4 20, u2 B1 20", "u1 A1 20, v1 B1 20", 1),
    (
        ("same_tower", "Org", "Other"),
        "u1 A1 20, u2 A2 20, v1 A4 20",
        "u1 A1 20, u2 B1 20, v1 D1 20",
        2,
    ),
    (("same_complex", "u1", "v1"), "u1 A1 20, v1 B1 20, u2 D1 20", "u1 A1 20, v1 D1 20", 1),
    (
        ("same_complex", "Org", "Other"),
        "u1 A1 20, u2 B1 20, v1 A4 20",
        "u1 A1 20, u2 D1 20, v1 A1 20",
        1,
    ),
    (("adjacent_floors", "u1", "v1"), "u1 A1 20, v1 A2x 20", "u1 A1 20, v1 A3 20", 1),
    (("adjacent_floors", "u1", "v1"), "u1 B2 20, v1 B4 20", "u1 B1 20, v1 B4 20", 1),
    (("adjacent_floors", "u1", "v1"), "u1 A1 20, v1 A1 20", "u1 A1 20, v1 B1 20", 1),
    (
        ("adjacent_floors", "Org", "Other"),
        "u1 A1 20, v1 A2 20, u2 A3 20, w1 D1 20",
        "u1 A1 20, u2 A1 20, v1 A4 20",
        2,
    ),
    (
        ("apart_floor", "u1", "v1"),
        "u1 A2 20, v1 A2x 20, u2 A2x 20",
        "u1 A1 20, u1 A2 20, v1 A1 20, v1 A2 20",
        2,
    ),
    (
        ("apart_floor", "Org", "Other"),
        "u1 A1 20, u2 A2 20, v1 A3 20",
        "u1 A1 20, u2 A2 20, v1 A2 20",
        1,
    ),
    (("apart_tower", "u1", "v1"), "u1 A1 20, v1 B1 20, u2 B1 20", "u1 A1 20, v1 A4 20", 1),
    (
        ("apart_tower", "Org", "Other"),
        "u1 A1 20, u2 B1 20, v1 D1 20",
        "u1 A1 20, u2 B1 20, v1 A4 20, v1 B4 20",
        2,
    ),
    (("own_floor", "u1"), "u1 A2 20, u2 A2 20, v1 A2x 20", "u1 A2 20, v1 A2 20", 1),
    (
        ("own_floor", "Org"),
        "u1 A1 20, u2 A1 20, v1 A2 20",
        "u1 A1 20, u2 A2 20, v1 A1 20, w1 A2 20, v1 A2 20",
        2,
    ),
    (("contiguous", "u1"), "u1 A1 20, u1 A2x 20", "u1 A1 20, u1 A3 20, u2 A2 20", 1),
    (("contiguous", "u1"), "u1 B2 20, u1 B4 20", "u1 B1 20, u1 B4 20", 1),
    (
        ("contiguous", "Org"),
        "u1 A1 20, u1 A2 20, u2 A3 20, u2 B4 20",
        "u1 A1 20, u2 A4 20, u2 B1 20",
        2,
    ),
    (("max_floors", "u1", "", "2"), "u1 A1 10, u1 B1 10", "u1 A1 10, u1 A2 10, u1 A3 10", 1),
    (
        ("max_floors", "Org", "", "1"),
        "u1 A1 20, u2 B1 20, v1 A2 20, v1 A3 20",
        "u1 A1 10, u1 A2 10, u2 A1 10, u2 A3 10, u2 B1 10",
        3,
    ),
    (("max_towers", "u1", "", "1"), "u1 A1 20, u1 A4 20, u2 B1 20", "u1 A1 20, u1 B1 20", 1),
    (
        ("max_towers", "Org", "", "2"),
        "u1 A1 20, u1 B1 20, u2 B1 20, v1 D1 20",
        "u1 A1 20, u2 B1 20, u2 D1 20",
        1,
    ),
    (("levels", "u1", "", "2..3"), "u1 A2 20, u1 A3 20, v1 A1 20", "u1 A1 20, u1 A4 20", 2),
    (("levels", "Org", "", "-1..1"), "u1 D0 20, u2 A1 20", "u1 D0 20, u2 B2 20", 1),
    (("at_least", "u1", "A1", "12"), "u1 A1 12, u1 A2 20", "u1 A1 11, u1 A2 20, u2 A1 20", 1),
    (("at_least", "Org", "A1", "30"), "u1 A1 15, u2 A1 15", "u1 A1 15, u2 A1 14, v1 A1 9", 1),
]


def built(rule: tuple[str, ...]) -> tuple[str | None, ...]:
    return tuple(cell or None for cell in rule)


@pytest.mark.parametrize(("rule", "inside", "outside", "amount"), CASES)
def test_rule_inside_and_outside(
    rule: tuple[str, ...], inside: str, outside: str, amount: int
) -> None:
    """A plan just inside breaks nothing, one just outside this rule alone, by the amount."""
    case = ruled(built(rule))
    assert kinds(case, inside) == []
    (found,) = check(case, outside).violations
    assert (found.kind, found.subject, found.object, found.amount) == (
        rule[0],
        rule[1],
        rule[2] if len(rule) > 2 else "",
        amount,
    )


@pytest.mark.parametrize(("rule", "inside", "outside", "amount"), CASES)
def test_without_the_rule_both_plans_are_fine(
    rule: tuple[str, ...], inside: str, outside: str, amount: int
) -> None:
    """What breaks a rule breaks nothing where the rule is not given."""
    case = ruled()
    assert kinds(case, inside) == kinds(case, outside) == []


@pytest.mark.parametrize(
    ("subject", "outside", "found"),
    [
        ("u1", "u1 A2 20, u2 A2 20, v1 A2 20", [("u2", "A2", 1), ("v1", "A2", 1)]),
        ("Org", "u1 A2 20, u2 A2 20, v1 A2 20", [("v1", "A2", 1)]),
    ],
)
def test_kept_for_names_every_stranger(
    subject: str, outside: str, found: list[tuple[str, str, int]]
) -> None:
    """A floor kept for a body is open to its units; every other unit there is a violation."""
    case = ruled(("kept_for", subject, "A2"))
    assert kinds(case, "u1 A2 20, u2 A2x 20, v1 A1 20") == []
    broken = check(case, outside).violations
    assert [(v.subject, v.object, v.amount) for v in broken] == found


def test_every_kind_of_rule_is_checked_and_tested() -> None:
    """The table of checks and the cases above leave out no kind of rule."""
    assert set(RULES) == set(RuleKind)
    assert {rule[0] for rule, *_ in CASES} | {"kept_for"} == {kind.value for kind in RuleKind}


def test_only_in_rows_of_one_subject_offer_a_choice() -> None:
    """Two rows for one subject allow either place; outside both there is one violation."""
    case = ruled(("only_in", "u1", "A1"), ("only_in", "u1", "B"))
    assert kinds(case, "u1 A1 20, u1 B4 20") == []
    (found,) = check(case, "u1 A2 20, u1 D1 20").violations
    assert (found.subject, found.object, found.amount) == ("u1", "A1;B", 2)


def test_only_in_of_an_organisation_and_its_unit_both_hold() -> None:
    """A unit's own place does not free it from its organisation's."""
    case = ruled(("only_in", "Org", "A"), ("only_in", "u1", "B"))
    assert [v.subject for v in check(case, "u1 A1 20").violations] == ["u1"]
    assert [v.subject for v in check(case, "u1 B1 20").violations] == ["Org"]


def test_kept_for_is_open_to_every_subject_of_its_place() -> None:
    """A unit and an organisation may be welcome in one place, and nobody else."""
    case = ruled(("kept_for", "u1", "A"), ("kept_for", "Other", "A"))
    assert kinds(case, "u1 A1 20, v1 A2 20, u2 B1 20") == []
    assert [v.subject for v in check(case, "u2 A1 20, w1 A1 20").violations] == ["u2", "w1"]


def test_kept_for_goes_by_each_place_alone() -> None:
    """Being welcome on a floor does not open the tower that is kept for others."""
    case = ruled(("kept_for", "u1", "A2"), ("kept_for", "Other", "A"))
    assert [(v.subject, v.object) for v in check(case, "u1 A2 20").violations] == [("u1", "A")]
    assert [(v.subject, v.object) for v in check(case, "v1 A2 20").violations] == [("v1", "A2")]


def test_kept_for_counts_the_pieces_in_a_complex() -> None:
    """A stranger with two pieces in a complex kept for others is one violation of two pieces."""
    case = ruled(("kept_for", "Org", "C"))
    (found,) = check(case, "u1 A1 20, v1 A1 20, v1 B1 20").violations
    assert (found.subject, found.object, found.amount) == ("v1", "C", 2)


def test_kept_for_nobody_placed_still_keeps_others_off() -> None:
    """A place stays kept where its own subject has no piece at all."""
    assert kinds(ruled(("kept_for", "u1", "A1")), "v1 A1 20") == ["kept_for"]


NO_PIECES = [built(rule) for rule, *_ in CASES if rule[0] != "at_least"]


@pytest.mark.parametrize("rule", NO_PIECES)
def test_bodies_without_pieces_break_no_rule(rule: tuple[str | None, ...]) -> None:
    """Where nobody the rule speaks of is placed, others may sit anywhere."""
    assert kinds(ruled(rule), "w1 A1 10, w1 A4 10, w1 B4 10, w1 D0 10") == []


def test_at_least_fails_for_want_of_desks() -> None:
    """A body with no piece misses all the desks that at_least asks for."""
    (found,) = check(ruled(("at_least", "Org", "A1", "12")), "").violations
    assert found.amount == 12
    assert found.message == (
        "the rule says that Org has at least 12 desks on A1, but it has 0: 12 missing"
    )


def test_every_row_is_checked_by_itself() -> None:
    """Rules on an organisation and on its unit both hold, one violation each."""
    case = ruled(("max_towers", "Org", None, "2"), ("max_towers", "u1", None, "1"))
    assert [v.subject for v in check(case, "u1 A1 20, u1 B1 20").violations] == ["u1"]
    assert len(check(case, "u1 A1 20, u1 B1 20, u2 D1 20").violations) == 2


def test_id_shared_by_a_unit_and_its_organisation_is_one_body() -> None:
    """A unit that is its own organisation is bound by rules under its one id."""
    case = ruled(("max_floors", "Solo", None, "1"), headcounts=[("Solo", 40)])
    assert kinds(case, "Solo A1 20") == []
    assert kinds(case, "Solo A1 20, Solo A2 20") == ["max_floors"]


def test_own_floor_minds_units_without_a_headcount() -> None:
    """Whoever sits on the floor counts, also a unit that should not be placed at all."""
    units = [(unit, organisation) for unit, organisation in [("u1", "Org"), ("x", "Third")]]
    case = ruled(("own_floor", "u1"), units=units, headcounts=[("u1", 40)])
    assert kinds(case, "u1 A1 40, x A1 10") == ["over_demand", "own_floor"]


def test_sentences_name_a_few_and_count_the_rest() -> None:
    """A violation of many pieces names three of them and says how many more there are."""
    case = ruled(("never_in", "Org", "A"))
    (found,) = check(case, "u1 A1 10, u1 A2 10, u1 A3 10, u2 A1 10, u2 A4 10").violations
    assert found.message == (
        "the rule says that Org has no piece in A, but it has 5 pieces there: "
        "u1 on A1, u1 on A2, u1 on A3 and 2 more"
    )
