"""The peers of the benchmark: their model is right, and what they claim is true."""

from __future__ import annotations

from typing import Any

import pytest

from allocator.plan.verify import Check
from allocator.scenario.types import Scenario
from allocator.search.compile import compile_case
from allocator.studies.bench.peers import PEERS, usable_peers
from allocator.studies.bench.types import Allowance, BenchStatus, Claim, Notes
from tests.builders import scenario as build
from tests.search.enumeration import check, feasible_plans, random_scenario

ALLOWED = Allowance(seconds=20, workers=1, seed=0)
MODELS = ("cp-sat", "highs", "scip")
NEAR = {"rel": 1e-5, "abs": 0.1}


def planned(name: str, scenario: Scenario) -> tuple[Claim, list[Check]]:
    """Return what a peer claims, and its plans as the checker sees them."""
    package = PEERS[name].package
    if package is not None:
        pytest.importorskip(package)
    notes = Notes(ALLOWED)
    claim = PEERS[name].plan(compile_case(scenario), ALLOWED, notes)
    return claim, [check(scenario, dict(pieces)) for _, pieces in notes]


def without_walking(seed: int) -> Scenario:
    """Return a tiny random scenario in which nobody walks and every desk is placed."""
    drawn = random_scenario(seed)
    changes: dict[str, Any] = {
        "prices": drawn.settings.prices.model_copy(update={"walking": 0.0}),
        "options": drawn.settings.options.model_copy(update={"allow_unplaced": False}),
    }
    return drawn.replace(settings=drawn.settings.model_copy(update=changes))


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("seed", range(25))
def test_a_model_finds_the_best_plan_of_all_where_nobody_walks(name: str, seed: int) -> None:
    """Rules and all terms but walking are in the model: its optimum is that of enumeration."""
    scenario = without_walking(3000 + seed)
    claim, checks = planned(name, scenario)
    plans = feasible_plans(scenario)
    if not plans:
        assert claim.status is BenchStatus.INFEASIBLE
        return
    best = min(plan.total for plan in plans)
    assert all(found.feasible for found in checks)
    assert min(found.total for found in checks) == pytest.approx(best, **NEAR)
    assert claim.bound is None or claim.bound <= best + 1e-3


@pytest.mark.parametrize("name", MODELS)
def test_walking_between_whole_units_is_exact(name: str) -> None:
    """Where no unit can be split, walking by home floor is the checker's, and so is the bound."""
    scenario = build(
        floors=[("a0", "A", 0, 9), ("a4", "A", 4, 9), ("b0", "B", 0, 9)],
        headcounts=[("u1", 6), ("u2", 6), ("u3", 3), ("u4", 3)],
        affinities=[("u1", "u2", 5.0), ("u1", "u3", 1.0), ("u2", "u4", 7.0), ("u3", "u4", 2.0)],
        settings={"trips": {"unit": 0.0}, "prices": {"extra_floor": 0.0, "open_desk": 0.0}},
    )
    claim, checks = planned(name, scenario)
    best = min(plan.total for plan in feasible_plans(scenario))
    assert claim.status is BenchStatus.OPTIMAL
    assert (claim.bound, checks[-1].total) == (pytest.approx(best, **NEAR),) * 2


@pytest.mark.parametrize("name", MODELS)
def test_a_model_by_home_floors_claims_no_bound_where_units_split(name: str) -> None:
    """What walks within a split unit is not in the model, so its bound is not the total's."""
    scenario = build(
        floors=[("a0", "A", 0, 10), ("a1", "A", 1, 10)],
        headcounts=[("u1", 16, "P"), ("u2", 4, "P")],
        settings={"sharing": {"min_piece_desks": 1}},
    )
    claim, checks = planned(name, scenario)
    assert (claim.status, claim.bound) == (BenchStatus.FEASIBLE, None)
    assert checks[-1].feasible


def test_first_fit_keeps_a_body_in_the_first_tower_that_holds_it() -> None:
    """The largest body takes the first tower with room for all of it; the next, what is left."""
    scenario = build(
        floors=[("a1", "A", 1, 10), ("b1", "B", 1, 15), ("b2", "B", 2, 15)],
        headcounts=[("s1", 9, "Small"), ("l1", 18, "Large"), ("l2", 8, "Large")],
        settings={"sharing": {"min_piece_desks": 4}},
    )
    _, (found, *_) = planned("first-fit", scenario)
    expected = {("l1", "b1"): 14, ("l1", "b2"): 4, ("l2", "b2"): 8, ("s1", "a1"): 9}
    assert found.pieces == expected


