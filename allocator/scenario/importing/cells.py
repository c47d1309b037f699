"""The cells of the rows that stay: numbers are read, and what is no number is refused."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from allocator.errors import Problem
from allocator.scenario.importing.layout import Block
from allocator.scenario.importing.ledger import At, Ledger
from allocator.scenario.importing.mapping import Change, TableMapping, changed, name_of
from allocator.scenario.importing.rows import Line
from allocator.scenario.importing.values import (
    ERROR_TEXT,
    LARGEST_SMALL_AREA,
    Read,
    decimal,
    decimal_mark,
    is_moment,
    is_scaled,
    share,
    whole,
)

WHOLE = ("own_desks", "desks", "max_occupants")
AMOUNTS = ("open_price",)
AREAS = ("area_m2", "area_net", "area_gross")
SHARES = ("attendance_share", "net_factor")
RATIOS = ("people_per_desk", "desks_per_person")
_ERROR = "expected a value: the formula gives an error; mend it in the spreadsheet"
_EMPTY_FORMULA = (
    "expected a value: the file does not hold what this formula gives; open it in a spreadsheet "
    "program and save it"
)
_MOMENT = "expected {}, not a date: format the cell as text and type it again"
_NO_NUMBER = "expected {}: change the cell, or leave the row out"


def read_cells(block: Block, mapping: TableMapping, lines: Sequence[Line], ledger: Ledger) -> None:
    """Read the cells of all rows that are not left out; tell what was changed, by rule.

    Parameters
    ----------
    lines
        Rows of the table; those that head others are not read.
    ledger
        Records each kind of change once for a column, and a problem for each cell that is not what
        its column holds.
    """
    rows = [
        line.row for line in lines if line.kind == "data" and line.row not in mapping.rows_left_out
    ]
    roles = {**mapping.columns, **dict.fromkeys(mapping.people, "headcount")}
    for column, role in roles.items():
        # A column that numbers the rows is not read at all.
        if role == "number":
            continue
        sound = [row for row in rows if _is_sound(block, mapping, row, column, role, ledger)]
        reader = _reader(block, mapping, sound, column, role)
        if reader is not None:
            _read_column(block, mapping, sound, column, reader, ledger)
    _tell_hidden(block, rows, ledger)


def _is_sound(
    block: Block, mapping: TableMapping, row: int, column: int, role: str, ledger: Ledger
) -> bool:
    """Return whether a cell can be read; note a problem for an error, a date, an empty formula.

    These three read as something else if nobody looks: an error as text, a date as a number, a
    formula without its result as a blank.
    """
    cell = changed(block.sheet, mapping.changes, row, column)
    extent = block.sheet.extent
    error = extent.errors.get((row, column))
    message, value = "", None
    if error or (isinstance(cell, str) and ERROR_TEXT.fullmatch(cell)):
        message, value = _ERROR, error or cell
    elif (row, column) in extent.uncalculated and cell == "":
        message, value = _EMPTY_FORMULA, f"={extent.formulas.get((row, column), '')}"
    elif is_moment(cell) or isinstance(cell, bool):
        message = _MOMENT.format("text" if is_name(role) else "a number")
        value = str(cell)
    if message:
        label = mapping.labels.get(column, "")
        ledger.problems.append(Problem(message, block.sheet.place, row + 1, label, value))
    return not message


def is_name(role: str) -> bool:
    """Return whether a column holds names rather than numbers."""
    return role not in (*WHOLE, *AREAS, *SHARES, *RATIOS, *AMOUNTS, "headcount")


def _reader(
    block: Block, mapping: TableMapping, rows: Sequence[int], column: int, role: str
) -> Callable[[Any], Read | None] | None:
    """Return what reads the cells of a column; None where they stay as they are.

    Parameters
    ----------
    rows
        Those whose cells are sound.
    role
        What the column becomes.
    """
    cells = [changed(block.sheet, mapping.changes, row, column) for row in rows]
    if role == "headcount" or role in WHOLE:
        # By the whole column: one cell alone does not say what its point means.
        scaled = is_scaled(cells)
        return lambda cell: whole(cell, scaled=scaled)
    if role in AREAS:
        mark = decimal_mark(cells)
        return lambda cell: decimal(cell, mark, least=LARGEST_SMALL_AREA)
    if role in SHARES:
        return share
    if role in RATIOS and any("/" in cell for cell in cells if isinstance(cell, str)):
        return None  # quotients such as 29/15 stay as they are
    return decimal if role in (*RATIOS, *AMOUNTS) else None


def _read_column(
    block: Block,
    mapping: TableMapping,
    rows: Sequence[int],
    column: int,
    reader: Callable[[Any], Read | None],
    ledger: Ledger,
) -> None:
    """Read a column's cells, note the changes, and settle them rule by rule.

    What is no number is a problem and not a question: nobody but the ministry knows it.
    """
    by_rule: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        cell = changed(block.sheet, mapping.changes, row, column)
        if cell == "":
            continue
        read = reader(cell)
        if read is None:
            ledger.problems.append(_no_number(block, mapping, row, column, cell))
        elif read.rule is not None or read.value != cell:
            rule = read.rule or "number_with_words"
            mapping.changes[row, column] = Change(read.value, rule)
            if str(read.value) != cell:  # "950" is 950 as it stands
                by_rule[rule].append(row)
    _settle_changes(block, mapping, column, by_rule, ledger)


def _no_number(
    block: Block, mapping: TableMapping, row: int, column: int, cell: object
) -> Problem:
    """Return the problem of a cell that holds no number where one is expected."""
    is_whole = mapping.columns.get(column, "headcount") in ("headcount", *WHOLE)
    expected = "a whole number" if is_whole else "a number"
    label = mapping.labels.get(column, "")
    return Problem(_NO_NUMBER.format(expected), block.sheet.place, row + 1, label, str(cell))


def _settle_changes(
    block: Block,
    mapping: TableMapping,
    column: int,
    by_rule: Mapping[str, Sequence[int]],
    ledger: Ledger,
) -> None:
    """Settle the changed cells of a column: one decision for all that are changed alike."""
    for rule, changed_rows in by_rule.items():
        first = changed_rows[0]
        ledger.settle(
            rule,
            f"numbers.{mapping.labels.get(column, '')}.{rule}",
            str(mapping.changes[first, column].to),
            At(
                place=block.sheet.place,
                what=str(block.sheet.cell(first, column)),
                row=first + 1,
                cell=name_of(first, column),
                count=len(changed_rows),
            ),
            choices=(str(mapping.changes[first, column].to),),
        )


def _tell_hidden(block: Block, rows: Sequence[int], ledger: Ledger) -> None:
    """Tell rows that are out of sight: they count, which a reader of the sheet may not expect."""
    hidden = [row for row in rows if row in block.sheet.extent.hidden_rows]
    if hidden:
        ledger.settle(
            "rows_hidden",
            f"hidden_rows.{block.sheet.name or block.sheet.file}",
            "kept",
            At(
                place=block.sheet.place,
                what=", ".join(str(row + 1) for row in hidden[:5]) + (" …" if hidden[5:] else ""),
                row=hidden[0] + 1,
                count=len(hidden),
            ),
            choices=("kept",),
        )
