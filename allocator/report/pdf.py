"""The PDF of a report: a page of summary, the stack plan, and the tables.

Text and tables are set by fpdf2; pictures are laid over them as vectors by pypdf. What the
tables hold is `tables`', what the summary says `summary`'s.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from pypdf import PageObject, PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, StreamObject

from allocator.plan.gap import told_gap
from allocator.plan.svg import spec_of
from allocator.plan.types import FloorUse, Status
from allocator.report.charts import costs_chart, curve_chart
from allocator.report.pictures import render
from allocator.report.sheets import ACCENT, FAINT, INK, MARGIN, PALE, TIGHT, Sheets, grid
from allocator.report.stack_page import draw_stack
from allocator.report.summary import Summary, Tile, summary
from allocator.report.tables import Column, Reported, Table, tables
from allocator.texts import Texts

MM_A_POINT = 25.4 / 72
MOST_ROWS = {"risks": 40, "pieces": 600}
"""Rows of a table that a page is for; the rest are in the workbook."""
FEW_TOWERS = 24
SENTENCES, FIGURE_WIDTH = 3, 46.0
"""Sentences on the first page, and millimetres of the figures beside the stack plan."""


@dataclass(frozen=True)
class Placed:
    """A picture and where it goes: number of the page from 0, and a box in millimetres."""

    page: int
    picture: bytes
    x: float
    y: float
    width: float
    height: float


def pdf(given: Reported) -> bytes:
    """Return the report as a PDF."""
    brief = summary(given)
    sheets = Sheets(given.say, brief.title)
    complexes = _complexes(given)
    _first_page(sheets, given, brief, is_country=bool(complexes))
    for name in complexes:
        _stack_page(sheets, given, name)
    placed = _annex(sheets, given, brief)
    for table in tables(given):
        table_page(sheets, table, given.say)
    return with_pictures(bytes(sheets.output()), placed)


def _complexes(given: Reported) -> list[str]:
    """Return the complexes that have a page each; none where one page holds all."""
    if len({floor.tower_id for floor in given.plan.floors}) <= FEW_TOWERS:
        return []
    of = given.scenario.complex_of
    return list(dict.fromkeys(of[floor.tower_id] for floor in given.plan.floors))


def _first_page(sheets: Sheets, given: Reported, brief: Summary, *, is_country: bool) -> None:
    """Set what a minister reads: three sentences, one figure, and the stack plan."""
    sheets.add_page()
    sheets.line_of(brief.title, sheets.fitting(brief.title), style="B")
    sheets.ln(1)
    sheets.line_of(brief.subtitle, 9, colour=FAINT)
    sheets.ln(2)
    sheets.line_of(brief.verdict, 12, colour=ACCENT, style="B")
    for point in brief.points[:SENTENCES]:
        sheets.line_of(f"•  {point}", 9.5, height=4.8)
    sheets.ln(2)
    if is_country:
        # A country has too many towers for this page; each complex has one of its own.
        _tiles(sheets, brief.tiles)
        sheets.ln(3)
        _country_table(sheets, given)
        return
    top = sheets.get_y()
    _figure(sheets, given, top)
    left = MARGIN + FIGURE_WIDTH + 4
    draw_stack(
        sheets,
        given.plan,
        given.scenario,
        given.say,
        left=left,
        top=top,
        width=sheets.w - left - MARGIN,
        height=sheets.h - top - 16,
    )


def _figure(sheets: Sheets, given: Reported, top: float) -> None:
    """Draw the one figure that says how good the plan is, and the others small below it."""
    say, plan = given.say, given.plan
    gap = told_gap(plan.gap)
    best = plan.status is Status.OPTIMAL
    # A proved plan may have a gap of rounding alone, which nobody should have to explain.
    figure = "0%" if best else say.percent(gap, 1)
    sheets.set_fill_color(*PALE)
    sheets.rect(MARGIN, top, FIGURE_WIDTH, 30, style="F", round_corners=True, corner_radius=2)
    sheets.set_xy(MARGIN + 3, top + 3)
    sheets._pen(24, ACCENT, "B")
    sheets.cell(FIGURE_WIDTH - 6, 11, figure)
    sheets.set_xy(MARGIN + 3, top + 15)
    sheets._pen(8.5, FAINT)
    sheets.multi_cell(FIGURE_WIDTH - 6, 3.9, say("report.figure"), align="L")
    for number, tile in enumerate(summary(given).tiles):
        at = top + 33 + number * 15
        sheets.set_xy(MARGIN + 3, at)
        sheets._pen(12, INK, "B")
        sheets.cell(FIGURE_WIDTH - 6, 5, tile.figure)
        sheets.set_xy(MARGIN + 3, at + 5)
        sheets._pen(7.5, FAINT)
        sheets.multi_cell(FIGURE_WIDTH - 6, 3.3, tile.words, align="L")


def _country_table(sheets: Sheets, given: Reported) -> None:
    """Set a line for each complex: its towers, people, desks and fill."""
    say, of = given.say, given.scenario.complex_of
    lines: dict[str, list[FloorUse]] = {}
    for floor in given.plan.floors:
        lines.setdefault(of[floor.tower_id], []).append(floor)
    rows = tuple(
        (
            name,
            len({floor.tower_id for floor in floors}),
            sum(floor.people for floor in floors),
            sum(floor.desks_used for floor in floors),
            sum(floor.desks for floor in floors),
            sum(floor.desks_used for floor in floors) / max(1, sum(f.desks for f in floors)),
        )
        for name, floors in lines.items()
    )
    kinds = ("text", "number", "number", "number", "number", "percent")
    keys = ("complex", "towers", "people", "desks_used", "desks", "fill")
    columns = tuple(Column(say(f"column.{k}"), kind) for k, kind in zip(keys, kinds, strict=True))
    grid(sheets, Table("complexes", "", "", columns, rows), rows, say, padding=TIGHT)


def _annex(sheets: Sheets, given: Reported, brief: Summary) -> list[Placed]:
    """Set the rest of what to know, and the curves."""
    sheets.add_page(format="A4")
    sheets.line_of(given.say("report.to_know"), 15, style="B")
    sheets.ln(2)
    for point in brief.points:
        sheets.line_of(f"•  {point}", 9.5, height=5)
    sheets.ln(5)
    return list(_charts(sheets, given, sheets.get_y(), sheets.epw / 2 - 4))


def _charts(sheets: Sheets, given: Reported, top: float, half: float) -> Iterable[Placed]:
    """Set the titles of the charts side by side, and yield the charts to be laid over the page.

    Parameters
    ----------
    top, half
        Millimetres from the top, and how wide each may be.
    """
    plan, say, page = given.plan, given.say, sheets.page_no() - 1
    drawn = [("report.costs_chart", costs_chart(plan, say, width=460, height=170))]
    if plan.run.trace:
        curve = curve_chart(plan.run.trace, say, width=480, height=170)
        drawn.append(("report.curve_chart", curve))
    for number, (key, chart) in enumerate(drawn):
        x = MARGIN + number * (half + 8)
        sheets.set_xy(x, top)
        sheets._pen(11, INK, "B")
        sheets.cell(half, 5, say(key))
        yield Placed(page, render(spec_of(chart), "pdf"), x, top + 6, half, 62)


def _tiles(sheets: Sheets, tiles: Sequence[Tile]) -> None:
    """Draw the figures that matter, side by side."""
    gap, height = 4.0, 25.0
    width = (sheets.epw - gap * (len(tiles) - 1)) / len(tiles)
    top = sheets.get_y()
    for number, tile in enumerate(tiles):
        x = MARGIN + number * (width + gap)
        sheets.set_fill_color(*PALE)
        sheets.rect(x, top, width, height, style="F", round_corners=True, corner_radius=2)
        sheets.set_xy(x + 3, top + 3)
        sheets._pen(18, INK, "B")
        sheets.cell(width - 6, 8, tile.figure)
        sheets.set_xy(x + 3, top + 12)
        sheets._pen(8.5, FAINT)
        sheets.multi_cell(width - 6, 3.9, tile.words, align="L")
    sheets.set_xy(MARGIN, top + height)


def _stack_page(sheets: Sheets, given: Reported, name: str) -> None:
    """Set a page with the stack plan of one complex."""
    plan, of = given.plan, given.scenario.complex_of
    part = plan.model_copy(
        update={
            "floors": tuple(f for f in plan.floors if of[f.tower_id] == name),
            "placements": tuple(p for p in plan.placements if of[p.tower_id] == name),
        }
    )
    sheets.add_page(format="A4")
    sheets.line_of(name, 15, style="B")
    top = sheets.get_y() + 2
    draw_stack(
        sheets,
        part,
        given.scenario,
        given.say,
        left=MARGIN,
        top=top,
        width=sheets.epw,
        height=sheets.h - top - 16,
        whole=plan,
    )


def table_page(sheets: Sheets, table: Table, say: Texts) -> None:
    """Set a table, from a page of its own on."""
    sheets.add_page(format="A4")
    sheets.line_of(table.title, 15, style="B")
    sheets.ln(1)
    sheets.line_of(table.note, 9, colour=FAINT)
    shown = table.rows[: MOST_ROWS.get(table.name, len(table.rows))]
    if len(shown) < len(table.rows):
        cut = {"shown": say.number(len(shown)), "rows": say.number(len(table.rows))}
        sheets.line_of(say("report.cut", **cut), 9, colour=FAINT)
    sheets.ln(2)
    grid(sheets, table, shown, say)


def with_pictures(pages: bytes, placed: Iterable[Placed]) -> bytes:
    """Lay pictures over pages, each as large as its box lets it be, from the top left."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pages)))
    for number, one in enumerate(placed):
        _lay(writer, one, f"/Picture{number}")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _lay(writer: PdfWriter, one: Placed, name: str) -> None:
    """Add a picture to its page as an object of its own, which need not be taken apart."""
    picture, page = PdfReader(io.BytesIO(one.picture)).pages[0], writer.pages[one.page]
    wide, high = float(picture.mediabox.width), float(picture.mediabox.height)
    # PDF counts points from the bottom left, pages here millimetres from the top left.
    scale = min(one.width / wide, one.height / high) / MM_A_POINT
    x = one.x / MM_A_POINT
    y = float(page.mediabox.height) - one.y / MM_A_POINT - high * scale
    found: Any = page["/Resources"].get_object()
    objects = found.setdefault(NameObject("/XObject"), DictionaryObject())
    # As an object of its own: merged into the page it would have to be taken apart, which takes
    # longer than everything else.
    objects.get_object()[NameObject(name)] = writer._add_object(_form(writer, picture))
    drawing = StreamObject()
    # q and Q keep the scale from what is drawn after it.
    drawing.set_data(f"q {scale:.5f} 0 0 {scale:.5f} {x:.3f} {y:.3f} cm {name} Do Q\n".encode())
    before = page.raw_get("/Contents")
    parts = list(before) if isinstance(before, ArrayObject) else [before]
    page[NameObject("/Contents")] = ArrayObject([*parts, writer._add_object(drawing)])


def _form(writer: PdfWriter, picture: PageObject) -> StreamObject:
    """Return a picture as an object that pages can draw, with its own fonts and colours."""
    content: Any = picture.get_contents()
    form = StreamObject()
    form.set_data(content.get_data())
    form[NameObject("/Type")] = NameObject("/XObject")
    form[NameObject("/Subtype")] = NameObject("/Form")
    form[NameObject("/BBox")] = ArrayObject(picture.mediabox)
    form[NameObject("/Resources")] = picture["/Resources"].clone(writer)
    return form.flate_encode()