def test_first_fit_leaves_enough_for_another_piece() -> None:
    """A unit is cut so that what goes to the next floor is not too small a piece."""
    scenario = build(
        floors=[("a1", "A", 1, 10), ("a2", "A", 2, 10)],
        headcounts=[("u1", 12)],
        settings={"sharing": {"min_piece_desks": 4}},
    )
    _, (found, *_) = planned("first-fit", scenario)
    assert found.pieces == {("u1", "a1"): 8, ("u1", "a2"): 4}


def test_first_fit_does_not_split_what_may_use_one_floor() -> None:
    """A unit under max_floors 1 waits for a floor that takes all of it; without one, no plan."""
    scenario = build(
        floors=[("a1", "A", 1, 10), ("a2", "A", 2, 12)],
        headcounts=[("u1", 12, "P"), ("u2", 11, "P")],
        rules=[("max_floors", "P", None, "1")],
        settings={"sharing": {"min_piece_desks": 1}},
    )
    claim, checks = planned("first-fit", scenario)
    assert (claim.status, claim.message) == (BenchStatus.UNKNOWN, "no room for u2")
    assert checks == []


def test_first_fit_leaves_others_off_floors_of_ones_own() -> None:
    """A body with floors of its own comes first, and nobody fills up what it leaves."""
    scenario = build(
        floors=[("a1", "A", 1, 10), ("a2", "A", 2, 10)],
        headcounts=[("u1", 9, "Large"), ("u2", 4, "Secret")],
        rules=[("own_floor", "Secret")],
    )
    _, (found, *_) = planned("first-fit", scenario)
    assert found.pieces == {("u2", "a1"): 4, ("u1", "a2"): 9}
    assert found.feasible


def test_a_model_that_would_not_fit_is_not_built(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond so many coefficients a peer says how many there would be, and ends."""
    monkeypatch.setattr("allocator.studies.bench.peers.MOST_ENTRIES", 3)
    scenario = build(
        floors=[("a1", "A", 1, 10), ("a2", "A", 2, 10)],
        headcounts=[("u1", 5, "P"), ("u2", 5, "P")],
    )
    claim, _ = planned("cp-sat", scenario)
    assert claim.status is BenchStatus.TOO_LARGE
    assert "4 coefficients" in claim.message


def test_a_peer_that_is_not_installed_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Unknown peers and missing packages are named together, with what to install."""
    monkeypatch.setattr("allocator.studies.bench.peers.find_spec", lambda name: None)
    with pytest.raises(Exception, match="expected some of first-fit, cp-sat") as refusal:
        usable_peers(["cp-sat", "gurobi", "scip"])
    assert "pip install 'allocator[bench]'" in str(refusal.value)


def test_rebalancer_mends_the_plan_of_a_spreadsheet() -> None:
    """Two ministries that share two towers have one each at the end, and nobody is left out."""
    scenario = build(
        floors=[("a0", "A", 0, 10), ("a1", "A", 1, 10), ("b0", "B", 0, 10), ("b1", "B", 1, 10)],
        headcounts=[("u1", 9, "P"), ("u2", 8, "Q"), ("u3", 9, "P"), ("u4", 8, "Q")],
        settings={"prices": {"extra_tower": 500.0}},
    )
    claim, checks = planned("rebalancer", scenario)
    best = min(plan.total for plan in feasible_plans(scenario))
    assert claim.status is BenchStatus.FEASIBLE
    assert checks[-1].feasible
    assert checks[-1].total == pytest.approx(best, rel=0.05)


def test_rebalancer_keeps_the_rules_that_it_can_say() -> None:
    """A unit keeps off a floor, two ministries keep apart, a third has a floor of its own."""
    scenario = build(
        floors=[("a0", "A", 0, 10), ("a1", "A", 1, 10), ("b0", "B", 0, 10), ("b1", "B", 1, 10)],
        headcounts=[("u1", 4, "P"), ("u2", 4, "Q"), ("u3", 4, "R"), ("u4", 4, "S")],
        rules=[
            ("never_in", "u1", "a0"),
            ("apart_tower", "P", "Q"),
            ("own_floor", "R", None),
            ("at_least", "u4", "b1", "4"),
        ],
    )
    _, checks = planned("rebalancer", scenario)
    assert checks[-1].feasible
