"""The stack plan on a page of the PDF, drawn as it is laid out; a browser draws it by itself.

Where everything goes is `plan.stack_layout`'s, which colour it has `plan.stack_colours`'.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fpdf import FPDF

from allocator.plan.stack import SCREEN
from allocator.plan.stack_colours import (
    PALETTE,
    VACANT_FILL,
    Chances,
    Colouring,
    colouring,
    is_dark,
    usual_colouring,
)
from allocator.plan.stack_groups import Groups
from allocator.plan.stack_items import Box, Caption, Label, Line, Segment, Tick
from allocator.plan.stack_layout import Drawing, StackLayout, lay_out, style_for
from allocator.plan.types import Plan
from allocator.report.sheets import FAINT, FAMILY, INK
from allocator.scenario.types import Scenario
from allocator.texts import Texts

PAGE, TALLEST = 1180, 0.58
"""Width of the stack plan in its own pixels, and height by that."""
POINTS_A_MM = 72 / 25.4
ABOVE_BASE = 0.35
"""How far the middle of a letter is above its line, by the size of the font."""
GREY, OVER = (154, 165, 177), (198, 40, 40)
LEGEND_FONT, LEGEND_LINE, SAMPLE = 7.5, 4.6, 2.6
"""Points of the legend's font; millimetres of its line and of a sample of a colour."""


def draw_stack(  # noqa: PLR0913 - where it goes, by name
    sheets: FPDF,
    plan: Plan,
    scenario: Scenario,
    say: Texts,
    *,
    left: float,
    top: float,
    width: float,
    height: float,
    whole: Plan | None = None,
) -> None:
    """Draw a plan, or a part of the whole, into a box of the page.

    Parameters
    ----------
    left, top, width, height
        Of the box, in millimetres. The plan keeps its proportions and begins at the top left.
    whole
        The plan that this one is a part of: colours are those of the whole.
    """
    groups = Groups(whole or plan, scenario, most=len(PALETTE))
    # By the whole plan: a complex on a page of its own keeps the colours that it has on others.
    kind = usual_colouring(whole or plan)
    colours = colouring(kind, groups, Chances(1.0, {}), say)
    towers = len({floor.tower_id for floor in plan.floors})
    looks = vars(style_for(towers, PAGE)) | SCREEN | {"tallest": TALLEST}
    style = type(style_for(1))(**looks)
    layout = lay_out(Drawing(plan, scenario, groups, colours, {}, say, style))
    used = _legend(sheets, colours, left, top, width) if colours.has_legend else 0.0
    top, height = top + used, height - used
    scale = min(width / layout.width, height / layout.height)
    fills = colours.fills | {say("stack.vacant"): VACANT_FILL}
    _Pen(sheets, layout, fills, (left, top), scale).draw()


def _legend(sheets: FPDF, colours: Colouring, left: float, top: float, width: float) -> float:
    """Draw the legend in as many lines as it needs, and return its height."""
    x, y = left, top
    sheets.set_font(FAMILY, "", LEGEND_FONT)
    sheets.set_text_color(*INK)
    for shade, fill in colours.fills.items():
        step = SAMPLE + 5 + sheets.get_string_width(shade)
        if x > left and x + step > left + width:
            x, y = left, y + LEGEND_LINE
        sheets.set_fill_color(*_rgb(fill))
        sheets.rect(x, y, SAMPLE, SAMPLE, style="F")
        sheets.text(x + SAMPLE + 1, y + SAMPLE - 0.3, shade)
        x += step
    return y - top + LEGEND_LINE + 1


def _rgb(fill: str) -> tuple[int, int, int]:
    """Return a colour as red, green and blue from 0 to 255."""
    return int(fill[1:3], 16), int(fill[3:5], 16), int(fill[5:7], 16)


