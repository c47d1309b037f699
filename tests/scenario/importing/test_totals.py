"""Totals and parts of people: what is added up, what is passed over, and what is asked."""

from __future__ import annotations

import pytest

from tests.scenario.importing.books import (
    KEU,
    Sheet,
    asked,
    book,
    read_people,
)


def test_header_of_two_rows_and_parts_beside_their_total() -> None:
    """Men and women beside their total are not counted twice."""
    rows = [
        ["REKAPITULASI PEGAWAI KEMENTERIAN KEUANGAN TAHUN 2026"],
        ["No", "Unit Kerja", "Jumlah Pegawai", None, None],
        [None, None, "L", "P", "Jumlah"],
        ["(1)", "(2)", "(3)", "(4)", "(5)"],
        [1, "Sekretariat Jenderal", 60, 40, 100],
        [2, "Ditjen Anggaran", 50, 40, 90],
        ["Jumlah", None, 110, 80, 190],
    ]
    merged = ["A2:A3", "B2:B3", "C2:E2", "A7:B7"]
    expected = {
        ("KEMENTERIAN KEUANGAN", "Sekretariat Jenderal"): 100,
        ("KEMENTERIAN KEUANGAN", "Ditjen Anggaran"): 90,
    }
    assert read_people(book(Data=Sheet(rows, merged))) == expected
    assert read_people(book(Data=rows)) == expected


def test_parts_without_a_total_are_added_up() -> None:
    """PNS and PPPK are all the people."""
    rows = [
        ["Instansi", "Unit Kerja", "PNS", "PPPK"],
        [KEU, "Itjen", 40, 12],
        [KEU, "Setjen", "1.000", "-"],
    ]
    assert read_people(book(Data=rows)) == {(KEU, "Itjen"): 52, (KEU, "Setjen"): 1000}


def test_two_ways_of_dividing_are_counted_once() -> None:
    """Status and sex beside each other are the same people."""
    header = ["Instansi", "Unit Kerja", "PNS", "PPPK", "L", "P"]
    rows = [header, [KEU, "Itjen", 40, 12, 30, 22], [KEU, "Setjen", 50, 0, 20, 30]]
    assert read_people(book(Data=rows)) == {(KEU, "Itjen"): 52, (KEU, "Setjen"): 50}


def test_civil_servants_and_others_beside_their_sum() -> None:
    """ASN is a part where Non ASN is one."""
    header = ["Instansi", "Unit Kerja", "ASN", "Non ASN", "Jumlah"]
    rows = [header, [KEU, "Itjen", 40, 12, 52], [KEU, "Setjen", 50, 5, 55]]
    assert read_people(book(Data=rows)) == {(KEU, "Itjen"): 52, (KEU, "Setjen"): 55}


def test_total_whose_formulas_were_never_calculated_is_passed_over() -> None:
    """A program that wrote formulas without values leaves zeros; the parts are added up."""
    rows = [
        ["Instansi", "Unit Kerja", "L", "P", "Jumlah"],
        [KEU, "Itjen", 40, 12, "=SUM(C2:D2)"],
        [KEU, "Setjen", 50, 5, "=SUM(C3:D3)"],
        ["Jumlah", None, "=SUM(C2:C3)", "=SUM(D2:D3)", "=SUM(E2:E3)"],
    ]
    assert read_people(book(Data=rows)) == {(KEU, "Itjen"): 52, (KEU, "Setjen"): 55}


def test_total_by_formula_needs_no_word() -> None:
    """A row that sums the rows above is no unit, whatever its name."""
    rows = [
        ["Instansi", "Unit Kerja", "Jumlah Pegawai"],
        [KEU, "Itjen", 40],
        [KEU, "Setjen", 50],
        [KEU, "Seluruh unit", "=SUM(C2:C3)"],
    ]
    found = read_people(book(Data=Sheet(rows, values={"=SUM(C2:C3)": 90})))
    assert found == {(KEU, "Itjen"): 40, (KEU, "Setjen"): 50}


def test_total_without_a_name_is_known_by_its_sum() -> None:
    """A last row with a number alone is a total."""
    rows = [
        ["Instansi", "Unit Kerja", "Jumlah Pegawai"],
        [KEU, "Itjen", 40],
        [KEU, "Setjen", 50],
        [None, None, 90],
    ]
    assert read_people(book(Data=rows)) == {(KEU, "Itjen"): 40, (KEU, "Setjen"): 50}


def test_total_that_differs_is_asked() -> None:
    """A total that is not the sum is a question; the rows are proposed."""
    rows = [
        ["Instansi", "Unit Kerja", "Jumlah Pegawai"],
        [KEU, "Itjen", 40],
        [KEU, "Setjen", 50],
        ["Total", None, 92],
    ]
    data = book(Data=rows)
    assert asked(data) == ["row.Total"]
    assert read_people(data, take_proposals=True) == {(KEU, "Itjen"): 40, (KEU, "Setjen"): 50}


@pytest.mark.parametrize(
    "header", [("Formasi", "Bezetting"), ("Jumlah Pegawai 2025", "Jumlah Pegawai 2026")]
)
def test_two_columns_that_could_be_the_headcount_are_asked(header: tuple[str, str]) -> None:
    """Which of two counts is meant only the planner knows; the later or real one is proposed."""
    rows = [["Instansi", "Unit Kerja", *header], [KEU, "Itjen", 60, 40], [KEU, "Setjen", 70, 50]]
    data = book(Data=rows)
    assert asked(data) == ["headcount"]
    assert read_people(data, answers={"headcount": header[1]}) == {
        (KEU, "Itjen"): 40,
        (KEU, "Setjen"): 50,
    }
    assert read_people(data, take_proposals=True) == {(KEU, "Itjen"): 40, (KEU, "Setjen"): 50}


def test_total_that_is_not_its_parts_is_asked() -> None:
    """A total column that differs from its parts in some row is a question."""
    rows = [
        ["Instansi", "Unit Kerja", "L", "P", "Jumlah"],
        [KEU, "Itjen", 30, 12, 42],
        [KEU, "Setjen", 50, 5, 50],
    ]
    assert asked(book(Data=rows)) == ["headcount"]


def test_total_above_parts_that_are_not_all_is_taken() -> None:
    """Two of several kinds of posts never add up to everybody, so nothing is asked."""
    rows = [
        ["Instansi", "Unit Kerja", "Jumlah Pegawai", "Struktural", "Fungsional"],
        [KEU, "Itjen", 40, 4, 20],
        [KEU, "Setjen", 50, 5, 30],
    ]
    assert read_people(book(Data=rows)) == {(KEU, "Itjen"): 40, (KEU, "Setjen"): 50}
