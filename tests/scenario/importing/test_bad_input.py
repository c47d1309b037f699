"""Files that cannot be used: each a clear message at its row, and never a crash."""

from __future__ import annotations

import datetime
import io
import zipfile
from collections.abc import Callable
from contextlib import suppress

import pytest
import xlsxwriter

from allocator.errors import InputError
from allocator.scenario.importing.run import import_files
from tests.scenario.importing.books import FLOORS, book, ods, refused, xlsb

KEU = "Kementerian Keuangan"
HEADER = ["Instansi", "Unit Kerja", "Jumlah Pegawai"]


def people(*rows: list[object]) -> dict[str, bytes]:
    return {"Data.xlsx": book(Data=[HEADER, *rows]), "floors.csv": FLOORS}


def packed(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name, content in parts.items():
            made.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return out.getvalue()


def test_formula_that_is_an_error_is_refused_at_its_row() -> None:
    """The row is that of the spreadsheet, the column the ministry's own."""
    (found,) = refused(people([KEU, "Itjen", "=A1/0"]) | {"Data.xlsx": _error_book()})
    assert found.startswith(
        "Data.xlsx Data, row 3, column Jumlah Pegawai: expected a value: the formula gives"
    )
    assert found.endswith("(got '#DIV/0!')")


def _error_book() -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as made:
        sheet = made.add_worksheet("Data")
        for number, row in enumerate([HEADER, [KEU, "Setjen", 5], [KEU, "Itjen"]]):
            sheet.write_row(number, 0, row)
        sheet.write_formula(2, 2, "=1/0", None, "#DIV/0!")
    return out.getvalue()


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        (datetime.date(2026, 3, 1), "not a date"),
        ("belum ada", "expected a whole number"),
        ("12,5", "expected a whole number"),
        (12.5, "expected a whole number"),
        (-4, "expected a whole number of at least 0"),
        (1e30, "expected a whole number"),
        (True, "not a date"),
    ],
)
def test_what_is_no_headcount_is_refused(cell: object, said: str) -> None:
    """Dates, words, fractions and numbers too large or too small are told with their row."""
    (found,) = refused(people([KEU, "Setjen", 5], [KEU, "Itjen", cell]))
    assert "row 3" in found
    assert said in found


def test_unit_that_is_a_date_is_refused() -> None:
    """A spreadsheet that took a name for a date lost the name."""
    (found,) = refused(people([KEU, "Setjen", 5], [KEU, datetime.date(2026, 1, 2), 5]))
    assert found.startswith("Data.xlsx Data, row 3, column Unit Kerja: expected text, not a date")


def test_all_problems_of_all_files_come_at_once() -> None:
    """A cell, a floor and a file that is none are told together."""
    files = people([KEU, "Setjen", "x"], [KEU, "Itjen", 5]) | {"peta.pdf": b"%PDF-1.7"}
    files["floors.csv"] = b"floor_id,tower_id,level,desks\nA-1,A,1,many\n"
    places = [line.split(":")[0] for line in refused(files)]
    assert places == [
        "peta.pdf",
        "Data.xlsx Data, row 2, column Jumlah Pegawai",
        "floors.csv, row 2, column desks",
    ]


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.pdf", b"%PDF-1.7", "not a picture or a PDF"),
        ("a.jpg", b"\xff\xd8\xff\xe0", "not a picture or a PDF"),
        ("a.xlsx", b"%PDF-1.7", "expected a table, not a PDF"),
        ("a.xlsx", b"", "expected an Excel workbook"),
        ("a.xlsx", b"PK\x03\x04 broken", "expected an Excel workbook"),
        ("a.xls", b"\xd0\xcf\x11\xe0" + b"\0" * 600, "expected an Excel workbook"),
        (
            "a.xlsx",
            b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"),
            "without a password",
        ),
        (
            "a.ods",
            packed(META_INF__manifest_dot_xml=b"").replace(b"META_INF", b"META-INF"),
            "expected",
        ),
        ("a.docx", packed(word__document_dot_xml=b"<x/>"), "not a text document"),
        ("a.csv", b"\0\1\2", "not a binary one"),
        ("a.zzz", b"hello", "expected a workbook (.xlsx"),
    ],
)
def test_files_that_are_no_tables_are_refused(name: str, data: bytes, said: str) -> None:
    """Pictures, documents, broken files and those with a password are told for what they are."""
    found = refused({name: data, "floors.csv": FLOORS})
    assert any(said in line for line in found), found


