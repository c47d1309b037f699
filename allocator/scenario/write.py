"""Writing scenarios as a folder of CSV tables, a workbook or JSON, so that they read back equal.

Reading is `read`'s.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import Any

import xlsxwriter

from allocator.errors import InputError, Problem
from allocator.scenario.cells import harmless
from allocator.scenario.raw import columns_of
from allocator.scenario.settings import LARGEST_AMOUNT, Section, Settings, decimal_text
from allocator.scenario.tables import REQUIRED_COLUMNS, TABLES, Row
from allocator.scenario.types import Scenario
from allocator.scenario.workbook import SETTINGS_COLUMNS

Cell = str | int | float | bool
Table = tuple[tuple[str, ...], list[tuple[Any, ...]]]
"""Columns, and rows of values with None where a cell is empty."""


def write_scenario(scenario: Scenario, path: Path) -> None:
    """Write a scenario to a .xlsx or .json file, else to a folder, by the name of the path.

    What is there under the same names is replaced. What is written reads back equal.

    Parameters
    ----------
    path
        A folder is made if it is not there.

    Raises
    ------
    InputError
        If it cannot be written, or the folder has a table that the scenario has not, which would
        be read with it.
    """
    writers = {".xlsx": _write_workbook, ".json": _write_json}
    try:
        writers.get(path.suffix.lower(), _write_folder)(scenario, path)
    # A full disk or a missing right is the planner's to mend, so it is reported as wrong input is.
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError([Problem(f"cannot be written: {reason}", str(path))]) from error


def csv_text(columns: Iterable[str], rows: Iterable[Iterable[Cell | None]]) -> str:
    """Return a comma-separated table; text that a spreadsheet would run is made harmless.

    Parameters
    ----------
    columns
        The header.
    rows
        Cells in the order of the columns; None is empty.
    """
    out = io.StringIO()
    lines = csv.writer(out, lineterminator="\n")
    lines.writerow(columns)
    lines.writerows([_cell(value) for value in row] for row in rows)
    return out.getvalue()


def _cell(value: Cell | None) -> Cell | None:
    """Return a cell as it is written: harmless text, and 412 where a number is 412.0."""
    if isinstance(value, str):
        return harmless(value)
    # 412.0 in a table reads as if somebody had measured it.
    if isinstance(value, float) and value.is_integer() and abs(value) < LARGEST_AMOUNT:
        return int(value)
    return value


def _tables(scenario: Scenario) -> dict[str, Table]:
    """Return every table with rows: the required columns and those that some row fills."""
    rows = {name: getattr(scenario, name) for name in TABLES if getattr(scenario, name)}
    rows["headcounts"] = _none_blank(scenario)
    return {name: _table(name, rows[name]) for name in TABLES if name in rows}


def _none_blank(scenario: Scenario) -> tuple[Row, ...]:
    """Return headcounts in which no organisation is blank below a filled one.

    A unit that stands for itself there names itself; blanks are refused as merged cells are.
    """
    settled = {unit.unit_id for unit in scenario.units or () if unit.organisation_id}
    settled |= {each.organisation_id for each in scenario.organisations or ()}
    filled = False
    found = []
    for row in scenario.headcounts:
        filled = filled or row.organisation_id is not None
        # The reader takes such a blank for a merged cell and refuses it; what is written must read
        # back.
        blank = filled and row.organisation_id is None and row.unit_id not in settled
        found.append(row.model_copy(update={"organisation_id": row.unit_id}) if blank else row)
    return tuple(found)


def _table(name: str, rows: tuple[Row, ...]) -> Table:
    """Return a table with the columns that are needed or that any row fills."""
    needed = set(REQUIRED_COLUMNS[name])
    filled = {column for row in rows for column in _filled(row)}
    columns = tuple(column for column in columns_of(name) if column in needed | filled)
    return columns, [tuple(_filled(row).get(column) for column in columns) for row in rows]


def _filled(row: Row) -> dict[str, Any]:
    """Return the values of a row that are not their column's default."""
    return {name: value for name, value in row if value != type(row).model_fields[name].default}


def _flat(value: Any) -> Cell | None:
    """Return a value as a cell of text holds it."""
    if isinstance(value, Fraction):
        return decimal_text(value)
    if isinstance(value, tuple):
        return ";".join(map(str, value))
    return str(value) if isinstance(value, str) else value


