"""Why a body sits where it does, against plans that are worked out by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from allocator.errors import InputError
from allocator.scenario.types import Scenario
from allocator.search.solve import SolveOptions
from allocator.studies.explain.places import known_bodies, places, text
from allocator.studies.explain.plans import Budget
from tests.builders import scenario
from tests.cli.conftest import Run, allocator, office  # noqa: F401 - fixtures

SEATS = {("P", "A-1"): 10, ("Q", "A-1"): 10}
BUDGET = SolveOptions(time_limit_s=20, workers=1)


def case(**given: Any) -> Scenario:
    """P and Q belong together on floor A-1; tower B is dearer and far."""
    tables: dict[str, Any] = {
        "floors": [("A-1", "A", 1, 20), ("B-1", "B", 1, 25)],
        "headcounts": [("P", 10, "T"), ("Q", 10, "T")],
        "towers": [("A", "A", None, 0.0, 0.0), ("B", "B", None, 500.0, 0.0)],
        "settings": {"trips": {"unit": 0.0, "organisation": 1.0}},
    }
    return scenario(**(tables | given))


def test_a_place_is_what_the_plan_costs_more_with_the_body() -> None:
    """Without P floor A-1 stays open, and nobody walks: P costs nothing more."""
    (place,) = places(case(), SEATS, ["P"], Budget.of(BUDGET))
    assert (place.towers, place.floors, place.total) == (("A",), ("A-1",), 0)
    assert not place.costs


def test_the_next_tower_is_told_by_term() -> None:
    """Kept out of A, P is in B and Q goes with it: a floor of 25 desks is open instead of 20."""
    (place,) = places(case(), SEATS, ["P"], Budget.of(BUDGET))
    other = place.elsewhere
    assert other.more is not None
    assert other.towers == ("B",)
    assert other.more == {"open_floors": 5}
    assert other.more_total == pytest.approx(5)
    assert "The next best tower is B" in text([place])


def test_where_no_other_tower_will_do_that_is_proved() -> None:
    """P is only in A: elsewhere there is no plan."""
    (place,) = places(case(rules=[("only_in", "P", "A")]), SEATS, ["P"], Budget.of(BUDGET))
    assert place.elsewhere.status == "infeasible"
    assert "proved that it can be in no other tower" in text([place])


def test_a_body_that_is_none_is_told_with_the_nearest() -> None:
    """A slip in a name is bad input."""
    with pytest.raises(InputError, match="--body: expected a unit or organisation"):
        known_bodies(case(), ["Z"])


def test_the_command_tells_of_a_plan_given(
    allocator: Run,  # noqa: F811
    office: Path,  # noqa: F811
    tmp_path: Path,
) -> None:
    """With --plan every organisation is told; --json has the rows."""
    plan = tmp_path / "plan.csv"
    plan.write_text("unit_id,floor_id,desks\nFinance,A-1,50\n")
    done = allocator("explain", office, "--plan", plan, "--json", "--time-limit", "20")
    (row,) = json.loads(done.stdout)["places"]
    assert (row["body"], row["towers"], row["costs"]) == ("Finance", ["A"], {"open_floors": 60})


def test_leaving_people_out_is_no_other_tower() -> None:
    """P is only in A, and may stay unplaced: without it a plan is cheaper, but no place for P."""
    settings = {"options": {"allow_unplaced": True}}
    given = case(rules=[("only_in", "P", "A")], settings=settings)
    (place,) = places(given, SEATS, ["P"], Budget.of(BUDGET))
    assert place.elsewhere.more_total is None
    assert "cheaper" not in text([place])
