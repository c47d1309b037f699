"""The checker's terms and total, worked out by hand on small plans."""

from __future__ import annotations

from typing import Any

import pytest

from allocator.plan.types import Term, TermName
from allocator.scenario.types import Scenario
from tests.builders import scenario
from tests.plan.offices import OFFICE_PLAN, check, office

DESK = {"open_desk": 5.0}
QUIET = {"unit": 0.0, "parent": 0.0, "organisation": 0.0, "coordinator": 0.0, "siblings": 0.0}
FLOORS = [(f"A{level}", "A", level, 50) for level in range(1, 6)] + [
    ("B1", "B", 1, 60),
    ("C1", "C", 1, 70),
]


def case(**tables: Any) -> Scenario:
    """Return u1 and u2 of Org and v of Other, 40 people each, who walk nowhere."""
    usual: dict[str, Any] = {
        "floors": FLOORS,
        "headcounts": [("u1", 40, "Org"), ("u2", 40, "Org"), ("v", 40, "Other")],
        "settings": {"trips": QUIET, "prices": DESK},
    }
    return scenario(**(usual | tables))


def term(name: TermName, given: Scenario, text: str) -> Term:
    return next(term for term in check(given, text).terms if term.name is name)


def test_extra_towers_count_each_organisation_as_a_whole() -> None:
    """Org in three towers has two extra ones, though each of its units has at most one."""
    text = "u1 A1 20, u1 B1 20, u2 B1 20, u2 C1 20, v A1 20, v A2 20"
    found = term(TermName.EXTRA_TOWERS, case(), text)
    assert (found.amount, found.price, found.cost) == (2, 2000, 4000)


def test_extra_floors_count_each_unit() -> None:
    """Units on three, one and two floors have 2 + 0 + 1 extra floors."""
    text = "u1 A1 10, u1 A2 10, u1 B1 20, u2 A1 40, v A3 20, v C1 20"
    found = term(TermName.EXTRA_FLOORS, case(), text)
    assert (found.amount, found.price, found.cost) == (3, 200, 600)


def test_gaps_count_levels_left_out_by_an_organisation() -> None:
    """Org on levels 1 and 4 leaves out two levels, though Other sits there; Other none."""
    text = "u1 A1 40, u2 A4 20, u2 B1 20, v A2 20, v A3 20"
    found = term(TermName.GAPS, case(), text)
    assert (found.amount, found.price, found.cost) == (2, 50, 100)


def test_gaps_pass_over_levels_that_do_not_exist() -> None:
    """A level without any floor of the tower is no gap, one with a floor is."""
    floors = [(f"A{level}", "A", level, 50) for level in (-1, 2, 7)]
    assert term(TermName.GAPS, case(floors=floors), "u1 A-1 40, u2 A2 40").amount == 0
    assert term(TermName.GAPS, case(floors=floors), "u1 A-1 40, u2 A7 40").amount == 1


def test_a_level_with_two_floors_is_one_gap() -> None:
    """Two floors on the level left out count once; using either of them closes the gap."""
    floors = [("a", "A", 1, 50), ("b", "A", 2, 50), ("c", "A", 2, 50), ("d", "A", 3, 50)]
    assert term(TermName.GAPS, case(floors=floors), "u1 a 40, u2 d 40").amount == 1
    assert term(TermName.GAPS, case(floors=floors), "u1 a 40, u2 d 20, u2 c 20").amount == 0


def test_open_floors_cost_their_desks() -> None:
    """Floors in use cost open_desk for every desk, used or not, without the reserve."""
    sharing = {"reserve_share": "0.2"}
    given = case(settings={"trips": QUIET, "prices": DESK, "sharing": sharing})
    found = term(TermName.OPEN_FLOORS, given, "u1 A1 20, u1 B1 20, u2 B1 28, v B1 12")
    assert (found.amount, found.price, found.cost) == (2, None, 5 * (50 + 60))


