"""Names in the place of ids, as people know units, organisations, towers and floors."""

from __future__ import annotations

from allocator.scenario.types import Floor, Scenario
from allocator.texts import Texts


class Names:
    """What people call the things of a scenario, in a language.

    Every method returns the id itself where there is no name: an id is better than nothing.
    """

    def __init__(self, scenario: Scenario, say: Texts) -> None:
        self.say = say
        self.case = scenario.settings.title or scenario.settings.name
        self.units = {row.unit_id: row.name or row.unit_id for row in scenario.units or ()}
        self.organisations = {
            row.organisation_id: row.name or row.organisation_id
            for row in scenario.organisations or ()
        }
        self.towers = {row.tower_id: row.name or row.tower_id for row in scenario.towers or ()}
        self.floors = {floor.floor_id: floor for floor in scenario.floors}
        self._places: dict[str, str] = {}
        self._on_level: dict[tuple[str, int], int] = {}
        for floor in scenario.floors:
            # Two floors on one level would have one name; these bear their ids as well.
            at = floor.tower_id, floor.level
            self._on_level[at] = self._on_level.get(at, 0) + 1

    def unit(self, unit_id: str) -> str:
        """Return the name of a unit."""
        return self.units.get(unit_id, unit_id)

    def organisation(self, organisation_id: str) -> str:
        """Return the name of an organisation."""
        return self.organisations.get(organisation_id, organisation_id)

    def tower(self, tower_id: str) -> str:
        """Return the name of a tower."""
        return self.towers.get(tower_id, tower_id)

    def level(self, level: int) -> str:
        """Return a level in words: the ground floor, or the number of the floor."""
        return self.say("page.ground") if level == 0 else self.say("page.level", level=level)

    def floor(self, floor_id: str) -> str:
        """Return the tower and the level of a floor; its id, too, where the level has several."""
        if floor_id not in self.floors:
            return floor_id
        if floor_id not in self._places:
            self._places[floor_id] = self._place(self.floors[floor_id])
        return self._places[floor_id]

    def _place(self, floor: Floor) -> str:
        """Return the place of a floor; with its id where its level has several."""
        place = self.say(
            "page.place", tower=self.tower(floor.tower_id), level=self.level(floor.level)
        )
        several = self._on_level[floor.tower_id, floor.level] > 1
        return f"{place} ({floor.floor_id})" if several else place

    def of(self, some_id: str) -> str:
        """Return the name of whatever has this id; the id itself where nothing has."""
        if some_id in self.floors:
            return self.floor(some_id)
        for names in (self.organisations, self.units, self.towers):
            if some_id in names:
                return names[some_id]
        return some_id
