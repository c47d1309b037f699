"""The service with the search as it is, killed while a job of every kind is under way."""

from __future__ import annotations

import pytest

from api.examples import BATCHED, COMPARED, SMALLEST, TOO_SMALL
from api.jobs.records import Kind
from tests.api.faults.test_killed import is_checked
from tests.api.faults.test_restarts import ASYNC
from tests.api.live import Json, live, until

pytestmark = pytest.mark.faults
TOWERS = {
    "floors": [
        {"floor_id": f"{tower}-{level}", "tower_id": tower, "level": level, "desks": 60}
        for tower in "AB"
        for level in (1, 2, 3, 4)
    ],
    "headcounts": [
        {"unit_id": f"U{n}", "organisation_id": f"O{n % 4}", "headcount": 20 + 5 * (n % 5)}
        for n in range(12)
    ],
    "time_limit_s": 20,
}
"""It ends sooner by itself, and has a plan however loaded the machine is."""
REQUESTS: dict[str, Json] = {
    Kind.ALLOCATE: TOWERS,
    Kind.EXPLAIN: TOO_SMALL | {"time_limit_s": 2},
    Kind.TIGHTEST: SMALLEST | {"time_limit_s": 2},
    Kind.COMPARE: COMPARED | {"time_limit_s": 1},
    Kind.BATCH: BATCHED | {"time_limit_s": 1},
}


def test_every_kind_of_job_outlives_a_kill(file_url: str) -> None:
    """One of each is handed in, the process is killed, and each ends with what was asked for."""
    with live("serve", file_url, "real", concurrent_solves=2) as first:
        jobs = {
            kind: first.ask("POST", f"/{kind}", json=order, headers=ASYNC).json()["id"]
            for kind, order in REQUESTS.items()
        }
        assert until(lambda: first.job(jobs[Kind.ALLOCATE])["total"] is not None, 60)
        first.kill()
    with live("serve", file_url, "real", concurrent_solves=2) as second:
        ended = {kind: second.ended(job, 90) for kind, job in jobs.items()}
        results = {
            kind: second.ask("GET", f"/jobs/{job}/result").json() for kind, job in jobs.items()
        }
        assert is_checked(second, jobs[Kind.ALLOCATE])
    assert {job["state"] for job in ended.values()} == {"done"}
    assert results[Kind.EXPLAIN]["status"] == "infeasible"
    assert results[Kind.TIGHTEST]["schema"] == 1
    assert [len(results[kind]["rows"]) for kind in (Kind.COMPARE, Kind.BATCH)] == [3, 2]
