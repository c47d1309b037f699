"""Ratios as somebody asks for them: where none is wanted, and which number was probably meant."""

from __future__ import annotations

import re
from collections.abc import Iterator

from allocator.errors import Problem
from allocator.scenario.settings import Settings

_COMMA = re.compile(r"\s*(\d{1,7}),(\d{1,6})\s*", re.ASCII)


def unwanted_ratio(settings: Settings, ratio: object, place: str) -> Iterator[Problem]:
    """Yield the problem of a ratio asked for, at ``place``, where chance decides and none does.

    Parameters
    ----------
    settings
        Those of the scenario that the ratio is asked of.
    ratio
        As it was given.
    place
        What to call the scenario in messages.
    """
    if settings.sharing.capacity == "chance":
        message = (
            'expected no ratio where sharing.capacity is "chance": how many people share a desk '
            "follows from who comes"
        )
        yield Problem(message, place, column="people_per_desk", value=str(ratio))


def comma_hint(value: object) -> str:
    """Return ``; did you mean 1.3?`` for ``1,3``, and nothing for what has no decimal comma."""
    found = _COMMA.fullmatch(value) if isinstance(value, str) else None
    return f"; did you mean {found[1]}.{found[2]}?" if found else ""
