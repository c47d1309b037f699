"""Fenced blocks of Markdown pages. No tests here."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    path
    for path in (*ROOT.glob("README*.md"), *(ROOT / "docs").rglob("*.md"))
    if path.name not in {"benchmarks.md", "published.md"}  # made by `allocator bench`
)
_FENCE = re.compile(r"^```(\w+)([^\n]*)\n(.*?)^```$", re.M | re.S)
_VARIES = re.compile(r"\d+(\.\d+)? s\b")


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, and its text."""

    language: str
    text: str


def blocks(page: Path) -> list[Block]:
    """Return the fenced blocks of a page, in order."""
    return [Block(m[1], m[3]) for m in _FENCE.finditer(page.read_text(encoding="utf-8"))]


def commands(page: Path) -> list[list[str]]:
    """Return the words of every line of a page's shell blocks that calls allocator."""
    lines = [
        part.strip()
        for block in blocks(page)
        if block.language == "sh"
        for line in block.text.splitlines()
        for part in line.split("&&")
    ]
    return [shlex.split(line)[1:] for line in lines if line.startswith("allocator ")]


def missing(shown: str, printed: str) -> list[str]:
    """Return the lines shown that were not printed.

    What differs from run to run is left out: seconds, and the bars of a plan, of which several
    may be the best. A line of … stands for others.
    """
    found = {_VARIES.sub("", line).strip() for line in printed.splitlines()}
    lines = [_VARIES.sub("", line).strip() for line in shown.splitlines()]
    return [line for line in lines if line not in found and "█" not in line and line != "…"]
