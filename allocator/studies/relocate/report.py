"""A relocation as a table, as text, as JSON and as files. `run` finds it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from allocator.plan.svg import as_svg
from allocator.plan.tables import json_text, write_plan
from allocator.scenario.settings import decimal_text
from allocator.scenario.types import Scenario
from allocator.scenario.write import csv_text
from allocator.studies.files import write_whole
from allocator.studies.relocate.counting import Binds
from allocator.studies.relocate.run import Fitted
from allocator.texts import Texts, texts

TABLE, DOCUMENT, PICTURE, HEADCOUNTS = (
    "relocate.csv",
    "relocate.json",
    "relocate.svg",
    "headcounts.csv",
)
COLUMNS = (
    "unit_scenario",
    "staff_scenario",
    "family_scenario",
    "wave",
    "people",
    "demand",
    "desks",
    "floors",
    "flats_needed",
    "flats",
    "residents",
    "people_possible",
    "binds",
    "status",
    "total",
)


def rows(found: Sequence[Fitted]) -> list[dict[str, Any]]:
    """Return the rows of relocate.csv: a row for each wave of each combination.

    The same rows are in relocate.json and in the picture.
    """
    return [row.cells for each in found for row in each.rows]


def as_json(found: Sequence[Fitted]) -> dict[str, Any]:
    """Return the content of relocate.json: the rows, and what became of each combination."""
    return {
        "schema": 1,
        "rows": rows(found),
        "combinations": [
            {
                "unit_scenario": each.combination.unit_scenario,
                "staff_scenario": each.combination.staff_scenario,
                "family_scenario": each.combination.family_scenario,
                "fits": each.fits,
                "binds": each.binds.value,
                "groups": dict(each.combination.groups),
                "folder": folder_of(each) if each.fits else None,
            }
            for each in found
        ],
    }


def text(found: Sequence[Fitted], language: str = "en") -> str:
    """Return how many combinations fit and what keeps the others, for people to read."""
    return "\n".join(summary(as_json(found)["combinations"], texts(language))) + "\n"


def summary(combinations: Sequence[Mapping[str, Any]], say: Texts) -> list[str]:
    """Return the same of the combinations of relocate.json, in sentences.

    It takes the document and not the objects, as the service has only that at hand.
    """
    counts = Counter("fits" if each["fits"] else each["binds"] for each in combinations)
    unknown = counts.pop(Binds.NONE.value, 0)
    lines = [say("relocate.fit", fits=counts.pop("fits", 0), combinations=len(combinations))]
    lines += [say(f"relocate.kept_{binds}", combinations=n) for binds, n in counts.items()]
    return lines + ([say("relocate.kept_none", combinations=unknown)] if unknown else [])


def folder_of(fitted: Fitted) -> str:
    """Return the name of a combination's folder.

    Its names with all that a path dislikes replaced.
    """
    combination = fitted.combination
    names = (combination.unit_scenario, combination.staff_scenario, combination.family_scenario)
    return "-".join(re.sub(r"[^\w.]+", "_", name).strip("_.") for name in names if name)


def write_relocation(
    scenario: Scenario, found: Sequence[Fitted], folder: Path
) -> tuple[Path, ...]:
    """Write the table, relocate.json, the picture, and a folder for every combination that fits.

    Where a combination has several waves, each has a folder in it.

    Parameters
    ----------
    scenario
        As it was counted.
    found
        All combinations; those that do not fit have rows and no folder.

    Raises
    ------
    InputError
        If the folder cannot be written to.
    """
    table = csv_text(COLUMNS, (row.values() for row in rows(found)))
    contents = {TABLE: table, DOCUMENT: json_text(as_json(found)), PICTURE: _picture(found)}
    for name, content in contents.items():
        write_whole(folder / name, content)
    for each in found:
        if each.fits:
            _write_combination(scenario, each, folder / folder_of(each))
    return tuple(folder / name for name in contents)


def _write_combination(scenario: Scenario, fitted: Fitted, folder: Path) -> None:
    """Write the plans of a combination and the headcounts that they are for."""
    several = len(fitted.answers) > 1
    for number, answer in enumerate(fitted.answers, 1):
        assert answer is not None
        place = folder / f"wave-{number}" if several else folder
        write_plan(answer.plan, place, answer.scenario)
    write_whole(folder / HEADCOUNTS, headcounts_text(fitted))


def headcounts_text(fitted: Fitted) -> str:
    """Return the headcounts of a combination as a table, with the wave of each where several.

    It can be used as the table `headcounts` of a scenario without staff.
    """
    waves = fitted.combination.waves
    come: dict[str, int] = {}
    for counted in waves:
        come |= {r.unit_id: counted.wave for r in counted.headcounts if r.unit_id not in come}
    columns = ["unit_id", "headcount", "organisation_id", "own_desks"]
    # Columns that are empty throughout are left out.
    more = [
        name
        for name in ("people_per_desk", "attendance_share")
        if any(getattr(row, name) is not None for row in waves[-1].headcounts)
    ]
    columns += more + (["wave"] if len(waves) > 1 else [])
    lines = []
    for row in waves[-1].headcounts:
        ratio = None if row.people_per_desk is None else decimal_text(row.people_per_desk)
        cells = row.model_dump() | {"people_per_desk": ratio, "wave": come[row.unit_id]}
        lines.append([cells[column] for column in columns])
    return csv_text(columns, lines)


def _picture(found: Sequence[Fitted]) -> str:
    """Return the picture as SVG."""
    from allocator.studies.relocate.chart import relocate_chart  # noqa: PLC0415 - slow to import

    return as_svg(relocate_chart(rows(found)))
