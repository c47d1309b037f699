"""`allocator bench`: us beside those that a planner could use instead, run by `studies.bench`."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Annotated

import typer

from allocator.cli.common import (
    ABORTED,
    LARGEST_SEED,
    AsJson,
    TimeLimit,
    Workers,
    aligned,
    gap_cell,
    most_serious,
    number,
    percent,
    print_result,
    say,
    stop_on_interrupt,
)
from allocator.errors import InputError, Problem, shorten
from allocator.library.given import worker_count

if TYPE_CHECKING:
    from allocator.studies.bench.protocol import Protocol
    from allocator.studies.bench.run import Step
    from allocator.studies.bench.types import Attempt, BenchCase

EXAMPLE = "allocator bench data --time-limit 10 --seeds 0 --peers first-fit,cp-sat --out out/bench"
ALL_PEERS = "first-fit,cp-sat,highs,scip"


def bench(  # noqa: PLR0913, PLR0917 - the options of the contract, by name
    out: Annotated[
        Path, typer.Option(metavar="DIR", help="Folder for benchmarks.md, tables and pictures.")
    ],
    folders: Annotated[
        list[Path] | None,
        typer.Argument(metavar="FOLDER...", help="Scenario folders, or folders of such."),
    ] = None,
    countries: Annotated[
        str | None,
        typer.Option(metavar="SIZES", help="Generated countries, for example 0.125,0.5,1,4."),
    ] = None,
    peers: Annotated[
        str, typer.Option(metavar="NAMES", help="Who else takes part; '' for nobody.")
    ] = ALL_PEERS,
    seeds: Annotated[str, typer.Option(metavar="LIST", help="Seeds of the searches.")] = "0,1,2",
    time_limit: TimeLimit = 60,
    workers: Workers = None,
    as_json: AsJson = False,
) -> None:
    """Compare this package with its peers, on the same cases and by the same checker.

    Every case is solved by all of them with every seed, one after the other, within the same
    limits; a best_known.csv beside the cases is taken along. Countries show how cost grows with
    size, against first-fit alone. HiGHS, SCIP and, from Python 3.12 on, Rebalancer need
    pip install 'allocator[bench]'.
    """
    from allocator.plan.tables import prepare_folder
    from allocator.search.kernels import ready
    from allocator.studies.bench.files import document, write_bench
    from allocator.studies.bench.peers import usable_peers
    from allocator.studies.bench.protocol import protocol

    cases = _cases(folders or (), countries)
    said = protocol(
        _command(sys.argv[1:]),
        time_limit_s=time_limit,
        seeds=_seeds(seeds),
        workers=worker_count(workers),
        peers=usable_peers([name.strip() for name in peers.split(",") if name.strip()]),
        compile_s=ready.compile_seconds(),
    )
    prepare_folder(out)
    attempts, planned = _attempts(cases, said)
    files = write_bench(attempts, said, out) if attempts else ()
    print_result(document(attempts, said) if as_json else _table(attempts, files))
    if len(attempts) < planned:
        say(f"stopped with {len(attempts):,} of {planned:,} solves done")
        raise typer.Exit(ABORTED)
    raise typer.Exit(_code(attempts))


def _cases(folders: Sequence[Path], countries: str | None) -> list[BenchCase]:
    from allocator.studies.bench.cases import bench_cases, country_cases, sizes

    if not folders and countries is None:
        raise typer.BadParameter("expected folders of scenarios, or --countries")
    wanted = () if countries is None else sizes(countries)
    return [*bench_cases(folders), *country_cases(wanted)]


def _seeds(text: str) -> tuple[int, ...]:
    words = [word.strip() for word in text.split(",")]
    bad = [word for word in words if not (word.isdecimal() and int(word) <= LARGEST_SEED)]
    if bad:
        message = f"expected whole numbers of at most {LARGEST_SEED}, for example 0,1,2"
        raise InputError(Problem(message, "--seeds", value=word) for word in bad)
    return tuple(dict.fromkeys(map(int, words)))


def _attempts(cases: Sequence[BenchCase], said: Protocol) -> tuple[tuple[Attempt, ...], int]:
    """Return what was tried, and how many attempts there should have been."""
    from allocator.cli.console import display
    from allocator.studies.bench.run import run_bench

    planned = 0
    with stop_on_interrupt("stopping; what is done is reported") as stop, display() as shown:

        def show(step: Step) -> None:
            nonlocal planned
            planned = step.attempts
            shown.show(_progress(step))

        return run_bench(cases, said, on_step=show, should_stop=stop.is_set), planned


def _progress(step: Step) -> str:
    who = f"{step.case} · {step.peer} · seed {step.seed}"
    return f"{who} · {step.number:,} of {step.attempts:,}"


def _command(words: Sequence[str]) -> str:
    """Return the command as another can use it: folders elsewhere without where they are here."""
    return shlex.join(["allocator", *map(_without_place, words)])


def _without_place(word: str) -> str:
    path = PurePath(word)
    is_elsewhere = os.sep in word and (path.is_absolute() or ".." in path.parts)
    return str(PurePath("FOLDER", *path.parts[-2:])) if is_elsewhere else word


def _table(attempts: Sequence[Attempt], files: Sequence[Path]) -> str:
    head = ("case", "who", "seed", "status", "total", "above best known", "bound", "gap",
            "first plan", "seconds", "")  # fmt: skip
    table = aligned([head, *map(_cells, attempts)], left=4)
    named = ", ".join(file.name for file in files)
    return table + (f"\nfiles in {files[0].parent}: {named}\n" if files else "")


def _cells(attempt: Attempt) -> tuple[str, ...]:
    found = attempt.answer
    return (
        shorten(attempt.case, 40),
        attempt.peer,
        str(attempt.seed),
        found.status.value,
        number(found.total),
        percent(attempt.above_best),
        number(found.bound),
        gap_cell(found.gap),
        _seconds(found.first_plan_s),
        _seconds(found.seconds),
        shorten(found.message, 60),
    )


def _seconds(value: float | None) -> str:
    return "–" if value is None else f"{value:,.1f}"


def _code(attempts: Sequence[Attempt]) -> int:
    """Return the most serious exit code of our own attempts: a peer's failure is none of ours."""
    from allocator.studies.bench.peers import OURSELVES

    return most_serious(a.answer.status.value for a in attempts if a.peer == OURSELVES)
