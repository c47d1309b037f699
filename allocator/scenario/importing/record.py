"""What an import remembers beside the scenario, and what the next one takes from it.

Next month's table has the same columns and the same questions. What was answered once holds again,
except for questions about numbers, which are other ones then.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from allocator.errors import InputError, Problem
from allocator.scenario.document import parse_json
from allocator.scenario.importing.columns import PEOPLE, column_key
from allocator.scenario.importing.ledger import ASK_BELOW, RULES, Decision
from allocator.scenario.importing.mapping import TableMapping, name_of, told_changes
from allocator.scenario.importing.run import Imported
from allocator.scenario.importing.sheets import MappedTable
from allocator.scenario.raw import fingerprint
from allocator.texts import texts

RECORD = "import.json"
OF_ONE_MONTH = (
    "row_total_differs",
    "headcount_differs",
    "heading_unclear",
    "units_given_twice",
    "row_without_name",
)
"""Rules whose questions are about numbers: another month's numbers are asked about anew."""


def record_path(scenario: Path) -> Path:
    """Return where the record of a scenario is: in its folder, or beside its file.

    Parameters
    ----------
    scenario
        Where the scenario is or will be.
    """
    if scenario.suffix.lower() in (".xlsx", ".json"):
        return scenario.with_name(f"{scenario.stem}.{RECORD}")
    return scenario / RECORD


def record_of(imported: Imported, files: Mapping[str, bytes]) -> dict[str, Any]:
    """Return everything that an import decided, as data.

    Parameters
    ----------
    files
        Content by name; their fingerprints are kept, so that next month's table is seen to be
        another.
    """
    return {
        "schema": 1,
        "files": {name: fingerprint(data) for name, data in files.items()},
        "tables": [_table(found) for found in imported.tables],
        "decisions": [decision_json(each) for each in imported.decisions],
        "answers": _answers(imported),
    }


def _answers(imported: Imported) -> dict[str, str]:
    """Return the answers given, and the proposals that were taken for answers."""
    taken = {
        each.key: each.chosen
        for each in imported.decisions
        if each.source == "rule" and RULES[each.rule] < ASK_BELOW
    }
    return {**taken, **imported.answers}


def _table(found: MappedTable) -> dict[str, Any]:
    """Return what is understood of a table.

    Columns, rows left out, cells changed, with reasons.
    """
    mapping, sheet = found.mapping, found.sheet
    return {
        "file": mapping.file,
        "sheet": mapping.sheet,
        "table": mapping.table,
        "header_row": mapping.header + 1,
        "header_rows": mapping.header_rows,
        "columns": _columns(mapping),
        "rows_left_out": [
            {"row": row + 1, "what": left.what, "reason": left.rule}
            for row, left in sorted(mapping.rows_left_out.items())
        ],
        "cells_changed": [
            {
                "cell": name_of(row, column),
                "from": _value(sheet.cell(row, column)),
                "to": _value(change.to),
                "reason": change.rule,
            }
            for (row, column), change in told_changes(sheet, mapping)
        ],
    }


def _columns(mapping: TableMapping) -> dict[str, str]:
    """Return the meaning of every column by its label."""
    return {
        label: "headcount" if column in mapping.people else mapping.meanings.get(column, "idle")
        for column, label in mapping.labels.items()
    }


def _value(cell: Any) -> Any:
    """Return a cell as JSON can hold it."""
    return cell if isinstance(cell, str | int | float | bool) else str(cell)


def decision_json(decision: Decision, language: str = "en") -> dict[str, Any]:
    """Return a decision as data, its reason in a language, and of a question its choices.

    Choices of settled decisions are left out: nobody has to make them.
    """
    say = texts(language)
    return {
        "key": decision.key,
        "rule": decision.rule,
        "place": decision.place,
        "row": decision.row,
        "cell": decision.cell,
        "what": decision.what,
        "chosen": decision.chosen,
        "said": decision.shown(decision.chosen, say),
        "reason": decision.reason(say),
        "confidence": decision.confidence,
        "source": decision.source,
        "choices": [
            {"value": choice, "said": decision.shown(choice, say)}
            for choice in (decision.choices if decision.is_open else ())
        ],
        "count": decision.count,
    }


def remembered(record: Mapping[str, Any]) -> dict[str, str]:
    """Return what a record decides for the next import: its columns and its answers.

    Raises
    ------
    KeyError, TypeError, AttributeError, ValueError
        If it has another form; `remembered_in` says so in words.
    """
    found: dict[str, str] = {}
    for table in record.get("tables", ()):
        # One column of people is found again by its words; a sum of several has to be remembered.
        counted = [label for label, role in table["columns"].items() if role in PEOPLE]
        for label, role in table["columns"].items():
            # Idle columns are judged anew, as next month may fill them.
            if role not in PEOPLE and role != "idle":
                found[column_key(table["table"], label)] = role
        if len(counted) > 1:
            found["headcount"] = " + ".join(counted)
    once = {each["key"] for each in record.get("decisions", ()) if each["rule"] in OF_ONE_MONTH}
    answers = dict(record.get("answers", {}))
    return found | {key: value for key, value in answers.items() if key not in once}


def read_record(path: Path) -> dict[str, str]:
    """Return what the record at a path remembers; nothing where there is none.

    Raises
    ------
    InputError
        If there is one that is no record.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return {}
    return remembered_in(data, path.name)


def remembered_in(data: bytes, place: str) -> dict[str, str]:
    """Return what the text of a record remembers; nothing of no text.

    Raises
    ------
    InputError
        If it is no record.
    """
    if not data:
        return {}
    record = parse_json(data, place)
    try:
        found = remembered(record)
        # A record is a file that people may edit.
        if not all(isinstance(text, str) for text in found.values()):
            raise TypeError("answers are texts")
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        message = "expected the record of an import: go on without it, as if for the first time"
        raise InputError([Problem(message, place)]) from error
    return found


def record_text(record: Mapping[str, Any]) -> str:
    """Return a record as the text of its file, in the letters of the tables."""
    return json.dumps(record, ensure_ascii=False, indent=1, default=str) + "\n"
