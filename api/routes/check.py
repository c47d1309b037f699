"""`POST /check`: the verdict on any plan, at once; no job is made."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import JSONResponse

from api.deps import Caller, InService, SentBody
from api.openapi import STUDIES, Responses, request_body


def router(refusals: Responses) -> APIRouter:
    """Return the route, documented with what it answers to what it refuses."""
    routes = APIRouter(tags=["studies"])
    shown = STUDIES["check"]
    routes.post(
        "/check",
        operation_id="check",
        summary=shown.summary,
        description=shown.description,
        response_class=JSONResponse,
        responses=shown.answers | refusals,
        openapi_extra={"requestBody": request_body("check")},
    )(check)
    return routes


async def check(service: InService, _caller: Caller, body: SentBody) -> JSONResponse:
    """Say what a plan violates, what it costs, and, where it breaks no rule, how it serves."""
    return JSONResponse(await service.workers.check(body))
