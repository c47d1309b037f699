"""Draws the window of ratios: desks needed and chance of a short day against people per desk.

Shaded is what lies between the smallest ratio that fits and the largest that serves; each ratio's
point has the colour of what became of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt

from allocator.plan.stack import FAINT, FONT, INK
from allocator.scenario.settings import exact
from allocator.studies.compare.chart import outcome_fill
from allocator.studies.compare.run import groups
from allocator.studies.compare.serving import ComparisonRow, Window, window
from allocator.texts import Texts, texts

WIDTH, DESKS_HEIGHT, CHANCE_HEIGHT = 420, 170, 220
"""Pixels of a column and of its two panels."""
MARGIN = 0.04
"""Left and right of the ratios, as a share of their range."""
DASHES = [5, 4]
OPEN = "#2E7D4F"
CHANCES = {
    "short_day_peak": "#1F5FA8",
    "short_day_average": "#7FA6D6",
    "worst_short_day": "#7A4E9E",
}
"""Field and colour of each line of chances."""

Data = list[dict[str, Any]]


def window_chart(rows: Sequence[ComparisonRow], language: str = "en") -> alt.HConcatChart:
    """Return the picture in a language: a column for each scenario and scheme.

    Parameters
    ----------
    rows
        A comparison's rows; those without a plan have desks needed, and no chances.
    language
        One of `allocator.texts`; decides words and how numbers are written.
    """
    say = texts(language)
    columns = [_Column(name, members, say).chart() for name, members in groups(rows).items()]
    whole: alt.HConcatChart = (
        alt.hconcat(*columns, spacing=28)
        .properties(padding=20)
        .configure(font=FONT, background="white", locale={"number": say.locale})
        .configure_view(stroke=None)
        .configure_axis(labelColor=INK, titleColor=INK, gridColor="#E4E7EB", domainColor=FAINT)
        .configure_legend(labelColor=INK, titleColor=INK, orient="bottom", labelLimit=0)
    )
    return whole


class _Column:
    """The panels of rows that differ by the ratio alone."""

    def __init__(self, name: str, rows: Sequence[ComparisonRow], say: Texts) -> None:
        self.name, self.rows, self.say = name, rows, say
        self.window = window(rows)
        self.data = [_datum(row, say) for row in rows]
        self.scale = _scale(self.data)

    def chart(self) -> alt.VConcatChart:
        """Return the two panels, one above the other, below the window in words."""
        said = self.window.said(self.say)
        title = alt.TitleParams(
            self.name, subtitle=said, anchor="start", color=INK, subtitleColor=INK
        )
        shade = self._shade()
        chart: alt.VConcatChart = alt.vconcat(
            alt.layer(*shade, *self._desks(), width=WIDTH, height=DESKS_HEIGHT),
            alt.layer(*shade, *self._chances(), width=WIDTH, height=CHANCE_HEIGHT),
            spacing=14,
            title=title,
        )
        return chart

    def _x(self, field: str) -> alt.X:
        """Return the axis of ratios, which both panels share."""
        axis = alt.Axis(labelFlush=False)
        return alt.X(f"{field}:Q", title=self.say("window.ratio"), scale=self.scale, axis=axis)

    def _shade(self) -> list[alt.Chart]:
        """Shade the window, where it is open."""
        found: Window = self.window
        if found.fits is None or found.serves is None:
            return []
        low, high = sorted((float(found.fits), float(found.serves)))
        ends = alt.Chart(alt.InlineData(values=[{"low": low, "high": high}]))
        area = ends.mark_rect(color=OPEN, fillOpacity=0.14, stroke=OPEN, strokeOpacity=0.5)
        return [area.encode(x=self._x("low"), x2="high:Q")]

    def _desks(self) -> list[alt.Chart]:
        """Return desks needed by ratio, and a line at those that may be used."""
        base = alt.Chart(alt.InlineData(values=self.data))
        title, axis = self.say("window.desks"), alt.Axis(format=",.0f")
        needed = base.encode(x=self._x("ratio"), y=alt.Y("demand:Q", title=title, axis=axis))
        usable = base.mark_rule(color=FAINT, strokeDash=DASHES)
        return [
            needed.mark_line(color=INK),
            needed.mark_circle(size=70, opacity=1).encode(fill=outcome_fill(self.rows, self.say)),
            usable.encode(y="max(desks):Q"),
        ]

    def _chances(self) -> list[alt.Chart]:
        """Return the lines of chances by ratio, and the allowed chance as a broken line."""
        values = [
            {"ratio": datum["ratio"], "on": self.say(f"window.{field}"), "chance": datum[field]}
            for datum in self.data
            for field in CHANCES
            if datum[field] is not None
        ]
        words = [self.say(f"window.{field}") for field in CHANCES]
        height = alt.Y(
            "chance:Q",
            title=self.say("window.chance"),
            scale=alt.Scale(domain=[0, 1]),
            axis=alt.Axis(format="%"),
        )
        fills = alt.Scale(domain=words, range=list(CHANCES.values()))
        lines = alt.Chart(alt.InlineData(values=values)).mark_line(point=True)
        allowed = self.rows[0].serving.short_day_probability
        limit = alt.Chart(alt.InlineData(values=[{"chance": allowed}]))
        colour = alt.Color("on:N", title=None, scale=fills)
        return [
            lines.encode(x=self._x("ratio"), y=height, color=colour),
            limit.mark_rule(color=FAINT, strokeDash=DASHES).encode(y="chance:Q"),
        ]


def _datum(row: ComparisonRow, say: Texts) -> dict[str, Any]:
    """Return the values of a row that the panels draw."""
    return {
        "ratio": float(exact(row.people_per_desk)),
        "demand": row.outcome.demand,
        "desks": row.outcome.desks,
        "outcome": say(f"verdict.{row.verdict}"),
        **{field: getattr(row.serving, field) for field in CHANCES},
    }


def _scale(data: Data) -> alt.Scale:
    """Return the axis of ratios with a margin, also where there is only one ratio."""
    ratios = [datum["ratio"] for datum in data]
    # A single ratio has no range, so the margin is taken as it is.
    margin = MARGIN * (max(ratios) - min(ratios)) or MARGIN
    return alt.Scale(domain=[min(ratios) - margin, max(ratios) + margin], nice=False, zero=False)
