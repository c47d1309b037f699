"""`allocator solve`: one scenario in, one checked plan out, watched while it is searched for."""

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
    say,
)
from allocator.cli.watch import watched
from allocator.library.given import worker_count

if TYPE_CHECKING:
    from allocator.plan.certificate.types import Proof
    from allocator.plan.types import Plan
    from allocator.scenario.types import Scenario
    from allocator.search.solve import SolveOptions

EXAMPLE = "allocator solve data/ikn-wave1 --time-limit 60 --out out/wave1"
UNUSABLE = frozenset({"unknown_unit", "unknown_floor", "not_whole"})
"""Violations of rows that cannot be pieces of any plan."""


def solve(  # noqa: PLR0913, PLR0917 - the options of the contract, by name
    scenario: ScenarioPath,
    people_per_desk: PeoplePerDesk = None,
    scheme: Scheme = None,
    opens: Opens = None,
    grow: Grow = None,
    wave: Wave = None,
    time_limit: TimeLimit = 30,
    workers: Workers = None,
    seed: Seed = 0,
    reproducible: Annotated[
        bool, typer.Option("--reproducible", help="Same inputs and seed, same plan.")
    ] = False,
    exact: Annotated[
        bool, typer.Option("--exact", help="Solve as one model; closes small cases.")
    ] = False,
    start: Annotated[
        Path | None,
        typer.Option(metavar="PLACEMENTS.csv", help="A plan to begin from."),
    ] = None,
    with_rotas: Annotated[
        bool, typer.Option("--with-rotas", help="Choose who comes on which day, too.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder for the plan's files.")
    ] = None,
    certificate: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write what proves the bound, for `allocator check`."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Find who sits where, and prove how good it is.

    Gives tower and floor of every unit. Every plan is checked before it is shown. Ctrl-C keeps
    the best plan so far; a second Ctrl-C aborts.
    """
    # The time limit begins here: what follows takes seconds on a slow disk, and belongs to it.
    began = time.monotonic()
    from allocator.cli.console import summary
    from allocator.plan.tables import prepare_folder, prepare_pictures
    from allocator.scenario.variants import Variant, read_variant

    variant = Variant(
        people_per_desk, scheme, opens=tuple(opens or ()), grow=tuple(grow or ()), wave=wave
    )
    # What cannot be is refused before anything is read or searched.
    if certificate is not None and with_rotas:
        raise typer.BadParameter("--certificate is of one solve, not of one with rotas")
    if certificate is not None and (certificate.is_dir() or not certificate.parent.is_dir()):
        raise typer.BadParameter(f"expected a file in a folder that exists, not {certificate}")
    given = read_variant(scenario, variant)
    pieces = None if start is None else start_pieces(given, start)
    if out is not None:
        prepare_folder(out)
    from allocator.search.solve import SolveOptions  # after all that can be refused at once

    options = SolveOptions(
        time_limit_s=time_limit,
        workers=worker_count(workers),
        seed=seed,
        reproducible=reproducible,
        exact=exact,
    )
    if out is not None:
        prepare_pictures()
    if with_rotas:
        raise typer.Exit(_solved_with_rotas(given, options, pieces, began, out, as_json=as_json))
    proofs: list[Proof] | None = None if certificate is None else []
    found = _solve_watched(given, options, pieces, began, proofs)
    plan = _with_conflict(found, given, time_limit)
    files = () if out is None else _written(plan, out, given)
    if certificate is not None:
        _certify(plan, given, certificate, proofs or [])
    print_result(plan.as_json() if as_json else summary(plan, given, files))
    raise typer.Exit(CODES[plan.status])


def _solved_with_rotas(
    given: Scenario,
    options: SolveOptions,
    start: dict[tuple[str, str], int] | None,
    began: float,
    out: Path | None,
    *,
    as_json: bool,
) -> int:
    """Find a plan and weeks for it, print and write both, and return the exit code."""
    from allocator.cli.console import summary
    from allocator.studies.rotas import report
    from allocator.studies.rotas import with_rotas as study

    plan, weeks = watched(
        "stopping with the best plan so far; Ctrl-C again to abort",
        lambda tell, stop: study(
            given, options, start=start, on_progress=tell, should_stop=stop, began=began
        ),
    )
    with_weeks = given if weeks is None else weeks.scenario
    files = () if out is None else _written(plan, out, with_weeks)
    if weeks is not None and out is not None:
        files += report.write_rotas(weeks, out)
    text = "" if weeks is None else "\n" + report.text(weeks)
    document = plan.as_json() | {"rotas": None if weeks is None else report.as_json(weeks)}
    print_result(document if as_json else summary(plan, with_weeks, files) + text)
    return CODES[plan.status]


def _written(plan: Plan, out: Path, given: Scenario) -> tuple[Path, ...]:
    """Write a plan's files for programs, and where there is a plan a workbook for people."""
    from allocator.plan.tables import WORKBOOK, write_plan
    from allocator.report.load import reported
    from allocator.report.write import write_report
    from allocator.texts import texts

    files = write_plan(plan, out, given)
    # A workbook of nothing would only look like a plan.
    if plan.objective.total is None:
        return files
    return (*files, *write_report(reported(plan, given, texts("en")), out / WORKBOOK))


def start_pieces(given: Scenario, path: Path) -> dict[tuple[str, str], int]:
    """Return the pieces to begin from; rows that cannot be used are named and left out."""
    from allocator.plan.tables import read_placements
    from allocator.plan.verify import verify

    found = verify(given, read_placements(path, given))
    for violation in found.violations:
        if violation.kind in UNUSABLE:
            say(f"{path.name}: {violation.message}")
    return found.pieces


def _solve_watched(
    given: Scenario,
    options: SolveOptions,
    start: dict[tuple[str, str], int] | None,
    began: float,
    proofs: list[Proof] | None,
) -> Plan:
    """Solve; proofs are added to a list where there is one."""
    from allocator.search.solve import solve as search

    return watched(
        "stopping with the best plan so far; Ctrl-C again to abort",
        lambda tell, stop: search(
            given,
            options,
            start=start,
            on_progress=tell,
            should_stop=stop,
            began=began,
            on_proof=None if proofs is None else proofs.append,
        ),
    )


def _certify(plan: Plan, given: Scenario, path: Path, proofs: list[Proof]) -> None:
    """Write the certificate of a plan's bound, and say what it covers."""
    from allocator.cli.console import certified
    from allocator.plan.certificate import certificate_of
    from allocator.plan.certificate.file import write_certificate

    made = certificate_of(plan, given, *proofs)
    write_certificate(made, path)
    say(f"{path.name}: {certified(made)}")


def _with_conflict(plan: Plan, given: Scenario, time_limit_s: float) -> Plan:
    """Say more of why there is no plan, in the time that is left."""
    if plan.status != "infeasible":
        return plan
    from allocator.studies.explain import with_conflict

    return with_conflict(plan, given, time_limit_s - plan.run.wall_s)
