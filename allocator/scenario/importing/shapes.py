"""Tables of another shape, laid out with a header above: turned ones, and ones with two headers.

A sheet that is laid out anew remembers from which row each of its rows came.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from allocator.scenario.extents import Extent
from allocator.scenario.importing.headings import are_organisations, are_units
from allocator.scenario.importing.layout import Block, blocks, meant
from allocator.scenario.importing.values import level, whole
from allocator.scenario.spreadsheet import Sheet
from allocator.scenario.vocabulary import (
    TOTAL_WORDS,
    UNIT_WORDS,
    holds_word,
    plain,
    starts_with,
)

_WIDEST_TURNED = 300
_HEADER_WITHIN = 40


@dataclass(frozen=True)
class LaidOut:
    """A sheet laid out anew.

    Attributes
    ----------
    sheet
        With a header in its first row.
    lines
        Row of the sheet as it was, from 0, of each row.
    rule
        Which rule laid it out.
    table
        Which table it is, "" where its header tells.
    """

    sheet: Sheet
    lines: tuple[int, ...]
    rule: str
    table: str = ""


def turned(sheet: Sheet) -> LaidOut | None:
    """Return a sheet whose header runs down its first column, with columns for rows.

    Returns
    -------
    LaidOut or None
        None where no header is known then either, or the sheet is too large to be such a form.
    """
    width = max((len(cells) for cells in sheet.cells), default=0)
    if not 1 < width <= _WIDEST_TURNED or len(sheet.cells) > _WIDEST_TURNED:
        return None
    cells = [
        [sheet.cell(row, column) for row in range(len(sheet.cells))] for column in range(width)
    ]
    merged = tuple(((a, b), (c, d)) for (b, a), (d, c) in sheet.merged or ())
    # What is known of the cells by their place no longer holds.
    new = replace(sheet, cells=cells, merged=merged, extent=Extent())
    found = blocks(new)
    if not found:
        return None
    return LaidOut(new, tuple(range(len(cells))), "sheet_turned")


def headless(sheet: Sheet) -> LaidOut | None:
    """Return a sheet of names and numbers alone with a header above it.

    Only where there is no doubt: one column of names, one of numbers behind it, and names that are
    those of units.
    """
    width = max((len(cells) for cells in sheet.cells), default=0)
    numeric = [c for c in range(width) if _numeric_below(sheet, -1, c)]
    named = [c for c in range(width) if _named_below(sheet, -1, c) and c not in numeric]
    # With several columns of either kind nobody could say which is meant.
    if len(named) != 1 or len([c for c in numeric if c > named[0]]) != 1:
        return None
    labels = {named[0]: "Unit Kerja", numeric[-1]: "Jumlah Pegawai"}
    units = [
        str(row[named[0]])
        for row in sheet.cells
        if len(row) > numeric[-1] and row[named[0]] != "" and row[numeric[-1]] != ""
    ]
    if len(units) < 2 or not are_units(units):
        return None
    cells = [[labels.get(c, "") for c in range(width)], *sheet.cells]
    new = replace(sheet, cells=cells, merged=(), extent=Extent())
    return LaidOut(new, (0, *range(len(sheet.cells))), "sheet_headless", "headcounts")


def crossed(sheet: Sheet) -> LaidOut | None:
    """Return a sheet with names both above and to the left, with a row for each number.

    Such a sheet has units by organisation, or floors by tower: each number belongs to two names.
    """
    header = _header(sheet)
    if header is None:
        return None
    row, left, columns = header
    body = [
        r
        for r in range(row + 1, len(sheet.cells))
        if sheet.cell(r, left) != "" and any(sheet.cell(r, c) != "" for c in columns)
    ]
    # A row of totals would become one more unit.
    rows = [r for r in body if not starts_with(str(sheet.cell(r, left)), TOTAL_WORDS)]
    if len(rows) < 2:
        return None
    above = [str(sheet.cell(row, c)) for c in columns]
    beside = [sheet.cell(r, left) for r in rows]
    titles = " ".join(str(c) for cells in sheet.cells[: row + 1] for c in cells if c != "")
    labels, flipped = _meanings(above, beside, titles)
    if labels is None:
        return None
    cells: list[list[Any]] = [list(labels)]
    lines = [row]
    for r in rows:
        for c, name in zip(columns, above, strict=True):
            if sheet.cell(r, c) != "":
                pair = [name, sheet.cell(r, left)] if flipped else [sheet.cell(r, left), name]
                cells.append([*pair, sheet.cell(r, c)])
                lines.append(r)
    table = "floors" if labels[1] == "Menara" or labels[0] == "Menara" else "headcounts"
    new = replace(sheet, cells=cells, merged=(), extent=Extent())
    return LaidOut(new, tuple(lines), "sheet_crossed", table)


def beside(block: Block) -> LaidOut | None:
    """Return tables that stand side by side under one header, one after the other.

    Where a wider label stands over each, it is the tower or the organisation of its rows.
    """
    last = [plain(label.parts[-1]) for label in block.labels]
    starts = [at for at, text in enumerate(last) if text == last[0]] if last else []
    width = starts[1] if len(starts) > 1 else 0
    if width < 2 or any(last[at : at + width] != last[:width] for at in starts):
        return None
    above = [block.labels[at].parts[0] for at in starts]
    # Labels that repeat do not tell the tables apart, so they are none of their rows'.
    named = len(set(above)) == len(starts)
    is_floors = any(each.meant and each.meant.meaning == "level" for each in block.labels)
    lead = ["Menara" if is_floors else "Instansi"] if named else []
    labels = block.labels[:width]
    cells: list[list[Any]] = [[*lead, *(label.parts[-1] for label in labels)]]
    lines = [block.top]
    for at, name in zip(starts, above, strict=True):
        columns = [label.column for label in block.labels[at : at + width]]
        for row in range(block.first, block.end):
            body = [block.sheet.cell(row, column) for column in columns]
            if any(cell != "" for cell in body):
                cells.append([*([name] if named else []), *body])
                lines.append(row)
    new = replace(block.sheet, cells=cells, merged=(), extent=Extent())
    return LaidOut(new, tuple(lines), "sheet_side_by_side")


def is_crossed(block: Block) -> bool:
    """Return whether a table has a column of numbers for each of several bodies or towers."""
    if _names_above(block) > 1:
        return True
    meanings = [label.meant.meaning for label in block.labels if label.meant]
    named = [label for label in block.labels if holds_word(label.text, UNIT_WORDS)]
    bodies = [meaning for meaning in meanings if meaning in ("organisation_id", "unit_id")]
    people = {"headcount", "present", "posts"} & set(meanings)
    numeric = [label for label in named if any(whole(cell) for cell in block.column(label.column))]
    return len(numeric) > 1 and "organisation_id" in bodies and not people


def _names_above(block: Block) -> int:
    """Return how many columns are headed by a body or a tower and hold numbers.

    More than one means that the header names bodies and not what is counted.
    """
    count = 0
    for label in block.labels:
        cells = [cell for cell in block.column(label.column) if cell != ""]
        numeric = sum(whole(cell) is not None for cell in cells) > 0.7 * len(cells)
        meaning = label.meant.meaning if label.meant else ""
        if cells and numeric and meaning in ("tower_id", "organisation_id", "unit_id"):
            count += len(plain(label.text).split()) > 1
        elif cells and numeric and not meaning:
            count += are_organisations([label.text])
    return count


def _header(sheet: Sheet) -> tuple[int, int, list[int]] | None:
    """Return the row of names, the column of names, and the columns of numbers.

    The column of names is the last one before the numbers, as a number of the row may come first.
    """
    for row in range(min(_HEADER_WITHIN, len(sheet.cells))):
        texts = [c for c, cell in enumerate(sheet.cells[row]) if isinstance(cell, str) and cell]
        columns = [c for c in texts if _numeric_below(sheet, row, c) and _names(sheet, row, c)]
        if len(columns) < 2:
            continue
        before = [
            c
            for c in range(columns[0])
            if _named_below(sheet, row, c) and not _numbers_rows(sheet.cell(row, c))
        ]
        if before:
            return row, before[-1], columns
    return None


def _numbers_rows(label: Any) -> bool:
    """Return whether a label says that its column numbers the rows."""
    known = meant(str(label))
    return known is not None and known.meaning == "number"


def _names(sheet: Sheet, row: int, column: int) -> bool:
    """Return whether a cell above a column names something rather than saying what is counted."""
    text = str(sheet.cell(row, column))
    known = meant(text)
    counting = (
        known is not None and known.fit >= 0.9 and known.meaning not in ("unit_id", "tower_id")
    )
    return not starts_with(text, TOTAL_WORDS) and (not counting or level(text) is not None)


def _numeric_below(sheet: Sheet, row: int, column: int) -> bool:
    """Return whether most cells below one are whole numbers.

    A few words among them do not matter.
    """
    cells = [sheet.cell(r, column) for r in range(row + 1, len(sheet.cells))]
    filled = [cell for cell in cells if cell != ""]
    return bool(filled) and sum(whole(cell) is not None for cell in filled) > 0.7 * len(filled)


def _named_below(sheet: Sheet, row: int, column: int) -> bool:
    """Return whether most cells below one are names or floors."""
    cells = [sheet.cell(r, column) for r in range(row + 1, len(sheet.cells))]
    filled = [cell for cell in cells if cell != ""]
    texts = [c for c in filled if isinstance(c, str) and (whole(c) is None or level(c))]
    levels = [c for c in filled if level(c) is not None]
    return len(filled) > 1 and max(len(texts), len(levels)) > 0.7 * len(filled)


def _meanings(
    above: Sequence[str], beside: Sequence[Any], titles: str
) -> tuple[tuple[str, str, str] | None, bool]:
    """Return the header of the sheet laid out, and whether the names above come first.

    Where one side has floors the other has towers; else organisations and units, those with the
    words of ministries being the organisations.
    """
    size = "Luas" if holds_word(titles, ("luas", "area")) else "Meja"
    levels_beside = sum(level(cell) is not None for cell in beside) > 0.7 * len(beside)
    levels_above = sum(level(cell) is not None for cell in above) > 0.7 * len(above)
    if levels_beside and not levels_above:
        return ("Lantai", "Menara", size), False
    if levels_above and not levels_beside:
        return ("Lantai", "Menara", size), True
    # Floors on both sides: what the numbers are of, nobody can tell.
    if levels_above:
        return None, False
    names = [str(cell) for cell in beside]
    flipped = are_organisations(list(above)) and not are_organisations(names)
    return ("Instansi", "Unit Kerja", "Jumlah Pegawai"), flipped
