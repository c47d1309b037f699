"""Workbooks of people: for each shape that ministries use, the scenario or the question asked."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from tests.scenario.importing.books import (
    DAG,
    FOUR,
    KEU,
    Sheet,
    asked,
    book,
    ods,
    read_people,
    text,
    xlsb,
)

TITLED = [
    ["DAFTAR KEBUTUHAN RUANG KERJA"],
    ["Tahun 2026"],
    [],
    ["No.", "Instansi", "Unit Kerja", "Jumlah Pegawai", "Ket."],
    [1, KEU, "Sekretariat Jenderal", "1.107", ""],
    [2, None, "Ditjen Anggaran", "86 orang", "termasuk CPNS"],
    [3, DAG, "Sekretariat Jenderal", 90, ""],
    [4, None, "Itjen", "-", ""],
    [None, "JUMLAH", None, 1283],
    [],
    ["Sumber: Biro SDM, data per 1 November 2026"],
    [None, None, None, "Jakarta, 12 November 2026"],
    [None, None, None, "Kepala Biro Umum,"],
    [],
    [None, None, None, "Dr. Siti Rahayu"],
    [None, None, None, "NIP. 197001011995032001"],
]
GROUPED: dict[str, tuple[list[list[Any]], list[str]]] = {
    "headings with blanks": (
        [
            ["Unit Kerja", "Jumlah Pegawai"],
            [KEU, None],
            ["Sekretariat Jenderal", 1107],
            ["Ditjen Anggaran", 86],
            [DAG, None],
            ["Sekretariat Jenderal", 90],
            ["Itjen", 0],
        ],
        [],
    ),
    "headings merged across, with subtotals": (
        [
            ["No", "Unit Kerja", "Jumlah Pegawai", "Keterangan"],
            [KEU, None, None, None],
            [1, "Sekretariat Jenderal", 1107, ""],
            [2, "Ditjen Anggaran", 86, ""],
            [None, "Sub Total", 1193, ""],
            [DAG, None, None, None],
            [1, "Sekretariat Jenderal", 90, ""],
            [2, "Itjen", 0, ""],
            [None, "Sub Total", 90, ""],
            ["TOTAL", None, 1283, ""],
        ],
        ["A2:D2", "A6:D6", "A10:B10"],
    ),
    "roman headings with their totals": (
        [
            ["No", "Unit Kerja", "Jumlah Pegawai"],
            ["I", KEU, 1193],
            [1, "Sekretariat Jenderal", 1107],
            [2, "Ditjen Anggaran", 86],
            ["II", DAG, 90],
            [1, "Sekretariat Jenderal", 90],
            [2, "Itjen", 0],
            [None, "Jumlah", 1283],
        ],
        [],
    ),
    "sums above their parts, without numbers": (
        [
            ["Unit Kerja", "Jumlah Pegawai"],
            [KEU, 1193],
            ["Sekretariat Jenderal", 1107],
            ["Ditjen Anggaran", 86],
            [DAG, 90],
            ["Sekretariat Jenderal", 90],
            ["Itjen", 0],
        ],
        [],
    ),
    "letters and numbers within names": (
        [
            ["Uraian", "Jumlah Pegawai"],
            [f"A. {KEU}", None],
            ["1. Sekretariat Jenderal", 1107],
            ["2. Ditjen Anggaran", 86],
            [f"B. {DAG}", None],
            ["1. Sekretariat Jenderal", 90],
            ["2. Itjen", 0],
        ],
        [],
    ),
    "a title and a header for each": (
        [
            [KEU],
            ["No", "Unit Kerja", "Jumlah Pegawai"],
            [1, "Sekretariat Jenderal", 1107],
            [2, "Ditjen Anggaran", 86],
            [None, "Jumlah", 1193],
            [],
            [DAG],
            ["No", "Unit Kerja", "Jumlah Pegawai"],
            [1, "Sekretariat Jenderal", 90],
            [2, "Itjen", 0],
            [None, "Jumlah", 90],
        ],
        [],
    ),
}


def test_titles_totals_notes_and_thousands_are_understood() -> None:
    """The workbook that took twelve repairs by hand is read as it is."""
    assert read_people(book(Pegawai=TITLED)) == FOUR


def test_merged_organisations_hold_for_all_their_rows() -> None:
    """Merged cells, as the workbook knows them, are one organisation."""
    assert read_people(book(Pegawai=Sheet(TITLED, ["B5:B6", "B7:B8"]))) == FOUR


@pytest.mark.parametrize("name", GROUPED)
def test_rows_that_head_others_are_organisations(name: str) -> None:
    """Headings of every kind give the units below them their organisation."""
    rows, merged = GROUPED[name]
    assert read_people(book(Data=Sheet(rows, merged))) == FOUR


@pytest.mark.parametrize(
    ("separator", "encoding", "name"),
    [
        (";", "cp1252", "a.csv"),
        (",", "utf-8-sig", "a.csv"),
        ("\t", "utf-16", "a.txt"),
        ("|", "utf-8", "a.csv"),
    ],
)
def test_text_tables_of_any_kind_are_read(separator: str, encoding: str, name: str) -> None:
    """Encoding and separator are found."""
    rows = [
        ["Kementerian/Lembaga", "Unit Kerja", "Jumlah Pegawai"],
        [KEU, "Biro Perencanaan – é", "1.107"],
    ]
    rows += [[KEU, "Biro Umum", 90]]
    found = read_people(text(rows, separator, encoding), name)
    assert found == {(KEU, "Biro Perencanaan – é"): 1107, (KEU, "Biro Umum"): 90}


def test_separator_line_of_excel_is_passed_over() -> None:
    """A first line that only names the separator is no row."""
    data = b"sep=;\r\n" + text([["Instansi", "Unit Kerja", "Jumlah Pegawai"], [KEU, "Itjen", 5]])
    assert read_people(data, "a.csv") == {(KEU, "Itjen"): 5}


def test_open_document_is_read() -> None:
    """Blanks below a name are inferred where the kind of file knows no merged ranges."""
    assert read_people(ods(TITLED), "a.ods") == FOUR


def test_binary_workbook_is_read() -> None:
    """The same as an .xlsb."""
    assert read_people(xlsb(TITLED), "a.xlsb") == FOUR


MORE: dict[str, tuple[list[list[Any]], dict[tuple[str, str], int]]] = {
    "three ranks of headings": (
        [
            ["No", "Uraian", "Jumlah Pegawai"],
            ["I", "KEMENKO BIDANG PMK", None],
            ["A", "Sekretariat", None],
            [1, "Biro Umum", 20],
            ["B", "Deputi I", None],
            [1, "Asdep Satu", 12],
            ["II", "KEMENTERIAN AGAMA", None],
            ["A", "Setjen", None],
            [1, "Biro Umum", 33],
            [None, "JUMLAH", 65],
        ],
        {
            ("KEMENKO BIDANG PMK", "Biro Umum"): 20,
            ("KEMENKO BIDANG PMK", "Asdep Satu"): 12,
            ("KEMENTERIAN AGAMA", "Biro Umum"): 33,
        },
    ),
    "the organisation beside a word for it": (
        [["Nama Instansi", ": BSSN"], [], ["NO.", "UNIT KERJA", "JML\nPEG"], [1, "Setama", 40]],
        {("BSSN", "Setama"): 40},
    ),
    "deputies as headings of a body named for short": (
        [
            ["DATA PEGAWAI BSSN"],
            ["No", "Unit Kerja", "Pegawai"],
            ["A", "Deputi Bidang Operasi", None],
            [1, "Direktorat Operasi", 20],
            ["B", "Deputi Bidang Strategi", None],
            [1, "Direktorat Strategi", 12],
        ],
        {("BSSN", "Direktorat Operasi"): 20, ("BSSN", "Direktorat Strategi"): 12},
    ),
    "sums of echelon I in their own column": (
        [
            ["DATA KEMENTERIAN AGAMA"],
            ["Unit Organisasi", "Unit Kerja", "Jumlah"],
            ["Setjen", None, 90],
            [None, "Biro A", 40],
            [None, "Biro B", 50],
            ["Itjen", None, 30],
            [None, "Inspektorat I", 30],
        ],
        {
            ("KEMENTERIAN AGAMA", "Biro A"): 40,
            ("KEMENTERIAN AGAMA", "Biro B"): 50,
            ("KEMENTERIAN AGAMA", "Inspektorat I"): 30,
        },
    ),
    "an organisation in a row of its own": (
        [
            ["Kementerian/Lembaga", "Unit Kerja", "Jumlah Pegawai (orang)"],
            [KEU, None, None],
            [None, "Setjen", "1.200 orang"],
            [None, "Itjen", "300 orang"],
        ],
        {(KEU, "Setjen"): 1200, (KEU, "Itjen"): 300},
    ),
}


@pytest.mark.parametrize("name", MORE)
def test_other_shapes_are_understood(name: str) -> None:
    """Shapes met in ministries' tables beside those above."""
    rows, expected = MORE[name]
    assert read_people(book(Data=rows)) == expected


