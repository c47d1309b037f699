"""The joint bound and the linear costs that it is made of."""

from __future__ import annotations

from time import monotonic
from typing import Any

import numpy as np
import pytest

from allocator.search.bounds.joint import (
    extra_floor_shares,
    joint_bound,
    open_shares,
    placement_shares,
    share_costs,
)
from allocator.search.bounds.transport import warm_transport
from allocator.search.bounds.walking import LEAST_PART, Views
from allocator.search.case import Case
from allocator.search.compile import compile_case
from tests.builders import scenario
from tests.search.enumeration import costs, tiny

FLOORS = [("A-1", "A", 1, 10), ("A-2", "A", 2, 40)]
PIECES = {"sharing": {"min_piece_desks": 1, "min_piece_share": "0"}}
LONG = 1e9


def case_of(**tables: Any) -> Case:
    """Floors of 10 and 40 desks, and a unit of 20."""
    usual = {"floors": FLOORS, "headcounts": [("P", 20)], "settings": PIECES}
    return compile_case(scenario(**(usual | tables)))


def test_a_share_on_a_small_floor_asks_for_more_floors() -> None:
    """A floor with half of the unit's desks holds half of it, so that two such are needed."""
    assert extra_floor_shares(case_of()).tolist() == [[1.0, 0.0]]


def test_a_unit_larger_than_every_floor_has_extra_ones_wherever_it_is() -> None:
    """45 desks take both floors: one extra, whatever share is where."""
    assert extra_floor_shares(case_of(headcounts=[("P", 45)])).tolist() == [[1.0, 1.0]]


def test_a_floor_is_paid_by_the_desks_on_it() -> None:
    """A desk in use costs what one of the floor costs: 20 desks at 3, on either floor."""
    case = case_of(settings=PIECES | {"prices": {"open_desk": 3.0}})
    assert open_shares(case).tolist() == [[60.0, 60.0]]


def test_placement_is_as_it_stands_in_the_table() -> None:
    """Floors without a row cost nothing."""
    case = case_of(placement_costs=[("P", "A-2", -7.0)])
    assert placement_shares(case).tolist() == [[0.0, -7.0]]


def test_costs_by_share_add_up_at_their_prices() -> None:
    """Extra floors at their price, floors in use, and placement."""
    case = case_of(placement_costs=[("P", "A-2", -7.0)])
    price = case.scenario.settings.prices.extra_floor
    parts = price * extra_floor_shares(case) + open_shares(case) + placement_shares(case)
    assert share_costs(case) == pytest.approx(parts)


@pytest.mark.parametrize("seconds", [0.0, 0.1])
def test_no_plan_costs_less_than_the_joint_bound(seconds: float) -> None:
    """Over tiny cases, people moved aside: at once, and after a while."""
    proved = 0.0
    for seed in range(40):
        given, plans = tiny(seed)
        if plans and not given.settings.options.allow_unplaced:
            case = compile_case(given)
            found = joint_bound(case, Views(case), monotonic() + seconds)
            least = min(plan.total - costs(plan)["people_moved"] for plan in plans)
            assert found <= least + 1e-9 * (1 + abs(least))
            proved += max(found, 0.0)
    assert proved > 0


def test_time_makes_the_joint_bound_no_lower() -> None:
    """Steps that lose are taken back, and the views are those of the best bound."""
    rows = [(f"u{i}", f"u{j}", float(3 + i)) for i in range(6) for j in range(i)]
    case = case_of(
        floors=[(f"{t}-{i}", t, i, 12) for t in "AB" for i in range(3)],
        headcounts=[(f"u{i}", 9) for i in range(6)],
        affinities=rows,
    )
    at_once = joint_bound(case, Views(case), 0.0)
    views = Views(case)
    later = joint_bound(case, views, monotonic() + 0.3)
    assert later >= at_once
    prices = case.scenario.settings.prices
    cost = share_costs(case) + prices.walking * views.minutes
    again = warm_transport(case, prices.extra_tower, cost, LONG).share(cost, LONG).bound
    assert again == pytest.approx(later, rel=0.02)


def test_either_end_of_a_pair_keeps_seeing_its_partner() -> None:
    """However far a pair is shifted, a part of it stays at both ends."""
    case = case_of(headcounts=[("P", 10), ("Q", 10)], affinities=[("P", "Q", 50.0)])
    views = Views(case)
    pairs = len(views.part)
    for wanted, kept in ((2.0, 1 - LEAST_PART), (-1.0, LEAST_PART), (0.5, 0.5)):
        views.part = np.full(pairs, wanted)
        assert views.part == pytest.approx(kept)
