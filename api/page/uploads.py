"""Uploaded files: the scenario in them, or their tables with every problem at its row."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Any

from allocator.errors import InputError, Problem
from allocator.scenario.importing.files import read_sheets
from allocator.scenario.importing.ledger import Ledger
from allocator.scenario.read import scenario_from_files
from allocator.scenario.tables import TABLES
from allocator.scenario.types import Scenario
from allocator.scenario.write import scenario_json
from allocator.texts import Texts, texts
from allocator.texts.sentences import capital, said
from api.importing import ImportRequest, answer_of, import_of, import_request
from api.page.tasks import Answer, told_of
from api.requests import Part

AROUND = 2
"""Rows shown above and below a row with a problem."""
MOST_ROWS = 200
LONGEST_CELL = 60
_UNKNOWN = ("unknown sheet", "unknown table")
_FOREIGN = (
    *_UNKNOWN,
    "allocator import",
    "expected this table, which is missing",
    "expected this column, which is missing",
    "expected an Excel workbook",
    "expected a text file",
)
"""Words of problems that say that files are no scenario's own tables."""
Grid = list[tuple[int, list[str]]]


def read(parts: tuple[Part, ...]) -> Answer:
    """Return the scenario in files, and what is known of it; what is wrong; or what is asked.

    A scenario's own tables are read as they are. Others are a ministry's: what was understood of
    them comes, too, and in the place of a scenario the questions that are open.
    """
    if not any(name for _, name, _ in parts):
        raise InputError([Problem("expected an .xlsx workbook or .csv tables", "upload")])
    request = import_request(parts)
    say = texts(next((data.decode() for name, _, data in parts if name == "language"), ""))
    held = {_holds(name): (name, data) for name, data in request.files.items()}
    try:
        return _case(scenario_from_files(held, for_relocation=True), say)
    except InputError as error:
        messages = " ".join(problem.message for problem in error.problems)
        if not any(words in messages for words in _FOREIGN):
            return _problems(error.problems, request.files, say)
        own = error.problems if not any(words in messages for words in _UNKNOWN) else ()
    return _imported(request, own, say)


def _imported(request: ImportRequest, own: Sequence[Problem], say: Texts) -> Answer:
    """Return what an import understands; where nothing, what is wrong with a scenario's tables."""
    try:
        imported = import_of(request)
    except InputError as error:
        return _problems(own or error.problems, request.files, say)
    answer = answer_of(imported, request)
    return answer if imported.scenario is None else answer | _case(imported.scenario, say)


def _case(scenario: Scenario, say: Texts) -> dict[str, Any]:
    return {"scenario": json.loads(scenario_json(scenario)), "case": told_of(scenario, say)}


def _problems(problems: Sequence[Problem], files: Mapping[str, bytes], say: Texts) -> Answer:
    return {"problems": len(problems), "tables": _tables(problems, files, say)}


def _holds(name: str) -> str:
    """Return what a file holds, by its name: a workbook, a table, or the settings."""
    path = PurePath(name)
    if path.suffix.lower() == ".xlsx" and path.stem not in TABLES:
        return "workbook"
    return "scenario" if path.name == "scenario.toml" else path.stem


def _tables(
    problems: Sequence[Problem], files: Mapping[str, bytes], say: Texts
) -> list[dict[str, Any]]:
    """Return every table that has problems, with the rows around them."""
    grids = _grids(files)
    found: dict[str, list[Problem]] = {}
    for problem in problems:
        found.setdefault(problem.table, []).append(problem)
    return [_table(place, each, grids.get(place, []), say) for place, each in found.items()]


def _table(place: str, problems: list[Problem], grid: Grid, say: Texts) -> dict[str, Any]:
    wanted = {problem.row for problem in problems if problem.row is not None}
    named = {problem.column for problem in problems} - {""}
    header = next((each for each in grid if named & set(each[1])), grid[0] if grid else (0, []))
    near = [
        {"row": row, "cells": cells}
        for row, cells in grid
        if row != header[0] and any(abs(row - at) <= AROUND for at in wanted)
    ]
    return {
        "name": place,
        "header": header[1],
        "rows": near[:MOST_ROWS],
        "problems": [
            {
                "row": problem.row,
                "column": problem.column,
                "value": problem.value,
                "message": capital(said(problem.message, say)),
            }
            for problem in problems
        ],
    }


def _grids(files: Mapping[str, bytes]) -> dict[str, Grid]:
    """Return the cells of every table as text, by the place that problems name."""
    return {
        sheet.place: [
            (row, _cells(cells)) for row, cells in enumerate(sheet.cells, 1) if any(cells)
        ]
        for sheet in read_sheets(files, Ledger())
    }


def _cells(cells: Sequence[Any]) -> list[str]:
    return ["" if cell is None else _text(cell)[:LONGEST_CELL] for cell in cells]


def _text(cell: Any) -> str:
    """Return a cell as a workbook shows it: whole numbers have no decimals."""
    return str(int(cell) if isinstance(cell, float) and cell.is_integer() else cell)
