"""An import from files to a scenario: sheets, tables, and the strict reader over the result.

Whatever can be shown is worked out even where questions are open, so that a planner sees them all
at once. Only the scenario itself waits until every question has its answer.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from allocator.errors import InputError, Problem
from allocator.scenario.convert import SHEET
from allocator.scenario.document import document_tables
from allocator.scenario.importing.assemble import (
    Tables,
    add_organisations,
    add_people,
    settle_scheme,
)
from allocator.scenario.importing.columns import WORDS_OF
from allocator.scenario.importing.files import read_sheets
from allocator.scenario.importing.ledger import At, Decision, Ledger
from allocator.scenario.importing.places import add_floors, settle_area_per_desk
from allocator.scenario.importing.sheets import MappedTable, take_sheets, without_repetition
from allocator.scenario.raw import RawTable
from allocator.scenario.read import scenario_of
from allocator.scenario.sources import Given, settings_of
from allocator.scenario.spreadsheet import Sheet
from allocator.scenario.tables import REQUIRED_TABLES, TABLES
from allocator.scenario.types import Scenario
from allocator.scenario.write import scenario_json

SETTINGS_FILE = "scenario.toml"
GOES_WITH = {
    "headcounts": {"units": "unit_id", "organisations": "organisation_id"},
    "floors": {"towers": "tower_id"},
}
"""Tables that list ids of another: kept only where they know all of them. With the column."""


@dataclass(frozen=True)
class Imported:
    """What an import understood.

    Attributes
    ----------
    scenario
        The scenario; None where questions are open.
    decisions, questions
        Everything that was decided, and what nobody has answered.
    tables, sheets
        What is understood of every table, and the sheets as they were read.
    answers
        Every answer that was given, now or before.
    """

    scenario: Scenario | None
    decisions: tuple[Decision, ...]
    questions: tuple[Decision, ...]
    tables: tuple[MappedTable, ...]
    sheets: tuple[Sheet, ...]
    answers: Mapping[str, str]


def import_files(
    files: Mapping[str, bytes],
    *,
    answers: Mapping[str, str] | None = None,
    remembered: Mapping[str, str] | None = None,
    take_proposals: bool = False,
    base: Scenario | None = None,
) -> Imported:
    """Return what is understood of a ministry's own tables.

    Parameters
    ----------
    files
        Content by name: workbooks, text tables, and a ``scenario.toml``.
    answers
        Answers to decisions, by key.
    remembered
        Decisions of an earlier import, by key.
    take_proposals
        Whether questions without an answer are answered as proposed.
    base
        The scenario of an earlier import: tables that the files do not hold are its own.

    Raises
    ------
    InputError
        With everything in the files that cannot be used, by the rows of the files.
    """
    ledger = Ledger(answers, remembered, take_proposals=take_proposals)
    tables = Tables()
    if SETTINGS_FILE in files:
        tables.settings = settings_of(files[SETTINGS_FILE])
    others = {name: data for name, data in files.items() if name != SETTINGS_FILE}
    sheets = read_sheets(others, ledger)
    found = _take(sheets, tables, ledger)
    _require(tables, base, sheets, ledger)
    settle_area_per_desk(tables, sheets, ledger)
    settle_scheme(tables, ledger)
    # Only now: what is asked depends on the answers given so far.
    ledger.refuse_unknown()
    ledger.raise_problems()
    # After problems are raised, as files that cannot be used drop nothing.
    _drop(tables, base, ledger)
    questions = ledger.questions
    scenario = None if questions else _scenario(tables, base)
    return Imported(
        scenario=scenario,
        decisions=tuple(ledger.decisions),
        questions=questions,
        tables=tuple(found),
        sheets=tuple(sheets),
        answers=ledger.remembered | ledger.answers,
    )


def _take(sheets: Sequence[Sheet], tables: Tables, ledger: Ledger) -> list[MappedTable]:
    """Take all sheets, and make the tables of people, floors and organisations of their rows."""
    try:
        found = take_sheets(sheets, tables, ledger)
    except InputError as error:
        ledger.problems += error.problems
        return []
    # Before rows are joined: a summary would add everybody a second time.
    found = without_repetition(found, ledger)
    by_table = {
        name: [row for each in found if each.mapping.table == name for row in each.rows]
        for name in ("headcounts", "floors", "organisations")
    }
    if by_table["headcounts"]:
        add_people(tables, by_table["headcounts"], ledger)
    add_floors(tables, by_table["floors"], ledger)
    # Last, under the names that headcounts have come to use.
    add_organisations(tables, by_table["organisations"])
    return found


def _require(
    tables: Tables, base: Scenario | None, sheets: Sequence[Sheet], ledger: Ledger
) -> None:
    """Keep the tables of the scenario that is there, and note a problem for what is missing.

    Where something else is wrong already, a missing table may only be what came of it.
    """
    for name in REQUIRED_TABLES:
        if name in tables.rows:
            continue
        if base is not None and getattr(base, name):
            ledger.settle("table_kept", f"kept.{name}", "kept", At(what=name), choices=("kept",))
        elif not ledger.problems and not ledger.questions:
            ledger.problems.append(_missing(name, sheets))


def _missing(name: str, sheets: Sequence[Sheet]) -> Problem:
    """Return the problem of a required table that no sheet holds, with words to look for."""
    place = ", ".join(dict.fromkeys(sheet.file for sheet in sheets))
    if not any(cell != "" for sheet in sheets for cells in sheet.cells for cell in cells):
        message = (
            "expected cells with text and numbers: the sheets are empty or hold a picture only, "
            "which nobody can read; ask for the table itself"
        )
        return Problem(message, place)
    meanings = {
        "headcounts": ("unit_id", "headcount"),
        "floors": ("level", "tower_id", "desks", "area_m2"),
    }[name]
    words = [WORDS_OF[meaning][-1] for meaning in meanings]
    message = (
        f"expected a table of {name}, which is missing: a header with words such as "
        f"{', '.join(words)}"
    )
    return Problem(message, place)


def _scenario(tables: Tables, base: Scenario | None) -> Scenario:
    """Return the scenario that the strict reader makes of the tables; problems name the files.

    An import has no reader of its own for the result, so nothing gets past the checks that every
    scenario passes.
    """
    given = Given("{}", "scenario")
    given.settings = tables.settings
    given.settings_content = tables.settings
    if base is not None:
        _add_kept(given, tables, base)
    for name in TABLES:
        if tables.rows.get(name):
            given.tables.append(_raw(name, tables))
    try:
        return scenario_of(given)
    except InputError as error:
        raise InputError(_placed(tables, error.problems)) from error


def _raw(name: str, tables: Tables) -> RawTable:
    """Return a table as the strict reader takes it, its rows numbered from 1."""
    columns = tables.columns(name)
    rows = [(number, entry.cells) for number, entry in enumerate(tables.rows[name], 1)]
    # What counts for its fingerprint is what came of the cells, whatever file they were in.
    content = [entry.cells for entry in tables.rows[name]]
    return RawTable(name, name, rows, SHEET, content, columns, 0)


def _placed(tables: Tables, problems: Sequence[Problem]) -> Iterator[Problem]:
    """Yield problems with file, sheet and row in the place of the table and its row."""
    for problem in problems:
        rows = tables.rows.get(problem.table)
        if rows and problem.row:
            origin = rows[problem.row - 1].origin
            yield problem.at(origin.place, origin.row)
        else:
            yield problem


def _drop(tables: Tables, base: Scenario | None, ledger: Ledger) -> None:
    """Drop tables of the scenario that is there which lack ids of the tables that come in.

    A list of units of last year does not know this year's; kept, it would make them unknown.
    """
    for name, own in GOES_WITH.items():
        if base is None or name not in tables.rows:
            continue
        for other, key in own.items():
            used = {str(entry.cells.get(key, "")) for entry in tables.rows[name]} - {""}
            rows = getattr(base, other) or ()
            known = {getattr(row, key) for row in rows}
            # Such a table would make the strict reader refuse ids that are right; new ids go
            # without it.
            if rows and other not in tables.rows and not used <= known:
                ledger.settle(
                    "table_dropped",
                    f"kept.{other}",
                    "left_out",
                    At(what=other),
                    choices=("left_out",),
                )
                tables.dropped.add(other)


def _add_kept(given: Given, tables: Tables, base: Scenario) -> None:
    """Add the tables and settings of the scenario that is there which no file holds."""
    document = json.loads(scenario_json(base))
    given.settings = _merged(document.pop("settings"), tables.settings)
    gone = {*tables.rows, *tables.dropped}
    kept = {name: rows for name, rows in document.items() if name not in gone}
    given.tables += document_tables(kept, "scenario", "")[0]


def _merged(kept: Mapping[str, object], new: Mapping[str, object]) -> dict[str, object]:
    """Return settings with new keys in the place of kept ones, section by section."""
    found = dict(kept)
    for key, value in new.items():
        before = found.get(key)
        both = isinstance(before, Mapping) and isinstance(value, Mapping)
        found[key] = {**before, **value} if both else value  # type: ignore[dict-item]
    return found
