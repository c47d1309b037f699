"""What routes depend on, as named types: what the service is made of, the caller, the body."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from allocator.errors import InputError, Problem
from api.access import Access
from api.clerk import Clerks
from api.jobs.store import Store
from api.jobs.watch import Watch
from api.limits import RequestRate, Streams
from api.metrics import Metrics
from api.orders import Part
from api.problems import ContentTooLarge, TooSlow, UnsupportedMediaType
from api.settings import ServiceSettings

MOST_PARTS = 2_000
SENDING_S = 30.0
"""Seconds that a body may take to come."""


@dataclass(frozen=True)
class Service:
    """What the service is made of while it is up."""

    settings: ServiceSettings
    store: Store
    watch: Watch
    clerks: Clerks
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
    service.rate.count(caller)
    return caller


Caller = Annotated[str, Depends(caller_of)]


async def body_of(
    request: Request, service: InService, _caller: Caller
) -> bytes | tuple[Part, ...]:
    """Return the body of a request: JSON as it came, or the parts of a form."""
    most = service.settings.max_body_bytes
    media_type = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if media_type == "application/json":
        return await _whole(request, most)
    if media_type == "multipart/form-data":
        return await _parts(request, most)
    wanted = "expected application/json or multipart/form-data"
    raise UnsupportedMediaType(f"{wanted}, got {media_type or 'nothing'}")


Body = Annotated[bytes | tuple[Part, ...], Depends(body_of)]


async def _whole(request: Request, most: int) -> bytes:
    """Return the body, of which no more is taken in than may be, and for no longer."""
    body = bytearray()
    try:
        async with asyncio.timeout(SENDING_S):
            async for chunk in request.stream():
                body += chunk
                if len(body) > most:
                    raise ContentTooLarge(f"at most {most:,} bytes")
    except TimeoutError as error:
        wanted = f"within {SENDING_S:g} seconds"
        raise TooSlow(wanted, headers={"Connection": "close"}) from error
    return bytes(body)


async def _parts(request: Request, most: int) -> tuple[Part, ...]:
    """Return the parts of a form, taken in whole before they are taken apart."""
    body = await _whole(request, most)

    async def again() -> AsyncGenerator[bytes, None]:
        yield body

    parser = MultiPartParser(
        request.headers,
        again(),
        max_files=MOST_PARTS,
        max_fields=MOST_PARTS,
        max_part_size=most,
    )
    try:
        form = await parser.parse()
    except (MultiPartException, KeyError, ValueError) as error:
        problem = Problem(f"expected a well-formed form: {error}", "request")
        raise InputError([problem]) from error
    parts: list[Part] = []
    for name, value in form.multi_items():
        if isinstance(value, UploadFile):
            parts.append((name, value.filename or name, await value.read()))
        else:
            parts.append((name, None, value.encode()))
    await form.close()
    return tuple(parts)
