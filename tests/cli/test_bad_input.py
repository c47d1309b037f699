"""Bad input: exit code 2, a clear line for each problem, nothing written."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from allocator.cli import main
from allocator.plan.assemble import no_plan
from allocator.plan.types import Run, Status
from allocator.scenario.read import read_scenario
from tests.cli.conftest import Finished


class Bad(NamedTuple):
    """Files of a scenario folder that replace or join the office's, and what is said of them."""

    files: dict[str, str | bytes]
    said: tuple[str, ...]


FLOORS = "floor_id,tower_id,level,desks\nA-1,A,1,60\n"
UNITS = "unit_id,organisation_id,parent_id\nFinance,Treasury,\nTax,Treasury,\n"
PEOPLE = "unit_id,headcount\nFinance,50\n"
TWO = "unit_id,headcount\nFinance,20\nTax,20\n"

CASES = {
    "unknown column": Bad({"floors.csv": FLOORS.replace("desks", "deskss")}, ("deskss", "desks")),
    "unknown key": Bad(
        {"scenario.toml": "[sharing]\npeople_per_dek = '1.2'\n"},
        ("people_per_dek", "people_per_desk"),
    ),
    "unknown table": Bad({"floor.csv": FLOORS}, ("floor.csv", "floors")),
    "missing column": Bad({"headcounts.csv": "unit_id,source\nFinance,x\n"}, ("headcount",)),
    "duplicate id": Bad({"floors.csv": FLOORS + "A-1,A,2,10\n"}, ("row 3", "A-1")),
    "unknown unit": Bad(
        {"units.csv": "unit_id,organisation_id\nTax,Treasury\n"}, ("Finance", "headcounts.csv")
    ),
    "unknown organisation": Bad(
        {"units.csv": UNITS, "organisations.csv": "organisation_id,name\nTreasure,T\n"},
        ("Treasury", "Treasure"),
    ),
    "unknown tower": Bad({"towers.csv": "tower_id,name\nB,East\n"}, ("floors.csv", "'A'")),
    "unknown floor": Bad(
        {"walking.csv": "from_floor,to_floor,minutes\nA-1,A-9,2\n"}, ("walking.csv", "A-9")
    ),
    "negative": Bad({"headcounts.csv": PEOPLE.replace("50", "-5")}, ("row 2", "'-5'")),
    "fractional": Bad({"headcounts.csv": PEOPLE.replace("50", "5.5")}, ("row 2", "'5.5'")),
    "empty cell": Bad({"headcounts.csv": PEOPLE.replace("50", "")}, ("row 2", "headcount")),
    "huge": Bad({"headcounts.csv": PEOPLE.replace("50", "9" * 30)}, ("row 2", "99999")),
    "more own desks than people": Bad(
        {"headcounts.csv": "unit_id,headcount,own_desks\nFinance,5,6\n"}, ("own_desks", "'6'")
    ),
    "ratio below one": Bad(
        {"scenario.toml": "[sharing]\npeople_per_desk = 0.8\n"}, ("people_per_desk", "0.8")
    ),
    "decimal comma in a comma file": Bad(
        {"headcounts.csv": 'unit_id,headcount,people_per_desk\nFinance,50,"1,30"\n'},
        ("people_per_desk", "1,30"),
    ),
    "parent of another organisation": Bad(
        {
            "units.csv": "unit_id,organisation_id,parent_id\nFinance,Treasury,P\nTax,Revenue,P\n",
            "headcounts.csv": TWO,
        },
        ("parent_id", "'P'"),
    ),
    "overlapping apart": Bad(
        {
            "units.csv": UNITS,
            "headcounts.csv": TWO,
            "rules.csv": "rule,subject,object,value\napart_floor,Finance,Treasury,\n",
        },
        ("rules.csv", "row 2"),
    ),
    "empty table": Bad({"floors.csv": ""}, ("floors.csv",)),
    "header only": Bad({"floors.csv": "floor_id,tower_id,level,desks\n"}, ("floors.csv",)),
    "binary file": Bad(
        {"floors.csv": b"\x89PNG\x0d\x0a\x1a\x0a\x00\x00\x00\x0d"}, ("floors.csv",)
    ),
    "several schemes": Bad(
        {"headcounts.csv": "unit_id,headcount,scheme\nFinance,50,small\nFinance,90,large\n"},
        ("large", "small"),
    ),
    "two problems at once": Bad(
        {"floors.csv": FLOORS.replace("60", "-1"), "headcounts.csv": PEOPLE.replace("50", "x")},
        ("'-1'", "'x'"),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_bad_scenario_is_refused_whole(
    name: str, office: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It exits with 2, says what is wrong where on stderr, and writes nothing."""
    for file, content in CASES[name].files.items():
        (office / file).write_bytes(content if isinstance(content, bytes) else content.encode())
    code = main(["solve", str(office), "--out", str(tmp_path / "out")])
    stdout, stderr = capsys.readouterr()
    assert (code, stdout, (tmp_path / "out").exists()) == (2, "", False)
    assert [part for part in CASES[name].said if part not in stderr] == []


def test_missing_table_is_refused(office: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder without one of the two tables that are required is refused."""
    (office / "headcounts.csv").unlink()
    assert main(["solve", str(office)]) == 2
    assert "headcounts" in capsys.readouterr().err


def test_each_problem_has_a_line(office: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Three bad cells give three lines on stderr."""
    (office / "headcounts.csv").write_text("unit_id,headcount\na,-1\nb,x\nc,1.5\n")
    assert main(["solve", str(office)]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert [line.split(", column")[0] for line in lines] == [
        f"allocator: headcounts.csv, row {row}" for row in (2, 3, 4)
    ]


@pytest.mark.parametrize("ratio", ["0.9", "1,30", "two", "nan", "-2"])
def test_bad_ratio_is_refused(
    ratio: str, office: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """--people-per-desk below 1 or not a number is refused, and shown as it was written."""
    assert main(["solve", str(office), f"--people-per-desk={ratio}"]) == 2
    assert f"'{ratio}'" in capsys.readouterr().err


def test_scheme_that_no_row_bears_is_refused(
    office: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """--scheme must name a scheme of the headcounts."""
    assert main(["solve", str(office), "--scheme", "180k"]) == 2
    assert "180k" in capsys.readouterr().err


def test_folder_that_does_not_exist_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A scenario that is not there is refused by its name."""
    assert main(["check", str(tmp_path / "nowhere"), "x.csv"]) == 2
    assert "nowhere" in capsys.readouterr().err


@pytest.mark.parametrize("place", ["a_file", "a_file/below"])
def test_output_folder_that_cannot_be_written_is_found_before_solving(
    place: str, planted: Callable[..., Finished], office: Path, tmp_path: Path
) -> None:
    """The search that would crash is not begun where the output folder cannot be made."""
    (tmp_path / "a_file").write_text("in the way")
    done = planted("crash", "solve", office, "--out", tmp_path / place)
    assert done.returncode == 2
    assert "cannot be written to" in done.stderr


def test_json_lists_every_problem(office: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Under --json the problems are one object on stdout, and lines on stderr as well."""
    (office / "headcounts.csv").write_text("unit_id,headcount\nFinance,-5\n")
    assert main(["solve", str(office), "--json"]) == 2
    stdout, stderr = capsys.readouterr()
    problem = json.loads(stdout)["problems"][0]
    message = problem.pop("message")
    assert problem == {"table": "headcounts.csv", "row": 2, "column": "headcount", "value": "-5"}
    assert message in stderr


def test_json_holds_for_bad_options(office: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An option out of range is one JSON object, too."""
    assert main(["solve", str(office), "--json", "--seed", "-1"]) == 2
    stdout, _ = capsys.readouterr()
    assert json.loads(stdout)["error"] == "bad options"


OPTION = ("--people-per-desk", "1,3")


@pytest.mark.parametrize(
    "command",
    [
        ("solve", "."),
        ("check", ".", "placements.csv"),
        ("explain", "."),
        ("batch", ".", "headcounts.csv", "--out", "out"),
        ("compare", "."),
        ("report", "plan.json", "--out", "plan.pdf", "--scenario", "."),
    ],
)
def test_a_decimal_comma_is_refused_with_a_hint(
    office: Path,
    command: tuple[str, ...],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A ratio of 1,3 is no list of 1 and 3, and every command asks whether 1.3 was meant."""
    monkeypatch.chdir(office)
    run = Run(seed=0, workers=1, time_limit_s=1, wall_s=0, versions={}, inputs={})
    plan = no_plan(read_scenario(office), Status.UNKNOWN, [], run)
    (office / "plan.json").write_text(plan.model_dump_json(by_alias=True))
    assert main([*command, *OPTION]) == 2
    assert "did you mean 1.3?" in capsys.readouterr().err


@pytest.mark.parametrize(
    "command", [("solve", "."), ("compare", "."), ("explain", "."), ("tightest", ".")]
)
def test_no_ratio_is_asked_for_where_chance_decides(
    office: Path,
    command: tuple[str, ...],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Options of ratios, and a search for one, exit with 2 where capacity is by chance."""
    monkeypatch.chdir(office)
    (office / "scenario.toml").write_text('[sharing]\ncapacity = "chance"\n')
    option = () if command[0] == "tightest" else ("--people-per-desk", "1.3")
    assert main([*command, *option]) == 2
    assert "chance" in capsys.readouterr().err
