"""`allocator restack`: the least change from today's plan, and what more buys. In `studies`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from allocator.cli.common import (
    CODES,
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
    duration,
    number,
    print_result,
    say,
)
from allocator.cli.watch import watched
from allocator.library.given import worker_count

if TYPE_CHECKING:
    from allocator.studies.restack import Restack

EXAMPLE = "allocator restack data/ikn-cabinet48 --out out/restack"


def restack(  # noqa: PLR0913, PLR0917 - the options of the contract, by name
    scenario: ScenarioPath,
    people_per_desk: PeoplePerDesk = None,
    scheme: Scheme = None,
    opens: Opens = None,
    grow: Grow = None,
    wave: Wave = None,
    time_limit: TimeLimit = 20,
    workers: Workers = None,
    seed: Seed = 0,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Folder for the curve and its plans."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say what is the least change from today's plan, and what more change buys.

    Begins from the table current. The time limit is for each solve; it says first how long all
    take at most. Every point of the curve is a checked plan, with the moves to it in their order.
    """
    from allocator.plan.tables import prepare_folder, prepare_pictures
    from allocator.scenario.variants import Variant, read_variant

    variant = Variant(
        people_per_desk, scheme, opens=tuple(opens or ()), grow=tuple(grow or ()), wave=wave
    )
    given = read_variant(scenario, variant)
    if out is not None:
        prepare_folder(out)
        prepare_pictures()
    from allocator.search.solve import SolveOptions  # after all that can be refused at once
    from allocator.studies.restack import at_most_s, document, write_restack
    from allocator.studies.restack import restack as study

    options = SolveOptions(time_limit_s=time_limit, workers=worker_count(workers), seed=seed)
    say(f"at most {duration(at_most_s(options))} for the curve and the moves")
    found = watched(
        "stopping with the curve so far; Ctrl-C again to abort",
        lambda tell, stop: study(given, options, on_progress=tell, should_stop=stop),
    )
    files = () if out is None else write_restack(found, out, given)
    text = _text(found) + (f"files in {out}\n" if files else "")
    print_result(document(found) if as_json else text)
    raise typer.Exit(CODES[found.status])


def _text(found: Restack) -> str:
    """Return the curve as a table, or why there is none."""
    if not found.points:
        reasons = "".join(f"{reason.message}\n" for reason in found.reasons)
        return reasons or "no plan was found in time\n"
    head = ("", "people moved", "units", "total without moves", "bound", "steps", "twice", "away")
    lines = []
    for point, moves in zip(found.points, found.moves, strict=True):
        order = (
            ("–", "–", "–")
            if moves is None
            else (f"{moves.steps:,}", f"{moves.people_twice:,}", f"{moves.people_elsewhere:,}")
        )
        lines.append(
            (
                f"{point.folder}{' (knee)' if point.knee else ''}",
                number(point.people_moved),
                f"{point.units_moved:,}",
                number(point.total_without_moves),
                number(point.bound),
                *order,
            )
        )
    least = f"in every plan at least {found.least_moved_bound:,.1f} people move\n"
    return aligned([head, *lines], left=1) + "\n" + least
