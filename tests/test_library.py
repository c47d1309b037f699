"""`import allocator`: public names, data frames in and out, and a plan that draws itself."""

from __future__ import annotations

import doctest
import inspect
import pickle
import subprocess
import sys
from collections.abc import Callable
from types import FunctionType
from typing import Any

import numpy as np
import pytest

import allocator
import allocator.library as functions
from allocator.plan import frames
from allocator.scenario import types

FUNCTIONS = [getattr(allocator, name) for name in functions.__all__]
HEAVY = ("numpy", "pydantic", "numba", "ortools", "altair", "narwhals")
EXAMPLES = [
    test
    for thing in (*FUNCTIONS, frames.Table, types.Scenario.from_frames)
    for test in doctest.DocTestFinder(recurse=False).find(thing)
]
FLOORS = {
    "floor_id": ["A-1", "A-2"],
    "tower_id": ["A", "A"],
    "level": [1, 2],
    "desks": [60, 40],
    "open_price": [float("nan"), 7.5],
}
PEOPLE = {
    "unit_id": [101, 102],
    "headcount": np.array([70.0, 30.0]),
    "own_desks": [float("nan"), 2.0],
    "people_per_desk": np.array([1.3, np.nan], dtype="float32"),
}
LIBRARIES = ("pandas", "polars", "pyarrow")
Frame = Callable[[dict[str, Any]], Any]


@pytest.fixture(params=LIBRARIES)
def frame(request: pytest.FixtureRequest) -> Frame:
    """What makes a data frame of columns; tests of a library that is not there are skipped."""
    library = pytest.importorskip(request.param)
    made: Frame = library.table if request.param == "pyarrow" else library.DataFrame
    return made


@pytest.fixture(scope="module")
def scenario() -> allocator.Scenario:
    floor = {"tower_id": "A", "desks": 60}
    return allocator.Scenario.from_frames(
        floors=[floor | {"floor_id": f"A-{level}", "level": level} for level in (1, 2)],
        headcounts=[
            {"unit_id": "Finance", "headcount": 50},
            {"unit_id": "Health", "headcount": 40},
        ],
    )


@pytest.fixture(scope="module")
def plan(scenario: allocator.Scenario) -> allocator.Plan:
    return allocator.solve(scenario, time_limit_s=5, workers=1)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_the_example_of_a_docstring_runs_as_it_is_written(example: doctest.DocTest) -> None:
    assert doctest.DocTestRunner().run(example).failed == 0


@pytest.mark.parametrize("name", allocator.__all__)
def test_every_public_name_is_there_and_says_what_it_is(name: str) -> None:
    thing = getattr(allocator, name)
    assert name == "__version__" or inspect.getdoc(thing)


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.__name__)
def test_a_function_documents_and_types_what_it_takes(function: FunctionType) -> None:
    text, taken = inspect.getdoc(function) or "", inspect.signature(function)
    assert all(name in text for name in taken.parameters)
    assert all(p.annotation is not p.empty for p in taken.parameters.values())
    assert "Raises\n" in text
    assert "Examples\n" in text


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'solv'"):
        allocator.solv  # noqa: B018


def test_import_loads_nothing_heavy() -> None:
    loaded = f"import allocator, sys; print([m for m in {HEAVY} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", loaded], capture_output=True, check=True)
    assert done.stdout.decode().strip() == "[]"


def test_nan_is_empty_and_whole_floats_are_whole_in_frames(frame: Frame) -> None:
    given = allocator.Scenario.from_frames(floors=frame(FLOORS), headcounts=frame(PEOPLE))
    units = [(u.unit_id, u.headcount, u.own_desks, str(u.people_per_desk)) for u in given.housed]
    assert units == [("101", 70, 0, "13/10"), ("102", 30, 2, "1")]
    assert [floor.open_price for floor in given.floors] == [None, 7.5]


def test_every_problem_of_frames_is_told_with_table_row_and_column(frame: Frame) -> None:
    people = frame({"unit_id": ["a", None], "headcount": [1.5, 2.0], "hedcount": [1, 2]})
    with pytest.raises(allocator.InputError) as told:
        allocator.Scenario.from_frames(
            floors=frame(FLOORS), headcounts=people, florrs=None, settings={"prices": {"x": 1}}
        )
    places = {(p.table, p.row, p.column) for p in told.value.problems}
    assert places == {
        ("florrs", None, ""),
        ("settings", None, "prices.x"),
        ("headcounts", None, "hedcount"),
        ("headcounts", 1, "headcount"),
        ("headcounts", 2, "unit_id"),
    }


