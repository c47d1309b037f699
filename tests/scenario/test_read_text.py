"""Encodings, separators, quotes and numbers of text tables."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from allocator.scenario.cells import as_meant, harmless
from tests.builders import bare
from tests.scenario.files import FLOORS, HEADCOUNTS, folder, problems, read

ACCENTED = "tower_id,name\nA,Ménara\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_every_encoding_of_excel_is_read(tmp_path: Path, encoding: str) -> None:
    """A table reads the same in UTF-8 with and without mark, UTF-16 and Windows-1252."""
    found = read(tmp_path, towers=ACCENTED.encode(encoding))
    assert found.towers is not None
    assert found.towers[0].name == "Ménara"


def test_utf16_of_the_other_byte_order_is_read(tmp_path: Path) -> None:
    """UTF-16 is read by its mark in the big-endian order too."""
    found = read(tmp_path, towers=b"\xfe\xff" + ACCENTED.encode("utf-16-be"))
    assert found.towers is not None
    assert found.towers[0].name == "Ménara"


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_every_separator_and_line_end_is_read(
    tmp_path: Path, separator: str, line_end: str
) -> None:
    """The separator that makes the header's names known is taken, whatever ends the lines."""
    text = FLOORS.replace(",", separator).replace("\n", line_end)
    (tmp_path / "other").mkdir()
    found = read(tmp_path, floors=text)
    assert bare(found) == bare(read(tmp_path / "other"))


@pytest.mark.parametrize("first", ["sep=;", '"sep=;"', "SEP=;"])
def test_a_separator_line_is_skipped_and_counted(tmp_path: Path, first: str) -> None:
    """A line that names the separator is no header, and rows keep their line in the file."""
    text = f"{first}\nunit_id;headcount\nu;-1\n"
    found = problems(read, tmp_path, headcounts=text)
    expected = "expected a whole number of at least 0 (got '-1')"
    assert found == [f"headcounts.csv, row 3, column headcount: {expected}"]


def test_rows_are_counted_in_lines_of_the_file(tmp_path: Path) -> None:
    """Quoted line breaks and empty lines do not shift the row that a problem names."""
    units = 'unit_id,organisation_id,name\nu,O,"two\nlines"\n\n,,\nv,P,x\n'
    found = problems(read, tmp_path, units=units)
    assert found == [
        "headcounts.csv, row 3, column organisation_id: "
        "expected 'P', the organisation of v in units (got 'O')"
    ]
    assert problems(read, tmp_path, units=units.replace("v,", "u,"))[0].startswith(
        "units.csv, row 6, column unit_id: given already in row 2"
    )


def test_cells_are_trimmed_and_keep_their_case(tmp_path: Path) -> None:
    """Spaces around cells and headings go; the case of an id stays."""
    found = read(tmp_path, headcounts=" unit_id , headcount \n  Unit A , 5 \n")
    assert found.headcounts[0].unit_id == "Unit A"


@pytest.mark.parametrize(
    ("separator", "cell", "value"),
    [
        (",", "1.3", Fraction(13, 10)),
        (",", "1.200", Fraction(6, 5)),
        (",", "13/10", Fraction(13, 10)),
        (";", "1,3", Fraction(13, 10)),
        (";", "1.3", Fraction(13, 10)),
        ("\t", "1,30", Fraction(13, 10)),
        (";", "1,2345", Fraction(12345, 10000)),
    ],
)
def test_ratios_are_read_exactly(
    tmp_path: Path, separator: str, cell: str, value: Fraction
) -> None:
    """A comma file has a decimal point, other files a comma or a point."""
    text = f"unit_id,headcount,people_per_desk\nu,5,{cell.replace(',', '#')}\n"
    text = text.replace(",", separator).replace("#", ",")
    assert read(tmp_path, headcounts=text).headcounts[0].people_per_desk == value


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ('"1,30"', "expected a number with a decimal point and no thousands marks"),
        ('"1,200"', "expected a number with a decimal point and no thousands marks"),
        ("abc", "expected a number"),
        ("0.99", "expected a number of at least 1"),
        ("nan", "expected a number"),
        ("inf", "expected a number"),
        ("1/0", "expected a number such as 1.3"),
    ],
)
def test_bad_ratios_of_a_comma_file_are_refused(tmp_path: Path, cell: str, expected: str) -> None:
    """A ratio is a number of at least 1 without a comma."""
    text = f"unit_id,headcount,people_per_desk\nu,5,{cell}\n"
    (found,) = problems(read, tmp_path, headcounts=text)
    got = cell.strip('"')
    assert found == f"headcounts.csv, row 2, column people_per_desk: {expected} (got '{got}')"


