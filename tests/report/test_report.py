"""The files of a report: pages, sheets and pictures, also with hostile names."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from allocator.errors import InputError
from allocator.plan.tables import write_plan
from allocator.plan.types import TracePoint
from allocator.report.book import workbook
from allocator.report.charts import costs_chart, curve_chart
from allocator.report.load import load
from allocator.report.pdf import pdf
from allocator.report.pictures import pictures
from allocator.report.write import MADE_BY, check_place, write_report
from allocator.texts import texts
from tests.report.small import small

HOSTILE = '<script>alert(1)</script> =1+1 & "x" ' + "W" * 300


def words(content: bytes) -> str:
    return " ".join(
        " ".join(p.extract_text() for p in PdfReader(io.BytesIO(content)).pages).split()
    )


@pytest.fixture(scope="module")
def english() -> PdfReader:
    return PdfReader(io.BytesIO(pdf(small())))


def test_first_page_is_the_summary(english: PdfReader) -> None:
    """The first page says that all have a place, and has the stack plan, whose towers it names."""
    said = english.pages[0].extract_text()
    assert "All 100 people have a place" in said
    assert "North house" in said


def test_curves_are_in_the_annex(english: PdfReader) -> None:
    """How the plan was found is told after the first page, not on it."""
    first, second = (page.extract_text() for page in english.pages[:2])
    assert "best plan so far" not in first
    assert "best plan so far" in second


def test_every_table_has_its_page(english: PdfReader) -> None:
    """Each table follows under its title."""
    said = " ".join(page.extract_text() for page in english.pages[2:])
    titles = ("Towers", "Organisations", "Shortage risks", "Cost by", "Who sits where", "Inputs")
    assert all(title in said for title in titles)


def test_hostile_and_long_names_give_a_report_in_indonesian() -> None:
    """HTML, formulas and endless names are text, cut where they would not fit."""
    bodies = [{"organisation_id": "Fin", "name": HOSTILE}, {"organisation_id": "Sea"}]
    settings = {"title": HOSTILE * 3}
    said = words(pdf(small("id", organisations=bodies, settings=settings)))
    assert "<script>alert(1)</script>" in said
    assert "Penempatan unit kerja" in said


def test_workbook_has_a_sheet_for_each_table() -> None:
    """Sheets are the summary and the tables, with numbers as numbers."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(workbook(small())))
    assert book.sheet_names[:3] == ["Summary", "Towers", "Organisations"]
    head, first, *_ = book.get_sheet_by_name("Towers").to_python()
    assert dict(zip(head, first, strict=True))["Desks used"] == 80


def test_workbook_runs_no_formula_of_a_name() -> None:
    """A name that begins with = is text in the workbook."""
    bodies = [{"organisation_id": "Fin", "name": "=1+1"}, {"organisation_id": "Sea"}]
    book = CalamineWorkbook.from_filelike(io.BytesIO(workbook(small(organisations=bodies))))
    names = [row[0] for row in book.get_sheet_by_name("Organisations").to_python()]
    assert "=1+1" in names


def test_folder_gets_every_picture_in_three_formats(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder gets PDF, workbook, and each picture as SVG, PNG and PDF."""
    monkeypatch.setattr("allocator.report.write.render", lambda _spec, form: form.encode())
    monkeypatch.setitem(MADE_BY, ".pdf", lambda _given: b"")
    files = write_report(small(), tmp_path / "all")
    stems = {file.name for file in files if file.parent.name == "pictures"}
    assert {"stack-group.svg", "stack-chance.png", "curve.pdf", "costs.svg"} <= stems
    assert {file.name for file in files} >= {"report.pdf", "report.xlsx"}


def test_report_of_a_folder_needs_nothing_else(tmp_path: Path) -> None:
    """What solve wrote is enough: the scenario lies beside the plan."""
    given = small()
    write_plan(given.plan, tmp_path, given.scenario)
    assert load(tmp_path, None, texts("en")).plan.as_json() == given.plan.as_json()


def test_curve_starts_where_the_first_plan_is() -> None:
    """Before the first plan there is a bound and no total."""
    points = (TracePoint(seconds=1, total=None, bound=5), TracePoint(seconds=2, total=9, bound=6))
    spec = curve_chart(points, texts("en")).to_dict()
    values = spec["data"]["values"]
    assert [(v["seconds"], v["value"]) for v in values] == [(1, 5), (2, 9), (2, 6)]


def test_costs_picture_leaves_out_terms_of_nothing() -> None:
    """A term that costs nothing has no bar."""
    spec = json.dumps(costs_chart(small().plan, texts("en")).to_dict())
    assert "walking" in spec
    assert "people moved" not in spec


def test_plan_without_trace_has_no_curve() -> None:
    """Without a trace, as of a plan made by hand, the other pictures are there."""
    given = small()
    run = given.plan.run.model_copy(update={"trace": ()})
    drawn = pictures(given.plan.model_copy(update={"run": run}), given.scenario, given.say)
    assert "curve" not in drawn
    assert "stack-fill" in drawn


def test_other_kinds_of_file_are_refused(tmp_path: Path) -> None:
    """A report is a .pdf, an .xlsx or a folder."""
    with pytest.raises(InputError, match=r"\.pdf or \.xlsx"):
        check_place(tmp_path / "report.docx")
