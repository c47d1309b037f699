"""Jobs: accepted, looked up, told of while they run, stopped, and their plans in every form."""

from __future__ import annotations

import io
import time
from typing import Any

import pytest
from fastapi.testclient import TestClient
from python_calamine import CalamineWorkbook

from api.examples import BATCHED, COMPARED, SMALLEST
from api.problems import NotAcceptable
from api.routes.jobs import form_of
from tests.api.live import until

QUICK = SMALLEST | {"time_limit_s": 0.3}
LONG = SMALLEST | {"time_limit_s": 20}
ASYNC = {"Prefer": "respond-async"}
Json = dict[str, Any]


def handed_in(service: TestClient, order: Json, **headers: str) -> Json:
    """Return the record of a job that is not waited for."""
    answer = service.post("/allocate", json=order, headers=ASYNC | headers)
    assert answer.status_code == 202
    found: Json = answer.json()
    assert answer.headers["location"] == found["links"]["self"]
    return found


def ended(service: TestClient, job: Json) -> Json:
    """Return the record of a job once it is over."""
    place = job["links"]["self"]
    over = ("done", "failed", "cancelled")
    assert until(lambda: service.get(place).json()["state"] in over, 30)
    found: Json = service.get(place).json()
    return found


@pytest.fixture(scope="module")
def done(steady: TestClient) -> Json:
    """A job that is done, and told of some plans."""
    return ended(steady, handed_in(steady, QUICK | {"time_limit_s": 1}))


def test_job_tells_how_it_ended(done: Json) -> None:
    """A job that is over has its times, and how good its plan is."""
    assert (done["state"], done["status"], done["starts"]) == ("done", "feasible", 1)
    assert done["created_at"] <= done["started_at"] <= done["ended_at"]
    assert (done["total"], done["gap"]) == (60.0, 1.0)


def test_label_of_a_job_is_kept_with_it(steady: TestClient, done: Json) -> None:
    """A name, a note and what the caller keeps come with the job; others are refused."""
    place = f"{done['links']['self']}/label"
    label = {"name": "As asked", "note": "", "pinned": True, "hidden": False, "about": {"by": 1}}
    assert steady.put(place, json=label).json()["label"] == label
    assert steady.get(done["links"]["self"]).json()["label"] == label
    for wrong in ({"colour": "red"}, {"about": {"long": "x" * 16_000}}, {"name": 1}):
        assert steady.put(place, json=wrong).status_code == 422
    assert steady.put(place, content=b" " * 70_000).status_code == 413
    assert steady.put("/jobs/nowhere/label", json=label).status_code == 404


def test_wait_that_is_too_short_gives_a_job(steady: TestClient) -> None:
    """Prefer: wait=0.1 on a solve of a second is 202 with a job that goes on."""
    order = QUICK | {"time_limit_s": 1}
    answer = steady.post("/allocate", json=order, headers={"Prefer": "wait=0.1"})
    assert answer.status_code == 202
    assert ended(steady, answer.json())["state"] == "done"


def test_answer_of_a_job_is_that_of_post(steady: TestClient) -> None:
    """What POST answers stays under /result, and its plan under /plan."""
    answer = steady.post("/allocate", json=QUICK)
    result = answer.headers["content-location"]
    plan = steady.get(result.replace("/result", "/plan"))
    assert answer.json() == steady.get(result).json() == plan.json()


def events(service: TestClient, job: Json, after: int = 0) -> list[tuple[str, str]]:
    """Return number and name of every event that a job tells after so many."""
    answer = service.get(job["links"]["events"], headers={"Last-Event-ID": str(after)})
    assert answer.headers["content-type"].startswith("text/event-stream")
    found = []
    for block in answer.text.strip().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines())
        found.append((fields.get("id", ""), fields["event"]))
    return found


def test_events_are_numbered_plans_and_an_end(steady: TestClient, done: Json) -> None:
    """Better plans come one by one, then the end."""
    told = events(steady, done)
    assert len(told) > 2
    assert told == [*((str(n), "plan") for n in range(1, len(told))), ("", "end")]


def test_events_go_on_after_the_last_one_heard(steady: TestClient, done: Json) -> None:
    """Last-Event-ID leaves out what was heard before the connection broke."""
    assert events(steady, done, after=2) == events(steady, done)[2:]


def test_retry_with_the_same_key_is_the_same_job(steady: TestClient) -> None:
    """The same Idempotency-Key and request give the same job, once over and before."""
    first, second = (handed_in(steady, QUICK, **{"Idempotency-Key": "one"}) for _ in range(2))
    ended(steady, first)
    third = steady.post("/allocate", json=QUICK, headers={"Idempotency-Key": "one"})
    assert first["id"] == second["id"]
    assert third.headers["content-location"] == first["links"]["result"]


