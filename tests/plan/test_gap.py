"""Whether a bound says anything, and which term the gap of a plan sits in."""

from __future__ import annotations

import pytest

from allocator.plan.gap import Cost, costs, is_bound, told_gap, widest
from allocator.plan.types import Objective, Term, TermName, TripCost
from allocator.scenario.settings import TripKind

FLOORS, WALKING, GAPS = TermName.EXTRA_FLOORS, TermName.WALKING, TermName.GAPS


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ({FLOORS: (1800.0, 600.0), WALKING: (3000.0, 2400.0)}, FLOORS),
        ({FLOORS: (1800.0, 1500.0), WALKING: (3000.0, 2400.0), GAPS: (50.0, 0.0)}, WALKING),
        ({FLOORS: (200.0, 0.0), WALKING: (200.0, 0.0)}, FLOORS),
        ({FLOORS: (200.0, 200.0), GAPS: (50.0, 50.0 - 1e-9)}, None),
        ({FLOORS: (200.0, None)}, None),
        ({}, None),
    ],
)
def test_the_cost_farthest_above_its_bound_is_found(
    given: dict[TermName, tuple[float, float | None]], name: TermName | None
) -> None:
    """The gap sits in the term with most between cost and bound; in none where all is proved."""
    found = widest(Cost(term.value, cost, bound) for term, (cost, bound) in given.items())
    assert (found and found.name) == name


@pytest.mark.parametrize(("bound", "names"), [(3.0, True), (None, False)])
def test_walking_is_told_by_kind_once_that_is_known(bound: float | None, *, names: bool) -> None:
    """Every kind stands in the place of the term; without bounds the term stays."""
    terms = tuple(
        Term(name=name, amount=9, price=None, cost=9.0, bound=1.0) for name in (WALKING, GAPS)
    )
    kinds = tuple(TripCost(kind=kind, cost=4.0, bound=bound) for kind in TripKind)
    plan = Objective(total=18.0, unplaced_people=0, terms=terms, walking=kinds)
    told = [cost.name for cost in costs(plan)]
    assert told == [*([f"walking_{k}" for k in TripKind] if names else ["walking"]), "gaps"]


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
