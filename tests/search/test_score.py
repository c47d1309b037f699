"""What plans are compared by: every term of a layout by hand, and what counts as better."""

from __future__ import annotations

from typing import Any

import pytest

from allocator.plan.types import TermName
from allocator.search.case import Layout
from allocator.search.compile import compile_case
from allocator.search.score import Score, Scorer
from tests.builders import scenario

NO_TRIPS = dict.fromkeys(("unit", "parent", "organisation", "coordinator", "siblings"), 0.0)
PRICES = {
    "walking": 2.0,
    "extra_tower": 1000.0,
    "extra_floor": 100.0,
    "extra_gap": 10.0,
    "open_desk": 1.0,
    "move": 3.0,
}
FLOORS = [(f"A-{i}", "A", i, 20) for i in (1, 2, 4, 7)] + [("B-1", "B", 1, 30)]
HEADS = [("u", 10, "P"), ("v", 8, "P"), ("w", 5, "Q")]


def scorer(**tables: Any) -> Scorer:
    """Levels 1, 2, 4 and 7 of tower A with 20 desks each, and tower B of 30; nobody walks."""
    usual = {"floors": FLOORS, "headcounts": HEADS}
    sections = {"trips": NO_TRIPS, "prices": PRICES} | tables.pop("settings", {})
    return Scorer(compile_case(scenario(**(usual | tables), settings=sections)))


def cost(name: TermName, layout: Layout, **tables: Any) -> float:
    return scorer(**tables).costs(layout)[name]


@pytest.mark.parametrize(
    ("layout", "towers"),
    [
        ({(0, 0): 10, (1, 1): 8}, 0),
        ({(0, 0): 10, (1, 4): 8}, 1),
        ({(0, 0): 10, (2, 4): 5}, 0),
        ({(0, 0): 5, (0, 4): 5, (1, 4): 8}, 1),
        ({}, 0),
    ],
)
def test_towers_are_counted_by_organisation(layout: Layout, towers: int) -> None:
    """Those beyond its first, whoever of its units is there."""
    assert cost(TermName.EXTRA_TOWERS, layout) == 1000 * towers


@pytest.mark.parametrize(
    ("layout", "floors"), [({(0, 0): 10, (1, 1): 8}, 0), ({(0, 0): 4, (0, 1): 3, (0, 4): 3}, 2)]
)
def test_floors_are_counted_by_unit(layout: Layout, floors: int) -> None:
    """Those beyond the first of each unit."""
    assert cost(TermName.EXTRA_FLOORS, layout) == 100 * floors


@pytest.mark.parametrize(
    ("layout", "gaps"),
    [
        ({(0, 0): 10, (1, 1): 8}, 0),
        ({(0, 0): 10, (1, 2): 8}, 1),
        ({(0, 0): 10, (1, 3): 8}, 2),
        ({(0, 0): 10, (1, 3): 8, (2, 1): 5}, 2),
        ({(0, 2): 10, (1, 4): 8}, 0),
    ],
)
def test_levels_left_out_are_gaps_of_an_organisation(layout: Layout, gaps: int) -> None:
    """Levels that a tower does not have are none, nor what lies between two towers."""
    assert cost(TermName.GAPS, layout) == 10 * gaps


def test_each_floor_in_use_is_paid_once() -> None:
    """20 desks of one and 30 of the other at 1, however many units are there."""
    assert cost(TermName.OPEN_FLOORS, {(0, 0): 10, (1, 0): 8, (2, 4): 5}) == 50


def test_placement_goes_by_the_share_on_the_floor() -> None:
    """3 of 10 desks pay 0.3 of the row; other floors have none."""
    rows = [("u", "A-1", 50.0)]
    layout = {(0, 0): 3, (0, 1): 7}
    assert cost(TermName.PLACEMENT_COST, layout, placement_costs=rows) == pytest.approx(15)


def test_walking_is_at_its_price() -> None:
    """6 trips at 5 minutes and a price of 2."""
    given = {"affinities": [("u", "w", 6.0)], "walking": [("A-1", "B-1", 5.0)]}
    assert cost(TermName.WALKING, {(0, 0): 10, (2, 4): 5}, **given) == pytest.approx(60)


def test_people_who_leave_their_floor_have_moved() -> None:
    """6 of 10 people stay, and 4 pay 3 each."""
    layout = {(0, 0): 6, (0, 1): 4}
    assert cost(TermName.PEOPLE_MOVED, layout, current=[("u", "A-1", 10)]) == pytest.approx(12)


def test_people_without_a_place_are_counted_by_their_desks() -> None:
    """5 of 10 desks of u, and all of v: 5 + 8 people; the total is of what is placed."""
    found = scorer().score({(0, 0): 5, (2, 0): 5})
    assert found.unplaced_people == pytest.approx(13)
    assert found.total == 20


def test_a_unit_without_desks_is_not_unplaced() -> None:
    """Nobody of it needs a place."""
    made = scorer(headcounts=[("u", 10, "P"), ("v", 0, "P")])
    assert made.score({(0, 0): 10}).unplaced_people == 0


def test_people_share_desks_at_their_ratio() -> None:
    """10 people at 2 a desk need 5; 2 of them short leave 4 people without a place."""
    made = scorer(settings={"sharing": {"people_per_desk": "2"}})
    assert made.score({(0, 0): 3, (1, 0): 4, (2, 0): 3}).unplaced_people == pytest.approx(4)


@pytest.mark.parametrize(
    ("one", "other", "better"),
    [
        ((0, 50), (0, 60), True),
        ((0, 60), (0, 50), False),
        ((0, 50), (0, 50), False),
        ((0, 900), (1, 50), True),
        ((1, 50), (0, 900), False),
        ((1e-7, 50), (0, 60), True),
        ((0, 50 - 1e-7), (0, 50), False),
        ((0, 50 - 1e-5), (0, 50), True),
        ((0, 1e9 - 0.5), (0, 1e9), False),
        ((0, 1e9 - 2), (0, 1e9), True),
        ((0, -60), (0, -50), True),
    ],
)
def test_people_count_before_the_total_and_rounding_for_nothing(
    one: tuple[float, float], other: tuple[float, float], better: bool
) -> None:
    """A total is better by a millionth, of a large one by more than a billionth of it."""
    assert Score(*one).beats(Score(*other)) is better


def test_any_score_is_better_than_none() -> None:
    """However much it costs."""
    assert Score(1e9, 1e9).beats(None)
