"""Mistakes that ministries' tables bring into a scenario: refused or told, and never silent."""

from __future__ import annotations

import datetime
import io
from pathlib import Path

import pytest
import xlsxwriter

from allocator.errors import InputError, Problem, told_once
from allocator.scenario.document import parse_json
from allocator.scenario.read import read_headcounts, read_scenario, scenario_from_json
from allocator.scenario.spreadsheet import read_book
from tests.builders import scenario
from tests.scenario.files import problems, read
from tests.scenario.test_read_workbook import HEADCOUNTS, workbook

TWO = "unit_id,headcount\nu,30\nv,20\n"


@pytest.mark.parametrize("name", ["JUMLAH", "Total", "Sub Total O", "Grand total 2026"])
def test_a_total_that_became_a_unit_is_refused(tmp_path: Path, name: str) -> None:
    """Its name and its sum say what it is, and the way out is named."""
    (found,) = problems(read, tmp_path, headcounts=f"{TWO}{name},50\n")
    assert found.startswith("headcounts.csv, row 4, column unit_id: expected a unit, not a total")
    assert "`allocator import`" in found


def test_a_total_by_its_name_in_units_is_refused(tmp_path: Path) -> None:
    """The word may stand in the unit's name."""
    units = "unit_id,organisation_id,name\nu,O,\nv,O,\nx,O,Jumlah pegawai\n"
    (found,) = problems(read, tmp_path, headcounts=f"{TWO}x,50\n", units=units)
    assert "not a total" in found


@pytest.mark.parametrize("row", ["JUMLAH,51", "Total Quality,20", "Totality,50"])
def test_a_word_alone_refuses_no_row(tmp_path: Path, row: str) -> None:
    """A unit may be called so: only the word and the sum of two rows together refuse it."""
    assert len(read(tmp_path, headcounts=f"{TWO}{row}\n").headcounts) == 3


def test_equality_alone_is_a_warning(tmp_path: Path) -> None:
    """A row that happens to be the sum of two above is told, with its row in the file."""
    (warning,) = read(tmp_path, headcounts=f"{TWO}w,50\n").warnings
    assert (warning.code, warning.table, warning.row) == ("row_equals_sum", "headcounts", 4)


def test_sums_are_those_of_one_scheme() -> None:
    """Rows of other schemes are another table."""
    rows = [
        {"unit_id": unit, "headcount": people, "scheme": scheme}
        for unit, people, scheme in [("u", 30, "a"), ("v", 20, "b"), ("w", 50, "a")]
    ]
    given = scenario(headcounts=rows, settings={"options": {"scheme": "a"}})
    assert [warning.code for warning in given.warnings] == []


def test_organisations_left_blank_below_one_are_refused_once(tmp_path: Path) -> None:
    """Merged cells would make organisations of units; it is told once, with the count."""
    rows = "unit_id,headcount,organisation_id\nu,30,O\nv,20,\nw,10,\nx,5,P\n"
    (found,) = problems(read, tmp_path, headcounts=rows)
    assert found.startswith("headcounts.csv, row 3, column organisation_id: expected an organis")
    assert "2 rows are so" in found


def test_another_table_of_headcounts_is_held_to_the_same(tmp_path: Path) -> None:
    """A batch reads other headcounts: blanks and totals there are refused, too."""
    given = read(tmp_path)
    path = tmp_path / "grown.csv"
    path.write_text("unit_id,headcount,organisation_id\nu,30,O\nv,20,\n")
    assert "expected an organisation" in problems(read_headcounts, given, path)[0]
    path.write_text(f"{TWO}Total,50\n")
    assert "not a total" in problems(read_headcounts, given, path)[0]


def test_blank_organisations_that_units_give_are_none(tmp_path: Path) -> None:
    """Where `units` says it, headcounts need not; nor for a unit that is an organisation."""
    rows = "unit_id,headcount,organisation_id\nu,30,O\nv,20,\nP,10,\n"
    units = "unit_id,organisation_id\nu,O\nv,O\nP,\n"
    organisations = "organisation_id,name\nO,o\nP,p\n"
    found = read(tmp_path, headcounts=rows, units=units, organisations=organisations)
    assert {unit.organisation_id for unit in found.housed} == {"O", "P"}


