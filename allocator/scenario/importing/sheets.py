"""What each sheet of the files is: a table of people, of floors, or none, and the rows of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from allocator.errors import Problem
from allocator.scenario.convert import SHEET
from allocator.scenario.importing.assemble import Entry, Origin, Tables, entries
from allocator.scenario.importing.columns import SIZES, Understood, table_of, understand
from allocator.scenario.importing.floors import map_floors
from allocator.scenario.importing.headcounts import map_headcounts
from allocator.scenario.importing.layout import Block, blocks
from allocator.scenario.importing.ledger import At, Ledger
from allocator.scenario.importing.mapping import TableMapping
from allocator.scenario.importing.shapes import (
    LaidOut,
    beside,
    crossed,
    headless,
    is_crossed,
    turned,
)
from allocator.scenario.raw import columns_of, from_grid, is_ignored
from allocator.scenario.spreadsheet import Sheet
from allocator.scenario.tables import REQUIRED_COLUMNS, TABLES
from allocator.scenario.vocabulary import (
    INSTRUCTIONS,
    SUMMARY_WORDS,
    plain,
    starts_with,
)
from allocator.scenario.workbook import sheet_settings, sheet_table

READ_ANEW = ("floors", "headcounts")
"""Tables that are looked through even where their header is the scenario's own."""
_SHARED = 0.6
"""Part of the units of two sheets from which they are taken for the same units twice."""


_OnSheet = tuple[Block, LaidOut | None, str]
"""A table on a sheet, how the sheet was laid out anew, if it was, and which table it is."""


@dataclass
class MappedTable:
    """A table on a sheet: what is understood of it, and its rows."""

    sheet: Sheet
    mapping: TableMapping
    rows: list[Entry] = field(default_factory=list)


def take_sheets(sheets: Sequence[Sheet], tables: Tables, ledger: Ledger) -> list[MappedTable]:
    """Return the tables of people, floors and organisations; add those that are as they should be.

    The settings of a sheet ``scenario`` are added, too.

    Parameters
    ----------
    sheets
        Of all files, in their order.
    tables
        Gets the rows of sheets that are tables of a scenario already.
    ledger
        Records what each sheet is taken for, those that are passed over included.
    """
    proposed_tables: list[tuple[Sheet, Block, LaidOut | None, str]] = []
    for sheet in sheets:
        if _is_taken_as_it_is(sheet, tables, ledger) or _is_passed_over(sheet, ledger):
            continue
        found = _tables_on(sheet)
        if not found:
            _tell_none(sheet, ledger)
        proposed_tables += [(sheet, *each) for each in found]
    # All sheets are looked at before any is read: whether another has people decides what a name
    # means.
    people = {id(sheet) for sheet, _, _, table in proposed_tables if table == "headcounts"}
    known = {str(entry.cells.get("unit_id", "")) for entry in tables.rows.get("units", ())}
    done = []
    for sheet, block, laid_out, proposed in proposed_tables:
        table = _settled_table(sheet, block, proposed, laid_out, ledger)
        if table != "none":
            around = {"alone": len(people) < 2, "known": known}
            done.append(_mapped(sheet, block, table, laid_out, ledger, around))
    return done


def _tables_on(sheet: Sheet) -> list[_OnSheet]:
    """Return the tables on a sheet, laid out anew where that is what makes them tables.

    As it stands comes first; other layouts are tried only where that gives no table, or one whose
    columns are headed by bodies.
    """
    # Tables side by side look like one wide table, so this is tried before anything else.
    for block in blocks(sheet)[:1]:
        laid_out = beside(block)
        if laid_out is not None:
            return [(each, laid_out, table_of(each)) for each in blocks(laid_out.sheet)]
    found: list[_OnSheet] = [(block, None, table_of(block)) for block in blocks(sheet)]
    found += [(each[0], None, "floors") for each in found if _has_both(each[0], each[2])]
    kept = [each for each in found if each[2] != "none"]
    if kept and not (len(kept) == 1 and is_crossed(kept[0][0])):
        return kept
    # Where names stand above, turning the sheet would only put them to the left.
    names_above = any(is_crossed(block) for block, _, _ in found)
    for lay_out in (crossed,) if names_above else (headless, turned, crossed):
        laid_out = lay_out(sheet)
        if laid_out is None:
            continue
        for block in blocks(laid_out.sheet):
            table = laid_out.table or table_of(block)
            if table != "none":
                return [(block, laid_out, table)]
    return kept or [(block, None, "none") for block, _, _ in found[:1]]


def _has_both(block: Block, table: str) -> bool:
    """Return whether a table of people gives floors and their sizes, too."""
    meanings = {x.meant.meaning for x in block.labels if x.meant and x.meant.fit == 1.0}
    return table == "headcounts" and "level" in meanings and bool(meanings & set(SIZES))


