"""Turns of phrase that all sentences share: one is not plural, and long lists are cut."""

from __future__ import annotations

from collections.abc import Iterable

from allocator.errors import shorten

SHOWN = 3
"""How many ids a sentence names before it says how many more there are."""


def counted(number: int, noun: str) -> str:
    """Return ``1 desk``, ``1,200 desks``, ``2 complexes`` or ``2 people``."""
    if noun == "person" and number != 1:
        return f"{number:,} people"
    ending = "" if number == 1 else "es" if noun.endswith("x") else "s"
    return f"{number:,} {noun}{ending}"


def verb(number: int, plural: str) -> str:
    """Return the verb for so many: ``need`` or, for one, ``needs``; ``has``, ``is``."""
    if number != 1:
        return plural
    return {"have": "has", "are": "is"}.get(plural, f"{plural}s")


def listed(things: Iterable[object]) -> str:
    """Return the first few, and how many more there are: ``A, B, C and 4 more``."""
    texts = [shorten(str(thing)) for thing in things]
    more = len(texts) - SHOWN
    return ", ".join(texts[:SHOWN]) + (f" and {more} more" if more > 0 else "")
