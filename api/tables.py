"""The tables of a study's answer, as CSV or a workbook. What is in them is the study's."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

from allocator.scenario.cells import harmless
from allocator.scenario.write import csv_text

MEDIA_TYPES = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
TABLES = ("rows", "rotas", "weeks", "floors", "curve", "aims", "combinations")
"""Names of tables in answers, the first there is being the answer's own."""
Rows = Sequence[Mapping[str, Any]]


def tables_of(answer: Mapping[str, Any]) -> dict[str, Rows]:
    """Return the tables of an answer, its own first; cells of several things are left out."""
    found = {name: answer[name] for name in TABLES if isinstance(answer.get(name), list)}
    return {name: [_flat(row) for row in rows] for name, rows in found.items() if rows}


def _flat(row: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in row.items() if not isinstance(value, dict | list)}


def formed(form: str, answer: Mapping[str, Any]) -> bytes | None:
    """Return an answer's own table as CSV, or all as a workbook; None if it has none."""
    tables = tables_of(answer)
    if not tables:
        return None
    return _book(tables) if form == "xlsx" else _csv(next(iter(tables.values())))


def _columns(rows: Rows) -> list[str]:
    """Return the columns of all rows, in the order in which they first occur."""
    return list(dict.fromkeys(column for row in rows for column in row))


def _csv(rows: Rows) -> bytes:
    columns = _columns(rows)
    return csv_text(columns, ([row.get(column) for column in columns] for row in rows)).encode()


def _book(tables: Mapping[str, Rows]) -> bytes:
    import xlsxwriter  # noqa: PLC0415 - slow to import

    out = io.BytesIO()
    # A name that begins with = is text. Excel must neither work it out nor open it.
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        bold = book.add_format({"bold": True})
        for name, rows in tables.items():
            sheet = book.add_worksheet(name)
            columns = _columns(rows)
            for place, column in enumerate(columns):
                sheet.write_string(0, place, column, bold)
            for number, row in enumerate(rows, 1):
                for place, column in enumerate(columns):
                    value = row.get(column)
                    if isinstance(value, str):
                        sheet.write_string(number, place, harmless(value))
                    elif value is not None:
                        sheet.write(number, place, value)
            # Header and first column stay in sight.
            sheet.freeze_panes(1, 1)
    return out.getvalue()