def test_workbook_cut_short_is_refused() -> None:
    """Half of a file is no workbook."""
    whole = book(Data=[HEADER, [KEU, "Itjen", 5]])
    for part in (100, len(whole) // 2, len(whole) - 30):
        assert (
            "expected an Excel workbook" in refused({"a.xlsx": whole[:part], "f.csv": FLOORS})[0]
        )


def test_a_scanned_picture_is_refused_with_advice() -> None:
    """A sheet without cells holds a picture at most, and nobody can read that."""
    found = refused({"scan.xlsx": book(Scan=[])})
    assert len(found) == 1
    assert "a picture only" in found[0]


def test_a_cell_far_from_the_table_is_refused_and_takes_no_memory() -> None:
    """XFD1048576 alone would ask for half a terabyte."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as made:
        sheet = made.add_worksheet("Data")
        sheet.write_row(0, 0, HEADER)
        sheet.write(1_048_575, 16_383, "x")
    (found,) = refused({"a.xlsx": out.getvalue(), "floors.csv": FLOORS})[:1]
    assert "at most 4,000,000 cells" in found
    assert "XFD1048576" in found


@pytest.mark.parametrize("data", [xlsb([HEADER], far=True), ods([HEADER], far=True)])
def test_a_far_cell_is_refused_in_other_kinds_of_files(data: bytes) -> None:
    """A binary workbook and an open document are looked through before they are opened, too."""
    found = refused({"a.ods": data, "floors.csv": FLOORS})
    assert "XFD1048576" in found[0]


def test_files_without_floors_or_people_say_which_words_are_looked_for() -> None:
    """The message names headers that a ministry uses."""
    (found,) = refused({"a.csv": b"Instansi;Unit Kerja;Jumlah Pegawai\nX;Y;5\n"})
    assert "expected a table of floors" in found
    (found,) = refused({"floors.csv": FLOORS})
    assert "expected a table of headcounts" in found


@pytest.mark.parametrize("answers", [{"nonsense": "1"}, {"headcounts.Instansi": "spaceship"}])
def test_answers_to_nothing_are_refused(answers: dict[str, str]) -> None:
    """A key that nothing asked for, or a value that is no choice, is told."""
    (found,) = refused(people([KEU, "Itjen", 5]), answers=answers)
    assert "no decision has this key" in found or "expected one of" in found


def test_macros_are_ignored_and_said_to_be() -> None:
    """A workbook with macros is read, and they are not run."""
    plain = book(Data=[HEADER, [KEU, "Itjen", 5]])
    out = io.BytesIO(plain)
    with zipfile.ZipFile(out, "a") as made:
        made.writestr("xl/vbaProject.bin", b"macro")
    found = import_files({"a.xlsm": out.getvalue(), "floors.csv": FLOORS})
    assert found.scenario is not None
    assert "macros_ignored" in {decision.rule for decision in found.decisions}


@pytest.mark.parametrize(
    "act", [lambda d: d, lambda d: d[::-1], lambda d: d[:50] + b"\xff" * 50 + d[100:]]
)
def test_damaged_workbooks_never_crash(act: Callable[[bytes], bytes]) -> None:
    """Bytes in disorder are read or refused in words."""
    data = act(book(Data=[HEADER, [KEU, "Itjen", 5]]))
    with suppress(InputError):
        import_files({"a.xlsx": data, "floors.csv": FLOORS})
