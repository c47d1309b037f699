"""A scenario and a plan in, weeks out: searched for, and checked by the plan's service."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from allocator.errors import UncheckedPlanError
from allocator.plan.assemble import checked_plan, least_of_all
from allocator.plan.frames import Table
from allocator.plan.pools import seats_of_plan
from allocator.plan.seating import seated
from allocator.plan.service import service_of_plan
from allocator.plan.types import Pieces, Placement, Plan, Service
from allocator.scenario.menu import PRESENT, all_hands
from allocator.scenario.presence import WEEKDAYS, Week, week_factors
from allocator.scenario.tables import Rota
from allocator.scenario.types import Scenario
from allocator.search.progress import OnProgress, ShouldStop
from allocator.search.solve import SolveOptions, solve
from allocator.studies.explain.plans import Budget
from allocator.studies.rotas.choices import Choices, Score
from allocator.studies.rotas.master import Aim
from allocator.studies.rotas.refused import refuse_chance_apart
from allocator.studies.rotas.search import BestChoice, search

OrganisationsOrUnits = Literal["unit", "organisation"]
PLAN_PART = 0.5
"""Part of the time for a plan, where none is given."""
ROTA_PART = 0.3
"""Part of the time for weeks, where plan and weeks are looked for together."""
MOST_ROUNDS = 5
"""Plans at most that are looked for in turn with weeks."""


@dataclass(frozen=True)
class UnitWeek:
    """The week of a unit, before and after, as shares of its people."""

    unit_id: str
    organisation_id: str
    people: int
    pattern: str
    before: Week
    after: Week
    hands_before: int
    hands_after: int

    @property
    def cells(self) -> dict[str, Any]:
        """The row of weeks.csv: shares of its people by weekday, and days when nearly all come."""
        return {
            "unit_id": self.unit_id,
            "organisation_id": self.organisation_id,
            "people": self.people,
            "pattern": self.pattern,
            "all_hands_days": self.hands_after,
            "all_hands_days_before": self.hands_before,
            **dict(zip(WEEKDAYS, self.after, strict=True)),
            **{f"{day}_before": s for day, s in zip(WEEKDAYS, self.before, strict=True)},
        }


@dataclass(frozen=True)
class Rotas:
    """The best weeks found.

    Attributes
    ----------
    by
        Whose weeks bear one name: each unit's, or all units' of an organisation.
    scenario
        The scenario with these weeks as its table `rotas`.
    placements
        The plan that they are for.
    before, after
        How the plan serves with today's weeks and with these.
    score_before, score, bounds
        What weeks are judged by, and what is proved of each aim over all choices that are as good
        in the aims before it.
    curve
        All-hands days times people, and the fewest people found without a desk on the worst
        weekday at so many, no more floors being short.
    """

    by: OrganisationsOrUnits
    scenario: Scenario
    placements: tuple[Placement, ...]
    before: Service
    after: Service
    score_before: Score
    score: Score
    bounds: dict[Aim, float]
    curve: tuple[tuple[int, float], ...]
    weeks: Table[UnitWeek]
    seconds: float

    @property
    def people(self) -> int:
        """People of all units."""
        return sum(week.people for week in self.weeks)

    def with_days(self, days: int) -> int:
        """Return the people who have at least so many all-hands days."""
        return sum(week.people for week in self.weeks if week.hands_after >= days)


def rotas(  # noqa: PLR0913 - as of `solve`, and what weeks are for
    scenario: Scenario,
    options: SolveOptions | None = None,
    *,
    pieces: Pieces | None = None,
    by: OrganisationsOrUnits = "unit",
    on_progress: OnProgress | None = None,
    should_stop: ShouldStop | None = None,
    began: float | None = None,
) -> Rotas | Plan:
    """Return the best weeks for a plan; where none is given, for one found first.

    Parameters
    ----------
    pieces
        The plan, as desks or people by (unit_id, floor_id).
    by
        Whether all units of an organisation have a week of one name.
    options, on_progress, should_stop, began
        As of `solve`; the time limit holds for all together.

    Returns
    -------
    Rotas or Plan
        Of a scenario that has no plan, or none in time, the answer that says so.

    Raises
    ------
    InputError
        If desks are placed by chance for organisations or units, whose desks weeks would change.
    """
    refuse_chance_apart(scenario)
    options = options or SolveOptions(time_limit_s=60.0)
    budget = Budget.of(options, on_progress, should_stop, began)
    if pieces is None:
        plan = _planned(scenario, None, budget.part(budget.left() * PLAN_PART))
        if plan.objective.total is None:
            return plan
        pieces = plan.pieces
    return best_weeks(scenario, seated(scenario, pieces), by, budget)


def best_weeks(
    scenario: Scenario, placements: Sequence[Placement], by: OrganisationsOrUnits, budget: Budget
) -> Rotas:
    """Return the best weeks for placements, checked by working their service out anew.

    Raises
    ------
    UncheckedPlanError
        If the service of the plan with these weeks has another number of short floors than the
        search said: a bug of ours.
    """
    seats = seats_of_plan(scenario, placements)
    choices = Choices(scenario, seats, by_organisation=by == "organisation")
    found = search(choices, budget)
    weeks = Table(_unit_weeks(scenario, choices, found), UnitWeek)
    after = scenario.replace(rotas=tuple(_rota(scenario, week) for week in weeks))
    served = service_of_plan(after, placements)
    # The service's figures are those that are reported; a search that disagrees is wrong.
    if served.floors_short != found.score.short_floors:
        raise UncheckedPlanError(
            f"weeks leave {served.floors_short} floors short, not {found.score.short_floors}"
        )
    return Rotas(
        by=by,
        scenario=after,
        placements=tuple(placements),
        before=service_of_plan(scenario, placements),
        after=served,
        score_before=choices.score(choices.present),
        score=found.score,
        bounds=found.bounds,
        curve=tuple(found.points),
        weeks=weeks,
        seconds=round(time.monotonic() - budget.began, 3),
    )


def _unit_weeks(scenario: Scenario, choices: Choices, found: BestChoice) -> Iterable[UnitWeek]:
    """Yield each unit's week before and after."""
    share = scenario.settings.rotas.all_hands_share
    chosen = choices.weeks(found.choice)
    for unit in scenario.housed:
        before = scenario.weekday_shares[unit.unit_id]
        name, after = chosen[unit.unit_id]
        yield UnitWeek(
            unit_id=unit.unit_id,
            organisation_id=unit.organisation_id,
            people=unit.headcount,
            pattern=name,
            before=before,
            after=after,
            hands_before=len(all_hands(before, share)),
            hands_after=len(all_hands(after, share)),
        )


