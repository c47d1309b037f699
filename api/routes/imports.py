"""`POST /import`: a ministry's own tables, understood at once; no job is made."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse

from allocator.errors import InputError, Problem
from api.bodies import FORM as MULTIPART
from api.bodies import media_type_of
from api.deps import Caller, InService, SentBody
from api.importing import Importing
from api.openapi import Responses

DESCRIPTION = (
    "Workbooks and text tables as a ministry keeps them, in the form field `files`. Every "
    "decision comes with its reason. With open questions there is no scenario: send the files "
    "again with an answer to each in `assume` (KEY=VALUE), or take all proposals with `yes`. What "
    "was decided is in `record`, to be sent with next month's files."
)
FORM: dict[str, Any] = {
    "type": "object",
    "required": ["files"],
    "properties": {
        "files": {"type": "array", "items": {"type": "string", "format": "binary"}},
        "assume": {"type": "array", "items": {"type": "string"}},
        "yes": {"type": "boolean", "default": False},
        "language": {"type": "string", "enum": ["en", "id"], "default": "en"},
        "record": {"type": "string", "format": "binary"},
    },
}


class Choice(BaseModel):
    """What may be answered, and how it is said."""

    value: str
    said: str


class ImportDecision(BaseModel):
    """What was understood of a sheet, a column, a row or a cell, and why."""

    key: str
    rule: str
    place: str
    row: int | None
    cell: str
    what: str
    chosen: str
    said: str
    reason: str
    confidence: float
    source: str
    choices: list[Choice]
    count: int


class ImportAnswer(BaseModel):
    """A scenario, or the questions that are open."""

    schema_version: int = Field(alias="schema")
    scenario: dict[str, Any] | None
    questions: list[ImportDecision]
    decisions: list[ImportDecision]
    record: dict[str, Any] | None


def router(refusals: Responses) -> APIRouter:
    """Return the route, documented with what it answers to what it refuses."""
    routes = APIRouter(tags=["cases"], responses=refusals)
    routes.post(
        "/import",
        operation_id="import_tables",
        summary="A ministry's own tables as a scenario",
        description=DESCRIPTION,
        response_class=JSONResponse,
        responses={200: {"model": ImportAnswer, "description": "What was understood"}},
        openapi_extra={
            "requestBody": {"required": True, "content": {"multipart/form-data": {"schema": FORM}}}
        },
    )(import_tables)
    return routes


async def import_tables(service: InService, _caller: Caller, body: SentBody) -> JSONResponse:
    """Say what was understood of a ministry's own tables."""
    if media_type_of(body.request) != MULTIPART:
        raise InputError([Problem("expected a form with files, not JSON", "request")])
    return JSONResponse(await service.workers.do_with(body, Importing))
