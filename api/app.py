"""The service put together: settings, solver, routes, documentation and problems."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from fastapi import FastAPI, Request
from fastapi_offline import FastAPIOffline
from starlette.requests import ClientDisconnect
from starlette.responses import RedirectResponse, Response

from allocator import __version__
from api.deps import Solver
from api.openapi import document, problem_responses
from api.problems import handle_problems
from api.routes import allocate, health
from api.settings import ServiceSettings
from api.solving import pool_solver

OpenSolver = Callable[[ServiceSettings], AbstractAsyncContextManager[Solver]]
CLIENT_GONE = 499
"""Status of an answer that nobody hears: for the log alone."""


def create_app(
    settings: ServiceSettings | None = None, open_solver: OpenSolver = pool_solver
) -> FastAPI:
    """Return the service.

    Parameters
    ----------
    settings
        Those of the environment if left out.
    open_solver
        Opens what solves, when the service starts, and closes it when it stops.

    Raises
    ------
    InputError
        If a variable of the environment does not hold what its setting may be.
    """
    settings = settings or ServiceSettings.from_environment()

    @asynccontextmanager
    async def opened(app: FastAPI) -> AsyncIterator[None]:
        async with open_solver(settings) as app.state.solver:
            yield

    app = FastAPIOffline(
        title="allocator",
        summary="Which unit sits on which floor of which tower",
        version=__version__,
        redoc_url=None,
        swagger_ui_parameters={"validatorUrl": None},  # else it asks an outside host
        lifespan=opened,
    )
    app.state.settings = settings
    handler = handle_problems(app)
    app.include_router(allocate.router(problem_responses(handler)))
    app.include_router(health.router)
    app.add_api_route("/", _to_documentation, include_in_schema=False)
    app.add_exception_handler(ClientDisconnect, _unheard)
    app.openapi = document(app, settings)  # type: ignore[method-assign]
    return app


def _to_documentation(request: Request) -> RedirectResponse:
    return RedirectResponse(f"{request.scope.get('root_path', '')}/docs")


def _unheard(_request: Request, _error: Exception) -> Response:
    return Response(status_code=CLIENT_GONE)
