"""Tables as ministries and facility managers keep them, each with what a planner expects."""

from __future__ import annotations

from datetime import datetime

from allocator.scenario.importing.layout import meant
from allocator.scenario.importing.ranges import floors_in
from allocator.scenario.importing.run import import_files
from allocator.scenario.importing.values import Read, whole
from tests.scenario.importing.books import (
    FLOORS,
    PEOPLE,
    Rows,
    Sheet,
    asked,
    book,
    floors_of,
    people_of,
    read_floors,
    read_people,
)

SOS = "Kementerian Sosial"
UMUM, HUKUM = (SOS, "Biro Umum"), (SOS, "Biro Hukum")
TITLE: Rows = [[SOS]]
HEADER = ["Instansi", "Unit Kerja", "Jumlah Pegawai"]


def test_a_total_is_known_by_its_parts_though_no_word_tells_of_them() -> None:
    """The column that others sum up to is taken, and a row that numbers columns has no say."""
    rows = [*TITLE, ["No", "Unit Kerja", "JPT", "ADM", "JF", "Jumlah"], list("123456")]
    rows += [[1, "Biro Umum", 1, 4, 95, 100], [2, "Biro Hukum", 1, 0, 49, 50]]
    assert read_people(book(Data=rows)) == {UMUM: 100, HUKUM: 50}


def test_the_total_of_totals_is_taken() -> None:
    """Of a total for each kind of staff and one of all, the one of all counts."""
    above = ["Unit Kerja", "PNS", None, None, "PPPK", None, None, "Total"]
    rows = [*TITLE, above, [None, *["L", "P", "Jml"] * 2, None]]
    rows += [["Biro Umum", 50, 40, 90, 5, 5, 10, 100], ["Biro Hukum", 20, 20, 40, 4, 6, 10, 50]]
    assert read_people(book(Data=rows)) == {UMUM: 100, HUKUM: 50}


def test_a_total_beside_a_total_of_part_of_the_staff() -> None:
    """A total that is part of another one is not the headcount."""
    rows = [*TITLE, ["Unit", "Pejabat", "Jumlah", "Staf", "Jumlah Pegawai"]]
    rows += [["Biro Umum", "Karo", 5, 95, 100], ["Biro Hukum", "Karo", 1, 49, 50]]
    assert read_people(book(Data=rows)) == {UMUM: 100, HUKUM: 50}


def test_a_header_of_three_rows_without_a_total() -> None:
    """The parts of the lowest row add up, and no row of the header is a body."""
    rows = [*TITLE, ["Unit Kerja", "Pegawai ASN", None, None, None, "Non ASN", None]]
    rows += [[None, "PNS", None, "PPPK", None, "PPNPN", None], [None, *["L", "P"] * 3]]
    rows += [["Biro Umum", 40, 20, 10, 20, 3, 7], ["Biro Hukum", 15, 16, 11, 0, 0, 8]]
    assert read_people(book(Data=rows)) == {UMUM: 100, HUKUM: 50}


def test_a_list_of_staff_counts_people_by_unit() -> None:
    """A column "Nama" beside one of numbers of staff names persons."""
    rows = [*TITLE, ["No", "Nama", "NIP", "Jabatan", "Unit Kerja"]]
    rows += [[i, f"Orang {i}", f"19800{i}", "Analis", "Biro Umum"] for i in range(1, 4)]
    assert read_people(book(Data=rows)) == {UMUM: 3}


def test_sums_carried_over_pages_are_no_units() -> None:
    """A printed table has its header, and the sum of the page before, on each page."""
    rows = [*TITLE, ["No", "Unit Kerja", "Pegawai"], [1, "Biro Umum", 100]]
    rows += [
        [None, "Jumlah dipindahkan", 100],
        ["Halaman 1 dari 2"],
        ["No", "Unit Kerja", "Pegawai"],
    ]
    rows += [[None, "Pindahan", 100], [2, "Biro Hukum", 50], [None, "Jumlah seluruhnya", 150]]
    assert read_people(book(Data=rows)) == {UMUM: 100, HUKUM: 50}


def test_years_of_staff_are_a_question_and_no_units() -> None:
    """The same count of two years asks which, and the later one is proposed."""
    rows = [*TITLE, ["Unit", "HC FY25", "HC FY26 (forecast)"], ["Tax", 9, 8], ["Payroll", 4, 5]]
    files = {"a.xlsx": book(Data=rows), "floors.csv": FLOORS}
    assert asked(files["a.xlsx"]) == ["headcount"]
    taken = import_files(files, take_proposals=True)
    assert people_of(taken) == {(SOS, "Tax"): 8, (SOS, "Payroll"): 5}
    assert meant("Jumlah Pegawai 2025") == meant("Headcount FY 2025")