class _Pen:
    """Draws the items of a layout, those at the back first.

    Parameters
    ----------
    fills
        Colour by shade.
    corner, scale
        Where the top left is, and millimetres of a pixel of the layout.
    """

    def __init__(
        self,
        sheets: FPDF,
        layout: StackLayout,
        fills: dict[str, str],
        corner: tuple[float, float],
        scale: float,
    ) -> None:
        self.sheets, self.layout, self.fills = sheets, layout, fills
        (self.left, self.top), self.scale = corner, scale

    def draw(self) -> None:
        """Draw everything."""
        steps: dict[str, Callable[[Any], None]] = {
            "vacant": self._vacant,
            "piece": self._piece,
            "tick": self._tick,
            "body": self._frame,
            "over": self._frame,
            "ground": self._line,
            "rule": self._line,
            "label": self._label,
        }
        # Kind by kind, so that labels lie over pieces and frames over both.
        for kind, step in steps.items():
            for item in self.layout.items:
                if item.kind == kind:
                    step(item)
        for item in self.layout.items:
            if isinstance(item, Caption):
                self._caption(item)
        self.sheets.set_line_width(0.2)
        self.sheets.set_text_color(*INK)

    def _at(self, x: float, y: float) -> tuple[float, float]:
        """Return a point of the layout in millimetres of the page."""
        return self.left + x * self.scale, self.top + y * self.scale

    def _box(self, item: Segment | Box, style: str) -> None:
        """Draw a rectangle of the layout, filled (F) or as lines (D)."""
        x, y = self._at(item.x, item.y)
        sides = (item.x2 - item.x) * self.scale, (item.y2 - item.y) * self.scale
        self.sheets.rect(x, y, *sides, style=style)

    def _vacant(self, item: Segment) -> None:
        """Draw vacant desks: an empty box with a broken line."""
        self.sheets.set_draw_color(*GREY)
        self.sheets.set_line_width(0.15)
        self.sheets.set_dash_pattern(dash=0.7, gap=0.5)
        self._box(item, "D")
        # Back to whole lines, for whatever is drawn next.
        self.sheets.set_dash_pattern()

    def _piece(self, item: Segment) -> None:
        """Draw a piece of a unit in its colour."""
        self.sheets.set_fill_color(*_rgb(self.fills[item.shade]))
        self._box(item, "F")

    def _frame(self, item: Box) -> None:
        """Draw the white frame of an organisation, or the red one of a floor too full."""
        is_over = item.kind == "over"
        self.sheets.set_draw_color(*(OVER if is_over else (255, 255, 255)))
        self.sheets.set_line_width(0.5 if is_over else 0.35)
        self._box(item, "D")

    def _tick(self, item: Tick) -> None:
        """Draw the border between two units of an organisation."""
        self.sheets.set_draw_color(255, 255, 255)
        self.sheets.set_line_width(0.2)
        self.sheets.line(*self._at(item.x, item.y), *self._at(item.x, item.y2))

    def _line(self, item: Line) -> None:
        """Draw the ground, thick, or a line above it."""
        self.sheets.set_draw_color(*FAINT)
        self.sheets.set_line_width(0.4 if item.kind == "ground" else 0.2)
        self.sheets.line(*self._at(item.x, item.y), *self._at(item.x2, item.y))

    def _label(self, item: Label) -> None:
        """Write the name of an organisation into its box, light on dark colours."""
        dark = is_dark(self.fills[item.shade])
        self._write(item, item.font, "center", (255, 255, 255) if dark else (0, 0, 0))

    def _caption(self, item: Caption) -> None:
        """Write the name of a complex or a tower, or what is said of a floor."""
        font = self.layout.style.font
        sizes = {"complex": font + 3, "tower": self.layout.style.name_font}
        is_name = item.kind in sizes
        colour = INK if is_name else FAINT
        align = "right" if item.kind == "level" else "left"
        self._write(item, sizes.get(item.kind, font), align, colour, is_bold=is_name)

    def _write(
        self,
        item: Label | Caption,
        font: float,
        align: str,
        colour: tuple[int, int, int],
        *,
        is_bold: bool = False,
    ) -> None:
        """Write a text that begins, is centred or ends at its point.

        Parameters
        ----------
        font
            Pixels of the layout.
        """
        if not item.text:
            return
        size = font * self.scale
        self.sheets.set_font(FAMILY, "B" if is_bold else "", size * POINTS_A_MM)
        self.sheets.set_text_color(*colour)
        x, y = self._at(item.x, item.y)
        part = {"left": 0.0, "center": 0.5, "right": 1.0}[align]
        if part:
            x -= part * self.sheets.get_string_width(item.text)
            y += ABOVE_BASE * size
        self.sheets.text(x, y, item.text)
