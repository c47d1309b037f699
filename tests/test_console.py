"""What a terminal is told of a plan and of a search under way."""

from __future__ import annotations

from typing import Any

import pytest

from allocator.console import progress_line, summary
from allocator.plan.assemble import checked_plan, run_record
from allocator.plan.types import Plan, TermName
from allocator.search.progress import Progress
from tests.builders import scenario

CASE = scenario(settings={"prices": {"open_desk": 1}})
"""One floor of 60 desks; 60 person-minutes a week for opening it."""


def plan(bound: float, **terms: float) -> Plan:
    run = run_record(CASE, seed=0, workers=1, time_limit_s=1, wall_s=1)
    given = CASE.with_sharing(people_per_desk="1.4")
    bounds = {TermName(name): value for name, value in terms.items()}
    pieces = {("Finance", "A-1"): 50}
    return checked_plan(given, pieces, term_bounds=bounds, bound=bound, run=run)


def told(found: Plan) -> str:
    return summary(found, CASE, ())


def test_a_plan_without_a_bound_says_so() -> None:
    """A plan stopped before anything was proved has no gap of 100 %, and no bound of 0."""
    assert "no bound yet: nothing is proved" in told(plan(0.0))
    assert "%: the best plan" not in told(plan(0.0))


def test_a_plan_with_a_bound_says_how_far_it_is_and_where() -> None:
    """The gap, and the term in which it sits."""
    assert "gap 50.0%: the best plan costs between bound and total; widest in floors opened" in (
        told(plan(30.0, open_floors=30.0))
    )


def test_the_best_plan_names_no_term() -> None:
    """What is proved optimal has nothing left to win anywhere, whatever single terms prove."""
    assert "widest" not in told(plan(60.0 - 1e-9, open_floors=30.0))


@pytest.mark.parametrize(
    ("figures", "line"),
    [
        ({"total": 900.0, "bound": 0.0, "gap": 1.0}, "floors · best total 900 · 3 s"),
        ({"total": None, "bound": 0.0, "gap": None}, "floors · 3 s"),
        (
            {"total": 900.0, "bound": 450.0, "gap": 0.5},
            "floors · best total 900 · bound 450 · gap 50.0% · 3 s",
        ),
    ],
)
def test_progress_tells_a_bound_once_there_is_one(figures: dict[str, Any], line: str) -> None:
    """Before anything is proved, neither a bound of 0 nor a gap of 100 % is shown."""
    progress = Progress(seconds=3, stage="floors", unplaced_people=None, **figures)
    assert progress_line(progress, 3) == line
