"""Scenarios drawn around a plan, so that there is one: `infeasible` would be a failure."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from allocator.plan.types import Status
from allocator.scenario.types import Scenario
from allocator.search.solve import SolveOptions, solve
from tests.builders import rows
from tests.builders import scenario as build
from tests.search.enumeration import check

QUICK = SolveOptions(time_limit_s=20, workers=1)
Desks = dict[tuple[str, str], int]


@st.composite
def planted(draw: st.DrawFn) -> tuple[Scenario, Desks]:
    """Draw a plan first, then floors that hold it and rules that it keeps."""
    floors = [(f"{t}{level}", t, level) for t in "AB" for level in range(draw(st.integers(1, 3)))]
    owner = {f"u{i}": draw(st.sampled_from("PQR")) for i in range(draw(st.integers(2, 6)))}
    plan: Desks = {}
    for unit in owner:
        for floor in draw(st.lists(st.sampled_from(floors), min_size=1, max_size=2, unique=True)):
            plan[unit, floor[0]] = draw(st.integers(2, 6))
    load = {f: sum(d for (_, g), d in plan.items() if g == f) for f, _, _ in floors}
    people = {u: sum(d for (v, _), d in plan.items() if v == u) for u in owner}
    scenario = build(
        floors=[(f, t, level, load[f] + draw(st.integers(0, 2))) for f, t, level in floors],
        headcounts=[(u, people[u], owner[u]) for u in owner],
        settings={"sharing": {"min_piece_desks": 2, "min_piece_share": "0"}},
    )
    kept = [rule for rule in candidates(scenario) if keeps(scenario, plan, [rule])]
    chosen = draw(st.lists(st.sampled_from(kept), max_size=4, unique_by=str)) if kept else []
    return scenario.replace(rules=rows("rules", chosen)), plan


def candidates(scenario: Scenario) -> list[tuple[Any, ...]]:
    """Return rules of every kind that might hold."""
    units = [u.unit_id for u in scenario.housed]
    bodies = [*units, *sorted({u.organisation_id for u in scenario.housed})]
    places = ["A", "B", *(f.floor_id for f in scenario.floors)]
    pairs = [(a, b) for a in units for b in units if a < b]
    found: list[tuple[Any, ...]] = []
    for body in bodies:
        found += [(kind, body, place) for kind in ("only_in", "never_in") for place in places]
        found += [("own_floor", body), ("contiguous", body), ("levels", body, None, "0..1")]
        found += [("max_floors", body, None, "1"), ("max_towers", body, None, "1")]
        found += [("at_least", body, f.floor_id, "2") for f in scenario.floors]
    together = ("same_floor", "same_tower", "same_complex", "adjacent_floors")
    for kind in (*together, "apart_floor", "apart_tower"):
        found += [(kind, a, b) for a, b in pairs]
    return [*found, *(("kept_for", body, place) for body in bodies for place in places)]


def keeps(scenario: Scenario, plan: Desks, rules: list[tuple[Any, ...]]) -> bool:
    """Tell whether the plan breaks none of the rules."""
    return check(scenario.replace(rules=rows("rules", rules)), plan).feasible


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(planted())
def test_a_scenario_drawn_around_a_plan_is_solved(drawn: tuple[Scenario, Desks]) -> None:
    """Where a plan is known to exist the search finds one, no better than its bound allows."""
    scenario, plan = drawn
    planted_total = check(scenario, plan).total
    found = solve(scenario, QUICK)
    assert found.status in (Status.OPTIMAL, Status.FEASIBLE)
    assert found.bound is not None
    assert found.bound <= planted_total + 1e-6
