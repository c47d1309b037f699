"""What comes out: pieces, terms, uses of floors and organisations, and what a plan holds.

Fields bear the names of the contract's files, so `Plan.as_json` is plan.json as it stands.
How a plan draws itself is `types`'.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, WithJsonSchema

from allocator.plan.frames import Table
from allocator.scenario.settings import LARGEST_AMOUNT, TripKind
from allocator.scenario.tables import ScenarioWarning

Pieces = Mapping[tuple[str, str], int]
"""Desks by (unit_id, floor_id), or people with capacity by chance: a plan in its barest form."""


class Record(BaseModel):
    """A frozen record of a result."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Status(StrEnum):
    """What was proved. ``infeasible`` and ``unknown`` are answers, not errors."""

    OPTIMAL = "optimal"
    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"
    UNKNOWN = "unknown"


class TermName(StrEnum):
    """The terms of the total, in the order of the contract."""

    EXTRA_TOWERS = "extra_towers"
    EXTRA_FLOORS = "extra_floors"
    GAPS = "gaps"
    OPEN_FLOORS = "open_floors"
    WALKING = "walking"
    PLACEMENT_COST = "placement_cost"
    PEOPLE_MOVED = "people_moved"


def _plain(value: float) -> float:
    return int(value) if float(value).is_integer() and abs(value) < LARGEST_AMOUNT else value


Counted = Annotated[
    float,
    PlainSerializer(_plain, return_type=Any),
    WithJsonSchema({"type": "number"}, mode="serialization"),
]
"""An amount that often is a count: 412 in JSON, not 412.0."""


class Term(Record):
    """One term of the total.

    amount in the term's own unit; price None where it differs by floor; cost in person-minutes a
    week; bound the proved lower bound of that cost over all feasible plans.
    """

    name: TermName
    amount: Counted
    price: float | None
    cost: float
    bound: float | None = None


class Placement(Record):
    """A piece: the desks of one unit on one floor, and its people there.

    with capacity by chance the people are what is placed, and desks their part of those in use.
    """

    unit_id: str
    organisation_id: str
    tower_id: str
    floor_id: str
    level: int
    desks: int
    people: int


class FloorUse(Record):
    """How a floor is used; desks_vacant = desks − desks_used; organisations is how many."""

    floor_id: str
    tower_id: str
    level: int
    desks: int
    desks_used: int
    desks_vacant: int
    people: int
    units: int
    organisations: int


class OrganisationUse(Record):
    """How an organisation sits; gaps, towers and floors are counts.

    walking_min_per_person: minutes a week of the trips inside it and half of those to others,
    by its people.
    """

    organisation_id: str
    people: int
    desks: int
    towers: int
    floors: int
    gaps: int
    walking_min_per_person: float


class TripCost(Record):
    """What one kind of trips costs, in person-minutes a week; part of the walking.

    bound the proved lower bound of that cost over all feasible plans, None where none was sought.
    """

    kind: TripKind
    cost: float
    bound: float | None = None


class Objective(Record):
    """What a plan is judged by; None where there is no plan.

    walking is the term of that name by kind of trips.
    """

    total: float | None
    unplaced_people: Counted | None
    terms: tuple[Term, ...] | None
    walking: tuple[TripCost, ...] | None = None


class TracePoint(Record):
    """Total and bound as they stood some seconds after the solve began."""

    seconds: float
    total: float | None
    bound: float | None


class StoppedBecause(StrEnum):
    """Why a search ended."""

    GAP_CLOSED = "gap_closed"
    NO_BETTER_PLAN = "no_better_plan"
    TIME_LIMIT = "time_limit"
    ASKED = "asked"


class Run(Record):
    """How a plan was made: what is needed to make it again.

    stopped_because is None where the search ended with the proof that no plan exists.
    """

    seed: int
    workers: int
    time_limit_s: float
    wall_s: float
    stopped_because: StoppedBecause | None = None
    versions: dict[str, str]
    inputs: dict[str, str]
    trace: tuple[TracePoint, ...] = ()


class AreaKind(StrEnum):
    """What the attendance of a plan is reported for."""

    FLOOR = "floor"
    TOWER = "tower"
    ORGANISATION = "organisation"


class AreaService(Record):
    """Who comes to a floor, a tower or an organisation, and who finds no desk there.

    Desks are shared in pools (of all on a floor, unless `shared_by` says otherwise), and a pool
    has a short day when more of its people come than it has desks. The area is as bad as its worst
    pool; people without a desk are those of all its pools together.

    Attributes
    ----------
    peak_weekday
        The weekday with the greatest chance of a short day; ``_peak`` is of it, ``_average`` the
        mean of the five.
    present_average, present_peak
        People expected to come.
    short_day_average, short_day_peak
        Chance that the worst pool has a short day.
    without_desk_average, without_desk_peak
        People expected to come and find no desk.
    no_desk_peak
        Chance that somebody who comes finds none.
    short_days_a_year
        Of the worst pool, in a year of `attendance.WORKDAYS_A_YEAR`.
    worst_pool
        The unit, organisation or floor whose pool is the worst on the peak weekday.
    over_occupants
        Chance that on its busiest weekday more people are present than a floor's max_occupants;
        None without one.
    """

    kind: AreaKind
    area_id: str
    people: int
    peak_weekday: str
    present_average: float
    present_peak: float
    short_day_average: float
    short_day_peak: float
    without_desk_average: float
    without_desk_peak: float
    no_desk_peak: float
    short_days_a_year: float
    worst_pool: str
    over_occupants: float | None


