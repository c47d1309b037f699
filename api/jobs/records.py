"""What a job is: its kind, its state, and the record of it that callers see."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any

from dbos import WorkflowStatus
from pydantic import BaseModel, ConfigDict, Field, field_validator

from allocator.plan.types import Status

MOST_STARTS = 3
"""How often a job is begun at most, when whoever carries it out dies."""


class Kind(StrEnum):
    """What a job is asked."""

    ALLOCATE = "allocate"
    EXPLAIN = "explain"
    TIGHTEST = "tightest"
    RESTACK = "restack"
    MOVES = "moves"
    WAVES = "waves"
    COMPARE = "compare"
    BATCH = "batch"
    RELOCATE = "relocate"
    ROTAS = "rotas"
    SENSITIVITY = "sensitivity"

    @property
    def is_parent(self) -> bool:
        """Whether it is made of children, each an `allocate` of its own."""
        return self in (Kind.COMPARE, Kind.BATCH)


class State(StrEnum):
    """Whether the work happened; what was proved is the plan's status."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen."""
        return self not in (State.QUEUED, State.RUNNING)


STATES = {
    "DELAYED": State.QUEUED,
    "ENQUEUED": State.QUEUED,
    "PENDING": State.RUNNING,
    "SUCCESS": State.DONE,
    "ERROR": State.FAILED,
    "MAX_RECOVERY_ATTEMPTS_EXCEEDED": State.FAILED,
    "CANCELLED": State.CANCELLED,
}
"""By what dbos calls them."""
ACTIVE = [name for name, state in STATES.items() if not state.is_over]
WAITING = [name for name, state in STATES.items() if state is State.QUEUED]
STATUS = "standing"
"""Under which name dbos keeps the status of a job."""
LABEL = "label"


class JobStatus(BaseModel):
    """How far a job is: stage in words, the best plan so far, children that are over.

    seconds since the solve began; total and bound in person-minutes a week; gap as a fraction.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    status: Status | None = None
    stage: str | None = None
    total: float | None = None
    unplaced_people: float | None = None
    bound: float | None = None
    gap: float | None = None
    seconds: float | None = None
    done: int | None = None
    of: int | None = None
    reason: str | None = None


MOST_ABOUT = 15_000
"""Letters of what a caller keeps about a job."""


class Label(BaseModel):
    """What its caller says of a job: a name, a note, whether it is pinned or put away.

    about is the caller's own: the page keeps there from what a plan was made.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, Field(max_length=200)] = ""
    note: Annotated[str, Field(max_length=4000)] = ""
    pinned: bool = False
    hidden: bool = False
    about: dict[str, Any] = {}

    @field_validator("about")
    @classmethod
    def _is_short(cls, about: dict[str, Any]) -> dict[str, Any]:
        # It is kept with the job's attributes, which every look at the job loads.
        if len(json.dumps(about)) > MOST_ABOUT:
            raise ValueError(f"expected at most {MOST_ABOUT:,} letters")
        return about


class Links(BaseModel):
    """Where more about a job is: addresses without host, below that of the service."""

    self: str
    events: str
    result: str
    plan: str
    scenario: str


class JobRecord(JobStatus):
    """A job as its caller sees it. Times are UTC; starts counts how often it was begun."""

    id: str
    kind: Kind
    state: State
    name: str
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    starts: int
    time_limit_s: float
    parent: str | None
    label: Label
    links: Links


def record_of(found: WorkflowStatus) -> JobRecord:
    """Return the record of a job as dbos has it."""
    attributes: dict[str, Any] = found.attributes or {}
    status = status_of(found).model_copy(update={"reason": reason_of(found)})
    state = state_of(found)
    return JobRecord(
        **status.model_dump(),
        id=found.workflow_id,
        kind=Kind(found.name),
        state=state,
        name=attributes.get("name", ""),
        created_at=_time(found.created_at) or datetime.now(UTC),
        started_at=_time(found.dequeued_at),
        ended_at=_time(found.completed_at) if state.is_over else None,
        starts=found.recovery_attempts or 0,
        time_limit_s=attributes.get("time_limit_s", 0.0),
        parent=attributes.get("parent"),
        label=Label.model_validate(attributes.get(LABEL) or {}),
        links=links_of(found.workflow_id),
    )


def status_of(found: WorkflowStatus) -> JobStatus:
    """Return how far a job is, as it was kept last."""
    return JobStatus.model_validate((found.attributes or {}).get(STATUS) or {})


def state_of(found: WorkflowStatus) -> State:
    """Return the state of a job: one that was asked to stop is cancelled once it has."""
    state = STATES[found.status]
    # dbos has it as a success: it ended in good order, with the best plan that it had.
    return State.CANCELLED if is_to_stop(found) and state is State.DONE else state


def is_to_stop(found: WorkflowStatus) -> bool:
    """Whether somebody asked to cancel the job while it ran."""
    return bool((found.attributes or {}).get("stop"))


def has_kept_plan(found: WorkflowStatus) -> bool:
    """Whether a plan of the job is kept, from which the next worker can begin."""
    return bool((found.attributes or {}).get("left"))


def links_of(job_id: str) -> Links:
    """Return where more about a job is."""
    place = f"/jobs/{job_id}"
    parts = {part: f"{place}/{part}" for part in ("events", "result", "plan", "scenario")}
    return Links(self=place, **parts)


def reason_of(found: WorkflowStatus) -> str | None:
    """Return why a job failed; None if it did not."""
    reason = status_of(found).reason
    if STATES[found.status] is not State.FAILED or reason is not None:
        return reason
    # Set by dbos itself, so nobody of ours was there to say why.
    if found.status == "MAX_RECOVERY_ATTEMPTS_EXCEEDED":
        return f"whoever carried it out died, {MOST_STARTS} times"
    return "a bug of ours: the log of the worker says more"


def _time(epoch_ms: int | None) -> datetime | None:
    """Return a moment as the database has it, in milliseconds since 1970, as a time in UTC."""
    return None if epoch_ms is None else datetime.fromtimestamp(epoch_ms / 1000, UTC)
