"""The largest ratio that serves, exactly, and a plan of a ratio that serves as it stands.

If the people of a unit share desks only with one another, no plan is needed: a ratio serves when
every unit, undivided, has the desks that it needs on peak days. If others share them too, only a
plan shows it. A plan is as bad as its worst pool, and it may divide units.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

from allocator.attendance import desks_needed
from allocator.plan.adapt import adapted
from allocator.plan.pools import laws
from allocator.plan.types import Plan
from allocator.scenario.demand import demand
from allocator.scenario.types import HousedUnit, Scenario
from allocator.search.solve import SolveOptions, solve
from allocator.studies.explain.changes import own_ratios
from allocator.studies.explain.plans import Budget
from allocator.studies.tightest.fits import Fit
from allocator.studies.tightest.ratios import Ratios


@dataclass(frozen=True)
class Served:
    """Up to which ratio every unit is short on at most the allowed share of its peak days.

    Attributes
    ----------
    short_day_probability
        The allowed share, as the settings say.
    shared_by
        Who share desks. Unless it is "unit", only a plan shows whether a ratio serves.
    people_per_desk, place
        The largest ratio that serves, and its place. None if only a plan shows it, or if no ratio
        serves because a unit that keeps a ratio of its own is short in any case.
    below
        At this ratio and above, a unit has a desk too few; None if no unit ever has.
    unit_id, headcount, desks
        The unit that sets the limit, its people and the desks that it needs; "" and 0 for none.
    plan_people_per_desk, scenario, plan
        A ratio that fits and serves, the scenario at it, and a checked plan in which every pool
        serves, those of divided units included; None if none was looked for, or found.
    """

    short_day_probability: float
    shared_by: str
    people_per_desk: Fraction | None = None
    place: int | None = None
    below: Fraction | None = None
    unit_id: str = ""
    headcount: int = 0
    desks: int = 0
    plan_people_per_desk: Fraction | None = None
    scenario: Scenario | None = None
    plan: Plan | None = None

    @property
    def needs_plan(self) -> bool:
        """Say whether a plan alone tells if a ratio serves."""
        return self.shared_by != "unit"


def largest_that_serves(ratios: Ratios) -> Served:
    """Return the largest ratio that serves, and which unit sets it.

    Exact, and without a solve: demand is known for each ratio, and the desks that a unit needs
    follow from the law of who comes.
    """
    scenario = ratios.at(0)
    kept = own_ratios(scenario)
    attendance = scenario.settings.attendance
    none = Served(attendance.short_day_probability, attendance.shared_by)
    if none.needs_plan:
        return none
    lowest = replace(none, people_per_desk=ratios.values[-1], place=len(ratios) - 1)
    for unit in scenario.housed:
        needed = _shared_desks_needed(scenario, unit)
        named = replace(
            none,
            unit_id=unit.unit_id,
            headcount=unit.headcount,
            desks=unit.own_desks + needed,
        )
        if unit.unit_id in kept:
            if needed > demand(unit) - unit.own_desks:
                return named
        elif needed > 1:
            # At sharers / (needed − 1) people per desk the unit has one shared desk less than it
            # needs.
            limit = Fraction(unit.headcount - unit.own_desks, needed - 1)
            if lowest.below is None or limit < lowest.below:
                place = ratios.last_below(limit)
                ratio = ratios.values[place]
                lowest = replace(named, people_per_desk=ratio, place=place, below=limit)
    return lowest


def _shared_desks_needed(scenario: Scenario, unit: HousedUnit) -> int:
    """Return the fewest shared desks that are too few on no more peak days than allowed."""
    given = scenario.settings.attendance
    sharers = unit.headcount - unit.own_desks
    week = laws(
        ((sharers, scenario.weekday_shares[unit.unit_id]),), given.correlation, given.day_shock
    )
    return max(desks_needed(pmf, given.short_day_probability) for pmf in week)


def with_plan(ratios: Ratios, served: Served, fit: Fit, budget: Budget) -> Served:
    """Return the same with a plan that serves as it stands, if one is found in time.

    The plan at hand is looked at first, then one of the largest ratio that serves: with the most
    desks to spare the fewest units are divided.
    """
    if _serves(fit.plan, served):
        return _with(served, fit.people_per_desk, fit.scenario, fit.plan)
    if served.place is None or fit.plan is None or budget.left() <= 0:
        return served
    budget.enter("looking for a plan that serves")
    scenario = ratios.at(served.place)
    found = solve(
        scenario,
        SolveOptions(time_limit_s=budget.left(), workers=budget.workers, seed=budget.seed),
        start=adapted(fit.plan.pieces, scenario),
        on_progress=budget.on_progress,
        should_stop=budget.should_stop,
    )
    if not _serves(found, served):
        return served
    return _with(served, served.people_per_desk, scenario, found)


def _with(
    served: Served, ratio: Fraction | None, scenario: Scenario | None, plan: Plan | None
) -> Served:
    """Return the same with a plan."""
    return replace(served, plan_people_per_desk=ratio, scenario=scenario, plan=plan)


def _serves(plan: Plan | None, served: Served) -> bool:
    """Say whether every pool of a plan serves."""
    service = None if plan is None else plan.attendance
    return service is not None and service.worst_short_day <= served.short_day_probability
