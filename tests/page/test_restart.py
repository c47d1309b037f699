"""The page before a service that is killed and started again on the same database."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest

from tests.api.databases import empty_database
from tests.api.live import live
from tests.page.conftest import Visit

pytestmark = pytest.mark.browser

OFFICE: dict[str, Any] = {
    "floors": [
        {"floor_id": f"A-{level}", "tower_id": "A", "level": level, "desks": 60}
        for level in (0, 1)
    ],
    "headcounts": [
        {"unit_id": unit, "organisation_id": unit, "headcount": people}
        for unit, people in (("Finance", 70), ("Trade", 60))
    ],
}


def test_plans_are_there_after_the_service_was_killed(browser: Any, tmp_path: Path) -> None:
    """Names, changes and what is compared are as they were, in this browser and by its links."""
    database = empty_database(tmp_path)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="en-GB")
    with live("serve", database, "steady", port=port) as service:
        visit = Visit(context.new_page(), service.url.rstrip("/"))
        jobs = [_solved(service, ratio) for ratio in ("1.4", "1.5")]
        _name_and_change(visit, jobs[0])
        service.kill()
        visit.page.fill("#whatif-ratio", "1.6")
        visit.page.wait_for_selector("#away:not([hidden])")
    with live("serve", database, "steady", port=port):
        visit.page.wait_for_selector("#away", state="hidden")
        _as_they_were(visit, jobs)
    context.close()


def _solved(service: Any, ratio: str) -> str:
    """Let a planted search put each unit on a floor of its own, and return the job."""
    sharing = {"settings": {"sharing": {"people_per_desk": ratio}}}
    job: str = service.accept(OFFICE | sharing | {"time_limit_s": 0.2})
    assert service.ended(job)["total"] is not None
    return job


def _name_and_change(visit: Visit, job: str) -> None:
    visit.open(f"/#job={job}")
    visit.shown()
    visit.page.click("#name-it")
    visit.page.fill("#label-name", "The one to keep")
    visit.page.click("#plan-label button.primary")
    visit.page.locator("#plan-name", has_text="The one to keep").wait_for()


def _as_they_were(visit: Visit, jobs: list[str]) -> None:
    page = visit.page
    page.locator("#change-list .change", has_text="1.60").wait_for()
    page.reload()
    page.locator("#plan-name", has_text="The one to keep").wait_for()
    page.locator("#change-list .change", has_text="1.60").wait_for()
    shared = page.context.browser.new_page()
    shared.goto(f"{visit.home}/#view=plans&compare={','.join(jobs)}")
    shared.wait_for_selector("#side-by-side svg >> nth=1")
    assert shared.locator("#plans-table tbody tr").count() == 2
    assert "The one to keep" in shared.inner_text("#plans-table")
    shared.close()
