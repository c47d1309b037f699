"""The checker against published problems that a scenario can express, on small made-up cases."""

from __future__ import annotations

import itertools

import pytest

from allocator.plan.verify import GivenPlacement, verify
from tests.builders import scenario

NO_TRIPS = {"unit": 0.0, "parent": 0.0, "organisation": 0.0, "coordinator": 0.0, "siblings": 0.0}
FREE = {"extra_tower": 0.0, "extra_floor": 0.0, "extra_gap": 0.0, "open_desk": 0.0, "move": 0.0}

FLOW = {("U1", "U2"): 5.0, ("U1", "U3"): 2.0, ("U2", "U3"): 3.0}
DISTANCE = {("F1", "F2"): 7.0, ("F1", "F3"): 11.0, ("F2", "F3"): 4.0}
COST = {(u, f): 10.0 * u + f * f for u in (1, 2, 3) for f in (1, 2, 3)}


@pytest.mark.parametrize("homes", list(itertools.product("123", repeat=3)))
def test_generalised_quadratic_assignment(homes: tuple[str, ...]) -> None:
    """With only walking priced the total is Σ cost + Σ flow · distance of every assignment."""
    case = scenario(
        floors=[(f"F{f}", f"T{f}", 0, 90) for f in "123"],
        headcounts=[(f"U{u}", 30, f"O{u}") for u in "123"],
        affinities=[(*pair, trips) for pair, trips in FLOW.items()],
        walking=[(*pair, minutes) for pair, minutes in DISTANCE.items()],
        placement_costs=[(f"U{u}", f"F{f}", cost) for (u, f), cost in COST.items()],
        settings={"trips": NO_TRIPS, "prices": FREE},
    )
    at = dict(zip("123", homes, strict=True))
    expected = sum(COST[int(u), int(f)] for u, f in at.items())
    for (a, b), flow in FLOW.items():
        ends = sorted((f"F{at[a[1]]}", f"F{at[b[1]]}"))
        expected += flow * (0 if ends[0] == ends[1] else DISTANCE[ends[0], ends[1]])
    found = verify(case, [GivenPlacement(f"U{u}", f"F{f}", 30) for u, f in at.items()])
    assert found.feasible
    assert found.total == pytest.approx(expected)


@pytest.mark.parametrize("homes", list(itertools.product("12", repeat=4)))
def test_bin_packing_with_colour_fragmentation(homes: tuple[str, ...]) -> None:
    """With extra towers at 1 the total is (colour, bin) pairs less colours."""
    colours = ["red", "red", "blue", "blue"]
    case = scenario(
        floors=[(f"F{f}", f"T{f}", 0, 90) for f in "12"],
        headcounts=[(f"U{u}", 20, colour) for u, colour in enumerate(colours)],
        settings={
            "trips": NO_TRIPS,
            "prices": FREE | {"walking": 0.0, "extra_tower": 1.0},
        },
    )
    found = verify(case, [GivenPlacement(f"U{u}", f"F{f}", 20) for u, f in enumerate(homes)])
    assert found.feasible
    assert found.total == len(set(zip(colours, homes, strict=True))) - 2
