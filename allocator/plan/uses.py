"""Counts how floors and organisations are used: the rows of floor_use and organisation_use.

Judging is not done here: walking minutes come from the checker.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from allocator.plan.types import FloorUse, OrganisationUse, Placement
from allocator.scenario.demand import desks_on
from allocator.scenario.settings import Sharing
from allocator.scenario.types import Floor, Scenario


def floor_uses(scenario: Scenario, placements: Iterable[Placement]) -> tuple[FloorUse, ...]:
    """Return the use of every floor, also of empty ones, in the order of `floors`."""
    # Empty floors have a row, too: what is vacant is part of the answer.
    on_floor: dict[str, list[Placement]] = {floor.floor_id: [] for floor in scenario.floors}
    for placement in placements:
        on_floor[placement.floor_id].append(placement)
    sharing = scenario.settings.sharing
    return tuple(_floor_use(floor, on_floor[floor.floor_id], sharing) for floor in scenario.floors)


def _floor_use(floor: Floor, placed: list[Placement], sharing: Sharing) -> FloorUse:
    """Return the row of a floor."""
    desks, used = desks_on(floor, sharing), sum(p.desks for p in placed)
    return FloorUse(
        floor_id=floor.floor_id,
        tower_id=floor.tower_id,
        level=floor.level,
        desks=desks,
        desks_used=used,
        desks_vacant=desks - used,
        people=sum(p.people for p in placed),
        units=len({p.unit_id for p in placed}),
        organisations=len({p.organisation_id for p in placed}),
    )


def organisation_uses(
    scenario: Scenario, placements: Iterable[Placement], walking: Mapping[str, float]
) -> tuple[OrganisationUse, ...]:
    """Return how each organisation with a headcount sits, worst walking first.

    Parameters
    ----------
    walking
        Minutes a week by organisation_id: of trips inside it and half of those to others.
    """
    placed: dict[str, list[Placement]] = {u.organisation_id: [] for u in scenario.housed}
    for placement in placements:
        placed[placement.organisation_id].append(placement)
    people = Counter[str]()
    for unit in scenario.housed:
        people[unit.organisation_id] += unit.headcount
    levels = levels_of_towers(scenario)
    found = [
        _organisation_use(name, people[name], rows, levels, walking.get(name, 0.0))
        for name, rows in placed.items()
    ]
    # Ids break ties, so that shuffled rows give the same table.
    return tuple(sorted(found, key=lambda o: (-o.walking_min_per_person, o.organisation_id)))


def _organisation_use(
    name: str,
    people: int,
    placed: list[Placement],
    levels: Mapping[str, tuple[int, ...]],
    walking: float,
) -> OrganisationUse:
    """Return the row of an organisation.

    Parameters
    ----------
    levels
        Levels on which each tower has a floor: others are no gaps.
    walking
        Minutes a week, of all its people.
    """
    used: dict[str, set[int]] = {}
    for placement in placed:
        used.setdefault(placement.tower_id, set()).add(placement.level)
    return OrganisationUse(
        organisation_id=name,
        people=people,
        desks=sum(p.desks for p in placed),
        towers=len(used),
        floors=len({p.floor_id for p in placed}),
        gaps=sum(count_gaps(levels[tower], mine) for tower, mine in used.items()),
        walking_min_per_person=walking / people if people else 0.0,
    )


def levels_of_towers(scenario: Scenario) -> dict[str, tuple[int, ...]]:
    """Return the levels on which each tower has a floor, lowest first."""
    found: dict[str, set[int]] = {}
    for floor in scenario.floors:
        found.setdefault(floor.tower_id, set()).add(floor.level)
    return {tower: tuple(sorted(levels)) for tower, levels in found.items()}


def count_gaps(levels: Iterable[int], used: set[int]) -> int:
    """Return how many of a tower's levels lie between the used ones without being used."""
    low, high = min(used), max(used)
    return sum(1 for level in levels if low < level < high and level not in used)
