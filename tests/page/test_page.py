"""The document and its files: languages, policy, what is embedded, what is refused."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from allocator.scenario.rules import RuleKind
from allocator.texts import LANGUAGES, texts
from api import page
from api.page import mount
from api.page.routes import TASK_NAMES
from api.page.tasks import TASKS
from api.problems import Forbidden
from api.settings import ServiceSettings

STATIC = Path(page.__file__).parent / "static"
SCRIPTS = {file.name: file.read_text(encoding="utf-8") for file in STATIC.glob("*.js")}


@pytest.fixture(scope="module")
def client() -> TestClient:
    """The page alone, without the service behind it."""
    app = FastAPI()
    mount(app)
    return TestClient(app)


@pytest.mark.parametrize(("wanted", "language"), [("id-ID,en;q=0.5", "id"), ("fr,en", "en")])
def test_language_is_the_browsers(client: TestClient, wanted: str, language: str) -> None:
    """The first language of the browser that there is; else English."""
    html = client.get("/", headers={"Accept-Language": wanted}).text
    assert f'<html lang="{language}"' in html
    assert texts(language)("start.title") in html


def test_language_that_was_chosen_is_kept(client: TestClient) -> None:
    """The choice is kept in a cookie and beats the browser's language."""
    kept = TestClient(client.app)
    kept.get("/?lang=id")
    assert '<html lang="id"' in kept.get("/", headers={"Accept-Language": "en"}).text


def test_time_limit_is_the_services(client: TestClient) -> None:
    """Nobody is offered more seconds than the service takes."""
    most = int(ServiceSettings().max_time_limit_s)
    assert f'id="seconds" type="number" min="1" max="{most}"' in client.get("/").text


def test_policy_allows_nothing_from_elsewhere_and_no_inline(client: TestClient) -> None:
    """The policy has no unsafe-inline, no unsafe-eval, and no other host."""
    policy = client.get("/").headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy


def test_document_has_no_inline_script_or_style(client: TestClient) -> None:
    """Scripts are files, but for the texts, which are data; no attribute runs or styles."""
    html = client.get("/").text
    assert re.findall(r"<script(?![^>]*(?:src=|application/json))", html) == []
    assert re.findall(r"\s(?:on\w+|style)=", html) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_of_the_page_are_all_there(client: TestClient, language: str) -> None:
    """What scripts say is in the document, in its language."""
    html = client.get(f"/?lang={language}").text
    embedded = re.search(r'id="texts">(.*?)</script>', html, re.S)
    assert embedded
    assert json.loads(embedded[1]) == texts(language).all


def test_scripts_say_only_what_the_catalogue_has(client: TestClient) -> None:
    """Every text that a script asks for by a whole key is in the catalogue."""
    asked = {
        key
        for text in SCRIPTS.values()
        for key in re.findall(r'\bt\("([\w.-]+)"', text)
        if not key.endswith("_")
    }
    assert len(asked) > 60
    assert asked <= set(texts("en").all)


def test_scripts_import_in_one_direction() -> None:
    """No module of the page imports one that imports it, however far round."""
    imports = {
        name: set(re.findall(r'from "\./([\w.]+)"', text)) for name, text in SCRIPTS.items()
    }
    while imports:
        free = {name for name, wanted in imports.items() if not wanted & imports.keys()}
        assert free, f"a circle among {sorted(imports)}"
        imports = {name: wanted for name, wanted in imports.items() if name not in free}


def test_scripts_and_styles_of_our_own_are_small() -> None:
    """Together they are below 50 KB as they are sent, and 128 KB as they are written."""
    style = (STATIC / "page.css").read_text(encoding="utf-8")
    files = [text.encode() for text in (*SCRIPTS.values(), style)]
    assert sum(len(gzip.compress(file)) for file in files) < 50_000
    assert sum(map(len, files)) < 128_000


def test_files_are_kept_for_ever_under_their_version(client: TestClient) -> None:
    """A file may be kept under the version it has, and not under another."""
    files = re.search(r'"([^"]*)/page\.css"', client.get("/").text)
    assert files
    assert "immutable" in client.get(f"{files[1]}/page.css").headers["Cache-Control"]
    other = client.get("/page/files/other/page.css")
    assert other.headers["Cache-Control"] == "no-store"


def test_key_is_kept_where_scripts_cannot_read_it(client: TestClient) -> None:
    """The cookie of a key is HttpOnly and goes to this site alone."""
    answer = client.post("/page/key", data={"key": " k "}, follow_redirects=False)
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("allocator_key=k;")
    assert {"HttpOnly", "SameSite=strict"} <= set(cookie.split("; "))


def test_key_from_another_site_is_refused(client: TestClient) -> None:
    """Another site cannot log a visitor in under its own key."""
    with pytest.raises(Forbidden):
        client.post("/page/key", data={"key": "k"}, headers={"Origin": "https://elsewhere.test"})


def test_every_task_can_be_asked_for() -> None:
    """The addresses of tasks are those there are, and that of uploads."""
    assert frozenset({*TASKS, "read"}) == TASK_NAMES


@pytest.mark.parametrize("language", ["en", "id"])
def test_every_cause_has_a_name_in_each_language(language: str) -> None:
    """What counting, the search and a conflict name, and every rule."""
    rules = {kind.value for kind in RuleKind}
    kinds = {"desks", "places", "needs", "demand", "room", "search"} | rules
    assert {f"cause.{kind}" for kind in kinds} <= set(texts(language).all)
