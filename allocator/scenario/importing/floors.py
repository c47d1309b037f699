"""A table of floors: its totals and notes, towers, levels by name, and net areas.

Rows are sorted out first, then towers filled in, then numbers read, then areas made net and floors
given their levels: each step needs what the one before has settled.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from allocator.errors import Problem
from allocator.scenario.importing.cells import read_cells
from allocator.scenario.importing.columns import SIZES, Understood
from allocator.scenario.importing.layout import Block
from allocator.scenario.importing.ledger import At, Ledger
from allocator.scenario.importing.mapping import Change, LeftOut, TableMapping, changed, name_of
from allocator.scenario.importing.ranges import floors_in, take_ranges
from allocator.scenario.importing.rows import (
    Line,
    fill_merged,
    is_note,
    leave_out,
    leave_out_plain_rows,
    lines_of,
    name_columns,
    total_word,
)
from allocator.scenario.importing.totals import check_totals, tell_header
from allocator.scenario.importing.values import Level, decimal, heights, level, share, whole
from allocator.scenario.importing.whose import tower_of_sheet
from allocator.scenario.vocabulary import TOWER_WORDS, starts_with

NET_OF_GROSS = "0.8"
"""Net area of a gross one where nothing says more: an assumption, always asked for."""
_LONGEST_TOWER = 60
_FACTOR = re.compile(
    r"(?:faktor|efisiensi|efficiency|factor|net(?:t?o)?\s*(?:to|/|:|dari)\s*(?:gross|bruto))"
    r"[^\d%]{0,40}(\d{1,3}(?:[.,]\d+)?\s*%?)",
    re.IGNORECASE,
)
_TOWER_AND_FLOOR = re.compile(
    r"(?P<tower>.+?)[\s,/–-]+(?P<floor>(?:lt|lantai|level|floor|fl|l)\.?\s*[\w.-]+|-?\d{1,3}[A-Za-z]?|B\d|LG|GF|UG|SB)",
    re.IGNORECASE,
)


def map_floors(
    block: Block, found: Understood, ledger: Ledger, *, shared: bool = False
) -> TableMapping:
    """Return what is understood of a table of floors.

    ``shared`` where it lists units, too, so that rows without a size are theirs alone.
    """
    mapping = TableMapping(
        file=block.sheet.file,
        sheet=block.sheet.name,
        table="floors",
        header=block.top,
        header_rows=block.height,
        end=block.end,
        columns=dict(found.roles),
        meanings=dict(found.roles),
        labels={label.column: label.text for label in block.labels},
    )
    places = name_columns(mapping, ("complex_id", "tower_id"))
    fill_merged(block, mapping, places, ledger)
    names = name_columns(mapping, ("complex_id", "tower_id", "floor_id", "level", "floor_count"))
    sizes = [column for column, role in mapping.columns.items() if role in SIZES]
    lines = lines_of(block, mapping, names, sizes)
    lines = leave_out_plain_rows(block, mapping, lines, ledger)
    lines = [line for line in lines if line.number is not None or not shared]
    _count_one_size(block, mapping, lines)
    totals = [line for line in lines if total_word(line)]
    lines = [line for line in lines if not total_word(line)]
    lines = _floors_only(block, mapping, lines, sizes, ledger)
    _fill_towers(block, mapping, lines, places, ledger)
    check_totals(block, mapping, lines, totals, ledger)
    tell_header(block, mapping, ledger)
    read_cells(block, mapping, lines, ledger)
    _net_areas(block, mapping, lines, ledger)
    _levels(block, mapping, lines, ledger)
    return mapping


def _count_one_size(block: Block, mapping: TableMapping, lines: Sequence[Line]) -> None:
    """Let the number of every row be its desks where all rows with a number have some.

    Sums are held against one column: areas and desks together mean nothing.

    Parameters
    ----------
    lines
        Their numbers are changed.
    """
    column = next((c for c, role in mapping.columns.items() if role == "desks"), None)
    if column is None:
        return
    desks = {line.row: whole(block.sheet.cell(line.row, column)) for line in lines}
    if all(desks[line.row] is not None for line in lines if line.number is not None):
        for line in lines:
            read = desks[line.row]
            line.number = None if read is None else read.value


def _floors_only(
    block: Block,
    mapping: TableMapping,
    lines: Sequence[Line],
    sizes: Sequence[int],
    ledger: Ledger,
) -> list[Line]:
    """Leave out totals and notes; take rows that name only a tower for headings.

    The mapping then says which tower the rows below a heading are in.
    """
    kept: list[Line] = []
    tower = ""
    has_tower = "tower_id" in mapping.columns.values()
    level_column = next((c for c, role in mapping.columns.items() if role == "level"), None)
    for line in lines:
        named = _text(block, mapping, line.row, level_column)
        if _heads_tower(line, named, has_tower=has_tower):
            tower = line.label
            leave_out(
                block, mapping, line, "heading_tower", ledger, choices=("tower_id", "left_out")
            )
        elif line.number is None and (
            level(named) is None or not any(_filled(block, line.row, c) for c in sizes)
        ):
            # Without a size nothing is a floor to be filled, whether it has a name or not.
            if is_note(line, after_total=True):
                rule = "row_note"
                if level(named) is not None:
                    rule = "floor_left_out"
                    line.label = " ".join(dict.fromkeys(name for name in line.names if name))
                leave_out(block, mapping, line, rule, ledger)
        elif not any(line.names):
            leave_out(block, mapping, line, "row_total_by_sum", ledger)
        else:
            if tower:
                mapping.given[line.row] = {"tower_id": tower}
            kept.append(line)
    return kept


def _heads_tower(line: Line, named: str, *, has_tower: bool) -> bool:
    """Return whether a row names a tower for the rows below it, and no floor besides."""
    is_tower = bool(starts_with(line.label, TOWER_WORDS)) and level(named) is None
    divided = _TOWER_AND_FLOOR.fullmatch(named)
    floor_too = (
        line.number is not None and divided is not None and level(divided["floor"]) is not None
    )
    return is_tower and not has_tower and not floor_too and len(line.label) < _LONGEST_TOWER


def _filled(block: Block, row: int, column: int) -> bool:
    """Return whether a cell holds anything."""
    return bool(block.sheet.cell(row, column) != "")


def _text(block: Block, mapping: TableMapping, row: int, column: int | None) -> str:
    """Return a cell as understood, as text; "" for no column."""
    if column is None:
        return ""
    return str(changed(block.sheet, mapping.changes, row, column))


def _fill_towers(
    block: Block,
    mapping: TableMapping,
    lines: Sequence[Line],
    columns: Sequence[int],
    ledger: Ledger,
) -> None:
    """Fill blanks below a tower; say which tower the floors are in where no column does."""
    for column in columns:
        last: Any = ""
        filled = []
        for line in lines:
            cell = changed(block.sheet, mapping.changes, line.row, column)
            if cell == "" and last != "":
                mapping.changes[line.row, column] = Change(last, "blanks_filled")
                filled.append(line.row)
            last = last if cell == "" else cell
        if filled:
            label = mapping.labels.get(column, "")
            ledger.settle(
                "blanks_filled",
                f"blanks.{label}",
                "filled",
                At(place=block.sheet.place, what=label, row=filled[0] + 1, count=len(filled)),
                choices=("filled",),
            )
    has_tower = "tower_id" in mapping.columns.values() or any(
        "tower_id" in mapping.given.get(line.row, {}) for line in lines
    )
    if not has_tower and not _split_towers(block, mapping, lines, ledger):
        _one_tower(block, mapping, lines, ledger)


def _split_towers(
    block: Block, mapping: TableMapping, lines: Sequence[Line], ledger: Ledger
) -> bool:
    """Divide cells such as "Menara A - Lt. 3" into tower and floor, where all are so."""
    column = next((c for c, role in mapping.columns.items() if role == "level"), None)
    if column is None or not lines:
        return False
    cells = {line.row: _text(block, mapping, line.row, column) for line in lines}
    # A cell that is a floor as it stands must not be taken apart.
    if any(level(x) is not None or floors_in(x, named=True) for x in cells.values()):
        return False
    found = {
        row: each for row, cell in cells.items() if (each := _TOWER_AND_FLOOR.fullmatch(cell))
    }
    if len(found) < len(cells) or any(level(each["floor"]) is None for each in found.values()):
        return False
    first = lines[0].row
    ledger.settle(
        "tower_and_floor",
        f"split.{mapping.labels.get(column, '')}",
        "split",
        At(
            place=block.sheet.place,
            what=cells[first],
            row=first + 1,
            cell=name_of(first, column),
            count=len(cells),
        ),
        choices=("split",),
        facts={"tower": found[first]["tower"], "floor": found[first]["floor"]},
    )
    for row, each in found.items():
        mapping.given[row] = {"tower_id": each["tower"].strip()}
        mapping.changes[row, column] = Change(each["floor"].strip(), "tower_and_floor")
    return True


def _one_tower(block: Block, mapping: TableMapping, lines: Sequence[Line], ledger: Ledger) -> None:
    """Put all floors into one tower: that of the title or the sheet, else as answered."""
    if "floor_id" in mapping.columns.values() and "level" not in mapping.columns.values():
        return
    name, source = tower_of_sheet(block)
    column = next((c for c, role in mapping.columns.items() if role == "level"), None)
    named = [_text(block, mapping, line.row, column) for line in lines]
    rule = {"title": "tower_of_title", "sheet": "tower_of_sheet"}.get(source, "tower_single")
    # The same floor twice means more than one tower, so the planner has to say which is where.
    if len(set(named)) < len(named):
        rule = "tower_unclear"
    chosen = ledger.settle(
        rule,
        f"tower.{block.sheet.name or block.sheet.file}",
        name or "A",
        At(place=block.sheet.place, what=block.sheet.name or block.sheet.file),
    )
    for line in lines:
        mapping.given.setdefault(line.row, {}).setdefault("tower_id", chosen)


def _net_areas(block: Block, mapping: TableMapping, lines: Sequence[Line], ledger: Ledger) -> None:
    """Take net areas; make gross ones net by a factor that is stated, or asked for.

    Desks stand on net area. A gross area counts lifts, stairs and walls as well, so taking it as
    it is would invent desks.
    """
    columns = {role: column for column, role in mapping.columns.items()}
    gross, net = columns.get("area_gross"), columns.get("area_net", columns.get("area_m2"))
    # Where desks are counted, areas decide nothing.
    if "desks" in columns or (gross is None and net is None):
        return
    label = mapping.labels.get(net if net is not None else gross or 0, "")
    if net is not None:
        rule = "net_area" if "area_net" in columns else "area_net_assumed"
        ledger.settle(
            rule, f"area.{label}", "net", At(place=block.sheet.place, what=label), choices=("net",)
        )
        mapping.columns.pop(gross, None) if gross is not None else None
        mapping.columns[net] = "area_m2"
        return
    assert gross is not None
    factors = _factors(block, mapping, lines, columns.get("net_factor"), label, ledger)
    for line in lines:
        area = changed(block.sheet, mapping.changes, line.row, gross)
        if isinstance(area, int | float) and line.row in factors:
            value = round(area * factors[line.row], 2)
            mapping.changes[line.row, gross] = Change(_whole(value), "gross_to_net")
    mapping.columns[gross] = "area_m2"
    mapping.columns = {c: role for c, role in mapping.columns.items() if role != "net_factor"}


def _whole(value: float) -> int | float:
    """Return a number without a fraction as a whole one."""
    return int(value) if value.is_integer() else value


def _factors(
    block: Block,
    mapping: TableMapping,
    lines: Sequence[Line],
    column: int | None,
    label: str,
    ledger: Ledger,
) -> dict[int, float]:
    """Return the factor of every row: its own, the one that the sheet states, or the answer."""
    if column is not None:
        cells = {x.row: changed(block.sheet, mapping.changes, x.row, column) for x in lines}
        own = {row: float(cell) for row, cell in cells.items() if isinstance(cell, int | float)}
        # A factor for some rows only would leave the others without any.
        if len(own) == len(lines):
            first = lines[0].row if lines else 0
            ledger.settle(
                "gross_to_net",
                f"net_factor.{label}",
                mapping.labels[column],
                At(place=block.sheet.place, what=label, row=first + 1),
                choices=(mapping.labels[column],),
                facts={"stated": mapping.labels[column]},
            )
            return own
    stated = _stated_factor(block)
    chosen = ledger.settle(
        "gross_to_net" if stated else "gross_factor_unclear",
        "net_factor",
        stated or NET_OF_GROSS,
        At(place=block.sheet.place, what=label),
        facts={"stated": stated},
    )
    read = share(chosen)
    if read is None or not 0 < read.value <= 1:
        message = "expected a factor above 0 and at most 1, for example 0.8"
        ledger.problems.append(Problem(message, block.sheet.place, None, "net_factor", chosen))
        return {}
    return {line.row: float(read.value) for line in lines}


def _stated_factor(block: Block) -> str:
    """Return the factor that a title or a note of the sheet states, or nothing.

    It may stand in the sentence itself, or in the cell to its right.
    """
    for cells in block.sheet.cells:
        for place, cell in enumerate(cells):
            found = _FACTOR.search(cell) if isinstance(cell, str) else None
            if found:
                read = share(found[1].replace(" ", ""))
                if read and 0.3 < read.value < 1:
                    return f"{read.value:g}"
            beside = cells[place + 1] if place + 1 < len(cells) else ""
            if isinstance(cell, str) and beside != "" and _names_factor(cell):
                read = share(beside)
                if read and 0.3 < read.value < 1:
                    return f"{read.value:g}"
    return ""


def _names_factor(text: str) -> bool:
    """Return whether a text begins with words for a factor of net to gross."""
    return bool(
        starts_with(text, ("faktor", "efisiensi", "efficiency", "faktor efisiensi", "net factor"))
    )


def _levels(block: Block, mapping: TableMapping, lines: Sequence[Line], ledger: Ledger) -> None:
    """Turn floors by name into levels, tower by tower, and say so."""
    ranges = take_ranges(block, mapping, lines, ledger)
    column = next((c for c, role in mapping.columns.items() if role == "level"), None)
    if column is None:
        column = next((c for c, role in mapping.columns.items() if role == "floor_id"), None)
    if column is None:
        return
    upto: dict[str, list[Level]] = defaultdict(list)
    by_tower: dict[str, list[tuple[int, str, Level]]] = defaultdict(list)
    tower = next((c for c, role in mapping.columns.items() if role == "tower_id"), None)
    for line in lines:
        cell = changed(block.sheet, mapping.changes, line.row, column)
        text = str(cell).strip()
        of = _text(block, mapping, line.row, tower) or mapping.given.get(line.row, {}).get(
            "tower_id", ""
        )
        if line.row in ranges:
            # Rows for several floors have their levels already; only the topmost bears on the
            # others.
            upto[of].append(Level("number", ranges[line.row][-1]))
            continue
        found = level(cell) if ledger.answered(f"level.{text}") is None else None
        if found is None:
            found = _asked_level(block, line, text, ledger)
        if found is None:
            mapping.rows_left_out[line.row] = LeftOut("floor_left_out", text)
        else:
            by_tower[of].append((line.row, text, found))
    changes: dict[str, int] = {}
    for of, floors in by_tower.items():
        # Names such as mezzanine or roof only have a height among the other floors of their tower.
        height = heights([*(each for _, _, each in floors), *upto[of]])
        for row, text, each in floors:
            mapping.given.setdefault(row, {})["level"] = str(height[each])
            mapping.given[row]["called"] = text
            if text != str(height[each]):
                changes.setdefault(text, height[each])
    if changes:
        label = mapping.labels.get(column, "")
        facts = ", ".join(f"{text} = {value}" for text, value in changes.items())
        at = At(place=block.sheet.place, what=label, count=len(changes))
        ledger.settle("level_by_name", f"levels.{label}", facts, at, choices=(facts,))


def _asked_level(block: Block, line: Line, text: str, ledger: Ledger) -> Level | None:
    """Return the level that was answered for a floor whose name tells none.

    Without an answer the floor is left out for now, and the question stays open.
    """
    answer = ledger.settle(
        "level_unclear",
        f"level.{text}",
        "left_out",
        At(place=block.sheet.place, what=text, row=line.row + 1),
    )
    read = decimal(answer)
    if answer != "left_out" and (read is None or not float(read.value).is_integer()):
        message = "expected a whole number, 0 being the ground floor, or left_out"
        ledger.problems.append(Problem(message, block.sheet.place, line.row + 1, text, answer))
        return None
    return None if answer == "left_out" or read is None else Level("number", int(read.value))
