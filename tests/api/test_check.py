"""`POST /check`: the verdict on any plan, at once."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.examples import CHECKED


def test_plan_that_lacks_desks_is_told_by_how_many(idle: TestClient) -> None:
    """The example: 50 of 54 desks are placed."""
    verdict = idle.post("/check", json=CHECKED).json()
    assert not verdict["feasible"]
    assert [(v["kind"], v["amount"]) for v in verdict["violations"]] == [("unplaced", 4.0)]


def test_plan_that_holds_is_told_how_it_serves(idle: TestClient) -> None:
    """A plan that breaks no rule has its total, and who finds no desk."""
    placements = [{"unit_id": "Finance", "floor_id": "A-1", "desks": 54}]
    verdict = idle.post("/check", json=CHECKED | {"placements": placements}).json()
    assert (verdict["feasible"], verdict["objective"]["total"]) == (True, 60.0)
    assert verdict["attendance"]["floors"] == 1


def test_plan_with_pooled_desks_is_told_in_people(idle: TestClient) -> None:
    """Where capacity is by chance, people are placed: 69 of 70 lack one."""
    settings = {"sharing": {"capacity": "chance"}, "attendance": {"mean_share": 0.5}}
    placements = [{"unit_id": "Finance", "floor_id": "A-1", "people": 69}]
    order = CHECKED | {"settings": settings, "placements": placements}
    verdict = idle.post("/check", json=order).json()
    assert [(v["kind"], v["amount"]) for v in verdict["violations"]] == [("unplaced", 1.0)]
    desks_alone = CHECKED | {"settings": settings}
    verdict = idle.post("/check", json=desks_alone).json()
    assert verdict["violations"][0]["kind"] == "not_whole"


@pytest.mark.parametrize(
    ("placements", "column"),
    [([{"unit_id": "Finance", "floor_id": "A-1"}], "desks"), ([3], ""), ("all", "")],
)
def test_what_is_no_placement_is_refused(idle: TestClient, placements: Any, column: str) -> None:
    """Rows without unit, floor and amount are no plan to judge."""
    answer = idle.post("/check", json=CHECKED | {"placements": placements})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["column"] == column


def test_check_makes_no_job(idle: TestClient) -> None:
    """Nothing is kept of a check."""
    before = idle.get("/metrics").text.count("allocator_jobs")
    idle.post("/check", json=CHECKED)
    assert idle.get("/metrics").text.count("allocator_jobs") == before
