"""`POST /allocate` and the other studies: a request in; its answer out, or a job that goes on."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from fastapi import APIRouter, Header, Request
from fastapi_problem.error import StatusProblem
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from api.deps import Caller, InService, SentBody, Service
from api.jobs.new_job import NewJob
from api.jobs.records import JobRecord, Kind, State
from api.limits import room_for_a_job
from api.openapi import STUDIES, Responses, request_body
from api.problems import InternalError, NotThere, OutOfMemory
from api.requests import ParsedRequest

LONGEST_WAIT_S = 60.0
AROUND_S = 5.0
"""Seconds beyond a time limit that an answer is waited for, unless the caller says otherwise."""
_WAIT = re.compile(r"\bwait=(\d+(?:\.\d+)?)")
_ASYNC = re.compile(r"\brespond-async\b")
Answering = Callable[..., Awaitable[Response]]


def router(refusals: Responses) -> APIRouter:
    """Return the routes, documented with what they answer to what they refuse."""
    routes = APIRouter(tags=["studies"])
    for kind in Kind:
        shown = STUDIES[kind.value]
        routes.post(
            f"/{kind.value}",
            operation_id=kind.value,
            summary=shown.summary,
            description=shown.description,
            response_class=JSONResponse,
            responses=shown.answers | refusals,
            openapi_extra={"requestBody": request_body(kind.value)},
        )(_study(kind))
    return routes


def _study(kind: Kind) -> Answering:
    async def study(
        request: Request,
        service: InService,
        caller: Caller,
        body: SentBody,
        prefer: str = Header(default=""),
        idempotency_key: str | None = Header(default=None, max_length=255),
    ) -> Response:
        parsed = await service.workers.read(kind.value, body)
        job_id = await run_in_threadpool(_accept, service, caller, parsed, idempotency_key)
        wait_s = wait_of(prefer, parsed, kind)
        is_over = wait_s > 0 and await service.watch.is_over_within(job_id, wait_s)
        if not is_over:
            job = await run_in_threadpool(service.store.get, caller, job_id)
            return accepted(job)
        return await run_in_threadpool(answer_of, service, caller, job_id)

    return study


def wait_of(prefer: str, parsed: ParsedRequest, kind: Kind) -> float:
    """Return for how many seconds to wait for the answer (RFC 7240)."""
    if _ASYNC.search(prefer):
        return 0.0
    wanted = _WAIT.search(prefer)
    usual_s = LONGEST_WAIT_S if kind.is_parent else parsed.time_limit_s + AROUND_S
    return min(float(wanted[1]) if wanted else usual_s, LONGEST_WAIT_S)


def _accept(service: Service, caller: str, parsed: ParsedRequest, again: str | None) -> str:
    """Keep the job, and return its id; of a retry, that of the job there is."""
    job = NewJob(
        kind=Kind(parsed.kind),
        owner=caller,
        request=parsed.request,
        sha256=parsed.sha256,
        name=parsed.name,
        time_limit_s=parsed.time_limit_s,
        again=again,
    )
    return service.store.accept(job, room_for_a_job(service.settings))


def accepted(job: JobRecord) -> Response:
    """Return the answer that a job goes on."""
    return JSONResponse(
        job.model_dump(mode="json"), status_code=202, headers={"Location": job.links.self}
    )


def answer_of(service: Service, caller: str, job_id: str) -> Response:
    """Return the answer of a job that is over.

    Raises
    ------
    NotThere
        If it has none.
    """
    job = service.store.get(caller, job_id)
    answer = service.store.answer(job_id)
    if answer is None:
        rows = service.store.rows(job_id) if job.kind.is_parent and job.state.is_over else []
        raise without_answer(job, rows)
    text = answer.get("result") or answer["plan"]
    headers = {"Content-Location": job.links.result}
    return Response(text, media_type="application/json", headers=headers)


def without_answer(job: JobRecord, rows: Sequence[dict[str, Any]]) -> StatusProblem:
    """Return the problem of a job that has no answer, with the rows that one of children has."""
    kept: dict[str, Any] = {"rows": rows} if rows else {}
    if job.state is not State.FAILED:
        return NotThere(f"the job is {job.state}", **kept)
    if "memory" in (job.reason or ""):
        return OutOfMemory(job.reason)
    return InternalError(job.reason, **kept)
