"""What the page asks for: verdicts on plans made by hand, pictures, reports, uploads."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from allocator.errors import InputError
from allocator.scenario.read import read_scenario, scenario_from_json
from allocator.scenario.tables import TABLES
from allocator.scenario.template import EXAMPLE, template
from api.page import tasks, uploads
from tests.scenario.importing.books import FLOORS, book

HAND = [
    {"unit_id": "KEMENKO-1", "floor_id": "A-1", "desks": 60},
    {"unit_id": "KEMENKO-1", "floor_id": "A-2", "desks": 3},
    {"unit_id": "KEMENKEU-1", "floor_id": "A-2", "desks": 57},
]


def document(**more: Any) -> tasks.Document:
    sent = {"scenario": EXAMPLE, "placements": HAND, "language": "en"}
    return tasks.Document(**(sent | more))


def look(**more: Any) -> dict[str, Any]:
    found = tasks.look(document(**more))
    assert isinstance(found, dict)
    return found


def test_case_is_told_before_it_is_solved() -> None:
    """People, desks needed and usable are known at once."""
    told = tasks.case(document())
    assert isinstance(told, dict)
    assert (told["people"], told["usable"], told["towers"]) == (410, 360, 2)


def test_by_chance_no_desks_are_said_to_be_needed() -> None:
    """Where who comes decides, neither a case nor its units need desks by a ratio."""
    settings = {"sharing": {"capacity": "chance"}}
    by_chance = {"scenario": EXAMPLE | {"settings": settings}}
    told, seen = tasks.case(document(**by_chance)), look(**by_chance)
    assert isinstance(told, dict)
    needed = {unit["demand"] for body in seen["organisations"] for unit in body["units"]}
    assert (told["needed"], needed) == (None, {None})


def test_look_tells_violations_of_a_plan_by_hand() -> None:
    """A piece too small and desks not placed are told, with their kind in words."""
    kinds = {violation["kind"] for violation in look()["violations"]}
    assert {"small_piece", "unplaced"} <= kinds
    assert "Piece too small" in {violation["title"] for violation in look()["violations"]}


def test_look_speaks_indonesian() -> None:
    """Titles and terms are in the language asked for."""
    found = look(language="id")
    assert "Bagian terlalu kecil" in {violation["title"] for violation in found["violations"]}
    assert "berjalan kaki" in {term["said"] for term in found["terms"]}


def test_costs_of_organisations_add_up_to_the_total() -> None:
    """Also of a plan by hand, the shares of organisations sum to the total."""
    found = look()
    assert sum(body["total"] for body in found["organisations"]) == pytest.approx(found["total"])


def test_units_without_a_place_are_listed_all_the_same() -> None:
    """A unit with no piece has its headcount and no pieces, so that it can be given a place."""
    bodies = {body["id"]: body for body in look()["organisations"]}
    units = {unit["id"]: unit for unit in bodies["KEMENDAG"]["units"]}
    assert (units["KEMENDAG-1"]["headcount"], units["KEMENDAG-1"]["pieces"]) == (90, [])


def test_stack_marks_overfull_floors() -> None:
    """Desks that are not there have a frame, and stay on their own floor."""
    full = [*HAND, {"unit_id": "KEMENKEU-2", "floor_id": "A-2", "desks": 20}]
    drawn = tasks.stack(document(placements=full, width=900))
    assert isinstance(drawn, dict)
    items = [item for tower in drawn["towers"] for item in tower["items"]]
    assert [item["kind"] for item in items].count("over") == 1
    ends = {item["floor_id"]: item["x2"] for item in items if item["kind"] == "floor"}
    pieces = [item for item in items if item["kind"] == "piece"]
    assert all(item["x2"] <= ends[item["floor_id"]] + 0.2 for item in pieces)


def test_a_country_is_told_at_a_glance_and_opened_by_tower() -> None:
    """With many towers only their fill is told; those asked for are laid out."""
    floors = [
        {"floor_id": f"F{n}", "tower_id": f"T{n}", "level": 0, "desks": 20} for n in range(30)
    ]
    units = [{"unit_id": "U", "headcount": 10}]
    sent = {"scenario": {"floors": floors, "headcounts": units}, "width": 900}
    sent["placements"] = [{"unit_id": "U", "floor_id": "F7", "desks": 10}]
    seen, opened = tasks.stack(document(**sent)), tasks.stack(document(**sent, towers=["T7"]))
    assert isinstance(seen, dict)
    assert isinstance(opened, dict)
    used = {t["id"]: t["floors"][0]["used"] for c in seen["glance"] for t in c["towers"]}
    assert (len(used), used["T7"]) == (30, 10)
    assert [tower["id"] for tower in opened["towers"]] == ["T7"]


def test_towers_are_warned_of_all_that_the_checker_says() -> None:
    """A piece too small and a unit without a place count at the towers of who they speak of."""
    found = look()
    spoken = [v for v in found["violations"] if v["subject"].startswith("KEMENK")]
    assert found["warned"]["A"] >= len(spoken) > 1


def test_way_out_changes_the_scenario() -> None:
    """The scenario comes back with more desks; a change that is none is refused."""
    found = tasks.changed(document(change={"desks": {"A-1": 5}}))
    assert isinstance(found, dict)
    assert found["floors"][0]["desks"] == EXAMPLE["floors"][0]["desks"] + 5
    with pytest.raises(InputError, match="change"):
        tasks.changed(document(change={"rules": 1}))


def test_step_of_moves_is_drawn_as_it_is_before_it() -> None:
    """The second step shows who moved in the first at the new floor, and who goes next."""
    move = {"organisation_id": "", "people": 60, "desks_freed": 60, "desks_taken": 60}
    rows = [
        {**move, "step": step, "unit_id": "KEMENKO-1", "from_floor": start, "to_floor": end}
        for step, start, end in ((1, "A-1", "A-2"), (2, "A-2", "B-1"))
    ]
    sent = {
        "scenario": EXAMPLE | {"current": HAND[:1], "predecessors": []},
        "placements": [],
        "width": 900,
    }
    found = tasks.frame(
        document(**sent, kind="moves", wave=2, result={"rows": rows, "steps": 2, "of": 2})
    )
    assert isinstance(found, dict)
    items = [item for tower in found["picture"]["towers"] for item in tower["items"]]
    assert [item["floor_id"] for item in items if item["kind"] == "piece"] == ["A-2"]
    assert (found["outlined"], len(found["lines"])) == ([("KEMENKO-1", "B-1")], 1)


def test_organisations_of_a_colour_are_hatched_each_in_its_own_way() -> None:
    """Of ten organisations of two groups none looks like another."""
    bodies = [{"organisation_id": f"O{n}", "coordinator_id": f"G{n % 2}"} for n in range(10)]
    heads = [{"unit_id": f"U{n}", "organisation_id": f"O{n}", "headcount": 5} for n in range(10)]
    floors = [{"floor_id": "F", "tower_id": "T", "level": 0, "desks": 50}]
    rows = [{"unit_id": f"U{n}", "floor_id": "F", "desks": 5} for n in range(10)]
    given = {"floors": floors, "headcounts": heads, "organisations": bodies}
    for colour in ("group", "organisation"):
        drawn = tasks.stack(document(scenario=given, placements=rows, colour=colour, width=900))
        assert isinstance(drawn, dict)
        items = drawn["towers"][0]["items"]
        hatched = {item["body"]: item["hatch"] for item in items if item["kind"] == "hatch"}
        fills = {item["body"]: item["fill"] for item in items if item["kind"] == "piece"}
        assert len({(fill, hatched.get(body)) for body, fill in fills.items()}) == 10


def test_rows_of_rules_are_told_as_a_workbook_numbers_them() -> None:
    """The first rule is in row 2, below the header, in both languages."""
    sentence = "KEMENKO-1 has no piece in A-2 (rules row 1, never_in)"
    told = [tasks.said_of(document(messages=[sentence], language=one)) for one in ("en", "id")]
    assert all("row 2" in str(one) or "baris 2" in str(one) for one in told)


def test_report_of_a_plan_that_breaks_rules_is_refused() -> None:
    """A plan by hand is reported on only where it breaks no rule."""
    with pytest.raises(InputError, match="desks"):
        tasks.report(document(form="xlsx"))


def test_report_of_a_plan_by_hand_is_a_workbook() -> None:
    """Where it breaks none, and leaves nobody out but whom it may, there is a report."""
    options = {"options": {"allow_unplaced": True}}
    scenario = EXAMPLE | {"settings": EXAMPLE["settings"] | options}
    rows = [{"unit_id": "KEMENKEU-2", "floor_id": "A-1", "desks": 55}]
    content = tasks.report(document(scenario=scenario, placements=rows, form="xlsx"))
    assert isinstance(content, bytes)
    assert "Towers" in CalamineWorkbook.from_filelike(io.BytesIO(content)).sheet_names


@pytest.mark.parametrize("form", ["", "docx", "../x"])
def test_other_forms_are_refused(form: str) -> None:
    """A report is a PDF or a workbook."""
    with pytest.raises(InputError, match="pdf or xlsx"):
        tasks.report(document(form=form))


def test_body_must_be_an_object() -> None:
    """A list is no document."""
    with pytest.raises(InputError, match="expected an object"):
        tasks.answer("case", b"[]")


def test_template_is_a_scenario_with_an_example(tmp_path: Path) -> None:
    """The template can be uploaded as it is."""
    file = tmp_path / "template.xlsx"
    file.write_bytes(template("id"))
    assert len(read_scenario(file).housed) == 5


def test_upload_of_the_template_is_its_scenario() -> None:
    """A workbook gives the scenario as JSON, and what is known of it."""
    found = uploads.read((("files", "mine.xlsx", template("id")),))
    assert isinstance(found, dict)
    assert scenario_from_json(found["scenario"]).housed == scenario_from_json(EXAMPLE).housed


def test_problems_come_with_the_rows_around_them() -> None:
    """A wrong cell's table has its header, the row and its neighbours, and the problem's place."""
    lines = [f"A-{n},A,{n},60" for n in range(1, 9)]
    lines[4] = "A-5,A,five,60"
    floors = "\n".join(["floor_id,tower_id,level,desks", *lines]).encode()
    heads = b"unit_id,headcount\nFinance,50\n"
    found = uploads.read((("files", "floors.csv", floors), ("files", "headcounts.csv", heads)))
    assert isinstance(found, dict)
    (table,) = found["tables"]
    assert [row["row"] for row in table["rows"]] == [4, 5, 6, 7, 8]
    assert (table["problems"][0]["row"], table["problems"][0]["column"]) == (6, "level")


def test_problems_of_a_workbook_are_at_their_sheet() -> None:
    """The table is named as the sheet of the file."""
    found = uploads.read((("files", "bad.xlsx", _without("headcount")),))
    assert isinstance(found, dict)
    assert {table["name"] for table in found["tables"]} >= {"bad.xlsx headcounts"}


def test_upload_of_a_ministrys_own_tables_asks_and_then_opens() -> None:
    """Open questions come with their choices; answered, the scenario comes with the decisions."""
    rows = [["Instansi", "Unit Kerja", "Formasi", "Bezetting"], ["Kemenkeu", "Itjen", 60, 40]]
    parts = [("files", "Pegawai.xlsx", book(Data=rows)), ("files", "floors.csv", FLOORS)]
    asked = uploads.read((*parts, ("language", None, b"id")))
    assert isinstance(asked, dict)
    assert [each["key"] for each in asked["questions"]] == ["headcount"]
    assert asked["scenario"] is None
    found = uploads.read((*parts, ("assume", None, b"headcount=Bezetting")))
    assert isinstance(found, dict)
    assert (found["case"]["people"], found["questions"]) == (40, [])


def test_problems_of_a_ministrys_own_tables_are_at_their_rows() -> None:
    """The header shown is the one that names the column, below the titles."""
    rows = [
        ["DAFTAR"],
        ["Instansi", "Unit Kerja", "Jumlah Pegawai"],
        ["K", "A", 5],
        ["K", "B", "banyak"],
    ]
    parts = (("files", "Pegawai.xlsx", book(Data=rows)), ("files", "floors.csv", FLOORS))
    found = uploads.read(parts)
    assert isinstance(found, dict)
    (table,) = found["tables"]
    assert table["header"] == ["Instansi", "Unit Kerja", "Jumlah Pegawai"]
    assert table["problems"][0]["row"] == 4


def _without(column: str) -> bytes:
    import xlsxwriter  # noqa: PLC0415 - only here

    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        for name in ("floors", "headcounts"):
            columns = [c for c in TABLES[name].model_fields if c != column]
            book.add_worksheet(name).write_row(0, 0, columns)
    return out.getvalue()


def test_nothing_uploaded_is_said() -> None:
    """A form without files is bad input."""
    with pytest.raises(InputError, match=r"expected an \.xlsx"):
        uploads.read(())


def test_overfull_floor_is_told_and_serves_nobody_more() -> None:
    """A floor with fewer desks than its people own is looked at like any other plan by hand."""
    floors = [EXAMPLE["floors"][0] | {"desks": 0}, *EXAMPLE["floors"][1:]]
    seen = look(scenario=EXAMPLE | {"floors": floors})
    assert "over_capacity" in {violation["kind"] for violation in seen["violations"]}


def test_way_out_of_more_moves_raises_the_limit() -> None:
    """The limit of people moved is the one that the way out names."""
    limited = EXAMPLE["settings"] | {"options": {"max_people_moved": 0}}
    case, change = EXAMPLE | {"settings": limited}, {"max_people_moved": 12.5}
    found = tasks.changed(document(scenario=case, change=change))
    assert isinstance(found, dict)
    assert found["settings"]["options"]["max_people_moved"] == 12.5


def test_a_limit_of_moves_does_not_keep_a_step_from_being_drawn() -> None:
    """The slider of a study of moves works where max_people_moved is given."""
    settings = EXAMPLE["settings"] | {"options": {"max_people_moved": 100}}
    given = EXAMPLE | {"current": HAND[:1], "predecessors": [], "settings": settings}
    sent = {"scenario": given, "placements": [], "kind": "moves", "wave": 1, "width": 900}
    found = tasks.frame(document(**sent, result={"rows": [], "steps": 1, "of": 1}))
    assert isinstance(found, dict)
    assert found["picture"]["towers"]


def test_steps_of_moves_begin_where_predecessors_are() -> None:
    """What is now KEMENKO-1 bears another id in today's plan, and is drawn there all the same."""
    today = [HAND[0] | {"unit_id": "KEMENKO-LAMA"}]
    heirs = [{"unit_id": "KEMENKO-1", "predecessor_id": "KEMENKO-LAMA"}]
    given = EXAMPLE | {"current": today, "predecessors": heirs}
    sent = {"scenario": given, "placements": [], "kind": "moves", "wave": 1, "width": 900}
    found = tasks.frame(document(**sent, result={"rows": [], "steps": 1, "of": 1}))
    assert isinstance(found, dict)
    items = [item for tower in found["picture"]["towers"] for item in tower["items"]]
    assert [item["unit_id"] for item in items if item["kind"] == "piece"] == ["KEMENKO-1"]


