"""Jobs made of children: a batch and a comparison, conducted while others solve.

A parent that is begun again finds its children by their numbers, and goes on from there.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import CancelledError
from dataclasses import dataclass, field
from fractions import Fraction
from threading import Event
from typing import TYPE_CHECKING, Any

from dbos import DBOS, WorkflowStatus

from allocator.errors import SolveFailedError
from allocator.plan.tables import plan_from_json
from allocator.plan.types import Plan
from allocator.scenario.read import scenario_from_json
from allocator.scenario.types import Scenario
from allocator.search.options import SolveOptions
from allocator.studies.outcome import Outcome
from allocator.studies.pool import Job, Task, Work
from api.jobs.errands import Answer, compact, rows_of
from api.jobs.records import STATES, Kind, Standing, State, reason_of
from api.jobs.running import Wishes, given_up
from api.jobs.store import EVENTS, NewJob, Store
from api.requests import ratio_text

if TYPE_CHECKING:
    from allocator.search.progress import OnProgress
    from allocator.studies.compare import Row

LOOK_S = 0.25
SCENARIO = "scenario"
"""Name of the scenario in a comparison, where it has none of its own."""


@dataclass
class Parent:
    """A job that is conducted: who asked, what, and whom to ask meanwhile."""

    status: WorkflowStatus
    request: Mapping[str, Any]
    store: Store
    wishes: Wishes
    closing: Event
    solves: Callable[[], int]
    over: dict[str, State] = field(default_factory=dict)
    born: int = 0

    @property
    def id(self) -> str:
        """Id of the job."""
        return self.status.workflow_id

    def bear(self, number: str, changes: Mapping[str, Any], **more: Any) -> str:
        """Hand in a child, unless it was; return its id.

        Parameters
        ----------
        changes
            What takes the place of the same keys of the scenario.
        more
            Options beside time limit and seed.
        """
        asked = self.request["options"]
        options = {"time_limit_s": asked["time_limit_s"], "seed": asked["seed"], **more}
        child = NewJob(
            kind=Kind.ALLOCATE,
            owner=self.status.authenticated_user or "",
            request=compact({"changes": changes, "options": options}),
            sha256="",
            name=number,
            time_limit_s=asked["time_limit_s"],
            parent=self.id,
            number=number,
        )
        return self.store.accept(child)

    def heed(self) -> bool:
        """Return whether to stop.

        Raises
        ------
        DBOSWorkflowCancelledError
            If the job goes on elsewhere.
        """
        self.wishes.look()
        if self.wishes.lost or self.closing.is_set():
            raise given_up(self.id)
        return self.wishes.stop

    def news(self) -> dict[str, Answer | None]:
        """Return the children that are over since this was asked last, with their answers."""
        found = {child.workflow_id: STATES[child.status] for child in self.store.children(self.id)}
        self.born = len(found)
        new = [child for child, state in found.items() if state.is_over and child not in self.over]
        self.over |= {child: found[child] for child in new}
        return self.store.answers(new) if new else {}

    def end_children(self) -> None:
        """Tell all children to stop."""
        for child in self.store.children(self.id):
            if not STATES[child.status].is_over:
                self.store.stop(child.workflow_id)

    def tell(self, rows: list[dict[str, Any]], done: int, of: int) -> None:
        """Tell which children are over, and keep how many."""
        if rows:
            DBOS.write_stream(EVENTS, {"event": "rows", "data": {"rows": rows}})
        standing = Standing(stage="children", done=done, of=of)
        self.store.note(self.id, standing.model_dump(mode="json"))

    def end(self, rows: list[dict[str, Any]], of: int) -> Answer:
        """Return the answer with these rows, and keep how the job ended."""
        standing = Standing(stage="over", done=len(rows), of=of)
        self.store.note(self.id, standing.model_dump(mode="json"))
        return {"status": None, "result": compact({"schema": 1, "rows": rows})}


def conduct_batch(parent: Parent) -> Answer:
    """Hand in a child for each table, and gather their rows."""
    tables = parent.request["options"]["tables"]
    known = {child.workflow_id for child in parent.store.children(parent.id)}
    file_of: dict[str, str] = {}
    told = {
        row["job"]
        for _, event in parent.store.events(parent.id, 0)
        for row in event["data"]["rows"]
    }
    rows: dict[str, dict[str, Any]] = {}
    for number, table in enumerate(tables):
        child = f"{parent.id}.{number}"
        file_of[child] = table["name"]
        if child not in known and not parent.heed():
            parent.bear(str(number), {"headcounts": table["headcounts"]})
    _gather(parent, rows, file_of, told)
    while len(parent.over) < parent.born:
        time.sleep(LOOK_S)
        _gather(parent, rows, file_of, told)
    in_order = [rows[child] for child in file_of if child in rows]
    return parent.end(in_order, len(tables))


def _gather(
    parent: Parent,
    rows: dict[str, dict[str, Any]],
    file_of: Mapping[str, str],
    told: Collection[str],
) -> None:
    if parent.heed():
        parent.end_children()
    new = [
        {"file": file_of[child], "job": child, **_outcome(parent, child, answer)}
        for child, answer in parent.news().items()
        if parent.over[child] is not State.CANCELLED
    ]
    rows |= {row["job"]: row for row in new}
    if new:
        untold = [row for row in new if row["job"] not in told]
        parent.tell(untold, len(rows), len(file_of))


def _outcome(parent: Parent, child: str, answer: Answer | None) -> dict[str, Any]:
    if answer is not None:
        outcome: dict[str, Any] = answer["outcome"]
        return outcome
    [status] = parent.store.statuses([child])
    failed = Outcome(status="failed", message=reason_of(status) or "")
    return failed.model_dump(mode="json")


class Children:
    """What a comparison takes for a pool: its solves are children, carried out by any worker."""

    def __init__(self, parent: Parent, changes_of: Mapping[int, tuple[str, Any]]) -> None:
        self._parent = parent
        self._changes_of = changes_of
        self._jobs: dict[str, Job] = {}
        self.processes = max(1, parent.solves())
        self.child_of: dict[int, str] = {}

    def submit(self, task: Work, on_progress: OnProgress | None = None) -> Job:
        """Hand in a child for a solve."""
        assert isinstance(task, Task)
        number, changes = self._changes_of[id(task.scenario)]
        known = self.child_of.get(id(task.scenario))
        more = {} if task.start is None else {"start": rows_of(task.start, task.scenario)}
        child = self._parent.bear(f"{number}-2" if known else number, changes, **more)
        self.child_of[id(task.scenario)] = child
        job = Job(task, on_progress)
        job.future.set_running_or_notify_cancel()
        self._jobs[child] = job
        return job

    def look(self) -> None:
        """Settle the solves that are over."""
        for child, answer in self._parent.news().items():
            job = self._jobs.get(child)
            if job is not None:
                self._settle(job, child, answer)
        self.processes = max(1, self._parent.solves())

    def _settle(self, job: Job, child: str, answer: Answer | None) -> None:
        assert isinstance(job.task, Task)
        if answer is not None and answer.get("plan"):
            plan: Plan = plan_from_json(answer["plan"]).of(job.task.scenario)
            job.future.set_result(plan)
            return
        [status] = self._parent.store.statuses([child])
        if self._parent.over[child] is State.CANCELLED:
            job.future.set_exception(CancelledError())
        else:
            job.future.set_exception(SolveFailedError(reason_of(status) or "no answer"))


def conduct_comparison(parent: Parent) -> Answer:
    """Solve every ratio and scheme as a child, each from its neighbour's plan."""
    from allocator.studies.compare import Case, compare  # noqa: PLC0415 - for this alone

    asked = parent.request["options"]
    variants = list(variants_of(parent.request))
    name = parent.request["scenario"].get("settings", {}).get("name") or SCENARIO
    cases = [Case(name, scenario) for scenario, _ in variants]
    changes_of = {
        id(scenario): (str(number), changes) for number, (scenario, changes) in enumerate(variants)
    }
    children = Children(parent, changes_of)
    told: list[int] = [-1]

    def step(standing: Any) -> None:
        if standing.done != told[0]:
            told[0] = standing.done
            parent.tell([], standing.done, standing.cases)
        children.look()

    rows = compare(
        cases,
        pool=children,  # type: ignore[arg-type]
        options=SolveOptions(time_limit_s=asked["time_limit_s"], workers=1, seed=asked["seed"]),
        on_step=step,
        should_stop=lambda: _stops(parent),
        exchanges=False,
    )
    return parent.end(list(_with_jobs(rows, cases, children)), len(cases))


