"""A layout that a local search has found. No search lives here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from allocator.search.case import Case, Layout
from allocator.search.kernels.budget import Budget


@dataclass(frozen=True)
class Improvement:
    """A layout that honours every rule.

    Attributes
    ----------
    layout
        Desks by (unit, floor).
    total
        Person-minutes a week, of the desks placed.
    unplaced_people
        0 unless the case allows unplaced desks.
    """

    layout: dict[tuple[int, int], int]
    total: float
    unplaced_people: float


class Watcher(Protocol):
    """Whom a local search asks, and tells, while it is under way."""

    def case_now(self) -> Case:
        """Return the case, which differs from that at first only in what floors hold.

        It is called often, so the same object should come while nothing has changed.
        """

    def note_nearly(self, layout: Layout) -> None:
        """Hear of a layout that keeps every rule, on floors too full or with desks missing."""


class Improve(Protocol):
    """Yields layouts that honour every rule, each better than those before."""

    def __call__(
        self,
        case: Case,
        start: Layout,
        *,
        rng: np.random.Generator,
        budget: Budget,
        watcher: Watcher | None = None,
    ) -> Iterator[Improvement]:
        """Search from a start, which may be empty, until the budget ends."""
