"""The ids of a scenario, what belongs to what, and which rows name them. Nothing is judged here.

Made from tables that may still contradict one another: checks use it to find out whether they do.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from allocator.scenario.data import ScenarioData
from allocator.scenario.rules import RULE_FORMS, Takes
from allocator.scenario.tables import Floor, Headcount


class Mention(NamedTuple):
    """An id as a cell names it; row counts the rows of data from 1."""

    table: str
    row: int
    column: str
    id: str


def mentions(scenario: ScenarioData, table: str, column: str) -> Iterator[Mention]:
    """Yield the ids in a column of a table, empty cells and absent tables left out."""
    for number, row in enumerate(getattr(scenario, table) or (), 1):
        value = getattr(row, column)
        if value is not None:
            yield Mention(table, number, column, value)


def headcount_wave(scenario: ScenarioData) -> Callable[[Headcount], int]:
    """Return what tells the wave of a row of headcounts: its own, else its unit's, else 1.

    Made once for many rows, as it looks through `units`.
    """
    of_unit = {unit.unit_id: unit.wave for unit in scenario.units or ()}
    return lambda row: row.wave or of_unit.get(row.unit_id) or 1


def opening_wave(scenario: ScenarioData) -> Callable[[Floor], int]:
    """Return what tells the wave in which a floor opens: its own, else its tower's, else 1."""
    of_tower = {tower.tower_id: tower.opens_wave for tower in scenario.towers or ()}
    return lambda floor: floor.opens_wave or of_tower.get(floor.tower_id) or 1


def last_wave(scenario: ScenarioData) -> int:
    """Return the last wave with which people come in the scheme in force; 1 where none do.

    Floors that open later stay closed: nobody would be there to use them.
    """
    wave_of, in_force = headcount_wave(scenario), (None, scenario.scheme)
    rows = (row for row in scenario.headcounts if row.headcount and row.scheme in in_force)
    return max((wave_of(row) for row in rows), default=1)


def first_mentions(scenario: ScenarioData, table: str, column: str) -> list[Mention]:
    """Return the ids in a column of a table, each where it is named first."""
    found: dict[str, Mention] = {}
    for mention in mentions(scenario, table, column):
        # An id that is wrong in a thousand rows is reported once.
        found.setdefault(mention.id, mention)
    return list(found.values())


@dataclass(frozen=True)
class Known:
    """What the tables of a scenario say about its ids."""

    scenario: ScenarioData

    @cached_property
    def floors(self) -> set[str]:
        """Every floor."""
        return {floor.floor_id for floor in self.scenario.floors}

    @cached_property
    def towers(self) -> set[str]:
        """Every tower, those that only `floors` names included."""
        return {m.id for t in ("towers", "floors") for m in mentions(self.scenario, t, "tower_id")}

    @cached_property
    def towers_of(self) -> dict[str, set[str]]:
        """Towers of every complex; a tower without one is a complex of its own."""
        found: dict[str, set[str]] = defaultdict(set)
        for tower in self.scenario.towers or ():
            found[tower.complex_id or tower.tower_id].add(tower.tower_id)
        # Towers that only `floors` names have no row, and no complex but themselves.
        for alone in self.towers - {tower.tower_id for tower in self.scenario.towers or ()}:
            found[alone].add(alone)
        return dict(found)

    @cached_property
    def places(self) -> set[str]:
        """Every floor, tower and complex."""
        return self.floors | self.towers | set(self.towers_of)

    @cached_property
    def organisation_of(self) -> dict[str, str]:
        """Organisation of every unit: by `units`, else by `headcounts`, else the unit itself."""
        chosen = self.scenario.scheme
        rows = self.scenario.headcounts
        found = {row.unit_id: row.unit_id for row in self.scenario.staff}
        found |= {row.unit_id: row.unit_id for row in rows}
        found |= {unit.unit_id: unit.unit_id for unit in self.scenario.units or ()}
        # The scheme in force comes last, so that its rows are those that count.
        for row in sorted(rows, key=lambda row: row.scheme in (None, chosen)):
            found[row.unit_id] = row.organisation_id or found[row.unit_id]
        for unit in self.scenario.units or ():
            found[unit.unit_id] = unit.organisation_id or found[unit.unit_id]
        return found

    @cached_property
    def units_of(self) -> dict[str, set[str]]:
        """Units of every organisation that has any."""
        found: dict[str, set[str]] = defaultdict(set)
        for unit, organisation in self.organisation_of.items():
            found[organisation].add(unit)
        return dict(found)

    @cached_property
    def organisations(self) -> set[str]:
        """Every organisation, with or without units, listed or only named."""
        return set(self.units_of) | {
            row.organisation_id for row in self.scenario.organisations or ()
        }

    @cached_property
    def units(self) -> set[str]:
        """Every unit, with or without a headcount."""
        return set(self.organisation_of)

    @cached_property
    def bodies(self) -> set[str]:
        """Every unit and organisation."""
        return self.units | self.organisations

    def overlap(self, a: str, b: str) -> bool:
        """Return whether two bodies are the same, or one is the organisation of the other."""
        return a == b or self.organisation_of.get(a) == b or self.organisation_of.get(b) == a

    def body_mentions(self) -> Iterator[Mention]:
        """Yield every unit or organisation that `affinities` and `rules` name."""
        for table, column in (("affinities", "a"), ("affinities", "b"), ("rules", "subject")):
            yield from mentions(self.scenario, table, column)
        yield from self.objects(Takes.BODY)

    def objects(self, taken: Takes) -> Iterator[Mention]:
        """Yield the objects of the rules whose kind takes such an object."""
        for mention in mentions(self.scenario, "rules", "object"):
            if RULE_FORMS[self.scenario.rules[mention.row - 1].rule].object is taken:
                yield mention
