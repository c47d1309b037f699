"""Batches and comparisons whose process is stopped or killed, again and again."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

import pytest

from api.examples import SMALLEST
from tests.api.live import Live, live, until

pytestmark = pytest.mark.faults
ASYNC = {"Prefer": "respond-async"}
DIED = "whoever carried it out died, 3 times"
Json = dict[str, Any]
COMPARISON = SMALLEST | {"time_limit_s": 2, "people_per_desk": "1.2:1.7:0.1"}
BATCH = SMALLEST | {
    "time_limit_s": 1,
    "tables": [
        {"name": str(n), "headcounts": [{"unit_id": "Finance", "headcount": 70 - n}]}
        for n in range(6)
    ],
}


def told_rows(service: Live, job: str) -> list[Json]:
    """Return the rows that a listener hears, in their order."""
    events = service.ask("GET", f"/jobs/{job}/events").text.strip().split("\n\n")
    found = [dict(line.split(": ", 1) for line in event.splitlines()) for event in events]
    rows = [json.loads(event["data"])["rows"] for event in found if event["event"] == "rows"]
    return [row for part in rows for row in part]


def test_comparison_outlives_three_restarts(url: str) -> None:
    """Killed, told to stop and killed again, it ends with every row once, in their order."""
    rows, told = outlived(url, "/compare", COMPARISON)
    assert [row["people_per_desk"] for row in rows] == ["1.2", "1.3", "1.4", "1.5", "1.6", "1.7"]
    assert {row["people_per_desk"] for row in told} == {row["people_per_desk"] for row in rows}


def test_batch_outlives_three_restarts(file_url: str) -> None:
    """So does a batch; each row is told once, however often it was begun."""
    rows, told = outlived(file_url, "/batch", BATCH)
    assert [row["file"] for row in rows] == [table["name"] for table in BATCH["tables"]]
    assert sorted(row["job"] for row in told) == [row["job"] for row in rows]


def outlived(url: str, path: str, order: Json) -> tuple[list[Json], list[Json]]:
    """Return the rows of a job that is interrupted three times, and those that were told."""
    job, done = "", 0
    for end in ("kill", "stop", "kill"):
        with live("serve", url) as service:
            job = job or service.ask("POST", path, json=order, headers=ASYNC).json()["id"]
            done = more_are_done(service, job, done)
            getattr(service, end)()
    with live("serve", url) as service:
        assert service.ended(job)["state"] == "done"
        rows = service.ask("GET", f"/jobs/{job}/result").json()["rows"]
        return rows, told_rows(service, job)


def more_are_done(service: Live, job: str, than: int) -> int:
    """Wait until more children are over; return how many."""
    assert until(lambda: (service.job(job)["done"] or 0) > than, 60), service.job(job)
    done: int = service.job(job)["done"]
    return done


def test_comparison_that_is_cancelled_keeps_its_rows(file_url: str) -> None:
    """DELETE ends it and its children soon; the rows of those that were over stay."""
    order = SMALLEST | {"time_limit_s": 2, "people_per_desk": "1.2:2.2:0.002"}
    with live("serve", file_url) as service:
        job = service.ask("POST", "/compare", json=order, headers=ASYNC).json()["id"]
        more_are_done(service, job, 2)
        service.ask("DELETE", f"/jobs/{job}")
        assert until(lambda: service.job(job)["state"] == "cancelled", 2)
        rows = service.ask("GET", f"/jobs/{job}/result").json()["rows"]
        states = {service.job(row["job"])["state"] for row in rows}
    assert len(rows) >= 3
    assert states <= {"done", "cancelled"}


def test_job_that_outlives_three_workers_fails(url: str) -> None:
    """After three workers that died over a batch it fails, with its rows; no child goes on."""
    bad = {"name": "bad", "headcounts": [{"unit_id": "Finance", "headcount": -1}]}
    order = SMALLEST | {"time_limit_s": 60, "tables": [BATCH["tables"][0], bad]}
    with live("serve", url, concurrent_solves=0) as service:
        batch = service.ask("POST", "/batch", json=order, headers=ASYNC).json()["id"]
        for start in (1, 2, 3):
            with live("worker", url, concurrent_solves=2) as worker:
                is_begun = partial(has_begun, service, batch, start)
                assert until(is_begun, 60)
                worker.kill()
        with live("worker", url):
            ended, child = service.ended(batch), service.ended(f"{batch}.0", 10)
            answer = service.ask("GET", f"/jobs/{batch}/result")
    assert (ended["state"], ended["reason"]) == ("failed", DIED)
    assert (child["state"], child["reason"]) in (("cancelled", None), ("failed", DIED))
    assert (answer.status_code, [row["file"] for row in answer.json()["rows"]]) == (500, ["bad"])


def has_begun(service: Live, batch: str, start: int) -> bool:
    """Whether a batch was begun so often, and one of its tables is done."""
    job = service.job(batch)
    return (job["starts"], job["done"]) == (start, 1)
