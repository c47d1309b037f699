"""Whether each row of `rules` fills the columns that its kind uses, and no other."""

from __future__ import annotations

import re
from collections.abc import Iterator

from allocator.errors import Problem
from allocator.scenario.data import ScenarioData
from allocator.scenario.known import Known
from allocator.scenario.rules import RULE_FORMS, RuleForm, RuleKind, Takes, ValueForm
from allocator.scenario.settings import LARGEST_COUNT
from allocator.scenario.tables import LARGEST_LEVEL, Rule

_COUNT = re.compile(r"\d{1,12}", re.ASCII)
_RANGE = re.compile(r"(-?\d{1,6})\s*\.\.\s*(-?\d{1,6})", re.ASCII)


def rules_fill_their_columns(scenario: ScenarioData, _: Known) -> Iterator[Problem]:
    """Each rule has the object and the value that its kind takes.

    A column that a kind does not use stays empty: what stands there would be thought to act.
    """
    for number, row in enumerate(scenario.rules, 1):
        form = RULE_FORMS[row.rule]
        for column, expected in (
            ("object", _object_wanted(row, form)),
            ("value", _value_wanted(row, form)),
        ):
            if expected:
                value = getattr(row, column) or ""
                message = f"expected {expected} for the rule {row.rule}"
                yield Problem(message, "rules", number, column, value)


def _object_wanted(row: Rule, form: RuleForm) -> str:
    """Return what the cell should hold, or nothing where it does."""
    if form.object is Takes.NOTHING:
        return "nothing" if row.object else ""
    return "" if row.object else form.object.value


def _value_wanted(row: Rule, form: RuleForm) -> str:
    """Return what the cell should hold, or nothing where it does."""
    fits = {
        ValueForm.NOTHING: lambda value: not value,
        ValueForm.COUNT: _is_count,
        ValueForm.RANGE: _is_range,
    }[form.value]
    return "" if fits(row.value or "") else form.value.value


def _is_count(value: str) -> bool:
    """Say whether a value is a whole number in figures, from 1 to the largest of a cell."""
    return bool(_COUNT.fullmatch(value)) and 1 <= int(value) <= LARGEST_COUNT


def _is_range(value: str) -> bool:
    """Say whether a value is two levels, the lower first."""
    found = _RANGE.fullmatch(value)
    if not found:
        return False
    low, high = int(found[1]), int(found[2])
    return -LARGEST_LEVEL <= low <= high <= LARGEST_LEVEL


def apart_bodies_overlap(scenario: ScenarioData, known: Known) -> Iterator[Problem]:
    """No body is to be apart from itself, or from a part of itself."""
    apart = (RuleKind.APART_FLOOR, RuleKind.APART_TOWER)
    for number, row in enumerate(scenario.rules, 1):
        # Such a rule could never hold, so it is an error and not a case without a plan.
        if row.rule in apart and row.object and known.overlap(row.subject, row.object):
            expected = f"expected a body that does not overlap with {row.subject}"
            yield Problem(expected, "rules", number, "object", row.object)