def _is_taken_as_it_is(sheet: Sheet, tables: Tables, ledger: Ledger) -> bool:
    """Take a sheet that is a table of a scenario already, or its settings.

    Its name and all its columns have to be the scenario's own; a table filled in from our template
    is.
    """
    name = sheet.name or sheet.file.rsplit(".", 1)[0]
    # Tables that ministries fill in by hand are read with care even under the right name.
    if name not in (*TABLES, "scenario") or name in READ_ANEW:
        return False
    grid = list(enumerate(sheet.cells, 1))
    raw = from_grid(name, sheet.place, grid, SHEET, sheet.cells)
    header = [column for column in raw.header or () if column]
    if name == "scenario":
        if set(header) >= {"section", "key", "value"}:
            settings, _ = sheet_settings(sheet_table(name, sheet.place, grid))
            tables.settings |= settings
            _tell(sheet, "sheet_as_it_is", "settings", ledger)
            return True
        return False
    needed = {part for each in REQUIRED_COLUMNS[name] for part in each.split(" or ")[:1]}
    known = all(column in columns_of(name) or is_ignored(column, name) for column in header)
    if not known or not needed & set(header):
        return False
    tables.rows[name] = [
        Entry(
            Origin(sheet.place, number),
            {c: v for c, v in cells.items() if not is_ignored(c, name)},
        )
        for number, cells in raw.rows
    ]
    _tell(sheet, "sheet_as_it_is", name, ledger)
    return True


def _tell(sheet: Sheet, rule: str, table: str, ledger: Ledger) -> str:
    """Tell what a sheet is taken for, where nothing else may be answered."""
    name = sheet.name or sheet.file
    return ledger.settle(
        rule, f"table.{name}", table, At(place=sheet.place, what=name), choices=(table,)
    )


def _is_passed_over(sheet: Sheet, ledger: Ledger) -> bool:
    """Pass over a sheet that is empty, out of sight, or of instructions; and say so.

    An answer can bring the last two back: what is out of sight may be what counts.
    """
    name = sheet.name or sheet.file
    if not any(cell != "" for cells in sheet.cells for cell in cells):
        _tell(sheet, "sheet_empty", "none", ledger)
        return True
    if sheet.hidden:
        return _choice(sheet, "sheet_hidden", ledger) == "none"
    if starts_with(name, INSTRUCTIONS):
        return _choice(sheet, "sheet_without_table", ledger) == "none"
    return False


def _choice(sheet: Sheet, rule: str, ledger: Ledger) -> str:
    """Return what a sheet is that would be passed over, unless it is answered otherwise."""
    name = sheet.name or sheet.file
    return ledger.settle(
        rule,
        f"table.{name}",
        "none",
        At(place=sheet.place, what=name),
        choices=("none", "headcounts", "floors", "organisations"),
    )


def _tell_none(sheet: Sheet, ledger: Ledger) -> None:
    """Tell that no table was found on a sheet; an answer may still say which it is."""
    _choice(sheet, "sheet_without_table", ledger)


def _settled_table(
    sheet: Sheet, block: Block, proposed: str, laid_out: LaidOut | None, ledger: Ledger
) -> str:
    """Return which table a block is taken for, as proposed or as answered.

    A sheet of floors without any size is a problem of its own, since nothing else explains it.
    """
    name = sheet.name or sheet.file
    rule = laid_out.rule if laid_out else "sheet_used"
    if proposed == "floors" and _has_both(block, table_of(block)):
        at = At(place=sheet.place, what=name, row=block.top + 1)
        return ledger.settle(
            rule, f"table.{name}.floors", "floors", at, choices=("floors", "none")
        )
    if proposed == "none":
        rule = "sheet_without_table"
        meanings = {label.meant.meaning for label in block.labels if label.meant}
        if meanings & {"level", "floor_id"} and not meanings & set(SIZES):
            message = (
                "expected a column of desks or of an area beside the floors: a header with words "
                "such as Meja, Kapasitas, Luas"
            )
            ledger.problems.append(Problem(message, sheet.place, block.top + 1))
    return ledger.settle(
        rule,
        f"table.{name}",
        proposed,
        At(place=sheet.place, what=name, row=None if laid_out else block.top + 1),
        choices=("none", "headcounts", "floors", "organisations"),
    )


