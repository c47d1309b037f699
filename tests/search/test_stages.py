"""The stages of a large case on small ones: towers, stacking, repair, neighbourhoods."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest

from allocator.scenario.types import Scenario
from allocator.search.case import Case
from allocator.search.compile import compile_case
from allocator.search.first import begin_from
from allocator.search.neighbourhoods import Neighbourhoods
from allocator.search.record import Record
from allocator.search.score import Scorer
from allocator.search.solver import Effort
from allocator.search.stacking import desks_short, people_short, repair, stack
from allocator.search.towers import assign_towers, make_blocks
from tests.builders import scenario as build
from tests.search.enumeration import check, feasible_plans, random_scenario

ALONE = Effort(seconds=5, workers=1)
WITH_PLANS = [s for s in range(4000, 4030) if feasible_plans(random_scenario(s))]


PEOPLE = {"p1": 25, "p2": 20, "q1": 30, "q2": 12, "r1": 40, "s1": 15}


def offices(*rules: tuple[str | None, ...]) -> Case:
    """Return three towers of two floors, 60 desks each, in two complexes, and four bodies."""
    return compile_case(
        build(
            floors=[(f"{t}{i}", t, i, 30) for t in "ABC" for i in (1, 2)],
            towers=[("A", "A", "X"), ("B", "B", "X"), ("C", "C", "Y")],
            headcounts=[(u, n, u[0].upper()) for u, n in PEOPLE.items()],
            rules=rules,
        )
    )


def towers_of(case: Case) -> dict[str, set[str]]:
    """Return towers by unit and by organisation, as assigned."""
    assigned = assign_towers(case, ALONE)
    assert assigned is not None
    found: defaultdict[str, set[str]] = defaultdict(set)
    for u, t in assigned:
        found[case.unit_ids[u]].add(case.tower_ids[t])
        found[case.organisation_ids[case.organisation[u]]].add(case.tower_ids[t])
    return found


def record_of(case: Case) -> Record:
    return Record(
        case,
        time_limit_s=10,
        workers=1,
        seed=0,
        reproducible=False,
        on_progress=None,
        should_stop=None,
    )


def clean(scenario: Scenario, case: Case, layout: dict[tuple[int, int], int]) -> bool:
    """Tell whether the checker finds nothing wrong with a layout."""
    return check(scenario, dict(case.pieces(layout))).feasible


def test_every_desk_gets_a_tower_and_no_tower_too_many() -> None:
    """Desks assigned add up to demand and stay within every tower."""
    case = offices()
    assigned = assign_towers(case, ALONE)
    assert assigned is not None
    by_tower = [sum(d for (_, t), d in assigned.items() if t == tower) for tower in case.towers]
    assert sum(by_tower) == case.demand.sum()
    assert max(by_tower) <= 60


def test_a_body_that_fits_one_tower_is_in_one() -> None:
    """At the price of an extra tower no body is spread without need."""
    found = towers_of(offices())
    assert {body: len(found[body]) for body in "PQRS"} == {"P": 1, "Q": 1, "R": 1, "S": 1}


def test_bodies_that_belong_together_are_in_one_tower() -> None:
    """same_tower holds between towers already."""
    found = towers_of(offices(("same_tower", "p1", "s1")))
    assert found["p1"] | found["s1"] == found["p1"]


def test_bodies_that_keep_apart_share_no_tower() -> None:
    """apart_tower holds between towers already."""
    found = towers_of(offices(("apart_tower", "Q", "S"), ("apart_tower", "S", "R")))
    assert not found["S"] & (found["Q"] | found["R"])


def test_bodies_of_one_complex_share_one() -> None:
    """same_complex holds between towers already."""
    complex_of = {"A": "X", "B": "X", "C": "Y"}
    found = towers_of(offices(("same_complex", "r1", "P")))
    assert len({complex_of[t] for t in found["r1"] | found["P"]}) == 1


def test_a_body_of_its_own_floors_leaves_whole_floors_to_others() -> None:
    """own_floor takes whole floors, so that a tower holds fewer desks of others."""
    case = offices(("own_floor", "S"))
    assigned = assign_towers(case, ALONE)
    assert assigned is not None
    (home,) = {t for (u, t) in assigned if case.unit_ids[u] == "s1"}
    others = sum(d for (u, t), d in assigned.items() if t == home and case.unit_ids[u] != "s1")
    assert others <= 30


def test_a_pinned_body_is_in_the_tower_of_its_pin() -> None:
    """at_least draws a body to the tower of its floor."""
    assert "C" in towers_of(offices(("at_least", "q2", "C1", "8")))["q2"]


def test_blocks_keep_units_with_rules_of_their_own_apart() -> None:
    """Only units with the same floors and rules are placed as one block."""
    case = offices(("at_least", "q2", "C1", "8"))
    blocks = make_blocks(case, "organisation")
    together = {tuple(case.unit_ids[u] for u in block.units) for block in blocks}
    assert together == {("p1", "p2"), ("q1",), ("q2",), ("r1",), ("s1",)}


def test_towers_are_stacked_as_they_were_assigned() -> None:
    """The layout of a tower has the desks it was given, and the checker is content."""
    case = offices(("contiguous", "P"), ("apart_floor", "p2", "s1"))
    assigned = assign_towers(case, ALONE)
    assert assigned is not None
    layout = stack(case, assigned, ALONE)
    assert desks_short(case, layout) == {}
    assert clean(case.scenario, case, layout)


@pytest.mark.parametrize("seed", WITH_PLANS)
def test_a_neighbourhood_laid_out_anew_keeps_every_rule(seed: int) -> None:
    """From any plan of a scenario with something of everything comes a plan again."""
    scenario = random_scenario(seed)
    case = compile_case(scenario)
    layout = case.layout(dict(feasible_plans(scenario)[-1].pieces))
    near = Neighbourhoods(case, Scorer(case), np.random.default_rng(seed))
    step = near.step(layout, ALONE, lambda: False)
    assert step.layout is not None
    assert clean(scenario, case, step.layout)


@pytest.mark.parametrize("seed", WITH_PLANS)
def test_desks_left_out_find_a_place_again(seed: int) -> None:
    """A plan without one of its units is repaired to a plan of all."""
    scenario = random_scenario(seed)
    case = compile_case(scenario)
    layout = case.layout(dict(feasible_plans(scenario)[0].pieces))
    gone = next(iter(layout), (0, 0))[0]
    record = record_of(case)
    rest = {cell: desks for cell, desks in layout.items() if cell[0] != gone}
    begin_from(record, rest, np.random.default_rng(seed))
    assert record.layout is not None
    assert clean(scenario, case, record.layout)


@pytest.mark.parametrize("seed", WITH_PLANS[:8])
def test_two_towers_laid_out_anew_take_in_what_is_left_out(seed: int) -> None:
    """Towers laid out anew a few at a time lead to a plan of all, too."""
    scenario = random_scenario(seed)
    case = compile_case(scenario)
    layout = case.layout(dict(feasible_plans(scenario)[0].pieces))
    gone = next(iter(layout), (0, 0))[0]
    rest = {cell: desks for cell, desks in layout.items() if cell[0] != gone}
    record = record_of(case)
    enough = people_short(case, layout)
    repaired = repair(record, rest, np.random.default_rng(seed), lambda: record.elapsed() > 2)
    assert people_short(case, repaired) <= enough


def test_a_start_that_leads_nowhere_costs_no_time_in_a_small_case() -> None:
    """Five units of seven on four floors of ten: one model proves at once that none fits."""
    scenario = build(
        floors=[(f"f{i}", "T", i, 10) for i in range(4)],
        headcounts=[(f"u{i}", 7) for i in range(5)],
        settings={"sharing": {"min_piece_desks": 8}},
    )
    record = record_of(compile_case(scenario))
    begin_from(record, {(0, 0): 7}, np.random.default_rng(0))
    assert record.is_infeasible
