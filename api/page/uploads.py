"""Uploaded files: the scenario in them, or their tables with every problem at its row."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Any

from allocator.errors import InputError, Problem
from allocator.scenario.cells import text_table
from allocator.scenario.raw import columns_of
from allocator.scenario.read import scenario_from_files
from allocator.scenario.tables import TABLES
from allocator.scenario.workbook import sheets
from allocator.scenario.write import scenario_json
from api.page.tasks import Answer, told_of
from api.requests import Part

AROUND = 2
"""Rows shown above and below a row with a problem."""
MOST_ROWS = 200
LONGEST_CELL = 60
Grid = list[tuple[int, list[str]]]


def read(parts: tuple[Part, ...]) -> Answer:
    """Return the scenario in files, and what is known of it; or what is wrong with them."""
    files = {_holds(name or ""): (name or "", data) for _, name, data in parts if name}
    if not files:
        raise InputError([Problem("expected an .xlsx workbook or .csv tables", "upload")])
    try:
        given = scenario_from_files(files)
    except InputError as error:
        return {"problems": len(error.problems), "tables": _tables(error, files)}
    return {"scenario": json.loads(scenario_json(given)), "case": told_of(given)}


def _holds(name: str) -> str:
    """Return what a file holds, by its name: a workbook, a table, or the settings."""
    path = PurePath(name)
    if path.suffix.lower() == ".xlsx" and path.stem not in TABLES:
        return "workbook"
    return "scenario" if path.name == "scenario.toml" else path.stem


def _tables(error: InputError, files: Mapping[str, tuple[str, bytes]]) -> list[dict[str, Any]]:
    """Return every table that has problems, with the rows around them."""
    grids = _grids(files)
    found: dict[str, list[Problem]] = {}
    for problem in error.problems:
        found.setdefault(problem.table, []).append(problem)
    return [_table(place, problems, grids.get(place, [])) for place, problems in found.items()]


def _table(place: str, problems: list[Problem], grid: Grid) -> dict[str, Any]:
    wanted = {problem.row for problem in problems if problem.row is not None}
    header = grid[0] if grid else (0, [])
    near = [
        {"row": row, "cells": cells}
        for row, cells in grid[1:]
        if any(abs(row - at) <= AROUND for at in wanted)
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
                "message": problem.message,
            }
            for problem in problems
        ],
    }


def _grids(files: Mapping[str, tuple[str, bytes]]) -> dict[str, Grid]:
    """Return the cells of every table as text, by the place that problems name."""
    found: dict[str, Grid] = {}
    for holds, (name, data) in files.items():
        try:
            if name.lower().endswith(".xlsx"):
                for sheet, grid in sheets(data, name).items():
                    found[f"{name} {sheet}"] = [(row, _cells(cells)) for row, cells in grid]
            elif holds in TABLES:
                found[name] = _text_grid(holds, name, data)
        except InputError:
            continue  # it is among the problems already
    return found


def _text_grid(table: str, name: str, data: bytes) -> Grid:
    raw = text_table(table, name, data, columns_of(table))
    header = [str(column) for column in raw.header or ()]
    rows = [(row, _cells([cells.get(column, "") for column in header])) for row, cells in raw.rows]
    return [(raw.header_row or 1, header), *rows]


def _cells(cells: Sequence[Any]) -> list[str]:
    return ["" if cell is None else str(cell)[:LONGEST_CELL] for cell in cells]
