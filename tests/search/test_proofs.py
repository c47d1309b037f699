"""Which bounds are proved when, and for how long."""

from __future__ import annotations

from collections.abc import Iterator
from time import thread_time
from typing import Any

import pytest

from allocator.plan.types import TermName
from allocator.search import proofs
from allocator.search.bounds import Bounds
from allocator.search.compile import compile_case
from allocator.search.proofs import further_proofs, prove, prove_on
from allocator.search.record import Record
from tests.search.hot import office, searched

SCENARIO = office()


def record_of(*, plan: bool = True, **how: Any) -> Record:
    told = {"reproducible": False, "on_progress": None, "should_stop": None} | how
    record = Record(compile_case(SCENARIO), time_limit_s=20, workers=2, seed=0, **told)
    if plan:
        record.offer(next(searched(SCENARIO, moves=60_000)).layout)
    return record


def test_first_bound_is_raised_above_what_costs_nothing() -> None:
    """It holds for the plan at hand, and is the sum of the terms' at least."""
    record = record_of()
    before = record.bound
    prove(record)
    assert record.score is not None
    assert before < record.bound <= record.score.total + 1e-6
    assert record.bound >= sum(record.term_bounds.values()) - 1e-6


def test_nothing_is_proved_of_plans_that_may_leave_anybody_out() -> None:
    """Without a plan it is not known how many stay unplaced, so the first bound waits for one."""
    may_leave = office(settings={"options": {"allow_unplaced": True}})
    record = Record(
        compile_case(may_leave),
        time_limit_s=20,
        workers=1,
        seed=0,
        reproducible=False,
        on_progress=None,
        should_stop=None,
    )
    before = record.bound
    prove(record)
    assert record.bound == before


@pytest.mark.parametrize(("plan", "how"), [(False, {}), (True, {"reproducible": True})])
def test_nothing_more_is_proved_by_work_or_without_a_plan(
    plan: bool, how: dict[str, bool]
) -> None:
    """Further proofs go by the clock, and by a plan to be compared with."""
    assert list(further_proofs(record_of(plan=plan, **how))) == []


def rising(record: Record, *, pause: float = 0.0) -> Iterator[Bounds]:
    """Yield bounds, each a little higher."""
    for more in range(1, 100):
        end = thread_time() + pause
        while thread_time() < end:
            pass
        terms = dict.fromkeys(TermName, 0.0)
        yield Bounds(terms=terms, total=record.bound + more / 1000)


def test_proofs_go_on_for_about_as_long_as_they_are_owed() -> None:
    """They stop after the bound that took them beyond, and say by how much."""
    record = record_of()
    bounds = rising(record, pause=0.01)
    left = prove_on(record, bounds, 0.03)
    assert -0.2 < left < 0
    assert next(bounds, None) is not None


def test_proofs_that_are_through_owe_nothing() -> None:
    """What is left of the seconds is handed back."""
    record = record_of()
    assert prove_on(record, iter(()), 5.0) == pytest.approx(5.0, abs=0.5)


def test_every_bound_is_noted_as_it_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The record has the first ones even if the last is never reached."""
    record = record_of()
    seen = []

    def lower_bounds(*_: object, **__: object) -> Iterator[Bounds]:
        for bound in rising(record):
            yield bound
            seen.append(record.bound)
            if len(seen) == 3:
                return

    monkeypatch.setattr(proofs, "lower_bounds", lower_bounds)
    prove(record)
    assert seen == sorted(seen)
    assert len(set(seen)) == 3
