"""Writes a restack: restack.csv, restack.json, the picture, and a folder for each point."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from allocator.plan.svg import as_svg
from allocator.plan.tables import json_text, write_plan
from allocator.scenario.types import Scenario
from allocator.scenario.write import csv_text
from allocator.studies.files import write_whole
from allocator.studies.moves import write_moves
from allocator.studies.restack.run import Point, Restack

TABLE = "restack.csv"
DOCUMENT = "restack.json"
CHART = "restack.svg"


def write_restack(found: Restack, folder: Path, scenario: Scenario) -> tuple[Path, ...]:
    """Write the files of a restack and return those of the folder itself.

    Points of an earlier run are removed.

    Raises
    ------
    InputError
        If the folder cannot be written to.
    """
    # A shorter curve would leave folders beside it that belong to no row.
    for stale in folder.glob("point-[0-9][0-9]"):
        shutil.rmtree(stale, ignore_errors=True)
    for point, plan, moves in zip(found.points, found.plans, found.moves, strict=True):
        write_plan(plan, folder / point.folder, scenario)
        if moves is not None:
            write_moves(moves, folder / point.folder)
    contents = {TABLE: table(found), DOCUMENT: json_text(document(found))}
    if found.points:
        contents[CHART] = _picture(found, scenario)
    else:
        (folder / CHART).unlink(missing_ok=True)
    for name, text in contents.items():
        write_whole(folder / name, text)
    return tuple(folder / name for name in contents)


def table(found: Restack) -> str:
    """Return the content of restack.csv: a row for each point, fewest people moved first."""
    columns = tuple(Point.model_fields)
    rows = ([getattr(point, column) for column in columns] for point in found.points)
    return csv_text(columns, rows)


def document(found: Restack) -> dict[str, Any]:
    """Return the content of restack.json: the points, and of the moves to each what they take."""
    kept = ("steps", "people_elsewhere", "people_twice", "fewest_temporary", "notes")
    return {
        "schema": 1,
        "status": found.status.value,
        "least_moved_bound": found.least_moved_bound,
        "reasons": [reason.model_dump(mode="json") for reason in found.reasons],
        "points": [point.model_dump(mode="json") for point in found.points],
        "moves": [
            None if moves is None else {name: getattr(moves, name) for name in kept}
            for moves in found.moves
        ],
    }


def _picture(found: Restack, scenario: Scenario) -> str:
    """Return the picture as SVG, titled by the scenario's title or its name."""
    from allocator.studies.restack.chart import restack_chart  # noqa: PLC0415 - slow to import

    settings = scenario.settings
    chart = restack_chart(found.points, settings.title or settings.name)
    return as_svg(chart)
