"""The scenario: tables and settings that agree with one another.

A `Scenario` is valid by construction: making one checks every reference between its tables and
raises `InputError` with all problems at once. Its rows are `scenario.tables`', named here too;
reading files is not done here.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, Self

from pydantic import BaseModel, model_validator

from allocator.errors import InputError
from allocator.scenario import consistency, notices
from allocator.scenario.data import ScenarioData
from allocator.scenario.frames import fields_from_frames
from allocator.scenario.tables import (
    TABLES,
    TRIPS_BY_CLOSENESS,
    Affinity,
    Closeness,
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


class Scenario(ScenarioData):
    """Everything that is given. Tables keep the order of their rows.

    A table that is absent is None where its absence has a meaning (towers, organisations,
    units), else empty.

    Raises
    ------
    InputError
        If the tables contradict one another, with every contradiction.
    """

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
        ratio = None if people_per_desk is None else str(people_per_desk)
        return cls(**fields_from_frames(tables, settings, ratio, scheme))

    @model_validator(mode="after")
    def _agree(self) -> Self:
        """Raise with every contradiction between the tables, each placed in its file."""
        found = consistency.problems(self)
        if found:
            # Placed in files here, once: checks count rows of data and know no files.
            raise InputError(self.placed(problem) for problem in found)
        return self

    def replace(self, **changes: Any) -> Scenario:
        """Return a scenario with some tables or settings replaced, checked anew.

        A replaced table no longer has the fingerprint and the source of the one that was read.
        """
        kept = {name: getattr(self, name) for name in type(self).model_fields}
        # What is replaced was not read from that file any more.
        for record in ("fingerprints", "sources"):
            kept[record] = {
                table: value for table, value in kept[record].items() if table not in changes
            }
        return Scenario(**(kept | changes))

    def with_sharing(self, **changes: Any) -> Scenario:
        """Return a scenario with some keys of ``[sharing]`` replaced, for example the ratio.

        Parameters
        ----------
        **changes
            Keys and values as in scenario.toml; they are validated as those of a file are.
        """
        kept = {
            name: getattr(self.settings.sharing, name) for name in _keys(self.settings.sharing)
        }
        sharing = type(self.settings.sharing)(**(kept | changes))
        # Already validated, as its one section is; the scenario is checked as a whole below.
        settings = self.settings.model_copy(update={"sharing": sharing})
        return self.replace(settings=settings)

    @cached_property
    def warnings(self) -> tuple[ScenarioWarning, ...]:
        """What a planner should know: units left out, columns that are not enforced."""
        return (*self.earlier_warnings, *notices.warnings(self))


def _keys(model: BaseModel) -> tuple[str, ...]:
    """Return the keys of a section."""
    return tuple(type(model).model_fields)
