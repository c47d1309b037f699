"""`allocator attendance estimate`: what is printed, and its exit codes."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from allocator.scenario.settings import Attendance
from tests.attendance.badge_days import as_csv, drawn
from tests.cli.conftest import Finished

Run = Callable[..., Finished]


@pytest.fixture
def badges(tmp_path: Path) -> Path:
    """A table of three units over eight weeks."""
    path = tmp_path / "badges.csv"
    path.write_text(as_csv(drawn([40, 60, 80], 8, seed=5)))
    return path


def test_the_block_is_a_section_of_settings(allocator: Run, badges: Path) -> None:
    """What is printed can be put into scenario.toml as it stands."""
    done = allocator("attendance", "estimate", badges)
    section = Attendance(**tomllib.loads(done.stdout)["attendance"])
    assert section.mean_share == pytest.approx(0.55, abs=0.05)
    assert done.stdout.startswith("[attendance]  # from badges.csv: 3 units on 40 days in 8 weeks")
    assert done.stderr == ""


def test_json_has_intervals(allocator: Run, badges: Path) -> None:
    """--json prints one object with the section and an interval for each estimate."""
    found = json.loads(allocator("attendance", "estimate", badges, "--json").stdout)
    low, high = found["intervals"]["mean_share"]
    assert low < found["attendance"]["mean_share"] < high
    assert len(found["intervals"]["weekday_factors"]) == 5


def test_a_correlation_below_0_is_written_as_0(allocator: Run, tmp_path: Path) -> None:
    """Where as many come every time, 0 is written, which a unit of any size can have."""
    rows = as_csv(drawn([2], 4, seed=0)).splitlines()
    even = "\n".join([rows[0], *(f"{row[:-1]}1" for row in rows[1:])])
    (tmp_path / "badges.csv").write_text(even)
    done = allocator("attendance", "estimate", tmp_path / "badges.csv")
    assert "correlation = 0.0000" in done.stdout
    assert "below 0" in done.stderr


def test_a_table_that_is_wrong_exits_with_2(allocator: Run, badges: Path) -> None:
    """Each problem is a line on stderr, and nothing is printed."""
    badges.write_text(badges.read_text() + "2025-01-06,u0,40,41\n2025-01-06,u0,40,4\n")
    done = allocator("attendance", "estimate", badges)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 2
