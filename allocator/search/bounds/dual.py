"""The dual of a labelled model raised step by step: anytime, and from any multipliers.

Compiled steps are in `ascent`; here are their pace and their state.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from time import monotonic

import numpy as np

from allocator.search.bounds import ascent
from allocator.search.bounds.ascent import Multipliers
from allocator.search.bounds.labelled import ROUNDING, Floats, Labelled

HEAT, RATE = 0.1, 0.1
"""First temperature and first step, in parts of what an ordinary pair costs."""
PATIENCE, CHILD_PATIENCE = 100.0, 1e9
"""Steps between two looks whether it still rises."""
WARMER, FASTER = 3.0, 10.0
"""Temperature and step for what is left of a model, as multiples of its own last ones."""
COLDEST = 0.6**14
"""Part of the first temperature at which a dual is as high as it gets."""
REHEAT = 0.1
"""Part of the first temperature and step from which it goes on once a model has changed."""
AT_ONCE_S = 0.03
"""Seconds of steps between two looks at the clock."""


@dataclass(frozen=True)
class Pace:
    """Temperature and step in person-minutes a week; steps between two looks at the progress."""

    heat: float
    rate: float
    patience: float = PATIENCE


class Dual:
    """Multipliers of a model on their way up.

    Parameters
    ----------
    model
        Is not copied. What sets of nodes pay may rise meanwhile; `warm` is called then.
    x
        Multipliers to begin from, which are copied; else all are 0.
    pace
        First temperature and step; else by what an ordinary pair costs.
    """

    def __init__(
        self, model: Labelled, x: Multipliers | None = None, pace: Pace | None = None
    ) -> None:
        self.model, self.given = model, model.compiled
        size = model.size
        self.x = model.views(np.zeros(size) if x is None else x.flat.copy())
        nodes, labels = model.cost.shape
        self.work = _workspace(nodes, labels, len(model.patterns.extra))
        pace = pace or _first_pace(model)
        self.coldest = COLDEST * pace.heat
        self.warmer = Pace(REHEAT * pace.heat, REHEAT * pace.rate)
        numbers = np.zeros(ascent.NUMBERS)
        # Lower than any bound, and finite.
        numbers[[ascent.BOUND, ascent.BEFORE]] = -ascent.FORBIDDEN
        numbers[[ascent.HEAT, ascent.RATE, ascent.PATIENCE]] = pace.heat, pace.rate, pace.patience
        numbers[ascent.SCALE] = max(float(model.weight.mean()), 1e-9)
        self.state = ascent.State(
            model.views(np.zeros(size)),
            np.zeros(size),
            np.zeros(size),
            self.x.flat.copy(),
            numbers,
        )

    @property
    def best(self) -> Multipliers:
        """The best multipliers so far."""
        return self.model.views(self.state.best)

    @property
    def bound(self) -> float:
        """The best bound so far, less what rounding may have added; person-minutes a week."""
        n = self.state.numbers
        return float(self.model.constant + n[ascent.BOUND] - ROUNDING * n[ascent.SIZE])

    @property
    def pace_now(self) -> Pace:
        """The pace it has by now, for models that are left of this one.

        Warmer and faster than its own: that closes 20-15-35 with half the children
        (docs/explanation/notes.md). They take few steps, so they never cool.
        """
        n = self.state.numbers
        heat, rate = float(n[ascent.HEAT]), float(n[ascent.RATE])
        return Pace(WARMER * heat, FASTER * rate, CHILD_PATIENCE)

    def warm(self) -> None:
        """Make it warmer: what the model costs has changed.

        The best bound stays: costs of sets only rise, and the bound with them.
        """
        n = self.state.numbers
        n[ascent.HEAT], n[ascent.RATE] = self.warmer.heat, self.warmer.rate
        n[ascent.STEPS] = n[ascent.WAITED] = 0.0
        n[ascent.BEFORE] = n[ascent.BOUND]
        self.x.flat[:] = self.state.best
        self.state.mean[:] = 0.0
        self.state.square[:] = 0.0

    def ascend(self, steps: int) -> None:
        """Take so many steps."""
        ascent.ascend(self.given, self.x, self.work, self.state, steps)

    def rise(self, is_over: Callable[[], bool]) -> Iterator[float]:
        """Yield the bound every moment, until it rises no more; nothing where no plan exists.

        Parameters
        ----------
        is_over
            Asked before every moment of about `AT_ONCE_S`.
        """
        steps = 1
        while self.state.numbers[ascent.HEAT] > self.coldest and not is_over():
            began = monotonic()
            self.ascend(steps)
            if self.bound > ascent.DEAD:
                return
            yield self.bound
            # How long a step takes depends on the model, so their number follows the clock.
            if monotonic() - began < AT_ONCE_S / 2:
                steps *= 2
            elif monotonic() - began > AT_ONCE_S:
                steps = max(steps // 2, 1)

    def marginals(self) -> Floats:
        """Return a bound of the model with each node at each label (N, K), at the best so far.

        From these a tree prunes children that it never looks at.
        """
        self.x.flat[:] = self.state.best
        # A step works out what every label adds before it moves, hence at the best multipliers.
        self.ascend(1)
        size, bound = self.work.numbers
        found: Floats = self.work.added + (self.model.constant + bound - ROUNDING * size)
        return found


def _workspace(nodes: int, labels: int, sets: int) -> ascent.Workspace:
    """Return room for one step; its fields in the order of `ascent.Workspace`."""
    square, table, row = (nodes, labels, labels), (nodes, labels), (labels,)
    of_sets = (sets,), (nodes,)
    shapes = (table, *[square] * 4, (labels, labels), row, row, row, table, table, *of_sets, (2,))
    return ascent.Workspace(*map(np.zeros, shapes))


def _first_pace(model: Labelled) -> Pace:
    """Return temperature and step by what an ordinary pair costs."""
    costs = model.pair_cost[model.table]
    allowed = costs[costs < ascent.DEAD]
    # Where nobody walks any pace will do, but it must not be 0.
    ordinary = (float(allowed.mean()) if allowed.size else 0.0) or 1.0
    return Pace(HEAT * ordinary, RATE * ordinary)
