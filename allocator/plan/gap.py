"""What a gap tells: whether a bound says anything yet, and where the gap sits.

The gap itself is worked out with the plan.
"""

from __future__ import annotations

from collections.abc import Iterable

from allocator.plan.types import Term, TermName

LEAST = 1e-6
"""Person-minutes a week between cost and bound that are rounding."""


def is_bound(total: float | None, bound: float | None) -> bool:
    """Whether a bound says anything of a total: 0 of what costs something is no bound yet."""
    if bound is None:
        return False
    return bound > 0 if total is None else total - bound < max(abs(total), 1.0)


def told_gap(gap: float | None) -> float | None:
    """Return a gap to be told in per cent; one of 100 or more tells nothing."""
    return None if gap is None or gap >= 1 else gap


def widest_term(terms: Iterable[Term]) -> TermName | None:
    """Return the term whose cost lies farthest above its own bound; of equals the first.

    None where no term is known to lie above its bound. Bounds of terms hold for each alone, so the
    term named is where a better plan or a better proof has most to win, not all of the gap.
    """
    above = {t.name: t.cost - t.bound for t in terms if t.bound is not None}
    widest = max(above, key=above.__getitem__, default=None)
    return None if widest is None or above[widest] <= LEAST else widest
