"""Many requests at once, callers that go away, many children: none lost, none failed."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa

from api.access import ANYONE
from api.examples import SMALLEST
from api.jobs.database import prepare_database
from api.jobs.new_job import NewJob
from api.jobs.records import Kind
from api.jobs.store import Store
from tests.api.live import Live, live, until

pytestmark = pytest.mark.faults
ASYNC = {"Prefer": "respond-async"}


def test_fifty_requests_at_once_are_all_answered(url: str) -> None:
    """Fifty callers wait at a time for one process that solves: each gets its plan."""
    order = SMALLEST | {"time_limit_s": 60}
    with live("serve", url, "prompt", running_a_key=64) as service, ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda _: service.ask("POST", "/allocate", json=order), range(50)))
        jobs = {answer.headers.get("content-location") for answer in answers}
    assert {answer.status_code for answer in answers} == {200}
    assert len(jobs) == 50


def test_caller_that_goes_away_leaves_its_job(file_url: str) -> None:
    """A caller breaks off while it waits for an answer: its job ends all the same."""
    request = json.dumps(SMALLEST | {"time_limit_s": 8})
    with live("serve", file_url, "steady") as service:
        caller = HTTPConnection(urlsplit(service.url).netloc)
        caller.request("POST", "/allocate", request, {"Content-Type": "application/json"})
        assert until(lambda: bool(jobs_of(service)), seconds=60)
        (job,) = jobs_of(service)
        caller.close()
        ended = service.ended(job["id"])
    assert ended["state"] == "done"


def test_limits_hold_for_posts_at_once(url: str) -> None:
    """Of thirty posts at once, to two processes, as many are accepted as a caller may have."""
    narrow: dict[str, Any] = {"concurrent_solves": 0, "jobs_a_key": 5}
    with live("serve", url, **narrow) as one, live("serve", url, **narrow) as other:

        def post(number: int) -> int:
            service = (one, other)[number % 2]
            return service.ask("POST", "/allocate", json=SMALLEST, headers=ASYNC).status_code

        with ThreadPoolExecutor(30) as pool:
            answers = list(pool.map(post, range(30)))
    assert sorted(set(answers)) == [202, 429]
    assert answers.count(202) == 5


def test_five_hundred_jobs_of_a_second_are_listed_once_each(url: str) -> None:
    """However many jobs the clock cannot tell apart, the pages have an end and every job."""
    prepare_database(url)
    store = Store(url)
    made = {store.accept(NewJob(Kind.ALLOCATE, ANYONE, "{}", "", "", 1.0)) for _ in range(500)}
    with store.engine.begin() as connection:
        connection.execute(sa.update(store.database.jobs).values(created_at=1_700_000_000_000))
    found: list[str] = []
    while page := store.list(ANYONE, limit=70, before=found[-1] if found else None):
        found += [job.id for job in page]
        assert len(found) <= len(made)
    store.close()
    assert (len(found), set(found)) == (500, made)


def jobs_of(service: Live) -> list[dict[str, Any]]:
    return list(service.ask("GET", "/jobs").json()["jobs"])


def test_two_hundred_children_have_a_row_each(url: str) -> None:
    """A batch of two hundred tables ends with two hundred rows, in their order."""
    rows = [{"unit_id": "Finance", "headcount": 70}]
    tables = [{"name": str(n), "headcounts": rows} for n in range(200)]
    with live("serve", url, "prompt") as service:
        answer = service.ask("POST", "/batch", json=SMALLEST | {"tables": tables})
    assert [row["file"] for row in answer.json()["rows"]] == [table["name"] for table in tables]
