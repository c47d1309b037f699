"""`POST /allocate`: a scenario as JSON in, the content of plan.json out, in one answer."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse

from allocator.plan.types import Plan
from api.connection import while_connected
from api.deps import OrderGiven, SolverInUse
from api.examples import REQUESTS
from api.openapi import Responses, request_body


def router(refusals: Responses) -> APIRouter:
    """Return the route, documented with what it answers to what it refuses."""
    answer: Responses = {200: {"model": Plan, "description": "A plan, or why there is none"}}
    routes = APIRouter()
    routes.post(
        "/allocate",
        operation_id="allocate",
        summary="Plan who sits where",
        response_class=JSONResponse,
        responses=answer | refusals,
        openapi_extra={"requestBody": request_body(REQUESTS)},
    )(allocate)
    return routes


async def allocate(order: OrderGiven, solver: SolverInUse, request: Request) -> JSONResponse:
    """Find who sits where, and prove how good it is.

    The answer is the content of plan.json, also where no plan exists (`infeasible`, with reasons)
    or none was found in time (`unknown`). Closing the connection ends the solve.
    """
    plan = await while_connected(request, solver.solve(order.scenario, order.options))
    return JSONResponse(plan.as_json())
