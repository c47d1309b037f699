"""`allocator rotas`: who comes on which day. The work is `studies.rotas`'s."""

from __future__ import annotations

import time
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from allocator.cli.common import (
    ALL_WELL,
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
    print_result,
    say,
)
from allocator.cli.watch import watched
from allocator.library.given import worker_count

if TYPE_CHECKING:
    from allocator.plan.types import Pieces, Plan
    from allocator.scenario.types import Scenario
    from allocator.search.solve import SolveOptions
    from allocator.studies.rotas import Rotas

EXAMPLE = "allocator rotas data/ikn-wave1 --plan out/wave1/placements.csv --out out/rotas"


class By(StrEnum):
    """Who has one pattern: a unit, or an organisation."""

    UNIT = "unit"
    ORGANISATION = "organisation"


def rotas(  # noqa: PLR0913, PLR0917 - the options of the contract, by name
    scenario: ScenarioPath,
    plan: Annotated[
        Path | None,
        typer.Option(metavar="PLACEMENTS.csv", help="The plan; without it one is found first."),
    ] = None,
    by: Annotated[By, typer.Option(help="Who has one pattern.")] = By.UNIT,
    people_per_desk: PeoplePerDesk = None,
    scheme: Scheme = None,
    opens: Opens = None,
    grow: Grow = None,
    wave: Wave = None,
    time_limit: TimeLimit = 60,
    workers: Workers = None,
    seed: Seed = 0,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder for rotas.csv and the rest.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Decide who comes on which day.

    Gives each unit a week, so that few floors run short of desks and many people have all-hands
    days. Says what is proved, floor by floor what changes, and what all-hands days cost.
    """
    began = time.monotonic()
    from allocator.plan.tables import prepare_folder
    from allocator.scenario.variants import Variant, read_variant

    variant = Variant(
        people_per_desk, scheme, opens=tuple(opens or ()), grow=tuple(grow or ()), wave=wave
    )
    given = read_variant(scenario, variant)
    pieces = None if plan is None else _pieces(given, plan)
    if out is not None:
        prepare_folder(out)
    from allocator.search.solve import SolveOptions  # after all that can be refused at once

    options = SolveOptions(time_limit_s=time_limit, workers=worker_count(workers), seed=seed)
    found = _found(given, options, pieces, by, began)
    raise typer.Exit(_text(found, given, out, as_json=as_json))


def _text(found: Rotas | Plan, given: Scenario, out: Path | None, *, as_json: bool) -> int:
    """Print and write what was found; return the exit code."""
    from allocator.cli.console import summary
    from allocator.plan.types import Plan
    from allocator.studies.rotas import report

    if isinstance(found, Plan):
        print_result(found.as_json() if as_json else summary(found, given, ()))
        return CODES[found.status]
    files = () if out is None else report.write_rotas(found, out)
    named = ", ".join(file.name for file in files)
    text = report.text(found) + (f"files in {out}: {named}\n" if files else "")
    print_result(report.as_json(found) if as_json else text)
    return ALL_WELL


def _pieces(given: Scenario, path: Path) -> Pieces:
    """Return the plan; rows that cannot be pieces of any plan are refused, the rest is text.

    Raises
    ------
    InputError
        With the rows that name no unit or floor of the scenario, or no whole number.
    """
    from allocator.errors import InputError, Problem
    from allocator.plan.tables import read_placements
    from allocator.plan.verify import verify
    from allocator.words import counted

    found = verify(given, read_placements(path, given))
    unusable = {"unknown_unit", "unknown_floor", "not_whole"}
    bad = [v for v in found.violations if v.kind in unusable]
    if bad:
        raise InputError(Problem(violation.message, path.name) for violation in bad)
    if found.violations:
        text = counted(len(found.violations), "violation")
        say(f"{path.name}: the plan has {text}; `allocator check` lists them")
    return found.pieces


def _found(
    given: Scenario, options: SolveOptions, pieces: Pieces | None, by: By, began: float
) -> Rotas | Plan:
    from allocator.studies.rotas import rotas as study

    return watched(
        "stopping with the best weeks so far; Ctrl-C again to abort",
        lambda tell, stop: study(
            given,
            options,
            pieces=pieces,
            by=by.value,
            on_progress=tell,
            should_stop=stop,
            began=began,
        ),
    )
