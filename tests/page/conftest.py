"""A running service and a browser before it, in which nothing may go wrong unheard."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

from allocator.scenario.template import EXAMPLE
from tests.api.databases import empty_database
from tests.api.live import live

AXE = Path(__file__).parent / "axe" / "axe.min.js"
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium")
ARGUMENTS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update"]
PATIENCE_MS = 60_000
HARMLESS = ("Infinite extent", "Password forms")
"""Words of the console that are nobody's fault: a curve before its first point, a lone key."""


class Visit:
    """A page in a browser that hears every error and every request to elsewhere."""

    def __init__(self, page: Any, home: str) -> None:
        self.page, self.home = page, home
        self.errors: list[str] = []
        self.elsewhere: list[str] = []
        page.set_default_timeout(PATIENCE_MS)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", self._hear)
        page.on("request", self._see)

    def _hear(self, message: Any) -> None:
        if message.type == "error" and not any(word in message.text for word in HARMLESS):
            self.errors.append(message.text)

    def _see(self, request: Any) -> None:
        if not request.url.startswith((self.home, "data:", "blob:")):
            self.elsewhere.append(request.url)

    def open(self, path: str = "/") -> None:
        """Open a path of the service and wait for its scripts."""
        self.page.goto(self.home + path)
        self.page.wait_for_selector("#cases button", state="attached")

    def upload(self, *files: Path) -> None:
        """Hand in files."""
        self.page.set_input_files("#files", [str(file) for file in files])
        self.page.click("#upload button")

    def solve(self, seconds: int = 4) -> None:
        """Solve the case that is open, and wait for its plan."""
        self.page.fill("#seconds", str(seconds))
        self.page.click("#solve-button")
        self.shown()

    def shown(self) -> None:
        """Wait until a plan is drawn."""
        self.page.wait_for_selector("#view-plan:not([hidden]) #organisations button")
        self.page.wait_for_selector(
            ".stack:not(.busy) #stack svg[data-size], .stack:not(.busy) .thumb"
        )

    def choose(self, body: str) -> None:
        """Choose an organisation from the list."""
        self.page.click(f'#organisations button[data-body="{body}"]')
        self.page.wait_for_selector("#chosen:not([hidden])")

    def faults(self) -> list[str]:
        """Return what axe finds in the page as it is."""
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found = self.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        return [f"{one['id']}: {one['nodes'][0]['html'][:160]}" for one in found["violations"]]

    def box(self, kind: str, **wanted: str) -> tuple[float, float]:
        """Return a point within the first mark of a kind with these data."""
        point = self.page.evaluate(POINT, [kind, wanted])
        return point["x"], point["y"]


POINT = """([kind, wanted]) => {
  const marks = [...document.querySelectorAll(`#stack .${kind}`)];
  const mark = marks.find((each) =>
    Object.entries(wanted).every(([name, value]) => each.dataset[name] === value));
  mark.scrollIntoView({block: 'center'});
  const {x, y, height} = mark.getBoundingClientRect();
  return {x: x + 6, y: y + height / 2};
}"""


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a service that really solves."""
    database = empty_database(tmp_path_factory.mktemp("page"))
    with live("serve", database, "real", lease_s=60) as service:
        yield service.url.rstrip("/")


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Debian's Chromium."""
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as tools:
        opened = tools.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield opened
        opened.close()


@pytest.fixture
def language() -> str:
    """The browser's language."""
    return "en-GB"


@pytest.fixture
def visit(browser: Any, home: str, language: str) -> Iterator[Visit]:
    """A visit in a laptop's window; afterwards nothing has failed, and nobody else was asked."""
    context = browser.new_context(
        viewport={"width": 1366, "height": 768}, locale=language, accept_downloads=True
    )
    one = Visit(context.new_page(), home)
    yield one
    context.close()
    assert one.errors == []
    assert one.elsewhere == []


@pytest.fixture
def template(home: str, tmp_path: Path) -> Path:
    """The workbook that the page offers to begin from."""
    file = tmp_path / "template.xlsx"
    with urlopen(f"{home}/page/template.xlsx") as answer:
        file.write_bytes(answer.read())
    return file


@pytest.fixture(scope="module")
def job(home: str) -> str:
    """The id of a job with a plan of the template."""
    body = json.dumps(EXAMPLE | {"time_limit_s": 2}).encode()
    request = Request(f"{home}/allocate", body, {"Content-Type": "application/json"})
    with urlopen(request) as answer:
        return str(answer.headers["Content-Location"]).split("/")[2]


@pytest.fixture
def solved(visit: Visit, job: str) -> Visit:
    """A visit with a plan of the template."""
    visit.open(f"/#job={job}")
    visit.shown()
    return visit
