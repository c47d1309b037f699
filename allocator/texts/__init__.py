"""Every text of pictures, reports and page, in English and Bahasa Indonesia, and their numbers.

The texts are in a file for each language beside this module; what is said where is decided
elsewhere. Sentences of the library itself are translated by `sentences`.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from string import Formatter
from typing import Any

LANGUAGES = ("en", "id")
NONE = "–"
_SWAP = str.maketrans(",.", ".,")
"""Indonesian numbers have a point for thousands and a comma for decimals."""


class _Filled(Formatter):
    """Fills the places of a text; ``{desks:desk|desks}`` is ``1 desk`` or ``2 desks``."""

    def format_field(self, value: Any, format_spec: str) -> str:
        if "|" not in format_spec:
            return str(format(value, format_spec))
        one, several = format_spec.split("|")
        return f"{value} {one if str(value) == '1' else several}"


_FILLED = _Filled()


def filled(text: str, **values: object) -> str:
    """Return a text with its places filled; ``{desks:desk|desks}`` is ``1 desk``, ``2 desks``."""
    return _FILLED.vformat(text, (), values)


class Texts:
    """The texts of one language, by keys such as ``stack.vacant``.

    Parameters
    ----------
    language
        One of `LANGUAGES`.
    """

    def __init__(self, language: str) -> None:
        self.language = language
        self.all = _read(language)

    def __call__(self, key: str, **values: object) -> str:
        """Return a text with its places filled.

        Raises
        ------
        KeyError
            If there is no such text: a bug of ours.
        """
        return filled(self.all[key], **values) if values else self.all[key]

    def amount(self, value: float) -> str:
        """Return an amount that may be a fraction: one decimal, and none where it is whole."""
        return self.number(value, 0 if float(round(value, 6)).is_integer() else 1)

    def number(self, value: float | None, decimals: int = 0) -> str:
        """Return a number as the language writes it, a dash for none."""
        if value is None:
            return NONE
        text = f"{value:,.{decimals}f}".replace("-", "−")
        return text.translate(_SWAP) if self.language == "id" else text

    def percent(self, share: float | None, decimals: int = 0) -> str:
        """Return a share in per cent; what would be rounded to 0 or 100 is said to be near it."""
        if share is None:
            return NONE
        shown, least = round(100 * share, decimals), 10**-decimals
        sign = "%" if self.language == "id" else " %"
        if shown == 0 and share > 0:
            return f"< {self.number(least, decimals)}{sign}"
        if shown == 100 and share < 1:
            return f"> {self.number(100 - least, decimals)}{sign}"
        return f"{self.number(shown, decimals)}{sign}"

    def short(self, value: float | None) -> str:
        """Return a number of few digits: two decimals below 10, else none."""
        return self.number(value, 2 if value is not None and abs(value) < 10 else 0)

    @property
    def locale(self) -> dict[str, Any]:
        """How vega writes numbers in this language."""
        marks = (",", ".") if self.language == "id" else (".", ",")
        return {"decimal": marks[0], "thousands": marks[1], "grouping": [3], "currency": ["", ""]}


@cache
def texts(language: str) -> Texts:
    """Return the texts of a language; of one that is not there, the English ones."""
    return Texts(language if language in LANGUAGES else LANGUAGES[0])


@cache
def _read(language: str) -> dict[str, str]:
    file = resources.files(__name__) / f"{language}.toml"
    sections = tomllib.loads(file.read_text(encoding="utf-8"))
    return {
        f"{section}.{key}": text
        for section, items in sections.items()
        for key, text in items.items()
    }
