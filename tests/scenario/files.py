"""Small scenarios as files, and the problems found in them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from allocator.errors import InputError
from allocator.scenario.read import read_scenario
from allocator.scenario.types import Scenario

FLOORS = "floor_id,tower_id,level,desks\nA-1,A,1,60\nA-2,A,2,60\n"
HEADCOUNTS = "unit_id,headcount,organisation_id\nu,30,O\nv,20,O\n"


def folder(path: Path, **files: str | bytes | None) -> Path:
    """Write a scenario of two floors and two units; files replace, add, or with None leave out.

    ``headcounts="..."`` is headcounts.csv; ``toml="..."`` is scenario.toml.
    """
    for name, content in ({"floors": FLOORS, "headcounts": HEADCOUNTS} | files).items():
        target = path / ("scenario.toml" if name == "toml" else f"{name}.csv")
        if content is not None:
            target.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def read(path: Path, **files: str | bytes | None) -> Scenario:
    """Write such a folder and read it."""
    return read_scenario(folder(path, **files))


def problems(act: Callable[..., Any], *args: Any, **named: Any) -> list[str]:
    """Return the problems that a call reports, as text."""
    with pytest.raises(InputError) as caught:
        act(*args, **named)
    return [str(problem) for problem in caught.value.problems]
