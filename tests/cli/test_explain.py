"""`allocator explain`: what it prints and writes, and its exit codes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from allocator.cli import main
from tests.cli.conftest import ROOT, Finished

Run = Callable[..., Finished]


@pytest.fixture
def crowded(office: Path) -> Path:
    """The office with two units that may not share its only floor."""
    (office / "headcounts.csv").write_text("unit_id,headcount\nFinance,20\nTax,30\n")
    (office / "rules.csv").write_text("rule,subject,object,value\napart_floor,Finance,Tax,\n")
    return office


def test_conflict_and_ways_out_are_printed(allocator: Run, crowded: Path) -> None:
    """Without a plan it exits with 1, and names the rule with its row in the file."""
    done = allocator("explain", crowded, "--time-limit", "5")
    assert (done.returncode, done.stderr) == (1, "")
    assert "no floor holds pieces of both Finance and Tax (rules.csv row 2, apart_floor)" in (
        done.stdout
    )
    assert "1. drop the rule" in done.stdout


def test_json_is_one_object(crowded: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """--json prints status, reasons, the conflict and the ways out with their prices."""
    assert main(["explain", str(crowded), "--json", "--time-limit", "5"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert (found["status"], found["conflict"]["minimal"]) == ("infeasible", True)
    assert found["reasons"]
    assert [(way["kind"], way["price_desks"]) for way in found["ways_out"]] == [
        ("drop_rule", 0),
        ("leave_out", 20),
    ]


def test_files_hold_the_reasons_and_a_plan_for_each_way_out(
    crowded: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """reasons.json names a folder for each way out, which holds its plan."""
    out = tmp_path / "why"
    main(["explain", str(crowded), "--out", str(out), "--time-limit", "5"])
    written = json.loads((out / "reasons.json").read_text())
    folders = [way["folder"] for way in written["ways_out"]]
    assert folders == ["way-1-drop_rule", "way-2-leave_out"]
    assert all((out / folder / "placements.csv").exists() for folder in folders)
    assert "reasons.json and 2 plans" in capsys.readouterr().out


def test_scenario_with_a_plan_exits_with_0(
    office: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It says that a plan exists, and writes it."""
    out = tmp_path / "why"
    assert main(["explain", str(office), "--out", str(out), "--time-limit", "5"]) == 0
    assert "a plan exists" in capsys.readouterr().out
    assert (out / "placements.csv").exists()


def test_undecided_exits_with_4(capsys: pytest.CaptureFixture[str]) -> None:
    """In no time neither a plan nor a proof is found for the first wave: 4, and it says so."""
    code = main(["explain", str(ROOT / "data" / "ikn-wave1"), "--time-limit", "0.01"])
    assert code == 4
    assert "unknown: time ran out" in capsys.readouterr().out


def test_bad_scenario_is_refused(office: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Bad input is 2, as for every command."""
    assert main(["explain", str(office), "--people-per-desk", "0.5"]) == 2
    assert "0.5" in capsys.readouterr().err


def test_solve_names_the_conflict(crowded: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`allocator solve` names the rule, too, where it proves that no plan exists."""
    assert main(["solve", str(crowded), "--time-limit", "5"]) == 1
    assert "Finance and Tax" in capsys.readouterr().out
