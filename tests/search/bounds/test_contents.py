"""What the units of an organisation pay for themselves inside one tower, by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from allocator.search.bounds import contents
from allocator.search.bounds.contents import Contents, least_site_cost
from allocator.search.bounds.packing_search import NEVER
from allocator.search.case import Case
from allocator.search.compile import compile_case
from tests.builders import scenario

FLOORS = [("A-1", "A", 1, 10), ("A-2", "A", 2, 10), ("A-3", "A", 3, 10), ("B-1", "B", 1, 9)]
NO_TRIPS = dict.fromkeys(("unit", "parent", "organisation", "coordinator", "siblings"), 0.0)
PIECES = {"min_piece_desks": 1, "min_piece_share": "0"}
EXTRA = 200.0


def case_of(trips: dict[str, float] | None = None, **tables: Any) -> Case:
    """Tower A with three floors of 10 desks, B with one of 9; an extra floor costs 200."""
    sections = {
        "sharing": PIECES,
        "trips": NO_TRIPS | (trips or {}),
        "prices": {"extra_floor": EXTRA},
    }
    return compile_case(scenario(**({"floors": FLOORS} | tables), settings=sections))


def test_units_that_fit_their_floors_pay_nothing_for_them() -> None:
    """Floors in use are counted elsewhere."""
    case = case_of(headcounts=[("u", 8, "P"), ("v", 7, "P")])
    assert Contents(case).inside([0, 1], 0) == 0


def test_a_unit_larger_than_a_floor_is_on_several() -> None:
    """25 desks take three floors, two of them extra."""
    assert Contents(case_of(headcounts=[("P", 25)])).inside([0], 0) == 2 * EXTRA


def test_units_that_do_not_pack_are_divided() -> None:
    """Four units of 7 do not fit three floors of 10 whole: one at least is on two."""
    case = case_of(headcounts=[(f"u{i}", 7, "P") for i in range(4)])
    assert Contents(case).inside(range(4), 0) == EXTRA


def test_what_fits_no_floor_of_a_tower_cannot_be_there() -> None:
    """A unit of 10 in one piece does not fit the floor of 9, nor one that a rule keeps out."""
    case = case_of(
        headcounts=[("u", 10, "P"), ("v", 3, "P")],
        rules=[("never_in", "v", "A"), ("max_floors", "u", None, "1")],
    )
    made = Contents(case)
    assert made.inside([0], 1) == np.inf
    assert made.inside([1], 0) == np.inf
    assert made.inside([0], 0) == made.inside([1], 1) == 0


def test_units_walk_to_each_other_between_floors() -> None:
    """Two units of 8 are on floors next to each other: at 40 trips a week."""
    case = case_of(headcounts=[("u", 8, "P"), ("v", 8, "P")], affinities=[("u", "v", 40.0)])
    assert Contents(case).inside([0, 1], 0) == pytest.approx(40 * case.minutes[0, 1])


def test_trips_to_other_organisations_are_left_out() -> None:
    """They are paid by the pair, wherever both are."""
    case = case_of(headcounts=[("u", 8, "P"), ("v", 8, "Q")], affinities=[("u", "v", 40.0)])
    assert Contents(case).inside([0, 1], 0) == 0


def test_a_divided_unit_walks_inside_itself() -> None:
    """Of 20 desks in two pieces of 10 half of all trips inside go from floor to floor."""
    case = case_of({"unit": 1.0}, headcounts=[("P", 20)])
    walked = 20 * case.minutes[0, 1] / 2
    assert Contents(case).inside([0], 0) == pytest.approx(EXTRA + walked)


def test_a_partner_of_a_divided_unit_walks_to_what_is_on_other_floors() -> None:
    """Of 20 divided desks at most 5 are on its floor: three quarters of 40 trips are walked."""
    heads = [("u", 20, "P"), ("v", 5, "P")]
    case = case_of(headcounts=heads, affinities=[("u", "v", 40.0)])
    walked = 40 * case.minutes[0, 1] * (1 - 5 / 20)
    assert Contents(case).inside([0, 1], 0) == pytest.approx(EXTRA + walked)


def test_more_floors_than_a_rule_allows_are_never_used() -> None:
    """25 desks need three floors, and may have two."""
    case = case_of(headcounts=[("P", 25)], rules=[("max_floors", "P", None, "2")])
    assert Contents(case).divided(0, np.array([0, 1, 2])) == NEVER
    assert Contents(case).inside([0], 0) == np.inf


def test_a_cut_short_search_gives_what_each_unit_pays_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Less is proved, and nothing too much."""
    case = case_of(headcounts=[("u", 8, "P"), ("v", 8, "P")], affinities=[("u", "v", 40.0)])
    exact = Contents(case).inside([0, 1], 0)
    monkeypatch.setattr(contents, "MOST_STEPS", 1)
    assert 0 <= Contents(case).inside([0, 1], 0) < exact


def test_a_unit_takes_the_cheapest_parts_of_floors_first() -> None:
    """Half of it earns 100 for all of it, the other half pays 60."""
    placement = [("P", "A-1", -100.0), ("P", "A-2", 60.0), ("P", "A-3", 80.0)]
    case = case_of(headcounts=[("P", 20)], placement_costs=placement)
    assert least_site_cost(case, 0, np.array([0, 1, 2])) == pytest.approx(-50 + 30)


def test_people_who_stay_are_saved_their_move() -> None:
    """All 20 leave at 2 each, but for those 10 who can stay on their floor."""
    case = case_of(headcounts=[("P", 20)], current=[("P", "A-1", 20)])
    price = case.references[0].price
    assert least_site_cost(case, 0, np.array([0, 1, 2])) == pytest.approx(price * 10)
    assert least_site_cost(case, 0, np.array([1, 2])) == pytest.approx(price * 20)
