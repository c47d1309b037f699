"""What the documentation promises: that it needs no internet, and that it is true."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from jsonschema import Draft202012Validator

from allocator import __version__
from api.examples import REQUESTS, SMALLEST
from api.problems import MEDIA_TYPE

ROOT = Path(__file__).parents[2]
SHOWN = [(kind, name) for kind, examples in REQUESTS.items() for name in examples]
Document = dict[str, Any]


@pytest.fixture(scope="session")
def document(idle: TestClient) -> Document:
    """The OpenAPI document."""
    found: Document = idle.get("/openapi.json").json()
    return found


def test_documentation_names_no_outside_host(idle: TestClient) -> None:
    """The page of the documentation asks nothing of any other host."""
    page = idle.get("/docs")
    assert page.status_code == 200
    assert "//" not in re.sub(r"^\s*//.*|<!--.*?-->", "", page.text, flags=re.M)
    assert '"validatorUrl": null' in page.text


def test_documentation_has_all_that_its_page_asks_for(idle: TestClient) -> None:
    """Scripts, styles and the icon of the page come from the service itself."""
    wanted = re.findall(r'(?:src|href)="(/[^"]+)"', idle.get("/docs").text)
    assert len(wanted) == 3
    assert {idle.get(path).status_code for path in wanted} == {200}


def test_health_tells_the_version(idle: TestClient) -> None:
    """The service says that it is up, and what it is."""
    assert idle.get("/healthz").json() == {"status": "ok", "version": __version__}


def test_operations_keep_their_names(document: Document) -> None:
    """Clients are generated from these names, so they stay."""
    paths = document["paths"].values()
    assert {operation["operationId"] for path in paths for operation in path.values()} == {
        *("allocate", "explain", "tightest", "compare", "batch", "check"),
        *("restack", "moves", "waves"),
        *("relocate", "rotas", "sensitivity"),
        "import_tables",
        *("list_jobs", "get_job", "label_job", "stop_job", "job_events", "job_result"),
        *("job_scenario", "job_plan", "job_plan_file", "job_table", "list_cases", "get_case"),
        *("healthz", "readyz", "metrics"),
    }


def test_documented_problems_fit_their_schema(document: Document) -> None:
    """Every refusal of every route is documented as a problem, with examples that fit."""
    schema = document["components"]["schemas"]["Problem"]
    for path in document["paths"].values():
        for operation in path.values():
            for status, answer in operation["responses"].items():
                for example in _examples(answer):
                    Draft202012Validator(schema).validate(example)
                    assert str(example["status"]) == status


def _examples(answer: Document) -> list[Document]:
    content = answer.get("content", {}).get(MEDIA_TYPE, {})
    named = [each["value"] for each in content.get("examples", {}).values()]
    return named or ([content["example"]] if content else [])


@pytest.mark.parametrize(("kind", "name"), SHOWN)
def test_documented_requests_fit_their_schema(document: Document, kind: str, name: str) -> None:
    """The requests that the documentation shows fit what it says of requests."""
    operation = document["paths"][f"/{kind}"]["post"]
    body = operation["requestBody"]["content"]["application/json"]
    schema = body["schema"] | {"components": document["components"]}
    assert Draft202012Validator(schema).is_valid(body["examples"][name]["value"])


@pytest.mark.parametrize(
    ("table", "row"),
    [
        ("floors", {"features": "counter; secure", "note": "by the lift", "x_wing": 3}),
        ("headcounts", {"own_desks": None, "scheme": "", "people_per_desk": "13/10"}),
        ("rules", {"value": 2}),
    ],
)
def test_schema_allows_every_form_that_is_read(
    idle: TestClient, document: Document, table: str, row: Document
) -> None:
    """Lists as text, empty cells, ratios as text and columns of one's own fit the schema too."""
    first = {"rule": "max_floors", "subject": "Finance"} if table == "rules" else {}
    order = {"rules": [], **SMALLEST}
    order[table] = [((order[table] or [{}])[0]) | first | row]
    schema = {"$ref": "#/components/schemas/AllocateRequest"}
    headers = {"Prefer": "respond-async"}
    assert idle.post("/allocate", json=order, headers=headers).status_code == 202
    Draft202012Validator(schema | {"components": document["components"]}).validate(order)


def test_request_of_the_tutorial_is_the_documented_one() -> None:
    """The tutorial shows the smallest useful request, as it runs."""
    page = (ROOT / "docs" / "tutorial" / "service.md").read_text(encoding="utf-8")
    shown = re.search(r'```json title="order.json"\n(.*?)```', page, flags=re.S)
    assert shown is not None
    assert json.loads(shown[1]) == SMALLEST
