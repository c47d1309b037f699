"""`GET /cases`: the cases that come with the package, ready to be sent."""

from __future__ import annotations

import csv
import json
from functools import cache
from pathlib import Path

from fastapi import APIRouter
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from allocator.scenario.read import read_scenario
from allocator.scenario.write import scenario_json
from api.deps import Caller, InService
from api.openapi import Responses
from api.problems import NoSuchCase

_HERE = Path(__file__).parents[1]
FOLDER = next(place for place in (_HERE / "cases", _HERE.parent / "data") if place.is_dir())
"""In an installed package, or in a checkout."""


class Case(BaseModel):
    """A case; people of the scheme in force."""

    name: str
    title: str
    units: int
    floors: int
    people: int


class Cases(BaseModel):
    """The cases there are."""

    cases: list[Case]


def router(refusals: Responses) -> APIRouter:
    """Return the routes, documented with what they answer to what they refuse."""
    routes = APIRouter(prefix="/cases", tags=["cases"], responses=refusals)
    routes.add_api_route("", list_cases, operation_id="list_cases", summary="Shipped cases")
    routes.add_api_route(
        "/{name}", get_case, operation_id="get_case", summary="A case as a scenario"
    )
    return routes


async def list_cases(_service: InService, _caller: Caller) -> Cases:
    """Return what there is to try the service with."""
    return Cases(cases=[case for case, _ in (await run_in_threadpool(_cases)).values()])


async def get_case(_service: InService, _caller: Caller, name: str) -> Response:
    """Return the scenario, which any POST takes as it is."""
    found = (await run_in_threadpool(_cases)).get(name)
    if found is None:
        raise NoSuchCase("look at GET /cases")
    return Response(found[1], media_type="application/json")


@cache
def _cases() -> dict[str, tuple[Case, str]]:
    needed = ("floors.csv", "headcounts.csv")
    there = (path for path in FOLDER.iterdir() if all((path / n).is_file() for n in needed))
    folders = sorted(there)
    return {folder.name: _read(folder) for folder in folders}


def _read(folder: Path) -> tuple[Case, str]:
    """Return a case and its scenario; of several schemes the first, as none is asked for."""
    with (folder / "headcounts.csv").open(encoding="utf-8", newline="") as table:
        first = next(csv.DictReader(table), {})
    given = read_scenario(folder, scheme=first.get("scheme"))
    case = Case(
        name=folder.name,
        title=given.settings.title,
        units=len(given.housed),
        floors=len(given.floors),
        people=sum(unit.headcount for unit in given.housed),
    )
    return case, json.dumps(json.loads(scenario_json(given)))