def test_a_title_is_one_problem_with_the_count_of_its_cells(tmp_path: Path) -> None:
    """Thirty cells under no name are told once, and that the first row looks like a title."""
    rows = [["DAFTAR PEGAWAI"], HEADCOUNTS[0], *([f"u{n}", 30, 1.3] for n in range(14))]
    (found,) = problems(read_scenario, workbook(tmp_path, headcounts=rows))
    assert found.startswith(
        "case.xlsx headcounts, row 1: expected the names of columns: this looks"
    )
    assert "with 30 cells under no name" in found


def test_problems_that_are_alike_are_told_once() -> None:
    """From the fourth on, those that differ in row and value alone are one line."""
    many = [Problem("expected x", "t.csv", row, "c", str(row)) for row in range(2, 32)]
    (line,) = told_once(many)
    assert line.endswith("(the same in rows 2, 3, 4 and 27 more): 30 problems of this kind")
    assert len(told_once(many[:3])) == 3


@pytest.mark.parametrize(
    "twin", ["Biro\u00a0Umum", "Biro Umum\u200b", "Biro Ｕmum", "Biro\u00adUmum"]
)
def test_ids_that_look_alike_are_told(twin: str) -> None:
    """Invisible characters and other forms of a letter make two ids of one name."""
    name = "BiroUmum" if "\u00ad" in twin else "Biro Umum"
    given = scenario(headcounts=[(name, 30, "O"), (twin, 20, "O")])
    (warning,) = [each for each in given.warnings if each.code == "ids_alike"]
    assert ascii(twin) in warning.message


def test_a_cell_far_from_the_table_takes_no_memory(tmp_path: Path) -> None:
    """XFD1048576 is refused by its name before room is made for what lies between."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as made:
        sheet = made.add_worksheet("headcounts")
        sheet.write_row(0, 0, HEADCOUNTS[0])
        sheet.write(1_048_575, 16_383, "x")
    with pytest.raises(InputError, match="XFD1048576"):
        read_book(out.getvalue(), "case.xlsx")


@pytest.mark.parametrize("cell", [datetime.date(2026, 1, 2), datetime.time(12, 30), True])
def test_ids_of_other_kinds_are_refused(tmp_path: Path, cell: object) -> None:
    """A date, a time or a truth value is no id."""
    (found,) = problems(
        read_scenario, workbook(tmp_path, headcounts=[HEADCOUNTS[0], [cell, 3, 1]])
    )
    assert "column unit_id: expected text, not" in found


def test_a_number_too_large_is_no_id(tmp_path: Path) -> None:
    """1e400 in a sheet is no number that anything holds."""
    path = workbook(tmp_path, headcounts=[HEADCOUNTS[0], [123456789, 3, 1]])
    path.write_bytes(_replaced(path.read_bytes(), b"123456789", b"1e400"))
    assert all("expected" in line for line in problems(read_scenario, path))


def _replaced(workbook: bytes, old: bytes, new: bytes) -> bytes:
    import zipfile  # noqa: PLC0415 - only here

    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook)) as given, zipfile.ZipFile(out, "w") as made:
        for each in given.namelist():
            made.writestr(each, given.read(each).replace(old, new))
    return out.getvalue()


@pytest.mark.parametrize(
    "text", [r'{"floors": [{"floor_id": "\ud800"}]}', r'{"\udfff": 1}', r'{"a": ["x\ud83d"]}']
)
def test_half_a_character_is_refused(text: str) -> None:
    """JSON may spell one code of a pair alone; no file and no answer can hold it."""
    with pytest.raises(InputError, match="half of a pair"):
        parse_json(text.encode(), "request")


def test_half_a_character_from_python_is_refused() -> None:
    """A document that was never text is no way around."""
    document = {
        "floors": [{"floor_id": "A", "tower_id": "T", "level": 1, "desks": 5}],
        "headcounts": [{"unit_id": "\ud800", "headcount": 3}],
    }
    with pytest.raises(InputError, match="expected text"):
        scenario_from_json(document)
