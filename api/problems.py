"""Everything the service refuses, as RFC 9457 problems, and how exceptions become them.

Which request is refused is decided elsewhere.
"""

from __future__ import annotations

import logging
from dataclasses import asdict
from typing import Any
from uuid import uuid4

from fastapi import FastAPI
from fastapi_problem.error import StatusProblem
from fastapi_problem.handler import ExceptionHandler, add_exception_handler, new_exception_handler
from starlette.requests import Request
from starlette.responses import JSONResponse

from allocator.errors import InputError

MEDIA_TYPE = "application/problem+json"

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
    """The body is not said to be JSON."""

    type_ = "unsupported-media-type"
    title = "The body must be JSON"
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
    """A bug of ours as it is told: without the exception's words, which may hold anything."""

    def __init__(self, _said: str) -> None:
        super().__init__("this is a bug of ours; please report it with its instance")


class Busy(StatusProblem):
    """Every process solves, and as many requests wait as may."""

    type_ = "busy"
    title = "All solvers are busy"
    status = 503


def malformed_json(error: InputError) -> MalformedJson:
    """Return the problem of a body that is no JSON, or that gives a key twice."""
    return MalformedJson(str(error), errors=_listed(error))


def invalid_scenario(error: InputError) -> InvalidScenario:
    """Return the problem that lists everything wrong with the input."""
    count = len(error.problems)
    found = "1 problem" if count == 1 else f"{count:,} problems"
    return InvalidScenario(f"{found}: see errors", errors=_listed(error))


def _listed(error: InputError) -> list[dict[str, Any]]:
    return [asdict(problem) for problem in error.problems]


def handle_problems(app: FastAPI) -> ExceptionHandler:
    """Answer every exception with a problem; return what does, which also documents them."""
    handler = new_exception_handler(
        unhandled_wrappers={"default": UnforeseenError},
        handlers={InputError: lambda _handler, _request, error: invalid_scenario(error)},
        post_hooks=[_identified],
        documentation_uri_template="urn:allocator:problem:{type}",
    )
    add_exception_handler(app, handler, generic_swagger_defaults=False)
    app.add_exception_handler(InputError, handler)
    return handler


def _identified(
    content: dict[str, Any], request: Request, response: JSONResponse
) -> tuple[dict[str, Any], JSONResponse]:
    """Give an answer an id of its own, by which a bug is found in the log."""
    content |= {"instance": f"urn:uuid:{uuid4()}"}
    response.body = response.render(content)
    if content["status"] == InternalError.status:
        place = f"{request.method} {request.url.path}"
        _log.error("%s: %s, %s", place, content["title"], content["instance"])
    return content, response
