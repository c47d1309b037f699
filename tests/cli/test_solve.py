"""`allocator solve`: exit codes, what goes to stdout, stderr and files."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from allocator.plan.tables import FILES, WORKBOOK
from tests.cli.conftest import ROOT, Finished

Run = Callable[..., Finished]


@pytest.mark.parametrize(
    ("kind", "code"), [("first_fit", 0), ("impossible", 1), ("over_full", 3), ("late", 4)]
)
def test_exit_code_tells_what_came_of_it(planted: Run, office: Path, kind: str, code: int) -> None:
    """A plan is 0, no plan 1, a plan that fails its check 3, and time run out 4."""
    assert planted(kind, "solve", office).returncode == code


def test_summary_goes_to_stdout_alone(planted: Run, office: Path) -> None:
    """A plan found prints its summary on stdout and nothing on stderr that is no terminal."""
    done = planted("first_fit", "solve", office)
    assert done.stderr == ""
    assert "10 to spare: 50 needed, 60 usable" in done.stdout
    assert "in several towers  0 of 1 organisation" in done.stdout


def test_summary_says_apart_whether_it_fits_and_whether_it_serves(
    planted: Run, office: Path
) -> None:
    """Desks that suffice by the ratio, people who find none, and floors are lines of their own."""
    (office / "scenario.toml").write_text('[attendance]\nshared_by = "unit"\n')
    done = planted("first_fit", "solve", office, "--people-per-desk", "1.5")
    lines = done.stdout.splitlines()
    assert "desks              26 to spare: 34 needed, 60 usable" in lines
    assert "people             50 in 1 unit of 1 organisation, 1.5 people per desk" in lines
    (served,) = (line for line in lines if line.startswith("attendance "))
    assert "On Tuesdays, the busiest day, about 2 people find no desk, of 33 who come." in served
    assert "Desks run short on more than 5 % of days on 1 of 1 floor, each" in done.stdout


def test_desks_that_stand_vacant_serve_whoever_shares_the_floor(
    planted: Run, office: Path
) -> None:
    """By default all 60 desks of the floor serve its 50 people, whatever the ratio."""
    done = planted("first_fit", "solve", office, "--people-per-desk", "1.5")
    assert "all 33 who come can expect a desk" in done.stdout
    assert "No floor runs short of desks on more than 5 % of days" in done.stdout


def test_summary_tells_of_people_present_beyond_the_limit(planted: Run, office: Path) -> None:
    """A floor with max_occupants has a line of its own, about people and not desks."""
    (office / "floors.csv").write_text(
        "floor_id,tower_id,level,desks,max_occupants\nA-1,A,1,60,25\n"
    )
    done = planted("first_fit", "solve", office, "--people-per-desk", "2")
    assert "1 of 1 floor with max_occupants: more people present" in done.stdout


def test_terminal_without_unicode_gets_its_summary(
    office: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the terminal knows ASCII only, letters it lacks are replaced."""
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    (office / "scenario.toml").write_text("title = 'Büro 🏛'", encoding="utf-8")
    command = [sys.executable, "-m", "tests.cli.planted", "first_fit", "solve", str(office)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0
    assert done.stdout.startswith("B?ro ?\n")


def test_all_files_are_written_and_named(planted: Run, office: Path, tmp_path: Path) -> None:
    """With --out the folder is made, holds every file and is named in the summary."""
    out = tmp_path / "deep" / "out"
    done = planted("first_fit", "solve", office, "--out", out)
    assert {file.name for file in out.iterdir()} == {*FILES, WORKBOOK}
    assert f"files in {out}" in done.stdout


def test_json_is_the_plan_file(planted: Run, office: Path, tmp_path: Path) -> None:
    """--json prints one object on stdout: the content of plan.json."""
    done = planted("first_fit", "solve", office, "--json", "--out", tmp_path)
    printed = json.loads(done.stdout)
    assert printed == json.loads((tmp_path / "plan.json").read_text())
    assert printed["run"]["inputs"].keys() >= {"floors", "headcounts"}


def test_reasons_of_an_infeasible_are_told(planted: Run, office: Path, tmp_path: Path) -> None:
    """Where no plan exists the reasons are told, and plan.json is the only file."""
    done = planted("impossible", "solve", office, "--out", tmp_path / "out")
    assert "1 desk too few, as planted" in done.stdout
    assert [file.name for file in (tmp_path / "out").iterdir()] == ["plan.json"]


def test_plan_that_fails_its_check_is_withheld(planted: Run, office: Path, tmp_path: Path) -> None:
    """A plan that the checker refuses is not written; what it breaks is said on stderr."""
    done = planted("over_full", "solve", office, "--out", tmp_path / "out")
    assert "over_demand" in done.stderr
    assert done.stdout == ""
    assert list((tmp_path / "out").iterdir()) == []


def test_crash_is_our_bug_without_a_traceback(planted: Run, office: Path) -> None:
    """Any unexpected exception exits with 3, says so and how to report it."""
    done = planted("crash", "solve", office)
    assert done.returncode == 3
    assert "RuntimeError: planted" in done.stderr
    assert "Traceback" not in done.stderr


def test_crash_under_json_is_one_object(planted: Run, office: Path) -> None:
    """A bug under --json still prints one JSON object."""
    done = planted("crash", "solve", office, "--json")
    assert json.loads(done.stdout) == {"error": "RuntimeError: planted", "problems": []}


def test_interrupt_keeps_the_best_plan(office: Path, tmp_path: Path) -> None:
    """Ctrl-C stops the search and writes what it has, with exit code 0."""
    with _patient(office, tmp_path / "out") as process:
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=20) == 0
    assert (tmp_path / "out" / "placements.csv").exists()


