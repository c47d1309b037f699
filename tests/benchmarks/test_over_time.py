"""Figures over time on two cores: the least change, a curve with its moves, and waves."""

from __future__ import annotations

from pathlib import Path

from allocator.scenario.variants import Variant, read_variant, read_waves
from allocator.search.options import SolveOptions
from allocator.studies.restack import restack
from allocator.studies.waves import plan_waves

DATA = Path(__file__).parents[2] / "data"


def test_the_cabinet_of_48_is_restacked() -> None:
    """At least six points in five minutes, the least change proved, moves to the knee in order."""
    given = read_variant(DATA / "ikn-cabinet48", Variant())
    found = restack(given, SolveOptions(time_limit_s=25, workers=2))
    for point in found.points:
        print(point)
    assert len(found.points) >= 6
    assert found.points[0].people_moved <= 1.05 * found.least_moved_bound
    assert found.knee is not None
    moves = found.moves[found.knee.point - 1]
    assert moves is not None
    print(moves.steps, moves.people_twice, moves.people_elsewhere, moves.notes)


def test_three_waves_are_planned_together() -> None:
    """In five minutes; what foresight gains is printed."""
    given = read_waves(DATA / "ikn-waves", Variant())
    found = plan_waves(given, SolveOptions(time_limit_s=22, workers=2))
    assert found.solution is not None
    print(found.solution.total, found.bound, found.foresight)
    assert found.bound <= found.solution.total
