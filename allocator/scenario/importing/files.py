"""Files of any kind that a ministry hands in, as sheets of cells."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePath
from statistics import mode

from allocator.errors import InputError, Problem
from allocator.scenario.cells import SEPARATORS, decode, records
from allocator.scenario.importing.layout import meant
from allocator.scenario.importing.ledger import At, Ledger
from allocator.scenario.spreadsheet import Sheet, read_book

WORKBOOKS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".xltx", ".xltm")
TEXTS = (".csv", ".tsv", ".tab", ".txt")
_SAMPLE = 200
"""Lines by which the separator of a text table is told."""


def read_sheets(files: Mapping[str, bytes], ledger: Ledger) -> list[Sheet]:
    """Return the sheets of all files; what cannot be read is noted as a problem.

    Parameters
    ----------
    files
        Content by file name. A workbook is known by its first bytes as well, as names may be
        wrong.
    """
    found: list[Sheet] = []
    for name, data in files.items():
        try:
            if name.lower().endswith(WORKBOOKS) or data.startswith((b"PK\x03\x04", b"\xd0\xcf")):
                found += _workbook(name, data, ledger)
            elif name.lower().endswith(TEXTS):
                found.append(text_sheet(name, data))
            else:
                raise InputError([Problem(_wanted(data), name)])
        except InputError as error:
            ledger.problems += error.problems
    return found


def _wanted(data: bytes) -> str:
    """Return what to say of a file that is no table; of a picture, where to get one."""
    if data.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*", b"MM\0*")):
        return (
            "expected a table that can be read, not a picture or a PDF: ask for the workbook "
            "that it was made from"
        )
    return f"expected a workbook ({', '.join(WORKBOOKS[:5])}) or a text table ({TEXTS[0]})"


def _workbook(name: str, data: bytes, ledger: Ledger) -> list[Sheet]:
    """Return the sheets of a workbook; macros are reported and never run."""
    book = read_book(data, name)
    if book.macros:
        ledger.settle(
            "macros_ignored",
            f"macros.{name}",
            "ignored",
            At(place=name, what=name),
            choices=("ignored",),
        )
    return list(book.sheets)


def text_sheet(name: str, data: bytes) -> Sheet:
    """Return the sheet of a text table, whatever its encoding and separator.

    Rows stand where their lines stand in the file, so that messages name the right ones.

    Raises
    ------
    InputError
        If it is no text, or its quotes do not close.
    """
    text = decode(data, name)
    if text[:4].lower() == "sep=" and "\n" in text:
        head, rest = text.split("\n", 1)
        separator, text = head[4:5] or ",", "\n" + rest
    else:
        separator = _separator(text)
    cells: list[list[str]] = []
    for line, row in records(text, separator, name):
        # A quoted cell over several lines shifts the rows after it; blank rows keep them in place.
        cells += [[]] * (line - 1 - len(cells))
        cells.append(row)
    return Sheet(PurePath(name).name, "", cells)


def _separator(text: str) -> str:
    """Return the separator that makes most lines equally wide, and words of a header known.

    Titles and notes break the width of some lines, and a comma may stand in every name; so neither
    sign is enough by itself.
    """

    def merit(separator: str) -> tuple[float, int]:
        """Return how well a separator does: known words and regular width, then width."""
        try:
            rows = []
            for _, row in records(text, separator, ""):
                rows.append(row)
                # The rest of a long file would tell no more.
                if len(rows) == _SAMPLE:
                    break
        except InputError:
            return -1.0, 0
        widths = [len(row) for row in rows if any(row)]
        usual = mode(widths) if widths else 1
        wide = [row for row in rows if len(row) > 1]
        known = max((sum(bool(meant(c)) for c in row if c) for row in wide), default=0)
        regular = widths.count(usual) / len(widths) if widths else 0.0
        return known + regular, usual

    return max((*SEPARATORS, "|"), key=merit)
