"""The service put together: settings, jobs, access, routes, documentation and problems."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from importlib import import_module
from importlib.util import find_spec

from fastapi import FastAPI, Request
from fastapi_offline import FastAPIOffline
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from allocator.errors import InputError, Problem
from allocator.studies.pool import Solver, default_solver
from allocator.version import __version__
from api.access import Access, Tokens
from api.bodies import BoundedBodies
from api.deps import Service
from api.head import HeadAsGet
from api.jobs.database import prepare_database
from api.jobs.store import Store
from api.jobs.watch import Watch
from api.jobs.worker import Worker
from api.keys import Keys
from api.limits import RequestRate, Streams
from api.metrics import Metrics
from api.openapi import document, problem_responses
from api.problems import handle_problems
from api.request_workers import RequestWorkers
from api.routes import cases, check, health, imports, jobs, studies
from api.settings import ServiceSettings

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]
PAGE = "api.page"
"""A package that puts a page for planners on the service, by its function `mount(app)`."""


def create_app(
    settings: ServiceSettings | None = None, solver: Solver = default_solver
) -> FastAPI:
    """Return the service.

    Parameters
    ----------
    settings
        Those of the environment if left out.
    solver
        What solves in the processes.

    Raises
    ------
    InputError
        If a variable of the environment does not hold what its setting may be; when the service
        starts, if the database cannot be used.
    """
    settings = settings or ServiceSettings.from_environment()

    app = FastAPIOffline(
        title="allocator",
        summary="Which unit sits on which floor of which tower",
        version=__version__,
        redoc_url=None,
        swagger_ui_parameters={"validatorUrl": None},  # else it asks an outside host
        lifespan=_open(settings, solver),
    )
    _add_routes(app)
    # The last added is the outermost: a HEAD is turned into a GET before it is counted, and a body
    # is bounded only within both, so that a refused one is counted as well.
    app.add_middleware(BoundedBodies, most_bytes=settings.max_body_bytes)
    app.add_middleware(_Counted)
    app.add_middleware(HeadAsGet)
    app.openapi = document(app, settings)  # type: ignore[method-assign]
    return app


def _open(settings: ServiceSettings, solver: Solver) -> Lifespan:
    """Return what opens the service when it starts, and closes it when it stops.

    The database is prepared first, as everything else asks it. With `concurrent_solves` 0 this
    process only answers; other processes (`allocator worker`) then carry out the jobs.
    """

    @asynccontextmanager
    async def opened(app: FastAPI) -> AsyncIterator[None]:
        await run_in_threadpool(prepare_database, settings.database_url)
        service = _service(settings)
        app.state.service = service
        worker = Worker(settings, service.metrics, solver) if settings.concurrent_solves else None
        # Started with the service: a first request must not wait for three Python processes to
        # begin.
        service.workers.start()
        if worker:
            await run_in_threadpool(worker.open)
        try:
            yield
        finally:
            # What still asks the database goes first and the database last, so that nothing asks
            # in vain.
            await service.watch.close()
            if worker:
                await run_in_threadpool(worker.close)
            await run_in_threadpool(service.workers.close)
            service.store.close()

    return opened


def _service(settings: ServiceSettings) -> Service:
    """Put together what requests share; it starts no process and asks no database yet."""
    store = Store(settings.database_url)
    return Service(
        settings=settings,
        store=store,
        watch=Watch(store),
        workers=RequestWorkers(settings),
        access=Access(Keys(store.engine), _tokens(settings)),
        rate=RequestRate(settings),
        streams=Streams(settings),
        metrics=Metrics(),
    )


def _tokens(settings: ServiceSettings) -> Tokens | None:
    """Return what recognises tokens of an issuer, if one is set; its library is an extra."""
    if not settings.oidc_issuer:
        return None
    try:
        from api.oidc import issued_tokens  # noqa: PLC0415 - an extra
    except ImportError as error:
        wanted = "expected the extra oidc: pip install 'allocator[oidc]'"
        raise InputError([Problem(wanted, "ALLOCATOR_OIDC_ISSUER")]) from error
    return issued_tokens(settings)


def _add_routes(app: FastAPI) -> None:
    """Add all routes, each with the problems that it may answer with, for the documentation."""
    handler = handle_problems(app)
    asked = problem_responses(handler, 401, 403, 422, 429, 500, 503)
    sent = problem_responses(handler, 400, 408, 413, 415)
    app.include_router(studies.router(asked | sent | problem_responses(handler, 409)))
    app.include_router(check.router(asked | sent))
    app.include_router(imports.router(asked | sent))
    app.include_router(jobs.router(asked | problem_responses(handler, 404, 406, 409, 413)))
    app.include_router(cases.router(asked | problem_responses(handler, 404)))
    app.include_router(health.router(asked))
    # Found by its name: an installation without the page still serves, and sends / to the
    # documentation.
    mount = getattr(import_module(PAGE), "mount", None) if find_spec(PAGE) else None
    if mount:
        mount(app)
    else:
        app.add_api_route("/", _to_documentation, include_in_schema=False)


def _to_documentation(request: Request) -> RedirectResponse:
    """Send a browser to the documentation, also behind a proxy that serves this under a path."""
    return RedirectResponse(f"{request.scope.get('root_path', '')}/docs")


class _Counted:
    """Counts requests by the route that answered them."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def counting(message: Message) -> None:
            if message["type"] == "http.response.start":
                # The template of the route, not the path: paths hold job ids and would make a
                # series each.
                route = getattr(scope.get("route"), "path", "none")
                service: Service = scope["app"].state.service
                service.metrics.answered(route, scope["method"], message["status"])
            await send(message)

        await self._app(scope, receive, counting)
