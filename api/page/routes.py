"""The page's addresses: the document, its files, and the tasks that its scripts ask for."""

from __future__ import annotations

import asyncio
import gzip
import json
from functools import cache, partial
from hashlib import sha256
from importlib import metadata, resources
from typing import Any
from urllib.parse import parse_qs

from fastapi import APIRouter, Request
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from allocator.errors import InputError, Problem
from allocator.plan.stack_colours import COLOURINGS
from allocator.texts import LANGUAGES, texts
from api.access import COOKIE, could_be_key, own_page_only
from api.bodies import FORM, media_type_of
from api.deps import Caller, InService, SentBody, Service
from api.importing import TIME_LIMIT_S
from api.jobs.records import JobRecord, Kind
from api.problems import ContentTooLarge, NoSuchCase
from api.request_tasks import DRAWING_S, Asked
from api.requests import USUAL_TIME_LIMIT_S
from api.settings import ServiceSettings

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
JOBS_LOOKED_AT = 200
"""Latest jobs among which that with the newest inputs of a case is looked for."""
LONGEST_KEY = 1_000
"""Bytes of a form with a key, which anybody may send."""


@router.get("/")
async def index(request: Request, lang: str | None = None) -> HTMLResponse:
    """Return the page in the language asked for, else in the browser's."""
    _warm_up(request)
    language = lang if lang in LANGUAGES else _language(request)
    root, most_s = request.scope.get("root_path", ""), _most_s(request)
    html = await run_in_threadpool(_index, language, root, most_s)
    # A cache between us and the browser must keep the page of each language apart.
    answer = HTMLResponse(html, headers=HEADERS | {"Vary": "Accept-Language, Cookie"})
    if lang in LANGUAGES:
        answer.set_cookie(LANGUAGE_COOKIE, language, samesite="strict", max_age=31536000)
    return answer


@router.get("/favicon.ico")
async def favicon() -> Response:
    """Return the sign of the page."""
    return Response(_file("sign.svg"), media_type=MEDIA_TYPES["svg"], headers=UNCHANGING)


