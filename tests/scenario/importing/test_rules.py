"""Every rule by an example of its own: it acts there, and says so in both languages."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest

from allocator.scenario.importing.ledger import ASK_BELOW, RULES
from allocator.scenario.importing.run import Imported, import_files
from allocator.scenario.read import scenario_from_json
from allocator.texts import LANGUAGES, texts
from tests.scenario.importing.books import FLOORS, PEOPLE, Rows, Sheet, book, text

KEU, DAG = "Kementerian Keuangan", "Kementerian Perdagangan"
HEADER = ["Instansi", "Unit Kerja", "Jumlah Pegawai"]
ONE = [HEADER, [KEU, "Itjen", 40], [KEU, "Setjen", 50]]
TOWERS = ["Menara", "Lantai", "Meja"]
AREAS = ["Menara", "Lantai", "Luas Bruto"]


def _macros() -> bytes:
    out = io.BytesIO(book(Data=ONE))
    with zipfile.ZipFile(out, "a") as made:
        made.writestr("xl/vbaProject.bin", b"macro")
    return out.getvalue()


def people(rows: Rows | Sheet, **sheets: Rows | Sheet) -> dict[str, bytes]:
    return {"a.xlsx": book(Data=rows, **sheets), "floors.csv": FLOORS}


def floors(rows: Rows | Sheet) -> dict[str, bytes]:
    return {"a.xlsx": book(Data=rows), "headcounts.csv": PEOPLE}


EXAMPLES: dict[str, dict[str, bytes]] = {
    "sheet_used": people(ONE),
    "sheet_as_it_is": {
        "headcounts.csv": PEOPLE,
        "floors.csv": FLOORS,
        "units.csv": b"unit_id,organisation_id\nu,O\nv,O\n",
    },
    "sheet_without_table": people(ONE, Petunjuk=[["Isi tabel ini"]]),
    "sheet_empty": people(ONE, Sheet2=[]),
    "sheet_hidden": people(ONE, Lama=Sheet(ONE, hidden=True)),
    "sheet_summary": people(ONE, Rekap=[["Kementerian", "Jumlah Pegawai"], [KEU, 90]]),
    "sheet_same_units": people(ONE, Data2=ONE),
    "sheet_turned": people(
        [["Instansi", KEU, KEU], ["Unit Kerja", "A", "B"], ["Jumlah Pegawai", 4, 5]]
    ),
    "sheet_crossed": people([["Kementerian", "Setjen", "Itjen"], [KEU, 4, 5], [DAG, 6, 7]]),
    "sheet_headless": people([[KEU], ["Biro Umum", 4], ["Biro Hukum", 5]]),
    "sheet_side_by_side": floors([["Lantai", "Meja", None, "Lantai", "Meja"], [1, 4, None, 2, 5]]),
    "macros_ignored": {"a.xlsm": _macros(), "floors.csv": FLOORS},
    "table_kept": {"a.xlsx": book(Data=ONE)},
    "table_dropped": people(ONE),
    "header_row": people(ONE),
    "header_rows": people(
        Sheet(
            [
                ["Instansi", "Unit Kerja", "Jumlah Pegawai", None],
                [None, None, "L", "P"],
                [KEU, "A", 1, 2],
            ],
            ["C1:D1"],
        )
    ),
    "column_by_name": people(ONE),
    "column_by_part": people([["Instansi Pengguna Gedung", *HEADER[1:]], *ONE[1:]]),
    "column_by_content": people([["Instansi", "Unit Kerja", "Isi"], *ONE[1:]]),
    "column_idle": people([[*HEADER, "Jabatan"], [*ONE[1], "x"]]),
    "column_is_empty": people([[*HEADER, "Ket."], *ONE[1:]]),
    "column_numbers": people([["No", *HEADER], [1, *ONE[1]], [2, *ONE[2]]]),
    "headcount_of_parts": people([[*HEADER[:2], "L", "P", "Jumlah"], [KEU, "A", 1, 2, 3]]),
    "headcount_differs": people(
        [[*HEADER[:2], "L", "P", "Jumlah"], [KEU, "A", 1, 2, 4], [KEU, "B", 1, 1, 2]]
    ),
    "parts_add_up": people([[*HEADER[:2], "PNS", "PPPK"], [KEU, "A", 1, 2]]),
    "headcount_chosen": people([[*HEADER, "Formasi"], [KEU, "A", 1, 2]]),
    "headcount_unclear": people([[*HEADER[:2], "Formasi", "Bezetting"], [KEU, "A", 2, 1]]),
    "people_counted": people([["NIP", "Nama Pegawai", *HEADER[:2]], ["1", "X", KEU, "A"]]),
    "row_title": people([["DAFTAR PEGAWAI"], *ONE]),
    "row_note": people([*ONE, [], ["Sumber: Biro SDM"]]),
    "row_header_again": people([*ONE, HEADER, [DAG, "Itjen", 4]]),
    "row_column_numbers": people([HEADER, ["(1)", "(2)", "(3)"], *ONE[1:]]),
    "row_total": people([*ONE, ["Jumlah", None, 90]]),
    "row_total_by_sum": people([*ONE, [None, None, 90]]),
    "row_total_by_formula": people(
        Sheet([*ONE, [KEU, "Semua", "=SUM(C2:C3)"]], values={"=SUM(C2:C3)": 90})
    ),
    "row_total_differs": people([*ONE, ["Jumlah", None, 91]]),
    "row_equals_sum": people([*ONE, [KEU, "Ditjen", 90]]),
    "row_without_number": people([*ONE, [KEU, "Baru", None]]),
    "row_without_name": people([*ONE, [None, None, 7]]),
    "rows_hidden": people(Sheet(ONE, hidden_rows=[3])),
    "heading_organisation": people([HEADER[1:], [KEU], ["Itjen", 40], [DAG], ["Itjen", 50]]),
    "heading_parent": people(
        [[KEU], HEADER[1:], ["Setjen"], ["Biro A", 40], ["Itjen"], ["Biro B", 50]]
    ),
    "heading_unclear": people([["No", *HEADER[1:]], ["I", KEU, 95], [1, "A", 40], [2, "B", 50]]),
    "heading_in_column": people([HEADER, [KEU, None, 90], [None, "A", 40], [None, "B", 50]]),
    "heading_tower": floors([["Lantai", "Meja"], ["Menara A"], [1, 40], ["Menara B"], [1, 50]]),
    "merged_filled": people(Sheet([HEADER, [KEU, "A", 1], [None, "B", 2]], ["A2:A3"])),
    "blanks_filled": people([HEADER, [KEU, "A", 1], [None, "B", 2]]),
    "name_numbered": people([HEADER, [KEU, "1. Itjen", 1], [KEU, "2. Setjen", 2]]),
    "number_grouped": people([HEADER, [KEU, "A", "1.107"]]),
    "number_with_words": people([HEADER, [KEU, "A", "86 orang"]]),
    "number_dash": people([HEADER, [KEU, "A", "-"], [KEU, "B", 1]]),
    "number_scaled": people([HEADER, [KEU, "A", 1.107]]),
    "number_decimal": floors([["Menara", "Lantai", "Luas Netto"], ["A", 1, "850,5"]]),
    "formula_not_calculated": people(
        [[*HEADER[:2], "L", "P", "Jumlah"], [KEU, "A", 1, 2, "=SUM(C2:D2)"]]
    ),
    "level_by_name": floors([TOWERS, ["A", "GF", 4]]),
    "floors_of_range": floors([["Menara", "Lantai", "Meja per Lantai"], ["A", "Lt. 3-7", 60]]),
    "floors_of_range_unclear": floors([TOWERS, ["A", "Lt. 3-7", 60]]),
    "level_unclear": floors([TOWERS, ["A", "Podium", 4], ["A", 1, 4]]),
    "organisation_of_title": people(
        [[f"PEGAWAI {KEU} TAHUN 2026"], HEADER[1:], ["A", 1], ["B", 2]]
    ),
    "organisation_of_sheet": {
        "a.xlsx": book(Kemenkeu=[HEADER[1:], ["A", 1]], Kemendag=[HEADER[1:], ["B", 1]]),
        "floors.csv": FLOORS,
    },
    "organisation_unclear": people([HEADER[1:], ["A", 1], ["B", 2]]),
    "unit_stands_alone": people([HEADER, [None, "Staf Khusus", 3], [KEU, "A", 1]]),
    "tower_of_title": floors([["KAPASITAS MENARA A"], TOWERS[1:], [1, 4], [2, 5]]),
    "tower_of_sheet": {"a.xlsx": book(Menara_A=[TOWERS[1:], [1, 4]]), "headcounts.csv": PEOPLE},
    "tower_single": floors([TOWERS[1:], [1, 4], [2, 5]]),
    "tower_unclear": floors([TOWERS[1:], [1, 4], [1, 5]]),
    "tower_and_floor": floors([["Gedung/Lantai", "Meja"], ["Menara A - Lt. 3", 4]]),
    "name_made_unique": people([HEADER, [KEU, "Itjen", 1], [DAG, "Itjen", 2]]),
    "names_alike": people([HEADER, [KEU, "A", 1], [KEU.upper(), "B", 2]]),
    "names_by_code": people([["Kode Unit", *HEADER], ["K-1", KEU, "A", 1], ["K-2", KEU, "B", 2]]),
    "floor_made_unique": floors([TOWERS, ["A", 1, 4], ["B", 1, 4]]),
    "floors_added_up": floors([TOWERS, ["A", 1, 4], ["A", 1, 5]]),
    "floors_given_twice": floors([TOWERS, ["A", 1, 4], ["A", 1, 4]]),
    "units_added_up": people([HEADER, [KEU, "A", 1], [KEU, "A", 2]]),
    "units_given_twice": people([HEADER, [KEU, "A", 2], [KEU, "A", 2]]),
    "net_area": floors([["Menara", "Lantai", "Luas Netto"], ["A", 1, 900]]),
    "area_net_assumed": floors([["Menara", "Lantai", "Luas"], ["A", 1, 900]]),
    "gross_to_net": floors([AREAS, ["A", 1, 900], [], ["Faktor efisiensi: 80%"]]),
    "gross_factor_unclear": floors([AREAS, ["A", 1, 900]]),
    "scheme_unclear": people([[*HEADER, "Skema"], [KEU, "A", 1, "X"], [KEU, "A", 2, "Y"]]),
    "area_per_desk_stated": floors(
        [["Standar 8 m2 per orang"], ["Menara", "Lantai", "Luas"], ["A", 1, 900]]
    ),
    "area_per_desk_unclear": floors([["Menara", "Lantai", "Luas"], ["A", 1, 900]]),
    "floor_left_out": floors([TOWERS, ["A", 1, 4], ["A", "Basement", None]]),
    "share_in_per_cent": people([[*HEADER, "Kehadiran"], [KEU, "A", 10, "60%"]]),
    "ratio_turned": people([[*HEADER, "Meja per pegawai"], [KEU, "A", 10, 0.8]]),
}
BASE = scenario_from_json(
    {
        "floors": [{"floor_id": "A-1", "tower_id": "A", "level": 1, "desks": 500}],
        "headcounts": [{"unit_id": "old", "headcount": 3}],
        "units": [{"unit_id": "old", "organisation_id": "O"}],
    }
)


def imported(rule: str, **named: Any) -> Imported:
    base = BASE if rule in ("table_kept", "table_dropped") else None
    return import_files(EXAMPLES[rule], base=base, **named)


def test_every_rule_has_an_example() -> None:
    """No rule is left without one, and none is left from before."""
    assert set(EXAMPLES) == set(RULES)


@pytest.mark.parametrize("rule", RULES)
def test_rule_acts_and_is_shown(rule: str) -> None:
    """The rule is among the decisions, open only where it is unsure, with a reason to read."""
    found = [each for each in imported(rule).decisions if each.rule == rule]
    assert found
    assert {each.is_open for each in found} == {RULES[rule] < ASK_BELOW}
    for language in LANGUAGES:
        reason = found[0].reason(texts(language))
        assert reason
        assert "{" not in reason


@pytest.mark.parametrize("rule", RULES)
def test_every_example_becomes_a_scenario(rule: str) -> None:
    """With what is proposed, each example is a scenario that the strict reader takes."""
    answers = {"level.Podium": "0"} if rule == "level_unclear" else {}
    assert imported(rule, answers=answers, take_proposals=True).scenario is not None


def test_text_tables_need_no_sheet() -> None:
    """Keys name the file where there is no sheet."""
    data = text([HEADER[1:], ["A", 1], ["B", 2]])
    found = import_files({"pegawai.csv": data, "floors.csv": FLOORS})
    assert [each.key for each in found.questions] == ["organisation.pegawai.csv"]
