"""Capacity by chance: too many people, units for whom no floor will do, pins that nobody can keep.

The rows of the case are some that every plan obeys, and these alone are counted with: arguments
that need desks of units' own do not carry over.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from allocator.plan.types import Reason
from allocator.search.case import Case
from allocator.search.counting.pins import hopeless
from allocator.search.counting.words import names
from allocator.words import counted, verb


def pooled(case: Case) -> Iterator[Reason]:
    """Yield what proves that pins fail, or that people who must be placed cannot all be."""
    yield from hopeless(case)
    if case.allow_unplaced:
        return
    yield from _homeless(case)
    yield from _too_many(case)


def _too_many(case: Case) -> Iterator[Reason]:
    """Yield a reason if all people need more desks than there are, even sharing all of them."""
    beyond = float(case.load.sum() - case.capacity.sum()) / case.load_per_desk
    # Less than a desk may come from rounding, and would read oddly.
    if beyond >= 1:
        message = (
            f"{counted(int(case.people.sum()), 'person')} share "
            f"{counted(int(case.desks.sum()), 'desk')}, which are short too often wherever they "
            f"are: {counted(int(beyond), 'desk')} too few at least"
        )
        yield Reason(kind="desks", desks=int(beyond), message=message)


def _homeless(case: Case) -> Iterator[Reason]:
    """Yield units without a floor that their needs, rules and smallest piece allow."""
    units = np.flatnonzero((case.demand > 0) & ~case.allowed.any(axis=1)).tolist()
    if units:
        message = (
            f"{names(case, units)} {verb(len(units), 'have')} no floor: by needs, by rules, or "
            "as even the smallest piece would be short too often"
        )
        yield Reason(kind="places", message=message)
