"""What a single cell means: whole numbers, decimals, floors. Each with the rule that read it.

Cells come as people typed them: with thousands marks, units, dashes for none, numbers in words
behind the number. Nothing is guessed from one cell where its column can tell.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

from allocator.scenario.vocabulary import plain

DASHES = {"-", "–", "—", "−", "--", "nihil", "nil", "tidak ada", "kosong", "none"}
_UNIT = (
    r"(?:orang|org|o r a n g|pegawai|people|persons?|staff|asn|pns|jiwa|meja|desks?|kursi|seats?|"
    r"m2|m\^2|meter persegi|sqm|sq m|unit|ws|personel|%|lantai|m)"
)
_WORDS = re.compile(rf"^(?:±|~|ca\.?|kurang lebih|sekitar)?\s*(.*?)\s*{_UNIT}?\.?\s*\**$", re.I)
_IN_WORDS = re.compile(r"\s*\([^()\d]*\)$")
"""A number once more in words behind it: 120 (seratus dua puluh)."""
_GROUPED = re.compile(r"[+]?\d{1,3}([.,' \u00a0\u202f])\d{3}(?:\1\d{3})*")
_WITH_DECIMALS = re.compile(r"[+]?(\d{1,3}(?:([.,' ])\d{3})+|\d+)([.,])(\d{1,6})")
_WHOLE = re.compile(r"[+]?\d{1,15}")
_EMPTY_DECIMALS = re.compile(r"(.+)[.,](?:0{1,2}|-)")
ERROR_TEXT = re.compile(r"#(?:REF|DIV/0|VALUE|NAME|N/A|NUM|NULL)[!?]?|Err:\d+", re.I)
LARGEST_SMALL_AREA = 20.0
"""Square metres below which nothing is a floor of offices."""


@dataclass(frozen=True)
class Read:
    """A value that was read from a cell, and the rule that it took.

    Attributes
    ----------
    rule
        One of `ledger.RULES`; None for a number that stands there as it is.
    """

    value: int | float
    rule: str | None = None


def is_number(cell: Any) -> bool:
    """Return whether a cell is a number as a spreadsheet keeps it; a truth value is none."""
    return isinstance(cell, int | float) and not isinstance(cell, bool)


def is_moment(cell: Any) -> bool:
    """Return whether a cell is a date or a time."""
    return isinstance(cell, date | datetime | time | timedelta)


def _bare(cell: str) -> str:
    """Return the number of a text without the words around it.

    "± 120 orang" and "120 (seratus dua puluh)" are 120.
    """
    text = unicodedata.normalize("NFKC", cell).strip().strip("'").strip()
    text = _IN_WORDS.sub("", text)
    found = _WORDS.match(text)
    return (found[1] if found else text).strip()


def whole(cell: Any, *, scaled: bool = False) -> Read | None:
    """Return the whole number that a cell means where people or desks are counted.

    A number such as 1.107 is 1107 that a spreadsheet took for a decimal; where the column has such
    numbers (``scaled``), 1.5 is 1500.

    Returns
    -------
    Read or None
        The number and the rule that it took; None for what is no number.
    """
    if is_number(cell):
        return _whole_number(float(cell), scaled)
    return _whole_text(cell) if isinstance(cell, str) and cell else None


def is_scaled(cells: Iterable[Any]) -> bool:
    """Return whether a column has numbers such as 1.107, that were thousands.

    A spreadsheet set to another country reads 1.107 as a decimal; people and desks have none.
    """
    return any(
        is_number(cell) and (read := whole(cell)) is not None and read.rule == "number_scaled"
        for cell in cells
    )


@lru_cache(maxsize=100_000)
def _whole_text(cell: str) -> Read | None:
    """Return the whole number that a text means where things are counted."""
    if cell.strip().casefold() in DASHES:
        return Read(0, "number_dash")
    text = _bare(cell)
    rule = None if text == cell.strip() else "number_with_words"
    if _WHOLE.fullmatch(text):
        return Read(int(text), rule)
    # Where things are counted a mark before three digits can only be one of thousands.
    if _GROUPED.fullmatch(text):
        return Read(int(re.sub(r"\D", "", text)), "number_grouped")
    # "120,00" is 120: decimals that are all 0 stand for none.
    empty = _EMPTY_DECIMALS.fullmatch(text)
    if empty and (_WHOLE.fullmatch(empty[1]) or _GROUPED.fullmatch(empty[1])):
        return Read(int(re.sub(r"\D", "", empty[1])), "number_grouped")
    return None


def _whole_number(number: float, scaled: bool) -> Read | None:
    """Return the whole number that a number of a spreadsheet means where things are counted."""
    if not abs(number) <= 1e15:
        return None
    if number.is_integer():
        return Read(int(number))
    # Rounded, as 1.107 · 1000 is not quite 1107 in floating point.
    thousands = round(number * 1000, 6)
    if thousands.is_integer() and number > 0 and (scaled or thousands % 10):
        return Read(int(thousands), "number_scaled")
    return None


def decimal_mark(cells: Iterable[Any]) -> str:
    """Return the mark before decimals in a column of text, "" where no cell tells.

    Cells vote: two marks in one number tell for sure, other than three digits after one tell a
    little, three digits tell nothing.
    """
    votes = {".": 0, ",": 0}
    for cell in cells:
        text = _bare(cell) if isinstance(cell, str) else ""
        found = _WITH_DECIMALS.fullmatch(text)
        if not found:
            continue
        group, mark, digits = found[2], found[3], found[4]
        if group and group != mark:
            votes[mark] += 2
        elif group == mark:
            votes["." if mark == "," else ","] += 2
        elif len(digits) != 3:
            votes[mark] += 1
    if votes["."] == votes[","]:
        return ""
    return max(votes, key=lambda mark: votes[mark])


def decimal(cell: Any, mark: str = "", *, least: float = 0.0) -> Read | None:
    """Return the number of a cell that may have decimals.

    Parameters
    ----------
    cell
        The cell.
    mark
        What stands before decimals in its column, where that is known.
    least
        What is read as thousands rather than as decimals if it would be less than this.
    """
    if is_number(cell):
        return Read(cell) if abs(cell) < 1e15 else None
    return _decimal_text(cell, mark, least) if isinstance(cell, str) and cell else None


def _decimal_text(cell: str, mark: str, least: float) -> Read | None:
    """Return the number of a text that may have decimals."""
    if cell.strip().casefold() in DASHES:
        return Read(0, "number_dash")
    text = _bare(cell)
    rule = None if text == cell.strip() else "number_with_words"
    if _WHOLE.fullmatch(text):
        return Read(int(text), rule)
    found = _WITH_DECIMALS.fullmatch(text)
    if found:
        return _with_decimals(found, mark, least)
    if _GROUPED.fullmatch(text):
        return Read(int(re.sub(r"\D", "", text)), "number_grouped")
    return None


def _with_decimals(found: re.Match[str], mark: str, least: float) -> Read:
    """Return a number with one mark before its last digits: decimals, or three of thousands.

    Parameters
    ----------
    mark
        The column's mark before decimals, "" where it does not tell.
    least
        Below this a decimal would be too small to be meant.
    """
    digits, last = re.sub(r"\D", "", found[1]), found[3]
    as_decimal = float(f"{digits}.{found[4]}")
    several = found[2] == last
    # Three digits may be either: the column's mark decides, else what would be too small to be
    # meant.
    is_grouped = len(found[4]) == 3 and (several or (last != mark if mark else as_decimal < least))
    if is_grouped:
        return Read(int(digits + found[4]), "number_grouped")
    return Read(as_decimal, "number_decimal")


def share(cell: Any) -> Read | None:
    """Return a share from 0 to 1; per cent are a hundredth.

    A number above 1 can only be per cent, with or without the sign.
    """
    # A sheet keeps 80 % as 0.8, whatever it shows.
    if is_number(cell):
        return Read(cell / 100, "share_in_per_cent") if cell > 1 else Read(cell)
    found = decimal(cell)
    if found is None:
        return None
    if (isinstance(cell, str) and "%" in cell) or found.value > 1:
        return Read(found.value / 100, "share_in_per_cent")
    return found


@dataclass(frozen=True)
class Level:
    """A floor as it is called: a group of names, and its number in the group.

    Groups are ``number``, ``half`` (3A), ``basement``, ``lower`` (LG), ``ground``, ``upper`` (UG),
    ``mezzanine`` and ``roof``.
    """

    group: str
    number: int = 0


_NAMED_LEVELS: tuple[tuple[str, str], ...] = (
    (r"(?:lantai )?(?:lg|lower ground|semi basement|semi besmen|semibasement|sb|lgf)", "lower"),
    (
        r"(?:lantai |lt )?(?:gf|g|ground|ground level|dasar|ld|lobby|lobi|main lobby)",
        "ground",
    ),
    (r"(?:lantai )?(?:ug|ugf|upper ground)", "upper"),
    (r"(?:lantai )?(?:m|mz|mezz?anine|mezz?anin|mezz)", "mezzanine"),
    (r"(?:lantai )?(?:roof|rooftop|roof top|rf|atap|dak|top floor)", "roof"),
)
_BASEMENT = re.compile(r"(?:lantai |lt )?(?:b|basement|besmen|basemen|bsmt|bm|ruang bawah tanah)"
                       r" ?(\d{1,2}|[ivx]{1,4})?")  # fmt: skip
_NUMBERED = re.compile(
    r"(?:(?:lantai|lt|l|floor|fl|level|lv|storey|tingkat|f)(?: (?:ke|no))? ?)?0*(\d{1,3})"
    r" ?(a|b)?(?: ?(?:st|nd|rd|th))?(?: ?(?:floor|f|fl|lantai))?"
)
_WORDS_NUMBER = {
    word: number
    for number, words in enumerate(
        ("satu first", "dua second", "tiga third", "empat fourth", "lima fifth", "enam sixth",
         "tujuh seventh", "delapan eighth", "sembilan ninth", "sepuluh tenth", "sebelas eleventh",
         "dua belas twelfth"), 1)
    for word in ([words.rsplit(" ", 1)[0], words.rsplit(" ", 1)[1]])
}  # fmt: skip
_ROMAN = re.compile(r"(?:lantai|lt|floor) ([ivx]{1,6})")


def roman(text: str) -> int | None:
    """Return the number of a Roman numeral in small letters, None if it is none."""
    values = {"i": 1, "v": 5, "x": 10, "l": 50}
    if not re.fullmatch(r"(?:x{0,3})(?:ix|iv|v?i{0,3})", text) or not text:
        return None
    total = 0
    for letter, after in zip(text, [*text[1:], ""], strict=True):
        value = values[letter]
        # A smaller numeral before a larger one is taken off.
        total += -value if after and values[after] > value else value
    return total


def level(cell: Any) -> Level | None:
    """Return the floor that a cell names, None if it names none.

    Returns
    -------
    Level or None
        A number, or a name whose height depends on the tower's other floors (`heights`).
    """
    if is_number(cell):
        # No tower is as high: such a number is no floor.
        if not float(cell).is_integer() or abs(cell) > 200:
            return None
        return Level("number", int(cell))
    if not isinstance(cell, str):
        return None
    stripped = cell.strip()
    if re.fullmatch(r"[-−]\d{1,2}", stripped):
        return Level("number", -int(stripped[1:]))
    text = plain(stripped)
    text = re.sub(r"^(ground|dasar|roof|mezzanine|basement|lower ground|upper ground) "
                  r"(?:floor|lantai|level)$", r"\1", text)  # fmt: skip
    return _named_level(text)


def _named_level(text: str) -> Level | None:
    """Return the floor that a text names in words, figures or Roman numerals."""
    for pattern, group in _NAMED_LEVELS:
        if re.fullmatch(pattern, text):
            return Level(group)
    below = _BASEMENT.fullmatch(text)
    if below:
        number = below[1] or "1"
        return Level("basement", int(number) if number.isdigit() else roman(number) or 1)
    numbered = _NUMBERED.fullmatch(text)
    if numbered:
        return Level("half" if numbered[2] else "number", int(numbered[1]))
    word = re.sub(r"^(?:lantai|lt) (?:ke )?", "", text)
    word = re.sub(r" (?:floor|lantai)$", "", word)
    if word in _WORDS_NUMBER:
        return Level("number", _WORDS_NUMBER[word])
    in_roman = _ROMAN.fullmatch(text)
    number = roman(in_roman[1]) if in_roman else None
    return None if number is None else Level("number", number)


def heights(levels: Iterable[Level]) -> dict[Level, int]:
    """Return the height of every floor of a tower, 0 being the ground.

    Below the ground the lower ground floor comes first and basements follow it. 3A stands for 4
    where there is no 4. A mezzanine is on the ground's level, an upper ground floor on the level
    above it, and a roof one above the highest.

    Parameters
    ----------
    levels
        All floors of one tower; what a name means depends on the others.
    """
    named = list(dict.fromkeys(levels))
    numbers = {each.number for each in named if each.group == "number"}
    # A lower ground floor is the first below the ground, so basements begin one deeper.
    shift = 1 if any(each.group == "lower" for each in named) else 0
    found: dict[Level, int] = {}
    for each in named:
        if each.group == "number":
            found[each] = each.number
        elif each.group == "half":
            found[each] = each.number if each.number + 1 in numbers else each.number + 1
        elif each.group == "basement":
            found[each] = -each.number - shift
        elif each.group in ("lower", "upper"):
            found[each] = -1 if each.group == "lower" else 0 if 1 in numbers else 1
        elif each.group != "roof":
            found[each] = 0
    # Known only once all others have their height.
    highest = max(found.values(), default=0)
    return found | {each: highest + 1 for each in named if each.group == "roof"}
