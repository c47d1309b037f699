"""A study's answer as a PDF or a workbook, with moves by unit and by organisation."""

from __future__ import annotations

import io
from collections.abc import Sequence
from itertools import groupby

import xlsxwriter

from allocator.report.book import OPTIONS, sheet_of
from allocator.report.moves import moves_by_unit
from allocator.report.names import Names
from allocator.report.pdf import Placed, table_page, with_pictures
from allocator.report.pictures import render
from allocator.report.sheets import MARGIN, Sheets
from allocator.report.study import MOVES, MOVES_BY_UNIT, Row, StudyReport, table
from allocator.report.tables import Table

CHART_HEIGHT = 100.0
"""Millimetres of a study's picture on its first page."""
MOVES_OF_ONE = {field: head for field, head in MOVES.items() if field != "organisation_id"}


def study_workbook(study: StudyReport, moves: Sequence[Row], names: Names) -> bytes:
    """Return the answer as an .xlsx: what it says, its tables, its moves by step and by unit."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, OPTIONS) as book:
        bold = book.add_format({"bold": True, "font_size": 14})
        sheet = book.add_worksheet(names.say("sheet.summary"))
        sheet.set_column(0, 0, 110)
        sheet.write_string(0, 0, study.title, bold)
        for row, sentence in enumerate(study.sentences, 2):
            sheet.write_string(row, 0, sentence)
        for each in _tables(study, moves, names):
            sheet_of(book, each)
    return out.getvalue()


def _tables(study: StudyReport, moves: Sequence[Row], names: Names) -> tuple[Table, ...]:
    """Return the tables of a study, and its moves by step and by unit where it has any."""
    if not moves:
        return study.tables
    # The study of moves has them among its tables already.
    listed = any(each.name == "moves" for each in study.tables)
    steps = () if listed else (table("moves", MOVES, moves, names),)
    return (*study.tables, *steps, _by_unit(moves, names))


def _by_unit(moves: Sequence[Row], names: Names) -> Table:
    """Return one row a unit; of a study without waves without their column."""
    rows = moves_by_unit(moves)
    heads = {field: head for field, head in MOVES_BY_UNIT.items() if field != "wave"}
    return table(
        "moves_by_unit", MOVES_BY_UNIT if any(row["wave"] for row in rows) else heads, rows, names
    )


def study_pdf(study: StudyReport, moves: Sequence[Row], names: Names, case: str) -> bytes:
    """Return the answer as a PDF; moves are listed by unit, then on a page an organisation."""
    sheets = Sheets(names.say, f"{study.title} – {case}" if case else study.title)
    placed = list(_first_page(sheets, study, case))
    for each in study.tables:
        if each.name != "moves":
            table_page(sheets, each, names.say)
    if moves:
        table_page(sheets, _by_unit(moves, names), names.say)
    for body, rows in _by_organisation(moves):
        title = names.say("study.sheet", organisation=names.organisation(body))
        note = names.say("study.sheet_note")
        found = table("moves", MOVES_OF_ONE, rows, names, note=note)
        table_page(sheets, Table(found.name, title, note, found.columns, found.rows), names.say)
    return with_pictures(bytes(sheets.output()), placed)


def _first_page(sheets: Sheets, study: StudyReport, case: str) -> Sequence[Placed]:
    """Set title, sentences and the place of the picture; return the picture."""
    sheets.add_page()
    sheets.line_of(study.title, sheets.fitting(study.title), style="B")
    if case:
        sheets.line_of(case, 11)
    sheets.ln(3)
    for sentence in study.sentences:
        sheets.line_of(sentence, 11, height=6)
    if study.chart is None:
        return ()
    room = {"width": sheets.epw, "height": CHART_HEIGHT}
    picture = render(study.chart, "pdf")
    return [Placed(0, picture, MARGIN, sheets.get_y() + 4, room["width"], room["height"])]


def _by_organisation(moves: Sequence[Row]) -> Sequence[tuple[str, list[Row]]]:
    """Return the moves of each organisation, in the order in which they happen."""
    ordered = sorted(moves, key=lambda row: (row["organisation_id"], row["step"], row["unit_id"]))
    return [
        (body, list(rows))
        for body, rows in groupby(ordered, key=lambda row: row["organisation_id"])
    ]
