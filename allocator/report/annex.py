"""The annex of a decree: who sits where, with room for a signature, as .docx and .xlsx.

A .docx is written part by part: a document, and what says that it is one.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from xml.sax.saxutils import escape

import xlsxwriter

from allocator.report.book import OPTIONS
from allocator.report.names import Names
from allocator.report.tables import Cell, Reported
from allocator.texts import Texts

HEADS = ("annex.number", "column.unit", "column.tower", "column.floor", "column.desks")
WIDTHS = (800, 5600, 2600, 1600, 1100, 1100)
"""Twentieths of a point."""
_NAMES = "http://schemas.openxmlformats.org"
_TYPES = f"""<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Types xmlns="{_NAMES}/package/2006/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Override PartName="/word/document.xml" \
ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/>\
</Types>"""
_LINKS = f"""<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="{_NAMES}/package/2006/relationships"><Relationship Id="rId1" \
Type="{_NAMES}/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/>\
</Relationships>"""


def rows(given: Reported) -> Iterator[tuple[Cell, ...]]:
    """Yield number, unit with its organisation, tower, floor, desks and people."""
    names = Names(given.scenario, given.say)
    order = {unit.unit_id: place for place, unit in enumerate(given.scenario.housed)}
    # In the order of the ministry's own table, which is how a decree lists units.
    placed = sorted(given.plan.placements, key=lambda p: (order.get(p.unit_id, 0), p.level))
    for number, piece in enumerate(placed, 1):
        unit, body = names.unit(piece.unit_id), names.organisation(piece.organisation_id)
        # Many units bear the name of their organisation already.
        whose = unit if body in unit or unit == body else f"{unit}, {body}"
        level = names.level(piece.level)
        yield number, whose, names.tower(piece.tower_id), level, piece.desks, piece.people


def _heads(say: Texts) -> list[str]:
    """Return the heads of the annex in the language."""
    return [say(key) for key in (*HEADS, "column.people")]


def _title(given: Reported) -> str:
    """Return what the plan is called: by who asks for the annex, else by the scenario."""
    settings = given.scenario.settings
    return given.title or settings.title or settings.name or given.say("report.untitled")


def annex_xlsx(given: Reported) -> bytes:
    """Return the annex as a workbook, set for printing."""
    out, say = io.BytesIO(), given.say
    with xlsxwriter.Workbook(out, OPTIONS) as book:
        sheet = book.add_worksheet(say("annex.title"))
        bold = book.add_format({"bold": True, "font_size": 13})
        head = book.add_format({"bold": True, "border": 1, "bg_color": "#EEF2F6"})
        text = book.add_format({"border": 1, "text_wrap": True, "valign": "top"})
        number = book.add_format({"border": 1, "num_format": "#,##0", "valign": "top"})
        sheet.write_string(0, 0, say("annex.heading"), bold)
        sheet.write_string(1, 0, _title(given))
        last = 3
        for place, title in enumerate(_heads(say)):
            sheet.write_string(last, place, title, head)
        for place, width in enumerate((8, 60, 26, 16, 10, 10)):
            sheet.set_column(place, place, width)
        for last, row in enumerate(rows(given), 4):
            for place, cell in enumerate(row):
                if isinstance(cell, str):
                    sheet.write_string(last, place, cell, text)
                else:
                    sheet.write_number(last, place, cell or 0, number)
        sheet.write_string(last + 2, 3, say("annex.signature"))
        sheet.write_string(last + 7, 3, say("annex.sign"))
        # A decree is printed: the heads on every page, one page wide, A4.
        sheet.repeat_rows(3)
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
    return out.getvalue()


def annex_docx(given: Reported) -> bytes:
    """Return the annex as a Word document."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("[Content_Types].xml", _TYPES)
        parts.writestr("_rels/.rels", _LINKS)
        parts.writestr("word/document.xml", _document(given))
    return out.getvalue()


def _document(given: Reported) -> str:
    """Return the document as XML: heading, table, and room for place, date and signature."""
    say = given.say
    lines = [_row(_heads(say), bold=True)]
    lines += [
        _row([say.number(c) if isinstance(c, int) else str(c) for c in row]) for row in rows(given)
    ]
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in WIDTHS)
    sides = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:color="808080"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    table = (
        f"<w:tbl><w:tblPr><w:tblBorders>{sides}</w:tblBorders></w:tblPr>"
        f"<w:tblGrid>{grid}</w:tblGrid>{''.join(lines)}</w:tbl>"
    )
    body = [
        _paragraph(say("annex.heading"), bold=True, size=28),
        _paragraph(_title(given)),
        table,
        _paragraph(""),
        _paragraph(say("annex.signature"), indent=6500),
        *(_paragraph("") for _ in range(4)),
        _paragraph(say("annex.sign"), indent=6500),
    ]
    page = '<w:pgSz w:w="16838" w:h="11906" w:orient="landscape"/><w:pgMar w:top="1000" '
    page += 'w:right="1000" w:bottom="1000" w:left="1000"/>'
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        f'<w:document xmlns:w="{_NAMES}/wordprocessingml/2006/main"><w:body>{"".join(body)}'
        f"<w:sectPr>{page}</w:sectPr></w:body></w:document>"
    )


def _row(cells: list[str], *, bold: bool = False) -> str:
    """Return a row of the table as XML; a bold one is the head."""
    parts = "".join(
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr>'
        f"{_paragraph(cell, bold=bold, size=20)}</w:tc>"
        for cell, width in zip(cells, WIDTHS, strict=True)
    )
    # Word repeats a row that is marked so on every page.
    repeated = "<w:trPr><w:tblHeader/></w:trPr>" if bold else ""
    return f"<w:tr>{repeated}{parts}</w:tr>"


def _paragraph(text: str, *, bold: bool = False, size: int = 22, indent: int = 0) -> str:
    """Return a paragraph as XML; size in half points, indent in twentieths of a point."""
    looks = ("<w:b/>" if bold else "") + f'<w:sz w:val="{size}"/>'
    moved = f'<w:pPr><w:ind w:left="{indent}"/></w:pPr>' if indent else ""
    # Control characters are no XML, even escaped: Word would refuse the whole file.
    words = escape("".join(c if c.isprintable() else " " for c in text))
    run = f'<w:r><w:rPr>{looks}</w:rPr><w:t xml:space="preserve">{words}</w:t></w:r>'
    return f"<w:p>{moved}{run}</w:p>"


ANNEXES = {".annex.docx": annex_docx, ".annex.xlsx": annex_xlsx}
"""What makes an annex, by the end of its name."""
