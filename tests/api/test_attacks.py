"""What hostile callers send: refused in words, or taken as the harmless text that it is."""

from __future__ import annotations

import io
import json
import socket
import time
import zipfile
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from python_calamine import CalamineWorkbook

from api import bodies
from api.examples import SMALLEST
from tests.api.conftest import client
from tests.api.live import served

JSON = {"content-type": "application/json"}
FLOOR = SMALLEST["floors"][0]
UNIT = SMALLEST["headcounts"][0]
HOSTILE = '=HYPERLINK("//x")<script>alert(1)</script>&'


@pytest.fixture(scope="module")
def wide() -> Iterator[TestClient]:
    """A client of a service with the limits as they are shipped, that only answers."""
    usual = {"max_body_bytes": 20_000_000, "max_units": 5_000, "max_floors": 1_000}
    with client(concurrent_solves=0, **usual) as one:
        yield one


def test_ten_thousand_units_against_five(wide: TestClient) -> None:
    """More units than may be are refused by their number, not read one by one."""
    rows = [UNIT | {"unit_id": f"U-{n}", "headcount": 3} for n in range(10_000)]
    answer = wide.post("/allocate", json=SMALLEST | {"headcounts": rows})
    assert answer.status_code == 422
    assert answer.json()["errors"] == [
        {
            "message": "expected at most 5,000 rows",
            "table": "headcounts",
            "row": None,
            "column": "",
            "value": "10,000 rows",
        }
    ]


def test_body_of_fifty_megabytes_is_not_taken_in(wide: TestClient) -> None:
    """A body that never ends is refused once it is too large, whatever it says of its length."""
    taken = 0

    def pieces() -> Iterator[bytes]:
        nonlocal taken
        for _ in range(50):
            taken += 1
            yield b" " * 1_000_000

    answer = wide.post("/allocate", content=pieces(), headers=JSON)
    assert answer.status_code == 413


@pytest.mark.parametrize("opening", ["[", '{"floors":[', '{"a":'])
def test_bottomless_nesting_is_malformed(wide: TestClient, opening: str) -> None:
    """A million brackets are no JSON that anybody reads, and end nothing but their request."""
    answer = wide.post("/allocate", content=opening * 1_000_000, headers=JSON)
    assert answer.status_code == 400
    assert wide.get("/healthz").status_code == 200


@pytest.mark.parametrize("number", ["true", "1.5", "NaN", "1e400", "-0.5", '"7"', "1" * 5000])
def test_headcount_that_is_no_whole_number(wide: TestClient, number: str) -> None:
    """Booleans, floats, NaN, infinity and endless digits are refused where they stand."""
    body = json.dumps(SMALLEST).replace('"headcount": 70', f'"headcount": {number}')
    answer = wide.post("/allocate", content=body, headers=JSON)
    assert answer.status_code in (400, 422)
    assert answer.json()["errors"]