def test_key_of_another_request_is_refused(steady: TestClient) -> None:
    """An Idempotency-Key that came with another request is 409."""
    key = {"Idempotency-Key": "two"}
    handed_in(steady, QUICK, **key)
    other = steady.post("/allocate", json=QUICK | {"seed": 5}, headers=key)
    study = steady.post("/batch", json=BATCHED, headers=key)
    assert (other.status_code, study.status_code) == (409, 409)
    assert study.json()["type"] == "urn:allocator:problem:key-reused"


def test_stopped_job_keeps_its_best_plan(steady: TestClient) -> None:
    """DELETE ends a job that runs; it is cancelled, and its plan is there."""
    job = handed_in(steady, LONG)
    assert until(lambda: steady.get(job["links"]["self"]).json()["total"] is not None, 20)
    assert steady.delete(job["links"]["self"]).status_code == 202
    assert ended(steady, job)["state"] == "cancelled"
    assert steady.get(job["links"]["plan"]).json()["status"] == "feasible"


def test_job_that_waits_is_cancelled_at_once(idle: TestClient) -> None:
    """DELETE of a job that nobody began cancels it; it never has a plan."""
    job = handed_in(idle, QUICK)
    answer = idle.delete(job["links"]["self"])
    assert (answer.status_code, answer.json()["state"]) == (200, "cancelled")
    assert idle.get(job["links"]["plan"]).status_code == 409


def test_plan_of_a_job_that_waits_is_409(idle: TestClient) -> None:
    """Neither plan nor result are there before a job is over."""
    job = handed_in(idle, QUICK)
    answers = [idle.get(job["links"][part]) for part in ("plan", "result")]
    assert [answer.status_code for answer in answers] == [409, 409]
    assert answers[0].json()["detail"] == "the job is queued and has no plan"


def test_scenario_comes_back_as_it_was_accepted(steady: TestClient, done: Json) -> None:
    """The scenario of a job can be sent again as it is."""
    given = {key: SMALLEST[key] for key in ("floors", "headcounts", "settings")}
    assert steady.get(done["links"]["scenario"]).json() == given


STARTS = {"json": b"{", "csv": b"unit_id,", "xlsx": b"PK", "svg": b"<svg", "pdf": b"%PDF"}


SLOW = [pytest.param(form, marks=pytest.mark.faults) for form in ("svg", "pdf", "png")]


@pytest.mark.parametrize("form", ["json", "csv", "xlsx", *SLOW])
def test_plan_comes_in_every_form(steady: TestClient, done: Json, form: str) -> None:
    """The suffix of its address says in which form a plan comes."""
    answer = steady.get(f"{done['links']['plan']}.{form}")
    assert answer.status_code == 200
    assert answer.content.startswith(STARTS.get(form, b"\x89PNG"))


def test_workbook_has_the_placements(steady: TestClient, done: Json) -> None:
    """The workbook is one that opens, and names the unit."""
    content = steady.get(f"{done['links']['plan']}.xlsx").content
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    sheets = [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]
    assert any("Finance" in row for sheet in sheets for row in sheet)


def test_workbook_of_a_plan_is_in_the_language_asked_for(steady: TestClient, done: Json) -> None:
    """Sheets have Indonesian names with lang=id; a language that is not there is refused."""
    place = f"{done['links']['plan']}.xlsx"
    book = CalamineWorkbook.from_filelike(io.BytesIO(steady.get(f"{place}?lang=id").content))
    assert "Menara" in book.sheet_names
    assert steady.get(f"{place}?lang=fr").status_code == 422


def test_inputs_of_a_case_that_were_handed_in_since_are_told(idle: TestClient) -> None:
    """Units whose headcount has changed count; what somebody tried from a plan does not."""
    about = {"case": "Office"}
    jobs = [_of_case(idle, people, about) for people in (70, 75)]
    _of_case(idle, 80, about | {"base": jobs[1]})
    _of_case(idle, 90, {"case": "Another"})
    told = [idle.get(f"/page/outdated/{job}").json() for job in jobs]
    assert told == [{"outdated_units": 1}, {"outdated_units": 0}]
    assert idle.get("/page/outdated/nothing").status_code == 404


