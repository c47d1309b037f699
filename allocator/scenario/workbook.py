"""Workbooks: a sheet per table, and the sheet ``scenario`` of settings (section, key, value)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from allocator.errors import InputError, Problem
from allocator.scenario.build import settings_kinds
from allocator.scenario.convert import SHEET, Kind
from allocator.scenario.names import Nearest
from allocator.scenario.raw import Grid, RawTable, from_grid, is_ignored
from allocator.scenario.spreadsheet import read_book

SETTINGS_COLUMNS = ("section", "key", "value")
INSTRUCTIONS = {"en": "instructions", "id": "petunjuk"}
"""The sheet of a template that tells how to fill it in, by language: it is no table."""


def sheets(data: bytes, place: str) -> dict[str, Grid]:
    """Return the cells of every worksheet by its name.

    Raises
    ------
    InputError
        If it is no workbook, or one that is far too large.
    """
    return {sheet.name: list(enumerate(sheet.cells, 1)) for sheet in read_book(data, place).sheets}


def sheet_table(name: str, place: str, grid: Grid) -> RawTable:
    """Return the table in a sheet, as `from_grid` makes it."""
    return from_grid(name, place, grid, SHEET, grid)


def unknown_sheets(names: Collection[str], known: Collection[str], place: str) -> list[Problem]:
    """Return a problem for every sheet that is no table."""
    nearest = Nearest(known)
    return [
        Problem(f"unknown sheet{nearest.hint(name)}", place, column=name)
        for name in names
        if name not in known and name not in INSTRUCTIONS.values()
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
        # A blank value is a key that is not given: its default holds.
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
    """Return a problem for each column of the settings that is missing or unknown."""
    header = raw.header or ()
    missing = [column for column in SETTINGS_COLUMNS if column not in header]
    unknown = [c for c in header if c and c not in SETTINGS_COLUMNS and not is_ignored(c)]
    return [
        Problem("expected this column, which is missing", raw.place, raw.header_row, column)
        for column in missing
    ] + [Problem("unknown column", raw.place, raw.header_row, column) for column in unknown]
