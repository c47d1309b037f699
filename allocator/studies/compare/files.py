"""Writes a comparison: compare.csv, compare.json and the pictures. Nothing is worked out here."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from allocator.plan.svg import as_svg
from allocator.plan.tables import json_text
from allocator.scenario.write import csv_text
from allocator.studies.compare.serving import ComparisonRow, Serving
from allocator.studies.files import write_whole
from allocator.studies.outcome import Outcome

TABLE = "compare.csv"
DOCUMENT = "compare.json"
CHART = "compare.svg"
WINDOW = "window.svg"
FILES = (TABLE, DOCUMENT, CHART, WINDOW)
COLUMNS = (
    *(name for name in ComparisonRow.model_fields if name not in ("outcome", "serving")),
    *Outcome.model_fields,
    *Serving.model_fields,
)


def write_comparison(rows: Sequence[ComparisonRow], folder: Path) -> tuple[Path, ...]:
    """Write the files of a comparison, each whole, and return them.

    Raises
    ------
    InputError
        If the folder cannot be written to.
    """
    cells = [row.cells for row in rows]
    contents = {
        TABLE: csv_text(COLUMNS, ([row[column] for column in COLUMNS] for row in cells)),
        DOCUMENT: json_text(document(rows)),
        **_pictures(rows),
    }
    for name, text in contents.items():
        write_whole(folder / name, text)
    return tuple(folder / name for name in contents)


def document(rows: Sequence[ComparisonRow]) -> dict[str, Any]:
    """Return the content of compare.json: the rows of compare.csv, with types."""
    return {"schema": 1, "rows": [row.cells for row in rows]}


def _pictures(rows: Sequence[ComparisonRow]) -> dict[str, str]:
    """Return the pictures as SVG by file name. Drawing is imported here, as it is slow to load."""
    from allocator.studies.compare.chart import compare_chart  # noqa: PLC0415 - slow to import
    from allocator.studies.compare.window_chart import window_chart  # noqa: PLC0415

    charts = {CHART: compare_chart(rows), WINDOW: window_chart(rows)}
    return {name: as_svg(chart) for name, chart in charts.items()}