class ServiceFigures(Record):
    """How desks in pools serve all who share them.

    Attributes
    ----------
    peak_weekday
        The weekday on which most people find no desk.
    without_desk_peak, without_desk_average
        People expected to come and find no desk.
    present_peak, people
        People expected to come then, and all of them.
    no_desk_peak
        Chance that somebody who comes finds none.
    short_day_peak, short_day_average
        Chance that the pool to which a person belongs has a short day, as a mean over people.
    worst_short_day
        Chance of a short day of the worst pool on its worst weekday.
    """

    peak_weekday: str
    without_desk_peak: float
    present_peak: float
    people: int
    no_desk_peak: float
    without_desk_average: float
    short_day_peak: float
    short_day_average: float
    worst_short_day: float


class OwnDesks(Record):
    """What desks of units' own could do at the same service level, where a plan pools desks.

    Attributes
    ----------
    desks, desks_of_placed
        That all units would need, and the people whom the plan houses.
    people
        At most so many would be housed.
    floors
        At least so many floors would be in use for the people whom the plan houses; all of them,
        where these have too few desks.
    people_more, floors_fewer
        At least so many people more the plan houses, and so many floors fewer it uses.
    """

    desks: int
    desks_of_placed: int
    people: int
    floors: int
    people_more: int
    floors_fewer: int


class Service(ServiceFigures):
    """How a plan serves: the content of `attendance` in plan.json.

    Attributes
    ----------
    floors_short, floors
        Floors in use that are short on more than the allowed share of peak days, and all in use.
    short_day_probability, shared_by, capacity
        The allowed share of short peak days, who share desks, and what fills a floor, as the
        settings say.
    floors_limited, floors_over_limit
        Floors in use with max_occupants, and those of them on which more people are present on
        more than the allowed share of the busiest weekdays.
    worst_floor
        The floor with the greatest chance of a short day; "" where no floor is in use.
    own_desks
        What desks of units' own could do instead; None where capacity is by the ratio, or units
        have desks of their own.
    areas
        Floors, towers and organisations, each the worst first.
    """

    floors_short: int
    floors: int
    short_day_probability: float
    shared_by: str
    capacity: str
    floors_limited: int
    floors_over_limit: int
    worst_floor: str
    own_desks: OwnDesks | None = None
    areas: tuple[AreaService, ...]


class Reason(Record):
    """A cause of an infeasible answer.

    kind names what was counted (desks, needs, own_floor, …) or ``search`` where CP-SAT proved it;
    desks is by how many it falls short, where that can be said; message is a sentence.
    """

    kind: str
    subject: str = ""
    object: str = ""
    desks: int | None = None
    message: str


class Violation(Record):
    """One way in which a plan breaks the scenario; kinds are a closed list (`plan.verify`)."""

    kind: str
    subject: str
    object: str = ""
    amount: Counted
    message: str


class PlanData(Record):
    """What a plan says: the content of plan.json. `Plan` has what each field is."""

    schema_version: Annotated[int, Field(alias="schema")] = 1
    status: Status
    objective: Objective
    bound: float | None
    gap: float | None
    reasons: tuple[Reason, ...] = ()
    warnings: tuple[ScenarioWarning, ...] = ()
    placements: Table[Placement] = Field(default_factory=lambda: Table((), Placement))
    floors: Table[FloorUse] = Field(default_factory=lambda: Table((), FloorUse))
    organisations: Table[OrganisationUse] = Field(
        default_factory=lambda: Table((), OrganisationUse)
    )
    attendance: Service | None = None
    run: Run

    model_config = ConfigDict(
        frozen=True, extra="forbid", validate_by_name=True, validate_by_alias=True
    )

    @property
    def total(self) -> float | None:
        """What the plan costs, in person-minutes a week; None where there is no plan."""
        return self.objective.total

    def as_json(self) -> dict[str, Any]:
        """Return the content of plan.json."""
        return self.model_dump(mode="json", by_alias=True)

    @property
    def pieces(self) -> dict[tuple[str, str], int]:
        """Desks by (unit_id, floor_id), or people where capacity is by chance."""
        by_chance = self.attendance is not None and self.attendance.capacity == "chance"
        return {
            (row.unit_id, row.floor_id): row.people if by_chance else row.desks
            for row in self.placements
        }
