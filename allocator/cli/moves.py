"""`allocator moves`: who goes from where to where, step by step. The work is `studies`'."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from allocator.cli.common import (
    ALL_WELL,
    NO_PLAN,
    AsJson,
    Grow,
    Opens,
    PeoplePerDesk,
    ScenarioPath,
    Scheme,
    Seed,
    TimeLimit,
    Wave,
    Workers,
    aligned,
    print_result,
    say,
)
from allocator.cli.watch import watched
from allocator.library.given import worker_count
from allocator.words import counted

if TYPE_CHECKING:
    from allocator.scenario.tables import CurrentPiece
    from allocator.scenario.types import Scenario
    from allocator.studies.moves import Moves

EXAMPLE = (
    "allocator moves data/ikn-cabinet48 data/ikn-cabinet48/current.csv out/knee/placements.csv"
)
SHOWN = 12
"""Rows shown on a terminal; all are in moves.csv."""


def moves(  # noqa: PLR0913, PLR0917 - the options of the contract, by name
    scenario: ScenarioPath,
    before: Annotated[
        Path, typer.Argument(metavar="FROM", help="Placements now: a table as current.csv is.")
    ],
    after: Annotated[Path, typer.Argument(metavar="TO", help="Placements of the plan to reach.")],
    people_per_desk: PeoplePerDesk = None,
    scheme: Scheme = None,
    opens: Opens = None,
    grow: Grow = None,
    wave: Wave = None,
    people_per_step: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, help="Divide moves of more people than this."),
    ] = None,
    time_limit: TimeLimit = 60,
    workers: Workers = None,
    seed: Seed = 0,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder for moves.csv and moves.json.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say who moves from where to where, in steps that never overfill a floor.

    As few people as possible work elsewhere for a time, then as few as possible move twice, then
    there are as few steps as possible. Where somebody needs a temporary place, says why.
    """
    began = time.monotonic()
    from allocator.plan.tables import prepare_folder
    from allocator.scenario.read import current_from_file
    from allocator.scenario.variants import Variant, read_variant

    variant = Variant(
        people_per_desk, scheme, opens=tuple(opens or ()), grow=tuple(grow or ()), wave=wave
    )
    given, today = read_variant(scenario, variant), current_from_file(before)
    target = _plan(given, after)
    if target is None:
        raise typer.Exit(NO_PLAN)
    if out is not None:
        prepare_folder(out)
    from allocator.studies.moves import document, plan_moves, write_moves

    found = watched(
        "stopping with the best order so far; Ctrl-C again to abort",
        lambda tell, stop: plan_moves(
            given,
            today,
            target,
            time_limit_s=time_limit,
            workers=worker_count(workers),
            seed=seed,
            people_per_step=people_per_step,
            should_stop=stop,
            began=began,
        ),
    )
    files = () if out is None else write_moves(found, out)
    text = _text(found) + (f"files in {out}\n" if files else "")
    print_result(document(found) if as_json else text)
    raise typer.Exit(ALL_WELL)


def _plan(given: Scenario, path: Path) -> tuple[CurrentPiece, ...] | None:
    """Return the placements of a plan; None, with every violation text, where it breaks a rule."""
    from allocator.plan.seating import seated
    from allocator.plan.tables import read_placements
    from allocator.plan.verify import verify
    from allocator.studies.moves import rows_of_plan

    check = verify(given, read_placements(path, given))
    broken = [v for v in check.violations if v.kind != "max_people_moved"]
    for violation in broken:
        say(f"{path.name}: {violation.kind}: {violation.message}")
    return None if broken else rows_of_plan(seated(given, check.pieces))


def _text(found: Moves) -> str:
    """Return the first rows as a table, and what is known of the order."""
    if not found.rows:
        return "nobody moves\n"
    head = ("step", "unit", "from", "to", "people", "desks freed", "taken", "")
    lines = [
        (
            f"{row.step}",
            row.unit_id,
            row.from_floor or "–",
            row.to_floor or "–",
            f"{row.people:,}",
            f"{row.desks_freed:,}",
            f"{row.desks_taken:,}",
            "temporary" if row.temporary else "",
        )
        for row in found.rows[:SHOWN]
    ]
    more = len(found.rows) - SHOWN
    rest = f"… and {counted(more, 'more row')}\n" if more > 0 else ""
    moved = counted(found.people_moved, "person")
    fewest = " (fewer are proved impossible)" if found.is_fewest_steps else ""
    summary = f"\n{moved} in {counted(found.steps, 'step')}{fewest}\n"
    notes = "".join(f"{note}\n" for note in found.notes)
    return aligned([head, *lines], left=4) + rest + summary + notes
