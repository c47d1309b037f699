"""`/jobs`: what became of a request, also while it happens, and its plan in any form."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Path, Query, Request
from pydantic import BaseModel, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from allocator.plan.tables import unfit
from api import tables
from api.deps import Caller, InService, Service
from api.forms import MEDIA_TYPES
from api.jobs.database import DatabaseAwayError
from api.jobs.records import JobRecord, Kind, Label, State
from api.jobs.store import NoSuchJobError
from api.openapi import Responses
from api.problems import NotAcceptable, NotThere, Unauthenticated
from api.request_tasks import Drawing
from api.routes.studies import answer_of
from api.tables import MEDIA_TYPES as TABLE_TYPES

LOOK_S = 0.25
ALIVE_S = 15.0
"""How often a stream with nothing to tell says that it is alive."""
_WEIGHT = re.compile(r"\d(\.\d{0,9})?", re.ASCII)
_LABEL_BODY = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": Label.model_json_schema()}},
    }
}
JobId = Annotated[str, Path()]
"""Whatever it looks like: what is no id names no job."""
Language = Literal["en", "id"]
"""Of the words in a plan's files."""
OWNER_S = 0.5
"""How often a stream asks whether its caller is still one."""


class Jobs(BaseModel):
    """A page of jobs, newest first; `before` takes next for the page after it, null at the end."""

    jobs: list[JobRecord]
    next: str | None


def router(refusals: Responses) -> APIRouter:
    """Return the routes, documented with what they answer to what they refuse."""
    routes = APIRouter(prefix="/jobs", tags=["jobs"], responses=refusals)
    events: Responses = {200: {"content": {"text/event-stream": {}}, "description": "Events"}}
    tabled: Responses = {
        200: {"content": {kind: {} for kind in TABLE_TYPES.values()}, "description": "The table"}
    }
    stops: Responses = {202: {"model": JobRecord, "description": "It will stop soon"}}
    shown: tuple[tuple[str, str, Callable[..., Any], str, Responses], ...] = (
        ("GET", "", list_jobs, "Jobs of the caller", {}),
        ("GET", "/{job_id}", get_job, "How far a job is", {}),
        ("PUT", "/{job_id}/label", label_job, "Name a job, pin it, or put it away", {}),
        ("DELETE", "/{job_id}", stop_job, "Stop a job, keeping its best plan", stops),
        ("GET", "/{job_id}/events", job_events, "Better plans as they come", events),
        ("GET", "/{job_id}/result", job_result, "The answer of a job that is over", {}),
        ("GET", "/{job_id}/scenario", job_scenario, "The scenario as it was accepted", {}),
        ("GET", "/{job_id}/plan", job_plan, "The plan, in the form of Accept", _forms()),
        ("GET", "/{job_id}/plan.{form}", job_plan_file, "The plan, as a file", _forms()),
        (
            "GET",
            "/{job_id}/table.{form}",
            job_table,
            "The answer as a table",
            tabled,
        ),
    )
    for method, path, answer, summary, responses in shown:
        routes.add_api_route(
            path,
            answer,
            methods=[method],
            operation_id=answer.__name__,
            summary=summary,
            responses=responses,
            response_class=StreamingResponse if answer is job_events else JSONResponse,
            openapi_extra=_LABEL_BODY if answer is label_job else None,
        )
    return routes


def _forms() -> Responses:
    """Return how the forms of a plan are documented."""
    content: dict[str, Any] = {media_type: {} for media_type in MEDIA_TYPES.values()}
    return {200: {"content": content, "description": "The plan"}}