def _stops(parent: Parent) -> bool:
    stops = parent.heed()
    if stops:
        parent.end_children()
    return stops


def _with_jobs(
    rows: Iterable[Row], cases: Iterable[Any], children: Children
) -> Iterable[dict[str, Any]]:
    """Yield the cells of each row, with the child that has its plan."""
    ratio = {(c.scenario.scheme, c.people_per_desk): c.scenario for c in cases}
    for row in rows:
        scenario = ratio[row.scheme, Fraction(row.people_per_desk)]
        yield row.cells | {"job": children.child_of.get(id(scenario))}


def variants_of(request: Mapping[str, Any]) -> Iterable[tuple[Scenario, dict[str, Any]]]:
    """Yield the scenario with every scheme and ratio that is asked for, and what that changes."""
    from allocator.scenario.settings import decimal_text  # noqa: PLC0415
    from allocator.studies.compare import ratios  # noqa: PLC0415

    document, options = request["scenario"], request["options"]
    asked = options.get("people_per_desk")
    wanted = ratios(ratio_text(asked)) if asked else (None,)
    for scheme in options.get("schemes") or (None,):
        given = scenario_from_json(document, scheme=scheme)
        for ratio in wanted:
            scenario = given if ratio is None else given.with_sharing(people_per_desk=ratio)
            settings = dict(document.get("settings") or {})
            if scheme is not None:
                settings["options"] = {**(settings.get("options") or {}), "scheme": scheme}
            if ratio is not None:
                sharing = settings.get("sharing") or {}
                settings["sharing"] = {**sharing, "people_per_desk": decimal_text(ratio)}
            yield scenario, {"settings": settings}
