"""The portfolio: who searches when, and what one thread leaves to the other."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from time import thread_time
from typing import Any

import numpy as np
import pytest

from allocator.search import portfolio, turns
from allocator.search.compile import compile_case
from allocator.search.neighbourhoods import Step
from allocator.search.portfolio import await_first, lay_out_anew, search_together
from allocator.search.record import Record
from tests.search.hot import office, searched

SCENARIO = office()


def record_of(*, seconds: float = 20.0, workers: int = 2, **how: Any) -> Record:
    """Return a record of a small case without a plan."""
    given = {"reproducible": False, "on_progress": None, "should_stop": None} | how
    return Record(compile_case(SCENARIO), time_limit_s=seconds, workers=workers, seed=0, **given)


def with_plan(record: Record) -> Record:
    record.offer(next(searched(SCENARIO, moves=60_000)).layout)
    return record


def test_models_wait_for_a_plan_of_local_search() -> None:
    """They wait until there is one, and no longer."""
    record = record_of()
    later = threading.Timer(0.2, lambda: with_plan(record))
    later.start()
    began = time.monotonic()
    await_first(record)
    later.join()
    assert record.layout is not None
    assert time.monotonic() - began < 0.2 * record.limit


def test_models_wait_a_part_of_the_time_at_most() -> None:
    """Where no plan comes they begin, to find one themselves or to prove that there is none."""
    record = record_of(seconds=0.5)
    await_first(record)
    assert record.layout is None
    assert 0 < record.left() < 0.5 * (1 - portfolio.WITHOUT_PLAN) + 0.05


def noting(monkeypatch: pytest.MonkeyPatch, record: Record, part: float = 1 / 8) -> list[str]:
    """Return what is done, by name, in place of doing it; each takes a part of the work."""
    done: list[str] = []

    def note(name: str) -> Any:
        def act(*_: object, **__: object) -> None:
            done.append(name)
            record.spend(record.limit * part)

        return act

    for name in ("walk", "first_plan", "prove", "pack_exactly"):
        monkeypatch.setattr(portfolio, name, note(name))
    monkeypatch.setattr(portfolio, "prove_on", lambda *_: 0.0)
    monkeypatch.setattr(portfolio, "lay_out_anew", note("lay_out_anew"))
    return done


@pytest.mark.parametrize("how", [{"workers": 1}, {"reproducible": True}])
def test_one_thread_does_the_same_jobs_in_turn(
    monkeypatch: pytest.MonkeyPatch, how: dict[str, Any]
) -> None:
    """With one worker, and by work, neither job waits for the other to end."""
    record = record_of(**how)
    done, under_way, most = noting(monkeypatch, record, 0.0), set[str](), list[int]()
    monkeypatch.setattr(turns, "TURN_S", 0.02)

    def job(name: str) -> Callable[..., None]:
        def act(*_: object) -> None:
            under_way.add(name)
            for _ in range(4):
                end = thread_time() + turns.TURN_S
                while thread_time() < end and not record.is_reproducible:
                    pass
                record.spend(turns.TURN_S)
                most.append(len(under_way))
            under_way.remove(name)
            done.append(name)

        return act

    monkeypatch.setattr(portfolio, "walk", job("walk"))
    monkeypatch.setattr(portfolio, "lay_out_anew", job("lay_out_anew"))
    search_together(with_plan(record), np.random.default_rng(0))
    assert sorted(done) == sorted(["pack_exactly", "first_plan", "prove", "walk", "lay_out_anew"])
    assert max(most) == 2


def test_two_workers_prove_and_search_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """One thread looks for a plan and proves, the other walks."""
    record = with_plan(record_of())
    done = noting(monkeypatch, record)
    search_together(record, np.random.default_rng(0))
    assert sorted(done) == sorted(["pack_exactly", "first_plan", "prove", "lay_out_anew", "walk"])
    assert record.threads_of_cp_sat == 1


def test_local_search_takes_a_turn_where_neighbourhoods_find_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """After so many in vain it walks, from the best plan, and then one more is tried."""
    record = with_plan(record_of())
    done: list[str] = []

    def step(*_: object) -> Step:
        done.append("step")
        return Step(None, 0.0)

    def walk(_: Record, __: object, **how: Any) -> None:
        assert how["afresh"] is False
        done.append("walk")
        if done.count("walk") == 2:
            record.prove_infeasible()

    monkeypatch.setattr(portfolio.Neighbourhoods, "step", step)
    monkeypatch.setattr(portfolio, "walk", walk)
    monkeypatch.setattr(portfolio, "prove_on", lambda *_: 0.0)
    lay_out_anew(record, np.random.default_rng(0), iter(()))
    assert done == [*["step"] * portfolio.IN_VAIN, "walk", "step", "walk"]


def test_threads_end_when_the_search_is_over() -> None:
    """A search of two threads that is asked to stop ends soon after."""
    asked_at: list[float] = []

    def stops_with_a_plan() -> bool:
        if record.layout is not None and not asked_at:
            asked_at.append(time.monotonic())
        return bool(asked_at)

    record = record_of(seconds=60.0, should_stop=stops_with_a_plan)
    search_together(record, np.random.default_rng(0))
    assert record.layout is not None
    assert time.monotonic() - asked_at[0] < 10
