"""Text tables as spreadsheets write them: encodings, separators, quotes and file rows.

What the cells mean is not looked at here.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Collection, Iterator

from allocator.errors import InputError, Problem
from allocator.scenario.convert import COMMA_FILE, OTHER_FILE
from allocator.scenario.raw import RawTable, from_grid

SEPARATORS = (",", ";", "\t")
_SEPARATOR_LINE = re.compile(r'"?sep=(.)?"?[ \t]*(\r\n|\r|\n|$)', re.IGNORECASE)
_STARTS = "=+\\-@\t\r＝＋－＠﹦﹢﹣﹫"
"""With what a formula may begin, in the wide and small forms of some keyboards, too."""
_FORMULA = re.compile(f"'*[{_STARTS}]")
_QUOTED_FORMULA = re.compile(f"'+[{_STARTS}]")


def harmless(text: str) -> str:
    """Return text that no spreadsheet takes for a formula: with an apostrophe where needed.

    A name such as ``=HYPERLINK(…)`` comes from whoever filled in the table and would run where it
    is opened. `as_meant` takes the apostrophe off again, also where the text itself began with
    one.
    """
    return f"'{text}" if _FORMULA.match(text) else text


def as_meant(text: str) -> str:
    """Return text without the apostrophe that `harmless` put before it.

    Other apostrophes stay: only one before the beginning of a formula is ours.
    """
    return text[1:] if _QUOTED_FORMULA.match(text) else text


def decode(data: bytes, place: str) -> str:
    """Return the text of a file: UTF-8, UTF-16 with its mark, else Windows-1252.

    Raises
    ------
    InputError
        If it is none of these, or holds bytes of zero, as binary files do.
    """
    # Without its mark UTF-16 is not guessed: most of any text would decode as something.
    utf16 = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ("utf-16",) if utf16 else ("utf-8-sig", "cp1252"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        # Windows-1252 decodes nearly any bytes, so binary files are recognised by the zeros in
        # them.
        if "\0" not in text:
            return text
        break
    raise InputError([Problem("expected a text file, not a binary one", place)])


def text_table(name: str, place: str, data: bytes, known: Collection[str]) -> RawTable:
    """Return the table in a file.

    Parameters
    ----------
    name, place
        Name of the table and of the file.
    data
        The file's bytes.
    known
        Column names by which the separator is recognised: the one that makes most of them known.

    Raises
    ------
    InputError
        If it is no text, or its quotes do not close.
    """
    text = decode(data, place)
    # Excel writes and obeys this line. It is counted, so that rows are those of the file.
    start = _SEPARATOR_LINE.match(text)
    skipped = 0
    if start:
        text, skipped = text[start.end() :], 1
    separator = _separator(text, known)
    grid = [(number + skipped, cells) for number, cells in records(text, separator, place)]
    form = COMMA_FILE if separator == "," else OTHER_FILE
    return from_grid(name, place, grid, form, data)


def _separator(text: str, known: Collection[str]) -> str:
    """Return the separator that makes most columns of the header known, then most columns."""

    def merit(separator: str) -> tuple[int, int]:
        """Return known columns and all columns of the header, split by a separator."""
        try:
            header = next((c for _, c in records(text, separator, "") if any(c)), [])
        except InputError:
            return 0, 0
        return len(set(header) & set(known)), len(header)

    return max(SEPARATORS, key=merit)


def records(text: str, separator: str, place: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the line on which each record begins, and its cells, trimmed.

    A quoted cell may go over several lines, so lines and records are counted apart.

    Raises
    ------
    InputError
        If quotes do not close.
    """
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    line = 1
    try:
        for cells in lines:
            yield line, [as_meant(cell.strip()) for cell in cells]
            line = lines.line_num + 1
    except csv.Error as error:
        raise InputError([Problem(f"expected well-formed cells: {error}", place, line)]) from error
