"""`allocator import` and `allocator init`: what is written, asked, remembered and refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from allocator.cli import main
from allocator.scenario.read import read_scenario
from allocator.texts import LANGUAGES
from tests.scenario.importing.books import FLOORS, Sheet, book

KEU = "Kementerian Keuangan"
HEADER = ["No", "Instansi", "Unit Kerja", "Formasi", "Bezetting"]


def month(folder: Path, name: str, *people: int, extra: str = "") -> Path:
    """Write a month's workbook, in which two columns could be the headcount."""
    rows: list[list[object]] = [["DAFTAR PEGAWAI"], [*HEADER, *([extra] if extra else [])]]
    for number, (unit, count) in enumerate(zip(["Itjen", "Setjen"], people, strict=True), 1):
        more = [7] if extra else []
        rows.append([number, KEU if number == 1 else None, unit, 99, f"{count} orang", *more])
    rows.append([None, "Jumlah", None, 198, sum(people)])
    path = folder / name
    path.write_bytes(book(Pegawai=Sheet(rows, ["B3:B4"])))
    return path


@pytest.fixture
def floors(tmp_path: Path) -> Path:
    """A table of floors that needs no question."""
    path = tmp_path / "floors.csv"
    path.write_bytes(FLOORS)
    return path


def run(*words: object) -> int:
    return main(["import", *map(str, words)])


def test_open_questions_are_listed_and_nothing_is_written(
    tmp_path: Path, floors: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2, the question with its choices, and how to answer it."""
    data = month(tmp_path, "nov.xlsx", 40, 50)
    assert run(data, floors, "--out", tmp_path / "out") == 2
    said = capsys.readouterr()
    assert "Choices: Bezetting, Formasi" in said.out
    assert '--assume "headcount=VALUE"' in said.err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("how", [["--assume", "headcount=Bezetting"], ["--yes"]])
def test_answers_make_a_scenario_with_its_record(
    tmp_path: Path, floors: Path, how: list[str]
) -> None:
    """The scenario, import.json beside it, and the workbook with its marks are written."""
    out = tmp_path / "out"
    assert run(month(tmp_path, "nov.xlsx", 40, 50), floors, "--out", out, *how) == 0
    scenario = read_scenario(out)
    assert [row.headcount for row in scenario.headcounts] == [40, 50]
    assert scenario.warnings == ()
    record = json.loads((out / "import.json").read_text())
    (table,) = [each for each in record["tables"] if each["sheet"] == "Pegawai"]
    assert (table["file"], table["header_row"]) == ("nov.xlsx", 2)
    assert table["columns"]["Bezetting"] == "headcount"
    assert {"row": 5, "what": "Jumlah", "reason": "row_total"} in table["rows_left_out"]
    assert {"cell": "E3", "from": "40 orang", "to": 40, "reason": "number_with_words"} in table[
        "cells_changed"
    ]
    assert record["answers"] == {"headcount": "Bezetting"}


def test_next_month_asks_only_about_what_is_new(
    tmp_path: Path, floors: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Answers are remembered; floors that are not handed in again stay as they are."""
    out = tmp_path / "out"
    assert run(month(tmp_path, "nov.xlsx", 40, 50), floors, "--out", out, "--yes") == 0
    assert run(month(tmp_path, "des.xlsx", 41, 52), "--out", out) == 0
    assert [row.headcount for row in read_scenario(out).headcounts] == [41, 52]
    assert "as before" in capsys.readouterr().out
    changed = month(tmp_path, "jan.xlsx", 41, 52, extra="Jumlah Pegawai 2027")
    assert run(changed, "--out", out) == 0


def test_the_workbook_comes_back_with_marks(tmp_path: Path, floors: Path) -> None:
    """Its first sheet lists the decisions in the language asked for; its own sheets follow."""
    out = tmp_path / "out"
    data = month(tmp_path, "nov.xlsx", 40, 50)
    assert run(data, floors, "--out", out, "--yes", "--language", "id") == 0
    back = CalamineWorkbook.from_path(str(out / "import.xlsx"))
    assert back.sheet_names == ["Hasil pembacaan", "Pegawai", "floors"]
    told = [
        str(cell) for row in back.get_sheet_by_name("Hasil pembacaan").to_python() for cell in row
    ]
    assert "jumlah pegawai" in told
    assert back.get_sheet_by_name("Pegawai").to_python(False)[2][4] == "40 orang"


def test_json_has_decisions_and_questions(
    tmp_path: Path, floors: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Programs get the same on stdout."""
    data = month(tmp_path, "nov.xlsx", 40, 50)
    assert run(data, floors, "--out", tmp_path / "out", "--json") == 2
    found = json.loads(capsys.readouterr().out)
    (question,) = found["questions"]
    assert [choice["value"] for choice in question["choices"]] == ["Bezetting", "Formasi"]
    assert found["written"] == []


@pytest.mark.parametrize("name", ["case.xlsx", "case.json"])
def test_a_scenario_may_be_one_file(tmp_path: Path, floors: Path, name: str) -> None:
    """Record and workbook are then beside it, under its name."""
    out = tmp_path / name
    assert run(month(tmp_path, "nov.xlsx", 40, 50), floors, "--out", out, "--yes") == 0
    assert len(read_scenario(out).headcounts) == 2
    assert (tmp_path / "case.import.json").exists()
    assert (tmp_path / "case.import.xlsx").exists()


@pytest.mark.parametrize("assumed", ["headcount", "=x", "headcount="])
def test_answer_without_key_or_value_is_refused(
    tmp_path: Path, floors: Path, assumed: str
) -> None:
    """An answer is KEY=VALUE."""
    assert run(floors, "--out", tmp_path / "out", "--assume", assumed) == 2


def test_problems_that_are_alike_are_told_once(
    tmp_path: Path, floors: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Thirty bad cells are one line with their count."""
    rows = [["Instansi", "Unit Kerja", "Jumlah Pegawai"], [KEU, "Setjen", 4]]
    rows += [[KEU, f"Biro {n}", "banyak"] for n in range(30)]
    (tmp_path / "a.xlsx").write_bytes(book(Data=rows))
    assert run(tmp_path / "a.xlsx", floors, "--out", tmp_path / "out") == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "30 problems of this kind" in line


@pytest.mark.parametrize("language", LANGUAGES)
def test_init_writes_a_workbook_to_begin_from(tmp_path: Path, language: str) -> None:
    """It is a scenario as it is, and an import reads it without a question."""
    path = tmp_path / "office" / "scenario.xlsx"
    assert main(["init", str(path.parent), "--language", language]) == 0
    assert len(read_scenario(path).housed) == 5
    assert run(path, "--out", tmp_path / "out") == 0
    assert main(["init", str(path.parent)]) == 2
