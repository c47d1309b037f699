"""Whether the service is up and ready, and its metrics; nothing of any request is shown."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from allocator.version import __version__
from api.deps import Caller, InService
from api.openapi import Responses


class Health(BaseModel):
    """The service is up, and which version it is."""

    status: str = "ok"
    version: str = __version__


def router(refusals: Responses) -> APIRouter:
    """Return the routes, documented with what they answer to what they refuse."""
    routes = APIRouter(tags=["operations"])
    add = routes.add_api_route
    add("/healthz", healthz, operation_id="healthz", summary="Whether the service is up")
    add(
        "/readyz",
        readyz,
        operation_id="readyz",
        summary="Whether the database takes what is written",
        responses={503: refusals[503]},
    )
    text: Responses = {200: {"content": {"text/plain": {}}, "description": "Metrics"}}
    add(
        "/metrics",
        metrics,
        operation_id="metrics",
        summary="Metrics for Prometheus",
        response_class=Response,
        responses=text | refusals,
    )
    return routes


async def healthz() -> Health:
    """Answer at once, also while every solver is busy."""
    return Health()


async def readyz(service: InService) -> Health:
    """Write to the database, and say so if it does not take it soon."""
    await service.watch.ready()
    return Health()


async def metrics(service: InService, _caller: Caller) -> Response:
    """Return what this process counted, and how many jobs there are by state."""
    jobs = await run_in_threadpool(service.store.counts)
    text = service.metrics.text({state.value: count for state, count in jobs.items()})
    return Response(text, media_type="text/plain; version=0.0.4; charset=utf-8")
