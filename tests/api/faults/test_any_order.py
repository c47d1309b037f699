"""Requests and faults in any order: every accepted job ends, once, as it should."""

from __future__ import annotations

import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from api.examples import BATCHED, COMPARED, SMALLEST
from api.jobs.records import Kind
from tests.api.faults.test_database import fill
from tests.api.faults.test_killed import is_checked
from tests.api.faults.test_restarts import DIED
from tests.api.live import Json, Live, until
from tests.api.postgres import Postgres
from tests.more import ALL, DATABASES

pytestmark = pytest.mark.faults
ORDERS, STEPS = (6, 15) if ALL else (2, 4)
MOST_JOBS = 12
ASYNC = {"Prefer": "respond-async"}
BRIEF = {"time_limit_s": 0.5}
REQUESTS: dict[str, Json] = {
    Kind.ALLOCATE: SMALLEST | BRIEF,
    Kind.EXPLAIN: SMALLEST | BRIEF,
    Kind.TIGHTEST: SMALLEST | BRIEF,
    Kind.COMPARE: COMPARED | BRIEF,
    Kind.BATCH: BATCHED | BRIEF,
}
FAULTS = (
    "kill the worker",
    "database away",
    "pause the worker",
    "disk full",
    "kill the service",
    "stop the worker",
    "stop the service",
)


class Machines:
    """A service and a worker, both of which solve, on a database that can go away."""

    def __init__(self, url: str, away: Callable[[], None], disk: Path | None) -> None:
        self._url, self._away, self._disk = url, away, disk
        self.service, self.worker = self._started("serve"), self._started("worker")
        self.accepted: dict[str, str] = {}
        self.cancelled: set[str] = set()
        self.deaths = 0
        self._to_come: list[str] = []

    def _started(self, what: str) -> Live:
        limits = {"JOBS_A_KEY": str(MOST_JOBS), "DATABASE_URL": self._url}
        return Live(what, "brief", limits)

    def suffer(self, number: int) -> None:
        """Do what is to be outlived, and make good for it: each once before any comes again."""
        here = [fault for fault in FAULTS if self._disk or fault != "disk full"]
        self._to_come = self._to_come or here
        fault = self._to_come.pop(number % len(self._to_come))
        how, _, what = fault.split() if fault.count(" ") == 2 else (fault, "", "")
        if how in ("kill", "stop"):
            self.deaths += how == "kill"
            name = "serve" if what == "service" else what
            getattr(getattr(self, what), how)()
            setattr(self, what, self._started(name))
        elif how == "pause":
            self.worker.process.send_signal(signal.SIGSTOP)
            time.sleep(3)  # longer than a lease
            self.worker.process.send_signal(signal.SIGCONT)
            self.deaths += 1  # it is taken for dead
        elif fault == "database away":
            self._away()
        else:
            assert self._disk is not None
            fill(self._disk / "filler")
            time.sleep(1.5)
            (self._disk / "filler").unlink()

    def close(self) -> None:
        """Kill both."""
        self.service.kill()
        self.worker.kill()


class Orders(RuleBasedStateMachine):
    """Jobs handed in, looked at and cancelled, and faults."""

    machines: Machines

    @initialize(number=st.integers(0, 30))
    def hand_in_one_of_each(self, number: int) -> None:
        """Every kind of job is there when the first fault comes."""
        for kind in REQUESTS:
            self.hand_in(kind)
        self.suffer(number)

    @rule(kind=st.sampled_from(list(REQUESTS)))
    def hand_in(self, kind: str) -> None:
        """A job is accepted, unless the caller has as many as it may have."""
        one = self.machines
        answer = one.service.ask("POST", f"/{kind}", json=REQUESTS[kind], headers=ASYNC)
        if answer.status_code == 202:
            one.accepted[answer.json()["id"]] = kind
        active = sum(not self.is_over(job) for job in one.accepted)
        assert answer.status_code in (202, 429)
        assert active <= MOST_JOBS

    @rule(number=st.integers(0, 30))
    def cancel(self, number: int) -> None:
        """A job is cancelled, if it is not over."""
        one = self.machines
        job = list(one.accepted)[-1 - number % len(one.accepted)]
        if not self.is_over(job):
            one.cancelled.add(job)
            assert one.service.ask("DELETE", f"/jobs/{job}").status_code in (200, 202)

    @rule(number=st.integers(0, 30))
    def suffer(self, number: int) -> None:
        """Something breaks."""
        self.machines.suffer(number)

    def is_over(self, job: str) -> bool:
        return self.machines.service.job(job)["state"] in ("done", "failed", "cancelled")

    def teardown(self) -> None:
        """In the end all is as it should be."""
        one = self.machines
        for job, kind in one.accepted.items():
            ended = one.service.ended(job, 90)
            assert ended["state"] != "cancelled" or job in one.cancelled
            assert ended["state"] != "failed" or (ended["reason"] == DIED and one.deaths >= 3)
            if ended["state"] == "done":
                self.is_whole(job, kind)
            self.has_no_child_that_goes_on(job)
        self.are_all_listed()

    def is_whole(self, job: str, kind: str) -> None:
        """A job that is done has a checked plan, or every row once."""
        service = self.machines.service
        if kind not in (Kind.COMPARE, Kind.BATCH):
            assert is_checked(service, job)
            return
        rows = service.ask("GET", f"/jobs/{job}/result").json()["rows"]
        if kind == Kind.BATCH:
            assert [row["file"] for row in rows] == [each["name"] for each in BATCHED["tables"]]
        else:
            assert [row["people_per_desk"] for row in rows] == ["1.2", "1.3", "1.4"]

    def has_no_child_that_goes_on(self, job: str) -> None:
        """No child outlives its parent by more than a moment."""
        service = self.machines.service
        for number in range(3):
            child = f"{job}.{number}"
            if service.ask("GET", f"/jobs/{child}").status_code == 200:
                assert until(lambda child=child: self.is_over(child), 5), service.job(child)  # type: ignore[misc]

    def are_all_listed(self) -> None:
        """The pages have every job once, the newest first."""
        found: list[str] = []
        where = ""
        while where is not None:
            page = self.machines.service.ask("GET", f"/jobs?limit=3{where}").json()
            found += [job["id"] for job in page["jobs"]]
            where = page["next"] and f"&before={page['next']}"
        assert found == list(self.machines.accepted)[::-1]


@pytest.fixture
def machines(request: pytest.FixtureRequest) -> Iterator[Machines]:
    """The machines on a database of either kind."""
    if request.param == "postgresql":
        server: Postgres = request.getfixturevalue("own_server")

        def away() -> None:
            server.crash()
            time.sleep(2)
            server.start()

        one = Machines(server.database(f"jobs_{uuid4().hex[:8]}"), away, None)
    else:
        disk: Path = request.getfixturevalue("small_disk")
        place = disk / "jobs.sqlite"

        def away() -> None:
            with closing(sqlite3.connect(place, timeout=10)) as other:
                other.execute("BEGIN EXCLUSIVE")
                time.sleep(2)

        one = Machines(f"sqlite:///{place}", away, disk)
    yield one
    one.close()


@pytest.mark.parametrize("machines", DATABASES, indirect=True)
def test_jobs_end_whatever_happens_in_whatever_order(machines: Machines) -> None:
    """Every accepted job ends, once, with a checked plan or a true reason."""
    bounded = settings(
        max_examples=ORDERS,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        derandomize=not ALL,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    life = type("Life", (Orders,), {"machines": machines})
    run_state_machine_as_test(life, settings=bounded)
