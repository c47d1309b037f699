"""Sheets of a PDF: its fonts, headings and paragraphs, its foot, and tables set row by row.

What is on which page is `pdf`'s and `study_files`'.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import resources

from fpdf import FPDF
from fpdf.enums import XPos, YPos

from allocator.errors import shorten
from allocator.report.tables import Cell, Column, Table
from allocator.texts import Texts
from allocator.version import __version__

FAMILY = "Liberation Sans"
INK, FAINT, ACCENT, PALE = (31, 41, 51), (91, 102, 112), (0, 90, 140), (238, 242, 246)
MARGIN = 14.0
LONGEST_CELL = 120
GRID_FONT, GRID_LINE, GRID_PADDING, GRID_MARGIN, MOST_LINES = 8, 4.0, 0.8, 1.4, 3
"""Of tables: points of the font; millimetres of a line, above, below and beside it; lines."""
TIGHT = 0.25
"""Millimetres above and below a line where a page is to hold many."""


class Sheets(FPDF):
    """Pages with a foot, in the fonts that come with the package.

    Parameters
    ----------
    say
        Words of the language.
    title
        Of the document, which the foot repeats; shortened where it is long.
    """

    def __init__(self, say: Texts, title: str) -> None:
        super().__init__(orientation="landscape", format="A4")
        self.say, self.foot = say, shorten(title, 90)
        folder = resources.files("allocator.report") / "fonts"
        for style, name in (("", "Regular"), ("B", "Bold")):
            # A package may be in an archive, and fpdf2 reads files alone.
            with resources.as_file(folder / f"LiberationSans-{name}.ttf") as file:
                self.add_font(FAMILY, style, str(file))
        self.set_margin(MARGIN)
        # Room for the foot, which is written below it.
        self.set_auto_page_break(True, margin=18)
        self.set_title(shorten(title, 120))
        self.set_lang(say.language)
        self.set_creator(f"allocator {__version__}")

    def footer(self) -> None:
        """Write the plan's name and the page's number."""
        self.set_y(-12)
        self._pen(8, FAINT)
        self.cell(self.epw / 2, 5, self.foot)
        number = self.say("report.page", page=self.page_no(), pages="{nb}")
        self.cell(self.epw / 2, 5, number, align="R")

    def _pen(self, size: float, colour: tuple[int, int, int] = INK, style: str = "") -> None:
        """Take a font size in points, a colour and a style for what is written next."""
        self.set_font(FAMILY, style, size)
        self.set_text_color(*colour)

    def fitting(self, title: str) -> float:
        """Return the size at which a heading fits on one line, or the smallest one."""
        # Titles come from a ministry's table: some are a word, others a sentence.
        for size in (20, 18, 16, 14):
            self._pen(size, style="B")
            if self.get_string_width(title) < self.epw - 2:
                return size
        return 13

    def line_of(
        self,
        text: str,
        size: float,
        *,
        colour: tuple[int, int, int] = INK,
        style: str = "",
        width: float = 0,
        height: float | None = None,
    ) -> None:
        """Write a paragraph and go to the line below it.

        Parameters
        ----------
        size
            Of the font, in points.
        width, height
            Of the paragraph and of a line, in millimetres; 0 is up to the margin.
        """
        self._pen(size, colour, style)
        self.multi_cell(
            width,
            height or size * 0.46,
            text,
            align="L",
            new_x=XPos.LMARGIN,
            new_y=YPos.NEXT,
        )


def grid(
    sheets: Sheets,
    table: Table,
    shown: Sequence[tuple[Cell, ...]],
    say: Texts,
    *,
    padding: float = GRID_PADDING,
) -> None:
    """Set rows line by line, with the header again on every page.

    fpdf2's own tables take ten times as long.
    """
    total = sum(column.weight for column in table.columns)
    widths = [sheets.epw * column.weight / total for column in table.columns]
    sheets.set_draw_color(200, 206, 212)
    heads = [column.title for column in table.columns]
    _row(sheets, table, widths, heads, is_head=True, padding=padding)
    for row in shown:
        cells = [_written(c, v, say) for c, v in zip(table.columns, row, strict=True)]
        _row(sheets, table, widths, cells, heads=heads, padding=padding)


def _row(  # noqa: PLR0913 - how it looks, by name
    sheets: Sheets,
    table: Table,
    widths: Sequence[float],
    cells: Sequence[str],
    *,
    is_head: bool = False,
    heads: Sequence[str] = (),
    padding: float = GRID_PADDING,
) -> None:
    """Set one row; where the page is full, begin the next one with the header."""
    sheets._pen(GRID_FONT, INK, "B" if is_head else "")
    inner = [width - 2 * GRID_MARGIN for width in widths]
    lines = [_wrapped(sheets, cell, width) for cell, width in zip(cells, inner, strict=True)]
    height = GRID_LINE * max(map(len, lines)) + 2 * padding
    # A row is never divided between two pages.
    if sheets.get_y() + height > sheets.page_break_trigger:
        sheets.add_page(format="A4")
        if heads:
            _row(sheets, table, widths, heads, is_head=True)
            sheets._pen(GRID_FONT)
    x, y = MARGIN, sheets.get_y()
    if is_head:
        sheets.set_fill_color(*PALE)
        sheets.rect(x, y, sheets.epw, height, style="F")
    for column, width, texts_ in zip(table.columns, widths, lines, strict=True):
        for number, text in enumerate(texts_):
            if text:
                room = width - GRID_MARGIN - sheets.get_string_width(text)
                indent = GRID_MARGIN if column.kind == "text" else max(room, GRID_MARGIN)
                # Text is placed by its baseline, three quarters down a line.
                sheets.text(x + indent, y + padding + GRID_LINE * (number + 0.75), text)
        x += width
    sheets.line(MARGIN, y + height, MARGIN + sheets.epw, y + height)
    sheets.set_xy(MARGIN, y + height)


def _wrapped(sheets: Sheets, text: str, width: float) -> list[str]:
    """Return a text in as many lines as the width asks for, three at most."""
    if not text or sheets.get_string_width(text) <= width:
        return [text]
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if sheets.get_string_width(longer) <= width:
            lines[-1] = longer
            continue
        lines += [_cut(sheets, word, width)] if lines[-1] else []
        lines[-1] = lines[-1] or _cut(sheets, word, width)
    if len(lines) > MOST_LINES:
        lines = [*lines[: MOST_LINES - 1], _cut(sheets, f"{lines[MOST_LINES - 1]}…", width)]
    return lines


def _cut(sheets: Sheets, word: str, width: float) -> str:
    """Return a word, or as much of it as fits, and an ellipsis."""
    if sheets.get_string_width(word) <= width:
        return word
    letters = len(word)
    while letters > 1 and sheets.get_string_width(f"{word[:letters]}…") > width:
        # By an eighth at a time: measuring each letter of a hostile name of thousands takes
        # seconds.
        letters = letters * 7 // 8
    return f"{word[:letters]}…"


def _written(column: Column, value: Cell, say: Texts) -> str:
    """Return a cell as the page shows it: a dash for no number, nothing for no text."""
    if value is None or value == "":
        return "–" if column.kind != "text" else ""
    if isinstance(value, str):
        return shorten(value, LONGEST_CELL)
    if column.kind == "percent":
        return say.percent(value)
    return say.number(value, {"decimal": 1, "ratio": 2}.get(column.kind, 0))
