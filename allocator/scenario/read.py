"""Reading scenarios and single tables: from a folder, a workbook or JSON, all problems at once.

What a source holds is gathered by `sources`; how cells become typed rows is in `build`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from allocator.errors import InputError, Problem
from allocator.scenario.blanks import organisations_left_blank
from allocator.scenario.build import build_table
from allocator.scenario.convert import SHEET, Kind
from allocator.scenario.document import parse_json
from allocator.scenario.gather import gathered
from allocator.scenario.raw import columns_of, fingerprint
from allocator.scenario.sources import (
    Given,
    from_document,
    from_files,
    from_folder,
    from_workbook,
    read_bytes,
    single_table,
)
from allocator.scenario.tables import CurrentPiece, Headcount, Row
from allocator.scenario.types import Scenario


def read_scenario(
    path: Path,
    *,
    people_per_desk: str | None = None,
    scheme: str | None = None,
    for_relocation: bool = False,
) -> Scenario:
    """Return the scenario in a folder, a workbook (.xlsx) or a .json file.

    Parameters
    ----------
    path
        The folder or file.
    people_per_desk, scheme
        Take the place of the settings' own. The ratio is a decimal ≥ 1 as text.
    for_relocation
        Whether staff will do in place of headcounts.

    Raises
    ------
    InputError
        With everything that is wrong, each thing with its file, row and column.
    """
    if path.is_dir():
        given = from_folder(path)
    elif path.suffix.lower() == ".xlsx":
        given = from_workbook(path.name, read_bytes(path))
    elif path.suffix.lower() == ".json":
        given = from_document(parse_json(read_bytes(path), path.name), path.name, f"{path.name} ")
    else:
        wanted = "a folder, an .xlsx or a .json file"
        # Whether it is there at all is what a planner wants to know first.
        exists = "expected " if path.exists() else "found nothing there; expected "
        raise InputError([Problem(exists + wanted, str(path))])
    return scenario_of(given, people_per_desk, scheme, for_relocation=for_relocation)


def scenario_from_json(
    document: Any,
    *,
    people_per_desk: str | None = None,
    scheme: str | None = None,
    name: str = "request",
    for_relocation: bool = False,
) -> Scenario:
    """Return the scenario in a parsed JSON document; ``name`` is what to call it in messages.

    Raises
    ------
    InputError
        With everything that is wrong, each thing with its table, row (from 1) and column.
    """
    given = from_document(document, name, "")
    return scenario_of(given, people_per_desk, scheme, for_relocation=for_relocation)


def scenario_from_files(
    files: Mapping[str, tuple[str, bytes]], *, for_relocation: bool = False
) -> Scenario:
    """Return the scenario in files that are at hand, under the names of what they hold.

    Parameters
    ----------
    files
        File name and content by table name (.csv or .xlsx) and, for the settings, ``scenario``
        (.toml); or of ``workbook`` alone, a scenario in one .xlsx.
    for_relocation
        Whether staff will do in place of headcounts.

    Raises
    ------
    InputError
        With everything that is wrong, each thing with its file, row and column.
    """
    only_book = set(files) == {"workbook"}
    given = from_workbook(*files["workbook"]) if only_book else from_files(files)
    return scenario_of(given, for_relocation=for_relocation)


def headcounts_from_file(name: str, data: bytes) -> tuple[Headcount, ...]:
    """Return the rows of a headcount table, a .csv or .xlsx file that is at hand.

    Raises
    ------
    InputError
        With everything that is wrong with the table by itself.
    """
    rows = _table_alone("headcounts", name, data)
    return tuple(row for row in rows if isinstance(row, Headcount))


def current_from_file(path: Path) -> tuple[CurrentPiece, ...]:
    """Return the rows of a plan of some time: any .csv or .xlsx that could be `current`.

    Raises
    ------
    InputError
        With everything that is wrong with the table by itself.
    """
    rows = _table_alone("current", path.name, read_bytes(path))
    return tuple(row for row in rows if isinstance(row, CurrentPiece))


def _table_alone(table: str, name: str, data: bytes) -> tuple[Row, ...]:
    """Return the rows of one table, judged by itself.

    Raise `InputError` with all that is wrong.
    """
    built = build_table(single_table(table, name, data, columns_of(table)))
    if built.problems:
        raise InputError(built.problems)
    return built.rows


def read_headcounts(scenario: Scenario, path: Path) -> Scenario:
    """Return the scenario with the headcounts of another table, a .csv or .xlsx file.

    A workbook has them in its sheet ``headcounts``, or in its only sheet.

    Raises
    ------
    InputError
        With everything that is wrong with the table, or that does not agree with the scenario.
    """
    raw = single_table("headcounts", path.name, read_bytes(path), columns_of("headcounts"))
    built = build_table(raw)
    # Organisations may be given in the scenario, so that blanks in the new table lose nothing.
    listed = (*(scenario.units or ()), *(scenario.organisations or ()))
    problems = [*built.problems, *organisations_left_blank(raw, listed)]
    if problems:
        raise InputError(problems)
    return scenario.replace(
        headcounts=built.rows,
        fingerprints=scenario.fingerprints | {"headcounts": fingerprint(raw.content)},
        sources=scenario.sources | {"headcounts": built.source},
    )


def read_rotas(scenario: Scenario, path: Path) -> Scenario:
    """Return the scenario with the rotas of another table, a .csv or .xlsx file.

    Raises
    ------
    InputError
        With everything that is wrong with the table, or that does not agree with the scenario.
    """
    raw = single_table("rotas", path.name, read_bytes(path), columns_of("rotas"))
    built = build_table(raw)
    if built.problems:
        raise InputError(built.problems)
    return scenario.replace(
        rotas=built.rows,
        fingerprints=scenario.fingerprints | {"rotas": fingerprint(raw.content)},
        sources=scenario.sources | {"rotas": built.source},
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
    return rows_from_file(path.name, read_bytes(path), columns)


def rows_from_file(
    name: str, data: bytes, columns: Collection[str], *, optional: Collection[str] = ()
) -> list[tuple[int, dict[str, str]]]:
    """Return the rows of a table as `read_rows` does, of a file that is at hand.

    With those of the optional columns that there are.
    """
    raw = single_table(Path(name).stem, name, data, (*columns, *optional))
    header = raw.header or ()
    columns = [*columns, *(column for column in optional if column in header)]
    # Once: of two columns of one name nobody knows which is meant.
    amiss = [column for column in columns if header.count(column) != 1]
    if amiss:
        message = "expected this column, and once"
        raise InputError(Problem(message, raw.place, raw.header_row, c) for c in amiss)
    return [
        (number, {column: _text(cells.get(column, "")) for column in columns})
        for number, cells in raw.rows
    ]


def _text(cell: Any) -> str:
    """Return a cell as text, a whole number of a workbook without its point."""
    number = isinstance(cell, int | float) and not isinstance(cell, bool)
    return str(SHEET[Kind.TEXT](cell)) if number else str(cell)


def scenario_of(
    given: Given,
    people_per_desk: str | None = None,
    scheme: str | None = None,
    *,
    for_relocation: bool = False,
) -> Scenario:
    """Return the scenario in what was given, with every problem of cells and between tables.

    Raises
    ------
    InputError
        With everything that is wrong.
    """
    return Scenario(**gathered(given, people_per_desk, scheme, for_relocation=for_relocation))
