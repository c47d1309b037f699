"""Local search again and again: when it begins anew, and from which plan."""

from __future__ import annotations

import numpy as np

from allocator.search.case import Case
from allocator.search.found import Improve
from allocator.search.groups.alone import improve_alone, is_alone
from allocator.search.kernels.budget import Budget
from allocator.search.local_search import improve
from allocator.search.progress import MOVES_PER_S
from allocator.search.record import Record
from allocator.search.special.pack import pack
from allocator.search.special.packing import is_packing

BEHIND = 5e-4
"""Part of the total by which another's plan must be better for a local search to go there."""
SETTLED = 0.1
"""Work a unit without a better plan after which a local search begins again, from nothing or the
best."""


def search_for(case: Case) -> Improve:
    """Return the local search for a case: one of its own where units stay whole."""
    if is_packing(case):
        return pack
    return improve_alone if is_alone(case) else improve


def walk(
    record: Record,
    rng: np.random.Generator,
    *,
    seconds: float = np.inf,
    work: float = np.inf,
    until_first: bool = False,
    afresh: bool = True,
) -> None:
    """Local search, again and again: from nothing, and from the best plan that anybody has.

    It ends after so many seconds, or so much work of all threads; with `until_first`, once there
    is a plan or the first attempt has settled without one.
    """
    end, enough = record.elapsed() + seconds, record.work + work
    attempt: Attempt

    def is_over() -> bool:
        first = until_first and record.layout is not None
        over = record.elapsed() > end or record.work > enough
        return first or over or record.is_finished()

    search = search_for(record.case)
    afresh = afresh and not record.has_good_start
    while not is_over():
        record.enter("local search")
        attempt = Attempt(record, afresh)
        budget = Budget(
            seconds=record.left(),
            should_stop=lambda: is_over() or attempt.is_over(),  # noqa: B023 - of this turn
            on_moves=attempt.spend,
        )
        begin = {} if afresh else record.layout or {}
        for found in search(
            record.case,
            begin,
            rng=rng,
            budget=budget,
            watcher=record,
        ):
            attempt.note(found.total)
            record.offer(found.layout)
            if record.layout is not None:
                record.get_under_way()
        afresh = not afresh
        if until_first:
            break


class Attempt:
    """One local search: from nothing, or from the best plan of all."""

    def __init__(self, record: Record, afresh: bool) -> None:
        self.record = record
        self.total = np.inf if afresh or record.score is None else record.score.total
        self.patience = SETTLED * len(record.case.unit_ids) * MOVES_PER_S
        self.moves_since = 0

    def spend(self, moves: int) -> None:
        """Count moves."""
        self.moves_since += moves
        self.record.spend_moves(moves)

    def note(self, total: float) -> None:
        """Note a better plan of its own."""
        self.total, self.moves_since = total, 0

    def is_over(self) -> bool:
        """Whether it has settled, or another has a clearly better plan than it ever had."""
        return self.moves_since > self.patience or self._is_behind()

    def _is_behind(self) -> bool:
        score = self.record.score
        if score is None or not np.isfinite(self.total):
            return False
        return score.total < self.total - BEHIND * abs(score.total)


def walk_moves(record: Record, rng: np.random.Generator, work: float) -> None:
    """Local search once, from the best plan, for so much work whatever the clock says."""
    record.enter("local search")
    budget = Budget(
        moves=int(work * MOVES_PER_S), should_stop=record.stop_asked, on_moves=record.spend_moves
    )
    search = search_for(record.case)
    for found in search(
        record.case,
        record.layout or {},
        rng=rng,
        budget=budget,
        watcher=record,
    ):
        record.offer(found.layout)
    record.get_under_way()
