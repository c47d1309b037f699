"""What must hold between the answers to two scenarios that differ in a known way."""

from __future__ import annotations

from random import Random

import pytest

from allocator.plan.types import Plan, Status
from allocator.scenario.tables import Row
from allocator.scenario.types import Scenario
from allocator.search.solve import SolveOptions, solve
from tests.more import TIMES
from tests.search.enumeration import check, feasible_plans, random_scenario

EXACT = SolveOptions(time_limit_s=60, workers=1, exact=True)
REPEATED = SolveOptions(time_limit_s=0.5, workers=1, seed=3, reproducible=True)

TABLES = ("floors", "headcounts", "towers", "organisations", "units", "affinities", "rules")
TABLES += ("walking", "placement_costs", "current", "predecessors")
IDS = {
    "unit_id", "floor_id", "tower_id", "organisation_id", "complex_id", "parent_id", "subject",
    "coordinator_id", "a", "b", "object", "from_floor", "to_floor", "predecessor_id",
}  # fmt: skip
CLOSED = [s for s in range(3000, 3000 + 10 * TIMES) if feasible_plans(random_scenario(s))]
"""Seeds of scenarios that have a plan."""


def shuffled(scenario: Scenario, seed: int) -> Scenario:
    """Return the scenario with the rows of every table in another order."""
    rng = Random(seed)
    rows = {name: getattr(scenario, name) for name in TABLES}
    return scenario.replace(
        **{name: tuple(rng.sample(rows[name], len(rows[name]))) for name in TABLES if rows[name]}
    )


def renamed(scenario: Scenario) -> Scenario:
    """Return the scenario with every id spelt backwards and marked."""

    def rename(row: Row) -> Row:
        ids = {name: getattr(row, name, None) for name in IDS & set(type(row).model_fields)}
        return row.model_copy(update={name: f"~{v[::-1]}" for name, v in ids.items() if v})

    rows = {name: getattr(scenario, name) for name in TABLES}
    return scenario.replace(
        **{name: tuple(rename(row) for row in many) for name, many in rows.items() if many}
    )


def dearer(scenario: Scenario) -> Scenario:
    """Return the scenario with all prices and placement costs doubled."""
    prices = scenario.settings.prices
    doubled = {name: 2 * getattr(prices, name) for name in type(prices).model_fields}
    settings = scenario.settings.model_copy(update={"prices": prices.model_copy(update=doubled)})
    floors = (
        f.model_copy(update={"open_price": None if f.open_price is None else 2 * f.open_price})
        for f in scenario.floors
    )
    costs = (c.model_copy(update={"cost": 2 * c.cost}) for c in scenario.placement_costs)
    return scenario.replace(settings=settings, floors=tuple(floors), placement_costs=tuple(costs))


def roomier(scenario: Scenario) -> Scenario:
    """Return the scenario with one desk more on its first floor, opened at the same price."""
    first = scenario.floors[0]
    price = scenario.settings.prices.open_desk * (first.desks or 0)
    more = {"desks": (first.desks or 0) + 1}
    more |= {"open_price": price if first.open_price is None else first.open_price}
    changed = first.model_copy(update=more)
    return scenario.replace(floors=(changed, *scenario.floors[1:]))


def closed(scenario: Scenario) -> tuple[Plan, float]:
    """Return the exact answer and its total."""
    plan = solve(scenario, EXACT)
    assert plan.status is Status.OPTIMAL
    assert plan.objective.total is not None
    return plan, plan.objective.total


@pytest.mark.parametrize("seed", range(2000, 2000 + 3 * TIMES))
def test_shuffled_rows_give_the_same_plan_when_reproducible(seed: int) -> None:
    """The order of rows decides nothing."""
    scenario = random_scenario(seed)
    plan, other = solve(scenario, REPEATED), solve(shuffled(scenario, seed), REPEATED)
    assert plan.pieces == other.pieces
    assert plan.status is other.status


@pytest.mark.parametrize("seed", CLOSED)
def test_renamed_ids_leave_the_optimum_as_it_is(seed: int) -> None:
    """Names mean nothing to a closed case, nor to the checker."""
    scenario = random_scenario(seed)
    (plan, total), (_, other) = closed(scenario), closed(renamed(scenario))
    assert other == pytest.approx(total, rel=2e-6, abs=2e-6)
    pieces = {(f"~{u[::-1]}", f"~{f[::-1]}"): desks for (u, f), desks in plan.pieces.items()}
    assert check(renamed(scenario), pieces).total == pytest.approx(total)


@pytest.mark.parametrize("seed", CLOSED)
def test_doubled_prices_double_the_optimum(seed: int) -> None:
    """Prices are in one unit, so doubling all of them changes nothing but the scale."""
    scenario = random_scenario(seed)
    (_, total), (_, other) = closed(scenario), closed(dearer(scenario))
    assert other == pytest.approx(2 * total, rel=3e-6, abs=3e-6)


@pytest.mark.parametrize("seed", CLOSED)
def test_a_desk_more_is_never_worse(seed: int) -> None:
    """More room at the same price cannot cost more, nor leave more people without a place."""
    scenario = random_scenario(seed)
    (plan, total), (other, other_total) = closed(scenario), closed(roomier(scenario))
    before, after = plan.objective.unplaced_people, other.objective.unplaced_people
    assert before is not None
    assert after is not None
    assert (round(after, 5), other_total) <= (round(before, 5), total + 3e-6 * (1 + abs(total)))
