"""When a local search begins anew, and from which plan."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from allocator.search import restarts
from allocator.search.case import Case, Layout
from allocator.search.compile import compile_case
from allocator.search.improvement import Improvement, Watcher
from allocator.search.kernels.budget import Budget
from allocator.search.progress import MOVES_PER_S
from allocator.search.record import Record
from allocator.search.restarts import BEHIND, SETTLED, Attempt, walk
from tests.search.hot import office, searched

SCENARIO = office()


def recorded() -> Record:
    """Return a record of a case with a plan in it."""
    record = Record(
        compile_case(SCENARIO),
        time_limit_s=60,
        workers=1,
        seed=0,
        reproducible=False,
        on_progress=None,
        should_stop=None,
    )
    record.offer(next(searched(SCENARIO, moves=60_000)).layout)
    return record


def total(record: Record) -> float:
    """Return the total of the best plan."""
    assert record.score is not None
    return record.score.total


def test_attempt_settles_after_moves_that_grow_with_the_units() -> None:
    """So many moves a unit without a better plan end an attempt; a better one begins the count."""
    attempt = Attempt(recorded(), afresh=True)
    patience = int(SETTLED * len(SCENARIO.housed) * MOVES_PER_S)
    attempt.spend(patience)
    assert not attempt.is_over()
    attempt.note(1e9, is_best=False)
    attempt.spend(patience)
    assert attempt.moves_since == patience
    attempt.spend(1)
    assert attempt.is_over()


@pytest.mark.parametrize(("ahead", "over"), [(0.5 * BEHIND, False), (2 * BEHIND, True)])
def test_attempt_ends_when_another_is_clearly_ahead(ahead: float, over: bool) -> None:
    """A plan of somebody else that is better by a hair changes nothing, a clearly better does."""
    record = recorded()
    attempt = Attempt(record, afresh=False)
    attempt.note(total(record) * (1 + ahead), is_best=True)
    assert attempt.is_over() is over


def test_attempt_that_never_had_the_best_plan_is_behind_nobody() -> None:
    """Who has begun from nothing is left to come to something else until it has settled."""
    record = recorded()
    attempt = Attempt(record, afresh=True)
    assert not attempt.is_over()
    attempt.note(2 * total(record), is_best=False)
    assert not attempt.is_over()


def test_moves_are_counted_as_work() -> None:
    """What a local search spends is counted for the patience of the whole search."""
    record = recorded()
    Attempt(record, afresh=False).spend(MOVES_PER_S)
    assert record.work == pytest.approx(1.0)


def starts(record: Record, monkeypatch: pytest.MonkeyPatch, times: int) -> list[bool]:
    """Return whether each of so many local searches began from nothing."""
    begun: list[bool] = []

    def noting(
        _case: Case,
        start: Layout,
        *,
        rng: np.random.Generator,
        budget: Budget,
        watcher: Watcher,
    ) -> Iterator[Improvement]:
        begun.append(not start)
        record.spend(1.0)
        yield from ()

    monkeypatch.setattr(restarts, "search_for", lambda _case: noting)
    walk(record, np.random.default_rng(0), work=times)
    return begun


def test_it_begins_from_nothing_and_from_the_best_in_turn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Every other attempt leaves the best plan aside."""
    assert starts(recorded(), monkeypatch, 4) == [True, False, True, False, True]


def test_plan_that_was_given_is_begun_from(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who gives a good plan sees it improved first."""
    record = recorded()
    record.has_good_start = True
    assert starts(record, monkeypatch, 1)[0] is False