def test_ministries_by_short_name_stand_above_columns() -> None:
    """Columns headed by bodies are read as rows though a total stands beside them."""
    rows = [["Unit", "Kemensos", "Kemenag", "Jumlah"], ["Setjen", 100, 60, 160]]
    rows += [["Itjen", 50, 30, 80], ["Jumlah", 150, 90, 240]]
    read = read_people(book(Data=rows))
    assert {(body, people) for (body, _), people in read.items()} == {
        ("Kemensos", 100), ("Kemensos", 50), ("Kemenag", 60), ("Kemenag", 30)
    }  # fmt: skip


def test_a_decree_names_its_ministry_by_the_minister() -> None:
    """The title of a decree says whose units its annex lists."""
    rows = [["KEPUTUSAN MENTERI SOSIAL NOMOR 12 TAHUN 2025"], ["Unit Kerja", "Jumlah Pegawai"]]
    rows += [["Biro Umum", 100], ["Biro Hukum", 50]]
    assert {body for body, _ in read_people(book(Data=rows))} == {"KEMENTERIAN SOSIAL"}


def test_a_number_once_more_in_words_is_the_number() -> None:
    """Words in brackets behind a number change nothing; figures in brackets are refused."""
    assert whole("120 (seratus dua puluh)") == Read(120, "number_with_words")
    assert whole("±1.107 (orang)") == Read(1107, "number_grouped")
    assert whole("120 (90)") is None


def test_towers_named_by_a_number_head_their_floors() -> None:
    """ "Menara 1" without desks is a tower, not floor 1 of "Menara"."""
    rows = [["Lantai", "Kapasitas Meja"], ["MENARA 1"], ["Lantai 1", 60], ["Lantai 2", 70]]
    rows += [["MENARA 2"], ["Lantai 1", 50], ["TOTAL", 180]]
    expected = [("MENARA 1", 1, 60), ("MENARA 1", 2, 70), ("MENARA 2", 1, 50)]
    assert read_floors(book(Data=rows)) == expected


def test_a_title_that_states_what_a_desk_takes_is_no_question() -> None:
    """The area comes before or behind the words for a desk."""
    rows = [["Standar luas per meja: 10 m²"], ["Gedung", "Lantai", "Luas Netto"]]
    rows += [["A", 1, "1.234,50 m²"], ["A", 2, "987,5 m2"]]
    assert read_floors(book(Data=Sheet(rows))) == [("A", 1, 1234.5), ("A", 2, 987.5)]


def test_a_row_for_several_floors_is_one_for_each() -> None:
    """Where the header says that desks are for each floor, nothing is asked."""
    rows = [["Menara", "Lantai", "Meja per Lantai"], ["A", "Lt. 1", 40], ["A", "Lt. 3-5", 60]]
    rows += [["B", "Lantai 2 s.d. 3", 50]]
    expected = [("A", 1, 40), *(("A", k, 60) for k in (3, 4, 5)), ("B", 2, 50), ("B", 3, 50)]
    assert read_floors(book(Data=rows)) == expected


def test_a_number_of_floors_asks_how_desks_spread_over_them() -> None:
    """The desks of a tower are spread as evenly as may be, once that is agreed to."""
    data = book(Data=[["Nama Gedung", "Jumlah Lantai", "Kapasitas Meja"], ["A", 3, 100]])
    assert asked(data, PEOPLE) == ["range.Jumlah Lantai"]
    spread = [("A", 1, 34), ("A", 2, 33), ("A", 3, 33)]
    assert read_floors(data, take_proposals=True) == spread
    each = read_floors(data, answers={"range.Jumlah Lantai": "each_floor"})
    assert each == [("A", level, 100) for level in (1, 2, 3)]


def test_floors_side_by_side_with_a_row_for_each_size() -> None:
    """Where floors are columns, a row of areas and one of desks are no towers."""
    rows = [["Uraian", "Lt.1", "Lt.2"], ["Luas netto (m2)", 600, 700], ["Kapasitas meja", 60, 80]]
    assert read_floors(book(Menara_A=rows)) == [("Menara A", 1, 60), ("Menara A", 2, 80)]


