"""How long a search may go on: by the clock, or by a number of moves, which always ends alike."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic


def never() -> bool:
    """Return False: nobody asks to stop."""
    return False


def ignore(_moves: int) -> None:
    """Do nothing: nobody counts moves."""


class Budget:
    """What is left of a search.

    Parameters
    ----------
    seconds, moves
        The most it may take, if anything but `should_stop` ends it. Wall time depends on the
        machine, moves do not: with them the same random numbers give the same layouts.
    clock
        What seconds are measured by: wall time usually, or processor time.
    should_stop
        Asked a few times a second.
    on_moves
        Called with the moves that were made.

    Attributes
    ----------
    spent
        Moves made so far.
    """

    def __init__(
        self,
        *,
        seconds: float | None = None,
        moves: int | None = None,
        clock: Callable[[], float] = monotonic,
        should_stop: Callable[[], bool] = never,
        on_moves: Callable[[int], None] = ignore,
    ) -> None:
        self._clock = clock
        self._end = None if seconds is None else clock() + seconds
        self._left = moves
        self.spent = 0
        self._should_stop, self._on_moves = should_stop, on_moves

    def spend(self, moves: int) -> None:
        """Count moves that were made."""
        self.spent += moves
        if self._left is not None:
            self._left -= moves
        self._on_moves(moves)

    @property
    def over(self) -> bool:
        """Whether nothing is left, or somebody asked to stop."""
        # Moves first: with them alone a search must end alike on every machine, whatever the clock
        # says.
        if self._left is not None and self._left <= 0:
            return True
        if self._end is not None and self._clock() >= self._end:
            return True
        return self._should_stop()
