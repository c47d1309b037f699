"""Writes a plan's files and reads them back: tables, plan.json and the picture.

What is in a plan is decided in `plan.assemble`, how it is drawn in `plan.stack`.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path
from threading import Thread

from pydantic import ValidationError

from allocator.errors import InputError, Problem
from allocator.plan.types import AreaService, FloorUse, OrganisationUse, Placement, Plan, Record
from allocator.plan.verify import GivenPlacement
from allocator.scenario.read import read_rows
from allocator.scenario.types import Scenario
from allocator.scenario.write import csv_text, scenario_json

PLACEMENTS = "placements.csv"
FLOOR_USE = "floor_use.csv"
ORGANISATION_USE = "organisation_use.csv"
ATTENDANCE = "attendance.csv"
PLAN = "plan.json"
STACK = "stack.svg"
SCENARIO = "scenario.json"
"""What the plan was made for, so that the folder can be reported on by itself."""
WORKBOOK = "plan.xlsx"
"""For spreadsheets, whatever their settings; written beside by whoever reports."""
FILES = (PLACEMENTS, FLOOR_USE, ORGANISATION_USE, ATTENDANCE, PLAN, STACK, SCENARIO)


def prepare_folder(folder: Path) -> None:
    """Make an output folder if need be, and make sure that it can be written to.

    Raises
    ------
    InputError
        If it cannot.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # Before a search and not after it: minutes of work would be lost on a folder without
        # permission.
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise _cannot_write(folder, error) from error


def prepare_pictures() -> None:
    """Begin to load what draws, in a thread: it takes a second in which others can search."""
    Thread(target=_draw_nothing, daemon=True).start()


def _draw_nothing() -> None:
    """Load what draws by drawing an empty chart."""
    import vl_convert  # noqa: PLC0415 - slow to import

    import allocator.plan.stack  # noqa: PLC0415, F401 - slow to import

    vl_convert.vegalite_to_svg({"data": {"values": []}, "mark": "bar"})


def write_plan(plan: Plan, folder: Path, scenario: Scenario) -> tuple[Path, ...]:
    """Write the files of a plan and return them; without a plan, plan.json alone.

    Each file is written beside its place and then renamed, so none is ever half there. Files
    that an earlier run left under these names are removed.

    Raises
    ------
    InputError
        If the folder cannot be written to.
    """
    contents = _contents(plan, scenario)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # In the same folder: only within a file system is a rename whole or not at all.
        with tempfile.TemporaryDirectory(dir=folder, prefix=".writing-") as beside:
            for name, content in contents.items():
                (Path(beside) / name).write_text(content, encoding="utf-8", newline="")
            # Of an earlier plan, they would stand beside this one as if they belonged to it.
            for name in (*FILES, WORKBOOK):
                (folder / name).unlink(missing_ok=True)
            for name in contents:
                os.replace(Path(beside) / name, folder / name)
    except OSError as error:
        raise _cannot_write(folder, error) from error
    return tuple(folder / name for name in contents)


def read_placements(path: Path, scenario: Scenario) -> list[GivenPlacement]:
    """Return the rows of any table with unit_id, floor_id and desks; other columns are ignored.

    Where capacity is by chance the third is people.

    Raises
    ------
    InputError
        If the file cannot be read as a table, or lacks one of these columns.
    """
    amount = "people" if scenario.by_chance else "desks"
    return [
        GivenPlacement(cells["unit_id"], cells["floor_id"], row=row, **{amount: cells[amount]})
        for row, cells in read_rows(path, ("unit_id", "floor_id", amount))
    ]


def plan_from_json(text: str | bytes) -> Plan:
    """Return the plan of a plan.json.

    Raises
    ------
    InputError
        If the text is none.
    """
    try:
        return Plan.model_validate_json(text)
    except ValidationError as error:
        raise unfit(error, PLAN) from error


def unfit(error: ValidationError, place: str) -> InputError:
    """Return what a document may not hold, as problems of that place."""
    return InputError(
        Problem(fault["msg"].lower(), place, column=".".join(map(str, fault["loc"])))
        for fault in error.errors(include_url=False)
    )


def json_text(document: object) -> str:
    """Return a document as JSON text, one line for each value, other alphabets as they are."""
    return json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _contents(plan: Plan, scenario: Scenario) -> dict[str, str]:
    """Return the text of each file by its name."""
    whole = {PLAN: json_text(plan.as_json())}
    # Without a plan the tables would be empty, and look like a plan of nobody.
    if plan.objective.total is None:
        return whole
    return {
        PLACEMENTS: _csv(Placement, plan.placements),
        FLOOR_USE: _csv(FloorUse, plan.floors),
        ORGANISATION_USE: _csv(OrganisationUse, plan.organisations),
        ATTENDANCE: _csv(AreaService, plan.attendance.areas if plan.attendance else ()),
        STACK: _svg(plan, scenario),
        SCENARIO: scenario_json(scenario),
    } | whole


def _csv(kind: type[Record], rows: Iterable[Record]) -> str:
    """Return rows as CSV, with the fields of their kind as columns."""
    columns = tuple(kind.model_fields)
    return csv_text(columns, ([getattr(row, column) for column in columns] for row in rows))


def _svg(plan: Plan, scenario: Scenario) -> str:
    """Return the picture."""
    from allocator.plan.stack import stack_svg  # noqa: PLC0415 - slow to import

    return stack_svg(plan, scenario)


def _cannot_write(folder: Path, error: OSError) -> InputError:
    """Return the error of a folder that cannot be written to."""
    reason = error.strerror or str(error)
    return InputError([Problem(f"the output folder cannot be written to: {reason}", str(folder))])
