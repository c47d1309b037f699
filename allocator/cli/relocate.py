"""`allocator relocate`: units, staff and families. The work is `studies.relocate`'s."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from allocator.cli.common import (
    ALL_WELL,
    NO_PLAN,
    OUT_OF_TIME,
    AsJson,
    PeoplePerDesk,
    ScenarioPath,
    Scheme,
    Seed,
    TimeLimit,
    Workers,
    aligned,
    duration,
    number,
    print_result,
    say,
)
from allocator.cli.watch import watched
from allocator.errors import shorten
from allocator.library.given import worker_count
from allocator.words import counted

if TYPE_CHECKING:
    from allocator.studies.relocate import Combination, Fitted

EXAMPLE = "allocator relocate data/ikn-relocation --out out/relocation"
MOST_NAME = 24
"""Characters of a scenario's name in what is printed."""

_OPTION = typer.Option(metavar="A,B", help="Only these scenarios; all if left out.")


def relocate(  # noqa: PLR0913, PLR0917 - the options of the contract, by name
    scenario: ScenarioPath,
    units: Annotated[str | None, _OPTION] = None,
    staff: Annotated[str | None, _OPTION] = None,
    family: Annotated[str | None, _OPTION] = None,
    people_per_desk: PeoplePerDesk = None,
    scheme: Scheme = None,
    time_limit: TimeLimit = 30,
    workers: Workers = None,
    seed: Seed = 0,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder for tables, picture and plans.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say who can move when: desks and flats for each unit, staff and family scenario.

    Counts all combinations first, then finds a plan for each wave of those that may fit. The time
    limit is for each plan. Exits with 0 if any combination fits.
    """
    from allocator.plan.tables import prepare_folder
    from allocator.scenario.read import read_scenario
    from allocator.studies.relocate.counting import Names, combinations

    given = read_scenario(
        scenario, people_per_desk=people_per_desk, scheme=scheme, for_relocation=True
    )
    asked = (None if text is None else _listed(text) for text in (units, staff, family))
    found = combinations(given, Names.of(given, *asked))
    if out is not None:
        prepare_folder(out)
    if not as_json:
        print_result(_counts(found))
    from allocator.search.solve import SolveOptions  # after all that can be refused at once
    from allocator.studies.relocate import most_s, report
    from allocator.studies.relocate import relocate as study

    most = duration(most_s(given, found, time_limit))
    say(f"at most {most} for {counted(len(found), 'combination')}")
    options = SolveOptions(time_limit_s=time_limit, workers=worker_count(workers), seed=seed)
    fitted = watched(
        "stopping with the plans so far; Ctrl-C again to abort",
        lambda tell, stop: study(given, found, options, on_progress=tell, should_stop=stop),
    )
    files = () if out is None else report.write_relocation(given, fitted, out)
    named = ", ".join(file.name for file in files)
    text = report.text(fitted) + (f"files in {out}: {named}\n" if files else "")
    print_result(report.as_json(fitted) if as_json else text)
    raise typer.Exit(_code(fitted))


def _listed(text: str) -> list[str]:
    return [name.strip() for name in text.split(",")]


def _code(fitted: Sequence[Fitted]) -> int:
    """Return 0 if any combination fits, 1 if it is proved that none does, else 4."""
    if any(each.fits for each in fitted):
        return ALL_WELL
    from allocator.studies.relocate import Binds

    return OUT_OF_TIME if any(each.binds is Binds.NONE for each in fitted) else NO_PLAN


def _counts(found: Sequence[Combination]) -> str:
    """Return what each combination needs in each wave, which is known at once."""
    head = (
        "units",
        "staff",
        "families",
        "wave",
        "people",
        "desks needed",
        "usable",
        "flats needed",
        "flats",
        "possible",
        "binds",
    )
    lines = [
        (
            shorten(each.unit_scenario, MOST_NAME),
            shorten(each.staff_scenario, MOST_NAME),
            shorten(each.family_scenario or "–", MOST_NAME),
            str(wave.wave),
            number(wave.people),
            number(wave.demand),
            number(wave.desks),
            number(wave.flats_needed),
            number(wave.flats),
            number(wave.people_possible),
            wave.binds.value,
        )
        for each in found
        for wave in each.waves
    ]
    return aligned([head, *lines], left=3) + "\n"
