"""A table of people: its totals, notes and headings, and the organisation of every unit.

The order matters: totals go before headings are looked for, as a total would head nothing;
headings go before sums are checked, as a heading may repeat what its units sum up to.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from itertools import pairwise
from typing import NamedTuple

from allocator.scenario.importing.cells import read_cells
from allocator.scenario.importing.columns import NAMES, Understood
from allocator.scenario.importing.headings import (
    Heading,
    are_organisations,
    are_units,
    find_headings,
    subtotals_above,
)
from allocator.scenario.importing.layout import Block
from allocator.scenario.importing.ledger import At, Ledger
from allocator.scenario.importing.mapping import Change, LeftOut, TableMapping, changed
from allocator.scenario.importing.rows import (
    Line,
    fill_merged,
    is_note,
    leave_out,
    leave_out_plain_rows,
    lines_of,
    name_columns,
    strip_numbers,
    sums_column,
    total_word,
)
from allocator.scenario.importing.totals import check_totals, tell_header, tell_sums
from allocator.scenario.importing.whose import organisation_of_sheet
from allocator.scenario.vocabulary import starts_with


def map_headcounts(
    block: Block, found: Understood, ledger: Ledger, *, alone: bool, known: Container[str] = ()
) -> TableMapping:
    """Return what is understood of a table of people.

    Parameters
    ----------
    block, found
        The table, and what its columns mean.
    alone
        Whether no other sheet has people: the sheet's name then says less.
    known
        Units whose organisation another sheet gives.
    """
    mapping = TableMapping(
        file=block.sheet.file,
        sheet=block.sheet.name,
        table="headcounts",
        header=block.top,
        header_rows=block.height,
        end=block.end,
        columns=dict(found.roles),
        meanings=dict(found.roles),
        labels={label.column: label.text for label in block.labels},
        people=found.people,
        counts_rows=not found.people,
    )
    names = name_columns(mapping, (*NAMES, "unit_code"))
    fill_merged(block, mapping, names, ledger)
    for column in names:
        strip_numbers(block, mapping, column, ledger)
    lines = lines_of(block, mapping, names, found.people)
    # In a list of staff each row is one person; a row that lacks a name is none.
    if mapping.counts_rows:
        for line in lines:
            line.number = 1 if all(line.names) else None
    lines = leave_out_plain_rows(block, mapping, lines, ledger)
    lines, totals = _without_totals(block, mapping, lines, ledger)
    alone_or_known = _Surroundings(alone, known)
    _take_headings(block, mapping, lines, ledger, alone_or_known)
    lines = _without_nameless(block, mapping, lines, ledger)
    check_totals(block, mapping, lines, totals, ledger)
    tell_sums(block, mapping, lines, ledger)
    tell_header(block, mapping, ledger)
    _fill_down(block, mapping, lines, ledger)
    read_cells(block, mapping, lines, ledger)
    return mapping


def _without_totals(
    block: Block, mapping: TableMapping, lines: list[Line], ledger: Ledger
) -> tuple[list[Line], list[Line]]:
    """Leave out notes, and return the other rows and the totals apart.

    Totals are not left out yet: `check_totals` first holds them against the rows.
    """
    kept: list[Line] = []
    totals: list[Line] = []
    # After the last row with a number nothing is a unit any more.
    last = max((line.row for line in lines if line.number is not None), default=-1)
    for line in lines:
        ends = line.row > last and any(total.row <= last for total in totals)
        if total_word(line) and not _names_unit(line):
            totals.append(line)
        elif is_note(line, after_total=ends or (line.row > last and not any(line.names))):
            leave_out(block, mapping, line, "row_note", ledger)
        else:
            kept.append(line)
    return kept, totals


def _names_unit(line: Line) -> bool:
    """Return whether a row with a total word in a wider column names a unit all the same.

    "Total" may stand in a column of organisations beside the name of a unit.
    """
    return (
        bool(line.names)
        and bool(line.names[-1])
        and not total_word(Line(line.row, line.names[-1:], line.names[-1], "", None))
        and not starts_with(line.label, ("total", "jumlah", "subtotal", "sub total"))
    )


def _take_headings(
    block: Block,
    mapping: TableMapping,
    lines: list[Line],
    ledger: Ledger,
    around: _Surroundings,
) -> list[Heading]:
    """Take rows that head others for organisations or parents, and tell what units belong to.

    Returns
    -------
    list of Heading
        Those that no column names already, for what hangs on them.
    """
    roles = set(mapping.columns.values())
    found = find_headings(lines, by_number=not roles & {"organisation_id", "parent_id"})
    said_by_column = subtotals_above(lines)
    # What a column says of a row outweighs what its numbers look like.
    rows = {each.line.row for each in said_by_column}
    found = [*said_by_column, *(each for each in found if each.line.row not in rows)]
    headings = [each for each in found if _is_heading(block, each, ledger)]
    for heading in headings:
        mapping.rows_left_out[heading.line.row] = LeftOut("heading", heading.line.label)
        heading.line.kind = "heading"
    headings = [each for each in headings if not _named_by_column(each, ledger, block)]
    whole, source = "", ""
    if "organisation_id" not in roles:
        top = [each.line.label for each in headings if each.depth == _top(headings)]
        whole, source = organisation_of_sheet(block, top, alone=around.alone)
    kinds = _kinds(block, headings, roles, whole, source, ledger)
    if "organisation_id" not in roles and "organisation_id" not in kinds.values():
        whole = _whole_organisation(block, whole, source, lines, ledger, around.known)
        if not whole:
            _widen(mapping, kinds, lines, around.known)
    elif source != "title" or "organisation_id" in roles or not _before_first(lines):
        whole = ""
    _give(mapping, lines, headings, kinds, whole)
    return headings


class _Surroundings(NamedTuple):
    """What other sheets say: whether they have people, and which units they know."""

    alone: bool
    known: Container[str]


def _before_first(lines: Sequence[Line]) -> bool:
    """Return whether units stand above the first heading."""
    return bool(lines) and lines[0].kind == "data"


def _top(headings: Sequence[Heading]) -> int:
    """Return the depth of the outermost headings."""
    return min((each.depth for each in headings), default=0)


def _named_by_column(heading: Heading, ledger: Ledger, block: Block) -> bool:
    """Return whether a wider column names what heads the rows below, and say so.

    The row then adds nothing, as each unit has its organisation beside it.
    """
    line = heading.line
    if len(line.names) < 2 or line.names[-1] or not any(line.names):
        return False
    ledger.settle(
        "heading_in_column",
        f"row.{line.label}",
        "left_out",
        At(place=block.sheet.place, what=line.label, row=line.row + 1),
        choices=("left_out", "heading", "unit"),
    )
    return True


def _is_heading(block: Block, heading: Heading, ledger: Ledger) -> bool:
    """Return whether a row heads others; ask where its number is not that of the rows below.

    A subtotal that is out of date looks like a unit with as many people.
    """
    if heading.agrees:
        return True
    line = heading.line
    chosen = ledger.settle(
        "heading_unclear",
        f"row.{line.label}",
        "heading",
        At(place=block.sheet.place, what=line.label, row=line.row + 1),
        choices=("heading", "unit"),
        facts={"number": line.number, "below": heading.below},
    )
    return chosen == "heading"


def _kinds(
    block: Block,
    headings: Sequence[Heading],
    roles: set[str],
    whole: str,
    source: str,
    ledger: Ledger,
) -> dict[int, str]:
    """Return what the headings of each depth are: organisations, parents, or nothing more.

    Returns
    -------
    dict
        ``organisation_id``, ``parent_id`` or ``left_out`` by depth, outermost first.
    """
    kinds: dict[int, str] = {}
    for depth in sorted({each.depth for each in headings}):
        labels = [each.line.label for each in headings if each.depth == depth]
        # A table has one level of organisations and one of parents; further depths say nothing.
        taken = roles | set(kinds.values())
        proposed = "organisation_id"
        if taken & {"organisation_id"} or (
            not are_organisations(labels) and (source == "title" or are_units(labels))
        ):
            proposed = "parent_id" if "parent_id" not in taken else "left_out"
        kinds[depth] = ledger.settle(
            "heading_organisation" if proposed == "organisation_id" else "heading_parent",
            f"headings.{block.sheet.name or block.sheet.file}.{depth + 1}",
            proposed,
            At(
                place=block.sheet.place,
                what=", ".join(labels[:3]) + (" …" if len(labels) > 3 else ""),
                row=next(each.line.row for each in headings if each.depth == depth) + 1,
                count=len(labels),
            ),
            choices=("organisation_id", "parent_id", "left_out"),
        )
    return kinds


def _whole_organisation(
    block: Block,
    whole: str,
    source: str,
    lines: list[Line],
    ledger: Ledger,
    known: Container[str],
) -> str:
    """Return the one organisation of all units of a sheet that names none for them.

    Returns
    -------
    str
        "" where each unit stands for itself, or another sheet says whose they are.
    """
    rule = {"title": "organisation_of_title", "sheet": "organisation_of_sheet"}.get(source)
    labels = [line.names[-1] for line in lines if line.names and line.number is not None]
    # Another sheet says it for each unit, which is more than a title can.
    if all(label in known for label in labels):
        return ""
    if rule is None and are_organisations(labels):
        return ""  # the units are the organisations themselves
    chosen = ledger.settle(
        rule or "organisation_unclear",
        f"organisation.{block.sheet.name or block.sheet.file}",
        whole or "each_its_own",
        At(place=block.sheet.place, what=block.sheet.name or block.sheet.file),
    )
    return "" if chosen == "each_its_own" else chosen


def _widen(
    mapping: TableMapping, kinds: dict[int, str], lines: Sequence[Line], known: Container[str]
) -> None:
    """Take the widest parents for organisations where units have no other one."""
    if all(line.names[-1] in known for line in lines if line.names and line.number is not None):
        return
    for roles in (mapping.columns, kinds):
        widest = next((place for place, role in roles.items() if role == "parent_id"), None)
        if widest is not None:
            roles[widest] = "organisation_id"
            return


def _give(
    mapping: TableMapping,
    lines: Sequence[Line],
    headings: Sequence[Heading],
    kinds: dict[int, str],
    whole: str,
) -> None:
    """Give every unit what the headings above it say, or the one organisation of the sheet.

    Parameters
    ----------
    kinds
        What the headings of each depth are.
    whole
        The organisation of units above which no heading says another; "" for none.
    """
    depth_of = {each.line.row: each.depth for each in headings}
    above: dict[int, str] = {}
    for line in lines:
        depth = depth_of.get(line.row)
        if depth is not None:
            # A heading ends whatever stood as deep as it, or deeper.
            above = {each: label for each, label in above.items() if each < depth}
            above[depth] = line.label
            continue
        given = {kinds[each]: label for each, label in above.items() if kinds[each] != "left_out"}
        if whole:
            given.setdefault("organisation_id", whole)
        if given:
            mapping.given[line.row] = given


def _without_nameless(
    block: Block, mapping: TableMapping, lines: list[Line], ledger: Ledger
) -> list[Line]:
    """Leave out rows that sum others up without saying so, and units without people.

    Each is a decision that may be turned round, so that no unit goes unseen.
    """
    kept: list[Line] = []
    for line in lines:
        if line.kind == "heading":
            kept.append(line)
            continue
        formula = _sums(block, mapping, line)
        if formula == "above" and len(kept) > 1:
            if not leave_out(block, mapping, line, "row_total_by_formula", ledger):
                kept.append(line)
        elif not any(line.names):
            if not _is_nameless_total(block, mapping, line, kept, ledger):
                kept.append(line)
        elif line.number is None and not line.unread:
            if not leave_out(block, mapping, line, "row_without_number", ledger):
                kept.append(line)
        else:
            kept.append(line)
    return kept


def _sums(block: Block, mapping: TableMapping, line: Line) -> str:
    """Return whether a row's formulas sum rows above or below it; "" where they do not agree."""
    formulas = block.sheet.extent.formulas
    texts = [formulas.get((line.row, column), "") for column in mapping.people]
    found = {sums_column(text, line.row) for text in texts if text}
    return next(iter(found)) if len(found) == 1 else ""


