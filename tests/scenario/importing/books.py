"""Workbooks and text tables as ministries make them, and what an import understood of them."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

import pytest
import xlsxwriter
from xlsxwriter.utility import xl_cell_to_rowcol

from allocator.errors import InputError
from allocator.scenario.importing.run import Imported, import_files

Rows = Sequence[Sequence[Any]]
KEU, DAG = "Kementerian Keuangan", "Kementerian Perdagangan"
FOUR = {
    (KEU, "Sekretariat Jenderal"): 1107,
    (KEU, "Ditjen Anggaran"): 86,
    (DAG, "Sekretariat Jenderal"): 90,
    (DAG, "Itjen"): 0,
}
FLOORS = b"floor_id,tower_id,level,desks\nA-1,A,1,600\nA-2,A,2,600\n"
PEOPLE = b"unit_id,headcount,organisation_id\nu,30,O\nv,20,O\n"
_URN = "urn:oasis:names:tc:opendocument:xmlns"
_OPTIONS = {"in_memory": True, "default_date_format": "yyyy-mm-dd"}


@dataclass(frozen=True)
class Sheet:
    """Rows of a sheet; merged are ranges such as ``A2:A4``, which keep their first cell."""

    rows: Rows
    merged: Sequence[str] = ()
    hidden: bool = False
    hidden_rows: Sequence[int] = ()
    values: dict[str, Any] | None = None
    """What a formula gives, by its text."""


def book(**sheets: Sheet | Rows) -> bytes:
    """Return an .xlsx; text that begins with = is a formula, None an empty cell."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, _OPTIONS) as made:
        for name, given in sheets.items():
            one = given if isinstance(given, Sheet) else Sheet(given)
            sheet = made.add_worksheet(name.replace("_", " "))
            for number, cells in enumerate(one.rows):
                for place, cell in enumerate(cells):
                    _write(sheet, number, place, cell, one.values or {})
            for span in one.merged:
                _merge(sheet, span, one)
            for row in one.hidden_rows:
                sheet.set_row(row - 1, None, None, {"hidden": True})
            if one.hidden:
                sheet.hide()
    return out.getvalue()


def _write(sheet: Any, row: int, column: int, cell: Any, values: dict[str, Any]) -> None:
    if isinstance(cell, str) and cell.startswith("="):
        sheet.write_formula(row, column, cell, None, values.get(cell, 0))
    elif cell not in (None, ""):
        sheet.write(row, column, cell)


def _merge(sheet: Any, span: str, one: Sheet) -> None:
    top, left = xl_cell_to_rowcol(span.split(":", maxsplit=1)[0])
    sheet.merge_range(span, one.rows[top][left])


def ods(rows: Rows, *, far: bool = False) -> bytes:
    """Return an .ods of one sheet; ``far`` adds a cell in the last row and column there is."""
    lines = "".join(
        f"<table:table-row>{''.join(map(_ods_cell, row))}</table:table-row>" for row in rows
    )
    if far:
        row = '<table:table-row table:number-rows-repeated="{}"><table:table-cell/>'
        empty = row + "</table:table-row>"
        lines += empty.format(1_048_575 - len(rows))
        skipped = '<table:table-cell table:number-columns-repeated="16383"/>'
        lines += f"<table:table-row>{skipped}{_ods_cell(1)}</table:table-row>"
    spaces = " ".join(f'xmlns:{name}="{_URN}:{name}:1.0"' for name in ("office", "table", "text"))
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {spaces}><office:body>'
        f'<office:spreadsheet><table:table table:name="Data">{lines}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        packed.writestr("content.xml", content)
        packed.writestr(
            "META-INF/manifest.xml",
            f'<m:manifest xmlns:m="{_URN}:manifest:1.0"/>',
        )
    return out.getvalue()


def _ods_cell(cell: Any) -> str:
    if cell in (None, ""):
        return "<table:table-cell/>"
    if isinstance(cell, int | float):
        return (
            f'<table:table-cell office:value-type="float" office:value="{cell}">'
            f"<text:p>{cell}</text:p></table:table-cell>"
        )
    return (
        f'<table:table-cell office:value-type="string"><text:p>{escape(cell)}</text:p>'
        "</table:table-cell>"
    )


