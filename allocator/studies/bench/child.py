"""One process for one attempt: ended if it takes too long, grows too large, or its parent dies.

The warm pool of `studies.pool` would not do: the memory measured for an attempt must be its own.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from threading import Thread
from typing import Any, TypeVar

from allocator.errors import OutOfMemoryError, SolveFailedError
from allocator.studies.pool import TICK_S, resident_bytes

_Result = TypeVar("_Result")


@dataclass(frozen=True)
class Ending:
    """When a process is ended from outside: seconds after it begins, megabytes of memory."""

    seconds: float
    memory_mb: float
    should_stop: Callable[[], bool]


def in_a_process(ending: Ending, work: Callable[..., _Result], *arguments: Any) -> _Result | None:
    """Return the work's result, computed in a fresh process; None if it was stopped first.

    Parameters
    ----------
    ending
        When the process is ended from outside.
    work, arguments
        Must be picklable, as must what the work returns.

    Raises
    ------
    SolveFailedError
        If it ends in an error, dies, takes too long or, as `OutOfMemoryError`, grows too large.
    """
    # A forked process would begin with the parent's memory and count it as its own.
    context = get_context("spawn")
    pipe, theirs = context.Pipe()
    process = context.Process(target=_main, args=(theirs, work, arguments), daemon=True)
    process.start()
    theirs.close()  # so that its end is known by an end of file
    try:
        answer: _Result | None = _answer(pipe, process, ending)
        return answer
    except (EOFError, OSError) as error:
        # The exit code exists only once the process has been waited for.
        process.join(timeout=5)
        said = f"its process died with exit code {process.exitcode}"
        raise SolveFailedError(said) from error
    finally:
        # However it went: a process that was merely asked to end could go on using the machine
        # that the next attempt is measured on.
        process.kill()
        process.join()
        pipe.close()


def _answer(pipe: Connection, process: BaseProcess, ending: Ending) -> Any:
    """Wait for the answer, looking at clock, memory and the wish to stop every `TICK_S`."""
    deadline = time.monotonic() + ending.seconds
    while not pipe.poll(TICK_S):
        if ending.should_stop():
            return None
        if time.monotonic() > deadline:
            raise SolveFailedError(f"ended after {ending.seconds:g} s")
        used = resident_bytes(process.pid) / 1e6
        if used > ending.memory_mb:
            raise OutOfMemoryError(f"ended at {used:,.0f} MB of memory")
    done, content = pipe.recv()
    if not done:
        raise SolveFailedError(content)
    return content


def _main(pipe: Connection, work: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    """Do the work and send back either its result or what went wrong; runs in the child."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # some solvers print their name
    # A parent that was killed cannot end its child, so the child watches for it.
    Thread(target=_end_with, args=(pipe,), daemon=True).start()
    try:
        answer = (True, work(*arguments))
    except Exception as error:
        answer = (False, f"{type(error).__name__}: {error}")
    pipe.send(answer)


def _end_with(pipe: Connection) -> None:
    """End this process once its parent is gone.

    The parent never sends anything this way: `recv` returns only when the pipe breaks.
    """
    try:
        pipe.recv()
    except (EOFError, OSError):
        # Not `sys.exit`, which would end this thread alone and leave the solver running.
        os._exit(0)
