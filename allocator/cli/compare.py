"""`allocator compare`: ratios, schemes and scenarios side by side, worked out in `studies`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from allocator.cli.common import (
    ABORTED,
    ALL_WELL,
    CODES,
    AsJson,
    Grow,
    Opens,
    Processes,
    Seed,
    TimeLimit,
    Wave,
    aligned,
    duration,
    gap_cell,
    number,
    percent,
    print_result,
    say,
    stop_on_interrupt,
)
from allocator.errors import shorten
from allocator.library.given import worker_count
from allocator.texts import texts
from allocator.words import counted

if TYPE_CHECKING:
    from allocator.studies.compare import Case, ComparisonProgress, ComparisonRow

EXAMPLE = "allocator compare data/ikn-wave1 --people-per-desk 1.0:2.0:0.1 --out out/ratios"
BESIDE_S = 6.0
"""Seconds that starting processes and drawing may take besides, about half of it each."""
TERMS = (
    "extra_towers",
    "extra_floors",
    "gaps",
    "open_floors",
    "walking",
    "placement_cost",
    "people_moved",
)


def compare(  # noqa: PLR0913, PLR0917 - the options of the contract, by name
    scenarios: Annotated[
        list[Path],
        typer.Argument(metavar="SCENARIO...", help="Folders, .xlsx or .json files."),
    ],
    people_per_desk: Annotated[
        str | None,
        typer.Option(metavar="RATIOS", help="first:last:step, or a list: 1.0,1.2,1.35."),
    ] = None,
    scheme: Annotated[
        str | None,
        typer.Option(metavar="S,S", help="Schemes of headcounts, for example 118k,180k."),
    ] = None,
    opens: Opens = None,
    grow: Grow = None,
    wave: Wave = None,
    staff: Annotated[
        str | None,
        typer.Option(metavar="A,B", help="Staff scenarios of a relocation, by their names."),
    ] = None,
    rotas: Annotated[
        str | None,
        typer.Option(metavar="FILE,FILE", help="Tables of rotas, beside the scenario's own."),
    ] = None,
    time_limit: TimeLimit = 30,
    workers: Processes = None,
    seed: Seed = 0,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder for tables and pictures.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Compare ratios, schemes, staff scenarios, rotas and scenarios, side by side.

    First says how many desks each case needs and whether they suffice, then solves those that
    may fit, each from its neighbour's plan, and says who finds no desk. The time limit is for
    each case. Exits with 0 if any has a plan.
    """
    from allocator.plan.tables import prepare_folder
    from allocator.scenario.variants import Variant
    from allocator.studies.compare import cases, document, ratios, row_of, write_comparison

    given = cases(
        scenarios,
        people_per_desk=() if people_per_desk is None else ratios(people_per_desk),
        variant=Variant(opens=tuple(opens or ()), grow=tuple(grow or ()), wave=wave),
        schemes=_listed(scheme),
        staff=_listed(staff),
        rotas=[Path(name) for name in _listed(rotas)],
    )
    if out is not None:
        prepare_folder(out)
    if not as_json:
        # What is known by counting comes at once; the rest takes minutes.
        print_result(_desks([row_of(case, case.counted) for case in given]))
    rows = _solved(given, workers, time_limit, seed)
    files = () if out is None or not rows else write_comparison(rows, out)
    print_result(document(rows) if as_json else _plans(rows, files))
    if len(rows) < len(given):
        say(f"stopped with {len(rows):,} of {counted(len(given), 'case')} done")
        raise typer.Exit(ABORTED)
    raise typer.Exit(_code([row.outcome.status.value for row in rows]))


def _listed(text: str | None) -> list[str]:
    """Return the names in a list with commas; none where it is not given."""
    return [] if text is None else [name.strip() for name in text.split(",")]


def _code(statuses: Collection[str]) -> int:
    """Return 0 if any case has a plan and no solve failed: that some do not fit is an answer."""
    telling = ("failed", "optimal", "feasible", "unknown", "infeasible")
    return next((CODES[status] for status in telling if status in statuses), ALL_WELL)


def _solved(
    given: Sequence[Case], workers: int | None, time_limit: float, seed: int
) -> tuple[ComparisonRow, ...]:
    """Solve what counting leaves open, in processes of its own."""
    from allocator.cli.console import display
    from allocator.plan.tables import prepare_pictures
    from allocator.studies.compare import at_most_s
    from allocator.studies.compare import compare as run
    from allocator.studies.pool import Pool, compile_ahead

    prepare_pictures()
    processes = min(worker_count(workers), sum(not case.is_short for case in given))
    most_s = at_most_s(given, processes, time_limit) + BESIDE_S
    said = "stopping with the best plans so far; Ctrl-C again to abort"
    with Pool(processes) as pool, stop_on_interrupt(said) as stop, display() as shown:
        from allocator.search.solve import SolveOptions  # once the processes are starting, too

        compile_ahead((case.scenario for case in given if not case.is_short), shown.watch)
        say(f"at most {duration(most_s)} for {counted(len(given), 'case')}")
        return run(
            given,
            pool=pool,
            options=SolveOptions(time_limit_s=time_limit, workers=1, seed=seed),
            on_step=lambda progress: shown.show(_progress(progress)),
            on_progress=shown.update,
            should_stop=stop.is_set,
            time_s=most_s - BESIDE_S / 2,
        )


