"""Which cause is blamed for a shortfall, and the parts of which counting is made."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pytest

from allocator.search.case import Case
from allocator.search.compile import compile_case
from allocator.search.counting import shortfalls
from allocator.search.counting.apart import _least_loss, apart, own_floors
from allocator.search.counting.limits import adjacent, few_places, together
from allocator.search.counting.pins import pins
from allocator.search.counting.pooled import pooled
from allocator.search.counting.rooms import _apart, _least_cut, rooms
from tests.builders import scenario

FLOORS = [("A1", "A", 1, 10), ("A2", "A", 2, 10), ("B1", "B", 1, 12), ("B3", "B", 3, 8)]
HEADS = [("u", 14, "P"), ("v", 8, "P"), ("w", 6, "Q")]


def case_of(*rules: tuple[Any, ...], **tables: Any) -> Case:
    """Two towers of 20 desks; units of 14 and 8 of P, and of 6 of Q."""
    usual = {"floors": FLOORS, "headcounts": HEADS}
    sections = {"sharing": {"min_piece_desks": 1, "min_piece_share": "0"}}
    sections |= tables.pop("settings", {})
    return compile_case(scenario(**(usual | tables), rules=list(rules), settings=sections))


def blamed(case: Case) -> list[tuple[str, str, str, int | None]]:
    """The kind, subject, object and desks of every set of units that is short."""
    return [(r.kind, r.subject, r.object, r.desks) for r in rooms(case)]


@pytest.mark.parametrize(
    ("rule", "kind", "place", "short"),
    [
        (("only_in", "u", "A1"), "only_in", "A1", 4),
        (("never_in", "u", "A"), "never_in", "A", 0),
        (("levels", "u", None, "3..4"), "levels", "3..4", 6),
    ],
)
def test_one_rule_that_is_enough_is_blamed(
    rule: tuple[Any, ...], kind: str, place: str, short: int
) -> None:
    """14 desks on a floor of 10 or 8; the tower of 20 that is left has room."""
    assert blamed(case_of(rule)) == ([(kind, "u", place, short)] if short else [])


def test_two_rows_of_one_rule_are_blamed_together() -> None:
    """A1 and B3 have 18 desks; P needs 22."""
    assert blamed(case_of(("only_in", "P", "A1"), ("only_in", "P", "B3"))) == [
        ("only_in", "", "A1;B3", 4)
    ]


def test_rows_of_others_are_not_named() -> None:
    """Q is kept to a place of its own, which has nothing to do with u."""
    assert blamed(case_of(("only_in", "u", "A1"), ("only_in", "Q", "B1"))) == [
        ("only_in", "u", "A1", 4)
    ]


def test_rules_that_are_short_together_are_blamed_together() -> None:
    """A alone has room for 14, and so have floors on level 2 and above: A2 alone has not."""
    assert blamed(case_of(("only_in", "u", "A"), ("levels", "u", None, "2..9"))) == [
        ("places", "u", "", 4)
    ]


def test_what_is_kept_for_others_is_blamed_by_its_place() -> None:
    """Of 40 desks 20 are kept for Q, and P needs 22."""
    assert blamed(case_of(("kept_for", "Q", "A"))) == [("kept_for", "", "A", 2)]


def test_pieces_that_are_too_large_come_before_rules() -> None:
    """In pieces of 11 only B1 can hold u, whatever its rule says."""
    found = blamed(
        case_of(
            ("only_in", "u", "B"),
            settings={"sharing": {"min_piece_desks": 11, "min_piece_share": "0"}},
            headcounts=[("u", 14, "P"), ("w", 6, "Q")],
        )
    )
    assert found == [("small_piece", "u", "", 2)]


def test_units_without_any_floor_are_reported_by_what_they_need() -> None:
    """A vault and a lab are on no floor; the two units that lack the same are one reason."""
    needs = {"u": ("vault",), "v": ("lab",), "w": ("vault",)}
    units = [{"unit_id": u, "organisation_id": o, "needs": needs[u]} for u, _, o in HEADS]
    assert sorted(blamed(case_of(units=units))) == [
        ("needs", "", "vault", 20),
        ("needs", "v", "lab", 8),
    ]


def test_of_needs_only_what_no_floor_has_is_named() -> None:
    """Two floors have a lab, and none a vault."""
    floors = [
        {"floor_id": f, "tower_id": t, "level": n, "desks": d, "features": ("lab",)}
        for f, t, n, d in FLOORS
    ]
    units = [{"unit_id": "u", "organisation_id": "P", "needs": ("lab", "vault")}]
    case = case_of(floors=floors, units=units, headcounts=HEADS[:1])
    assert blamed(case) == [("needs", "u", "vault", 14)]


def test_groups_that_find_room_have_no_cut() -> None:
    """4 desks that may be on either of two floors of 3, and 2 on the second alone."""
    rows = np.array([[True, True], [False, True]])
    assert _least_cut(rows, np.array([4, 2]), np.array([3, 3])) == []


@pytest.mark.parametrize(
    ("demand", "groups"), [([4, 3], [0, 1]), ([2, 4], [1]), ([7, 2], [0, 1]), ([3, 3], [])]
)
def test_groups_in_a_cut_are_those_that_lack_room(demand: list[int], groups: list[int]) -> None:
    """Only the second floor of 3 is open to the second group; to the first both are."""
    rows = np.array([[True, True], [False, True]])
    assert _least_cut(rows, np.array(demand), np.array([3, 3])) == groups


def test_sets_grow_together_where_a_group_joins_them() -> None:
    """The last group shares a floor with either of the others, which share none."""
    rows = np.array([[1, 0, 0, 0], [0, 1, 0, 0], [1, 1, 0, 0], [0, 0, 0, 1]], bool)
    assert sorted(map(sorted, _apart(rows, [0, 1, 3]))) == [[0], [1], [3]]
    assert sorted(map(sorted, _apart(rows, [0, 1, 2, 3]))) == [[0, 1, 2], [3]]


@pytest.mark.parametrize(("first", "loss"), [(10, 5), (11, 6), (16, 11), (26, 18)])
def test_the_first_takes_what_the_second_loses_least_by(first: int, loss: int) -> None:
    """Places of 10, 12 and 8 for the first are 5, 6 and 7 for the second.

    10 desks take the 10, 11 the 12; 16 take the two of 10 and 12, and 26 all three.
    """
    assert _least_loss([10, 12, 8], [5, 6, 7], first) == loss


def test_a_place_that_can_be_spared_settles_who_stays_apart() -> None:
    """P takes A, and 20 desks are left to Q; with 21 they are short of one."""
    rule, heads = ("apart_tower", "P", "Q"), [("u", 15, "P")]
    assert list(apart(case_of(rule, headcounts=[*heads, ("w", 20, "Q")]))) == []
    (reason,) = apart(case_of(rule, headcounts=[*heads, ("w", 21, "Q")]))
    assert (reason.kind, reason.desks) == ("apart_tower", 1)


@pytest.mark.parametrize(
    "heads", [[("u", 0, "P"), ("w", 41, "Q")], [("u", 41, "P"), ("w", 1, "Q")]]
)
def test_who_is_too_many_alone_is_reported_elsewhere(heads: list[Any]) -> None:
    """41 desks are more than all towers have: no rule of two is to blame."""
    assert list(apart(case_of(("apart_tower", "P", "Q"), headcounts=heads))) == []


def test_floors_of_ones_own_that_are_not_there_are_a_reason() -> None:
    """P of 21 desks wants three of the four floors, and Q of 19 needs two."""
    rules = ("own_floor", "P"), ("own_floor", "Q")
    (reason,) = own_floors(case_of(*rules, headcounts=[("u", 21, "P"), ("w", 19, "Q")]))
    assert reason.kind == "own_floor"
    assert reason.desks is None
    assert reason.message == (
        "P, Q need floors of their own, and there are not enough for all of them"
    )


def test_own_floors_of_two_organisations_leave_desks_vacant_together() -> None:
    """P of 9 takes a floor of 10, Q of 7 that of 8; 22 desks are left to 23."""
    rules, heads = [("own_floor", "P"), ("own_floor", "Q")], [("u", 9, "P"), ("w", 7, "Q")]
    assert list(own_floors(case_of(*rules, headcounts=[*heads, ("x", 22, "R")]))) == []
    (reason,) = own_floors(case_of(*rules, headcounts=[*heads, ("x", 23, "R")]))
    assert reason.desks == 1


def test_without_the_rule_nobody_has_floors_of_their_own() -> None:
    """Nor where its units have no desks."""
    assert list(own_floors(case_of())) == []
    gone = case_of(("own_floor", "P"), headcounts=[("u", 0, "P"), ("w", 40, "Q")])
    assert list(own_floors(gone)) == []


@pytest.mark.parametrize(
    ("rules", "short"),
    [
        ([("same_floor", "u", "w")], [8]),
        ([("same_floor", "u", "w"), ("never_in", "w", "B1")], [10]),
        ([("same_floor", "v", "w"), ("same_tower", "v", "u")], [2, 8]),
        ([("same_tower", "v", "u"), ("same_complex", "w", "u")], [2, 8]),
    ],
)
def test_who_stays_together_needs_a_place_that_each_may_use(
    rules: list[tuple[Any, ...]], short: list[int]
) -> None:
    """20 desks and the floor of 12 or 10; 14 on a floor and 28 in a tower of 20; 22 in a tower.

    Who shares a floor shares a tower, and who shares a tower a complex, but not the other way.
    """
    assert [reason.desks for reason in together(case_of(*rules))] == short


def test_units_tied_by_other_rules_are_counted_in() -> None:
    """u and v are named, and w comes with v: 28 desks in a tower of 20."""
    case = case_of(("same_tower", "u", "v"), ("same_floor", "v", "w"))
    *_, reason = together(case)
    assert reason.desks == 8
    assert "with 1 unit tied to them" in reason.message


def test_a_unit_without_desks_ties_nobody() -> None:
    """It is in no place, so that the others may be apart."""
    heads = [("u", 14, "P"), ("v", 0, "P"), ("w", 12, "Q")]
    rules = ("same_tower", "u", "v"), ("same_tower", "v", "w")
    assert list(together(case_of(*rules, headcounts=heads))) == []


def test_a_level_that_does_not_exist_ends_no_run() -> None:
    """B has levels 1 and 3 alone, which follow one another: 20 desks for u and w."""
    rules = ("adjacent_floors", "u", "w"), ("never_in", "P", "A"), ("never_in", "Q", "A")
    assert list(adjacent(case_of(*rules))) == []
    more = [("u", 14, "P"), ("w", 7, "Q")]
    (reason,) = adjacent(case_of(*rules, headcounts=more))
    assert reason.desks == 1


def test_contiguous_alone_is_no_run() -> None:
    """Its units may be in several towers, with a run in each."""
    assert list(adjacent(case_of(("contiguous", "P"), headcounts=[("u", 40, "P")]))) == []


@pytest.mark.parametrize(("most", "short"), [("1", [2]), ("2", []), ("3", [])])
def test_few_places_are_the_largest_ones(most: str, short: list[int]) -> None:
    """14 desks on the floor of 12, or on it and one of 10."""
    found = few_places(case_of(("max_floors", "u", None, most)))
    assert [reason.desks for reason in found] == short


def test_an_organisation_is_named_by_the_unit_that_is_short() -> None:
    """A rule for P is one for each of its units, of which v has room."""
    (reason,) = few_places(case_of(("max_floors", "P", None, "1")))
    assert reason.message.startswith("u may use 1 floor: 14 desks are needed")


def test_the_largest_pin_on_a_floor_holds_the_smaller_ones() -> None:
    """10 on A1, of which 5 are asked for again, and 4 on B1: 14 of 14."""
    pinned: Iterable[Any] = [("at_least", "u", "A1", "5"), ("at_least", "u", "B1", "4")]
    assert list(pins(case_of(*pinned, ("at_least", "P", "A1", "10")))) == []
    (reason,) = pins(case_of(*pinned, ("at_least", "u", "A2", "6")))
    assert reason.desks == 1


def test_a_hopeless_pin_is_not_counted_again_in_sums() -> None:
    """w has 6 desks and is asked for 7 on a floor and 9 on another: two reasons, and no third."""
    found = pins(case_of(("at_least", "w", "A1", "7"), ("at_least", "w", "B1", "9")))
    assert [reason.desks for reason in found] == [1, 3]


@pytest.mark.parametrize(("people", "short"), [(48, []), (49, []), (60, [11])])
def test_people_who_share_all_desks_may_be_too_many(people: int, short: list[int]) -> None:
    """Everybody comes every day, on 48 desks.

    The row that all plans obey allows a floor a hair more than its desks, so that of 12 that are
    lacking 11 are proved.
    """
    settings = {
        "sharing": {"capacity": "chance", "min_piece_share": "0"},
        "attendance": {"mean_share": 1.0, "weekday_factors": [1.0] * 5, "shared_by": "floor"},
    }
    floors = [(f"A{i}", "A", i, 12) for i in range(4)]
    case = case_of(floors=floors, headcounts=[("u", people, "P")], settings=settings)
    assert [reason.desks for reason in pooled(case)] == short


def test_a_pooled_unit_without_a_floor_is_named() -> None:
    """A rule keeps w off all floors; v may be anywhere."""
    settings = {"sharing": {"capacity": "chance", "min_piece_share": "0"}}
    (reason,) = pooled(case_of(("never_in", "w", "A"), ("never_in", "w", "B"), settings=settings))
    assert reason.kind == "places"
    assert reason.message.startswith("w has no floor")


def test_own_floors_are_asked_for_only_where_nothing_else_is_short() -> None:
    """41 desks are too many: that is said, and no model of whole floors is made."""
    heads = [("u", 9, "P"), ("w", 32, "Q")]
    found = shortfalls(case_of(("own_floor", "P"), headcounts=heads))
    assert [(reason.kind, reason.desks) for reason in found] == [("desks", 1)]
