"""The workbook of a report: a sheet for each table, numbers as numbers, text as text."""

from __future__ import annotations

import io
from typing import Any

import xlsxwriter

from allocator.errors import shorten
from allocator.report.summary import summary
from allocator.report.tables import Column, Reported, Table, tables

FORMATS = {
    "text": "@",
    "number": "#,##0",
    "decimal": "#,##0.0",
    "ratio": "0.00",
    "percent": "0.0%",
}
LONGEST = 32_000
"""Letters of a cell; a workbook holds little more."""
OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def workbook(given: Reported) -> bytes:
    """Return the report as an .xlsx."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, OPTIONS) as book:
        bold = book.add_format({"bold": True, "font_size": 14})
        _summary(book, given, bold)
        for table in tables(given):
            sheet_of(book, table)
    return out.getvalue()


def _summary(book: Any, given: Reported, bold: Any) -> None:
    """Add the sheet with title, verdict, figures and sentences."""
    brief = summary(given)
    sheet = book.add_worksheet(given.say("sheet.summary"))
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    sheet.set_column(0, 0, 18)
    sheet.set_column(1, 1, 110)
    sheet.write_string(0, 0, brief.title, bold)
    sheet.write_string(1, 0, brief.subtitle)
    sheet.write_string(2, 0, brief.verdict)
    for row, tile in enumerate(brief.tiles, 4):
        sheet.write_string(row, 0, tile.figure)
        sheet.write_string(row, 1, tile.words)
    for row, point in enumerate(brief.points, 5 + len(brief.tiles)):
        sheet.write_string(row, 1, point, wrap)


def sheet_of(book: Any, table: Table) -> None:
    """Add a sheet with a table."""
    sheet = book.add_worksheet(shorten(table.title, 31))
    head = book.add_format({"bold": True, "bg_color": "#EEF2F6", "text_wrap": True, "border": 1})
    for place, column in enumerate(table.columns):
        sheet.write_string(0, place, column.title, head)
        sheet.set_column(place, place, _width(table, place, column))
    formats = {kind: book.add_format({"num_format": form}) for kind, form in FORMATS.items()}
    for row, values in enumerate(table.rows, 1):
        for place, (column, value) in enumerate(zip(table.columns, values, strict=True)):
            if isinstance(value, str):
                # As a string, always: a name that begins with = or looks like a number stays what
                # it is.
                sheet.write_string(row, place, value[:LONGEST])
            elif value is not None:
                sheet.write_number(row, place, value, formats[column.kind])
    sheet.freeze_panes(1, 1)
    # Excel takes no filter without a row below the head.
    sheet.autofilter(0, 0, max(len(table.rows), 1), len(table.columns) - 1)


def _width(table: Table, place: int, column: Column) -> float:
    """Return how wide a column is, in characters: by its longest text, within limits."""
    longest = max((len(str(row[place])) for row in table.rows), default=0)
    return min(max(12, longest + 2), 60) if column.kind == "text" else 13
