"""Layouts on floors that may be too full: every desk placed, every rule kept, few desks beyond."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from allocator.search.case import Case
from allocator.search.compile import compile_case
from allocator.search.neighbourhoods import fewest_beyond
from allocator.search.solver import Effort
from tests.builders import scenario
from tests.search.enumeration import check, feasible_plans, random_scenario

EFFORT = Effort(seconds=5.0)
FLOORS = (("A-1", "A", 1, 10), ("A-2", "A", 2, 10), ("B-1", "B", 1, 10))


def case(**tables: Any) -> Case:
    return compile_case(scenario(floors=FLOORS, **tables))


@pytest.mark.parametrize("block", range(4))
def test_nothing_is_beyond_exactly_where_a_plan_exists(block: int) -> None:
    """On tiny cases drawn at random, a layout with nothing beyond is a plan, and is found."""
    for seed in range(12 * block, 12 * (block + 1)):
        given = random_scenario(seed)
        if not given.settings.options.allow_unplaced:
            asked = compile_case(given)
            found = fewest_beyond(asked, asked.capacity, EFFORT)
            fits = found is not None and check(given, dict(asked.pieces(found.layout))).feasible
            assert fits == bool(feasible_plans(given)), seed


def test_rules_hold_where_floors_do_not() -> None:
    """Twelve desks that may only be on a floor of ten: two beyond, which is proved."""
    rules = [("only_in", "P1", "A-1"), ("only_in", "P2", "A-1")]
    found = fewest_beyond(
        asked := case(headcounts=[("P1", 6, "P"), ("P2", 6, "P")], rules=rules),
        asked.capacity,
        EFFORT,
    )
    assert found is not None
    assert (found.beyond.tolist(), found.least) == ([2, 0, 0], 2)


def test_units_that_are_missing_come_to_those_that_stay() -> None:
    """A plan without one unit is completed; nobody else moves."""
    asked = case(headcounts=[("P1", 10, "P"), ("P2", 10, "P"), ("Q1", 10, "Q")])
    near = {(0, 2): 10, (1, 0): 10}
    found = fewest_beyond(asked, asked.capacity, EFFORT, near=near)
    assert found is not None
    assert found.layout == near | {(2, 1): 10}


def test_others_move_along_where_a_rule_ties_them() -> None:
    """The missing unit may be in B only, and takes the one with it that must share its tower."""
    rules = [("only_in", "Q1", "B"), ("same_tower", "P1", "Q1")]
    asked = case(headcounts=[("P1", 4, "P"), ("Q1", 4, "Q"), ("R1", 4, "R")], rules=rules)
    found = fewest_beyond(asked, asked.capacity, EFFORT, near={(0, 0): 4, (2, 1): 4})
    assert found is not None
    assert found.layout == {(0, 2): 4, (1, 2): 4, (2, 1): 4}


def test_few_towers_at_a_time_empty_a_floor_that_is_too_full() -> None:
    """From a layout with all on one floor, three floors are filled without the model of all."""
    asked = case(headcounts=[(f"P{i}", 10, "P") for i in range(3)])
    near = {(u, 0): 10 for u in range(3)}
    found = fewest_beyond(asked, asked.capacity, EFFORT, near=near)
    assert found is not None
    assert (found.desks, sorted(f for _, f in found.layout)) == (0, [0, 1, 2])


def test_optional_units_may_stay_away() -> None:
    """Of two units of ten and room for ten, the optional one need not be placed."""
    asked = case(headcounts=[("P1", 10, "P"), ("P2", 10, "P")])
    room = np.array([10, 0, 0])
    found = fewest_beyond(asked, room, EFFORT, optional=frozenset({1}))
    assert found is not None
    assert (found.desks, found.layout.get((0, 0))) == (0, 10)


def test_no_layout_is_none() -> None:
    """Where rules alone leave no layout, none is returned."""
    rules = [("only_in", "P1", "A"), ("only_in", "Q1", "B"), ("same_tower", "P1", "Q1")]
    asked = case(headcounts=[("P1", 4, "P"), ("Q1", 4, "Q")], rules=rules)
    assert fewest_beyond(asked, asked.capacity, EFFORT) is None
