"""What a folder, a workbook or a JSON document holds of a scenario: raw tables and settings.

A table that cannot be taken apart is noted and the others are taken nevertheless, so that one run
shows what is wrong with all of them. Cells are not looked at here.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from allocator.errors import InputError, Problem
from allocator.scenario.cells import decode, text_table
from allocator.scenario.convert import SHEET
from allocator.scenario.document import document_tables
from allocator.scenario.names import Nearest
from allocator.scenario.raw import RawTable, columns_of, from_grid
from allocator.scenario.tables import TABLES
from allocator.scenario.workbook import sheet_settings, sheet_table, sheets, unknown_sheets

_SETTINGS_FILE = "scenario.toml"
OTHER_TABLES = (".tsv", ".tab", ".txt", ".xlsx", ".xls", ".xlsm", ".xlsb", ".ods", ".numbers")
"""How files end that look like tables and are not read in a folder."""

MARKED = "import.xlsx"
"""The workbook that an import writes back beside its scenario; it is no table."""


@dataclass
class Given:
    """What a source holds: raw tables, settings, and what was wrong on the way."""

    missing: str
    """How a table that is not there is called, ``{}`` being its name."""
    settings_place: str
    tables: list[RawTable] = field(default_factory=list)
    settings: Any = field(default_factory=dict)
    settings_rows: dict[str, int] = field(default_factory=dict)
    settings_content: Any = None
    unread: set[str] = field(default_factory=set)
    unread_files: tuple[str, ...] = ()
    problems: list[Problem] = field(default_factory=list)

    def fails(self, name: str, error: InputError) -> None:
        """Note that a table, or `scenario` for the settings, is there and cannot be read."""
        self.unread.add(name)
        self.problems += error.problems


def read_bytes(path: Path) -> bytes:
    """Return the bytes of a file.

    Raises
    ------
    InputError
        If it cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        reason = (error.strerror or "unknown error").lower()
        raise InputError([Problem(f"cannot be read: {reason}", str(path))]) from error


def from_folder(folder: Path) -> Given:
    """Return what is in the tables and the scenario.toml of a folder; sub-folders are ignored.

    Raises
    ------
    InputError
        If the folder cannot be read; what is wrong with a file in it is noted instead.
    """
    given = Given("{}.csv", _SETTINGS_FILE)
    try:
        names = sorted(entry.name for entry in folder.iterdir() if entry.is_file())
    except OSError as error:
        raise InputError([Problem(f"cannot be read: {error.strerror}", str(folder))]) from error
    known = {f"{table}.csv": table for table in TABLES}
    # A misspelt name would be a table that is silently left out.
    given.problems += _unknown_files(names, (*known, _SETTINGS_FILE))
    # A warning and no error, as a workbook beside the tables may be there on purpose.
    given.unread_files = tuple(name for name in names if _is_other_table(name))
    for name, table in known.items():
        if name in names:
            try:
                data = read_bytes(folder / name)
                given.tables.append(text_table(table, name, data, columns_of(table)))
            except InputError as error:
                given.fails(table, error)
    if _SETTINGS_FILE in names:
        try:
            _take_settings(given, read_bytes(folder / _SETTINGS_FILE))
        except InputError as error:
            given.fails("scenario", error)
    return given


def _take_settings(given: Given, data: bytes) -> None:
    """Take the text of a scenario.toml, or note what keeps it from being read."""
    given.settings_content = data
    try:
        given.settings = settings_of(data)
    except InputError as error:
        given.fails("scenario", error)


def _unknown_files(names: Iterable[str], known: Collection[str]) -> list[Problem]:
    """Return a problem for every .csv and .toml file that is no part of a scenario."""
    nearest = Nearest(known)
    return [
        Problem(f"unknown table{nearest.hint(name)}", name)
        for name in names
        if name.lower().endswith((".csv", ".toml")) and not name.startswith(".")
        if name not in known
    ]


def _is_other_table(name: str) -> bool:
    """Return whether a file looks like a table of a kind that a folder does not hold."""
    is_table = name.lower().endswith(OTHER_TABLES) and not name.startswith((".", "~$"))
    return is_table and name != MARKED


def settings_of(data: bytes) -> dict[str, Any]:
    """Return the sections of a scenario.toml, not yet judged.

    Raises
    ------
    InputError
        If it is no TOML.
    """
    try:
        return tomllib.loads(decode(data, _SETTINGS_FILE))
    except (ValueError, RecursionError) as error:
        raise InputError([Problem(f"expected TOML: {error}", _SETTINGS_FILE)]) from error


def from_files(files: Mapping[str, tuple[str, bytes]]) -> Given:
    """Return what is in files, by what they hold: tables, and ``scenario`` for the settings.

    Parameters
    ----------
    files
        File name and content by the name of the table.
    """
    given = Given("{}", _SETTINGS_FILE)
    nearest = Nearest((*TABLES, "scenario", "workbook"))
    given.problems += [
        Problem(f"unknown table{nearest.hint(name)}", name)
        for name in files
        if name not in (*TABLES, "scenario")
    ]
    for table in TABLES:
        if table in files:
            try:
                given.tables.append(single_table(table, *files[table], columns_of(table)))
            except InputError as error:
                given.fails(table, error)
    if "scenario" in files:
        _take_settings(given, files["scenario"][1])
    return given


def single_table(name: str, file: str, data: bytes, known: Collection[str]) -> RawTable:
    """Return the table in a .csv or .xlsx file; in a workbook, its sheet or the first one.

    Parameters
    ----------
    name
        Of the table, by which its sheet is looked for.
    file, data
        Name and content of the file.
    known
        Columns by which a text file's separator is recognised.
    """
    if not file.lower().endswith(".xlsx"):
        return text_table(name, file, data, known)
    grids = sheets(data, file)
    # A file that holds one table may call its sheet what it likes.
    sheet = name if name in grids else next(iter(grids), "")
    return from_grid(name, f"{file} {sheet}", grids.get(sheet, ()), SHEET, data)


def from_workbook(name: str, data: bytes) -> Given:
    """Return what is in the sheets of a workbook, each under the name of its table."""
    given = Given(f"{name} {{}}", f"{name} scenario")
    grids = sheets(data, name)
    # A sheet that nobody knows may be a table with a slip in its name.
    given.problems += unknown_sheets(list(grids), (*TABLES, "scenario"), name)
    given.tables = [
        sheet_table(table, f"{name} {table}", grids[table]) for table in TABLES if table in grids
    ]
    if "scenario" in grids:
        raw = sheet_table("scenario", given.settings_place, grids["scenario"])
        given.settings_content = raw.content
        try:
            given.settings, given.settings_rows = sheet_settings(raw)
        except InputError as error:
            given.fails("scenario", error)
    return given


def from_document(document: Any, place: str, label: str) -> Given:
    """Return what is in a parsed JSON document.

    Parameters
    ----------
    place
        What to call the document in messages.
    label
        What is put before the names of its tables in messages.
    """
    given = Given(f"{label}{{}}", f"{label}settings")
    given.tables, given.problems = document_tables(document, place, label)
    # Something that is no array stands there: the table is given, so it is not reported missing.
    given.unread = {t for t in TABLES if not isinstance(document.get(t) or [], list)}
    settings = document.get("settings")
    if settings is not None:
        given.settings = given.settings_content = settings
    return given
