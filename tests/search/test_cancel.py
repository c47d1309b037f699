"""Work that ends in its midst: whoever began it says when, and what was around it ends as well."""

from __future__ import annotations

from threading import Thread

import pytest

from allocator.search.cancel import CancelledWorkError, checkpoint, until


def test_work_goes_on_until_it_is_over() -> None:
    """The first checkpoint after that leaves it, and nothing is raised outside."""
    done = []
    with until(lambda: len(done) >= 3):
        while True:
            checkpoint()
            done.append(1)
    assert len(done) == 3


def test_checkpoints_outside_of_any_work_do_nothing() -> None:
    """Functions with checkpoints can be called by anybody."""
    checkpoint()


def test_inner_work_ends_and_outer_goes_on() -> None:
    """What is over inside is no reason to leave what is around it."""
    done = []
    with until(lambda: False):
        with until(lambda: True):
            checkpoint()
            done.append("inside")
        checkpoint()
        done.append("after")
    assert done == ["after"]


def test_outer_work_that_is_over_ends_the_inner_as_well() -> None:
    """A checkpoint inside asks for everything around it."""
    done = []
    with until(lambda: True):
        with until(lambda: False):
            checkpoint()
            done.append("inside")
        done.append("after")
    assert done == []


def test_other_failures_are_told() -> None:
    """Only the end of the work is kept quiet."""
    with pytest.raises(ZeroDivisionError), until(lambda: False):
        _ = 1 / 0


def test_each_thread_has_work_of_its_own() -> None:
    """A thread begun inside of work that is over is not a part of it."""
    failures = []

    def run() -> None:
        try:
            checkpoint()
        except CancelledWorkError as error:
            failures.append(error)

    with until(lambda: True):
        thread = Thread(target=run)
        thread.start()
        thread.join()
    assert not failures