def test_a_lone_unit_of_two_people_is_no_row_of_numbers() -> None:
    """1, a name and 2 are a unit; 1, 2 and 3=1+2 number the columns."""
    rows = [["No", "Unit Kerja", "Jumlah Pegawai"], ["(1)", "(2)", "(3=1+2)"], [1, "Itjen", 2]]
    assert read_people(book(Kemenkeu=[["PEGAWAI KEMENKEU"], *rows])) == {("KEMENKEU", "Itjen"): 2}


def test_a_sheet_for_each_ministry_and_a_summary() -> None:
    """Sheets are organisations; the summary of them is not counted again."""
    header = ["No", "Unit Kerja", "Jumlah Pegawai"]
    found = read_people(
        book(
            Rekap=[
                ["No", "Kementerian", "Jumlah Pegawai"],
                [1, "Kemenkeu", 90],
                [2, "Kemendag", 30],
            ],
            Kemenkeu=[header, [1, "Itjen", 40], [2, "Setjen", 50], [None, "Jumlah", 90]],
            Kemendag=[header, [1, "Setjen", 30], [None, "Jumlah", 30]],
        )
    )
    assert found == {
        ("Kemenkeu", "Itjen"): 40,
        ("Kemenkeu", "Setjen"): 50,
        ("Kemendag", "Setjen"): 30,
    }


