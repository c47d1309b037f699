"""The exact model of a packing: its parts and fillings by hand, and what it proves."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from allocator.search.case import Case
from allocator.search.special import pattern_model
from allocator.search.special.pattern_model import PatternModel, TooManyError, _desks, fillings
from tests.search.enumeration import check
from tests.search.special.test_packing import packing

SIZES = [(5, 1), (3, 2)]


def test_ways_to_fill_a_room_come_once_each() -> None:
    """One of 5 and two of 3 in 8 desks: 5; 5 and 3; 3; 3 and 3. Three of 3 are not there."""
    assert sorted(fillings(SIZES, 8)) == [
        ((3, 1),),
        ((3, 2),),
        ((5, 1),),
        ((5, 1), (3, 1)),
    ]


@pytest.mark.parametrize("room", range(12))
def test_ways_are_all_that_fit(room: int) -> None:
    """Against every choice of numbers: not nothing, and no more desks than the room has."""
    sizes = [(5, 1), (3, 2), (2, 2)]
    every = (
        tuple((size, n) for (size, _), n in zip(sizes, counts, strict=True) if n)
        for counts in product(*(range(most + 1) for _, most in sizes))
    )
    assert sorted(fillings(sizes, room)) == sorted(w for w in every if w and _desks(w) <= room)


def test_too_many_steps_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looking for ways ends after so many steps: five for the four ways of before."""
    monkeypatch.setattr(pattern_model, "MOST_STEPS", 5)
    assert len(list(fillings(SIZES, 8))) == 4
    monkeypatch.setattr(pattern_model, "MOST_STEPS", 4)
    with pytest.raises(TooManyError):
        list(fillings(SIZES, 8))


@pytest.mark.parametrize(("most", "refused"), [(20, False), (19, True)])
def test_rooms_of_many_desks_are_refused(
    most: int, refused: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A room of 20 is the largest."""
    monkeypatch.setattr(pattern_model, "MOST_DESKS", most)
    case = packing(rooms=(20, 15), bodies={"A": (12,)})
    if refused:
        with pytest.raises(TooManyError):
            PatternModel(case)
    else:
        assert PatternModel(case).rooms == {20: 1, 15: 1}


def small() -> Case:
    """8 of 9 desks are used: A has units of 3 and 1, B one of 4, on floors of 5 and 4."""
    return packing(rooms=(5, 4), bodies={"A": (3, 1), "B": (4,)})


def test_only_parts_that_fill_a_floor_well_enough_are_there() -> None:
    """One desk is to spare: 3 alone is on the floor of 4, 1 with 4 on that of 5, 4 on either."""
    found = {(o, way): most for o, way, most in PatternModel(small()).parts}
    assert found == {
        (0, ((3, 1),)): 1,
        (0, ((1, 1),)): 1,
        (0, ((3, 1), (1, 1))): 1,
        (1, ((4, 1),)): 1,
    }


def test_parts_that_would_leave_too_much_vacant_are_not_there() -> None:
    """No desk is to spare on two floors of 5: beside both units of 2 one desk would be vacant."""
    case = packing(rooms=(5, 5), bodies={"A": (3, 3), "B": (2, 2)})
    assert [(o, way) for o, way, _ in PatternModel(case).parts] == [(0, ((3, 1),)), (1, ((2, 1),))]


def test_a_part_is_made_as_often_as_its_units_allow() -> None:
    """Of four units of 2, a part of two can be made twice, one of three once."""
    case = packing(rooms=(6, 6), bodies={"A": (2, 2, 2, 2), "B": (4,)})
    most = {way: n for o, way, n in PatternModel(case).parts if o == 0}
    assert (most[((2, 1),)], most[((2, 2),)], most[((2, 3),)]) == (4, 2, 1)


def test_fillings_leave_no_more_vacant_than_there_is() -> None:
    """No floor may keep more than one desk vacant where one is to spare."""
    made = PatternModel(small())
    assert made.spare == 1
    assert made.fillings
    assert all(room - 1 <= _desks(way) <= room for room, way in made.fillings)


def test_the_fewest_extra_towers_are_proved_and_laid_out() -> None:
    """A on the floor of 4 and B on that of 5: nobody is in two towers."""
    case = small()
    found = PatternModel(case).solve(10.0)
    assert (found.extra, found.is_over) == (0, True)
    assert found.layout is not None
    assert check(case.scenario, dict(case.pieces(found.layout))).feasible


def test_an_organisation_that_no_floor_holds_is_in_two_towers() -> None:
    """A has 6 desks in units of 3, B one of 2: floors of 5 and 4 hold no two of 3."""
    assert (
        PatternModel(packing(rooms=(5, 4), bodies={"A": (3, 3), "B": (2,)})).solve(10.0).extra == 1
    )


def test_what_cannot_be_packed_has_no_layout_and_is_over() -> None:
    """Three units of 3 in two floors of 5: more time would say no more."""
    found = PatternModel(packing(rooms=(5, 5), bodies={"A": (3, 3, 3)})).solve(10.0)
    assert found.layout is None
    assert found.is_over


def test_rooms_that_are_no_floors_are_not_laid_out() -> None:
    """Towers of 9 desks: all fit one, and only the bound is wanted."""
    found = PatternModel(small(), np.array([9, 9])).solve(10.0)
    assert (found.layout, found.extra) == (None, 0)
