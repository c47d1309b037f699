"""Rotas: exact, optimal where all choices can be tried, and never beyond what may be."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from allocator.errors import InputError
from allocator.plan.pools import seats_of_plan
from allocator.plan.seating import seated
from allocator.plan.service import service_of_plan
from allocator.plan.types import Plan
from allocator.scenario.menu import all_hands
from allocator.scenario.types import Scenario
from allocator.search.solve import SolveOptions
from allocator.studies.rotas import Rotas, rotas, with_rotas
from allocator.studies.rotas.choices import Choices, Score
from allocator.studies.rotas.master import Aim
from tests.builders import rows, scenario

QUICK = SolveOptions(time_limit_s=30, workers=1)
FLOORS = [("A-1", "A", 1, 22), ("A-2", "A", 2, 20)]
SEATS = {("P", "A-1"): 20, ("Q", "A-2"): 18, ("R", "A-1"): 10, ("R", "A-2"): 8}


def office(desks: int = 0, **given: Any) -> Scenario:
    """Two floors, three units, one on both; a menu of seven weeks each."""
    attendance = {"mean_share": 0.4, "weekday_factors": [1, 1.5, 1, 1, 0.5]}
    floors = [(f, t, level, n + desks) for f, t, level, n in FLOORS]
    return scenario(
        floors=floors,
        headcounts=[("P", 20, "T"), ("Q", 18, "T"), ("R", 18, "U")],
        settings={"attendance": attendance, "rotas": {"all_hands_share": 0.99}},
        **given,
    )


def found(case: Scenario, **how: Any) -> Rotas:
    answer = rotas(case, QUICK, pieces=SEATS, **how)
    assert isinstance(answer, Rotas)
    return answer


def choices(case: Scenario) -> Choices:
    return Choices(case, seats_of_plan(case, seated(case, SEATS)), by_organisation=False)


def every(case: Scenario) -> list[Score]:
    """The scores of all choices that keep the common days."""
    made = choices(case)
    all_of_them = product(*(range(len(group.options)) for group in made.groups))
    return [made.score(list(c)) for c in all_of_them if made.keeps_common_days(list(c))]


TOGETHER = [("P", "Q", None, "essential"), ("R", "T", None, None, 2)]


@pytest.mark.parametrize(("desks", "near"), [(0, []), (-8, []), (0, TOGETHER), (-2, TOGETHER)])
def test_nothing_is_better_among_all_choices(desks: int, near: list[Any]) -> None:
    """Floors, all-hands days, people without a desk and changes are the best of all in order."""
    case = office(desks, affinities=near)
    best = found(case)
    assert best.score == min(every(case))


@pytest.mark.parametrize("desks", [0, -8])
def test_bounds_hold_for_all_choices(desks: int) -> None:
    """No choice that is as good in the aims before it is below the bound of an aim."""
    case = office(desks)
    left, best = every(case), found(case)
    for aim in Aim:
        assert best.bounds[aim] <= min(score[aim] for score in left) + 1e-6
        left = [score for score in left if score[aim] <= best.score[aim] + 1e-9]
    assert best.bounds[Aim.HANDS] == best.score.minus_hands


def test_the_service_of_the_plan_says_the_same() -> None:
    """Read as a table of rotas, the weeks leave the floors short that are told."""
    best = found(office())
    served = service_of_plan(best.scenario, best.placements)
    assert served.floors_short == best.score.short_floors == best.after.floors_short
    assert served.without_desk_peak == pytest.approx(best.score.without_desk, abs=1e-9)
    assert best.after.floors_short < best.before.floors_short


def test_common_days_are_kept() -> None:
    """Units with an essential affinity share an all-hands day, where both have one."""
    best = found(office(20, affinities=TOGETHER[:1]))
    week = {w.unit_id: w.after for w in best.weeks}
    one, other = all_hands(week["P"], 0.99), all_hands(week["Q"], 0.99)
    assert one
    assert other
    assert one & other


def test_of_an_organisation_all_have_a_week_of_one_name() -> None:
    """P and Q are of one organisation, so their pattern is the same."""
    best = found(office(20), by="organisation")
    names = {w.unit_id: w.pattern for w in best.weeks}
    assert names["P"] == names["Q"]


def test_the_curve_falls_with_fewer_all_hands_days() -> None:
    """Each point has fewer all-hands days than the last, and fewer people without a desk."""
    points = found(office(-1)).curve
    assert points == tuple(sorted(points, reverse=True))
    assert len({without for _, without in points}) == len(points)


def test_shares_add_up_to_the_mean() -> None:
    """Whatever week is chosen, a unit's people come as often as before."""
    for week in found(office()).weeks:
        assert sum(week.after) == pytest.approx(5 * 0.4)
        assert max(week.after) <= 1


def test_without_a_plan_the_answer_says_so() -> None:
    """Where the desks cannot suffice, it is proved that there is no plan to choose weeks for."""
    case = scenario(floors=[("A-1", "A", 1, 10)], headcounts=[("P", 20)])
    answer = rotas(case, QUICK)
    assert isinstance(answer, Plan)
    assert answer.status == "infeasible"


def test_a_plan_comes_with_weeks_that_serve() -> None:
    """By the ratio the weeks come after the plan; its total and what is proved stay."""
    plan, weeks = with_rotas(office().with_sharing(people_per_desk="2"), QUICK)
    assert weeks is not None
    assert plan.attendance is not None
    assert plan.attendance.floors_short == weeks.score.short_floors
    assert plan.status == "optimal"


def test_by_chance_even_weeks_make_room() -> None:
    """With today's weeks 26 desks do not serve 38 people; with the weeks found they do."""
    sharing = {"capacity": "chance"}
    attendance = {"mean_share": 0.4, "weekday_factors": [2, 1, 1, 1, 0]}
    case = scenario(
        floors=[("A-1", "A", 1, 26)],
        headcounts=[("P", 20), ("Q", 18)],
        settings={"sharing": sharing, "attendance": attendance},
    )
    plan, weeks = with_rotas(case, QUICK)
    assert weeks is not None
    assert weeks.before.floors_short == 1
    assert plan.attendance is not None
    assert plan.attendance.floors_short == 0


def test_by_chance_apart_is_refused() -> None:
    """Where units have desks of their own by chance, weeks would change how many."""
    settings = {"sharing": {"capacity": "chance"}, "attendance": {"shared_by": "unit"}}
    with pytest.raises(InputError, match='expected "floor" for rotas'):
        rotas(scenario(settings=settings), QUICK)


def test_who_comes_every_day_has_an_even_row() -> None:
    """All of P are there on every day, though the usual week is uneven."""
    heads = rows("headcounts", [("P", 20, "T"), ("Q", 18, "T"), ("R", 18, "U")])
    daily = heads[0].model_copy(update={"attendance_share": 1.0})
    weeks = found(office().replace(headcounts=(daily, *heads[1:]))).scenario.rotas
    (week,) = (row.week for row in weeks if row.unit_id == "P")
    assert len(set(week)) == 1
