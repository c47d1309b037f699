"""How long a search may go on: by moves, by a clock, or until somebody asks to stop."""

from __future__ import annotations

import numpy as np
import pytest

from allocator.search.kernels.annealing import rng_state
from allocator.search.kernels.budget import Budget, ignore, never
from allocator.search.kernels.links import links, plain_links


def test_a_budget_without_limits_is_never_over() -> None:
    """However many moves were made."""
    budget = Budget()
    budget.spend(10**12)
    assert not budget.over
    assert budget.spent == 10**12


def test_moves_are_over_once_the_last_is_spent() -> None:
    """10 of 10; one fewer leaves it open."""
    budget = Budget(moves=10)
    budget.spend(9)
    assert not budget.over
    budget.spend(1)
    assert budget.over
    assert budget.spent == 10


def test_seconds_run_from_when_the_budget_is_made() -> None:
    """On a clock that says 100 at first, 5 seconds end at 105."""
    now = [100.0]
    budget = Budget(seconds=5.0, clock=lambda: now[0])
    now[0] = 104.9
    assert not budget.over
    now[0] = 105.0
    assert budget.over


def test_a_budget_ends_when_somebody_asks() -> None:
    """With moves and time left."""
    asked = [False]
    budget = Budget(moves=10, seconds=1e6, should_stop=lambda: asked[0])
    assert not budget.over
    asked[0] = True
    assert budget.over


def test_with_no_moves_left_nobody_is_asked() -> None:
    """A search by moves ends alike on every machine, whatever a clock or a caller says."""

    def fails() -> bool:
        raise AssertionError("asked")

    assert Budget(moves=0, should_stop=fails).over


def test_moves_are_reported_as_they_are_made() -> None:
    """Whoever counts work hears of each step."""
    heard: list[int] = []
    budget = Budget(on_moves=heard.append)
    budget.spend(3)
    budget.spend(4)
    assert heard == [3, 4]


def test_nobody_stops_and_nobody_counts_by_default() -> None:
    """What stands in for callers that were not given."""
    ignore(5)
    assert not never()


def test_weights_of_links_are_at_a_price() -> None:
    """Each row in the order of what it points at; an empty row has none."""
    found = links([{2: 0.5, 1: 3.0}, {}, {0: 1.0}], price=2.0)
    assert found.start.tolist() == [0, 2, 2, 3]
    assert found.to.tolist() == [1, 2, 0]
    assert found.weight.tolist() == [6.0, 1.0, 2.0]


def test_links_of_no_rows_are_empty() -> None:
    """There is one end and nothing before it; numbers stay whole numbers."""
    found = links([])
    assert found.start.tolist() == [0]
    assert (found.to.dtype, found.weight.dtype) == (np.int64, np.float64)
    assert plain_links([[], []]).start.tolist() == [0, 0, 0]


@pytest.mark.parametrize("seed", range(20))
def test_a_generator_of_compiled_code_never_begins_at_nothing(seed: int) -> None:
    """A state of 0 would stay there."""
    state = rng_state(np.random.default_rng(seed))
    assert state.dtype == np.uint64
    assert 0 < state[0] < 2**62
