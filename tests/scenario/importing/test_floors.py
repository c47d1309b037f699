"""Workbooks of floors: levels by name, towers, areas; the scenario or the question asked."""

from __future__ import annotations

import pytest

from allocator.scenario.importing.run import import_files
from allocator.scenario.importing.values import Level, heights, level
from tests.scenario.importing.books import (
    FLOORS,
    PEOPLE,
    Sheet,
    asked,
    book,
    floors_of,
    ods,
    people_of,
    read_floors,
    refused,
)

A, B = "Menara A", "Menara B"
TITLED = [
    ["KAPASITAS GEDUNG KANTOR BERSAMA"],
    [],
    ["No", "Gedung", "Lantai", "Jumlah Meja", "Ket."],
    [1, A, "LG", 40, ""],
    [2, None, "GF", 60, "lobi"],
    [3, None, "Lt. 1", "1.060", ""],
    [4, B, "Lantai Dasar", "50 meja", ""],
    [5, None, "Lantai 2", "-", ""],
    [None, "Jumlah", None, 1210, ""],
    ["Sumber: OIKN"],
]
SIX = [(A, -1, 40), (A, 0, 60), (A, 1, 1060), (B, 0, 50), (B, 2, 0)]


@pytest.mark.parametrize(
    "data", [book(Lantai=TITLED), book(Lantai=Sheet(TITLED, ["B4:B6", "B7:B8"]))]
)
def test_floors_by_name_are_levels(data: bytes) -> None:
    """LG, GF, Lt. 1 and Lantai Dasar are levels, tower by tower."""
    assert read_floors(data) == SIX


def test_open_document_of_floors() -> None:
    """The same as an .ods."""
    assert read_floors(ods(TITLED), "a.ods") == SIX


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Lt. 3", Level("number", 3)),
        ("Lantai III", Level("number", 3)),
        ("3rd Floor", Level("number", 3)),
        ("Lantai Tiga", Level("number", 3)),
        (3.0, Level("number", 3)),
        ("-1", Level("number", -1)),
        ("3A", Level("half", 3)),
        ("B2", Level("basement", 2)),
        ("Semi Basement", Level("lower")),
        ("Lantai Dasar", Level("ground")),
        ("Ground Floor", Level("ground")),
        ("Mezzanine", Level("mezzanine")),
        ("Rooftop", Level("roof")),
        ("Podium", None),
        ("Menara A", None),
        (2.5, None),
    ],
)
def test_a_name_is_a_level(text: object, expected: Level | None) -> None:
    """Each name of a floor has its group and number."""
    assert level(text) == expected


def test_heights_follow_from_all_floors_of_a_tower() -> None:
    """Basements go below a lower ground floor, 3A stands for a missing 4, a roof is on top."""
    names = ["B2", "B1", "LG", "GF", "M", "1", "3", "3A", "5", "Atap"]
    found = heights(level(name) or Level("number") for name in names)
    assert list(found.values()) == [-3, -2, -1, 0, 0, 1, 3, 4, 5, 6]


def test_floor_whose_name_tells_nothing_is_asked() -> None:
    """A planner knows which level the podium is."""
    rows = [["Menara", "Lantai", "Meja"], [A, "Podium", 40], [A, "Lt. 2", 60]]
    assert asked(book(Data=rows), PEOPLE) == ["level.Podium"]
    assert read_floors(book(Data=rows), answers={"level.Podium": "1"}) == [(A, 1, 40), (A, 2, 60)]


def test_towers_as_headings_and_as_sheets() -> None:
    """A row that names a tower heads its floors; so does the name of a sheet."""
    rows = [
        ["Lantai", "Jumlah Meja"],
        ["MENARA A", None],
        ["Lt. 1", 40],
        ["Lt. 2", 60],
        ["MENARA B", None],
        ["Lt. 1", 50],
    ]
    assert read_floors(book(Data=rows)) == [
        ("MENARA A", 1, 40),
        ("MENARA A", 2, 60),
        ("MENARA B", 1, 50),
    ]
    header = ["Lantai", "Jumlah Meja"]
    sheets = book(
        Menara_A=[header, ["Lt. 1", 40], ["Lt. 2", 60]], Menara_B=[header, ["Lt. 1", 50]]
    )
    assert read_floors(sheets) == [(A, 1, 40), (A, 2, 60), (B, 1, 50)]


def test_tower_and_floor_in_one_cell_are_divided() -> None:
    """A cell such as "Menara A - Lt. 3" names both."""
    rows = [["Gedung/Lantai", "Jumlah Meja"], ["Menara A - Lt. 3", 40], ["Menara B - Lt. 1", 60]]
    assert read_floors(book(Data=rows)) == [(A, 3, 40), (B, 1, 60)]


def test_floors_that_come_twice_without_a_tower_are_asked() -> None:
    """Two floors 1 and no tower: there may be two."""
    rows = [["Lantai", "Jumlah Meja"], [1, 40], [2, 40], [1, 60], [2, 60]]
    assert asked(book(Data=rows), PEOPLE) == ["tower.Data"]


def test_towers_above_and_floors_beside_are_crossed() -> None:
    """A number for each tower and floor is a floor."""
    rows = [
        ["JUMLAH MEJA"],
        ["Lantai", "Menara A", "Menara B", "Jumlah"],
        ["Lantai 2", 40, 50, 90],
        ["Lantai 1", 60, None, 60],
        ["Jumlah", 100, 50, 150],
    ]
    assert sorted(read_floors(book(Data=rows))) == [(A, 1, 60), (A, 2, 40), (B, 2, 50)]


