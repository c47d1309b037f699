"""Desks that people on a floor need who share them, by hand from few people and few days."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from allocator.scenario.types import Scenario
from allocator.search.compile import compile_case
from allocator.search.pooling import needs
from allocator.search.pooling.needs import Need, Needs, _hard_days
from allocator.search.pooling.rooms import Rooms, _learnt
from tests.builders import scenario

EVEN = [1.0] * 5


def office(
    *heads: Any, floors: Any = None, sharing: dict[str, Any] | None = None, **attendance: Any
) -> Scenario:
    """Units on floors of 10 desks; everybody comes every day unless other shares are given."""
    usual = {"mean_share": 1.0, "weekday_factors": EVEN, "shared_by": "floor"}
    return scenario(
        floors=floors or [("f0", "T", 0, 10), ("f1", "T", 1, 10)],
        headcounts=list(heads),
        settings={
            "attendance": usual | {"correlation": 0.0} | attendance,
            "sharing": {"capacity": "chance", "min_piece_share": "0"} | (sharing or {}),
        },
    )


def half(**attendance: Any) -> Needs:
    """Units of P (two people each) and Q (one), each person there on half of the days."""
    heads = ("a", 2, "P"), ("b", 2, "P"), ("c", 1, "Q")
    return Needs(office(*heads, **({"mean_share": 0.5} | attendance)))


def test_everybody_who_always_comes_needs_a_desk() -> None:
    """3 of one unit and 4 of another."""
    assert Needs(office(("a", 5, "P"), ("b", 5, "Q"))).of(((0, 3, 0), (1, 4, 0))).desks == 7


@pytest.mark.parametrize(("allowed", "desks"), [(0.3, 1), (0.25, 1), (0.24, 2), (0.01, 2)])
def test_few_days_may_be_short(allowed: float, desks: int) -> None:
    """Of two people both come on a quarter of the days: one desk is short as often as that."""
    assert half(short_day_probability=allowed).of(((0, 2, 0),)).desks == desks


@pytest.mark.parametrize(("shared_by", "desks"), [("floor", 3), ("organisation", 4), ("unit", 3)])
def test_each_pool_needs_desks_of_its_own(shared_by: str, desks: int) -> None:
    """At 0.3: of five people on the floor more than 3 come on 6 of 32 days, so 3 desks do.

    Of four of P more than 2 come on 5 of 16, so 3, and one for Q; of each unit of two one desk.
    """
    found = half(short_day_probability=0.3, shared_by=shared_by)
    assert found.of(((0, 2, 0), (1, 2, 0), (2, 1, 0))).desks == desks


def test_own_desks_are_there_whoever_comes() -> None:
    """Of two people one has a desk; the other needs one on half of the days."""
    assert half(short_day_probability=0.3).of(((0, 2, 1),)).desks == 2
    assert half(short_day_probability=0.5).of(((0, 2, 1),)).desks == 1


def test_people_present_are_counted_where_floors_limit_them() -> None:
    """Own desks do not matter for that: of two people at most one comes but for a quarter."""
    limited = [{"floor_id": "f0", "tower_id": "T", "level": 0, "desks": 10, "max_occupants": 4}]
    given = {"mean_share": 0.5, "short_day_probability": 0.3}
    assert Needs(office(("a", 2, "P"), floors=limited, **given)).of(((0, 2, 2),)) == Need(2, 1)
    assert Needs(office(("a", 2, "P"), **given)).of(((0, 2, 2),)) == Need(2, 0)


def test_the_busiest_weekday_decides() -> None:
    """Attendance of 0.5 doubles on one day, and both come then."""
    given = {"mean_share": 0.5, "weekday_factors": [0.75, 2.0, 0.75, 0.75, 0.75]}
    found = Needs(office(("a", 2, "P"), short_day_probability=0.3, **given))
    assert found.of(((0, 2, 0),)).desks == 2
    assert found.days == [1]


@pytest.mark.parametrize(
    ("weeks", "days"),
    [
        ([(0.5, 0.6, 0.6, 0.4, 0.1)], [1]),
        ([(0.9, 0.1, 0.1, 0.1, 0.1), (0.1, 0.9, 0.1, 0.1, 0.1)], [0, 1]),
        ([(0.5, 0.5, 0.5, 0.5, 0.5)], [0]),
        ([(0.2, 0.4, 0.3, 0.1, 0.1), (0.5, 0.5, 0.6, 0.6, 0.2)], [1, 2]),
        ([], [0]),
    ],
)
def test_days_that_another_one_outdoes_are_left_out(
    weeks: list[tuple[float, ...]], days: list[int]
) -> None:
    """Of days that are alike the first stays; a day on which one unit comes more stays as well."""
    assert _hard_days(weeks) == days


def test_with_people_who_avoid_one_another_every_day_is_worked_out() -> None:
    """More of them need not be harder."""
    found = Needs(office(("a", 2, "P"), ("b", 2, "P"), mean_share=0.5, correlation=-0.01))
    assert list(found.days) == [0, 1, 2, 3, 4]


def test_own_desks_of_a_divided_unit_are_shared_out() -> None:
    """4 of 10 people have desks; of 5 on each floor 2 have."""
    found = Needs(office(("a", 10, "P", 4)))
    assert found.by_floor({(0, 0): 5, (0, 1): 5}) == {0: ((0, 5, 2),), 1: ((0, 5, 2),)}


def test_own_desks_without_a_place_are_nowhere() -> None:
    """Of 10 people with a desk each 3 are placed."""
    found = Needs(office(("a", 10, "P", 10)))
    assert found.by_floor({(0, 1): 3}) == {1: ((0, 3, 3),)}


def test_what_was_worked_out_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once too many floors are known all are forgotten."""
    found = Needs(office(("a", 10, "P")))
    monkeypatch.setattr(needs, "REMEMBERED", 2)
    for people in range(1, 4):
        found.of(((0, people, 0),))
    assert len(found._known) == 3
    found.of(((0, 4, 0),))
    assert list(found._known) == [((0, 4, 0),)]


