"""Turns: one job at work at any moment, and the same turns again."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from time import sleep, thread_time

import pytest

from allocator.search import turns as module
from allocator.search.turns import TURN_S, Turns


def told(shares: list[float], work: list[list[float]], pause: float = 0.0) -> list[int]:
    """Return which job did each piece of work, in the order in which they were done."""
    turns, done = Turns(shares, by_work=True), []

    def job(number: int) -> None:
        turns.enter(number)
        try:
            for piece in work[number]:
                done.append(number)
                sleep(pause * number)
                turns.spend(piece)
        finally:
            turns.leave()

    with ThreadPoolExecutor(len(work)) as pool:
        for ended in [pool.submit(job, number) for number in range(len(work))]:
            ended.result()
    return done


def test_jobs_get_their_shares() -> None:
    """A job of twice the share does twice the work, and goes on alone once others are done."""
    done = told([1.0, 2.0], [[TURN_S / 2] * 20, [TURN_S / 2] * 20])
    assert abs(done[:24].count(1) - 16) <= 2
    assert sorted(done) == [0] * 20 + [1] * 20


def test_shares_of_time_are_those_of_the_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    """By time, a job that sleeps is not ahead of one that computes."""
    monkeypatch.setattr(module, "TURN_S", 0.02)
    turns, done = Turns([1.0, 1.0], by_work=False), []

    def job(number: int, act: Callable[[], object]) -> None:
        turns.enter(number)
        for _ in range(3):
            act()
            done.append(number)
            turns.spend(1e9)
        turns.leave()

    def compute() -> None:
        end = thread_time() + module.TURN_S / 2
        while thread_time() < end:
            pass

    with ThreadPoolExecutor(2) as pool:
        pool.submit(job, 0, compute)
        pool.submit(job, 1, lambda: sleep(0.001))
    assert done == [0, 0, 1, 1, 1, 0]


def test_passing_on_is_a_turn_that_is_given_away() -> None:
    """Who waits for others lets them do a turn's work, and then has as much to come."""
    turns, done = Turns([1.0, 1.0], by_work=True), []

    def waits() -> None:
        turns.enter(0)
        while len(done) < 3:
            turns.pass_on()
        done.append("found")
        turns.leave()

    def works() -> None:
        turns.enter(1)
        for _ in range(5):
            done.append("work")
            turns.spend(TURN_S)
        turns.leave()

    with ThreadPoolExecutor(2) as pool:
        pool.submit(waits)
        pool.submit(works)
    assert done.index("found") in (3, 4)


@pytest.mark.parametrize("pause", [0.0, 0.002])
def test_turns_do_not_depend_on_how_long_they_take(pause: float) -> None:
    """Slow jobs take the same turns."""
    work = [[0.3, 0.9, 0.2, 0.5], [0.7, 0.1, 0.4], [1.5, 0.2]]
    assert told([1.0, 0.5, 1.0], work, pause) == told([1.0, 0.5, 1.0], work)


def test_job_that_fails_holds_up_nobody() -> None:
    """Others go on after a failure, which is told."""
    turns, done = Turns([1.0, 1.0], by_work=True), []

    def job(number: int) -> None:
        turns.enter(number)
        try:
            if number == 0:
                raise ValueError("no more")
            turns.spend(5.0)
            done.append(number)
        finally:
            turns.leave()

    with ThreadPoolExecutor(2) as pool:
        ended = [pool.submit(job, number) for number in range(2)]
        with pytest.raises(ValueError, match="no more"):
            ended[0].result()
    assert done == [1]
