"""What the commands share: their common options, exit codes, printing, and hearing Ctrl-C.

Nothing heavy is imported here, so that ``--help`` is quick; no command is.
"""

from __future__ import annotations

import json
import math
import os
import signal
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from shutil import get_terminal_size
from threading import Event
from types import FrameType
from typing import Annotated, Any

import typer

from allocator.library.given import MOST_WORKERS

ALL_WELL, NO_PLAN, BAD_INPUT, OWN_BUG, OUT_OF_TIME, ABORTED = 0, 1, 2, 3, 4, 130
CODES = {
    "optimal": ALL_WELL,
    "feasible": ALL_WELL,
    "infeasible": NO_PLAN,
    "unknown": OUT_OF_TIME,
    "bad_input": BAD_INPUT,
    "failed": OWN_BUG,
}
"""Exit code of the status of a plan, or of one solve among many."""
BY_SERIOUSNESS = (ALL_WELL, OUT_OF_TIME, NO_PLAN, BAD_INPUT, OWN_BUG)
"""Exit codes from harmless to serious, by what it takes to mend them: nothing, more time, another
case, other input, another program."""
LARGEST_SEED = 2**31 - 1
TICK_S = 0.1
"""How often a terminal is drawn anew and Ctrl-C is looked for."""


def _above_zero(seconds: float) -> float:
    """Return seconds as they are; NaN and infinity fail the comparison, too."""
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
Opens = Annotated[
    list[str] | None,
    typer.Option(metavar="TOWER=WAVE", help="All floors of a tower open with that wave."),
]
Grow = Annotated[
    list[str] | None,
    typer.Option(
        metavar="BODY=10%", help="Growth of a unit or an organisation, or all=10%; rounded up."
    ),
]
Wave = Annotated[
    int | None, typer.Option(metavar="W", min=1, help="The wave to plan; the last by default.")
]
TimeLimit = Annotated[
    float, typer.Option(metavar="SECONDS", callback=_above_zero, help="The most it may take.")
]
Workers = Annotated[
    int | None, typer.Option(min=1, max=MOST_WORKERS, help="Threads; default: one a processor.")
]
Processes = Annotated[
    int | None,
    typer.Option(
        "--workers",
        min=1,
        max=MOST_WORKERS,
        help="Processes, one thread each; default: one a processor.",
    ),
]
Seed = Annotated[int, typer.Option(min=0, max=LARGEST_SEED, help="Seed of the search.")]


def _a_language(language: str) -> str:
    """Return a language that there are texts in."""
    from allocator.texts import LANGUAGES

    if language not in LANGUAGES:
        raise typer.BadParameter(f"expected a language: {' or '.join(LANGUAGES)}")
    return language


Language = Annotated[
    str, typer.Option(metavar="en|id", callback=_a_language, help="Language: en or id.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout.")]


def most_serious(statuses: Iterable[str]) -> int:
    """Return the exit code of many statuses: the most serious one, 0 of none."""
    return max((CODES[status] for status in statuses), key=BY_SERIOUSNESS.index, default=ALL_WELL)


@contextmanager
def stop_on_interrupt(said: str) -> Iterator[Event]:
    """Yield an event the first Ctrl-C sets, saying so; the second raises KeyboardInterrupt."""
    stop = Event()

    def on_interrupt(_signal: int, _frame: FrameType | None) -> None:
        # The first Ctrl-C asks, the second insists.
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()
        say(said)

    before = signal.signal(signal.SIGINT, on_interrupt)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)


def aligned(rows: Sequence[Sequence[str]], left: int) -> str:
    """Return rows of text in columns, the first so many to the left; the first row is the header.

    Columns are as wide as they need; on a narrower terminal long cells go on in further lines.
    """
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    needed = sum(widths) + 2 * len(widths)
    # A pipe gets whole lines, however long: what reads it takes them apart by columns.
    width = min(needed, get_terminal_size().columns) if sys.stdout.isatty() else needed
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, show_header=False)
    for place in range(len(widths)):
        table.add_column(justify="left" if place < left else "right", overflow="fold")
    for row in rows:
        # As Text, since rich would take brackets in a name for its own marks.
        table.add_row(*map(Text, row))
    written = StringIO()
    Console(file=written, width=width, color_system=None).print(table)
    return "\n".join(line.rstrip() for line in written.getvalue().splitlines()) + "\n"


def number(value: float | None) -> str:
    """Return a number without decimals, or a dash for none."""
    return "–" if value is None else f"{value:,.0f}"


def duration(seconds: float) -> str:
    """Return whole seconds as minutes and seconds, for example ``1:45``."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d}"


def percent(value: float | None) -> str:
    """Return a fraction in per cent, or a dash for none."""
    return "–" if value is None else f"{value:.1%}"


def gap_cell(gap: float | None) -> str:
    """Return a gap in per cent, or a dash where no bound stands behind it yet."""
    from allocator.plan.gap import told_gap  # slow to import

    return percent(told_gap(gap))


def print_result(result: str | dict[str, Any]) -> None:
    """Print text, or an object as JSON, on stdout."""
    text = result if isinstance(result, str) else json.dumps(result, indent=2) + "\n"
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:  # whoever read has seen enough; the exit code still tells
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def say(text: str) -> None:
    """Print a line on stderr."""
    sys.stderr.write(f"allocator: {text}\n")
