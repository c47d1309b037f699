"""A small scenario in a folder, and the command line, in this process and in its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path

import pytest

from allocator.cli import main
from allocator.studies.pool import PoolHere
from tests.cli.planted import search_of

ROOT = Path(__file__).parents[2]
Finished = subprocess.CompletedProcess[str]
Run = Callable[..., Finished]


@pytest.fixture
def office(tmp_path: Path) -> Path:
    """A folder with one floor of 60 desks and one unit of 50 people."""
    folder = tmp_path / "office"
    folder.mkdir()
    (folder / "floors.csv").write_text("floor_id,tower_id,level,desks\nA-1,A,1,60\n")
    (folder / "headcounts.csv").write_text("unit_id,headcount\nFinance,50\n")
    return folder


@pytest.fixture
def allocator(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Finished]:
    """Run ``allocator`` with these arguments, in this process; so do its pools."""
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr("allocator.studies.pool.Pool", PoolHere)
    return _run


@pytest.fixture
def apart() -> Callable[..., Finished]:
    """Run ``allocator`` with these arguments, in a process of its own."""

    def run(*arguments: str | Path) -> Finished:
        command = [sys.executable, "-m", "allocator.cli", *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)

    return run


@pytest.fixture
def planted(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Finished]:
    """Run ``allocator`` with a planted search: its kind, then the arguments."""
    monkeypatch.chdir(ROOT)

    def run(kind: str, *arguments: str | Path) -> Finished:
        monkeypatch.setitem(sys.modules, "allocator.search.solve", search_of(kind))
        return _run(*arguments)

    return run


def _run(*arguments: str | Path) -> Finished:
    words = list(map(str, arguments))
    told, said = StringIO(), StringIO()
    with redirect_stdout(told), redirect_stderr(said):
        code = main(words)
    return subprocess.CompletedProcess(words, code, told.getvalue(), said.getvalue())
