"""Whole rows for chances: rounded to the side of their proof, by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from allocator.scenario.types import Scenario
from allocator.search.pooling.rows import (
    FINE,
    FINER,
    _Candidate,
    _Candidates,
    _held,
    _rooms,
    _whole,
    relaxed_rows,
    safe_rows,
)
from tests.builders import scenario

EVEN = [1.0] * 5


def office(*heads: Any, desks: int = 10, **attendance: Any) -> Scenario:
    """Units on two floors; people have 0.6 of the days."""
    usual = {"mean_share": 0.6, "weekday_factors": EVEN, "shared_by": "floor", "correlation": 0.0}
    units = heads or (("a", 20, "P"), ("b", 30, "Q"))
    return scenario(
        floors=[("f0", "T", 0, desks), ("f1", "T", 1, 2 * desks)],
        headcounts=list(units),
        settings={
            "attendance": usual | attendance,
            "sharing": {"capacity": "chance", "min_piece_share": "0"},
        },
    )


def row(*weights: float, fixed: float = 0.0, slack: float = 0.0) -> _Candidate:
    return _Candidate(np.array(weights), fixed, slack)


def test_people_who_are_alike_weigh_one_each() -> None:
    """At half a desk each, 10 and 20 desks hold 20 and 40 people, in a row that all plans obey."""
    found = _whole(office(), row(0.5, 0.5), FINER, safe=False)
    assert found.weight.tolist() == [1, 1]
    assert found.capacity.tolist() == [20, 40]
    assert found.load_per_desk == pytest.approx(2)


def test_what_is_just_enough_is_not_safe() -> None:
    """Floats may be off by a hair, so that 19 and 39 people are promised room."""
    assert _whole(office(), row(0.5, 0.5), FINE, safe=True).capacity.tolist() == [19, 39]


@pytest.mark.parametrize(("safe", "weight"), [(True, [86, 43]), (False, [85, 42])])
def test_weights_are_rounded_to_the_side_of_the_proof(safe: bool, weight: list[int]) -> None:
    """A half and a quarter, of which 3/8 are 64: a desk is 170 2/3, and they 85 1/3 and 42 2/3."""
    found = _whole(office(), row(0.5, 0.25), FINE, safe=safe)
    assert found.weight.tolist() == weight
    assert found.load_per_desk == pytest.approx(64 / 0.375)
    assert found.capacity.tolist() == [1706, 3413]


def test_slack_is_room_beyond_the_desks() -> None:
    """Two desks more on each floor; with less than none a floor holds nobody."""
    assert _whole(office(), row(0.5, 0.5, slack=2), FINER, safe=False).capacity.tolist() == [
        24,
        44,
    ]
    assert _whole(office(), row(0.5, 0.5, slack=-15), FINER, safe=False).capacity.tolist() == [
        0,
        10,
    ]


@pytest.mark.parametrize(("safe", "capacity"), [(True, 1279), (False, 1280 + 30)])
def test_weights_below_one_lift_the_capacity_of_what_plans_obey(safe: bool, capacity: int) -> None:
    """A person and hardly anything: half is 64. 30 people weigh one each in place of nothing."""
    found = _whole(office(), row(1.0, 1e-9), FINE, safe=safe)
    assert found.weight.tolist() == [128 if safe else 127, 1]
    assert found.capacity[0] == capacity


def test_an_organisation_on_a_floor_weighs_at_least_its_part() -> None:
    """Rounded up; people who are alike have fine weights then, too."""
    found = _whole(office(), row(0.5, 0.5, fixed=0.3), FINE, safe=True)
    assert found.weight.tolist() == [64, 64]
    assert found.fixed_load == 39


def test_units_without_people_weigh_as_others_do() -> None:
    """They are not alike or unlike anybody."""
    given = office(("a", 20, "P"), ("b", 0, "Q"))
    assert _whole(given, row(0.5, 0.0), FINER, safe=False).weight.tolist() == [1, 1]


def test_a_floor_has_the_fewer_of_its_desks_and_its_occupants() -> None:
    """30 of 40 people may be on it; the reserve takes a tenth of the desks of the other."""
    given = scenario(
        floors=[
            {"floor_id": "f0", "tower_id": "T", "level": 0, "desks": 50, "max_occupants": 30},
            {"floor_id": "f1", "tower_id": "T", "level": 1, "desks": 50},
        ],
        settings={"sharing": {"capacity": "chance", "reserve_share": "0.1"}},
    )
    assert list(_rooms(given, 0.5)) == [30.5, 45.5]


def test_the_tightest_row_is_the_best_to_prove_with() -> None:
    """Of the usual floor: 15 desks at half a desk hold 30, at a quarter 60."""
    given = office()
    assert _held(given, row(0.5, 0.5), fewest=True) == pytest.approx(30)
    assert _held(given, row(0.25, 0.25), fewest=True) == pytest.approx(60)
    assert _held(given, row(0.5, 0.5), fewest=False) == pytest.approx(-30)


def test_the_mixture_goes_by_people() -> None:
    """20 at a desk and 30 at half of one are 35 desks for 50."""
    assert _held(office(), row(1.0, 0.5), fewest=True) == pytest.approx(15 / 0.7)


def test_an_organisation_of_usual_size_carries_its_fixed_part() -> None:
    """3 desks for an organisation of 25, of which 15 are on a floor of 15 desks: 0.2 each."""
    assert _held(office(), row(0.5, 0.5, fixed=3.0), fewest=True) == pytest.approx(15 / 0.7)


@pytest.mark.parametrize("shared_by", ["floor", "organisation", "unit"])
def test_safe_rows_hold_no_more_than_those_that_plans_obey(shared_by: str) -> None:
    """In people of either unit, on either floor."""
    given = office(shared_by=shared_by)
    safe, relaxed = safe_rows(given), relaxed_rows(given)
    for f in (0, 1):
        few = (safe.capacity[f] - safe.fixed_load) / safe.weight
        many = relaxed.capacity[f] / relaxed.weight
        assert (few <= many).all()


def test_where_everybody_comes_a_person_is_a_desk() -> None:
    """No plan puts more than 10 and 20 people there, and rows know that."""
    found = relaxed_rows(office(mean_share=1.0))
    assert found.weight.tolist() == [1, 1]
    assert found.capacity.tolist() == [10, 20]


def test_own_desks_count_one_each() -> None:
    """All of 20 people have them, and all of 30 have none: the first weigh more."""
    given = office(("a", 20, "P", 20), ("b", 30, "Q"))
    found = safe_rows(given)
    assert found.weight[0] > found.weight[1]
    weights = _Candidates(given, +1)
    assert (weights._desks(given.housed[0], 0.6) == 1).all()
    assert (weights._desks(given.housed[1], 0.6) < 1).any()


def test_a_part_of_a_unit_may_have_fewer_own_desks() -> None:
    """Half of them have desks; a piece may round that down, so a row of all plans weighs less."""
    given = office(("a", 20, "P", 10), ("b", 30, "Q"))
    safe, obeyed = _Candidates(given, +1), _Candidates(given, -1)
    unit = given.housed[0]
    assert (obeyed._desks(unit, 0.6) < safe._desks(unit, 0.6)).all()
    each = (safe._desks(unit, 1.0) - 0.5) / 0.5
    assert each == pytest.approx(1)
