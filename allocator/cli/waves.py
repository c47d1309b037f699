"""`allocator waves`: all waves planned together, and what that gains. The work is `studies`'."""

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
    Workers,
    aligned,
    duration,
    number,
    percent,
    print_result,
    say,
)
from allocator.cli.watch import watched
from allocator.library.given import worker_count

if TYPE_CHECKING:
    from allocator.studies.waves import WavesFound

EXAMPLE = "allocator waves data/ikn-waves --opens KEMENKO2-T1=3 --grow all=5% --out out/waves"


def waves(  # noqa: PLR0913, PLR0917 - the options of the contract, by name
    scenario: ScenarioPath,
    people_per_desk: PeoplePerDesk = None,
    scheme: Scheme = None,
    opens: Opens = None,
    grow: Grow = None,
    time_limit: TimeLimit = 15,
    workers: Workers = None,
    seed: Seed = 0,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder for the plan of each wave.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Plan all waves together, so that the second does not undo the first.

    Says what planning together gains over one wave after the other. The time limit is for each
    solve; it says first how long all take at most.
    """
    from allocator.plan.tables import prepare_folder, prepare_pictures
    from allocator.scenario.variants import Variant, read_waves

    variant = Variant(people_per_desk, scheme, opens=tuple(opens or ()), grow=tuple(grow or ()))
    given = read_waves(scenario, variant)
    if out is not None:
        prepare_folder(out)
        prepare_pictures()
    from allocator.search.solve import SolveOptions  # after all that can be refused at once
    from allocator.studies.waves import at_most_s, document, plan_waves, write_waves

    options = SolveOptions(time_limit_s=time_limit, workers=worker_count(workers), seed=seed)
    say(f"at most {duration(at_most_s(given, options))} for all waves and the moves between them")
    found = watched(
        "stopping with the plans so far; Ctrl-C again to abort",
        lambda tell, stop: plan_waves(given, options, on_progress=tell, should_stop=stop),
    )
    files = () if out is None else write_waves(found, out, options)
    text = _text(found) + (f"files in {out}\n" if files else "")
    print_result(document(found) if as_json else text)
    raise typer.Exit(CODES[found.status])


def _text(found: WavesFound) -> str:
    """Return a line for each wave, and what foresight gains; or why there are no plans."""
    reasons = "".join(f"{reason.message}\n" for reason in found.reasons)
    if found.solution is None:
        return reasons or "no plans were found in time\n"
    head = ("wave", "people", "desks needed", "usable", "floors", "moved", "total", "bound")
    lines = [
        (
            f"{row.wave}",
            number(row.people),
            number(row.demand),
            number(row.desks),
            number(row.floors),
            number(row.people_moved),
            number(row.total),
            number(row.bound),
        )
        for row in found.rows
    ]
    total = found.solution.total
    together = f"together {number(total)}, proved at least {number(min(found.bound, total))}"
    first = found.one_after_the_other
    if first is None:
        gain = "one wave after the other found no plans"
    else:
        share = percent((found.foresight or 0.0) / max(first.total, 1.0))
        gain = f"one after the other {number(first.total)}: foresight gains {share}"
    return f"{aligned([head, *lines], left=1)}\n{together}\n{gain}\n"
