"""The checker on desks, floors and needs, each kind of violation alone."""

from __future__ import annotations

from typing import Any

import pytest

from allocator.plan.verify import verify
from tests.builders import scenario
from tests.plan.offices import check, given, kinds

ONE = [("u", 21, "Org")]


def floor(desks: int = 60, **more: Any) -> dict[str, Any]:
    return {"floor_id": "A1", "tower_id": "A", "level": 1, "desks": desks} | more


def test_demand_is_exact() -> None:
    """21 people at 1.4 per desk need 15 desks, where a float would say 16."""
    case = scenario(headcounts=ONE, settings={"sharing": {"people_per_desk": 1.4}})
    assert kinds(case, "u A-1 15") == []
    assert kinds(case, "u A-1 14") == ["unplaced"]
    assert kinds(case, "u A-1 16") == ["over_demand"]


def test_own_desks_are_not_shared() -> None:
    """Of 21 people 5 keep a desk and 16 share at 2 people per desk: 13 desks."""
    row = {"unit_id": "u", "headcount": 21, "own_desks": 5, "people_per_desk": "2"}
    case = scenario(headcounts=[row])
    assert kinds(case, "u A-1 13") == []
    assert check(case, "u A-1 12").violations[0].amount == 1


def test_over_demand_says_by_how_much() -> None:
    """Desks beyond the demand are counted over all floors of the unit."""
    case = scenario(floors=[("A1", "A", 1, 60), ("A2", "A", 2, 60)], headcounts=ONE)
    (found,) = check(case, "u A1 12, u A2 12").violations
    assert (found.kind, found.subject, found.amount) == ("over_demand", "u", 3)
    assert found.message == "unit u has 24 desks and needs 21: 3 too many"


def test_unit_without_a_headcount_needs_no_desk() -> None:
    """A unit of another scheme is known, but any piece of it is over its demand of 0."""
    rows = [
        {"unit_id": unit, "headcount": 20, "scheme": scheme}
        for unit, scheme in (("u", "now"), ("late", "later"))
    ]
    case = scenario(headcounts=rows, settings={"options": {"scheme": "now"}})
    (found,) = check(case, "u A-1 20, late A-1 9").violations
    assert (found.kind, found.subject, found.amount) == ("over_demand", "late", 9)


def test_unit_without_a_headcount_belongs_to_its_organisation() -> None:
    """Units of other schemes keep the organisation that the headcounts or units table gives."""
    rows = [
        {"unit_id": "u", "headcount": 20, "organisation_id": "Org", "scheme": "now"},
        {"unit_id": "late", "headcount": 20, "organisation_id": "Org", "scheme": "later"},
    ]
    case = scenario(
        headcounts=rows,
        units=[{"unit_id": "u"}, {"unit_id": "late"}],
        rules=[("max_floors", "Org", None, "9"), ("own_floor", "Org")],
        settings={"options": {"scheme": "now"}},
    )
    assert kinds(case, "u A-1 20, late A-1 9") == ["over_demand"]


def test_unit_of_nobody_needs_no_row() -> None:
    """A unit with a headcount of 0 is complete without a piece."""
    assert kinds(scenario(headcounts=[("u", 0, "Org")]), "") == []


def test_unplaced_is_allowed_where_the_scenario_says_so() -> None:
    """With allow_unplaced missing desks are no violation; people are counted by share."""
    case = scenario(headcounts=[("u", 30, "Org")], settings={"options": {"allow_unplaced": True}})
    found = check(case, "u A-1 20")
    assert found.feasible
    assert found.unplaced_people == pytest.approx(10)


def test_unplaced_people_count_people_not_desks() -> None:
    """Half of the desks of 30 people, who share 15 desks, lack for 8 of 15: 16 people."""
    case = scenario(
        headcounts=[("u", 30, "Org")],
        settings={"sharing": {"people_per_desk": "2", "min_piece_desks": 1}},
    )
    assert check(case, "u A-1 7").unplaced_people == pytest.approx(16)


def test_over_capacity_counts_all_units_of_the_floor() -> None:
    """A floor may be filled to the last desk and not beyond."""
    case = scenario(floors=[floor(40)], headcounts=[("u", 20, "Org"), ("v", 21, "Org")])
    (found,) = check(case, "u A1 20, v A1 21").violations
    assert (found.kind, found.subject, found.amount) == ("over_capacity", "A1", 1)
    assert (
        kinds(case.replace(floors=scenario(floors=[floor(41)]).floors), "u A1 20, v A1 21") == []
    )


