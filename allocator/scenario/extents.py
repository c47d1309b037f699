"""How far the cells of a spreadsheet reach and what stands behind them, before it is opened.

A reader of spreadsheets makes room for every cell up to the farthest one, and hides which cells
are formulas, errors or out of sight. So the packed files are looked through first.
"""

from __future__ import annotations

import re
import struct
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from posixpath import join, normpath
from xml.etree import ElementTree

_TOKEN = re.compile(rb"<(?:\w+:)?(row|c|f|v|is)\b([^>]*)>")
_ROW = re.compile(rb'\br="(\d+)"')
_CELL = re.compile(rb'\br="([A-Z]{1,4})(\d+)"')
_ERROR = re.compile(rb'\bt="e"')
_HIDDEN = re.compile(rb'\bhidden="(?:1|true)"')
_ODS_TOKEN = re.compile(
    rb"<table:(table-row|table-cell|covered-table-cell|table)(?=[\s/>])([^>]*?)(/?)>|"
    rb"<text:p\b[^>]*>([^<]*)"
)
_REPEATED = re.compile(rb'number-(?:rows|columns)-repeated="(\d+)"')
_NAMED = re.compile(rb'table:name="([^"]*)"')
_OUT_OF_SIGHT = re.compile(rb'table:visibility="(?:collapse|filter)"')
_ODS_ERROR = re.compile(rb"(#[A-Z/0!?]+|Err:\d+)")
XLSB_ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 42: "#N/A"}
_LONGEST_FORMULA = 200


@dataclass
class Extent:
    """What is known of a sheet's cells; rows and columns count from 0.

    Attributes
    ----------
    rows, columns
        Lowest and highest row and column with a value; None where there is none.
    hidden_rows
        Rows that are out of sight.
    errors, formulas
        Text of the error, and of the formula, by row and column.
    uncalculated
        Formulas whose value the file does not hold.
    """

    rows: tuple[int, int] | None = None
    columns: tuple[int, int] | None = None
    hidden_rows: set[int] = field(default_factory=set)
    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    formulas: dict[tuple[int, int], str] = field(default_factory=dict)
    uncalculated: set[tuple[int, int]] = field(default_factory=set)

    def take(self, row: int, column: int) -> None:
        """Note that a cell has a value."""
        low, high = self.rows or (row, row)
        self.rows = min(low, row), max(high, row)
        left, right = self.columns or (column, column)
        self.columns = min(left, column), max(right, column)

    @property
    def cells(self) -> int:
        """Cells from the first one of the sheet to the last row and column with a value.

        This is the room that a reader makes, however few of them are filled.
        """
        if self.rows is None or self.columns is None:
            return 0
        return (self.rows[1] + 1) * (self.columns[1] + 1)

    @property
    def farthest(self) -> str:
        """Name of the cell in the last row and column, for example ``XFD1048576``."""
        return cell_name(self.rows[1], self.columns[1]) if self.rows and self.columns else ""


def column_letters(column: int) -> str:
    """Return the letters of a column, which counts from 0: ``A``, ``Z``, ``AA``."""
    letters = ""
    column += 1
    while column:
        # There is no letter for 0, so each digit is shifted by one.
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def cell_name(row: int, column: int) -> str:
    """Return the name of a cell whose row and column count from 0: ``A1``."""
    return f"{column_letters(column)}{row + 1}"


def _column(letters: bytes) -> int:
    """Return a column, from 0, by its letters."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1


def extents(packed: zipfile.ZipFile) -> dict[str, Extent]:
    """Return what is known of every sheet by its name; nothing of a file of another kind.

    Parameters
    ----------
    packed
        An open .xlsx, .xlsb or .ods; other packed files simply have none of their parts.
    """
    names = set(packed.namelist())
    if "content.xml" in names:
        return _ods_extents(packed.read("content.xml"))
    for book, sheet_extent in (
        ("xl/workbook.xml", _xlsx_extent),
        ("xl/workbook.bin", _xlsb_extent),
    ):
        if book in names:
            parts = _sheet_parts(packed, book)
            return {
                name: sheet_extent(packed.read(part))
                for name, part in parts.items()
                if part in names
            }
    return {}


def _sheet_parts(packed: zipfile.ZipFile, book: str) -> dict[str, str]:
    """Return the packed file of every sheet by the sheet's name."""
    folder, base = book.rsplit("/", 1)
    relations = ElementTree.fromstring(packed.read(f"{folder}/_rels/{base}.rels"))
    # Targets are relative to the book, or absolute from the root: both forms occur.
    targets = {
        each.get("Id", ""): normpath(join(folder, each.get("Target", ""))).lstrip("/")
        for each in relations
    }
    content = packed.read(book)
    if base.endswith(".bin"):
        named = {name: relation for relation, name in _xlsb_sheets(content)}
    else:
        named = {}
        for each in ElementTree.fromstring(content).iter():
            if each.tag.endswith("}sheet"):
                # The prefix of this attribute is up to whoever wrote the file.
                relation = next((v for k, v in each.items() if k.endswith("}id")), "")
                named[each.get("name", "")] = relation
    found = {name: targets.get(relation, "") for name, relation in named.items()}
    return {name: part.removeprefix("xl/xl/") for name, part in found.items()}