@pytest.mark.parametrize(
    ("capacity", "load", "spare", "failures", "held"),
    [
        (100, 90, -1, 1, 89),
        (100, 90, -3, 1, 87),
        (80, 90, -3, 1, 80),
        (100, 95, 10, 0, 105),
        (100, 95, 10, 1, 100),
        (100, 95, 12, 1, 101),
        (100, 70, 90, 0, 100),
        (100, 71, 90, 0, 161),
    ],
)
def test_a_floor_learns_from_what_it_was_asked_to_hold(
    capacity: int, load: int, spare: int, failures: int, held: int
) -> None:
    """Short by n desks it holds n − 1 and a quarter less than the load, rounded to n whole ones.

    With desks to spare it holds so many more, half of that after a failure; from a load of 70 %
    or less nothing is learnt.
    """
    assert _learnt(capacity, load, spare, 1.0, failures) == held


def rooms_of(**tables: Any) -> Rooms:
    """Two floors of 10 desks, and people who always come."""
    given = office(("a", 8, "P"), ("b", 8, "Q"), **tables)
    return Rooms(compile_case(given))


def test_a_floor_has_to_spare_what_nobody_needs() -> None:
    """7 of 10 desks are needed, or 11."""
    rooms = rooms_of()
    assert rooms.spare(0, ((0, 3, 0), (1, 4, 0))) == 3
    assert rooms.spare(0, ((0, 8, 0), (1, 3, 0))) == -1
    assert rooms.is_short(0, ((0, 8, 0), (1, 3, 0)))
    assert not rooms.is_short(0, ((0, 8, 0), (1, 2, 0)))


def test_people_present_may_be_what_a_floor_lacks() -> None:
    """It has 10 desks, and only 4 people may be there."""
    floor = {"floor_id": "f0", "tower_id": "T", "level": 0, "desks": 10, "max_occupants": 4}
    rooms = rooms_of(floors=[floor])
    assert rooms.spare(0, ((0, 3, 0),)) == 1
    assert rooms.spare(0, ((0, 5, 0),)) == -1


def test_a_layout_is_admitted_where_no_floor_is_short() -> None:
    """8 and 8 people on floors of 10, or 8 and 3 on one of them."""
    rooms = rooms_of()
    assert rooms.admits({(0, 0): 8, (1, 1): 8})
    assert rooms.failures.tolist() == [0, 0]
    assert not rooms.admits({(0, 0): 8, (1, 0): 3, (1, 1): 5})
    assert rooms.failures.tolist() == [1, 0]


def test_a_floor_that_was_short_no_longer_takes_the_same() -> None:
    """By the rows, and by the spreads, once it was asked too much."""
    rooms = rooms_of()
    pieces = ((0, 8, 0), (1, 3, 0))
    rooms.admits({(0, 0): 8, (1, 0): 3})
    assert rooms.case.capacity[0] < rooms.load(pieces)
    assert rooms.spreads.capacity[0] < rooms.spreads.load(pieces)
    assert rooms.case.spreads is rooms.spreads


def test_a_floor_begins_with_what_all_who_come_need() -> None:
    """Everybody comes, so that it holds as many people as desks."""
    rooms = rooms_of()
    people = ((0, 8, 0), (1, 2, 0))
    assert np.all(rooms.case.capacity >= rooms.load(people))
    assert np.all(rooms.spreads.capacity >= rooms.spreads.load(people))


def test_organisations_weigh_where_they_share_apart() -> None:
    """A piece weighs its people, and each organisation on the floor once."""
    rooms = rooms_of(shared_by="organisation", mean_share=0.6)
    weight, fixed = rooms.case.weight, rooms.case.fixed_load
    assert fixed > 0
    assert rooms.load(((0, 3, 0), (1, 4, 0))) == 3 * weight[0] + 4 * weight[1] + 2 * fixed
    assert rooms.load(((0, 3, 0),)) == 3 * weight[0] + fixed
