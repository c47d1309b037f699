"""A case: numbers for names, places of each kind, and what floors hold."""

from __future__ import annotations

import numpy as np
import pytest

from allocator.search.case import distinct_rows
from allocator.search.compile import compile_case, in_order
from allocator.search.domains import narrowed
from allocator.search.rules import PlaceKind
from tests.builders import scenario as build
from tests.search.hot import office

FLOORS = [
    ("B2", "B", 2, 20),
    ("A1", "A", 1, 30),
    ("A2x", "A", 2, 10),
    ("A2y", "A", 2, 10),
    ("A5", "A", 5, 40),
]
HEADS = [("w", 12, "Q"), ("u", 20, "P"), ("v", 5, "P")]


def case_of(**tables: object):  # type: ignore[no-untyped-def]
    towers = [("A", "A", "X"), ("B", "B", "Y")]
    return compile_case(build(floors=FLOORS, towers=towers, headcounts=HEADS, **tables))


def test_numbers_do_not_depend_on_the_order_of_rows() -> None:
    """Shuffled tables make the same case."""
    case = case_of()
    other = compile_case(build(floors=FLOORS[::-1], headcounts=HEADS[::-1]))
    assert case.floor_ids == other.floor_ids == ("A1", "A2x", "A2y", "A5", "B2")
    assert case.unit_ids == other.unit_ids == ("u", "v", "w")
    assert (case.demand == other.demand).all()


def test_levels_are_counted_and_floors_of_one_level_are_together() -> None:
    """Two floors on level 2 are one level; level 5 is the third of tower A."""
    case = case_of()
    assert case.levels_of[0] == ((0,), (1, 2), (3,))
    assert case.rank == (0, 1, 1, 2, 0)


@pytest.mark.parametrize(
    ("kind", "places"),
    [
        (PlaceKind.FLOOR, [(0,), (1,), (2,), (3,), (4,)]),
        (PlaceKind.TOWER, [(0, 1, 2, 3), (4,)]),
        (PlaceKind.COMPLEX, [(0, 1, 2, 3), (4,)]),
    ],
)
def test_places_are_floors_towers_and_complexes(
    kind: PlaceKind, places: list[tuple[int, ...]]
) -> None:
    """Each as the floors that it has."""
    assert list(case_of().places(kind)) == places


def test_layout_and_pieces_are_each_others_way_back() -> None:
    """Ids become numbers and numbers ids; unknown ids are left out."""
    case = case_of()
    pieces = {("u", "A1"): 20, ("w", "B2"): 12}
    assert dict(case.pieces(case.layout(pieces))) == pieces
    assert case.layout({("nobody", "A1"): 3, ("u", "nowhere"): 3}) == {}


def test_floor_holds_what_its_room_allows() -> None:
    """A desk of the ratio is a desk; a floor holds no more than it has."""
    case = case_of()
    assert [case.holds(0, f) for f in case.floors] == [30, 10, 10, 40, 20]
    assert case.is_plain
    assert case.weighed is case


def test_unit_may_not_be_where_its_smallest_piece_does_not_fit() -> None:
    """A unit that may not be split needs a floor for all of it."""
    case = case_of(settings={"sharing": {"min_piece_share": "1"}})
    assert case.allowed.tolist() == [
        [True, False, False, True, True],
        [True, True, True, True, True],
        [True, False, False, True, True],
    ]


def test_units_bound_together_need_a_tower_with_room_for_all() -> None:
    """Only tower A holds both; what is bound to one complex is not narrowed."""
    case = case_of(rules=[("same_tower", "u", "w")])
    assert case.allowed[0, 4]
    assert not narrowed(case).allowed[[0, 2], 4].any()
    loose = case_of(rules=[("same_complex", "u", "w")])
    assert (narrowed(loose).allowed == loose.allowed).all()


def test_nothing_is_narrowed_where_desks_may_stay_unplaced() -> None:
    """A part of a unit may then be anywhere."""
    settings = {"options": {"allow_unplaced": True}}
    case = case_of(rules=[("same_tower", "u", "w")], settings=settings)
    assert narrowed(case) is case


def test_rows_that_differ_are_found_once() -> None:
    """Each row knows which of them it is, also where there are none."""
    rows = np.array([[1, 0, 1], [0, 1, 1], [1, 0, 1]], bool)
    found, of = distinct_rows(rows)
    assert (found[of] == rows).all()
    assert len(found) == 2
    assert distinct_rows(np.zeros((2, 0), bool))[1].tolist() == [0, 0]


def test_scenario_in_order_has_the_same_rows() -> None:
    """Only their order is another."""
    scenario = office(rules=[("own_floor", "O1"), ("apart_floor", "u1", "O2")])
    ordered = in_order(scenario)
    for name in ("floors", "headcounts", "rules"):
        assert sorted(map(repr, getattr(scenario, name))) == sorted(
            map(repr, getattr(ordered, name))
        )
