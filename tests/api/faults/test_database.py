"""A database that goes away, and a disk that is full."""

from __future__ import annotations

import time
from pathlib import Path
from uuid import uuid4

import pytest

from api.examples import COMPARED, SMALLEST
from api.jobs.database import ANSWER_S, CONNECT_S
from tests.api.faults.test_killed import ended_well
from tests.api.live import live, until
from tests.api.postgres import Postgres

pytestmark = pytest.mark.faults
ASYNC = {"Prefer": "respond-async"}


def test_database_that_crashes_is_outlived(server: Postgres) -> None:
    """While the database is away requests are told so; when it is back all jobs end, once."""
    url = server.database(f"jobs_{uuid4().hex[:8]}")
    with live("serve", url, concurrent_solves=0) as service, live("worker", url):
        jobs = [service.accept(SMALLEST | {"time_limit_s": 4}) for _ in range(2)]
        compared = service.ask("POST", "/compare", json=COMPARED, headers=ASYNC).json()["id"]
        service.begun(jobs[0])
        server.crash()
        away = service.ask("POST", "/allocate", json=SMALLEST)
        ready = service.ask("GET", "/readyz").status_code
        time.sleep(8)
        server.start()
        assert (away.status_code, ready) == (503, 503)
        assert "Retry-After" in away.headers
        assert {ended_well(service, job, 120)["starts"] for job in jobs} == {1}
        assert service.ended(compared)["state"] == "done"


def test_frozen_database_is_away(own_server: Postgres) -> None:
    """One that keeps its connections and says nothing is away; jobs end, once, when it is back."""
    with live("serve", own_server.url) as service:
        job = service.accept(SMALLEST | {"time_limit_s": 3})
        service.begun(job)
        with own_server.frozen():
            began = time.monotonic()
            asked = [service.ask("GET", f"/jobs/{job}").status_code for _ in range(2)]
            took_s = time.monotonic() - began
        assert asked == [503, 503]
        assert took_s < 2 * (ANSWER_S + CONNECT_S) + 1
        assert ended_well(service, job)["starts"] == 1
        assert service.job(service.accept(SMALLEST))["state"] in ("queued", "running")


def test_full_disk_is_told_and_outlived(small_disk: Path) -> None:
    """Where the disk is full jobs are refused with 503, and accepted once there is room."""
    url = f"sqlite:///{small_disk / 'jobs.sqlite'}"
    with live("serve", url) as service:
        first = service.accept(SMALLEST | {"time_limit_s": 1})
        ended_well(service, first)
        filler = small_disk / "filler"
        fill(filler)
        refused = service.ask("POST", "/allocate", json=_large())
        seen = service.job(first)["state"]
        filler.unlink()
        assert (refused.status_code, seen) == (503, "done")
        assert until(lambda: _is_accepted(service), 30)


def test_full_disk_for_a_moment_fails_nothing(small_disk: Path) -> None:
    """A job that runs while the disk is full ends with its plan once there is room."""
    url = f"sqlite:///{small_disk / 'jobs.sqlite'}"
    with live("serve", url) as service:
        job = service.accept(SMALLEST | {"time_limit_s": 3})
        service.begun(job)
        filler = small_disk / "filler"
        fill(filler)
        time.sleep(5)
        filler.unlink()
        assert ended_well(service, job)["starts"] == 1


def fill(filler: Path) -> None:
    """Take all room that is left on a disk."""
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 4096)
        except OSError:
            pass


def _large() -> dict[str, object]:
    """Return an order that takes many pages of the database."""
    note = "x" * 100_000
    return SMALLEST | {"floors": [SMALLEST["floors"][0] | {"note": note}]}


def _is_accepted(service: object) -> bool:
    answer = service.ask(  # type: ignore[attr-defined]
        "POST", "/allocate", json=SMALLEST, headers={"Prefer": "respond-async"}
    )
    accepted: bool = answer.status_code == 202
    return accepted