@pytest.mark.parametrize(
    ("reserve", "fits"), [("0.3", True), ("3/10", True), ("0.301", False), ("1/3", False)]
)
def test_reserve_is_kept_free_in_exact_fractions(reserve: str, fits: bool) -> None:
    """Of 90 desks with a reserve of 0.3 exactly 63 may be placed, where a float says 62."""
    settings = {"sharing": {"reserve_share": reserve}}
    case = scenario(floors=[floor(90)], headcounts=[("u", 63, "Org")], settings=settings)
    assert kinds(case, "u A1 63") == ([] if fits else ["over_capacity"])


@pytest.mark.parametrize(("area", "fits"), [("147", True), ("146.9", False)])
def test_floors_by_area_are_rounded_down(area: str, fits: bool) -> None:
    """At 7 square metres a desk, 146.9 hold 20 desks and 147 hold 21."""
    place = {"floor_id": "A1", "tower_id": "A", "level": 1, "area_m2": area}
    settings = {"sharing": {"m2_per_desk": "7"}}
    case = scenario(floors=[place], headcounts=ONE, settings=settings)
    assert kinds(case, "u A1 21") == ([] if fits else ["over_capacity"])


@pytest.mark.parametrize(("most", "broken"), [(21, []), (20, ["max_occupants"])])
def test_max_occupants_is_not_reduced_by_the_reserve(most: int, broken: list[str]) -> None:
    """A ceiling of 21 occupants allows 21 desks even where half of the floor is reserve."""
    settings = {"sharing": {"reserve_share": "0.5"}}
    case = scenario(floors=[floor(60, max_occupants=most)], headcounts=ONE, settings=settings)
    assert kinds(case, "u A1 21") == broken


def test_a_floor_can_break_both_ceilings() -> None:
    """Desks and occupants are two ceilings; a floor above both is reported for each."""
    case = scenario(floors=[floor(20, max_occupants=19)], headcounts=ONE)
    found = check(case, "u A1 21").violations
    assert [(v.kind, v.amount) for v in found] == [("over_capacity", 1), ("max_occupants", 2)]


@pytest.mark.parametrize(
    ("people", "least"),
    [(5, 5), (8, 8), (39, 8), (41, 9), (100, 20), (101, 21)],
)
def test_smallest_piece_follows_the_demand(people: int, least: int) -> None:
    """A piece has 8 desks, or a fifth of the demand if that is more, or all of the demand."""
    case = scenario(
        floors=[floor(200)],
        headcounts=[("u", people, "Org")],
        settings={"options": {"allow_unplaced": True}},
    )
    assert kinds(case, f"u A1 {least}") == []
    (found,) = check(case, f"u A1 {least - 1}").violations
    assert (found.kind, found.subject, found.object, found.amount) == ("small_piece", "u", "A1", 1)


def test_small_pieces_are_reported_by_floor() -> None:
    """A unit with two pieces that are too small breaks the rule twice."""
    floors = [(name, "A", level, 60) for level, name in enumerate("xyz")]
    case = scenario(floors=floors, headcounts=ONE)
    found = check(case, "u x 11, u y 7, u z 3").violations
    assert [(v.kind, v.object, v.amount) for v in found] == [
        ("small_piece", "y", 1),
        ("small_piece", "z", 5),
    ]


def test_needs_are_all_needed() -> None:
    """A floor that lacks one of two features is no place for the unit, in every piece of it."""
    features = {"A1": ("counter", "secure"), "A2": ("counter",), "A3": ()}
    case = scenario(
        floors=[floor(floor_id=name, features=has) for name, has in features.items()],
        headcounts=[("u", 30, "Org")],
        units=[{"unit_id": "u", "needs": ("secure", "counter")}],
    )
    found = check(case, "u A1 10, u A2 10, u A3 10").violations
    assert [(v.kind, v.object, v.amount) for v in found] == [
        ("needs", "A2", 1),
        ("needs", "A3", 2),
    ]
    assert found[1].message == "unit u is on floor A3, which lacks counter, secure"


def test_features_nobody_needs_keep_nobody_off() -> None:
    """A unit without needs may sit on a floor with any features."""
    case = scenario(floors=[floor(features=("secure",))], headcounts=ONE)
    assert verify(case, given("u A1 21")).feasible
