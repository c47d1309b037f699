"""Local search again and again: when it begins anew, and from which plan."""

from __future__ import annotations

import numpy as np

from allocator.search.case import Case
from allocator.search.groups.alone import improve_alone, is_alone
from allocator.search.improvement import Improve
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
    afresh: bool = True,
) -> None:
    """Local search, again and again: from nothing, and from the best plan that anybody has.

    It ends after so many seconds, or so much work of all threads. `afresh`: whether nothing comes
    first; a good start is gone on from all the same.
    """
    end, enough = record.elapsed() + seconds, record.work + work
    attempt: Attempt

    def is_over() -> bool:
        return record.elapsed() > end or record.work > enough or record.is_finished()

    search = search_for(record.case)
    afresh = afresh and not record.has_good_start
    while not is_over():
        record.enter("local search")
        attempt = Attempt(record, afresh)
        budget = Budget(
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
            attempt.note(found.total, is_best=record.offer(found.layout))
            if record.layout is not None:
                record.get_under_way()
        afresh = not afresh


class Attempt:
    """One local search: from nothing, or from the best plan of all.

    It ends once it has settled. One that has had the best plan ends where another goes on from
    there to a clearly better one; one that has not may still come to something else.

    Attributes
    ----------
    total
        Of the best plan of its own, infinite while there is none.
    had_best
        Whether it began from the best plan of all, or found it.
    moves_since
        Moves since its own last better plan.
    """

    def __init__(self, record: Record, afresh: bool) -> None:
        self.record = record
        self.had_best = not afresh
        self.total = np.inf if afresh or record.score is None else record.score.total
        self.patience = SETTLED * len(record.case.unit_ids) * MOVES_PER_S
        self.moves_since = 0

    def spend(self, moves: int) -> None:
        """Count moves."""
        self.moves_since += moves
        self.record.spend_moves(moves)

    def note(self, total: float, *, is_best: bool) -> None:
        """Note a better plan of its own, and whether it is the best of all."""
        self.total, self.moves_since = total, 0
        self.had_best = self.had_best or is_best

    def is_over(self) -> bool:
        """Whether it has settled, or another has a clearly better plan than it ever had."""
        return self.moves_since > self.patience or self._is_behind()

    def _is_behind(self) -> bool:
        """Whether another plan is clearly better than any that this search had or began from."""
        score = self.record.score
        # One that comes from nothing is left to itself, however far behind: it may come to
        # something else.
        if score is None or not self.had_best:
            return False
        return score.total < self.total - BEHIND * abs(score.total)
