"""Draws rotas: chances of a short day by floor before and after, and what all-hands days cost."""

from __future__ import annotations

from typing import Any

import altair as alt

from allocator.plan.stack import FAINT, FONT, INK
from allocator.texts import Texts, texts

WIDTH, HEIGHT = 420, 240
"""Pixels of a panel."""
BEFORE, AFTER = "#C77A12", "#1F5FA8"


def rotas_chart(document: dict[str, Any], language: str = "en") -> alt.HConcatChart:
    """Return the picture of the content of rotas.json, in a language.

    Floors are ranked before and after by themselves: a line that lies lower is better everywhere,
    whichever floors changed places.
    """
    say = texts(language)
    chart: alt.HConcatChart = (
        alt.hconcat(_floors(document, say), _curve(document, say), spacing=40)
        .properties(padding=20)
        .configure(font=FONT, background="white", locale={"number": say.locale})
        .configure_view(stroke=None)
        .configure_axis(labelColor=INK, titleColor=INK, gridColor="#E4E7EB", domainColor=FAINT)
        .configure_legend(labelColor=INK, title=None, orient="bottom", labelLimit=0)
        .configure_title(color=INK, anchor="start")
        .resolve_scale(color="independent")
    )
    return chart


def _floors(document: dict[str, Any], say: Texts) -> alt.Chart:
    """Draw each floor's chance on its worst day, the worst first, with both kinds of weeks."""
    kinds = {"before": say("rotas.before_word"), "after": say("rotas.after_word")}
    values = [
        {"place": place, "chance": chance, "when": word}
        for when, word in kinds.items()
        for place, chance in enumerate(
            sorted((row[f"short_day_peak_{when}"] for row in document["floors"]), reverse=True), 1
        )
    ]
    colours = alt.Scale(domain=list(kinds.values()), range=[BEFORE, AFTER])
    chart: alt.Chart = (
        alt.Chart(
            alt.InlineData(values=values),
            title=say("rotas.floors_chart"),
            width=WIDTH,
            height=HEIGHT,
        )
        .mark_line(point=True)
        .encode(
            x=alt.X("place:Q", title=say("rotas.floors_axis"), axis=alt.Axis(format="d")),
            y=alt.Y("chance:Q", title=say("rotas.chance_axis"), axis=alt.Axis(format="%")),
            color=alt.Color("when:N", scale=colours),
        )
    )
    return chart


def _curve(document: dict[str, Any], say: Texts) -> alt.Chart:
    """Draw how many find no desk against all-hands days, as far as it was looked for."""
    values = [
        {"days": point["all_hands_days_per_person"], "without": point["without_desk_peak"]}
        for point in document["curve"]
    ]
    chart: alt.Chart = (
        alt.Chart(
            alt.InlineData(values=values), title=say("rotas.curve"), width=WIDTH, height=HEIGHT
        )
        .mark_line(point=True, color=AFTER)
        .encode(
            x=alt.X("days:Q", title=say("rotas.days_axis")),
            y=alt.Y("without:Q", title=say("rotas.without_axis")),
            order="days:Q",
        )
    )
    return chart
