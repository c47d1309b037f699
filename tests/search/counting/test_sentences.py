"""Reasons of counting: what each says, with its numbers, and that what just fits is none."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest

from allocator.plan.types import Reason
from allocator.search.case import Case
from allocator.search.compile import compile_case
from allocator.search.counting.apart import apart, own_floors
from allocator.search.counting.limits import adjacent, few_places, together
from allocator.search.counting.pins import hopeless, pins
from allocator.search.counting.words import names, needed, open_to_any
from tests.builders import scenario

FLOORS = [("a0", "A", 0, 10), ("a1", "A", 1, 10), ("b0", "B", 0, 12), ("b2", "B", 2, 8)]
Count = Callable[[Case], Iterable[Reason]]


def case_of(*people: tuple[str, int], rules: Iterable[tuple[Any, ...]] = ()) -> Case:
    """Units of organisations named by their first letter, on two towers of 20 desks."""
    sharing = {"sharing": {"min_piece_desks": 1, "min_piece_share": "0"}}
    units = [(name, count, name[0].upper()) for name, count in people]
    given = scenario(floors=FLOORS, headcounts=units, rules=list(rules), settings=sharing)
    return compile_case(given)


CASES: list[tuple[Count, tuple[Any, ...], int, int, str]] = [
    (together, ("same_floor", "p", "q"), 6, 7, "the floor with most room"),
    (together, ("same_tower", "p", "q"), 14, 15, "the tower with most room"),
    (few_places, ("max_towers", "P", None, "1"), 20, 21, "P may use 1 tower"),
    (few_places, ("max_floors", "p", None, "1"), 12, 13, "p may use 1 floor"),
    (adjacent, ("adjacent_floors", "p", "q"), 14, 15, "run of levels offers 20"),
    (pins, ("at_least", "p", "a0", "8"), 8, 7, "must have 8 desks on a0"),
]


@pytest.mark.parametrize(("count", "rule", "fits", "short", "said"), CASES)
def test_one_desk_more_than_there_is_room_for_is_a_reason(
    count: Count, rule: tuple[Any, ...], fits: int, short: int, said: str
) -> None:
    """Just inside nothing is said; just outside one reason names the rule, a desk, and why."""
    assert not list(count(case_of(("p", fits), ("q", 6), rules=[rule])))
    (reason,) = count(case_of(("p", short), ("q", 6), rules=[rule]))
    assert (reason.kind, reason.desks) == (rule[0], 1)
    assert said in reason.message


def test_two_that_are_apart_find_no_room_beside_one_another() -> None:
    """P takes a tower of 20, so that Q has the other: 20 fit and 21 do not."""
    rule = ("apart_tower", "p", "q")
    assert not list(apart(case_of(("p", 20), ("q", 20), rules=[rule])))
    (reason,) = apart(case_of(("p", 19), ("q", 21), rules=[rule]))
    assert (reason.kind, reason.desks) == ("apart_tower", 1)


def test_a_floor_of_its_own_strands_desks_that_others_need() -> None:
    """7 on the floor of 8 strand a desk: 32 others fit beside it, and 33 do not."""
    rule = ("own_floor", "p")
    assert not list(own_floors(case_of(("p", 7), ("q", 32), rules=[rule])))
    (reason,) = own_floors(case_of(("p", 7), ("q", 33), rules=[rule]))
    assert (reason.kind, reason.desks) == ("own_floor", 1)


def test_a_hopeless_pin_counts_only_units_that_may_be_there() -> None:
    """Of 12 desks of P only the 5 of its unit that may be on the floor can be pinned to it."""
    rules = [("at_least", "P", "a0", "6"), ("never_in", "p1", "a0")]
    (reason,) = hopeless(case_of(("p1", 7), ("p2", 5), rules=rules))
    assert (reason.kind, reason.desks) == ("at_least", 1)


def test_open_floors_are_those_that_any_unit_may_use() -> None:
    """One unit keeps to a tower, the other off a floor: together they may be anywhere."""
    case = case_of(("p", 5), ("q", 5), rules=[("only_in", "p", "A"), ("never_in", "q", "a0")])
    assert open_to_any(case, [0]).tolist() == [True, True, False, False]
    assert open_to_any(case, [0, 1]).all()


def test_sentences_agree_in_number_and_name_the_first_few() -> None:
    """One desk is needed, two desks are; of many units some are named and the rest counted."""
    case = case_of(*((f"u{i}", 1) for i in range(9)))
    assert (needed(1), needed(2)) == ("1 desk is needed", "2 desks are needed")
    assert names(case, [0, 1]) == "u0, u1"
    assert "u8" not in names(case, range(9))
