"""`allocator rotas`, and weeks with `solve` and `tightest`: what is printed and written."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from allocator.scenario.read import read_scenario
from tests.cli.conftest import Finished

Run = Callable[..., Finished]
QUICK = ("--time-limit", "30", "--workers", "1")
"""Time enough on a busy machine: all that is solved here ends by itself."""


def test_weeks_are_told_and_written(allocator: Run, office: Path, tmp_path: Path) -> None:
    """Before and after in sentences; rotas.csv goes into the scenario as it is."""
    plan, out = tmp_path / "plan.csv", tmp_path / "out"
    plan.write_text("unit_id,floor_id,desks\nFinance,A-1,50\n")
    done = allocator("rotas", office, "--plan", plan, "--out", out, *QUICK)
    assert done.returncode == 0
    assert "At least 3 all-hands days a week: 50 people (100 %)." in done.stdout
    assert {file.name for file in out.iterdir()} == {
        "rotas.csv",
        "weeks.csv",
        "rota_floors.csv",
        "rotas.json",
        "rotas.svg",
    }
    (out / "rotas.csv").rename(office / "rotas.csv")
    assert max(read_scenario(office).weekday_shares["Finance"]) > 0.8


def test_json_is_one_object(allocator: Run, office: Path) -> None:
    """--json prints aims with their bounds; a plan is found first where none is given."""
    done = allocator("rotas", office, "--json", *QUICK)
    aims = {aim["aim"]: aim for aim in json.loads(done.stdout)["aims"]}
    assert aims["all_hands_days"]["value"] == aims["all_hands_days"]["bound"] == 150


def test_a_plan_of_other_floors_is_refused(allocator: Run, office: Path, tmp_path: Path) -> None:
    """A row that names no floor of the scenario is exit code 2."""
    plan = tmp_path / "plan.csv"
    plan.write_text("unit_id,floor_id,desks\nFinance,Z-9,50\n")
    done = allocator("rotas", office, "--plan", plan)
    assert done.returncode == 2
    assert "Z-9" in done.stderr


def test_solve_chooses_weeks_too(allocator: Run, office: Path, tmp_path: Path) -> None:
    """With --with-rotas the plan's folder has the weeks, and the plan is told with them."""
    out = tmp_path / "out"
    done = allocator("solve", office, "--with-rotas", "--out", out, *QUICK)
    assert done.returncode == 0
    assert (out / "rotas.csv").exists()
    assert json.loads((out / "plan.json").read_text())["status"] == "optimal"


def test_tightest_tells_what_serves_with_the_best_weeks(
    allocator: Run, office: Path, tmp_path: Path
) -> None:
    """Where units have desks of their own, even weeks serve up to a larger ratio."""
    (office / "scenario.toml").write_text('[attendance]\nshared_by = "unit"\n')
    (office / "floors.csv").write_text("floor_id,tower_id,level,desks\nA-1,A,1,40\n")
    served = [
        json.loads(allocator("tightest", office, "--json", *more, *QUICK).stdout)["serves"]
        for more in ((), ("--with-rotas",))
    ]
    assert served[1]["value"] > served[0]["value"]
