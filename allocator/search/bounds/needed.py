"""Desks that must be placed in any plan a bound speaks of."""

from __future__ import annotations

from dataclasses import dataclass
from math import floor

import numpy as np
from numpy.typing import NDArray

from allocator.search.case import Case

SLACK = 1e-6
"""People; more than the rounding of unplaced people, less than the people of one desk."""


@dataclass(frozen=True)
class Needed:
    """Desks that every plan at hand must place.

    Attributes
    ----------
    by_unit : (U) int
        Of each unit, whatever happens to the others.
    everyone
        Whether all units must have all their desks.
    unplaced
        Desks that may stay unplaced, at most, over all units.
    """

    by_unit: NDArray[np.int64]
    everyone: bool
    unplaced: int

    def of(self, case: Case, units: NDArray[np.bool_]) -> int:
        """Return the fewest desks that these units (U) have together."""
        return max(int(case.demand[units].sum()) - self.unplaced, int(self.by_unit[units].sum()))


def needed_desks(case: Case, unplaced_people: float) -> Needed:
    """Return the desks that must be placed if at most so many people are not.

    A desk of a unit stands for headcount / demand people, never less than one. Units that have
    no floor are unplaced in every plan; only what else may be unplaced is given up by the others.
    """
    nowhere = (case.demand > 0) & ~case.allowed.any(axis=1) & case.allow_unplaced
    may_lack = 0.0
    if case.allow_unplaced:
        may_lack = max(unplaced_people - int(case.people[nowhere].sum()), 0.0) + SLACK
    desks_a_person = np.divide(
        case.demand, case.people, out=np.zeros(len(case.demand)), where=case.people > 0
    )
    # Each unit could be the one that is left out, so each may lack all of it; together they may
    # not (`unplaced`).
    lost = np.minimum(np.floor(may_lack * desks_a_person), case.demand).astype(np.int64)
    lost[nowhere] = case.demand[nowhere]
    unplaced = _most_unplaced(case, desks_a_person, may_lack) + int(case.demand[nowhere].sum())
    return Needed(
        by_unit=case.demand - lost,
        everyone=not lost.any(),
        unplaced=min(unplaced, int(case.demand.sum())),
    )


def _most_unplaced(case: Case, desks_a_person: NDArray[np.float64], may_lack: float) -> int:
    """Return at most how many desks so many people stand for: those of most desks a person."""
    desks = 0.0
    for u in np.argsort(-desks_a_person):
        people = min(float(case.people[u]), may_lack)
        desks += people * desks_a_person[u]
        may_lack -= people
        if may_lack <= 0:
            break
    return floor(desks + SLACK)
