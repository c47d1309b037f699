"""Bounds against every plan of two thousand tiny scenarios, more than a thousand with a plan.

Protocol: ``pytest tests/benchmarks/test_enumerated.py -n 0``; it takes some minutes.
"""

from __future__ import annotations

from time import monotonic

import numpy as np
import pytest

from allocator.search.bounds import bounds_at_once, rising_bounds
from tests.search.bounds.test_labelled import CLOSE, complete, never, over_towers

MOMENT_S = 0.3


@pytest.mark.parametrize("block", range(40))
def test_no_rising_bound_is_above_the_best_plan(block: int) -> None:
    """The dual over towers at any multipliers, and all bounds that rise, hold."""
    for seed in range(50 * block, 50 * (block + 1)):
        if found := complete(seed):
            case, plans = found
            assert over_towers(case, plans, np.random.default_rng(seed)) <= CLOSE
            until = monotonic() + MOMENT_S
            known = bounds_at_once(case)
            rising = rising_bounds(case, known, until=until, should_stop=never)
            best = min(plan.total for plan in plans)
            assert max((bounds.total for bounds in rising), default=best) <= best + CLOSE
