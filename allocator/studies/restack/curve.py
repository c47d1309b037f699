"""Plans between the least change and the lowest cost: which are dominated, and where it bends."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from allocator.plan.types import Pieces

NEAR = 1e-6
"""People, or part of a total, below which two plans are alike."""


@dataclass(frozen=True)
class CurvePoint:
    """A plan by its place on the curve.

    Attributes
    ----------
    moved
        People moved.
    total
        Person-minutes a week, without people moved.
    is_final
        Whether a solve ended with it; others were seen on the way.
    """

    moved: float
    total: float
    pieces: Pieces
    is_final: bool = True


def undominated(points: Iterable[CurvePoint]) -> list[CurvePoint]:
    """Return the points that no other beats in both, fewest moved first; of equal ones the first.

    One that moves a little less for the same total, within rounding, beats nothing: it would be a
    point of the curve that nobody can tell from its neighbour.
    """
    found: list[CurvePoint] = []
    # By people moved, so that each next point has to be cheaper to be of any use.
    for point in sorted(points, key=lambda s: (round(s.moved, 6), s.total, not s.is_final)):
        if not found or point.total < found[-1].total - NEAR * max(1.0, abs(found[-1].total)):
            found.append(point)
    return found


def slope(few: CurvePoint, many: CurvePoint) -> float:
    """Return the price of a person moved at which two points cost the same.

    Solving at this price looks for a plan below the straight line between them.
    """
    return (few.total - many.total) / max(many.moved - few.moved, NEAR)


def knee(points: Sequence[CurvePoint]) -> int | None:
    """Return the point farthest below the chord between the ends, both axes scaled to 0..1.

    Of equals the one that moves fewer; None below three points, or where none is below.
    """
    if len(points) < 3:
        return None
    first, last = points[0], points[-1]
    width, height = last.moved - first.moved, first.total - last.total
    # Distance from the chord in scaled axes, but for a constant factor.
    depths = [
        1 - (point.moved - first.moved) / width - (point.total - last.total) / height
        for point in points
    ]
    deepest = max(range(len(points)), key=lambda i: (round(depths[i], 9), -i))
    return deepest if depths[deepest] > NEAR else None


def widest(points: Sequence[CurvePoint], done: Iterable[tuple[float, float]]) -> int | None:
    """Return the point after which the gap to the next is widest by area, of gaps not yet tried.

    Parameters
    ----------
    points
        Fewest people moved first, none dominated.
    done
        People moved at both ends of gaps in which nothing was found.
    """
    # Nothing was found there at the one price that could have found it, so it is not tried again.
    closed = set(done)
    areas = [
        (many.moved - few.moved) * (few.total - many.total)
        if (few.moved, many.moved) not in closed
        else 0.0
        for few, many in pairwise(points)
    ]
    best = max(range(len(areas)), key=areas.__getitem__, default=None)
    return best if best is not None and areas[best] > 0 else None


def filled_up(points: Sequence[CurvePoint], count: int) -> list[CurvePoint]:
    """Return the points with which solves ended, and so many in all with those seen on the way.

    Ends are always among them; then each is taken that lies in the widest gap of people moved.

    Parameters
    ----------
    points
        None dominated, fewest moved first.
    count
        Points wanted; all are returned where there are not so many.
    """
    ends = {0, len(points) - 1}
    chosen = {i for i, point in enumerate(points) if point.is_final or i in ends}
    while len(chosen) < min(count, len(points)):
        order = sorted(chosen)
        others = [i for i in range(len(points)) if i not in chosen]

        def apart(i: int, order: list[int] = order) -> float:
            """Return how far a point is from the nearest one chosen, in people moved."""
            return min(abs(points[i].moved - points[j].moved) for j in order)

        chosen.add(max(others, key=apart))
    return [points[i] for i in sorted(chosen)]
