"""The workbook that came in, written back: what was read otherwise is marked and commented.

The sheets look as they did, so a planner finds her own rows again and sees at a glance which of
them count. Text is written as text: nothing that came in is run.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterable
from typing import Any

import xlsxwriter

from allocator.errors import shorten
from allocator.scenario.importing.ledger import ASK_BELOW, Decision
from allocator.scenario.importing.mapping import told_changes
from allocator.scenario.importing.run import Imported
from allocator.scenario.importing.sheets import MappedTable
from allocator.scenario.spreadsheet import Sheet
from allocator.scenario.vocabulary import plain
from allocator.texts import Texts

DOUBTFUL = 0.8
"""Confidence below which the cells of a decision are marked for a look."""
MOST_COMMENTS = 1_000
"""Comments of a sheet; beyond them cells have their colour only."""
COLOURS = {"changed": "#FFF2CC", "left_out": "#E2E2E2", "doubtful": "#F8CBAD"}
_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_LONGEST = 32_000


def marked_workbook(imported: Imported, say: Texts) -> bytes:
    """Return an .xlsx of the sheets as they came, and a first sheet of every decision.

    Parameters
    ----------
    imported
        Of which sheets, tables and decisions are shown; questions may be open.
    say
        Texts of the language in which reasons are given.
    """
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, _OPTIONS) as book:
        formats = {kind: book.add_format({"bg_color": c}) for kind, c in COLOURS.items()}
        formats["head"] = book.add_format({"bold": True, "bg_color": "#EEF2F6", "border": 1})
        formats["wrap"] = book.add_format({"text_wrap": True, "valign": "top"})
        formats["title"] = book.add_format({"bold": True, "font_size": 14})
        names: Counter[str] = Counter()
        _decisions(book, _name(say("import.sheet_title"), names), imported.decisions, formats, say)
        for sheet in imported.sheets:
            tables = [found for found in imported.tables if found.sheet is sheet]
            # A decision may be of a sheet as a whole: then it has no row and stands on the first
            # sheet only.
            doubts = [each for each in imported.decisions if each.place == sheet.place]
            name = _name(sheet.name or sheet.file.rsplit(".", 1)[0], names)
            _Marks(book.add_worksheet(name), sheet, formats, say).write(tables, doubts)
    return out.getvalue()


def _name(wanted: str, names: Counter[str]) -> str:
    """Return a name that a sheet may have, and that no other has.

    Two files may each have a "Sheet1"; a workbook may not.
    """
    safe = "".join(" " if c in "[]:*?/\\" else c for c in wanted).strip(" '") or "1"
    names[plain(safe)] += 1
    again = names[plain(safe)]
    # A sheet's name has 31 characters at most, also with the number that tells two apart.
    return shorten(safe, 31) if again == 1 else f"{shorten(safe, 26)} {again}"


def decision_rows(decisions: Iterable[Decision], say: Texts) -> list[tuple[str, ...]]:
    """Return a line of words for each decision: where, what, taken for, why, how sure."""
    return [
        (
            each.place
            + (f" {each.cell}" if each.cell else "")
            + (f", {say('import.row', row=each.row)}" if each.row and not each.cell else ""),
            shorten(each.what) + (f" (×{each.count})" if each.count > 1 else ""),
            shorten(each.shown(each.chosen, say)),
            each.reason(say),
            say(f"import.sure_{certainty(each)}"),
        )
        for each in decisions
    ]


def certainty(decision: Decision) -> str:
    """Return how sure a decision is: high, middle, low, or by whom it was answered."""
    if decision.source != "rule":
        return decision.source
    if decision.confidence >= DOUBTFUL:
        return "high"
    return "middle" if decision.confidence >= ASK_BELOW else "low"


def _decisions(
    book: Any, name: str, decisions: Iterable[Decision], formats: dict[str, Any], say: Texts
) -> None:
    """Write the first sheet: a row for each decision, in the order in which they were taken."""
    sheet = book.add_worksheet(name)
    sheet.write_string(0, 0, say("import.sheet_title"), formats["title"])
    sheet.write_string(1, 0, say("import.marked"))
    heads = ("where", "what", "taken_for", "why", "sure")
    for place, head in enumerate(heads):
        sheet.write_string(3, place, say(f"import.{head}"), formats["head"])
    for row, cells in enumerate(decision_rows(decisions, say), 4):
        for place, cell in enumerate(cells):
            sheet.write_string(row, place, cell[:_LONGEST], formats["wrap"])
    for place, width in enumerate((34, 34, 26, 80, 18)):
        sheet.set_column(place, place, width)
    sheet.freeze_panes(4, 0)


class _Marks:
    """Writes one sheet as it came, with its marks."""

    def __init__(self, out: Any, sheet: Sheet, formats: dict[str, Any], say: Texts) -> None:
        self.out, self.sheet, self.formats, self.say = out, sheet, formats, say
        self.comments = 0

    def write(self, tables: list[MappedTable], decisions: list[Decision]) -> None:
        """Write the cells; grey rows are left out, yellow cells changed, orange ones doubtful.

        Comments are written last, at most `MOST_COMMENTS` of them.
        """
        kinds, words = self._marks(tables, decisions)
        for row, cells in enumerate(self.sheet.cells):
            for column, cell in enumerate(cells):
                kind = kinds.get((row, column), kinds.get((row, None)))
                self._cell(row, column, cell, None if kind is None else self.formats[kind])
        for (row, column), text in words.items():
            if self.comments < MOST_COMMENTS:
                self.out.write_comment(row, column, text[:_LONGEST])
                self.comments += 1

    def _marks(
        self, tables: list[MappedTable], decisions: list[Decision]
    ) -> tuple[dict[tuple[int, int | None], str], dict[tuple[int, int], str]]:
        """Return the kind of mark by row and column, None for a whole row, and words by cell."""
        kinds: dict[tuple[int, int | None], str] = {}
        words: dict[tuple[int, int], str] = {}
        reasons = {(each.rule, each.what): each.reason(self.say) for each in decisions}
        for found in tables:
            for row, left in found.mapping.rows_left_out.items():
                kinds[row, None] = "left_out"
                words[row, self._first(row)] = reasons.get((left.rule, left.what), "")
            for (row, column), change in told_changes(found.sheet, found.mapping):
                kinds[row, column] = "changed"
                words[row, column] = f"→ {change.to}"
        # Last, so that what is doubtful is seen even where the cell was changed as well.
        for each in decisions:
            if each.row is not None and certainty(each) in ("middle", "low", "open", "answer"):
                row = each.row - 1
                column = self._column(each)
                kinds[row, column] = "doubtful"
                words[row, column] = (
                    f"{each.reason(self.say)} → {each.shown(each.chosen, self.say)}"
                )
        return kinds, {place: text for place, text in words.items() if text}

    def _first(self, row: int) -> int:
        """Return the first column of a row that holds anything, for a comment on the row."""
        cells = self.sheet.cells[row] if row < len(self.sheet.cells) else ()
        return next((column for column, cell in enumerate(cells) if cell != ""), 0)

    def _column(self, decision: Decision) -> int:
        """Return the column of a decision: that of its cell, else the first of its row."""
        letters = "".join(c for c in decision.cell if c.isalpha())
        number = 0
        for letter in letters:
            number = number * 26 + ord(letter) - 64
        return number - 1 if letters else self._first((decision.row or 1) - 1)

    def _cell(self, row: int, column: int, cell: Any, form: Any) -> None:
        """Write a cell as what it is, in its format."""
        if isinstance(cell, bool):
            self.out.write_boolean(row, column, cell, form)
        # A larger number is more than a workbook can hold.
        elif isinstance(cell, int | float) and abs(cell) < 1e300:
            self.out.write_number(row, column, cell, form)
        elif cell != "":
            self.out.write_string(row, column, str(cell)[:_LONGEST], form)
        elif form is not None:
            self.out.write_blank(row, column, None, form)
