"""`allocator sensitivity`: what each demand costs. The work is `studies.sensitivity`'s."""

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
    Processes,
    ScenarioPath,
    Scheme,
    Seed,
    TimeLimit,
    Wave,
    duration,
    print_result,
    say,
    stop_on_interrupt,
)
from allocator.cli.solve import start_pieces
from allocator.library.given import worker_count
from allocator.words import counted

if TYPE_CHECKING:
    from allocator.plan.types import Pieces
    from allocator.scenario.types import Scenario
    from allocator.studies.sensitivity import Sensitivity

EXAMPLE = "allocator sensitivity data/ikn-rules --time-limit 30 --out out/prices"


def sensitivity(  # noqa: PLR0913, PLR0917 - the options of the contract, by name
    scenario: ScenarioPath,
    start: Annotated[
        Path | None, typer.Option(metavar="PLACEMENTS.csv", help="A plan to begin from.")
    ] = None,
    people_per_desk: PeoplePerDesk = None,
    scheme: Scheme = None,
    opens: Opens = None,
    grow: Grow = None,
    wave: Wave = None,
    time_limit: TimeLimit = 30,
    workers: Processes = None,
    seed: Seed = 0,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder for table, picture and plan.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say what each rule, need, affinity, the reserve and each full tower costs.

    Drops one after another and finds a better plan without it. The time limit is for each solve;
    at first a demand has a tenth of it, then the dearest have all of it.
    """
    from allocator.plan.tables import prepare_folder
    from allocator.scenario.variants import Variant, read_variant

    variant = Variant(
        people_per_desk, scheme, opens=tuple(opens or ()), grow=tuple(grow or ()), wave=wave
    )
    given = read_variant(scenario, variant)
    pieces = None if start is None else start_pieces(given, start)
    if out is not None:
        prepare_folder(out)
    found = _found(given, pieces, workers, time_limit, seed)
    has_plan = found.plan.objective.total is not None
    from allocator.cli.console import summary
    from allocator.studies.sensitivity import report

    files = () if out is None or not has_plan else report.write_sensitivity(found, out)
    named = ", ".join(file.name for file in files)
    text = report.text(found) if has_plan else summary(found.plan, given, ())
    text += f"files in {out}: {named}\n" if files else ""
    print_result(report.as_json(found) if as_json else text)
    raise typer.Exit(CODES[found.plan.status])


def _found(
    given: Scenario, start: Pieces | None, workers: int | None, time_limit: float, seed: int
) -> Sensitivity:
    from allocator.cli.console import display
    from allocator.studies import pool as pools
    from allocator.studies.sensitivity import sensitivity as study
    from allocator.studies.sensitivity.run import begin_s, most_s

    said = "stopping with the prices so far; Ctrl-C again to abort"
    processes = worker_count(workers)
    with pools.Pool(processes) as pool, stop_on_interrupt(said) as stop, display() as shown:
        from allocator.search.solve import SolveOptions  # once the processes are starting, too

        pools.compile_ahead([given], shown.watch)
        say(f"at most {duration(begin_s(time_limit))} for a plan with all demands")

        def counted_demands(count: int) -> None:
            most = most_s(count, processes, time_limit) - begin_s(time_limit)
            say(f"at most {duration(most)} more for {counted(count, 'demand')}")

        return study(
            given,
            pool=pool,
            options=SolveOptions(time_limit_s=time_limit, workers=1, seed=seed),
            start=start,
            on_count=counted_demands,
            on_step=lambda done, of: shown.show(f"{done:,} of {of:,} demands"),
            on_progress=shown.update,
            should_stop=stop.is_set,
        )
