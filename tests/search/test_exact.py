"""One model of everything: it finds the best and proves it, fewest people unplaced first."""

from __future__ import annotations

from typing import Any

import pytest

from allocator.scenario.types import Scenario
from allocator.search.compile import compile_case
from allocator.search.exact import (
    MOST_PRODUCTS,
    MOST_UNITS,
    any_plan,
    everywhere,
    pack_exactly,
    products_needed,
    solve_exactly,
)
from allocator.search.record import Record
from allocator.search.solver import Proof
from tests.builders import scenario
from tests.search.enumeration import feasible_plans, random_scenario


def record_of(given: Scenario, **how: Any) -> Record:
    told = {"reproducible": False, "on_progress": None, "should_stop": None} | how
    return Record(compile_case(given), time_limit_s=30, workers=1, seed=0, **told)


@pytest.mark.parametrize("seed", [5, 8, 13, 3])
def test_it_finds_and_proves_the_best_plan_of_all(seed: int) -> None:
    """Of every plan that enumeration finds, fewest people unplaced first, then the least total."""
    given = random_scenario(seed)
    plans = feasible_plans(given)
    record = record_of(given)
    solve_exactly(record, seconds=20)
    if not plans:
        assert record.layout is None
        return
    best = min((round(plan.unplaced_people, 6), plan.total) for plan in plans)
    assert record.score is not None
    assert record.score.unplaced_people == pytest.approx(best[0])
    assert record.score.total == pytest.approx(best[1], abs=0.5)
    assert record.is_closed()


def crowded(people: int = 50) -> Scenario:
    """Return more people than desks, who may stay unplaced; a large unit fills the floor best."""
    return scenario(
        floors=[("f", "T", 0, 40)],
        headcounts=[("a", 30, "P"), ("b", people - 30, "Q")],
        settings={
            "sharing": {"min_piece_share": "1"},
            "options": {"allow_unplaced": True},
        },
    )


def test_fewest_people_are_unplaced_and_that_is_proved() -> None:
    """The unit of 30 is placed and the one of 20 is left out, though that one were cheaper."""
    record = record_of(crowded())
    solve_exactly(record, seconds=20)
    assert record.unplaced_people == 20
    assert record.least_unplaced_proved


def test_any_plan_will_do_where_only_existence_is_asked() -> None:
    """A plan, or the proof that there is none."""
    fits = scenario(floors=[("f", "T", 0, 60)], headcounts=[("a", 30, "P"), ("b", 30, "Q")])
    assert any_plan(record_of(fits)).layout is not None
    refused = fits.replace(
        rules=scenario(
            rules=[("apart_floor", "P", "Q")], headcounts=[("a", 30, "P"), ("b", 30, "Q")]
        ).rules
    )
    found = any_plan(record_of(refused))
    assert (found.layout, found.proof) == (None, Proof.INFEASIBLE)


def test_products_grow_with_the_floors_that_pairs_may_use() -> None:
    """Units that walk to each other need some for each pair of floors; many units get none."""
    near = scenario(
        floors=[(f"f{i}", "T", i, 60) for i in range(3)],
        headcounts=[("a", 30, "P"), ("b", 30, "P")],
    )
    more = near.replace(floors=scenario(floors=[(f"f{i}", "T", i, 60) for i in range(6)]).floors)
    few, many = products_needed(record_of(near)), products_needed(record_of(more))
    assert 0 < few < many
    crowded = near.replace(
        headcounts=scenario(
            headcounts=[(f"u{i}", 1, "P") for i in range(MOST_UNITS + 1)]
        ).headcounts
    )
    assert products_needed(record_of(crowded)) > MOST_PRODUCTS


def test_everywhere_is_every_unit_on_every_floor() -> None:
    """Cells that a rule forbids are the model's affair."""
    record = record_of(random_scenario(1))
    assert len(everywhere(record)) == len(set(everywhere(record))) == record.case.cells


def test_packing_is_left_alone_where_the_case_is_none() -> None:
    """Where walking costs anything, the exact packing proves nothing and offers nothing."""
    record = record_of(crowded(40))
    pack_exactly(record, seconds=1.0)
    assert record.layout is None


def packing() -> Scenario:
    """Return two organisations that fill two floors, where only extra towers cost anything."""
    return scenario(
        floors=[(f"{t}1", t, 1, 10) for t in "AB"],
        headcounts=[("P1", 6, "P"), ("P2", 4, "P"), ("Q1", 7, "Q"), ("Q2", 3, "Q")],
        settings={
            "sharing": {"min_piece_share": "1"},
            "walking": {"lift_wait_min": 0, "detour_factor": 0},
            "prices": {"walking": 0, "open_desk": 0, "extra_tower": 3},
        },
    )


@pytest.mark.parametrize("reproducible", [False, True])
def test_packing_goes_by_the_clock_alone(reproducible: bool) -> None:
    """It is packed without an extra tower at once; a budget of work leaves it to the others."""
    record = record_of(packing(), reproducible=reproducible)
    pack_exactly(record, seconds=5.0)
    assert (record.layout is None) is reproducible
    assert record.is_closed() is not reproducible
