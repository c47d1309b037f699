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
    from allocator.plan.types import Service
    from allocator.plan.verify import Check
    from allocator.scenario.types import Scenario

EXAMPLE = "allocator check data/ikn-wave1 out/wave1/placements.csv"


def check(  # noqa: PLR0913, PLR0917 - the options of the contract, by name
    scenario: ScenarioPath,
    placements: Annotated[
        Path,
        typer.Argument(
            metavar="PLACEMENTS.csv",
            help="A table with unit_id, floor_id, desks (people if capacity is by chance).",
        ),
    ],
    people_per_desk: PeoplePerDesk = None,
    scheme: Scheme = None,
    opens: Opens = None,
    grow: Grow = None,
    wave: Wave = None,
    as_json: AsJson = False,
) -> None:
    """Say what a plan violates, what it costs, and, where it breaks no rule, how it serves.

    Any plan will do, also one made by hand.
    """
    from allocator.console import verdict
    from allocator.plan.tables import read_placements
    from allocator.plan.verify import verify
    from allocator.scenario.variants import Variant, read_variant

    variant = Variant(
        people_per_desk, scheme, opens=tuple(opens or ()), grow=tuple(grow or ()), wave=wave
    )
    given = read_variant(scenario, variant)
    found = verify(given, read_placements(placements, given))
    service = _service(given, found) if found.feasible else None
    print_result(_judged(found, service) if as_json else verdict(found, placements, service))
    raise typer.Exit(ALL_WELL if found.feasible else NO_PLAN)


def _service(given: Scenario, found: Check) -> Service:
    from allocator.plan.seating import seated
    from allocator.plan.service import service_of_plan

    return service_of_plan(given, seated(given, found.pieces))


def _judged(found: Check, service: Service | None) -> dict[str, Any]:
    whole = found.model_dump(mode="json")
    objective = {name: whole[name] for name in ("total", "unplaced_people", "terms")}
    return {
        "schema": 1,
        "feasible": found.feasible,
        "violations": whole["violations"],
        "objective": objective,
        "attendance": None if service is None else service.model_dump(mode="json"),
    }
