"""The OpenAPI document: the body of requests as the reader takes it, and the answers.

It describes and checks nothing: bodies are read in `models`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from fastapi import FastAPI
from fastapi_problem.error import Problem as HttpProblem
from fastapi_problem.handler import ExceptionHandler
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic.json_schema import models_json_schema

from allocator.errors import InputError, Problem
from allocator.scenario.convert import Kind, kinds_of
from allocator.scenario.settings import Settings
from allocator.scenario.tables import REQUIRED_TABLES, TABLES, Row
from api.models import LARGEST_SEED, usual_time_limit_s
from api.problems import (
    MEDIA_TYPE,
    Busy,
    ContentTooLarge,
    MalformedJson,
    OutOfMemory,
    UnforeseenError,
    UnsupportedMediaType,
    invalid_scenario,
)
from api.settings import ServiceSettings

Schema = dict[str, Any]
Responses = dict[int | str, dict[str, Any]]

_REF = "#/components/schemas/{model}"
_EMPTY: list[Schema] = [{"type": "null"}, {"const": ""}]
_KEPT_COLUMNS = r"^(source|note|x_(?!m$).*)$"
"""Columns that are kept and ignored."""
_ALSO_TAKEN = {
    Kind.WORDS: {"type": "string", "description": "words separated by ;"},
    Kind.EXACT: {"type": "string", "examples": ["1.3", "13/10"]},
}


def request_body(examples: dict[str, Any]) -> Schema:
    """Return the requestBody of `POST /allocate`."""
    content = {"schema": {"$ref": _REF.format(model="AllocateRequest")}, "examples": examples}
    return {"required": True, "content": {"application/json": content}}


def problem_responses(handler: ExceptionHandler) -> Responses:
    """Return what `POST /allocate` answers to what it refuses, with an example of each."""
    faults = InputError(
        [
            Problem("expected a whole number", "headcounts", 1, "headcount", "False"),
            Problem("unknown column; did you mean 'desks'?", "floors", 1, "desk"),
        ]
    )
    refused: list[list[HttpProblem]] = [
        [MalformedJson("request: expected well-formed JSON: …")],
        [ContentTooLarge("at most 20,000,000 bytes"), OutOfMemory("at most 4,096 MB")],
        [UnsupportedMediaType("expected application/json, got text/csv")],
        [invalid_scenario(faults)],
        [UnforeseenError("")],
        [Busy("try again later")],
    ]
    found: Responses = {}
    for problems in refused:
        for problem in problems:
            problem.extras["instance"] = "urn:uuid:00000000-0000-4000-8000-000000000000"
        found[problems[0].status] = handler.generate_swagger_response(*problems)
    seconds = {"description": "seconds to wait", "schema": {"type": "integer"}}
    return found | {Busy.status: found[Busy.status] | {"headers": {"Retry-After": seconds}}}


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
        return made

    return complete


def _request_components(settings: ServiceSettings) -> dict[str, Schema]:
    models: list[type[BaseModel]] = [*TABLES.values(), Settings]
    _, whole = models_json_schema([(m, "validation") for m in models], ref_template=_REF)
    components: dict[str, Schema] = whole["$defs"]
    for row in TABLES.values():
        components[row.__name__] = _row_as_read(row, components[row.__name__])
    components["Rule"]["properties"]["value"]["anyOf"].append({"type": "integer"})
    properties = {name: _table(name, row) for name, row in TABLES.items()}
    properties |= {
        "settings": _or_null({"$ref": _REF.format(model="Settings")}),
        "time_limit_s": _time_limit(settings),
        "seed": {"type": ["integer", "null"], "minimum": 0, "maximum": LARGEST_SEED, "default": 0},
    }
    return components | {"AllocateRequest": _closed(properties, REQUIRED_TABLES)}


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
