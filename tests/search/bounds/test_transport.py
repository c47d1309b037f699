"""The Lagrangian of a linear cost on floors: at prices by hand, and as high as it goes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from allocator.search.bounds import transport
from allocator.search.bounds.transport import HOPELESS, Transport, _stake, warm_transport
from allocator.search.case import Case
from allocator.search.compile import compile_case
from tests.builders import scenario

ONE_TOWER = [("A-1", "A", 1, 10), ("A-2", "A", 2, 10)]
LONG = 1e18
AT_ONCE = 0.0
"""A time that is over: the first prices are all that is looked at."""
DEARER = np.array([[0.0, 4.0], [0.0, 6.0]])
"""Both units would be on the first floor; the second costs one 4 and the other 6."""


def case_of(**tables: Any) -> Case:
    """Two floors of 10 desks in a tower, and two units of 10."""
    usual = {"floors": ONE_TOWER, "headcounts": [("u", 10, "P"), ("v", 10, "Q")]}
    settings = {"sharing": {"min_piece_desks": 1, "min_piece_share": "0"}}
    return compile_case(scenario(**(usual | tables), settings=settings))


def test_without_prices_everybody_is_on_the_cheapest_floor() -> None:
    """That costs nothing, and overbooks the first floor by 10 desks."""
    found = Transport(case_of(), 0.0).share(DEARER, AT_ONCE)
    assert found.bound == pytest.approx(0)
    assert found.floor.tolist() == [0, 0]
    assert found.excess.tolist() == [10, -10]


def test_a_price_of_desks_moves_who_leaves_most_cheaply() -> None:
    """At 0.5 a desk u pays 4 on the second floor and v pays 5 on the first; 5 are taken off."""
    made = Transport(case_of(), 0.0)
    made.price = np.array([0.5, 0.0])
    found = made.share(DEARER, AT_ONCE)
    assert found.bound == pytest.approx(4)
    assert found.floor.tolist() == [1, 0]
    assert found.excess.tolist() == [0, 0]


@pytest.mark.parametrize("price", [0.1, 0.3, 0.55, 2.0])
def test_no_prices_prove_too_much(price: float) -> None:
    """The best plan costs 4: u on the second floor."""
    made = Transport(case_of(), 0.0)
    made.price = np.array([price, 0.0])
    assert made.share(DEARER, AT_ONCE).bound <= 4 + 1e-9


def test_steps_find_the_prices_that_prove_most() -> None:
    """Whatever it begins with, nearly all of 4 is proved, and the prices stay for the next."""
    made = Transport(case_of(), 0.0)
    assert made.share(DEARER, LONG).bound == pytest.approx(4, rel=0.02)
    assert made.share(DEARER, AT_ONCE).bound == pytest.approx(4, rel=0.02)


def test_floors_that_a_unit_may_not_use_are_closed() -> None:
    """v may not be on the first floor, and pays 6."""
    case = case_of(rules=[("never_in", "v", "A-1")])
    found = Transport(case, 0.0).share(DEARER, AT_ONCE)
    assert found.bound == pytest.approx(6)
    assert found.floor.tolist() == [0, 1]


def test_units_without_desks_are_nowhere_and_cost_nothing() -> None:
    """Only u counts; the floor of the other is 0, whatever it costs there."""
    case = case_of(headcounts=[("u", 10, "P"), ("v", 0, "Q")])
    found = Transport(case, 0.0).share(np.array([[3.0, 1.0], [-9.0, -9.0]]), AT_ONCE)
    assert found.bound == pytest.approx(1)
    assert found.floor.tolist() == [1, 0]


TOWERS = [("A-1", "A", 1, 10), ("B-1", "B", 1, 10), ("C-1", "C", 1, 10)]


@pytest.mark.parametrize(("people", "extra"), [(10, 0), (11, 1), (20, 1), (21, 2), (30, 2)])
def test_an_organisation_pays_the_towers_that_its_size_asks_for(people: int, extra: int) -> None:
    """Towers of 10 desks at 100 each beyond the first."""
    case = case_of(floors=TOWERS, headcounts=[("u", people, "P")])
    assert Transport(case, 100.0).share(np.zeros((1, 3)), AT_ONCE).bound == pytest.approx(
        100 * extra
    )


def test_an_organisation_in_one_tower_has_all_its_units_there() -> None:
    """Either tower costs one of two units 30, which is less than an extra tower at 100."""
    case = case_of(floors=TOWERS, headcounts=[("u", 4, "P"), ("v", 4, "P")])
    cost = np.array([[0.0, 30.0, 90.0], [40.0, 0.0, 90.0]])
    found = Transport(case, 100.0).share(cost, AT_ONCE)
    assert found.bound == pytest.approx(30)
    assert found.floor.tolist() == [1, 1]


def test_units_of_an_organisation_go_apart_where_that_is_cheaper() -> None:
    """An extra tower at 20 is less than the 30 of the nearest common one."""
    case = case_of(floors=TOWERS, headcounts=[("u", 4, "P"), ("v", 4, "P")])
    cost = np.array([[0.0, 30.0, 90.0], [40.0, 0.0, 90.0]])
    found = Transport(case, 20.0).share(cost, AT_ONCE)
    assert found.bound == pytest.approx(20)
    assert found.floor.tolist() == [0, 1]


def test_shares_in_a_small_tower_ask_for_more_of_them() -> None:
    """25 desks would all be in a tower of 10, which asks for 2.5 such: 1.5 extra at 100.

    Its size alone asks for one extra tower, as the dear one has room for 30.
    """
    floors = [("A-1", "A", 1, 30), ("B-1", "B", 1, 10)]
    case = case_of(floors=floors, headcounts=[("u", 25, "P")])
    found = Transport(case, 100.0).share(np.array([[1000.0, 0.0]]), AT_ONCE)
    assert found.bound == pytest.approx(150)
    assert found.floor.tolist() == [1]


def test_where_there_is_no_plan_steps_end() -> None:
    """20 desks do not fit 10, so that the bound grows without limit; it is not awaited."""
    case = case_of(floors=ONE_TOWER[:1])
    found = Transport(case, 0.0).share(np.ones((2, 1)), LONG)
    assert found.bound > 2
    assert found.bound < 1e3 * HOPELESS


def test_what_is_at_stake_is_how_much_floors_differ() -> None:
    """The first unit loses 2 on average against its best floor; the second has one floor."""
    assert _stake(np.array([[0.0, 1.0], [4.0, np.inf]])) == pytest.approx(2)


@pytest.mark.parametrize(("sample", "warm"), [(400, False), (1, True)])
def test_many_units_begin_with_prices_of_a_sample(
    sample: int, warm: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A few units with their part of the floors tell prices; few units need none."""
    monkeypatch.setattr(transport, "SAMPLE", sample)
    case = case_of(headcounts=[(f"u{i}", 5) for i in range(4)])
    made = warm_transport(case, 0.0, np.tile([0.0, 4.0], (4, 1)), LONG)
    assert len(made.units) == 4
    assert bool(made.price.any()) is warm


def test_a_sample_has_its_part_of_every_floor() -> None:
    """Every second of four units of 5 desks has half of the desks, on half of each floor."""
    case = case_of(headcounts=[(f"u{i}", 5) for i in range(4)])
    made = Transport(case, 0.0, every=2)
    assert made.units.tolist() == [0, 2]
    assert made.capacity.tolist() == [5, 5]