@router.get("/page/files/{version}/{name}")
async def file(request: Request, version: str, name: str) -> Response:
    """Return a script, a style or a picture; its address changes when the files do."""
    content = await run_in_threadpool(_vega if name == VEGA else _file, *_args(name))
    # An old page in a browser may ask by an old address; what it gets must not be kept under that.
    headers = HEADERS | (UNCHANGING if version == _version() else {"Cache-Control": "no-store"})
    if "gzip" in request.headers.get("accept-encoding", ""):
        # Packed once and kept: the library of pictures is large.
        content = await run_in_threadpool(_packed, name)
        headers |= {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
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


@router.get("/page/outdated/{job_id}")
async def outdated(job_id: str, service: InService, caller: Caller) -> JSONResponse:
    """Return how many units have another headcount in the inputs of this case handed in last."""
    units = await run_in_threadpool(_outdated_units, service, caller, job_id)
    return JSONResponse({"outdated_units": units})


@router.post("/page/key")
async def take_key(request: Request) -> Response:
    """Keep a key in a cookie that scripts cannot read; other sites cannot hand one in."""
    own_page_only(request)
    key = await _sent_key(request)
    home = RedirectResponse(f"{request.scope.get('root_path', '')}/", status_code=303)
    secure = request.url.scheme == "https"
    # The key is not looked up here: a wrong one shows at the next request, and cannot be tried
    # out.
    home.set_cookie(COOKIE, key, httponly=True, samesite="strict", secure=secure)
    return home


def _outdated_units(service: Service, caller: str, job_id: str) -> int:
    """Count units that have another headcount in the newest inputs of the same case."""
    job = service.store.get(caller, job_id)
    case = job.label.about.get("case")
    made = service.store.list(caller, kind=Kind.ALLOCATE, limit=JOBS_LOOKED_AT)
    newest = next(
        (one for one in made if one.label.about.get("case") == case and not _is_derived(one)), job
    )
    if not case or newest.created_at <= job.created_at:
        return 0
    then, now = (_headcounts(service.store.scenario(each)) for each in (job_id, newest.id))
    return sum(then.get(unit) != now.get(unit) for unit in then | now)


def _is_derived(job: JobRecord) -> bool:
    """Whether a job was made from a plan or a way out: its headcounts are somebody's trial."""
    return any(job.label.about.get(key) for key in ("base", "failed"))


def _headcounts(scenario: dict[str, Any]) -> dict[tuple[str, str | None], int]:
    """Return the headcounts of a scenario by unit and scheme."""
    rows = scenario.get("headcounts") or ()
    return {(row["unit_id"], row.get("scheme")): row["headcount"] for row in rows}


async def _sent_key(request: Request) -> str:
    """Return the key in a form; read piece by piece, as anybody may send one of any length."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > LONGEST_KEY:
            raise ContentTooLarge(f"at most {LONGEST_KEY:,} bytes")
    sent = parse_qs(body.decode("latin-1")).get("key", [""])[0].strip()
    if not could_be_key(sent):
        raise InputError([Problem("expected a key", "request", column="key")])
    return sent


@router.post("/page/{task}")
async def ask(task: str, service: InService, _caller: Caller, body: SentBody) -> Response:
    """Let a request worker do a task of `tasks`."""
    # Files come as a form and only to `read`; all other tasks take JSON.
    if task not in TASK_NAMES or (task == "read") != (media_type_of(body.request) == FORM):
        raise NoSuchCase("no such task of the page")
    limit_s = TIME_LIMIT_S if task == "read" else DRAWING_S
    answer = await service.workers.do_with(body, partial(Asked, task, time_limit_s=limit_s))
    if isinstance(answer, bytes):
        return Response(answer, media_type="application/octet-stream")
    return JSONResponse(answer)


TASK_NAMES = frozenset(
    {
        "read",
        "case",
        "look",
        "stack",
        "study",
        "wave",
        "frame",
        "changed",
        "said",
        "report",
        "picture",
        "placements",
    }
)


def _warm_up(request: Request) -> None:
    """Let the processes load what pictures need while the page is read, once."""
    state = request.app.state
    if hasattr(state, "service") and not hasattr(state, "warming"):
        from allocator.scenario.template import EXAMPLE  # noqa: PLC0415 - seldom asked for

        body = json.dumps({"scenario": EXAMPLE}).encode()
        state.warming = asyncio.create_task(_warmed(state.service, body))


async def _warmed(service: Service, body: bytes) -> None:
    """Let every request worker load what pictures and verdicts need."""
    for task in ("stack", "look"):
        await service.workers.warm_up(Asked(task, body))


def _args(name: str) -> tuple[str, ...]:
    return () if name == VEGA else (name,)


def _language(request: Request) -> str:
    """Return the language of the page: the one kept, else the browser's first that there is."""
    kept = request.cookies.get(LANGUAGE_COOKIE)
    if kept in LANGUAGES:
        return str(kept)
    wanted = request.headers.get("accept-language", "").split(",")
    tongues = (part.split(";")[0].strip().split("-")[0].lower() for part in wanted)
    return next((tongue for tongue in tongues if tongue in LANGUAGES), LANGUAGES[0])


def _most_s(request: Request) -> int:
    """Return the seconds that a solve may be given here; the page can stand alone."""
    service = getattr(request.app.state, "service", None)
    settings = service.settings if service else ServiceSettings()
    return max(1, int(settings.max_time_limit_s))


@cache
def _index(language: str, root: str, most_s: int) -> str:
    """Return the page in a language, made once and kept."""
    # StrictUndefined: a sentence that is missing must fail in a test, not show as nothing.
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
        cases=tuple(key[5:] for key in say.all if key.startswith("case.") and "_" not in key),
        most_s=most_s,
        usual_s=int(min(USUAL_TIME_LIMIT_S, most_s)),
        texts=_embedded(say.all),
    )


def _embedded(document: Any) -> str:
    """Return JSON that ends no script element, whatever is in it."""
    return json.dumps(document, ensure_ascii=False).replace("<", "\\u003c")


@cache
def _file(name: str) -> bytes:
    """Return a file of the page. Only names in the folder do, so that no path leads out of it."""
    folder = resources.files("api.page") / "static"
    if name not in {each.name for each in folder.iterdir()}:
        raise NoSuchCase("no such file of the page")
    return (folder / name).read_bytes()


@cache
def _vega() -> bytes:
    """Return the script that draws charts, bundled with the package that also draws files."""
    import vl_convert  # noqa: PLC0415 - slow to import

    return str(vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")).encode()


@cache
def _packed(name: str) -> bytes:
    """Return a file as gzip, packed as small as it gets, once."""
    return gzip.compress(_vega() if name == VEGA else _file(name), 9)


@cache
def _version() -> str:
    """Return a name for the files as they are now."""
    # The library of pictures is served from that package, so its version counts as a file.
    digest = sha256(metadata.version("vl-convert-python").encode())
    folder = resources.files("api.page") / "static"
    for each in sorted(folder.iterdir(), key=lambda entry: entry.name):
        digest.update(each.read_bytes())
    return digest.hexdigest()[:16]


@cache
def _curve(language: str) -> dict[str, Any]:
    """Return the picture of progress without points, as a specification of Vega-Lite."""
    from allocator.report.charts import curve_chart  # noqa: PLC0415 - slow to import

    specification: dict[str, Any] = curve_chart(
        (), texts(language), width=760, height=300
    ).to_dict(validate=False)
    return specification
