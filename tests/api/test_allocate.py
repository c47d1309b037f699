"""`POST /allocate`: orders that are carried out by the real solver."""

from __future__ import annotations

from typing import Any

import pytest

from allocator.plan.tables import plan_from_json
from api.examples import REQUESTS, SMALLEST, TOO_SMALL
from tests.api.live import Live


def test_smallest_request_gives_a_plan(service: Live) -> None:
    """One floor and one unit at 1.3 people a desk: 54 desks, proved optimal."""
    plan = service.ask("POST", "/allocate", json=SMALLEST).json()
    assert plan["status"] == "optimal"
    assert [(row["unit_id"], row["floor_id"], row["desks"]) for row in plan["placements"]] == [
        ("Finance", "A-1", 54)
    ]


def test_answer_is_the_content_of_plan_json(service: Live) -> None:
    """The answer reads back as a plan, and bears the fingerprints of the tables."""
    answer = service.ask("POST", "/allocate", json=SMALLEST)
    plan = plan_from_json(answer.content)
    assert plan.as_json() == answer.json()
    assert plan.run.inputs.keys() == {"floors", "headcounts", "scenario"}


def test_infeasible_is_an_answer_with_reasons(service: Live) -> None:
    """Too few desks is 200, with status infeasible and by how many desks."""
    answer = service.ask("POST", "/allocate", json=TOO_SMALL)
    assert answer.status_code == 200
    assert answer.json()["status"] == "infeasible"
    assert answer.json()["reasons"][0]["desks"] == 10


@pytest.mark.parametrize("name", REQUESTS["allocate"])
def test_documented_requests_run(service: Live, name: str) -> None:
    """Every request that the documentation shows is accepted as it stands."""
    body = _documented(service)["requestBody"]["content"]["application/json"]
    answer = service.ask("POST", "/allocate", json=body["examples"][name]["value"])
    assert answer.status_code == 200
    assert answer.json()["status"] == ("infeasible" if name == "infeasible" else "optimal")


def _documented(service: Live) -> dict[str, Any]:
    document = service.ask("GET", "/openapi.json").json()
    operation: dict[str, Any] = document["paths"]["/allocate"]["post"]
    return operation
