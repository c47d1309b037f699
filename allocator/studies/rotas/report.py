"""Rotas as text, as JSON, as tables and a picture. `run` finds them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from allocator.plan.serving import serving_sentences
from allocator.plan.svg import as_svg
from allocator.plan.tables import json_text
from allocator.plan.types import AreaKind, Service
from allocator.scenario.presence import WEEKDAYS
from allocator.scenario.write import csv_text
from allocator.studies.files import write_whole
from allocator.studies.rotas.master import Aim
from allocator.studies.rotas.run import Rotas
from allocator.texts import Texts, texts

TABLE, WEEKS, FLOORS, DOCUMENT, PICTURE = (
    "rotas.csv",
    "weeks.csv",
    "rota_floors.csv",
    "rotas.json",
    "rotas.svg",
)
MOST_DAYS = 3
AIM_NAMES = ("floors_short", "all_hands_days", "without_desk_peak", "people_changed")
"""The aims as files name them, in their order; all-hands days are times people."""


def text(found: Rotas, language: str = "en") -> str:
    """Return how the plan serves before and after, and what is proved, for people to read."""
    say = texts(language)
    blocks = [
        say("rotas.before") + "\n" + _indented(serving_sentences(found.before, say)),
        say("rotas.after") + "\n" + _indented(serving_sentences(found.after, say)),
        _indented(days_sentences(found, say), ""),
        _indented(proof_sentences(found, say), ""),
    ]
    return "\n\n".join(blocks) + f"\n\n{found.seconds:,.1f} s\n"


def _indented(lines: Sequence[str], margin: str = "  ") -> str:
    """Return lines below one another, each moved in."""
    return "\n".join(margin + line for line in lines)


def days_sentences(found: Rotas, say: Texts) -> list[str]:
    """Return how many people have how many all-hands days, and whose week changes."""
    share = found.scenario.settings.rotas.all_hands_share
    said = [say("rotas.what", share=say.percent(share))]
    for days in range(1, MOST_DAYS + 1):
        people = found.with_days(days)
        of = say.percent(people / found.people if found.people else 0.0)
        said.append(say("rotas.days", days=days, people=say.number(people), share=of))
    said.append(say("rotas.changed", people=say.number(found.score.changed)))
    return said


def proof_sentences(found: Rotas, say: Texts) -> list[str]:
    """Return what is proved of each aim, the aims before it being as good.

    All-hands days are said per person, as nobody can judge days times people.
    """
    people = max(1, found.people)
    hands, most = -found.score.minus_hands, -found.bounds[Aim.HANDS]
    return [
        say(
            "rotas.proof_floors",
            found=found.score.short_floors,
            least=say.number(round(found.bounds[Aim.SHORT_FLOORS])),
        ),
        say(
            "rotas.proof_hands",
            found=say.number(hands / people, 2),
            most=say.number(most / people, 2),
        ),
        say(
            "rotas.proof_without",
            found=say.number(found.score.without_desk, 1),
            least=say.number(found.bounds[Aim.WITHOUT_DESK], 1),
        ),
    ]


def as_json(found: Rotas) -> dict[str, Any]:
    """Return rotas as one object: weeks, floors, aims with bounds, and the curve."""
    return {
        "schema": 1,
        "by": found.by,
        "people": found.people,
        "before": _figures(found.before),
        "after": _figures(found.after),
        "aims": _aims(found),
        "people_with_days": {str(d): found.with_days(d) for d in range(1, MOST_DAYS + 1)},
        "curve": [
            {
                "all_hands_days": hands,
                "all_hands_days_per_person": hands / max(1, found.people),
                "without_desk_peak": without,
            }
            for hands, without in found.curve
        ],
        "weeks": list(found.weeks.records()),
        "floors": _floor_rows(found),
        "rotas": _rota_rows(found),
        "seconds": found.seconds,
    }


def _figures(service: Service) -> dict[str, Any]:
    """Return how a plan serves, in the figures that are compared."""
    return {
        "floors": service.floors,
        "floors_short": service.floors_short,
        "peak_weekday": service.peak_weekday,
        "without_desk_peak": service.without_desk_peak,
        "present_peak": service.present_peak,
        "worst_floor": service.worst_floor,
    }


def _aims(found: Rotas) -> list[dict[str, Any]]:
    """Return value and bound of each aim, before and after."""
    # All-hands days are kept negative, so that less is better everywhere.
    signs = (1, -1, 1, 1)
    return [
        {
            "aim": name,
            "before": sign * found.score_before[aim],
            "value": sign * found.score[aim],
            "bound": sign * found.bounds[aim],
        }
        for aim, name, sign in zip(Aim, AIM_NAMES, signs, strict=True)
    ]


def _rota_rows(found: Rotas) -> list[dict[str, Any]]:
    """Return the rows of rotas.csv, which can be used as the table `rotas`."""
    return [
        {"unit_id": row.unit_id, **dict(zip(WEEKDAYS, row.week, strict=True))}
        for row in found.scenario.rotas
    ]


def _floor_rows(found: Rotas) -> list[dict[str, Any]]:
    """Return each floor in use before and after, the worst before first."""
    after = {a.area_id: a for a in found.after.areas if a.kind is AreaKind.FLOOR}
    names = ("peak_weekday", "present_peak", "short_day_peak", "without_desk_peak")
    return [
        {"floor_id": area.area_id, "people": area.people}
        | {f"{name}_before": getattr(area, name) for name in names}
        | {f"{name}_after": getattr(after[area.area_id], name) for name in names}
        for area in found.before.areas
        if area.kind is AreaKind.FLOOR
    ]


def tables(found: Rotas) -> dict[str, list[dict[str, Any]]]:
    """Return the tables by the name of their file."""
    return {
        TABLE: _rota_rows(found),
        WEEKS: list(found.weeks.records()),
        FLOORS: _floor_rows(found),
    }


def write_rotas(found: Rotas, folder: Path) -> tuple[Path, ...]:
    """Write the tables, rotas.json and the picture, each whole, and return them.

    Raises
    ------
    InputError
        If the folder cannot be written to.
    """
    contents = {name: _csv(rows) for name, rows in tables(found).items()}
    contents |= {DOCUMENT: json_text(as_json(found)), PICTURE: _picture(found)}
    for name, content in contents.items():
        write_whole(folder / name, content)
    return tuple(folder / name for name in contents)


def _csv(rows: Sequence[dict[str, Any]]) -> str:
    """Return rows as CSV, with the names of the first as header."""
    columns = tuple(rows[0]) if rows else ()
    return csv_text(columns, (row.values() for row in rows))


def _picture(found: Rotas) -> str:
    """Return the picture as SVG."""
    from allocator.studies.rotas.chart import rotas_chart  # noqa: PLC0415 - slow to import

    return as_svg(rotas_chart(as_json(found)))
