"""The jobs in a database, without a worker: listed, counted, cancelled, and how plans are told."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Timer
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from dbos import WorkflowStatus

from allocator.search.progress import Progress
from api.jobs.database import Database, DatabaseAwayError, prepare_database
from api.jobs.leases import Leases
from api.jobs.new_job import NewJob
from api.jobs.records import Kind, State
from api.jobs.running import Progressing
from api.jobs.store import Store
from tests.api.conftest import limits


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """The jobs in an empty database."""
    url = limits(tmp_path).database_url
    prepare_database(url)
    one = Store(url)
    yield one
    one.close()


def accepted(store: Store, parent: str | None = None, number: int = 0) -> str:
    """Return the id of a job that was handed in."""
    kind = Kind.ALLOCATE if parent else Kind.BATCH
    child = None if parent is None else str(number)
    return store.accept(NewJob(kind, "me", "{}", "", "", 1.0, parent=parent, number=child))


def put(store: Store, jobs: Any, **values: Any) -> None:
    """Put values into the rows of jobs, as dbos would."""
    rows = store.database.jobs
    query = sa.update(rows).where(rows.c.workflow_uuid.in_(jobs)).values(values)
    with store.engine.begin() as connection:
        connection.execute(query)


def pages(store: Store, limit: int, **which: Any) -> list[str]:
    """Return the ids of all pages, of which there may be no more than there are jobs."""
    found: list[str] = []
    for _ in range(100):
        page = store.list("me", limit=limit, before=found[-1] if found else None, **which)
        found += [job.id for job in page]
        if len(page) < limit:
            return found
    raise AssertionError("the list has no end")


def test_list_of_jobs_of_one_moment_ends(store: Store) -> None:
    """Jobs of the same millisecond are listed once each, whatever a page holds."""
    made = [accepted(store) for _ in range(20)]
    put(store, made, created_at=1_700_000_000_000)
    accepted(store, made[0])
    assert pages(store, 3) == sorted(made, reverse=True)


def test_list_by_state_knows_who_was_stopped(store: Store) -> None:
    """A job that ended as it was told to stop is cancelled, not done."""
    one, other, waiting = (accepted(store) for _ in range(3))
    put(store, [one, other], status="PENDING")
    store.stop(one)
    put(store, [one, other], status="SUCCESS")
    assert pages(store, 2, state=State.CANCELLED) == [one]
    assert pages(store, 2, state=State.DONE) == [other]
    assert pages(store, 2, state=State.QUEUED) == [waiting]


def test_children_count_for_their_caller_alone(store: Store) -> None:
    """A caller's children count as its jobs; others are not sent away for them."""
    parent = accepted(store)
    for number in range(3):
        accepted(store, parent, number)
    seen: list[tuple[int, int]] = []
    store.accept(NewJob(Kind.ALLOCATE, "me", "{}", "", "", 1.0), lambda *n: seen.append(n))
    store.accept(NewJob(Kind.ALLOCATE, "you", "{}", "", "", 1.0), lambda *n: seen.append(n))
    assert seen == [(4, 1), (0, 2)]


def test_cancelling_takes_a_thousand_children_along(store: Store) -> None:
    """Children that wait are cancelled at once, with their parent, in less than two seconds."""
    parent = accepted(store)
    children = [accepted(store, parent, number) for number in range(300)]
    put(store, children[:1], status="PENDING")
    began = time.monotonic()
    store.stop(parent)
    assert time.monotonic() - began < 2
    assert set(store.states([parent, *children[1:]]).values()) == {State.CANCELLED}
    assert store.states(children[:1]) == {children[0]: State.RUNNING}


def test_cancelled_job_that_waits_again_keeps_its_plan(store: Store) -> None:
    """A job of which a plan is kept is not dropped: whoever begins it ends it with that plan."""
    job = accepted(store)
    put(store, [job], attributes={"left": True})
    store.stop(job)
    [found] = store.statuses([job])
    assert (store.states([job]), found.attributes) == (
        {job: State.QUEUED},
        {"left": True, "stop": True},
    )


def test_child_whose_parent_is_over_is_an_orphan(store: Store) -> None:
    """However a parent ended, children of it that wait or run are found, and cancelled."""
    one, other = accepted(store), accepted(store)
    child = accepted(store, one)
    accepted(store, other)
    put(store, [one], status="MAX_RECOVERY_ATTEMPTS_EXCEEDED")
    assert list(store.orphans()) == [one]
    store.stop_children(one)
    assert (list(store.orphans()), store.states([child])) == ([], {child: State.CANCELLED})


