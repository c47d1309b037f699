"""Waves planned together and one after the other: totals, bounds, foresight, limits, files."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from allocator.errors import InputError
from allocator.plan.types import Status
from allocator.scenario.types import Scenario
from allocator.scenario.variants import Variant, grown, opened
from allocator.search.options import SolveOptions
from allocator.studies.waves import WavesFound, document, plan_waves, write_waves
from tests.builders import scenario

OPTIONS = SolveOptions(time_limit_s=2, workers=1)


def office(**tables: Any) -> Scenario:
    """Return a body that has A-1 to itself in wave 1 and must share two floors from wave 2 on.

    v can only be on B-1, whose tower opens with wave 2; whoever of u and w is with it then saves
    a tower. Seen from wave 1 alone both floors of A are alike.
    """
    usual: dict[str, Any] = {
        "floors": [
            ("A-1", "A", 1, 20),
            {"floor_id": "B-1", "tower_id": "B", "level": 1, "desks": 30, "open_price": 60.0},
        ],
        "headcounts": [
            {"unit_id": "u", "headcount": 12, "organisation_id": "O"},
            {"unit_id": "v", "headcount": 16, "organisation_id": "O", "wave": 2},
        ],
        "rules": [("only_in", "v", "B-1")],
        "settings": {"prices": {"move": 30.0}},
    }
    return scenario(**(usual | tables))


@pytest.fixture(scope="module")
def found() -> WavesFound:
    return plan_waves(office(), OPTIONS)


def test_planning_together_sees_the_second_wave(found: WavesFound) -> None:
    """A-1 is cheaper at first, but u would move to B-1 with wave 2: it begins there instead."""
    assert found.solution is not None
    assert found.one_after_the_other is not None
    assert found.one_after_the_other.moved == (0, 12)
    assert found.solution.moved == (0, 0)
    assert found.solution.plans[0] == {("u", "B-1"): 12}
    assert found.foresight == pytest.approx(12 * 30 - (60 - 20))


def test_what_all_waves_cost_is_at_least_what_is_proved(found: WavesFound) -> None:
    """Each wave's bound is proved over all its plans: A-1 alone is the best of the first."""
    assert found.solution is not None
    assert found.bounds[0] == pytest.approx(20, rel=1e-6)
    assert found.bound <= found.solution.total


def test_a_wave_counts_for_as_long_as_it_lasts() -> None:
    """Where the first wave lasts nine times as long, A-1 saves more than moving costs."""
    weights = {"prices": {"move": 3.0}, "waves": {"weights": [9, 1]}}
    lasting = plan_waves(office(settings=weights), OPTIONS)
    assert lasting.solution is not None
    assert lasting.solution.plans[0] == {("u", "A-1"): 12}
    assert lasting.solution.moved == (0, 12)
    assert lasting.waves.weights == pytest.approx((1.8, 0.2))
    first, second = lasting.solution.totals
    assert lasting.solution.total == pytest.approx(1.8 * first + 0.2 * second + 3 * 12)


def test_a_limit_of_moves_holds_from_wave_to_wave() -> None:
    """With at most 5 people moved u stays where it began, though a move costs nothing."""
    limit = {"options": {"max_people_moved": 5}, "prices": {"move": 0.0}}
    kept = plan_waves(office(settings=limit), OPTIONS)
    assert kept.solution is not None
    assert kept.solution.moved[1] <= 5


def test_a_wave_without_a_plan_is_told() -> None:
    """v comes before its tower opens."""
    late = opened(
        office(headcounts=[*_rows(), {"unit_id": "x", "headcount": 1, "wave": 3}]), ["B=3"]
    )
    failed = plan_waves(late, OPTIONS)
    assert failed.status is Status.INFEASIBLE
    assert failed.reasons[0].message.startswith("wave 2: ")


def _rows() -> list[dict[str, Any]]:
    return [
        {"unit_id": "u", "headcount": 12, "organisation_id": "O"},
        {"unit_id": "v", "headcount": 16, "organisation_id": "O", "wave": 2},
    ]


def test_files_tell_of_each_wave(found: WavesFound, tmp_path: Path) -> None:
    """A folder a wave, the moves between two, and the sum of it."""
    write_waves(found, tmp_path, OPTIONS)
    with (tmp_path / "waves.csv").open(encoding="utf-8") as file:
        first, second = csv.DictReader(file)
    assert list(first) == [
        "wave",
        "people",
        "demand",
        "desks",
        "floors",
        "people_moved",
        "total",
        "bound",
    ]
    assert (first["people"], second["people"], second["people_moved"]) == ("12", "28", "0")
    told = json.loads((tmp_path / "waves.json").read_text(encoding="utf-8"))
    assert told == document(found)
    assert {path.name for path in (tmp_path / "wave-2").iterdir()} >= {"moves.csv", "plan.json"}
    assert not (tmp_path / "wave-1" / "moves.csv").exists()
    assert (tmp_path / "waves.svg").read_text(encoding="utf-8").count("<svg ") == 3


@pytest.mark.parametrize(
    ("asked", "people", "own"),
    [
        (["all=10%"], [14, 18], [2, 0]),
        (["all=10%", "O=-50%"], [6, 8], [2, 0]),
        (["O=50%", "u=-90%"], [2, 24], [2, 0]),
        (["u=-100%"], [0, 16], [0, 0]),
    ],
)
def test_growth_is_rounded_up_and_the_closest_name_holds(
    asked: list[str], people: list[int], own: list[int]
) -> None:
    """A unit's growth beats its organisation's, which beats all; own desks are of people."""
    rows = [_rows()[0] | {"own_desks": 2}, _rows()[1]]
    found = grown(office(headcounts=rows), asked).headcounts
    assert [row.headcount for row in found] == people
    assert [row.own_desks for row in found] == own


@pytest.mark.parametrize(
    ("variant", "said"),
    [
        (Variant(grow=("u=-101%",)), "--grow: expected at least −100 % (got 'u=-101%')"),
        (Variant(grow=("U=1%",)), "--grow: expected UNIT-OR-ORGANISATION=10%, or all=10%; did"),
        (Variant(grow=("u=much",)), "--grow: expected a percentage such as 10% (got 'u=much')"),
        (Variant(opens=("C=2",)), "--opens: expected TOWER=WAVE"),
        (Variant(opens=("B=0",)), "--opens: expected a wave from 1 to 1,000 after = (got 'B=0')"),
        (Variant(opens=(f"B={'9' * 5000}",)), "--opens: expected a wave from 1 to 1,000"),
        (
            Variant(grow=("u=1e30%",)),
            "headcounts, row 1, column headcount: expected at most 10,000,000 people of a row",
        ),
        (Variant(wave=3), "--wave: expected a wave from 1 to 2 (got '3')"),
    ],
)
def test_what_is_asked_amiss_is_refused(variant: Variant, said: str) -> None:
    """Each with the option and what was given."""
    with pytest.raises(InputError) as refused:
        variant.one_wave(office())
    assert str(refused.value.problems[0]).startswith(said)


def test_a_tower_that_opens_too_late_stays_closed_with_a_warning() -> None:
    """B opens with wave 3, and nobody comes with it: all must be in A."""
    given = Variant(opens=("B=3",)).one_wave(office(rules=[]))
    assert [warning.code for warning in given.warnings] == ["never_opens"]
    assert [floor.floor_id for floor in given.floors] == ["A-1"]