def test_what_pandas_calls_missing_is_empty() -> None:
    pd = pytest.importorskip("pandas")
    people = pd.DataFrame({"unit_id": ["a", "b"], "headcount": pd.array([3, 4], dtype="Int64")})
    people["own_desks"] = pd.Series([np.int64(1), pd.NA], dtype=object)
    given = allocator.Scenario.from_frames(floors=pd.DataFrame(FLOORS), headcounts=people)
    assert [unit.own_desks for unit in given.housed] == [1, 0]


@pytest.mark.parametrize("given", ["floors.csv", 3, [1]])
def test_what_is_no_table_is_refused_by_its_type(given: object) -> None:
    with pytest.raises(allocator.InputError, match="floors: expected a data frame"):
        allocator.Scenario.from_frames(floors=given, headcounts=[{"unit_id": "a", "headcount": 1}])


def test_a_column_that_comes_twice_is_refused() -> None:
    pd = pytest.importorskip("pandas")
    floors = pd.DataFrame([["A-1", 1, 2]], columns=["floor_id", "level", "level"])
    with pytest.raises(allocator.InputError, match="floors: expected each column once"):
        allocator.Scenario.from_frames(floors=floors, headcounts=None)


@pytest.mark.parametrize("library", LIBRARIES)
def test_placements_go_out_as_a_frame_and_back_in(
    library: str, plan: allocator.Plan, scenario: allocator.Scenario
) -> None:
    pytest.importorskip(library)
    table = getattr(plan.placements, f"to_{library.removeprefix('py')}")()
    assert allocator.check(scenario, table).total == plan.total
    today = allocator.Scenario.from_frames(
        floors=scenario.floors, headcounts=scenario.headcounts, current=table
    ).current
    assert [(piece.unit_id, piece.desks) for piece in today] == [("Finance", 50), ("Health", 40)]


def test_a_table_without_rows_keeps_its_columns() -> None:
    empty = frames.Table((), allocator.Placement)
    assert empty.columns == tuple(allocator.Placement.model_fields)
    assert empty.to_dict()["desks"] == []


def test_a_plan_travels_between_processes_with_its_tables(plan: allocator.Plan) -> None:
    there = pickle.loads(pickle.dumps(plan))
    assert there == plan
    assert there.placements.columns == plan.placements.columns


def test_a_plan_draws_itself(plan: allocator.Plan) -> None:
    assert (plan._repr_svg_() or "").startswith("<svg")
    assert "A-1  ████████████████░░░░     50/60  Finance 50" in str(plan)
    assert repr(plan).startswith("<Plan: optimal, total 120 ")
    assert "\n" not in repr(plan)
    assert "<td>Finance</td>" in plan.placements._repr_html_()


def test_without_a_plan_the_text_says_why(scenario: allocator.Scenario) -> None:
    none = allocator.solve(scenario.with_sharing(reserve_share="0.5"), time_limit_s=1)
    assert (none.total, none._repr_svg_()) == (None, None)
    assert str(none).startswith("infeasible\n90 desks are needed and 60 may be used")


def test_progress_is_told_by_callback(scenario: allocator.Scenario) -> None:
    told: list[allocator.Progress] = []
    plan = allocator.solve(scenario, time_limit_s=5, workers=1, on_progress=told.append)
    assert told[-1].total == plan.total


def test_options_out_of_range_are_told_together(scenario: allocator.Scenario) -> None:
    with pytest.raises(allocator.InputError) as told:
        allocator.solve(scenario, time_limit_s=0, workers=0, seed=-1)
    assert [p.column for p in told.value.problems] == ["time_limit_s", "workers", "seed"]


def test_moves_to_a_plan_that_breaks_a_rule_are_refused(
    scenario: allocator.Scenario, plan: allocator.Plan
) -> None:
    short = [{"unit_id": "Finance", "floor_id": "A-1", "desks": 50}]
    with pytest.raises(allocator.InputError, match="after: unplaced: unit Health"):
        allocator.moves(scenario, plan, short)


def test_a_start_that_is_no_plan_is_refused(scenario: allocator.Scenario) -> None:
    with pytest.raises(allocator.InputError, match="unit 'Navy' is not in the scenario"):
        allocator.solve(scenario, start=[{"unit_id": "Navy", "floor_id": "A-1", "desks": 1}])


def test_staff_alone_is_for_relocate() -> None:
    given = allocator.read("data/ikn-relocation").replace(headcounts=())
    with pytest.raises(allocator.InputError, match=r"`allocator\.relocate` tells who moves"):
        allocator.solve(given)


def test_scenarios_are_compared_by_name(scenario: allocator.Scenario) -> None:
    halved = scenario.with_sharing(reserve_share="0.5")
    rows = allocator.compare({"all": scenario, "half": halved}, "1.0:1.2:0.2", time_limit_s=1)
    found = [(row.scenario, row.people_per_desk, row.outcome.total) for row in rows]
    assert [cells[2] for cells in found] == [120.0, 120.0, None, None]
    assert rows.columns[:2] == ("scenario", "scheme")
