"""`allocator tightest`: which sharing ratio fits, and which serves. The work is `studies`'."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from allocator.cli.common import (
    CODES,
    AsJson,
    Grow,
    Opens,
    ScenarioPath,
    Scheme,
    Seed,
    TimeLimit,
    Wave,
    Workers,
    print_result,
)
from allocator.cli.watch import watched
from allocator.library.given import worker_count

EXAMPLE = "allocator tightest data/ikn-kemenko4 --out out/tightest"


def tightest(  # noqa: PLR0913, PLR0917 - the options of the contract, by name
    scenario: ScenarioPath,
    scheme: Scheme = None,
    opens: Opens = None,
    grow: Grow = None,
    wave: Wave = None,
    time_limit: TimeLimit = 60,
    workers: Workers = None,
    seed: Seed = 0,
    with_rotas: Annotated[
        bool, typer.Option("--with-rotas", help="With the best weeks instead of today's.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder for tightest.json and the plans.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Find the smallest people_per_desk that fits, and the largest that serves.

    Both sides are proved: a checked plan at the ratio, and why there is none below it. Says
    whether a ratio does both, and if not, how many desks are missing. Units with a ratio of
    their own keep it.
    """
    began = time.monotonic()
    from allocator.plan.tables import prepare_folder
    from allocator.scenario.variants import Variant, read_variant

    variant = Variant(scheme=scheme, opens=tuple(opens or ()), grow=tuple(grow or ()), wave=wave)
    given = read_variant(scenario, variant)
    if out is not None:
        prepare_folder(out)
    from allocator.search.solve import SolveOptions  # after all that can be refused at once
    from allocator.studies.tightest import report, tightest_with_rotas
    from allocator.studies.tightest import tightest as tightest_study

    options = SolveOptions(time_limit_s=time_limit, workers=worker_count(workers), seed=seed)
    study = tightest_with_rotas if with_rotas else tightest_study
    found = watched(
        "stopping with what is known; Ctrl-C again to abort",
        lambda tell, stop: study(given, options, on_progress=tell, should_stop=stop, began=began),
    )
    files = () if out is None else report.write_tightest(found, out)
    text = report.text(found) + (f"files in {out}\n" if files else "")
    print_result(report.as_json(found) if as_json else text)
    raise typer.Exit(CODES[found.fit.status])