def test_open_floors_have_a_price_where_all_cost_the_same() -> None:
    """A price given by floor and one by desks may be the same; one dearer floor takes it away."""
    priced = {"floor_id": "A2", "tower_id": "A", "level": 2, "desks": 90, "open_price": 100.0}
    same = [("A1", "A", 1, 20), priced]
    assert term(TermName.OPEN_FLOORS, case(floors=same), "u1 A2 40").price == 100
    dearer = [*same, ("A3", "A", 3, 21)]
    assert term(TermName.OPEN_FLOORS, case(floors=dearer), "u1 A2 40").price is None


def test_a_floor_may_be_free() -> None:
    """An open_price of 0 is a price, not the want of one."""
    floors = [{"floor_id": "A1", "tower_id": "A", "level": 1, "desks": 200, "open_price": 0.0}]
    found = term(TermName.OPEN_FLOORS, case(floors=floors), "u1 A1 40")
    assert (found.amount, found.price, found.cost) == (1, 0, 0)


def test_placement_cost_is_scaled_by_share() -> None:
    """u1 has 10 of its 40 desks on A1: a quarter of 60, and all of u2's −8; B1 is not used."""
    costs = [("u1", "A1", 60.0), ("u2", "A2", -8.0), ("u1", "B1", 999.0)]
    given = case(placement_costs=costs)
    found = term(TermName.PLACEMENT_COST, given, "u1 A1 10, u1 A2 30, u2 A2 40")
    assert (found.amount, found.price, found.cost) == (15 - 8, 1, 7)


def test_people_moved_compares_shares() -> None:
    """Half of u1 was on A1 and a quarter is now: of 40 people only 10 stay, 30 move."""
    today = [("u1", "A1", 6), ("u1", "A2", 6)]
    found = term(TermName.PEOPLE_MOVED, case(current=today), "u1 A1 10, u1 A3 30")
    assert (found.amount, found.price, found.cost) == (30, 2, 60)


def test_people_elsewhere_have_moved() -> None:
    """Desks outside the scenario's floors count in the divisor: half of u1's people came in."""
    today = [("u1", "A1", 12), ("u1", "Jakarta", 12)]
    assert term(TermName.PEOPLE_MOVED, case(current=today), "u1 A1 40").amount == 20


def test_units_without_desks_today_do_not_move() -> None:
    """Units that are nowhere today, or have 0 desks there, are left out."""
    today = [("u1", "A1", 0), ("u2", "A2", 5)]
    assert term(TermName.PEOPLE_MOVED, case(current=today), "u1 A2 40, u2 A2 40").amount == 0


def test_newcomers_and_leavers_do_not_move() -> None:
    """Of 50 people on A1 today 40 are left; of 30 there are now 40. Nobody of either moves."""
    today = [("u1", "A1", 30, 50), ("u2", "A2", 30, 30)]
    assert term(TermName.PEOPLE_MOVED, case(current=today), "u1 A1 40, u2 A2 40").amount == 0


def test_people_are_counted_where_all_rows_have_them() -> None:
    """By people 15 of 20 sat on A1, where 10 of 40 are now; by desks half of 40 did."""
    rows = [("u1", "A1", 6, 15), ("u1", "A2", 6, 5)]
    text = "u1 A1 10, u1 A3 30"
    assert term(TermName.PEOPLE_MOVED, case(current=rows), text).amount == 10
    half = [rows[0], ("u1", "A2", 6)]
    assert term(TermName.PEOPLE_MOVED, case(current=half), text).amount == 30


def test_a_unit_begins_where_its_predecessors_sit() -> None:
    """old passes 30 % on to u1 and the rest to u2 and v in equal parts; all sat on A1."""
    today = [("old", "A1", 40, 100, "Gone")]
    heirs = [("u1", "old", "0.3"), ("u2", "Gone"), ("v", "old")]
    given = case(current=today, predecessors=heirs)
    found = term(TermName.PEOPLE_MOVED, given, "u1 A1 40, u2 A2 40, v A1 20, v A3 20")
    assert found.amount == 35 + 15


def test_a_unit_that_survives_keeps_what_it_does_not_pass_on() -> None:
    """u1 had 40 people and passed a quarter on to v; both have left its floor."""
    today = [("u1", "A1", 40, 40)]
    given = case(current=today, predecessors=[("v", "u1", "0.25")])
    assert term(TermName.PEOPLE_MOVED, given, "u1 A2 40, v A3 40").amount == 30 + 10