def test_tables_side_by_side_are_read_one_after_the_other() -> None:
    """The label over each is its tower."""
    rows = [
        [A, None, None, B, None],
        ["Lantai", "Meja", None, "Lantai", "Meja"],
        ["Lt. 1", 30, None, "Lt. 1", 50],
        ["Lt. 2", 40, None, "Lt. 2", 60],
        ["Jumlah", 70, None, "Jumlah", 110],
    ]
    expected = [(A, 1, 30), (A, 2, 40), (B, 1, 50), (B, 2, 60)]
    assert read_floors(book(Data=Sheet(rows, ["A1:B1", "D1:E1"]))) == expected


def test_zones_are_parts_of_floors() -> None:
    """Several zones of one floor are floors on one level."""
    rows = [["Gedung", "Lantai", "Zona", "Meja"], ["A", 1, "Timur", 30], ["A", 1, "Barat", 40]]
    assert read_floors(book(Data=rows)) == [("A", 1, 30), ("A", 1, 40)]


AREAS = [["Menara", "Lantai", "Luas Bruto (m²)"], [A, 1, "1.250,5"], [A, 2, "1.000"]]


def test_gross_area_is_made_net_by_the_factor_that_is_stated() -> None:
    """A note of the factor, a column of it, or the answer to the question."""
    stated = book(Data=[*AREAS, [], ["Faktor efisiensi 80%; 10 m2/orang"]])
    assert read_floors(stated) == [(A, 1, 1000.4), (A, 2, 800)]
    column = [[*row, cell] for row, cell in zip(AREAS, ["Faktor", 0.8, "80%"], strict=True)]
    assert read_floors(book(Data=column), answers={"m2_per_desk": "10"}) == [
        (A, 1, 1000.4),
        (A, 2, 800),
    ]


def test_factor_and_area_per_desk_are_asked_where_nothing_states_them() -> None:
    """Both are the planner's to say, and both have a proposal."""
    data = book(Data=AREAS)
    assert asked(data, PEOPLE) == ["net_factor", "m2_per_desk"]
    found = import_files(
        {"Data.xlsx": data, "headcounts.csv": PEOPLE},
        answers={"net_factor": "0,5", "m2_per_desk": "8"},
    )
    assert floors_of(found) == [(A, 1, 625.25), (A, 2, 500)]
    assert found.scenario is not None
    assert found.scenario.settings.sharing.m2_per_desk == 8


def test_net_area_beats_gross_area_and_desks_beat_both() -> None:
    """What desks can stand on is used; desks that are counted are better still."""
    rows = [["Menara", "Lantai", "Luas Bruto", "Luas Netto"], [A, 1, 1200, 900], [A, 2, 1000, 750]]
    assert read_floors(book(Data=rows), answers={"m2_per_desk": "10"}) == [
        (A, 1, 900),
        (A, 2, 750),
    ]
    rows = [
        ["Menara", "Lantai", "Luas (m2)", "Kapasitas Meja"],
        [A, 1, 1200, 90],
        [A, 2, 1000, 75],
    ]
    found = import_files({"Data.xlsx": book(Data=rows), "headcounts.csv": PEOPLE})
    assert found.scenario is not None
    assert [floor.desks for floor in found.scenario.floors] == [90, 75]


def test_people_and_floors_on_one_sheet() -> None:
    """Two tables under each other are two tables."""
    rows = [
        ["Instansi", "Unit Kerja", "Jumlah Pegawai"],
        ["Kementerian Keuangan", "Itjen", 40],
        ["Jumlah", None, 40],
        [],
        ["DAFTAR LANTAI"],
        ["Menara", "Lantai", "Jumlah Meja"],
        [A, "GF", 30],
        [A, "Lt. 1", 30],
    ]
    found = import_files({"Data.xlsx": book(Data=rows)})
    assert people_of(found) == {("Kementerian Keuangan", "Itjen"): 40}
    assert floors_of(found) == [(A, 0, 30), (A, 1, 30)]


def test_floors_without_desks_or_area_are_refused() -> None:
    """It is said which column is missed, and in which words it may be named."""
    data = book(Data=[["Menara", "Lantai", "Fungsi"], [A, 1, "kantor"]])
    (found,) = refused({"Data.xlsx": data, "headcounts.csv": PEOPLE})
    assert found.startswith("Data.xlsx Data, row 1: expected a column of desks or of an area")


def test_total_of_floors_that_differs_is_asked() -> None:
    """A total of desks is held against the floors, too."""
    rows = [["Menara", "Lantai", "Meja"], [A, 1, 40], [A, 2, 60], ["Total", None, 110]]
    assert asked(book(Data=rows), PEOPLE) == ["row.Total"]


def test_floors_of_a_scenario_are_read_as_they_are() -> None:
    """A table of a scenario needs no question."""
    found = import_files({"floors.csv": FLOORS, "headcounts.csv": PEOPLE})
    assert found.scenario is not None
    assert [floor.floor_id for floor in found.scenario.floors] == ["A-1", "A-2"]


def test_of_two_columns_for_the_floor_one_names_it_and_one_tells_the_level() -> None:
    """A table with a name and a level for each floor needs no question."""
    rows = [["floor", "tower", "level", "desks"], ["A-low", "A", 1, 60], ["A-high", "A", 2, 60]]
    assert read_floors(book(Floors=rows)) == [("A", 1, 60), ("A", 2, 60)]


def test_numbers_in_a_text_table_are_no_change() -> None:
    """Every cell of a text table is text: only what is read otherwise than it stands is told."""
    imported = import_files({"f.csv": b"Menara,Lantai,Meja\nA,1,500\nA,2,500\n", "p.csv": PEOPLE})
    assert not [each for each in imported.decisions if each.key.startswith("numbers.Meja")]
