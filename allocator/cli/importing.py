"""`allocator import`: a ministry's own tables. What they mean is worked out by the importer."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from allocator.cli.common import ALL_WELL, BAD_INPUT, AsJson, Language, aligned, print_result, say

if TYPE_CHECKING:
    from allocator.scenario.importing.run import Imported
    from allocator.scenario.types import Scenario
    from allocator.texts import Texts

EXAMPLE = "allocator import 'Data Pegawai November.xlsx' 'Data Lantai.xlsx' --out scenario"


def import_tables(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE...", help="Workbooks (.xlsx, .xls, .xlsb, .ods) and .csv."),
    ],
    out: Annotated[
        Path, typer.Option(metavar="SCENARIO", help="A folder, an .xlsx or a .json to write.")
    ],
    assume: Annotated[
        list[str] | None, typer.Option(metavar="KEY=VALUE", help="The answer to a question.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Take every proposal.")] = False,
    language: Language = "en",
    as_json: AsJson = False,
) -> None:
    """Read a ministry's own tables: titles, merged cells, totals and notes are understood.

    Every decision is shown. With open questions nothing is written. What was decided is kept in
    import.json beside the scenario; the next import asks only about what is new.
    """
    from allocator.scenario.importing.record import read_record, record_path
    from allocator.scenario.importing.run import import_files
    from allocator.scenario.importing.store import files_at, scenario_at, write_import
    from allocator.texts import texts

    given = files_at(files)
    imported = import_files(
        given,
        answers=answers_of(assume or []),
        remembered=read_record(record_path(out)),
        take_proposals=yes,
        base=scenario_at(out),
    )
    words = texts(language)
    written = []
    if imported.scenario is not None:
        written = write_import(imported, given, out, language)
    print_result(_as_json(imported, written, language) if as_json else _text(imported, words))
    for question in imported.questions:
        say(words("import.question_how", name=question.key))
    if imported.scenario is None:
        say(words("import.questions", count=len(imported.questions)))
        raise typer.Exit(BAD_INPUT)
    say(_summary(imported.scenario, words))
    for path in written:
        say(str(path))
    raise typer.Exit(ALL_WELL)


def answers_of(assumed: Sequence[str]) -> dict[str, str]:
    """Return the answers in words such as ``headcount=Jumlah``; keys may hold ``=``."""
    found = {}
    for text in assumed:
        key, mark, value = text.rpartition("=")
        if not mark or not key.strip() or not value.strip():
            raise typer.BadParameter(f"expected KEY=VALUE, not {text!r}", param_hint="--assume")
        found[key.strip()] = value.strip()
    return found


def _text(imported: Imported, words: Texts) -> str:
    """Return the table of decisions, and the questions with their choices."""
    from allocator.scenario.importing.marked import decision_rows

    heads = tuple(
        words(f"import.{head}") for head in ("where", "what", "taken_for", "sure", "why")
    )
    rows = [(a, b, c, e, d) for a, b, c, d, e in decision_rows(imported.decisions, words)]
    table = aligned([heads, *rows], left=len(heads))
    for question in imported.questions:
        proposed = words("import.question_proposed", chosen=question.chosen)
        table += f"\n{question.key}: {question.reason(words)} ({proposed})\n"
        if question.choices:
            choices = ", ".join(question.choices)
            table += f"  {words('import.question_choices', choices=choices)}\n"
    return table


def _summary(scenario: Scenario, words: Texts) -> str:
    people = sum(unit.headcount for unit in scenario.housed)
    return words(
        "import.written",
        units=words.number(len(scenario.housed)),
        people=words.number(people),
        floors=words.number(len(scenario.floors)),
        towers=words.number(len({floor.tower_id for floor in scenario.floors})),
    )


def _as_json(imported: Imported, written: Sequence[Path], language: str) -> dict[str, Any]:
    from allocator.scenario.importing.record import decision_json

    return {
        "schema": 1,
        "written": [str(path) for path in written],
        "questions": [decision_json(each, language) for each in imported.questions],
        "decisions": [decision_json(each, language) for each in imported.decisions],
    }
