"""Draws the stack plan: marks, colours and tooltips over the places of `plan.stack_layout`.

Files are written by `plan.tables`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import altair as alt
from altair.utils.schemapi import debug_mode

from allocator.errors import shorten
from allocator.plan.data import PlanData
from allocator.plan.gap import is_bound
from allocator.plan.stack_colours import (
    PALETTE,
    VACANT_FILL,
    Chances,
    Colouring,
    colouring,
    is_dark,
    short_day_chances,
)
from allocator.plan.stack_groups import Groups
from allocator.plan.stack_items import Label
from allocator.plan.stack_layout import Drawing, StackLayout, lay_out, style_for
from allocator.plan.stack_text import text_width
from allocator.plan.svg import as_svg
from allocator.scenario.types import Scenario
from allocator.texts import Texts, texts

__all__ = ["FAINT", "FONT", "INK", "PALETTE", "stack_chart", "stack_svg"]

FONT = "Liberation Sans, Arial, Helvetica, sans-serif"
INK = "#1F2933"
FAINT = "#5B6670"
"""Text beside what matters; dark enough to be read on white by all."""
PADDING = {True: 24, False: 6}
"""Pixels around the picture, with a heading and without."""
SCREEN = {"level_width": 20, "tower_gap": 10, "block_gap": 20, "growth": 14}
"""Distances without a heading: on a screen, which has less room than paper."""
OVER = "#C62828"
"""Around desks that a floor does not have."""
NARROW_TITLE = 700
"""Pixels that a title may have where the picture has less."""
LEGEND_FONT, LEGEND_LABEL, BESIDE = 12, 260, 38
"""Pixels of a legend: its font, the widest label, and a column beside its label."""
DIMMED = 0.18
"""Opacity of what is not lit."""
TOOLTIP = {
    "organisation": "organisation",
    "unit": "unit",
    "group": "group",
    "tower": "tower",
    "floor": "floor",
    "desks": "desks",
    "people": "people",
    "ratio": "ratio",
    "chance": "short_chance",
}
"""Fields of a tooltip, and the keys of their names."""

Pieces = Iterable[tuple[str, str]]
"""Pieces by unit_id and floor_id."""


def stack_chart(  # noqa: PLR0913 - how a picture is to look, by name
    plan: PlanData,
    scenario: Scenario,
    *,
    colour: str = "group",
    say: Texts | None = None,
    width: int | None = None,
    tallest: float | None = None,
    has_heading: bool = True,
    outlined: Pieces = (),
) -> alt.LayerChart:
    """Return the picture of a plan: towers as stacks of floors, grouped by complex.

    A floor is as wide as its desks, on one scale for all towers. Its segments are the desks of
    one unit each; those of an organisation stand together in a frame with its label, where that
    fits. Vacant desks are outlined and empty. Where the picture is shown by vega, pointing at a
    piece lights its organisation everywhere, as does the parameter ``lit`` (an organisation_id).

    Parameters
    ----------
    colour
        What pieces are coloured by, one of `stack_colours.COLOURINGS`.
    say
        The language; English if left out.
    width, tallest
        Pixels of the page, and the most height by them; what suits the towers if left out.
    has_heading
        Whether title and figures stand above it.
    outlined
        Pieces to outline, such as those of people who moved there.
    """
    say = say or texts("en")
    groups = Groups(plan, scenario, most=len(PALETTE))
    chances = short_day_chances(plan, scenario)
    allowed = scenario.settings.attendance.short_day_probability
    colours = colouring(colour, groups, Chances(allowed, chances), say)
    style = style_for(len({floor.tower_id for floor in plan.floors}), width)
    if tallest is not None:
        # Without a heading it is for a screen, which has less room than paper.
        style = replace(style, tallest=tallest, **({} if has_heading else SCREEN))
    layout = lay_out(Drawing(plan, scenario, groups, colours, chances, say, style))
    fills = colours.fills | {say("stack.vacant"): VACANT_FILL}
    with debug_mode(False):  # data are not to be validated, nor copied at every step
        chart: alt.LayerChart = (
            alt.layer(*_layers(layout, colours, fills, say), *([_outlines()] if outlined else []))
            .encode(**_places(layout))
            .add_params(alt.param(name="lit", value=""))
            .properties(width=layout.width, height=layout.height, padding=PADDING[has_heading])
            .configure(font=FONT, background="white")
            .configure_view(stroke=None)
        )
        if has_heading:
            chart = chart.properties(title=_title(plan, scenario, layout, say))
        values = _values(layout, fills)
        chart.data = alt.InlineData(values=[*values, *_outlined(values, frozenset(outlined))])
    return chart


def stack_svg(plan: PlanData, scenario: Scenario) -> str:
    """Return the picture as SVG, as it looks without being asked otherwise."""
    return as_svg(stack_chart(plan, scenario))


def _values(layout: StackLayout, fills: dict[str, str]) -> list[dict[str, Any]]:
    """Return the items as rows of data for vega."""
    values = []
    for item in layout.items:
        datum = dict(vars(item))  # asdict would copy each of some thousand texts
        # Ink that reads best on the fill below; vega cannot work that out.
        if isinstance(item, Label):
            datum["dark"] = is_dark(fills[item.shade])
        values.append(datum)
    return values


def _outlined(
    values: Iterable[dict[str, Any]], pieces: frozenset[tuple[str, str]]
) -> list[dict[str, Any]]:
    """Return rows that outline some pieces, in the places of these."""
    return [
        {"kind": "moved"} | {side: value[side] for side in ("x", "x2", "y", "y2")}
        for value in values
        if value["kind"] == "piece" and (value["unit_id"], value["floor_id"]) in pieces
    ]


def _outlines() -> alt.Chart:
    """Return the layer of outlines."""
    frames: alt.Chart = (
        _of_kind("moved")
        .mark_rect(filled=False, fill=None, stroke=INK, strokeWidth=2)
        .encode(x2="x2:Q", y2="y2:Q")
    )
    return frames


def _layers(
    layout: StackLayout, colours: Colouring, fills: dict[str, str], say: Texts
) -> list[alt.Chart]:
    """Return the layers in the order in which they are drawn: what comes later lies on top."""
    hover = alt.selection_point(
        name="hover", fields=["body"], on="pointerover", clear="pointerout", empty=True
    )
    # A piece is lit if it matches both the pointer and the page's choice; a choice that is not
    # made matches all.
    test = {"and": [{"param": "hover"}, "lit == '' || datum.body == lit"]}
    lit = alt.OpacityValue(value=DIMMED, condition={"test": test, "value": 1})
    pieces = _pieces(colours, fills, layout.width, say).encode(opacity=lit).add_params(hover)
    labels = [layer.encode(opacity=lit) for layer in _labels()]
    frames = [_vacant(say), pieces, _bodies(), _over(), *_lines()]
    return [*frames, *labels, *_captions(layout)]


def _places(layout: StackLayout) -> dict[str, Any]:
    """Return positions in pixels, the same for all layers."""

    def scale(*domain: float) -> alt.Scale:
        return alt.Scale(domain=domain, nice=False, zero=False)

    return {
        "x": alt.X("x:Q", axis=None, scale=scale(0, layout.width)),
        # From the top down, as on a screen.
        "y": alt.Y("y:Q", axis=None, scale=scale(layout.height, 0)),
    }


def _of_kind(kind: str) -> alt.Chart:
    """Return a chart of the items of a kind."""
    chart: alt.Chart = alt.Chart().transform_filter(alt.datum.kind == kind)
    return chart


def _tooltip(fields: Iterable[str], say: Texts) -> list[alt.Tooltip]:
    """Return a tooltip of some fields, with their names in the language."""
    return [alt.Tooltip(f"{field}:N", title=say(f"stack.{TOOLTIP[field]}")) for field in fields]


def _pieces(colours: Colouring, fills: dict[str, str], width: float, say: Texts) -> alt.Chart:
    """Return the layer of pieces, which a legend belongs to."""
    scale = alt.Scale(domain=list(fills), range=list(fills.values()))
    pieces: alt.Chart = (
        _of_kind("piece")
        .mark_rect(cursor="pointer")
        .encode(
            x2="x2:Q",
            y2="y2:Q",
            color=alt.Color("shade:N", scale=scale, legend=_legend(colours, fills, width)),
            tooltip=_tooltip(TOOLTIP, say),
            description="organisation:N",
        )
    )
    return pieces


def _legend(colours: Colouring, fills: dict[str, str], width: float) -> alt.Legend | None:
    """Return the legend, in as many rows as the picture's width asks for; None for none."""
    if not colours.has_legend:
        return None
    column = max(min(text_width(shade, LEGEND_FONT), LEGEND_LABEL) for shade in fills) + BESIDE
    return alt.Legend(
        title=colours.title,
        orient="top",
        direction="horizontal",
        titleFontSize=LEGEND_FONT,
        labelFontSize=LEGEND_FONT,
        symbolType="square",
        symbolSize=170,
        symbolStrokeColor=FAINT,
        symbolStrokeWidth=0.8,
        symbolOpacity=1,
        labelLimit=LEGEND_LABEL,
        titleLimit=600,
        columnPadding=18,
        columns=min(len(fills), max(1, int(max(width, NARROW_TITLE) // column))),
        offset=14,
    )


def _vacant(say: Texts) -> alt.Chart:
    """Return the layer of vacant desks."""
    fields = ("organisation", "tower", "floor", "desks")
    vacant: alt.Chart = (
        _of_kind("vacant")
        .mark_rect(fill=VACANT_FILL, strokeWidth=1, stroke="#9AA5B1", strokeDash=[3, 2])
        .encode(x2="x2:Q", y2="y2:Q", tooltip=_tooltip(fields, say))
    )
    return vacant


def _bodies() -> alt.Chart:
    """Return the layer of frames around what an organisation has on a floor."""
    frames: alt.Chart = (
        _of_kind("body")
        .mark_rect(fill=None, filled=False, stroke="white", strokeWidth=2)
        .encode(x2="x2:Q", y2="y2:Q")
    )
    return frames


def _over() -> alt.Chart:
    """Return the layer of frames around desks that a floor does not have."""
    frames: alt.Chart = (
        _of_kind("over")
        .mark_rect(filled=False, stroke=OVER, strokeWidth=3, strokeDash=[5, 2])
        .encode(x2="x2:Q", y2="y2:Q")
    )
    return frames


def _lines() -> list[alt.Chart]:
    """Return the layers of lines: grounds, rules and ticks."""
    widths = {"ground": 2.0, "rule": 1.0}
    level = [
        _of_kind(kind).mark_rule(strokeWidth=width, color=FAINT).encode(x2="x2:Q")
        for kind, width in widths.items()
    ]
    return [*level, _of_kind("tick").mark_rule(strokeWidth=1, color="white").encode(y2="y2:Q")]


def _labels() -> list[alt.Chart]:
    """Return the layers of labels, white on dark fills and black on light ones."""
    # Two layers, since the ink of a mark is one for all its items.
    return [
        alt.Chart()
        .transform_filter((alt.datum.kind == "label") & (alt.datum.dark == dark))
        .mark_text(baseline="middle", color=ink)
        .encode(text="text:N", size=alt.Size("font:Q", scale=None))
        for dark, ink in ((True, "white"), (False, "black"))
    ]


def _captions(layout: StackLayout) -> list[alt.Chart]:
    """Return the layers of texts beside the bars."""
    font, name = layout.style.font, layout.style.name_font
    looks: dict[str, dict[str, Any]] = {
        "complex": {"fontSize": font + 3, "fontWeight": "bold", "color": INK},
        "tower": {"fontSize": name, "fontWeight": "bold", "color": INK},
        "load": {"fontSize": font, "color": FAINT},
        "level": {"fontSize": font, "color": FAINT, "align": "right", "baseline": "middle"},
    }
    return [
        _of_kind(kind)
        .mark_text(**({"align": "left", "baseline": "alphabetic"} | look))
        .encode(text="text:N")
        for kind, look in looks.items()
    ]


def _title(plan: PlanData, scenario: Scenario, layout: StackLayout, say: Texts) -> alt.TitleParams:
    """Return the heading: title, who sits on how much, what it costs."""
    settings = scenario.settings
    return alt.TitleParams(
        text=shorten(settings.title or settings.name or say("stack.title"), 120),
        subtitle=[_seated(plan, say), _worth(plan, say)],
        anchor="start",
        limit=max(layout.width, NARROW_TITLE),
        fontSize=20,
        subtitleFontSize=13,
        subtitleColor=FAINT,
        subtitlePadding=6,
        color=INK,
        offset=14,
    )


def _seated(plan: PlanData, say: Texts) -> str:
    """Return how many people sit on how many desks and floors, as a sentence."""
    figures = {
        "people": sum(floor.people for floor in plan.floors),
        "organisations": len(plan.organisations),
        "used": sum(floor.desks_used for floor in plan.floors),
        "desks": sum(floor.desks for floor in plan.floors),
        "in_use": sum(1 for floor in plan.floors if floor.desks_used),
        "floors": len(plan.floors),
    }
    return say("stack.seated", **{name: say.number(value) for name, value in figures.items()})


def _worth(plan: PlanData, say: Texts) -> str:
    """Return total and bound as a sentence, and who is unplaced."""
    total, bound = say.number(plan.objective.total or 0.0), say.number(plan.bound)
    known = "stack.worth" if is_bound(plan.objective.total, plan.bound) else "stack.worth_alone"
    unplaced = plan.objective.unplaced_people or 0.0
    worth = say(known, total=total, bound=bound)
    return f"{worth}; {say('stack.unplaced', people=say.number(unplaced))}" if unplaced else worth
