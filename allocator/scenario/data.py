"""All tables and settings of a scenario, and what follows from them. Nothing is judged here.

Whether the tables agree with one another is `consistency`'s; a `types.Scenario` is a scenario of
which that is known.
"""

from __future__ import annotations

from functools import cached_property

from pydantic import BaseModel, ConfigDict

from allocator.errors import Problem
from allocator.scenario.presence import Week, weekday_shares
from allocator.scenario.settings import Settings
from allocator.scenario.tables import (
    Affinity,
    CurrentPiece,
    FamilyScenario,
    Floor,
    Headcount,
    HousedUnit,
    Housing,
    Organisation,
    Pattern,
    PlacementCost,
    Predecessor,
    Rota,
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


class ScenarioData(BaseModel):
    """Everything that is given, read row by row. Tables keep the order of their rows.

    A table that is absent is None where its absence has a meaning (towers, organisations,
    units), else empty.
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

    def placed(self, problem: Problem) -> Problem:
        """Return a problem of a table's row of data placed in the file that it was read from.

        Checks count rows of data from 1; whoever has to mend the file needs its name and its own
        row.
        """
        source = self.sources.get(problem.table)
        if source is None:
            return problem
        return problem.at(source.place, source.row(problem.row))

    def file_row(self, table: str, row: int) -> int:
        """Return the file's row of a row of data, or that row itself for a table made here."""
        source = self.sources.get(table)
        return source.rows[row - 1] if source else row

    @cached_property
    def scheme(self) -> str | None:
        """Scheme of headcounts in force: the chosen one, else the first; None for none."""
        borne = sorted({row.scheme for row in self.headcounts if row.scheme})
        return self.settings.options.scheme or (borne[0] if borne else None)

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
                # People of one unit may come with several waves, a row each; all have come with
                # the last.
                rows[row.unit_id] = row if known is None else added_up(known, row)
        return tuple(self._house(row, by_id.get(row.unit_id)) for row in rows.values())

    def _house(self, row: Headcount, unit: Unit | None) -> HousedUnit:
        """Return a unit with its people and everything that other tables or settings say of it."""
        own_share = row.attendance_share
        # The table of units comes first; where it is silent, headcounts may name the organisation.
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
        usual = self.settings.attendance.weekday_factors
        return weekday_shares(self.housed, self.rotas, usual)

    @cached_property
    def complex_of(self) -> dict[str, str]:
        """Complex of every tower, those of `floors` without a row in `towers` included."""
        found = {floor.tower_id: floor.tower_id for floor in self.floors}
        found |= {t.tower_id: t.complex_id or t.tower_id for t in self.towers or ()}
        return found

    @cached_property
    def coordinator_of(self) -> dict[str, str]:
        """coordinator_id of every organisation that bears one.

        It need not be an organisation itself.
        """
        rows = self.organisations or ()
        return {o.organisation_id: o.coordinator_id for o in rows if o.coordinator_id}

    @cached_property
    def units_of(self) -> dict[str, tuple[str, ...]]:
        """Housed units that a body stands for: a unit for itself, an organisation for its own."""
        found: dict[str, list[str]] = {}
        for unit in self.housed:
            found.setdefault(unit.organisation_id, []).append(unit.unit_id)
        single = {unit.unit_id: (unit.unit_id,) for unit in self.housed}
        # An organisation may bear the id of its one unit; both then stand for the same units.
        return single | {body: tuple(members) for body, members in found.items()}


def added_up(row: Headcount, more: Headcount) -> Headcount:
    """Return the people of a unit who come with one wave and another as one row.

    Other cells are those of the first row that fills them; `consistency` sees to it that rows
    agree.
    """
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
