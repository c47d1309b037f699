"""Draws a comparison: desks needed and what became of it above, costs by term below, by case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt

from allocator.plan.gap import is_bound
from allocator.plan.stack import FAINT, FONT, INK, PALETTE
from allocator.plan.types import TermName
from allocator.studies.compare.run import groups
from allocator.studies.compare.serving import ComparisonRow, Verdict
from allocator.texts import Texts, texts

STEP, BAR, DESKS_HEIGHT, COST_HEIGHT = 46, 28, 130, 260
"""Pixels: widths of a case and of its bar, heights of the two panels."""
LEAST_WIDTH = 160
SHORT = "#B3261E"
OUTCOMES = {
    Verdict.SERVES: "#2E7D4F",
    Verdict.DOES_NOT_SERVE: "#C77A12",
    Verdict.NO_PLAN_IN_TIME: "#8A94A0",
    Verdict.DOES_NOT_FIT: SHORT,
    Verdict.FAILED: "#40474F",
}
"""Colour of what became of a case."""
TERM_FILLS = dict(zip((name.value for name in TermName), PALETTE, strict=True))
HEADROOM = 1.12
"""Room above the highest bar, for the words on it."""

Data = list[dict[str, Any]]


@dataclass(frozen=True)
class Column:
    """A column of the picture: its title, that of the axis, and a datum for each case."""

    title: str
    axis: str
    data: Data


@dataclass(frozen=True)
class Scales:
    """What all columns share: highest desks, lowest and highest cost, terms and outcomes shown."""

    desks: float
    least: float
    cost: float
    terms: tuple[str, ...]
    outcomes: alt.Fill


def compare_chart(rows: Sequence[ComparisonRow]) -> alt.HConcatChart:
    """Return the picture of a comparison.

    Cases that differ by the ratio alone stand in one column, with the ratio along it; where each
    has a single ratio, all stand in one column with their names along it. Where none has a plan,
    the desks are all there is.
    """
    scales = _scales(rows)
    panels = (_desks, _costs) if scales.terms else (_desks,)
    charts = [
        alt.vconcat(
            *(panel(column, scales) for panel in panels),
            spacing=12,
            title=alt.TitleParams(column.title, anchor="middle", fontSize=14, color=INK),
        )
        for column in _columns(rows)
    ]
    whole: alt.HConcatChart = (
        alt.hconcat(*charts, spacing=28)
        .properties(padding=20)
        .configure(font=FONT, background="white")
        .configure_view(stroke=None)
        .configure_axis(labelColor=INK, titleColor=INK, gridColor="#E4E7EB", domainColor=FAINT)
        .configure_legend(labelColor=INK, titleColor=INK)
    )
    return whole


def _scales(rows: Sequence[ComparisonRow]) -> Scales:
    """Return what makes the columns comparable: the same axes and colours in all of them."""
    costs = [{name: getattr(row.outcome, name) or 0.0 for name in TERM_FILLS} for row in rows]
    desks = max(max(row.outcome.demand or 0, row.outcome.desks or 0) for row in rows)
    # Costs above and below 0 are stacked apart, as moves and placement may be savings.
    highest = max(sum(cost for cost in each.values() if cost > 0) for each in costs)
    return Scales(
        desks=desks * HEADROOM or 1,
        least=min(sum(cost for cost in each.values() if cost < 0) for each in costs),
        cost=highest * HEADROOM or 1,
        terms=tuple(name for name in TERM_FILLS if any(each[name] for each in costs)),
        outcomes=outcome_fill(rows, texts("en")),
    )


def outcome_fill(rows: Sequence[ComparisonRow], say: Texts) -> alt.Fill:
    """Return the colours of the field `outcome`, with those that occur in the legend.

    Parameters
    ----------
    rows
        Only what became of these is in the legend, always in the order of `OUTCOMES`.
    say
        Texts of the language in which the field's values are written.
    """
    there = [verdict for verdict in OUTCOMES if any(row.verdict is verdict for row in rows)]
    words = [say(f"verdict.{verdict}") for verdict in there]
    scale = alt.Scale(domain=words, range=[OUTCOMES[verdict] for verdict in there])
    return alt.Fill("outcome:N", scale=scale, legend=alt.Legend(title=None))


def _columns(rows: Sequence[ComparisonRow]) -> list[Column]:
    """Return the columns: one for each group of cases that differ by the ratio alone."""
    named = groups(rows)
    if len(named) > 1 and all(len(members) == 1 for members in named.values()):
        return [Column("", "", [_datum(members[0], name) for name, members in named.items()])]
    return [
        Column(name, "people per desk", [_datum(row, row.people_per_desk) for row in members])
        for name, members in named.items()
    ]


def _datum(row: ComparisonRow, case: str) -> dict[str, Any]:
    """Return the values of a case, with the words to be drawn on its bars."""
    found = row.outcome
    return {
        "case": case,
        "demand": found.demand,
        "desks": found.desks,
        "bound": found.bound if is_bound(found.total, found.bound) else None,
        "short": f"−{-row.spare:,}" if row.spare < 0 else "",
        "outcome": texts("en")(f"verdict.{row.verdict}"),
        "none": texts("en")(f"verdict.{row.verdict}") if found.total is None else "",
        **{name: getattr(found, name) for name in TERM_FILLS},
    }


def _x(column: Column) -> alt.X:
    """Return the axis of cases, in their order; long names are turned so as not to overlap."""
    names = [datum["case"] for datum in column.data]
    # Labels of a bar's width fit up to some six characters.
    angle = 0 if max(map(len, names), default=0) <= 6 else -40
    axis = alt.Axis(labelAngle=angle)
    return alt.X("case:N", sort=names, title=column.axis or None, axis=axis)


def _y(field: str, title: str, domain: tuple[float, float]) -> alt.Y:
    """Return an axis of which the ends are given, so that all columns have the same."""
    scale = alt.Scale(domain=domain, nice=False)
    return alt.Y(field, title=title, scale=scale, axis=alt.Axis(format=",.0f"))


def _desks(column: Column, scales: Scales) -> alt.LayerChart:
    """Desks needed for each case, against those that may be used."""
    base = alt.Chart(alt.InlineData(values=column.data)).encode(x=_x(column))
    height = _y("demand:Q", "desks needed", (0, scales.desks))
    bars = base.mark_bar(width=BAR).encode(y=height, fill=scales.outcomes)
    usable = base.mark_tick(thickness=2, color=INK, width=STEP).encode(y="desks:Q")
    words = base.mark_text(dy=-7, fontSize=9, color=SHORT).encode(y=height, text="short:N")
    return _panel(
        [bars, usable, words], "needed, (line) usable, and lacking", column, DESKS_HEIGHT
    )


def _costs(column: Column, scales: Scales) -> alt.LayerChart:
    """Total by term, stacked, with the proved bound."""
    base = alt.Chart(alt.InlineData(values=column.data)).encode(x=_x(column))
    bars = _stacks(column, scales)
    bounds = base.mark_tick(thickness=2, color=INK, width=STEP).encode(y="bound:Q")
    words = base.mark_text(angle=270, align="left", dx=8, fontSize=9, color=FAINT).encode(
        y=alt.datum(0), text="none:N"
    )
    said = "total by term, and (line) proved bound"
    return _panel([bars, bounds, words], said, column, COST_HEIGHT)


def _stacks(column: Column, scales: Scales) -> alt.Chart:
    """Return the costs of each case by term, one on top of the other."""
    values = [
        {"case": datum["case"], "term": _words(name), "cost": datum[name], "rank": rank}
        for datum in column.data
        for rank, name in enumerate(scales.terms)
        if datum[name]
    ]
    colours = alt.Scale(
        domain=[_words(name) for name in scales.terms],
        range=[TERM_FILLS[name] for name in scales.terms],
    )
    height = _y("cost:Q", "person-minutes a week", (scales.least, scales.cost))
    chart: alt.Chart = (
        alt.Chart(alt.InlineData(values=values))
        .mark_bar(width=BAR)
        .encode(
            x=_x(column),
            y=height,
            color=alt.Color("term:N", scale=colours, legend=alt.Legend(title="cost of")),
            order=alt.Order("rank:Q"),
        )
    )
    return chart


def _panel(layers: Sequence[alt.Chart], said: str, column: Column, height: int) -> alt.LayerChart:
    """Return layers as one panel, as wide as its cases need."""
    return alt.LayerChart(
        layer=list(layers),
        width=max(LEAST_WIDTH, STEP * len(column.data)),
        height=height,
        title=alt.TitleParams(said, anchor="start", fontSize=10, color=FAINT, offset=2),
    )


def _words(name: str) -> str:
    """Return a column's name as words."""
    return name.replace("_", " ")
