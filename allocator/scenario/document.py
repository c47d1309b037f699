"""Scenarios as JSON: tables as arrays of objects, settings under ``settings``."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from math import isfinite
from typing import Any

from allocator.errors import InputError, Problem
from allocator.scenario.build import shown
from allocator.scenario.cells import decode
from allocator.scenario.convert import JSON
from allocator.scenario.names import Nearest
from allocator.scenario.raw import RawTable
from allocator.scenario.tables import REQUIRED_TABLES, TABLES

_MOST_DIGITS = 400
_HALF_WRITTEN = re.compile(r"\\u[dD][89a-fA-F]")
_HALF = re.compile("[\ud800-\udfff]")
"""Half of a character, one of a pair of codes: as JSON spells it, and as it is then."""


def parse_json(data: bytes, place: str) -> Any:
    """Return the value of a JSON text; numbers must be finite, and keys given once.

    Python's reader also takes NaN, and the last of two equal keys. ``place`` names the text.

    Raises
    ------
    InputError
        If it is no such text.
    """
    twice: list[str] = []

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        """Return the object, noting keys that come again."""
        found: dict[str, Any] = {}
        for key, value in pairs:
            if key in found:
                twice.append(key)
            found[key] = value
        return found

    try:
        text = decode(data, place)
        document = json.loads(
            text,
            object_pairs_hook=unique,
            parse_constant=_refused,
            parse_int=_whole,
            parse_float=_finite,
        )
    except (ValueError, RecursionError) as error:
        raise InputError([Problem(f"expected well-formed JSON: {error}", place)]) from error
    # Only looked for where the text spells one, as walking through a large document takes time.
    broken = next(_broken_texts(document), None) if _HALF_WRITTEN.search(text) else None
    if broken is not None:
        message = "expected text of whole characters: this one is half of a pair"
        raise InputError([Problem(message, place, value=ascii(broken)[1:-1])])
    if twice:
        raise InputError(
            Problem("expected each key of an object once", place, column=key)
            for key in dict.fromkeys(twice)
        )
    return document


def _broken_texts(value: Any) -> Iterator[str]:
    """Yield every text with half of a character, which no file and no answer can hold."""
    # Without recursion: how deep a document goes is up to whoever sends it.
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, str):
            if _HALF.search(each):
                yield each
        elif isinstance(each, Mapping):
            waiting += each
            waiting += each.values()
        elif isinstance(each, list):
            waiting += each


def _refused(constant: str) -> Any:
    """Refuse NaN and the infinities, which are no JSON."""
    raise ValueError(f"{constant} is no number")


def _finite(digits: str) -> float:
    """Return a number with a fraction, unless it is too large to be one."""
    if not isfinite(float(digits)):
        raise ValueError(f"{digits} is too large a number")
    return float(digits)


def _whole(digits: str) -> int:
    """Return a whole number, unless it has so many digits that reading them takes long."""
    if len(digits) > _MOST_DIGITS:
        raise ValueError(f"a number of {len(digits)} digits")
    return int(digits)


def document_tables(document: Any, place: str, label: str) -> tuple[list[RawTable], list[Problem]]:
    """Return the tables of a document, and what is wrong with it as a whole.

    Parameters
    ----------
    document
        The parsed JSON. A table that is null is not given, nor is an empty one that need not be.
    place
        What to call the document in messages.
    label
        What to put before the names of its tables in messages.

    Raises
    ------
    InputError
        If it is no object at all.
    """
    if not isinstance(document, Mapping):
        raise InputError([Problem("expected an object of tables", place, value=shown(document))])
    known = (*TABLES, "settings")
    nearest = Nearest(known)
    problems = [
        Problem(f"unknown table or key{nearest.hint(str(key))}", place, column=str(key))
        for key in document
        if key not in known
    ]
    tables = []
    for name in TABLES:
        value = document.get(name)
        if value is None or (value == [] and name not in REQUIRED_TABLES):
            continue
        if isinstance(value, list):
            tables.append(_table(name, label + name, value))
        else:
            problems.append(Problem("expected an array", label + name, value=shown(value)))
    return tables, problems


def _table(name: str, place: str, objects: list[Any]) -> RawTable:
    """Return the table in an array; its rows are counted from 1."""
    found = [] if objects else [Problem("expected at least one row", place)]
    rows = []
    for number, row in enumerate(objects, 1):
        if isinstance(row, Mapping):
            rows.append((number, _cells(name, row)))
        else:
            found.append(Problem("expected an object", place, number, value=shown(row)))
    return RawTable(name, place, rows, JSON, objects, problems=found)


def _cells(name: str, row: Mapping[Any, Any]) -> dict[str, Any]:
    """Return the filled cells: text trimmed; a rule's value may be a whole number."""
    cells = {str(k): v.strip() if isinstance(v, str) else v for k, v in row.items()}
    # The type tells 3 from true, which Python would also take for a whole number.
    if name == "rules" and type(cells.get("value")) is int:
        cells["value"] = shown(cells["value"])
    return {column: cell for column, cell in cells.items() if cell is not None and cell != ""}