def test_more_people_may_not_move_than_the_limit_says() -> None:
    """30 people move: a limit of 30 holds, one of 29.5 does not."""
    today = [("u1", "A1", 6), ("u1", "A2", 6)]
    text = "u1 A1 10, u1 A3 30, u2 A2 40, v A4 40"
    settings = {"trips": QUIET, "options": {"max_people_moved": 30}}
    assert check(case(current=today, settings=settings), text).feasible
    settings["options"] = {"max_people_moved": 29.5}
    (found,) = check(case(current=today, settings=settings), text).violations
    assert (found.kind, found.amount) == ("max_people_moved", 0.5)


def test_terms_speak_of_the_desks_placed() -> None:
    """With u1 half unplaced half of its cost counts and half of its people have left A1."""
    settings = {"trips": QUIET, "prices": DESK, "options": {"allow_unplaced": True}}
    given = case(
        placement_costs=[("u1", "A1", 60.0)], current=[("u1", "A1", 9)], settings=settings
    )
    found = check(given, "u1 A1 20")
    assert [t.amount for t in found.terms] == [0, 0, 0, 1, 0, 30, 20]
    assert found.total == 5 * 50 + 30 + 2 * 20


def test_units_without_demand_cost_nothing() -> None:
    """A unit of nobody has no share anywhere, so its placement costs and moves are 0."""
    given = case(
        headcounts=[("u1", 0, "Org")],
        placement_costs=[("u1", "A1", 60.0)],
        current=[("u1", "A2", 9)],
    )
    assert [t.cost for t in check(given, "").terms] == [0] * 7
    assert check(given, "").feasible


def test_the_total_of_the_office_by_hand() -> None:
    """Every term of the office's plan is as worked out by hand, walking apart."""
    found = check(office(), OFFICE_PLAN)
    amounts = {t.name.value: t.amount for t in found.terms}
    walking = amounts.pop("walking")
    assert amounts == {
        "extra_towers": 1,  # Sea in A and B
        "extra_floors": 0,
        "gaps": 0,
        "open_floors": 4,
        "placement_cost": 32,  # tax on A2 42, port on B1 −10
        "people_moved": 12.5,  # half of desk's 25 people were elsewhere
    }
    opened = 5 * (40 + 60 + 25) + 100
    assert found.total == pytest.approx(2000 + opened + walking + 32 + 2 * 12.5)


def test_terms_come_in_the_order_of_the_contract() -> None:
    """All seven terms are there, in order, without bounds, and add up to the total."""
    found = check(office(), OFFICE_PLAN)
    assert [t.name for t in found.terms] == list(TermName)
    assert {t.bound for t in found.terms} == {None}
    assert found.total == pytest.approx(sum(t.cost for t in found.terms))


def test_costs_of_units_without_a_headcount_are_passed_over() -> None:
    """A row of placement_costs or current for a unit that is not housed costs nothing."""
    given = case(placement_costs=[("later", "A1", 60.0)], current=[("later", "A1", 9)])
    assert [t.amount for t in check(given, "u1 A1 40").terms] == [0, 0, 0, 1, 0, 0, 0]


def test_organisation_is_that_of_headcounts_where_units_leave_it_open() -> None:
    """Units of one organisation by the headcounts alone have one extra tower together."""
    units = [{"unit_id": "u1"}, {"unit_id": "u2"}, {"unit_id": "v", "organisation_id": "Other"}]
    found = term(TermName.EXTRA_TOWERS, case(units=units), "u1 A1 40, u2 B1 40, v C1 40")
    assert found.amount == 1


def test_organisation_is_that_of_the_scheme_in_force() -> None:
    """A row of another scheme that leaves the organisation open does not take it away."""
    rows = [("u1", "Org", "now"), ("u1", None, "later"), ("u2", "Org", "now")]
    headcounts = [
        {"unit_id": unit, "headcount": 40, "organisation_id": organisation, "scheme": scheme}
        for unit, organisation, scheme in rows
    ]
    given = case(headcounts=headcounts, settings={"trips": QUIET, "options": {"scheme": "now"}})
    assert term(TermName.EXTRA_TOWERS, given, "u1 A1 40, u2 B1 40").amount == 1
