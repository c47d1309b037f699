"""A client that a stranger generates from the OpenAPI document works as it comes."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.api.live import live

pytestmark = pytest.mark.faults
GENERATOR = os.environ.get("OPENAPI_PYTHON_CLIENT") or shutil.which("openapi-python-client")
"""Installed apart, as it and the command line want different versions of one library."""
SCRIPT = """
import sys
import httpx
from allocator_client import Client, models
from allocator_client.api.jobs import get_job
from allocator_client.api.studies import allocate, check

client = Client(base_url=sys.argv[1], timeout=httpx.Timeout(60))
scenario = {
    "floors": [{"floor_id": "A-1", "tower_id": "A", "level": 1, "desks": 60}],
    "headcounts": [{"unit_id": "Finance", "headcount": 50}],
}
order = models.AllocateRequest.from_dict(scenario | {"time_limit_s": 10})
plan = allocate.sync(client=client, body=order)
later = allocate.sync(client=client, body=order, prefer="respond-async")
job = get_job.sync(client=client, job_id=later.id)
placements = [{"unit_id": "Finance", "floor_id": "A-1", "desks": 40}]
asked = models.CheckRequest.from_dict(scenario | {"placements": placements})
verdict = check.sync(client=client, body=asked)
refused = allocate.sync(client=client, body=models.AllocateRequest(floors=[], headcounts=[]))
print(plan.status, plan.placements[0].desks, job.kind, verdict.feasible, refused.status)
"""


@pytest.mark.skipif(GENERATOR is None, reason="openapi-python-client is not installed")
def test_generated_client_works(file_url: str, tmp_path: Path) -> None:
    """It plans, looks up a job, checks a plan, and reads a problem."""
    assert GENERATOR is not None
    with live("serve", file_url, "real") as service:
        place = tmp_path / "openapi.json"
        place.write_bytes(service.ask("GET", "/openapi.json").content)
        made = [GENERATOR, "generate", "--path", place, "--output-path", tmp_path / "made"]
        subprocess.run(made, check=True, cwd=tmp_path, stdout=subprocess.DEVNULL)
        python = Path(GENERATOR).parent / "python"
        said = subprocess.run(
            [python, "-c", SCRIPT, service.url],
            check=True,
            capture_output=True,
            text=True,
            env={"PYTHONPATH": str(tmp_path / "made")},
        ).stdout
    assert said.split() == ["optimal", "50", "allocate", "False", "422"]
