"""Random numbers, acceptance and schedules of compiled code."""

from __future__ import annotations

import numba
import numpy as np
import pytest

from allocator.search.kernels import annealing
from allocator.search.kernels.annealing import Schedule, rng_state
from allocator.search.kernels.links import links, plain_links


@numba.njit  # type: ignore[untyped-decorator]
def draws(state: np.ndarray, count: int) -> np.ndarray:
    """Draw, as only compiled code can."""
    found = np.zeros(count)
    for i in range(count):
        found[i] = annealing.uniform(state)
    return found


@numba.njit  # type: ignore[untyped-decorator]
def kept(state: np.ndarray, worse: float, temperature: float, count: int) -> int:
    """Count how often a move is accepted."""
    found = 0
    for _ in range(count):
        found += annealing.accepts(state, worse, temperature)
    return found


@numba.njit  # type: ignore[untyped-decorator]
def picks(state: np.ndarray, first: int, end: int, count: int) -> np.ndarray:
    """Pick whole numbers."""
    found = np.zeros(count, np.int64)
    for i in range(count):
        found[i] = annealing.pick(state, first, end)
    return found


def state(seed: int = 0) -> np.ndarray:
    return rng_state(np.random.default_rng(seed))


def test_random_numbers_are_uniform() -> None:
    """They lie between 0 and below 1, with the mean and spread of a uniform distribution."""
    found = draws(state(), 100_000)
    assert found.min() >= 0
    assert found.max() < 1
    assert found.mean() == pytest.approx(0.5, abs=0.005)
    assert found.std() == pytest.approx(12**-0.5, abs=0.005)


def test_states_of_one_seed_draw_the_same() -> None:
    """The same seed gives the same numbers, another one others."""
    assert (draws(state(1), 50) == draws(state(1), 50)).all()
    assert (draws(state(1), 50) != draws(state(2), 50)).any()


def test_picks_reach_every_number_and_no_other() -> None:
    """From 3 to below 7."""
    assert set(picks(state(), 3, 7, 500).tolist()) == {3, 4, 5, 6}


@pytest.mark.parametrize("worse", [-5.0, 0.0])
def test_what_is_no_worse_is_always_kept(worse: float) -> None:
    """At any temperature."""
    assert kept(state(), worse, 1e-9, 100) == 100


@pytest.mark.parametrize(("worse", "temperature"), [(1.0, 1.0), (2.0, 1.0), (1.0, 4.0)])
def test_worse_moves_are_kept_as_metropolis_says(worse: float, temperature: float) -> None:
    """With the probability exp(-worse / temperature)."""
    share = kept(state(), worse, temperature, 50_000) / 50_000
    assert share == pytest.approx(np.exp(-worse / temperature), abs=0.01)


def test_much_worse_moves_are_never_kept() -> None:
    """Beyond so many temperatures no number is drawn."""
    before = state()
    assert kept(before, 31.0, 1.0, 100) == 0
    assert (before == state()).all()


def test_parts_of_a_schedule_cool_from_hot_to_cold() -> None:
    """Each begins where the one before ends, and all of them end at the last temperature."""
    parts = list(Schedule(100.0, 1.0, 1000).steps(least=10, most=20))
    assert len(parts) == 20
    assert sum(part.moves for part in parts) == 1000
    ends = [part.hot * part.cooling**part.moves for part in parts]
    assert [part.hot for part in parts[1:]] == pytest.approx(ends[:-1])
    assert (parts[0].hot, ends[-1]) == pytest.approx((100.0, 1.0))


def test_short_schedule_has_one_part() -> None:
    """Parts are not shorter than asked; a schedule of no moves still makes one."""
    assert [part.moves for part in Schedule(2.0, 1.0, 15).steps(least=10, most=20)] == [15]
    assert [part.moves for part in Schedule(2.0, 1.0, 0).steps(least=10, most=20)] == [1]


def test_links_of_rows_follow_one_another() -> None:
    """Each row's links lie between where it begins and where the next does, by number."""
    found = links([{4: 1.5, 2: 0.5}, {}, {0: 3.0}], price=2.0)
    assert found.start.tolist() == [0, 2, 2, 3]
    assert found.to.tolist() == [2, 4, 0]
    assert found.weight.tolist() == [1.0, 3.0, 6.0]


def test_plain_links_weigh_one_each_once() -> None:
    """What is named twice is linked once."""
    found = plain_links([[3, 1, 3]])
    assert (found.to.tolist(), found.weight.tolist()) == ([1, 3], [1.0, 1.0])
