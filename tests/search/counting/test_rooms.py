"""Sets of units whose floors are too few: which units, which floors, and by how many desks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from allocator.search.case import Case
from allocator.search.compile import compile_case
from allocator.search.counting.pooled import pooled
from allocator.search.counting.rooms import ShortSet, rooms, short_sets, total_desks
from tests.builders import scenario

FLOORS = [(f"{tower}{level}", tower, level, 10) for tower in "ABC" for level in range(2)]


def case_of(
    *people: tuple[str, int], rules: Iterable[tuple[Any, ...]] = (), **sharing: Any
) -> Case:
    """Units, each of an organisation of its own, in three towers of 20 desks."""
    given = {"min_piece_desks": 1, "min_piece_share": "0"} | sharing
    return compile_case(
        scenario(floors=FLOORS, headcounts=people, rules=list(rules), settings={"sharing": given})
    )


def test_units_of_one_tower_are_short_by_what_it_lacks() -> None:
    """13 and 9 in a tower of 20: both are named, its two floors, and two desks."""
    rules = [("only_in", "u", "A"), ("only_in", "v", "A")]
    case = case_of(("u", 13), ("v", 9), ("w", 5), rules=rules)
    assert short_sets(case) == [ShortSet((0, 1), (0, 1), 2)]


def test_what_fills_its_floors_to_the_last_desk_is_not_short() -> None:
    """13 and 7 in a tower of 20 fit."""
    rules = [("only_in", "u", "A"), ("only_in", "v", "A")]
    assert short_sets(case_of(("u", 13), ("v", 7), ("w", 40), rules=rules)) == []


def test_sets_that_share_no_floor_are_proofs_of_their_own() -> None:
    """One tower is short by 1 and another by 3, each with its own unit."""
    rules = [("only_in", "u", "A"), ("only_in", "v", "B")]
    found = short_sets(case_of(("u", 21), ("v", 23), rules=rules))
    assert sorted((s.units, s.floors, s.desks) for s in found) == [
        ((0,), (0, 1), 1),
        ((1,), (2, 3), 3),
    ]


def test_a_chain_of_units_is_one_set() -> None:
    """Neither alone is short: 15 in A, 15 in C, and 32 in A or C are, by 22."""
    rules = [("only_in", "u", "A"), ("only_in", "w", "C"), ("never_in", "v", "B")]
    (found,) = short_sets(case_of(("u", 15), ("v", 32), ("w", 15), rules=rules))
    assert (found.units, found.floors, found.desks) == ((0, 1, 2), (0, 1, 4, 5), 22)


def test_a_set_that_may_be_anywhere_is_counted_in_the_total() -> None:
    """61 on all 60 desks: the total says so, and no rule is blamed."""
    case = case_of(("u", 61))
    assert list(rooms(case)) == []
    (reason,) = total_desks(case)
    assert (reason.kind, reason.desks) == ("desks", 1)


@pytest.mark.parametrize(("people", "is_short"), [(60, False), (400, True)])
def test_by_chance_only_what_no_sharing_can_mend_is_short(people: int, is_short: bool) -> None:
    """60 people share 60 desks somehow; 400 are short too often wherever they are."""
    found = list(pooled(case_of(("u", people), capacity="chance")))
    assert [reason.kind for reason in found] == ["desks"] * is_short
