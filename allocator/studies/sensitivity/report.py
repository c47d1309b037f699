"""Prices of demands as table, text, JSON and picture. `run` finds them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from allocator.errors import shorten
from allocator.plan.svg import as_svg
from allocator.plan.tables import json_text, write_plan
from allocator.scenario.write import csv_text
from allocator.studies.files import write_whole
from allocator.studies.sensitivity.demands import Demand, label
from allocator.studies.sensitivity.run import Sensitivity
from allocator.texts import Texts, texts

TABLE, DOCUMENT, PICTURE = "sensitivity.csv", "sensitivity.json", "sensitivity.svg"
COLUMNS = (
    "demand",
    "row",
    "subject",
    "object",
    "price",
    "lowest",
    "highest",
    "people_moved",
)
MOST_SHOWN, LONGEST = 15, 70
"""Demands shown in text, and characters of each."""


def rows(found: Sensitivity) -> list[dict[str, Any]]:
    """Return the rows of sensitivity.csv, dearest first."""
    return [price.cells for price in found.prices]


def as_json(found: Sensitivity) -> dict[str, Any]:
    """Return prices as one object, with the plan that they are measured from.

    `none_found` counts the demands whose price is within what two searches differ by.
    """
    total = found.plan.objective.total
    return {
        "schema": 1,
        "status": found.plan.status.value,
        "total": total,
        "bound": found.plan.bound,
        "demands": len(found.prices),
        "none_found": sum(not each.is_found(total or 0.0) for each in found.prices),
        "rows": rows(found),
        "plan": found.plan.as_json(),
        "seconds": found.seconds,
    }


def text(found: Sensitivity, language: str = "en") -> str:
    """Return the dearest demands in sentences, for people to read."""
    say = texts(language)
    total = found.plan.objective.total or 0.0
    # What is within the noise of two searches would read like a finding, so it is only counted.
    shown = [each for each in found.prices if each.is_found(total)]
    lines = [
        say(
            "sensitivity.total",
            total=say.number(total),
            demands=len(found.prices),
            none=len(found.prices) - len(shown),
        )
    ]
    lines += [
        say(
            "sensitivity.price",
            demand=shorten(_label(each.demand, say), LONGEST),
            price=say.number(each.price),
            lowest=say.number(each.lowest),
            highest=say.number(each.highest),
        )
        for each in shown[:MOST_SHOWN]
    ]
    if len(shown) > MOST_SHOWN:
        lines.append(say("sensitivity.more", demands=len(shown) - MOST_SHOWN))
    return "\n".join(lines) + f"\n\n{found.seconds:,.1f} s\n"


def _label(demand: Demand, say: Texts) -> str:
    """Return a demand's label with its ids."""
    return label(demand.name, (demand.subject, demand.object), say)


def write_sensitivity(found: Sensitivity, folder: Path) -> tuple[Path, ...]:
    """Write the table, sensitivity.json, the picture and the plan that prices are measured from.

    Raises
    ------
    InputError
        If the folder cannot be written to.
    """
    contents = {TABLE: csv_text(COLUMNS, (row.values() for row in rows(found)))}
    contents |= {DOCUMENT: json_text(as_json(found)), PICTURE: _picture(found)}
    for name, content in contents.items():
        write_whole(folder / name, content)
    write_plan(found.plan, folder / "plan", found.scenario)
    return tuple(folder / name for name in contents)


def _picture(found: Sensitivity) -> str:
    """Return the picture as SVG, in English and with ids."""
    from allocator.studies.sensitivity.chart import sensitivity_chart  # noqa: PLC0415 - slow to import

    chart = sensitivity_chart(as_json(found), str, texts("en"))
    return as_svg(chart)
