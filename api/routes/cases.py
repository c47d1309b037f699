"""`GET /cases`: the cases that come with the package, ready to be sent."""

from __future__ import annotations

import csv
import json
from functools import cache
from pathlib import Path
from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from allocator.scenario.read import read_scenario
from allocator.scenario.write import scenario_json
from allocator.texts import Texts, texts
from api.deps import Caller, InService
from api.openapi import Responses
from api.problems import NoSuchCase

_HERE = Path(__file__).parents[1]
FOLDER = next(place for place in (_HERE / "cases", _HERE.parent / "data") if place.is_dir())
"""In an installed package, or in a checkout."""


Language = Literal["en", "id"]
"""Of titles."""


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


async def list_cases(_service: InService, _caller: Caller, lang: Language = "en") -> Cases:
    """Return what there is to try the service with."""
    return Cases(cases=[case for case, _ in (await run_in_threadpool(_cases, lang)).values()])


async def get_case(
    _service: InService, _caller: Caller, name: str, lang: Language = "en"
) -> Response:
    """Return the scenario, which any POST takes as it is."""
    found = (await run_in_threadpool(_cases, lang)).get(name)
    if found is None:
        raise NoSuchCase("look at GET /cases")
    return Response(found[1], media_type="application/json")


@cache
def _cases(language: str) -> dict[str, tuple[Case, str]]:
    """Return the cases, with their titles in a language."""
    say = texts(language)
    return {name: _titled(*each, say) for name, each in _shipped().items()}


def _titled(case: Case, scenario: str, say: Texts) -> tuple[Case, str]:
    title = say.all.get(f"case.{case.name}", case.title)
    document = json.loads(scenario)
    document["settings"]["title"] = title
    return case.model_copy(update={"title": title}), json.dumps(document)


@cache
def _shipped() -> dict[str, tuple[Case, str]]:
    people = ("headcounts.csv", "staff.csv")
    there = (path for path in FOLDER.iterdir() if any((path / n).is_file() for n in people))
    folders = sorted(path for path in there if (path / "floors.csv").is_file())
    return {folder.name: _read(folder) for folder in folders}


def _read(folder: Path) -> tuple[Case, str]:
    """Return a case and its scenario; of several schemes the first, as none is asked for."""
    counts = folder / "headcounts.csv"
    first: dict[str, str] = {}
    if counts.is_file():
        with counts.open(encoding="utf-8", newline="") as table:
            first = next(csv.DictReader(table), {})
    scheme, moves = first.get("scheme"), not counts.is_file()
    given = read_scenario(folder, scheme=scheme, for_relocation=moves)
    units = {row.unit_id for row in given.staff} if moves else given.housed
    case = Case(
        name=folder.name,
        title=given.settings.title,
        units=len(units),
        floors=len(given.floors),
        people=sum(r.people for r in given.staff)
        if moves
        else sum(u.headcount for u in given.housed),
    )
    return case, json.dumps(json.loads(scenario_json(given)))
