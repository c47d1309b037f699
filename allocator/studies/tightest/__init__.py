"""Which sharing ratio: the smallest that fits, proved on both sides; the largest that serves."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

from allocator.scenario.types import Scenario
from allocator.search.progress import OnProgress, ShouldStop
from allocator.search.solve import SolveOptions
from allocator.studies.explain.plans import Budget
from allocator.studies.rotas.run import Rotas, best_weeks, even_weeks
from allocator.studies.tightest.fits import Fit, FitSearch
from allocator.studies.tightest.missing import Missing, missing_desks
from allocator.studies.tightest.ratios import Ratios
from allocator.studies.tightest.serves import Served, largest_that_serves, with_plan

__all__ = ["Fit", "Missing", "Served", "Tightest", "tightest", "tightest_with_rotas"]

FIT_PART = 0.8
"""Part of the time for the smallest ratio that fits."""
ROTA_PART = 0.3
"""Part of the time for weeks, where they are chosen, too."""
MISSING_S = 5.0
"""Seconds at least, if there are any, to place the desks that are missing; as many again as the
ratio took where that was longer."""


@dataclass(frozen=True)
class Tightest:
    """The smallest ratio that fits, the largest that serves, and what lies between.

    Attributes
    ----------
    does_both
        Whether one ratio both fits and serves with no unit divided. If only a plan shows what
        serves, whether the plan at hand does. None if it is not settled.
    missing
        If none does both: the desks that the largest ratio that serves lacks.
    weeks
        The best weeks for the plan that serves, else for that of the smallest ratio; None if they
        were not asked for, or there is no plan.
    """

    fit: Fit
    served: Served
    does_both: bool | None
    missing: Missing | None
    seconds: float
    weeks: Rotas | None = None


def tightest_with_rotas(
    scenario: Scenario,
    options: SolveOptions | None = None,
    *,
    on_progress: OnProgress | None = None,
    should_stop: ShouldStop | None = None,
    began: float | None = None,
) -> Tightest:
    """Return the same as `tightest` with the best weeks, and those for the plan that comes of it.

    Even weeks ask for the fewest desks of a unit by itself, so they decide up to which ratio it is
    served; the weeks returned have as many all-hands days as the plan allows.
    """
    options = options or SolveOptions(time_limit_s=60.0)
    began = time.monotonic() if began is None else began
    shorter = options.model_copy(update={"time_limit_s": options.time_limit_s * (1 - ROTA_PART)})
    found = tightest(
        even_weeks(scenario),
        shorter,
        on_progress=on_progress,
        should_stop=should_stop,
        began=began,
    )
    served = found.served if found.served.plan is not None else None
    plan, at = (served.plan, served.scenario) if served else (found.fit.plan, found.fit.scenario)
    if plan is None or at is None:
        return found
    # The weeks have what the shorter limit left over.
    budget = Budget.of(options, on_progress, should_stop, began)
    weeks = best_weeks(at.replace(rotas=scenario.rotas), plan.placements, "unit", budget)
    return replace(found, weeks=weeks, seconds=round(time.monotonic() - began, 3))


def tightest(
    scenario: Scenario,
    options: SolveOptions | None = None,
    *,
    on_progress: OnProgress | None = None,
    should_stop: ShouldStop | None = None,
    began: float | None = None,
) -> Tightest:
    """Return the smallest people_per_desk that fits, proved on both sides, and what serves.

    Units with a ratio of their own keep it, and every desk must be placed.

    Parameters
    ----------
    options
        Time limit, workers and seed; the rest does not matter here.
    on_progress
        Called with the stage.
    should_stop
        Asked often; once true, what is known by then is returned.
    began
        When the time limit began, on the clock of `time.monotonic`; now if left out.

    Raises
    ------
    InputError
        If desks are shared beyond the unit: then no ratio says how many are needed.
    """
    options = options or SolveOptions(time_limit_s=60.0)
    budget = Budget.of(options, on_progress, should_stop, began)
    ratios = Ratios(scenario)
    search = FitSearch(ratios, budget.part(budget.left() * FIT_PART))
    search.run()
    # Which ratios serve needs no solve, so it takes nothing from the time.
    fit, served = search.result(), largest_that_serves(ratios)
    does_both = _does_both(fit, served)
    near = fit.plan.pieces if fit.plan else {}
    if does_both or served.needs_plan:
        served = with_plan(ratios, served, fit, budget)
    # A plan that serves as it stands fits and serves: that settles it, whatever other ratios do.
    if served.needs_plan and served.plan is not None:
        does_both = True
    missing = None
    if does_both is False and served.place is not None:
        part = budget.part(max(MISSING_S, time.monotonic() - budget.began))
        missing = missing_desks(ratios, served.place, near, part)
    return Tightest(fit, served, does_both, missing, round(time.monotonic() - budget.began, 3))


def _does_both(fit: Fit, served: Served) -> bool | None:
    """Say whether a ratio has a plan and serves; None where that is not settled."""
    if fit.at_least is None or (served.people_per_desk is None and not served.needs_plan):
        return False
    if served.people_per_desk is None:
        return None
    if fit.people_per_desk is not None and fit.people_per_desk <= served.people_per_desk:
        return True
    # Between the two, ratios may still turn out to fit: only below what is proved is it no.
    return False if served.people_per_desk < fit.at_least else None
