"""`allocator check`: the verdict on any plan. The checker itself is `plan.verify`'s."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from allocator.cli.common import (
    ALL_WELL,
    NO_PLAN,
    AsJson,
    Grow,
    Opens,
    PeoplePerDesk,
    ScenarioPath,
    Scheme,
    Wave,
    print_result,
)

if TYPE_CHECKING:
    from allocator.plan.certificate import Verdict
    from allocator.plan.types import Service
    from allocator.plan.verify import Check
    from allocator.scenario.types import Scenario

EXAMPLE = "allocator check data/ikn-wave1 out/wave1/placements.csv"


def check(  # noqa: PLR0913, PLR0917 - the options of the contract, by name
    scenario: ScenarioPath,
    placements: Annotated[
        Path | None,
        typer.Argument(
            metavar="PLACEMENTS.csv",
            help="A table with unit_id, floor_id, desks (people if capacity is by chance).",
        ),
    ] = None,
    people_per_desk: PeoplePerDesk = None,
    scheme: Scheme = None,
    opens: Opens = None,
    grow: Grow = None,
    wave: Wave = None,
    certificate: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Recompute the bound that this certificate proves."),
    ] = None,
    recompute_all: Annotated[
        bool, typer.Option("--all", help="Recompute what the certificate takes on trust, too.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Say what a plan violates, what it costs, and who finds no desk.

    Any plan will do, also one made by hand. With a certificate it says
    which bound that proves.
    """
    from allocator.scenario.variants import Variant, read_variant

    if placements is None and certificate is None:
        raise typer.BadParameter("expected a placements table, a certificate, or both")
    if recompute_all and certificate is None:
        raise typer.BadParameter("--all is of a certificate")
    variant = Variant(
        people_per_desk, scheme, opens=tuple(opens or ()), grow=tuple(grow or ()), wave=wave
    )
    given = read_variant(scenario, variant)
    document: dict[str, Any] = {"schema": 1}
    text, well = list[str](), True
    if placements is not None:
        judged, said, well = _plan_judged(given, placements)
        document |= judged
        text.append(said)
    if certificate is not None:
        found, said = _recomputed(given, certificate, recompute_all=recompute_all)
        document["certificate"] = found.model_dump(mode="json")
        text.append(said)
        well = well and found.refused is None
    print_result(document if as_json else "\n".join(text))
    raise typer.Exit(ALL_WELL if well else NO_PLAN)


def _plan_judged(given: Scenario, placements: Path) -> tuple[dict[str, Any], str, bool]:
    """Return what is found of a plan as JSON and as text, and whether it breaks no rule."""
    from allocator.cli.console import verdict
    from allocator.plan.tables import read_placements
    from allocator.plan.verify import verify

    found = verify(given, read_placements(placements, given))
    service = _service(given, found) if found.feasible else None
    return _judged(found, service), verdict(found, placements, service), found.feasible


def _recomputed(given: Scenario, path: Path, *, recompute_all: bool) -> tuple[Verdict, str]:
    """Return what is found of a certificate, and that as text."""
    from allocator.cli.console import certificate_verdict
    from allocator.plan.certificate import check_certificate
    from allocator.plan.certificate.file import read_certificate

    found = check_certificate(given, read_certificate(path), recompute_all=recompute_all)
    return found, certificate_verdict(found, path)


def _service(given: Scenario, found: Check) -> Service:
    from allocator.plan.seating import seated
    from allocator.plan.service import service_of_plan

    return service_of_plan(given, seated(given, found.pieces))


def _judged(found: Check, service: Service | None) -> dict[str, Any]:
    whole = found.model_dump(mode="json")
    objective = {name: whole[name] for name in ("total", "unplaced_people", "terms")}
    return {
        "feasible": found.feasible,
        "violations": whole["violations"],
        "objective": objective,
        "attendance": None if service is None else service.model_dump(mode="json"),
    }
