"""From what a source holds to the fields of a scenario, with every problem at once.

How cells become typed rows is in `build`; making the scenario of the fields judges them.
"""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import ValidationError

from allocator.errors import InputError, Problem
from allocator.scenario import consistency
from allocator.scenario.blanks import organisations_left_blank
from allocator.scenario.build import build_settings, build_table, expectation, shown
from allocator.scenario.convert import kinds_of
from allocator.scenario.data import ScenarioData
from allocator.scenario.ratio import unwanted_ratio
from allocator.scenario.raw import fingerprint
from allocator.scenario.settings import Section, Settings
from allocator.scenario.sources import Given
from allocator.scenario.tables import REQUIRED_TABLES, Source

_SECTION = TypeVar("_SECTION", bound=Section)


def gathered(
    given: Given,
    people_per_desk: str | None = None,
    scheme: str | None = None,
    *,
    for_relocation: bool = False,
) -> dict[str, Any]:
    """Return the fields of the scenario in what was given.

    Parameters
    ----------
    given
        Tables and settings, and what was wrong with them so far.
    people_per_desk, scheme
        Take the place of the settings' own.
    for_relocation
        Whether staff will do in place of headcounts.

    Raises
    ------
    InputError
        If a cell cannot be read: with every problem of cells, and every one between tables that
        can be found in spite of it.
    """
    built = {raw.name: build_table(raw) for raw in given.tables}
    people = next((raw for raw in given.tables if raw.name == "headcounts"), None)
    listed = [
        row for name in ("units", "organisations") if name in built for row in built[name].rows
    ]
    given.problems += organisations_left_blank(people, listed)
    for table in REQUIRED_TABLES:
        if table not in built and table not in given.unread:
            message = "expected this table, which is missing"
            if table == "headcounts" and "staff" in built:
                # Who moves will be worked out from staff, so headcounts may be missing.
                if for_relocation:
                    continue
                message += "; with staff alone, `allocator relocate` works out who moves"
            missing = Problem(message, given.missing.format(table))
            given.fails(table, InputError([missing]))
    settings = _settings(given, people_per_desk, scheme)
    problems = [*given.problems, *(p for table in built.values() for p in table.problems)]
    sources = {name: table.source for name, table in built.items()}
    fields: dict[str, Any] = {
        **{name: table.rows for name, table in built.items()},
        "settings": settings,
        "unread_files": given.unread_files,
        "sources": sources | {"scenario": Source(place=given.settings_place)},
    }
    if not problems:
        fields = {"headcounts": ()} | fields
        return fields | {"fingerprints": _fingerprints(given)}
    # Not validated, as parts are missing: checks that need them whole are left out below.
    partial = ScenarioData.model_construct(**{"floors": (), "headcounts": ()} | fields)
    incomplete = given.unread | {name for name, table in built.items() if table.problems}
    found = consistency.problems(partial, incomplete)
    raise InputError([*problems, *(partial.placed(problem) for problem in found)])


def _fingerprints(given: Given) -> dict[str, str]:
    """Return the sha256 of each input as it was read, by table."""
    found = {raw.name: fingerprint(raw.content) for raw in given.tables}
    if given.settings_content is not None:
        found["scenario"] = fingerprint(given.settings_content)
    return found


def _settings(given: Given, people_per_desk: str | None, scheme: str | None) -> Settings:
    """Return the settings, with the options of a command in the place of their own."""
    settings = Settings()
    try:
        settings = build_settings(given.settings, given.settings_place, given.settings_rows)
    except InputError as error:
        # Go on with the defaults, so that tables are judged all the same.
        given.fails("scenario", error)
    changes: dict[str, Section] = {}
    for name, key, value in (
        ("sharing", "people_per_desk", people_per_desk),
        ("options", "scheme", scheme),
    ):
        if value is not None:
            try:
                changes[name] = _changed(getattr(settings, name), key, value)
            except InputError as error:
                given.problems += error.problems
    if people_per_desk is not None:
        given.problems += unwanted_ratio(settings, people_per_desk, given.settings_place)
    return settings.model_copy(update=changes)


def _changed(section: _SECTION, key: str, value: str) -> _SECTION:
    """Return a section with one key replaced."""
    kept = {name: getattr(section, name) for name in type(section).model_fields}
    try:
        return type(section)(**(kept | {key: value}))
    except ValidationError as error:
        kind = kinds_of(type(section))[key]
        message = expectation(kind, error.errors(include_url=False)[0])
        raise InputError([Problem(message, key, value=shown(value))]) from error
