"""Ends work in its midst: whoever begins it says when it is over, and its long loops ask.

Loops that can take a tenth of a second ask at every turn; so neither models under construction nor
bounds outlive their time. (The scopes and checkpoints of trio, for threads.)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar


class CancelledWorkError(Exception):
    """Work was over before it was done; what it had proved or offered by then stays."""


def _never() -> bool:
    return False


_is_over: ContextVar[Callable[[], bool]] = ContextVar("_is_over", default=_never)


def checkpoint() -> None:
    """Say that this is a good place to end.

    Raises
    ------
    CancelledWorkError
        If the work of this thread is over.
    """
    if _is_over.get()():
        raise CancelledWorkError


@contextmanager
def until(is_over: Callable[[], bool]) -> Iterator[None]:
    """Leave what is inside at the first checkpoint once it is over, or what it is a part of is."""
    around = _is_over.get()
    token = _is_over.set(lambda: around() or is_over())
    try:
        yield
    # If the enclosing work is over as well, it must end too.
    except CancelledWorkError:
        if around():
            raise
    finally:
        _is_over.reset(token)
