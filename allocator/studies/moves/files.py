"""Writes moves.csv and moves.json. Nothing is worked out here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from allocator.plan.tables import json_text
from allocator.scenario.write import csv_text
from allocator.studies.files import write_whole
from allocator.studies.moves.types import Move, Moves

TABLE = "moves.csv"
DOCUMENT = "moves.json"


def write_moves(moves: Moves, folder: Path) -> tuple[Path, ...]:
    """Write the files, each whole, and return them.

    Raises
    ------
    InputError
        If the folder cannot be written to.
    """
    columns = tuple(Move.model_fields)
    rows = ([getattr(row, column) for column in columns] for row in moves.rows)
    contents = {TABLE: csv_text(columns, rows), DOCUMENT: json_text(document(moves))}
    for name, text in contents.items():
        write_whole(folder / name, text)
    return tuple(folder / name for name in contents)


def document(moves: Moves) -> dict[str, Any]:
    """Return the content of moves.json.

    The rows of moves.csv and what is proved of their order.
    """
    return {"schema": 1} | moves.model_dump(mode="json")
