"""The command line: arguments in, exit codes out.

Every command reads, calls the library and prints; nothing is worked out here. Heavy libraries
are imported where a command first needs them, so that ``--help`` is quick.
"""

from __future__ import annotations

import json
import math
import os
import signal
import sys
import traceback
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, wait
from contextlib import contextmanager
from dataclasses import asdict
from io import TextIOWrapper
from pathlib import Path
from threading import Event, Thread
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any

import typer

from allocator.errors import InputError, Problem

if TYPE_CHECKING:
    from allocator.plan.types import Plan
    from allocator.plan.verify import Check
    from allocator.scenario.types import Scenario
    from allocator.search.solve import SolveOptions

ALL_WELL, NO_PLAN, BAD_INPUT, OWN_BUG, OUT_OF_TIME, ABORTED = 0, 1, 2, 3, 4, 130
CODES = {
    "optimal": ALL_WELL,
    "feasible": ALL_WELL,
    "infeasible": NO_PLAN,
    "unknown": OUT_OF_TIME,
}
MOST_WORKERS = 64
LARGEST_SEED = 2**31 - 1
TICK_S = 0.1
UNUSABLE = frozenset({"unknown_unit", "unknown_floor", "not_whole"})
"""Violations of rows that cannot be pieces of any plan."""

