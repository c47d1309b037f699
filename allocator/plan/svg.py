"""Charts as SVG. What they show is for those who make them.

Vega and altair are slow to import, so that happens where a chart is made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import altair


def spec_of(chart: altair.TopLevelMixin) -> dict[str, Any]:
    """Return a chart as Vega-Lite has it."""
    # Altair would check it against the schema, which takes a third of a small picture's time, and
    # finds nothing: what users write is data of a chart, and never how it is drawn.
    spec: dict[str, Any] = chart.to_dict(validate=False)
    return spec


def as_svg(chart: altair.TopLevelMixin) -> str:
    """Return a chart as SVG."""
    import vl_convert  # noqa: PLC0415 - slow to import

    svg: str = vl_convert.vegalite_to_svg(spec_of(chart))
    return svg
