"""What the page looks like: on screens of any width, for a country, on paper, in Indonesian."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from tests.page.conftest import Visit

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("width", [390, 820])
def test_every_width_is_read_without_scrolling_sideways(
    visit: Visit, template: Path, width: int
) -> None:
    """On a phone and a tablet nothing stands out at the side."""
    visit.page.set_viewport_size({"width": width, "height": 844})
    visit.open()
    visit.upload(template)
    visit.page.wait_for_selector("#case:not([hidden])")
    visit.solve(2)
    for view in ("plan", "why", "report", "study", "plans", "start"):
        visit.page.click(f"[data-view={view}]")
        beyond = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert visit.page.evaluate(beyond) <= 0, view


def test_country_is_seen_at_a_glance_and_opened(visit: Visit, tmp_path: Path) -> None:
    """Many towers are thumbnails; finding a unit opens the tower where it is."""
    floors, heads = tmp_path / "floors.csv", tmp_path / "headcounts.csv"
    rows = [f"T{n}-{level},T{n},{level},20" for n in range(30) for level in (0, 1)]
    floors.write_text("\n".join(["floor_id,tower_id,level,desks", *rows]) + "\n")
    units = [f"Unit {n},Body {n},20" for n in range(40)]
    heads.write_text("\n".join(["unit_id,organisation_id,headcount", *units]) + "\n")
    visit.open()
    visit.upload(floors, heads)
    visit.page.wait_for_selector("#case:not([hidden])")
    visit.solve(20)
    assert visit.page.locator("#stack .thumb").count() == 30
    assert visit.faults() == []
    visit.page.fill("#find", "Unit 7")
    visit.page.wait_for_selector('#stack .piece[data-unit="Unit 7"].lit')
    visit.page.click("#all-towers")
    visit.page.wait_for_selector("#stack .thumb")


def test_plan_is_printed_on_one_landscape_page(solved: Visit) -> None:
    """Printing the plan gives its name, where it comes from, and the towers on a single page."""
    reader = PdfReader(io.BytesIO(solved.page.pdf(prefer_css_page_size=True)))
    assert len(reader.pages) == 1
    assert reader.pages[0].mediabox.width > reader.pages[0].mediabox.height


@pytest.mark.parametrize("language", ["id-ID"])
def test_indonesian_page_has_no_english(visit: Visit, template: Path) -> None:
    """No English function word stands in any view, nor in a verdict, a reason or a way out."""
    page = visit.page
    visit.open()
    visit.upload(template)
    page.wait_for_selector("#case:not([hidden])")
    page.fill("#ratio", "1")
    page.click("#solve-button")
    page.wait_for_selector("#why-none:not([hidden])")
    page.click("#explain")
    page.wait_for_selector("#ways button")
    found = {"none": _english(page)}
    page.click("#ways button >> nth=0")
    visit.shown()
    visit.choose("KEMENKEU")
    page.fill("#people-KEMENKEU-1", "190")
    page.keyboard.press("Tab")
    page.wait_for_selector("#verdict-said.bad")
    for view in ("plan", "why", "report", "study", "plans", "start"):
        page.click(f"[data-view={view}]")
        page.wait_for_timeout(150)
        found[view] = _english(page)
    assert not any(found.values()), found


ENGLISH = re.compile(
    r"\b(the|of|is|are|and|no|to|with|for|by|at|from|has|have|may|its|needs?|which|than)\b", re.I
)


def _english(page: Any) -> list[str]:
    """Return the lines of the page in which English function words stand."""
    lines = page.inner_text("body").splitlines()
    return [line for line in lines if ENGLISH.search(line)]
