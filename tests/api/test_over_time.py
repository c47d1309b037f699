"""Restack, moves and waves as jobs: what they answer, and what is refused at once."""

from __future__ import annotations

import json
from typing import Any

import pytest

from allocator.errors import InputError
from allocator.studies.pool import default_solver
from api.examples import IN_WAVES, MOVED, RELOCATED, RESTACKED, WEEKS
from api.forms import formed
from api.jobs.handlers import JobHandler
from api.requests import read_json
from api.settings import ServiceSettings
from tests.api.planted import steady

ASKED = {"restack": RESTACKED, "moves": MOVED, "waves": IN_WAVES}


def answer(kind: str, **changes: Any) -> dict[str, Any]:
    """Return what a process answers, as the service would read it."""
    parsed, _ = read(kind, **changes)
    handler = JobHandler(kind, parsed.request, parsed.time_limit_s, workers=1)
    found = handler.run(steady, lambda _: None, lambda: False)
    return json.loads(found["result"])  # type: ignore[no-any-return]


def read(kind: str, **changes: Any) -> Any:
    body = json.dumps(ASKED[kind] | changes).encode()
    return read_json(kind, body, ServiceSettings())


def test_a_restack_answers_with_plans_and_moves() -> None:
    """Each point of the curve has a plan of its own, and the moves to it."""
    found = answer("restack", time_limit_s=3)
    assert found["status"] == "feasible"
    assert len(found["points"]) == len(found["plans"]) == len(found["moves"])
    assert found["plans"][0]["objective"]["total"] is not None


def test_moves_go_from_current_to_the_placements() -> None:
    """Two units change floors by a third, in three steps."""
    found = answer("moves")
    assert (found["steps"], found["people_twice"]) == (3, 20)
    assert {row["unit_id"] for row in found["rows"]} == {"Budget", "Tax"}


def test_waves_answer_with_a_plan_each() -> None:
    """Late towers and growth are taken into account."""
    found = answer("waves", grow=["Tax=10%"], time_limit_s=60)
    assert [row["people"] for row in found["waves"]] == [25, 47]
    assert len(found["plans"]) == 2


@pytest.mark.parametrize(
    ("kind", "changes", "said"),
    [
        ("restack", {"current": []}, "current: expected this table, to begin from"),
        ("moves", {"placements": MOVED["placements"][:1]}, "placements: unit Tax has 0 desks"),
        ("moves", {"people_per_step": 0}, "people_per_step: expected a whole number of at least"),
        ("waves", {"grow": ["all=-200%"]}, "--grow: expected at least −100 % (got 'all=-200%')"),
        ("waves", {"opens": "B=2"}, "opens: expected an array of texts"),
    ],
)
def test_what_cannot_be_asked_is_refused_at_once(
    kind: str, changes: dict[str, Any], said: str
) -> None:
    """No job is made of it."""
    with pytest.raises(InputError) as refused:
        read(kind, **changes)
    assert any(said in str(problem) for problem in refused.value.problems)


def test_a_relocation_keeps_its_waves() -> None:
    """Who moves with the second wave does so, to the floor that opens with it."""
    floor = {"floor_id": "A-2", "tower_id": "A", "level": 2, "desks": 60, "opens_wave": 2}
    health = {"unit_id": "Health", "group": "up to 45", "people": 10}
    waves = {"Health": 1, "Finance": 2}
    asked = {
        "floors": [*RELOCATED["floors"], floor],
        "staff": [*RELOCATED["staff"], health],
        "unit_scenarios": [
            {"unit_scenario": "all", "unit_id": unit, "wave": wave} for unit, wave in waves.items()
        ],
    }
    body = json.dumps(RELOCATED | asked).encode()
    parsed, _ = read_json("relocate", body, ServiceSettings())
    handler = JobHandler("relocate", parsed.request, parsed.time_limit_s, workers=1)
    found = json.loads(handler.run(default_solver, lambda _: None, lambda: False)["result"])
    assert [(row["people"], row["floors"]) for row in found["rows"]] == [(10, 1), (50, 2)]


def test_weeks_are_answered_where_placement_costs_are_below_0() -> None:
    """A floor that suits the unit makes the total negative; nothing is proved above it."""
    suits = {"placement_costs": [{"unit_id": "Finance", "floor_id": "A-1", "cost": -1000}]}
    parsed, _ = read_json("rotas", json.dumps(WEEKS | suits).encode(), ServiceSettings())
    handler = JobHandler("rotas", parsed.request, parsed.time_limit_s, workers=1)
    plan = json.loads(handler.run(default_solver, lambda _: None, lambda: False)["plan"])
    assert plan["bound"] <= plan["objective"]["total"] < 0


def test_files_of_a_restack_are_of_the_people_that_were_asked_for() -> None:
    """The plan of the knee is for the growth asked for, and so is what its files are made with."""
    parsed, _ = read("restack", grow=["all=10%"], time_limit_s=3)
    handler = JobHandler("restack", parsed.request, parsed.time_limit_s, workers=1)
    found = handler.run(steady, lambda _: None, lambda: False)
    scenario = json.loads(parsed.request)["scenario"] | found["changes"]
    assert formed("csv", scenario, found["plan"], "en")
    assert formed("xlsx", scenario, found["plan"], "en")[:2] == b"PK"


def test_a_plan_of_a_relocation_comes_with_all_that_it_is_for() -> None:
    """Trips of the first wave are those of the half of Treasury that has come."""
    asked = {
        "units": [
            {"unit_id": unit, "organisation_id": "Treasury"} for unit in ("Finance", "Health")
        ],
        "staff": [*RELOCATED["staff"], {"unit_id": "Health", "group": "up to 45", "people": 40}],
        "affinities": [{"a": "Treasury", "b": "Treasury", "trips_per_week": 100}],
        "unit_scenarios": [
            {"unit_scenario": "all", "unit_id": "Finance", "wave": 1},
            {"unit_scenario": "all", "unit_id": "Health", "wave": 2},
        ],
        "floors": [
            {"floor_id": f"A-{n}", "tower_id": "A", "level": n, "desks": 60} for n in (1, 2)
        ],
        "housing": [{"building_id": "Rusun 1", "flats": 160}],
    }
    body = json.dumps(RELOCATED | asked).encode()
    parsed, _ = read_json("relocate", body, ServiceSettings())
    handler = JobHandler("relocate", parsed.request, parsed.time_limit_s, workers=1)
    found = json.loads(handler.run(default_solver, lambda _: None, lambda: False)["result"])
    scenario = json.loads(parsed.request)["scenario"]
    for plan, changes in zip(found["plans"], found["changes"], strict=True):
        assert formed("xlsx", scenario | changes, json.dumps(plan), "en")[:2] == b"PK"
    assert [each["affinities"][0]["trips_per_week"] for each in found["changes"][:1]] == [50]
