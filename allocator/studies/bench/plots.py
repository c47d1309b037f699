"""Draws a benchmark: totals and bounds against seconds for every case, and growth with size."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import altair as alt

from allocator.plan.stack import FAINT, FONT, INK, PALETTE
from allocator.studies.bench.peers import OURSELVES, PEERS
from allocator.studies.bench.scale import Growth, Scale, SizeRow
from allocator.studies.bench.types import Attempt

WIDTH, HEIGHT, COLUMNS = 260, 170, 3
"""Pixels of a panel, and panels in a row."""
LEAST_S = 0.01
"""Seconds at which the axis begins."""
WHO = (OURSELVES, *PEERS)
COLOURS = alt.Scale(domain=list(WHO), range=list(PALETTE[: len(WHO)]))
TOTAL, BOUND = "total", "bound"
Data = list[dict[str, Any]]


def anytime_chart(attempts: Sequence[Attempt]) -> alt.VConcatChart:
    """Return total and bound against seconds, a panel for each case, a line for each seed.

    All panels share the axis of seconds, on a logarithmic scale, so that a glance compares cases.
    """
    cases: dict[tuple[str, str], list[Attempt]] = {}
    for attempt in attempts:
        cases.setdefault((attempt.family, attempt.case), []).append(attempt)
    longest_s = max((a.answer.seconds or LEAST_S for a in attempts), default=LEAST_S)
    panels = [
        _anytime(f"{family}: {name}", group, (LEAST_S, longest_s))
        for (family, name), group in cases.items()
    ]
    rows = [panels[start : start + COLUMNS] for start in range(0, len(panels), COLUMNS)]
    return _dressed(alt.vconcat(*(alt.hconcat(*row, spacing=24) for row in rows), spacing=24))


def _anytime(
    title: str, attempts: Sequence[Attempt], range_s: tuple[float, float]
) -> alt.LayerChart:
    """Return the panel of one case.

    Steps, points where a value changed, and the best known total.
    """
    data = [datum for attempt in attempts for datum in _steps(attempt)]
    base = alt.Chart(alt.InlineData(values=data))
    # A total holds until a better one is found, so lines are steps and never slopes.
    lines = base.mark_line(interpolate="step-after", strokeWidth=1.5).encode(
        x=_x("seconds:Q", "seconds", range_s),
        y=_y("value:Q", "person-minutes a week", zero=False),
        color=alt.Color("peer:N", scale=COLOURS, legend=alt.Legend(title="who")),
        detail="seed:N",
        strokeDash=alt.StrokeDash(
            "kind:N",
            scale=alt.Scale(domain=[TOTAL, BOUND], range=[[1, 0], [4, 3]]),
            legend=alt.Legend(title="line"),
        ),
    )
    ends = base.mark_point(size=22, filled=True).encode(
        x="seconds:Q", y="value:Q", color=alt.Color("peer:N", scale=COLOURS, legend=None)
    )
    return alt.LayerChart(
        layer=[lines, ends, *_best_known(attempts)],
        width=WIDTH,
        height=HEIGHT,
        title=alt.TitleParams(title, anchor="start", fontSize=11, color=INK),
    )


def _best_known(attempts: Sequence[Attempt]) -> Iterator[alt.Chart]:
    """A grey line at the total that others reached."""
    known = attempts[0].best_known
    if known is not None:
        data = alt.InlineData(values=[{"value": known}])
        yield alt.Chart(data).mark_rule(color=FAINT, strokeDash=[1, 2]).encode(y="value:Q")


def _steps(attempt: Attempt) -> Iterator[dict[str, Any]]:
    """Return points of the lines, each line carried on to the end of the solve."""
    for kind in (TOTAL, BOUND):
        known = [
            (max(LEAST_S, point.seconds), value)
            for point in attempt.answer.trace
            if (value := getattr(point, kind)) is not None
        ]
        if known:
            # Without this a line would end at its last improvement, as if the solve had ended
            # there.
            known.append((max(known[-1][0], attempt.answer.seconds or 0.0), known[-1][1]))
        # Seed and kind together, or total and bound of a seed would be joined into one line.
        for seconds, value in known:
            yield {
                "peer": attempt.peer,
                "seed": f"{attempt.seed} {kind}",
                "kind": kind,
                "seconds": seconds,
                "value": value,
            }


def scale_chart(found: Scale) -> alt.VConcatChart:
    """Return three panels: time to the first plan, memory, and the part of first-fit's total.

    The first two have logarithmic axes, on which a power law is a straight line.
    """
    figures: list[tuple[str, Callable[[SizeRow], float | None], Growth | None]] = [
        ("first valid plan, seconds", lambda row: row.first_plan_s, found.first_plan),
        ("peak memory, MB", lambda row: row.memory_mb, found.memory),
        ("total, per cent of first-fit's", lambda row: _percent(row.part_of_first_fit), None),
    ]
    panels = [
        _growth(title, [(row.units, figure(row)) for row in found.rows], fit)
        for title, figure, fit in figures
    ]
    return _dressed(alt.vconcat(alt.hconcat(*panels, spacing=24)))


def _percent(part: float | None) -> float | None:
    """Return a part in per cent; None stays None."""
    return None if part is None else 100 * part


def _growth(
    title: str, points: Sequence[tuple[int, float | None]], fit: Growth | None
) -> alt.LayerChart:
    """Points, and the line of the power law where there is one, on axes of powers."""
    data = [{"units": units, "value": value} for units, value in points if value is not None]
    ends = (min(units for units, _ in points), max(units for units, _ in points))
    x, y = _x("units:Q", "units", ends), _y("value:Q", "", zero=fit is None, log=fit is not None)
    layers = [alt.Chart(alt.InlineData(values=data)).mark_point(filled=True, color=PALETTE[0])]
    if fit is not None:
        title += f" ≈ {fit.factor:.2g} · units^{fit.exponent:.2f}"
        line = [{"units": units, "value": fit.factor * units**fit.exponent} for units in ends]
        layers.append(alt.Chart(alt.InlineData(values=line)).mark_line(color=FAINT))
    return alt.LayerChart(
        layer=[layer.encode(x=x, y=y) for layer in layers],
        width=WIDTH,
        height=HEIGHT,
        title=alt.TitleParams(title, anchor="start", fontSize=11, color=INK),
    )


def _x(field: str, title: str, ends: tuple[float, float]) -> alt.X:
    """Return a logarithmic axis between two ends."""
    scale = alt.Scale(type="log", domain=ends, nice=False)
    return alt.X(field, title=title, scale=scale, axis=alt.Axis(tickCount=5))


def _y(field: str, title: str, *, zero: bool, log: bool = False) -> alt.Y:
    """Return the vertical axis; `zero` says whether it has to begin there."""
    scale = alt.Scale(type="log") if log else alt.Scale(zero=zero)
    return alt.Y(field, title=title or None, scale=scale, axis=alt.Axis(format="~s"))


def _dressed(chart: alt.VConcatChart) -> alt.VConcatChart:
    """Return the chart in the fonts and greys of all our pictures."""
    whole: alt.VConcatChart = (
        chart.properties(padding=20)
        .configure(font=FONT, background="white")
        .configure_view(stroke=None)
        .configure_axis(labelColor=INK, titleColor=INK, gridColor="#E4E7EB", domainColor=FAINT)
        .configure_legend(labelColor=INK, titleColor=INK)
    )
    return whole
