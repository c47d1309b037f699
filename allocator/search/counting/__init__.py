"""Proofs by counting that no plan exists. Each is a sentence with numbers; none is a search.

Every reason is a proof, whatever the others say. Silence proves nothing: a case without a reason
may still have no plan (docs/explanation/proof.md).
"""

from __future__ import annotations

from allocator.plan.types import Reason
from allocator.search.case import Case
from allocator.search.counting.apart import apart, own_floors
from allocator.search.counting.limits import adjacent, few_places, together
from allocator.search.counting.pins import pins
from allocator.search.counting.pooled import pooled
from allocator.search.counting.rooms import rooms, total_desks

__all__ = ["shortfalls"]


def shortfalls(case: Case) -> tuple[Reason, ...]:
    """Return every cause found for which the case can have no plan.

    With allow_unplaced only pins can fail, as desks may stay unplaced wherever they find no room.
    With capacity by chance only what holds whatever people share is counted.

    Returns
    -------
    tuple of Reason
        Sentences in the words of the scenario, with what is short; empty if nothing is proved.
    """
    if case.scenario.by_chance:
        return tuple(pooled(case))
    if case.allow_unplaced:
        return tuple(pins(case))
    found = [*total_desks(case), *rooms(case), *pins(case)]
    for count in (together, adjacent, few_places, apart):
        found += count(case)
    # It takes a small model, and says least: it is asked only where nothing simpler is short.
    return tuple(found or own_floors(case))
