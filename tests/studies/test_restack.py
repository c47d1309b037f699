"""The curve from the least change to the lowest cost: ends, bounds, knee, files."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

from allocator.errors import InputError
from allocator.plan.types import Status
from allocator.plan.verify import GivenPlacement, verify
from allocator.scenario.types import Scenario
from allocator.search.options import SolveOptions
from allocator.studies.restack import Restack, restack, write_restack
from allocator.studies.restack.curve import CurvePoint, filled_up, knee, undominated
from tests.builders import scenario

QUICK = SolveOptions(time_limit_s=2, workers=1)


def office(**tables: Any) -> Scenario:
    """Return two bodies of two units; each body is torn over two towers today."""
    usual: dict[str, Any] = {
        "floors": [(f"{t}{i}", t, i, 12) for t in "AB" for i in (1, 2)],
        "headcounts": [("u1", 12, "O"), ("u2", 10, "O"), ("v1", 11, "P"), ("v2", 9, "P")],
        "current": [
            ("u1", "A1", 12, 12),
            ("u2", "B1", 10, 10),
            ("v1", "A2", 11, 11),
            ("v2", "B2", 9, 9),
        ],
    }
    return scenario(**(usual | tables))


@pytest.fixture(scope="module")
def curve() -> Restack:
    return restack(office(), QUICK)


def points(*pairs: tuple[float, float]) -> list[CurvePoint]:
    return [CurvePoint(moved, total, {}) for moved, total in pairs]


def test_dominated_plans_are_no_points() -> None:
    """A plan that moves more people for the same or more is left out."""
    found = undominated(points((3, 9), (1, 10), (2, 10), (3, 8), (5, 8)))
    assert [(point.moved, point.total) for point in found] == [(1, 10), (3, 8)]


@pytest.mark.parametrize(
    ("pairs", "at"),
    [
        (((0, 100), (10, 0)), None),
        (((0, 100), (5, 50), (10, 0)), None),
        (((0, 100), (2, 30), (6, 10), (10, 0)), 1),
        (((0, 100), (2, 60), (4, 40), (10, 0)), 1),
    ],
)
def test_the_knee_is_farthest_below_the_chord(
    pairs: tuple[tuple[float, float], ...], at: int | None
) -> None:
    """Both axes are scaled to 0..1; a line has none; of equals the first is taken."""
    assert knee(points(*pairs)) == at


def test_a_short_curve_is_filled_up_with_plans_seen_on_the_way() -> None:
    """Of those the one farthest from all others comes first."""
    seen = [CurvePoint(m, 10 - m, {}, is_final=False) for m in (1, 2, 5)]
    found = filled_up([*points((0, 10)), *seen, *points((9, 1))], 3)
    assert [point.moved for point in found] == [0, 5, 9]


def test_the_curve_runs_from_the_least_change_to_the_lowest_cost(curve: Restack) -> None:
    """Nobody needs to move; moving one unit of each body saves both a tower."""
    first, last = curve.points[0], curve.points[-1]
    assert (first.people_moved, first.units_moved) == (0, 0)
    assert (last.people_moved, last.units_moved) == (21, 2)
    assert first.total_without_moves - last.total_without_moves > 3000


def test_bounds_of_the_curve_are_below_its_points(curve: Restack) -> None:
    """What is proved of the ends closes them: these are the optimum of each."""
    for point in curve.points:
        assert point.bound <= point.total_without_moves + 1e-6
    assert curve.points[-1].bound == pytest.approx(curve.points[-1].total_without_moves)
    assert curve.least_moved_bound == 0


def test_every_point_is_a_plan_with_its_moves(curve: Restack, tmp_path: Path) -> None:
    """Its folder holds placements that the checker passes, and moves to them."""
    given = office()
    write_restack(curve, tmp_path, given)
    with (tmp_path / "restack.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0])[:3] == ["point", "people_moved", "units_moved"]
    for row in rows:
        with (tmp_path / row["folder"] / "placements.csv").open(encoding="utf-8") as file:
            plan = [
                GivenPlacement(p["unit_id"], p["floor_id"], p["desks"])
                for p in csv.DictReader(file)
            ]
        check = verify(given, plan)
        moves = next(term for term in check.terms if term.name == "people_moved")
        assert check.feasible
        assert check.total - moves.cost == pytest.approx(float(row["total_without_moves"]))
        assert (tmp_path / row["folder"] / "moves.csv").exists()
    assert (tmp_path / "restack.svg").exists()


def test_a_limit_ends_the_curve() -> None:
    """With at most 12 people moved only one of the bodies comes together, or none."""
    limit = {"options": {"max_people_moved": 12}}
    found = restack(office(settings=limit), QUICK)
    assert max(point.people_moved for point in found.points) <= 12


def test_a_limit_below_the_least_change_has_no_curve() -> None:
    """A floor is gone and 12 people must move; at most 5 may."""
    floors = [("A2", "A", 2, 12), ("B1", "B", 1, 12), ("B2", "B", 2, 12), ("C1", "C", 1, 12)]
    limit = {"options": {"max_people_moved": 5}}
    found = restack(office(floors=floors, settings=limit), QUICK)
    assert found.status is Status.INFEASIBLE
    assert "at least 12 people move" in found.reasons[0].message


def test_a_restack_needs_a_plan_of_today() -> None:
    """Without the table current there is nothing to begin from."""
    with pytest.raises(InputError, match="current: expected this table"):
        restack(office(current=[]), QUICK)
