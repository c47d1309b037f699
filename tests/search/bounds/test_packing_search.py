"""What units pay at the least inside one tower, by the compiled search alone."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from allocator.search.bounds import packing_search
from allocator.search.bounds.packing_search import LEAST, NEVER, OPEN, STEPS, Search, Tower

ENOUGH = 100_000
UNITS, FLOORS = 4, 3


def tower(**given: np.ndarray) -> Tower:
    """A tower of two floors of 10 desks, with two units of 6 that walk to each other."""
    usual = {
        "desks": np.array([6.0, 6.0]),
        "whole": np.zeros((2, 2)),
        "divided": np.full(2, NEVER),
        "trips": np.array([[0.0, 5.0], [5.0, 0.0]]),
        "minutes": np.array([[0.0, 2.0], [2.0, 0.0]]),
        "nearest": np.array([0.0]),
        "capacity": np.array([10.0, 10.0]),
    }
    return Tower(**(usual | given))


def searched(given: Tower, most_steps: int = ENOUGH) -> np.ndarray:
    """The least cost, the least of what was left open, and the steps taken."""
    n, f = given.whole.shape
    state = Search(
        option=np.zeros(n, np.int64),
        paid=np.zeros(n + 1),
        room=given.capacity.copy(),
        cost=np.zeros((n + 1, n, f)),
        apart=np.zeros((n + 1, n)),
        numbers=np.array([NEVER, NEVER, 0.0]),
    )
    state.cost[0], state.apart[0] = given.whole, given.divided
    packing_search.least_inside(given, state, most_steps)
    return state.numbers


def drawn(seed: int) -> Tower:
    """Units that stay whole in a tower that is nearly full, with costs of either sign."""
    rng = np.random.default_rng(seed)
    trips = np.triu(rng.uniform(0, 9, (UNITS, UNITS)), 1)
    minutes = np.triu(rng.uniform(1, 4, (FLOORS, FLOORS)), 1)
    minutes += minutes.T + np.diag(rng.uniform(0, 1, FLOORS))
    return tower(
        desks=np.sort(rng.integers(2, 9, UNITS))[::-1].astype(float),
        whole=rng.uniform(-20, 20, (UNITS, FLOORS)),
        divided=np.full(UNITS, NEVER),
        trips=trips + trips.T,
        minutes=minutes,
        nearest=np.array([minutes.min()]),
        capacity=rng.integers(7, 13, FLOORS).astype(float),
    )


def price(given: Tower, at: tuple[int, ...]) -> float:
    """What units pay on these floors; infinite if they do not fit."""
    load = np.bincount(at, weights=given.desks, minlength=len(given.capacity))
    if (load > given.capacity).any():
        return np.inf
    walked = given.trips * given.minutes[np.ix_(at, at)]
    return float(given.whole[range(len(at)), at].sum() + np.triu(walked, 1).sum())


def least(given: Tower) -> float:
    """The least of all ways, tried one by one."""
    n, f = given.whole.shape
    return min(price(given, at) for at in product(range(f), repeat=n))


def test_units_that_do_not_fit_one_floor_walk_between_two() -> None:
    """Two units of 6 take a floor each, 2 minutes apart, and walk 5 times a week."""
    assert searched(tower())[LEAST] == pytest.approx(10)


def test_units_that_fit_one_floor_stay_together() -> None:
    """With room for both on a floor nobody walks."""
    assert searched(tower(capacity=np.array([12.0, 10.0])))[LEAST] == 0


def test_a_cheap_floor_is_worth_a_walk_only_at_its_price() -> None:
    """The first unit gains 7 on the other floor, which is less than the 10 that both walk."""
    room, gain = np.array([12.0, 12.0]), np.array([[0.0, -7.0], [0.0, 20.0]])
    assert searched(tower(capacity=room, whole=gain))[LEAST] == 0
    assert searched(tower(capacity=room, whole=2 * gain))[LEAST] == pytest.approx(-4)


def test_where_nothing_fits_nothing_is_found() -> None:
    """Three units of 6 do not fit two floors of 10."""
    three = {"desks": np.full(3, 6.0), "divided": np.full(3, NEVER), "whole": np.zeros((3, 2))}
    numbers = searched(tower(**three, trips=np.zeros((3, 3))))
    assert numbers[LEAST] == numbers[OPEN] == NEVER


def test_a_unit_may_be_divided_where_that_is_allowed() -> None:
    """The third of three units finds no floor, and pays 40 to be on two."""
    three = {"desks": np.full(3, 6.0), "whole": np.zeros((3, 2))}
    divided = np.array([NEVER, NEVER, 40.0])
    numbers = searched(tower(**three, trips=np.zeros((3, 3)), divided=divided))
    assert numbers[LEAST] == pytest.approx(40)


def test_a_partner_of_a_divided_unit_walks_for_what_finds_no_room_beside_it() -> None:
    """Of 6 divided desks at most 4 lie on the partner's floor: a third of the trips is walked."""
    divided = np.array([3.0, NEVER])
    whole = np.array([[NEVER, NEVER], [0.0, 0.0]])
    minutes = np.array([[0.0, 2.0], [2.0, 0.0]])
    given = tower(divided=divided, whole=whole, minutes=minutes, nearest=np.array([2.0]))
    assert searched(given)[LEAST] == pytest.approx(3 + 5 * 2 * (1 - 4 / 6))


@pytest.mark.parametrize("seed", range(25))
def test_the_search_finds_the_least_of_all_ways(seed: int) -> None:
    """Whatever the costs, it is what trying every way gives; where none fits, it says so."""
    given = drawn(seed)
    assert searched(given)[LEAST] == pytest.approx(min(least(given), NEVER))


@pytest.mark.parametrize("most_steps", [0, 1, 5, 20, 60])
def test_a_search_that_is_cut_short_still_bounds(most_steps: int) -> None:
    """The least of what was found and what was left open is never above the least of all."""
    for seed in range(15):
        given = drawn(seed)
        numbers = searched(given, most_steps)
        assert numbers[[LEAST, OPEN]].min() <= min(least(given), NEVER) + 1e-9
        assert numbers[STEPS] <= most_steps + 1
