"""`allocator explain`: why no plan exists, and the ways out. The work is `studies.explain`'s."""

from __future__ import annotations

import time
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
    stop_on_interrupt,
)
from allocator.cli.solve import start_pieces
from allocator.cli.watch import watched
from allocator.library.given import worker_count

if TYPE_CHECKING:
    from allocator.scenario.types import Scenario
    from allocator.search.solve import SolveOptions
    from allocator.studies.explain import Explanation

EXAMPLE = "allocator explain data/ikn-wave1 --people-per-desk 1.2 --out out/why"


def explain(  # noqa: PLR0913, PLR0917 - the options of the contract, by name
    scenario: ScenarioPath,
    people_per_desk: PeoplePerDesk = None,
    scheme: Scheme = None,
    opens: Opens = None,
    grow: Grow = None,
    wave: Wave = None,
    time_limit: TimeLimit = 60,
    workers: Workers = None,
    seed: Seed = 0,
    body: Annotated[
        str | None,
        typer.Option(metavar="A,B", help="Units or organisations: why they sit where they do."),
    ] = None,
    plan: Annotated[
        Path | None, typer.Option(metavar="PLACEMENTS.csv", help="The plan they sit in.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder for reasons.json and the plans.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say why no plan exists, and what to give up; or why a body sits where it does.

    Counting comes first; then a conflict, that is rules, demands and floors that cannot hold
    together; then ways out, cheapest first, each with a checked plan. With --body or --plan it
    says what a place costs by term, and the next best tower.
    """
    began = time.monotonic()
    from allocator.plan.tables import prepare_folder
    from allocator.scenario.variants import Variant, read_variant

    variant = Variant(
        people_per_desk, scheme, opens=tuple(opens or ()), grow=tuple(grow or ()), wave=wave
    )
    given = read_variant(scenario, variant)
    if out is not None:
        prepare_folder(out)
    if body is not None or plan is not None:
        effort = (time_limit, worker_count(workers), seed, began)
        # Another question: why they sit there, where a plan exists.
        raise typer.Exit(_places(given, body, plan, effort, as_json=as_json))
    from allocator.search.solve import SolveOptions  # after all that can be refused at once
    from allocator.studies.explain import counted, report

    opening = "" if as_json else report.opening(counted(given))
    if opening:
        print_result(opening)
    options = SolveOptions(time_limit_s=time_limit, workers=worker_count(workers), seed=seed)
    found = _explained(given, options, began)
    if out is not None:
        report.write_explanation(found, out, given)
    text = report.text(found, is_opened=bool(opening))
    files = "" if out is None else report.files_told(found, out)
    print_result(report.as_json(found) if as_json else text + files)
    raise typer.Exit(CODES[found.status])


def _places(
    given: Scenario,
    body: str | None,
    path: Path | None,
    effort: tuple[float, int, int, float],
    *,
    as_json: bool,
) -> int:
    """Say why bodies sit where they do; without names, the organisations."""
    from allocator.cli.console import summary
    from allocator.plan.types import Pieces
    from allocator.search.solve import SolveOptions, solve
    from allocator.studies.explain import places
    from allocator.studies.explain.plans import Budget

    every = dict.fromkeys(unit.organisation_id for unit in given.housed)
    asked = list(every) if body is None else [name.strip() for name in body.split(",")]
    bodies = places.known_bodies(given, asked)
    pieces: Pieces | None = None
    if path is not None:
        pieces = start_pieces(given, path)
    time_limit, workers, seed, began = effort
    options = SolveOptions(time_limit_s=time_limit, workers=workers, seed=seed)
    with stop_on_interrupt("stopping with what is known; Ctrl-C again to abort") as stop:
        budget = Budget.of(options, None, stop.is_set, began)
        if pieces is None:
            # Half of the time for a plan, half for the next best tower of each.
            part = options.model_copy(update={"time_limit_s": max(budget.left() / 2, 0.1)})
            plan = solve(given, part, should_stop=stop.is_set)
            if plan.objective.total is None:
                print_result(plan.as_json() if as_json else summary(plan, given, ()))
                return CODES[plan.status]
            pieces = plan.pieces
        found = places.places(given, pieces, bodies, budget)
    print_result({"schema": 1, "places": places.as_json(found)} if as_json else places.text(found))
    return ALL_WELL


def _explained(given: Scenario, options: SolveOptions, began: float) -> Explanation:
    """Explain in a thread, so that Ctrl-C is heard."""
    from allocator.studies.explain import explain as study

    return watched(
        "stopping with what is known; Ctrl-C again to abort",
        lambda tell, stop: study(given, options, on_progress=tell, should_stop=stop, began=began),
    )
