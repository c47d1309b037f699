"""What a desk of an ordinary plan costs, and prices of what is wrong in proportion to it."""

from __future__ import annotations

from typing import Any

import pytest

from allocator.search.case import Case
from allocator.search.compile import compile_case
from allocator.search.scale import (
    BROKEN,
    FIRST_OF_ALL,
    LEFT_OUT,
    OVER,
    UNPLACED,
    desk_worth,
    prices_at,
)
from tests.builders import scenario

NOTHING = dict.fromkeys(
    ("walking", "extra_tower", "extra_floor", "extra_gap", "open_desk", "move"), 0.0
)
NO_TRIPS = dict.fromkeys(("unit", "parent", "organisation", "coordinator", "siblings"), 0.0)


def case_of(prices: dict[str, float] | None = None, **tables: Any) -> Case:
    """Units of 10 and 30 desks of one organisation on two floors of 40; nothing costs anything."""
    usual = {
        "floors": [("A-1", "A", 1, 40), ("A-2", "A", 2, 40)],
        "headcounts": [("u", 10, "P"), ("v", 30, "P")],
    }
    sections = {"prices": NOTHING | (prices or {}), "trips": NO_TRIPS} | tables.pop("settings", {})
    return compile_case(scenario(**(usual | tables), settings=sections))


def test_where_nothing_costs_a_desk_is_worth_one() -> None:
    """Temperatures and penalties stay above 0."""
    assert desk_worth(case_of()) == 1.0


@pytest.mark.parametrize(
    ("prices", "worth"),
    [
        ({"open_desk": 3.0}, 3.0),
        ({"extra_floor": 100.0}, 100 * 2 / 40),
        ({"extra_tower": 100.0}, 100 * 1 / 40),
    ],
)
def test_a_desk_has_its_part_of_floors_and_towers(prices: dict[str, float], worth: float) -> None:
    """A desk of a floor in use; a further floor a unit, and tower an organisation, over all."""
    assert desk_worth(case_of(prices)) == pytest.approx(worth)


def test_placement_costs_count_by_their_mean_size() -> None:
    """Rows of −30 and 10 are 20 on average; two units over 40 desks."""
    rows = [("u", "A-1", -30.0), ("v", "A-2", 10.0)]
    assert desk_worth(case_of(placement_costs=rows)) == pytest.approx(20 * 2 / 40)


def test_trips_count_at_the_minutes_of_near_floors() -> None:
    """40 people at 2 trips and 8 more, at a price of 5, over 40 desks.

    Of the four minutes 0, 0, 4 and 4 the lower quartile is 0; with 0.8 on each floor it is 0.8.
    """
    given: dict[str, Any] = {
        "settings": {"trips": NO_TRIPS | {"organisation": 2.0, "unit": 50.0}},
        "affinities": [("u", "v", 8.0)],
    }
    ways = [("A-1", "A-2", 4.0)]
    assert desk_worth(case_of({"walking": 5.0}, walking=ways, **given)) == 1.0
    ways += [("A-1", "A-1", 0.8), ("A-2", "A-2", 0.8)]
    found = desk_worth(case_of({"walking": 5.0}, walking=ways, **given))
    assert found == pytest.approx(5 * (40 * 2 + 8) * 0.8 / 40)


def test_parts_of_what_a_desk_costs_add_up() -> None:
    """Each price by itself, and all of them."""
    prices = {"open_desk": 3.0, "extra_floor": 100.0, "extra_tower": 100.0}
    each = [desk_worth(case_of({name: price})) for name, price in prices.items()]
    assert desk_worth(case_of(prices)) == pytest.approx(sum(each))


def test_prices_of_what_is_wrong_are_multiples_of_a_desk() -> None:
    """A person without a place costs as many desks as people have: one each here."""
    found = prices_at(case_of(), 7.0)
    assert (found.over, found.broken, found.unplaced) == (7 * OVER, 7 * BROKEN, 7 * UNPLACED)


def test_a_person_who_shares_a_desk_costs_a_part_of_one() -> None:
    """Two people a desk."""
    case = case_of(settings={"sharing": {"people_per_desk": "2"}})
    assert prices_at(case, 7.0).unplaced == pytest.approx(7 * UNPLACED / 2)


def test_where_people_may_stay_away_they_count_before_the_total() -> None:
    """All is dearer then, and nobody is placed at the price of an overload."""
    found = prices_at(case_of(settings={"options": {"allow_unplaced": True}}), 7.0)
    assert found.over == 7 * OVER * FIRST_OF_ALL
    assert found.unplaced == 7 * LEFT_OUT * FIRST_OF_ALL
    assert found.unplaced < found.over


def test_nobody_at_all_has_prices_too() -> None:
    """Without people nothing is divided by 0."""
    case = case_of(headcounts=[("u", 0, "P")])
    assert desk_worth(case) == 1.0
    assert prices_at(case, 1.0).unplaced == 0
