"""What some organisations pay where they may be, by an exact model of them alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from allocator.plan.types import TermName
from allocator.search.bounds.alone import Alone, Least, _line_below, _nearest
from allocator.search.compile import compile_case
from allocator.search.solver import Effort
from tests.builders import scenario
from tests.search.enumeration import costs, feasible_plans

EFFORT = Effort(30.0)
PIECES = {"min_piece_desks": 1, "min_piece_share": "0"}
NO_TRIPS = dict.fromkeys(("unit", "parent", "organisation", "coordinator", "siblings"), 0.0)
TWO = [("A-1", "A", 1, 10), ("A-2", "A", 2, 10), ("B-1", "B", 1, 10)]
CLOSE = 0.1
"""Person-minutes that whole units of the model may lose."""


def alone_of(**tables: Any) -> Alone:
    """Models of a case: tower A with two floors of 10 desks, and B with one."""
    sections = {"sharing": PIECES, "trips": NO_TRIPS} | tables.pop("settings", {})
    case = compile_case(scenario(**({"floors": TWO} | tables), settings=sections))
    return Alone(case, np.zeros(len(case.floor_ids)), lambda: False)


def test_a_unit_in_a_tower_pays_its_extra_floors() -> None:
    """15 desks take two floors of 10, at 200 for the second."""
    assert alone_of(headcounts=[("P", 15)]).within([0], 0, EFFORT) == Least(
        pytest.approx(200, abs=CLOSE), exact=True
    )


def test_floors_in_use_are_paid_only_by_those_who_have_the_tower_to_themselves() -> None:
    """Whoever else may be there may pay for the floor, so only `sharing` counts it."""
    made = alone_of(headcounts=[("P", 5)])
    assert made.within([0], 0, EFFORT).bound == pytest.approx(0, abs=CLOSE)
    desk = made.case.scenario.settings.prices.open_desk
    assert made.sharing([0], 0, EFFORT).bound == pytest.approx(10 * desk, abs=CLOSE)


def test_units_that_do_not_fit_a_tower_have_no_plan_there() -> None:
    """25 desks are more than the two floors of A; and B holds none of a unit kept out of it."""
    made = alone_of(headcounts=[("P", 25), ("Q", 5)], rules=[("never_in", "Q", "B")])
    assert made.within([0], 0, EFFORT) == Least(np.inf, exact=True)
    assert made.sharing([1], 1, EFFORT) == Least(np.inf, exact=True)


def test_organisations_that_share_a_tower_keep_each_others_rules() -> None:
    """Two units that must be on different floors open both."""
    heads = [("P", 3), ("Q", 3)]
    desk = alone_of(headcounts=heads).case.scenario.settings.prices.open_desk
    together = alone_of(headcounts=heads).sharing([0, 1], 0, EFFORT)
    apart = alone_of(headcounts=heads, rules=[("apart_floor", "P", "Q")])
    assert together.bound == pytest.approx(10 * desk, abs=CLOSE)
    assert apart.sharing([0, 1], 0, EFFORT).bound == pytest.approx(20 * desk, abs=CLOSE)


def test_an_organisation_apart_pays_an_extra_tower() -> None:
    """Though it fits one tower, it is asked for what it costs in two."""
    made = alone_of(headcounts=[("u", 5, "P"), ("v", 5, "P")])
    tower = made.case.scenario.settings.prices.extra_tower
    assert made.apart([0, 1], EFFORT).bound == pytest.approx(tower, abs=CLOSE)


def test_what_must_stay_in_one_tower_cannot_be_apart() -> None:
    """A rule that allows one tower leaves no plan in two."""
    made = alone_of(
        headcounts=[("u", 5, "P"), ("v", 5, "P")], rules=[("max_towers", "P", None, "1")]
    )
    assert made.apart([0, 1], EFFORT) == Least(np.inf, exact=True)


def test_trips_of_every_unit_to_another_tower_are_walked() -> None:
    """`outwards` is what a trip to somebody elsewhere takes from a floor, counted at this end."""
    tables = {"headcounts": [("P", 5), ("Q", 5)], "affinities": [("P", "Q", 40.0)]}
    made = alone_of(**tables)
    far = Alone(made.case, np.full(3, 4.0), lambda: False)
    more = far.sharing([0], 0, EFFORT).bound - made.sharing([0], 0, EFFORT).bound
    assert more == pytest.approx(40 * 4, abs=CLOSE)


def test_without_time_the_bound_still_holds() -> None:
    """Stopped at once, nothing is exact, and nothing is above the least."""
    tables = {"headcounts": [(f"u{i}", 4 + i, "P") for i in range(3)]}
    made = alone_of(**tables, settings={"trips": NO_TRIPS | {"organisation": 3.0}})
    exact = made.within([0, 1, 2], 0, EFFORT)
    short = Alone(made.case, made.outwards, lambda: True).within([0, 1, 2], 0, Effort(0.0))
    assert exact.exact
    assert short.bound <= exact.bound + CLOSE


@pytest.mark.parametrize("seed", range(4))
def test_no_plan_of_one_tower_costs_less(seed: int) -> None:
    """With one tower, sharing it is the whole plan: the bound is at most the best total."""
    rng = np.random.default_rng(seed)
    given = scenario(
        floors=[("A-1", "A", 1, 7), ("A-2", "A", 3, 6)],
        headcounts=[("u", int(rng.integers(2, 6)), "P"), ("v", int(rng.integers(2, 6)), "Q")],
        affinities=[("u", "v", float(rng.integers(1, 30)))],
        placement_costs=[("u", "A-1", float(rng.uniform(-30, 30)))],
        settings={"sharing": PIECES},
    )
    plans = feasible_plans(given)
    case = compile_case(given)
    found = Alone(case, np.zeros(2), lambda: False).sharing([0, 1], 0, EFFORT)
    assert found.bound <= min(plan.total for plan in plans) + 1e-6
    counted = min(
        plan.total - costs(plan)[TermName.WALKING] - costs(plan)[TermName.PEOPLE_MOVED]
        for plan in plans
    )
    assert found.bound >= counted - CLOSE


def test_the_heaviest_desks_take_the_nearest_places() -> None:
    """3 desks of weight 2 lie at 0 minutes, with one of weight 1; the other 4 at 5 minutes."""
    found = _nearest(
        np.array([1.0, 2.0]), np.array([5, 3]), np.array([5.0, 0.0]), np.array([10, 4])
    )
    assert found == pytest.approx(4 * 1 * 5)


def test_a_line_lies_below_what_it_stands_for() -> None:
    """Through the slope of the ends, as high as no value is undercut."""
    sizes, values = np.array([2, 3, 4]), [10.0, 9.0, 14.0]
    fixed, slope = _line_below(sizes, values)
    assert slope == 2
    assert fixed + slope * 3 == pytest.approx(9)
    assert all(fixed + slope * s <= v + 1e-12 for s, v in zip(sizes, values, strict=True))


def test_a_line_below_one_value_goes_through_it() -> None:
    """One size has no slope."""
    assert _line_below(np.array([4]), [3.0]) == (3.0, 0.0)
