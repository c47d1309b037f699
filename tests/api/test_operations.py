"""What whoever runs the service sees of it: health, metrics, leases, and the shipped cases."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient

from allocator.errors import InputError
from api.jobs import database, worker
from api.jobs.database import Database, prepare_database
from api.jobs.leases import Leases
from api.jobs.new_job import NewJob
from api.jobs.records import Kind
from api.jobs.store import NoSuchJobError, Store
from api.jobs.worker import Worker
from api.metrics import Metrics
from tests.api import planted
from tests.api.conftest import limits
from tests.api.test_jobs import QUICK, handed_in


def test_metrics_count_jobs_and_requests(idle: TestClient) -> None:
    """Jobs by state and requests by route and status are there for Prometheus."""
    handed_in(idle, QUICK)
    text = idle.get("/metrics").text
    assert 'allocator_jobs{state="queued"}' in text
    assert 'allocator_requests_total{method="POST",route="/allocate",status="202"}' in text


def test_methods_that_callers_make_up_are_counted_as_one(idle: TestClient) -> None:
    """Labels of metrics are few, whatever is sent."""
    for number in range(3):
        idle.request(f"MADE{number}", "/jobs")
    text = idle.get("/metrics").text
    assert 'method="other"' in text
    assert "MADE" not in text


def test_ready_while_the_database_answers(idle: TestClient) -> None:
    """/readyz asks the database."""
    assert idle.get("/readyz").json()["status"] == "ok"


def test_head_is_get_without_its_body(idle: TestClient) -> None:
    """Wherever GET is, HEAD has the same status and type; a stream of events ends at once."""
    job = handed_in(idle, QUICK)["links"]
    for path in ("/healthz", "/readyz", "/cases", "/jobs", "/docs", job["self"], job["events"]):
        answer = idle.head(path)
        assert (answer.status_code, answer.content) == (200, b""), path
    assert idle.head(job["plan"]).status_code == idle.get(job["plan"]).status_code == 409


def test_not_ready_while_the_database_takes_nothing(idle: TestClient) -> None:
    """/readyz writes: a database that can be read alone is not ready."""
    app: Any = idle.app
    engine = app.state.service.store.engine
    is_file = engine.dialect.name == "sqlite"
    closed = "PRAGMA query_only=1" if is_file else "SET TRANSACTION READ ONLY"

    def close(connection: sa.Connection) -> None:
        connection.exec_driver_sql(closed)

    sa.event.listen(engine, "begin", close)
    refused = idle.get("/readyz").status_code
    sa.event.remove(engine, "begin", close)
    engine.dispose()
    assert (refused, idle.get("/readyz").status_code) == (503, 200)


def test_cases_are_listed_and_ready_to_be_sent(idle: TestClient) -> None:
    """Every shipped case is a scenario that reads back."""
    cases = {case["name"]: case for case in idle.get("/cases").json()["cases"]}
    assert cases["ikn-wave1"]["units"] == 179
    scenario = idle.get("/cases/ikn-kemenko4").json()
    assert len(scenario["floors"]) == cases["ikn-kemenko4"]["floors"]


def test_case_that_is_none_is_404(idle: TestClient) -> None:
    """An unknown case is refused as such."""
    assert idle.get("/cases/..%2F..").status_code == 404
    assert idle.get("/cases/none").json()["type"] == "urn:allocator:problem:no-such-case"


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Database]:
    """An empty database."""
    url = limits(tmp_path).database_url
    prepare_database(url)
    one = Database(url)
    yield one
    one.close()


def test_lease_runs_out_unless_it_is_renewed(data: Database) -> None:
    """A worker lives as long as it shows signs of life."""
    leases = Leases(data, 0.3)
    leases.renew("one", 2)
    leases.renew("other", 3)
    assert leases.live() == {"one": 2, "other": 3}
    time.sleep(0.4)
    leases.renew("other", 3)
    assert leases.live() == {"other": 3}


def test_lease_that_is_given_up_is_gone(data: Database) -> None:
    """Who stops is not waited for."""
    leases = Leases(data, 60)
    leases.renew("one", 1)
    leases.end("one")
    assert leases.live() == {}


def test_worker_that_stops_does_not_wait_for_dbos(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After an outage dbos may take a minute to stop; the lease is given up all the same."""
    settings, go_on, has_stopped = limits(tmp_path), Event(), Event()
    prepare_database(settings.database_url)
    one = Worker(settings, Metrics(), planted.prompt)
    one.leases.renew(one.executor_id, 1)
    one._keeper.start()
    monkeypatch.setattr(one, "_carried_out", set)
    monkeypatch.setattr(worker, "DBOS_STOP_S", 0.1)
    # In the place of the one dbos of this process, which other tests need.
    slow = SimpleNamespace(destroy=lambda **_: go_on.wait(30) and has_stopped.set())
    monkeypatch.setattr(worker, "DBOS", slow)
    one.close()
    assert not has_stopped.is_set()
    left = Database(settings.database_url)
    assert Leases(left, 60).live() == {}
    left.close()
    go_on.set()


def test_old_jobs_are_forgotten(tmp_path: Path) -> None:
    """Jobs that were over long enough ago are removed; those that wait stay."""
    url = limits(tmp_path).database_url
    prepare_database(url)
    store = Store(url)
    over, waiting = (
        store.accept(NewJob(Kind.ALLOCATE, "me", "{}", "", "", 1.0)) for _ in range(2)
    )
    store.stop(over)
    time.sleep(0.01)
    store.forget(days=0)
    with pytest.raises(NoSuchJobError):
        store.get("me", over)
    assert store.get("me", waiting).state == "queued"
    store.close()


def test_a_sqlite_that_is_too_old_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The service does not start to fail at every job; it says what is needed instead."""
    monkeypatch.setattr(database, "OLDEST_SQLITE", (99, 0))
    with pytest.raises(InputError, match=r"expected SQLite 99\.0 or later"):
        prepare_database(f"sqlite:///{tmp_path / 'jobs.sqlite'}")
    assert not (tmp_path / "jobs.sqlite").exists()
