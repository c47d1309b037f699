"""Rows that sum others up, held against the rows that they sum; and what stands above a table."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate

from allocator.scenario.importing.columns import SIZES
from allocator.scenario.importing.layout import Block, titles
from allocator.scenario.importing.ledger import At, Ledger
from allocator.scenario.importing.mapping import LeftOut, TableMapping, changed
from allocator.scenario.importing.rows import Line, leave_out, name_columns


def check_totals(
    block: Block,
    mapping: TableMapping,
    lines: Sequence[Line],
    totals: Sequence[Line],
    ledger: Ledger,
) -> None:
    """Leave totals out, and ask where one is not the sum of the rows above it.

    A total may sum up everything, or only the rows since something began; either will do.
    """
    starts = _section_starts(block, mapping, lines, totals)
    counted = [*mapping.people, *(c for c, role in mapping.columns.items() if role in SIZES)]
    data = [each for each in lines if each.kind == "data"]
    rows = [each.row for each in data]
    # Sums of any run of rows are differences of these: a long table has many totals to hold
    # against.
    upto = [0.0, *accumulate(float(each.number or 0) for each in data)]
    for total in totals:
        above = bisect_left(rows, total.row)
        begun = starts[: bisect_left(starts, total.row)]
        sums = {_whole(upto[above] - upto[bisect_left(rows, start)]) for start in begun}
        sums.add(_whole(upto[-1]))
        formulas = [block.sheet.extent.formulas.get((total.row, c)) for c in counted]
        # A formula without its result gives 0, which says nothing.
        unknown = total.number is None or (
            not total.number and any(f is not None for f in formulas)
        )
        if unknown or total.number in sums or not above:
            leave_out(block, mapping, total, "row_total", ledger)
            continue
        nearest = min(sums, key=lambda each: abs(each - (total.number or 0)))
        leave_out(
            block,
            mapping,
            total,
            "row_total_differs",
            ledger,
            number=total.number,
            summed=nearest,
            apart=abs((total.number or 0) - nearest),
        )


def tell_sums(block: Block, mapping: TableMapping, lines: Sequence[Line], ledger: Ledger) -> None:
    """Show units whose people are the sum of all rows above them, in the table or their part.

    They are kept unless answered otherwise, since a sum may be chance; two rows at least have to
    add up.
    """
    starts = _section_starts(block, mapping, lines, ())
    data = [each for each in lines if each.kind == "data"]
    rows = [each.row for each in data]
    upto = [0.0, *accumulate(float(each.number or 0) for each in data)]
    for at, line in enumerate(data):
        begun = starts[: bisect_left(starts, line.row)]
        firsts = [bisect_left(rows, start) for start in (*begun[:1], *begun[-1:])]
        sums = {upto[at] - upto[first] for first in firsts if at - first > 1}
        if line.number and line.number in sums:
            leave_out(block, mapping, line, "row_equals_sum", ledger, choices=("kept", "left_out"))


def _whole(number: float) -> int | float:
    """Return a number without a fraction as a whole one."""
    return int(number) if number.is_integer() else number


def _section_starts(
    block: Block, mapping: TableMapping, lines: Sequence[Line], totals: Sequence[Line]
) -> list[int]:
    """Return the rows at which something begins that a total may sum up.

    The table, what follows another total or a heading, and each new name in a wider column.
    """
    starts = {block.first} | {total.row + 1 for total in totals}
    starts |= {r + 1 for r, left in mapping.rows_left_out.items() if left.rule == "heading_tower"}
    starts |= {line.row + 1 for line in lines if line.kind == "heading"}
    columns = name_columns(mapping, ("organisation_id", "parent_id", "tower_id"))
    for column in columns:
        starts |= {
            row
            for row in range(block.first, block.end)
            if block.sheet.cell(row, column) != ""
            and changed(block.sheet, mapping.changes, row - 1, column)
            != block.sheet.cell(row, column)
        }
    return sorted(starts)


def tell_header(block: Block, mapping: TableMapping, ledger: Ledger) -> None:
    """Say which row is the header, and that the lines above it are titles.

    Titles are not rows of the table, but they are shown: they may name the organisation or the
    month.
    """
    labels = " | ".join(label.text for label in block.labels)
    ledger.settle(
        "header_rows" if block.height > 1 else "header_row",
        f"header.{block.sheet.name or block.sheet.file}.{block.top + 1}",
        str(block.top + 1),
        At(place=block.sheet.place, what=labels, row=block.top + 1),
        choices=(str(block.top + 1),),
        facts={"rows": block.height},
    )
    for row, text in titles(block, block_start(block)):
        mapping.rows_left_out[row] = LeftOut("row_title", text)
        ledger.settle(
            "row_title",
            f"row.{text}",
            "left_out",
            At(place=block.sheet.place, what=text, row=row + 1),
            choices=("left_out",),
        )


def block_start(block: Block) -> int:
    """Return the first row of the lines that stand as titles above a table.

    Titles are few cells of text; numbers above a header belong to another table.
    """
    start = block.top
    while start > 0 and start > block.top - 12:
        filled = [cell for cell in block.sheet.cells[start - 1] if cell != ""]
        if len(filled) > 3 or any(not isinstance(cell, str) for cell in filled):
            break
        start -= 1
    return start
