"""Tables of a scenario out of data frames: pandas, polars and pyarrow, through narwhals.

A table may also be any rows that name their columns: dicts, or rows of a result. What cells may
hold is judged by `build`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from math import isnan
from typing import Any

from pydantic import BaseModel

from allocator.errors import InputError, Problem
from allocator.scenario.build import build_table
from allocator.scenario.convert import FRAME, Kind
from allocator.scenario.gather import gathered
from allocator.scenario.names import Nearest
from allocator.scenario.raw import RawTable
from allocator.scenario.sources import Given
from allocator.scenario.tables import TABLES, CurrentPiece

Columns = dict[str, list[Any]]
"""Cells by column, None where they are empty."""


def fields_from_frames(
    tables: Mapping[str, object],
    settings: Mapping[str, Any] | None,
    people_per_desk: str | None,
    scheme: str | None,
) -> dict[str, Any]:
    """Return the fields of the scenario in data frames; a table that is None is not given.

    Parameters
    ----------
    tables
        Frames, or rows that name their columns, by the name of the table.
    settings
        Sections and keys as in scenario.toml.
    people_per_desk, scheme
        Take the place of the settings' own.

    Raises
    ------
    InputError
        With everything that is wrong, each thing with its table, row (from 1) and column.
    """
    given = Given("{}", "settings")
    nearest = Nearest(TABLES)
    for name, frame in tables.items():
        if name not in TABLES:
            given.problems.append(Problem(f"unknown table{nearest.hint(name)}", name))
        elif frame is not None:
            try:
                given.tables.append(_raw(name, name, frame))
            except InputError as error:
                given.fails(name, error)
    if settings is not None:
        given.settings = given.settings_content = settings
    return gathered(given, people_per_desk, scheme, for_relocation=True)


def current_from_frame(name: str, frame: object) -> tuple[CurrentPiece, ...]:
    """Return the rows of a plan of some time, as the table `current` has them.

    Raises
    ------
    InputError
        With everything that is wrong with the table by itself.
    """
    built = build_table(_raw("current", name, frame))
    if built.problems:
        raise InputError(built.problems)
    return tuple(row for row in built.rows if isinstance(row, CurrentPiece))


def placements_from_frame(
    name: str, frame: object, amount: str
) -> list[tuple[int, str, str, Any]]:
    """Return row (from 1), unit_id, floor_id and an amount of each row; other columns are ignored.

    Raises
    ------
    InputError
        If it is no table, or a column is missing.
    """
    wanted = ("unit_id", "floor_id", amount)
    columns = columns_of_frame(name, frame)
    # An empty list is a plan of nobody: it has no columns to look for.
    if not columns and not frame:
        return []
    missing = [column for column in wanted if column not in columns]
    if missing:
        message = "expected this column, which is missing"
        raise InputError(Problem(message, name, None, column) for column in missing)
    cells = zip(*(columns[column] for column in wanted), strict=True)
    return [(n, _id(u), _id(f), cell) for n, (u, f, cell) in enumerate(cells, 1)]


def _id(cell: Any) -> str:
    """Return an id as text; what cannot be one is shown as it is, and known to nobody."""
    try:
        return "" if cell is None else str(FRAME[Kind.TEXT](cell))
    except ValueError:
        return repr(cell)


def columns_of_frame(name: str, frame: Any) -> Columns:
    """Return the cells of a data frame, or of rows, as plain values; NaN is empty.

    Parameters
    ----------
    name
        What to call the table in messages.
    frame
        A data frame of pandas, polars or pyarrow (or another that narwhals reads), dicts, or
        rows of a result.

    Raises
    ------
    InputError
        If it is none of these, or names a column twice.
    """
    if isinstance(frame, list | tuple):
        return _of_rows(name, frame)
    import narwhals as nw  # noqa: PLC0415 - only where frames are read

    try:
        read = nw.from_native(frame)
        if isinstance(read, nw.LazyFrame):
            # A lazy frame has no cells yet.
            read = read.collect()
        return {str(column.name): _cells(column) for column in read.iter_columns()}
    except (nw.exceptions.DuplicateError, ValueError) as error:
        raise InputError([Problem("expected each column once", name)]) from error
    except TypeError as error:
        raise _no_frame(name, frame) from error


def _no_frame(name: str, given: object) -> InputError:
    """Return the error for something that is no table, naming its type."""
    expected = "expected a data frame of pandas, polars or pyarrow, or rows as dicts"
    return InputError([Problem(expected, name, value=type(given).__name__)])


def _of_rows(name: str, rows: Sequence[Any]) -> Columns:
    """Return the cells of dicts or records, each of which may leave columns out."""
    found: Columns = {}
    for number, row in enumerate(rows):
        cells = dict(row) if isinstance(row, BaseModel | Mapping) else None
        if cells is None:
            raise _no_frame(name, row)
        for column, cell in cells.items():
            # Columns that come up late are empty in all rows before.
            found.setdefault(str(column), [None] * number).append(_cell(cell))
        for column in found.keys() - {str(column) for column in cells}:
            found[column].append(None)
    return found


def _cells(series: Any) -> list[Any]:
    """Return the cells of a column of narwhals."""
    import narwhals as nw  # noqa: PLC0415 - only where frames are read

    empty = series.is_null().to_list()
    is_short = series.dtype == nw.Float32
    return [
        None if is_empty else _cell(_widened(cell) if is_short else cell)
        for cell, is_empty in zip(series.to_list(), empty, strict=True)
    ]


def _widened(cell: float) -> float:
    """Return a number of 32 bits at its shortest decimal form: 1.3, not 1.2999999523."""
    import numpy as np  # noqa: PLC0415 - only where frames are read

    return float(str(np.float32(cell)))


def _cell(value: Any) -> Any:
    """Return a cell as a plain value: numpy's whole numbers are whole, NaN is empty."""
    # By name, so that numpy is not imported for tables that have nothing of it.
    if type(value).__module__ == "numpy" and hasattr(value, "item"):
        value = _widened(value) if type(value).__name__ == "float32" else value.item()
    if isinstance(value, Decimal) and value.is_finite():
        value = int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, float) and isnan(value):
        return None
    if isinstance(value, str):
        return value.strip() or None
    return value


def _raw(name: str, place: str, frame: object) -> RawTable:
    """Return the table, its rows counted from 1; rows that are dicts may leave columns out."""
    columns = columns_of_frame(place, frame)
    # Rows of dicts have no header: a missing column is then a missing cell, as in JSON.
    header = None if isinstance(frame, list | tuple) else tuple(columns)
    rows = [
        (number, {c: cell for c, cell in zip(columns, cells, strict=True) if cell is not None})
        for number, cells in enumerate(zip(*columns.values(), strict=True), 1)
    ]
    problems = [] if rows else [Problem("expected at least one row", place)]
    return RawTable(name, place, rows, FRAME, columns, header, None, problems)
