"""From raw tables and settings to typed ones, with a problem for every cell that does not fit.

Whether tables agree with one another is `consistency`'s.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from allocator.errors import InputError, Problem
from allocator.scenario.convert import Kind, kinds_of
from allocator.scenario.names import Nearest
from allocator.scenario.ratio import comma_hint
from allocator.scenario.raw import RawTable, columns_of, is_ignored
from allocator.scenario.settings import Settings
from allocator.scenario.tables import REQUIRED_COLUMNS, TABLES, Row, Source

_LONGEST_SHOWN = 200
_CHANCE = '"{0}" is now [attendance] shared_by = "{0}" with [sharing] capacity = "chance"'
REPLACED: Mapping[str, Mapping[str, str]] = {
    "attendance.pooling": {
        "unit": '"unit" is now [sharing] capacity = "ratio"',
        "organisation": _CHANCE.format("organisation"),
        "floor": _CHANCE.format("floor"),
    }
}
"""Earlier keys, and what says the same by each of their values."""
_BOUNDS = {
    "greater_than_equal": ("ge", "of at least"),
    "greater_than": ("gt", "above"),
    "less_than_equal": ("le", "of at most"),
    "less_than": ("lt", "below"),
}


@dataclass(frozen=True)
class Built:
    """The rows of a table that could be read, where they stood, and what was wrong."""

    rows: tuple[Row, ...]
    source: Source
    problems: tuple[Problem, ...]


def build_table(raw: RawTable) -> Built:
    """Return the typed rows of a table.

    A row with a cell that does not fit is left out, and its problem reported. Nothing is raised,
    so
    that one run shows what is wrong with all tables.
    """
    missing = _missing_columns(raw)
    found = [*raw.problems, *_unknown_columns(raw)]
    # A table that could not be read at all lacks its columns as well, which nobody needs to hear.
    if raw.rows or not found:
        found += [
            Problem("expected this column, which is missing", raw.place, raw.header_row, column)
            for column in missing
        ]
    model, kinds = TABLES[raw.name], kinds_of(TABLES[raw.name])
    # One problem for a missing column, not one more for each row that lacks its cell.
    unread = {part for column in missing for part in column.split(" or ")}
    rows, file_rows = [], []
    for number, cells in raw.rows:
        row, faults = _build_row(raw, model, kinds, cells, unread)
        found += [fault.at(raw.place, number) for fault in faults]
        if row is not None:
            rows.append(row)
            file_rows.append(number)
    source = Source(place=raw.place, rows=tuple(file_rows))
    return Built(tuple(rows), source, tuple(found))


def _missing_columns(raw: RawTable) -> list[str]:
    """Return the columns needed that the header lacks; a source without a header lacks none."""
    if raw.header is None:
        return []
    needed = REQUIRED_COLUMNS[raw.name]
    # `a or b` is one column of which either will do.
    return [column for column in needed if not set(column.split(" or ")) & set(raw.header)]


def _unknown_columns(raw: RawTable) -> list[Problem]:
    """Return a problem for each column that nobody knows, with the nearest name that is known."""
    first: dict[str, int | None] = dict.fromkeys(raw.header or (), raw.header_row)
    if raw.header is None:
        # Objects have no header; reversed, so that the first row with the key is the one named.
        for number, cells in reversed(raw.rows):
            first |= dict.fromkeys(cells, number)
    known = columns_of(raw.name)
    nearest = Nearest(known)
    return [
        Problem(f"unknown column{nearest.hint(column)}", raw.place, number, column)
        for column, number in first.items()
        if column and column not in known and not is_ignored(column, raw.name)
    ]


def _build_row(
    raw: RawTable,
    model: type[Row],
    kinds: Mapping[str, Kind],
    cells: Mapping[str, Any],
    unread: set[str],
) -> tuple[Row | None, list[Problem]]:
    """Return the row, or None, and what is wrong with its cells, but for the columns unread."""
    values, faults = {}, []
    for column, cell in cells.items():
        kind = kinds.get(column)
        if kind is None:
            continue
        try:
            values[column] = raw.form[kind](cell)
        except ValueError as error:
            faults.append(Problem(str(error), column=column, value=shown(cell)))
    # What could not be converted has its problem; that the type misses it would be said twice.
    passed = unread | {fault.column for fault in faults}
    try:
        row = model.model_validate(values)
    except ValidationError as error:
        details = [e for e in error.errors(include_url=False) if e["loc"][0] not in passed]
        columns = ((str(e["loc"][0]), e) for e in details)
        faults += [
            Problem(expectation(kinds[column], e), column=column, value=shown(cells.get(column)))
            for column, e in columns
        ]
        return None, faults
    return (None if passed else row), faults


def expectation(kind: Kind, error: ErrorDetails) -> str:
    """Return what a field of that kind should have held, for an error found by its type.

    Parameters
    ----------
    kind
        Of the column or key.
    error
        As pydantic reports it. Its own message speaks of types, which planners need not know.
    """
    context = error.get("ctx", {})
    if error["type"] in _BOUNDS:
        bound, words = _BOUNDS[error["type"]]
        # Bounds of an exact number need no example beside them.
        noun = Kind.NUMBER if kind is Kind.EXACT else kind
        return f"expected {noun} {words} {int(context[bound]):,}"
    if error["type"] in ("enum", "literal_error"):
        choices = [choice.strip("' ") for choice in context["expected"].split("'")[1::2]]
        return f"expected {context['expected']}{Nearest(choices).hint(str(error['input']))}"
    if error["type"] == "string_too_long":
        return f"expected at most {context['max_length']:,} characters"
    if error["type"] == "string_pattern_mismatch":
        return "expected text without control characters"
    hint = comma_hint(error["input"]) if kind is Kind.EXACT else ""
    return f"expected {kind}{hint}"


def shown(value: Any) -> str:
    """Return a value as it may be shown in a message; "" for none.

    It never raises, whatever a source in Python may hold, and is never longer than a line or two
    unless the value is text.
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    try:
        return repr(value)[:_LONGEST_SHOWN]
    except (ValueError, RecursionError):
        return "…"


