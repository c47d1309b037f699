"""Any scenario that is written as a ministry might keep it is read back equal, or asks."""

from __future__ import annotations

import os

from hypothesis import given, settings
from hypothesis import strategies as st

from allocator.scenario.importing.run import import_files
from tests.scenario.importing.books import floors_of, people_of
from tests.scenario.importing.decorated import decorated

EXAMPLES = int(os.environ.get("ALLOCATOR_IMPORT_EXAMPLES", "40"))
"""Drawn in a quick run; more where a long one asks for them."""
MAY_ASK = 0.05
"""Part of the examples that may leave a question open."""


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_a_decorated_scenario_is_read_back_equal(seed: int) -> None:
    """Nothing but an open question keeps people and floors from being those that were written."""
    given_ = decorated(seed)
    found = import_files(given_.files)
    if not found.questions:
        assert people_of(found) == given_.people
        assert sorted(floors_of(found)) == sorted(given_.floors)


def test_hardly_any_example_asks() -> None:
    """Of a sample that is always the same, at most one in twenty leaves a question open."""
    asking = [
        seed for seed in range(2 * EXAMPLES) if import_files(decorated(seed).files).questions
    ]
    assert len(asking) <= MAY_ASK * 2 * EXAMPLES
