"""A thousand jobs while workers and their solves are killed, and what a restart costs.

pytest -n 0 -s --override-ini addopts= tests/benchmarks/test_soak.py
"""

from __future__ import annotations

import os
import random
import signal
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from api.examples import SMALLEST
from tests.api.databases import empty_database
from tests.api.live import Json, Live, live, until

JOBS = 1_000
ASYNC = {"Prefer": "respond-async"}
ROOMY: dict[str, Any] = {"jobs_a_key": 2 * JOBS, "queued_jobs": 2 * JOBS, "running_a_key": 64}
EVERY_S = 20.0
"""Seconds between two kills."""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for whatever the processes leave behind."""
    place = tmp_path / "temporary"
    place.mkdir()
    monkeypatch.setenv("TMPDIR", str(place))
    return place


def report(**figures: float) -> None:
    """Print figures."""
    for name, value in figures.items():
        sys.stdout.write(f"\n{name.replace('_', ' ')}: {value:,.3f}")
    sys.stdout.write("\n")


def all_jobs(service: Live) -> list[Json]:
    """Return the records of all jobs."""
    found: list[Json] = []
    where = ""
    while where is not None:
        page = service.ask("GET", f"/jobs?limit=200{where}").json()
        found += page["jobs"]
        where = page["next"] and f"&before={page['next']}"
    return found


def nobody_waits(service: Live) -> bool:
    return not service.ask("GET", "/jobs?state=queued&limit=1").json()["jobs"]


def took_s(job: Json) -> float:
    """Return the seconds from the start of a job to its end."""
    ended, started = (datetime.fromisoformat(job[name]) for name in ("ended_at", "started_at"))
    return (ended - started).total_seconds()


def descriptors(service: Live) -> int:
    return len(os.listdir(f"/proc/{service.process.pid}/fd"))


def megabytes(service: Live) -> float:
    status = Path(f"/proc/{service.process.pid}/status").read_text()
    return int(next(line.split()[1] for line in status.splitlines() if "VmRSS" in line)) / 1000


def kills(url: str, rng: random.Random) -> Iterator[str]:
    """Keep a worker, and kill it or its solves, each time that the next is asked for."""
    worker = Live("worker", "real", {"DATABASE_URL": url, "CONCURRENT_SOLVES": "2"})
    try:
        while True:
            yield "begun"
            if rng.random() < 0.4:
                worker.kill()
                worker = Live("worker", "real", {"DATABASE_URL": url, "CONCURRENT_SOLVES": "2"})
            else:
                for child in worker.children():
                    with suppress(ProcessLookupError):
                        os.kill(child, signal.SIGKILL)
    finally:
        worker.kill()


def test_thousand_jobs_among_kills(tmp_path: Path, folder: Path) -> None:
    """Every job ends with a plan; nothing is left behind."""
    url = empty_database(tmp_path)
    with live("serve", url, "real", concurrent_solves=0, **ROOMY) as service:
        service.ask("GET", "/jobs")
        before = descriptors(service), megabytes(service)
        began = time.monotonic()
        for number in range(JOBS):
            service.accept(SMALLEST | {"seed": number})
        accepting_s = time.monotonic() - began
        killing = kills(url, random.Random(0))
        number = 0
        while next(killing) and not until(lambda: nobody_waits(service), EVERY_S):
            number += 1
        assert until(lambda: all(job["ended_at"] for job in all_jobs(service)), 60)
        seconds = time.monotonic() - began - accepting_s
        killing.close()
        jobs = all_jobs(service)
        after = descriptors(service), megabytes(service)
    waits = sorted(map(took_s, jobs))
    report(
        kills=number,
        accepted_a_second=JOBS / accepting_s,
        ended_a_second=JOBS / seconds,
        median_s_from_start_to_end=statistics.median(waits),
        p95_s_from_start_to_end=waits[int(0.95 * JOBS)],
        descriptors_more=after[0] - before[0],
        megabytes_more=after[1] - before[1],
        files_left=sum(1 for _ in folder.rglob("*")),
    )
    assert len(jobs) == JOBS
    assert {job["state"] for job in jobs} == {"done"}
    assert after[0] - before[0] < 20


def test_thousand_queued_jobs_after_a_kill(tmp_path: Path) -> None:
    """Seconds from the start of a killed service to its first result, and of a DELETE then."""
    url = empty_database(tmp_path)
    with live("serve", url, "real", **ROOMY) as first:
        jobs = [first.accept(SMALLEST | {"seed": number}) for number in range(JOBS)]
        first.kill()
    began = time.monotonic()
    with live("serve", url, "real", **ROOMY) as second:
        ready_s = time.monotonic() - began
        done = len(second.ask("GET", "/jobs?state=done&limit=200").json()["jobs"])
        path = "/jobs?state=done&limit=200"
        assert until(lambda: len(second.ask("GET", path).json()["jobs"]) > done or done == 200, 60)
        first_s = time.monotonic() - began
        began = time.monotonic()
        second.ask("DELETE", f"/jobs/{jobs[-1]}")
        delete_s = time.monotonic() - began
    report(ready_after_s=ready_s, first_result_after_s=first_s, delete_s=delete_s)
    assert first_s < 5
    assert delete_s < 1


def test_cancelling_a_comparison_of_a_thousand_cases(tmp_path: Path) -> None:
    """Seconds from DELETE until a comparison of a thousand ratios is cancelled."""
    url = empty_database(tmp_path)
    order = SMALLEST | {"people_per_desk": "1.2:2.199:0.001", "time_limit_s": 5}
    with live("serve", url, "real", **ROOMY) as service:
        job = service.ask("POST", "/compare", json=order, headers=ASYNC).json()["id"]
        assert until(lambda: (service.job(job)["done"] or 0) >= 5, 60)
        began = time.monotonic()
        service.ask("DELETE", f"/jobs/{job}")
        assert until(lambda: service.job(job)["state"] == "cancelled", 30)
        seconds = time.monotonic() - began
        rows = service.ask("GET", f"/jobs/{job}/result").json()["rows"]
    report(cancelled_after_s=seconds, rows_kept=len(rows))
    assert seconds < 2
