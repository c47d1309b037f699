"""`allocator restack`, `moves` and `waves`: what they print and write, and their exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from allocator.cli import main

QUICK = ("--time-limit", "1", "--workers", "1")


@pytest.fixture
def tower(tmp_path: Path) -> Path:
    """Three floors of 20 desks, two of them full today; a third unit comes with wave 2."""
    folder = tmp_path / "tower"
    folder.mkdir()
    floors = "".join(f"A-{level},A,{level},20\n" for level in (1, 2, 3))
    (folder / "floors.csv").write_text(f"floor_id,tower_id,level,desks\n{floors}")
    people = "Budget,20,\nTax,20,\nAudit,15,2\n"
    (folder / "headcounts.csv").write_text(f"unit_id,headcount,wave\n{people}")
    (folder / "current.csv").write_text(
        "unit_id,floor_id,desks,people\nBudget,A-1,20,20\nTax,A-2,20,20\n"
    )
    (tmp_path / "swapped.csv").write_text("unit_id,floor_id,desks\nBudget,A-2,20\nTax,A-1,20\n")
    return folder


def test_moves_are_told_step_by_step(tower: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A swap of two full floors goes by the third; why is said, and the rows are written."""
    plans = (str(tower / "current.csv"), str(tower.parent / "swapped.csv"))
    out = tower / "out"
    assert main(["moves", str(tower), *plans, "--wave", "1", *QUICK, "--out", str(out)]) == 0
    told = capsys.readouterr().out
    assert "40 people in 3 steps (fewer are proved impossible)" in told
    assert "20 people work on another floor for a time; fewer are proved impossible." in told
    header, *rows = (out / "moves.csv").read_text().splitlines()
    assert header == (
        "step,unit_id,organisation_id,from_floor,to_floor,people,desks_freed,desks_taken,temporary"
    )
    assert [row.split(",")[0] for row in rows] == ["1", "2", "3"]


def test_moves_to_a_plan_that_breaks_a_rule_are_refused(
    tower: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the unit of wave 2 the plan to reach lacks desks: exit 1, and the checker's word."""
    plans = (str(tower / "current.csv"), str(tower.parent / "swapped.csv"))
    assert main(["moves", str(tower), *plans, *QUICK]) == 1
    assert "unplaced: unit Audit has 0 desks" in capsys.readouterr().err


def test_a_restack_says_the_least_change(tower: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nobody has to move for the third unit; the time it takes at most is said before."""
    assert main(["restack", str(tower), "--json", *QUICK]) == 0
    told = capsys.readouterr()
    found = json.loads(told.out)
    assert (found["least_moved_bound"], found["points"][0]["people_moved"]) == (0, 0)
    assert "allocator: at most" in told.err


def test_waves_tell_what_foresight_gains(tower: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A line for each wave, growth taken into account."""
    assert main(["waves", str(tower), "--grow", "Audit=20%", *QUICK]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[:2] for line in lines[1:3]] == [["1", "40"], ["2", "58"]]
    assert lines[-1].endswith("foresight gains 0.0%")


def test_a_limit_that_cannot_be_kept_is_exit_1(
    tower: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without floor A-1 20 people must move, which is proved and told."""
    (tower / "floors.csv").write_text(
        "floor_id,tower_id,level,desks\nA-2,A,2,20\nA-3,A,3,20\nA-4,A,4,20\n"
    )
    (tower / "scenario.toml").write_text("[options]\nmax_people_moved = 19\n")
    assert main(["solve", str(tower), *QUICK]) == 1
    assert "at least 20 people move" in capsys.readouterr().out


@pytest.mark.parametrize("command", ["rotas", "sensitivity"])
def test_floors_that_never_open_are_no_room(command: str, tower: Path) -> None:
    """55 people come by the last wave; without the third floor there are 40 desks."""
    table = tower / "floors.csv"
    text = table.read_text().replace("desks\n", "desks,opens_wave\n")
    table.write_text(text.replace("A-3,A,3,20", "A-3,A,3,20,9"))
    assert main([command, str(tower), *QUICK]) == 1


@pytest.mark.parametrize("command", ["rotas", "sensitivity"])
def test_growth_is_asked_of_every_command_that_solves(command: str, tower: Path) -> None:
    """55 people and a fifth more need 66 desks where there are 60."""
    assert main([command, str(tower), "--grow", "all=20%", *QUICK]) == 1


@pytest.mark.parametrize(
    "command", [("sensitivity", "--start"), ("explain", "--body", "Budget", "--plan")]
)
def test_rows_of_a_plan_that_cannot_be_used_are_named(
    command: tuple[str, ...], tower: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As `solve --start` does: nobody should think that they were taken."""
    plan = tower.parent / "swapped.csv"
    plan.write_text(plan.read_text() + "Nobody,A-1,8\n")
    main([command[0], str(tower), *command[1:], str(plan), *QUICK])
    assert "swapped.csv: row 4: unit 'Nobody' is not in the scenario" in capsys.readouterr().err
