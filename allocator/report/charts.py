"""Pictures of a plan beside its stack plan: how it came to be, and what it costs by term."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt

from allocator.plan.gap import costs, is_bound
from allocator.plan.stack import FAINT, FONT, INK, PALETTE
from allocator.plan.types import Plan, TracePoint
from allocator.texts import Texts

TOTAL, BOUND = PALETTE[0], PALETTE[5]


def curve_chart(
    trace: Sequence[TracePoint], say: Texts, *, width: int = 520, height: int = 240
) -> alt.LayerChart:
    """Return the anytime curve: best total and proved bound against seconds.

    Between two points the last one holds; before the first plan there is no total.
    """
    names = {"total": say("curve.total"), "bound": say("curve.bound")}
    values = [
        {"seconds": point.seconds, "of": names[field], "value": getattr(point, field)}
        for point in trace
        for field in names
        if getattr(point, field) is not None
        # A bound of 0, before anything is proved, would make the scale begin at 0.
        and (field == "total" or is_bound(point.total, point.bound))
    ]
    base = alt.Chart(alt.InlineData(values=values, name="trace"))
    scale = alt.Scale(domain=list(names.values()), range=[TOTAL, BOUND])
    lines = base.mark_line(interpolate="step-after", strokeWidth=2.5).encode(
        x=alt.X("seconds:Q", title=say("curve.seconds"), scale=alt.Scale(domainMin=0)),
        y=alt.Y(
            "value:Q",
            title=say("curve.minutes"),
            scale=alt.Scale(zero=False, nice=True),
            axis=alt.Axis(format=",.0f"),
        ),
        color=alt.Color("of:N", scale=scale, legend=alt.Legend(title=None, orient="top")),
    )
    chart: alt.LayerChart = _looks(alt.layer(lines), say, width, height)
    return chart


def costs_chart(plan: Plan, say: Texts, *, width: int = 520, height: int = 240) -> alt.LayerChart:
    """Return what the plan costs by term, with what is proved that no plan can avoid."""
    terms = [cost for cost in costs(plan.objective) if cost.cost or cost.bound]
    values: list[dict[str, Any]] = [
        {
            "term": say(f"term.{term.name}"),
            "cost": term.cost,
            "bound": term.bound or 0.0,
            "said": say.number(term.cost),
        }
        for term in terms
    ]
    names = [value["term"] for value in values]
    # Placement costs may be below 0.
    highest = max((abs(value["cost"]) for value in values), default=1.0)
    base = alt.Chart(alt.InlineData(values=values)).encode(
        y=alt.Y("term:N", sort=names, title=None, axis=alt.Axis(labelLimit=220, ticks=False))
    )
    across = alt.X(
        "cost:Q",
        title=say("curve.minutes"),
        axis=alt.Axis(format=",.0f", tickCount=5),
        # Room for the figures behind the longest bar.
        scale=alt.Scale(domainMax=highest * 1.18),
    )
    bars = base.mark_bar(color="#9DC3E6", height=22).encode(x=across)
    proved = base.mark_bar(color=TOTAL, height=22).encode(x="bound:Q")
    words = base.mark_text(align="left", dx=6, color=INK, fontSize=12).encode(
        x="cost:Q", text="said:N"
    )
    chart: alt.LayerChart = _looks(alt.layer(bars, proved, words), say, width, height)
    return chart


def _looks(chart: Any, say: Texts, width: int, height: int) -> Any:
    """Return a chart in the fonts, colours and numbers of all pictures."""
    return (
        chart.properties(width=width, height=height, padding=8)
        .configure(font=FONT, background="white", locale=alt.Locale(number=say.locale))
        .configure_view(stroke=None)
        .configure_axis(
            labelColor=INK,
            titleColor=FAINT,
            gridColor="#E4E7EB",
            domainColor=FAINT,
            labelFontSize=12,
            titleFontSize=12,
            titleFontWeight="normal",
        )
        .configure_legend(labelColor=INK, labelFontSize=12)
    )
