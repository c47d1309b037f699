"""What a docstring in the manner of numpydoc says of each attribute of a class."""

from __future__ import annotations

import inspect
import re
from typing import Any

_ENTRY = re.compile(r"^(\w[\w, ]*)\n((?:    .*\n?)+)", re.M)


def attributes(cls: type[Any]) -> dict[str, str]:
    """Return the text of each attribute; several of one entry share its text."""
    text = inspect.cleandoc(cls.__doc__ or "")
    _, _, section = text.partition("Attributes\n----------\n")
    return {
        name.strip(): " ".join(entry[2].split())
        for entry in _ENTRY.finditer(section)
        for name in entry[1].split(",")
    }


def summary(cls: type[Any]) -> str:
    """Return the text before the attributes, in one line."""
    text = inspect.cleandoc(cls.__doc__ or "").partition("\nAttributes\n")[0]
    return " ".join(text.split())
