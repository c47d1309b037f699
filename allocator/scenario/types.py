"""The tables of a scenario as frozen types, and the scenario that holds them.

A `Scenario` is valid by construction: making one checks every reference between its tables and
raises `InputError` with all problems at once. Reading files is not done here.
"""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from allocator.errors import InputError
from allocator.scenario import consistency
from allocator.scenario.rules import RuleKind
from allocator.scenario.settings import (
    Amount,
    Area,
    Count,
    Ratio,
    Settings,
    SignedAmount,
)

LARGEST_LEVEL = 1000
Id = Annotated[str, Field(min_length=1, max_length=10_000)]
Level = Annotated[int, Field(ge=-LARGEST_LEVEL, le=LARGEST_LEVEL)]
AttendanceShare = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Words = Annotated[tuple[Id, ...], Field(strict=False)]
Closeness = Literal["essential", "strong", "wanted"]

TRIPS_BY_CLOSENESS: dict[Closeness, float] = {"essential": 2.0, "strong": 1.0, "wanted": 0.5}
"""Trips a week per head of the smaller body."""


class Row(BaseModel):
    """One row of a table: frozen, strictly typed, with no unknown column."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Floor(Row):
    """A floor. Either desks or area_m2 is given; features are what units may need."""

    floor_id: Id
    tower_id: Id
    level: Level
    desks: Count | None = None
    area_m2: Area | None = None
    max_occupants: Count | None = None
    features: Words = ()
    open_price: Amount | None = None
    opens_wave: str | None = None


class Tower(Row):
    """A tower; x_m and y_m in metres. Without complex_id it is a complex of its own."""

    tower_id: Id
    name: str = ""
    complex_id: Id | None = None
    x_m: SignedAmount | None = None
    y_m: SignedAmount | None = None
    opens_wave: str | None = None


class Organisation(Row):
    """A ministry or agency. coordinator_id is a label and need not be an organisation."""

    organisation_id: Id
    name: str = ""
    kind: str | None = None
    coordinator_id: Id | None = None


class Unit(Row):
    """A part of an organisation that is placed. parent_id is a label inside the organisation."""

    unit_id: Id
    organisation_id: Id | None = None
    parent_id: Id | None = None
    name: str = ""
    needs: Words = ()
    wave: str | None = None


class Headcount(Row):
    """People of a unit; own_desks of them never share."""

    unit_id: Id
    headcount: Count
    organisation_id: Id | None = None
    own_desks: Count = 0
    people_per_desk: Ratio | None = None
    attendance_share: AttendanceShare | None = None
    scheme: Id | None = None


class Affinity(Row):
    """Trips a week between two bodies, as a number or by closeness; a = b means inside it."""

    a: Id
    b: Id
    trips_per_week: Amount | None = None
    closeness: Closeness | None = None


class Rule(Row):
    """A rule; what object and value hold depends on its kind (`scenario.rules.RULE_FORMS`)."""

    rule: Annotated[RuleKind, Field(strict=False)]
    subject: Id
    object: Id | None = None
    value: str | None = None

    @property
    def count(self) -> int:
        """Value of max_floors, max_towers and at_least."""
        return int(self.value or 0)

    @property
    def level_range(self) -> tuple[int, int]:
        """Lowest and highest level of the rule ``levels``, both included."""
        low, high = (self.value or "").split("..")
        return int(low), int(high)


class Walk(Row):
    """Minutes between two floors, either way; overrides the formula."""

    from_floor: Id
    to_floor: Id
    minutes: Amount


class PlacementCost(Row):
    """Person-minutes a week for all of the unit on the floor; may be negative."""

    unit_id: Id
    floor_id: Id
    cost: SignedAmount


class CurrentPiece(Row):
    """Desks of a unit on a floor today; a floor that is not in `floors` is elsewhere."""

    unit_id: Id
    floor_id: Id
    desks: Count


class ScenarioWarning(Row):
    """Something a planner should know that is not wrong.

    row counts the table's rows of data from 1, or is the file's row once read from a file; None
    where the warning is of the table as a whole.
    """

    code: str
    table: str
    row: int | None = None
    message: str


class HousedUnit(Row):
    """A unit with a headcount in the chosen scheme: what has to be placed.

    Its organisation and ratio are settled: the units table's or the headcounts table's, and the
    row's own people_per_desk or the scenario's.
    """

    unit_id: Id
    organisation_id: Id
    parent_id: Id | None
    needs: frozenset[str]
    headcount: int
    own_desks: int
    people_per_desk: Ratio


class Scenario(BaseModel):
    """Everything that is given. Tables keep the order of their rows.

    A table that is absent is None where its absence has a meaning (towers, organisations,
    units), else empty.

    Raises
    ------
    InputError
        If the tables contradict one another, with every contradiction.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    floors: tuple[Floor, ...]
    headcounts: tuple[Headcount, ...]
    towers: tuple[Tower, ...] | None = None
    organisations: tuple[Organisation, ...] | None = None
    units: tuple[Unit, ...] | None = None
    affinities: tuple[Affinity, ...] = ()
    rules: tuple[Rule, ...] = ()
    walking: tuple[Walk, ...] = ()
    placement_costs: tuple[PlacementCost, ...] = ()
    current: tuple[CurrentPiece, ...] = ()
    settings: Settings = Settings()
    fingerprints: dict[str, str] = {}
    """sha256 of each input as it was read, by table name; empty for a scenario made in Python."""

    @model_validator(mode="after")
    def _agree(self) -> Self:
        found = consistency.problems(self)
        if found:
            raise InputError(found)
        return self

    def replace(self, **changes: Any) -> Scenario:
        """Return a scenario with some tables or settings replaced, checked anew."""
        kept = {name: getattr(self, name) for name in type(self).model_fields}
        return Scenario(**(kept | changes))

    def with_sharing(self, **changes: Any) -> Scenario:
        """Return a scenario with some keys of ``[sharing]`` replaced, for example the ratio."""
        kept = {
            name: getattr(self.settings.sharing, name) for name in _keys(self.settings.sharing)
        }
        sharing = type(self.settings.sharing)(**(kept | changes))
        settings = self.settings.model_copy(update={"sharing": sharing})
        return self.replace(settings=settings)

    @cached_property
    def scheme(self) -> str | None:
        """Scheme of headcounts in force; None where no row bears one."""
        return consistency.scheme_in_force(self)

    @cached_property
    def housed(self) -> tuple[HousedUnit, ...]:
        """Units with a headcount in the scheme in force, in the order of `headcounts`."""
        by_id = {unit.unit_id: unit for unit in self.units or ()}
        rows = (row for row in self.headcounts if row.scheme in (None, self.scheme))
        return tuple(self._house(row, by_id.get(row.unit_id)) for row in rows)

    def _house(self, row: Headcount, unit: Unit | None) -> HousedUnit:
        organisation = (unit.organisation_id if unit else None) or row.organisation_id
        return HousedUnit(
            unit_id=row.unit_id,
            organisation_id=organisation or row.unit_id,
            parent_id=unit.parent_id if unit else None,
            needs=frozenset(unit.needs if unit else ()),
            headcount=row.headcount,
            own_desks=row.own_desks,
            people_per_desk=row.people_per_desk or self.settings.sharing.people_per_desk,
        )

    @cached_property
    def complex_of(self) -> dict[str, str]:
        """Complex of every tower, those of `floors` without a row in `towers` included."""
        found = {floor.tower_id: floor.tower_id for floor in self.floors}
        found |= {t.tower_id: t.complex_id or t.tower_id for t in self.towers or ()}
        return found

    @cached_property
    def coordinator_of(self) -> dict[str, str]:
        """coordinator_id of every organisation that bears one."""
        rows = self.organisations or ()
        return {o.organisation_id: o.coordinator_id for o in rows if o.coordinator_id}

    @cached_property
    def units_of(self) -> dict[str, tuple[str, ...]]:
        """Housed units that a body stands for: a unit for itself, an organisation for its own."""
        found: dict[str, list[str]] = {}
        for unit in self.housed:
            found.setdefault(unit.organisation_id, []).append(unit.unit_id)
        single = {unit.unit_id: (unit.unit_id,) for unit in self.housed}
        return single | {body: tuple(members) for body, members in found.items()}

    @cached_property
    def warnings(self) -> tuple[ScenarioWarning, ...]:
        """What a planner should know: units left out, columns that are not enforced."""
        return consistency.warnings(self)


def _keys(model: BaseModel) -> tuple[str, ...]:
    return tuple(type(model).model_fields)
