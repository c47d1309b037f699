"""The decisions of an import: each with its rule, its reason and how sure it is; none is silent.

Every rule asks here before it acts. An answer that was given, now or in an earlier import, beats
what the rule proposes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from allocator.errors import InputError, Problem
from allocator.scenario.names import Nearest
from allocator.texts import Texts

ASK_BELOW = 0.6
"""Confidence below which a rule's proposal is a question."""

RULES: Mapping[str, float] = {
    "sheet_used": 0.9,
    "sheet_as_it_is": 1.0,
    "sheet_without_table": 0.9,
    "sheet_empty": 1.0,
    "sheet_hidden": 0.9,
    "sheet_summary": 0.85,
    "sheet_same_units": 0.5,
    "sheet_turned": 0.8,
    "sheet_crossed": 0.75,
    "sheet_headless": 0.65,
    "sheet_side_by_side": 0.85,
    "macros_ignored": 1.0,
    "table_kept": 1.0,
    "table_dropped": 0.7,
    "header_row": 0.9,
    "header_rows": 0.85,
    "column_by_name": 0.95,
    "column_by_part": 0.75,
    "column_by_content": 0.65,
    "column_idle": 0.9,
    "column_is_empty": 1.0,
    "headcount_of_parts": 0.9,
    "parts_add_up": 0.85,
    "headcount_chosen": 0.8,
    "headcount_unclear": 0.4,
    "headcount_differs": 0.5,
    "people_counted": 0.8,
    "column_numbers": 1.0,
    "row_title": 0.95,
    "row_note": 0.9,
    "row_header_again": 0.95,
    "row_total": 0.97,
    "row_total_by_sum": 0.8,
    "row_total_by_formula": 0.9,
    "row_total_differs": 0.5,
    "row_equals_sum": 0.7,
    "row_without_number": 0.65,
    "row_without_name": 0.5,
    "row_column_numbers": 0.95,
    "rows_hidden": 0.8,
    "heading_organisation": 0.8,
    "heading_parent": 0.75,
    "heading_in_column": 0.9,
    "heading_unclear": 0.5,
    "merged_filled": 0.98,
    "blanks_filled": 0.85,
    "number_grouped": 0.95,
    "number_with_words": 0.95,
    "number_dash": 0.9,
    "number_scaled": 0.75,
    "number_decimal": 0.9,
    "formula_not_calculated": 0.75,
    "level_by_name": 0.9,
    "level_unclear": 0.3,
    "floors_of_range": 0.85,
    "floors_of_range_unclear": 0.4,
    "organisation_of_title": 0.8,
    "organisation_of_sheet": 0.7,
    "organisation_unclear": 0.4,
    "unit_stands_alone": 0.65,
    "name_numbered": 0.9,
    "heading_tower": 0.85,
    "tower_and_floor": 0.85,
    "tower_of_title": 0.8,
    "tower_of_sheet": 0.7,
    "tower_single": 0.65,
    "tower_unclear": 0.4,
    "name_made_unique": 0.9,
    "names_alike": 0.8,
    "names_by_code": 0.85,
    "floor_made_unique": 0.9,
    "floors_added_up": 0.7,
    "floors_given_twice": 0.4,
    "units_added_up": 0.7,
    "units_given_twice": 0.5,
    "net_area": 0.9,
    "area_net_assumed": 0.65,
    "gross_to_net": 0.95,
    "gross_factor_unclear": 0.4,
    "scheme_unclear": 0.5,
    "area_per_desk_stated": 0.85,
    "area_per_desk_unclear": 0.4,
    "floor_left_out": 0.8,
    "share_in_per_cent": 0.9,
    "ratio_turned": 0.85,
}
"""Every rule, and how sure it is of what it proposes, from 0 to 1."""


@dataclass(frozen=True)
class At:
    """What is decided about and where it stands.

    Attributes
    ----------
    place
        File and sheet.
    what
        The thing as it is written there.
    row, cell
        Row as the spreadsheet shows it; name of the first cell.
    count
        How many rows or cells are decided alike.
    """

    place: str = ""
    what: str = ""
    row: int | None = None
    cell: str = ""
    count: int = 1


