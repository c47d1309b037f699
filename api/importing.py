"""A ministry's own tables in a form: what was understood of them. Runs in a request worker."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from allocator.errors import InputError, Problem
from allocator.texts import LANGUAGES
from api.requests import Content, Part

if TYPE_CHECKING:
    from allocator.scenario.importing.run import Imported
    from allocator.search.progress import OnProgress, ShouldStop
    from allocator.studies.pool import Solver

TIME_LIMIT_S = 20.0
"""Seconds that a request worker has for one import."""
_FIELDS = ("assume", "yes", "language", "record")


@dataclass(frozen=True)
class ImportRequest:
    """The parts of a form, parsed.

    Attributes
    ----------
    files
        Content by name.
    answers, take_proposals
        Answers by key, and whether the others are those proposed.
    language
        Of the reasons.
    record
        The ``import.json`` of an earlier import; nothing if there is none.
    """

    files: dict[str, bytes]
    answers: dict[str, str]
    take_proposals: bool
    language: str
    record: bytes


@dataclass(frozen=True)
class Importing:
    """An import to be done by a request worker: the parts of a form."""

    parts: Content
    time_limit_s: float = TIME_LIMIT_S

    def run(self, _solver: Solver, _on_progress: OnProgress, _should_stop: ShouldStop) -> Any:
        """Return what was understood, or raise `InputError` with every problem."""
        assert isinstance(self.parts, tuple)
        request = import_request(self.parts)
        imported = import_of(request)
        return answer_of(imported, request)


def import_request(parts: Sequence[Part]) -> ImportRequest:
    """Return what a form asks for.

    Raises
    ------
    InputError
        If it holds no file, or a field that is none.
    """
    files = {name or field: data for field, name, data in parts if name and field != "record"}
    # A part with a file name is a file. Without one it is a field, whatever it is called.
    fields = [
        (field, data.decode("utf-8", "replace").strip())
        for field, name, data in parts
        if not name and field != "record"
    ]
    problems = [
        Problem("unknown field", "request", column=field)
        for field, _ in fields
        if field not in _FIELDS
    ]
    answers: dict[str, str] = {}
    for field, text in fields:
        if field == "assume":
            # From the right: a key names a sheet or a column of the workbook, which may have a =
            # in its name.
            key, mark, value = text.rpartition("=")
            if not mark or not key.strip() or not value.strip():
                problems.append(Problem("expected KEY=VALUE", "request", None, "assume", text))
            answers[key.strip()] = value.strip()
    given = dict(fields)
    language = given.get("language") or LANGUAGES[0]
    if language not in LANGUAGES:
        wanted = f"expected a language: {' or '.join(LANGUAGES)}"
        problems.append(Problem(wanted, "request", None, "language", language))
    if given.get("yes", "false") not in ("true", "false"):
        problems.append(Problem("expected true or false", "request", None, "yes", given["yes"]))
    if not files:
        problems.append(Problem("expected at least one file: a workbook or a .csv", "request"))
    if problems:
        raise InputError(problems)
    record = next((data for field, _, data in parts if field == "record"), b"")
    return ImportRequest(files, answers, given.get("yes") == "true", language, record)


def import_of(request: ImportRequest) -> Imported:
    """Return what is understood of the files of a request."""
    from allocator.scenario.importing.record import remembered_in  # noqa: PLC0415 - in a process
    from allocator.scenario.importing.run import import_files  # noqa: PLC0415 - in a process

    return import_files(
        request.files,
        answers=request.answers,
        remembered=remembered_in(request.record, "record"),
        take_proposals=request.take_proposals,
    )


def answer_of(imported: Imported, request: ImportRequest) -> dict[str, Any]:
    """Return an import as JSON has it: scenario, questions, decisions, and the record to keep."""
    from allocator.scenario.importing.record import (  # noqa: PLC0415 - in a process
        decision_json,
        record_of,
    )
    from allocator.scenario.write import scenario_json  # noqa: PLC0415 - in a process

    scenario = imported.scenario
    return {
        "schema": 1,
        "scenario": None if scenario is None else json.loads(scenario_json(scenario)),
        "questions": [decision_json(each, request.language) for each in imported.questions],
        "decisions": [decision_json(each, request.language) for each in imported.decisions],
        "record": None if scenario is None else record_of(imported, request.files),
    }
