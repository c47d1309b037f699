"""A plan carried over to other demands: where a search may begin, not a plan that need hold."""

from __future__ import annotations

from collections.abc import Mapping

from allocator.plan.people import share_people
from allocator.plan.types import Pieces
from allocator.scenario.demand import demand, smallest_piece, usable_desks
from allocator.scenario.types import Scenario


def adapted(pieces: Pieces, scenario: Scenario) -> dict[tuple[str, str], int]:
    """Return a plan's pieces with the desks that each unit needs in this scenario.

    A unit stays on its floors and shares its desks over them much as before; where it needs too
    few for so many pieces, it gives up the smallest. So where all demands shrink, no floor gets
    fuller but by pieces given up. A unit that finds no room where it was is left out, for the
    search to place.

    Parameters
    ----------
    pieces
        Desks by (unit_id, floor_id), of a plan of this or another scenario. Floors and units that
        are unknown here are left out.
    scenario
        Whose demands are met. Its rules are not looked at.
    """
    if scenario.by_chance:  # no ratio, so people need nothing else than before
        return dict(pieces)
    sharing = scenario.settings.sharing
    room = {floor.floor_id: usable_desks(floor, sharing) for floor in scenario.floors}
    before: dict[str, dict[str, int]] = {}
    for (unit_id, floor_id), desks in pieces.items():
        if floor_id in room:
            before.setdefault(unit_id, {})[floor_id] = desks
    wanted = {unit.unit_id: demand(unit) for unit in scenario.housed if unit.unit_id in before}
    now = {
        unit_id: _scaled(before[unit_id], desks, smallest_piece(desks, sharing))
        for unit_id, desks in wanted.items()
    }
    found: dict[tuple[str, str], int] = {}
    # Who does not grow comes first, since it had room before.
    for unit_id in sorted(now, key=lambda unit: (_grows(before[unit], now[unit]), -wanted[unit])):
        if all(desks <= room[floor_id] for floor_id, desks in now[unit_id].items()):
            for floor_id, desks in now[unit_id].items():
                found[unit_id, floor_id] = desks
                room[floor_id] -= desks
    return found


def _scaled(desks: Mapping[str, int], wanted: int, least: int) -> dict[str, int]:
    """Return so many desks in all, over pieces of at least so many: the largest that can be.

    What a piece has beyond the least is shared as it was, so that no piece of a unit that
    shrinks gets larger unless another is given up.
    """
    # More pieces would be smaller than the least.
    most = max(1, wanted // least) if least else 1
    kept = sorted(desks, key=desks.__getitem__, reverse=True)[:most]
    beyond = {floor_id: max(desks[floor_id] - least, 0) for floor_id in kept}
    # All pieces are of the least size: what is left is shared evenly.
    if not any(beyond.values()):
        beyond = dict.fromkeys(kept, 1)
    more = share_people(wanted - least * len(kept), sum(beyond.values()), beyond)
    scaled = {floor_id: least + more[floor_id] for floor_id in kept}
    return {floor_id: each for floor_id, each in scaled.items() if each}


def _grows(before: Mapping[str, int], now: Mapping[str, int]) -> bool:
    """Return whether any piece is larger than before."""
    return any(desks > before[floor_id] for floor_id, desks in now.items())
