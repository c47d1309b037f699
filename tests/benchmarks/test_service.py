"""Figures of the service on this machine: run by hand, on a machine with nothing else to do.

pytest -n 0 -s --override-ini addopts= tests/benchmarks/test_service.py
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from allocator.scenario.read import read_scenario
from allocator.scenario.write import scenario_json
from tests.api.databases import empty_database
from tests.api.live import ROOT, Live, live

WAVE1 = ROOT / "data" / "ikn-wave1"
OFFICE: dict[str, Any] = {
    "floors": [
        {"floor_id": f"{tower}-{level}", "tower_id": tower, "level": level, "desks": 60}
        for tower in "AB"
        for level in (1, 2, 3, 4)
    ],
    "headcounts": [
        {"unit_id": f"U{n}", "organisation_id": f"O{n % 4}", "headcount": 20 + 5 * (n % 5)}
        for n in range(12)
    ],
    "time_limit_s": 0.5,
}
"""12 units, 8 floors. With more time the search goes on to prove its plan, for up to 15 s."""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """The service as it is started by `allocator serve`, with two solves at a time."""
    url = empty_database(tmp_path_factory.mktemp("service"))
    with live("serve", url, "real", concurrent_solves=2, lease_s=20) as one:
        time.sleep(5)
        yield one


def seconds(service: Live, path: str, order: Any) -> float:
    """Return how long an answer took."""
    began = time.monotonic()
    answer = service.ask("POST", path, json=order, headers={"Prefer": "wait=60"})
    assert answer.status_code == 200, answer.text
    return time.monotonic() - began


def told(figure: str, value: float, most: float) -> None:
    """Print a figure and hold it against its limit."""
    sys.stdout.write(f"\n{figure}: {value:.3f} (at most {most:g})\n")
    assert value <= most


def test_memory_of_the_idle_service(service: Live) -> None:
    """Resident memory of the process that answers, before it did anything, in megabytes."""
    status = Path(f"/proc/{service.process.pid}/status").read_text()
    kilobytes = next(line.split()[1] for line in status.splitlines() if "VmRSS" in line)
    told("idle memory, MB", int(kilobytes) / 1000, 250)


def test_small_office_at_once(service: Live) -> None:
    """Median seconds of twenty solves of 12 units and 8 floors, one after another."""
    for _ in range(3):
        seconds(service, "/allocate", OFFICE)
    taken = [seconds(service, "/allocate", OFFICE | {"seed": n}) for n in range(20)]
    told("12 units, 8 floors, median s", statistics.median(taken), 0.8)


def test_fifty_small_offices_at_once(service: Live) -> None:
    """95th percentile of fifty such requests in flight at a time."""
    with ThreadPoolExecutor(50) as pool:
        orders = [OFFICE | {"seed": n} for n in range(50)]
        taken = sorted(pool.map(lambda order: seconds(service, "/allocate", order), orders))
    told("50 at once, p95 s", taken[47], 25)


def test_children_of_a_parent(service: Live) -> None:
    """Seconds a child that are not solving, of two hundred tiny ones."""
    tables = [
        {"name": str(n), "headcounts": [{"unit_id": "Finance", "headcount": 50}]}
        for n in range(200)
    ]
    order = {"floors": OFFICE["floors"][:1], "headcounts": OFFICE["headcounts"][:1]}
    began = time.monotonic()
    answer = service.ask("POST", "/batch", json=order | {"tables": tables, "time_limit_s": 5})
    wall = time.monotonic() - began
    if answer.status_code == 202:
        service.ended(answer.json()["id"], 200)
        wall = time.monotonic() - began
        answer = service.ask("GET", f"{answer.headers['location']}/result")
    solving = sum(row["seconds"] for row in answer.json()["rows"]) / 2
    told("200 children, s each besides the solves", (wall - solving) / 200, 0.04)


def test_overhead_over_the_command_line(service: Live) -> None:
    """Seconds that the service takes for the first wave beyond what the command line does."""
    order = json.loads(scenario_json(read_scenario(WAVE1))) | {"time_limit_s": 20}
    command = [sys.executable, "-m", "allocator.cli", "solve", WAVE1, "--time-limit", "20"]
    began = time.monotonic()
    subprocess.run([*command, "--workers", "1"], check=False, capture_output=True, cwd=ROOT)
    alone = time.monotonic() - began
    told("beyond allocator solve, s", seconds(service, "/allocate", order) - alone, 1.5)


def test_check_of_the_first_wave(service: Live) -> None:
    """Median seconds of a check of the first wave's plan."""
    scenario = json.loads(scenario_json(read_scenario(WAVE1)))
    plan = service.ask("POST", "/allocate", json=scenario | {"time_limit_s": 20}).json()
    order = scenario | {"placements": plan["placements"]}
    taken = [seconds(service, "/check", order) for _ in range(10)]
    told("check of ikn-wave1, median s", statistics.median(taken), 0.2)
