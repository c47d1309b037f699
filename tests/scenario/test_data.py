"""The scenarios in data/ read without a problem, and have the figures that their READMEs give."""

from __future__ import annotations

from pathlib import Path

import pytest

from allocator.scenario.demand import demand, desks_on
from allocator.scenario.read import read_scenario
from allocator.scenario.rules import RuleKind
from allocator.scenario.types import Scenario
from allocator.scenario.waves import in_wave

DATA = Path(__file__).parents[2] / "data"


def figures(scenario: Scenario) -> tuple[int, int, int, int]:
    bodies = {unit.organisation_id for unit in scenario.housed}
    people = sum(unit.headcount for unit in scenario.housed)
    desks = sum(desks_on(floor, scenario.settings.sharing) for floor in scenario.floors)
    return len(bodies), len(scenario.housed), people, desks


@pytest.mark.parametrize(
    ("name", "scheme", "expected", "sums"),
    [
        ("ikn-kemenko4", None, (8, 26, 1_480, 1_232), ""),
        ("ikn-wave1", None, (38, 179, 11_916, 9_447), "1 row "),
        ("ikn-rules", None, (38, 179, 11_852, 9_447), "1 row "),
        ("ikn-waves", None, (59, 648, 32_927, 27_717), "4 rows "),
        ("ikn-cabinet48", None, (48, 185, 12_277, 9_447), ""),
        ("national", None, (94, 3_124, 118_513, 99_614), "17 rows "),
        ("national", "180k", (94, 3_124, 182_462, 99_614), "14 rows "),
    ],
)
def test_a_scenario_has_its_figures(
    name: str, scheme: str | None, expected: tuple[int, int, int, int], sums: str
) -> None:
    """Bodies, units, people and desks are those of the README; sums of rows above are honest."""
    scenario = read_scenario(DATA / name, scheme=scheme)
    assert figures(scenario) == expected
    found = [(warning.code, sums in warning.message) for warning in scenario.warnings]
    assert found == ([("row_equals_sum", True)] if sums else [])


def test_the_waves_are_the_three_priorities() -> None:
    """11,916, then 6,774, then 14,237 people come, and each time there are desks for all."""
    whole = read_scenario(DATA / "ikn-waves")
    waves = [in_wave(whole, wave) for wave in (1, 2, 3)]
    people = [sum(unit.headcount for unit in wave.housed) for wave in waves]
    assert people == [11_916, 11_916 + 6_774, 32_927]
    for wave in waves:
        desks = sum(desks_on(floor, wave.settings.sharing) for floor in wave.floors)
        assert sum(map(demand, wave.housed)) <= desks


def test_everybody_of_the_earlier_cabinet_has_a_successor() -> None:
    """Nobody of the 34 ministries is without one, so no desks count as vacated."""
    scenario = read_scenario(DATA / "ikn-cabinet48")
    assert sum(row.people or 0 for row in scenario.current) == 11_916
    assert not [w for w in scenario.warnings if w.code == "unit_vacates"]


def test_the_rules_are_of_every_kind() -> None:
    """ikn-rules has 106 rules and every kind among them."""
    rules = read_scenario(DATA / "ikn-rules").rules
    assert len(rules) == 106
    assert {row.rule for row in rules} == set(RuleKind)


@pytest.mark.parametrize(("ratio", "fits"), [("1.00", False), ("1.30", True)])
def test_the_first_wave_fits_at_thirteen_people_on_ten_desks(ratio: str, fits: bool) -> None:
    """At one desk each the first wave needs more desks than there are, at 1.30 it does not."""
    scenario = read_scenario(DATA / "ikn-wave1", people_per_desk=ratio)
    desks = sum(desks_on(floor, scenario.settings.sharing) for floor in scenario.floors)
    assert (sum(map(demand, scenario.housed)) <= desks) is fits


@pytest.mark.parametrize("folder", sorted(path.name for path in DATA.iterdir()))
def test_a_scenario_says_what_is_sourced(folder: str) -> None:
    """Each folder has a README that tells what is sourced from what is synthetic."""
    text = (DATA / folder / "README.md").read_text(encoding="utf-8")
    assert "## Sourced" in text
    assert "## Synthetic" in text
