"""What studies answer, as it is documented; the answers themselves are made elsewhere."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field

from allocator.plan.types import Plan, Reason, Service, Status, Term, Violation
from allocator.studies.outcome import Outcome


class _Answer(BaseModel):
    schema_version: int = Field(alias="schema")


class FoundConflict(BaseModel):
    """What cannot hold together; minimal if without any one member the others can."""

    minimal: bool
    members: list[dict[str, Any]]


class FoundWayOut(BaseModel):
    """What to give up, its price in desks, and a checked plan then."""

    kind: str
    price_desks: int
    least: bool
    message: str
    change: dict[str, Any]
    total: float | None
    plan: Plan


class Explanation(_Answer):
    """Why there is no plan, or the plan."""

    status: Status
    reasons: list[Reason]
    conflict: FoundConflict | None
    ways_out: list[FoundWayOut]
    ended: str
    plan: Plan | None
    seconds: float


class Judged(BaseModel):
    """What a plan costs, in person-minutes a week."""

    total: float
    unplaced_people: float
    terms: list[Term]


class Verdict(_Answer):
    """What a plan violates, costs, and how it serves."""

    feasible: bool
    violations: list[Violation]
    objective: Judged
    attendance: Service | None


class BatchRow(Outcome):
    """A table and what became of it."""

    file: str
    job: str


class Batch(_Answer):
    """A row for each table."""

    rows: list[BatchRow]


class Comparison(_Answer):
    """A row for each case."""

    rows: list[dict[str, Any]]


class Tightest(_Answer):
    """The smallest ratio that fits, as far as it is proved."""

    model_config = {"extra": "allow"}


class Restack(_Answer):
    """The curve from the least change to the lowest cost, with its plans and moves."""

    model_config = {"extra": "allow"}


class Relocation(_Answer):
    """A row for each wave of each combination, and which combinations fit."""

    rows: list[dict[str, Any]]
    combinations: list[dict[str, Any]]


class Rotas(_Answer):
    """Weeks by unit, floors before and after, aims with what is proved of each, and the curve."""

    model_config = {"extra": "allow"}


class Moves(_Answer):
    """Who goes from where to where in which step, and what is proved of it."""

    model_config = {"extra": "allow"}


class Waves(_Answer):
    """The plan of each wave, the moves between them, and what foresight gains."""

    model_config = {"extra": "allow"}


class Sensitivity(_Answer):
    """A row for each demand, dearest first, and the plan that prices are told from."""

    status: Status
    total: float | None
    bound: float | None
    rows: list[dict[str, Any]]
    plan: Plan

    model_config = {"extra": "allow"}


MODELS: tuple[type[BaseModel], ...] = (
    Explanation,
    Verdict,
    Comparison,
    Batch,
    Tightest,
    Restack,
    Moves,
    Waves,
    Relocation,
    Rotas,
    Sensitivity,
)
