"""Draws the stack plan: marks, colours and tooltips over the places of `plan.stack_layout`.

Files are written by `plan.tables`.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import altair as alt

from allocator.errors import shorten
from allocator.plan.stack_groups import OTHER, VACANT, Groups
from allocator.plan.stack_layout import Item, Layout, Segment, lay_out
from allocator.plan.types import Plan
from allocator.scenario.types import Scenario

FONT = "Liberation Sans, Arial, Helvetica, sans-serif"
PALETTE = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442")
"""Okabe and Ito's colours, which colour-blind readers tell apart; the biggest group first."""
DARK_FILLS = frozenset({"#0072B2", "#009E73", "#D55E00"})
OTHER_FILL = "#CBD0D6"
VACANT_FILL = "#FFFFFF"
INK = "#1F2933"
FAINT = "#6B7580"

_TOOLTIP = [
    *(f"{name}:N" for name in ("tower", "floor", "level", "organisation", "group")),
    *(f"{name}:Q" for name in ("units", "desks", "people")),
]


def stack_chart(plan: Plan, scenario: Scenario) -> alt.LayerChart:
    """Return the picture of a plan: towers as stacks of floors, grouped by complex.

    A floor is as wide as its desks, on one scale for all towers. Its segments are the desks of
    one organisation each, coloured by coordinating group and labelled where the label fits;
    vacant desks are outlined and empty.
    """
    groups = Groups(plan, scenario, most=len(PALETTE))
    layout = lay_out(plan, scenario, groups)
    fills = _fills(groups)
    values = [_datum(item, fills) for item in layout.items]
    layers = [_bars(fills), *_lines(), *_labels(), *_captions(layout)]
    chart: alt.LayerChart = (
        alt.layer(*layers, data=alt.InlineData(values=values))
        .encode(**_places(layout))
        .properties(width=layout.width, height=layout.height, padding=24)
        .properties(title=_title(plan, scenario))
        .configure(font=FONT, background="white")
        .configure_view(stroke=None)
    )
    return chart


def _fills(groups: Groups) -> dict[str, str]:
    coloured = (label for label in groups.labels if label != OTHER)
    fills = dict(zip(coloured, PALETTE, strict=False))
    if OTHER in groups.labels:
        fills[OTHER] = OTHER_FILL
    return fills | {VACANT: VACANT_FILL}


def _datum(item: Item, fills: dict[str, str]) -> dict[str, Any]:
    if isinstance(item, Segment):
        dark = fills[item.group] in DARK_FILLS
        middles = {"xm": (item.x + item.x2) / 2, "ym": (item.y + item.y2) / 2}
        return {"kind": "segment", "dark": dark, **middles, **asdict(item)}
    return asdict(item)


def _places(layout: Layout) -> dict[str, Any]:
    def scale(*domain: float) -> alt.Scale:
        return alt.Scale(domain=domain, nice=False, zero=False)

    return {
        "x": alt.X("x:Q", axis=None, scale=scale(0, layout.width)),
        "y": alt.Y("y:Q", axis=None, scale=scale(layout.height, 0)),
    }


def _bars(fills: dict[str, str]) -> alt.Chart:
    vacant = alt.datum.group == VACANT
    legend = alt.Legend(
        title="Coordinating group",
        orient="top",
        direction="horizontal",
        titleFontSize=12,
        labelFontSize=12,
        symbolType="square",
        symbolSize=170,
        symbolStrokeColor=FAINT,
        symbolStrokeWidth=0.8,
        labelLimit=260,
        columnPadding=18,
        columns=len(fills),
        offset=14,
    )
    colours = alt.Scale(domain=list(fills), range=list(fills.values()))
    bars: alt.Chart = (
        alt.Chart()
        .transform_filter(alt.datum.kind == "segment")
        .mark_rect(strokeWidth=1)
        .encode(
            x2="x2:Q",
            y2="y2:Q",
            color=alt.Color("group:N", scale=colours, legend=legend),
            stroke=alt.condition(vacant, alt.value("#9AA5B1"), alt.value("white")),
            strokeDash=alt.condition(vacant, alt.value([3, 2]), alt.value([1, 0])),
            tooltip=_TOOLTIP,
        )
    )
    return bars


def _lines() -> list[alt.Chart]:
    widths = {"ground": 2.0, "rule": 1.0}
    return [
        alt.Chart()
        .transform_filter(alt.datum.kind == kind)
        .mark_rule(strokeWidth=width, color=FAINT)
        .encode(x2="x2:Q")
        for kind, width in widths.items()
    ]


def _labels() -> list[alt.Chart]:
    return [
        alt.Chart()
        .transform_filter((alt.datum.kind == "segment") & (alt.datum.dark == dark))
        .mark_text(baseline="middle", color=ink)
        .encode(x="xm:Q", y="ym:Q", text="label:N", size=alt.Size("font:Q", scale=None))
        for dark, ink in ((True, "white"), (False, INK))
    ]


def _captions(layout: Layout) -> list[alt.Chart]:
    font = layout.style.font
    looks: dict[str, dict[str, Any]] = {
        "complex": {"fontSize": font + 3, "fontWeight": "bold", "color": INK},
        "tower": {"fontSize": font + 1, "fontWeight": "bold", "color": INK},
        "load": {"fontSize": font, "color": FAINT},
        "level": {"fontSize": font, "color": FAINT, "align": "right", "baseline": "middle"},
    }
    return [
        alt.Chart()
        .transform_filter(alt.datum.kind == kind)
        .mark_text(**({"align": "left", "baseline": "alphabetic"} | look))
        .encode(text="text:N")
        for kind, look in looks.items()
    ]


def _title(plan: Plan, scenario: Scenario) -> alt.TitleParams:
    settings = scenario.settings
    people = sum(floor.people for floor in plan.floors)
    used, desks = sum(f.desks_used for f in plan.floors), sum(f.desks for f in plan.floors)
    in_use = sum(1 for floor in plan.floors if floor.desks_used)
    seated = (
        f"{people:,} people of {len(plan.organisations)} organisations, "
        f"{used:,} of {desks:,} desks used, {in_use} of {len(plan.floors)} floors"
    )
    return alt.TitleParams(
        text=shorten(settings.title or settings.name or "Stack plan", 120),
        subtitle=[seated, _worth(plan)],
        anchor="start",
        fontSize=20,
        subtitleFontSize=13,
        subtitleColor=FAINT,
        subtitlePadding=6,
        color=INK,
        offset=14,
    )


def _worth(plan: Plan) -> str:
    total, bound = plan.objective.total or 0.0, plan.bound or 0.0
    unplaced = plan.objective.unplaced_people or 0.0
    worth = f"total {total:,.0f} person-minutes a week; no plan can be below {bound:,.0f}"
    return f"{worth}; {unplaced:,.0f} people unplaced" if unplaced else worth
