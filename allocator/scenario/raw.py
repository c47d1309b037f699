"""A table as it was found: cells by column, not yet converted or judged."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from allocator.errors import Problem
from allocator.scenario.convert import Form
from allocator.scenario.tables import IGNORED_COLUMNS, TABLES
from allocator.words import counted

Grid = Iterable[tuple[int, Sequence[Any]]]
"""Rows of cells, each with its row in the file; cells are trimmed and "" where empty."""


@dataclass(frozen=True)
class RawTable:
    """Cells of a table, empty ones left out.

    Attributes
    ----------
    name, place
        Name of the table, and what to call its source in messages.
    rows
        File row and cells by column, in order.
    form
        How its cells are read.
    content
        What was read: the bytes of a file, or the cells of a sheet or an array.
    header
        Columns that the header names; None where every row names its own (JSON).
    header_row
        File row of the header.
    problems
        What was wrong with the table before its cells were looked at.
    """

    name: str
    place: str
    rows: list[tuple[int, dict[str, Any]]]
    form: Form
    content: Any
    header: tuple[str, ...] | None = None
    header_row: int | None = None
    problems: list[Problem] = field(default_factory=list)


TABLES_AND_SETTINGS: dict[str, tuple[str, ...]] = {
    name: tuple(table.model_fields) for name, table in TABLES.items()
} | {"scenario": ("section", "key", "value")}
"""Columns that a table, or a sheet of settings, may have."""


def is_ignored(column: str, table: str = "") -> bool:
    """Return whether a column, of a table if that matters, is kept and means nothing here.

    Columns for notes, and those that begin with ``x_``, are the planner's own.
    """
    kept = column in ("source", "note") or (column.startswith("x_") and column != "x_m")
    return kept or column in IGNORED_COLUMNS.get(table, ())


def columns_of(table: str) -> tuple[str, ...]:
    """Return the columns that a table may have."""
    return tuple(TABLES[table].model_fields)


def fingerprint(content: Any) -> str:
    """Return the sha256, in hexadecimal, of bytes, or of anything else as canonical JSON.

    Canonical, so that the order of keys makes no difference.
    """
    if not isinstance(content, bytes):
        text = json.dumps(content, sort_keys=True, separators=(",", ":"), default=str)
        content = text.encode()
    return hashlib.sha256(content).hexdigest()


def from_grid(name: str, place: str, grid: Grid, form: Form, content: Any) -> RawTable:
    """Return the table that a grid of cells makes: its first filled row is the header.

    Parameters
    ----------
    name, place
        Name of the table, and what to call its source in messages.
    grid
        Rows with their numbers in the file; blank ones are left out.
    form
        How its cells are to be read later.
    content
        What was read, for the fingerprint.
    """
    filled = [(number, cells) for number, cells in grid if any(cell != "" for cell in cells)]
    if not filled:
        return RawTable(
            name, place, [], form, content, (), 1, [Problem("the table is empty", place)]
        )
    header_row, first = filled[0]
    header = tuple(str(cell) for cell in first)
    title = _title(name, place, filled)
    if title is not None:
        return RawTable(name, place, [], form, content, (), header_row, [title])
    found = [
        Problem("expected each column once", place, header_row, column)
        for column in dict.fromkeys(header)
        if column and header.count(column) > 1 and not is_ignored(column, name)
    ]
    if len(filled) == 1:
        found.append(Problem("expected rows under the header", place))
    rows = []
    for number, cells in filled[1:]:
        found += _cells_without_column(place, header, number, cells)
        # Not strict: spreadsheets leave blank cells at the end of a row away.
        named = zip(header, cells, strict=False)
        rows.append((number, {column: cell for column, cell in named if cell != ""}))
    return RawTable(name, place, rows, form, content, header, header_row, found)


def _title(name: str, place: str, filled: Sequence[tuple[int, Sequence[Any]]]) -> Problem | None:
    """Return a problem where the first filled row is no header: it names fewer cells than follow.

    Everything below it would be a problem of its own.
    """
    (row, header), *below = filled
    named = [str(cell) for cell in header if cell != ""]
    # A header with one known column is a header, however little else it names.
    if not below or any(c in TABLES_AND_SETTINGS.get(name, ()) or is_ignored(c) for c in named):
        return None
    strays = sum(
        cell != "" and (at >= len(header) or header[at] == "")
        for _, cells in below
        for at, cell in enumerate(cells)
    )
    widest = max(sum(cell != "" for cell in cells) for _, cells in below)
    # A header with a stray cell or two is a header; a title has most of the table beside it.
    if widest <= len(named) or strays < 2:
        return None
    message = (
        f"expected the names of columns: this looks like a title, with {counted(strays, 'cell')} "
        "under no name; delete the rows above the header, or let `allocator import` read the table"
    )
    return Problem(message, place, row, value=named[0])


def _cells_without_column(
    place: str, header: Sequence[str], number: int, cells: Sequence[Any]
) -> list[Problem]:
    """Return a problem where a filled cell stands beyond the header or under an empty one.

    Such a cell would be lost without a word.
    """
    strays = [cell for cell in cells[len(header) :] if cell != ""]
    if strays:
        many = f"expected at most {counted(len(header), 'cell')}, as the header has"
        return [Problem(many, place, number, value=str(strays[0]))]
    return [
        Problem("expected a column name above this cell", place, number, value=str(cell))
        for column, cell in zip(header, cells, strict=False)
        if column == "" and cell != ""
    ]
