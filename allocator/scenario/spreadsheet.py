"""Spreadsheets of any kind, opened with care: cells, merged ranges, and what is out of sight.

What the cells mean is not looked at here.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from xml.etree import ElementTree

from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from allocator.errors import InputError, Problem
from allocator.scenario.extents import Extent, extents

MOST_UNPACKED = 500_000_000
"""Bytes that a workbook may say it unpacks to: more is no table of offices, but an attack."""
MOST_CELLS = 4_000_000
"""Cells of the rectangle that a sheet fills: room is made for each, empty ones too."""
LARGEST_WHOLE = 2.0**53
"""Up to which every whole number is one of a sheet's, too."""
_PASSWORD = "expected a file without a password: open it, and save it again without one"
_KINDS: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"{\\rtf", "a text document"),
)
_OLE = b"\xd0\xcf\x11\xe0"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
Range = tuple[tuple[int, int], tuple[int, int]]


@dataclass(frozen=True)
class Sheet:
    """The cells of a worksheet or of a text table.

    Attributes
    ----------
    file, name
        Name of the file and of the sheet; a text table has no name.
    cells
        Rows from the first one of the sheet; cells are trimmed and "" where empty.
    merged
        First and last row and column of every merged range, from 0; None where the kind of file
        does not tell.
    hidden
        Whether the sheet is out of sight.
    extent
        Rows out of sight, formulas and errors.
    """

    file: str
    name: str
    cells: Sequence[Sequence[Any]]
    merged: tuple[Range, ...] | None = None
    hidden: bool = False
    extent: Extent = field(default_factory=Extent)

    @property
    def place(self) -> str:
        """What to call the sheet in messages."""
        return f"{self.file} {self.name}" if self.name else self.file

    @cached_property
    def merged_by_row(self) -> dict[int, list[Range]]:
        """Merged ranges by each row that they touch, as headers ask for them row by row."""
        found: dict[int, list[Range]] = {}
        for span in self.merged or ():
            for row in range(span[0][0], min(span[1][0], len(self.cells)) + 1):
                found.setdefault(row, []).append(span)
        return found

    def cell(self, row: int, column: int) -> Any:
        """Return a cell by row and column from 0, "" beyond the last one.

        Rows may have different lengths, so nobody has to ask how wide the sheet is.
        """
        cells = self.cells[row] if 0 <= row < len(self.cells) else ()
        return cells[column] if 0 <= column < len(cells) else ""


@dataclass(frozen=True)
class Book:
    """The worksheets of a file, and whether it holds macros, which nobody runs."""

    sheets: tuple[Sheet, ...]
    macros: bool = False


def read_book(data: bytes, place: str) -> Book:
    """Return the worksheets of an .xlsx, .xlsm, .xlsb, .xls or .ods file.

    Raises
    ------
    InputError
        If it is none of these, has a password, unpacks to far too much, or has a cell so far
        from the others that the sheet between them is too large.
    """
    # Before the file is opened: the reader makes room for every cell up to the farthest.
    known, macros = _look_through(data, place)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        found = tuple(
            _sheet(book, each.name, place, known, each.visible is not SheetVisibleEnum.Visible)
            for each in book.sheets_metadata
            if each.typ is SheetTypeEnum.WorkSheet
        )
    except InputError:
        raise
    except BaseException as error:
        # What the reader raises in a panic is no Exception, so everything is caught but these.
        if isinstance(error, KeyboardInterrupt | SystemExit | MemoryError):
            raise
        raise _unreadable(data, place) from error  # the reader panics on some broken files
    return Book(found, macros)


def _look_through(data: bytes, place: str) -> tuple[dict[str, Extent], bool]:
    """Return what is known of the sheets of a packed file, and whether it has macros."""
    if data.startswith(_OLE):
        if _ENCRYPTED in data:
            raise InputError([Problem(_PASSWORD, place)])
        return {}, b"_\0V\0B\0A\0_\0P\0R\0O\0J\0E\0C\0T" in data
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            # By what the file says of itself, which costs nothing; a small file can unpack to any
            # size.
            unpacked = sum(each.file_size for each in packed.infolist())
            if unpacked > MOST_UNPACKED:
                wanted = f"expected a workbook that unpacks to at most {MOST_UNPACKED:,} bytes"
                raise InputError([Problem(wanted, place, value=f"{unpacked:,} bytes")])
            names = packed.namelist()
            if "META-INF/manifest.xml" in names:
                manifest = packed.read("META-INF/manifest.xml")
                if b"encryption-data" in manifest:
                    raise InputError([Problem(_PASSWORD, place)])
            found = extents(packed)
    except (
        zipfile.BadZipFile,
        ElementTree.ParseError,
        KeyError,
        ValueError,
        RuntimeError,
        NotImplementedError,
        OSError,
        EOFError,
        struct.error,
        zlib.error,
    ) as error:
        raise _unreadable(data, place) from error
    for name, extent in found.items():
        _refuse_far_cells(extent.cells, extent.farthest, f"{place} {name}")
    return found, any(name.endswith("vbaProject.bin") for name in names)


def _refuse_far_cells(cells: int, farthest: str, place: str) -> None:
    """Raise where room for all cells of a sheet would be too much."""
    if cells > MOST_CELLS:
        wanted = (
            f"expected a sheet of at most {MOST_CELLS:,} cells: something stands far from the "
            "table; delete the rows and columns beyond the table, and save"
        )
        raise InputError([Problem(wanted, place, value=farthest or f"{cells:,} cells")])


def _unreadable(data: bytes, place: str) -> InputError:
    """Return the error for a file that is no workbook, naming what it is where bytes tell."""
    for start, what in _KINDS:
        if data.startswith(start):
            wanted = f"expected a table, not {what}: ask for the workbook that it was made from"
            return InputError([Problem(wanted, place)])
    if b"word/document.xml" in data:
        wanted = "expected a table, not a text document: copy the table into a workbook"
        return InputError([Problem(wanted, place)])
    return InputError([Problem("expected an Excel workbook (.xlsx)", place)])


def _sheet(
    book: CalamineWorkbook, name: str, place: str, known: dict[str, Extent], hidden: bool
) -> Sheet:
    """Return a worksheet, with what was found of it before it was opened."""
    opened = book.get_sheet_by_name(name)
    last_row, last_column = opened.end or (-1, -1)
    # Once more, for kinds of files that are not packed and were not looked through.
    _refuse_far_cells((last_row + 1) * (last_column + 1), "", f"{place} {name}")
    rows = opened.to_python(False) if opened.width else []
    cells = [[_cell(cell) for cell in row] for row in rows]
    merged = opened.merged_cell_ranges
    return Sheet(
        file=place,
        name=name,
        cells=cells,
        merged=None if merged is None else tuple(merged),
        hidden=hidden,
        extent=known.get(name, Extent()),
    )


def _cell(cell: Any) -> Any:
    """Return a cell with text trimmed; a sheet keeps 412 as 412.0, which nobody wrote."""
    if isinstance(cell, str):
        return cell.strip()
    is_whole = isinstance(cell, float) and cell.is_integer() and abs(cell) < LARGEST_WHOLE
    return int(cell) if is_whole else cell
