"""The scenario that holds all tables and settings, and what is settled from them.

A `Scenario` is valid by construction: making one checks every reference between its tables and
raises `InputError` with all problems at once. Its rows are `scenario.tables`', named here too;
reading files is not done here.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, model_validator

from allocator.errors import InputError, Problem
from allocator.scenario import consistency, notices
from allocator.scenario.presence import Week, weekday_shares
from allocator.scenario.settings import Ratio, Settings
from allocator.scenario.tables import (
    TABLES,
    TRIPS_BY_CLOSENESS,
    Affinity,
    AttendanceShare,
    Closeness,
    CurrentPiece,
    FamilyScenario,
    Floor,
    Headcount,
    Housing,
    Id,
    Organisation,
    Pattern,
    PlacementCost,
    Predecessor,
    Rota,
    Row,
    Rule,
    ScenarioWarning,
    Source,
    Staff,
    StaffScenario,
    Tower,
    Unit,
    UnitScenario,
    Walk,
)

__all__ = [
    "TABLES",
    "TRIPS_BY_CLOSENESS",
    "Affinity",
    "Closeness",
    "CurrentPiece",
    "FamilyScenario",
    "Floor",
    "Headcount",
    "HousedUnit",
    "Housing",
    "Organisation",
    "Pattern",
    "PlacementCost",
    "Predecessor",
    "Rota",
    "Row",
    "Rule",
    "Scenario",
    "ScenarioWarning",
    "Source",
    "Staff",
    "StaffScenario",
    "Tower",
    "Unit",
    "UnitScenario",
    "Walk",
]


class HousedUnit(Row):
    """A unit with a headcount in the chosen scheme: what has to be placed.

    Its organisation, ratio and mean attendance are settled: the units table's or the headcounts
    table's, and the row's own people_per_desk and attendance_share or the scenario's.
    """

    unit_id: Id
    organisation_id: Id
    parent_id: Id | None
    needs: frozenset[str]
    headcount: int
    own_desks: int
    people_per_desk: Ratio
    attendance_share: AttendanceShare


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
    predecessors: tuple[Predecessor, ...] = ()
    rotas: tuple[Rota, ...] = ()
    patterns: tuple[Pattern, ...] = ()
    staff: tuple[Staff, ...] = ()
    unit_scenarios: tuple[UnitScenario, ...] = ()
    staff_scenarios: tuple[StaffScenario, ...] = ()
    family_scenarios: tuple[FamilyScenario, ...] = ()
    housing: tuple[Housing, ...] = ()
    settings: Settings = Settings()
    fingerprints: dict[str, str] = {}
    """sha256 of each input as it was read, by table name (`scenario` for the settings); empty for
    a scenario made in Python."""
    sources: dict[str, Source] = {}
    """Where each table was read from, by table name; a table made in Python has none."""
    unread_files: tuple[str, ...] = ()
    """Files of the folder that look like tables and were not read."""
    earlier_warnings: tuple[ScenarioWarning, ...] = ()
    """Warnings of the scenario that this is one wave of."""

    @classmethod
    def from_frames(
        cls,
        *,
        settings: Mapping[str, Any] | None = None,
        people_per_desk: str | float | None = None,
        scheme: str | None = None,
        **tables: object,
    ) -> Scenario:
        """Return the scenario in data frames, each under the name of its table.

        Parameters
        ----------
        settings
            Sections and keys as in scenario.toml, for example
            ``{"prices": {"open_desk": 5.0}}``; what is left out has its default.
        people_per_desk
            People sharing a desk, at least 1; takes the place of the settings' own. A number is
            taken at its shortest decimal form: 1.3 is 13/10.
        scheme
            Scheme of the headcounts in force.
        **tables
            ``floors`` and ``headcounts``, and any other table: data frames of pandas, polars or
            pyarrow, dicts, or rows of a result. NaN is empty, and 70.0 is a whole number.

        Raises
        ------
        InputError
            With everything that is wrong, each thing with its table, row (from 1) and column.

        Examples
        --------
        >>> from allocator import Scenario
        >>> scenario = Scenario.from_frames(
        ...     floors=[{"floor_id": "A-1", "tower_id": "A", "level": 1, "desks": 60}],
        ...     headcounts=[{"unit_id": "Finance", "headcount": 70}],
        ...     people_per_desk="1.3",
        ... )
        >>> scenario.housed[0].headcount
        70
        """
        # Reading makes scenarios, so it cannot be imported before they are defined.
        from allocator.scenario.frames import scenario_from_frames  # noqa: PLC0415

        ratio = None if people_per_desk is None else str(people_per_desk)
        return scenario_from_frames(tables, settings, ratio, scheme)

    @model_validator(mode="after")
    def _agree(self) -> Self:
        found = consistency.problems(self)
        if found:
            raise InputError(self.placed(problem) for problem in found)
        return self

    def placed(self, problem: Problem) -> Problem:
        """Return a problem of a table's row of data placed in the file that it was read from."""
        source = self.sources.get(problem.table)
        if source is None:
            return problem
        return problem.at(source.place, source.row(problem.row))

    def file_row(self, table: str, row: int) -> int:
        """Return the file's row of a row of data, or that row itself for a table made here."""
        source = self.sources.get(table)
        return source.rows[row - 1] if source else row

    def replace(self, **changes: Any) -> Scenario:
        """Return a scenario with some tables or settings replaced, checked anew.

        A replaced table no longer has the fingerprint and the source of the one that was read.
        """
        kept = {name: getattr(self, name) for name in type(self).model_fields}
        for record in ("fingerprints", "sources"):
            kept[record] = {
                table: value for table, value in kept[record].items() if table not in changes
            }
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
        """Units with a headcount in the scheme in force, in the order of `headcounts`.

        All who have come with the last wave.
        """
        by_id = {unit.unit_id: unit for unit in self.units or ()}
        rows: dict[str, Headcount] = {}
        for row in self.headcounts:
            if row.scheme in (None, self.scheme):
                known = rows.get(row.unit_id)
                rows[row.unit_id] = row if known is None else added_up(known, row)
        return tuple(self._house(row, by_id.get(row.unit_id)) for row in rows.values())

    def _house(self, row: Headcount, unit: Unit | None) -> HousedUnit:
        own_share = row.attendance_share
        organisation = (unit.organisation_id if unit else None) or row.organisation_id
        return HousedUnit(
            unit_id=row.unit_id,
            organisation_id=organisation or row.unit_id,
            parent_id=unit.parent_id if unit else None,
            needs=frozenset(unit.needs if unit else ()),
            headcount=row.headcount,
            own_desks=row.own_desks,
            people_per_desk=row.people_per_desk or self.settings.sharing.people_per_desk,
            attendance_share=self.settings.attendance.mean_share
            if own_share is None
            else own_share,
        )

    @property
    def by_chance(self) -> bool:
        """Whether pieces are people, and chance decides how many a floor holds."""
        return self.settings.sharing.capacity == "chance"

    @cached_property
    def weekday_shares(self) -> dict[str, Week]:
        """Share of each housed unit's people who come on each weekday, by unit_id."""
        return weekday_shares(self)

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
        return (*self.earlier_warnings, *notices.warnings(self))


def added_up(row: Headcount, more: Headcount) -> Headcount:
    """Return the people of a unit who come with one wave and another as one row."""
    filled = {
        column: getattr(more, column)
        for column in ("organisation_id", "people_per_desk", "attendance_share")
        if getattr(row, column) is None
    }
    people = {
        "headcount": row.headcount + more.headcount,
        "own_desks": row.own_desks + more.own_desks,
    }
    return row.model_copy(update=people | filled)


def _keys(model: BaseModel) -> tuple[str, ...]:
    return tuple(type(model).model_fields)
