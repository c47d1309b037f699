"""Jobs made of children: a batch and a comparison, conducted while others solve.

What a parent knows of its children is asked of the database at each look, so that one that is
begun again goes on from where they are.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import CancelledError
from dataclasses import dataclass
from fractions import Fraction
from threading import Event
from typing import TYPE_CHECKING, Any

from dbos import WorkflowStatus

from allocator.errors import SolveFailedError
from allocator.plan.tables import plan_from_json
from allocator.plan.types import Plan
from allocator.scenario.read import scenario_from_json
from allocator.scenario.types import Scenario
from allocator.scenario.waves import in_wave
from allocator.search.options import SolveOptions
from allocator.studies.outcome import Outcome
from allocator.studies.pool import Job, Task, Work
from api.jobs.handlers import rows_of
from api.jobs.new_job import NewJob
from api.jobs.records import STATES, JobStatus, Kind, State, status_of
from api.jobs.running import CancellationRequests, given_up
from api.jobs.store import Ended, Store
from api.jobs.work import Answer, compact
from api.requests import ratio_text

if TYPE_CHECKING:
    from allocator.search.progress import OnProgress
    from allocator.studies.compare import ComparisonRow

LOOK_S = 0.1
AT_HAND, FOR_EACH_SOLVE = 8, 4
"""How many children of a batch wait or run at a time: so many, and so many more for each solve
that the workers do at a time. Neither cancelling nor a caller's other jobs then wait for many."""
SCENARIO = "scenario"
"""Name of the scenario in a comparison, where it has none of its own."""


@dataclass
class Parent:
    """A job that is conducted: who asked, what, and whom to ask meanwhile."""

    status: WorkflowStatus
    request: Mapping[str, Any]
    store: Store
    requests: CancellationRequests
    closing: Event
    solves: Callable[[], int]

    @property
    def id(self) -> str:
        """Id of the job."""
        return self.status.workflow_id

    def hand_in(self, number: str, changes: Mapping[str, Any], **more: Any) -> str:
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

    def must_stop(self) -> bool:
        """Return whether the job is to be cancelled; its children are asked to stop, too.

        Raises
        ------
        DBOSWorkflowCancelledError
            If the job goes on elsewhere.
        """
        has_looked = self.requests.look()
        if self.requests.lost or self.closing.is_set():
            raise given_up(self.id)
        if self.requests.stop and has_looked:
            self.store.stop_children(self.id)
        return self.requests.stop

    def ended(self, children: Collection[str]) -> dict[str, Ended]:
        """Return those of some children that are over."""
        return self.store.ended(children)

    def tell(self, rows: list[dict[str, Any]], done: int, of: int) -> None:
        """Tell which children are over, and keep how many, which never gets less."""
        if rows:
            self.store.tell("rows", {"rows": rows})
        done = max(done, status_of(self.status).done or 0)
        self.store.note(self.id, JobStatus(stage="children", done=done, of=of))

    def end(self, rows: list[dict[str, Any]], of: int) -> Answer:
        """Return the answer with these rows, once every child is over; keep how the job ended."""
        # No child outlives its parent: nobody would look at what it finds.
        while not all(STATES[child.status].is_over for child in self.store.children(self.id)):
            self.must_stop()
            self.store.stop_children(self.id)
            time.sleep(LOOK_S)
        self.store.note(self.id, JobStatus(stage="over", done=len(rows), of=of))
        return {"status": None, "result": compact({"schema": 1, "rows": rows})}


def conduct_batch(parent: Parent) -> Answer:
    """Hand in a child for each table, some at a time, and collect their rows."""
    tables = parent.request["options"]["tables"]
    table_of = {f"{parent.id}.{number}": table for number, table in enumerate(tables)}
    rows = {row["job"]: row for row in parent.store.rows(parent.id)}
    known = {child.workflow_id for child in parent.store.children(parent.id)}
    running = known - rows.keys()
    # Children of an earlier start are known by their ids, so none is solved twice.
    left = deque(child for child in table_of if child not in known)
    while (left and not parent.must_stop()) or running:
        while left and len(running) < AT_HAND + FOR_EACH_SOLVE * parent.solves():
            child = left.popleft()
            parent.hand_in(child.split(".")[1], {"headcounts": table_of[child]["headcounts"]})
            running.add(child)
        over = parent.ended(running)
        running -= over.keys()
        new = [
            {"file": table_of[child]["name"], "job": child, **_outcome(ended)}
            for child, ended in over.items()
            # A child that was cancelled has no row; the batch was, and says so itself.
            if ended.state is not State.CANCELLED
        ]
        rows |= {row["job"]: row for row in new}
        if new:
            parent.tell(new, len(rows), len(tables))
        if not over:
            time.sleep(LOOK_S)
        if parent.must_stop():
            left.clear()
    return parent.end([rows[child] for child in table_of if child in rows], len(tables))


def _outcome(ended: Ended) -> dict[str, Any]:
    """Return the cells of a row: how a child ended, also where it failed."""
    if ended.answer is not None:
        outcome: dict[str, Any] = ended.answer["outcome"]
        return outcome
    return Outcome(status="failed", message=ended.reason or "").model_dump(mode="json")


