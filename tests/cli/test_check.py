"""`allocator check`: verdict on any plan, and its exit codes."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from allocator import __version__
from allocator.cli import main
from tests.cli.conftest import Finished

Run = Callable[..., Finished]


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    """A plan made by hand that fills the office rightly."""
    path = tmp_path / "by_hand.csv"
    path.write_text("unit_id,floor_id,desks,remark\nFinance,A-1,50,near the lift\n")
    return path


def test_plan_without_violation_exits_with_0(allocator: Run, office: Path, plan: Path) -> None:
    """A right plan is 0, says so and shows what it costs."""
    done = allocator("check", office, plan)
    assert done.returncode == 0
    assert "by_hand.csv: breaks no rule" in done.stdout
    assert "open floors" in done.stdout


def test_violations_are_printed_and_exit_with_1(allocator: Run, office: Path, plan: Path) -> None:
    """Each violation is a line that begins with its kind."""
    plan.write_text("unit_id,floor_id,desks\nFinance,A-1,61\n")
    done = allocator("check", office, plan)
    assert done.returncode == 1
    assert [line.split(":")[0].strip() for line in done.stdout.splitlines()[1:3]] == [
        "over_demand",
        "over_capacity",
    ]


def test_json_has_the_fields_of_the_contract(allocator: Run, office: Path, plan: Path) -> None:
    """--json prints whether it is feasible, the violations, the objective, and how it serves."""
    done = allocator("check", office, plan, "--json")
    printed = json.loads(done.stdout)
    assert " ".join(printed) == "schema feasible violations objective attendance"
    assert list(printed["objective"]) == ["total", "unplaced_people", "terms"]
    assert printed["objective"]["total"] == 60.0


def test_ratio_of_the_command_line_holds(allocator: Run, office: Path, plan: Path) -> None:
    """--people-per-desk changes the demand that the plan is checked against."""
    done = allocator("check", office, plan, "--people-per-desk", "2")
    assert done.returncode == 1
    assert "over_demand" in done.stdout


def test_table_without_desks_is_bad_input(allocator: Run, office: Path, plan: Path) -> None:
    """A placements table that lacks a column is refused with exit code 2."""
    plan.write_text("unit_id,floor_id\nFinance,A-1\n")
    done = allocator("check", office, plan)
    assert done.returncode == 2
    assert "desks" in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize("command", ["solve", "check", "batch", "compare"])
def test_every_command_has_help_with_an_example(allocator: Run, command: str) -> None:
    """--help exits with 0 and ends with an example."""
    done = allocator(command, "--help")
    assert done.returncode == 0
    assert f"Example: allocator {command} " in " ".join(done.stdout.split())


def test_help_imports_no_solver() -> None:
    """The command line is imported without solver, compiler, pictures or arrays."""
    heavy = "ortools numba altair vl_convert numpy pandas rich pydantic"
    code = f"import sys, allocator.cli; print([m for m in '{heavy}'.split() if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """--version prints the program and its version, and nothing else."""
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"allocator {__version__}\n"


def test_shells_complete_commands(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A shell that asks is told the commands that begin so."""
    told = {
        "_ALLOCATOR_COMPLETE": "complete_bash",
        "COMP_WORDS": "allocator so",
        "COMP_CWORD": "1",
    }
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.argv", ["allocator"])
    with pytest.raises(SystemExit):
        main([])
    assert capsys.readouterr().out.split() == ["solve"]
