"""Relocations, rotas and prices over the wire: what is refused at once, and what is answered."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.examples import MOVED, SMALLEST, WEEKS
from tests.api.live import Live


def refused(client: TestClient, path: str, body: dict[str, Any]) -> str:
    answer = client.post(path, json=body)
    assert answer.status_code == 422
    return "; ".join(
        f"{e['table']} {e.get('row')} {e.get('column')}: {e['message']}"
        for e in answer.json()["errors"]
    )


@pytest.mark.parametrize(
    ("path", "body", "told"),
    [
        ("/relocate", MOVED | {"chosen_staff": ["all"]}, "expected a scenario of this table"),
        ("/relocate", MOVED | {"chosen_units": "all"}, "expected an array of texts"),
        (
            "/relocate",
            MOVED | {"staff_scenarios": MOVED["staff_scenarios"][:1]},
            "staff 2 group: ",
        ),
        ("/relocate", SMALLEST, "staff None : expected this table"),
        ("/allocate", MOVED, "with staff alone, `allocator relocate` works out who moves"),
        ("/rotas", WEEKS | {"by": "floor"}, "expected one of unit, organisation"),
    ],
)
def test_what_cannot_be_is_refused_at_once(
    idle: TestClient, path: str, body: dict[str, Any], told: str
) -> None:
    """Names that are none, groups that are missing, tables that another study needs."""
    asked = {key: value for key, value in body.items() if value is not None}
    if path == "/allocate":
        asked = {key: value for key, value in asked.items() if not key.startswith("chosen")}
    assert told in refused(idle, path, asked)


def test_a_relocation_has_its_rows(service: Live) -> None:
    """40 of 70 people move; they need 40 desks and 40 flats of the 60."""
    answer = service.ask("POST", "/relocate", json=MOVED).json()
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
