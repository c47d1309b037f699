"""Reading scenarios and single tables: from a folder, a workbook or JSON, all problems at once.

How cells, sheets and documents are taken apart is in `cells`, `workbook` and `document`; how they
become typed rows in `build`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from allocator.errors import InputError, Problem
from allocator.scenario import consistency
from allocator.scenario.build import Built, build_settings, build_table, expectation, shown
from allocator.scenario.cells import decode, text_table
from allocator.scenario.convert import SHEET, Kind
from allocator.scenario.document import document_tables, parse_json
from allocator.scenario.names import Nearest
from allocator.scenario.raw import RawTable, columns_of, fingerprint, from_grid
from allocator.scenario.settings import Section, Settings
from allocator.scenario.tables import REQUIRED_TABLES, TABLES, Source
from allocator.scenario.types import Scenario
from allocator.scenario.workbook import sheet_settings, sheet_table, sheets, unknown_sheets

_SETTINGS_FILE = "scenario.toml"
_SECTION = TypeVar("_SECTION", bound=Section)


@dataclass
class _Given:
    """What a source holds: raw tables, settings, and what was wrong on the way."""

    place: str
    missing: str
    """How a table that is not there is called, ``{}`` being its name."""
    settings_place: str
    tables: list[RawTable] = field(default_factory=list)
    settings: Any = field(default_factory=dict)
    settings_rows: dict[str, int] = field(default_factory=dict)
    settings_fingerprint: str | None = None
    unread: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)

    def fails(self, name: str, error: InputError) -> None:
        """Note that a table, or `scenario` for the settings, is there and cannot be read."""
        self.unread.add(name)
        self.problems += error.problems


def read_scenario(
    path: Path, *, people_per_desk: str | None = None, scheme: str | None = None
) -> Scenario:
    """Return the scenario in a folder, a workbook (.xlsx) or a .json file.

    Parameters
    ----------
    path
        The folder or file.
    people_per_desk, scheme
        Take the place of the settings' own. The ratio is a decimal ≥ 1 as text.

    Raises
    ------
    InputError
        With everything that is wrong, each thing with its file, row and column.
    """
    if path.is_dir():
        given = _from_folder(path)
    elif path.suffix.lower() == ".xlsx":
        given = _from_workbook(path)
    elif path.suffix.lower() == ".json":
        given = _from_document(parse_json(_bytes(path), path.name), path.name, f"{path.name} ")
    else:
        wanted = "a folder, an .xlsx or a .json file"
        exists = "expected " if path.exists() else "found nothing there; expected "
        raise InputError([Problem(exists + wanted, str(path))])
    return _scenario(given, people_per_desk, scheme)


def scenario_from_json(
    document: Any,
    *,
    people_per_desk: str | None = None,
    scheme: str | None = None,
    name: str = "request",
) -> Scenario:
    """Return the scenario in a parsed JSON document; ``name`` is what to call it in messages.

    Raises
    ------
    InputError
        With everything that is wrong, each thing with its table, row (from 1) and column.
    """
    return _scenario(_from_document(document, name, ""), people_per_desk, scheme)


def read_headcounts(scenario: Scenario, path: Path) -> Scenario:
    """Return the scenario with the headcounts of another table, a .csv or .xlsx file.

    A workbook has them in its sheet ``headcounts``, or in its only sheet.

    Raises
    ------
    InputError
        With everything that is wrong with the table, or that does not agree with the scenario.
    """
    raw = _single_table("headcounts", path, columns_of("headcounts"))
    built = build_table(raw)
    if built.problems:
        raise InputError(built.problems)
    return scenario.replace(
        headcounts=built.rows,
        fingerprints=scenario.fingerprints | {"headcounts": raw.fingerprint},
        sources=scenario.sources | {"headcounts": built.source},
    )


def read_rows(path: Path, columns: Collection[str]) -> list[tuple[int, dict[str, str]]]:
    """Return the rows of any .csv or .xlsx table: file row, and the text of each given column.

    An empty cell is ""; whole numbers of a workbook have no point. Other columns are ignored, and
    there may be no rows.

    Raises
    ------
    InputError
        If it is no table, or a column is missing or comes twice.
    """
    raw = _single_table(path.stem, path, columns)
    header = raw.header or ()
    wanted = {column: header.count(column) for column in columns}
    problems = [
        Problem(
            f"expected this column {'once' if found else ', which is missing'}", path.name, 1, c
        )
        for c, found in wanted.items()
        if found != 1
    ]
    if problems:
        raise InputError(problems)
    text = SHEET[Kind.TEXT]
    return [
        (number, {column: text(cells.get(column, "")) for column in columns})
        for number, cells in raw.rows
    ]


def _single_table(name: str, path: Path, known: Collection[str]) -> RawTable:
    data = _bytes(path)
    if path.suffix.lower() != ".xlsx":
        return text_table(name, path.name, data, known)
    grids = sheets(data, path.name)
    sheet = name if name in grids else next(iter(grids), "")
    return from_grid(name, f"{path.name} {sheet}", grids.get(sheet, ()), SHEET, fingerprint(data))


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        reason = (error.strerror or "unknown error").lower()
        raise InputError([Problem(f"cannot be read: {reason}", str(path))]) from error


def _from_folder(folder: Path) -> _Given:
    given = _Given(folder.name, "{}.csv", _SETTINGS_FILE)
    try:
        names = sorted(entry.name for entry in folder.iterdir() if entry.is_file())
    except OSError as error:
        raise InputError([Problem(f"cannot be read: {error.strerror}", str(folder))]) from error
    known = {f"{table}.csv": table for table in TABLES}
    given.problems += _unknown_files(names, (*known, _SETTINGS_FILE))
    for name, table in known.items():
        if name in names:
            try:
                data = _bytes(folder / name)
                given.tables.append(text_table(table, name, data, columns_of(table)))
            except InputError as error:
                given.fails(table, error)
    if _SETTINGS_FILE in names:
        try:
            data = _bytes(folder / _SETTINGS_FILE)
            given.settings_fingerprint = fingerprint(data)
            given.settings = _toml(data)
        except InputError as error:
            given.fails("scenario", error)
    return given


def _unknown_files(names: Iterable[str], known: Collection[str]) -> list[Problem]:
    """Return a problem for every .csv and .toml file that is no part of a scenario."""
    nearest = Nearest(known)
    return [
        Problem(f"unknown table{nearest.hint(name)}", name)
        for name in names
        if name.lower().endswith((".csv", ".toml")) and not name.startswith(".")
        if name not in known
    ]


def _toml(data: bytes) -> dict[str, Any]:
    try:
        return tomllib.loads(decode(data, _SETTINGS_FILE))
    except (ValueError, RecursionError) as error:
        raise InputError([Problem(f"expected TOML: {error}", _SETTINGS_FILE)]) from error


def _from_workbook(path: Path) -> _Given:
    given = _Given(path.name, f"{path.name} {{}}", f"{path.name} scenario")
    grids = sheets(_bytes(path), path.name)
    given.problems += unknown_sheets(list(grids), (*TABLES, "scenario"), path.name)
    given.tables = [
        sheet_table(table, f"{path.name} {table}", grids[table])
        for table in TABLES
        if table in grids
    ]
    if "scenario" in grids:
        raw = sheet_table("scenario", given.settings_place, grids["scenario"])
        given.settings_fingerprint = raw.fingerprint
        try:
            given.settings, given.settings_rows = sheet_settings(raw)
        except InputError as error:
            given.fails("scenario", error)
    return given


def _from_document(document: Any, place: str, label: str) -> _Given:
    given = _Given(place, f"{label}{{}}", f"{label}settings")
    given.tables, given.problems = document_tables(document, place, label)
    given.unread = {t for t in TABLES if not isinstance(document.get(t) or [], list)}
    settings = document.get("settings")
    if settings is not None:
        given.settings, given.settings_fingerprint = settings, fingerprint(settings)
    return given


def _scenario(given: _Given, people_per_desk: str | None, scheme: str | None) -> Scenario:
    """Return the scenario in what was given, with every problem of cells and between tables."""
    built = {raw.name: build_table(raw) for raw in given.tables}
    problems = [*given.problems, *(p for table in built.values() for p in table.problems)]
    incomplete = {name for name, table in built.items() if table.problems} | given.unread
    for table in REQUIRED_TABLES:
        if table not in built and table not in given.unread:
            problems.append(Problem("expected this table, which is missing", _name(given, table)))
            incomplete.add(table)
    settings = Settings()
    try:
        settings = build_settings(given.settings, given.settings_place, given.settings_rows)
        settings = _overridden(settings, people_per_desk, scheme)
    except InputError as error:
        problems += error.problems
        incomplete.add("scenario")
    fields = _fields(given, built, settings)
    if not problems:
        return Scenario(**fields)
    partial = Scenario.model_construct(**{"floors": (), "headcounts": ()} | fields)
    found = consistency.problems(partial, incomplete)
    raise InputError([*problems, *(partial.placed(problem) for problem in found)])


def _name(given: _Given, table: str) -> str:
    return given.missing.format(table)


def _fields(given: _Given, built: Mapping[str, Built], settings: Settings) -> dict[str, Any]:
    """Return the fields of the scenario."""
    prints = {raw.name: raw.fingerprint for raw in given.tables}
    if given.settings_fingerprint is not None:
        prints["scenario"] = given.settings_fingerprint
    sources = {name: table.source for name, table in built.items()}
    sources["scenario"] = Source(place=given.settings_place)
    return {
        **{name: table.rows for name, table in built.items()},
        "settings": settings,
        "fingerprints": prints,
        "sources": sources,
    }


def _overridden(settings: Settings, people_per_desk: str | None, scheme: str | None) -> Settings:
    """Return the settings with the options of a command in the place of their own."""
    changes: dict[str, Section] = {}
    if people_per_desk is not None:
        changes["sharing"] = _changed(settings.sharing, "people_per_desk", people_per_desk)
    if scheme is not None:
        changes["options"] = _changed(settings.options, "scheme", scheme)
    return settings.model_copy(update=changes)


def _changed(section: _SECTION, key: str, value: str) -> _SECTION:
    kept = {name: getattr(section, name) for name in type(section).model_fields}
    try:
        return type(section)(**(kept | {key: value}))
    except ValidationError as error:
        kind = Kind.EXACT if key == "people_per_desk" else Kind.TEXT
        message = expectation(kind, error.errors(include_url=False)[0])
        raise InputError([Problem(message, key, value=shown(value))]) from error
