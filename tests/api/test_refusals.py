"""What the service refuses, and how it says so (RFC 9457)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.examples import SMALLEST
from tests.api.conftest import client as client_of

JSON = {"content-type": "application/json"}
FLOOR = SMALLEST["floors"][0]
UNIT = SMALLEST["headcounts"][0]


def refused(client: TestClient, order: Any, status: int = 422) -> dict[str, Any]:
    """Return the problem with which an order is refused."""
    answer = client.post("/allocate", json=order)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    return problem


def test_every_problem_is_listed_with_its_place(idle: TestClient) -> None:
    """A wrong cell, an unknown column and an unknown rule come back together, each with place."""
    order = {
        "floors": [FLOOR | {"level": "one"}],
        "headcounts": [UNIT, UNIT | {"unit_id": "Law", "headcounts": 3}],
        "rules": [{"rule": "own_flor", "subject": "Finance"}],
    }
    places = [(e["table"], e["row"], e["column"]) for e in refused(idle, order)["errors"]]
    assert places == [
        ("floors", 1, "level"),
        ("headcounts", 2, "headcounts"),
        ("rules", 1, "rule"),
    ]


def test_problem_has_the_members_of_the_standard(idle: TestClient) -> None:
    """An answer has type, title, status, detail and an instance of its own."""
    first, second = (refused(idle, {"floors": [FLOOR]}) for _ in range(2))
    assert first["type"] == "urn:allocator:problem:invalid-scenario"
    assert (first["status"], first["detail"]) == (422, "1 problem: see errors")
    assert first["instance"] != second["instance"]


@pytest.mark.parametrize("value", [False, 3.0, "3", -1, 10**8, None, [3]])
def test_headcount_is_a_whole_number_and_nothing_like_one(idle: TestClient, value: Any) -> None:
    """Booleans, 3.0, text and numbers out of range are no headcount."""
    [error] = refused(idle, SMALLEST | {"headcounts": [UNIT | {"headcount": value}]})["errors"]
    assert (error["table"], error["row"], error["column"]) == ("headcounts", 1, "headcount")
    assert error["message"].startswith("expected a whole number")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        *(("time_limit_s", value) for value in (True, "5", 0, -1, 20.5, 10**300)),
        *(("seed", value) for value in (True, 3.0, "3", -1, 2**31)),
    ],
)
def test_effort_out_of_range_is_refused(idle: TestClient, key: str, value: Any) -> None:
    """Time limit and seed are strict too, and the time limit is at most the service's."""
    [error] = refused(idle, SMALLEST | {key: value})["errors"]
    assert (error["table"], error["column"]) == ("request", key)


@pytest.mark.parametrize(
    ("key", "near"), [("headcount", "headcounts"), ("time_limit", "time_limit_s")]
)
def test_unknown_key_is_refused_with_the_nearest_known(
    idle: TestClient, key: str, near: str
) -> None:
    """A key that means nothing is an error that names what may have been meant."""
    [error] = refused(idle, SMALLEST | {key: 3})["errors"]
    assert (error["column"], error["message"]) == (
        key,
        f"unknown table or key; did you mean {near!r}?",
    )


@pytest.mark.parametrize("order", [[SMALLEST], "floors", 3, None])
def test_body_is_an_object(idle: TestClient, order: Any) -> None:
    """Any JSON but an object is refused in one sentence."""
    answer = idle.post("/allocate", content=json.dumps(order), headers=JSON)
    assert answer.status_code == 422
    assert [error["message"] for error in answer.json()["errors"]] == ["expected an object"]


@pytest.mark.parametrize(
    "body", [b"", b"{", b"\xff\xfe", b'{"seed": NaN}', b'{"seed":1,"seed":2}', b"[" * 9_000]
)
def test_body_that_is_no_json_is_400(idle: TestClient, body: bytes) -> None:
    """Broken JSON, NaN, a key given twice and bottomless nesting are no JSON to read."""
    answer = idle.post("/allocate", content=body, headers=JSON)
    assert answer.status_code == 400
    assert answer.json()["type"] == "urn:allocator:problem:malformed-json"


@pytest.mark.parametrize("media_type", [None, "text/plain", "application/x-www-form-urlencoded"])
def test_body_must_be_said_to_be_json_or_a_form(idle: TestClient, media_type: str | None) -> None:
    """What a web page may send elsewhere unasked is not taken for an order."""
    headers = {"content-type": media_type} if media_type else {}
    answer = idle.post("/allocate", content=json.dumps(SMALLEST), headers=headers)
    assert answer.status_code == 415
    assert answer.json()["title"] == "The body must be JSON or a form with files"


def test_body_of_too_many_bytes_is_413(idle: TestClient) -> None:
    """A body larger than may be is a problem too, and says how large it may be."""
    problem = refused(idle, SMALLEST | {"note": "x" * 20_000}, status=413)
    assert problem["detail"] == "at most 20,000 bytes"


def test_too_many_floors_and_units_are_refused(idle: TestClient) -> None:
    """More rows than the service takes are refused, for both tables at once."""
    order = {
        "floors": [FLOOR | {"floor_id": f"A-{n}"} for n in range(11)],
        "headcounts": [UNIT | {"unit_id": f"U-{n}"} for n in range(21)],
    }
    errors = refused(idle, order)["errors"]
    assert [(e["table"], e["message"]) for e in errors] == [
        ("floors", "expected at most 10 rows"),
        ("headcounts", "expected at most 20 rows"),
    ]


def test_units_are_counted_by_scheme(idle: TestClient) -> None:
    """Two schemes of fifteen units are one case of fifteen, whichever is chosen."""
    rows = [
        UNIT | {"unit_id": f"U-{n}", "headcount": 2, "scheme": scheme}
        for scheme in ("118k", "180k")
        for n in range(15)
    ]
    order = SMALLEST | {"headcounts": rows, "settings": {"options": {"scheme": "118k"}}}
    headers = {"Prefer": "respond-async"}
    assert idle.post("/allocate", json=order, headers=headers).status_code == 202
    order["tables"] = [{"name": "both", "headcounts": rows}]
    assert idle.post("/batch", json=order, headers=headers).status_code == 202


@pytest.mark.parametrize(("path", "status"), [("/allocate", 405), ("/nothing", 404)])
def test_other_errors_are_problems_too(idle: TestClient, path: str, status: int) -> None:
    """A wrong method or path is answered in the same form."""
    answer = idle.get(path)
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == answer.status_code == status


def test_bug_of_ours_tells_nothing_but_its_instance(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What went wrong inside stays inside; the log has the id by which it is found."""
    with client_of(concurrent_solves=0) as client:
        app: Any = client.app
        monkeypatch.setattr(app.state.service.store, "accept", _failing)
        problem = refused(client, SMALLEST, status=500)
    assert problem["type"] == "urn:allocator:problem:internal-error"
    assert "secret" not in str(problem)
    assert problem["instance"] in caplog.text


def _failing(*_: object) -> None:
    raise RuntimeError("a secret")
