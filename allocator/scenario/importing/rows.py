"""Which rows of a table are units or floors, and which are titles, totals, notes or headings.

A row that is left out wrongly loses people, one that is kept wrongly counts them twice; so each
row that goes is a decision which the planner sees and may turn round.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from allocator.scenario.importing.layout import Block
from allocator.scenario.importing.ledger import At, Ledger
from allocator.scenario.importing.mapping import Change, LeftOut, TableMapping, changed
from allocator.scenario.importing.values import is_scaled, roman, whole
from allocator.scenario.vocabulary import (
    MONTHS,
    NOTE_STARTS,
    PLACES,
    TOTAL_WORDS,
    ends_with,
    holds_word,
    plain,
    starts_with,
)

_LONG_NOTE = 90
"""Letters from which a line without numbers is taken for a note."""
_NUMBERED = re.compile(
    r"^\s*(?:(?:[IVXLC]+|[A-Za-z]|\d{1,3})[.)]|\d{1,2}(?:\.\d{1,2})+\.?)\s+(?=\S)"
)
_ENUMERATOR = re.compile(r"\(?([A-Za-z]{1,5}|\d{1,4})\)?[.)]?|\d{1,3}(?:\.\d{1,3})+\.?")
_SUM = re.compile(r"^=?\+?(?:SUM|SUBTOTAL\(\d+,|JUMLAH)\(?([A-Z]+)\$?(\d+):\$?\1\$?(\d+)\)", re.I)


@dataclass
class Line:
    """A row that may be a unit or a floor.

    Attributes
    ----------
    row
        From 0.
    names
        Text of the columns that name something, from the widest.
    label
        The first text of the row, without the number before it.
    enumerator
        How the row is numbered: ``roman``, ``upper``, ``arabic``, ``dotted``, ``lower``, or "".
    number
        People or desks of the row; None where there are none.
    """

    row: int
    names: tuple[str, ...]
    label: str
    enumerator: str
    number: int | float | None
    kind: str = "data"
    unread: bool = False
    """Whether a name stands beside something that is no number, which is refused."""


def name_columns(mapping: TableMapping, roles: Sequence[str]) -> list[int]:
    """Return the columns of these meanings, in the order of the meanings."""
    order = {role: place for place, role in enumerate(roles)}
    found = [column for column, role in mapping.columns.items() if role in order]
    return sorted(found, key=lambda column: order[mapping.columns[column]])


def fill_merged(
    block: Block, mapping: TableMapping, columns: Sequence[int], ledger: Ledger
) -> None:
    """Let every cell of a merged range under the header be its first one's, and say so.

    A spreadsheet keeps a merged cell's text in its first cell alone; the others read as blank.
    """
    filled: Counter[int] = Counter()
    for (top, left), (bottom, right) in block.sheet.merged or ():
        # Ranges over several columns are titles inside the table, which name no row.
        if left not in columns or top < block.first or bottom >= block.end or left != right:
            continue
        for row in range(top + 1, bottom + 1):
            if block.sheet.cell(row, left) == "":
                mapping.changes[row, left] = Change(block.sheet.cell(top, left), "merged_filled")
                filled[left] += 1
    for column, count in filled.items():
        label = mapping.labels.get(column, "")
        at = At(place=block.sheet.place, what=label, count=count)
        ledger.settle("merged_filled", f"merged.{label}", "filled", at, choices=("filled",))


def strip_numbers(block: Block, mapping: TableMapping, column: int, ledger: Ledger) -> None:
    """Take the numbers before names away where most names of a column have one.

    A single "1. Biro Umum" may be its name; a column full of them is a numbered list.
    """
    cells = {
        row: cell
        for row in range(block.first, block.end)
        if isinstance(cell := changed(block.sheet, mapping.changes, row, column), str) and cell
    }
    numbered = {row: cell for row, cell in cells.items() if _NUMBERED.match(cell)}
    # A few names begin with a number by chance.
    if len(numbered) < 2 or len(numbered) < 0.6 * len(cells):
        return
    key = f"numbered.{mapping.labels.get(column, '')}"
    first = next(iter(numbered.values()))
    chosen = ledger.settle(
        "name_numbered",
        key,
        "yes",
        At(place=block.sheet.place, what=first, count=len(numbered)),
        choices=("yes", "no"),
        facts={"bare": _NUMBERED.sub("", first)},
    )
    if chosen == "yes":
        for row, cell in numbered.items():
            mapping.changes[row, column] = Change(_NUMBERED.sub("", cell), "name_numbered")


def lines_of(
    block: Block, mapping: TableMapping, names: Sequence[int], counted: Sequence[int]
) -> list[Line]:
    """Return every row under the header that holds anything.

    ``names`` are columns that name something, from the widest; those of ``counted`` are summed.
    """
    number_column = next((c for c, role in mapping.columns.items() if role == "number"), None)
    marks = frozenset(str(cell).strip(" .)") for cell in _cells(block, number_column))
    scaled = {column: is_scaled(block.column(column)) for column in counted}
    found = []
    for row in range(block.first, block.end):
        cells = block.sheet.cells[row]
        if all(cell == "" for cell in cells):
            continue
        texts = tuple(_text(changed(block.sheet, mapping.changes, row, c)) for c in names)
        numbers = [
            read.value
            for column in counted
            if (
                read := whole(
                    changed(block.sheet, mapping.changes, row, column), scaled=scaled[column]
                )
            )
            is not None
        ]
        enumerator = "" if number_column is None else _text(block.sheet.cell(row, number_column))
        label = next((text for text in texts if text), "") or _first_text(cells)
        found.append(
            Line(
                row,
                texts,
                _NUMBERED.sub("", label),
                enumerator_class(enumerator or _prefix(label), marks),
                sum(numbers) if numbers else None,
                unread=not numbers and any(texts) and _holds_any(block, row, counted),
            )
        )
    return found


def _holds_any(block: Block, row: int, columns: Sequence[int]) -> bool:
    """Return whether a cell of these columns holds anything, an error or a formula included."""
    extent = block.sheet.extent
    return any(
        block.sheet.cell(row, c) != ""
        or (row, c) in extent.errors
        or (row, c) in extent.uncalculated
        for c in columns
    )


def _cells(block: Block, column: int | None) -> list[Any]:
    """Return the cells of a column under the header; none for no column."""
    return [] if column is None else block.column(column)


def _text(cell: Any) -> str:
    """Return a cell as text on one line."""
    return " ".join(cell.split()) if isinstance(cell, str) else str(cell) if cell != "" else ""


def _first_text(cells: Sequence[Any]) -> str:
    """Return the first text of a row that is no number, a mark before a name only if alone."""
    texts = [_text(c) for c in cells if isinstance(c, str) and c and whole(c) is None]
    longest = [text for text in texts if not _ENUMERATOR.fullmatch(text)]
    return next(iter(longest or texts), "")


def _prefix(label: str) -> str:
    """Return the number or letter before a name, or nothing."""
    found = _NUMBERED.match(label)
    return found[0].strip() if found else ""


def enumerator_class(text: str, others: frozenset[str] = frozenset()) -> str:
    """Return how a row is numbered.

    ``roman``, ``upper``, ``arabic``, ``dotted``, ``lower``, or "".

    ``others`` are the marks of all rows: I is a letter where H is among them, else a numeral.
    """
    found = _ENUMERATOR.fullmatch(text.strip())
    if not found:
        return ""
    token = found[1]
    if token is None:
        return "dotted"
    if token.isdigit():
        return "arabic"
    if token.islower():
        return "lower"
    # I, V and X are both; the letter before one of them, if some row bears it, tells.
    is_letter = {"I": "H", "V": "U", "X": "W"}.get(token, token) in others - {token}
    if token.isupper() and roman(token.casefold()) and not is_letter:
        return "roman"
    return "upper" if len(token) == 1 else ""


def leave_out_plain_rows(
    block: Block, mapping: TableMapping, lines: list[Line], ledger: Ledger
) -> list[Line]:
    """Leave out headers that come again and rows that number the columns; return the others.

    A printed table repeats its header on every page.
    """
    header = [plain(mapping.labels.get(c, "").split(" / ")[-1]) for c in sorted(mapping.labels)]
    kept = []
    for line in lines:
        cells = [block.sheet.cell(line.row, c) for c in sorted(mapping.labels)]
        filled = [cell for cell in cells if cell != ""]
        words = [plain(str(cell)) for cell in cells]
        if (
            len(filled) > 1
            and sum(a == b and a != "" for a, b in zip(words, header, strict=True)) >= 2
        ):
            leave_out(block, mapping, line, "row_header_again", ledger)
        elif line.row <= block.first + 1 and numbers_columns(filled):
            leave_out(block, mapping, line, "row_column_numbers", ledger)
        else:
            kept.append(line)
    return kept


def numbers_columns(filled: Sequence[Any]) -> bool:
    """Return whether cells only count the columns: (1), (2), (3) or a, b, c."""
    tokens = [str(cell).split("=")[0].strip("() .") for cell in filled]  # "(5=3+4)" is 5
    if len(tokens) < 3:
        return False
    if all(token.isdigit() for token in tokens):
        return [int(token) for token in tokens] == list(range(1, len(tokens) + 1))
    return [token.casefold() for token in tokens] == list("abcdefghijklmnop")[: len(tokens)]


def leave_out(
    block: Block,
    mapping: TableMapping,
    line: Line,
    rule: str,
    ledger: Ledger,
    choices: Sequence[str] = ("left_out", "kept"),
    **facts: object,
) -> bool:
    """Leave a row out unless it is answered that it is kept; return whether it is left out.

    Parameters
    ----------
    rule, facts
        Why, and what its reason speaks of.
    choices
        What may be answered; the first is what the rule proposes.
    """
    what = line.label or f"{line.row + 1}"
    chosen = ledger.settle(
        rule,
        f"row.{what}",
        choices[0],
        At(place=block.sheet.place, what=what, row=line.row + 1),
        choices=choices,
        facts=facts,
    )
    # "kept" is the one answer that keeps a row, whatever else may be chosen.
    if chosen != "kept":
        mapping.rows_left_out[line.row] = LeftOut(rule, what)
        return True
    return False


def is_note(line: Line, *, after_total: bool) -> bool:
    """Return whether a row without a number is a note, a date or a signature.

    Parameters
    ----------
    after_total
        Whether it stands below the total, where nothing without a number can be a unit.
    """
    text = line.label
    if line.number is not None:
        return False
    if starts_with(text, NOTE_STARTS) or text.startswith(("*", "—", "(", "#", "1)", "2)")):
        return True
    if starts_with(text, PLACES) and (holds_word(text, MONTHS) or re.search(r"\d{4}", text)):
        return True
    # A line of dots or dashes has no letters and is no name.
    return after_total or len(text) > _LONG_NOTE or not re.search(r"[A-Za-z]", text)


def total_word(line: Line) -> str:
    """Return the total word that a row begins or ends with, or nothing."""
    for text in (line.label, *line.names):
        found = starts_with(text, TOTAL_WORDS) or ends_with(text, ("total", "subtotal"))
        if found:
            return found
    return ""


def sums_column(formula: str, row: int) -> str:
    """Return ``above`` or ``below`` where a formula sums rows on that side of its own, else "".

    Parameters
    ----------
    formula
        As the file keeps it, with or without the equals sign.
    row
        Of the formula, from 0.
    """
    found = _SUM.match(formula)
    if not found:
        return ""
    first, last = int(found[2]) - 1, int(found[3]) - 1
    if last <= first:
        return ""
    return "above" if last < row else "below" if first > row else ""
