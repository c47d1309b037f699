"""The CP-SAT model and the checker agree, by enumeration of tiny cases."""

from __future__ import annotations

from random import Random

import pytest

from allocator.plan.types import Status
from allocator.scenario.rules import RuleKind
from allocator.scenario.types import Scenario
from allocator.search.compile import compile_case
from allocator.search.model.layout_model import LayoutModel
from allocator.search.score import Scorer
from allocator.search.solve import SolveOptions, solve
from allocator.search.solver import Effort, Proof
from tests.builders import scenario as build
from tests.search.enumeration import (
    Desks,
    check,
    costs,
    feasible_plans,
    layouts,
    random_scenario,
)

EXACT = SolveOptions(time_limit_s=60, workers=1, exact=True)
ALONE = Effort(seconds=30, workers=1)

RULES: dict[RuleKind, list[tuple[str | None, ...]]] = {
    RuleKind.ONLY_IN: [("only_in", "u3", "A"), ("only_in", "P", "A"), ("only_in", "P", "b2")],
    RuleKind.NEVER_IN: [("never_in", "P", "a1"), ("never_in", "u3", "B")],
    RuleKind.KEPT_FOR: [("kept_for", "u1", "a1"), ("kept_for", "Q", "B")],
    RuleKind.SAME_FLOOR: [("same_floor", "u1", "u3")],
    RuleKind.SAME_TOWER: [("same_tower", "P", "u3")],
    RuleKind.SAME_COMPLEX: [("same_complex", "P", "Q")],
    RuleKind.ADJACENT_FLOORS: [("adjacent_floors", "u1", "Q")],
    RuleKind.APART_FLOOR: [("apart_floor", "P", "u3")],
    RuleKind.APART_TOWER: [("apart_tower", "u1", "Q")],
    RuleKind.OWN_FLOOR: [("own_floor", "u1")],
    RuleKind.CONTIGUOUS: [("contiguous", "P")],
    RuleKind.MAX_FLOORS: [("max_floors", "P", None, "1")],
    RuleKind.MAX_TOWERS: [("max_towers", "P", None, "1")],
    RuleKind.LEVELS: [("levels", "Q", None, "1..2")],
    RuleKind.AT_LEAST: [("at_least", "P", "a2", "2")],
}
"""Rules of each kind over the case of `ruled`, for a unit and for an organisation."""


def ruled(kind: RuleKind) -> Scenario:
    """Return two bodies of three units in two towers of three levels, with rules of one kind."""
    return build(
        floors=[("a1", "A", 1, 4), ("a2", "A", 2, 7), ("a3", "A", 3, 4), ("b2", "B", 2, 5)],
        headcounts=[("u1", 4, "P"), ("u2", 3, "P"), ("u3", 3, "Q")],
        rules=RULES[kind],
        settings={"sharing": {"min_piece_desks": 1, "min_piece_share": "0.5"}},
    )


def model_allows(scenario: Scenario, desks: Desks) -> bool:
    """Tell whether CP-SAT finds the model feasible with this very layout."""
    case = compile_case(scenario)
    layout = case.layout(desks)
    if any(not case.allowed[cell] for cell in layout):
        return False
    cells = [(u, f) for u in case.units for f in case.floors]
    model = LayoutModel(case, cells, {}, may_be_short=case.allow_unplaced)
    for cell in cells:
        model.model.add(model.pieces.at(*cell) == layout.get(cell, 0))
    return model.solve(ALONE).proof is Proof.OPTIMAL


def some_layouts(scenario: Scenario, count: int, seed: int) -> list[Desks]:
    """Return some of the layouts of a scenario, half of them without fault where there are any."""
    everything = list(layouts(scenario))
    good = [dict(judged.pieces) for judged in feasible_plans(scenario)]
    rng = Random(seed)
    chosen = rng.sample(everything, min(count, len(everything)))
    return chosen + rng.sample(good, min(count, len(good)))


@pytest.mark.parametrize("kind", list(RuleKind))
def test_a_layout_is_allowed_by_the_model_exactly_when_the_checker_is_content(
    kind: RuleKind,
) -> None:
    """With a rule of every kind, the model and the checker agree on every layout."""
    scenario = ruled(kind)
    judged = [(desks, check(scenario, desks).feasible) for desks in layouts(scenario)]
    bad = [desks for desks, feasible in judged if not feasible]
    chosen = [desks for desks, feasible in judged if feasible]
    chosen += Random(1).sample(bad, min(40, len(bad)))
    differing = [d for d in chosen if model_allows(scenario, d) != check(scenario, d).feasible]
    assert bad
    assert len(chosen) > len(bad[:40])
    assert differing == []


def test_a_pin_that_nobody_can_keep_has_no_model() -> None:
    """Also where its body has no piece to decide on."""
    scenario = build(
        floors=[("A", "T", 1, 20)],
        headcounts=[("U", 0), ("V", 10)],
        rules=[("at_least", "U", "A", "3")],
    )
    assert not model_allows(scenario, {("V", "A"): 10})


@pytest.mark.parametrize("seed", range(40))
def test_model_and_checker_agree_on_layouts_of_random_scenarios(seed: int) -> None:
    """On tiny scenarios with something of everything, both judge every layout alike."""
    scenario = random_scenario(seed)
    differing = [
        desks
        for desks in some_layouts(scenario, 8, seed)
        if model_allows(scenario, desks) != check(scenario, desks).feasible
    ]
    assert differing == []


@pytest.mark.parametrize("seed", range(100))
def test_the_exact_model_finds_the_best_plan_of_all(seed: int) -> None:
    """The optimum of the exact model is that of the enumeration, and so is infeasibility."""
    scenario = random_scenario(1000 + seed)
    plan = solve(scenario, EXACT)
    plans = feasible_plans(scenario)
    if not plans:
        assert plan.status is Status.INFEASIBLE
        return
    best = min((round(p.unplaced_people, 6), p.total) for p in plans)
    assert plan.status is Status.OPTIMAL
    assert plan.objective.unplaced_people == pytest.approx(best[0], abs=1e-5)
    assert plan.objective.total == pytest.approx(best[1], rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("seed", range(30))
def test_the_score_of_a_layout_is_what_the_checker_computes(seed: int) -> None:
    """Every term of the fast score equals the checker's, whatever the layout."""
    scenario = random_scenario(2000 + seed)
    case = compile_case(scenario)
    scorer = Scorer(case)
    for desks in some_layouts(scenario, 5, seed):
        judged = check(scenario, desks)
        ours = scorer.costs(case.layout(desks))
        assert {name: pytest.approx(cost) for name, cost in costs(judged).items()} == ours
