"""Lower bounds while the search goes on: which are proved when, and for how long."""

from __future__ import annotations

from collections.abc import Iterator
from time import monotonic, thread_time

import numpy as np

from allocator.search.bounds import Bounds, lower_bounds, rising_bounds
from allocator.search.bounds.assignment import is_alone
from allocator.search.bounds.sharing import is_small
from allocator.search.case import Layout
from allocator.search.record import Record

LARGE = 60_000
"""Units times floors from which a case is large: its models take long to build."""
FIRST_PART, FIRST_PART_OF_LARGE = 1 / 10, 1 / 5
"""Parts of the time left for the first bound; of a large case none rises afterwards."""
PART_OF_ALONE, PART_OF_SMALL = 0.5, 0.4
"""Parts of the time left for which proofs go on first: where a tree on the dual is likely to close
the case, and where few organisations share few towers."""
LEAST_S = 0.5
"""Seconds for the first bound at least."""


def prove(record: Record) -> None:
    """Prove a first lower bound, in a part of the time left."""
    if record.is_over() or (record.case.allow_unplaced and record.score is None):
        return
    record.enter("lower bound")
    part = FIRST_PART_OF_LARGE if record.case.cells > LARGE else FIRST_PART
    seconds = max(LEAST_S, record.left() * part)
    unplaced = record.unplaced_people
    for bounds in lower_bounds(
        record.relaxed,
        time_limit_s=seconds,
        unplaced_people=unplaced,
        others_follow=not record.is_reproducible,
    ):
        record.prove(bounds)


def further_proofs(record: Record) -> Iterator[Bounds]:
    """Return bounds that take longer; none where a budget of work replaces the clock."""
    if record.is_reproducible or record.score is None:
        return iter(())
    return rising_bounds(
        record.relaxed,
        Bounds(terms=record.term_bounds, total=record.bound),
        until=monotonic() + record.left(),
        should_stop=record.is_finished,
        unplaced_people=record.unplaced_people,
        plans=_Plans(record),
    )


class _Plans:
    """The plans of a record, as proofs see them."""

    def __init__(self, record: Record) -> None:
        self._record = record

    def total(self) -> float:
        """Return the total of the best plan that leaves nobody unplaced."""
        score = self._record.score
        return np.inf if score is None or score.unplaced_people else score.total

    def offer(self, layout: Layout) -> float:
        """Take a plan if it is better than the best so far; return its total."""
        self._record.offer(layout)
        return self._record.scorer.score(layout).total


def share_first(record: Record) -> float:
    """Return the part of the time left for which proofs go on before models look for plans."""
    if is_alone(record.case):
        return PART_OF_ALONE
    return PART_OF_SMALL if is_small(record.case) else 0.0


def prove_on(record: Record, proofs: Iterator[Bounds], seconds: float) -> float:
    """Go on with proofs for about so many seconds; return those that are left, or below 0."""
    record.enter("lower bound")
    began = thread_time()
    for bounds in proofs:
        record.prove(bounds)
        record.spend(0.0)  # others may have their turn
        if thread_time() - began > seconds or record.is_finished():
            break
    return seconds - (thread_time() - began)
