"""`allocator tightest`: what it prints and writes, and its exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from allocator.cli import main
from tests.cli.conftest import ROOT

QUICK = ("--time-limit", "3", "--workers", "1")


@pytest.fixture
def tight(office: Path) -> Path:
    """The office of 50 people with a floor of 40 desks."""
    (office / "floors.csv").write_text("floor_id,tower_id,level,desks\nA-1,A,1,40\n")
    (office / "scenario.toml").write_text('[attendance]\nshared_by = "unit"\n')
    return office


def test_what_fits_and_what_serves_are_lines_of_their_own(
    tight: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Both sides of the ratio that fits, how far one serves, and what is missing for both."""
    assert main(["tightest", str(tight), *QUICK]) == 0
    fits, below, serves, both, *_ = capsys.readouterr().out.splitlines()
    assert fits.startswith("fits      from 1.25 people per desk: 40 desks needed, 40 usable")
    assert below.startswith("below     none at 50/41 (1.2196) or less, by counting: 41 desks are")
    assert serves.startswith("serves    up to 50/41 (1.2195) people per desk")
    assert both == "both      no ratio does both: at 50/41 (1.2195), 1 desk is missing (1 on A-1)"


def test_json_is_one_object(tight: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """--json prints ratios exactly and as numbers, proofs and plans."""
    assert main(["tightest", str(tight), "--json", *QUICK]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["status"], found["does_both"], found["missing"]["enough"]) == (
        "optimal",
        False,
        1,
    )
    assert (found["fits"]["people_per_desk"], found["fits"]["value"]) == ("1.25", 1.25)
    assert found["plan"]["placements"][0]["desks"] == 40


def test_files_hold_the_plan(
    tight: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The folder has tightest.json and the files of a plan, which is named."""
    out = tmp_path / "out"
    main(["tightest", str(tight), "--out", str(out), *QUICK])
    assert json.loads((out / "tightest.json").read_text())["at_least"]["value"] == 1.25
    assert (out / "placements.csv").exists()
    assert f"files in {out}" in capsys.readouterr().out


def test_a_ratio_that_does_both_is_said(office: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With a desk for everybody the plan serves as it stands."""
    assert main(["tightest", str(office), *QUICK]) == 0
    assert "both      yes: a checked plan at 1 serves as it stands" in capsys.readouterr().out


def test_no_ratio_at_all_exits_with_1(office: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where nobody may be anywhere it says so, and why."""
    (office / "rules.csv").write_text("rule,subject,object,value\nnever_in,Finance,A,\n")
    assert main(["tightest", str(office), *QUICK]) == 1
    assert "fits      no ratio at all, which is proved" in capsys.readouterr().out


def test_undecided_exits_with_4(capsys: pytest.CaptureFixture[str]) -> None:
    """In no time there is no plan of the first wave, and what counting proves is told."""
    code = main(["tightest", str(ROOT / "data" / "ikn-wave1"), "--time-limit", "0.01"])
    said = capsys.readouterr().out
    assert code == 4
    assert "unknown: time ran out" in said
    assert "by counting" in said


def test_pooled_desks_are_refused(office: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where capacity is by chance no ratio counts, and that is bad input."""
    (office / "scenario.toml").write_text('[sharing]\ncapacity = "chance"\n')
    assert main(["tightest", str(office)]) == 2
    assert "sharing.capacity: expected ratio" in capsys.readouterr().err
