"""Everything the service refuses, as RFC 9457 problems, and how exceptions become them.

Which request is refused is decided elsewhere.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import asdict
from math import ceil
from typing import Any
from uuid import uuid4

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi_problem.error import StatusProblem
from fastapi_problem.handler import ExceptionHandler, add_exception_handler, new_exception_handler
from starlette.requests import Request
from starlette.responses import JSONResponse

from allocator.errors import InputError, Problem
from allocator.words import counted
from api.jobs.database import DatabaseAwayError
from api.jobs.store import KeyReusedError, NoSuchJobError

MEDIA_TYPE = "application/problem+json"
AWAY_S = 5
"""Seconds after which to try again where the database does not answer."""

_log = logging.getLogger("uvicorn.error")


class MalformedJson(StatusProblem):
    """The body is no JSON text, or one that can be read in two ways."""

    type_ = "malformed-json"
    title = "The body is not well-formed JSON"
    status = 400


class ContentTooLarge(StatusProblem):
    """The body has more bytes than the service takes."""

    type_ = "content-too-large"
    title = "The body is too large"
    status = 413


class OutOfMemory(StatusProblem):
    """The case needs more memory than a solve may take here."""

    type_ = "out-of-memory"
    title = "The case is too large for the memory of a solve"
    status = 413


class UnsupportedMediaType(StatusProblem):
    """The body is said to be neither JSON nor a form."""

    type_ = "unsupported-media-type"
    title = "The body must be JSON or a form with files"
    status = 415


class InvalidScenario(StatusProblem):
    """The scenario, or how it is to be solved, cannot be used; every reason is listed."""

    type_ = "invalid-scenario"
    title = "The scenario cannot be used"
    status = 422


class InternalError(StatusProblem):
    """Our own bug. What happened is in the log, not in the answer."""

    type_ = "internal-error"
    title = "The service failed"
    status = 500


class UnforeseenError(InternalError):
    """A bug of ours as callers see it: without the exception's words, which may hold anything."""

    def __init__(self, _said: str) -> None:
        super().__init__("this is a bug of ours; please report it with its instance")


class Unauthenticated(StatusProblem):
    """The caller did not say who it is, or not in a way that holds."""

    type_ = "unauthenticated"
    title = "A valid key or token is needed"
    status = 401


class Forbidden(StatusProblem):
    """The caller, or the page that sent it, is from elsewhere."""

    type_ = "forbidden"
    title = "The service may not be used from there"
    status = 403


class TooSlow(StatusProblem):
    """The body did not come in time."""

    type_ = "too-slow"
    title = "The body did not come in time"
    status = 408


class NoSuchJob(StatusProblem):
    """There is no such job, or it is somebody else's."""

    type_ = "no-such-job"
    title = "There is no such job"
    status = 404


class NoSuchCase(StatusProblem):
    """No case of that name comes with the package."""

    type_ = "no-such-case"
    title = "There is no such case"
    status = 404


class NotAcceptable(StatusProblem):
    """A plan is not to be had in any form that the caller takes."""

    type_ = "not-acceptable"
    title = "The plan is not to be had in that form"
    status = 406


class NotThere(StatusProblem):
    """The job has no answer, or no plan, and may never have."""

    type_ = "not-there"
    title = "The job has none"
    status = 409


class KeyReused(StatusProblem):
    """An Idempotency-Key came before, with another request."""

    type_ = "key-reused"
    title = "The Idempotency-Key was used for another request"
    status = 409


class TooMany(StatusProblem):
    """The caller asks too often, or has too many jobs."""

    type_ = "too-many"
    title = "Too many requests or jobs"
    status = 429


class Busy(StatusProblem):
    """As many jobs wait as may."""

    type_ = "busy"
    title = "The queue is full"
    status = 503


class DatabaseAway(StatusProblem):
    """The database does not answer, or cannot take anything."""

    type_ = "database-away"
    title = "The database does not answer"
    status = 503


def invalid_scenario(error: InputError) -> InvalidScenario:
    """Return the problem that lists everything wrong with the input."""
    count = len(error.problems)
    return InvalidScenario(
        f"{counted(count, 'problem')}: see errors", errors=listed(error.problems)
    )


def listed(problems: Iterable[Problem]) -> list[dict[str, Any]]:
    """Return problems as an answer lists them."""
    return [asdict(problem) for problem in problems]


def later(problem: type[StatusProblem], detail: str, seconds: float) -> StatusProblem:
    """Return a problem that passes, with when to try again."""
    # At least 1: given 0, a client would come again at once, and for ever.
    return problem(detail, headers={"Retry-After": str(max(1, ceil(seconds)))})


def handle_problems(app: FastAPI) -> ExceptionHandler:
    """Answer every exception with a problem; return what does, which also documents them."""
    handler = new_exception_handler(
        # Whatever is not foreseen is answered as well, without its words: they may hold a cell of
        # a table.
        unhandled_wrappers={"default": UnforeseenError},
        handlers={
            InputError: lambda _handler, _request, error: invalid_scenario(error),
            NoSuchJobError: lambda *_: NoSuchJob("look at GET /jobs"),
            KeyReusedError: lambda *_: KeyReused("send it with a key of its own"),
            DatabaseAwayError: lambda *_: later(DatabaseAway, "try again", AWAY_S),
        },
        post_hooks=[_identified],
        request_validation_handler=_invalid_request,
        documentation_uri_template="urn:allocator:problem:{type}",
    )
    add_exception_handler(app, handler, generic_swagger_defaults=False)
    for error in (InputError, NoSuchJobError, KeyReusedError, DatabaseAwayError):
        app.add_exception_handler(error, handler)
    return handler


def _invalid_request(
    _handler: ExceptionHandler, _request: Request, error: RequestValidationError
) -> InvalidScenario:
    """Return the problem of a header, a parameter or a place that cannot be."""
    faults = (
        Problem(fault["msg"].lower(), "request", column=str(fault["loc"][-1]))
        for fault in error.errors()
    )
    return invalid_scenario(InputError(faults))


def _identified(
    content: dict[str, Any], request: Request, response: JSONResponse
) -> tuple[dict[str, Any], JSONResponse]:
    """Give an answer an id of its own, by which a bug is found in the log."""
    # The same id is in the answer and in the log, which is all that a caller has to report.
    content |= {"instance": f"urn:uuid:{uuid4()}"}
    response.body = response.render(content)
    if content["status"] == InternalError.status:
        place = f"{request.method} {request.url.path}"
        _log.error("%s: %s, %s", place, content["title"], content["instance"])
    return content, response
