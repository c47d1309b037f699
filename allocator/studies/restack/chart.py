"""Draws the curve: what a plan costs against how many people move to reach it."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt

from allocator.plan.stack import FAINT, FONT, INK
from allocator.studies.restack.run import Point
from allocator.texts import Texts, texts

WIDTH, HEIGHT = 560, 320
"""Pixels of the picture."""
LINE, PROVED, KNEE = "#1F5FA8", "#8A94A0", "#C77A12"
DASHES = [5, 4]


def restack_chart(points: Sequence[Point], name: str, language: str = "en") -> alt.LayerChart:
    """Return the picture in a language, with the proved bound below and the knee marked.

    Parameters
    ----------
    points
        Of a curve, at least one, fewest people moved first.
    name
        Of the scenario, for the title.
    """
    say = texts(language)
    fills = alt.Scale(
        domain=[say("restack.plan"), say("restack.knee"), say("restack.bound")],
        range=[LINE, KNEE, PROVED],
    )
    # The bound first, so that plans are drawn over it.
    layers = [*_bound(points, say, fills), *_plans(points, say, fills), _least(points, say)]
    title = alt.TitleParams(say("restack.title", name=name), anchor="start", color=INK)
    chart: alt.LayerChart = (
        alt.layer(*layers, width=WIDTH, height=HEIGHT, title=title)
        .properties(padding=20)
        .configure(font=FONT, background="white", locale={"number": say.locale})
        .configure_view(stroke=None)
        .configure_axis(labelColor=INK, titleColor=INK, gridColor="#E4E7EB", domainColor=FAINT)
        .configure_legend(labelColor=INK, titleColor=INK, orient="bottom", labelLimit=0)
    )
    return chart


def _plans(points: Sequence[Point], say: Texts, fills: alt.Scale) -> list[alt.Chart]:
    """Return the curve.

    A line through the plans and a dot for each, the knee in its own colour.
    """
    values = [
        {
            "moved": point.people_moved,
            "total": point.total_without_moves,
            "kind": say("restack.knee" if point.knee else "restack.plan"),
        }
        for point in points
    ]
    base = alt.Chart(alt.InlineData(values=values)).encode(
        x=_x(say), y=_y("total", points, say), order="moved:Q"
    )
    colour = alt.Color("kind:N", title=None, scale=fills)
    return [
        base.mark_line(color=LINE),
        base.mark_circle(size=90, opacity=1).encode(color=colour),
    ]


def _bound(points: Sequence[Point], say: Texts, fills: alt.Scale) -> list[alt.Chart]:
    """Return the proved bound as a broken line below the curve."""
    values = [
        {"moved": point.people_moved, "total": point.bound, "kind": say("restack.bound")}
        for point in points
    ]
    base = alt.Chart(alt.InlineData(values=values)).mark_line(strokeDash=DASHES, color=PROVED)
    colour = alt.Color("kind:N", title=None, scale=fills)
    return [base.encode(x=_x(say), y=_y("total", points, say), color=colour)]


def _least(points: Sequence[Point], say: Texts) -> alt.Chart:
    """Return a line at the fewest people who have to move."""
    values = [{"moved": points[0].least_moved_bound, "words": say("restack.least")}]
    chart: alt.Chart = (
        alt.Chart(alt.InlineData(values=values))
        .mark_rule(color=FAINT, strokeDash=DASHES)
        .encode(x="moved:Q", tooltip="words:N")
    )
    return chart


def _x(say: Texts) -> alt.X:
    """Return the axis of people moved; it need not begin at 0."""
    return alt.X("moved:Q", title=say("restack.moved"), scale=alt.Scale(zero=False))


def _y(field: str, points: Sequence[Point], say: Texts) -> alt.Y:
    """Return the axis of totals, with room for the bound below and a margin."""
    # The axis need not begin at 0: what moves buy is a small part of the total.
    low = min(min(point.bound, point.total_without_moves) for point in points)
    high = max(point.total_without_moves for point in points)
    margin = 0.05 * (high - low) or 1.0
    scale = alt.Scale(domain=[low - margin, high + margin], nice=False, zero=False)
    return alt.Y(f"{field}:Q", title=say("restack.total"), scale=scale)
