"""A plan's files: columns to the letter, round trips, nothing half written or left over."""

from __future__ import annotations

import csv
import json
import re
import shutil
from pathlib import Path

import pytest

from allocator.errors import InputError
from allocator.plan import tables
from allocator.plan.assemble import checked_plan, no_plan
from allocator.plan.tables import plan_from_json, prepare_folder, read_placements, write_plan
from allocator.plan.types import Plan, Run, Status
from allocator.plan.verify import verify
from allocator.scenario.read import read_scenario, scenario_from_json
from allocator.scenario.write import scenario_json, write_scenario
from tests.builders import scenario

RUN = Run(seed=0, workers=1, time_limit_s=1, wall_s=0, versions={}, inputs={})
CASE = scenario(
    floors=[("A-1", "A", 1, 60), ("A-2", "A", 2, 60)],
    headcounts=[("Finance", 70, "Treasury"), ("=cmd|' /C calc'!A0", 10, "@Court")],
)
PIECES = {("Finance", "A-1"): 50, ("Finance", "A-2"): 20, ("=cmd|' /C calc'!A0", "A-2"): 10}


@pytest.fixture(scope="module")
def plan() -> Plan:
    return checked_plan(CASE, PIECES, term_bounds={}, bound=0.0, run=RUN)


@pytest.fixture(scope="module")
def written(plan: Plan, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the plan, to be read only."""
    folder = tmp_path_factory.mktemp("written")
    write_plan(plan, folder, CASE)
    return folder


def header(path: Path) -> str:
    return path.read_text(encoding="utf-8").splitlines()[0]


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("placements.csv", "unit_id,organisation_id,tower_id,floor_id,level,desks,people"),
        (
            "floor_use.csv",
            "floor_id,tower_id,level,desks,desks_used,desks_vacant,people,units,organisations",
        ),
        (
            "organisation_use.csv",
            "organisation_id,people,desks,towers,floors,gaps,walking_min_per_person",
        ),
        (
            "attendance.csv",
            "kind,area_id,people,peak_weekday,present_average,present_peak,short_day_average,"
            "short_day_peak,without_desk_average,without_desk_peak,no_desk_peak,"
            "short_days_a_year,worst_pool,over_occupants",
        ),
    ],
)
def test_tables_have_the_columns_of_the_contract(written: Path, name: str, columns: str) -> None:
    """Each table has exactly the columns of the contract, in its order."""
    assert header(written / name) == columns


def test_plan_file_has_the_fields_of_the_contract(written: Path) -> None:
    """plan.json has the contract's keys in their order, with the tables as arrays."""
    document = json.loads((written / "plan.json").read_text(encoding="utf-8"))
    assert " ".join(document) == (
        "schema status objective bound gap reasons warnings placements floors organisations "
        "attendance run"
    )
    assert " ".join(document["objective"]["terms"][0]) == "name amount price cost bound"
    assert ",".join(document["placements"][0]) == header(written / "placements.csv")


def test_plan_file_reads_back_equal(plan: Plan, written: Path) -> None:
    """A plan read back from plan.json is the plan that was written."""
    again = plan_from_json((written / "plan.json").read_bytes())
    assert again.as_json() == plan.as_json()


def test_text_that_is_no_plan_is_bad_input() -> None:
    """Reading something else as a plan is an InputError that names what is wrong."""
    with pytest.raises(InputError, match="status"):
        plan_from_json('{"schema": 1}')


def test_placements_read_back_as_the_same_pieces(written: Path) -> None:
    """The checker finds in placements.csv the pieces that were written, whatever their names."""
    check = verify(CASE, read_placements(written / "placements.csv", CASE))
    assert (check.pieces, check.violations) == (PIECES, ())


def test_no_cell_is_a_formula_to_a_spreadsheet(written: Path) -> None:
    """No text cell of any table begins with what a spreadsheet would run."""
    texts = [
        cell
        for path in written.glob("*.csv")
        for row in csv.reader(path.read_text(encoding="utf-8").splitlines())
        for cell in row
    ]
    assert "'=cmd|' /C calc'!A0" in texts
    assert [text for text in texts if text[:1] in {"=", "+", "-", "@"}] == []


def test_placements_go_in_as_todays_plan(plan: Plan, written: Path, tmp_path: Path) -> None:
    """placements.csv is taken as current.csv as it is."""
    write_scenario(CASE, tmp_path / "case")
    shutil.copy(written / "placements.csv", tmp_path / "case" / "current.csv")
    again = read_scenario(tmp_path / "case")
    assert {(row.unit_id, row.floor_id): row.desks for row in again.current} == PIECES
    assert again.warnings == ()
    document = json.loads(scenario_json(CASE)) | {"current": plan.as_json()["placements"]}
    assert scenario_from_json(document).current == again.current


def test_whole_numbers_have_no_decimals(written: Path) -> None:
    """Counts are whole in JSON, and no cell of a table is a whole number with .0 behind."""
    objective = json.loads((written / "plan.json").read_text())["objective"]
    counts = [term["amount"] for term in objective["terms"][:4]]
    assert [type(each) for each in (*counts, objective["unplaced_people"])] == [int] * 5
    for table in written.glob("*.csv"):
        assert not re.search(r"(^|,)-?\d+\.0(,|$)", table.read_text(), re.MULTILINE)


def test_files_of_an_earlier_run_do_not_outlive_it(plan: Plan, tmp_path: Path) -> None:
    """Without a plan only plan.json is there, and other people's files stay."""
    (tmp_path / "notes.txt").write_text("mine")
    write_plan(plan, tmp_path, CASE)
    write_plan(no_plan(CASE, Status.UNKNOWN, (), RUN), tmp_path, CASE)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["notes.txt", "plan.json"]


def test_failure_midway_leaves_the_old_files_whole(
    plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When writing fails, the files of before are untouched and nothing lies beside them."""
    write_plan(plan, tmp_path, CASE)
    before = (tmp_path / "placements.csv").read_bytes()
    monkeypatch.setattr(Path, "write_text", _disk_full)
    with pytest.raises(InputError, match="No space left"):
        write_plan(plan, tmp_path, CASE)
    assert (tmp_path / "placements.csv").read_bytes() == before
    assert {file.name for file in tmp_path.iterdir()} == set(tables.FILES)


def test_folder_that_cannot_be_made_is_bad_input(tmp_path: Path) -> None:
    """A folder below a file cannot be prepared, and the error names it."""
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="file/out: the output folder cannot be written to"):
        prepare_folder(tmp_path / "file" / "out")


def _disk_full(*_: object, **__: object) -> int:
    raise OSError(28, "No space left on device")
