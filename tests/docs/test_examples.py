"""Code and commands on the pages: each runs as it stands, and prints what is shown below it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from allocator.cli import main
from allocator.studies.pool import PoolHere
from made.commands import commands as known
from tests.docs.blocks import PAGES, ROOT, blocks, commands, missing
from tests.more import ALL

LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)[^)]*\)")

WITH_PYTHON = [page for page in PAGES if any(b.language == "python" for b in blocks(page))]
WITH_COMMANDS = [page for page in PAGES if commands(page)]
BRIEFLY = ["--time-limit", "3"]
"""Takes the place of the limit on the page: the commands are tried, not their answers."""
OF_THE_READER = {"import.md", "attendance.md", "deploy.md", "page.md", "bench.md"}
"""How-to pages whose commands are about files that a reader has, or take hours."""


def name(page: Path) -> str:
    """Return the name of a page within the repository."""
    return str(page.relative_to(ROOT))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder with the cases that come along, where commands run in this process."""
    (tmp_path / "data").symlink_to(ROOT / "data")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("allocator.studies.pool.Pool", PoolHere)
    return tmp_path


@pytest.mark.parametrize("page", WITH_PYTHON, ids=name)
def test_python_of_a_page_runs_and_prints_what_is_shown(page: Path, folder: Path) -> None:
    """The blocks of a page are one session."""
    pytest.importorskip("pandas")
    assert folder.exists()
    session: dict[str, Any] = {}
    printed = StringIO()
    for block in blocks(page):
        if block.language == "python":
            printed = StringIO()
            with redirect_stdout(printed):
                exec(block.text, session)
        elif block.language == "text" and printed.getvalue():
            assert missing(block.text, printed.getvalue()) == []


def ran(words: list[str]) -> tuple[int, str]:
    """Return the exit code of a command, and what it prints."""
    printed = StringIO()
    with redirect_stdout(printed), redirect_stderr(StringIO()):
        code = main(words)
    return code, printed.getvalue()


@pytest.mark.skipif(not ALL, reason="takes a quarter of a minute")
def test_commands_of_the_tutorial_print_what_is_shown(folder: Path) -> None:
    """From an empty folder to a plan; every answer is proved, so none depends on the machine."""
    printed = ""
    for block in blocks(ROOT / "docs" / "tutorial" / "workbook.md"):
        if block.language == "sh":
            _, printed = ran(block.text.split()[1:])
        elif block.language == "text":
            assert missing(block.text, printed) == []
    assert (folder / "plan" / "stack.svg").exists()


@pytest.mark.parametrize("page", WITH_COMMANDS, ids=name)
def test_every_command_of_a_page_is_one(page: Path) -> None:
    """Its words, options and number of arguments are those of the command line."""
    for words in commands(page):
        depth = 2 if " ".join(words[:2]) in known() else 1
        command = known()[" ".join(words[:depth])]
        context = command.make_context(words[0], [], resilient_parsing=True)
        command.make_parser(context).parse_args(args=list(words[depth:]))


def links(page: Path) -> Iterator[Path]:
    """Yield the files that a page links to; those that are made have no file."""
    for target in LINK.findall(page.read_text(encoding="utf-8")):
        yield (page.parent / target).resolve()


@pytest.mark.parametrize("page", sorted(ROOT.glob("*.md")), ids=name)
def test_links_of_the_pages_at_the_top_lead_somewhere(page: Path) -> None:
    """mkdocs looks after all others."""
    assert [str(target) for target in links(page) if not target.exists()] == []


@pytest.mark.skipif(not ALL, reason="takes minutes")
@pytest.mark.usefixtures("folder")
def test_commands_of_all_pages_run() -> None:
    """In the order of the pages, after the first run of the README, on whose plan many build."""
    assert ran(["solve", "data/ikn-wave1", "--out", "out/wave1"])[0] == 0
    for page in WITH_COMMANDS:
        if page.parent.name != "how-to" or page.name in OF_THE_READER:
            continue
        for words in commands(page):
            timed = any("--time-limit" in each.opts for each in known()[words[0]].params)
            code, _ = ran([*words, *(BRIEFLY if timed else ())])
            assert code in {0, 1, 4}, words
