"""Which term the gap of a plan sits in."""

from __future__ import annotations

import pytest

from allocator.plan.gap import widest_term
from allocator.plan.types import Term, TermName

FLOORS, WALKING, GAPS = TermName.EXTRA_FLOORS, TermName.WALKING, TermName.GAPS


@pytest.mark.parametrize(
    ("costs", "widest"),
    [
        ({FLOORS: (1800.0, 600.0), WALKING: (3000.0, 2400.0)}, FLOORS),
        ({FLOORS: (1800.0, 1500.0), WALKING: (3000.0, 2400.0), GAPS: (50.0, 0.0)}, WALKING),
        ({FLOORS: (200.0, 0.0), WALKING: (200.0, 0.0)}, FLOORS),
        ({FLOORS: (200.0, 200.0), GAPS: (50.0, 50.0 - 1e-9)}, None),
        ({FLOORS: (200.0, None)}, None),
        ({}, None),
    ],
)
def test_the_term_farthest_above_its_bound_is_named(
    costs: dict[TermName, tuple[float, float | None]], widest: TermName | None
) -> None:
    """The gap sits in the term with most between cost and bound; in none where all is proved."""
    terms = [
        Term(name=name, amount=1, price=None, cost=cost, bound=bound)
        for name, (cost, bound) in costs.items()
    ]
    assert widest_term(terms) is widest
