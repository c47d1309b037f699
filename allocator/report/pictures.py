"""Every picture of a plan under its name, and how one becomes SVG, PNG or PDF.

What a picture shows is `plan.stack`'s and `report.charts`'.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import resources
from typing import Any

import altair as alt
import vl_convert

from allocator.plan.stack import stack_chart
from allocator.plan.stack_colours import COLOURINGS
from allocator.plan.types import Plan
from allocator.report.charts import costs_chart, curve_chart
from allocator.scenario.types import Scenario
from allocator.texts import Texts

FORMATS = ("svg", "png", "pdf")
SHARPNESS = 2.0
"""Pixels of a PNG by those of the picture."""


def pictures(
    plan: Plan, scenario: Scenario, say: Texts
) -> dict[str, Callable[[], alt.LayerChart]]:
    """Return what draws every picture of a plan, by name."""

    def stack(colour: str) -> Callable[[], alt.LayerChart]:
        # By a function: a name bound in a loop would be that of the last colouring for all.
        return lambda: stack_chart(plan, scenario, colour=colour, say=say)

    found: dict[str, Callable[[], alt.LayerChart]] = {
        f"stack-{colour}": stack(colour) for colour in COLOURINGS
    }
    found["costs"] = lambda: costs_chart(plan, say)
    if plan.run.trace:
        found["curve"] = lambda: curve_chart(plan.run.trace, say)
    return found


def render(spec: dict[str, Any], form: str) -> bytes:
    """Return a picture as the bytes of a file, with the fonts that come with the package.

    Parameters
    ----------
    spec
        As `plan.svg.spec_of` gives it.
    form
        One of `FORMATS`.
    """
    _register_fonts()
    if form == "svg":
        return str(vl_convert.vegalite_to_svg(spec)).encode()
    if form == "png":
        return bytes(vl_convert.vegalite_to_png(spec, scale=SHARPNESS))
    return bytes(vl_convert.vegalite_to_pdf(spec))


@cache
def _register_fonts() -> None:
    """Hand the fonts over once a process, as reading them takes longer than a small picture."""
    with resources.as_file(resources.files("allocator.report") / "fonts") as folder:
        vl_convert.register_font_directory(str(folder))
