"""From a folder or file of a plan to a plan that its scenario was checked against again."""

from __future__ import annotations

from pathlib import Path

from allocator.errors import InputError, Problem
from allocator.plan.assemble import uses
from allocator.plan.tables import PLAN, SCENARIO, plan_from_json
from allocator.plan.types import Plan
from allocator.plan.verify import Check, GivenPlacement, verify
from allocator.report.tables import Reported
from allocator.scenario.types import Scenario
from allocator.scenario.variants import Variant, read_variant
from allocator.texts import Texts

ROUNDING = 1e-6
"""How far, relative to it, a total may lie from that worked out again."""


def load(
    path: Path,
    scenario: Path | None,
    say: Texts,
    *,
    people_per_desk: str | None = None,
    scheme: str | None = None,
) -> Reported:
    """Return the plan in a folder or a plan.json, checked again.

    Parameters
    ----------
    scenario
        Its scenario; None takes the scenario.json beside the plan.
    people_per_desk, scheme
        As they were given when it was solved; in scenario.json they are already.

    Raises
    ------
    InputError
        If there is no plan there, or it is not one of this scenario.
    """
    file = path / PLAN if path.is_dir() else path
    beside = scenario or file.parent / SCENARIO
    if not file.is_file():
        raise InputError([Problem(f"expected a folder with a {PLAN}, or that file", str(path))])
    if not beside.exists():
        raise InputError([Problem("expected the plan's scenario; give it", str(beside))])
    # The scenario beside the plan is the one that it was made for; a folder may have changed
    # since.
    plan = plan_from_json(file.read_bytes())
    return reported(plan, read_variant(beside, Variant(people_per_desk, scheme)), say)


def reported(plan: Plan, scenario: Scenario, say: Texts) -> Reported:
    """Return a plan to report on, checked again.

    Raises
    ------
    InputError
        If it is no plan of this scenario.
    """
    if plan.objective.total is None:
        raise InputError([Problem(f"there is no plan to report on: {plan.status}", PLAN)])
    check = verify_again(plan, scenario)
    # What floors hold is worked out again as well: a report never repeats what a file claims.
    known = plan.model_copy(update=uses(scenario, check))
    return Reported(known.of(scenario), scenario, check, say)


def verify_again(plan: Plan, scenario: Scenario) -> Check:
    """Return what the checker says of a plan that is said to break no rule.

    Raises
    ------
    InputError
        If it breaks one, or its total is another: most likely another scenario was given.
    """
    given = [GivenPlacement(p.unit_id, p.floor_id, p.desks, p.people) for p in plan.placements]
    check = verify(scenario, given)
    total = plan.objective.total or 0.0
    broken = [v.message for v in check.violations if v.kind != "unplaced"]
    # Another ratio or price breaks no rule, but makes another total.
    if not broken and abs(check.total - total) > ROUNDING * max(1.0, abs(total)):
        broken = [f"its total is {check.total:,.1f} here, not {total:,.1f}"]
    if broken:
        said = "; ".join(broken[:3])
        message = f"expected the scenario that the plan was made for, with the same ratio: {said}"
        raise InputError([Problem(message, PLAN)])
    return check
