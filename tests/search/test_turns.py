"""Turns: one job at work at any moment, and the same turns again."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from time import sleep

import pytest

from allocator.search.turns import Turns


def told(lengths: list[float], work: list[list[float]], pause: float = 0.0) -> list[int]:
    """Return which job did each piece of work, in the order in which they were done."""
    turns, done = Turns(lengths), []

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


def test_turns_are_as_long_as_their_work() -> None:
    """A job of long turns does more pieces in a row, and goes on alone once others are done."""
    assert told([1.0, 2.0], [[1.0] * 3, [1.0] * 5]) == [0, 1, 1, 0, 1, 1, 0, 1]


@pytest.mark.parametrize("pause", [0.0, 0.002])
def test_turns_do_not_depend_on_how_long_they_take(pause: float) -> None:
    """Slow jobs take the same turns."""
    work = [[0.3, 0.9, 0.2, 0.5], [0.7, 0.1, 0.4], [1.5, 0.2]]
    assert told([1.0, 0.5, 1.0], work, pause) == told([1.0, 0.5, 1.0], work)


def test_job_that_fails_holds_up_nobody() -> None:
    """Others go on after a failure, which is told."""
    turns, done = Turns([1.0, 1.0]), []

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
