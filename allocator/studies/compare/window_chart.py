"""Draws the window of ratios: desks needed and chance of a short day against people per desk.

Shaded is what lies between the smallest ratio that fits and the largest that serves.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt

from allocator.plan.stack import FAINT, FONT, INK
from allocator.scenario.settings import exact
from allocator.studies.compare.chart import SHORT
from allocator.studies.compare.run import Row, groups
from allocator.studies.compare.serving import Window, window

WIDTH, DESKS_HEIGHT, CHANCE_HEIGHT = 420, 170, 220
"""Pixels of a column and of its two panels."""
MARGIN = 0.04
"""Left and right of the ratios, as a share of their range."""
AXIS = "people per desk"
DASHES = [5, 4]
OPEN = "#2E7D4F"
CHANCES = {
    "short_day_peak": ("peak weekday", "#1F5FA8"),
    "short_day_average": ("average weekday", "#7FA6D6"),
    "worst_short_day": ("worst pool, peak weekday", "#C77A12"),
}
"""Field, words and colour of each line of chances."""

Data = list[dict[str, Any]]


def window_chart(rows: Sequence[Row]) -> alt.HConcatChart:
    """Return the picture: a column for each scenario and scheme."""
    whole: alt.HConcatChart = (
        alt.hconcat(
            *(_column(name, members) for name, members in groups(rows).items()), spacing=28
        )
        .properties(padding=20)
        .configure(font=FONT, background="white")
        .configure_view(stroke=None)
        .configure_axis(labelColor=INK, titleColor=INK, gridColor="#E4E7EB", domainColor=FAINT)
        .configure_legend(labelColor=INK, titleColor=INK, orient="bottom")
    )
    return whole


def _column(name: str, rows: Sequence[Row]) -> alt.VConcatChart:
    found = window(rows)
    data = [_datum(row) for row in rows]
    scale = _scale(data)
    shade = _shade(found, scale)
    allowed = rows[0].serving.short_day_probability
    title = alt.TitleParams(
        name, subtitle=str(found), anchor="start", color=INK, subtitleColor=INK
    )
    chart: alt.VConcatChart = alt.vconcat(
        alt.layer(*shade, *_desks(data, scale), width=WIDTH, height=DESKS_HEIGHT),
        alt.layer(*shade, *_chances(data, scale, allowed), width=WIDTH, height=CHANCE_HEIGHT),
        spacing=14,
        title=title,
    )
    return chart


def _datum(row: Row) -> dict[str, Any]:
    return {
        "ratio": float(exact(row.people_per_desk)),
        "demand": row.outcome.demand,
        "desks": row.outcome.desks,
        **{field: getattr(row.serving, field) for field in CHANCES},
    }


def _scale(data: Data) -> alt.Scale:
    ratios = [datum["ratio"] for datum in data]
    margin = MARGIN * (max(ratios) - min(ratios)) or MARGIN
    return alt.Scale(domain=[min(ratios) - margin, max(ratios) + margin], nice=False, zero=False)


def _x(field: str, scale: alt.Scale) -> alt.X:
    return alt.X(f"{field}:Q", title=AXIS, scale=scale, axis=alt.Axis(labelFlush=False))


def _shade(found: Window, scale: alt.Scale) -> list[alt.Chart]:
    """Shade the window, or, in another colour, the gap where no ratio does both."""
    if found.fits is None or found.serves is None:
        return []
    low, high = sorted((float(found.fits), float(found.serves)))
    ends = alt.Chart(alt.InlineData(values=[{"low": low, "high": high}]))
    colour = OPEN if found.is_open else SHORT
    area = ends.mark_rect(color=colour, fillOpacity=0.14, stroke=colour, strokeOpacity=0.5)
    return [area.encode(x=_x("low", scale), x2="high:Q")]


def _desks(data: Data, scale: alt.Scale) -> list[alt.Chart]:
    base = alt.Chart(alt.InlineData(values=data))
    height = alt.Y(
        "demand:Q", title="desks: needed, (dashed) usable", axis=alt.Axis(format=",.0f")
    )
    needed = base.mark_line(color=INK, point=alt.OverlayMarkDef(color=INK))
    usable = base.mark_rule(color=FAINT, strokeDash=DASHES)
    return [
        needed.encode(x=_x("ratio", scale), y=height),
        usable.encode(y="max(desks):Q"),
    ]


def _chances(data: Data, scale: alt.Scale, allowed: float) -> list[alt.Chart]:
    values = [
        {"ratio": datum["ratio"], "on": words, "chance": datum[field]}
        for datum in data
        for field, (words, _) in CHANCES.items()
        if datum[field] is not None
    ]
    words, colours = zip(*CHANCES.values(), strict=True)
    height = alt.Y(
        "chance:Q",
        title="chance of a short day, (dashed) allowed",
        scale=alt.Scale(domain=[0, 1]),
        axis=alt.Axis(format="%"),
    )
    fills = alt.Scale(domain=list(words), range=list(colours))
    lines = alt.Chart(alt.InlineData(values=values)).mark_line(point=True)
    limit = alt.Chart(alt.InlineData(values=[{"chance": allowed}]))
    return [
        lines.encode(
            x=_x("ratio", scale),
            y=height,
            color=alt.Color("on:N", title=None, scale=fills),
        ),
        limit.mark_rule(color=FAINT, strokeDash=DASHES).encode(y="chance:Q"),
    ]