def test_upload_of_a_relocation_is_its_scenario() -> None:
    """Staff will do in place of headcounts: who moves is what the study works out."""
    tables = {
        "floors": b"floor_id,tower_id,level,desks\nA-1,A,1,60\n",
        "staff": b"unit_id,group,people\nFinance,young,40\n",
        "unit_scenarios": b"unit_scenario,unit_id,wave\nall,Finance,1\n",
        "staff_scenarios": b"staff_scenario,group,share\nall,young,1\n",
    }
    found = uploads.read(tuple(("files", f"{name}.csv", data) for name, data in tables.items()))
    assert isinstance(found, dict)
    assert (found["case"]["people"], found["scenario"]["staff"][0]["people"]) == (40, 40)


def test_who_has_no_place_is_not_said_to_be_in_one_tower() -> None:
    """Only KEMENKO-1 is placed; the two other organisations are nowhere."""
    points = look(placements=HAND[:1])["points"]
    assert "Every organisation is in one tower." not in points


def test_a_wave_begins_from_the_plan_of_the_wave_before() -> None:
    """Who moves to the second wave is counted against the first one's plan, not today's."""
    heads = [row | {"wave": 1 + place % 2} for place, row in enumerate(EXAMPLE["headcounts"])]
    rows = [{"unit_id": "KEMENKO-1", "floor_id": "A-1", "desks": 60, "people": 80}]
    given = EXAMPLE | {"headcounts": heads}
    found = tasks.wave(document(scenario=given, wave=2, placements=rows))
    assert isinstance(found, dict)
    assert (found["current"], found["predecessors"]) == (rows, [])
