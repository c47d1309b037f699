"""`allocator compare`: what is printed and written, and its exit codes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from allocator.studies.compare import FILES
from tests.cli.conftest import Finished

Run = Callable[..., Finished]
QUICK = ("--time-limit", "2", "--workers", "1")


def test_desks_and_plans_are_told(allocator: Run, office: Path, tmp_path: Path) -> None:
    """What each ratio needs and what its plan costs are two tables; the files are named."""
    (office / "floors.csv").write_text("floor_id,tower_id,level,desks\nA-1,A,1,40\n")
    out = tmp_path / "out"
    done = allocator("compare", office, "--people-per-desk", "1.0:1.5:0.5", "--out", out, *QUICK)
    assert done.returncode == 0
    assert "short by 10" in done.stdout
    assert "6 to spare" in done.stdout
    assert {file.name for file in out.iterdir()} == set(FILES)


def test_who_finds_no_desk_is_told(allocator: Run, office: Path) -> None:
    """A third table has chances of short days, and a line the ratios that fit and serve."""
    (office / "floors.csv").write_text("floor_id,tower_id,level,desks\nA-1,A,1,40\n")
    (office / "scenario.toml").write_text('[attendance]\nshared_by = "unit"\n')
    done = allocator("compare", office, "--people-per-desk", "1.0,1.25,1.5", *QUICK)
    assert "short on peak" in done.stdout
    assert "fits from 1.25, no plan serves" in done.stdout


def test_json_is_one_object(allocator: Run, office: Path) -> None:
    """--json prints the rows alone; where nothing fits the exit code is 1."""
    (office / "floors.csv").write_text("floor_id,tower_id,level,desks\nA-1,A,1,20\n")
    done = allocator("compare", office, "--people-per-desk", "1.0,2.0", "--json", *QUICK)
    rows = json.loads(done.stdout)["rows"]
    assert [(row["people_per_desk"], row["spare"]) for row in rows] == [("1", -30), ("2", -5)]
    assert done.returncode == 1


@pytest.mark.parametrize(
    ("option", "value"), [("--people-per-desk", "2:1:0.1"), ("--scheme", "180k")]
)
def test_bad_options_are_refused(allocator: Run, office: Path, option: str, value: str) -> None:
    """Ratios that make no sense and schemes that no row bears are exit code 2."""
    done = allocator("compare", office, option, value)
    assert done.returncode == 2
    assert value in done.stderr
    assert done.stdout == ""


def test_by_chance_nothing_is_said_to_fit_by_a_ratio(allocator: Run, office: Path) -> None:
    """Where who comes decides, desks needed and to spare are not known before a plan is."""
    (office / "scenario.toml").write_text('[sharing]\ncapacity = "chance"\n')
    done = allocator("compare", office, *QUICK)
    assert done.returncode == 0
    assert "to spare" not in done.stdout