class Children:
    """What a comparison takes for a pool: its solves are children, carried out by any worker."""

    def __init__(self, parent: Parent, changes_of: Mapping[int, tuple[str, Any]]) -> None:
        self._parent = parent
        self._changes_of = changes_of
        self._known = {child.workflow_id for child in parent.store.children(parent.id)}
        self._jobs: dict[str, Job] = {}
        self.processes = max(1, parent.solves())
        self.child_of: dict[int, str] = {}

    def submit(self, task: Work, on_progress: OnProgress | None = None) -> Job:
        """Hand in a child for a solve; one that was handed in before may be over at once."""
        assert isinstance(task, Task)
        number, changes = self._changes_of[id(task.scenario)]
        if id(task.scenario) in self.child_of:
            # Compare solves a case a second time where a neighbour's plan may help it.
            number = f"{number}-2"
        child = f"{self._parent.id}.{number}"
        if child not in self._known:
            more = {} if task.start is None else {"start": rows_of(task.start, task.scenario)}
            self._parent.hand_in(number, changes, **more)
        self.child_of[id(task.scenario)] = child
        job = Job(task, on_progress)
        # A future that looks pending could be cancelled here, while the child would go on
        # elsewhere.
        job.future.set_running_or_notify_cancel()
        self._jobs[child] = job
        if child in self._known:
            self.look()
        return job

    def look(self) -> None:
        """Settle the solves that are over."""
        for child, ended in self._parent.ended(self._jobs).items():
            self._settle(self._jobs.pop(child), ended)
        self.processes = max(1, self._parent.solves())

    def _settle(self, job: Job, ended: Ended) -> None:
        """Settle a solve by how its child ended."""
        assert isinstance(job.task, Task)
        if ended.answer is not None and ended.answer.get("plan"):
            plan: Plan = plan_from_json(ended.answer["plan"]).of(job.task.scenario)
            job.future.set_result(plan)
        elif ended.state is State.CANCELLED:
            job.future.set_exception(CancelledError())
        else:
            job.future.set_exception(SolveFailedError(ended.reason or "no answer"))


def conduct_comparison(parent: Parent) -> Answer:
    """Solve every ratio and scheme as a child, each from its neighbour's plan."""
    from allocator.studies.compare import Case, compare  # noqa: PLC0415 - for this alone

    asked = parent.request["options"]
    variants: list[tuple[Scenario, dict[str, Any]]] = []
    for variant in variants_of(parent.request):
        if parent.must_stop():
            return parent.end([], 0)
        variants.append(variant)
    name = parent.request["scenario"].get("settings", {}).get("name") or SCENARIO
    cases = [Case(name, scenario) for scenario, _ in variants]
    changes_of = {
        id(scenario): (str(number), changes) for number, (scenario, changes) in enumerate(variants)
    }
    children = Children(parent, changes_of)
    row_reports = RowReports(parent, cases, children)

    def step(progress: Any) -> None:
        children.look()
        row_reports.tell(progress)

    rows = compare(
        cases,
        pool=children,
        options=SolveOptions(time_limit_s=asked["time_limit_s"], workers=1, seed=asked["seed"]),
        on_step=step,
        should_stop=parent.must_stop,
        # Children share no memory, so better plans cannot be exchanged while they run.
        exchanges=False,
    )
    return parent.end(row_reports.all(rows), len(cases))


class RowReports:
    """The rows of a comparison that were reported, also before it was begun again."""

    def __init__(self, parent: Parent, cases: Sequence[Any], children: Children) -> None:
        self._parent = parent
        self._child_of = children.child_of
        self._scenario = {(c.scenario.scheme, c.people_per_desk): c.scenario for c in cases}
        self._seen: dict[int, ComparisonRow] = {}
        self._cells = {
            (cells["scheme"], Fraction(cells["people_per_desk"])): cells
            for cells in parent.store.rows(parent.id)
        }
        self._done = -1

    def tell(self, progress: Any) -> None:
        """Tell the rows that are new, and how many cases are over."""
        if progress.done == self._done:
            return
        self._done = progress.done
        self._parent.tell(list(self._new(progress.rows)), progress.done, progress.cases)

    def _new(self, rows: Iterable[ComparisonRow]) -> Iterator[dict[str, Any]]:
        """Yield the cells of rows that were not reported yet, or have changed since."""
        for row in rows:
            if id(row) in self._seen:
                continue
            self._seen[id(row)] = row
            case = row.scheme, Fraction(row.people_per_desk)
            cells = row.cells | {"job": self._child_of.get(id(self._scenario[case]))}
            if self._cells.get(case) != cells:
                self._cells[case] = cells
                yield cells

    def all(self, rows: Iterable[ComparisonRow]) -> list[dict[str, Any]]:
        """Return the rows of all cases, in their order, with the child that has each plan."""
        for _ in self._new(rows):
            pass
        return [self._cells[case] for case in self._scenario if case in self._cells]


def variants_of(request: Mapping[str, Any]) -> Iterable[tuple[Scenario, dict[str, Any]]]:
    """Yield the scenario with every scheme and ratio that is asked for, and what that changes."""
    from allocator.scenario.settings import decimal_text  # noqa: PLC0415
    from allocator.studies.compare import ratios  # noqa: PLC0415

    document, options = request["scenario"], request["options"]
    asked = options.get("people_per_desk")
    wanted = ratios(ratio_text(asked)) if asked else (None,)
    for scheme in options.get("schemes") or (None,):
        given = in_wave(scenario_from_json(document, scheme=scheme))
        for ratio in wanted:
            scenario = given if ratio is None else given.with_sharing(people_per_desk=ratio)
            # The change is made to what the caller sent, not to the scenario: a child reads it as
            # a request.
            settings = dict(document.get("settings") or {})
            if scheme is not None:
                settings["options"] = {**(settings.get("options") or {}), "scheme": scheme}
            if ratio is not None:
                sharing = settings.get("sharing") or {}
                settings["sharing"] = {**sharing, "people_per_desk": decimal_text(ratio)}
            yield scenario, {"settings": settings}