def test_the_same_units_on_two_sheets_are_asked() -> None:
    """Two months in one workbook would count people twice."""
    header = ["Instansi", "Unit Kerja", "Jumlah Pegawai"]
    data = book(
        Okt_2026=[header, [KEU, "Itjen", 40], [KEU, "Setjen", 50]],
        Nov_2026=[header, [KEU, "Itjen", 41], [KEU, "Setjen", 52]],
    )
    assert asked(data) == ["use.Okt 2026"]
    assert read_people(data, take_proposals=True) == {(KEU, "Itjen"): 41, (KEU, "Setjen"): 52}


def test_echelons_in_merged_columns() -> None:
    """Echelon I is the parent of echelon II; the title names the ministry."""
    rows = [
        ["DATA PEGAWAI KEMENTERIAN KEUANGAN PER 1 NOVEMBER 2026"],
        ["No", "Eselon I", "Eselon II", "Jumlah ASN"],
        [1, "Sekretariat Jenderal", "Biro Umum", 40],
        [2, None, "Biro Hukum", 30],
        [3, "Inspektorat Jenderal", "Inspektorat I", 20],
        [4, None, "Inspektorat II", 25],
    ]
    found = read_people(book(Data=Sheet(rows, ["B3:B4", "B5:B6"])))
    assert {unit for _, unit in found} == {
        "Biro Umum",
        "Biro Hukum",
        "Inspektorat I",
        "Inspektorat II",
    }
    assert {body for body, _ in found} == {"KEMENTERIAN KEUANGAN"}


def test_units_as_columns_are_turned() -> None:
    """A table on its side is read as if it stood upright."""
    rows = [
        ["Kementerian", KEU, KEU, DAG],
        ["Unit Kerja", "Itjen", "Setjen", "Setjen"],
        ["Jumlah Pegawai", 40, 50, 30],
    ]
    assert read_people(book(Data=rows)) == {
        (KEU, "Itjen"): 40,
        (KEU, "Setjen"): 50,
        (DAG, "Setjen"): 30,
    }


def test_organisations_by_units_are_crossed() -> None:
    """Names above and to the left make a unit for each number."""
    rows = [
        ["JUMLAH PEGAWAI MENURUT UNIT"],
        ["Kementerian", "Setjen", "Itjen", "Badan Diklat", "Jumlah"],
        [KEU, 50, 40, 10, 100],
        [DAG, 30, 20, None, 50],
        ["Jumlah", 80, 60, 10, 150],
    ]
    assert read_people(book(Data=rows)) == {
        (KEU, "Setjen"): 50,
        (KEU, "Itjen"): 40,
        (KEU, "Badan Diklat"): 10,
        (DAG, "Setjen"): 30,
        (DAG, "Itjen"): 20,
    }


def test_people_by_name_are_counted() -> None:
    """A list of staff has a row for each person."""
    rows = [
        ["No", "NIP", "Nama Pegawai", "Instansi", "Unit Kerja", "Jabatan"],
        [1, "1970", "A", KEU, "Itjen", "Auditor"],
        [2, "1971", "B", KEU, "Itjen", "Auditor"],
        [3, "1972", "C", KEU, "Setjen", "Analis"],
    ]
    assert read_people(book(Data=rows)) == {(KEU, "Itjen"): 2, (KEU, "Setjen"): 1}


