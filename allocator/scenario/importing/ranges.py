"""Rows that stand for several floors: "Lt. 3-7", or a tower with its number of floors.

Whether the size of such a row is that of each floor or of all together is asked, unless a word
such as "per lantai" or "tipikal" tells.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from allocator.scenario.importing.columns import SIZES
from allocator.scenario.importing.layout import Block, titles
from allocator.scenario.importing.ledger import At, Ledger
from allocator.scenario.importing.mapping import TableMapping, changed
from allocator.scenario.importing.rows import Line
from allocator.scenario.importing.values import level, whole
from allocator.scenario.vocabulary import holds_word

PER_FLOOR = ("per lantai", "tiap lantai", "setiap lantai", "per floor", "each floor", "per level",
             "tipikal", "typical")  # fmt: skip
_MOST = 150
_PREFIX = r"(?:lantai|lt|levels?|lvl|floors?|fl|l)\.?\s*"
_TO = r"\s*(?:[-–—]|s\s*[./]?\s*d\.?|sampai(?:\s+dengan)?|hingga|to)\s*"
_RANGE = re.compile(rf"\s*({_PREFIX})?(\d{{1,3}}){_TO}(?:{_PREFIX})?(\d{{1,3}})\s*", re.I)
_LIST = re.compile(rf"\s*({_PREFIX})?\d{{1,2}}(?:\s*(?:,|&|dan|and)\s*\d{{1,2}})+\s*", re.I)
_REMARK = re.compile(r"\s*\([^()\d]*\)\s*$")


def floors_in(text: str, *, named: bool = False) -> Sequence[int]:
    """Return the floors of a cell that names several: from one to another, or one by one.

    Parameters
    ----------
    text
        Of the cell; a remark in brackets behind it does not matter.
    named
        Whether only cells count that have a word for floors before the number, as "3-7" may also
        be part of a name.
    """
    text = _REMARK.sub("", text)
    found = _RANGE.fullmatch(text) or _LIST.fullmatch(text)
    if found is None or (named and not found[1]):
        return ()
    if found.re is _LIST:
        return [int(number) for number in re.findall(r"\d+", text)]
    # Cut off, so that a slip such as 1-1000000 makes no rows without end.
    return range(int(found[2]), int(found[3]) + 1)[:_MOST]


def take_ranges(
    block: Block, mapping: TableMapping, lines: Sequence[Line], ledger: Ledger
) -> dict[int, Sequence[int]]:
    """Return the floors of every row that stands for several, and give each floor its size.

    Only the mapping is changed here; the rows themselves are divided in `places`.
    """
    columns = {role: column for column, role in mapping.columns.items()}
    column = columns.get("level", columns.get("floor_count"))
    if column is None:
        return {}
    found: dict[int, Sequence[int]] = {}
    for line in lines:
        cell = changed(block.sheet, mapping.changes, line.row, column)
        if "level" not in columns:
            count = whole(cell)
            found[line.row] = range(1, int(count.value if count else 0) + 1)[:_MOST]
        # A cell that is one floor, or was answered to be one, is no range.
        elif level(cell) is None and ledger.answered(f"level.{str(cell).strip()}") is None:
            found[line.row] = floors_in(str(cell))
    found = {row: floors for row, floors in found.items() if floors}
    if found:
        divided = _settled(block, mapping, column, next(iter(found)), len(found), ledger)
        for row, floors in found.items():
            given = mapping.given.setdefault(row, {})
            given["levels"] = " ".join(map(str, floors))
            given["divided"] = "yes" if divided else ""
    return found


def _settled(
    block: Block, mapping: TableMapping, column: int, row: int, count: int, ledger: Ledger
) -> bool:
    """Return whether all floors of a row share its desks or area; ask where nothing says so.

    Of a tower with its number of floors the size is more likely that of all; of "Lt. 3-7" it is
    that of each.
    """
    sizes = [mapping.labels.get(c, "") for c, role in mapping.columns.items() if role in SIZES]
    said = [str(block.sheet.cell(row, column)), *sizes, *(text for _, text in titles(block))]
    stated = any(holds_word(text, PER_FLOOR) for text in said)
    by_count = mapping.columns[column] == "floor_count"
    chosen = ledger.settle(
        "floors_of_range" if stated else "floors_of_range_unclear",
        f"range.{mapping.labels.get(column, '')}",
        "altogether" if by_count and not stated else "each_floor",
        At(
            place=block.sheet.place,
            what=str(block.sheet.cell(row, column)),
            row=row + 1,
            count=count,
        ),
        choices=("each_floor", "altogether"),
    )
    return chosen == "altogether"


def sized(number: float, parts: int, *, divided: bool) -> Iterator[float]:
    """Yield a number for each of several floors: itself, or its parts as even as may be.

    Desks stay whole, the first floors getting one more; areas are rounded to hundredths.
    """
    for place in range(parts):
        if not divided:
            yield number
        elif isinstance(number, int):
            yield number // parts + (place < number % parts)
        else:
            yield round(number / parts, 2)
