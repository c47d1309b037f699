"""How a cell becomes a value: by the kind of its column and the form of its source.

A form is strict where a guess could be wrong: a number that may be read in two ways is refused,
never taken for one of them. Ranges are checked by the types of `tables` and `settings`, not here.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from fractions import Fraction
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel


class Kind(StrEnum):
    """What a column or key holds, as a noun for messages."""

    TEXT = "text"
    WHOLE = "a whole number"
    NUMBER = "a number"
    EXACT = "a number such as 1.3"
    WORDS = "words separated by ;"
    WEEK = "five numbers, Monday to Friday, not all 0"
    NUMBERS = "numbers separated by ;"
    SWITCH = "true or false"


Form = Mapping[Kind, Callable[[Any], Any]]
"""A converter for each kind; it raises ValueError with what was expected."""

_KINDS = {
    int: Kind.WHOLE,
    float: Kind.NUMBER,
    Fraction: Kind.EXACT,
    bool: Kind.SWITCH,
}
_WHOLE = re.compile(r"[+-]?\d+", re.ASCII)
_DECIMAL = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_QUOTIENT = re.compile(r"\d{1,12}/\d{1,12}", re.ASCII)
_GROUPED = re.compile(r"[+-]?\d{1,3}([.,' ]\d{3})+([.,]\d*)?", re.ASCII)
_AMBIGUOUS = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}", re.ASCII)
_MOST_DIGITS = 18


def kinds_of(model: type[BaseModel]) -> dict[str, Kind]:
    """Return the kind of every field of a row or a section, by its name in files.

    The types are the one place where it is said what a column holds.
    """
    fields = model.model_fields.items()
    return {field.alias or name: _kind(_core(field.annotation)) for name, field in fields}


def _kind(core: Any) -> Kind:
    """Return the kind of a bare type; text for whatever is no number or list."""
    if get_origin(core) is tuple:
        kinds = {float: Kind.WEEK, Fraction: Kind.NUMBERS}
        return kinds.get(_core(get_args(core)[0]), Kind.WORDS)
    return _KINDS.get(core, Kind.TEXT)


def _core(annotation: Any) -> Any:
    """Return the bare type: ``int`` for an optional, annotated int.

    Ranges and validators are wrapped around it, and say nothing of how a cell is read.
    """
    origin = get_origin(annotation)
    if origin in (Union, UnionType, Annotated):
        return _core(get_args(annotation)[0])
    return origin if origin is Literal else annotation


def _whole(text: str) -> int:
    """Return a whole number in figures; nothing else is one, ``3.0`` in text included."""
    if not _WHOLE.fullmatch(text):
        marks = " without thousands marks" if _GROUPED.fullmatch(text) else ""
        raise ValueError(f"expected {Kind.WHOLE}{marks}")
    # Python would read any number of digits, and take long over very many of them.
    if len(text) > _MOST_DIGITS:
        raise ValueError("expected a smaller whole number")
    return int(text)


def _point_decimal(text: str) -> str:
    """Return the decimal of a comma file: only a point may stand in it."""
    if not _DECIMAL.fullmatch(text):
        hint = " with a decimal point and no thousands marks" if "," in text else ""
        raise ValueError(f"expected a number{hint}")
    return text


def _any_decimal(text: str) -> str:
    """Return a decimal with a point; the text may have a comma, but nothing ambiguous."""
    # "1.200" is 1.2 in one country and 1200 in another; nothing in the cell tells which.
    if _AMBIGUOUS.fullmatch(text):
        raise ValueError(
            "expected a number that can be read in one way only: this may have a decimal or a "
            "thousands mark"
        )
    plain = text.replace(",", ".")
    if not _DECIMAL.fullmatch(plain):
        marks = " without thousands marks" if _GROUPED.fullmatch(text) else ""
        raise ValueError(f"expected a number{marks}")
    return plain


def _split(text: str) -> tuple[str, ...]:
    """Return the words between semicolons, trimmed, without empty ones."""
    return tuple(word.strip() for word in text.split(";") if word.strip())


def _week(text: str) -> tuple[float, ...]:
    """Return numbers near 1, in which a comma or point is never a thousands mark."""
    numbers = [part.replace(",", ".") for part in _split(text)]
    if not all(_DECIMAL.fullmatch(number) for number in numbers):
        raise ValueError(f"expected {Kind.WEEK}, separated by ;")
    return tuple(map(float, numbers))


def _switch(text: str) -> bool:
    """Return a truth value in words, in capitals or not, as spreadsheets write it."""
    if text.lower() not in ("true", "false"):
        raise ValueError(f"expected {Kind.SWITCH}")
    return text.lower() == "true"


def _text_form(decimal: Callable[[str], str]) -> Form:
    """Return a form of cells that are all text, with its own way to read decimals."""
    return {
        Kind.TEXT: str,
        Kind.WHOLE: _whole,
        Kind.NUMBER: lambda text: float(decimal(text)),
        Kind.EXACT: lambda text: text if _QUOTIENT.fullmatch(text) else decimal(text),
        Kind.WORDS: _split,
        Kind.WEEK: _week,
        Kind.NUMBERS: lambda text: tuple(part.replace(",", ".") for part in _split(text)),
        Kind.SWITCH: _switch,
    }


COMMA_FILE = _text_form(_point_decimal)
"""Text of a comma-separated file: decimal point."""
OTHER_FILE = _text_form(_any_decimal)
"""Text of a file separated by semicolons or tabs: decimal comma or point."""


def _sheet_text(cell: Any) -> str:
    """Return a cell as text; Excel keeps an id such as 101 as the number 101.0."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        raise ValueError("expected text, not a date or a truth value: format the cell as text")
    if not math.isfinite(cell):
        raise ValueError("expected text, not a number that is too large: format the cell as text")
    # `repr` gives the shortest decimal that is the same number: what the sheet shows.
    return str(int(cell)) if cell == int(cell) else repr(cell)


def _sheet_whole(cell: Any) -> Any:
    """Return a whole number of a sheet, which keeps 3 as 3.0.

    Other numbers are left to the type.
    """
    if isinstance(cell, str):
        return _whole(cell)
    whole = isinstance(cell, float) and cell.is_integer()
    return int(cell) if whole else cell


def _typed_form(text: Form) -> dict[Kind, Callable[[Any], Any]]:
    """Return a form of cells that have a type of their own; those that are text are read by it."""

    def other(kind: Kind) -> Callable[[Any], Any]:
        """Return a converter that reads text and leaves everything else for the type to judge."""
        return lambda cell: text[kind](cell) if isinstance(cell, str) else cell

    return {kind: other(kind) for kind in Kind} | {
        Kind.TEXT: _sheet_text,
        Kind.WHOLE: _sheet_whole,
        Kind.WORDS: lambda cell: _split(_sheet_text(cell)),
        Kind.NUMBERS: lambda cell: text[Kind.NUMBERS](_sheet_text(cell)),
    }


SHEET: Form = _typed_form(OTHER_FILE)
"""Cells of a workbook: numbers are numbers, text is read as in a semicolon file."""
FRAME: Form = _typed_form(COMMA_FILE) | {
    Kind.WORDS: lambda cell: cell if isinstance(cell, list | tuple) else _split(_sheet_text(cell))
}
"""Cells of a data frame: numbers are numbers, text has a decimal point; words may be a list."""


def _same(value: Any) -> Any:
    """Return a value as it is."""
    return value


JSON: Form = dict.fromkeys(Kind, _same) | {
    Kind.WORDS: lambda value: _split(value) if isinstance(value, str) else value
}
"""Values of JSON, strict: the types alone decide."""
