"""`POST /allocate`: orders that are carried out by the real solver."""

from __future__ import annotations

from typing import Any

import pytest

from allocator.plan.tables import plan_from_json
from api.examples import RELOCATED, REQUESTS, SMALLEST, TOO_SMALL, WEEKS
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


def test_a_relocation_has_its_rows(service: Live) -> None:
    """40 of 70 people move; they need 40 desks and 40 flats of the 60."""
    answer = service.ask("POST", "/relocate", json=RELOCATED).json()
    (row,) = answer["rows"]
    assert (row["people"], row["demand"], row["flats_needed"], row["binds"]) == (
        40,
        40,
        40,
        "none",
    )
    assert answer["combinations"][0]["fits"]
    tables = service.ask("GET", "/jobs", params={"kind": "relocate"}).json()["jobs"]
    job = tables[0]["links"]["self"]
    csv = service.ask("GET", f"{job}/table.csv")
    assert csv.text.splitlines()[0].startswith("unit_scenario,staff_scenario,family_scenario,wave")
    book = service.ask("GET", f"{job}/table.xlsx")
    assert book.content[:2] == b"PK"


def test_rotas_come_with_the_plan_they_are_for(service: Live) -> None:
    """The weeks as a table, and the plan, whose scenario has them."""
    answer = service.ask("POST", "/rotas", json=WEEKS)
    assert answer.json()["after"]["floors_short"] == 0
    job = answer.headers["content-location"].removesuffix("/result")
    assert service.ask("GET", f"{job}/plan.xlsx").content[:2] == b"PK"
    assert service.ask("GET", f"{job}/table.csv").text.startswith("unit_id,mon,tue,wed,thu,fri")