def test_rows_of_one_unit_are_added_up() -> None:
    """A unit that has a row for each grade is one unit."""
    rows = [
        ["Instansi", "Unit Kerja", "Golongan", "Jumlah Pegawai"],
        [KEU, "Itjen", "III", 40],
        [KEU, "Itjen", "IV", 12],
        [KEU, "Setjen", "III", 30],
    ]
    assert read_people(book(Data=rows)) == {(KEU, "Itjen"): 52, (KEU, "Setjen"): 30}


def test_unit_given_twice_alike_is_asked() -> None:
    """The same number twice may be a slip."""
    rows = [
        ["Instansi", "Unit Kerja", "Jumlah Pegawai"],
        [KEU, "Itjen", 40],
        [KEU, "Itjen", 40],
        [KEU, "Setjen", 1],
    ]
    assert asked(book(Data=rows)) == ["units_twice"]


def test_english_headers_and_extra_columns() -> None:
    """English names do as well; own desks and attendance are taken, the rest is left."""
    rows = [
        ["Ministry", "Department", "Headcount", "Own desks", "Attendance", "Remarks"],
        ["Finance", "Audit", "1,107", 4, "60%", "x"],
        ["Finance", "Budget", 90, 2, "55%", ""],
    ]
    assert read_people(book(Data=rows)) == {("Finance", "Audit"): 1107, ("Finance", "Budget"): 90}


def test_header_that_comes_again_on_each_page_is_no_row() -> None:
    """A header repeated for printing is left out."""
    header = ["No", "Instansi", "Unit Kerja", "Jumlah Pegawai"]
    rows = [header, [1, KEU, "Itjen", 40], header, [2, KEU, "Setjen", 50]]
    assert read_people(book(Data=rows)) == {(KEU, "Itjen"): 40, (KEU, "Setjen"): 50}


def test_thousands_that_a_spreadsheet_took_for_decimals() -> None:
    """1.107 as a number cannot be people, so it is 1107."""
    rows = [
        ["Instansi", "Unit Kerja", "Jumlah Pegawai"],
        [KEU, "Itjen", 1.107],
        [KEU, "Setjen", 1.5],
    ]
    assert read_people(book(Data=rows)) == {(KEU, "Itjen"): 1107, (KEU, "Setjen"): 1500}


def test_units_without_an_organisation_are_asked_for_it() -> None:
    """Whose units they are a planner knows; each may stand for itself."""
    data = book(Sheet1=[["Unit Kerja", "Jumlah Pegawai"], ["Itjen", 40], ["Setjen", 50]])
    assert asked(data) == ["organisation.Sheet1"]
    assert read_people(data, answers={"organisation.Sheet1": KEU}) == {
        (KEU, "Itjen"): 40,
        (KEU, "Setjen"): 50,
    }


def test_organisations_alone_are_their_own_units() -> None:
    """A list of ministries with their people has a unit for each."""
    rows = [
        ["No", "Kementerian/Lembaga", "Jumlah Pegawai"],
        [1, KEU, 40],
        [2, DAG, 50],
        [None, "Total", 90],
    ]
    assert read_people(book(Data=rows)) == {(KEU, KEU): 40, (DAG, DAG): 50}


def test_hidden_rows_count_and_hidden_sheets_do_not() -> None:
    """Rows that are filtered away are people all the same; a hidden sheet is left out."""
    rows = [["Instansi", "Unit Kerja", "Jumlah Pegawai"], [KEU, "Itjen", 40], [KEU, "Setjen", 50]]
    data = book(
        Data=Sheet(rows, hidden_rows=[3]), Lama=Sheet([*rows, [KEU, "Lama", 7]], hidden=True)
    )
    assert read_people(data) == {(KEU, "Itjen"): 40, (KEU, "Setjen"): 50}


def test_dates_beside_the_people_do_no_harm() -> None:
    """A column of dates that is not needed is left out."""
    day = datetime.date(2026, 3, 1)
    rows = [
        ["Instansi", "Unit Kerja", "TMT", "Jumlah Pegawai"],
        [KEU, "Itjen", day, 40],
        [KEU, "Setjen", day, 50],
    ]
    assert read_people(book(Data=rows)) == {(KEU, "Itjen"): 40, (KEU, "Setjen"): 50}


def test_unit_without_a_number_is_left_out_and_shown() -> None:
    """A blank headcount is no unit to place."""
    rows = [
        ["Instansi", "Unit Kerja", "Jumlah Pegawai"],
        [KEU, "Itjen", 40],
        [KEU, "Baru", None],
        [KEU, "Setjen", 50],
    ]
    assert read_people(book(Data=rows)) == {(KEU, "Itjen"): 40, (KEU, "Setjen"): 50}
