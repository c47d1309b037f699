"""Names as people see them: the known one nearest to an unknown one, and those that look alike.

Nothing is corrected by it: a hint asks, and an id that looks like another is still its own.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection
from difflib import get_close_matches

_MOST_LOOK_UPS = 20
_LONGEST_NAME = 100


def as_seen(name: str) -> str:
    """Return a name without what nobody sees: one form of each letter, no invisible ones.

    Names that come out alike here look alike on a screen and are still different ids.
    """
    usual = unicodedata.normalize("NFKC", name)
    visible = (c for c in usual if unicodedata.category(c) not in ("Cf", "Cc", "Mn") or c == "\n")
    return " ".join("".join(visible).split())


class Nearest:
    """Hints at known names.

    Comparing with thousands of names takes milliseconds, so after some twenty hints, and for very
    long names, there are none. One object is made for each check, so that a table with thousands
    of wrong ids is refused quickly.
    """

    def __init__(self, known: Collection[str]) -> None:
        self._known = sorted(known)
        self._left = _MOST_LOOK_UPS

    def hint(self, name: str) -> str:
        """Return ``; did you mean 'floors'?``, or nothing where no known name is near."""
        if self._left == 0 or len(name) > _LONGEST_NAME:
            return ""
        self._left -= 1
        by_lower = {known.lower(): known for known in self._known}
        found = get_close_matches(name.lower(), by_lower, n=1)
        return f"; did you mean {by_lower[found[0]]!r}?" if found else ""
