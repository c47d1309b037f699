"""Studies told for people: sentences, tables with names, a PDF sheet for each organisation."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from allocator.report.annex import annex_docx, annex_xlsx
from allocator.report.moves import moves_by_unit, moves_of
from allocator.report.names import Names
from allocator.report.study import study_report
from allocator.report.study_files import study_pdf, study_workbook
from allocator.texts import texts
from tests.builders import scenario
from tests.report.small import small

CASE = scenario(
    floors=[("A-0", "A", 0, 10), ("A-1", "A", 1, 10)],
    towers=[{"tower_id": "A", "name": "Menara Satu"}],
    headcounts=[("Budget", 8, "Fin"), ("Tax", 8, "Fin")],
    organisations=[{"organisation_id": "Fin", "name": "Kementerian Keuangan"}],
    units=[
        {"unit_id": "Budget", "organisation_id": "Fin", "name": "Biro Anggaran"},
        {"unit_id": "Tax", "organisation_id": "Fin"},
    ],
)
ROW = {"organisation_id": "Fin", "desks_freed": 8, "desks_taken": 8, "temporary": 0}
MOVES: dict[str, Any] = {
    "rows": [
        ROW
        | {"step": 1, "unit_id": "Budget", "from_floor": "A-0", "to_floor": "A-1", "people": 8},
        ROW | {"step": 2, "unit_id": "Tax", "from_floor": "A-1", "to_floor": "A-0", "people": 8},
        ROW | {"step": 2, "unit_id": "Tax", "from_floor": "A-1", "to_floor": "", "people": 0},
    ],
    "steps": 2,
    "people_moved": 16,
    "people_elsewhere": 0,
    "people_twice": 0,
    "is_fewest_elsewhere": True,
    "is_fewest_twice": True,
    "cycle": ["A-0", "A-1"],
}
WAVES: dict[str, Any] = {
    "status": "infeasible",
    "total": None,
    "foresight": None,
    "plans": [],
    "moves": [],
    "reasons": [{"message": "12 desks are needed and 7 may be used: short of 5 desks"}],
    "waves": [{"wave": 1, "people": 12, "total": None, "bound": 0.0}],
}


def test_moves_are_told_with_names() -> None:
    """Units, organisations and floors have their names; desks without people are left out."""
    found = study_report("moves", MOVES, CASE, texts("id"))
    first = found.tables[0].rows[0]
    assert first[1:5] == (
        "Kementerian Keuangan",
        "Biro Anggaran",
        "Menara Satu, Lantai dasar",
        "Menara Satu, Lantai 1",
    )
    assert len(found.tables[0].rows) == 2
    assert any("Menara Satu, Lantai 1" in sentence for sentence in found.sentences)


def test_moves_have_a_sheet_for_each_organisation() -> None:
    """The PDF names the organisation above its own moves."""
    say = texts("id")
    found, names = study_report("moves", MOVES, CASE, say), Names(CASE, say)
    pages = PdfReader(io.BytesIO(study_pdf(found, moves_of(MOVES, "moves"), names, "Kasus"))).pages
    said = [" ".join(page.extract_text().split()) for page in pages]
    assert "16 pegawai pindah dalam 2 langkah" in said[0]
    assert "Perpindahan per unit" in said[1]
    assert "Perpindahan: Kementerian Keuangan" in said[2]


def test_studies_without_a_plan_say_why() -> None:
    """That no plan exists is said, with the reason, and a bound of nothing is left out."""
    found = study_report("waves", WAVES, CASE, texts("id"))
    assert found.sentences[0] == "Terbukti tidak ada rencana yang mungkin."
    assert "kurang 5 meja" in found.sentences[1]
    assert found.tables[0].rows[0][-1] is None
    assert found.opens == (None,)


def test_workbook_has_the_answer_and_its_tables() -> None:
    """A sheet says what was found, one lists the moves, and one has a row for each unit."""
    say = texts("en")
    content = study_workbook(
        study_report("moves", MOVES, CASE, say), MOVES["rows"], Names(CASE, say)
    )
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    assert book.sheet_names == ["Summary", "Moves", "Moves by unit"]
    unit = book.get_sheet_by_name("Moves by unit").to_python()[1]
    there, here = "Menara Satu, ground floor", "Menara Satu, level 1"
    assert unit == ["Kementerian Keuangan", "Biro Anggaran", there, here, 8.0, "1"]


def test_moves_by_unit_leave_out_what_is_between() -> None:
    """Where a unit is for a time is left out, and newcomers are not moved; each wave has a row."""
    tax = ROW | {"unit_id": "Tax"}
    legs = [("A-0", "", 5), ("", "A-1", 5), ("", "A-1", 3)]
    rows = [
        tax | {"step": step, "from_floor": start, "to_floor": end, "people": people}
        for step, (start, end, people) in enumerate(legs, 1)
    ]
    waves = {"waves": [{"wave": 1}, {"wave": 2}], "moves": [None, {"rows": rows}]}
    (row,) = moves_by_unit(moves_of(waves, "waves"))
    assert (row["from_floors"], row["to_floors"]) == (("A-0",), ("A-1",))
    assert (row["people_moved"], row["wave"], row["steps"]) == (5, 2, "1, 2, 3")


@pytest.mark.parametrize("language", ["en", "id"])
def test_annex_lists_every_piece_with_room_for_a_signature(language: str) -> None:
    """The annex is there as a Word document and as a workbook, with the same lines."""
    given = small(language)
    with zipfile.ZipFile(io.BytesIO(annex_docx(given))) as parts:
        document = parts.read("word/document.xml").decode()
    rows = CalamineWorkbook.from_filelike(io.BytesIO(annex_xlsx(given))).get_sheet_by_index(0)
    lines = [row for row in rows.to_python() if isinstance(row[0], float)]
    assert document.count("<w:tr>") == 1 + len(given.plan.placements) == 1 + len(lines)
    assert texts(language)("annex.signature") in document


@pytest.mark.parametrize(("language", "none"), [("en", "none found"), ("id", "tidak ditemukan")])
def test_prices_that_searches_differ_by_are_no_finding(language: str, none: str) -> None:
    """They are told as not found, and without any there is no picture."""
    row = {"demand": "needs", "row": 1, "subject": "Tax", "object": "vault", "highest": 9.0}
    row |= {"lowest": 0.0, "people_moved": 0.0, "price": 0.0}
    result = {"total": 10_000.0, "none_found": 1, "rows": [row | {"price": 50.0}, row]}
    found = study_report("sensitivity", result, CASE, texts(language))
    assert [line[3] for line in found.tables[0].rows] == [50.0, none]
    assert found.chart is not None
    nothing = study_report("sensitivity", result | {"rows": [row]}, CASE, texts(language))
    assert [line[3] for line in nothing.tables[0].rows] == [none]
    assert nothing.chart is None


def test_moves_are_told_of_the_wave_to_which_they_lead() -> None:
    """Where there is a plan of today, people move to the first wave, too."""
    for moves, wave in (([MOVES, None], 1), ([None, MOVES], 2)):
        told = study_report("waves", WAVES | {"moves": moves}, CASE, texts("en")).sentences
        assert [line.split(":")[0] for line in told if "people move" in line] == [f"Wave {wave}"]
