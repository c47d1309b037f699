"""What a gap says: whether a bound means anything yet, and where the gap sits.

The gap itself is worked out with the plan.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from allocator.plan.data import Objective, TermName

LEAST = 1e-6
"""Person-minutes a week between cost and bound that are rounding."""


class Cost(NamedTuple):
    """A term, or a kind of trips: its name in texts, person-minutes a week and their bound."""

    name: str
    cost: float
    bound: float | None


def is_bound(total: float | None, bound: float | None) -> bool:
    """Whether a bound says anything of a total: 0 of what costs something is no bound yet."""
    if bound is None:
        return False
    # A bound of nothing would be shown as a gap of 100 %.
    return bound > 0 if total is None else total - bound < max(abs(total), 1.0)


def told_gap(gap: float | None) -> float | None:
    """Return a gap to be shown in per cent; None for one of 100 or more, which says nothing."""
    return None if gap is None or gap >= 1 else gap


def costs(objective: Objective) -> tuple[Cost, ...]:
    """Return what a plan costs: by term, and walking by kind of trips where bounds are known."""
    terms = [Cost(term.name.value, term.cost, term.bound) for term in objective.terms or ()]
    trips = objective.walking or ()
    # Kinds take the place of walking only if all of them are bounded, or the parts could not be
    # compared.
    if not trips or any(each.bound is None for each in trips):
        return tuple(terms)
    at = [cost.name for cost in terms].index(TermName.WALKING.value)
    kinds = [Cost(f"walking_{t.kind}", t.cost, t.bound) for t in trips]
    return (*terms[:at], *kinds, *terms[at + 1 :])


def widest(found: Iterable[Cost]) -> Cost | None:
    """Return the cost farthest above its own bound; of equals the first.

    None where no cost is known to lie above its bound. Bounds hold for each cost alone, so this is
    where a better plan or a better proof has most to win, not all of the gap.
    """
    known = [cost for cost in found if cost.bound is not None]
    most = max(known, key=_above, default=None)
    return None if most is None or _above(most) <= LEAST else most


def _above(cost: Cost) -> float:
    """Return by how much a cost lies above its bound."""
    return cost.cost - (cost.bound or 0.0)