def _xlsx_extent(content: bytes) -> Extent:
    """Return the extent of a sheet of an .xlsx, by its tags in their order.

    Only the tags that say where cells are and what stands behind them are looked at.
    """
    found = Extent()
    row, column, is_error, formula = -1, -1, False, False
    for token in _TOKEN.finditer(content):
        kind, attributes = token[1], token[2]
        if kind == b"c":
            # A cell without a name follows the one before, as rows do.
            named = _CELL.search(attributes)
            column = _column(named[1]) if named else column + 1
            row = int(named[2]) - 1 if named else row
            is_error, formula = _ERROR.search(attributes) is not None, False
        elif kind == b"row":
            number = _ROW.search(attributes)
            row, column = (int(number[1]) - 1 if number else row + 1), -1
            if _HIDDEN.search(attributes):
                found.hidden_rows.add(row)
        elif kind == b"f":
            formula = True
            found.formulas[row, column] = _text_after(content, token)
            # Until a value follows: a file written by a program may have formulas and no results.
            found.uncalculated.add((row, column))
        else:
            found.take(row, column)
            if formula:
                found.uncalculated.discard((row, column))
            if is_error:
                found.errors[row, column] = _text_after(content, token)
    return found


def _text_after(content: bytes, token: re.Match[bytes]) -> str:
    """Return the text between a tag and the next one, cut to what can be shown."""
    if token[2].endswith(b"/"):
        return ""
    start = token.end()
    text = content[start : min(content.find(b"<", start), start + _LONGEST_FORMULA)]
    return unescape(text.decode(errors="replace"))


def _records(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the type and the content of every record of a binary workbook."""
    at = 0
    while at < len(content):
        kind, size, shift = content[at], 0, 0
        at += 1
        # Types of one or two bytes, sizes of one to four: seven bits each, the eighth says "goes
        # on".
        if kind & 0x80 and at < len(content):
            kind = (kind & 0x7F) | (content[at] & 0x7F) << 7
            at += 1
        while at < len(content):
            byte = content[at]
            at += 1
            size |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80 or shift == 28:
                break
        yield kind, content[at : at + size]
        at += size


def _xlsb_sheets(content: bytes) -> Iterator[tuple[str, str]]:
    """Yield relation and name of every sheet of a binary workbook."""
    for kind, record in _records(content):
        if kind == 156 and len(record) >= 12:  # BrtBundleSh
            (length,) = struct.unpack_from("<I", record, 8)
            relation = record[12 : 12 + 2 * length].decode("utf-16-le", "replace")
            name = record[16 + 2 * length :].decode("utf-16-le", "replace")
            yield relation, name


def _xlsb_extent(content: bytes) -> Extent:
    """Return the extent of a sheet of an .xlsb, by its records."""
    found, row = Extent(), 0
    for kind, record in _records(content):
        if kind == 0 and len(record) >= 4:  # BrtRowHdr
            (row,) = struct.unpack_from("<I", record)
            if len(record) >= 12 and record[11] & 0x10:
                found.hidden_rows.add(row)
        elif 2 <= kind <= 11 and len(record) >= 8:  # cells with a value, from BrtCellRk
            (column,) = struct.unpack_from("<I", record)
            found.take(row, column)
            if kind in (3, 11) and len(record) >= 9:
                found.errors[row, column] = XLSB_ERRORS.get(record[8], "#ERROR")
            if kind >= 8:
                found.formulas[row, column] = ""
    return found


def _ods_extents(content: bytes) -> dict[str, Extent]:
    """Return the extents of all sheets of an .ods, which are in one file."""
    found: dict[str, Extent] = {}
    sheet, row, next_row, column, width = Extent(), 0, 0, 0, 1
    for token in _ODS_TOKEN.finditer(content):
        kind, attributes = token[1], token[2] or b""
        repeated = _REPEATED.search(attributes)
        count = int(repeated[1]) if repeated else 1
        if kind == b"table":
            name = _NAMED.search(attributes)
            sheet = found.setdefault(unescape((name[1] if name else b"").decode()), Extent())
            row, next_row, column = 0, 0, 0
        elif kind == b"table-row":
            # One tag may stand for a thousand equal rows, and one cell for as many equal columns.
            row, next_row, column = next_row, next_row + count, 0
            if _OUT_OF_SIGHT.search(attributes):
                sheet.hidden_rows.add(row)
        elif kind is not None:
            # Repeated empty cells pad a sheet to its end; only those with a value count.
            if b"value-type" in attributes:
                sheet.take(row, column)
                sheet.take(next_row - 1, column + count - 1)
            if b"table:formula" in attributes:
                sheet.formulas[row, column] = ""
            column, width = column + count, count
        elif token[4] and _ODS_ERROR.fullmatch(token[4]):
            sheet.errors[row, column - width] = token[4].decode()
    return found
