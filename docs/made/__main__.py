"""Write every file that is made."""

from __future__ import annotations

from pathlib import Path

from made.pages import PAGES

DOCS = Path(__file__).parents[1]
for path, page in PAGES.items():
    (DOCS / path).parent.mkdir(exist_ok=True)
    (DOCS / path).write_text(page(), encoding="utf-8")
