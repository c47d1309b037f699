"""A plan of all floors: what is taken out and put back leaves it as it was."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from allocator.search.compile import compile_case
from allocator.search.floors.plan import FloorPlan
from allocator.search.floors.tables import OVER_FIXED, Tally
from tests.search.hot import heated, office, with_trips_of_every_sort


def sums(plan: FloorPlan) -> list[np.ndarray]:
    return [plan.load, plan.occupants, plan.at, plan.placed, plan.held]


def test_taking_everything_off_leaves_nothing() -> None:
    """A plan from which all units are taken counts what an empty one does."""
    case = compile_case(with_trips_of_every_sort())
    plan = heated(case)
    plan.take(case.units, case.floors)
    assert plan.layout() == {}
    assert np.allclose(plan.loads, 0, atol=1e-9)
    assert not any(counts.any() for counts in sums(plan))


def test_restored_plan_is_the_plan_before() -> None:
    """Pieces, sums and tally are those of the snapshot."""
    case = compile_case(office(rules=[("at_least", "O1", "B2", "6")]))
    plan = heated(case)
    before = plan.snapshot(case.units)
    layout, counts = plan.layout(), [each.copy() for each in sums(plan)]
    plan.take([0, 1, 2], case.floors)
    plan.tally[Tally.COST] = 0.0
    plan.restore(before)
    assert plan.layout() == layout
    assert all((now == then).all() for now, then in zip(sums(plan), counts, strict=True))
    assert (plan.tally == before.tally).all()


def test_floor_that_holds_less_is_too_full() -> None:
    """Desks beyond what floors hold from now on are counted, and a fixed part a floor."""
    case = compile_case(office())
    plan = heated(replace(case, capacity=np.full_like(case.capacity, 1000)))
    over = plan.tally[Tally.OVER]
    floor = int(plan.load.argmax())
    held = plan.capacity.copy()
    held[floor] = plan.load[floor] - 3
    plan.set_capacity(held)
    assert plan.tally[Tally.OVER] - over == 3 + OVER_FIXED
    assert plan.overload()[floor] == 3


def test_units_with_desks_nowhere_are_everywhere() -> None:
    """Whoever is without a place is among the units of any floors."""
    plan = FloorPlan(compile_case(office()))
    assert plan.units_in([]) == set(plan.case.units)