def _write_folder(scenario: Scenario, folder: Path) -> None:
    """Write a folder of tables, refusing to leave one there that is not the scenario's."""
    tables = _tables(scenario)
    folder.mkdir(parents=True, exist_ok=True)
    # Looked for before anything is written, so that a refusal changes nothing.
    stale = [f"{name}.csv" for name in TABLES if name not in tables]
    left = [name for name in stale if (folder / name).exists()]
    if left:
        raise InputError(
            Problem("expected no such table in the folder, as the scenario has none", name)
            for name in left
        )
    for name, (columns, rows) in tables.items():
        text = csv_text(columns, ([_flat(value) for value in row] for row in rows))
        (folder / f"{name}.csv").write_text(text, encoding="utf-8", newline="")
    (folder / "scenario.toml").write_text(_toml(scenario.settings), encoding="utf-8", newline="")


def _toml(settings: Settings) -> str:
    """Return the settings as the text of scenario.toml, every section with all that is given."""
    lines = []
    for section, values in _sections(settings).items():
        lines += [f"\n[{section}]"] if section else []
        lines += [f"{key} = {_toml_value(value)}" for key, value in values.items()]
    return "\n".join(lines) + "\n"


def _toml_value(value: Any) -> str:
    """Return a value in TOML, whose text differs from JSON's in the escape of one character."""
    value = list(value) if isinstance(value, tuple) else _flat(value)
    # JSON's strings are TOML's but for one control character.
    return json.dumps(value, ensure_ascii=False, default=decimal_text).replace("\x7f", "\\u007f")


def _sections(settings: Settings) -> dict[str, dict[str, Any]]:
    """Return the values of every section that are given; those of the top are under ``""``."""
    found: dict[str, dict[str, Any]] = {"": {}}
    for name, value in settings:
        if isinstance(value, Section):
            found[name] = {key: each for key, each in value if each is not None}
        else:
            found[""][type(settings).model_fields[name].alias or name] = value
    return found


def _write_json(scenario: Scenario, path: Path) -> None:
    """Write a scenario as one JSON file."""
    path.write_text(scenario_json(scenario), encoding="utf-8", newline="")


def scenario_json(scenario: Scenario) -> str:
    """Return a scenario as the text of a .json file.

    Rows leave out what is their column's default, and exact numbers are text, so it reads back
    equal.
    """
    document: dict[str, Any] = {
        name: [_filled(row) for row in rows]
        for name in TABLES
        if (rows := getattr(scenario, name))
    }
    sections = _sections(scenario.settings)
    document["settings"] = sections.pop("") | sections
    return json.dumps(document, ensure_ascii=False, indent=2, default=decimal_text) + "\n"


def workbook_tables(scenario: Scenario) -> dict[str, Table]:
    """Return what the sheets of a workbook hold: cells as a sheet keeps them, settings last."""
    sections = _sections(scenario.settings).items()
    settings = [(part, key, value) for part, values in sections for key, value in values.items()]
    tables = _tables(scenario) | {"scenario": (SETTINGS_COLUMNS, settings)}
    return {
        name: (columns, [tuple(_sheet_cell(value) for value in row) for row in rows])
        for name, (columns, rows) in tables.items()
    }


def _write_workbook(scenario: Scenario, path: Path) -> None:
    """Write a workbook, a sheet for each table and one for the settings."""
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, options) as book:
        for name, table in workbook_tables(scenario).items():
            _write_sheet(book, name, table)
    # Made in memory first, so that a cell that cannot be written leaves no half of a file.
    path.write_bytes(content.getvalue())


def _write_sheet(book: Any, name: str, table: Table) -> None:
    """Write a table as a sheet; refuse text that is longer than a cell may hold."""
    columns, rows = table
    sheet = book.add_worksheet(name)
    for number, row in enumerate([columns, *rows]):
        for place, cell in enumerate(row):
            if cell is not None and sheet.write(number, place, cell) != 0:
                message = "expected text that a cell of a workbook can hold"
                raise InputError([Problem(message, name, number + 1, columns[place])])


def _sheet_cell(value: Any) -> Cell | None:
    """Return a value as a cell of a workbook; numbers of more than 16 digits become text."""
    if isinstance(value, Fraction):
        # Only where the sheet's number is the same fraction again; else its exact text.
        nearest = float(value)
        return nearest if Fraction(repr(nearest)) == value and _survives(nearest) else _flat(value)
    if isinstance(value, float) and not _survives(value):
        return repr(value)
    return _flat(value)


def _survives(number: float) -> bool:
    """Say whether a workbook, which keeps 16 digits, gives a number back as it was."""
    return float(f"{number:.16G}") == number
