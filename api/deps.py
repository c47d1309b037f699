"""What routes depend on, as named types: what the service is made of, the caller, the body."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from api.access import Access
from api.bodies import FORM, JSON, Body, media_type_of
from api.jobs.store import Store
from api.jobs.watch import Watch
from api.limits import RequestRate, Streams
from api.metrics import Metrics
from api.problems import UnsupportedMediaType
from api.request_workers import RequestWorkers
from api.settings import ServiceSettings


@dataclass(frozen=True)
class Service:
    """What the service is made of while it is up."""

    settings: ServiceSettings
    store: Store
    watch: Watch
    workers: RequestWorkers
    access: Access
    rate: RequestRate
    streams: Streams
    metrics: Metrics


def service_of(request: Request) -> Service:
    """Return what the app opened at start-up."""
    service: Service = request.app.state.service
    return service


InService = Annotated[Service, Depends(service_of)]


async def caller_of(request: Request, service: InService) -> str:
    """Return who calls, and count the request."""
    caller = await service.access.owner(request)
    # Counted once it is known who calls: strangers cannot use up another caller's minute.
    service.rate.count(caller)
    return caller


Caller = Annotated[str, Depends(caller_of)]


async def body_of(request: Request, caller: Caller) -> Body:
    """Return the body of a request, refused at once where it is of the wrong kind."""
    media_type = media_type_of(request)
    if media_type not in (JSON, FORM):
        wanted = f"expected {JSON} or {FORM}"
        raise UnsupportedMediaType(f"{wanted}, got {media_type or 'nothing'}")
    return Body(request, caller)


SentBody = Annotated[Body, Depends(body_of)]
