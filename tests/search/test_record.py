"""The record of a search: its best plan, what is proved of it, and when it is over."""

from __future__ import annotations

from typing import Any

import pytest

from allocator.plan.types import StoppedBecause, TermName
from allocator.search.bounds import Bounds
from allocator.search.compile import compile_case
from allocator.search.progress import MOVES_PER_S, Progress
from allocator.search.record import LEAST_WORK, MOST_RESERVED, Record
from tests.search.hot import office, searched

SCENARIO = office()
GOOD = next(searched(SCENARIO, moves=60_000)).layout
POOR = {(u, (5 * u) % 12): desks for (u, _), desks in GOOD.items()}
"""A layout that is dearer; nobody looks here at whether it fits."""


def record_of(*, seconds: float = 20.0, **how: Any) -> Record:
    given = {"reproducible": False, "on_progress": None, "should_stop": None} | how
    return Record(compile_case(SCENARIO), time_limit_s=seconds, workers=1, seed=0, **given)


def test_only_better_plans_are_taken() -> None:
    """A worse one is refused, and leaves no point in the trace."""
    record = record_of()
    assert record.offer(GOOD)
    assert not record.offer(POOR)
    assert record.layout == GOOD
    assert len(record.trace) == 1


def test_plan_is_a_copy() -> None:
    """Who offered it may go on changing it."""
    record, given = record_of(), dict(POOR)
    record.offer(given)
    given.clear()
    assert record.layout == POOR


def test_bounds_only_rise() -> None:
    """A lower one is forgotten, of the total and of every term."""
    record = record_of()
    terms = dict.fromkeys(TermName, 0.0)
    record.prove(Bounds(terms=terms | {TermName.WALKING: 7.0}, total=20.0))
    record.prove(Bounds(terms=terms | {TermName.WALKING: 3.0}, total=10.0))
    assert (record.bound, record.term_bounds[TermName.WALKING]) == (20.0, 7.0)
    record.raise_bound(None)
    assert record.bound == 20.0


def test_gap_is_a_part_of_the_total() -> None:
    """Without a plan there is none; a bound at the total closes it."""
    record = record_of()
    assert record.gap() is None
    record.offer(GOOD)
    assert record.score is not None
    record.raise_bound(record.score.total / 2)
    assert record.gap() == pytest.approx(0.5, abs=0.05)
    record.raise_bound(record.score.total)
    assert record.is_closed()
    assert record.stopped_because() is StoppedBecause.GAP_CLOSED


def test_reasons_to_stop_are_told_apart() -> None:
    """Asked, out of time, nothing better for long; none where no plan exists."""
    asked = record_of(should_stop=lambda: True)
    late = record_of(seconds=0.0)
    settled, hopeless = record_of(), record_of()
    hopeless.prove_infeasible()
    told = [each.stopped_because() for each in (asked, late, settled, hopeless)]
    assert told == [
        StoppedBecause.ASKED,
        StoppedBecause.TIME_LIMIT,
        StoppedBecause.NO_BETTER_PLAN,
        None,
    ]


def test_patience_is_lost_by_work_alone() -> None:
    """It runs from when the search is under way, and a better plan begins it anew."""
    record = record_of()
    record.spend(2 * record.patience)
    assert not record.is_stalled()
    record.offer(POOR)
    record.get_under_way()
    record.spend(1.01 * record.patience)
    assert record.is_stalled()
    record.offer(GOOD)
    assert not record.is_stalled()


def test_work_is_moves_and_steps() -> None:
    """So many moves are a second; a step of CP-SAT is something, however little it reports."""
    record = record_of()
    record.spend_moves(MOVES_PER_S)
    record.spend_step(0.0)
    assert record.work == pytest.approx(1.0 + LEAST_WORK)


def test_budget_of_work_replaces_the_clock() -> None:
    """What is left is work then, and nothing is kept for what comes after."""
    record = record_of(seconds=4.0, reproducible=True)
    record.reserve(3.0)
    record.spend(1.5)
    assert record.left() == pytest.approx(2.5)
    assert not record.is_over()
    record.spend(2.5)
    assert record.is_over()


def test_a_part_of_the_time_is_kept_at_most() -> None:
    """However long preparing took, most of the limit is for the search."""
    record = record_of(seconds=10.0)
    record.reserve(1000.0)
    assert record.limit == pytest.approx(10.0 * (1 - MOST_RESERVED))


def test_clock_can_stand_still() -> None:
    """Compiling is not a part of the limit."""
    record = record_of(seconds=10.0)
    before = record.left()
    record.pause(5.0)
    assert record.left() == pytest.approx(before + 5.0, abs=0.5)


def test_pieces_are_told_once_for_each_plan() -> None:
    """Progress without a new plan does not repeat them."""
    told: list[Progress] = []
    record = record_of(on_progress=told.append)
    record.offer(POOR)
    record.enter("neighbourhoods")
    record.offer(GOOD)
    assert [progress.pieces is not None for progress in told] == [True, False, True]
    assert [progress.stage for progress in told][1:] == ["neighbourhoods"] * 2


def test_efforts_end_with_the_search() -> None:
    """No step is given more than what is left."""
    record = record_of(seconds=3.0)
    assert record.effort(100.0).seconds <= 3.0
    assert record.effort(1.0).seconds == pytest.approx(1.0, abs=0.01)
    assert record.effort(-1.0).seconds > 0
