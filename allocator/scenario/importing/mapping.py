"""What is understood of a table on a sheet, as data, and the pure function that applies it.

Nothing on the sheet is ever changed: a mapping says how it is read, so the same sheet can be shown
as it came, with what was made of each cell beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from allocator.scenario.extents import cell_name
from allocator.scenario.spreadsheet import Sheet


class Change(NamedTuple):
    """What a cell is taken for, and the rule that says so."""

    to: Any
    rule: str


class LeftOut(NamedTuple):
    """Why a row is left out: a rule, and what it speaks of."""

    rule: str
    what: str


@dataclass
class TableMapping:
    """What is understood of a table; rows and columns count from 0.

    Attributes
    ----------
    file, sheet
        Where the table stands.
    table
        Which table of a scenario it becomes.
    header, header_rows
        First row of the header, and how many rows it has.
    end
        First row that is no longer the table's.
    columns, meanings, labels
        What each column that is used becomes, what it means as it stands (a gross area becomes a
        net one), and what stands above every column.
    people
        Columns whose sum is the headcount.
    rows_left_out
        Why a row is no unit or floor.
    changes
        What a cell is taken for, by row and column.
    given
        What a row belongs to that no column says, by row: ``organisation_id``, ``tower_id``.
    """

    file: str
    sheet: str
    table: str
    header: int
    header_rows: int
    end: int
    columns: dict[int, str] = field(default_factory=dict)
    meanings: dict[int, str] = field(default_factory=dict)
    labels: dict[int, str] = field(default_factory=dict)
    people: tuple[int, ...] = ()
    counts_rows: bool = False
    rows_left_out: dict[int, LeftOut] = field(default_factory=dict)
    changes: dict[tuple[int, int], Change] = field(default_factory=dict)
    given: dict[int, dict[str, str]] = field(default_factory=dict)

    @property
    def first(self) -> int:
        """First row under the header."""
        return self.header + self.header_rows


def rows_of(sheet: Sheet, mapping: TableMapping) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield row, from 0, and the cells by meaning of every row that is not left out."""
    for row in range(mapping.first, mapping.end):
        if row in mapping.rows_left_out:
            continue
        cells = {
            role: cell
            for column, role in mapping.columns.items()
            if (cell := changed(sheet, mapping.changes, row, column)) != ""
        }
        counted = [
            cell
            for column in mapping.people
            if (cell := changed(sheet, mapping.changes, row, column)) != ""
        ]
        # What headings say of a row fills what its own columns leave open, and beats them.
        cells |= {key: each for key, each in mapping.given.get(row, {}).items() if each}
        if not cells and not counted:
            continue
        if counted:
            cells["headcount"] = _sum(counted)
        # A list of persons has no number to read; the row itself is one.
        elif mapping.counts_rows:
            cells["headcount"] = 1
        yield row, cells


def _sum(cells: list[Any]) -> Any:
    """Return the sum of whole numbers; what is none is handed on for the reader to refuse."""
    if len(cells) == 1:
        return cells[0]
    wrong = [cell for cell in cells if not isinstance(cell, int)]
    # It makes the strict reader name the cell, where a sum would hide it.
    return wrong[0] if wrong else sum(cells)


def changed(sheet: Sheet, changes: Mapping[tuple[int, int], Change], row: int, column: int) -> Any:
    """Return a cell as it is understood: as the mapping has changed it, else as it stands."""
    change = changes.get((row, column))
    return sheet.cell(row, column) if change is None else change.to


def told_changes(sheet: Sheet, mapping: TableMapping) -> Iterator[tuple[tuple[int, int], Change]]:
    """Yield the cells, from the first row on, that are read otherwise than they stand.

    A number stored as text is read as what it looks like, so it is none of them.
    """
    for (row, column), change in sorted(mapping.changes.items()):
        if str(change.to) != sheet.cell(row, column):
            yield (row, column), change


def name_of(row: int, column: int) -> str:
    """Return the name of a cell, for example ``C7``."""
    return cell_name(row, column)
