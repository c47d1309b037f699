"""Builders of small scenarios for the tests. Nothing is read from files here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from allocator.scenario.settings import Settings
from allocator.scenario.tables import TABLES, Row
from allocator.scenario.types import Scenario

Values = Row | Mapping[str, Any] | tuple[Any, ...]

ONE_FLOOR = (("A-1", "A", 1, 60),)
ONE_UNIT = (("Finance", 70, "Treasury"),)


def row(table: str, values: Values) -> Row:
    """Return a row; a tuple fills the columns in the order in which its type declares them.

    ``row("floors", ("A-1", "A", 1, 60))`` is a floor of 60 desks on level 1 of tower A.
    """
    if isinstance(values, Row):
        return values
    kind = TABLES[table]
    if isinstance(values, tuple):
        values = dict(zip(kind.model_fields, values, strict=False))
    return kind(**values)


def rows(table: str, many: Iterable[Values]) -> tuple[Row, ...]:
    """Return rows of a table, each built by `row`."""
    return tuple(row(table, values) for values in many)


def scenario(
    *,
    floors: Iterable[Values] = ONE_FLOOR,
    headcounts: Iterable[Values] = ONE_UNIT,
    settings: Mapping[str, Any] | None = None,
    **tables: Iterable[Values] | None,
) -> Scenario:
    """Return a scenario: by default one floor of 60 desks and one unit of 70 people.

    Tables are rows as `row` takes them, settings are nested as in scenario.toml. Tuples run:
    floors (floor_id, tower_id, level, desks), headcounts (unit_id, headcount, organisation_id,
    own_desks), rules (rule, subject, object, value), units (unit_id, organisation_id, parent_id),
    affinities (a, b, trips_per_week, closeness), towers (tower_id, name, complex_id, x_m, y_m).
    """
    given = tables | {"floors": floors, "headcounts": headcounts}
    built = {name: rows(name, many) for name, many in given.items() if many is not None}
    return Scenario(**built, settings=Settings.model_validate(settings or {}))


def bare(given: Scenario) -> Scenario:
    """Return the scenario without the record of where it was read from, to compare by value."""
    return given.replace(fingerprints={}, sources={})
