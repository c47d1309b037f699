"""`allocator batch`: what is printed and written, and its exit codes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from allocator.cli.common import most_serious
from tests.cli.conftest import Finished

Run = Callable[..., Finished]
QUICK = ("--time-limit", "60", "--workers", "1")


@pytest.fixture
def tables(tmp_path: Path) -> Path:
    """A folder with a table that fits the office and one that is bad."""
    folder = tmp_path / "tables"
    folder.mkdir()
    (folder / "small.csv").write_text("unit_id,headcount\nFinance,30\n")
    (folder / "wrong.csv").write_text("unit_id,headcount\nFinance,thirty\n")
    return folder


def test_every_table_is_done_and_the_most_serious_code_is_left(
    allocator: Run, office: Path, tables: Path, tmp_path: Path
) -> None:
    """One bad table makes it exit code 2; the other is solved and written all the same."""
    out = tmp_path / "out"
    done = allocator("batch", office, tables, "--out", out, *QUICK)
    assert done.returncode == 2
    assert "2 tables: 1 optimal, 1 bad_input" in done.stdout
    assert (out / "small" / "placements.csv").exists()
    assert done.stderr == "allocator: at most 2:04 for 2 tables\n"


def test_json_is_the_summary(allocator: Run, office: Path, tables: Path, tmp_path: Path) -> None:
    """--json prints the rows of the summary as one object."""
    table = tables / "small.csv"
    done = allocator("batch", office, table, "--out", tmp_path / "out", "--json", *QUICK)
    assert done.returncode == 0
    (row,) = json.loads(done.stdout)["rows"]
    assert (row["file"], row["status"], row["people"]) == (str(table), "optimal", 30)


def test_a_path_that_does_not_exist_is_refused(
    allocator: Run, office: Path, tmp_path: Path
) -> None:
    """A slip in a path is exit code 2 before anything is begun."""
    done = allocator("batch", office, tmp_path / "nowhere", "--out", tmp_path / "out")
    assert done.returncode == 2
    assert "nowhere" in done.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("statuses", "code"),
    [
        ([], 0),
        (["optimal", "feasible"], 0),
        (["feasible", "unknown"], 4),
        (["unknown", "infeasible"], 1),
        (["infeasible", "bad_input"], 2),
        (["bad_input", "failed", "feasible"], 3),
    ],
)
def test_the_most_serious_code_wins(statuses: list[str], code: int) -> None:
    """Our bug before bad input, before no plan, before time run out."""
    assert most_serious(statuses) == code
