"""The files of an import, and what came of it: scenario, record, marked workbook."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from allocator.errors import InputError, Problem
from allocator.scenario.importing.files import TEXTS, WORKBOOKS
from allocator.scenario.importing.marked import marked_workbook
from allocator.scenario.importing.record import record_of, record_path, record_text
from allocator.scenario.importing.run import SETTINGS_FILE, Imported
from allocator.scenario.read import read_scenario
from allocator.scenario.sources import MARKED, read_bytes
from allocator.scenario.tables import REQUIRED_TABLES, TABLES
from allocator.scenario.types import Scenario
from allocator.scenario.write import write_scenario
from allocator.texts import texts

KEPT_AS = ".old"
"""What is put behind the name of a table that no longer fits the ids of the others."""


def files_at(paths: Iterable[Path]) -> dict[str, bytes]:
    """Return the content of files by name; of a folder, of every table in it.

    Two files of one name keep both, the second under its whole path.

    Raises
    ------
    InputError
        With every file that cannot be read.
    """
    found: dict[str, bytes] = {}
    problems: list[Problem] = []
    for path in paths:
        inside = _tables_in(path) if path.is_dir() else [path]
        if not inside:
            problems.append(Problem("expected tables in the folder", str(path)))
        for file in inside:
            try:
                # Two folders may each have a "data.xlsx"; neither may take the other's place.
                found[file.name if file.name not in found else str(file)] = read_bytes(file)
            except InputError as error:
                problems += error.problems
    if problems:
        raise InputError(problems)
    return found


def _tables_in(folder: Path) -> list[Path]:
    """Return the tables in a folder by name.

    What editors leave while a table is open, and the workbook that an import wrote back, are none.
    """
    ends = (*WORKBOOKS, *TEXTS)
    return sorted(
        file
        for file in folder.iterdir()
        if file.is_file() and not file.name.startswith((".", "~$"))
        if file.name.lower().endswith(ends) or file.name == SETTINGS_FILE
        if file.name != MARKED
    )


def scenario_at(out: Path) -> Scenario | None:
    """Return the scenario that is there already, None where there is none.

    Raises
    ------
    InputError
        If what is there cannot be read: an import would then not know what to keep.
    """
    if out.is_dir():
        there = all((out / f"{name}.csv").exists() for name in REQUIRED_TABLES)
    else:
        there = out.is_file()
    return read_scenario(out) if there else None


def write_import(
    imported: Imported, files: Mapping[str, bytes], out: Path, language: str
) -> list[Path]:
    """Write the scenario, the record beside it and the marked workbook; return their places.

    Raises
    ------
    InputError
        If they cannot be written.
    """
    assert imported.scenario is not None
    is_folder = out.suffix.lower() not in (".xlsx", ".json")
    if is_folder:
        # First: a table left behind would be read with the new ones.
        _move_away(imported.scenario, out)
    write_scenario(imported.scenario, out)
    record = record_path(out)
    marked = out / MARKED if is_folder else out.with_name(f"{out.stem}.{MARKED}")
    try:
        record.write_text(
            record_text(record_of(imported, files)), encoding="utf-8", errors="replace"
        )
        marked.write_bytes(marked_workbook(imported, texts(language)))
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError([Problem(f"cannot be written: {reason}", str(out))]) from error
    return [out, record, marked]


def _move_away(scenario: Scenario, folder: Path) -> None:
    """Rename tables of the folder that the scenario no longer has; nothing is deleted."""
    for name in TABLES:
        file = folder / f"{name}.csv"
        if not getattr(scenario, name) and file.exists():
            file.replace(file.with_name(file.name + KEPT_AS))