app = typer.Typer(
    name="allocator",
    help="Plan shared government offices: which unit sits on which floor of which tower.",
    epilog="Exit codes: 0 a plan, or all well; 1 no plan exists, or the checked plan breaks a "
    "rule; 2 bad input or options; 3 our own bug; 4 time ran out with no plan.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _above_zero(seconds: float) -> float:
    if not 0 < seconds < math.inf:
        raise typer.BadParameter("expected seconds above 0")
    return seconds


ScenarioPath = Annotated[
    Path, typer.Argument(metavar="SCENARIO", help="A folder, an .xlsx or a .json.")
]
PeoplePerDesk = Annotated[
    str | None,
    typer.Option(metavar="R", help="People sharing a desk, at least 1, for example 1.3."),
]
Scheme = Annotated[str | None, typer.Option(metavar="S", help="Scheme of headcounts to plan.")]
TimeLimit = Annotated[
    float, typer.Option(metavar="SECONDS", callback=_above_zero, help="The most it may take.")
]
Workers = Annotated[
    int | None, typer.Option(min=1, max=MOST_WORKERS, help="Threads; default: one a processor.")
]
Seed = Annotated[int, typer.Option(min=0, max=LARGEST_SEED, help="Seed of the search.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout.")]


@app.callback()
def _allocator() -> None:
    """Keep the commands named even where there is one only."""


@app.command(epilog="Example: allocator solve data/ikn-wave1 --time-limit 60 --out out/wave1")
def solve(  # noqa: PLR0913, PLR0917 - the options of the contract, by name
    scenario: ScenarioPath,
    people_per_desk: PeoplePerDesk = None,
    scheme: Scheme = None,
    time_limit: TimeLimit = 30,
    workers: Workers = None,
    seed: Seed = 0,
    reproducible: Annotated[
        bool, typer.Option("--reproducible", help="Same inputs and seed, same plan.")
    ] = False,
    exact: Annotated[
        bool, typer.Option("--exact", help="Solve as one model; closes small cases.")
    ] = False,
    start: Annotated[
        Path | None,
        typer.Option(metavar="PLACEMENTS.csv", help="A plan to begin from."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder for the plan's files.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Find who sits where, and prove how good it is.

    Gives tower and floor of every unit; no plan leaves unchecked. Ctrl-C keeps the best plan so
    far, a second one aborts.
    """
    from allocator.console import summary
    from allocator.plan.tables import prepare_folder, write_plan
    from allocator.scenario.read import read_scenario

    given = read_scenario(scenario, people_per_desk=people_per_desk, scheme=scheme)
    pieces = None if start is None else _start(given, start)
    if out is not None:
        prepare_folder(out)
    from allocator.search.solve import SolveOptions  # after all that can be refused at once

    options = SolveOptions(
        time_limit_s=time_limit,
        workers=workers or min(os.cpu_count() or 1, MOST_WORKERS),
        seed=seed,
        reproducible=reproducible,
        exact=exact,
    )
    plan = _solve_watched(given, options, pieces)
    files = () if out is None else write_plan(plan, out, given)
    _print(plan.as_json() if as_json else summary(plan, given, files))
    raise typer.Exit(CODES[plan.status])


@app.command(epilog="Example: allocator check data/ikn-wave1 out/wave1/placements.csv")
def check(
    scenario: ScenarioPath,
    placements: Annotated[
        Path,
        typer.Argument(metavar="PLACEMENTS.csv", help="A table with unit_id, floor_id, desks."),
    ],
    people_per_desk: PeoplePerDesk = None,
    scheme: Scheme = None,
    as_json: AsJson = False,
) -> None:
    """Say what a plan violates, and what it costs.

    Any plan will do, also one made by hand.
    """
    from allocator.console import verdict
    from allocator.plan.tables import read_placements
    from allocator.plan.verify import verify
    from allocator.scenario.read import read_scenario

    given = read_scenario(scenario, people_per_desk=people_per_desk, scheme=scheme)
    found = verify(given, read_placements(placements))
    _print(_judged(found) if as_json else verdict(found, placements))
    raise typer.Exit(ALL_WELL if found.feasible else NO_PLAN)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code.

    Parameters
    ----------
    arguments
        Words after the program's name; None takes those of the process.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    as_json = "--json" in words
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal may lack a letter of a name
    try:
        return int(app(args=words, standalone_mode=False) or ALL_WELL)
    except InputError as error:
        return _refuse("bad input", error.problems, as_json=as_json)
    except typer.TyperException as error:
        return _refuse(
            "bad options",
            [Problem(f"{error.format_message()} (see allocator --help)")],
            as_json=as_json,
        )
    except KeyboardInterrupt:
        _say("aborted")
        sys.stdout.flush()
        os._exit(ABORTED)  # the search may sit in compiled code, which no exception reaches
    except Exception as error:
        return _own_bug(error, as_json=as_json)


def _refuse(what: str, problems: Sequence[Problem], *, as_json: bool) -> int:
    for problem in problems:
        _say(" ".join(str(problem).split()))
    if as_json:
        _print({"error": what, "problems": [asdict(problem) for problem in problems]})
    return BAD_INPUT


def _own_bug(error: Exception, *, as_json: bool) -> int:
    if os.environ.get("ALLOCATOR_DEBUG"):
        traceback.print_exception(error)
    said = f"{type(error).__name__}: {error}"
    _say(f"internal error, {said}")
    _say(
        "This is a bug of ours and no plan was written. Please report it with the command and "
        "the input; ALLOCATOR_DEBUG=1 shows where it happened."
    )
    if as_json:
        _print({"error": said, "problems": []})
    return OWN_BUG


def _start(given: Scenario, path: Path) -> dict[tuple[str, str], int]:
    """Return the pieces to begin from; rows that cannot be used are named and left out."""
    from allocator.plan.tables import read_placements
    from allocator.plan.verify import verify

    found = verify(given, read_placements(path))
    for violation in found.violations:
        if violation.kind in UNUSABLE:
            _say(f"{path.name}: {violation.message}")
    return found.pieces


def _judged(found: Check) -> dict[str, Any]:
    whole = found.model_dump(mode="json")
    objective = {name: whole[name] for name in ("total", "unplaced_people", "terms")}
    return {
        "schema": 1,
        "feasible": found.feasible,
        "violations": whole["violations"],
        "objective": objective,
    }


def _solve_watched(
    given: Scenario, options: SolveOptions, start: dict[tuple[str, str], int] | None
) -> Plan:
    """Solve in a thread of its own, so that this one can show progress and hear Ctrl-C."""
    from allocator.console import display
    from allocator.search.solve import solve as search

    with _stop_on_interrupt() as stop, display() as shown:
        answer: Future[Plan] = Future()

        def work() -> None:
            try:
                plan = search(
                    given,
                    options,
                    start=start,
                    on_progress=shown.update,
                    should_stop=stop.is_set,
                )
                answer.set_result(plan)
            except BaseException as error:
                answer.set_exception(error)

        Thread(target=work, daemon=True).start()
        while not answer.done():
            shown.tick()
            wait([answer], timeout=TICK_S)
    return answer.result()


@contextmanager
def _stop_on_interrupt() -> Iterator[Event]:
    """Yield an event that the first Ctrl-C sets; the second raises KeyboardInterrupt."""
    stop = Event()

    def on_interrupt(_signal: int, _frame: FrameType | None) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()
        _say("stopping with the best plan so far; Ctrl-C again to abort")

    before = signal.signal(signal.SIGINT, on_interrupt)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)


def _print(result: str | dict[str, Any]) -> None:
    text = result if isinstance(result, str) else json.dumps(result, indent=2) + "\n"
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:  # whoever read has seen enough; the exit code still tells
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _say(text: str) -> None:
    sys.stderr.write(f"allocator: {text}\n")


if __name__ == "__main__":
    sys.exit(main())
