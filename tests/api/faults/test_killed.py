"""Processes killed in mid-solve: every accepted job ends once, with a checked plan."""

from __future__ import annotations

import os
import re
import signal
import time
from typing import Any

import pytest

from api.examples import SMALLEST
from tests.api import planted
from tests.api.live import Live, live, processes, until

pytestmark = pytest.mark.faults
LONG = SMALLEST | {"time_limit_s": 3}
ENDLESS = SMALLEST | {"time_limit_s": 60}


def is_checked(service: Live, job_id: str) -> bool:
    """Whether the plan of a job passes the service's own check."""
    placements = service.ask("GET", f"/jobs/{job_id}/plan").json()["placements"]
    scenario = service.ask("GET", f"/jobs/{job_id}/scenario").json()
    answer = service.ask("POST", "/check", json=scenario | {"placements": placements})
    feasible: bool = answer.json()["feasible"]
    return feasible


def ended_well(service: Live, job_id: str, seconds: float = 60) -> dict[str, Any]:
    """Return the record of a job once it is done, with a checked plan."""
    job = service.ended(job_id, seconds)
    assert job["state"] == "done", job
    assert is_checked(service, job_id)
    return job


def test_killed_service_goes_on_when_started_again(url: str) -> None:
    """The one process is killed in mid-solve; started again it ends all that was accepted.

    The job that ran goes on from the plan told last; no total that is told is ever worse.
    """
    with live("serve", url) as first:
        jobs = [first.accept(SMALLEST | {"time_limit_s": limit}) for limit in (6, 1, 1)]
        first.begun(jobs[0])
        time.sleep(1)
        first.kill()
    with live("serve", url) as second:
        starts = [ended_well(second, job)["starts"] for job in jobs]
        listed = second.ask("GET", "/jobs").json()["jobs"]
        told = second.ask("GET", f"/jobs/{jobs[0]}/events").text
        run = second.ask("GET", f"/jobs/{jobs[0]}/plan").json()["run"]
    totals = [float(found) for found in re.findall(r'"total": ([0-9.]+)', told)]
    assert totals == sorted(totals, reverse=True)
    assert ([job["id"] for job in listed], starts) == (jobs[::-1], [2, 1, 1])
    assert (run["wall_s"], run["time_limit_s"] < 6) == (planted.HANDED_OVER, True)


def test_killed_worker_is_taken_over_from(url: str) -> None:
    """A worker is killed in mid-solve: within a minute another has begun its job, and ends it."""
    with (
        live("serve", url, concurrent_solves=0) as service,
        live("worker", url) as first,
        live("worker", url) as second,
    ):
        job = service.accept(LONG)
        holder(job, first, second).kill()
        assert until(lambda: service.job(job)["starts"] == 2, 60)
        assert ended_well(service, job)["starts"] == 2


def test_killed_answering_process_loses_nothing(url: str) -> None:
    """The process that accepted is killed at once; workers end what it accepted."""
    with live("worker", url):
        with live("serve", url, concurrent_solves=0) as first:
            jobs = [first.accept(LONG | {"time_limit_s": 1}) for _ in range(5)]
            first.kill()
        with live("serve", url, concurrent_solves=0) as second:
            assert {ended_well(second, job)["starts"] for job in jobs} == {1}


def test_killed_process_of_a_solve_is_replaced(url: str) -> None:
    """The process that solves is killed: its job is begun anew at once, by the same worker."""
    with live("serve", url) as service:
        job = service.accept(LONG)
        service.begun(job)
        for child in solvers(service):
            os.kill(child, signal.SIGKILL)
        assert ended_well(service, job)["starts"] == 1


def test_process_that_keeps_dying_fails_its_job(file_url: str) -> None:
    """A job whose process dies three times fails, and says why."""
    with live("serve", file_url, "suicidal") as service:
        job = service.ended(service.accept(SMALLEST))
    assert job["state"] == "failed"
    assert job["reason"] == "its process died with exit code 9"


def test_solves_die_with_their_worker(file_url: str) -> None:
    """No process of a killed worker outlives it."""
    with live("serve", file_url) as service:
        service.begun(service.accept(ENDLESS))
        children = service.children()
        service.kill()
    assert children
    assert until(lambda: not children & processes(), 10)


def test_stopped_worker_hands_over(url: str) -> None:
    """A worker told to stop leaves its best plan, and another begins from it at once."""
    with (
        live("serve", url, concurrent_solves=0) as service,
        live("worker", url) as first,
        live("worker", url) as second,
    ):
        job = service.accept(SMALLEST | {"time_limit_s": 6})
        worker = holder(job, first, second)
        service.begun(job)
        assert worker.stop() == 0
        ended_well(service, job)
        plan = service.ask("GET", f"/jobs/{job}/plan").json()
    assert plan["run"]["wall_s"] == planted.HANDED_OVER
    assert plan["run"]["time_limit_s"] < 6


def holder(job_id: str, *workers: Live) -> Live:
    """Return the worker that has begun a job."""

    def has_begun(worker: Live) -> bool:
        return any(job_id in line and "started" in line for line in worker.told)

    assert until(lambda: any(map(has_begun, workers)), 60)
    return next(worker for worker in workers if has_begun(worker))


def solvers(service: Live) -> set[int]:
    """Return the processes of a service that solve: those that use the processor."""
    before = {child: _ticks(child) for child in service.children()}
    time.sleep(0.5)
    return {child for child, ticks in before.items() if _ticks(child) > ticks}


def _ticks(pid: int) -> int:
    with open(f"/proc/{pid}/stat") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return int(fields[11]) + int(fields[12])
