"""Simulated annealing without a layout: random numbers, acceptance, schedule, adaptive penalty.

References
----------
Kirkpatrick, Gelatt, Vecchi (1983), Optimization by simulated annealing, Science 220.
Vigna (2016), An experimental exploration of Marsaglia's xorshift generators, scrambled, ACM
Transactions on Mathematical Software 42.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from allocator.search.kernels.compiled import compiled

Whole = NDArray[np.int64]
Reals = NDArray[np.float64]
Flags = NDArray[np.bool_]
RngState = NDArray[np.uint64]
"""State of a generator (1)."""

NEVER = 30.0
"""Times the temperature by which a worse move is never kept."""


def rng_state(rng: np.random.Generator) -> RngState:
    """Return the state of a generator of its own for compiled code."""
    # From 1 up: a xorshift generator that is at 0 stays there.
    return rng.integers(1, 2**62, 1).astype(np.uint64)


@compiled
def uniform(state: RngState) -> float:
    """Return a random number from 0 to below 1 (xorshift64*)."""
    x = state[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    state[0] = x
    # The upper 53 bits: as many as a float holds.
    return np.float64((x * np.uint64(2685821657736338717)) >> np.uint64(11)) * 2.0**-53


@compiled
def pick(state: RngState, first: int, end: int) -> int:
    """Return a random whole number from first to below end; end must be above first."""
    return first + int(uniform(state) * (end - first))


@compiled
def accepts(state: RngState, worse: float, temperature: float) -> bool:
    """Tell whether a move that makes a layout worse by so much is kept (Metropolis)."""
    if worse <= 0.0:
        return True
    # The comparison comes first, so that no exponential is taken for a move that is hopeless.
    return worse < NEVER * temperature and uniform(state) < np.exp(-worse / temperature)


@dataclass(frozen=True)
class Schedule:
    """Geometric cooling: temperatures in person-minutes a week, first and last, and moves."""

    hot: float
    cold: float
    moves: int

    def steps(self, least: int, most: int) -> Iterator[Steps]:
        """Yield at most so many parts of it, each at least so many moves long.

        Between them the budget is looked at, and prices change. A schedule shorter than `least` is
        one part.
        """
        count = max(min(self.moves // least, most), 1)
        moves = max(self.moves // count, 1)
        heats = np.geomspace(self.hot, self.cold, count + 1).tolist()
        for hot, cold in pairwise(heats):
            yield Steps(hot, (cold / hot) ** (1.0 / moves), moves)


class Steps(NamedTuple):
    """Part of a schedule: its first temperature, what each move makes of it, moves."""

    hot: float
    cooling: float
    moves: int


class AdaptivePenalty:
    """The part of the full price of a desk too many at which annealing ends, learnt from results.

    A high price keeps groups from passing through full towers; at a low one they end there.

    Attributes
    ----------
    part
        From `least` to 1.
    """

    CHEAPER, DEARER = 0.7, 1.4

    def __init__(self, part: float, least: float) -> None:
        self.part, self._least = part, least

    def learn(self, fits: bool) -> None:
        """Make it cheaper where all has fitted, dearer where it has not."""
        changed = self.part * (self.CHEAPER if fits else self.DEARER)
        # Never above the full price, at which everything is mended anyway.
        self.part = min(max(changed, self._least), 1.0)