def build_settings(document: Any, place: str, rows: Mapping[str, int] | None = None) -> Settings:
    """Return the settings.

    Parameters
    ----------
    document
        Keys and sections, nested as in scenario.toml.
    place
        What to call the source in messages.
    rows
        File row by ``key`` or ``section.key``, where the source has rows.

    Raises
    ------
    InputError
        With every key that is unknown or does not fit.
    """
    if not isinstance(document, Mapping):
        raise InputError([Problem("expected sections of settings", place, value=shown(document))])
    try:
        return Settings.model_validate(document)
    except ValidationError as error:
        raise InputError(
            _settings_problems(error.errors(include_url=False), place, rows or {})
        ) from error


def _settings_problems(
    errors: Iterable[ErrorDetails], place: str, rows: Mapping[str, int]
) -> Iterable[Problem]:
    """Yield a problem for each key that is unknown, replaced, or does not fit."""
    known = settings_kinds()
    top, nearest = Nearest({key.split(".")[0] for key in known}), Nearest(known)
    for error in errors:
        key = ".".join(str(part) for part in error["loc"][:2])
        if key in REPLACED:
            yield Problem(_replaced(key, error["input"]), place, rows.get(key), key)
        elif error["type"] == "extra_forbidden":
            # A section is the likelier slip; failing that, a key may stand in the wrong section.
            hint = top.hint(key) or nearest.hint(key)
            yield Problem(f"unknown section or key{hint}", place, rows.get(key), key)
        elif key in known:
            message = expectation(known[key], error)
            yield Problem(message, place, rows.get(key), key, shown(error["input"]))
        else:
            yield Problem("expected a section", place, rows.get(key), key, shown(error["input"]))


def _replaced(key: str, value: object) -> str:
    """Return which keys say what an earlier key said."""
    meant = REPLACED[key]
    keys = [meant[value]] if isinstance(value, str) and value in meant else list(meant.values())
    return f"this key is replaced: {', '.join(keys)}"


def settings_kinds() -> dict[str, Kind]:
    """Return the kind of every setting by ``key`` or ``section.key``, by its name in files."""
    found: dict[str, Kind] = {}
    for name, field in Settings.model_fields.items():
        section = field.annotation
        if isinstance(section, type) and issubclass(section, BaseModel):
            found |= {f"{name}.{key}": kind for key, kind in kinds_of(section).items()}
        else:
            found[field.alias or name] = kinds_of(Settings)[field.alias or name]
    return found
