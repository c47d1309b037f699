"""Tables as files of a form: read as the command line reads them, with files and rows told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from allocator.scenario.read import read_scenario
from allocator.scenario.write import write_scenario
from api.examples import SMALLEST
from api.importing import TIME_LIMIT_S
from api.request_workers import RequestWorkers
from tests.api.test_jobs import ASYNC

FLOORS = "floor_id;tower_id;level;desks\nA-1;A;1;60\n".encode("utf-16")
HEADCOUNTS = b"unit_id,headcount,organisation_id\nFinance,70,Treasury\n"
SETTINGS = b'[sharing]\npeople_per_desk = "1.3"\n'
FILES = {
    "floors": ("Floors of May.csv", FLOORS),
    "headcounts": ("staff.csv", HEADCOUNTS),
    "scenario": ("scenario.toml", SETTINGS),
}


def test_tables_as_files_are_the_same_scenario(idle: TestClient) -> None:
    """CSV as Excel writes it, in a form, is what JSON would have said."""
    answer = idle.post("/allocate", files=FILES, data={"seed": "3"}, headers=ASYNC)
    assert answer.status_code == 202
    scenario = idle.get(answer.json()["links"]["scenario"]).json()
    assert scenario["floors"] == SMALLEST["floors"]
    assert scenario["headcounts"] == SMALLEST["headcounts"]
    assert scenario["settings"]["sharing"]["people_per_desk"] == "1.3"


def test_workbook_is_a_whole_scenario(idle: TestClient, tmp_path: Path) -> None:
    """One .xlsx with a sheet for each table will do."""
    for name, (_, content) in FILES.items():
        end = "toml" if name == "scenario" else "csv"
        (tmp_path / f"{name}.{end}").write_bytes(content)
    write_scenario(read_scenario(tmp_path), tmp_path / "all.xlsx")
    files = {"workbook": ("all.xlsx", (tmp_path / "all.xlsx").read_bytes())}
    answer = idle.post("/allocate", files=files, headers=ASYNC)
    assert idle.get(answer.json()["links"]["scenario"]).json()["floors"] == SMALLEST["floors"]


def test_upload_on_the_page_has_the_time_of_an_import(
    idle: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same tables take a process no longer where the page sends them."""
    asked: list[Any] = []

    async def noted(_self: RequestWorkers, work: Any, _caller: str) -> dict[str, Any]:
        asked.append(work)
        return {}

    monkeypatch.setattr(RequestWorkers, "do", noted)
    for path in ("/page/read", "/import"):
        idle.post(path, files={"files": ("staff.csv", HEADCOUNTS)})
    assert [work.time_limit_s for work in asked] == [TIME_LIMIT_S] * 2


def test_problems_of_files_name_file_and_row(idle: TestClient) -> None:
    """What is wrong is told with the file's own name and the row as the editor counts it."""
    files = FILES | {"headcounts": ("staff.csv", HEADCOUNTS + b"Law,many,Treasury\n")}
    answer = idle.post("/allocate", files=files, data={"time_limit_s": "long"})
    assert answer.status_code == 422
    places = [(e["table"], e["row"], e["column"]) for e in answer.json()["errors"]]
    assert places == [("request", None, "time_limit_s"), ("staff.csv", 3, "headcount")]


def test_unknown_file_is_refused_with_the_nearest_known(idle: TestClient) -> None:
    """A file under no table's name is an error that names what may have been meant."""
    answer = idle.post("/allocate", files=FILES | {"florrs": ("f.csv", FLOORS)})
    assert answer.json()["errors"][0]["message"] == "unknown table; did you mean 'floors'?"


def test_form_that_is_none_is_refused(idle: TestClient) -> None:
    """A body that is not the form that it is said to be is refused in words."""
    headers = {"content-type": "multipart/form-data; boundary=x"}
    answer = idle.post("/allocate", content=b"no form", headers=headers)
    assert answer.status_code == 422


def test_batch_takes_tables_as_files(steady: TestClient) -> None:
    """Any number of files under `tables` are solved, each under its name."""
    tables = [("tables", (f"{n}.csv", HEADCOUNTS)) for n in (1, 2)]
    files = [*FILES.items(), *tables]
    answer = steady.post("/batch", files=files, data={"time_limit_s": "0.2"})
    rows = answer.json()["rows"]
    assert [(row["file"], row["status"]) for row in rows] == [
        ("1.csv", "feasible"),
        ("2.csv", "feasible"),
    ]


def test_placements_of_a_file_are_checked(idle: TestClient) -> None:
    """A plan as a table is judged as JSON is."""
    plan = {"placements": ("plan.csv", b"unit_id,floor_id,desks\nFinance,A-1,50\n")}
    verdict = idle.post("/check", files=FILES | plan).json()
    assert [violation["kind"] for violation in verdict["violations"]] == ["unplaced"]