def xlsb(rows: Rows, *, far: bool = False) -> bytes:
    """Return an .xlsb of one sheet; ``far`` adds a cell in the last row and column there is."""
    lines = b"".join(_xlsb_row(number, row) for number, row in enumerate(rows))
    if far:
        lines += _xlsb_row(1_048_575, [*([None] * 16_383), 1])
    dimension = _record(148, struct.pack("<4I", 0, len(rows), 0, max(map(len, rows))))
    sheet = _record(129, b"") + dimension + _record(145, b"") + lines + _record(146, b"")
    named = struct.pack("<II", 0, 1) + _wide("rId1") + _wide("Data")
    names = _record(143, b"") + _record(156, named) + _record(144, b"")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("xl/workbook.bin", names + _record(157, bytes(26)) + _record(132, b""))
        packed.writestr("xl/_rels/workbook.bin.rels", _RELATION)
        packed.writestr("xl/worksheets/sheet1.bin", sheet)
    return out.getvalue()


_OFFICE = "http://schemas.openxmlformats.org"
_RELATION = (
    f'<Relationships xmlns="{_OFFICE}/package/2006/relationships"><Relationship Id="rId1" '
    f'Type="{_OFFICE}/officeDocument/2006/relationships/worksheet" '
    'Target="worksheets/sheet1.bin"/></Relationships>'
)


def _xlsb_row(number: int, row: Sequence[Any]) -> bytes:
    head = _record(0, struct.pack("<I", number) + bytes(13))
    filled = ((c, cell) for c, cell in enumerate(row) if cell not in (None, ""))
    return head + b"".join(_xlsb_cell(column, cell) for column, cell in filled)


def _record(kind: int, content: bytes) -> bytes:
    mark = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
    size, length = b"", len(content)
    while True:
        length, low = length >> 7, length & 0x7F
        size += bytes([low | (0x80 if length else 0)])
        if not length:
            return mark + size + content


def _wide(words: str) -> bytes:
    return struct.pack("<I", len(words)) + words.encode("utf-16-le")


def _xlsb_cell(column: int, cell: Any) -> bytes:
    place = struct.pack("<II", column, 0)
    if isinstance(cell, int | float):
        return _record(5, place + struct.pack("<d", cell))
    return _record(6, place + _wide(cell))


def text(rows: Iterable[Sequence[Any]], separator: str = ";", encoding: str = "cp1252") -> bytes:
    """Return a text table."""
    lines = (separator.join("" if c is None else str(c) for c in row) for row in rows)
    return ("\r\n".join(lines) + "\r\n").encode(encoding)


def people_of(imported: Imported) -> dict[tuple[str, str], int]:
    """Return the headcount of every unit by organisation and name."""
    assert imported.scenario is not None, [q.key for q in imported.questions]
    named = {unit.unit_id: unit.name for unit in imported.scenario.units or ()}
    return {
        (row.organisation_id or "", named.get(row.unit_id) or row.unit_id): row.headcount
        for row in imported.scenario.headcounts
    }


def floors_of(imported: Imported) -> list[tuple[str, int, float | None]]:
    """Return tower, level, and desks or area of every floor."""
    assert imported.scenario is not None, [q.key for q in imported.questions]
    return [
        (f.tower_id, f.level, f.desks if f.area_m2 is None else float(f.area_m2))
        for f in imported.scenario.floors
    ]


def read_people(data: bytes, name: str = "Data.xlsx", **named: Any) -> dict[tuple[str, str], int]:
    """Return the people of a workbook, beside a table of floors."""
    return people_of(import_files({name: data, "floors.csv": FLOORS}, **named))


def read_floors(data: bytes, name: str = "Data.xlsx", **named: Any) -> list[tuple[str, int, Any]]:
    """Return the floors of a workbook, beside a table of people."""
    return floors_of(import_files({name: data, "headcounts.csv": PEOPLE}, **named))


def asked(data: bytes, other: bytes = FLOORS, name: str = "Data.xlsx", **named: Any) -> list[str]:
    """Return the keys of the questions that a workbook leaves open."""
    beside = "floors.csv" if other is FLOORS else "headcounts.csv"
    return [q.key for q in import_files({name: data, beside: other}, **named).questions]


def refused(files: dict[str, bytes], **named: Any) -> list[str]:
    """Return the problems of files, as text."""
    with pytest.raises(InputError) as caught:
        import_files(files, **named)
    return [str(problem) for problem in caught.value.problems]
