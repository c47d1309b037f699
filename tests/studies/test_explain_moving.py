"""Why a limit of people moved leaves no plan, and what would do."""

from __future__ import annotations

from typing import Any

import pytest

from allocator.plan.types import Status
from allocator.scenario.types import Scenario
from allocator.search.options import SolveOptions
from allocator.search.solve import solve
from allocator.studies.explain import explain, with_conflict
from tests.builders import scenario

QUICK = SolveOptions(time_limit_s=4, workers=1)


def office(limit: float) -> Scenario:
    """Return a unit of 12 whose floor of today is gone."""
    tables: dict[str, Any] = {
        "floors": [("A-1", "A", 1, 20), ("A-2", "A", 2, 20)],
        "headcounts": [("u", 12, "O"), ("v", 9, "O")],
        "current": [("u", "OLD", 12, 12), ("v", "A-2", 9, 9)],
        "settings": {"options": {"max_people_moved": limit}},
    }
    return scenario(**tables)


@pytest.mark.parametrize("limit", [12, 11])
def test_a_limit_is_a_reason_just_outside(limit: float) -> None:
    """12 people must move: at 12 there is a plan, at 11 the least possible number is proved."""
    found = explain(office(limit), QUICK)
    assert (found.status is Status.INFEASIBLE) is (limit == 11)
    assert [reason.kind for reason in found.reasons] == ["max_people_moved"] * (limit == 11)
    for way in found.ways_out:
        assert (way.change, way.is_least) == ({"max_people_moved": 12}, True)
        assert way.plan.objective.total is not None
    assert (found.plan is not None) is (limit == 12)


def test_the_limit_that_is_told_is_enough() -> None:
    """A third of the unit is where no floor is any more: 33,334.3 people would be too few."""
    given = scenario(
        floors=[("A-1", "A", 1, 200_000)],
        headcounts=[("u", 100_003, "O")],
        current=[("u", "OLD", 1), ("u", "A-1", 2)],
        settings={"options": {"max_people_moved": 10}},
    )
    (way,) = explain(given, QUICK).ways_out
    assert way.message == "let 33,334.3334 people move"


def test_a_conflict_is_told_where_moves_are_limited() -> None:
    """P, Q and R are to be on one floor, and P apart from R: that has nothing to do with moves."""
    given = scenario(
        floors=[("A-1", "A", 1, 20), ("A-2", "A", 2, 20)],
        headcounts=[("P", 5, "O"), ("Q", 5, "O"), ("R", 5, "O")],
        current=[("P", "A-1", 5, 5)],
        rules=[("same_floor", "P", "Q"), ("same_floor", "Q", "R"), ("apart_floor", "P", "R")],
        settings={"options": {"max_people_moved": 3}},
    )
    plan = solve(given, QUICK)
    assert plan.status is Status.INFEASIBLE
    assert "apart_floor" in {reason.kind for reason in with_conflict(plan, given, 4.0).reasons}
