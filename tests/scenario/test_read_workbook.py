"""Workbooks as Excel writes them: a sheet per table, settings in rows."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from allocator.scenario.read import read_headcounts, read_rows, read_scenario
from tests.scenario.files import problems

Sheet = list[list[Any]]

FLOORS: Sheet = [["floor_id", "tower_id", "level", "desks"], ["A-1", "A", 1, 60]]
HEADCOUNTS: Sheet = [["unit_id", "headcount", "people_per_desk"], ["u", 30, 1.3]]


def workbook(path: Path, **sheets: Sheet) -> Path:
    """Write the sheets of a workbook; a scenario's two needed tables unless others are given."""
    book = xlsxwriter.Workbook(path / "case.xlsx", {"default_date_format": "yyyy-mm-dd"})
    for name, rows in ({"floors": FLOORS, "headcounts": HEADCOUNTS} | sheets).items():
        sheet = book.add_worksheet(name)
        for number, cells in enumerate(rows):
            sheet.write_row(number, 0, cells)
    book.close()
    return path / "case.xlsx"


def test_numbers_and_text_of_a_workbook_are_read(tmp_path: Path) -> None:
    """Excel's numbers serve as whole numbers, ratios and ids."""
    headcounts = [HEADCOUNTS[0], [101, 30.0, 1.3], [" u ", "20", "1,4"]]
    found = read_scenario(workbook(tmp_path, headcounts=headcounts)).headcounts
    assert [row.unit_id for row in found] == ["101", "u"]
    assert [row.headcount for row in found] == [30, 20]
    assert [row.people_per_desk for row in found] == [Fraction(13, 10), Fraction(7, 5)]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (["u", 3.5, 1], "column headcount: expected a whole number (got '3.5')"),
        (["u", True, 1], "column headcount: expected a whole number (got 'True')"),
        (["u", "x", 1], "column headcount: expected a whole number (got 'x')"),
        (["u", 3, "1.200"], "column people_per_desk: expected a number that can be read in one"),
        (["u", 3, True], "column people_per_desk: expected a number such as 1.3 (got 'True')"),
        ([True, 3, 1], "column unit_id: expected text, not a date or a truth value"),
        ([date(2024, 3, 1), 3, 1], "column unit_id: expected text, not a date or a truth value"),
    ],
)
def test_cells_of_another_kind_are_refused(tmp_path: Path, row: list[Any], expected: str) -> None:
    """Fractions of people, truth values and dates are reported with sheet and row."""
    (found,) = problems(read_scenario, workbook(tmp_path, headcounts=[HEADCOUNTS[0], [], row]))
    assert found.startswith(f"case.xlsx headcounts, row 3, {expected}")


@pytest.mark.parametrize("text", ["0.9;1.215;1.1;1.05;0.6", "0,9; 1,215; 1,1; 1,05; 0,6"])
def test_weekday_factors_are_one_cell(tmp_path: Path, text: str) -> None:
    """Five numbers in a cell, with points or commas, which are no thousands marks there."""
    rows = [["section", "key", "value"], ["attendance", "weekday_factors", text]]
    found = read_scenario(workbook(tmp_path, scenario=rows)).settings.attendance
    assert found.weekday_factors == (0.9, 1.215, 1.1, 1.05, 0.6)


def test_weekday_factors_that_are_no_numbers_are_refused(tmp_path: Path) -> None:
    """A word among them is reported with its row."""
    rows = [["section", "key", "value"], ["attendance", "weekday_factors", "1;1;x;1;1"]]
    (found,) = problems(read_scenario, workbook(tmp_path, scenario=rows))
    assert "row 2, column attendance.weekday_factors: expected five numbers" in found


def test_settings_come_in_rows(tmp_path: Path) -> None:
    """The sheet scenario has section, key and value; keys at the top have no section."""
    rows = [
        ["section", "key", "value", "note"],
        ["", "name", 2024, ""],
        ["sharing", "people_per_desk", 1.4, "more"],
        ["sharing", "min_piece_desks", 5, ""],
        ["options", "allow_unplaced", True, ""],
        ["options", "scheme", "", "none"],
    ]
    found = read_scenario(workbook(tmp_path, scenario=rows)).settings
    assert (found.name, found.options.allow_unplaced, found.options.scheme) == ("2024", True, None)
    assert (found.sharing.people_per_desk, found.sharing.min_piece_desks) == (Fraction(7, 5), 5)


