"""`POST /import`: a ministry's own tables, understood at once, with what is asked."""

from __future__ import annotations

import json
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.scenario.importing.books import FLOORS, book
from tests.scenario.importing.test_people import TITLED

TWO = [
    ["Instansi", "Unit Kerja", "Formasi", "Bezetting"],
    ["Kemenkeu", "Itjen", 60, 40],
]


def files(*named: tuple[str, bytes]) -> list[tuple[str, tuple[str, bytes]]]:
    return [("files", each) for each in (*named, ("floors.csv", FLOORS))]


def test_tables_become_a_scenario_that_any_post_takes(idle: TestClient) -> None:
    """The answer has the scenario, every decision with its reason, and the record to keep."""
    answer = idle.post("/import", files=files(("Pegawai.xlsx", book(Pegawai=TITLED))))
    assert answer.status_code == 200
    found = answer.json()
    assert sum(row["headcount"] for row in found["scenario"]["headcounts"]) == 1283
    assert found["questions"] == []
    assert {"row_total", "number_grouped"} <= {each["rule"] for each in found["decisions"]}
    assert {table["table"] for table in found["record"]["tables"]} == {"headcounts", "floors"}
    placements = [{"unit_id": "Itjen", "floor_id": "A-1", "desks": 1}]
    verdict = idle.post("/check", json=found["scenario"] | {"placements": placements})
    assert verdict.status_code == 200


@pytest.mark.parametrize("how", [{"assume": "headcount=Bezetting"}, {"yes": "true"}])
def test_open_question_is_answered_with_the_files(idle: TestClient, how: dict[str, str]) -> None:
    """Without an answer there is no scenario; with it, or all that is proposed, there is."""
    sent = files(("a.xlsx", book(Data=TWO)))
    asked = idle.post("/import", files=sent, data={"language": "id"}).json()
    assert asked["scenario"] is None
    assert [each["key"] for each in asked["questions"]] == ["headcount"]
    assert "mungkin" in asked["questions"][0]["reason"]
    answered = idle.post("/import", files=sent, data=how).json()
    assert answered["scenario"]["headcounts"][0]["headcount"] == 40


def test_record_of_last_month_is_applied(idle: TestClient) -> None:
    """What was answered once is not asked again."""
    sent = files(("a.xlsx", book(Data=TWO)))
    first = idle.post("/import", files=sent, data={"yes": "true"}).json()
    record = ("record", ("import.json", json.dumps(first["record"]).encode()))
    again = idle.post("/import", files=[*sent, record]).json()
    assert again["questions"] == []
    assert again["scenario"] == first["scenario"]


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        ({"json": {}}, "expected a form with files"),
        ({"files": [("files", ("a.pdf", b"%PDF-1.7"))]}, "not a picture or a PDF"),
        ({"data": {"assume": "x"}, "files": files()}, "expected KEY=VALUE"),
        ({"data": {"language": "fr"}, "files": files()}, "expected a language"),
        ({"data": {"yes": "perhaps"}, "files": files()}, "expected true or false"),
        ({"data": {"colour": "red"}, "files": files()}, "unknown field"),
        ({"files": [("record", ("import.json", b"[]")), *files()]}, "expected the record"),
        ({"files": [("record", ("import.json", b"{}"))]}, "expected at least one file"),
    ],
)
def test_what_cannot_be_imported_is_refused(
    idle: TestClient, request_: dict[str, Any], said: str
) -> None:
    """Files and fields that cannot be used are problems, each with its message."""
    answer = idle.post("/import", **request_)
    assert answer.status_code == 422
    assert said in " ".join(each["message"] for each in answer.json()["errors"])
