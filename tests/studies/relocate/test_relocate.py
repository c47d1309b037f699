"""A relocation solved: which combinations fit, what is written, and what is proved."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from allocator.scenario.types import Scenario
from allocator.search.solve import SolveOptions
from allocator.studies.relocate import Binds, Fitted, Names, combinations, relocate, report
from tests.builders import scenario
from tests.cli.conftest import Finished, allocator  # noqa: F401 - a fixture

QUICK = SolveOptions(time_limit_s=30, workers=1)


def office(**given: Any) -> Scenario:
    """Two floors of 10 desks, and two units of 8 people, of whom one moves later."""
    tables: dict[str, Any] = {
        "floors": [("A-1", "A", 1, 10), ("A-2", "A", 2, 10)],
        "headcounts": [],
        "staff": [("P", "all", 8), ("Q", "all", 8)],
        "unit_scenarios": [("both", "P", None, 1), ("both", "Q", None, 2), ("one", "P", None, 1)],
        "staff_scenarios": [("everybody", "all", 1)],
        "family_scenarios": [("none", "all", 0, 1, 2), ("every", "all", 1, 4, 1)],
        "housing": [("H", 8)],
    }
    return scenario(**(tables | given))


def solved(case: Scenario) -> dict[str, Fitted]:
    found = relocate(case, combinations(case, Names.of(case)), QUICK)
    return {f"{f.combination.unit_scenario} {f.combination.family_scenario}": f for f in found}


def test_what_fits_has_a_plan_for_every_wave() -> None:
    """Singles by twos fit; families of both units need 16 flats where there are 8."""
    found = solved(office())
    assert {name: each.fits for name, each in found.items()} == {
        "both none": True,
        "both every": False,
        "one none": True,
        "one every": True,
    }
    assert found["both every"].binds is Binds.FLATS
    plans = [answer.plan for answer in found["both none"].answers if answer]
    assert [sum(p.people for p in plan.placements) for plan in plans] == [8, 16]


def test_a_plan_that_cannot_be_is_what_binds() -> None:
    """Desks suffice, but P may be nowhere: that is proved, and told apart from counting."""
    rules = [("never_in", "P", "A-1"), ("never_in", "P", "A-2")]
    found = solved(office(rules=rules))
    assert found["one none"].binds is Binds.PLACEMENT
    assert "it is proved that there is no plan" in report.text(list(found.values()))


def test_pins_hold_from_the_wave_in_which_all_have_come() -> None:
    """A pin of Q has no part in wave 1, and Q is not missed there."""
    found = solved(office(rules=[("at_least", "Q", "A-2", "8")]))
    last = found["both none"].answers[-1]
    assert last is not None
    assert ("Q", "A-2") in last.plan.pieces


def test_a_pin_of_an_organisation_waits_for_all_its_units() -> None:
    """P and Q are of one organisation: its pin holds once both have come, or where Q stays."""
    units = [("P", "T"), ("Q", "T")]
    rules = [("at_least", "T", "A-2", "8")]
    found = solved(office(units=units, rules=rules))
    assert found["both none"].fits
    pins = [len(each.scenario.rules) for each in found["both none"].answers if each]
    assert pins == [0, 1]
    (alone,) = found["one none"].answers
    assert alone is not None
    assert alone.plan.pieces == {("P", "A-2"): 8}


def test_files_hold_rows_plans_and_headcounts(tmp_path: Path) -> None:
    """A row for each wave, with a plan if flats alone lack; a folder for what fits."""
    case = office()
    found = list(solved(case).values())
    report.write_relocation(case, found, tmp_path)
    rows = list(csv.DictReader((tmp_path / "relocate.csv").read_text().splitlines()))
    assert tuple(rows[0]) == report.COLUMNS
    assert [(row["binds"], row["status"]) for row in rows[:4]] == [
        ("none", "optimal"),
        ("none", "optimal"),
        ("none", "optimal"),
        ("flats", "optimal"),
    ]
    assert (tmp_path / "both-everybody-none" / "wave-2" / "placements.csv").exists()
    headcounts = (tmp_path / "both-everybody-none" / "headcounts.csv").read_text()
    assert headcounts.splitlines()[1:] == ["P,8,P,0,1", "Q,8,Q,0,2"]
    assert (tmp_path / "one-everybody-every" / "placements.csv").exists()
    assert (tmp_path / "relocate.svg").read_text().startswith("<svg")


def written(case: dict[str, str], folder: Path) -> Path:
    folder.mkdir()
    for name, text in case.items():
        (folder / name).write_text(text)
    return folder


TABLES = {
    "floors.csv": "floor_id,tower_id,level,desks\nA-1,A,1,10\n",
    "staff.csv": "unit_id,group,people\nP,all,8\n",
    "unit_scenarios.csv": "unit_scenario,unit_id,wave\nnow,P,1\n",
    "staff_scenarios.csv": "staff_scenario,group,share\nhalf,all,0.5\ntwice,all,1\n",
}


def test_the_command_counts_solves_and_writes(
    allocator: Callable[..., Finished],  # noqa: F811
    tmp_path: Path,
) -> None:
    """Only the scenarios asked for; the table of counts comes first, files are named."""
    case, out = written(TABLES, tmp_path / "case"), tmp_path / "out"
    quick = ("--time-limit", "30", "--workers", "1")
    done = allocator("relocate", case, "--staff", "half", "--out", out, *quick)
    assert done.returncode == 0
    assert "1 of 1 combination fits" in done.stdout
    assert json.loads((out / "relocate.json").read_text())["rows"][0]["people"] == 4


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("relocate", "--staff", "hlaf"), "did you mean 'half'"),
        (("solve",), "with staff alone, `allocator relocate` works out who moves"),
    ],
)
def test_bad_input_is_exit_code_2(
    allocator: Callable[..., Finished],  # noqa: F811
    tmp_path: Path,
    arguments: tuple[str, ...],
    told: str,
) -> None:
    """A name that is none; and another command, which needs headcounts."""
    command, *more = arguments
    done = allocator(command, written(TABLES, tmp_path / "case"), *more)
    assert done.returncode == 2
    assert told in done.stderr


def test_waves_of_headcounts_are_none_of_a_relocation() -> None:
    """Three waves with names are planned otherwise; a relocation has those of its units."""
    heads = [{"unit_id": "P", "headcount": 2, "wave": wave} for wave in (1, 2, 3)]
    heads[0]["people_per_desk"] = "2"
    names = {"waves": {"names": ["a", "b", "c"]}, "options": {"max_people_moved": 3}}
    found = solved(office(headcounts=heads, settings=names))
    assert found["both none"].fits
    assert found["one none"].combination.waves[0].demand == 4