def test_bad_settings_name_their_row(tmp_path: Path) -> None:
    """A key that is unknown, out of range or given twice is reported where it stands."""
    header = ["section", "key", "value"]
    rows = [header, ["sharing", "min_piece", 5], ["prices", "move", -1]]
    first, second = problems(read_scenario, workbook(tmp_path, scenario=rows))
    assert first.startswith("case.xlsx scenario, row 2, column sharing.min_piece: unknown section")
    assert second.startswith("case.xlsx scenario, row 3, column prices.move: expected a number of")
    twice = [header, ["", "name", "a"], ["", "name", "b"]]
    (found,) = problems(read_scenario, workbook(tmp_path, scenario=twice))
    assert found == "case.xlsx scenario, row 3, column name: given already in row 2"


def test_a_sheet_of_settings_has_its_columns(tmp_path: Path) -> None:
    """Section, key and value are needed, and nothing else is known."""
    rows = [["section", "key", "valeu"], ["", "name", "x"]]
    assert problems(read_scenario, workbook(tmp_path, scenario=rows)) == [
        "case.xlsx scenario, row 1, column value: expected this column, which is missing",
        "case.xlsx scenario, row 1, column valeu: unknown column",
    ]


def test_unknown_sheets_are_refused(tmp_path: Path) -> None:
    """A sheet that is no table is named with the nearest that is."""
    path = workbook(tmp_path, unit=[["unit_id"]])
    assert problems(read_scenario, path) == [
        "case.xlsx, column unit: unknown sheet; did you mean 'units'?"
    ]


@pytest.mark.parametrize("content", [b"", b"hello", b"PK\x03\x04garbage"])
def test_what_is_no_workbook_is_refused(tmp_path: Path, content: bytes) -> None:
    """A file that only bears the name of a workbook is one clear problem."""
    path = tmp_path / "case.xlsx"
    path.write_bytes(content)
    assert problems(read_scenario, path) == ["case.xlsx: expected an Excel workbook (.xlsx)"]


def test_a_workbook_cut_short_is_refused(tmp_path: Path) -> None:
    """Half of a workbook is reported like any other file that is none."""
    path = workbook(tmp_path)
    path.write_bytes(path.read_bytes()[:2000])
    assert problems(read_scenario, path) == ["case.xlsx: expected an Excel workbook (.xlsx)"]


def test_headcounts_come_from_the_sheet_of_that_name(tmp_path: Path) -> None:
    """Another table of headcounts may be a workbook."""
    scenario = read_scenario(workbook(tmp_path))
    (tmp_path / "grown").mkdir()
    grown = workbook(tmp_path / "grown", headcounts=[HEADCOUNTS[0], ["u", 31, ""]])
    assert read_headcounts(scenario, grown).housed[0].headcount == 31


def test_rows_of_a_workbook_come_as_text(tmp_path: Path) -> None:
    """Whole numbers have no point, others their shortest form."""
    book = xlsxwriter.Workbook(tmp_path / "p.xlsx")
    sheet = book.add_worksheet("anything")
    for number, cells in enumerate([["unit_id", "desks"], [101, 12], ["v", 1.5], ["w", True]]):
        sheet.write_row(number, 0, cells)
    book.close()
    found = [row for _, row in read_rows(tmp_path / "p.xlsx", ["unit_id", "desks"])]
    assert [list(row.values()) for row in found] == [["101", "12"], ["v", "1.5"], ["w", "True"]]


def test_whole_numbers_are_quoted_without_decimals(tmp_path: Path) -> None:
    """A sheet keeps -412 as -412.0; the message says what was written."""
    headcounts = [HEADCOUNTS[0], ["u", -412, 1], ["v", 7.5, 1], ["w", 1, 1, 2024]]
    stray, below, fraction = problems(read_scenario, workbook(tmp_path, headcounts=headcounts))
    assert stray.endswith("(got '2024')")
    assert below.endswith("expected a whole number of at least 0 (got '-412')")
    assert fraction.endswith("expected a whole number (got '7.5')")
