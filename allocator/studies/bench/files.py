"""Writes a benchmark: the report, the figures as tables, and the pictures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from allocator.plan.svg import as_svg
from allocator.scenario.write import csv_text
from allocator.studies.bench.lines import lines
from allocator.studies.bench.protocol import Protocol
from allocator.studies.bench.report import report
from allocator.studies.bench.scale import Scale, scale
from allocator.studies.bench.types import Answer, Attempt
from allocator.studies.files import write_whole

REPORT = "benchmarks.md"
TABLE = "benchmarks.csv"
TRACE = "benchmarks-trace.csv"
ANYTIME = "benchmarks-anytime.svg"
GROWTH = "benchmarks-growth.svg"
COLUMNS = (
    *(name for name in Attempt.model_fields if name != "answer"),
    "above_best",
    *(name for name in Answer.model_fields if name != "trace"),
)
TRACE_COLUMNS = ("family", "case", "peer", "seed", "seconds", "total", "bound")


def write_bench(attempts: Sequence[Attempt], said: Protocol, folder: Path) -> tuple[Path, ...]:
    """Write the files of a benchmark, each whole, and return them.

    Raises
    ------
    InputError
        If the folder cannot be written to.
    """
    found = scale(lines(attempts))
    contents = {
        REPORT: report(attempts, said, found, ANYTIME, GROWTH),
        TABLE: csv_text(
            COLUMNS, ([row[name] for name in COLUMNS] for row in map(cells, attempts))
        ),
        TRACE: csv_text(TRACE_COLUMNS, _trace(attempts)),
        **_pictures(attempts, found),
    }
    for name, text in contents.items():
        write_whole(folder / name, text)
    return tuple(folder / name for name in contents)


def document(attempts: Sequence[Attempt], said: Protocol) -> dict[str, Any]:
    """Return a benchmark as one JSON object.

    Its rows are those of the table; `growth` holds a row for each size of country and the fitted
    power laws. The traces are left out, since they are many times as long.
    """
    return {
        "schema": 1,
        "protocol": said.model_dump(mode="json"),
        "rows": [cells(attempt) for attempt in attempts],
        "growth": scale(lines(attempts)).model_dump(mode="json"),
    }


def cells(attempt: Attempt) -> dict[str, Any]:
    """Return an attempt as the values of a row, by the names of `COLUMNS`."""
    found: dict[str, Any] = attempt.model_dump(mode="json")
    answer: dict[str, Any] = found.pop("answer")
    # It has a table of its own, as it is many rows for one attempt.
    del answer["trace"]
    return found | answer | {"above_best": attempt.above_best}


def _trace(attempts: Sequence[Attempt]) -> list[tuple[Any, ...]]:
    """Return the rows of the trace: one for every point of every attempt."""
    return [
        (a.family, a.case, a.peer, a.seed, point.seconds, point.total, point.bound)
        for a in attempts
        for point in a.answer.trace
    ]


def _pictures(attempts: Sequence[Attempt], found: Scale) -> dict[str, str]:
    """Return the pictures as SVG by file name; growth only where countries were run."""
    from allocator.studies.bench.plots import anytime_chart, scale_chart  # noqa: PLC0415 - slow to import

    charts = {ANYTIME: anytime_chart(attempts)}
    if found.rows:
        charts[GROWTH] = scale_chart(found)
    return {name: as_svg(chart) for name, chart in charts.items()}