def test_parents_are_the_organisations_where_nothing_else_is() -> None:
    """Units of one parent stay together when no organisation is named."""
    data = book(Data=[["Department", "Team", "Headcount"], ["Fin", "Tax", 9], ["Fin", "Pay", 4]])
    assert len(asked(data)) < 2
    assert read_people(data, take_proposals=True) == {("Fin", "Tax"): 9, ("Fin", "Pay"): 4}
    rows = [["No", "Unit Organisasi", "Pegawai"], ["I", "SEKRETARIAT", None], [1, "Biro A", 9]]
    rows += [[2, "Biro B", 4]]
    read = read_people(book(Data=rows), take_proposals=True)
    assert read == {("SEKRETARIAT", "Biro A"): 9, ("SEKRETARIAT", "Biro B"): 4}


def test_months_above_columns_are_a_question_with_the_last_proposed() -> None:
    """Dates and names of months are labels; the time they tell says which is the latest."""
    for labels in (
        [datetime(2025, 9, 1), datetime(2025, 10, 1)],
        ["September 2025", "Oktober 2025"],
        ["Sept", "Okt"],
    ):
        rows = [*TITLE, ["Unit Kerja", *labels], ["Biro Umum", 99, 100], ["Biro Hukum", 51, 50]]
        assert asked(book(Data=rows)) == ["headcount"]
        assert read_people(book(Data=rows), take_proposals=True) == {UMUM: 100, HUKUM: 50}


def test_a_table_without_a_header_is_read_by_what_it_holds() -> None:
    """Names of units beside whole numbers need no header."""
    rows = [*TITLE, ["Biro Umum", 100], ["Biro Hukum", 50], ["Jumlah", 150]]
    assert read_people(book(Data=rows)) == {UMUM: 100, HUKUM: 50}


def test_rooms_of_a_floor_are_added_up() -> None:
    """A list of rooms gives the desks of each floor."""
    rows = [["Gedung", "Lantai", "Nama Ruang", "Kapasitas (orang)"], ["A", 1, "R. 101", 20]]
    rows += [["A", 1, "R. 102", 30], ["A", 2, "R. 201", 40], ["Jumlah", None, None, 90]]
    assert read_floors(book(Data=rows)) == [("A", 1, 50), ("A", 2, 40)]


def test_staff_by_schooling_add_up() -> None:
    """Columns for levels of schooling are parts of the staff, not units."""
    rows = [*TITLE, ["Unit Kerja", "SMA", "D3", "S1", "S2"], ["Biro Umum", 10, 10, 60, 20]]
    assert read_people(book(Data=[*rows, ["Biro Hukum", 1, 5, 30, 14]])) == {UMUM: 100, HUKUM: 50}


def test_of_posts_and_staff_in_parts_the_staff_is_proposed() -> None:
    """Posts that are planned are not people who come."""
    rows = [*TITLE, ["Unit Kerja", "Kebutuhan (ABK)", "Bezetting", None]]
    rows += [[None, None, "PNS", "PPPK"], ["Biro Umum", 120, 90, 10], ["Biro Hukum", 55, 45, 5]]
    assert asked(book(Data=rows)) == ["headcount"]
    assert read_people(book(Data=rows), take_proposals=True) == {UMUM: 100, HUKUM: 50}


def test_three_columns_of_names_under_a_title() -> None:
    """A title that names the ministry makes the widest column no organisation."""
    rows = [*TITLE, ["Eselon I", "Eselon II", "Eselon III", "Pegawai"]]
    rows += [["Setjen", "Biro Umum", "Bagian A", 9], [None, None, "Bagian B", 4]]
    assert read_people(book(Data=rows)) == {(SOS, "Bagian A"): 9, (SOS, "Bagian B"): 4}


def test_subtotals_as_spreadsheets_insert_them() -> None:
    """The word for a total stands behind the name, and a pivot table has labels of its own."""
    rows = [HEADER, [SOS, "Biro Umum", 100], [SOS, "Biro Hukum", 50], [f"{SOS} Total", None, 150]]
    assert read_people(book(Data=[*rows, ["Grand Total", None, 150]])) == {UMUM: 100, HUKUM: 50}
    pivot = [["Row Labels", "Sum of Pegawai"], [SOS, 150], ["Biro Umum", 100], ["Biro Hukum", 50]]
    assert read_people(book(Data=[*pivot, ["Grand Total", 150]])) == {UMUM: 100, HUKUM: 50}


