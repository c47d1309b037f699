"""The dual of a labelled model raised step by step: anytime, and from any multipliers."""

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
    """Multipliers of a model on their way up."""

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
        """The best bound so far, less what rounding may have added to it."""
        n = self.state.numbers
        return float(self.model.constant + n[ascent.BOUND] - ROUNDING * n[ascent.SIZE])

    @property
    def pace_now(self) -> Pace:
        """The pace it has by now, for models that are left of this one."""
        n = self.state.numbers
        heat, rate = float(n[ascent.HEAT]), float(n[ascent.RATE])
        return Pace(WARMER * heat, FASTER * rate, CHILD_PATIENCE)

    def warm(self) -> None:
        """Make it warmer: what the model costs has changed."""
        n = self.state.numbers
        n[ascent.HEAT], n[ascent.RATE] = self.warmer.heat, self.warmer.rate
        n[ascent.STEPS] = n[ascent.WAITED] = 0.0
        n[ascent.BEFORE] = n[ascent.BOUND]
        self.x.flat[:] = self.state.best
        self.state.mean[:] = 0.0
        self.state.square[:] = 0.0

    def climb(self, steps: int) -> None:
        """Take so many steps."""
        ascent.climb(self.given, self.x, self.work, self.state, steps)

    def rise(self, is_over: Callable[[], bool]) -> Iterator[float]:
        """Yield the bound every moment, until it rises no more; nothing where no plan exists."""
        steps = 1
        while self.state.numbers[ascent.HEAT] > self.coldest and not is_over():
            began = monotonic()
            self.climb(steps)
            if self.bound > ascent.DEAD:
                return
            yield self.bound
            if monotonic() - began < AT_ONCE_S / 2:
                steps *= 2
            elif monotonic() - began > AT_ONCE_S:
                steps = max(steps // 2, 1)

    def marginals(self) -> Floats:
        """Return a bound of the model with each node at each label (N, K), at the best so far."""
        self.x.flat[:] = self.state.best
        self.climb(1)
        size, bound = self.work.numbers
        found: Floats = self.work.added + (self.model.constant + bound - ROUNDING * size)
        return found


def _workspace(nodes: int, labels: int, sets: int) -> ascent.Workspace:
    square, table, row = (nodes, labels, labels), (nodes, labels), (labels,)
    of_sets = (sets,), (nodes,)
    shapes = (table, *[square] * 4, (labels, labels), row, row, row, table, table, *of_sets, (2,))
    return ascent.Workspace(*map(np.zeros, shapes))


def _first_pace(model: Labelled) -> Pace:
    """Return temperature and step by what an ordinary pair costs."""
    costs = model.pair_cost[model.table]
    allowed = costs[costs < ascent.DEAD]
    ordinary = (float(allowed.mean()) if allowed.size else 0.0) or 1.0
    return Pace(HEAT * ordinary, RATE * ordinary)
