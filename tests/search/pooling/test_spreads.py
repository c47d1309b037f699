"""Mean and spread: about the desks that a floor needs, in whole numbers that can be taken away."""

from __future__ import annotations

import numpy as np
import pytest

from allocator.scenario.types import Scenario
from allocator.search.compile import compile_case
from allocator.search.pooling.needs import Needs
from allocator.search.pooling.spreads import LOAD_PER_DESK, Spreads, spreads_of
from tests.builders import scenario


def office(shared_by: str = "floor", **attendance: object) -> Scenario:
    """Return three units of two organisations on one floor."""
    given = {"shared_by": shared_by, "weekday_factors": [1.0] * 5} | attendance
    return scenario(
        floors=[("f", "T", 0, 200)],
        headcounts=[("a", 40, "P"), ("b", 90, "P", 10), ("c", 60, "Q")],
        settings={"attendance": given, "sharing": {"capacity": "chance"}},
    )


def spreads(given: Scenario) -> Spreads:
    return spreads_of(given, compile_case(given).organisation)


@pytest.mark.parametrize("shared_by", ["floor", "organisation", "unit"])
@pytest.mark.parametrize("correlation", [0.0, 0.02])
def test_loads_are_about_the_desks_needed(shared_by: str, correlation: float) -> None:
    """Within two desks of a hundred and more, however desks are shared."""
    given = office(shared_by, correlation=correlation)
    pieces = ((0, 40, 0), (1, 90, 10), (2, 60, 0))
    desks = Needs(given).of(pieces).desks
    assert spreads(given).load(pieces) / LOAD_PER_DESK == pytest.approx(desks, abs=2.5)


def test_who_shares_with_fewer_needs_more() -> None:
    """Desks for all on the floor are fewest, desks of units' own most."""
    pieces = ((0, 40, 0), (1, 90, 10), (2, 60, 0))
    loads = [
        spreads(office(shared_by)).load(pieces) for shared_by in ("floor", "organisation", "unit")
    ]
    assert loads == sorted(loads)
    assert loads[0] < loads[-1]


def test_pools_are_floors_organisations_or_units() -> None:
    """All are one pool, or as many as organisations, or as many as units."""
    assert [spreads(office(by)).pools for by in ("floor", "organisation", "unit")] == [1, 2, 3]


def test_people_with_desks_of_their_own_are_no_chance() -> None:
    """They count for a desk each, and spread nothing."""
    given = scenario(
        floors=[("f", "T", 0, 200)],
        headcounts=[("a", 30, "P", 30)],
        settings={"sharing": {"capacity": "chance"}},
    )
    found = spreads(given)
    assert (found.linear[0], found.square[0]) == (0, 0)
    assert found.load([(0, 30, 30)]) == 30 * LOAD_PER_DESK


def test_what_is_added_can_be_taken_away() -> None:
    """All parts are whole numbers, so no rounding is left behind."""
    found = spreads(office(correlation=0.05, day_shock=0.06))
    for part in (found.mean, found.linear, found.square, found.pool, found.capacity):
        assert part.dtype == np.int64
