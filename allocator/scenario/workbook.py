"""Workbooks: a sheet per table, and the sheet ``scenario`` of settings (section, key, value)."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Collection
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum

from allocator.errors import InputError, Problem
from allocator.scenario.build import settings_kinds
from allocator.scenario.convert import SHEET, Kind
from allocator.scenario.names import Nearest
from allocator.scenario.raw import Grid, RawTable, from_grid, is_ignored

SETTINGS_COLUMNS = ("section", "key", "value")
LARGEST_WHOLE = 2.0**53
"""Up to which every whole number is one of a sheet's, too."""
MOST_UNPACKED = 500_000_000
"""Bytes that a workbook may say it unpacks to: more is no table of offices, but an attack."""


def sheets(data: bytes, place: str) -> dict[str, Grid]:
    """Return the cells of every worksheet by its name.

    Raises
    ------
    InputError
        If it is no workbook, or one that unpacks to far too much.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            unpacked = sum(each.file_size for each in packed.infolist())
        if unpacked > MOST_UNPACKED:
            wanted = f"expected a workbook that unpacks to at most {MOST_UNPACKED:,} bytes"
            raise InputError([Problem(wanted, place, value=f"{unpacked:,} bytes")])
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        names = [s.name for s in book.sheets_metadata if s.typ is SheetTypeEnum.WorkSheet]
        return {name: _grid(book.get_sheet_by_name(name).to_python(False)) for name in names}
    except (CalamineError, zipfile.BadZipFile, OSError, ValueError) as error:
        raise InputError([Problem("expected an Excel workbook (.xlsx)", place)]) from error


def _grid(rows: list[list[Any]]) -> Grid:
    return [(number, [_cell(cell) for cell in cells]) for number, cells in enumerate(rows, 1)]


def _cell(cell: Any) -> Any:
    """Return a cell with text trimmed; a sheet keeps 412 as 412.0, which nobody wrote."""
    if isinstance(cell, str):
        return cell.strip()
    is_whole = isinstance(cell, float) and cell.is_integer() and abs(cell) < LARGEST_WHOLE
    return int(cell) if is_whole else cell


def sheet_table(name: str, place: str, grid: Grid) -> RawTable:
    """Return the table in a sheet."""
    return from_grid(name, place, grid, SHEET, grid)


def unknown_sheets(names: Collection[str], known: Collection[str], place: str) -> list[Problem]:
    """Return a problem for every sheet that is no table."""
    nearest = Nearest(known)
    return [
        Problem(f"unknown sheet{nearest.hint(name)}", place, column=name)
        for name in names
        if name not in known
    ]


def sheet_settings(raw: RawTable) -> tuple[dict[str, Any], dict[str, int]]:
    """Return the settings nested as in scenario.toml, and the row of each ``section.key``.

    Raises
    ------
    InputError
        If a column is missing or unknown, a key comes twice, or a cell cannot be read.
    """
    problems = [*raw.problems, *_columns_amiss(raw)]
    document: dict[str, Any] = {}
    rows: dict[str, int] = {}
    kinds = settings_kinds()
    for number, cells in raw.rows:
        section, key = str(cells.get("section", "")), str(cells.get("key", ""))
        path = f"{section}.{key}" if section else key
        if path in rows:
            problems.append(Problem(f"given already in row {rows[path]}", raw.place, number, path))
        rows[path] = number
        if "value" not in cells:
            continue
        home = document.setdefault(section, {}) if section else document
        try:
            home[key] = SHEET[kinds.get(path, Kind.TEXT)](cells["value"])
        except ValueError as error:
            problems.append(Problem(str(error), raw.place, number, path, str(cells["value"])))
    if problems:
        raise InputError(problems)
    return document, rows


def _columns_amiss(raw: RawTable) -> list[Problem]:
    header = raw.header or ()
    missing = [column for column in SETTINGS_COLUMNS if column not in header]
    unknown = [c for c in header if c and c not in SETTINGS_COLUMNS and not is_ignored(c)]
    return [
        Problem("expected this column, which is missing", raw.place, raw.header_row, column)
        for column in missing
    ] + [Problem("unknown column", raw.place, raw.header_row, column) for column in unknown]
