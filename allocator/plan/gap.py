"""Where the gap of a plan sits; the gap itself is worked out with the plan."""

from __future__ import annotations

from collections.abc import Iterable

from allocator.plan.types import Term, TermName

LEAST = 1e-6
"""Person-minutes a week between cost and bound that are rounding."""


def widest_term(terms: Iterable[Term]) -> TermName | None:
    """Return the term whose cost lies farthest above its own bound; of equals the first.

    None where no term is known to lie above its bound. Bounds of terms hold for each alone, so the
    term named is where a better plan or a better proof has most to win, not all of the gap.
    """
    above = {t.name: t.cost - t.bound for t in terms if t.bound is not None}
    widest = max(above, key=above.__getitem__, default=None)
    return None if widest is None or above[widest] <= LEAST else widest
