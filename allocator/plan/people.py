"""Seats people at the desks of their unit: whole people by largest remainder.

Which desks a unit has where is given; nothing is counted over units or floors here.
"""

from __future__ import annotations

from collections.abc import Mapping

from allocator.plan.data import Pieces, Placement
from allocator.scenario.demand import demand
from allocator.scenario.types import Floor, HousedUnit, Scenario


def place_people(scenario: Scenario, pieces: Pieces) -> tuple[Placement, ...]:
    """Return the pieces with their people, in the order of tower, level, floor and unit.

    The order goes by ids and not by rows, so that it stays when rows are shuffled.
    """
    desks_of: dict[str, dict[str, int]] = {}
    for (unit_id, floor_id), desks in pieces.items():
        desks_of.setdefault(unit_id, {})[floor_id] = desks
    floors = {floor.floor_id: floor for floor in scenario.floors}
    rank = {floor_id: row for row, floor_id in enumerate(floors)}
    found = []
    for unit in scenario.housed:
        mine = desks_of.get(unit.unit_id, {})
        # Ties go to the earlier row of floors.
        in_order = {floor_id: mine[floor_id] for floor_id in sorted(mine, key=rank.__getitem__)}
        people = share_people(unit.headcount, demand(unit), in_order)
        found += [_placement(unit, floors[f], in_order[f], people[f]) for f in in_order]
    return tuple(sorted(found, key=lambda p: (p.tower_id, p.level, p.floor_id, p.unit_id)))


def share_people(headcount: int, demand: int, desks: Mapping[str, int]) -> dict[str, int]:
    """Return the people of each floor by largest remainder.

    Parameters
    ----------
    headcount
        People of the unit.
    demand
        Desks it needs; what is not placed of them is one more share, last in ties.
    desks
        Desks by floor, in the order in which ties are broken.

    Returns
    -------
    dict
        Whole people by floor; with those of the unplaced desks they sum to the headcount.
    """
    # What is not placed has its people, too; otherwise those who are would get more people than
    # their share.
    shares = [*desks.values(), demand - sum(desks.values())]
    if not desks or demand == 0:
        return dict.fromkeys(desks, 0)
    whole = [headcount * share // demand for share in shares]
    remainder = [headcount * share % demand for share in shares]
    largest = sorted(range(len(shares)), key=lambda i: (-remainder[i], i))
    for i in largest[: headcount - sum(whole)]:
        whole[i] += 1
    return dict(zip(desks, whole[:-1], strict=True))


def _placement(unit: HousedUnit, floor: Floor, desks: int, people: int) -> Placement:
    """Return a row of the plan."""
    return Placement(
        unit_id=unit.unit_id,
        organisation_id=unit.organisation_id,
        tower_id=floor.tower_id,
        floor_id=floor.floor_id,
        level=floor.level,
        desks=desks,
        people=people,
    )
