"""Which local search a case gets: the general one, or a faster one where units stay whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Protocol

import numpy as np

from allocator.search.case import Case, Layout
from allocator.search.local.budget import Budget
from allocator.search.local.improve import Found, improve
from allocator.search.whole.improve import improve_whole
from allocator.search.whole.office import stays_whole
from allocator.search.whole.pack import pack
from allocator.search.whole.packing import is_packing


class Improve(Protocol):
    """Yields layouts that honour every rule, each better than those before."""

    def __call__(
        self,
        case: Case,
        start: Layout,
        *,
        rng: np.random.Generator,
        budget: Budget,
        now: Callable[[], Case] | None = None,
    ) -> Iterator[Found]:
        """Search from a start, which may be empty, until the budget ends."""


def local_search(case: Case) -> Improve:
    """Return the local search for a case."""
    if is_packing(case):
        return pack
    return improve_whole if stays_whole(case) else improve