def bomb() -> bytes:
    """Return a small workbook whose sheet unpacks to more than half a gigabyte."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", bytes(510_000_000))
    return packed.getvalue()


def test_zip_bomb_named_xlsx_is_refused(wide: TestClient) -> None:
    """A small file that unpacks to half a gigabyte is refused before it is unpacked."""
    files = {"workbook": ("plan.xlsx", bomb())}
    answer = wide.post("/allocate", files=files)
    assert answer.status_code == 422
    assert "unpacks to at most" in answer.json()["errors"][0]["message"]


def test_file_that_is_no_workbook_is_refused(wide: TestClient) -> None:
    """Any bytes under the name of a workbook are refused in words."""
    answer = wide.post("/allocate", files={"floors": ("floors.xlsx", b"PK\x03\x04 nonsense")})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["message"] == "expected an Excel workbook (.xlsx)"


def test_form_may_not_name_other_files(wide: TestClient) -> None:
    """Names of files in a form lead nowhere: they are only told, without their path."""
    files = {"floors": ("../../etc/passwd.csv", b"nothing"), "headcounts": ("h.csv", b"x\n1\n")}
    answer = wide.post("/allocate", files=files)
    assert answer.status_code == 422
    assert "etc" not in answer.text


def test_control_characters_are_refused(wide: TestClient) -> None:
    """Names with control characters are refused where they stand."""
    order = SMALLEST | {"headcounts": [UNIT | {"unit_id": "Fin\u0000ance"}]}
    answer = wide.post("/allocate", json=order)
    assert answer.status_code == 422
    assert "control characters" in answer.json()["errors"][0]["message"]


@pytest.fixture(scope="module")
def hostile(steady: TestClient) -> tuple[TestClient, str]:
    """A service, and in it a job with a plan for a unit of a hostile name."""
    order = SMALLEST | {
        "headcounts": [UNIT | {"unit_id": HOSTILE}],
        "settings": SMALLEST["settings"] | {"title": HOSTILE},
        "time_limit_s": 0.1,
    }
    answer = steady.post("/allocate", json=order)
    assert answer.status_code == 200, answer.text
    return steady, answer.headers["content-location"].removesuffix("/result")


def test_formulas_are_harmless_in_tables(hostile: tuple[TestClient, str]) -> None:
    """What a spreadsheet would run begins with an apostrophe in CSV, and is text in .xlsx."""
    service, job = hostile
    line = service.get(f"{job}/plan.csv").text.splitlines()[1]
    book = CalamineWorkbook.from_filelike(io.BytesIO(service.get(f"{job}/plan.xlsx").content))
    sheets = [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]
    cells = [cell for sheet in sheets for row in sheet for cell in row if isinstance(cell, str)]
    assert line.startswith("\"'=HYPERLINK")
    assert any(cell.startswith("=HYPERLINK") for cell in cells)


def test_scripts_are_text_in_pictures(hostile: tuple[TestClient, str]) -> None:
    """HTML in a name is escaped in SVG, and the answer allows no script to run."""
    service, job = hostile
    answer = service.get(f"{job}/plan.svg")
    assert "<script" not in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_hostile_title_comes_back_as_it_was(hostile: tuple[TestClient, str]) -> None:
    """A title stays what it was, in JSON, which nobody runs."""
    service, job = hostile
    answer = service.get(job)
    assert answer.json()["name"] == HOSTILE
    assert answer.headers["content-type"] == "application/json"


def test_slow_sender_keeps_nobody_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """While somebody sends a byte a second, others are answered at once; then it is sent away."""
    monkeypatch.setattr(bodies, "SENDING_S", 2.0)
    with client(concurrent_solves=0) as one, served(one.app) as url:  # type: ignore[arg-type]
        host, port = url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=10) as slow:
            head = f"POST /allocate HTTP/1.1\r\nHost: {host}:{port}\r\n"
            slow.sendall(f"{head}Content-Type: application/json\r\n".encode())
            slow.sendall(b"Content-Length: 1000\r\n\r\n{")
            began = time.monotonic()
            assert one.get("/healthz").status_code == 200
            assert time.monotonic() - began < 5
            said = slow.recv(4096)
    assert said.startswith(b"HTTP/1.1 408")
    assert b"application/problem+json" in said


def test_answer_lists_the_first_of_very_many_problems(wide: TestClient) -> None:
    """A body in which everything is wrong gets no answer longer than itself."""
    rows = [UNIT | {"unit_id": f"U-{n}", "headcount": -1} for n in range(3_000)]
    answer = wide.post("/allocate", json=SMALLEST | {"headcounts": rows})
    errors = answer.json()["errors"]
    assert (answer.status_code, len(errors)) == (422, 1_001)
    assert errors[-1]["message"] == "there are 2,000 problems more"


def test_rows_of_every_table_are_counted_first(wide: TestClient) -> None:
    """No table has more rows than a scenario could need, and none is read that has."""
    pairs = [{"a": "x", "b": "y"}] * 100_001
    answer = wide.post("/allocate", json=SMALLEST | {"affinities": pairs})
    [error] = answer.json()["errors"]
    assert (error["table"], error["message"]) == ("affinities", "expected at most 100,000 rows")
