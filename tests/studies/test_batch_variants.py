"""The variants of the first wave: as their README tells, and as their script makes them."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest

from allocator.scenario.demand import demand
from allocator.scenario.read import read_headcounts, read_scenario
from allocator.scenario.types import Scenario

FOLDER = Path(__file__).parents[2] / "data" / "ikn-wave1" / "headcounts"
ROW = re.compile(r"\| `(\S+\.csv)` \| ([\d,]+) \| ([\d,]+) \| ([\d,]+) \| (−?[\d,]+) \|")
TOLD = {name: figures for name, *figures in ROW.findall((FOLDER / "README.md").read_text("utf-8"))}


@pytest.fixture(scope="module")
def wave() -> Scenario:
    return read_scenario(FOLDER.parent)


def test_every_variant_is_told() -> None:
    """The README has a row for each table and for nothing else."""
    assert set(TOLD) == {path.name for path in FOLDER.glob("*.csv")}


@pytest.mark.parametrize("name", TOLD)
def test_a_variant_has_its_figures(name: str, wave: Scenario) -> None:
    """Each table agrees with the scenario, and has the people, units and desks that are told."""
    housed = read_headcounts(wave, FOLDER / name).housed
    needed = sum(map(demand, housed))
    found = (sum(unit.headcount for unit in housed), len(housed), needed, 9_447 - needed)
    assert [f"{figure:,}".replace("-", "−") for figure in found] == TOLD[name]


def test_variants_are_what_the_script_makes() -> None:
    """Nobody has changed a table by hand."""
    made = runpy.run_path(str(FOLDER / "make.py"))
    for name, rows in made["variants"]().items():
        kept = [
            (row["unit_id"], row["headcount"]) for row in made["table"](FOLDER / f"{name}.csv")
        ]
        assert kept == [(row["unit_id"], row["headcount"]) for row in rows]
