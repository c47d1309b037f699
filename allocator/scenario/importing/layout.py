"""Where tables stand on a sheet: header rows under titles, and the columns that they name.

Here the words alone say what a column means; `columns` looks at what stands below.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from typing import Any

from allocator.scenario.importing.values import is_moment, is_number, whole
from allocator.scenario.spreadsheet import Sheet
from allocator.scenario.vocabulary import HEADERS, MONTHS, plain

MOST_HEADER_ROWS = 3
_DEEPEST_TITLE = 60
"""Rows above the first header that may hold titles."""
_KNOWN = 0.6
"""How well words have to fit for a cell to count as part of a header."""
_LONGEST_LABEL = 80
_BRACKETS = re.compile(r"\([^)]*\)")
_PHRASES = {phrase: meaning for meaning, phrases in HEADERS.items() for phrase in phrases}
GENERIC = ("nama", "name", "uraian", "nomor", "no", "kode")
"""Labels that mean what the label above them says."""
_COUNTS = ("headcount", "present", "posts", "total", "part")
"""Meanings of columns that count people: a header is no better for having several."""
_DIGITS = re.compile(r"[\d.,' -]*\d[\d.,' -]*")
_YEAR = re.compile(r"\b(?:(?:fy|ta|thn|tahun) ?)?(?:(?:19|20)\d\d|(?<=fy)\d\d)\b")
_MONTHS = {
    word: number
    for number, words in enumerate(
        "jan|feb|mar|apr|mei may|jun|jul|agu aug agt|sep|okt oct|nov|des dec".split("|"),  # noqa: SIM905
        1,
    )
    for word in words.split()
}
_YEARS = range(1990, 2100)


def when(label: str) -> str:
    """Return the time that a label tells, for comparison: a year, a month or a day; else "".

    Texts of one form compare as times do: "2024 01" comes before "2024 12".
    """
    words = plain(label).split()
    months = [f"{_MONTHS[word[:3]]:02}" for word in words if word in MONTHS]
    years = [word for word in words if word.isdigit()]
    return " ".join([*years, *months]) if len(words) == len(years) + len(months) else ""


def _is_year(cell: Any) -> bool:
    """Return whether a cell is a year rather than a count."""
    text = str(cell)
    return len(text) == 4 and text.isdigit() and int(text) in _YEARS


@dataclass(frozen=True)
class Meant:
    """What the words of a label mean, and how well they fit, from 0 to 1."""

    meaning: str
    fit: float


@lru_cache(maxsize=100_000)
def meant(label: str) -> Meant | None:
    """Return what a label means, None if no word of it is known.

    A whole phrase fits best, then one but for brackets or a year, then the longest known part of
    it; a part at the beginning counts a little more.
    """
    bare = plain(_BRACKETS.sub(" ", label))
    whole = plain(label)
    for text in (whole, bare):
        if text in _PHRASES:
            return Meant(_PHRASES[text], 1.0)
    undated = plain(_YEAR.sub(" ", bare))
    if undated in _PHRASES:
        return Meant(_PHRASES[undated], 0.95)
    words = whole.split()
    best: Meant | None = None
    for start in range(len(words)):
        for end in range(start + 1, len(words) + 1):
            phrase = " ".join(words[start:end])
            meaning = _PHRASES.get(phrase)
            # Two letters turn up in too many words to mean anything by themselves.
            if meaning is None or len(phrase) < 3:
                continue
            fit = 0.5 + 0.4 * (end - start) / len(words) + (0.05 if start == 0 else 0.0)
            if best is None or fit > best.fit:
                best = Meant(meaning, fit)
    return best


@dataclass(frozen=True)
class Label:
    """What stands above a column: the rows of its header from the top, without repetition.

    Attributes
    ----------
    column
        From 0.
    parts
        Texts from the widest label to the narrowest; empty ones are left out.
    """

    column: int
    parts: tuple[str, ...]

    @property
    def text(self) -> str:
        """The label in one line, from the widest to the narrowest."""
        return " / ".join(self.parts)

    @cached_property
    def meant(self) -> Meant | None:
        """What the words mean: those of the lowest row within those above it."""
        if not self.parts:
            return None
        last = meant(self.parts[-1])
        return last if len(self.parts) == 1 else self._within_above(last)

    def _within_above(self, last: Meant | None) -> Meant | None:
        """Return what the lowest row means under the rows above it."""
        joined, above = meant(" ".join(self.parts)), self.above
        if last is not None and last.meaning in ("total", "part") and above is not None:
            return _within(above, last)
        # "Nama" under "Unit kerja" is the unit's name.
        if plain(self.parts[-1]) in GENERIC and above is not None:
            return above
        if last is not None and last.fit >= 0.9:
            return last
        if joined is not None and joined.fit == 1.0:
            return joined
        return above or last or joined

    @property
    def above(self) -> Meant | None:
        """What the words above the lowest row mean."""
        return meant(" ".join(self.parts[:-1])) if len(self.parts) > 1 else None


def _within(above: Meant, last: Meant) -> Meant:
    """Return what a total or a part means under the words above it."""
    if above.meaning == "other" and above.fit < 1.0:
        return last  # such as a year, of which only the totals and parts below count
    if above.meaning in _COUNTS:
        if last.meaning == "part":
            return last
        return above if above.meaning not in ("total", "part") else last
    return above if last.meaning == "total" else Meant("other", last.fit)


@dataclass(frozen=True)
class Block:
    """A table on a sheet; rows and columns count from 0.

    Attributes
    ----------
    top, height
        First row of the header, and how many rows it has.
    end
        First row that is no longer the table's.
    labels
        What stands above each column that has anything above it.
    """

    sheet: Sheet
    top: int
    height: int
    end: int
    labels: tuple[Label, ...]

    @property
    def first(self) -> int:
        """First row under the header."""
        return self.top + self.height

    def column(self, index: int) -> list[Any]:
        """Return the cells of a column under the header, to the end of the table."""
        return [self.sheet.cell(row, index) for row in range(self.first, self.end)]


def blocks(sheet: Sheet) -> list[Block]:
    """Return the tables on a sheet from the top; none where no header is known.

    A table ends where the next header begins, or the sheet. A header that is repeated, as on each
    printed page, begins no table.
    """
    tops: list[tuple[int, int, tuple[Label, ...]]] = []
    row, last = 0, len(sheet.cells)
    while row < last:
        # Data that far down without a header has none; looking on would find one by chance.
        if not tops and row > _DEEPEST_TITLE:
            break
        found = _header_at(sheet, row)
        if found and _is_new(tops, found[1]) and (not tops or _is_clear(found[1])):
            tops.append((row, *found))
            row += found[0]
        else:
            row += 1
    if not tops:
        return []
    ends = [top for top, _, _ in tops[1:]] + [last]
    return [
        Block(sheet, top, height, end, labels)
        for (top, height, labels), end in zip(tops, ends, strict=True)
    ]


def _is_clear(labels: Sequence[Label]) -> bool:
    """Return whether a header below another table is one beyond doubt."""
    return sum(bool(label.meant and label.meant.fit == 1.0) for label in labels) > 1


def _is_new(tops: Sequence[tuple[int, int, tuple[Label, ...]]], labels: tuple[Label, ...]) -> bool:
    """Return whether a header begins another table, and is not the one above once more."""
    if not tops:
        return True
    words = [plain(label.text) for label in labels]
    return words != [plain(label.text) for label in tops[-1][2]]


def _header_at(sheet: Sheet, row: int) -> tuple[int, tuple[Label, ...]] | None:
    """Return height and labels of the best header that begins at a row; None for no header.

    Headers of one to three rows are tried, as a label may stand under a wider one.
    """
    filled = [cell for cell in sheet.cells[row] if cell != ""]
    if len(filled) < 2 or not _is_header_row(filled):
        return None
    best: tuple[float, int, tuple[Label, ...]] | None = None
    for height in range(1, MOST_HEADER_ROWS + 1):
        if height > 1 and not _goes_on(sheet, row, height):
            break
        labels = _labels(sheet, row, height)
        # Each row more has to earn its place, or data would be drawn into the header.
        merit = _merit(labels) - 0.1 * (height - 1)
        merit += _KNOWN * _counts_below(sheet, row + height, labels)
        if best is None or merit > best[0] + (1e-9 if height == 1 else -0.3):
            best = (merit, height, labels)
    # One known word is an accident; two columns have to be known.
    if best is None or best[0] < 2 * _KNOWN:
        return None
    return best[1], best[2]


def _counts_below(sheet: Sheet, first: int, labels: Sequence[Label]) -> bool:
    """Return whether a column that no word tells of holds whole numbers in its first rows.

    Not where words for columns run down the first rows, as in a table that is turned.
    """
    found = False
    for label in labels:
        cells = [sheet.cell(row, label.column) for row in range(first, first + 3)]
        filled = [cell for cell in cells if cell != ""]
        known = [meant(cell) for cell in filled if isinstance(cell, str)]
        if any(each is not None and each.fit == 1.0 for each in known):
            return False
        unknown = label.meant is None and bool(filled)
        found = found or (unknown and all(map(_holds_number, filled)))
    return found


def _merit(labels: Sequence[Label]) -> float:
    """Return how well the columns are known, each meaning once.

    Several columns that count people are worth one. Without any column but numbers of rows, notes
    and times it is no header.
    """
    best: dict[str, float] = {}
    for label in labels:
        if label.meant and label.meant.fit >= _KNOWN:
            key = "people" if label.meant.meaning in _COUNTS else label.meant.meaning
            best[key] = max(best.get(key, 0.0), label.meant.fit)
        elif label.meant is None and when(label.text):
            best["time"] = _KNOWN
    counting = set(best) - {"number", "note", "other", "time"}
    return sum(best.values()) if counting else 0.0


def _is_header_row(filled: Sequence[Any]) -> bool:
    """Return whether cells may be labels: short text, years, or several dates in their order.

    A number that is no year makes a row one of data.
    """
    dates = [_label(cell) for cell in filled if isinstance(cell, date)]
    if dates and not (1 < len(dates) < len(filled) and dates == sorted(set(dates))):
        return False
    return all(
        isinstance(cell, date) or _is_year(cell)
        if isinstance(cell, date) or is_number(cell) or _holds_number(cell)
        else isinstance(cell, str) and len(cell) <= _LONGEST_LABEL
        for cell in filled
    )


def _holds_number(cell: Any) -> bool:
    """Return whether a text is a number in figures: "Kosong" is a label, though it may be 0."""
    return whole(cell) is not None and any(letter.isdigit() for letter in str(cell))


def _goes_on(sheet: Sheet, top: int, height: int) -> bool:
    """Return whether the row is part of the header: it names columns under a wider label.

    The first row of data also stands under the header; but nothing stands over several of its
    cells.
    """
    row = top + height - 1
    if row >= len(sheet.cells):
        return False
    filled = {c: cell for c, cell in enumerate(sheet.cells[row]) if cell != ""}
    if len(filled) < 2 or not _is_header_row(list(filled.values())):
        return False
    above = {
        c
        for c in filled
        if sheet.cell(row - 1, c) == "" and (sheet.cell(top, c) == "" or _spans(sheet, top, c))
    }
    under_wide = [c for c in filled if _spans(sheet, row - 1, c) or c in above]
    named = [cell for cell in filled.values() if isinstance(cell, str) and meant(cell)]
    years = [cell for cell in filled.values() if _DIGITS.fullmatch(str(cell))]
    return len(under_wide) >= 2 and len(named) + len(years) >= max(1, len(filled) // 2)


def _spans(sheet: Sheet, row: int, column: int) -> bool:
    """Return whether a label stands over several columns: merged, or blank to its right.

    Some kinds of files do not tell which cells are merged, so blanks have to do.
    """
    for (_, left), (_, right) in sheet.merged_by_row.get(row, ()):
        if left <= column <= right:
            return right > left
    return bool(sheet.cell(row, column) != "" and sheet.cell(row, column + 1) == "")


def _labels(sheet: Sheet, top: int, height: int) -> tuple[Label, ...]:
    """Return what stands above each column in so many rows, repeated words once."""
    width = max(len(sheet.cells[row]) for row in range(top, min(top + height, len(sheet.cells))))
    rows = [
        _filled_right(sheet, row, width, is_last=row == top + height - 1)
        for row in range(top, top + height)
    ]
    found = []
    for column in range(width):
        parts = dict.fromkeys(row[column] for row in rows if row[column])
        if parts:
            found.append(Label(column, tuple(parts)))
    return tuple(found)


def _filled_right(sheet: Sheet, row: int, width: int, *, is_last: bool) -> list[str]:
    """Return the labels of a row; one that stands over several columns is each one's.

    Parameters
    ----------
    is_last
        Whether it is the lowest row, whose blank cells are columns without a name.
    """
    cells = [_label(sheet.cell(row, column)) for column in range(width)]
    merged = sheet.merged_by_row.get(row, [])
    for (top, left), (_, right) in merged:
        text = _label(sheet.cell(top, left))
        for column in range(left, min(right + 1, width)):
            cells[column] = cells[column] or text
    # A wide label may stand in its first cell only, without being merged.
    if not is_last and not any(right > left for (_, left), (_, right) in merged):
        for column in range(1, width):
            if not cells[column] and sheet.cell(row + 1, column) != "":
                cells[column] = cells[column - 1]
    return cells


def _label(cell: Any) -> str:
    """Return a cell as part of a label; a date as its day, a truth value as nothing."""
    if isinstance(cell, str):
        return " ".join(cell.split())
    if isinstance(cell, date):
        return f"{cell:%Y-%m-%d}"
    return "" if is_moment(cell) or isinstance(cell, bool) else str(cell)


def titles(block: Block, start: int = 0) -> Iterator[tuple[int, str]]:
    """Yield row and text of every line between a row and the header.

    Parameters
    ----------
    start
        First row to look at, from 0: the end of the table above, if there is one.
    """
    for row in range(start, block.top):
        words = [str(cell) for cell in block.sheet.cells[row] if isinstance(cell, str) and cell]
        if words:
            yield row, " ".join(" ".join(words).split())
