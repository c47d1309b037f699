"""Each kind of rule as the search reads it: where units may be, or one of five limits."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from allocator.search.compile import compile_case
from allocator.search.rules import (
    Apart,
    AtMost,
    Contiguous,
    Exclusive,
    Limit,
    Pinned,
    PlaceKind,
)
from tests.builders import scenario

FLOORS = ("A1", "A2", "B1", "C1")
UNITS = ("u", "v", "w")


def case_of(*rules: tuple[Any, ...]) -> Any:
    """Units u and v of P, w of Q; tower A of two floors, B and C of one, A and B in complex X."""
    return compile_case(
        scenario(
            floors=[
                ("A1", "A", 1, 20),
                ("A2", "A", 2, 20),
                ("B1", "B", 1, 20),
                ("C1", "C", 3, 20),
            ],
            towers=[("A", "A", "X"), ("B", "B", "X"), ("C", "C", "Z")],
            headcounts=[("u", 5, "P"), ("v", 5, "P"), ("w", 5, "Q")],
            rules=rules,
        )
    )


def where(*rules: tuple[Any, ...]) -> dict[str, str]:
    """The floors on which each unit may be, one after the other."""
    allowed = case_of(*rules).allowed
    return {u: " ".join(np.array(FLOORS)[allowed[i]]) for i, u in enumerate(UNITS)}


def limits(*rules: tuple[Any, ...]) -> list[Limit]:
    """The limits that rules set."""
    return list(case_of(*rules).limits)


def fields(limit: Limit) -> dict[str, Any]:
    """What a limit says, but for the row that it comes from."""
    return {name: value for name, value in vars(limit).items() if name != "row"}


def test_without_rules_units_may_be_anywhere() -> None:
    """Nobody is kept out, and nothing is limited."""
    assert set(where().values()) == {"A1 A2 B1 C1"}
    assert limits() == []


@pytest.mark.parametrize(
    ("place", "floors"), [("A1", "A1"), ("A", "A1 A2"), ("X", "A1 A2 B1"), ("Z", "C1")]
)
def test_a_place_is_a_floor_a_tower_or_a_complex(place: str, floors: str) -> None:
    """`only_in` leaves the floors of the place, and is about its subject alone."""
    found = where(("only_in", "u", place))
    assert (found["u"], found["v"]) == (floors, "A1 A2 B1 C1")


def test_several_places_of_a_subject_are_all_open_to_it() -> None:
    """Rows of one subject add up: it may be in any of them."""
    assert where(("only_in", "P", "A1"), ("only_in", "P", "C"))["v"] == "A1 C1"


def test_rows_of_an_organisation_and_of_its_unit_hold_both() -> None:
    """The unit is where both of them allow."""
    found = where(("only_in", "P", "X"), ("only_in", "u", "A2"), ("only_in", "u", "C"))
    assert (found["u"], found["v"]) == ("A2", "A1 A2 B1")


def test_a_subject_is_kept_out_of_each_of_its_places() -> None:
    """`never_in` of an organisation is about each unit."""
    found = where(("never_in", "P", "A2"), ("never_in", "P", "C"))
    assert (found["u"], found["w"]) == ("A1 B1", "A1 A2 B1 C1")


def test_a_place_is_kept_for_all_subjects_that_its_rows_name() -> None:
    """Others are kept out of it; they themselves may be elsewhere, too."""
    found = where(("kept_for", "u", "A"), ("kept_for", "Q", "A"))
    assert found == {"u": "A1 A2 B1 C1", "v": "B1 C1", "w": "A1 A2 B1 C1"}


def test_levels_are_those_of_the_table() -> None:
    """From and to belong to the range."""
    assert where(("levels", "u", None, "2..3"))["u"] == "A2 C1"
    assert where(("levels", "u", None, "1..1"))["u"] == "A1 B1"


@pytest.mark.parametrize(
    ("rule", "place"),
    [
        ("same_floor", PlaceKind.FLOOR),
        ("same_tower", PlaceKind.TOWER),
        ("same_complex", PlaceKind.COMPLEX),
    ],
)
def test_bodies_that_stay_together_are_in_one_place(rule: str, place: PlaceKind) -> None:
    """The units of both count together, and that binds them."""
    (limit,) = limits((rule, "P", "w"))
    assert isinstance(limit, AtMost)
    assert fields(limit) == {"units": (0, 1, 2), "place": place, "most": 1}
    assert limit.binds


def test_a_unit_with_itself_is_bound_to_nobody() -> None:
    """It must be in one place, which moves no other unit."""
    (limit,) = limits(("same_floor", "u", "u"))
    assert isinstance(limit, AtMost)
    assert (limit.units, limit.binds) == ((0,), False)


def test_adjacent_floors_are_one_tower_and_levels_that_follow() -> None:
    """Two limits of one row."""
    first, second = limits(("adjacent_floors", "u", "w"))
    assert fields(first) == {"units": (0, 2), "place": PlaceKind.TOWER, "most": 1}
    assert isinstance(second, Contiguous)
    assert second.row == first.row


@pytest.mark.parametrize(
    ("rule", "place"), [("apart_floor", PlaceKind.FLOOR), ("apart_tower", PlaceKind.TOWER)]
)
def test_bodies_apart_share_no_place(rule: str, place: PlaceKind) -> None:
    """Units of the same body may share it; pieces of both can break the rule."""
    (limit,) = limits((rule, "P", "w"))
    assert isinstance(limit, Apart)
    assert fields(limit) == {"units": (0, 1), "others": (2,), "place": place}
    assert limit.all_units == (0, 1, 2)


@pytest.mark.parametrize(("rule", "kind"), [("own_floor", Exclusive), ("contiguous", Contiguous)])
def test_limits_of_one_subject_are_of_all_its_units(rule: str, kind: type[Limit]) -> None:
    """They are counted together, not one by one."""
    (limit,) = limits((rule, "P"))
    assert type(limit) is kind
    assert limit.units == limit.all_units == (0, 1)


def test_floors_are_limited_unit_by_unit_and_towers_as_a_whole() -> None:
    """`max_floors` of an organisation is a limit for each unit, `max_towers` one for all."""
    floors, towers = limits(("max_floors", "P", None, "2")), limits(("max_towers", "P", None, "3"))
    assert [fields(limit) for limit in floors] == [
        {"units": (u,), "place": PlaceKind.FLOOR, "most": 2} for u in (0, 1)
    ]
    assert [fields(limit) for limit in towers] == [
        {"units": (0, 1), "place": PlaceKind.TOWER, "most": 3}
    ]


def test_desks_on_a_floor_are_pinned() -> None:
    """So many of the units together, on that floor."""
    (limit,) = limits(("at_least", "P", "B1", "4"))
    assert isinstance(limit, Pinned)
    assert fields(limit) == {"units": (0, 1), "floor": 2, "desks": 4}


def test_a_limit_knows_the_row_that_it_comes_from() -> None:
    """Sentences name that row."""
    rules = [("own_floor", "P"), ("at_least", "Q", "C1", "1"), ("apart_floor", "u", "v")]
    assert sorted(limit.row.rule for limit in limits(*rules)) == sorted(rule for rule, *_ in rules)
