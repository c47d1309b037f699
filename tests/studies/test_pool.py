"""The warm pool: plans come back, and what goes wrong costs one task and says why."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import CancelledError
from pathlib import Path
from typing import Any

import pytest

from allocator.errors import InputError, SolveFailedError
from allocator.plan.types import Status
from allocator.search.progress import Progress
from allocator.studies.pool import Job, Limits, Pool, Task
from tests.builders import scenario
from tests.studies import planted

ROOT = Path(__file__).parents[2]
SMALL = scenario(headcounts=[("Finance", 50)])
LARGE = scenario(headcounts=[("Finance", 60)])
QUICK = planted.options(time_limit_s=0.2)


def quick(does: str, seconds: float = 0.2) -> Any:
    """Options that ask for a planted search."""
    return planted.options(time_limit_s=seconds, does=does)


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    """One process with tight limits, made anew where a test ends it."""
    with Pool(1, Limits(grace_s=1.0, memory_mb=300), planted.asked) as warm:
        yield warm


def failure(pool: Pool, does: str) -> str:
    """Run a task that fails and return what is said of it."""
    error = pool.submit(Task(SMALL, quick(does))).future.exception(timeout=60)
    assert isinstance(error, SolveFailedError)
    return str(error)


def wait_until_running(job: Job) -> None:
    while not job.future.running():
        time.sleep(0.01)


def test_plan_comes_back_whole(pool: Pool) -> None:
    """A task's plan is that of the search, and knows its scenario."""
    plan = pool.submit(Task(SMALL, QUICK)).future.result(timeout=60)
    assert plan.pieces == {("Finance", "A-1"): 50}
    assert plan.stack_chart() is not None


def test_progress_comes_back(pool: Pool) -> None:
    """What a search says of itself is handed on."""
    heard: list[Progress] = []
    pool.submit(Task(SMALL, quick("chatty")), heard.append).future.result(timeout=60)
    assert [progress.stage for progress in heard] == ["planted"]


def test_process_that_dies_costs_one_task(pool: Pool) -> None:
    """The task of a process that dies fails with its exit code; the next one is solved."""
    fatal, fine = (pool.submit(Task(case, quick("die_if_large"))) for case in (LARGE, SMALL))
    with pytest.raises(SolveFailedError, match="exit code 7"):
        fatal.future.result(timeout=60)
    assert fine.future.result(timeout=60).status is Status.FEASIBLE


def test_task_that_hangs_is_ended(pool: Pool) -> None:
    """A search that does not heed its time limit is ended after the grace."""
    assert "should have stopped" in failure(pool, "hang")


def test_time_does_not_run_while_the_search_is_compiled(pool: Pool) -> None:
    """A task on a fresh machine is not ended for the time that compiling takes."""
    plan = pool.submit(Task(SMALL, quick("compile_for_long"))).future.result(timeout=60)
    assert plan.pieces == {("Finance", "A-1"): 50}


def test_task_that_eats_memory_is_ended(pool: Pool) -> None:
    """A process that grows beyond the limit is ended, and the limit named."""
    assert "300 MB are allowed" in failure(pool, "eat")


def test_exception_of_the_search_is_an_error(pool: Pool) -> None:
    """An exception in the process fails the task with its type and text."""
    assert failure(pool, "crash") == "RuntimeError: planted"


def test_refused_options_stay_an_input_error(pool: Pool) -> None:
    """What the search refuses as input is the same error here, with its problems."""
    error = pool.submit(Task(SMALL, quick("refuse"))).future.exception(timeout=60)
    assert isinstance(error, InputError)
    assert [problem.message for problem in error.problems] == ["expected a small case"]


def test_stop_ends_a_running_task_with_its_best_plan(pool: Pool) -> None:
    """A task that runs is told to stop and still gives its plan."""
    job = pool.submit(Task(SMALL, quick("patient", seconds=600)))
    wait_until_running(job)
    job.stop()
    assert job.future.result(timeout=60).status is Status.FEASIBLE


def test_stop_cancels_a_task_that_waits(pool: Pool) -> None:
    """A task that has not begun is cancelled and never run."""
    first, second = (pool.submit(Task(SMALL, quick("patient", seconds=600))) for _ in range(2))
    wait_until_running(first)
    second.stop()
    with pytest.raises(CancelledError):
        second.future.result(timeout=60)
    first.stop()
    assert first.future.result(timeout=60).status is Status.FEASIBLE


def test_closing_ends_what_runs_and_what_waits() -> None:
    """A closed pool leaves no task without an answer."""
    with Pool(1, solver=planted.hang) as pool:
        first, second = (pool.submit(Task(SMALL, QUICK)) for _ in range(2))
        wait_until_running(first)
    assert "closed" in str(first.future.exception())
    assert second.future.cancelled()


def test_processes_die_with_their_parent() -> None:
    """When the parent is killed, its process ends by itself."""
    command = [sys.executable, "-m", "tests.studies.parent"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as parent:
        assert parent.stdout is not None
        child = Path("/proc", parent.stdout.readline().strip())
        assert child.exists()
        parent.kill()
    assert _gone_within(child, seconds=30)


def _gone_within(process: Path, seconds: float) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if "\nState:\tZ" in (process / "status").read_text():
                return True
        except OSError:
            return True
        time.sleep(0.05)
    return False
