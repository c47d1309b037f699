"""The page's addresses: the document, its files, and the tasks that its scripts ask for."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib import metadata, resources
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Form, Request
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from allocator.plan.stack_colours import COLOURINGS
from allocator.texts import LANGUAGES, texts
from api.access import COOKIE
from api.clerk import CLERKS
from api.deps import Body, Caller, InService
from api.problems import Forbidden, NoSuchCase

if TYPE_CHECKING:
    from allocator.search.progress import OnProgress, ShouldStop
    from allocator.studies.pool import Solver

router = APIRouter(include_in_schema=False)

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
UNCHANGING = {"Cache-Control": "public, max-age=31536000, immutable"}
LANGUAGE_COOKIE = "allocator_language"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MEDIA_TYPES = {
    "js": "text/javascript; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "svg": "image/svg+xml",
    "ttf": "font/ttf",
    "png": "image/png",
    "pdf": "application/pdf",
    "xlsx": SHEET,
}
VEGA = "vega.js"
SECONDS = 60.0
"""That a clerk has for one task."""


@dataclass(frozen=True)
class Asked:
    """A task of the page, for a clerk's process."""

    task: str
    body: Any
    time_limit_s: float = SECONDS

    def run(self, _solver: Solver, _tell: OnProgress, _stop: ShouldStop) -> Any:
        """Return the answer."""
        from api.page import tasks, uploads  # noqa: PLC0415 - in a process

        if self.task == "read":
            return uploads.read(self.body)
        return tasks.TASKS[self.task](tasks.document_of(self.body))


@router.get("/")
async def index(request: Request, lang: str | None = None) -> HTMLResponse:
    """Return the page in the language asked for, else in the browser's."""
    _warm_up(request)
    language = lang if lang in LANGUAGES else _language(request)
    html = await run_in_threadpool(_index, language, request.scope.get("root_path", ""))
    answer = HTMLResponse(html, headers=HEADERS | {"Vary": "Accept-Language, Cookie"})
    if lang in LANGUAGES:
        answer.set_cookie(LANGUAGE_COOKIE, language, samesite="strict", max_age=31536000)
    return answer


@router.get("/favicon.ico")
async def favicon() -> Response:
    """Return the sign of the page."""
    return Response(_file("sign.svg"), media_type=MEDIA_TYPES["svg"], headers=UNCHANGING)


@router.get("/page/files/{version}/{name}")
async def file(version: str, name: str) -> Response:
    """Return a script, a style or a font; its address changes when the files do."""
    content = await run_in_threadpool(_vega if name == VEGA else _file, *_args(name))
    headers = HEADERS | (UNCHANGING if version == _version() else {"Cache-Control": "no-store"})
    return Response(
        content, media_type=MEDIA_TYPES[name.rsplit(".", maxsplit=1)[-1]], headers=headers
    )


@router.get("/page/template.xlsx")
async def template_workbook(lang: str = LANGUAGES[0]) -> Response:
    """Return the workbook to begin from, its instructions in a language."""
    from allocator.scenario.template import template  # noqa: PLC0415 - seldom asked for

    content = await run_in_threadpool(template, lang if lang in LANGUAGES else LANGUAGES[0])
    named = {"Content-Disposition": 'attachment; filename="template.xlsx"'}
    return Response(content, media_type=SHEET, headers=named)


@router.get("/page/curve")
async def curve(lang: str = LANGUAGES[0]) -> JSONResponse:
    """Return the picture of progress, with no points yet."""
    return JSONResponse(await run_in_threadpool(_curve, lang))


@router.post("/page/key")
async def take_key(request: Request, key: Annotated[str, Form()]) -> Response:
    """Keep a key in a cookie that scripts cannot read; other sites cannot hand one in."""
    origin = request.headers.get("origin")
    if origin is not None and origin.split("://")[-1] != request.headers.get("host"):
        raise Forbidden("hand the key in on the page itself")
    home = RedirectResponse(f"{request.scope.get('root_path', '')}/", status_code=303)
    secure = request.url.scheme == "https"
    home.set_cookie(COOKIE, key.strip(), httponly=True, samesite="strict", secure=secure)
    return home


@router.post("/page/{task}")
async def ask(task: str, service: InService, _caller: Caller, body: Body) -> Response:
    """Do a task of `tasks` in a clerk's process."""
    if task not in TASK_NAMES or (task == "read") != isinstance(body, tuple):
        raise NoSuchCase("no such task of the page")
    answer = await service.clerks.do(Asked(task, body))
    if isinstance(answer, bytes):
        return Response(answer, media_type="application/octet-stream")
    return JSONResponse(answer)


TASK_NAMES = frozenset(
    {"read", "case", "look", "stack", "window", "report", "picture", "placements"}
)


def _warm_up(request: Request) -> None:
    """Let the clerks load what pictures need while the page is read, once."""
    state = request.app.state
    if hasattr(state, "service") and not hasattr(state, "warming"):
        from allocator.scenario.template import EXAMPLE  # noqa: PLC0415 - seldom asked for

        body = json.dumps({"scenario": EXAMPLE}).encode()
        clerks = state.service.clerks
        state.warming = asyncio.gather(
            *(asyncio.ensure_future(clerks.do(Asked("stack", body))) for _ in range(CLERKS)),
            return_exceptions=True,
        )


def _args(name: str) -> tuple[str, ...]:
    return () if name == VEGA else (name,)


def _language(request: Request) -> str:
    kept = request.cookies.get(LANGUAGE_COOKIE)
    if kept in LANGUAGES:
        return str(kept)
    wanted = request.headers.get("accept-language", "").split(",")
    tongues = (part.split(";")[0].strip().split("-")[0].lower() for part in wanted)
    return next((tongue for tongue in tongues if tongue in LANGUAGES), LANGUAGES[0])


@cache
def _index(language: str, root: str) -> str:
    loader = PackageLoader("api.page")
    pages = Environment(
        loader=loader, autoescape=select_autoescape(default=True), undefined=StrictUndefined
    )
    say = texts(language)
    return pages.get_template("index.html.j2").render(
        say=say,
        language=language,
        languages=LANGUAGES,
        root=root,
        files=f"{root}/page/files/{_version()}",
        colourings=COLOURINGS,
        texts=_embedded(say.all),
    )


def _embedded(document: Any) -> str:
    """Return JSON that ends no script element, whatever is in it."""
    return json.dumps(document, ensure_ascii=False).replace("<", "\\u003c")


@cache
def _file(name: str) -> bytes:
    folder = resources.files("api.page") / "static"
    if name not in {each.name for each in folder.iterdir()}:
        raise NoSuchCase("no such file of the page")
    return (folder / name).read_bytes()


@cache
def _vega() -> bytes:
    import vl_convert  # noqa: PLC0415 - slow to import

    return str(vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")).encode()


@cache
def _version() -> str:
    """Return a name for the files as they are now."""
    told = sha256(metadata.version("vl-convert-python").encode())
    folder = resources.files("api.page") / "static"
    for each in sorted(folder.iterdir(), key=lambda entry: entry.name):
        told.update(each.read_bytes())
    return told.hexdigest()[:16]


@cache
def _curve(language: str) -> dict[str, Any]:
    from allocator.report.charts import curve_chart  # noqa: PLC0415 - slow to import

    specification: dict[str, Any] = curve_chart(
        (), texts(language), width=760, height=300
    ).to_dict(validate=False)
    return specification
