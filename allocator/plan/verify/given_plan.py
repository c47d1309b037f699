"""Pieces beside the scenario they belong to, with look-ups. Nothing is judged here.

Demand and usable desks are worked out anew in exact fractions: the checker shares nothing with
the search. Pieces are desks, or people where capacity is by chance.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import ceil, floor

from allocator.plan.data import Pieces
from allocator.scenario.types import Floor, HousedUnit, Scenario

Spread = dict[str, float]
"""Share of a body, 0..1, by the floor it is on."""


def organisation_by_unit(scenario: Scenario) -> dict[str, str]:
    """Return the organisation of every unit named anywhere, also of those with no headcount."""
    found = {row.unit_id: row.organisation_id or row.unit_id for row in scenario.headcounts}
    for unit in scenario.units or ():
        found[unit.unit_id] = unit.organisation_id or found.get(unit.unit_id, unit.unit_id)
    return found | {unit.unit_id: unit.organisation_id for unit in scenario.housed}


@dataclass(frozen=True)
class GivenPlan:
    """Pieces and the scenario they belong to.

    Attributes
    ----------
    pieces
        Desks (people where capacity is by chance), at least 1, by (unit_id, floor_id); all ids are
        known to the scenario.

    Notes
    -----
    Look-ups are worked out once, when they are first asked for.
    """

    scenario: Scenario
    pieces: Pieces

    @cached_property
    def floors(self) -> dict[str, Floor]:
        """Every floor by its id."""
        return {place.floor_id: place for place in self.scenario.floors}

    @cached_property
    def housed(self) -> dict[str, HousedUnit]:
        """Every unit with a headcount in force, by its id."""
        return {unit.unit_id: unit for unit in self.scenario.housed}

    @cached_property
    def organisation_of(self) -> dict[str, str]:
        """Organisation of every unit, by its id."""
        return organisation_by_unit(self.scenario)

    @cached_property
    def units_by_organisation(self) -> dict[str, tuple[str, ...]]:
        """Units of every organisation that has any."""
        found: dict[str, list[str]] = {}
        for unit, organisation in self.organisation_of.items():
            found.setdefault(organisation, []).append(unit)
        return {organisation: tuple(units) for organisation, units in found.items()}

    @cached_property
    def needs_of(self) -> dict[str, frozenset[str]]:
        """Features that a unit's floors must have, of units that need any."""
        return {u.unit_id: frozenset(u.needs) for u in self.scenario.units or () if u.needs}

    @cached_property
    def noun(self) -> str:
        """What pieces count: desks, or people where capacity is by chance."""
        return "person" if self.scenario.by_chance else "desk"

    @cached_property
    def demand(self) -> dict[str, int]:
        """Desks of every unit: own_desks + ceil((headcount − own_desks) / people_per_desk).

        Its people where capacity is by chance; 0 for a unit without a headcount in force.
        """
        # Units without people may still be named in a plan; they need nothing.
        found = dict.fromkeys(self.organisation_of, 0)
        for unit in self.scenario.housed:
            if self.scenario.by_chance:
                found[unit.unit_id] = unit.headcount
                continue
            # In fractions: 21 people at 1.4 to a desk need 15 desks, and with floats it would be
            # 16.
            shared = Fraction(unit.headcount - unit.own_desks) / unit.people_per_desk
            found[unit.unit_id] = unit.own_desks + ceil(shared)
        return found

    def desks(self, floor_id: str) -> int:
        """Return a floor's desks: as given, else its area by m2_per_desk, rounded down.

        Raises
        ------
        ValueError
            If it has neither: no valid scenario has such a floor.
        """
        place, m2_per_desk = self.floors[floor_id], self.scenario.settings.sharing.m2_per_desk
        if place.desks is not None:
            return place.desks
        if place.area_m2 is None or m2_per_desk is None:
            raise ValueError(f"floor {floor_id} has neither desks nor an area to count them by")
        return floor(Fraction(place.area_m2) / m2_per_desk)

    def usable(self, floor_id: str) -> int:
        """Return the desks that may be placed: floor(desks · (1 − reserve_share))."""
        return floor(self.desks(floor_id) * (1 - self.scenario.settings.sharing.reserve_share))

    @cached_property
    def desks_by_floor(self) -> dict[str, dict[str, int]]:
        """Desks of every unit that has pieces, by unit and floor."""
        found: dict[str, dict[str, int]] = {}
        for (unit, place), desks in self.pieces.items():
            found.setdefault(unit, {})[place] = desks
        return found

    @cached_property
    def units_on(self) -> dict[str, dict[str, int]]:
        """Desks on every floor in use, by floor and unit; floors in the scenario's order."""
        found: dict[str, dict[str, int]] = {place: {} for place in self.floors}
        for (unit, place), desks in self.pieces.items():
            found[place][unit] = desks
        return {place: units for place, units in found.items() if units}

    def members(self, body: str | None) -> tuple[str, ...]:
        """Return the units a name stands for: an organisation for its own, a unit for itself."""
        # An organisation of one unit may bear the unit's id, and stands for the same then.
        if body in self.units_by_organisation:
            return self.units_by_organisation[body]
        return (body,) if body in self.organisation_of else ()

    def pieces_of(self, *bodies: str | None) -> list[tuple[str, str]]:
        """Return unit and floor of every piece of the bodies, each piece once."""
        units = dict.fromkeys(unit for body in bodies for unit in self.members(body))
        return [(unit, place) for unit in units for place in self.desks_by_floor.get(unit, ())]

    def floors_of(self, *bodies: str | None) -> list[str]:
        """Return every floor on which any of the bodies has a piece, each once."""
        return list(dict.fromkeys(place for _, place in self.pieces_of(*bodies)))

    def tower(self, floor_id: str) -> str:
        """Return the tower of a floor."""
        return self.floors[floor_id].tower_id

    def complex(self, floor_id: str) -> str:
        """Return the complex of a floor; a tower without one is a complex of its own."""
        return self.scenario.complex_of[self.tower(floor_id)]

    def lies_in(self, floor_id: str, place: str | None) -> bool:
        """Tell whether the place is the floor, its tower or its complex."""
        return place in (floor_id, self.tower(floor_id), self.complex(floor_id))

    @cached_property
    def levels_by_tower(self) -> dict[str, list[int]]:
        """Levels of every tower on which there is a floor, lowest first."""
        found: dict[str, set[int]] = {}
        for place in self.scenario.floors:
            found.setdefault(place.tower_id, set()).add(place.level)
        return {tower: sorted(levels) for tower, levels in found.items()}

    def skipped(self, floor_ids: Iterable[str]) -> list[tuple[str, int]]:
        """Return tower and level of what the floors leave out between lowest and highest.

        Only levels on which the tower has a floor count: a level that does not exist is no gap.
        """
        used: dict[str, set[int]] = {}
        for floor_id in floor_ids:
            place = self.floors[floor_id]
            used.setdefault(place.tower_id, set()).add(place.level)
        return [
            (tower, level)
            for tower, levels in used.items()
            for level in self.levels_by_tower[tower]
            if min(levels) < level < max(levels) and level not in levels
        ]
