"""The OpenAPI document: the body of requests as the reader takes it, and the answers.

It describes and checks nothing: bodies are read in `requests`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from fastapi_problem.error import Problem as HttpProblem
from fastapi_problem.handler import ExceptionHandler
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic.json_schema import models_json_schema

from allocator.errors import InputError, Problem
from allocator.plan.types import Plan
from allocator.scenario.convert import Kind, kinds_of
from allocator.scenario.settings import Settings
from allocator.scenario.tables import IGNORED_COLUMNS, REQUIRED_TABLES, TABLES, Row
from api import answers
from api.examples import REQUESTS
from api.jobs.records import JobRecord
from api.problems import (
    MEDIA_TYPE,
    Busy,
    ContentTooLarge,
    DatabaseAway,
    Forbidden,
    KeyReused,
    MalformedJson,
    NoSuchCase,
    NoSuchJob,
    NotAcceptable,
    NotThere,
    OutOfMemory,
    TooMany,
    TooSlow,
    Unauthenticated,
    UnforeseenError,
    UnsupportedMediaType,
    invalid_scenario,
)
from api.requests import (
    AMOUNTS,
    BY,
    CHECK,
    CHOSEN,
    LARGEST_SEED,
    OPTIONS,
    PLACEMENT_COLUMNS,
    RELOCATE,
    usual_time_limit_s,
)
from api.settings import ServiceSettings

Schema = dict[str, Any]
Responses = dict[int | str, dict[str, Any]]

_REF = "#/components/schemas/{model}"
_EMPTY: list[Schema] = [{"type": "null"}, {"type": "string", "maxLength": 0}]
_KEPT_COLUMNS = r"^(source|note|x_(?!m$).*)$"
"""Columns that are kept and ignored."""
RELOCATION_TABLES = ("floors", "staff", "unit_scenarios", "staff_scenarios")
"""Tables that a relocation needs."""
_ALSO_TAKEN = {
    Kind.WORDS: {"type": "string", "description": "words separated by ;"},
    Kind.EXACT: {"type": "string", "examples": ["1.3", "13/10"]},
}


@dataclass(frozen=True)
class Study:
    """How a study is documented."""

    summary: str
    description: str
    answers: Responses


def _answered(schema: str, description: str, *, is_job: bool = True) -> Responses:
    content = {"application/json": {"schema": {"$ref": _REF.format(model=schema)}}}
    found: Responses = {200: {"content": content, "description": description}}
    if is_job:
        place = {"description": "of the job", "schema": {"type": "string"}}
        found[202] = {
            "model": JobRecord,
            "description": "The job goes on",
            "headers": {"Location": place},
        }
    return found


STUDIES = {
    "allocate": Study(
        "Plan who sits where",
        "Find who sits where, and prove how good it is. The answer is the content of plan.json, "
        "also where no plan exists (`infeasible`, with reasons) or none was found in time "
        "(`unknown`). Closing the connection does not end the job.",
        _answered("Plan", "A plan, or why there is none"),
    ),
    "explain": Study(
        "Say why there is no plan",
        "Name rules, demands and floors that cannot hold together, and the cheapest ways out, "
        "each with a checked plan.",
        _answered("Explanation", "Why there is no plan, or a plan"),
    ),
    "tightest": Study(
        "Find the smallest people_per_desk that fits",
        "Find it, proved on both sides; units with a ratio of their own keep it.",
        _answered("Tightest", "The smallest ratio that fits, as far as it is proved"),
    ),
    "restack": Study(
        "Say what is the least change from today, and what more change buys",
        "Begins from the table current. Every point of the curve comes with its plan and the "
        "moves to it. The time limit is for all solves together.",
        _answered("Restack", "The curve, or why there is none"),
    ),
    "moves": Study(
        "Put moves in order",
        "From the table current to the placements given, in steps that never overfill a floor; "
        "and why somebody needs a temporary place, where that is so.",
        _answered("Moves", "The moves, step by step"),
    ),
    "waves": Study(
        "Plan all waves together",
        "Waves are those of headcounts, units, floors and towers. Says what planning together "
        "gains over one wave after the other. The time limit is for all solves together.",
        _answered("Waves", "The plan of each wave, or why there is none"),
    ),
    "compare": Study(
        "Set ratios and schemes side by side",
        "Solve the scenario with every ratio and every scheme named, each from its neighbour's "
        "plan. Each row names its job.",
        _answered("Comparison", "A row for each case"),
    ),
    "batch": Study(
        "Solve a scenario with many headcount tables",
        "Each table takes the place of the scenario's own. A bad one does not stop the others. "
        "Each row names its job.",
        _answered("Batch", "A row for each table"),
    ),
    "relocate": Study(
        "Say who can move when",
        "Count people, desks and flats for every unit, staff and family scenario, exactly, and "
        "find a plan for each wave of those that counting leaves open. Needs no headcounts. The "
        "time limit is for all plans together.",
        _answered("Relocation", "A row for each wave of each combination"),
    ),
    "rotas": Study(
        "Decide who comes on which day",
        "Choose a week for each unit, so that few floors run short of desks and many people have "
        "all-hands days, for the plan given as `start`, else for one that is found first.",
        _answered("Rotas", "The weeks, and what is proved of them"),
    ),
    "sensitivity": Study(
        "Say what each demand costs",
        "Drop each rule, need and affinity, the reserve, and what fills full towers, and find a "
        "better plan without it. The time limit is for all solves together.",
        _answered("Sensitivity", "A row for each demand, dearest first"),
    ),
    "check": Study(
        "Say what a plan violates and costs",
        "Any plan will do, also one made by hand. Answered at once: no job is made. Tables may be "
        "sent as files of a form, here too.",
        _answered("Verdict", "What it violates, costs, and how it serves", is_job=False),
    ),
}


def request_body(kind: str) -> Schema:
    """Return the requestBody of a study: JSON, or a form with tables as files."""
    schema: Schema = {"$ref": _REF.format(model=_request_name(kind))}
    json_content: Schema = {"schema": schema, "examples": REQUESTS[kind]}
    content: Schema = {"application/json": json_content}
    if kind != CHECK:  # for which generated clients do not know a body of two kinds
        form: Schema = {"$ref": _REF.format(model=_form_name(kind))}
        content |= {"multipart/form-data": {"schema": form}}
    return {"required": True, "content": content}


def _request_name(kind: str) -> str:
    return f"{kind.title()}Request"


def _form_name(kind: str) -> str:
    return f"{kind.title()}Form"


def problem_responses(handler: ExceptionHandler, *statuses: int) -> Responses:
    """Return what is refused with these statuses, with an example of each."""
    faults = InputError(
        [
            Problem("expected a whole number", "headcounts", 1, "headcount", "False"),
            Problem("unknown column; did you mean 'desks'?", "floors", 1, "desk"),
        ]
    )
    refused: list[list[HttpProblem]] = [
        [MalformedJson("request: expected well-formed JSON: …")],
        [Unauthenticated("send a key as X-API-Key")],
        [Forbidden("make a key with: allocator keys make NAME")],
        [NoSuchJob("look at GET /jobs"), NoSuchCase("look at GET /cases")],
        [NotAcceptable("there are application/json, text/csv, …")],
        [NotThere("the job is running"), KeyReused("send it with a key of its own")],
        [ContentTooLarge("at most 20,000,000 bytes"), OutOfMemory("4,096 MB are allowed")],
        [TooSlow("within 30 seconds")],
        [UnsupportedMediaType("expected application/json or multipart/form-data, got text/csv")],
        [invalid_scenario(faults)],
        [TooMany("at most 600 requests a minute")],
        [UnforeseenError("")],
        [Busy("try again later"), DatabaseAway("try again")],
    ]
    found: Responses = {}
    for problems in refused:
        for problem in problems:
            problem.extras["instance"] = "urn:uuid:00000000-0000-4000-8000-000000000000"
        found[problems[0].status] = handler.generate_swagger_response(*problems)
    seconds = {"description": "seconds to wait", "schema": {"type": "integer"}}
    for status in (TooMany.status, Busy.status):
        found[status] |= {"headers": {"Retry-After": seconds}}
    return {status: found[status] for status in statuses}


def document(app: FastAPI, settings: ServiceSettings) -> Callable[[], Schema]:
    """Return a function that makes the document of the app, once, with our own components."""
    plain = app.openapi

    def complete() -> Schema:
        made = plain()
        components = made["components"]["schemas"]
        if "AllocateRequest" not in components:
            for unused in ("HTTPValidationError", "ValidationError"):
                components.pop(unused, None)
            components |= _request_components(settings) | {"Problem": _problem()}
            components |= _answer_components()
            _with_security(made)
        return made

    return complete


def _with_security(made: Schema) -> None:
    """Say how callers show who they are; where the service is open, none need to."""
    made["components"]["securitySchemes"] = {
        "key": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
        "token": {"type": "http", "scheme": "bearer"},
    }
    for path, operations in made["paths"].items():
        if path not in ("/healthz", "/readyz"):
            for operation in operations.values():
                operation["security"] = [{"key": []}, {"token": []}, {}]


def _request_components(settings: ServiceSettings) -> dict[str, Schema]:
    models: list[type[BaseModel]] = [*TABLES.values(), Settings]
    _, whole = models_json_schema([(m, "validation") for m in models], ref_template=_REF)
    components: dict[str, Schema] = whole["$defs"]
    for row in TABLES.values():
        components[row.__name__] = _row_as_read(row, components[row.__name__])
    components["Rule"]["properties"]["value"]["anyOf"].append({"type": "integer"})
    scenario = {name: _table(name, row) for name, row in TABLES.items()}
    scenario |= {"settings": _or_null({"$ref": _REF.format(model="Settings")})}
    components |= {"GivenPlacement": _given_placement(), "NamedTable": _named_table()}
    options = _options(settings)
    for kind, keys in OPTIONS.items():
        own = {key: options[key] for key in keys}
        needed = [key for key in ("tables", "placements") if key in keys]
        tables = RELOCATION_TABLES if kind == RELOCATE else REQUIRED_TABLES
        whole_request = _closed(scenario | own, (*tables, *needed))
        components[_request_name(kind)] = whole_request
        components[_form_name(kind)] = _form(own)
    return components


def _options(settings: ServiceSettings) -> dict[str, Schema]:
    placements: Schema = {"type": "array", "items": {"$ref": _REF.format(model="GivenPlacement")}}
    seed: Schema = {"type": ["integer", "null"], "minimum": 0, "maximum": LARGEST_SEED}
    texts: Schema = {"type": "array", "items": {"type": "string"}}
    ratio: Schema = {"type": "string", "examples": ["1.0:2.0:0.1", "1.0,1.2,1.35"]}
    ratios: Schema = {"type": "array", "items": {"type": ["string", "number"]}, "minItems": 1}
    tables: Schema = {"type": "array", "items": {"$ref": _REF.format(model="NamedTable")}}
    return {
        "time_limit_s": _time_limit(settings),
        "seed": seed | {"default": 0},
        "start": _or_null(placements | {"description": "a plan to begin from"}),
        "people_per_desk": {"anyOf": [ratio, ratios, {"type": "null"}]},
        "schemes": _or_null(texts),
        "opens": _or_null(texts | {"description": "TOWER=WAVE: all its floors open then"}),
        "grow": _or_null(texts | {"description": "UNIT-OR-ORGANISATION=10%, or all=10%"}),
        "people_per_step": {"type": ["integer", "null"], "minimum": 1},
        **{key: _or_null(texts) for key in CHOSEN},
        "by": {"enum": [*BY, None], "default": BY[0]},
        "tables": tables | {"minItems": 1},
        "placements": placements,
    }


def _given_placement() -> Schema:
    text: Schema = {"type": "string"}
    amount: Schema = {"type": ["number", "string", "null"]}
    columns = dict.fromkeys(PLACEMENT_COLUMNS, text) | dict.fromkeys(AMOUNTS, amount)
    needed = {"anyOf": [{"required": [column]} for column in AMOUNTS]}
    return _closed(columns, PLACEMENT_COLUMNS) | needed | {"additionalProperties": True}


def _named_table() -> Schema:
    rows: Schema = {"type": "array", "items": {"$ref": _REF.format(model="Headcount")}}
    return _closed({"name": {"type": "string"}, "headcounts": rows}, ("name", "headcounts"))


def _form(options: dict[str, Schema]) -> Schema:
    """Return the schema of a form: tables as files under their names, the rest as fields."""
    file: Schema = {"type": "string", "format": "binary"}
    files: dict[str, Schema] = dict.fromkeys((*TABLES, "scenario", "workbook"), file)
    for name in options:
        files[name] = {"type": "string"}
        if name in ("start", "placements"):
            files[name] = file
        if name == "tables":
            files[name] = {"type": "array", "items": file}
    return {"type": "object", "properties": files}


def _answer_components() -> dict[str, Schema]:
    models: list[type[BaseModel]] = [Plan, *answers.MODELS]
    _, whole = models_json_schema([(m, "serialization") for m in models], ref_template=_REF)
    found: dict[str, Schema] = whole["$defs"]
    return found


def _closed(properties: dict[str, Schema], required: Iterable[str]) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }


def _table(name: str, row: type[Row]) -> Schema:
    rows: Schema = {"type": "array", "items": {"$ref": _REF.format(model=row.__name__)}}
    return rows | {"minItems": 1} if name in REQUIRED_TABLES else _or_null(rows)


def _or_null(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def _time_limit(settings: ServiceSettings) -> Schema:
    return {
        "type": ["number", "null"],
        "exclusiveMinimum": 0,
        "maximum": settings.max_time_limit_s,
        "default": usual_time_limit_s(settings),
        "description": "seconds that the solve may take at most",
    }


def _row_as_read(row: type[Row], schema: Schema) -> Schema:
    """Return a row's schema as the reader takes it: cells may be empty, some have two forms."""
    kinds = kinds_of(row)
    columns = {
        name: _cell(schema["properties"][name], kinds[name], field)
        for name, field in row.model_fields.items()
    }
    ignored = next(IGNORED_COLUMNS.get(name, ()) for name, kind in TABLES.items() if kind is row)
    columns |= {column: {} for column in ignored}
    return schema | {"properties": columns, "patternProperties": {_KEPT_COLUMNS: {}}}


def _cell(schema: Schema, kind: Kind, field: FieldInfo) -> Schema:
    forms = [schema, _ALSO_TAKEN[kind]] if kind in _ALSO_TAKEN else [schema]
    forms += [] if field.is_required() else _EMPTY
    return {"anyOf": forms} if len(forms) > 1 else schema


def _problem() -> Schema:
    """Return the schema of every answer that is not a success."""
    text: Schema = {"type": "string"}
    fault: dict[str, Schema] = {
        "message": text,
        "table": text,
        "row": {"type": ["integer", "null"], "description": "from 1"},
        "column": text,
        "value": {"type": ["string", "null"]},
    }
    properties: dict[str, Schema] = {
        "type": text | {"format": "uri-reference"},
        "title": text,
        "status": {"type": "integer"},
        "detail": text,
        "instance": text | {"format": "uri"},
        "errors": {"type": "array", "items": _closed(fault, ("message", "table"))},
    }
    required = ("type", "title", "status", "instance")
    return _closed(properties, required) | {"description": f"RFC 9457, sent as {MEDIA_TYPE}"}