@pytest.mark.parametrize("cell", ["1.200", "1,200", "1.200,5", "1,200.5", "1 200,5", "1.2.3"])
def test_what_may_be_a_thousands_mark_is_refused(tmp_path: Path, cell: str) -> None:
    """In a semicolon file three digits after a mark are ambiguous, and groups are refused."""
    text = f"tower_id;name;x_m\nA;a;{cell}\n"
    (found,) = problems(read, tmp_path, towers=text)
    assert found.startswith("towers.csv, row 2, column x_m: expected a number")


def test_three_decimals_after_a_zero_are_not_ambiguous(tmp_path: Path) -> None:
    """A thousands mark never follows a lone zero, so 0,125 is an eighth."""
    found = read(tmp_path, towers="tower_id;name;x_m\nA;a;-0,125\n")
    assert found.towers is not None
    assert found.towers[0].x_m == -0.125


@pytest.mark.parametrize(
    "cell",
    ["-5", "2.5", "5.0", "", "1.200", '"1,200"', "1e3", "99999999999", "9" * 5000, "٣", "x"],
)
def test_headcounts_are_whole_numbers(tmp_path: Path, cell: str) -> None:
    """Negative, fractional, empty, grouped and huge headcounts are refused."""
    (found,) = problems(read, tmp_path, headcounts=f"unit_id,headcount\nu,{cell}\n")
    assert found.startswith("headcounts.csv, row 2, column headcount: expected a ")


@pytest.mark.parametrize("cell", ["1e999", "1e13", "-1e13"])
def test_amounts_have_a_limit(tmp_path: Path, cell: str) -> None:
    """An amount beyond a million million is taken for a slip."""
    (found,) = problems(read, tmp_path, towers=f"tower_id,name,x_m\nA,a,{cell}\n")
    assert found.startswith("towers.csv, row 2, column x_m: expected a number")


def test_lists_are_split_at_semicolons(tmp_path: Path) -> None:
    """Features are separated by semicolons, which a semicolon file quotes."""
    floors = 'floor_id;tower_id;level;desks;features\nA-1;A;1;60;" lab ;; counter"\n'
    assert read(tmp_path, floors=floors).floors[0].features == ("lab", "counter")


def test_columns_for_people_are_ignored(tmp_path: Path) -> None:
    """Columns source and note, and those that begin with x_, may hold anything."""
    text = (
        HEADCOUNTS.replace("\n", ",a,b,c\n")
        .replace("O,a,b,c", "O,?,=1,")
        .replace("organisation_id,a,b,c", "organisation_id,source,note,x_grade")
    )
    (tmp_path / "other").mkdir()
    assert bare(read(tmp_path, headcounts=text)) == bare(read(tmp_path / "other"))


@pytest.mark.parametrize("text", ["=1+1", "+62", "-x", "@x", "\t=1", "'=1", "''@", "\r"])
def test_text_is_made_harmless_and_read_as_meant(text: str) -> None:
    """What a spreadsheet would run gets an apostrophe, which reading takes off again."""
    assert harmless(text) == f"'{text}"
    assert as_meant(harmless(text)) == text


@pytest.mark.parametrize("text", ["", "Finance", "'quoted'", "a=b", "O'Neill"])
def test_other_text_is_left_alone(text: str) -> None:
    """Text that no spreadsheet runs is neither changed by writing nor by reading."""
    assert harmless(text) == as_meant(text) == text


def test_names_that_look_like_formulas_are_read_as_written(tmp_path: Path) -> None:
    """A file that was not made harmless reads just the same."""
    found = read(folder(tmp_path), towers="tower_id,name\nA,=1+1\n")
    assert found.towers is not None
    assert found.towers[0].name == "=1+1"
