"""Bad folders: each thing that is wrong is reported where it stands, and all at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from allocator.scenario.read import read_headcounts, read_rows, read_scenario
from tests.scenario.files import FLOORS, HEADCOUNTS, folder, problems, read


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (
            {"headcounts": "unit_id,headcounts\nu,3\n"},
            [
                "headcounts.csv, row 1, column headcounts: unknown column; "
                "did you mean 'headcount'?",
                "headcounts.csv, row 1, column headcount: expected this column, which is missing",
            ],
        ),
        ({"rule": "rule\n"}, ["rule.csv: unknown table; did you mean 'rules.csv'?"]),
        ({"floors": None}, ["floors.csv: expected this table, which is missing"]),
        ({"headcounts": None}, ["headcounts.csv: expected this table, which is missing"]),
        (
            {"floors": "floor_id,tower_id,level\nA,T,1\n"},
            ["floors.csv, row 1, column desks or area_m2: expected this column, which is missing"],
        ),
        (
            {"floors": FLOORS.replace("desks", "desks,desks")},
            ["floors.csv, row 1, column desks: expected each column once"],
        ),
        ({"rules": ""}, ["rules.csv: the table is empty"]),
        ({"rules": "\n \n"}, ["rules.csv: the table is empty"]),
        ({"rules": "rule,subject,object,value\n"}, ["rules.csv: expected rows under the header"]),
        ({"towers": b"PK\x03\x04\0\0"}, ["towers.csv: expected a text file, not a binary one"]),
        ({"towers": b"\x81\x8d"}, ["towers.csv: expected a text file, not a binary one"]),
        (
            {"towers": 'tower_id,name\nA,a\nB,"b\n'},
            ["towers.csv, row 3: expected well-formed cells: unexpected end of data"],
        ),
        (
            {"towers": "tower_id,name\nA,a,b,,\n"},
            ["towers.csv, row 2: expected at most 2 cells, as the header has (got 'b')"],
        ),
        (
            {"towers": "tower_id,name,\nA,a,b\n"},
            ["towers.csv, row 2: expected a column name above this cell (got 'b')"],
        ),
        (
            {"floors": FLOORS + "A-1,A,3,5\n"},
            ["floors.csv, row 4, column floor_id: given already in row 2 (got 'A-1')"],
        ),
        (
            {"affinities": "a,b,trips_per_week,closeness\nu,v,,often\n"},
            [
                "affinities.csv, row 2, column closeness: "
                "expected 'essential', 'strong' or 'wanted' (got 'often')"
            ],
        ),
    ],
)
def test_bad_tables_are_reported(
    tmp_path: Path, files: dict[str, str | bytes | None], expected: list[str]
) -> None:
    """A table that cannot be used gives one clear line."""
    assert problems(read, tmp_path, **files) == expected


def test_an_unknown_rule_names_the_nearest(tmp_path: Path) -> None:
    """A misspelt rule is answered with the one that was meant."""
    (found,) = problems(read, tmp_path, rules="rule,subject,object,value\nsame_flor,u,v,\n")
    assert found.startswith("rules.csv, row 2, column rule: expected 'only_in', 'never_in',")
    assert found.endswith("did you mean 'same_floor'? (got 'same_flor')")


def test_empty_trailing_columns_are_no_problem(tmp_path: Path) -> None:
    """Separators at the ends of lines, as spreadsheets leave them, are passed over."""
    assert len(read(tmp_path, floors=FLOORS.replace("\n", ",,\n")).floors) == 2


def test_other_files_and_folders_are_ignored(tmp_path: Path) -> None:
    """A README, hidden files and sub-folders are no tables."""
    (tmp_path / "README.md").write_text("x")
    (tmp_path / ".~lock.floors.csv").write_text("x")
    (tmp_path / "old.csv").mkdir()
    assert len(read(tmp_path).floors) == 2


def test_all_problems_of_all_tables_come_at_once(tmp_path: Path) -> None:
    """Cells, columns, settings, tables and references are reported together."""
    found = problems(
        read,
        tmp_path,
        floors=FLOORS.replace("60", "sixty", 1),
        headcounts=HEADCOUNTS.replace("20", "-20") + "w,5,O\nw,5,O\n",
        units="unit_id,organisation_id\nu,O\nv,O\n",
        toml="[sharing]\npeople_per_desk = 0.5\n",
        towers="tower_id,nam\nA,a\n",
    )
    places = [line.split(": ")[0] for line in found]
    assert places == [
        "scenario.toml, column sharing.people_per_desk",
        "floors.csv, row 2, column desks",
        "towers.csv, row 1, column nam",
        "towers.csv, row 1, column name",
        "headcounts.csv, row 3, column headcount",
        "headcounts.csv, row 4, column unit_id",
        "headcounts.csv, row 5, column unit_id, scheme, wave",
        "headcounts.csv, row 5, column unit_id",
    ]


def test_a_broken_row_raises_no_false_alarm(tmp_path: Path) -> None:
    """What a row that could not be read would have made known is not missed elsewhere."""
    found = problems(
        read,
        tmp_path,
        units="unit_id,organisation_id,parent_id\nu,O,u\nv," + "O" * 10_001 + ",\n",
        floors=FLOORS.replace("A-2,A,2,60", "A-2,A,2,"),
        walking="from_floor,to_floor,minutes\nA-1,A-2,x\nA-1,A-2,1\n",
    )
    assert [line.split(": ")[0] for line in found] == [
        "units.csv, row 3, column organisation_id",
        "walking.csv, row 2, column minutes",
        "floors.csv, row 3, column desks",
    ]


def test_a_folder_that_does_not_exist_is_reported(tmp_path: Path) -> None:
    """A wrong path is bad input, not a crash."""
    (found,) = problems(read_scenario, tmp_path / "nowhere")
    assert found.endswith("found nothing there; expected a folder, an .xlsx or a .json file")


def test_a_file_of_another_kind_is_reported(tmp_path: Path) -> None:
    """A table is no scenario."""
    path = folder(tmp_path) / "floors.csv"
    (found,) = problems(read_scenario, path)
    assert found.endswith("floors.csv: expected a folder, an .xlsx or a .json file")


@pytest.mark.parametrize("name", ["x.json", "x.xlsx"])
def test_a_file_that_is_not_there_is_reported(tmp_path: Path, name: str) -> None:
    """A missing workbook or document is bad input."""
    (found,) = problems(read_scenario, tmp_path / name)
    assert found.endswith(f"{name}: cannot be read: no such file or directory")


@pytest.mark.parametrize("ratio", ["1,30", "0.9", "abc", "", "nan"])
def test_a_ratio_by_option_is_checked(tmp_path: Path, ratio: str) -> None:
    """The ratio of the command line is a number of at least 1 with a point."""
    (found,) = problems(read_scenario, folder(tmp_path), people_per_desk=ratio)
    assert found.startswith("people_per_desk: expected a number")


def test_options_take_the_place_of_settings(tmp_path: Path) -> None:
    """The command's ratio beats the file's, and a row's own ratio beats both."""
    text = "unit_id,headcount,people_per_desk\nu,30,2\nv,20,\n"
    path = folder(tmp_path, headcounts=text, toml="[sharing]\npeople_per_desk = '1.5'\n")
    housed = read_scenario(path, people_per_desk="1.25").housed
    assert [float(unit.people_per_desk) for unit in housed] == [2, 1.25]


