"""Draws what demands cost: a bar for each of the dearest, with the span that bounds leave."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import altair as alt

from allocator.errors import shorten
from allocator.plan.stack import FAINT, FONT, INK
from allocator.studies.sensitivity.demands import label
from allocator.studies.sensitivity.run import found_rows
from allocator.texts import Texts

WIDTH, STEP = 520, 22
MOST = 25
"""Bars; the others are in the table."""
LONGEST = 60
BAR = "#1F5FA8"


def sensitivity_chart(
    document: dict[str, Any], name_of: Callable[[str], str], say: Texts
) -> alt.LayerChart:
    """Return the picture of sensitivity.json; prices that searches differ by are left out.

    Parameters
    ----------
    name_of
        What people call the body or the place with an id.
    """
    shown = found_rows(document)[:MOST]
    values = [
        {
            "demand": f"{place}. {shorten(_label(row, name_of, say), LONGEST)}",
            "price": row["price"],
            "lowest": row["lowest"],
            "highest": row["highest"],
        }
        for place, row in enumerate(shown, 1)
    ]
    names = [str(value["demand"]) for value in values]
    base = alt.Chart(alt.InlineData(values=values)).encode(
        y=alt.Y("demand:N", sort=names, title=None, axis=alt.Axis(labelLimit=420))
    )
    axis = alt.Axis(format=",.0f")
    bars = base.mark_bar(color=BAR).encode(
        x=alt.X("price:Q", title=say("sensitivity.axis"), axis=axis)
    )
    spans = base.mark_rule(color=INK).encode(x="lowest:Q", x2="highest:Q")
    title = alt.TitleParams(say("sensitivity.title"), subtitle=say("sensitivity.subtitle"))
    chart: alt.LayerChart = (
        alt.layer(bars, spans)
        .properties(width=WIDTH, height=max(1, len(names)) * STEP, title=title, padding=20)
        .configure(font=FONT, background="white", locale={"number": say.locale})
        .configure_view(stroke=None)
        .configure_axis(labelColor=INK, titleColor=INK, gridColor="#E4E7EB", domainColor=FAINT)
        .configure_title(color=INK, subtitleColor=INK, anchor="start")
    )
    return chart


def _label(row: dict[str, Any], name_of: Callable[[str], str], say: Texts) -> str:
    """Return a row's label with the names that people use."""
    return label(row["demand"], [name_of(row[end]) for end in ("subject", "object")], say)
