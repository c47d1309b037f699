"""A limit of people who move, and plans compared with two others at once."""

from __future__ import annotations

from typing import Any

import pytest

from allocator.plan.types import Plan, Status, TermName
from allocator.plan.verify import given_pieces, verify
from allocator.scenario.today import Whereabouts
from allocator.scenario.types import Scenario
from allocator.search.compile import compile_case
from allocator.search.least_change import least_change
from allocator.search.limited import moved_in, moves_alone
from allocator.search.score import Scorer
from allocator.search.site_costs import Neighbour
from allocator.search.solve import SolveOptions, solve
from tests.builders import scenario
from tests.more import TIMES
from tests.search.enumeration import feasible_plans, random_scenario

QUICK = SolveOptions(time_limit_s=10, workers=1)
FLOORS = [("A-1", "A", 1, 30), ("A-2", "A", 2, 30), ("B-1", "B", 1, 30)]
TODAY = [("u", "A-1", 12, 12), ("v", "A-2", 12, 12), ("w", "B-1", 12, 12)]


def office(limit: float | None, **tables: Any) -> Scenario:
    """Return three units of one body that would rather be together, each alone on its floor."""
    usual: dict[str, Any] = {
        "floors": FLOORS,
        "headcounts": [("u", 12, "O"), ("v", 12, "O"), ("w", 12, "O")],
        "current": TODAY,
        "settings": {"options": {"max_people_moved": limit}},
    }
    return scenario(**(usual | tables))


@pytest.mark.parametrize(("limit", "moved"), [(None, 12), (12, 12), (11.9, 0), (0, 0)])
def test_a_limit_is_kept_just_inside_and_just_outside(limit: float | None, moved: float) -> None:
    """Moving w saves a tower: with 12 people allowed it moves, with fewer it stays."""
    plan = solve(office(limit), QUICK)
    assert plan.status is Status.OPTIMAL
    assert moved_in(plan) == pytest.approx(moved)


def test_a_limit_below_the_least_possible_has_no_plan() -> None:
    """Three times 12 people on a floor of 30 today: 6 move in every plan, and that is proved."""
    crowded = [(unit, "A-1", 12, 12) for unit in "uvw"]
    settings = {"options": {"max_people_moved": 5.5}, "sharing": {"min_piece_desks": 1}}
    plan = solve(office(5.5, current=crowded, settings=settings), QUICK)
    assert plan.status is Status.INFEASIBLE
    assert [(reason.kind, reason.message) for reason in plan.reasons] == [
        (
            "max_people_moved",
            "in every plan at least 6 people move, and options.max_people_moved allows 5.5",
        )
    ]


@pytest.mark.parametrize("seed", [9, 130, 88, 174][: 2 * TIMES])
def test_with_a_limit_the_best_of_all_plans_within_it_is_found(seed: int) -> None:
    """Against brute force, with a limit halfway between the fewest and the most who move."""
    given = random_scenario(seed)
    settings = given.settings.model_copy(update={"options": _options(given, None)})
    plans = feasible_plans(given.replace(settings=settings))
    moved = sorted({_moved(plan) for plan in plans})
    assert len(moved) > 1, "the seed says nothing"
    limit = (moved[0] + moved[-1]) / 2
    within = [plan for plan in plans if _moved(plan) <= limit]
    best = min(plan.total for plan in within)
    limited = settings.model_copy(update={"options": _options(given, limit)})
    plan = solve(given.replace(settings=limited), QUICK)
    assert plan.objective.total == pytest.approx(best, abs=1e-4)
    assert plan.bound is not None
    assert plan.bound <= best + 1e-6


def _options(given: Scenario, limit: float | None) -> Any:
    changes = {"max_people_moved": limit, "allow_unplaced": False}
    return given.settings.options.model_copy(update=changes)


def _moved(plan: Any) -> float:
    return next(term.amount for term in plan.terms if term.name is TermName.PEOPLE_MOVED)


def _floors(plan: Plan) -> dict[str, str]:
    return {row.unit_id: row.floor_id for row in plan.placements}


def test_a_plan_keeps_near_the_one_before_and_the_one_after() -> None:
    """u was on A-1 and will be on B-1: whichever has the higher price decides."""
    given = office(None, headcounts=[("u", 12, "O")], current=[("u", "A-1", 12, 12)])
    after = {"u": Whereabouts(12.0, {"B-1": 1.0})}
    for price, floor in ((1.0, "A-1"), (3.0, "B-1")):
        assert _floors(solve(given, QUICK, next_plan=Neighbour(after, price))) == {"u": floor}


def test_two_neighbours_are_counted_by_one_cost() -> None:
    """The score of a layout is what moving from today and to the next plan costs."""
    given = office(None, headcounts=[("u", 20, "O")], current=[("u", "A-1", 12, 12)])
    after = {"u": Whereabouts(30.0, {"A-2": 0.5, "B-1": 0.5})}
    case = compile_case(given, Neighbour(after, 5.0))
    layout = {(0, 0): 5, (0, 1): 15}
    assert Scorer(case).costs(layout)[TermName.PEOPLE_MOVED] == pytest.approx(
        2 * (12 - 5) + 5 * (20 - 15)
    )


@pytest.mark.parametrize("seed", range(40, 60))
def test_the_least_change_is_proved_against_brute_force(seed: int) -> None:
    """No plan of a tiny scenario moves fewer people than is proved, and the plan given is one."""
    given = random_scenario(seed)
    moved = [_moved(plan) for plan in feasible_plans(given)]
    alone = moves_alone(given)
    found = least_change(alone, seconds=5.0, workers=1, seed=0)
    if moved:
        assert found.bound <= min(moved) + 1e-6
    if found.is_proved:
        assert found.pieces is not None
        check = verify(alone, given_pieces(alone, found.pieces))
        assert check.feasible
        assert check.total == pytest.approx(min(moved), abs=1e-6)
