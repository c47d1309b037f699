"""What proofs and the search tell each other: the best total, plans that proofs meet."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from allocator.search.case import Layout


class Plans(Protocol):
    """Plans of a search."""

    @property
    def keeps_trees(self) -> bool:
        """Whether trees keep their multipliers for a certificate."""

    def total(self) -> float:
        """Return the total of the best plan; infinite while there is none."""

    def offer(self, layout: Layout) -> float:
        """Take a plan if it is better than the best so far; return its total."""


class NoPlans:
    """No plan is known, and nobody wants any.

    For bounds that are asked for by themselves, without a search.
    """

    keeps_trees = False

    def total(self) -> float:
        """Return infinity."""
        return np.inf

    def offer(self, layout: Layout) -> float:
        """Return a total that any plan has."""
        return -np.inf