def _mapped(
    sheet: Sheet,
    block: Block,
    table: str,
    laid_out: LaidOut | None,
    ledger: Ledger,
    around: dict[str, Any],
) -> MappedTable:
    """Return a table with what is understood of it, its rows as the spreadsheet shows them.

    ``laid_out`` says how the sheet was laid out anew, if it was, ``around`` what other sheets say.
    """
    decisions, problems = len(ledger.decisions), len(ledger.problems)
    understood = understand(block, table, ledger)
    shared = table == "floors" and _has_both(block, table_of(block))
    if table == "headcounts":
        mapping = map_headcounts(block, understood, ledger, **around)
    elif table == "floors":
        mapping = map_floors(block, understood, ledger, shared=shared)
    else:
        mapping = _plain_mapping(block, understood)
    found = MappedTable(sheet, mapping, entries(block.sheet, mapping))
    if shared:
        found.rows = [row for row in found.rows if any(size in row.cells for size in SIZES)]
    if laid_out is not None:
        lines = laid_out.lines
        ledger.decisions[decisions:] = [
            replace(each, row=_line(lines, each.row), cell="")
            for each in ledger.decisions[decisions:]
        ]
        ledger.problems[problems:] = [
            each.at(each.table, _line(lines, each.row)) for each in ledger.problems[problems:]
        ]
        for entry in found.rows:
            entry.origin = Origin(entry.origin.place, lines[entry.origin.row - 1] + 1)
    return found


def _line(lines: Sequence[int], row: int | None) -> int | None:
    """Return the row of the sheet as it was, from 1; None where there is none."""
    return None if row is None or row > len(lines) else lines[row - 1] + 1


def _plain_mapping(block: Block, understood: Understood) -> TableMapping:
    """Return a mapping without any reading of cells.

    For organisations, whose columns are all names.
    """
    return TableMapping(
        file=block.sheet.file,
        sheet=block.sheet.name,
        table=understood.table,
        header=block.top,
        header_rows=block.height,
        end=block.end,
        columns=dict(understood.roles),
        meanings=dict(understood.roles),
        labels={label.column: label.text for label in block.labels},
    )


def without_repetition(found: list[MappedTable], ledger: Ledger) -> list[MappedTable]:
    """Leave out summaries of other sheets; ask where two sheets hold the same units.

    Both would count people twice, which nobody notices in a plan that looks full.
    """
    people = [each for each in found if each.mapping.table == "headcounts"]
    dropped: set[int] = set()
    for each in people:
        others = [other for other in people if other is not each]
        is_summary = bool(others) and _is_summary(each, others)
        if is_summary and _dropped(each, "sheet_summary", ledger):
            dropped.add(id(each))
    # Summaries are gone: what is left repeats units one by one.
    people = [each for each in people if id(each) not in dropped]
    for place, each in enumerate(people):
        for later in people[place + 1 :]:
            if id(each) not in dropped and _same_units(each, later):
                name = later.sheet.name or later.sheet.file
                if _dropped(each, "sheet_same_units", ledger, other=name):
                    dropped.add(id(each))
    return [each for each in found if id(each) not in dropped]


def _dropped(each: MappedTable, rule: str, ledger: Ledger, **facts: object) -> bool:
    """Return whether a sheet is left out, as proposed or as answered; its questions go with it."""
    name = each.sheet.name or each.sheet.file
    chosen = ledger.settle(
        rule,
        f"use.{name}",
        "left_out",
        At(place=each.sheet.place, what=name),
        choices=("left_out", "kept"),
        facts=facts,
    )
    if chosen == "left_out":
        ledger.forget_questions(each.sheet.place, but=f"use.{name}")
    return chosen == "left_out"


def _names(each: MappedTable, column: str) -> set[str]:
    """Return the names in a column of a table, without capitals and spaces."""
    return {plain(str(row.cells[column])) for row in each.rows if row.cells.get(column)}


def _is_summary(each: MappedTable, others: Sequence[MappedTable]) -> bool:
    """Return whether the units of a sheet are the organisations of others, or its name says so.

    Other sheets must have more rows: without detail there is nothing to sum up.
    """
    organisations = set().union(*(_names(other, "organisation_id") for other in others))
    names = _names(each, "unit_id") | _names(each, "organisation_id")
    inside = names & organisations
    named = bool(starts_with(each.sheet.name, SUMMARY_WORDS))
    units = _names(each, "unit_id")
    # A summary has fewer rows than what it sums up, or it would be the table itself.
    finer = sum(len(other.rows) for other in others) > len(each.rows)
    return finer and bool(inside) and (named or units <= organisations)


def _same_units(a: MappedTable, b: MappedTable) -> bool:
    """Return whether two sheets hold the same units, for the most part."""

    def units(each: MappedTable) -> set[tuple[str, str]]:
        """Return the units of a sheet by organisation and name."""
        return {
            (
                plain(str(row.cells.get("organisation_id", ""))),
                plain(str(row.cells.get("unit_id", ""))),
            )
            for row in each.rows
        }

    one, two = units(a), units(b)
    # Two schemes are two filters on the same units, and are meant to be given side by side.
    if "scheme" in {*a.mapping.columns.values()} and "scheme" in {*b.mapping.columns.values()}:
        return False
    return bool(one and two) and len(one & two) > _SHARED * min(len(one), len(two))