@dataclass(frozen=True)
class Decision:
    """What was understood of a sheet, a column, a row or a cell.

    Attributes
    ----------
    key
        By which it can be answered: ``KEY=VALUE``.
    rule, facts
        The rule that decided, and what its reason speaks of.
    place, row, cell
        File and sheet; row as the spreadsheet shows it; name of the first cell.
    what
        The thing as it is written there.
    chosen
        What is taken for it, and at hand in `choices` where these are closed.
    confidence
        From 0 to 1; 1 where it was answered.
    source
        ``rule``, ``answer``, ``remembered``, or ``open`` for a question.
    count
        How many cells or rows are decided alike.
    """

    key: str
    rule: str
    place: str
    what: str
    chosen: str
    confidence: float
    facts: Mapping[str, object] = field(default_factory=dict)
    row: int | None = None
    cell: str = ""
    choices: tuple[str, ...] = ()
    source: str = "rule"
    count: int = 1

    @property
    def is_open(self) -> bool:
        """Return whether this is a question that nobody has answered."""
        return self.source == "open"

    def reason(self, say: Texts) -> str:
        """Return why, in a language: the sentence of its rule with what it speaks of."""
        values = {"what": self.what, "chosen": self.shown(self.chosen, say), "count": self.count}
        return say(f"import.rule_{self.rule}", **(values | dict(self.facts)))

    @staticmethod
    def shown(choice: str, say: Texts) -> str:
        """Return a choice in words, where it has any; a name of the table stays as it is."""
        return say.all.get(f"import.choice_{choice}", choice)


class Ledger:
    """Takes every decision, in the order in which they are made.

    Parameters
    ----------
    answers
        What was answered now, by key.
    remembered
        What was decided in an earlier import, by key.
    take_proposals
        Whether what is proposed is taken for an answer where nobody gave one.
    """

    def __init__(
        self,
        answers: Mapping[str, str] | None = None,
        remembered: Mapping[str, str] | None = None,
        *,
        take_proposals: bool = False,
    ) -> None:
        self.answers = dict(answers or {})
        self.remembered = dict(remembered or {})
        self.take_proposals = take_proposals
        self.decisions: list[Decision] = []
        self.problems: list[Problem] = []

    def settle(
        self,
        rule: str,
        key: str,
        proposed: str,
        at: At,
        choices: Iterable[str] = (),
        facts: Mapping[str, object] | None = None,
    ) -> str:
        """Return what holds for a key: the answer, else what the rule proposes.

        Parameters
        ----------
        rule, facts
            The rule that decides, and what its reason speaks of.
        key
            By which it can be answered.
        proposed
            What holds without an answer.
        at
            What is decided about, and where it stands.
        choices
            What may be answered; anything where there are none.
        """
        closed = tuple(choices)
        given, source = self._given(key, closed, at.place)
        # A rule without an entry fails here at once, so none can act without a stated confidence.
        confidence = RULES[rule]
        if given is None:
            # A question has an answer for now, too: everything after it can be shown before it is
            # settled.
            is_open = confidence < ASK_BELOW and not self.take_proposals
            source = "open" if is_open else "rule"
        decision = Decision(
            key=key,
            rule=rule,
            place=at.place,
            what=at.what,
            chosen=proposed if given is None else given,
            confidence=confidence if given is None else 1.0,
            facts=facts or {},
            row=at.row,
            cell=at.cell,
            choices=closed,
            source=source,
            count=at.count,
        )
        self.decisions.append(decision)
        return decision.chosen

    def answered(self, key: str) -> str | None:
        """Return the answer to a key, for rules that need it before they propose anything."""
        return self.answers.get(key, self.remembered.get(key))

    def _given(self, key: str, choices: tuple[str, ...], place: str) -> tuple[str | None, str]:
        """Return the answer to a key and where it is from; None where there is none that fits."""
        for answers, source in ((self.answers, "answer"), (self.remembered, "remembered")):
            value = answers.get(key)
            if value is None:
                continue
            if not choices or value in choices:
                return value, source
            # What an earlier import remembered may no longer be a choice; only an answer of today
            # is wrong.
            if source == "answer":
                expected = f"expected one of: {', '.join(choices)}"
                self.problems.append(Problem(expected, place, None, key, value))
        return None, "rule"

    @property
    def questions(self) -> tuple[Decision, ...]:
        """What nobody has answered."""
        first: dict[str, Decision] = {}
        for decision in self.decisions:
            if decision.is_open:
                # Several sheets may ask about the same key; it is answered once for all.
                first.setdefault(decision.key, decision)
        return tuple(first.values())

    def forget_questions(self, place: str, *, but: str) -> None:
        """Drop the questions of a sheet that is left out, but for one key.

        Nobody should have to answer what no longer matters; that it is left out stays a question.

        Parameters
        ----------
        place
            File and sheet.
        but
            The key that decides whether it is left out.
        """
        self.decisions = [
            each
            for each in self.decisions
            if each.place != place or each.key == but or not each.is_open
        ]

    def refuse_unknown(self) -> None:
        """Note a problem for every answer to something that was not asked."""
        known = {decision.key for decision in self.decisions}
        nearest = Nearest(known)
        # Remembered keys may have gone with last month's columns; a key typed now is a slip.
        for key, value in self.answers.items():
            if key not in known:
                message = f"no decision has this key{nearest.hint(key)}"
                self.problems.append(Problem(message, "assume", None, key, value))

    def raise_problems(self) -> None:
        """Raise every problem noted so far.

        Raises
        ------
        InputError
            If there are any.
        """
        if self.problems:
            raise InputError(self.problems)
