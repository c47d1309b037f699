"""Whether a bound says anything, and which term the gap of a plan sits in."""

from __future__ import annotations

import pytest

from allocator.plan.gap import is_bound, told_gap, widest_term
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


@pytest.mark.parametrize(
    ("total", "bound", "known"),
    [
        (900.0, 0.0, False),
        (900.0, None, False),
        (900.0, -30.0, False),
        (900.0, 1.0, True),
        (0.0, 0.0, True),
        (-900.0, -901.0, True),
        (-900.0, -2000.0, False),
        (None, 0.0, False),
        (None, 5.0, True),
    ],
)
def test_nothing_proved_is_no_bound_yet(
    total: float | None, bound: float | None, known: bool
) -> None:
    """A bound of 0 of what costs something was there before anything was proved."""
    assert is_bound(total, bound) is known


def test_a_gap_of_a_hundred_per_cent_is_not_told() -> None:
    """Nor is one above it; what is below is told as it is."""
    assert [told_gap(gap) for gap in (None, 1.0, 3.5, 0.143, 0.0)] == [
        None,
        None,
        None,
        0.143,
        0.0,
    ]
