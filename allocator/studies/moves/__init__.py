"""Moves from one plan to another, in steps that never overfill a floor."""

from __future__ import annotations

from allocator.studies.moves.files import TABLE, document, write_moves
from allocator.studies.moves.matching import rows_of_plan
from allocator.studies.moves.run import plan_moves
from allocator.studies.moves.types import Move, Moves
from allocator.studies.moves.verify import verify_moves

__all__ = [
    "TABLE",
    "Move",
    "Moves",
    "document",
    "plan_moves",
    "rows_of_plan",
    "verify_moves",
    "write_moves",
]
