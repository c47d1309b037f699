"""Draws a relocation: combinations by waves, coloured by what binds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt

from allocator.plan.stack import FONT, INK
from allocator.studies.relocate.counting import Binds
from allocator.texts import Texts, texts

STEP, WIDTH = 30, 110
"""Pixels: height of a combination, width of a wave."""
COLOURS = {
    "plan": "#2E7D4F",
    Binds.DESKS: "#B3261E",
    Binds.FLATS: "#A35F00",
    Binds.BOTH: "#7A4E9E",
    Binds.PLACEMENT: "#40474F",
    "open": "#6B7580",
}
"""Colour of what became of a wave, dark enough for white figures: a plan, what binds, neither."""


def relocate_chart(rows: Sequence[dict[str, Any]], language: str = "en") -> alt.LayerChart:
    """Return the picture of the rows of relocate.csv, in a language.

    A row of tiles for each combination, a tile for each wave: its colour says what became of it,
    its figure how many people have come by then.
    """
    say = texts(language)
    values = [_datum(row, say) for row in rows]
    names = list(dict.fromkeys(value["combination"] for value in values))
    words = {kind: say(f"relocate.is_{kind}") for kind in COLOURS}
    shown = [kind for kind, word in words.items() if any(v["is"] == word for v in values)]
    scale = alt.Scale(domain=[words[k] for k in shown], range=[COLOURS[k] for k in shown])
    waves = len({value["wave"] for value in values})
    base = alt.Chart(alt.InlineData(values=values)).encode(
        x=alt.X("wave:O", title=say("relocate.wave"), axis=alt.Axis(labelAngle=0, orient="top")),
        y=alt.Y("combination:N", title=None, sort=names, axis=alt.Axis(labelLimit=420)),
    )
    tiles = base.mark_rect(stroke="white").encode(
        color=alt.Color("is:N", title=None, scale=scale, legend=alt.Legend(orient="bottom"))
    )
    people = base.mark_text(color="white", fontSize=11).encode(text="people:N")
    chart: alt.LayerChart = (
        alt.layer(tiles, people)
        .properties(
            width=waves * WIDTH, height=len(names) * STEP, title=say("relocate.title"), padding=20
        )
        .configure(font=FONT, background="white", locale={"number": say.locale})
        .configure_view(stroke=None)
        .configure_axis(labelColor=INK, titleColor=INK, domain=False, ticks=False)
        .configure_legend(labelColor=INK, labelLimit=0)
        .configure_title(color=INK, anchor="start")
    )
    return chart


def _datum(row: dict[str, Any], say: Texts) -> dict[str, Any]:
    """Return the values of a tile.

    Without anything that binds, whether there is a plan or not yet.
    """
    names = (row["unit_scenario"], row["staff_scenario"], row["family_scenario"])
    kind = row["binds"]
    if kind == Binds.NONE:
        kind = "open" if row["total"] is None else "plan"
    return {
        "combination": " + ".join(name for name in names if name),
        "wave": row["wave"],
        "is": say(f"relocate.is_{kind}"),
        "people": say.number(row["people"]),
    }
