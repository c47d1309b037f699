"""What partners walk at the least, seen from a unit on a floor: the nearest desks, by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from allocator.search.bounds import walking
from allocator.search.bounds.walking import (
    Views,
    _classes,
    _density_classes,
    _nearest,
    _Partners,
    _View,
)
from allocator.search.case import Case
from allocator.search.compile import compile_case
from tests.builders import scenario

NO_TRIPS = dict.fromkeys(("unit", "parent", "organisation", "coordinator", "siblings"), 0.0)
FLOORS = [("A-1", "A", 1, 5), ("B-1", "B", 1, 10)]
APART = [("A-1", "B-1", 2.0)]
HEADS = [("a", 3, "P"), ("b", 6, "Q")]


def case_of(**tables: Any) -> Case:
    """Floors of 5 and 10 desks, 2 minutes apart; units a of 3 and b of 6 desks."""
    usual = {"floors": FLOORS, "walking": APART, "headcounts": HEADS}
    sharing = {"min_piece_desks": 1, "min_piece_share": "0"}
    settings = {"trips": NO_TRIPS, "sharing": sharing}
    return compile_case(scenario(**(usual | tables), settings=settings))


def view_of(*desks: int, **tables: Any) -> _View:
    """What is seen of units of so many desks, each of which may be on both floors."""
    case = case_of(headcounts=[(f"u{i}", n) for i, n in enumerate(desks)], **tables)
    return _View(case, np.arange(len(desks)), np.ones(2, bool))


def test_desks_are_counted_from_the_nearest_on() -> None:
    """From the floor of 5 the first 5 lie at 0 minutes, each further one at 2."""
    value, slope = _nearest(
        np.array([[0.0, 2.0], [2.0, 0.0]]), np.array([5, 10]), np.array([0, 4, 5, 8])
    )
    assert value[:, 0].tolist() == [0, 0, 0, 6]
    assert slope[:, 0].tolist() == [0, 0, 2, 2]


def test_from_the_larger_floor_more_desks_are_near() -> None:
    """10 of 12 desks lie at 0 minutes, and the next one after 10 lies at 2."""
    value, slope = _nearest(
        np.array([[0.0, 2.0], [2.0, 0.0]]), np.array([5, 10]), np.array([9, 10, 12])
    )
    assert value[:, 1].tolist() == [0, 0, 4]
    assert slope[:, 1].tolist() == [0, 2, 2]


def test_desks_beyond_all_floors_count_as_on_the_farthest() -> None:
    """Of 20 desks 5 are near, and 15 lie at 2 minutes though the other floor has 10."""
    value, _ = _nearest(np.array([[0.0, 2.0]]), np.array([5, 10]), np.array([20]))
    assert value.tolist() == [[30]]


@pytest.mark.parametrize(
    ("density", "minutes"), [([3.0, 1.0], 6), ([1.0, 3.0], 10), ([0.0, 1.0], 2), ([0.0, 0.0], 0)]
)
def test_the_heaviest_desks_are_seen_nearest(density: list[float], minutes: float) -> None:
    """Partners of 2 and 6 desks, 5 of which are near and the others at 2 minutes.

    At 3 and 1 trips a desk 3 light ones are far: 6. At 1 and 3, one heavy and 2 light: 6 + 4.
    """
    assert view_of(2, 6).least(np.array(density))[0] == pytest.approx(minutes)


def test_from_the_larger_floor_all_partners_are_near() -> None:
    """All 8 desks fit the floor of 10."""
    assert view_of(2, 6).least(np.array([3.0, 1.0]))[1] == 0


@pytest.mark.parametrize("table", [1, 6, 12])
def test_a_coarse_grid_of_desks_proves_less_and_nothing_too_much(
    table: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between two of its points the minutes are taken from the slope of the lower one."""
    density = np.array([3.0, 2.5, 1.0])
    exact = view_of(2, 4, 3).least(density)
    monkeypatch.setattr(walking, "TABLE", table)
    coarse = view_of(2, 4, 3)
    assert coarse.step > 1
    assert (coarse.least(density) <= exact + 1e-12).all()