def test_thousands_taken_for_decimals_agree_with_their_total() -> None:
    """1.107 and 2.35 are 1107 and 2350, and so is their sum."""
    rows = [*TITLE, ["Unit", "Pegawai"], ["Biro Umum", 1.107], ["Biro Hukum", 2.35]]
    assert read_people(book(Data=[*rows, ["Jumlah", 3.457]])) == {UMUM: 1107, HUKUM: 2350}


def test_a_total_of_floors_is_held_against_desks_alone() -> None:
    """Areas with decimals beside desks do not make a total wrong."""
    rows = [["Gedung", "Lantai", "Luas (m2)", "Meja"], ["A", "Lt. Dasar", "1.250,50", 100]]
    rows += [["A", "Lt. II", "1.100,00", 95], ["Total", None, "2.350,50", 195]]
    assert asked(book(Data=rows), PEOPLE) == []
    rows[-1][-1] = 200
    assert asked(book(Data=rows), PEOPLE) == ["row.Total"]


def test_a_table_of_who_sits_where_gives_units_and_floors() -> None:
    """Floors with their desks beside the units on them are both tables at once."""
    rows = [*TITLE, ["Gedung", "Lantai", "Kapasitas Meja", "Unit Kerja", "Jumlah Pegawai"]]
    rows += [["A", 1, 60, "Biro Umum", 100], [None, None, None, "Biro Hukum", 50]]
    found = import_files({"a.xlsx": book(Data=[*rows, [None, 2, 70, "Pusat Data", 30]])})
    assert people_of(found) == {UMUM: 100, HUKUM: 50, (SOS, "Pusat Data"): 30}
    assert floors_of(found) == [("A", 1, 60), ("A", 2, 70)]


def test_a_floor_left_out_is_named_with_its_tower() -> None:
    """Leaving out a floor does not read as if its tower were left out."""
    rows = [["Gedung", "Lantai", "Meja"], ["Gedung B", "Basement", None], ["Gedung B", 1, 40]]
    found = import_files({"a.xlsx": book(Data=rows), "headcounts.csv": PEOPLE})
    assert [x.what for x in found.decisions if x.rule == "floor_left_out"] == ["Gedung B Basement"]


def test_posts_that_are_filled_are_the_staff() -> None:
    """A label such as "Kosong" is one, though in a cell it means zero."""
    rows = [*TITLE, ["Unit Kerja", "Formasi", "Terisi", "Kosong"], ["Biro Umum", 120, 100, 20]]
    rows += [["Biro Hukum", 60, 50, 10]]
    assert read_people(book(Data=rows), take_proposals=True) == {UMUM: 100, HUKUM: 50}


def test_a_list_of_names_without_numbers_of_staff() -> None:
    """Names that all differ beside units that come again are persons."""
    rows = [*TITLE, ["No", "Nama", "Jabatan", "Unit Kerja"]]
    rows += [[i, f"Orang {i}", "Analis", "Biro Umum"] for i in range(1, 5)]
    assert read_people(book(Data=rows)) == {UMUM: 4}


def test_floors_by_list_and_typical_floors() -> None:
    """ "Tipikal" says that the desks are those of each floor; a list of floors asks."""
    rows = [["Menara", "Lantai", "Meja"], ["A", "Lt. 2 - Lt. 4 (tipikal)", 60]]
    assert read_floors(book(Data=rows)) == [("A", level, 60) for level in (2, 3, 4)]
    assert list(floors_in("Lantai 2, 3 dan 5")) == [2, 3, 5]


def test_desks_in_use_are_not_those_of_the_floor() -> None:
    """All desks count; which are taken or free today does not."""
    rows = [["Gedung", "Lantai", "Total Meja", "Meja Terpakai", "Sisa Meja"]]
    assert read_floors(book(Data=[*rows, ["A", 1, 70, 60, 10]])) == [("A", 1, 70)]


def test_columns_that_no_word_tells_of_are_a_question_and_no_units() -> None:
    """Numbers below unknown words beside units may be all people or parts of them."""
    rows = [
        *TITLE,
        ["Unit Kerja", "Muda", "Senior"],
        ["Biro Umum", 60, 40],
        ["Biro Hukum", 30, 20],
    ]
    assert asked(book(Data=rows)) == ["headcount"]
    read = read_people(book(Data=rows), answers={"headcount": "Muda + Senior"})
    assert read == {UMUM: 100, HUKUM: 50}