async def list_jobs(
    service: InService,
    caller: Caller,
    kind: Kind | None = None,
    state: State | None = None,
    before: Annotated[str | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Jobs:
    """Return the jobs that the caller handed in, newest first."""
    found = await run_in_threadpool(
        service.store.list, caller, kind=kind, state=state, before=before, limit=limit
    )
    jobs = list(found)
    return Jobs(jobs=jobs, next=jobs[-1].id if len(jobs) == limit else None)


async def get_job(service: InService, caller: Caller, job_id: JobId) -> JobRecord:
    """Return a job: its state, and how good the best plan so far is."""
    return await run_in_threadpool(service.store.get, caller, job_id)


async def label_job(
    request: Request, service: InService, caller: Caller, job_id: JobId
) -> JobRecord:
    """Keep what the caller says of a job: it takes the place of what was said before."""
    try:
        label = Label.model_validate_json(await request.body())
    except ValidationError as error:
        raise unfit(error, "request") from error
    return await run_in_threadpool(service.store.describe, caller, job_id, label)


async def stop_job(service: InService, caller: Caller, job_id: JobId) -> Response:
    """Cancel a job that waits; tell one that runs to end with its best plan."""
    job = await run_in_threadpool(service.store.get, caller, job_id)
    if not job.state.is_over:
        await run_in_threadpool(service.store.stop, job_id)
        job = await run_in_threadpool(service.store.get, caller, job_id)
    status = 200 if job.state.is_over else 202
    return JSONResponse(job.model_dump(mode="json"), status_code=status)


async def job_result(service: InService, caller: Caller, job_id: JobId) -> Response:
    """Return what POST would have answered."""
    return await run_in_threadpool(answer_of, service, caller, job_id)


async def job_scenario(service: InService, caller: Caller, job_id: JobId) -> Response:
    """Return the scenario, ready to be sent again."""
    await run_in_threadpool(service.store.get, caller, job_id)
    return JSONResponse(await run_in_threadpool(service.store.scenario, job_id))


async def job_plan(
    service: InService,
    caller: Caller,
    job_id: JobId,
    accept: str = Header(default="*/*"),
    lang: Language = "en",
) -> Response:
    """Return the plan in the first form that Accept names and the service has."""
    return await _plan(service, caller, job_id, form_of(accept), lang)


async def job_plan_file(
    service: InService,
    caller: Caller,
    job_id: JobId,
    form: Annotated[str, Path(pattern=f"^({'|'.join(MEDIA_TYPES)})$")],
    lang: Language = "en",
) -> Response:
    """Return the plan as a file."""
    return await _plan(service, caller, job_id, form, lang)


async def job_table(
    service: InService,
    caller: Caller,
    job_id: JobId,
    form: Annotated[str, Path(pattern=f"^({'|'.join(TABLE_TYPES)})$")],
) -> Response:
    """Return the answer's own table, or all its tables as a workbook."""
    answer = await run_in_threadpool(answer_of, service, caller, job_id)
    content = await run_in_threadpool(tables.formed, form, json.loads(bytes(answer.body)))
    if content is None:
        raise NotThere("the answer of this job has no table")
    headers = {
        "Content-Disposition": f'attachment; filename="table-{job_id[:8]}.{form}"',
        "X-Content-Type-Options": "nosniff",
    }
    return Response(content, media_type=TABLE_TYPES[form], headers=headers)


def form_of(accept: str) -> str:
    """Return the form that an Accept header wants most (RFC 9110), of several the first.

    Raises
    ------
    NotAcceptable
        If it wants none that there is.
    """
    wanted: list[tuple[float, str]] = []
    for part in accept.split(","):
        media_type, *parameters = (piece.strip().lower() for piece in part.split(";"))
        weight = next((p[2:] for p in parameters if p.startswith("q=")), "1")
        # A weight that is none counts as 0, which is "not at all": better than a guess.
        wanted.append((-float(weight) if _WEIGHT.fullmatch(weight) else 0.0, media_type))
    for less, media_type in sorted(wanted, key=lambda pair: pair[0]):
        for form, offered in MEDIA_TYPES.items():
            family = offered.split("/")[0] + "/*"
            if less < 0 and media_type in ("*/*", offered, family):
                return form
    raise NotAcceptable(f"there are {', '.join(MEDIA_TYPES.values())}")


async def _plan(
    service: InService, caller: str, job_id: str, form: str, language: str
) -> Response:
    """Return a plan in a form: JSON as it is kept, anything else drawn in a request worker."""
    job = await run_in_threadpool(service.store.get, caller, job_id)
    answer = await run_in_threadpool(service.store.answer, job_id) or {}
    text = answer.get("plan")
    if text is None:
        raise NotThere(f"the job is {job.state} and has no plan")
    if form == "json":
        return Response(text, media_type=MEDIA_TYPES[form])
    # There is a document, which says why nothing fits, but nothing to draw.
    if json.loads(text)["objective"]["total"] is None:
        raise NotThere(f"there is no plan: {job.status}")
    scenario = await run_in_threadpool(service.store.scenario, job_id)
    scenario |= answer.get("changes", {})
    content = await service.workers.do(Drawing(form, scenario, text, language), caller)
    shown = "inline" if form in ("svg", "png", "pdf") else "attachment"
    headers = {
        "Content-Disposition": f'{shown}; filename="plan-{job_id[:8]}.{form}"',
        # An SVG opened by itself is a document: whatever a name in it holds must not run.
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(content, media_type=MEDIA_TYPES[form], headers=headers)


async def job_events(
    request: Request,
    service: InService,
    caller: Caller,
    job_id: JobId,
    last_event_id: str = Header(default="0"),
) -> StreamingResponse:
    """Tell every better plan, and at the end the job; after Last-Event-ID, what came since."""
    await run_in_threadpool(service.store.get, caller, job_id)
    # A browser sends it by itself when it connects again. What is no number of ours begins anew.
    after = int(last_event_id) if last_event_id.isdecimal() and len(last_event_id) < 10 else 0
    return _EventStream(service, caller, _events(request, service, caller, job_id, after))


class _EventStream(StreamingResponse):
    """Events while they come, counted as long as somebody hears them."""

    def __init__(self, service: Service, caller: str, events: AsyncIterator[str]) -> None:
        service.streams.open(caller)
        # nginx would hold events back until it has a buffer full of them.
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        super().__init__(events, media_type="text/event-stream", headers=headers)
        self._end = partial(service.streams.close, caller)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._end()


async def _events(
    request: Request, service: InService, caller: str, job_id: str, after: int
) -> AsyncIterator[str]:
    quiet_s, owned_s = 0.0, 0.0
    while True:  # until the caller has gone, which cancels
        try:
            owned_s += LOOK_S
            if owned_s >= OWNER_S:
                owned_s = 0.0
                await service.access.owner(request)
            job = await run_in_threadpool(service.store.get, caller, job_id)
            events = await run_in_threadpool(service.store.events, job_id, after)
        except (DatabaseAwayError, Unauthenticated, NoSuchJobError):
            return  # the client comes back, with the last id it heard, if it still may
        for number, event in events:
            after = number
            yield _event(event["event"], event["data"], number)
        if job.state.is_over:
            yield _event("end", job.model_dump(mode="json"))
            return
        quiet_s = 0.0 if events else quiet_s + LOOK_S
        if quiet_s >= ALIVE_S:
            quiet_s = 0.0
            yield ": alive\n\n"
        await asyncio.sleep(LOOK_S)


def _event(name: str, data: object, number: int | None = None) -> str:
    head = "" if number is None else f"id: {number}\n"
    return f"{head}event: {name}\ndata: {json.dumps(data)}\n\n"