def _of_case(service: TestClient, people: int, about: Json) -> str:
    """Hand in a job of a case, and return its id."""
    row = {**SMALLEST["headcounts"][0], "headcount": people}
    job = handed_in(service, QUICK | {"headcounts": [row]})
    service.put(f"{job['links']['self']}/label", json={"about": about})
    return str(job["id"])


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        ("*/*", "json"),
        ("text/csv", "csv"),
        ("text/html, image/svg+xml;q=0.9, */*;q=0.1", "svg"),
        ("application/pdf;q=0.2, image/png;q=0.7", "png"),
        ("image/*", "svg"),
    ],
)
def test_accept_says_in_which_form_a_plan_comes(accept: str, form: str) -> None:
    """The form wanted most of those that there are."""
    assert form_of(accept) == form


@pytest.mark.parametrize("accept", ["text/html", "image/png;q=0", "*/*;q=\xb2", "nonsense"])
def test_other_forms_are_not_acceptable(accept: str) -> None:
    """A form that there is not is refused."""
    with pytest.raises(NotAcceptable):
        form_of(accept)


def test_jobs_are_listed_newest_first_page_by_page(idle: TestClient) -> None:
    """A page has as many as wanted, and says where the next begins."""
    made = []
    for _ in range(3):
        made.append(handed_in(idle, QUICK)["id"])
        time.sleep(0.01)
    first = idle.get("/jobs", params={"limit": 2}).json()
    second = idle.get("/jobs", params={"limit": 1, "before": first["next"]}).json()
    assert [job["id"] for job in first["jobs"] + second["jobs"]] == made[::-1]


def test_jobs_are_listed_by_state_and_kind(idle: TestClient) -> None:
    """Only those of the state and kind that is asked for."""
    handed_in(idle, QUICK)
    states = {job["state"] for job in idle.get("/jobs?state=queued").json()["jobs"]}
    kinds = {job["kind"] for job in idle.get("/jobs?kind=allocate").json()["jobs"]}
    assert (states, kinds) == ({"queued"}, {"allocate"})


NO_IDS = ["0", "nope", "%00", "x" * 300, "00000000-0000-5000-8000-000000000000"]


@pytest.mark.parametrize("job_id", NO_IDS)
@pytest.mark.parametrize("part", ["", "/events", "/plan", "/plan.svg", "/result", "/scenario"])
def test_job_that_is_none_is_404(idle: TestClient, job_id: str, part: str) -> None:
    """Nothing is there under what no job has for an id, whatever it looks like."""
    answer = idle.get(f"/jobs/{job_id}{part}")
    assert answer.status_code == 404
    assert answer.json()["type"] == "urn:allocator:problem:no-such-job"


def test_batch_has_a_row_for_each_table_and_a_job_for_each_row(steady: TestClient) -> None:
    """Tables are solved as children, in their order; a bad one does not stop the others."""
    bad = {"name": "bad", "headcounts": [{"unit_id": "Finance", "headcount": -1}]}
    order = BATCHED | {"time_limit_s": 0.3, "tables": [bad, *BATCHED["tables"]]}
    rows = steady.post("/batch", json=order).json()["rows"]
    assert [(row["file"], row["status"]) for row in rows] == [
        ("bad", "bad_input"),
        ("as it is", "feasible"),
        ("ten more", "failed"),
    ]
    parent = rows[0]["job"].split(".")[0]
    assert {steady.get(f"/jobs/{row['job']}").json()["parent"] for row in rows} == {parent}


def test_comparison_starts_from_neighbours(steady: TestClient) -> None:
    """Ratios are solved as children, each but the first from the plan of another."""
    rows = steady.post("/compare", json=COMPARED | {"time_limit_s": 0.3}).json()["rows"]
    assert [(row["people_per_desk"], row["status"]) for row in rows] == [
        ("1.2", "feasible"),
        ("1.3", "feasible"),
        ("1.4", "feasible"),
    ]
    assert [row["start"] for row in rows] == [None, "1.2", "1.3"]
    assert steady.get(f"/jobs/{rows[2]['job']}/plan").json()["placements"][0]["desks"] == 50


def test_children_are_stopped_with_their_parent(steady: TestClient) -> None:
    """DELETE of a batch ends its children, and keeps the rows of those that are over."""
    tables = [BATCHED["tables"][0]] * 2
    order = BATCHED | {"time_limit_s": 20, "tables": tables}
    answer = steady.post("/batch", json=order, headers=ASYNC)
    job = answer.json()
    assert until(lambda: steady.get(f"/jobs/{job['id']}.0").status_code == 200, 20)
    steady.delete(job["links"]["self"])
    assert ended(steady, job)["state"] == "cancelled"
    assert steady.get(f"/jobs/{job['id']}.1").json()["state"] == "cancelled"