def _progress(progress: ComparisonProgress) -> str:
    """Return how many cases are done and being solved, in one line."""
    return f"{progress.done:,} of {progress.cases:,} done · {progress.running:,} being solved"


def _desks(rows: Sequence[ComparisonRow]) -> str:
    """Return what each case needs, which is known at once."""
    head = (*_case_heads(rows), "people", "desks needed", "usable", "", "people/desk reached")
    lines = [
        (
            *_case(row, rows),
            number(row.outcome.people),
            number(row.outcome.demand),
            number(row.outcome.desks),
            _spare(row),
            "–" if row.reached is None else _rounded_up(row.reached),
        )
        for row in rows
    ]
    return aligned([head, *lines], left=len(_case_heads(rows))) + "\n"


def _spare(row: ComparisonRow) -> str:
    """Return desks left over or lacking; a dash where no ratio says how many are needed."""
    if row.outcome.demand is None:
        return "–"
    return f"{row.spare:,} to spare" if row.spare >= 0 else f"short by {-row.spare:,}"


def _rounded_up(ratio: float) -> str:
    """Return a ratio to three digits: rounded down and asked for, it would need a desk more."""
    return f"{ceil(round(1000 * ratio, 6)) / 1000:.3f}"


def _plans(rows: Sequence[ComparisonRow], files: Sequence[Path]) -> str:
    """Return what became of each case; terms that cost nothing anywhere are left out."""
    from allocator.plan.gap import is_bound

    terms = [term for term in TERMS if any(getattr(row.outcome, term) for row in rows)]
    words = [term.replace("_", " ") for term in terms]
    head = (*_case_heads(rows), "status", "towers", "floors", *words, "total", "bound", "gap")
    lines = [
        (
            *_case(row, rows),
            row.outcome.status.value,
            number(row.outcome.towers),
            number(row.outcome.floors),
            *(number(getattr(row.outcome, term)) for term in terms),
            number(row.outcome.total),
            number(row.outcome.bound if is_bound(row.outcome.total, row.outcome.bound) else None),
            gap_cell(row.outcome.gap),
        )
        for row in rows
    ]
    table = aligned([head, *lines], left=len(_case_heads(rows)) + 1) + "\n" + _serving(rows)
    named = ", ".join(file.name for file in files)
    return table + (f"\nfiles in {files[0].parent}: {named}\n" if files else "")


def _serving(rows: Sequence[ComparisonRow]) -> str:
    """Return who finds no desk in each case, and which ratios fit and serve."""
    from allocator.studies.compare import groups, window

    head = (
        *_case_heads(rows),
        "outcome",
        "no desk on peak",
        "of present",
        "average day",
        "floors short",
        "short on peak",
        "average day",
        "worst pool",
        "worst floor",
    )
    lines = [(*_case(row, rows), *_serving_cells(row)) for row in rows]
    table = aligned([head, *lines], left=len(_case_heads(rows)) + 1)
    several = {name: members for name, members in groups(rows).items() if len(members) > 1}
    # A window of ratios needs several of them.
    said = [f"{name}: {window(members)}\n" for name, members in several.items()]
    return table + "".join(["\n", *said] if said else [])


def _serving_cells(row: ComparisonRow) -> tuple[str, ...]:
    """Return how a case serves: its verdict in words, then figures or dashes."""
    serving = row.serving
    return (
        texts("en")(f"verdict.{row.verdict}"),
        number(serving.without_desk_peak),
        number(serving.present_peak),
        number(serving.without_desk_average),
        number(serving.floors_short),
        percent(serving.short_day_peak),
        percent(serving.short_day_average),
        percent(serving.worst_short_day),
        "–" if serving.worst_floor is None else shorten(serving.worst_floor, 40),
    )


def _case_heads(rows: Sequence[ComparisonRow]) -> tuple[str, ...]:
    """Return the columns that name a case: scenario and scheme where there are several."""
    several = len({row.scenario for row in rows}) > 1
    schemes = any(row.scheme for row in rows)
    return (
        *(["scenario"] if several else []),
        *(["scheme"] if schemes else []),
        *(["variant"] if any(row.variant for row in rows) else []),
        "people/desk",
    )


def _case(row: ComparisonRow, rows: Sequence[ComparisonRow]) -> tuple[str, ...]:
    """Return the cells that name a case, as `_case_heads` has them."""
    cells = {
        "scenario": shorten(row.scenario, 40),
        "scheme": shorten(row.scheme or "–", 20),
        "variant": shorten(row.variant or "–", 40),
        "people/desk": row.people_per_desk,
    }
    return tuple(cells[head] for head in _case_heads(rows))
