"""What demands cost, against solves by hand; never negative, and from the best plan of all."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from allocator.errors import SolveFailedError
from allocator.plan.types import Plan
from allocator.plan.verify import given_pieces, verify
from allocator.scenario.types import Scenario
from allocator.search.solve import SolveOptions, solve
from allocator.studies.pool import PoolHere
from allocator.studies.sensitivity import (
    DemandKind,
    Price,
    Sensitivity,
    demands,
    most_s,
    sensitivity,
)
from allocator.studies.sensitivity.report import text, write_sensitivity
from allocator.studies.sensitivity.run import people_moved
from tests.builders import scenario
from tests.cli.conftest import Run, allocator, office  # noqa: F401 - fixtures

OPTIONS = SolveOptions(time_limit_s=40, workers=1)
"""Of solves that all end with a proof, in a fraction of a second."""


def case(**given: Any) -> Scenario:
    """Two towers of two floors, three units: two may not share a tower, one needs a counter."""
    tables: dict[str, Any] = {
        "floors": [
            ("A-1", "A", 1, 20),
            ("A-2", "A", 2, 20),
            {
                "floor_id": "B-1",
                "tower_id": "B",
                "level": 1,
                "desks": 30,
                "features": ("counter",),
            },
        ],
        "headcounts": [("P", 10, "T"), ("Q", 10, "T"), ("R", 10, "U")],
        "units": [("P", "T"), ("Q", "T"), {"unit_id": "R", "needs": ("counter",)}],
        "towers": [("A", "A", None, 0.0, 0.0), ("B", "B", None, 500.0, 0.0)],
        "rules": [("apart_tower", "P", "Q"), ("levels", "P", None, "0..5")],
        "affinities": [("P", "R", 100.0)],
    }
    return scenario(**(tables | given))


def found(given: Scenario) -> Sensitivity:
    return sensitivity(given, pool=PoolHere(), options=OPTIONS)


@pytest.fixture(scope="module")
def answer() -> Sensitivity:
    """What the demands of the case cost."""
    return found(case())


def by_name(found: Sensitivity) -> dict[str, Price]:
    return {each.demand.name: each for each in found.prices}


def best(given: Scenario) -> float:
    total = solve(given, OPTIONS).objective.total
    assert total is not None
    return total


def test_prices_are_what_solves_without_say(answer: Sensitivity) -> None:
    """Each price is the best total with all less the best without, both proved here."""
    given, prices = case(), by_name(answer)
    total = best(given)
    for name in ("apart_tower", "levels", "needs"):
        price = prices[name]
        without = best(price.demand.dropped(given))
        assert price.price == pytest.approx(total - without)
        assert price.lowest == pytest.approx(price.price, abs=1e-4)
        assert price.highest == pytest.approx(price.price, abs=1e-4)


def test_an_affinity_is_priced_without_its_walking(answer: Sensitivity) -> None:
    """The plan with all is priced without the trips, then the best plan without them is less."""
    given = case()
    price = by_name(answer)["affinity"]
    without = price.demand.dropped(given)
    here = verify(without, given_pieces(without, answer.plan.pieces)).total
    assert price.price == pytest.approx(here - best(without))
    assert price.lowest <= price.price <= (price.highest or 0)


def test_dearest_first_and_never_negative(answer: Sensitivity) -> None:
    """A rule that costs nothing is last, with a price of 0."""
    prices = [each.price for each in answer.prices]
    assert prices == sorted(prices, reverse=True)
    assert prices[-1] == 0
    assert min(prices) >= 0


def test_rows_that_mean_one_thing_are_one_demand() -> None:
    """All only_in rows of a subject are one, and all kept_for rows of a place."""
    rules = [("only_in", "P", "A"), ("kept_for", "P", "A-1"), ("only_in", "P", "B"),
             ("kept_for", "Q", "A-1")]  # fmt: skip
    asked = demands(case(rules=rules), {})
    assert [each.rows for each in asked if each.kind is DemandKind.RULE] == [(1, 3), (2, 4)]


def test_the_reserve_and_full_towers_are_demands() -> None:
    """A tower is full where no piece has room; it has a tenth more desks, at the same price."""
    given = case(settings={"sharing": {"reserve_share": "0.5"}})
    asked = demands(given, {("P", "A-1"): 10, ("Q", "A-2"): 10, ("R", "B-1"): 5})
    assert [each.name for each in asked[-2:]] == ["reserve", "tower"]
    assert asked[-1].subject == "A"
    larger = asked[-1].dropped(given).floors
    assert [place.desks for place in larger] == [22, 22, 30]
    assert [place.open_price for place in larger] == [20, 20, None]


def test_people_moved_are_of_the_parts_that_moved() -> None:
    """Of ten people half stay on the floor where they were."""
    before, after = {("P", "A-1"): 10}, {("P", "A-1"): 5, ("P", "B-1"): 5, ("Q", "A-1"): 10}
    assert people_moved(case(), before, after) == pytest.approx(5 + 10)


def test_without_a_plan_there_are_no_prices() -> None:
    """A scenario that does not fit is answered with why."""
    none = found(case(headcounts=[("P", 900)], rules=(), affinities=()))
    assert (none.plan.status, none.prices) == ("infeasible", ())


def test_a_demand_whose_solve_fails_has_no_price_and_ends_nothing() -> None:
    """The only demand is a rule; the process that solves without it dies."""

    def failing(given: Scenario, *options: Any, **how: Any) -> Plan:
        if not given.rules:
            raise SolveFailedError("the process died")
        return solve(given, *options, **how)

    rules = [("levels", "P", None, "0..5")]
    units = [("P", "T"), ("Q", "T"), ("R", "U")]
    floors = [("A-1", "A", 1, 60), ("A-2", "A", 2, 60)]
    lone = case(floors=floors, towers=None, rules=rules, units=units, affinities=[])
    found = sensitivity(lone, pool=PoolHere(solver=failing), options=OPTIONS)
    assert found.plan.objective.total is not None
    assert [price.price for price in found.prices] == [0.0]


def test_files_hold_the_rows_and_the_plan(answer: Sensitivity, tmp_path: Path) -> None:
    """A row a demand, a picture, and the plan that prices are told from."""
    write_sensitivity(answer, tmp_path)
    rows = list(csv.DictReader((tmp_path / "sensitivity.csv").read_text().splitlines()))
    assert len(rows) == len(answer.prices)
    assert rows[0]["demand"] == answer.prices[0].demand.name
    assert (tmp_path / "sensitivity.svg").read_text().startswith("<svg")
    assert (tmp_path / "plan" / "placements.csv").exists()
    assert "person-minutes a week" in text(answer)


def test_all_the_time_is_told_beforehand() -> None:
    """Three solves with all, then a tenth for each of eleven demands, the ten dearest in full."""
    assert most_s(11, 2, 10) == pytest.approx(3 * 10.4 + 6 * 1.4 + 5 * 10.4)


def test_the_command_prints_prices(
    allocator: Run,  # noqa: F811
    office: Path,  # noqa: F811
) -> None:
    """--json is one object; the exit code is that of the plan."""
    (office / "rules.csv").write_text("rule,subject,object,value\nmax_floors,Finance,,1\n")
    done = allocator("sensitivity", office, "--json", "--time-limit", "30")
    document = json.loads(done.stdout)
    assert done.returncode == 0
    assert [(row["demand"], row["row"], row["price"]) for row in document["rows"]] == [
        ("max_floors", "2", 0)
    ]


def test_a_price_is_at_least_nothing_where_nothing_is_proved() -> None:
    """A placement cost makes totals negative, so that a bound of 0 would prove too much."""

    def unproved(given: Scenario, options: SolveOptions, **more: Any) -> Plan:
        return solve(given, options, **more).model_copy(update={"bound": -1e6})

    suits = case(placement_costs=[("P", "A-1", -1000.0)])
    prices = sensitivity(suits, pool=PoolHere(solver=unproved), options=OPTIONS).prices
    assert any(price.price > 0 for price in prices)
    assert all(price.lowest == 0 for price in prices)
