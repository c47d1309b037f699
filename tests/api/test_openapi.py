"""What the documentation promises: that it needs no internet, and that it is true."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from fastapi.testclient import TestClient
from hypothesis import settings
from jsonschema import Draft202012Validator
from schemathesis.checks import positive_data_acceptance

from allocator import __version__
from api.app import create_app
from api.examples import REQUESTS, SMALLEST
from api.problems import MEDIA_TYPE
from api.settings import ServiceSettings
from tests.api.conftest import LIMITS, PlantedSolver, opening

ROOT = Path(__file__).parents[2]

contract = schemathesis.openapi.from_asgi(
    "/openapi.json", create_app(LIMITS, opening(PlantedSolver()))
)
contract.config.phases.coverage.enabled = False  # systematic, and ten times slower


@contract.parametrize()
@settings(max_examples=8, deadline=None, derandomize=True, database=None)
def test_service_keeps_its_contract(case: schemathesis.Case) -> None:
    """Drawn requests get documented answers only, never a server error; bad ones are refused.

    What fits the schema may still contradict itself from table to table, and be refused.
    """
    case.call_and_validate(excluded_checks=[positive_data_acceptance])


def test_documentation_names_no_outside_host(planted: TestClient) -> None:
    """The page of the documentation asks nothing of any other host."""
    page = planted.get("/docs")
    assert page.status_code == 200
    assert "//" not in re.sub(r"^\s*//.*|<!--.*?-->", "", page.text, flags=re.M)
    assert '"validatorUrl": null' in page.text


def test_documentation_has_all_that_its_page_asks_for(planted: TestClient) -> None:
    """Scripts, styles and the icon of the page come from the service itself."""
    wanted = re.findall(r'(?:src|href)="(/[^"]+)"', planted.get("/docs").text)
    assert len(wanted) == 3
    assert {planted.get(path).status_code for path in wanted} == {200}


def test_root_leads_to_the_documentation(planted: TestClient) -> None:
    """Whoever opens the address in a browser comes to the documentation."""
    answer = planted.get("/", follow_redirects=False)
    assert answer.headers["location"] == "/docs"


def test_health_tells_the_version(planted: TestClient) -> None:
    """The service says that it is up, and what it is."""
    assert planted.get("/healthz").json() == {"status": "ok", "version": __version__}


def test_operations_keep_their_names() -> None:
    """Clients are generated from these names, so they stay."""
    paths = contract.raw_schema["paths"]
    names = {name["operationId"] for path in paths.values() for name in path.values()}
    assert names == {"allocate", "healthz"}


@pytest.mark.parametrize("status", ["400", "413", "415", "422", "500", "503"])
def test_documented_problems_fit_their_schema(status: str) -> None:
    """Every refusal is documented as a problem, with examples that fit what is said of them."""
    content = _operation()["responses"][status]["content"][MEDIA_TYPE]
    named = [each["value"] for each in content.get("examples", {}).values()]
    schema = contract.raw_schema["components"]["schemas"]["Problem"]
    for example in named or [content["example"]]:
        Draft202012Validator(schema).validate(example)
        assert str(example["status"]) == status


@pytest.mark.parametrize("name", REQUESTS)
def test_documented_requests_fit_their_schema(name: str) -> None:
    """The requests that the documentation shows fit what it says of requests."""
    body = _operation()["requestBody"]["content"]["application/json"]
    schema = body["schema"] | {"components": contract.raw_schema["components"]}
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
    planted: TestClient, table: str, row: dict[str, Any]
) -> None:
    """Lists as text, empty cells, ratios as text and columns of one's own fit the schema too."""
    first = {"rule": "max_floors", "subject": "Finance"} if table == "rules" else {}
    order = {"rules": [], **SMALLEST}
    order[table] = [((order[table] or [{}])[0]) | first | row]
    schema = {"$ref": "#/components/schemas/AllocateRequest"}
    document = schema | {"components": contract.raw_schema["components"]}
    assert planted.post("/allocate", json=order).status_code == 200
    Draft202012Validator(document).validate(order)


def test_request_of_the_readme_is_the_documented_one() -> None:
    """The README shows the smallest useful request, as it runs."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = re.search(r"^    (\{ \"floors\".*?\n)\n", readme, flags=re.M | re.S)
    assert shown is not None
    assert json.loads(shown[1]) == SMALLEST


def test_readme_names_every_setting() -> None:
    """Every variable that sets a limit is in the README."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    named = {
        name for name in ServiceSettings.model_fields if f"`ALLOCATOR_{name.upper()}`" in readme
    }
    assert named == set(ServiceSettings.model_fields)


def _operation() -> dict[str, Any]:
    operation: dict[str, Any] = contract.raw_schema["paths"]["/allocate"]["post"]
    return operation