def test_start_plan_is_read_and_unusable_rows_are_named(
    planted: Run, office: Path, tmp_path: Path
) -> None:
    """Rows of --start with an unknown id are named on stderr and left out."""
    start = tmp_path / "start.csv"
    start.write_text("unit_id,floor_id,desks\nFinance,A-1,50\nNobody,A-1,3\n")
    done = planted("first_fit", "solve", office, "--start", start)
    assert done.returncode == 0
    assert "start.csv: row 3: unit 'Nobody' is not in the scenario" in done.stderr


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--time-limit", "0"),
        ("--time-limit", "nan"),
        ("--time-limit", "soon"),
        ("--workers", "0"),
        ("--workers", "65"),
        ("--seed", "-1"),
        ("--colour", "red"),
    ],
)
def test_bad_option_exits_with_2(allocator: Run, office: Path, option: str, value: str) -> None:
    """An option that is unknown or out of range is refused in one line."""
    done = allocator("solve", office, option, value)
    assert done.returncode == 2
    assert option in done.stderr
    assert done.stderr.count("\n") == 1


def _patient(office: Path, out: Path) -> subprocess.Popen[str]:
    """Start a search that goes on until it is told to stop, and wait until it runs."""
    planted = [sys.executable, "-m", "tests.cli.planted", "patient"]
    command = [*planted, "solve", str(office), "--out", str(out)]
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert process.stderr is not None
    assert process.stderr.readline() == "searching\n"
    return process


def test_a_workbook_comes_along_for_spreadsheets(
    planted: Run, office: Path, tmp_path: Path
) -> None:
    """plan.xlsx has numbers as numbers, whatever the settings; tables for programs stay plain."""
    out = tmp_path / "out"
    done = planted("first_fit", "solve", office, "--out", out)
    assert "plan.xlsx" in done.stdout
    book = CalamineWorkbook.from_path(str(out / "plan.xlsx"))
    head, row = book.get_sheet_by_name("Who sits where").to_python()
    assert (head[-1], row[-1]) == ("People", 50.0)
    table = (out / "placements.csv").read_bytes()
    assert table.startswith(b"unit_id,organisation_id,tower_id,floor_id,level,desks,people\n")


def test_a_workbook_does_not_outlive_its_plan(planted: Run, office: Path, tmp_path: Path) -> None:
    """Where there is no plan any more, none is left to be opened."""
    (tmp_path / "plan.xlsx").touch()
    assert planted("impossible", "solve", office, "--out", tmp_path).returncode == 1
    assert not (tmp_path / "plan.xlsx").exists()
