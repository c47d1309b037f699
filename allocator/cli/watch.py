"""Runs a search in a thread, so that the main one can show progress and hear Ctrl-C."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, wait
from threading import Thread
from typing import TYPE_CHECKING, TypeVar

from allocator.cli.common import TICK_S, stop_on_interrupt

if TYPE_CHECKING:
    from allocator.search.progress import OnProgress, ShouldStop

_Result = TypeVar("_Result")


def watched(said: str, work: Callable[[OnProgress, ShouldStop], _Result]) -> _Result:
    """Return what the work returns, or raise what it raises.

    Parameters
    ----------
    said
        What to say when Ctrl-C asks the work to stop.
    work
        Given whom to tell of progress, and whom to ask whether to stop.
    """
    from allocator.cli.console import display

    with stop_on_interrupt(said) as stop, display() as shown:
        answer: Future[_Result] = Future()

        def run() -> None:
            try:
                answer.set_result(work(shown.update, stop.is_set))
            # Whatever it is, it is raised in the main thread, or nobody would hear of it.
            except BaseException as error:
                answer.set_exception(error)

        # A daemon: at the second Ctrl-C the process ends, whatever the thread is doing.
        Thread(target=run, daemon=True).start()
        while not answer.done():
            shown.tick()
            wait([answer], timeout=TICK_S)
    return answer.result()
