"""The page in a browser: the whole way, by mouse and keyboard, in both languages."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from allocator.scenario.read import scenario_from_json
from allocator.scenario.template import EXAMPLE
from allocator.scenario.write import write_scenario
from allocator.texts import texts
from tests.page.conftest import Visit
from tests.scenario.importing.books import FLOORS, book

pytestmark = pytest.mark.browser

SMALL = "unit_id,headcount\nFinance,50\n"
HOSTILE = '<img src=x onerror="window.pwned=1"><script>window.pwned=2</script>=1+1'


def test_whole_way(visit: Visit, template: Path) -> None:
    """Upload, solve, look, pin, solve around, compare, report."""
    say, page = texts("en"), visit.page
    visit.open()
    assert page.inner_text("h1") == say("start.title")
    visit.upload(template)
    page.wait_for_selector("#case:not([hidden])")
    visit.solve()
    assert page.inner_text("#verdict-said") == say("plan.sound")
    visit.choose("KEMENKEU")
    page.click("#chosen-body [data-pin] >> nth=0")
    page.wait_for_selector("#change-list .change")
    page.click("#around")
    page.wait_for_selector("#differences:not([hidden])")
    assert page.locator("#change-list .change").count() == 1
    _compare(page)
    assert say("report.all_placed", people=say.number(410)) in _report(page)


@pytest.mark.parametrize("language", ["id-ID"])
def test_a_ministrys_own_tables_are_asked_about(
    visit: Visit, tmp_path: Path, language: str
) -> None:
    """What is unsure is asked with its choices; then the case is shown with every decision."""
    say, page = texts(language[:2]), visit.page
    rows = [["Instansi", "Unit Kerja", "Formasi", "Bezetting"], ["Kemenkeu", "Itjen", 60, 40]]
    (tmp_path / "Pegawai.xlsx").write_bytes(book(Data=rows))
    (tmp_path / "floors.csv").write_bytes(FLOORS)
    visit.open()
    visit.upload(tmp_path / "Pegawai.xlsx", tmp_path / "floors.csv")
    page.wait_for_selector("#understood:not([hidden]) select")
    assert page.inner_text("#understood-title") == say("import.page_questions")
    assert visit.faults() == []
    page.select_option("#understood select", "Formasi")
    page.click("#understood button.primary")
    page.wait_for_selector("#case:not([hidden])")
    assert "60" in page.inner_text("#case-tiles")
    assert page.locator("#understood details tbody tr").count() > 5
    assert visit.faults() == []


def _compare(page: Any) -> None:
    """Compare two ratios, of which one does not fit; reload, and open the other by its point."""
    page.click("[data-view=study]")
    page.select_option("#study-kind", "compare")
    for name, value in {"from": "1", "to": "1.4", "step": "0.4", "each": "2"}.items():
        page.fill(f"#{name}", value)
    page.click("#study-run")
    page.wait_for_selector("#study-tables td button")
    page.reload()
    page.wait_for_selector("#study-tables td button")
    assert page.locator("#study-list button").count() > 0
    without = page.inner_text("#study-tables tbody tr >> nth=0")
    assert "%" not in without, "a ratio without a plan has no chance of a short day"
    points = page.locator("#study-chart svg .mark-symbol path")
    points.nth(1).click()
    page.wait_for_selector("#view-plan:not([hidden]) #organisations button")


def _report(page: Any) -> str:
    """Download the report, and return the words of its first page."""
    page.click("[data-view=report]")
    with page.expect_download() as download:
        page.click("[data-download=pdf]")
    content = Path(download.value.path()).read_bytes()
    return " ".join(PdfReader(io.BytesIO(content)).pages[0].extract_text().split())


def test_pointing_lights_one_organisation_and_tells_of_it(solved: Visit) -> None:
    """Pointing at a piece dims the others, and its tooltip has desks, people and chance."""
    solved.page.mouse.move(*solved.box("piece", body="KEMENDAG"))
    solved.page.wait_for_selector("#tip:not([hidden])")
    told = solved.page.inner_text("#tip")
    assert all(word in told for word in ("Kementerian Perdagangan", "Desks", "Chance of a day"))
    assert _opacities(solved.page, "KEMENDAG") == {1.0}
    assert max(_opacities(solved.page, "KEMENKEU")) < 0.5


def _opacities(page: Any, body: str) -> set[float]:
    script = """(body) => [...document.querySelectorAll('#stack .piece')]
      .filter((piece) => piece.dataset.body === body)
      .map((piece) => Number(getComputedStyle(piece).opacity))"""
    return set(page.evaluate(script, body))


def test_keyboard_alone_finds_pins_and_moves(solved: Visit) -> None:
    """Focus in the list lights an organisation, Enter opens it, and its menu moves a piece."""
    page = solved.page
    page.focus('#organisations button[data-body="KEMENDAG"]')
    assert max(_opacities(page, "KEMENKEU")) < 0.5
    page.keyboard.press("Enter")
    page.focus("#chosen-body [data-pin] >> nth=0")
    page.keyboard.press("Space")
    page.locator('#chosen-body [aria-pressed="true"]').wait_for()
    assert page.evaluate("document.activeElement.getAttribute('aria-pressed')") == "true"
    page.select_option("#chosen-body select >> nth=1", index=1)
    page.focus("#chosen-body [data-move] >> nth=1")
    page.keyboard.press("Enter")
    page.wait_for_selector("#drop[open], #change-list .change:has-text('Moved')")
    if page.is_visible("#drop-all"):
        page.keyboard.press("Enter")
    page.locator("#change-list .change", has_text="Moved").wait_for()


def test_dragging_a_piece_to_a_full_floor_is_a_violation(solved: Visit) -> None:
    """A piece dropped where there is no room for it: the checker says so at once."""
    page = solved.page
    start = solved.box("piece", body="KEMENKO")
    floor = page.evaluate(FULL_FLOOR)
    target = solved.box("floor", floor=floor)
    start = solved.box("piece", body="KEMENKO")
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(start[0] + 12, start[1] + 4, steps=3)
    page.mouse.move(*target, steps=6)
    assert page.locator("#stack .hint.bad").count() > 0
    page.mouse.up()
    page.click("#drop-all")
    page.wait_for_selector("#verdict-said.bad")
    assert "Floor over capacity" in page.inner_text("#verdict-body")
    page.keyboard.press("Control+z")
    page.wait_for_selector("#verdict-said:not(.bad)")


FULL_FLOOR = """() => {
  const used = {}, mine = new Set();
  for (const {datum: piece} of document.querySelectorAll('#stack .piece')) {
    used[piece.floor_id] = (used[piece.floor_id] ?? 0) + Number(piece.desks);
    if (piece.body === 'KEMENKO') mine.add(piece.floor_id);
  }
  const others = Object.keys(used).filter((floor) => !mine.has(floor));
  return others.sort((a, b) => used[b] - used[a])[0];
}"""


def test_headcount_by_hand_leaves_people_without_a_place(solved: Visit) -> None:
    """A unit that grows has desks that are not placed, until it is solved around."""
    page = solved.page
    solved.choose("KEMENKEU")
    page.fill("#people-KEMENKEU-1", "125")
    page.keyboard.press("Tab")
    page.wait_for_selector("#verdict-said.bad")
    assert "Desks not placed" in page.inner_text("#verdict-body")
    page.click("#around")
    page.wait_for_selector("#differences:not([hidden])")
    assert page.inner_text("#verdict-said") == "Breaks no rule."


def test_what_does_not_fit_is_explained_and_mended(visit: Visit, template: Path) -> None:
    """Where there is no plan, reasons are told, and a way out is tried by its button."""
    visit.open()
    visit.upload(template)
    visit.page.fill("#ratio", "1")
    visit.page.click("#solve-button")
    visit.page.wait_for_selector("#why-none:not([hidden])")
    assert "No plan exists" in visit.page.inner_text("#why-verdict")
    visit.page.click("#explain")
    visit.page.wait_for_selector("#ways .small-stack svg")
    assert visit.faults() == []
    visit.page.click("#ways button >> nth=0")
    visit.shown()
    assert visit.page.inner_text("#verdict-said") == "Breaks no rule."
    assert visit.page.locator("#provenance li").count() > 2
    visit.page.click("[data-view=why]")
    visit.page.wait_for_selector("#ways .tried")


def test_problems_are_shown_in_their_table_at_their_row(visit: Visit, tmp_path: Path) -> None:
    """A wrong cell is marked where it is, with what was expected below it."""
    floors, headcounts = tmp_path / "floors.csv", tmp_path / "headcounts.csv"
    floors.write_text("floor_id,tower_id,level,desks\nA-1,A,1,60\nA-2,A,two,60\n")
    headcounts.write_text(SMALL)
    visit.open()
    visit.upload(floors, headcounts)
    visit.page.wait_for_selector("#problems:not([hidden])")
    assert visit.page.inner_text("#problem-tables td.wrong") == "two"
    assert "whole number" in visit.page.inner_text("#problem-tables tr.said")
    assert visit.faults() == []


def test_hostile_names_do_not_run(visit: Visit, tmp_path: Path) -> None:
    """HTML, scripts and formulas in names are text everywhere, in problems as in the plan."""
    file = tmp_path / "hostile.xlsx"
    bodies = [{**row, "name": HOSTILE} for row in EXAMPLE["organisations"]]
    units = [{**row, "name": HOSTILE} for row in EXAMPLE["units"]]
    settings = EXAMPLE["settings"] | {"title": HOSTILE}
    changed = EXAMPLE | {"organisations": bodies, "units": units, "settings": settings}
    write_scenario(scenario_from_json(changed), file)
    visit.open()
    visit.upload(file)
    visit.solve()
    visit.choose("KEMENKEU")
    visit.page.mouse.move(*visit.box("piece", body="KEMENKEU"))
    visit.page.wait_for_selector("#tip:not([hidden])")
    for view in ("why", "report"):
        visit.page.click(f"[data-view={view}]")
    assert visit.page.evaluate("window.pwned === undefined")
    assert visit.page.locator("main img:not(.hero img)").count() == 0


def test_every_view_is_accessible(solved: Visit) -> None:
    """axe finds nothing in any view, with an organisation chosen and a change made."""
    page = solved.page
    solved.choose("KEMENKEU")
    page.click("#chosen-body [data-pin] >> nth=0")
    page.wait_for_selector("#change-list .change")
    found = {"plan": solved.faults()}
    for view in ("why", "report", "study", "plans", "start"):
        page.click(f"[data-view={view}]")
        found[view] = solved.faults()
    assert not any(found.values()), found


def test_stopping_early_keeps_the_best_plan(visit: Visit) -> None:
    """A search that is stopped gives the plan that it has."""
    visit.open()
    visit.page.click('[data-case="ikn-kemenko4"]')
    visit.page.fill("#seconds", "60")
    visit.page.click("#solve-button")
    best = visit.page.locator("#progress > div:first-child dd")
    best.filter(has_text=re.compile(r"\d")).wait_for()
    visit.page.click("#stop")
    visit.shown()
    assert visit.page.inner_text("#verdict-said") == "Breaks no rule."


def test_language_can_be_switched_without_losing_the_plan(solved: Visit) -> None:
    """The link to the other language opens the same plan in it."""
    solved.page.click("[data-language=id]")
    solved.shown()
    assert solved.page.inner_text("#verdict-title") == texts("id")("plan.verdict")


def test_plans_are_named_compared_and_shared(solved: Visit) -> None:
    """A plan keeps its name in another browser; two are compared, and Back leads back."""
    page, link = solved.page, solved.page.url
    page.click("#name-it")
    page.fill("#label-name", "As asked")
    page.click("#plan-label button.primary")
    page.locator("#plan-name", has_text="As asked").wait_for()
    page.fill("#whatif-ratio", "1.5")
    page.wait_for_selector("#around:not([disabled])")
    page.click("#around")
    page.wait_for_selector("#differences:not([hidden])")
    page.click("[data-view=plans]")
    for place in (0, 1):
        page.click(f"#plan-list input[type=checkbox] >> nth={place}")
        page.wait_for_timeout(200)
    page.wait_for_selector("#side-by-side svg >> nth=1")
    assert page.locator("#plans-table tbody tr").count() == 2
    page.go_back()
    page.wait_for_selector("#side-by-side", state="hidden")
    other = page.context.browser.new_page()
    other.goto(link)
    other.locator("#plan-name", has_text="As asked").wait_for()
    other.close()


def test_changes_outlive_a_reload_and_a_service_that_is_away(solved: Visit) -> None:
    """What was changed by hand is there after a reload; what is lost is asked for again."""
    page = solved.page
    page.fill("#whatif-ratio", "1.5")
    page.wait_for_selector("#change-list .change")
    page.reload()
    page.wait_for_selector("#change-list .change")
    lost: list[int] = []

    def once_lost(route: Any) -> None:
        lost.append(1)
        route.abort() if len(lost) < 3 else route.continue_()

    page.route("**/page/look", once_lost)
    page.click("#undo")
    page.wait_for_selector("#away:not([hidden])")
    page.wait_for_selector("#change-list .quiet")
    assert page.is_hidden("#away")
    solved.errors.clear()  # the browser tells of what the test has lost


def test_double_click_begins_one_search(visit: Visit, template: Path) -> None:
    """Two clicks in a row hand in one job."""
    visit.open()
    visit.upload(template)
    visit.page.wait_for_selector("#case:not([hidden])")
    sent: list[str] = []
    visit.page.on("request", lambda one: sent.append(one.url) if "/allocate" in one.url else None)
    visit.page.fill("#seconds", "2")
    visit.page.dblclick("#solve-button")
    visit.shown()
    assert len(sent) == 1


def test_start_asks_once_and_counts_what_is_chosen(visit: Visit, template: Path) -> None:
    """Jobs are asked for once; desks needed follow the ratio; an address of no job is told so."""
    page, asked = visit.page, list[str]()
    page.on("request", lambda one: asked.append(one.url) if "/jobs" in one.url else None)
    visit.open()
    page.wait_for_selector("#recent li")
    assert len(asked) == 1
    visit.upload(template)
    page.wait_for_selector("#case-fits:not(.bad)")
    page.fill("#ratio", "1")
    page.wait_for_selector("#case-fits.bad")
    page.goto(f"{visit.home}/#job=nonsense")
    page.locator("#notice", has_text=texts("en")("page.not_there")).wait_for()
    visit.errors.clear()  # the browser tells of the job that is not there


def test_plan_is_not_offered_before_it_is_judged(visit: Visit, job: str) -> None:
    """Until the checker answers nothing can be solved around; choosing leaves the tabs in view."""
    page = visit.page
    waiting: list[Any] = []

    def hold(route: Any) -> None:
        waiting.append(route)

    page.route("**/page/look", hold)
    visit.open(f"/#job={job}")
    page.wait_for_selector("#view-plan:not([hidden])")
    assert page.is_disabled("#around")
    assert page.is_hidden("#organisations button") or page.is_visible(".waiting")
    for route in waiting:
        route.continue_()
    page.unroute("**/page/look")
    visit.shown()
    visit.choose("KEMENKEU")
    assert page.evaluate("document.getElementById('tabs').getBoundingClientRect().top") >= 0
    gaps = page.evaluate(GAPS)
    assert gaps == ["–", "–", "14.3 %"], "a gap of 100 % tells nothing"


GAPS = """async () => {
  const scripts = document.querySelector('script[type=module]').src;
  const {gapSaid} = await import(scripts.replace('main.js', 'texts.js'));
  return [1, null, 0.143].map(gapSaid);
}"""