def test_a_grid_that_meets_the_ends_of_floors_loses_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Floors end at 4 and 14 desks, and every second one is worked out: 3 of 7 desks are far."""
    monkeypatch.setattr(walking, "TABLE", 12)
    coarse = view_of(7, floors=[("A-1", "A", 1, 4), ("B-1", "B", 1, 10)])
    assert coarse.step == 2
    assert coarse.least(np.array([1.0]))[0] == pytest.approx(6)
    minutes = np.zeros(1)
    coarse.place(np.array([1.0]), 0, minutes)
    assert minutes == pytest.approx([6 / 7])


def test_each_partner_has_its_mean_minutes() -> None:
    """The heavy one has its 2 desks near; of the 6 of the other 3 are far, at 2 minutes: 1."""
    minutes = np.full(2, np.nan)
    view_of(2, 6).place(np.array([3.0, 1.0]), 0, minutes)
    assert minutes == pytest.approx([0, 1])


def test_partners_nearly_alike_share_their_mean_minutes() -> None:
    """Within a band all 8 desks are one group, of which 3 lie at 2 minutes."""
    minutes = np.full(2, np.nan)
    view_of(2, 6).place(np.array([1.0, 0.9999]), 0, minutes)
    assert minutes == pytest.approx([6 / 8, 6 / 8])


def test_a_band_ends_where_the_trips_of_a_desk_fall() -> None:
    """Two within a thousandth are one band, and the last ends the last band."""
    assert _density_classes(2 * np.array([1.0, 0.9995, 0.9, 0.5])).tolist() == [1, 2, 3]
    assert _density_classes(np.array([7.0])).tolist() == [0]


def test_either_end_sees_half_of_the_trips() -> None:
    """Of 12 trips a sees 6 on the 6 desks of b: 1 a desk; b sees 6 on 3 desks: 2 a desk."""
    partners = _Partners(case_of(affinities=[("a", "b", 12.0)]))
    assert partners.trips_a_desk(0) == pytest.approx([0, 1])
    assert partners.trips_a_desk(1) == pytest.approx([2, 0])


def test_trips_inside_a_unit_are_seen_in_full() -> None:
    """Both ends are the unit: 6 trips on its 3 desks."""
    partners = _Partners(case_of(affinities=[("a", "a", 6.0)]))
    assert partners.trips_a_desk(0) == pytest.approx([2, 0])


def test_trips_to_an_organisation_are_spread_over_its_people() -> None:
    """Of 8 trips to Q a sees 4: a quarter on the 2 desks of v, the rest on the 6 of w."""
    heads = [("a", 4, "P"), ("v", 2, "Q"), ("w", 6, "Q")]
    partners = _Partners(case_of(headcounts=heads, affinities=[("a", "Q", 8.0)]))
    assert partners.trips_a_desk(0) == pytest.approx([0, 0.5, 0.5])
    assert partners.trips_a_desk(1) == pytest.approx([4 * (2 / 8) / 4, 0, 0])


def test_minutes_of_a_unit_are_those_to_its_nearest_partners() -> None:
    """On the floor of 5 one of the 6 desks of b is at 2 minutes, at a trip a desk."""
    views = Views(case_of(affinities=[("a", "b", 12.0)]))
    assert views.minutes == pytest.approx(np.array([[2.0, 0.0], [0.0, 0.0]]))


def test_an_end_that_sees_more_of_a_pair_walks_more() -> None:
    """With three quarters of the pair a sees 9 trips in place of 6."""
    views = Views(case_of(affinities=[("a", "b", 12.0)]))
    views.part = np.array([0.75])
    assert views.minutes[0, 0] == pytest.approx(3.0)


@pytest.mark.parametrize(("floors", "lean"), [([0, 0], 1.0), ([1, 1], 0.0)])
def test_a_pair_leans_to_the_end_that_sees_it_farther(floors: list[int], lean: float) -> None:
    """On the small floor a sees b partly elsewhere, and b sees a beside it; on the large, none."""
    views = Views(case_of(affinities=[("a", "b", 12.0)]))
    assert views.lean(np.array(floors)).tolist() == [lean]


def test_a_pair_leans_the_other_way_where_its_second_end_sees_more() -> None:
    """The larger unit is first now, so that only the second sees its partner elsewhere."""
    views = Views(case_of(headcounts=[("a", 6, "P"), ("b", 3, "Q")], affinities=[("a", "b", 9.0)]))
    assert views.lean(np.array([0, 0])).tolist() == [-1.0]


def test_an_organisation_is_seen_where_its_people_are() -> None:
    """From the small floor 3 of the 8 desks of Q are at 2 minutes; all of Q sees a beside it."""
    heads = [("a", 2, "P"), ("v", 2, "Q"), ("w", 6, "Q")]
    views = Views(case_of(headcounts=heads, affinities=[("a", "Q", 8.0)]))
    first, second = views.partners.from_either_end(views._mean_minutes, np.array([0, 0, 0]))
    assert first == pytest.approx([2 * 3 / 8])
    assert second == pytest.approx([0])


@pytest.mark.parametrize(("desks", "classes"), [(10, 2), (9, 1)])
def test_a_unit_with_half_of_all_desks_is_confined(desks: int, classes: int) -> None:
    """b may use 10 of 20 desks, or of 19; units without desks are in no class."""
    floors = [("A-1", "A", 1, desks), ("B-1", "B", 1, 10)]
    heads = [("a", 3), ("b", 5), ("c", 0)]
    found = list(_classes(case_of(floors=floors, headcounts=heads, rules=[("only_in", "b", "B")])))
    assert len(found) == classes
    assert sorted(u for units, _ in found for u in units) == [0, 1]


def test_units_confined_to_few_desks_are_seen_on_their_own_floors() -> None:
    """b keeps to the floor of 5 of 15 desks; a may be anywhere, as far as a view goes."""
    found = list(_classes(case_of(headcounts=[("a", 3), ("b", 5)], rules=[("only_in", "b", "A")])))
    assert [(units.tolist(), floors.tolist()) for units, floors in found] == [
        ([0], [True, True]),
        ([1], [True, False]),
    ]


def test_units_that_may_use_most_desks_are_one_class() -> None:
    """The floor of 10 of 15 desks is more than half, so that b is as free as a."""
    (found,) = _classes(case_of(rules=[("only_in", "b", "B")]))
    assert (found[0].tolist(), found[1].tolist()) == ([0, 1], [True, True])


def test_a_confined_partner_is_walked_to_where_it_may_be() -> None:
    """From the floor of 10 all 5 desks of b are 2 minutes away: 6 seen trips make 12 minutes."""
    case = case_of(
        headcounts=[("a", 3, "P"), ("b", 5, "Q")],
        rules=[("only_in", "b", "A")],
        affinities=[("a", "b", 12.0)],
    )
    assert Views(case).minutes[0] == pytest.approx([0.0, 12.0])
