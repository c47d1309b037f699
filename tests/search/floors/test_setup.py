"""The tables of some floors as they are filled from a plan: each of them by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from allocator.search.compile import compile_case
from allocator.search.floors.plan import FloorPlan
from allocator.search.floors.setup import Setup, _any, _links
from allocator.search.floors.tables import MEMBER, OVER_FIXED, Between, Given, Prices, Tally
from tests.builders import scenario

NO_TRIPS = dict.fromkeys(("unit", "parent", "organisation", "coordinator", "siblings"), 0.0)
FLOORS = [
    ("A1", "A", 1, 20),
    ("A3", "A", 3, 20),
    ("B1", "B", 1, 20),
    ("C1", "C", 1, 20),
]
HEADS = [("u", 12, "P"), ("v", 8, "P"), ("w", 5, "Q")]
TOWERS = [("A", "A", "X"), ("B", "B", "X"), ("C", "C", None)]
A, B, C = range(3)
U, V, W = range(3)


def plan_of(layout: dict[tuple[int, int], int] | None = None, **tables: Any) -> FloorPlan:
    """Tower A with levels 1 and 3, B and C; A and B are a complex. P has u and v, Q has w."""
    usual = {"floors": FLOORS, "headcounts": HEADS, "towers": TOWERS}
    sections = {
        "trips": NO_TRIPS,
        "sharing": {"min_piece_desks": 2, "min_piece_share": "0"},
        "prices": {"open_desk": 2.0, "walking": 3.0, "extra_tower": 70.0, "extra_gap": 9.0},
    } | tables.pop("settings", {})
    plan = FloorPlan(compile_case(scenario(**(usual | tables), settings=sections)))
    plan.put(layout or {})
    return plan


def setup_of(
    plan: FloorPlan, towers: list[int], units: list[int], desks: list[int] | None = None
) -> Setup:
    """Some units on all floors of some towers."""
    floors = [f for t in towers for f in plan.case.floors_of[t]]
    wanted = plan.case.demand[units] if desks is None else np.array(desks)
    return Setup(plan, towers, floors, units, wanted)


def given(plan: FloorPlan, towers: list[int], units: list[int]) -> Given:
    return setup_of(plan, towers, units).given()


def test_floors_are_numbered_within_their_towers() -> None:
    """Levels 1 and 3 are the first and second of A; every floor opens at 2 a desk."""
    found = given(plan_of(), [A, B], [U])
    assert found.floors["level"].tolist() == [0, 1, 0]
    assert found.floors["opening"].tolist() == [40, 40, 40]
    assert found.first.tolist() == [0, 2, 3]


def test_floors_hold_what_the_plan_says() -> None:
    """Not what the case said at first."""
    plan = plan_of()
    plan.set_capacity(np.array([20, 15, 20, 20]))
    assert given(plan, [A], [U]).floors["capacity"].tolist() == [20, 15]


def test_members_have_their_desks_here_and_pieces_elsewhere() -> None:
    """Of 12 desks of u 4 are in C, and 8 are to be placed; w has none elsewhere."""
    plan = plan_of({(U, 3): 4})
    found = setup_of(plan, [A], [U, W], [8, 5]).given().members[:2]
    assert found["demand"].tolist() == [12, 5]
    assert found["desks"].tolist() == [8, 5]
    assert found["elsewhere"].tolist() == [1, 0]
    assert found["least"].tolist() == [2, 2]


def test_organisations_know_what_they_use_elsewhere() -> None:
    """v is on C1 and on B1: for P two floors, two towers, and one complex that is not searched."""
    plan = plan_of({(V, 2): 4, (V, 3): 4})
    found = given(plan, [A], [U]).scopes
    assert found["other_floors"].tolist() == [2]
    assert found["other_towers"].tolist() == [2]
    assert found["far_complexes"].tolist() == [1]


def test_a_complex_searched_in_part_may_be_used_elsewhere() -> None:
    """P is in B, of the complex of A; and on A1 as well, which is searched and does not count."""
    plan = plan_of({(V, 2): 4, (V, 0): 4})
    found = given(plan, [A], [U])
    assert found.other_complexes.tolist() == [[True]]
    assert found.scopes["other_floors"].tolist() == [1]
    assert found.scopes["far_complexes"].tolist() == [0]


def test_only_organisations_pay_for_towers_and_gaps() -> None:
    """Sets of units that a rule names are limited, and cost nothing."""
    plan = plan_of(rules=[("same_tower", "u", "w")])
    found = given(plan, [A], [U]).scopes
    assert found["tower_price"].tolist() == [70, 0]
    assert found["gap_price"].tolist() == [9, 0]
    assert found["towers_most"].tolist()[1] == 1


def test_pins_are_those_on_the_floors_searched() -> None:
    """One on A3 is the second floor here; one on B1 is not there."""
    rules = [("at_least", "P", "A3", "6"), ("at_least", "Q", "B1", "2")]
    found = given(plan_of(rules=rules), [A], [U, W])
    assert found.pins.tolist() == [(1, 6)]
    assert found.pin_links.tolist() == [0]
    assert found.members["pin_from"].tolist() == [0, 1, 1]


def test_rules_between_scopes_count_once() -> None:
    """Where both are here; an own floor is one between a set and its organisation."""
    plan = plan_of(rules=[("apart_floor", "P", "Q"), ("own_floor", "P")])
    both = given(plan, [A], [U, W]).pairs.tolist()
    assert both == [(Between.APART_FLOOR, 0, 1), (Between.OWN_FLOOR, 0, 0)]
    assert given(plan, [A], [U]).pairs.tolist() == [(Between.OWN_FLOOR, 0, 0)]


def test_trips_are_at_their_price() -> None:
    """7 trips of u and w, 2 inside u, which count twice on the diagonal; a trip costs 3."""
    plan = plan_of(affinities=[("u", "w", 7.0), ("u", "u", 2.0)])
    assert given(plan, [A], [U, W]).trips == pytest.approx(np.array([[12, 21], [21, 0]]))


def test_savings_are_of_people_who_stay() -> None:
    """u saves up to half of its leaving on A1; where nobody saves, the tables are empty."""
    plan = plan_of(current=[("u", "A1", 6, 6), ("u", "old", 6, 6)])
    found = given(plan, [A], [U])
    assert found.saving_up_to[0].tolist() == [[0.5, 0.0]]
    assert found.saving_rate[0, 0, 0] == pytest.approx(plan.case.leaving_cost[U])
    assert given(plan, [B], [U]).saving_rate.shape[0] == 0


def test_a_unit_costs_on_a_floor_what_it_would_walk_from_there() -> None:
    """w is on C1, 5 minutes from A1 and 6 from A3; 7 trips at 3, and 100 for its place on A3."""
    plan = plan_of(
        {(W, 3): 5},
        affinities=[("u", "w", 7.0)],
        walking=[("A1", "C1", 5.0), ("A3", "C1", 6.0)],
        placement_costs=[("u", "A3", 100.0)],
    )
    assert setup_of(plan, [A], [U])._marginal() == pytest.approx(np.array([[105.0, 226.0]]))


def test_people_elsewhere_are_placed_already() -> None:
    """Of 12 people of u 4 are in C, so that 8 have no place until the first move."""
    setup = setup_of(plan_of({(U, 3): 4, (V, 0): 8}), [A], [U], [8])
    state = setup.state(setup.given(), np.random.default_rng(0))
    assert state.tally[0, Tally.UNPLACED] == pytest.approx(8)
    assert state.use["load"].tolist() == [8, 0]
    assert state.use["occupants"].tolist() == [1, 0]


def test_links_end_where_those_of_the_next_member_begin() -> None:
    """The first has two of three known numbers, the second none; the last row closes."""
    rows = np.zeros(3, MEMBER)
    found = _links(rows, "scope_from", [[4, 7, 9], [5]], [0, 1], [9, 4])
    assert found.tolist() == [1, 0]
    assert rows["scope_from"].tolist() == [0, 2, 2]


def test_an_owner_has_what_any_of_its_columns_has() -> None:
    """Columns 0 and 2 are of the second owner."""
    rows = np.array([[False, False, True], [False, True, False]])
    assert _any(rows, np.array([1, 0, 1]), 3).tolist() == [
        [False, True, False],
        [True, False, False],
    ]


def test_an_empty_plan_owes_all_people_and_pins() -> None:
    """25 people, a pin of 6 desks with its fixed part, and people who leave their floors."""
    plan = plan_of(rules=[("at_least", "P", "A3", "6")], current=[("w", "A1", 5, 5)])
    assert plan.tally[Tally.UNPLACED] == 25
    assert plan.tally[Tally.OVER] == 6 + OVER_FIXED
    assert plan.tally[Tally.COST] == plan.case.leaving_cost.sum() > 0
    assert plan.is_wrong


def test_a_plan_weighs_what_is_wrong_at_its_price() -> None:
    """Cost 10, 2 desks over at 3, a broken step at 5, 7 people at 11."""
    plan = plan_of()
    plan.tally[:] = 10, 2, 1, 7
    assert plan.weight_at(Prices(3.0, 5.0, 11.0)) == 10 + 6 + 5 + 77


@pytest.mark.parametrize(
    ("tally", "may_leave", "wrong"),
    [
        ((99, 0, 0, 0), False, False),
        ((0, 1, 0, 0), False, True),
        ((0, 0, 1, 0), True, True),
        ((0, 0, 0, 1), False, True),
        ((0, 0, 0, 1), True, False),
    ],
)
def test_people_without_a_place_are_wrong_unless_they_may_be(
    tally: tuple[float, ...], may_leave: bool, wrong: bool
) -> None:
    """Desks over and broken rules always are."""
    plan = plan_of(settings={"options": {"allow_unplaced": may_leave}})
    plan.tally[:] = tally
    assert plan.is_wrong is wrong


def test_desks_of_a_pin_are_those_on_its_floor() -> None:
    """Of P alone: 5 and 3 on A3; w is there as well, and u elsewhere."""
    plan = plan_of(rules=[("at_least", "P", "A3", "6")])
    plan.put({(U, 1): 5, (U, 0): 7, (V, 1): 3, (W, 1): 5})
    assert plan.held.tolist() == [8]
    plan.take([V], [1])
    assert plan.held.tolist() == [5]


def test_floors_that_hold_more_are_less_full() -> None:
    """23 desks on A1: 3 over with the fixed part, 1 over with 22, none with 23."""
    plan = plan_of({(U, 0): 12, (V, 0): 8, (W, 0): 3})
    plan.tally[:] = 0
    plan.tally[Tally.OVER] = 3 + OVER_FIXED
    for held, over in ((22, 1 + OVER_FIXED), (23, 0), (20, 3 + OVER_FIXED)):
        plan.set_capacity(np.array([held, 20, 20, 20]))
        assert plan.tally[Tally.OVER] == pytest.approx(over)
