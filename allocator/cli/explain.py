"""`allocator explain`: why no plan exists, and the ways out. The work is `studies.explain`'s."""

from __future__ import annotations

import time
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
    print_result,
    worker_count,
)
from allocator.cli.watch import watched

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
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder for reasons.json and the plans.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say why no plan exists, and what to give up.

    Counts first, then names a smallest set of rules, demands and floors that cannot hold
    together, then ways out, each with a checked plan; cheapest first.
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
    from allocator.search.solve import SolveOptions  # after all that can be refused at once
    from allocator.studies.explain import counted, report

    opening = "" if as_json else report.opening(counted(given))
    if opening:
        print_result(opening)
    options = SolveOptions(time_limit_s=time_limit, workers=worker_count(workers), seed=seed)
    found = _explained(given, options, began)
    if out is not None:
        report.write_explanation(found, out, given)
    told = report.text(found, is_opened=bool(opening))
    files = "" if out is None else report.files_told(found, out)
    print_result(report.as_json(found) if as_json else told + files)
    raise typer.Exit(CODES[found.status])


def _explained(given: Scenario, options: SolveOptions, began: float) -> Explanation:
    from allocator.studies.explain import explain as study

    return watched(
        "stopping with what is known; Ctrl-C again to abort",
        lambda tell, stop: study(given, options, on_progress=tell, should_stop=stop, began=began),
    )