def test_other_headcounts_replace_the_table(tmp_path: Path) -> None:
    """A batch reads another table of headcounts into the same scenario."""
    scenario = read(tmp_path)
    path = tmp_path / "grown.csv"
    path.write_text("unit_id;headcount\nu;99\n")
    found = read_headcounts(scenario, path)
    assert [(unit.unit_id, unit.headcount) for unit in found.housed] == [("u", 99)]
    assert found.fingerprints["headcounts"] != scenario.fingerprints["headcounts"]
    assert found.fingerprints["floors"] == scenario.fingerprints["floors"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("unit_id;headcount\nu;-9\n", "grown.csv, row 2, column headcount: expected a whole"),
        ("unit_id;headcount\nx;9\n", "grown.csv, row 2, column unit_id: expected a known unit_id"),
    ],
)
def test_other_headcounts_are_checked_like_the_first(
    tmp_path: Path, text: str, expected: str
) -> None:
    """Problems of another table of headcounts name its own file."""
    scenario = read(tmp_path, units="unit_id,organisation_id\nu,O\nv,O\n")
    path = tmp_path / "grown.csv"
    path.write_text(text)
    (found,) = problems(read_headcounts, scenario, path)
    assert found.startswith(expected)


def test_rows_of_any_table_come_as_text(tmp_path: Path) -> None:
    """Wanted columns are returned by file row, others left out, empty cells as nothing."""
    path = tmp_path / "placements.csv"
    path.write_text("people;desks;floor_id;unit_id\n3;1,5;A-1;u\n\n;;A-2;'=v\n")
    assert read_rows(path, ["unit_id", "floor_id", "desks"]) == [
        (2, {"unit_id": "u", "floor_id": "A-1", "desks": "1,5"}),
        (4, {"unit_id": "=v", "floor_id": "A-2", "desks": ""}),
    ]


def test_rows_of_a_table_without_a_column_are_refused(tmp_path: Path) -> None:
    """Each wanted column has to be there once."""
    path = tmp_path / "placements.csv"
    path.write_text("unit_id,desks,desks\nu,1,2\n")
    assert problems(read_rows, path, ["unit_id", "floor_id", "desks"]) == [
        "placements.csv, row 1, column floor_id: expected this column, and once",
        "placements.csv, row 1, column desks: expected this column, and once",
    ]


def test_a_table_may_have_no_rows(tmp_path: Path) -> None:
    """A plan that places nothing is a header only."""
    path = tmp_path / "placements.csv"
    path.write_text("unit_id,floor_id,desks\n")
    assert read_rows(path, ["unit_id", "floor_id", "desks"]) == []