def _rota(scenario: Scenario, week: UnitWeek) -> Rota:
    """Return the row of a week; today's keeps its factors, as they may be more than come."""
    factors = week.after
    # Whoever is there every day has no week but an even one, whatever the usual factors are.
    if week.pattern == PRESENT and min(week.after) < 1:
        usual = scenario.settings.attendance.weekday_factors
        factors = week_factors(scenario.housed, scenario.rotas, usual)[week.unit_id]
    # Factors have to have a mean; with nobody present any of them will do.
    if not any(factors):  # nobody ever comes
        factors = (1.0,) * len(WEEKDAYS)
    return _row(week.unit_id, factors)


def _row(unit_id: str, week: Week) -> Rota:
    """Return a week as a row of the table `rotas`."""
    mon, tue, wed, thu, fri = week
    return Rota(unit_id=unit_id, mon=mon, tue=tue, wed=wed, thu=thu, fri=fri)


def with_rotas(
    scenario: Scenario,
    options: SolveOptions | None = None,
    *,
    start: Pieces | None = None,
    on_progress: OnProgress | None = None,
    should_stop: ShouldStop | None = None,
    began: float | None = None,
) -> tuple[Plan, Rotas | None]:
    """Return the best plan with the best weeks for it, or the answer that there is none.

    With capacity by the ratio weeks come once, after the plan. By chance, weeks decide how many
    people a floor holds: plan and weeks are then looked for in turn, at first also with even weeks
    for all, until no cheaper plan comes.
    """
    refuse_chance_apart(scenario)
    budget = Budget.of(options or SolveOptions(), on_progress, should_stop, began)
    if not scenario.by_chance:
        plan = _planned(scenario, start, budget.part(budget.left() * (1 - ROTA_PART)))
        if plan.objective.total is None:
            return plan, None
        weeks = best_weeks(scenario, plan.placements, "unit", budget)
        return _of_weeks(plan, weeks), weeks
    return _in_turn(scenario, start, budget)


def _in_turn(
    scenario: Scenario, start: Pieces | None, budget: Budget
) -> tuple[Plan, Rotas | None]:
    """Look for plan and weeks in turn, each for the other, while the plan gets better."""
    best: tuple[Plan, Rotas] | None = None
    # Even weeks ask for the fewest desks, so a plan is likeliest to be found with them.
    given, pieces = even_weeks(scenario), start
    answer: Plan | None = None
    for left in range(MOST_ROUNDS, 0, -1):
        # Each round gets an equal part of what is left, so that the last is no shorter than the
        # first.
        part = budget.part(budget.left() / left)
        plan = _planned(given, pieces, part.part(part.left() * (1 - ROTA_PART)))
        # The first answer is the one to give if there is never a plan.
        answer = answer or plan
        if plan.objective.total is None or (best and not _is_better(plan, best[0])):
            break
        weeks = best_weeks(scenario, plan.placements, "unit", part)
        best = _of_weeks(plan, weeks), weeks
        given, pieces = weeks.scenario, plan.pieces
        if budget.left() <= 0:
            break
    if best is None:
        assert answer is not None
        return answer, None
    return best


def _is_better(plan: Plan, than: Plan) -> bool:
    """Say whether a plan is better: fewer people unplaced, then a lower total."""

    def key(each: Plan) -> tuple[float, float]:
        """Return what plans are compared by."""
        return each.objective.unplaced_people or 0.0, each.objective.total or 0.0

    return key(plan) < key(than)


def even_weeks(scenario: Scenario) -> Scenario:
    """Return the scenario with the same attendance on every day, which asks the fewest desks."""
    even = (1.0,) * len(WEEKDAYS)
    return scenario.replace(rotas=tuple(_row(unit.unit_id, even) for unit in scenario.housed))


def _of_weeks(plan: Plan, weeks: Rotas) -> Plan:
    """Return the checked plan of the same pieces with the weeks chosen for it.

    What is proved of the total holds as it did where the ratio fills floors; by chance other weeks
    make another case, of which nothing is proved but that it has this plan.
    """
    keeps = not weeks.scenario.by_chance
    terms = plan.objective.terms or ()
    return checked_plan(
        weeks.scenario,
        plan.pieces,
        term_bounds={t.name: t.bound for t in terms if keeps and t.bound is not None},
        bound=plan.bound if keeps and plan.bound is not None else least_of_all(weeks.scenario),
        run=plan.run,
    )


def _planned(scenario: Scenario, start: Pieces | None, budget: Budget) -> Plan:
    """Solve a scenario within the budget."""
    options = SolveOptions(
        time_limit_s=max(budget.left(), 0.5), workers=budget.workers, seed=budget.seed
    )
    return solve(
        scenario,
        options,
        start=start,
        on_progress=budget.on_progress,
        should_stop=budget.should_stop,
    )
