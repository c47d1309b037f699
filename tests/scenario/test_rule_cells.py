"""The cells of rules: each kind has its object and value and no other."""

from __future__ import annotations

import pytest

from allocator.scenario.rules import RULE_FORMS, RuleKind, Takes, ValueForm
from tests.builders import Values, scenario
from tests.scenario.files import problems

OBJECTS = {Takes.NOTHING: None, Takes.BODY: "w", Takes.PLACE: "A", Takes.FLOOR: "A-1"}
VALUES = {ValueForm.NOTHING: None, ValueForm.COUNT: "2", ValueForm.RANGE: "-1..3"}
HEADCOUNTS: list[Values] = [("u", 30, "O"), ("v", 20, "O"), ("w", 10, "P")]


def sound(kind: RuleKind) -> tuple[str, str, str | None, str | None]:
    form = RULE_FORMS[kind]
    return (kind.value, "u", OBJECTS[form.object], VALUES[form.value])


@pytest.mark.parametrize("kind", RuleKind)
def test_each_kind_takes_its_own_cells(kind: RuleKind) -> None:
    """A rule with the cells that its kind uses is sound."""
    assert scenario(headcounts=HEADCOUNTS, rules=[sound(kind)]).rules[0].rule is kind


@pytest.mark.parametrize("kind", RuleKind)
@pytest.mark.parametrize("column", ["object", "value"])
def test_each_kind_refuses_other_cells(kind: RuleKind, column: str) -> None:
    """A needed cell that is empty, or a filled one that is not used, is refused."""
    rule, subject, object_, value = sound(kind)
    if column == "object":
        object_ = None if object_ else "A"
    else:
        value = None if value else "2"
    (found,) = problems(scenario, headcounts=HEADCOUNTS, rules=[(rule, subject, object_, value)])
    assert found.startswith(f"rules, row 1, column {column}: expected ")
    assert f" for the rule {kind.value} " in found


@pytest.mark.parametrize("value", ["0", "-1", "1.5", "two", "10000001", "9" * 5000, "1..2"])
def test_counts_are_whole_and_positive(value: str) -> None:
    """max_floors takes a whole number from 1 to the largest count."""
    (found,) = problems(scenario, rules=[("max_floors", "Finance", None, value)])
    assert found.startswith("rules, row 1, column value: expected a whole number of at least 1")


@pytest.mark.parametrize("value", ["3..1", "1", "1..", "..1", "a..b", "1-3", "1...3", "0..1001"])
def test_levels_run_from_low_to_high(value: str) -> None:
    """levels takes lo..hi, in that order."""
    (found,) = problems(scenario, rules=[("levels", "Finance", None, value)])
    assert found.startswith("rules, row 1, column value: expected two levels lo..hi")


@pytest.mark.parametrize(
    ("value", "levels"), [("1..3", (1, 3)), ("-2..-1", (-2, -1)), ("0 .. 0", (0, 0))]
)
def test_levels_may_be_below_ground(value: str, levels: tuple[int, int]) -> None:
    """Negative levels and a single level are sound."""
    found = scenario(rules=[("levels", "Finance", None, value)])
    assert found.rules[0].level_range == levels


@pytest.mark.parametrize("kind", ["apart_floor", "apart_tower"])
@pytest.mark.parametrize(("a", "b"), [("u", "u"), ("u", "O"), ("O", "u"), ("O", "O")])
def test_bodies_apart_do_not_overlap(kind: str, a: str, b: str) -> None:
    """Nobody can be apart from itself or from its own part."""
    (found,) = problems(scenario, headcounts=HEADCOUNTS, rules=[(kind, a, b)])
    assert found.startswith("rules, row 1, column object: expected a body that does not overlap")


@pytest.mark.parametrize(("a", "b"), [("u", "v"), ("u", "P"), ("O", "P")])
def test_other_bodies_may_be_apart(a: str, b: str) -> None:
    """Two units of one organisation, or two organisations, may be kept apart."""
    assert len(scenario(headcounts=HEADCOUNTS, rules=[("apart_floor", a, b)]).rules) == 1


def test_bodies_together_may_overlap() -> None:
    """A unit and its organisation may be asked onto one floor."""
    assert len(scenario(headcounts=HEADCOUNTS, rules=[("same_floor", "u", "O")]).rules) == 1
