"""`allocator batch`: many headcount tables over one scenario. The work is `studies.batch`'s."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from allocator.cli.common import (
    ABORTED,
    AsJson,
    Grow,
    Opens,
    PeoplePerDesk,
    Processes,
    ScenarioPath,
    Scheme,
    Seed,
    TimeLimit,
    Wave,
    aligned,
    duration,
    gap_cell,
    most_serious,
    number,
    print_result,
    say,
    stop_on_interrupt,
)
from allocator.errors import shorten
from allocator.library.given import worker_count
from allocator.words import counted

if TYPE_CHECKING:
    from allocator.studies.batch import BatchProgress, SummaryRow
    from allocator.studies.one_plan import OnePlan

EXAMPLE = (
    "allocator batch data/ikn-wave1 data/ikn-wave1/headcounts --time-limit 60 --out out/variants"
)
EACH_S = 2.0
"""Seconds beyond the time limit that a table may take to be read, checked and written."""
MOST_MESSAGE, MOST_NAME = 60, 40
"""Characters of a message and of a file's path in what is printed; the summary has more."""


def batch(  # noqa: PLR0913, PLR0917 - the options of the contract, by name
    scenario: ScenarioPath,
    headcounts: Annotated[
        list[Path],
        typer.Argument(metavar="HEADCOUNTS...", help="Tables (.csv, .xlsx) and folders of them."),
    ],
    out: Annotated[
        Path,
        typer.Option(metavar="DIR", help="Folder for summary.csv and one for each table."),
    ],
    people_per_desk: PeoplePerDesk = None,
    scheme: Scheme = None,
    opens: Opens = None,
    grow: Grow = None,
    wave: Wave = None,
    time_limit: TimeLimit = 30,
    workers: Processes = None,
    seed: Seed = 0,
    one_plan: Annotated[
        bool, typer.Option("--one-plan", help="Also find one allocation for all tables.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Solve a scenario with many headcount tables.

    Each table takes the place of the scenario's own. A bad one does not stop the others. When run
    again, it leaves out tables that are done for the same inputs. --one-plan finds floors and
    desks of each unit that hold for all tables, what that costs each, and which tables prevent
    it. Exits with the most serious code, in this order: 3, 2, 1, 4, 0.
    """
    from allocator.cli.console import display
    from allocator.plan.tables import prepare_folder
    from allocator.scenario.read import read_scenario
    from allocator.scenario.variants import Variant
    from allocator.studies.batch import SUMMARY, headcount_tables, one_plan_of, run_batch
    from allocator.studies.one_plan import MOST_TRIES
    from allocator.studies.one_plan import text as one_plan_text
    from allocator.studies.pool import Pool

    variant = Variant(
        people_per_desk, scheme, opens=tuple(opens or ()), grow=tuple(grow or ()), wave=wave
    )
    given = read_scenario(scenario, people_per_desk=people_per_desk, scheme=scheme)
    variant.one_wave(given)  # what is asked is refused before anything is solved
    files = headcount_tables(headcounts)
    prepare_folder(out)
    said = "stopping; what is done is kept, and the same command goes on from there"
    processes = min(worker_count(workers), len(files))
    with Pool(processes) as pool, stop_on_interrupt(said) as stop, display() as shown:
        from allocator.search.solve import SolveOptions  # once the processes are starting, too

        options = SolveOptions(time_limit_s=time_limit, workers=1, seed=seed)
        most_s = (time_limit + EACH_S) * (ceil(len(files) / processes) + MOST_TRIES * one_plan)
        say(f"at most {duration(most_s)} for {counted(len(files), 'table')}")
        rows = run_batch(
            given,
            files,
            out,
            pool=pool,
            variant=variant,
            options=options,
            on_step=lambda progress: shown.show(_progress(progress)),
            on_progress=shown.update,
            should_stop=stop.is_set,
        )
        found = None
        # Not after Ctrl-C: one allocation for some of the tables is not what was asked.
        if one_plan and len(rows) == len(files):
            shown.show("one allocation for all tables")
            rows, found = one_plan_of(
                given, rows, out, pool=pool, options=options, variant=variant
            )
    cells = [row.cells for row in rows]
    text = _table(rows, out / SUMMARY) + ("" if found is None else one_plan_text(found))
    print_result({"schema": 1, "rows": cells} | _one_plan(found) if as_json else text)
    if len(rows) < len(files):
        say(f"stopped with {len(rows):,} of {counted(len(files), 'table')} done")
        raise typer.Exit(ABORTED)
    raise typer.Exit(most_serious(row.outcome.status for row in rows))


def _one_plan(found: OnePlan | None) -> dict[str, Any]:
    """Return the status of the one allocation, and the tables that prevent it."""
    if found is None:
        return {}
    text = {"status": found.plan.status.value, "total": found.plan.objective.total}
    left_out = {"prevented_by": found.prevented_by, "not_found_with": found.not_found_with}
    return {"one_plan": text | {name: list(tables) for name, tables in left_out.items()}}


def _progress(progress: BatchProgress) -> str:
    return (
        f"{progress.done:,} of {progress.files:,} done · {progress.running:,} being solved · "
        f"{duration(progress.left_s)} left"
    )


def _table(rows: Sequence[SummaryRow], summary: Path) -> str:
    """Return a line for each table, and how many there are of each status."""
    head = ("file", "status", "demand", "desks", "total", "gap", "towers", "floors", "")
    counts = Counter(row.outcome.status.value for row in rows)
    text = ", ".join(f"{count:,} {status}" for status, count in counts.items())
    table = aligned([head, *map(_cells, rows)], left=2)
    return f"{table}\n{counted(len(rows), 'table')}: {text}\nsummary in {summary}\n"


def _cells(row: SummaryRow) -> tuple[str, ...]:
    found = row.outcome
    return (
        shorten(row.file[-MOST_NAME:], MOST_NAME),  # the end tells files of one name apart
        found.status.value,
        number(found.demand),
        number(found.desks),
        number(found.total),
        gap_cell(found.gap),
        number(found.towers),
        number(found.floors),
        shorten(found.message, MOST_MESSAGE),
    )
