"""The kinds of rule there are, which columns each uses, and what each means in English.

What a rule means is written twice, by its name: to the search (`allocator.search.rules`), and to
the checker (`allocator.plan.verify`), which shares nothing with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from allocator.texts import filled


class RuleKind(StrEnum):
    """Names of the rules, as written in the column ``rule``."""

    ONLY_IN = "only_in"
    NEVER_IN = "never_in"
    KEPT_FOR = "kept_for"
    SAME_FLOOR = "same_floor"
    SAME_TOWER = "same_tower"
    SAME_COMPLEX = "same_complex"
    ADJACENT_FLOORS = "adjacent_floors"
    APART_FLOOR = "apart_floor"
    APART_TOWER = "apart_tower"
    OWN_FLOOR = "own_floor"
    CONTIGUOUS = "contiguous"
    MAX_FLOORS = "max_floors"
    MAX_TOWERS = "max_towers"
    LEVELS = "levels"
    AT_LEAST = "at_least"


class Takes(StrEnum):
    """What the column ``object`` of a rule holds."""

    NOTHING = "nothing"
    BODY = "a unit or an organisation"
    PLACE = "a floor, tower or complex"
    FLOOR = "a floor"


class ValueForm(StrEnum):
    """What the column ``value`` of a rule holds."""

    NOTHING = "nothing"
    COUNT = "a whole number of at least 1"
    RANGE = "two levels lo..hi"


@dataclass(frozen=True)
class RuleForm:
    """Columns that a kind of rule uses, and its meaning.

    Attributes
    ----------
    object, value
        What the columns ``object`` and ``value`` must hold.
    means
        The rule in English; ``{subject}``, ``{object}`` and ``{value}`` stand for its cells.
    joined_by
        The column by which several rows are one rule: a place is allowed by any of them.
    """

    object: Takes
    value: ValueForm
    means: str
    joined_by: Literal["subject", "object"] | None = None

    def says(self, *, subject: str, object: str | None, value: str | None) -> str:
        """Return the rule in English, of a row with these cells.

        Values that are counts bring the right form of their noun, as the form asks for it.
        """
        return filled(self.means, subject=subject, object=object, value=value)


RULE_FORMS: dict[RuleKind, RuleForm] = {
    RuleKind.ONLY_IN: RuleForm(
        Takes.PLACE, ValueForm.NOTHING, "{subject} has pieces only in {object}", "subject"
    ),
    RuleKind.NEVER_IN: RuleForm(
        Takes.PLACE, ValueForm.NOTHING, "{subject} has no piece in {object}"
    ),
    RuleKind.KEPT_FOR: RuleForm(
        Takes.PLACE,
        ValueForm.NOTHING,
        "{object} is kept for {subject} and others so named",
        "object",
    ),
    RuleKind.SAME_FLOOR: RuleForm(
        Takes.BODY, ValueForm.NOTHING, "all pieces of {subject} and {object} are on one floor"
    ),
    RuleKind.SAME_TOWER: RuleForm(
        Takes.BODY, ValueForm.NOTHING, "all pieces of {subject} and {object} are in one tower"
    ),
    RuleKind.SAME_COMPLEX: RuleForm(
        Takes.BODY, ValueForm.NOTHING, "all pieces of {subject} and {object} are in one complex"
    ),
    RuleKind.ADJACENT_FLOORS: RuleForm(
        Takes.BODY,
        ValueForm.NOTHING,
        "all pieces of {subject} and {object} are in one tower, on levels that follow one another",
    ),
    RuleKind.APART_FLOOR: RuleForm(
        Takes.BODY, ValueForm.NOTHING, "no floor holds pieces of both {subject} and {object}"
    ),
    RuleKind.APART_TOWER: RuleForm(
        Takes.BODY, ValueForm.NOTHING, "no tower holds pieces of both {subject} and {object}"
    ),
    RuleKind.OWN_FLOOR: RuleForm(
        Takes.NOTHING, ValueForm.NOTHING, "no other organisation is on a floor {subject} uses"
    ),
    RuleKind.CONTIGUOUS: RuleForm(
        Takes.NOTHING, ValueForm.NOTHING, "{subject} leaves out no level in any tower it uses"
    ),
    RuleKind.MAX_FLOORS: RuleForm(
        Takes.NOTHING, ValueForm.COUNT, "each unit of {subject} uses at most {value:floor|floors}"
    ),
    RuleKind.MAX_TOWERS: RuleForm(
        Takes.NOTHING, ValueForm.COUNT, "{subject} uses at most {value:tower|towers}"
    ),
    RuleKind.LEVELS: RuleForm(
        Takes.NOTHING, ValueForm.RANGE, "{subject} is only on levels {value}"
    ),
    RuleKind.AT_LEAST: RuleForm(
        Takes.FLOOR, ValueForm.COUNT, "{subject} has at least {value:desk|desks} on {object}"
    ),
}
