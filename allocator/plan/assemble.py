"""From the pieces that a search found to a checked `Plan`, or to the answer that there is none.

Finding pieces and judging them are done elsewhere. No plan is made here that `plan.verify` has
not passed.
"""

from __future__ import annotations

import platform
from collections.abc import Iterable, Mapping
from importlib import metadata
from typing import Any

from allocator.errors import UncheckedPlanError
from allocator.plan.seating import seated
from allocator.plan.service import service_of_plan
from allocator.plan.types import (
    Objective,
    Pieces,
    Plan,
    Reason,
    Run,
    Status,
    StoppedBecause,
    TermName,
    TracePoint,
    TripCost,
)
from allocator.plan.uses import floor_uses, organisation_uses
from allocator.plan.verify import Check, given_pieces, verify
from allocator.scenario.settings import TripKind
from allocator.scenario.types import Scenario
from allocator.version import __version__

OPTIMAL_GAP = 1e-6
"""A plan whose gap is at most this is called optimal."""
ROUNDING = 1e-6
"""How far a bound may lie above a plan's cost, relative to it, by rounding alone."""
MOST_NAMED = 20
"""Violations spelt out in an error; more are counted."""


def checked_plan(  # noqa: PLR0913 - what is proved of a plan, by name
    scenario: Scenario,
    pieces: Pieces,
    *,
    term_bounds: Mapping[TermName, float],
    bound: float,
    run: Run,
    trip_bounds: Mapping[TripKind, float] | None = None,
    least_unplaced_proved: bool = False,
) -> Plan:
    """Return the plan of these pieces, checked anew.

    Parameters
    ----------
    pieces
        Desks by (unit_id, floor_id), or people where capacity is by chance.
    term_bounds, bound
        Proved lower bounds of single terms and of the total, in person-minutes a week.
    trip_bounds
        Those of walking by kind of trips, as far as they are known.
    least_unplaced_proved
        Whether no plan can leave fewer people unplaced; asked only where some are.

    Raises
    ------
    UncheckedPlanError
        If the checker finds a violation, or a bound lies above what this very plan costs.
    """
    check = verify(scenario, given_pieces(scenario, pieces))
    _refuse_violations(check)
    price, trip_bounds = scenario.settings.prices.walking, trip_bounds or {}
    walking = tuple(
        TripCost(kind=kind, cost=price * minutes, bound=trip_bounds.get(kind))
        for kind, minutes in check.walking_by_kind.items()
    )
    # A bound above what this very plan costs is wrong, and is not shown.
    _refuse_bounds(check, walking, term_bounds, bound)
    # Rounding alone may lift a bound above the total.
    bound = min(bound, check.total)
    gap = (check.total - bound) / max(check.total, 1.0)
    proved = least_unplaced_proved or check.unplaced_people == 0
    terms = (term.model_copy(update={"bound": term_bounds.get(term.name)}) for term in check.terms)
    return Plan(
        # Where people are left out, leaving out fewer comes before the total.
        status=Status.OPTIMAL if gap <= OPTIMAL_GAP and proved else Status.FEASIBLE,
        objective=Objective(
            total=check.total,
            unplaced_people=check.unplaced_people,
            terms=tuple(terms),
            walking=walking,
        ),
        bound=bound,
        gap=gap,
        warnings=scenario.warnings,
        run=run,
        **uses(scenario, check),
    ).of(scenario)


def least_of_all(scenario: Scenario) -> float:
    """Return what every plan costs at least, before anything is searched for.

    No term is below 0 but placement costs, of which a unit pays at most the lowest of its own.
    """
    lowest: dict[str, float] = {}
    for row in scenario.placement_costs:
        lowest[row.unit_id] = min(lowest.get(row.unit_id, 0.0), row.cost)
    return sum(lowest.values(), 0.0)


def uses(scenario: Scenario, check: Check) -> dict[str, Any]:
    """Return the parts of a plan that follow from its pieces, by their names in `Plan`.

    They are the same for a plan that was found and for one made by hand.
    """
    placements = seated(scenario, check.pieces)
    return {
        "placements": placements,
        "floors": floor_uses(scenario, placements),
        "organisations": organisation_uses(scenario, placements, check.walking_by_organisation),
        "attendance": service_of_plan(scenario, placements),
    }


def no_plan(
    scenario: Scenario,
    status: Status,
    reasons: Iterable[Reason],
    run: Run,
    *,
    bound: float | None = None,
) -> Plan:
    """Return the answer that there is no plan: `infeasible`, or `unknown` as time ran out."""
    return Plan(
        status=status,
        objective=Objective(total=None, unplaced_people=None, terms=None),
        bound=bound,
        gap=None,
        reasons=tuple(reasons),
        warnings=scenario.warnings,
        run=run,
    ).of(scenario)


def run_record(  # noqa: PLR0913 - what describes a run, by name
    scenario: Scenario,
    *,
    seed: int,
    workers: int,
    time_limit_s: float,
    wall_s: float,
    stopped_because: StoppedBecause | None = None,
    trace: Iterable[TracePoint] = (),
) -> Run:
    """Return the record of a run, with the inputs' fingerprints and the versions in use."""
    return Run(
        seed=seed,
        workers=workers,
        time_limit_s=time_limit_s,
        wall_s=wall_s,
        stopped_because=stopped_because,
        versions=versions(),
        inputs=dict(scenario.fingerprints),
        trace=tuple(trace),
    )


def versions() -> dict[str, str]:
    """Return the versions of what a plan depends on, read without importing any of it."""
    # Read from the metadata of packages: importing OR-Tools takes long.
    found = {name: metadata.version(name) for name in ("ortools", "numpy")}
    return {"allocator": __version__, **found, "python": platform.python_version()}


def _refuse_violations(check: Check) -> None:
    """Raise an error that names the first violations, if there are any."""
    if not check.violations:
        return
    named = [f"{v.kind}: {v.message}" for v in check.violations[:MOST_NAMED]]
    more = len(check.violations) - len(named)
    rest = [f"and {more} more"] if more else []
    raise UncheckedPlanError("\n".join(["the plan found breaks the scenario:", *named, *rest]))


def _refuse_bounds(
    check: Check,
    walking: Iterable[TripCost],
    term_bounds: Mapping[TermName, float],
    bound: float,
) -> None:
    """Raise an error if a bound lies above what this plan costs, by more than rounding."""
    cases = [(term.name.value, term.cost, term_bounds.get(term.name)) for term in check.terms]
    cases += [(f"walking, {trips.kind}", trips.cost, trips.bound) for trips in walking]
    for name, cost, claimed in [("total", check.total, bound), *cases]:
        if claimed is not None and claimed > cost + ROUNDING * max(abs(cost), 1.0):
            raise UncheckedPlanError(f"bound of {name}, {claimed}, lies above a plan's {cost}")
