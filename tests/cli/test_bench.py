"""`allocator bench`: what is printed and written, and its exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from allocator.cli import main
from allocator.cli.bench import _command
from allocator.search.kernels import ready

QUICK = ("--time-limit", "5", "--workers", "1", "--seeds", "0")


def test_us_and_the_peers_side_by_side(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    office: Path,
    tmp_path: Path,
) -> None:
    """Everybody has a row, on stdout as one object and in the files; all found the optimum."""
    out = tmp_path / "out"
    monkeypatch.setattr(ready, "compile_seconds", lambda: 12.3)
    words = ["bench", str(office), "--peers", "first-fit", "--out", str(out), "--json"]
    assert main([*words, *QUICK]) == 0
    rows = json.loads(capsys.readouterr().out)["rows"]
    assert [row["peer"] for row in rows] == ["allocator", "first-fit"]
    assert {row["total"] for row in rows} == {60.0}
    report = (out / "benchmarks.md").read_text()
    assert "| office | allocator | optimal | 60 |" in report
    assert "**compiling**: 12.3 s" in report


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--peers", "first-fit"), "expected folders of scenarios"),
        (("nowhere", "--peers", "first-fit"), "nowhere"),
        (("data", "--peers", "abacus"), "abacus"),
        (("data", "--seeds", "0,one"), "one"),
        (("--countries", "small", "--peers", "first-fit"), "small"),
    ],
)
def test_bad_options_are_refused(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    arguments: tuple[str, ...],
    said: str,
) -> None:
    """What cannot be used is exit code 2, at once, and nothing is written."""
    monkeypatch.setattr(ready, "compile_seconds", lambda: pytest.fail("compiled"))
    code = main(["bench", *arguments, "--out", str(tmp_path / "out")])
    assert code == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_the_command_in_the_report_names_no_place_of_this_machine() -> None:
    """Folders elsewhere are told by their last two names, others as they were given."""
    told = _command(["bench", "data/office", "../there/family/case", "--out", "/home/me/out"])
    assert told == "allocator bench data/office FOLDER/family/case --out FOLDER/me/out"
