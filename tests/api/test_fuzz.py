"""Every route, sent what means nothing: it is refused in words, never by a crash."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.routing import iter_route_contexts
from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st

from allocator.scenario.template import EXAMPLE
from api.examples import CHECKED, FROM_A_PLAN, REQUESTS, WITH_RULES
from tests.api.conftest import client

ASYNC = {"Prefer": "respond-async"}
JSON = "application/json"
PIECES = [{"unit_id": "KEMENKO-1", "floor_id": "A-1", "desks": 60}]
PAGE = {"scenario": EXAMPLE, "placements": PIECES, "language": "id", "marked": [["x", "y"]]}
DOCUMENTS: dict[str, dict[str, Any]] = {
    **{f"/{kind}": next(iter(shown.values()))["value"] for kind, shown in REQUESTS.items()},
    "/allocate": WITH_RULES | {"start": FROM_A_PLAN["start"]},
    "/check": CHECKED,
    **{f"/page/{task}": PAGE for task in ("case", "look", "stack", "placements")},
    "/page/window": {"rows": [{"scheme": "", "people_per_desk": "1.2", "status": "optimal"}]},
    "/page/report": PAGE | {"form": "xlsx"},
    "/page/picture": PAGE | {"form": "svg", "name": "stack-plan"},
}
HOSTILE: tuple[Any, ...] = (
    *("\ud800", "\x00", "a" * 300, "", "1e400", "\u202e", "\r\n", "=1+1", "\uff1d1+1"),
    *(10**400, 2**63, -1, 0, -0.5, 1e308, float("nan"), True, None),
    *([], {}, [[1]], [None], {"x": 1}),
)
HEADERS = (
    {"Accept": "*/*;q=\xb2"},
    {"Cookie": 'allocator_key="\\000"'},
    {"X-API-Key": "\xe9"},
    {"Authorization": "Bearer \xff.\xff.\xff"},
    {"Idempotency-Key": "\xff" * 255},
    {"Last-Event-ID": "\xb2"},
    {"Prefer": "wait=" + "9" * 400},
    {"Content-Type": "multipart/form-data; boundary=\xff"},
    {"Content-Type": "multipart/form-data"},
)


@pytest.fixture(scope="module")
def keyed() -> Iterator[TestClient]:
    """A client with a key of a service that only answers."""
    with client(concurrent_solves=0, jobs_a_key=10**6, queued_jobs=10**6) as one:
        app: Any = one.app
        one.headers["X-API-Key"] = app.state.service.access._keys.make("me")
        yield one


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the place of everything inside a document."""
    named = value if isinstance(value, dict) else dict(enumerate(value))
    for key, each in named.items():
        yield (*path, key)
        if isinstance(each, dict | list):
            yield from places(each, (*path, key))


def spoilt(document: Any, rng: random.Random) -> Any:
    """Return a document in which something is replaced, left out or given twice."""
    made = copy.deepcopy(document)
    *path, last = rng.choice(list(places(made)))
    around = made
    for key in path:
        around = around[key]
    if rng.random() < 0.2:
        del around[last]
    elif rng.random() < 0.2 and isinstance(around, list):
        around.append(around[last])
    else:
        around[last] = rng.choice(HOSTILE)
    return made


def refused_well(answer: Any) -> bool:
    """Whether an answer is none of a crash."""
    return answer.status_code < 500 or answer.status_code == 503


@pytest.mark.parametrize("path", DOCUMENTS)
@settings(deadline=None, max_examples=6)
@given(rng=st.randoms(use_true_random=False))
def test_spoilt_documents(keyed: TestClient, path: str, rng: random.Random) -> None:
    """A document with anything anywhere in it is taken or refused, by every route."""
    document = spoilt(DOCUMENTS[path], rng)
    body = json.dumps(document)
    answer = keyed.post(path, content=body, headers=ASYNC | {"Content-Type": JSON})
    assert refused_well(answer), (body, answer.text)


@pytest.mark.parametrize("path", [*DOCUMENTS, "/page/read", "/page/key"])
@pytest.mark.parametrize("kind", [JSON, "multipart/form-data; boundary=x", ""])
@pytest.mark.parametrize("body", [b"", b"\xff\xfe{", b"--x\r\n\x00"])
def test_bytes_that_are_nothing(keyed: TestClient, path: str, kind: str, body: bytes) -> None:
    """What is no JSON, no text and no form is refused, whatever it is said to be."""
    answer = keyed.post(path, content=body, headers={"Content-Type": kind})
    assert refused_well(answer)
    assert answer.status_code >= 300


@pytest.mark.parametrize("headers", HEADERS)
def test_headers_that_are_nothing(keyed: TestClient, headers: dict[str, str]) -> None:
    """Headers that no client sends break no route, with a key or without one."""
    job = keyed.post("/allocate", json=DOCUMENTS["/allocate"], headers=ASYNC).json()["id"]
    sent = {name: value.encode("latin-1") for name, value in headers.items()}
    for method, path in addresses(keyed, job):
        if not path.endswith("/events"):
            answer = keyed.request(method, path, headers=sent, content=b"{}")
            assert refused_well(answer), (method, path, answer.text)


@pytest.mark.parametrize("query", ["before=%00", "before=%ff", "limit=1e400", "state=%00"])
def test_queries_that_are_nothing(keyed: TestClient, query: str) -> None:
    """A query that means nothing is refused."""
    answer = keyed.get(f"/jobs?{query}&lang=%00")
    assert 400 <= answer.status_code < 500


def addresses(service: TestClient, job: str) -> Iterator[tuple[str, str]]:
    """Yield method and address of every route there is."""
    filled = {"{job_id}": job, "{form}": "csv", "{name}": "x", "{task}": "look", "{version}": "1"}
    app: Any = service.app
    for each in iter_route_contexts(app.routes):
        path = str(each.path)
        for name, value in filled.items():
            path = path.replace(name, value)
        for method in sorted(each.methods or ()):
            if method != "DELETE":
                yield method, path
