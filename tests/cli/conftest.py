"""A small scenario in a folder, and the command line in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
Finished = subprocess.CompletedProcess[str]


@pytest.fixture
def office(tmp_path: Path) -> Path:
    """A folder with one floor of 60 desks and one unit of 50 people."""
    folder = tmp_path / "office"
    folder.mkdir()
    (folder / "floors.csv").write_text("floor_id,tower_id,level,desks\nA-1,A,1,60\n")
    (folder / "headcounts.csv").write_text("unit_id,headcount\nFinance,50\n")
    return folder


@pytest.fixture
def allocator() -> Callable[..., Finished]:
    """Run ``allocator`` with these arguments."""
    return lambda *arguments: _run("allocator.cli", *arguments)


@pytest.fixture
def planted() -> Callable[..., Finished]:
    """Run ``allocator`` with a planted search: its kind, then the arguments."""
    return lambda *arguments: _run("tests.cli.planted", *arguments)


def _run(module: str, *arguments: str | Path) -> Finished:
    command = [sys.executable, "-m", module, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
