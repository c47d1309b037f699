"""Sentences of reasons, and where units may be. What is short is not decided here."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from allocator.plan.types import Reason
from allocator.search.case import Case
from allocator.search.rules import Limit
from allocator.words import counted, listed, verb


def short(limit: Limit, lacking: int, clause: str, noun: str = "desk") -> Reason:
    """Return the reason that a rule leaves units short of so many desks or people.

    Parameters
    ----------
    limit
        Names the rule, its subject and its object.
    clause
        The sentence up to the colon.
    noun
        "desk" or "person"; people are not counted in `Reason.desks`.
    """
    return Reason(
        kind=limit.row.rule.value,
        subject=limit.row.subject,
        object=limit.row.object or "",
        desks=lacking if noun == "desk" else None,
        message=f"{clause}: short of {counted(lacking, noun)}",
    )


def names(case: Case, units: Iterable[int]) -> str:
    """Return the first few units by their ids, and how many more there are, as one phrase."""
    return listed(case.unit_ids[u] for u in units)


def needed(desks: int) -> str:
    """Return ``12 desks are needed``."""
    return f"{counted(desks, 'desk')} {verb(desks, 'are')} needed"


def open_to_any(case: Case, units: Iterable[int]) -> NDArray[np.bool_]:
    """Return the floors (F) that at least one of the units may use."""
    found: NDArray[np.bool_] = np.any(case.allowed[list(units)], axis=0)
    return found