def test_job_whose_thread_died_is_queued_again(store: Store) -> None:
    """Of the jobs that a worker holds those are queued that it does not carry out."""
    leases = Leases(store.database, 60)
    dead, alive, others = (accepted(store) for _ in range(3))
    put(store, [dead, alive], status="PENDING", executor_id="one")
    put(store, [others], status="PENDING", executor_id="other")
    assert leases.take_back("one", [dead, others]) == 1
    assert store.states([dead, alive, others]) == {
        dead: State.QUEUED,
        alive: State.RUNNING,
        others: State.RUNNING,
    }


def test_stopped_worker_gives_up_what_it_holds_alone(store: Store) -> None:
    """What another worker holds by then stays with it, and what was cancelled stays so."""
    mine, others, cancelled = (accepted(store) for _ in range(3))
    put(store, [mine, cancelled], executor_id="one")
    put(store, [others], status="PENDING", executor_id="other")
    put(store, [mine], status="PENDING", recovery_attempts=2)
    store.stop(cancelled)
    Leases(store.database, 60).end("one")
    assert store.states([mine, others, cancelled]) == {
        mine: State.QUEUED,
        others: State.RUNNING,
        cancelled: State.CANCELLED,
    }


@pytest.fixture
def away(tmp_path: Path) -> str:
    """The address of a database that is away: its folder is."""
    return f"sqlite:///{tmp_path / 'folder' / 'jobs.sqlite'}"


def test_whatever_asks_a_database_that_is_away_is_told_so(away: str) -> None:
    """Jobs and leases raise the one error that routes answer with 503."""
    store = Store(away)
    leases = Leases(store.database, 60)
    asked: list[Callable[[], object]] = [
        store.ping,
        store.counts,
        store.orphans,
        leases.live,
        leases.held,
        lambda: leases.renew("one", 1),
        lambda: leases.take_from(["one"]),
        lambda: store.list("me"),
        lambda: store.states([str(UUID(int=0))]),
        lambda: store.events(str(UUID(int=0)), 0),
        lambda: store.kept_plan(str(UUID(int=0))),
        lambda: accepted(store),
    ]
    for ask in asked:
        with pytest.raises(DatabaseAwayError):
            ask()
    store.close()


def test_worker_waits_for_a_database_that_is_away(away: str, tmp_path: Path) -> None:
    """Its questions are answered once the database is back."""
    database = Database(away, gives_up=lambda: False)
    back = Timer(0.3, (tmp_path / "folder").mkdir)
    back.start()
    one = sa.select(sa.literal(1))
    assert database.transact(lambda connection: connection.execute(one).scalar()) == 1
    assert not back.is_alive()
    database.close()


class Told(list[tuple[str, Any]]):
    """What a job keeps and tells, in its order."""

    def keep_plan(self, kept: dict[str, Any]) -> None:
        self.append(("kept", kept["pieces"]))

    def tell(self, _event: str, data: dict[str, Any]) -> None:
        self.append(("told", data["total"]))

    def note(self, *_: Any, **__: Any) -> None:
        pass


def progress(total: float) -> Progress:
    return Progress(0.1, "planted", total, 0.0, 0.0, 1.0, pieces={("U", "F"): int(total)})


def progressing(told: Told, **status: Any) -> Progressing:
    found = WorkflowStatus()
    found.workflow_id, found.attributes = "one", {"standing": status}
    return Progressing(told, found, 10.0)  # type: ignore[arg-type]


def test_plan_is_kept_before_it_is_told() -> None:
    """No listener hears of a total that a crash could lose."""
    told = Told()
    job = progressing(told)
    job.note(progress(9.0))
    job.note(Progress(0.2, "planted", 9.0, 0.0, 0.0, 1.0))
    job.tell()
    assert told == [("kept", [("U", "F", 9)]), ("told", 9.0)]


def test_totals_never_get_worse() -> None:
    """A job that is begun again tells only what is better than all that was told before."""
    told = Told()
    job = progressing(told, total=8.0, unplaced_people=0.0)
    for total in (9.0, 8.0, 7.0):
        job.note(progress(total))
        job.tell_plan()
    job.finish({"status": "feasible", "job_status": {"total": 7.5, "unplaced_people": 0.0}})
    assert [total for what, total in told if what == "told"] == [7.0]