def _is_nameless_total(
    block: Block, mapping: TableMapping, line: Line, kept: Sequence[Line], ledger: Ledger
) -> bool:
    """Leave out a row without a name as a total, a note, or unclear; return whether it went."""
    data = [each.number or 0 for each in kept if each.kind == "data"]
    # The sum of all rows above, or of those from any row on: a subtotal.
    sums = [sum(data[at:]) for at in range(max(len(data) - 1, 0))]
    rule = "row_total_by_sum" if line.number in sums else "row_without_name"
    if line.number is None:
        rule = "row_note"
    return leave_out(block, mapping, line, rule, ledger)


def _fill_down(block: Block, mapping: TableMapping, lines: Sequence[Line], ledger: Ledger) -> None:
    """Fill blanks below a name of a wider body, where no merged range tells.

    Old kinds of files do not say which cells are merged; a blank below a name then means the same.
    """
    data = [line for line in lines if line.kind in ("data", "heading")]
    for column in name_columns(mapping, ("organisation_id", "parent_id")):
        filled: list[int] = []
        for before, line in pairwise(data):
            cell = changed(block.sheet, mapping.changes, before.row, column)
            blank = changed(block.sheet, mapping.changes, line.row, column) == ""
            # Only the next row takes the cell, and passes it on in its turn.
            if cell != "" and blank and line.kind == "data":
                mapping.changes[line.row, column] = Change(cell, "blanks_filled")
                filled.append(line.row)
        if filled:
            label = mapping.labels.get(column, "")
            answer = ledger.settle(
                "blanks_filled",
                f"blanks.{label}",
                "filled",
                At(place=block.sheet.place, what=label, row=filled[0] + 1, count=len(filled)),
                choices=("filled", "left_blank"),
            )
            if answer == "left_blank":
                for row in filled:
                    del mapping.changes[row, column]
