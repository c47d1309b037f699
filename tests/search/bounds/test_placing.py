"""Placement costs and people moved, at the least, by hand."""

from __future__ import annotations

from typing import Any

import pytest

from allocator.search.bounds.needed import needed_desks
from allocator.search.bounds.placing import least_moved, people_moved, placement_cost
from allocator.search.case import Case
from allocator.search.compile import compile_case
from tests.builders import scenario
from tests.search.enumeration import costs, tiny

FLOORS = [("A-1", "A", 1, 10), ("A-2", "A", 2, 30)]
CLOSE = 1e-9


def case_of(**tables: Any) -> Case:
    """Two floors of 10 and 30 desks, and 20 people in one unit."""
    return compile_case(scenario(**({"floors": FLOORS, "headcounts": [("P", 20)]} | tables)))


def placing(case: Case, unplaced_people: float = 0.0) -> float:
    return placement_cost(case, needed_desks(case, unplaced_people))


def test_nothing_is_paid_without_placement_costs() -> None:
    """A case without the table has none."""
    assert placing(case_of()) == 0


def test_a_floor_takes_no_more_than_its_desks() -> None:
    """Half of the unit fits on the floor that pays 100; the rest is on the one that costs 60."""
    assert placing(case_of(placement_costs=[("P", "A-1", -100.0), ("P", "A-2", 60.0)])) == -20


def test_a_floor_without_a_row_costs_nothing() -> None:
    """The unit avoids the dear floor, where the free one has room for all of it."""
    assert placing(case_of(placement_costs=[("P", "A-1", 500.0)])) == 0


def test_a_dear_floor_is_paid_for_what_fits_nowhere_else() -> None:
    """The free floor takes 10 of 20 desks, and the rest costs half of 500."""
    assert placing(case_of(placement_costs=[("P", "A-2", 500.0)])) == 250


def test_floors_that_a_unit_may_not_use_do_not_count() -> None:
    """The cheapest floor is forbidden by a rule."""
    rows, rules = [("P", "A-1", -100.0)], [("never_in", "P", "A-1")]
    assert placing(case_of(placement_costs=rows, rules=rules)) == 0


def test_desks_that_may_stay_unplaced_pay_for_no_dear_floor() -> None:
    """With 12 people unplaced the other 8 fit on the free floor; with 5 another 5 pay."""
    given = {
        "placement_costs": [("P", "A-2", 500.0)],
        "settings": {"options": {"allow_unplaced": True}},
    }
    assert placing(case_of(**given), 12.0) == 0
    assert placing(case_of(**given), 5.0) == pytest.approx(500 * 5 / 20)


def test_desks_that_may_stay_unplaced_may_still_earn() -> None:
    """A floor that pays is used in full, however few must be placed."""
    given = {
        "placement_costs": [("P", "A-1", -100.0)],
        "settings": {"options": {"allow_unplaced": True}},
    }
    assert placing(case_of(**given), 20.0) == -50


def test_nobody_moves_who_can_stay() -> None:
    """All of a unit is on a floor today that holds all of it."""
    assert people_moved(case_of(current=[("P", "A-2", 20)])) == 0


def test_people_from_elsewhere_move() -> None:
    """Nobody can stay in a building that is given up; each pays the price of a move."""
    case = case_of(current=[("P", "old", 20)])
    assert least_moved(case, case.references[0]) == 20
    assert people_moved(case) == 20 * case.references[0].price


def test_people_move_from_floors_that_a_rule_closes() -> None:
    """Where a unit may not be it cannot stay."""
    case = case_of(current=[("P", "A-2", 20)], rules=[("never_in", "P", "A-2")])
    assert least_moved(case, case.references[0]) == 20


def test_a_unit_that_has_grown_moves_nobody_for_it() -> None:
    """Of 20 people 5 were there before, and those can stay."""
    assert people_moved(case_of(current=[("P", "A-2", 5)])) == 0


def test_units_share_the_floor_that_they_are_on_today() -> None:
    """A floor of 10 desks holds 20 people today; by itself either unit could stay."""
    case = case_of(headcounts=[("P", 10), ("Q", 10)], current=[("P", "A-1", 10), ("Q", "A-1", 10)])
    assert least_moved(case, case.references[0]) == 10


def test_desks_with_most_people_stay_first() -> None:
    """Of 10 desks the unit with two people to a desk keeps its 5, and the other one 5 of 10."""
    heads = [
        {"unit_id": "P", "headcount": 10, "people_per_desk": "2"},
        {"unit_id": "Q", "headcount": 10, "people_per_desk": "1"},
    ]
    rows = [("P", "A-1", 10, 10), ("Q", "A-1", 10, 10)]
    case = case_of(headcounts=heads, current=rows)
    assert least_moved(case, case.references[0]) == 5


def test_no_plan_moves_fewer_people() -> None:
    """Over tiny cases with somebody somewhere today, no plan is below, and something is proved."""
    proved = 0.0
    for seed in range(60):
        given, plans = tiny(seed)
        case = compile_case(given)
        if plans and case.references and not case.allow_unplaced:
            found = people_moved(case)
            assert found <= min(costs(plan)["people_moved"] for plan in plans) + CLOSE
            proved += found
    assert proved > 0
