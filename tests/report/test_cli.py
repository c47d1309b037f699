"""`allocator report`: files written, bad options refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from allocator.cli import main
from allocator.cli.common import ALL_WELL, BAD_INPUT
from allocator.plan.tables import PLAN, SCENARIO, json_text
from allocator.scenario.write import scenario_json
from tests.report.small import small


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What of a plan's folder a report needs."""
    given, made = small(), tmp_path / "plan"
    made.mkdir()
    (made / PLAN).write_text(json_text(given.plan.as_json()))
    (made / SCENARIO).write_text(scenario_json(given.scenario))
    return made


def test_report_tells_its_files(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The file is written and named on stdout."""
    out = tmp_path / "report.xlsx"
    assert main(["report", str(folder), "--out", str(out), "--language", "id"]) == ALL_WELL
    assert capsys.readouterr().out == f"{out}\n"
    assert out.stat().st_size > 0


def test_scenario_may_be_given(folder: Path, tmp_path: Path) -> None:
    """A scenario from elsewhere is taken, and refused where the plan is not one of it."""
    given = (folder / SCENARIO).rename(tmp_path / "given.json")
    options = ["report", str(folder), "--out", str(tmp_path / "r.xlsx"), "--scenario", str(given)]
    assert main(options) == ALL_WELL
    assert main([*options, "--people-per-desk", "2"]) == BAD_INPUT


@pytest.mark.parametrize(
    "wrong", [["--out", "report.docx"], ["--out", "report.pdf", "--language", "fr"]]
)
def test_wrong_options_are_refused(
    folder: Path, wrong: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Another kind of file and another language are bad input, and say what is expected."""
    assert main(["report", str(folder), *wrong]) == BAD_INPUT
    assert "expected" in capsys.readouterr().err


def test_folder_without_plan_is_refused(tmp_path: Path) -> None:
    """A folder with no plan.json is bad input."""
    assert main(["report", str(tmp_path), "--out", str(tmp_path / "r.pdf")]) == BAD_INPUT
