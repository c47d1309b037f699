"""The command line: arguments in, exit codes out.

Every command is a module here that reads, calls the library and prints; nothing is worked out
in it. Heavy libraries are imported where a command first needs them, so that ``--help`` is
quick.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from io import TextIOWrapper
from typing import Annotated, NoReturn

import typer

from allocator.cli import (
    attendance,
    batch,
    bench,
    check,
    compare,
    explain,
    importing,
    init,
    keys,
    moves,
    relocate,
    report,
    restack,
    rotas,
    sensitivity,
    serve,
    solve,
    tightest,
    waves,
    worker,
)
from allocator.cli.common import ABORTED, ALL_WELL, BAD_INPUT, OWN_BUG, print_result, say
from allocator.errors import InputError, Problem, told_once
from allocator.version import __version__


def print_version(asked: bool) -> None:
    """Print the version where it is asked for, and end."""
    if asked:
        print_result(f"allocator {__version__}\n")
        raise typer.Exit()


app = typer.Typer(
    name="allocator",
    epilog="Exit codes: 0 a plan, or all well; 1 no plan exists, or the checked plan breaks a "
    "rule; 2 bad input or options; 3 our own bug; 4 time ran out with no plan.",
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@app.callback()
def root(
    version: Annotated[
        bool,
        typer.Option("--version", callback=print_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """Plan shared government offices: which unit sits on which floor of which tower."""


app.command(epilog=f"Example: {solve.EXAMPLE}")(solve.solve)
app.command(epilog=f"Example: {check.EXAMPLE}")(check.check)
app.command("import", epilog=f"Example: {importing.EXAMPLE}")(importing.import_tables)
app.command(epilog=f"Example: {init.EXAMPLE}")(init.init)
app.command(epilog=f"Example: {explain.EXAMPLE}")(explain.explain)
app.command(epilog=f"Example: {batch.EXAMPLE}")(batch.batch)
app.command(epilog=f"Example: {compare.EXAMPLE}")(compare.compare)
app.command(epilog=f"Example: {moves.EXAMPLE}")(moves.moves)
app.command(epilog=f"Example: {relocate.EXAMPLE}")(relocate.relocate)
app.command(epilog=f"Example: {report.EXAMPLE}")(report.report)
app.command(epilog=f"Example: {restack.EXAMPLE}")(restack.restack)
app.command(epilog=f"Example: {tightest.EXAMPLE}")(tightest.tightest)
app.command(epilog=f"Example: {rotas.EXAMPLE}")(rotas.rotas)
app.command(epilog=f"Example: {sensitivity.EXAMPLE}")(sensitivity.sensitivity)
app.command(epilog=f"Example: {serve.EXAMPLE}")(serve.serve)
app.command(epilog=f"Example: {bench.EXAMPLE}")(bench.bench)
app.command(epilog=f"Example: {waves.EXAMPLE}")(waves.waves)
app.command(epilog=f"Example: {worker.EXAMPLE}")(worker.worker)
app.add_typer(attendance.app, name="attendance")
app.add_typer(keys.app, name="keys")


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
        return int(app(args=words, prog_name="allocator", standalone_mode=False) or ALL_WELL)
    except InputError as error:
        return _refuse("bad input", error.problems, as_json=as_json)
    except typer.TyperException as error:
        return _refuse(
            "bad options",
            [Problem(f"{error.format_message()} (see allocator --help)")],
            as_json=as_json,
        )
    except KeyboardInterrupt:
        say("aborted")
        sys.stdout.flush()
        os._exit(ABORTED)  # the search may sit in compiled code, which no exception reaches
    except Exception as error:
        return _own_bug(error, as_json=as_json)


def run() -> NoReturn:
    """Run the command of this process, and end it at once: else libraries take half a second."""
    code = main()
    for stream in (sys.stdout, sys.stderr):
        with suppress(BrokenPipeError):
            stream.flush()
    os._exit(code)


def _refuse(what: str, problems: Sequence[Problem], *, as_json: bool) -> int:
    for line in told_once(problems):
        say(" ".join(line.split()))
    if as_json:
        print_result({"error": what, "problems": [asdict(problem) for problem in problems]})
    return BAD_INPUT


def _own_bug(error: Exception, *, as_json: bool) -> int:
    if os.environ.get("ALLOCATOR_DEBUG"):
        traceback.print_exception(error)
    said = f"{type(error).__name__}: {error}"
    say(f"internal error, {said}")
    say(
        "This is a bug of ours and no plan was written. Please report it with the command and "
        "the input; ALLOCATOR_DEBUG=1 shows where it happened."
    )
    if as_json:
        print_result({"error": said, "problems": []})
    return OWN_BUG
