"""Relocations, rotas and prices over the wire: what is refused at once."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.examples import RELOCATED, SMALLEST, WEEKS


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
        ("/relocate", RELOCATED | {"chosen_staff": ["all"]}, "expected a scenario of this table"),
        ("/relocate", RELOCATED | {"chosen_units": "all"}, "expected an array of texts"),
        (
            "/relocate",
            RELOCATED | {"staff_scenarios": RELOCATED["staff_scenarios"][:1]},
            "staff 2 group: ",
        ),
        ("/relocate", SMALLEST, "staff None : expected this table"),
        ("/allocate", RELOCATED, "with staff alone, `allocator relocate` works out who moves"),
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
