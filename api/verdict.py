"""The verdict on a plan that somebody made: what it violates, what it costs, how it serves."""

from __future__ import annotations

import json
from typing import Any

from allocator.plan.seating import seated
from allocator.plan.service import service_of_plan
from allocator.plan.verify import verify
from allocator.scenario.types import Scenario
from allocator.scenario.waves import in_wave
from api.requests import ParsedRequest, given_placements


def verdict(parsed: ParsedRequest, scenario: Scenario) -> dict[str, Any]:
    """Return the verdict on the placements of a request, as `allocator check --json` gives it."""
    rows = json.loads(parsed.request)["options"]["placements"]
    scenario = in_wave(scenario)
    found = verify(scenario, given_placements(rows))
    whole = found.model_dump(mode="json")
    service = None
    if found.feasible:
        served = service_of_plan(scenario, seated(scenario, found.pieces))
        service = served.model_dump(mode="json")
    return {
        "schema": 1,
        "feasible": found.feasible,
        "violations": whole["violations"],
        "objective": {name: whole[name] for name in ("total", "unplaced_people", "terms")},
        "attendance": service,
    }
