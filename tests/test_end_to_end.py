"""One real run from files to files: the small complex of towers, by the command line."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from allocator.plan.tables import FILES, WORKBOOK

ROOT = Path(__file__).parents[1]
SCENARIO = "data/ikn-kemenko4"
TIME_RAN_OUT = 4
FIRST_FIT = 13_413
"""Total of a plan that fills floors one after another."""


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "allocator.cli", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of a run of five seconds, or of a longer one where the machine is overloaded."""
    folder = tmp_path_factory.mktemp("out")
    for seconds in ("5", "20", "60"):
        options = ("--time-limit", seconds, "--workers", "2", "--out", str(folder))
        done = run("solve", SCENARIO, *options)
        if done.returncode != TIME_RAN_OUT and plan_in(folder)["objective"]["total"] < FIRST_FIT:
            break
    assert done.returncode == 0, done.stderr
    return folder


def plan_in(folder: Path) -> Any:
    return json.loads((folder / "plan.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def plan(out: Path) -> Any:
    return plan_in(out)


def test_all_files_are_there(out: Path) -> None:
    """The files of a plan, and nothing else."""
    assert {file.name for file in out.iterdir()} == {*FILES, WORKBOOK}


def test_everybody_sits_and_the_plan_beats_first_fit(plan: Any) -> None:
    """All 1,480 people have a floor, at a total that plain filling does not reach."""
    assert sum(row["people"] for row in plan["placements"]) == 1480
    assert plan["objective"]["total"] < FIRST_FIT


def test_bound_is_proved_and_below_the_total(plan: Any) -> None:
    """The bound says something and is no more than the total; the gap follows from both."""
    total, bound = plan["objective"]["total"], plan["bound"]
    assert 0 < bound <= total
    assert plan["gap"] == pytest.approx((total - bound) / total)


def test_check_agrees_with_solve(out: Path, plan: Any) -> None:
    """`check` finds no violation in what `solve` wrote, and the same total."""
    done = run("check", SCENARIO, str(out / "placements.csv"), "--json")
    assert done.returncode == 0
    assert json.loads(done.stdout)["objective"]["total"] == plan["objective"]["total"]


def test_one_desk_each_is_too_much(out: Path) -> None:
    """Without sharing 1,480 people do not fit 1,232 desks: infeasible, and by how many desks."""
    done = run("solve", SCENARIO, "--people-per-desk", "1", "--time-limit", "10")
    assert done.returncode == 1
    assert "short by 248" in done.stdout


def test_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    """Two reproducible runs write the same placements.csv, byte for byte."""
    options = ("--reproducible", "--time-limit", "0.2", "--workers", "1", "--seed", "7")
    for name in ("one", "two"):
        assert run("solve", SCENARIO, *options, "--out", str(tmp_path / name)).returncode == 0
    one, two = ((tmp_path / name / "placements.csv").read_bytes() for name in ("one", "two"))
    assert one == two
