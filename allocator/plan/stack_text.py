"""How wide a text is on the stack plan, and how it is shortened to fit.

An estimate by kinds of letter, a little on the safe side: the font is the viewer's.
"""

from __future__ import annotations

import unicodedata

ELLIPSIS = "…"
FEWEST_LETTERS = 5
"""A label cut to fewer letters than this says nothing."""

_NARROW = frozenset("iljtfrI.,:;'|!()[]/ -")
_BROAD = frozenset("mwMWQO@%&—_")


def text_width(text: str, font: float) -> float:
    """Return about how many pixels wide a text is at a font size in pixels."""
    return font * sum(_em(letter) for letter in text)


def fit(text: str, width: float, font: float) -> str:
    """Return the text, or its two ends around an ellipsis, or nothing if that is too little.

    Both ends are kept because names in a government differ at their ends: KEMENKO_EKON,
    KEMENKO_PMK.
    """
    if text_width(text, font) <= width:
        return text
    for letters in range(min(len(text) - 1, int(width)), FEWEST_LETTERS - 1, -1):
        tail = letters // 2
        short = text[: letters - tail] + ELLIPSIS + text[len(text) - tail :]
        if text_width(short, font) <= width:
            return short
    return ""


def _em(letter: str) -> float:
    """Return about how wide a letter is, in parts of the font's size."""
    if letter in _NARROW:
        return 0.36
    if letter in _BROAD:
        return 0.85
    if letter.isascii():
        return 0.70 if letter.isupper() else 0.58
    # Accents stand on the letter before. Other alphabets count as broad, to be on the safe side.
    return 0.0 if unicodedata.combining(letter) else 1.0
